"""A test part: held out before anything is looked at, measured once, at the very end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from skdl.tools.rows import rows_of

if TYPE_CHECKING:
    from skdl.diagnosis.error_measure import ErrorMeasure

__all__ = ["HeldOut", "final_test", "split_test_rows", "wilson_interval"]

LEAST_ROWS = 20


@dataclass(frozen=True)
class HeldOut:
    """What the test part said.

    Parameters
    ----------
    what : str
        What was tested: the network unchanged, or with which change.
    n_rows : int
        The number of rows in the test part.
    error, low, high : float
        The error, with its 95 % interval.
    before : HeldOut or None, default=None
        What it said of the network unchanged, where it was changed.
    """

    what: str
    n_rows: int
    error: float
    low: float
    high: float
    before: HeldOut | None = None


def split_test_rows(
    y: Any, fraction: float, *, stratify: bool, seed: int, least: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Split the rows into those to work with and those for the last test.

    The test part is empty where it would have fewer than 20 rows. A class that would have too few
    rows left to work with stays out of the test part.

    Parameters
    ----------
    y : array of shape (n_rows,)
        The targets.
    fraction : float in [0, 1)
        The share of rows in the test part.
    stratify : bool
        Whether both parts get the classes in their proportions.
    seed : int
        Decides which rows.
    least : int, default=1
        How many rows of each class there must be to work with.

    Returns
    -------
    work, test : arrays of int
        Row numbers in ascending order.
    """
    from sklearn.model_selection import train_test_split

    rows = np.arange(len(y))
    if fraction * len(y) < LEAST_ROWS:
        return rows, rows[:0]
    scarce = np.zeros(len(y), dtype=bool)
    if stratify:
        labels, counts = np.unique(y, return_counts=True)
        left = np.minimum(counts - np.ceil(fraction * counts), counts - 1)
        scarce = np.isin(y, labels[left < least])
    usual = rows[~scarce]
    size = round(fraction * len(y))
    if size > len(usual) - len(np.unique(y[usual])) * stratify:
        return rows, rows[:0]
    _, test = train_test_split(
        usual, test_size=size, stratify=y[usual] if stratify else None, random_state=seed
    )
    return np.setdiff1d(rows, test), np.sort(test)


def wilson_interval(errors: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval for a share of rows.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference".

    Examples
    --------
    >>> print("{:.3f} {:.3f}".format(*wilson_interval(0, 100)))
    0.000 0.037
    """
    z2 = 1.959964**2
    centre = (errors + z2 / 2) / (n + z2)
    half = np.sqrt(z2) / (n + z2) * np.sqrt(errors * (n - errors) / n + z2 / 4)
    return float(max(centre - half, 0)), float(min(centre + half, 1))


def final_test(
    estimator: Any,
    X: Any,
    y: Any,
    work: np.ndarray,
    test: np.ndarray,
    measure: ErrorMeasure,
    what: str,
) -> HeldOut:
    """Fit on the rows to work with and measure the error on the test part.

    Parameters
    ----------
    estimator : estimator
        It is cloned.
    X, y : array-like
        All rows.
    work, test : arrays of int
        From :func:`split_test_rows`.
    measure : ErrorMeasure
        The error.
    what : str
        What is tested, in words.
    """
    fitted = clone(estimator).fit(rows_of(X, work), y[work])
    X, y = rows_of(X, test), y[test]
    error = measure.error(measure.scorer(fitted, X, y))
    if measure.name == "error rate":
        low, high = wilson_interval(round(error * len(y)), len(y))
    else:
        rng = np.random.default_rng(0)
        draws = [rng.integers(len(y), size=len(y)) for _ in range(200)]
        errors = [measure.error(measure.scorer(fitted, rows_of(X, d), y[d])) for d in draws]
        low, high = np.quantile(errors, [0.025, 0.975])
    return HeldOut(what, len(y), float(error), float(low), float(high))
