"""What is known about the targets of the evaluation rows: their mean, and how noisy they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skdl.core.component import Interval
from skdl.decomposition.data_sets import OWNER
from skdl.tools.checks import refuse
from skdl.tools.given import plain_target

__all__ = ["Target", "make_target", "neighbour_noise"]


@dataclass
class Target:
    """What is known about the target at the n evaluation rows.

    Attributes
    ----------
    value : ndarray of shape (n, m)
        The mean of y, or the probabilities of the m classes. Where these are not known, the
        observed y (0 and 1 for classes), which has the noise in it.
    noise : ndarray of shape (n,) or 0
        Squared error: the variance of y around `value`. For classes it follows from `value`.
    noise_in_value : ndarray of shape (n,) or 0
        The known noise of the loss that an observed `value` has in it; it is moved out of the bias.
    """

    value: np.ndarray
    noise: np.ndarray | float = 0.0
    noise_in_value: np.ndarray | float = 0.0


@np.errstate(over="ignore", invalid="ignore")  # noise that is not finite is refused
def make_target(
    loss: str,
    evaluation: tuple[Any, Any],
    classes: np.ndarray | None,
    shape: tuple[int, int],
    *,
    y_mean: Any,
    noise: Any,
    rows: np.ndarray | None,
    source: tuple[Any, Any],
) -> Target:
    """Bring together what the user knows about the evaluation rows.

    Parameters
    ----------
    loss : str
        The loss that is decomposed.
    evaluation : tuple of (X_test, y_test)
        The evaluation rows; `y_test` may be None beside a `y_mean`.
    classes : ndarray or None
        The class labels; None for the squared error.
    shape : tuple of (n, m)
        Evaluation rows, and outputs or classes.
    y_mean, noise : see ``bias_variance_decomposition``
        What the user gave.
    rows : ndarray of int or None
        Where the evaluation rows stand in X, if they were split off.
    source : tuple of (X, y)
        The rows among which neighbours are looked for.

    Returns
    -------
    target : Target
    """
    X_test, y_test = evaluation
    observed = None if y_test is None else _columns(y_test, classes)
    if observed is not None and observed.shape != shape:
        refuse(OWNER, "y_test", f"of shape {shape}, as the predictions are", observed.shape)
    if isinstance(noise, str):
        noise = _estimated_noise(loss, noise, y_mean, classes, *source)
    elif noise is not None:
        noise = _known_noise(noise, shape[0], rows)
    if y_mean is None:
        if noise is not None and loss == "zero_one":
            refuse(
                OWNER, "noise", "None with loss='zero_one', which needs y_mean to know it", noise
            )
        return Target(observed, noise_in_value=0.0 if noise is None else noise)
    mean = _known_mean(y_mean, X_test, classes, shape, rows)
    if classes is not None:
        if noise is not None:
            refuse(
                OWNER, "noise", "None beside y_mean, which tells the noise of a classifier", noise
            )
        return Target(mean)
    if noise is None:
        noise = 0.0 if observed is None else ((observed - mean) ** 2).mean(axis=1)
    return Target(mean, noise=noise)


def _columns(y, classes) -> np.ndarray:
    """Write targets as columns: one an output, or 0 and 1 for each class."""
    if classes is None:
        y = np.asarray(y, dtype=np.float64)
        return y.reshape(len(y), -1)
    return np.eye(len(classes))[np.searchsorted(classes, np.asarray(y))]


def _at(rows, values, name) -> np.ndarray:
    """Pick the evaluation rows, where they were split off."""
    if rows is None:
        return values
    if values.ndim == 0 or len(values) <= rows.max():
        refuse(OWNER, name, "an array with one entry for each row of X", values)
    return values[rows]


def _known_mean(y_mean, X_test, classes, shape, rows) -> np.ndarray:
    """Return the mean of the targets as columns, checked."""
    mean = plain_target(
        OWNER, y_mean(X_test) if callable(y_mean) else y_mean, numeric=True, name="y_mean"
    ).astype(np.float64)
    if not callable(y_mean):
        mean = _at(rows, mean, "y_mean")
    if classes is not None and mean.ndim == 1 and len(classes) == 2:
        mean = np.column_stack([1 - mean, mean])
    mean = mean.reshape(len(mean), -1)
    if mean.shape != shape:
        refuse(OWNER, "y_mean", f"of shape {shape} at the evaluation rows", mean.shape)
    if not np.isfinite(mean).all():
        refuse(OWNER, "y_mean", "finite", "NaN or infinity")
    if classes is not None and (mean.min() < 0 or abs(mean.sum(axis=1) - 1).max() > 1e-6):
        refuse(OWNER, "y_mean", "probabilities of the classes, which sum to 1", mean)
    return mean


def _known_noise(noise, n, rows) -> np.ndarray:
    """Return the noise that the user gave, checked."""
    if Interval().allows(noise):
        noise = np.asarray(noise, dtype=np.float64)
    else:
        noise = plain_target(OWNER, noise, numeric=True, name="noise").astype(np.float64)
        noise = _at(rows, noise, "noise")
    if noise.shape not in ((), (n,)) or not (np.isfinite(noise) & (noise >= 0)).all():
        refuse(OWNER, "noise", f"'nearest_neighbors', or one number >= 0 or {n} of them", noise)
    return noise


def _estimated_noise(loss, noise, y_mean, classes, X, y) -> float:
    """Estimate the noise of the loss, where that is possible."""
    if noise != "nearest_neighbors":
        refuse(OWNER, "noise", "a number, an array or 'nearest_neighbors'", noise)
    if loss not in ("squared_error", "zero_one_kohavi_wolpert"):
        refuse(OWNER, "noise", f"None with loss={loss!r}, which needs y_mean to know it", noise)
    if y_mean is not None:
        refuse(OWNER, "noise", "no estimate beside y_mean", noise)
    variance = neighbour_noise(X, _columns(y, classes))
    return float(variance.mean() if classes is None else variance.sum() / 2)


@np.errstate(over="ignore", invalid="ignore")  # noise that is not finite is refused
def neighbour_noise(X: Any, y: np.ndarray) -> np.ndarray:
    r"""Estimate the variance of the noise in y from pairs of nearest neighbours.

    .. math:: \hat\sigma^2 = \frac{1}{2n} \sum_i (y_i - y_{\mathrm{nn}(i)})^2

    Two rows at the same place differ by the noise of both. Neighbours are not quite at the same
    place, so the estimate is too high where the function changes between them: with few rows, many
    features or little noise.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n, features)
        Inputs, numeric; each feature is divided by its standard deviation.
    y : ndarray of shape (n, m)
        Targets; 0 and 1 for classes.

    Returns
    -------
    noise : ndarray of shape (m,)
        In units of y squared. Half its sum over the classes is the noise of Kohavi and Wolpert.

    References
    ----------
    Stefánsson, Končar and Jones (1997), "A note on the Gamma test". Cover and Hart (1967),
    "Nearest neighbor pattern classification", for classes.

    Examples
    --------
    >>> X = np.array([[0.0], [0.0], [1.0], [1.0]])
    >>> neighbour_noise(X, y=np.array([[3.0], [5.0], [7.0], [7.0]]))
    array([1.])
    """
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import StandardScaler

    try:
        X = StandardScaler(with_mean=False).fit_transform(X)
        nearest = NearestNeighbors(n_neighbors=1).fit(X).kneighbors(return_distance=False)[:, 0]
    except ValueError as reason:  # missing values, one row, distances that overflow
        raise ValueError(
            f"{OWNER}: noise must be a number where rows have no nearest neighbours: {reason}"
        ) from reason
    return ((y - y[nearest]) ** 2).mean(axis=0) / 2
