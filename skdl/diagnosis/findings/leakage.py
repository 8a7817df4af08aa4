"""Data that give the target away: a feature made from it, rows that are trained on and validated.

Inputs are looked at as they came, before any transformer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse

from skdl.diagnosis.findings.finding import Finding
from skdl.diagnosis.folds import Fold
from skdl.tools.given import column_values
from skdl.tools.text import listing

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["copies", "error_alone", "leaking_feature", "repeated_inputs"]

LEAK = 0.02  # a feature leaks if alone it leaves less than this share of the constant's error
COPIES = 0.03  # the share of the validation rows that also are training rows
MOST_TREES = 500  # leaks are looked for among so many features at most
LOWEST = -1e30  # stands for a missing value, below all others


def error_alone(values: np.ndarray, y: np.ndarray, classifier: bool) -> float:
    """Return the error of a small tree on one feature, as a share of the constant prediction's.

    The tree has at most 50 leaves, and 20 rows a leaf on average, so that it cannot learn noise.

    Examples
    --------
    >>> x = np.arange(100.0)
    >>> error_alone(x, x > 39, classifier=True)
    0.0
    >>> error_alone(x, x % 2, classifier=True) > 0.8
    True
    """
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    kind = DecisionTreeClassifier if classifier else DecisionTreeRegressor
    tree = kind(max_leaf_nodes=max(2, min(50, len(y) // 20)), min_samples_leaf=5, random_state=0)
    score = tree.fit(values[:, None], y).score(values[:, None], y)
    if not classifier:
        return float(1 - score)
    constant = 1 - np.unique(y, return_counts=True)[1].max() / len(y)
    return float((1 - score) / constant) if constant else 1.0


def leaking_feature(X: Any, y: np.ndarray, names: list[str], classifier: bool) -> Finding | None:
    """Find a feature that alone gives the target away."""
    if issparse(X) or y.ndim > 1 or len(X.shape) > 2 or not 2 <= X.shape[1] <= MOST_TREES:
        return None
    n = min(len(y), 2000)
    rows = np.random.default_rng(0).permutation(len(y))[:n]
    y = y[rows] if classifier else y[rows].astype(np.float64)
    leaks = {}
    for number, name in enumerate(names):
        values = column_values(X, number)[rows]
        if values.dtype.kind not in "fiub":
            texts, values = np.unique(values, return_inverse=True)
            if len(texts) > n / 20:
                continue  # names and the like: each row its own
        left = error_alone(np.nan_to_num(values.astype(np.float64), nan=LOWEST), y, classifier)
        if left < LEAK:
            leaks[name] = left
    # Where most features tell it, the problem is easy and nothing leaks.
    if not leaks or 2 * len(leaks) > len(names):
        return None
    worst = min(leaks, key=leaks.__getitem__)
    return Finding(
        "leaking feature",
        "data",
        f"{listing(leaks)} alone {'predicts' if len(leaks) == 1 else 'predict'} the target almost "
        f"perfectly ({worst}: {100 * leaks[worst]:.1f} % of a constant prediction's error is "
        "left): is it known when the prediction is needed?",
    )


def _plain_frame(X: Any) -> pd.DataFrame:
    """Return a table as columns of numbers and text, which can be hashed."""
    import pandas as pd

    if getattr(X, "dtype", np.dtype(object)).kind in "fiub":
        return pd.DataFrame(X).rename(columns=str)
    return pd.DataFrame({str(n): column_values(X, n) for n in range(X.shape[1])})


def repeated_inputs(X: Any) -> np.ndarray:
    """Say of each row whether another one has the same inputs; of sparse ones it is not asked.

    Examples
    --------
    >>> repeated_inputs(np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])).tolist()
    [True, False, True]
    """
    if issparse(X):
        return np.zeros(X.shape[0], dtype=bool)
    if len(X.shape) > 2:
        X = np.asarray(X).reshape(X.shape[0], -1)
    return _plain_frame(X).duplicated(keep=False).to_numpy()


def copies(X: Any, y: np.ndarray, folds: Sequence[Fold]) -> Finding | None:
    """Find validation rows that also sit, value for value, in the training part."""
    import pandas as pd

    if issparse(X) or len(X.shape) > 2 or y.ndim > 1:
        return None
    frame = _plain_frame(X)
    several = [frame[name].nunique() > 20 for name in frame]
    if not any(several) and frame.shape[1] <= 5:
        return None  # a table of few possible rows: equal ones are no copies
    keys = pd.util.hash_pandas_object(frame.assign(target=y), index=False).to_numpy()
    copied = [np.isin(keys[fold.test], keys[fold.train]) for fold in folds]
    share = float(np.concatenate(copied).mean())
    if share < COPIES:
        return None
    return Finding(
        "copies across folds",
        "data",
        f"{100 * share:.0f} % of the validation rows also are training rows, value for value: the "
        "validation error looks lower than it is. Remove the copies, or pass `groups`.",
    )
