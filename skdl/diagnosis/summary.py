"""From the errors of single fits to estimates, learning curve and notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from skdl.diagnosis.folds import Fold
from skdl.diagnosis.gaps import Estimate, corrected_estimate, shared_rows
from skdl.diagnosis.one_split import is_one_split, summarise_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "correlations",
    "fold_frame",
    "learning_curve",
    "more_rows_help",
    "notes",
    "paired_gaps",
    "summarise",
]


def correlations(folds: list[Fold], n_rows: int) -> tuple[float, float]:
    """Return how two folds correlate: in what is measured on training rows, and on new rows."""
    if is_one_split(folds):
        return 0.0, 0.0
    n_train = np.mean([len(fold.train) for fold in folds])
    n_test = np.mean([len(fold.test) for fold in folds])
    between_tests = n_test / (n_train + n_test)
    between_trainings = max(between_tests, shared_rows([fold.train for fold in folds], n_rows))
    return min(between_trainings, 0.99), min(between_tests, 0.99)


def summarise(
    folds: list[Fold], *, n_rows: int, bayes_error: float, confidence: float, resolution: float
) -> dict[str, Estimate]:
    """Estimate both errors and both gaps from fits with equally many training rows.

    The correlation of two folds is the share of test rows, as Nadeau and Bengio take it; for the
    training error it is at least the share of training rows that two folds have in common. The
    spread of the variance gap is that of :func:`paired_gaps` where the error is a mean over rows.
    Of one split, the rows tell the spread (see :mod:`skdl.diagnosis.one_split`).
    """
    if is_one_split(folds):
        return summarise_rows(
            folds, bayes_error=bayes_error, confidence=confidence, resolution=resolution
        )
    training = np.array([fold.training_error for fold in folds])
    validation = np.array([fold.validation_error for fold in folds])
    between_trainings, between_tests = correlations(folds, n_rows)
    gap, paired = validation - training, paired_gaps(folds, n_rows)

    def estimate(values: np.ndarray, correlation):
        return corrected_estimate(values, correlation, confidence=confidence, resolution=resolution)

    return {
        "training_error": estimate(training, between_trainings),
        "validation_error": estimate(validation, between_tests),
        "bias": estimate(training - bayes_error, between_trainings),
        "variance": replace(
            estimate(gap if paired is None else paired, between_tests), value=float(gap.mean())
        ),
    }


def paired_gaps(folds: list[Fold], n_rows: int) -> np.ndarray | None:
    """Return each fold's variance gap on the same rows: held out, and trained on in other folds.

    The plain gap of a fold compares its validation rows with other rows, those it was trained on:
    that one part happens to be harder than the other says nothing about the model, but widens the
    interval of a stable model several times. None where the error is no mean over rows, or a row
    was never trained on.
    """
    if any(fold.losses is None for fold in folds):
        return None
    means = [np.mean(fold.losses) for fold in folds]
    if not np.allclose(means, [fold.validation_error for fold in folds]):
        return None
    total, count = np.zeros(n_rows), np.zeros(n_rows)
    for fold in folds:
        total[fold.train] += fold.training_losses
        count[fold.train] += 1
    with np.errstate(invalid="ignore"):
        trained_on = total / count
    gaps = np.array([np.mean(fold.losses - trained_on[fold.test]) for fold in folds])
    return gaps if np.isfinite(gaps).all() else None


def learning_curve(folds: list[Fold], smaller: list[Fold], **settings: Any) -> pd.DataFrame:
    """Summarise the fits by their number of training rows, smallest first."""
    import pandas as pd

    fits = [fold for fold in smaller if fold.failure is None] + folds
    rows = []
    for share in sorted({fold.share for fold in fits}):
        group = [fold for fold in fits if fold.share == share]
        if len(group) < 2 and group[0].losses is None:
            continue  # all others failed, and its rows do not tell how it varies
        found = summarise(group, **settings)
        row = {"n_rows": round(np.mean([len(fold.train) for fold in group]))}
        for name in ("training", "validation"):
            estimate = found[f"{name}_error"]
            row |= {
                f"{name}_error": estimate.value,
                f"{name}_low": max(estimate.low, 0.0),
                f"{name}_high": estimate.high,
            }
        rows.append(row)
    return pd.DataFrame(rows)


def more_rows_help(curve: pd.DataFrame | None) -> bool | None:
    """Say whether the last doubling of the rows lowered the validation error by a tenth or more."""
    if curve is None or len(curve) < 2:
        return None
    before, after = curve["validation_error"].iloc[-2], curve["validation_error"].iloc[-1]
    doublings = np.log2(curve["n_rows"].iloc[-1] / curve["n_rows"].iloc[-2])
    return bool(after < before * 0.9**doublings)


def fold_frame(folds: list[Fold]) -> pd.DataFrame:
    """Return one row for each fit."""
    import pandas as pd

    return pd.DataFrame(
        {
            "fold": [fold.fold for fold in folds],
            "n_train": [len(fold.train) for fold in folds],
            "n_test": [len(fold.test) for fold in folds],
            "training_error": [fold.training_error for fold in folds],
            "validation_error": [fold.validation_error for fold in folds],
            "fit_seconds": [fold.fit_time for fold in folds],
            "converged": [fold.trouble is None for fold in folds],
        }
    )


def notes(
    folds: list[Fold], smaller: list[Fold], gaps: dict[str, Estimate], bayes_error: float
) -> list[str]:
    """Say what else was noticed: fits cut short or failed, an error below Bayes'."""
    said = []
    if is_one_split(folds):
        said.append(
            f"There is one split: the intervals are those of its {len(folds[0].train)} training "
            f"and {len(folds[0].test)} validation rows. They do not cover how much another "
            "training set would change."
        )
    troubles = [fold.trouble for fold in folds if fold.trouble]
    if troubles:
        said.append(f"{len(troubles)} of {len(folds)} fits did not converge: {troubles[0]}")
    failed = [fold for fold in smaller if fold.failure]
    if failed:
        sizes = ", ".join(str(size) for size in sorted({len(fold.train) for fold in failed}))
        said.append(f"Fits on {sizes} rows failed and are not on the curve: {failed[0].failure}")
    if bayes_error > 0 and gaps["validation_error"].high < bayes_error:
        said.append(
            "The error on new rows is below the Bayes error, which no model can be: the Bayes "
            "error is lower than said, or rows of the validation parts were seen in training."
        )
    elif bayes_error > 0 and gaps["bias"].high < 0:
        said.append(
            "The training error is below the Bayes error: the model has begun to learn the noise, "
            "or the Bayes error is lower than said."
        )
    return said
