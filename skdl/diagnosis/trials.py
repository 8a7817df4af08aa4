r"""Trying the remedies: each measured on fresh folds, beside the unchanged estimator.

A remedy that was proposed because of some folds must not be judged by them. Fresh folds are drawn,
every candidate and the unchanged estimator are fitted on the same ones, and the differences fold by
fold give the change of each gap with its interval (paired, corrected for overlapping folds).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, clone

from skdl.diagnosis.balance import IMBALANCED, balanced_change
from skdl.diagnosis.error_measure import ErrorMeasure
from skdl.diagnosis.folds import Fold, fit_folds
from skdl.diagnosis.gaps import Estimate, corrected_estimate
from skdl.diagnosis.one_split import changes_of_rows
from skdl.diagnosis.remedies.remedy import Remedy
from skdl.diagnosis.splits import make_splits
from skdl.diagnosis.telling.html import trials_as_html
from skdl.diagnosis.telling.text import trials_as_text
from skdl.diagnosis.work import trial_rows
from skdl.tools.progress import Shares, progress_bar
from skdl.tools.rows import n_rows, params_of_rows, rows_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Trials", "count_fits", "fresh_folds", "try_out"]


class Trials:
    """What each remedy did to both gaps: prints as text, and ``to_frame`` gives a DataFrame.

    Parameters
    ----------
    frame : DataFrame
        One row for each candidate, best first: remedy, change, treats, the gaps and the validation
        error after it (bias, variance, validation_error), what it changed of each (bias_change,
        variance_change, validation_change, with ``_low`` and ``_high``), seconds for one fit. Where
        imbalanced classes are treated, the balanced error rate as well (balanced_before,
        balanced_error, balanced_change), whose interval the rows of each class tell.
    unchanged : dict of str to float
        The gaps and the validation error of the unchanged estimator on the same folds.
    confidence : float
        The coverage of the intervals.
    in_percent : bool
        Whether errors are written in percent.
    estimators : list of estimator
        The changed estimator of each row, unfitted.
    failures : list of str
        Candidates that could not be fitted.
    measured_on : str, default="fresh folds"
        Which rows told, in words: "the same folds" or "the same split" as the diagnosis where its
        `cv` gives no others; "of 20000 of the rows" follows where so many were enough.

    See Also
    --------
    skdl.diagnosis.Diagnosis.try_remedies : Makes them.
    skdl.plots.RemediesDisplay : Draws them.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier, diagnose
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), max_iter=5, n_iter_no_change=None, random_state=0)
    >>> diagnosis = diagnose(mlp, X, y, n_repeats=1, train_sizes=(), random_state=0)
    >>> trials = diagnosis.try_remedies(remedies=diagnosis.remedies[:1], random_state=0)
    >>> trials.frame["remedy"].unique().tolist()
    ['Train longer']
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        unchanged: dict[str, float],
        confidence: float,
        in_percent: bool,
        estimators: list[BaseEstimator],
        failures: list[str],
        measured_on: str = "fresh folds",
    ) -> None:
        self.frame = frame
        self.unchanged = unchanged
        self.confidence = confidence
        self.in_percent = in_percent
        self.estimators = estimators
        self.failures = failures
        self.measured_on = measured_on

    def to_frame(self) -> pd.DataFrame:
        """Return the table."""
        return self.frame

    @property
    def best_(self) -> BaseEstimator | None:
        """The estimator of the first row whose validation error is lower for sure, else None."""
        return None if self.best_row_ is None else self.estimators[self.best_row_]

    @property
    def best_row_(self) -> int | None:
        """The number of that row."""
        if not len(self.frame):
            return None
        sure = np.flatnonzero(self.frame["validation_change_high"] < 0)
        return int(sure[0]) if len(sure) else None

    def __str__(self) -> str:
        return trials_as_text(self)

    def _repr_html_(self) -> str:
        return trials_as_html(self)


def _candidates(estimator, remedies: list[Remedy]) -> list[tuple[Remedy | None, str, object]]:
    """List what is fitted: the unchanged estimator, and every change of every remedy."""
    tried = [(None, "unchanged", clone(estimator))]
    for remedy in remedies:
        tried += [(remedy, change, model) for change, model in remedy.candidates(estimator)]
    return tried


def count_fits(estimator: Any, remedies: Sequence[Remedy], cv: int) -> int:
    """Return how many fits trying the remedies takes."""
    return cv * len(_candidates(estimator, remedies))


def fresh_folds(cv: Any, rng: np.random.Generator) -> Any:
    """Return `cv` with another seed; one without a seed stays as it is."""
    if isinstance(cv, Integral) or not hasattr(cv, "random_state"):
        return cv
    cv = copy.copy(cv)
    cv.random_state = int(rng.integers(2**31))
    return cv


def try_out(
    estimator: Any,
    remedies: Sequence[Remedy],
    X: Any,
    y: Any,
    *,
    measure: ErrorMeasure,
    bayes_error: float,
    cv: Any,
    n_repeats: int,
    stratify: bool,
    groups: ArrayLike | None,
    params: dict[str, Any] | None,
    confidence: float,
    rng: np.random.Generator,
    n_jobs: int | None,
    verbose: int,
    most_rows: int,
    l2: float | None,
) -> Trials:
    """Measure the remedies; the parameters are those of :meth:`Diagnosis.try_remedies`.

    So many rows at most are drawn for it. `l2` is what an automatic penalty is with all of them.
    """
    import pandas as pd

    n_all = n_rows(y)
    some = None
    if not isinstance(cv, list):  # splits that were given name rows of their own
        labels = np.asarray(y) if stratify else np.zeros(n_all)
        some = trial_rows(labels, most_rows, rng)
    if some is not None:
        X, y = rows_of(X, some), rows_of(y, some)
        groups = None if groups is None else rows_of(groups, some)
        params = params and params_of_rows(params, some, n_all)
    splits = make_splits(
        X,
        y,
        cv=fresh_folds(cv, rng),
        n_repeats=n_repeats,
        groups=groups,
        stratify=stratify,
        rng=rng,
    )
    one = len(splits) == 1
    balances = any(remedy.treats == IMBALANCED for remedy in remedies)
    folds = [
        Fold(number, train, test, keeps_losses=one or balances)
        for number, (train, test) in enumerate(splits)
    ]
    tried = _candidates(estimator, remedies)
    # Fewer rows would get more of an automatic penalty, and a remedy's number would be less of it.
    as_fitted = estimator if some is None else with_penalty(estimator, l2)
    models = [model for _, _, model in _candidates(as_fitted, remedies) for _ in folds]
    each_fold = [replace(fold) for _ in tried for fold in folds]
    done: list[list[Fold]] = [list(folds) for _ in tried]
    with progress_bar(len(models), verbose=verbose, description="remedies", digits=1) as bar:
        share = Shares(bar, [1] * len(models))
        fits = fit_folds(
            models, X, y, each_fold, measure, params, n_jobs=n_jobs, whole=False, share=share
        )
        for number, fold in fits:
            candidate, place = divmod(number, len(folds))
            done[candidate][place] = fold
            bar.set_postfix_str(tried[candidate][1])

    correlation = np.mean([len(f.test) / (len(f.train) + len(f.test)) for f in folds])

    before = _gaps(done[0], bayes_error)
    if done[0][0].failure:
        raise ValueError(f"try_remedies: the unchanged estimator failed: {done[0][0].failure}")
    rows, models, failures = [], [], []
    for (remedy, change, model), fits in list(zip(tried, done, strict=True))[1:]:
        failed = [fold.failure for fold in fits if fold.failure]
        if failed:
            failures.append(f"{remedy.action} ({change}) could not be fitted: {failed[0]}")
            continue
        row = {"remedy": remedy.action, "change": change, "treats": remedy.treats or remedy.regime}
        row |= _as_columns(
            changes_of_rows(done[0][0], fits[0], bayes_error, confidence)
            if one
            else _changes(before, _gaps(fits, bayes_error), correlation, confidence)
        )
        if balances and all(fold.losses is not None for fold in (*done[0], *fits)):
            row |= balanced_change(done[0], fits, y, confidence)
        row["fit_seconds"] = np.mean([fold.fit_time for fold in fits])
        rows.append(row)
        models.append(model)
    order = sorted(range(len(rows)), key=lambda i: rows[i]["validation_error"])
    unchanged = {
        "bias": float(before["bias"].mean()),
        "variance": float(before["variance"].mean()),
        "validation_error": float(before["validation"].mean()),
    }
    return Trials(
        pd.DataFrame([rows[i] for i in order]),
        unchanged,
        confidence,
        measure.best == 1,
        [models[i] for i in order],
        failures,
        _rows_in_words(cv, one) + ("" if some is None else f" of {len(some)} of the rows"),
    )


def with_penalty(estimator: Any, l2: float | None) -> Any:
    """Return a clone whose automatic penalties are this number; unchanged where it is None.

    Examples
    --------
    >>> from skdl import MLPClassifier
    >>> with_penalty(MLPClassifier(), 0.001).l2
    0.001
    """
    made = clone(estimator)
    if l2 is None:
        return made
    automatic = [
        name
        for name, value in made.get_params().items()
        if name.split("__")[-1] == "l2" and isinstance(value, str)
    ]
    return made.set_params(**dict.fromkeys(automatic, l2))


def _rows_in_words(cv: Any, one: bool) -> str:
    """Say which folds the remedies were measured on."""
    if isinstance(cv, Integral) or hasattr(cv, "random_state"):
        return "a fresh split" if one else "fresh folds"
    return "the same split" if one else "the same folds"


def _gaps(fits: list[Fold], bayes_error: float) -> dict[str, np.ndarray]:
    """Return both gaps and the validation error of each fold."""
    training = np.array([fold.training_error for fold in fits])
    validation = np.array([fold.validation_error for fold in fits])
    return {
        "bias": training - bayes_error,
        "variance": validation - training,
        "validation": validation,
    }


def _changes(
    before: dict[str, np.ndarray],
    after: dict[str, np.ndarray],
    correlation: float,
    confidence: float,
) -> dict[str, tuple[float, Estimate]]:
    """Average what came after, and compare it with before, fold by fold."""
    return {
        name: (
            values.mean(),
            corrected_estimate(values - before[name], correlation, confidence=confidence),
        )
        for name, values in after.items()
    }


def _as_columns(changes: dict[str, tuple[float, Estimate]]) -> dict[str, float]:
    """Return what each gap came to, and its change with both ends, as columns of the table."""
    row = {}
    for name, (value, moved) in changes.items():
        row["validation_error" if name == "validation" else name] = value
        row |= {
            f"{name}_change": moved.value,
            f"{name}_change_low": moved.low,
            f"{name}_change_high": moved.high,
        }
    return row
