"""The best constant of a loss: a mean, a quantile, or where its mean slope is 0."""

from __future__ import annotations

import numpy as np

from skdl.core.losses.base import Loss

__all__ = ["minimum", "root_of_slope", "weighted_mean", "weighted_quantile"]

Array = np.ndarray


def weighted_mean(y: Array, weight: Array | None) -> Array:
    """Return the mean of every column over rows with weights.

    Examples
    --------
    >>> weighted_mean(np.array([[1.0], [4.0]]), np.array([[2.0], [1.0]])).tolist()
    [2.0]
    """
    return np.average(y, axis=-2, weights=None if weight is None else weight[..., 0])


def weighted_quantile(y: Array, quantile: float, weight: Array | None) -> Array:
    """Return a quantile of every column over rows with weights.

    Examples
    --------
    >>> weighted_quantile(np.array([[1.0], [2.0], [6.0], [9.0]]), 0.5, None).tolist()
    [4.0]
    """
    order = np.argsort(y, axis=0)
    y = np.take_along_axis(y, order, axis=0)
    below = np.cumsum(np.ones_like(y) if weight is None else weight[:, 0][order], axis=0)
    wanted = quantile * below[-1]
    # All numbers between these two are as good: below one there is not enough, above the other
    # too much.
    low, high = (below >= wanted).argmax(axis=0), (below > wanted).argmax(axis=0)
    ends = np.take_along_axis(y, np.stack((low, high)), axis=0)
    return ends[0] / 2 + ends[1] / 2


def root_of_slope(loss: Loss, y: Array, weight: Array | None) -> Array:
    """Return, for every column, where the mean slope of a convex loss is 0."""
    from scipy.optimize import brentq

    def root(column: Array) -> float:
        low, high = column.min(), column.max()
        size = max(abs(low), abs(high), np.finfo(float).tiny)

        def slope(constant: float) -> float:
            return float(loss.gradient(column, np.full_like(column, constant), weight).sum())

        if slope(low) >= 0:  # all numbers are the same, or all that count
            return low
        near = 4 * np.finfo(float).eps * size  # over many orders of size it takes many halvings
        return brentq(slope, low, high, xtol=near, maxiter=2000, disp=False)

    return np.array([root(y[:, [j]]) for j in range(y.shape[1])])


def minimum(loss: Loss, y: Array, start: Array) -> Array:
    """Return the raw outputs with the least loss for one row of targets, searched from a start."""
    from scipy.optimize import minimize

    def value_and_slope(raw: Array) -> tuple[float, Array]:
        return float(loss.value(y, raw[None])), loss.slope(y, raw[None])[0]

    options = {"gtol": 1e-12, "ftol": 0.0}
    return minimize(value_and_slope, start, jac=True, method="L-BFGS-B", options=options).x
