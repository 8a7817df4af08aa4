"""A view of the columns that were diagnosed: what is in each, and how it is spread."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse

from skdl.tools.given import column_values
from skdl.tools.inside import feature_names

__all__ = ["Column", "columns_of"]

MOST = 60  # columns that are shown
N_BINS = 12
N_VALUES = 3  # the most frequent values of a column that holds no numbers


class Column(NamedTuple):
    """One column: its name, share of missing values, number of different ones, and their spread.

    `bars` are the heights of a histogram of its numbers, the highest 1; none for other columns.
    """

    name: str
    missing: float
    n_different: int
    values: str
    bars: list[float]


def columns_of(X: Any) -> list[Column]:
    """Describe the columns of a table, the first 60 of them.

    Parameters
    ----------
    X : array-like or data frame of shape (n_rows, n_features)
        The inputs; a sparse matrix has no view, nor have images.

    Returns
    -------
    columns : list of Column

    Examples
    --------
    >>> column = columns_of(np.array([[1.0], [2.0], [np.nan], [9.0]]))[0]
    >>> column.name, column.missing, column.n_different, column.values
    ('feature 0', 0.25, 3, '1 to 9, median 2')
    """
    if issparse(X) or len(X.shape) != 2:
        return []
    names = feature_names(X)[:MOST]
    return [_describe(X, number, name) for number, name in enumerate(names)]


def _describe(X: Any, number: int, name: str) -> Column:
    """Describe one column."""
    import pandas as pd

    cells = X.iloc[:, number] if hasattr(X, "iloc") else pd.Series(X[:, number])
    missing = cells.isna().to_numpy()
    share = float(missing.mean())
    known = column_values(X, number)[~missing]
    if known.dtype.kind not in "fiu":
        counts = pd.Series(known).value_counts()
        told = [f"{v} ({_percent(c / len(known))})" for v, c in counts.head(N_VALUES).items()]
        return Column(name, share, len(counts), ", ".join(told), [])
    known = known.astype(np.float64)
    different = len(np.unique(known))
    if not different:
        return Column(name, 1.0, 0, "", [])
    low, high = known.min(), known.max()
    if different == 1:
        return Column(name, share, 1, f"always {_short(low)}", [])
    with np.errstate(over="ignore"):
        width = high - low
    bars = []
    if np.isfinite(width):
        counts = np.histogram((known - low) / width, bins=N_BINS, range=(0, 1))[0]
        bars = (counts / counts.max()).tolist()
    middle = 2 * np.median(known / 2)  # halved, no sum of two is infinite
    told = f"{_short(low)} to {_short(high)}, median {_short(middle)}"
    return Column(name, share, different, told, bars)


def _short(number: float) -> str:
    """Write a number in a few characters."""
    return f"{number:,.0f}" if abs(number) >= 1e4 and abs(number) < 1e9 else f"{number:.4g}"


def _percent(share: float) -> str:
    """Write a share; a small one is not nothing, nor is a large one all."""
    if 0 < share < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 < share < 1 else f"{100 * share:.0f} %"
