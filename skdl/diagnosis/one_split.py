r"""A diagnosis from one split: training rows and validation rows, as many people have them.

There are no folds then to tell how errors vary, but each error is a mean over n rows, and the rows
tell how such a mean varies:

.. math:: \operatorname{Var}(\bar e) = \frac{s^2}{n}, \qquad
    \operatorname{Var}(\bar e_v - \bar e_t) = \frac{s_v^2}{n_v} + \frac{s_t^2}{n_t}.

What that does not cover is how much another training set would change.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from skdl.diagnosis.gaps import Estimate
from skdl.tools.checks import refuse
from skdl.tools.rows import joined, n_rows

if TYPE_CHECKING:
    from skdl.diagnosis.error_measure import ErrorMeasure
    from skdl.diagnosis.folds import Fold

__all__ = ["changes_of_rows", "check_rows_tell", "is_one_split", "summarise_rows", "with_dev_set"]

Array = np.ndarray
NONE_WRONG = 1.5  # rows: of n without an error, the upper end is then near 3/n, the "rule of three"


def is_one_split(folds: Sequence[Fold]) -> bool:
    """Say whether all fits belong to one split."""
    return len({fold.fold for fold in folds}) == 1


def with_dev_set(
    X: Any, y: Any, X_val: Any, y_val: Any, *, cv: Any, groups: Any, params: dict[str, Any] | None
) -> tuple[Any, Any, Any]:
    """Return all rows, their targets, and the one split into rows of X and rows of X_val.

    Parameters
    ----------
    X, y, X_val, y_val : array-like
        The training rows and the validation rows.
    cv, groups, params
        As for :func:`skdl.diagnosis.diagnose`: the first two have nothing left to do.

    Raises
    ------
    ValueError
        If one of ``X_val`` and ``y_val`` is missing, if they do not suit ``X`` and ``y``, or if
        a parameter has nothing left to do.
    """
    if X_val is None or y_val is None:
        raise ValueError("diagnose: X_val and y_val must be given together")
    if cv != 5 or groups is not None:
        raise ValueError(
            "diagnose: cv and groups have no effect beside X_val, which is the only split"
        )
    n, n_val = n_rows(X), n_rows(X_val)
    for name, part, rows in (("y", y, n), ("y_val", y_val, n_val)):
        if n_rows(part) != rows:
            inputs = "X_val" if name == "y_val" else "X"
            raise ValueError(
                f"diagnose: {name} must have as many rows as {inputs}, {rows}; got {n_rows(part)}"
            )
    for name, value in (params or {}).items():
        if np.ndim(value) and len(value) == n:
            allowed = f"an array with an entry for each row of X and then of X_val, {n + n_val}"
            refuse("diagnose", f"params[{name!r}]", allowed, f"{n} entries")
    try:
        rows, targets = joined(X, X_val), joined(y, y_val)
    except ValueError as reason:
        raise ValueError(f"diagnose: X_val and y_val must suit X and y: {reason}") from reason
    return rows, targets, [(np.arange(n), np.arange(n, n + n_val))]


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


def _losses(folds: Sequence[Fold], kind: str) -> Array:
    """Return the loss of each row in the unit of the error; of several fits, their mean."""
    name = "losses" if kind == "validation" else "training_losses"
    parts = []
    for fold in folds:
        losses, error = getattr(fold, name), getattr(fold, f"{kind}_error")
        mean = losses.mean()
        parts.append(losses * (error / mean) if mean > 0 else losses)
    # Fits to disjoint parts of the training rows meet the same validation rows.
    return np.mean(parts, axis=0) if kind == "validation" else np.concatenate(parts)


def _mean(losses: Array, confidence: float, resolution: float) -> Estimate:
    """Average over rows."""
    n = len(losses)
    spread = float(losses.std(ddof=1)) if n > 1 else 0.0
    error = max(spread / np.sqrt(n), NONE_WRONG * resolution / n)
    return Estimate(float(losses.mean()), float(error), max(n - 1, 1), confidence)


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
        _mean(_losses(folds, kind), confidence, countable) for kind in ("training", "validation")
    )

    def less(minuend: Estimate, value: float, error: float, df: int) -> Estimate:
        return Estimate(minuend.value - value, float(error), df, confidence)

    both = float(np.hypot(training.standard_error, validation.standard_error))
    df = min(training.df, validation.df)
    return {
        "training_error": training,
        "validation_error": validation,
        "bias": less(training, bayes_error, training.standard_error, training.df),
        "variance": less(validation, training.value, both, df),
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
        kind: _mean(_losses([after], kind) - _losses([before], kind), confidence, 0.0)
        for kind in ("training", "validation")
    }
    gap = moved["validation"].value - moved["training"].value
    spread = np.hypot(*(estimate.standard_error for estimate in moved.values()))
    df = min(estimate.df for estimate in moved.values())
    return {
        "bias": (after.training_error - bayes_error, moved["training"]),
        "variance": (
            after.validation_error - after.training_error,
            Estimate(gap, float(spread), df, confidence),
        ),
        "validation": (after.validation_error, moved["validation"]),
    }
