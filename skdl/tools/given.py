"""What comes in as X and y, whatever holds it: checked once, and brought into a plain form.

Lists, data frames, sparse matrices and arrays of objects end up as what the rest can compute with;
what no network can learn from gets an error that names it, before NumPy stumbles over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.multiclass import type_of_target

from skdl.tools.checks import refuse
from skdl.tools.warning import warn_user

__all__ = [
    "as_column",
    "check_sparse",
    "column_values",
    "kind_of_target",
    "named_errors",
    "plain_inputs",
    "plain_target",
]

Array = np.ndarray
# How NumPy begins to say that something is no number, or no array.
CONVERSIONS = (
    "could not convert",
    "setting an array element",
    "invalid literal",
    "Cannot cast",
    "Expected unique column names",
)


def check_sparse(owner: str, name: str, data: Any) -> Any:
    """Return sparse data as CSR, after a look at every index.

    SciPy trusts the indices that it is given: one outside the shape makes its compiled code read
    or write elsewhere in memory, which ends the process or, worse, does not.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> broken = csr_array(np.eye(2))
    >>> broken.indices[0] = 7
    >>> check_sparse("MLPClassifier", "X", broken)
    Traceback (most recent call last):
    ValueError: MLPClassifier: X must be a sparse matrix whose indices lie in its shape, (2, 2); ...
    """
    allowed = f"a sparse matrix whose indices lie in its shape, {data.shape}"
    try:
        if hasattr(data, "check_format"):  # CSR, CSC, BSR
            data.check_format(full_check=True)
        elif data.format == "coo" and data.nnz:
            for axis, numbers in enumerate(data.coords):
                if numbers.min() < 0 or numbers.max() >= data.shape[axis]:
                    raise ValueError(f"an index of axis {axis} lies outside")
    except ValueError as reason:
        raise ValueError(f"{owner}: {name} must be {allowed}; got one where {reason}") from reason
    if data.ndim != 2:
        refuse(owner, name, "a matrix of shape (rows, columns)", data.shape)
    return data.tocsr()


@contextmanager
def named_errors(owner: str, name: str, shape: str = "(rows, columns)") -> Iterator[None]:
    """Name owner and argument where NumPy says only that something is no number.

    Examples
    --------
    >>> with named_errors("MLPClassifier", "X"):
    ...     np.asarray([[1.0, {}]], dtype=float)
    Traceback (most recent call last):
    TypeError: MLPClassifier: X must be an array of numbers of shape (rows, columns): float() ...
    """
    allowed = f"an array of numbers of shape {shape}"
    try:
        yield
    except (TypeError, ValueError, OverflowError) as reason:
        kind = TypeError if isinstance(reason, TypeError) else ValueError
        if isinstance(reason, ValueError) and not str(reason).startswith(CONVERSIONS):
            raise  # it says what is wrong
        is_text = name == "X" and ("string" in str(reason) or "str dtype" in str(reason))
        advice = "; text needs an encoder: OneHotEncoder, or skdl.tabular_pipeline"
        raise kind(
            f"{owner}: {name} must be {allowed}: {reason}{advice if is_text else ''}"
        ) from reason


def plain_inputs(owner: str, X: Any, name: str = "X") -> Any:
    """Return X as a data frame, CSR or an array of two axes or more.

    Numbers that only NumPy knows (of another byte order, longer than float64) become usual ones.

    Examples
    --------
    >>> plain_inputs("diagnose", np.ones((1, 2), dtype=">f4")).dtype.isnative
    True
    """
    if issparse(X):
        return check_sparse(owner, name, X)
    if hasattr(X, "iloc") or hasattr(X, "select_dtypes"):
        return X
    with named_errors(owner, name):
        values = X if isinstance(X, np.ndarray) else np.asarray(X)
    if values.ndim < 2:
        raise ValueError(
            f"{owner}: {name} must have two dimensions (rows, features); got {values.shape}"
        )
    return _usual(values)


def plain_target(owner: str, y: Any, *, numeric: bool, name: str = "y") -> Array:
    """Return y as an array, of finite or missing numbers if ``numeric``.

    Parameters
    ----------
    owner : str
        Who asks, for the message.
    y : array-like or sparse matrix of shape (rows,) or (rows, columns)
        Targets: decimals and fractions are numbers; text and dates are not.
    numeric : bool
        Whether they have to be numbers.
    name : str, default="y"
        The argument, for the message.

    Returns
    -------
    y : ndarray of shape (rows,) or (rows, columns)

    Raises
    ------
    ValueError
        If they are something else.

    Examples
    --------
    >>> from fractions import Fraction
    >>> plain_target("diagnose", [Fraction(1, 2), 2], numeric=True).tolist()
    [0.5, 2.0]
    >>> plain_target("diagnose", ["1.5", "2"], numeric=True)
    Traceback (most recent call last):
    ValueError: diagnose: y must hold numbers; got text, such as '1.5'
    """
    if np.ma.is_masked(y):
        refuse(owner, name, "without masked entries, which are missing values", y)
    if issparse(y):
        values = check_sparse(owner, name, y).toarray()
    else:
        try:
            values = np.asarray(y)
        except (TypeError, ValueError) as reason:
            raise ValueError(f"{owner}: {name} must have one entry a row: {reason}") from reason
    if values.ndim == 0:
        refuse(owner, name, "an array with one entry, or one row of entries, a row of X", y)
    if numeric:
        values = _numbers(owner, name, values)
    elif values.dtype.kind == "O" and _is_missing(values).any():
        raise ValueError(f"{owner}: {name} must have no missing values; got some")
    return _usual(values)


def _usual(values: Array) -> Array:
    """Return numbers in the byte order of the machine, none longer than float64."""
    if values.dtype.kind == "f" and values.dtype.itemsize > 8:
        with np.errstate(over="ignore"):  # it becomes infinite, which is refused by name
            return values.astype(np.float64)
    return values if values.dtype.isnative else values.astype(values.dtype.newbyteorder("="))


def _numbers(owner: str, name: str, values: Array) -> Array:
    """Return values as numbers, or say what they are instead."""
    if values.dtype.kind in "fiub":
        return values
    if values.dtype.kind == "c":
        refuse(owner, name, "real numbers (Complex data not supported)", values.flat[:1])
    text = next((v for v in values.flat if isinstance(v, (str, bytes))), None)
    if text is not None:
        raise ValueError(
            f"{owner}: {name} must hold numbers; got text, such as {np.array(text).item()!r}"
        )
    if values.dtype.kind != "O":
        raise ValueError(
            f"{owner}: {name} must hold numbers; got {values.dtype}: convert dates and times to "
            "numbers, in a unit of your choice"
        )
    try:
        return np.where(_is_missing(values), np.nan, values).astype(np.float64)
    except (TypeError, ValueError, OverflowError) as reason:
        raise ValueError(f"{owner}: {name} must hold numbers: {reason}") from reason


def _is_missing(values: Array) -> Array:
    """Say which of some objects stand for a missing value."""
    from pandas import isna  # heavy: only for arrays of objects

    return np.asarray(isna(values), dtype=bool)


def kind_of_target(owner: str, y: Any, name: str = "y") -> str:
    """Return scikit-learn's ``type_of_target``; name what is no label.

    Examples
    --------
    >>> kind_of_target("diagnose", np.array(["a", "b"]))
    'binary'
    >>> kind_of_target("diagnose", np.array(["a", 1], dtype=object))
    Traceback (most recent call last):
    ValueError: diagnose: y must hold labels of one type, numbers or text; got int, str (Unknown ...
    """
    try:
        kind = type_of_target(y, input_name=name)
    except TypeError as reason:  # they cannot be sorted, or are bytes
        if "bytes" in str(reason):
            raise ValueError(f"{owner}: {name} must hold numbers or text: {reason}") from reason
        kind = "unknown"
    if kind == "unknown":
        came = ", ".join(sorted({type(label).__name__ for label in np.ravel(y)}))
        raise ValueError(
            f"{owner}: {name} must hold labels of one type, numbers or text; got {came} "
            "(Unknown label type)"  # scikit-learn's words, which its checks look for
        )
    return kind


def column_values(X: Any, number: int) -> Array:
    """Return a column of a data frame or an array: numbers as they are, all else as text.

    The cells of a column may be anything, lists or dicts too, which NumPy cannot sort.

    Examples
    --------
    >>> column_values(np.array([[[1, 2]], [None]], dtype=object), 0).tolist()
    ['[1, 2]', 'None']
    """
    values = np.asarray(X.iloc[:, number] if hasattr(X, "iloc") else X[:, number])
    return values if values.dtype.kind in "fiub" else np.array([str(cell) for cell in values])


def as_column(owner: str, y: Array, *, warns: bool) -> Array:
    """Return a matrix of one column as one axis, as a fit does.

    Parameters
    ----------
    owner : str
        Who asks, for the warning.
    y : ndarray of shape (rows,), (rows, 1) or (rows, columns)
        Targets.
    warns : bool
        Whether to say so: a classifier does, as scikit-learn's do.

    Examples
    --------
    >>> as_column("diagnose", np.array([[1.0], [2.0]]), warns=False)
    array([1., 2.])
    """
    if y.ndim != 2 or y.shape[1] != 1:
        return y
    if warns:
        warn_user(
            f"{owner}: A column-vector y was passed when a 1d array was expected; it is taken as "
            "one, y.ravel()",
            DataConversionWarning,
        )
    return y[:, 0]
