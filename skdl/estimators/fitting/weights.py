"""What rows weigh: the weights that came with them, times those of their classes."""

from __future__ import annotations

import numpy as np
from sklearn.utils.validation import check_array

from skdl.core.component import Interval
from skdl.tools.given import named_errors
from skdl.tools.scaling import near_one

__all__ = ["check_weight", "count_rows", "weigh_classes"]

Array = np.ndarray
MOST_ROWS = 2**53  # above it every float64 is a whole number


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
        As they came, unless sums or products of them could leave the range of float64; then times
        a power of two, so that the largest is near 1: only their ratios matter.

    Raises
    ------
    ValueError
        If the shape is another, a weight is negative or not finite, or all are zero.

    Examples
    --------
    >>> check_weight([1, 2], 2, "MLPClassifier").tolist()
    [1.0, 2.0]
    >>> check_weight([1e308, 1.5e308], 2, "MLPClassifier").round(2).tolist()
    [0.56, 0.83]
    """
    # Sums of huge numbers may overflow, which is fine.
    try:
        with named_errors(owner, "sample_weight", "(rows,)"), np.errstate(all="ignore"):
            weight = check_array(
                sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight"
            )
    except ValueError as reason:  # it says what is wrong, perhaps not of what
        if str(reason).startswith(f"{owner}: "):
            raise
        raise ValueError(f"{owner}: sample_weight: {reason}") from reason
    if weight.shape != (n,):
        raise ValueError(f"{owner}: sample_weight must have shape ({n},); got {weight.shape}")
    if weight.max() == 0:
        raise ValueError(f"{owner}: sample_weight must have a positive weight; got all zero")
    if weight.min() < 0:
        raise ValueError(f"{owner}: sample_weight must be >= 0; got {weight.min():g}")
    return weight if 1e-100 < weight.max() < 1e100 else near_one(weight)[0]


def count_rows(weight: Array | None, n: int) -> int:
    """Return how many rows the weights stand for.

    Whole numbers are repetitions, so that a row of weight two is two rows. Of any other weights
    only the ratios have a meaning, and the rows that have some are counted.

    Parameters
    ----------
    weight : ndarray of shape (n,) or None
        Checked weights of the rows.
    n : int
        Rows.

    Examples
    --------
    >>> count_rows(np.array([0.0, 1.0, 3.0]), 3), count_rows(np.array([0.0, 0.1, 0.3]), 3)
    (4, 2)
    """
    if weight is None:
        return n
    total = weight.sum()
    are_whole = total < MOST_ROWS and bool((weight == np.floor(weight)).all())
    return int(total if are_whole else np.count_nonzero(weight))


def weigh_classes(
    class_weight: object, classes: Array, y: Array, sample_weight: Array | None, owner: str
) -> Array:
    """Multiply the weights of rows by those of their classes.

    Parameters
    ----------
    class_weight : dict or "balanced"
        Weight of each class, 1 if it is not named; "balanced" is inverse to the weight of its
        rows. A class that is named may be missing from y, as happens in a fold, as long as all
        that are there are named, too; else the name is taken for a mistake.
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
        known = classes.tolist()
        unknown = [label for label in class_weight if label not in known]
        missing = [label for label in known if label not in class_weight]
        if unknown and missing:
            raise ValueError(
                f"{owner}: class_weight must name classes of y, {classes}, and others only beside "
                f"all of these; got {unknown}"
            )
        if not all(Interval(0).allows(w) for w in class_weight.values()):
            raise ValueError(
                f"{owner}: class_weight must give each class a number >= 0; got {class_weight!r}"
            )
        of_class = near_one(np.array([class_weight.get(c, 1.0) for c in known], np.float64))[0]
    elif isinstance(class_weight, str) and class_weight == "balanced":
        total = np.bincount(y, weights=weight, minlength=len(classes))
        # A class without weight keeps none, and one of hardly any stays finite.
        least = len(y) * np.finfo(float).tiny
        of_class = total.sum() / (len(total) * np.maximum(total, least))
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
