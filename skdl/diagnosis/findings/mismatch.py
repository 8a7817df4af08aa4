"""Dev rows that are unlike the training rows, and the columns that differ most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from skdl.diagnosis.findings.finding import Finding
from skdl.diagnosis.telling.numbers import format_error
from skdl.tools.given import column_values
from skdl.tools.inside import feature_names

if TYPE_CHECKING:
    from skdl.diagnosis.folds import Fold
    from skdl.diagnosis.sets import Sets

__all__ = ["columns_that_differ", "mismatch_finding"]

MOST_COLUMNS = 3  # that are named
BY_CHANCE = 1e-3  # the probability that any of the columns is named though none differs


def columns_that_differ(X: Any, rows: np.ndarray, others: np.ndarray) -> list[tuple[str, float]]:
    """Name the columns that tell two sets of rows apart best, beyond chance.

    How well is the area under the ROC curve of the column alone: the probability that a value of
    the one set is above one of the other, or below, if that is more.

    Parameters
    ----------
    X : array-like of shape (n_rows, n_features)
        All rows.
    rows, others : ndarray of int
        The numbers of the two sets of rows.

    Examples
    --------
    >>> X = np.column_stack([np.arange(100) % 10, np.arange(100)])
    >>> columns_that_differ(X, np.arange(50), np.arange(50, 100))
    [('feature 1', 1.0)]
    """
    from scipy.sparse import issparse
    from scipy.special import ndtri
    from scipy.stats import mannwhitneyu

    if issparse(X) or len(X.shape) != 2:
        return []
    found = []
    beyond = -ndtri(BY_CHANCE / (2 * X.shape[1]))
    for number, name in enumerate(feature_names(X)):
        column = column_values(X, number)
        if column.dtype.kind not in "fiub":
            continue
        column = column.astype(np.float64)
        one, other = (part[np.isfinite(part)] for part in (column[rows], column[others]))
        pairs = len(one) * len(other)
        if pairs:
            area = mannwhitneyu(one, other).statistic / pairs
            if abs(area - 0.5) > beyond * np.sqrt((len(one) + len(other) + 1) / (12 * pairs)):
                found.append((name, float(max(area, 1 - area))))
    return sorted(found, key=lambda told: -told[1])[:MOST_COLUMNS]


def mismatch_finding(
    sets: Sets | None, X: Any, fold: Fold, *, tolerance: float, in_percent: bool
) -> list[Finding]:
    """Return the finding that dev rows are unlike the training rows, if that is shown.

    Parameters
    ----------
    sets : Sets or None
        The errors.
    X : array-like
        All rows.
    fold : Fold
        The one fit.
    tolerance : float
        What counts as small.
    in_percent : bool
        How errors are written.
    """
    if sets is None or sets.mismatch is None or sets.mismatch.low <= tolerance:
        return []
    low, high, value = (
        format_error(e, in_percent)
        for e in (sets.mismatch.low, sets.mismatch.high, sets.mismatch.value)
    )
    columns = columns_that_differ(X, np.r_[fold.train, fold.test], fold.others["dev"])
    named = ", ".join(f"{name} ({100 * area:.0f} %)" for name, area in columns)
    which = (
        f" What differs most, by how often a value of the one is above one of the other: {named}."
        if columns
        else " No single column of numbers tells them apart."
    )
    return [
        Finding(
            "data mismatch",
            "data",
            f"The error on the dev rows is above that on held-out rows like the training rows by "
            f"{value} ({low} to {high}).{which}",
        )
    ]
