"""A test part: held out before anything is looked at, measured once, at the very end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from skdl.diagnosis.final_test import HeldOut, measure_once
from skdl.tools.rows import rows_of

if TYPE_CHECKING:
    from skdl.diagnosis.error_measure import ErrorMeasure

__all__ = ["final_test", "split_test_rows"]

LEAST_ROWS = 20


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
    return measure_once(fitted, rows_of(X, test), y[test], measure, what)
