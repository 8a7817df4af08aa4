"""Rows: some of them, and their precision."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import assert_all_finite, get_tags

__all__ = [
    "column_groups",
    "column_means",
    "in_precision",
    "inputs_of",
    "is_on_disk",
    "joined",
    "n_rows",
    "params_of_rows",
    "rows_not_finite",
    "rows_of",
]

Array = np.ndarray
SOME = 2**16  # numbers that are converted at a time


def rows_of(data: object, rows: Array) -> object:
    """Take rows of an array, a sparse matrix, a data frame or a list.

    Examples
    --------
    >>> rows_of(["a", "b", "c"], np.array([2, 0]))
    ['c', 'a']
    """
    rows = np.asarray(rows)
    if hasattr(data, "iloc"):
        return data.iloc[rows]
    if isinstance(data, list | tuple):
        return [data[i] for i in (np.flatnonzero(rows) if rows.dtype == bool else rows)]
    return data.tocsr()[rows] if hasattr(data, "tocsr") else data[rows]


def n_rows(data: object) -> int:
    """Return the number of rows of an array, a sparse matrix, a data frame or a list.

    Examples
    --------
    >>> n_rows([[1.0], [2.0]]), n_rows(np.zeros((3, 1)))
    (2, 3)
    """
    return data.shape[0] if hasattr(data, "shape") else len(data)


def joined(first: Any, second: Any) -> Any:
    """Return the rows of two tables of one kind, one below the other.

    Parameters
    ----------
    first, second : array-like, sparse matrix or data frame
        With the same columns.

    Raises
    ------
    ValueError
        If their columns differ.

    Examples
    --------
    >>> joined([[1.0]], np.array([[2.0]])).tolist()
    [[1.0], [2.0]]
    """
    if issparse(first) or issparse(second):
        from scipy.sparse import vstack

        return vstack([first, second], format="csr")
    if hasattr(first, "columns") and hasattr(second, "columns"):
        names = [list(table.columns) for table in (first, second)]
        if names[0] != names[1]:
            raise ValueError(f"their columns must be {names[0]}; got {names[1]}")
    if hasattr(first, "iloc") and hasattr(second, "iloc"):
        import pandas as pd

        return pd.concat([first, second], ignore_index=True)
    if hasattr(first, "vstack") and hasattr(second, "vstack"):  # polars
        return first.vstack(second)
    return np.concatenate((np.asarray(first), np.asarray(second)))


def inputs_of(estimator: object, X: object, rows: Array, training: Array) -> object:
    """Take rows of X; of one number for each pair of rows (a kernel), those with training rows.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> K = np.arange(9).reshape(3, 3)
    >>> inputs_of(SVC(kernel="precomputed"), K, np.array([2]), np.array([0, 1])).tolist()
    [[6, 7]]
    """
    X = rows_of(X, rows)
    pairwise = hasattr(estimator, "__sklearn_tags__") and get_tags(estimator).input_tags.pairwise
    return X[:, training] if pairwise else X


def params_of_rows(params: dict[str, Any], rows: Array, n: int) -> dict[str, Any]:
    """Cut the parameters that have one entry for each of n rows down to some rows.

    Examples
    --------
    >>> params_of_rows({"sample_weight": [1.0, 2.0, 3.0], "sparse": True}, [2], 3)
    {'sample_weight': [3.0], 'sparse': True}
    """

    def is_by_row(value: Any) -> bool:
        if isinstance(value, list | tuple):
            return len(value) == n
        return len(getattr(value, "shape", ())) > 0 and value.shape[0] == n

    return {
        name: rows_of(value, rows) if is_by_row(value) else value for name, value in params.items()
    }


def is_on_disk(X: object) -> bool:
    """Tell whether X is a memory map or a view of one.

    Examples
    --------
    >>> is_on_disk(np.zeros(3))
    False
    """
    return isinstance(X, np.memmap) or (X is not None and is_on_disk(getattr(X, "base", None)))


def in_precision(X: Array, dtype: np.dtype) -> Array:
    """Return rows in memory in one precision, each row contiguous; no copy if they are so already.

    Parameters
    ----------
    X : ndarray, memory map or CSR of shape (n, features)
        Finite numbers. A memory map stays as it is and is only looked through, some rows at a
        time: whoever reads a batch converts it.
    dtype : dtype
        float32 or float64.

    Returns
    -------
    X : ndarray or CSR of shape (n, features)
        A converted CSR shares its indices with the one that came.

    Raises
    ------
    ValueError
        If a number is too large for ``dtype``.

    Examples
    --------
    >>> in_precision(np.array([[0.1]]), np.dtype(np.float32)).dtype
    dtype('float32')
    """
    if not is_on_disk(X):
        return _converted(X, dtype)
    if X.dtype.kind == "f" and np.finfo(X.dtype).max > np.finfo(dtype).max:
        step = max(1, SOME // X.shape[1])
        for start in range(0, len(X), step):
            _converted(X[start : start + step], dtype)
    return X


def _converted(X: Array, dtype: np.dtype) -> Array:
    """Return rows in one precision; raise if that is not enough for a number."""
    given = X.dtype
    with np.errstate(over="ignore"):  # an error says it better, below
        if not issparse(X):
            X = np.ascontiguousarray(X, dtype)  # batches are gathered row by row
        elif given != dtype:
            X = type(X)((X.data.astype(dtype), X.indices, X.indptr), shape=X.shape)
    if given != dtype:
        assert_all_finite(X, input_name="X")
    return X


def rows_not_finite(*tables: Array) -> int:
    """Count the rows in which some table has an infinity or NaN.

    Parameters
    ----------
    *tables : ndarray of shape (n, ...)
        Those of other types than floats have neither.

    Examples
    --------
    >>> rows_not_finite(np.array([[1.0], [np.inf]]), np.array(["a", "b"]))
    1
    """
    floats = [table for table in tables if table.dtype.kind == "f"]
    if all(np.isfinite(table).all() for table in floats):
        return 0
    finite = [np.isfinite(table.reshape(len(table), -1)).all(axis=1) for table in floats]
    return int(np.sum(~np.logical_and.reduce(finite)))


def column_groups(y: Array) -> list[slice]:
    """Cut the columns of a table into groups of which a copy takes little memory.

    Examples
    --------
    >>> column_groups(np.zeros((100_000, 5)))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 6, None)]
    """
    width = max(2, SOME // len(y))
    return [slice(i, i + width) for i in range(0, y.shape[1], width)]


def column_means(y: Array, weight: Array | None) -> Array:
    """Return the mean of every column in float64, over rows with weights.

    Parameters
    ----------
    y : ndarray of shape (n, columns)
        Numbers of any type.
    weight : ndarray of shape (n,) or None
        Weights of the rows.

    Examples
    --------
    >>> column_means(np.array([[0], [1]]), np.array([1.0, 3.0])).tolist()
    [0.75]
    """
    means = [
        np.average(y[:, some].astype(np.float64), axis=0, weights=weight)
        for some in column_groups(y)
    ]
    return np.concatenate(means)
