"""The outline of a fitted network: its layers, their parameters, and what was minimised."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

__all__ = ["Outline", "outline_of"]

# The terms of the objective beside the loss: the parameter, and what it adds.
TERMS = (
    ("l1", "{:.4g}·Σ|w|"),
    ("l2_", "½·{:.4g}·Σw²"),
    ("activity_l1", "{:.4g}·mean Σ|a|"),
)
HEAD = ("layer", "output", "parameters")


@dataclass(frozen=True)
class Outline:
    """What a network consists of: prints as a table, shows as HTML in a notebook.

    Parameters
    ----------
    title : str
        The estimator's class, and what it predicts.
    layers : list of (str, int, int)
        Of each layer from below: what it is, units that go out, parameters.
    objective : str
        What was minimised, in symbols with the values of the estimator.
    how : str
        The optimiser, and how the fit went.

    See Also
    --------
    skdl.MLPClassifier.summary : Makes it.

    Examples
    --------
    >>> Outline("Net", [("Dense", 2, 6)], "J = …", "adam").n_parameters
    6
    """

    title: str
    layers: list[tuple[str, int, int]]
    objective: str
    how: str

    @property
    def n_parameters(self) -> int:
        """All that gradients change."""
        return sum(parameters for *_, parameters in self.layers)

    def _rows(self) -> list[tuple[str, str, str]]:
        rows = [(name, f"{units:,}", f"{count:,}") for name, units, count in self.layers]
        return [*rows, ("together", "", f"{self.n_parameters:,}")]

    def __str__(self) -> str:
        rows = [HEAD, *self._rows()]
        width = max(len(name) for name, *_ in rows)
        table = [f"  {name:<{width}}{units:>10}{count:>13}".rstrip() for name, units, count in rows]
        return "\n".join([self.title, "", *table, "", self.objective, self.how])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in HEAD)
        rows = "".join(
            f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>"
            for row in self._rows()
        )
        lines = "".join(f"<p>{html.escape(text)}</p>" for text in (self.objective, self.how))
        title = f"<p><b>{html.escape(self.title)}</b></p>"
        return f"<div>{title}<table><tr>{head}</tr>{rows}</table>{lines}</div>"


def outline_of(estimator: Any) -> Outline:
    """Return the outline of a fitted network; of several, that of the first.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Fitted.

    Returns
    -------
    outline : Outline
    """
    network, loss = estimator._network, estimator._loss
    counts = [sum(view.size for view in views.values()) for views in network.views(network.theta)]
    layers = [("inputs", estimator.n_features_in_, 0)]
    layers += [
        (_named(layer), layer.n_out, count)
        for layer, count in zip(network.layers, counts, strict=True)
    ]
    terms = [
        form.format(getattr(estimator, name)) for name, form in TERMS if getattr(estimator, name)
    ]
    objective = " + ".join([f"J(w) = mean {loss.name}(y, r(x))", *terms])
    n = estimator.n_networks
    several = f"{n} networks like this one, averaged; " if n > 1 else ""
    chosen = estimator.optimizer
    optimizer = chosen if isinstance(chosen, str) else repr(chosen)
    best = estimator.best_iter_
    kept = f", of which {best} is kept" if best != estimator.n_iter_ else ""
    link = getattr(loss, "link", "identity")
    through = "" if link == "identity" else f", through {link}"
    return Outline(
        f"{type(estimator).__name__}: r(x) has {estimator.n_outputs_} output"
        f"{'s' * (estimator.n_outputs_ > 1)}{through}, in {network.dtype}",
        layers,
        objective,
        f"{several}minimised by {optimizer} in {estimator.n_iter_} epochs{kept}",
    )


def _named(layer: Any) -> str:
    """Name a layer; one that applies an activation is named after that."""
    activation = getattr(layer, "activation", None)
    return type(layer).__name__ if activation is None else activation.name or repr(activation)
