r"""A diagnosis from one split: training rows and validation rows, as many people have them.

There are no folds then to tell how errors vary, but each error is a mean over n rows, and the rows
tell how such a mean varies:

.. math:: \operatorname{Var}(\bar e) = \frac{s^2}{n}, \qquad
    \operatorname{Var}(\bar e_v - \bar e_t) = \frac{s_v^2}{n_v} + \frac{s_t^2}{n_t}.

What that does not cover is how much another training set would change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from skdl.diagnosis.gaps import Estimate
from skdl.tools.checks import refuse
from skdl.tools.rows import joined, n_rows

if TYPE_CHECKING:
    from skdl.diagnosis.error_measure import ErrorMeasure
    from skdl.diagnosis.folds import Fold

__all__ = [
    "changes_of_rows",
    "check_rows_tell",
    "in_unit",
    "is_one_split",
    "joined_sets",
    "less",
    "mean_of_rows",
    "summarise_rows",
]

Array = np.ndarray
NONE_WRONG = 1.5  # rows: of n without an error, the upper end is then near 3/n, the "rule of three"


def is_one_split(folds: Sequence[Fold]) -> bool:
    """Say whether all fits belong to one split."""
    return len({fold.fold for fold in folds}) == 1


def joined_sets(
    X: Any,
    y: Any,
    held_out: dict[str, tuple[Any, Any]],
    *,
    cv: Any,
    groups: Any,
    params: dict[str, Any] | None,
) -> tuple[Any, Any, dict[str, Array]]:
    """Return the training rows with all sets that were held out below them, and who is where.

    Parameters
    ----------
    X, y : array-like
        The training rows.
    held_out : dict of str to pair of array-like or None
        The inputs and targets of each set, by the name that its parameters end in; a pair of None
        is no set.
    cv, groups, params
        As for :func:`skdl.diagnosis.diagnose`: the first two have nothing left to do.

    Returns
    -------
    rows, targets : array-like
        All of them, in the order of the sets.
    numbers : dict of str to ndarray of int
        The numbers of the rows of each set; those of X and y are "training".

    Raises
    ------
    ValueError
        If half of a set is missing, if it does not suit X and y, or if a parameter has nothing left
        to do.
    """
    sets = {name: pair for name, pair in held_out.items() if any(p is not None for p in pair)}
    for name, pair in sets.items():
        if any(part is None for part in pair):
            raise ValueError(f"diagnose: X_{name} and y_{name} must be given together")
    if cv != 5 or groups is not None:
        raise ValueError(
            "diagnose: cv and groups have no effect beside X_val, which is the only split"
        )
    for suffix, (inputs, labels) in {"": (X, y), **{f"_{n}": p for n, p in sets.items()}}.items():
        if n_rows(labels) != n_rows(inputs):
            raise ValueError(
                f"diagnose: y{suffix} must have as many rows as X{suffix}, {n_rows(inputs)}; got "
                f"{n_rows(labels)}"
            )
    ends = np.cumsum([n_rows(X), *(n_rows(inputs) for inputs, _ in sets.values())])
    for name, value in (params or {}).items():
        if np.ndim(value) and len(value) in ends[:-1]:
            then = " and then of ".join(f"X_{name}" for name in sets)
            allowed = f"an array with an entry for each row of X and then of {then}, {ends[-1]}"
            refuse("diagnose", f"params[{name!r}]", allowed, f"{len(value)} entries")
    rows, targets = X, y
    for name, (inputs, labels) in sets.items():
        try:
            rows, targets = joined(rows, inputs), joined(targets, labels)
        except ValueError as reason:
            raise ValueError(
                f"diagnose: X_{name} and y_{name} must suit X and y: {reason}"
            ) from reason
    parts = np.split(np.arange(ends[-1]), ends[:-1])
    return rows, targets, dict(zip(["training", *sets], parts, strict=True))


def check_rows_tell(owner: str, folds: Sequence[Fold], measure: ErrorMeasure) -> None:
    """Refuse one split with an error that is no mean over rows: nothing tells how it varies.

    Raises
    ------
    ValueError
        If it is none.
    """
    if not is_one_split(folds):
        return
    if not measure.is_mean_over_rows or any(fold.losses is None for fold in folds):
        raise ValueError(
            f"{owner}: cv must give two folds or more with a scoring that is no mean over rows, "
            f"for the rows of one split do not tell how it varies; got the error {measure.name!r}"
        )


def in_unit(losses: Array, error: float) -> Array:
    """Return the losses of rows in the unit of the error that is their mean."""
    mean = losses.mean()
    return losses * (error / mean) if mean > 0 else losses


def _losses(folds: Sequence[Fold], kind: str) -> Array:
    """Return the loss of each row in the unit of the error; of several fits, their mean."""
    name = "losses" if kind == "validation" else "training_losses"
    parts = []
    for fold in folds:
        parts.append(in_unit(getattr(fold, name), getattr(fold, f"{kind}_error")))
    # Fits to disjoint parts of the training rows meet the same validation rows.
    return np.mean(parts, axis=0) if kind == "validation" else np.concatenate(parts)


def mean_of_rows(losses: Array, confidence: float, resolution: float) -> Estimate:
    """Average over rows; of rows that are right or wrong, `resolution` is 1, else 0."""
    n = len(losses)
    spread = float(losses.std(ddof=1)) if n > 1 else 0.0
    error = max(spread / np.sqrt(n), NONE_WRONG * resolution / n)
    return Estimate(float(losses.mean()), float(error), max(n - 1, 1), confidence)


def less(minuend: Estimate, subtrahend: Estimate) -> Estimate:
    """Return the difference of two means over different rows."""
    error = float(np.hypot(minuend.standard_error, subtrahend.standard_error))
    df = min(minuend.df, subtrahend.df)
    return Estimate(minuend.value - subtrahend.value, error, df, minuend.confidence)


def summarise_rows(
    folds: Sequence[Fold], *, bayes_error: float, confidence: float, resolution: float
) -> dict[str, Estimate]:
    """Estimate both errors and both gaps from one split.

    Parameters
    ----------
    folds : list of Fold
        The fits with equally many training rows, with the losses of their rows.
    bayes_error : float
        The best attainable error.
    confidence : float
        The coverage of the intervals.
    resolution : float
        0 where an error may have any size; else a row is right or wrong.
    """
    countable = 1.0 if resolution else 0.0
    training, validation = (
        mean_of_rows(_losses(folds, kind), confidence, countable)
        for kind in ("training", "validation")
    )

    return {
        "training_error": training,
        "validation_error": validation,
        "bias": replace(training, value=training.value - bayes_error),
        "variance": less(validation, training),
    }


def changes_of_rows(
    before: Fold, after: Fold, bayes_error: float, confidence: float
) -> dict[str, tuple[float, Estimate]]:
    """Return both gaps and the validation error after a change, and how each moved, row by row.

    Parameters
    ----------
    before, after : Fold
        The fits of the unchanged and of the changed estimator, to the same rows.
    bayes_error : float
        The best attainable error.
    confidence : float
        The coverage of the intervals.
    """
    moved = {
        kind: mean_of_rows(_losses([after], kind) - _losses([before], kind), confidence, 0.0)
        for kind in ("training", "validation")
    }
    return {
        "bias": (after.training_error - bayes_error, moved["training"]),
        "variance": (
            after.validation_error - after.training_error,
            less(moved["validation"], moved["training"]),
        ),
        "validation": (after.validation_error, moved["validation"]),
    }
