r"""One forward pass, one backward pass and one step, with everything in between: to check by hand.

For every layer, from below, :math:`z = x W + b` and :math:`a = f(z)`; at the top the loss and its
derivative; then, from above, :math:`\partial L/\partial z`,
:math:`\partial L/\partial W = x^\top \partial L/\partial z` and
:math:`\partial L/\partial x = \partial L/\partial z\, W^\top`; at last the parameters after one
step of the optimiser.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from skdl.core.layers import Activate, Dense, Pass
from skdl.core.objective import Objective
from skdl.core.training.update import Update
from skdl.estimators.parameters.resolve import resolve_settings
from skdl.inspection.network import network_and_rows
from skdl.tools.types import Inputs, Targets
from skdl.tools.warning import warn_of_overflow

__all__ = ["Trace", "TraceEntry", "trace"]

MOST = 12  # rows and columns of a table that are shown


@dataclass(frozen=True)
class TraceEntry:
    """One intermediate result.

    Parameters
    ----------
    name : str
        What it is called, such as "z1" or "dL/dW1".
    formula : str
        What it is computed from, in these names.
    value : ndarray
        What came out; of a number, without axes.

    See Also
    --------
    trace : Makes them.

    Examples
    --------
    >>> TraceEntry("z1", "x W1 + b1", np.zeros((2, 3))).value.shape
    (2, 3)
    """

    name: str
    formula: str
    value: np.ndarray


class Trace:
    """All intermediate results of one pass, in the order in which they were computed.

    It prints as tables, shows as HTML in a notebook, and ``trace["z1"]`` is an array.

    Parameters
    ----------
    entries : list of TraceEntry
        The results.

    See Also
    --------
    trace : Makes one.

    Examples
    --------
    >>> Trace([TraceEntry("x", "inputs", np.ones((1, 2)))])["x"].tolist()
    [[1.0, 1.0]]
    """

    def __init__(self, entries: list[TraceEntry]) -> None:
        self.entries = entries

    def __iter__(self) -> Iterator[TraceEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, name: str) -> np.ndarray:
        for entry in self.entries:
            if entry.name == name:
                return entry.value
        names = ", ".join(entry.name for entry in self.entries)
        raise KeyError(f"Trace: name must be one of {names}; got {name!r}")

    def __str__(self) -> str:
        with np.printoptions(precision=4, suppress=True, threshold=MOST**2, edgeitems=MOST // 2):
            tables = (f"{e.name} = {e.formula}\n{e.value + 0.0}" for e in self.entries)  # no −0
            return "\n\n".join(tables)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        parts = []
        for entry in self.entries:
            rows = np.atleast_2d(entry.value)[:MOST, :MOST]
            cells = "".join(
                f"<tr>{''.join(f'<td>{number:.4g}</td>' for number in row)}</tr>" for row in rows
            )
            title = f"<b>{html.escape(entry.name)}</b> = {html.escape(entry.formula)}"
            parts.append(f"<p>{title}</p><table>{cells}</table>")
        return f"<div>{''.join(parts)}</div>"


def trace(
    estimator: BaseEstimator, X: Inputs, y: Targets, sample_weight: ArrayLike | None = None
) -> Trace:
    """Return every intermediate result of one forward pass, one backward pass and one step.

    Dropout and noise are left out, and batch normalisation uses its running statistics, so that
    everything can be computed again by hand. The gradient is that of the mean loss over the rows;
    the penalties join it for the step, which is the first one of the optimiser.

    Parameters
    ----------
    estimator : estimator
        A fitted network of skdl, or a pipeline that ends in one. It is not changed.
    X : array-like of shape (n_rows, n_features)
        A few rows.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        Their targets.
    sample_weight : array-like of shape (n_rows,), default=None
        Their weights.

    Returns
    -------
    trace : Trace
        Of L layers: x, z1, a1, …, zL, y (as the network sees it), L (the loss), dL/dzL, dL/dWL,
        dL/dbL, …, dL/db1, and W1 and b1 to WL and bL after the step.

    Raises
    ------
    ValueError
        If the optimiser is no first-order one, which takes no such step.
    TypeError
        If the estimator is no network of skdl.

    See Also
    --------
    skdl.core.gradient_check : Compares gradients with finite differences.

    Examples
    --------
    One unit, one row, squared error on the raw output: z = 0.5·2 + 0, and dL/dW = (z − y)·x.

    >>> from skdl import MLPRegressor
    >>> mlp = MLPRegressor((), scale_target=False, optimizer="sgd", learning_rate=0.1, l2=0.0)
    >>> mlp = mlp.set_params(momentum=0.0, max_iter=1, n_iter_no_change=None)
    >>> mlp = mlp.fit([[0.0], [1.0]], [0.0, 1.0])
    >>> mlp._network.theta[...] = [0.5, 0.0]
    >>> steps = trace(mlp, [[2.0]], [4.0])
    >>> steps["z1"].item(), steps["dL/dW1"].item(), steps["W1 after the step"].round(6).item()
    (1.0, -6.0, 1.1)
    """
    mlp, data = network_and_rows("trace", estimator, X, y, sample_weight, training=True)
    settings = resolve_settings(mlp, data.n, mlp.n_features_in_)
    if settings.training.optimizer.order != 1:
        raise ValueError(
            f"trace: optimizer must be a first-order one, which takes a step at a time; got "
            f"{mlp.optimizer!r}"
        )
    data = data.whole()
    x = np.asarray(data.X.toarray() if hasattr(data.X, "toarray") else data.X)
    objective = Objective(mlp._network, mlp._loss, settings.penalties, settings.penalize_bias)
    work = mlp._network.workspace(len(x))
    with np.errstate(all="ignore"):
        entries = _forward(mlp._network, work, x, data.weight)
        entries += _backward(objective, work, data)
        entries += _step(mlp, objective, settings.training)
    warn_of_overflow("trace", *(entry.value for entry in entries))
    return Trace(entries)


def _labels(network: Any) -> list[tuple[str, str, str]]:
    """Return, for every layer, the name of its input, of its output, and its formula."""
    labels, number, come = [], 0, "x"
    for layer in network.layers:
        if layer.has_weights:
            number += 1
        if isinstance(layer, Dense):
            bias = "" if layer.b is None else f" + b{number}"
            go, formula = f"z{number}", f"{come} W{number}{bias}"
        elif isinstance(layer, Activate):
            go, formula = f"a{number}", f"{layer.activation.name}({come})"
        else:
            kind = type(layer).__name__
            go, formula = f"{kind}{number}({come})", f"{kind} of {come}"
        labels.append((come, go, formula))
        come = go
    return labels


def _forward(network: Any, work: Any, x: np.ndarray, weight: Any) -> list[TraceEntry]:
    """Go up through the layers; the memos stay for the way down."""
    entries, run = [TraceEntry("x", "inputs", x.copy())], Pass(weight=weight)
    for layer, memo, (_, name, formula) in zip(
        network.layers, work.memos, _labels(network), strict=True
    ):
        x = layer.forward(x, memo, run)
        entries.append(TraceEntry(name, formula, x.copy()))
    return entries


def _backward(objective: Objective, work: Any, data: Any) -> list[TraceEntry]:
    """Go down again, from the derivative of the loss."""
    network, loss = objective.network, objective.loss
    labels, y = _labels(network), np.asarray(data.y[:])
    raw, top = network.forward(data.X, work, Pass(weight=data.weight)), labels[-1][1]
    value = loss.value(y, raw, data.weight)
    entries = [
        TraceEntry("y", "targets, as the network sees them", y),
        TraceEntry("L", f"mean {loss.name} of {top} and y", np.asarray(value)),
    ]
    d = loss.gradient(y, raw, data.weight)
    entries.append(TraceEntry(f"dL/d{top}", "derivative of the loss", d.copy()))
    for i in range(len(network.layers) - 1, -1, -1):
        layer, (come, go, _) = network.layers[i], labels[i]
        d = layer.backward(d, work.memos[i], input_gradient=i > 0)
        number = sum(below.has_weights for below in network.layers[: i + 1])
        for parameter in layer.parameters():
            name = f"{parameter.name}{number}"
            above = f"dL/d{go}"
            formula = {"W": f"{come}ᵀ {above}", "b": f"sum of {above} over the rows"}
            told = formula.get(parameter.name, f"from {above}")
            gradient = getattr(layer, "d" + parameter.name).copy()
            entries.append(TraceEntry(f"dL/d{name}", told, gradient))
        if i > 0:
            formula = f"dL/d{go} W{number}ᵀ" if layer.has_weights else f"dL/d{go} through the layer"
            entries.append(TraceEntry(f"dL/d{come}", formula, d.copy()))
    return entries


def _step(mlp: Any, objective: Objective, training: Any) -> list[TraceEntry]:
    """Take one step; return the parameters after it."""
    network = objective.network
    if training.clipping is not None:
        parts = network.arrays(network.gradient)
        training.clipping.apply(network.gradient, parts, training.clip_threshold)
    momentum = training.momentum
    if momentum is not None:
        momentum = training.momentum_schedule.momentum(0.0, mlp.max_iter, momentum)
    rate = training.learning_rate * training.schedule.factor(0.0, mlp.max_iter, [])
    Update(objective, training, None).step(rate, momentum)
    entries, number = [], 0
    for layer in network.layers:
        number += layer.has_weights
        for parameter in layer.parameters():
            name = f"{parameter.name}{number}"
            formula = f"one step of {training.optimizer.name} at the rate {rate:g}"
            value = getattr(layer, parameter.name).copy()
            entries.append(TraceEntry(f"{name} after the step", formula, value))
    return entries
