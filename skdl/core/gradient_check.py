r"""Gradient checks: whether the coded derivative is that of the coded function.

Every derivative is compared with a central difference of fourth order,

.. math:: f'(0) \approx \frac{8[f(h) - f(-h)] - [f(2h) - f(-2h)]}{12 h}

of :math:`f(h) = J(\theta + h e_j)`, in float64. Where a step would cross a kink (of a rectifier,
say) there is no derivative to compare: such parameters are skipped and counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdl.core.layers import Pass
from skdl.core.objective import Objective

__all__ = ["GradientCheck", "check_gradient", "check_hessian_vector", "difference"]

Array = np.ndarray


@dataclass(frozen=True)
class GradientCheck:
    """The outcome of a check.

    Attributes
    ----------
    error : float
        Largest relative error over the parameter arrays, ``‖g − ĝ‖ / (‖g‖ + ‖ĝ‖)``; an array whose
        gradient is below 1e-3 of the whole is measured against that.
    n_checked, n_skipped : int
        Parameters compared, and left out because of a kink.
    """

    error: float
    n_checked: int
    n_skipped: int


def difference(f: Callable[[float], Any], h: float) -> Any:
    """Return f'(0) by the fourth-order central difference.

    Examples
    --------
    >>> float(difference(lambda h: np.exp(2 * h), 1e-3).round(9))
    2.0
    """
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


def _pieces(objective: Objective, work: Any, y: Array, raw: Array) -> list[Array]:
    """Tell on which side of every kink everything lies."""
    network = objective.network
    layers = zip(network.layers, work.memos, strict=True)
    pieces = [layer.pieces(memo) for layer, memo in layers]
    return [piece for piece in (*pieces, objective.loss.pieces(y, raw)) if piece is not None]


class _Probe:
    """Evaluates the objective, always with the same noise."""

    def __init__(self, objective, x, y, weight, training, seed):
        self.objective = objective
        self.data = (x, y, weight)
        self.training = training
        self.seed = seed
        self.work = objective.network.workspace(x.shape[0])
        self.running = objective.network.running.copy()

    def run(self):
        """Return a pass that draws the same noise every time."""
        rng = np.random.default_rng(self.seed)
        return Pass(training=self.training, weight=self.data[2], rng=rng)

    def gradient(self):
        """Return a copy of the gradient at θ."""
        return self.objective.gradient(*self.data, self.work, self.run()).copy()

    def value_and_pieces(self):
        """Return J without its terms with corners, and the pieces, at θ."""
        (x, y, weight), objective, network = self.data, self.objective, self.objective.network
        raw = network.forward(x, self.work, self.run())
        penalty = network.activity_penalty(self.work) + objective.smooth_penalty()
        value = float(objective.loss.value(y, raw, weight) + penalty)
        network.running[...] = self.running
        return value, _pieces(objective, self.work, y, raw)


def _relative_error(network, g, g_hat, keep):
    """Return the largest relative error over the parameter arrays."""
    floor = 1e-3 * np.linalg.norm(g[keep]) + 1e-12
    mask = network.arrays(keep.astype(float))
    errors = [
        np.linalg.norm((a - b) * m) / max(np.linalg.norm(a * m) + np.linalg.norm(b * m), floor)
        for a, b, m in zip(network.arrays(g), network.arrays(g_hat), mask, strict=True)
    ]
    return float(max(errors))


def check_gradient(
    objective: Objective,
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    training: bool = True,
    h: float = 3e-4,
    seed: int = 0,
) -> GradientCheck:
    """Compare the gradient of every parameter with differences of the objective.

    Parameters
    ----------
    objective : Objective
        Its network must be in float64.
    x, y, weight : ndarray
        A batch; weight of shape (rows, 1) or None.
    training : bool
        Whether noise is drawn (the same in every evaluation) and batch statistics are used.
    h : float
        Step.
    seed : int
        Seed of the noise.

    Returns
    -------
    check : GradientCheck
    """
    network, probe = objective.network, _Probe(objective, x, y, weight, training, seed)
    theta = network.theta
    g = probe.gradient()
    g_hat, keep = np.zeros_like(g), np.ones(theta.shape, bool)
    _, here = probe.value_and_pieces()
    for j in range(theta.shape[-1]):
        start = theta[j]

        def value(step, j=j, start=start):
            theta[j] = start + step
            value, pieces = probe.value_and_pieces()
            keep[j] &= all(np.array_equal(a, b) for a, b in zip(pieces, here, strict=True))
            return value

        g_hat[j] = difference(value, h)
        theta[j] = start
    error = _relative_error(network, g, g_hat, keep)
    return GradientCheck(error, int(keep.sum()), int((~keep).sum()))


def check_hessian_vector(
    objective: Objective,
    x: Array,
    y: Array,
    weight: Array | None = None,
    *,
    v: Array,
    h: float = 1e-4,
) -> GradientCheck:
    """Compare a Hessian-vector product with differences of the gradient along ``v``.

    Parameters
    ----------
    objective, x, y, weight
        As for :func:`check_gradient`.
    v : ndarray of shape (n_parameters,)
        Direction.
    h : float
        Step along ``v``.

    Returns
    -------
    check : GradientCheck
        ``n_skipped`` is all parameters if the step would cross a kink.
    """
    network, probe = objective.network, _Probe(objective, x, y, weight, True, 0)
    hv = objective.hessian_vector(v, x, y, weight, probe.work, probe.run())
    theta, start = network.theta, network.theta.copy()
    _, here = probe.value_and_pieces()
    smooth = True

    def gradient(step):
        nonlocal smooth
        theta[...] = start + step * v
        _, pieces = probe.value_and_pieces()
        smooth &= all(np.array_equal(a, b) for a, b in zip(pieces, here, strict=True))
        return probe.gradient()

    hv_hat = difference(gradient, h)
    theta[...] = start
    keep = np.full(theta.shape, smooth)
    if not smooth:
        return GradientCheck(0.0, 0, theta.size)
    return GradientCheck(_relative_error(network, hv, hv_hat, keep), theta.size, 0)
