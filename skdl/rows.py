"""Rows: some of them, their precision, what they weigh, which are set aside to validate on."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import assert_all_finite, get_tags
from sklearn.utils.validation import check_array

from skdl.core.component import Interval

__all__ = [
    "check_weight",
    "in_precision",
    "inputs_of",
    "n_rows",
    "params_of_rows",
    "random_split",
    "rows_of",
    "stratified_split",
    "weigh_classes",
]

Array = np.ndarray


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


def in_precision(X: Array, dtype: np.dtype) -> Array:
    """Return rows in memory in one precision, each row contiguous; no copy if they are so already.

    Parameters
    ----------
    X : ndarray or CSR of shape (n, features)
        Finite numbers.
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
    given = X.dtype
    with np.errstate(over="ignore"):  # an error says it better, below
        if not issparse(X):
            X = np.ascontiguousarray(X, dtype)  # batches are gathered row by row
        elif given != dtype:
            X = type(X)((X.data.astype(dtype), X.indices, X.indptr), shape=X.shape)
    if given != dtype:
        assert_all_finite(X, input_name="X")
    return X


def check_weight(sample_weight: object, n: int, owner: str) -> Array:
    """Check the weights of n rows.

    Parameters
    ----------
    sample_weight : array-like of shape (n,)
        What came.
    n : int
        Number of rows.
    owner : str
        Who asks, for the message.

    Returns
    -------
    weight : ndarray of shape (n,), float64

    Raises
    ------
    ValueError
        If the shape is another, a weight is negative or not finite, or all are zero.

    Examples
    --------
    >>> check_weight([1, 2], 2, "MLPClassifier").tolist()
    [1.0, 2.0]
    """
    weight = check_array(
        sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
    )
    if weight.shape != (n,):
        raise ValueError(f"{owner}: sample_weight must have shape ({n},); got {weight.shape}")
    if weight.max() == 0:
        raise ValueError(f"{owner}: sample_weight must have a positive weight; got all zero")
    if weight.min() < 0:
        raise ValueError(f"{owner}: sample_weight must be >= 0; got {weight.min():g}")
    return weight


def weigh_classes(
    class_weight: object, classes: Array, y: Array, sample_weight: Array | None, owner: str
) -> Array:
    """Multiply the weights of rows by those of their classes.

    Parameters
    ----------
    class_weight : dict or "balanced"
        Weight of each class, 1 if it is not named; "balanced" is inverse to the weight of its rows.
    classes : ndarray of shape (n_classes,)
        The class labels.
    y : ndarray of shape (n,)
        Class numbers.
    sample_weight : ndarray of shape (n,) or None
        Weights of the rows.
    owner : str
        Who asks, for the message.

    Returns
    -------
    weight : ndarray of shape (n,)

    Raises
    ------
    ValueError
        If ``class_weight`` is something else, or leaves no row with a positive weight.

    Examples
    --------
    >>> y = np.array([0, 0, 0, 1])
    >>> weigh_classes("balanced", np.array(["a", "b"]), y, None, "MLPClassifier").round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    weight = np.ones(len(y)) if sample_weight is None else sample_weight
    if isinstance(class_weight, dict):
        unknown = [label for label in class_weight if label not in classes]
        if unknown:
            raise ValueError(
                f"{owner}: class_weight must name classes of y, {classes}; got {unknown}"
            )
        if not all(Interval(0).allows(w) for w in class_weight.values()):
            raise ValueError(
                f"{owner}: class_weight must give each class a number >= 0; got {class_weight!r}"
            )
        of_class = np.array([class_weight.get(c, 1.0) for c in classes.tolist()])
    elif isinstance(class_weight, str) and class_weight == "balanced":
        total = np.bincount(y, weights=weight, minlength=len(classes))
        of_class = total.sum() / (len(total) * np.maximum(total, np.finfo(float).tiny))
    else:
        raise ValueError(
            f"{owner}: class_weight must be a dict, 'balanced' or None; got {class_weight!r}"
        )
    weight = weight * of_class[y]
    if weight.max() == 0:
        raise ValueError(
            f"{owner}: class_weight must leave a row with a positive weight; got {class_weight!r}"
        )
    return weight


def stratified_split(
    classes: Array, fraction: float, rng: np.random.Generator, owner: str = "stratified_split"
) -> tuple[Array, Array]:
    """Split rows so that every class gives about the same fraction; one row at least stays.

    Parameters
    ----------
    classes : ndarray of shape (n,)
        Class numbers.
    fraction : float
        Part of the rows that is held out.
    rng : numpy.random.Generator
        Source of randomness.
    owner : str
        Who asks, for the message.

    Returns
    -------
    rows, held_out : ndarray of int
        Row numbers, in increasing order.

    Raises
    ------
    ValueError
        If no row could be held out.

    Examples
    --------
    >>> rows, held_out = stratified_split(np.repeat([0, 1], [8, 4]), 0.25, np.random.default_rng(0))
    >>> len(held_out), int(sum(held_out < 8))
    (3, 2)
    """
    held_out = []
    owed = 0.0  # what rounding has kept back so far, so that rare classes add up
    for label in np.unique(classes):
        rows = rng.permutation(np.flatnonzero(classes == label))
        owed += fraction * len(rows)
        take = min(round(owed), len(rows) - 1)
        owed -= take
        held_out.append(rows[:take])
    held = np.sort(np.concatenate(held_out))
    _check_split(len(held), len(classes), fraction, owner)
    return np.setdiff1d(np.arange(len(classes)), held), held


def random_split(
    n: int, fraction: float, rng: np.random.Generator, owner: str = "random_split"
) -> tuple[Array, Array]:
    """Split n rows at random; parameters and results as for :func:`stratified_split`.

    Examples
    --------
    >>> rows, held_out = random_split(10, 0.2, np.random.default_rng(0))
    >>> len(rows), len(held_out)
    (8, 2)
    """
    order = rng.permutation(n)
    n_held = min(max(round(fraction * n), 1), n - 1)
    _check_split(n_held, n, fraction, owner)
    return np.sort(order[n_held:]), np.sort(order[:n_held])


def _check_split(n_held: int, n: int, fraction: float, owner: str) -> None:
    if n_held == 0:
        raise ValueError(
            f"{owner}: early_stopping needs validation rows, but validation_fraction={fraction} of "
            f"n_samples={n} leaves none; raise validation_fraction or pass X_val, y_val"
        )
