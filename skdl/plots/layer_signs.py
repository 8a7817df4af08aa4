"""What a look inside the layers tells: gradients, weights, dead and flat units over the epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator, clone

from skdl.plots import layout, style
from skdl.tools.checks import listed, refuse
from skdl.tools.inside import fitted_network_of_skdl
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["LayerSignsDisplay"]

SIGNS = {  # entry of the record: title, whether it is a share of units
    "gradient_norms": ("gradient norm", False),
    "weight_norms": ("weight norm", False),
    "dead": ("dead units", True),
    "flat": ("flat slopes", True),
}


class LayerSignsDisplay:
    """Vital signs of every layer over the epochs, one panel for each sign.

    Gradients that shrink from layer to layer vanish, or explode where they grow; dead units have
    slope 0 for every row, and where the activation is flat a unit has stopped to learn. Make it
    with :meth:`from_estimator`.

    Parameters
    ----------
    record : DataFrame
        The history of a fit, with the columns epoch and some of gradient_norms, weight_norms, dead
        and flat; each entry holds one number per layer, from below.
    signs : tuple of str, default=("gradient_norms", "weight_norms", "dead", "flat")
        What to show.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The whole place.
    axes_ : dict of str to matplotlib Axes
        The panel of each sign.
    figure_ : matplotlib Figure
    lines_ : dict of str to list of matplotlib lines
        The lines of each sign, one for each layer from below.

    See Also
    --------
    LossCurvesDisplay : The losses of the same epochs.
    WeightsDisplay : The weights at the end.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> from skdl.plots import LayerSignsDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8, 8), max_iter=5, n_iter_no_change=None, random_state=0)
    >>> display = LayerSignsDisplay.from_estimator(mlp, X, y)
    >>> [len(lines) for lines in display.lines_.values()]
    [3, 3, 2, 2]
    """

    def __init__(self, *, record: pd.DataFrame, signs: tuple[str, ...] = tuple(SIGNS)) -> None:
        self.record = record
        self.signs = signs

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs | None = None,
        y: Targets | None = None,
        *,
        signs: tuple[str, ...] = tuple(SIGNS),
        ax: Axes | None = None,
    ) -> LayerSignsDisplay:
        """Draw the signs that a fit recorded.

        Parameters
        ----------
        estimator : estimator
            A network of skdl, or a pipeline or search around one; fitted, unless X and y are given.
        X, y : array-like, default=None
            With them a clone is fitted first.
        signs : tuple of str
            What to show.
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.
        """
        allowed = f"some of {', '.join(SIGNS)}"
        names = listed(cls.__name__, "signs", signs, allowed)
        if not names or not all(isinstance(sign, str) and sign in SIGNS for sign in names):
            refuse(cls.__name__, "signs", allowed, signs)
        if X is not None:
            estimator = clone(estimator).fit(X, y)
        record = fitted_network_of_skdl(estimator, owner=cls.__name__)[0].history_.to_frame()
        missing = [sign for sign in signs if sign not in record]
        if missing:
            raise ValueError(
                f"{cls.__name__}: the fit must have recorded {', '.join(missing)}, which "
                "first-order optimisers do; the record holds " + ", ".join(record.columns)
            )
        return cls(record=record, signs=tuple(signs)).plot(ax)

    def plot(self, ax: Axes | None = None) -> LayerSignsDisplay:
        """Draw the panels.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.
        """
        drawn = [sign for sign in self.signs if len(self.record[sign].iloc[0])]
        if not drawn:
            allowed = "signs that a network without hidden layers has, too"
            refuse(type(self).__name__, "signs", allowed, self.signs)
        with style.drawing():
            wide = ax is None or layout.inches_of(ax)[0] > 5
            columns = min(2, len(drawn)) if wide else 1
            rows = -(-len(drawn) // columns)
            self.ax_, grid = layout.panels(
                ax, rows, columns, figsize=(4 * columns + 0.5, 2.5 * rows + 0.4), sharex=True
            )
            self.figure_ = self.ax_.figure
            for empty in grid.flat[len(drawn) :]:
                empty.set_axis_off()
            self.axes_ = dict(zip(drawn, grid.flat, strict=False))
            self.lines_ = {sign: self._draw_sign(sign, panel) for sign, panel in self.axes_.items()}
            for panel in grid[-1]:
                panel.set_xlabel("epoch")
            layout.fit(grid[0, 0])
        return self

    def _draw_sign(self, sign, ax) -> list:
        """Draw one panel, a line for each layer."""
        title, is_share = SIGNS[sign]
        values = np.array(self.record[sign].tolist())
        n_layers = max(len(self.record[name].iloc[0]) for name in self.signs)
        has_output = max(len(self.record[s].iloc[0]) for s in self.signs) == len(
            self.record["weight_norms"].iloc[0] if "weight_norms" in self.record else ()
        )
        lines = []
        for layer, heights in enumerate(values.T):
            is_output = has_output and layer == n_layers - 1
            lines += ax.plot(
                self.record["epoch"],
                heights,
                lw=1.8,
                **style.nth_line(layer, n_layers),
                label="output layer" if is_output else f"layer {layer + 1}",
            )
        if is_share:
            ax.set_ylim(-0.02, max(1.05 * np.nanmax(values), 0.1))
            ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.4g} %")
        elif (values > 0).all() and values.max() > 10 * values.min():
            ax.set_yscale("log")
            ax.yaxis.set_major_formatter("{x:.3g}")
        ax.set_ylabel(title)
        return lines
