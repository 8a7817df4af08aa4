"""Which rows a fit learns from, and which it is judged by: folds, and orders that nest."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from skdl.tools.rows import n_rows

__all__ = ["MANY", "make_splits", "nested_order", "some_rows"]

MANY = 20_000  # rows: of more, some may tell enough


def make_splits(
    X: Any,
    y: Any,
    *,
    cv: Any,
    n_repeats: int,
    groups: Any,
    stratify: bool,
    rng: np.random.Generator,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the folds as (training rows, validation rows): shuffled, stratified where possible."""
    from sklearn.model_selection import (
        GroupKFold,
        KFold,
        StratifiedGroupKFold,
        StratifiedKFold,
        check_cv,
    )

    if groups is None:
        splitter = StratifiedKFold if stratify else KFold
    else:
        splitter = StratifiedGroupKFold if stratify else GroupKFold
    try:
        if not isinstance(cv, Integral):
            splits = check_cv(cv, y, classifier=stratify).split(X, y, groups)
            splits = [(_numbers(train), _numbers(test)) for train, test in splits]
        else:
            seeds = rng.integers(2**31, size=n_repeats).tolist()
            repeats = [splitter(int(cv), shuffle=True, random_state=seed) for seed in seeds]
            splits = [split for repeat in repeats for split in repeat.split(X, y, groups)]
    except ValueError as reason:
        raise ValueError(f"diagnose: cv={cv!r} does not fit the data: {reason}") from reason
    if not splits:
        raise ValueError("diagnose: cv must give at least one split; got none")
    for number, split in enumerate(splits):
        for part, rows in zip(("training", "validation"), split, strict=True):
            if rows.size == 0 or rows.max() >= n_rows(y):
                raise ValueError(
                    f"diagnose: cv must give numbers of the {n_rows(y)} rows; the {part} rows of "
                    f"split {number} are {'none' if rows.size == 0 else f'up to {rows.max()}'}"
                )
    return splits


def _numbers(rows: Any) -> np.ndarray:
    """Return the numbers of rows that came as a list, an array or a mask."""
    rows = np.asarray(rows)
    return np.flatnonzero(rows) if rows.dtype == bool else rows.astype(np.intp)


def nested_order(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Shuffle rows so that every first part of the order holds the classes in their proportions.

    The r-th of the n rows of a class gets the key r/n, so the order opens with one row a class.

    Examples
    --------
    >>> labels = np.array(["a"] * 6 + ["b"] * 3)
    >>> order = nested_order(labels, np.random.default_rng(0))
    >>> [str(label) for label in np.sort(labels[order[:3]])]
    ['a', 'a', 'b']
    """
    order = rng.permutation(len(labels))
    _, label, count = np.unique(labels[order], return_inverse=True, return_counts=True)
    rank = np.empty(len(order))
    rank[np.argsort(label, kind="stable")] = np.concatenate([np.arange(n) for n in count])
    return order[np.argsort(rank / count[label], kind="stable")]


def some_rows(rows: np.ndarray, most: int = MANY) -> np.ndarray:
    """Return at most so many of the rows, drawn at random, the same ones at every call.

    Examples
    --------
    >>> len(some_rows(np.arange(100), most=10)), len(some_rows(np.arange(5), most=10))
    (10, 5)
    """
    if len(rows) <= most:
        return rows
    return rows[np.sort(np.random.default_rng(0).choice(len(rows), most, replace=False))]
