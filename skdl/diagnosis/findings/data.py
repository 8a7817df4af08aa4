"""Mistakes in the data that explain most bad networks: scale, leaks, copies, outliers.

Each sign takes what it needs of the data and returns a :class:`Finding` or None. Inputs are looked
at twice: as they came (leaks, copies) and as the network sees them, after all transformers (scale,
constant features, outliers).
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import issparse

from skdl.diagnosis.findings.finding import Finding
from skdl.tools.text import listing

__all__ = ["data_signs", "error_alone", "feature_numbers", "scale_of_inputs"]

LARGE = 10.0  # a feature's root mean square above this ...
SMALL = 0.01  # ... or all of them below this, or two of them this far apart, count as unscaled
APART = 100.0
OUTLYING = 15.0  # standard deviations from the mean
HEAVY = 20.0  # the excess kurtosis of a target above this; that of an exponential one is 6
LEAK = 0.02  # a feature leaks if alone it leaves less than this share of the constant's error
COPIES = 0.03  # the share of the validation rows that also are training rows
RARE = 0.1  # the smallest class has less than this share of the rows of the largest
MOST_ROWS = 5000  # a sign is read from so many rows at most
MOST_FEATURES = 2000
MOST_TREES = 500  # leaks are looked for among so many features at most
LOWEST = -1e30  # stands for a missing value, below all others


def data_signs(X, y, seen, names, *, classifier: bool, network: bool, folds) -> list[Finding]:
    """Read all signs.

    Parameters
    ----------
    X : array-like, sparse matrix or data frame of shape (n_rows, n_features)
        The inputs as they came.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        The targets.
    seen : array-like or None
        The training inputs of a fold as the model sees them, after the transformers before it.
    names : list of str
        The names of the features in `X`.
    classifier, network : bool
        What the model is: the scale of the inputs matters to a network only.
    folds : list of Fold
        The folds of one repeat, between which copies are looked for.

    Returns
    -------
    findings : list of Finding
    """
    y = np.asarray(y)
    found = []
    if seen is not None:
        seen = np.asarray(seen.toarray() if issparse(seen) else seen)[:MOST_ROWS, :MOST_FEATURES]
        if seen.ndim == 2 and seen.dtype.kind in "fiub":
            seen = seen.astype(np.float64)
            seen_names = names if seen.shape[1] == len(names) else feature_numbers(seen.shape[1])
            found += [constant_features(seen, seen_names)]
            if network:
                found += [unscaled_inputs(seen, seen_names), outliers(seen, seen_names)]
    found += [leaking_feature(X, y, names, classifier), copies(X, y, folds)]
    if classifier and y.ndim == 1:
        found.append(rare_classes(y))
    elif not classifier:
        found.append(heavy_tails(y))
    return [finding for finding in found if finding is not None]


def feature_numbers(n: int) -> list[str]:
    """Name features that transformers have made."""
    return [f"input {number}" for number in range(n)]


# --- as the network sees them ---------------------------------------------------------------------


def scale_of_inputs(seen) -> np.ndarray:
    r"""Return the root mean square of each feature, :math:`\sqrt{\mu^2 + \sigma^2}`.

    Standardised features have 1; a feature far from 0 is as bad as one that varies widely.
    """
    return np.sqrt(np.mean(np.square(seen), axis=0))


def unscaled_inputs(seen, names) -> Finding | None:
    """Find inputs whose scale is far from 1, or far apart."""
    varies = np.ptp(seen, axis=0) > 0
    scale = scale_of_inputs(seen[:, varies])
    if not len(scale):
        return None
    named = [name for name, v in zip(names, varies, strict=True) if v]
    low, high = np.argmin(scale), np.argmax(scale)
    apart = scale[high] > APART * max(scale[low], 1e-300) and scale[high] > 1
    if not (scale[high] > LARGE or scale[high] < SMALL or apart):
        return None
    return Finding(
        "unscaled inputs",
        "data",
        f"The network sees inputs that are not scaled: their root mean squares go from "
        f"{scale[low]:.3g} ({named[low]}) to {scale[high]:.3g} ({named[high]}); near 1 is right.",
    )


def constant_features(seen, names) -> Finding | None:
    """Find inputs that never change."""
    constant = np.ptp(seen, axis=0) == 0
    if not constant.any():
        return None
    which = listing(name for name, c in zip(names, constant, strict=True) if c)
    verb = "never changes" if constant.sum() == 1 else "never change"
    return Finding(
        "constant features", "data", f"{constant.sum()} of {len(names)} inputs {verb}: {which}."
    )


def outliers(seen, names) -> Finding | None:
    """Find values that lie many standard deviations from their mean."""
    spread = seen.std(axis=0)
    z = np.abs(seen - seen.mean(axis=0)) / np.where(spread > 0, spread, np.inf)
    # Few different values, such as a category encoded as 0 and 1, are rare, not outlying.
    far = (z.max(axis=0) > OUTLYING) & (n_different(seen) > 10)
    if not far.any():
        return None
    worst = int(np.argmax(np.where(far, z.max(axis=0), 0)))
    return Finding(
        "outliers",
        "data",
        f"{listing(n for n, f in zip(names, far, strict=True) if f)} "
        f"{'holds' if far.sum() == 1 else 'hold'} values up to {z[:, worst].max():.0f} standard "
        "deviations from the mean: the rest is squeezed together.",
    )


def n_different(values) -> np.ndarray:
    """Count the different values of each column."""
    ordered = np.sort(values, axis=0)
    return 1 + (np.diff(ordered, axis=0) != 0).sum(axis=0)


# --- as they came ---------------------------------------------------------------------------------


def error_alone(values, y, classifier: bool) -> float:
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


def leaking_feature(X, y, names, classifier: bool) -> Finding | None:
    """Find a feature that alone gives the target away."""
    if issparse(X) or y.ndim > 1 or len(X.shape) > 2 or not 2 <= X.shape[1] <= MOST_TREES:
        return None
    n = min(len(y), 2000)
    rows = np.random.default_rng(0).permutation(len(y))[:n]
    y = y[rows] if classifier else y[rows].astype(np.float64)
    leaks = {}
    for number, name in enumerate(names):
        column = X.iloc[rows, number] if hasattr(X, "iloc") else np.asarray(X[:, number])[rows]
        values = np.asarray(column)
        if values.dtype.kind not in "fiub":
            texts, values = np.unique(values.astype(str), return_inverse=True)
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


def copies(X, y, folds) -> Finding | None:
    """Find validation rows that also sit, value for value, in the training part."""
    import pandas as pd

    if issparse(X) or len(X.shape) > 2 or y.ndim > 1:
        return None
    frame = X.copy(deep=False) if isinstance(X, pd.DataFrame) else pd.DataFrame(np.asarray(X))
    frame = frame.set_axis([str(number) for number in range(frame.shape[1])], axis=1)
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


def rare_classes(y) -> Finding | None:
    """Find classes with few rows."""
    classes, counts = np.unique(y, return_counts=True)
    rare = counts < RARE * counts.max()
    if not rare.any():
        return None
    return Finding(
        "imbalanced classes",
        "data",
        f"Class {classes[counts.argmin()]!s} has {counts.min()} rows and class "
        f"{classes[counts.argmax()]!s} {counts.max()}: the error rate hardly notices the rare one. "
        "Look at the errors by class, or score by balanced accuracy.",
    )


def heavy_tails(y) -> Finding | None:
    """Find a target with a few extreme values."""
    y = y.astype(np.float64)
    z = (y - y.mean(axis=0)) / np.where(y.std(axis=0) > 0, y.std(axis=0), 1)
    kurtosis = float(np.max(np.mean(z**4, axis=0)) - 3)
    if kurtosis < HEAVY:
        return None
    return Finding(
        "heavy-tailed target",
        "data",
        f"A few targets lie up to {np.abs(z).max():.0f} standard deviations from the mean (excess "
        f"kurtosis {kurtosis:.0f}): they rule the squared error.",
    )
