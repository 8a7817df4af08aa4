"""Training and validation errors of any estimator, fold by fold and size by size."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.base import clone, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing

from skdl.diagnosis.error_measure import ErrorMeasure
from skdl.diagnosis.findings.training_record import TrainingRecord, read_record
from skdl.diagnosis.splits import nested_order
from skdl.diagnosis.verdict.outputs import classes_of, outputs_of
from skdl.together import Fitted, Task, fit_as_completed
from skdl.tools.checks import is_number
from skdl.tools.inside import feature_names, fitted_network, is_network, names_inside
from skdl.tools.progress import Share, Shares, nobody, progress_bar
from skdl.tools.rows import params_of_rows, rows_of

__all__ = [
    "HALF",
    "TRAIN_SIZES",
    "Fold",
    "fit_folds",
    "learning_curve_tasks",
    "measure",
    "read_folds",
]

TRAIN_SIZES = (0.1, 0.25, 0.5)  # of a learning curve, besides all rows
HALF = 0.5  # of the training rows: two fits to disjoint halves tell the variance


@dataclass
class Fold:
    """One fit: its rows, the share they are of the fold's training rows, and what came of it.

    `part` counts the disjoint fits with the same share. `trouble` says why it did not converge,
    `failure` why there is no fit at all. Of fits at full size, `record` is the network's own
    record, `predicted` is what was predicted for the validation rows, `training_losses` and
    `losses` are the losses of the training and of the validation rows, and of the first fold,
    `inputs` are all rows as the model at the end of a pipeline sees them, with their names where
    these are known. Where `keeps_losses`, smaller fits keep both losses as well. Where
    `keeps_outputs`, `outputs` are what the fit says of its validation rows, and at full size
    `training_outputs` of its training rows. Of the rows of `others`, by the name of the set,
    `other_errors` are the error and the losses.
    """

    fold: int
    train: np.ndarray = field(repr=False)
    test: np.ndarray = field(repr=False)
    share: float = 1.0
    part: int = 0
    keeps_outputs: bool = False
    keeps_losses: bool = False
    training_error: float = np.nan
    validation_error: float = np.nan
    fit_time: float = np.nan
    trouble: str | None = None
    failure: str | None = None
    warnings: list[tuple[type[Warning], str]] = field(default_factory=list, repr=False)
    record: TrainingRecord | None = field(default=None, repr=False)
    predicted: np.ndarray | None = field(default=None, repr=False)
    training_losses: np.ndarray | None = field(default=None, repr=False)
    losses: np.ndarray | None = field(default=None, repr=False)
    inputs: Any = field(default=None, repr=False)
    input_names: list[str] | None = field(default=None, repr=False)
    outputs: np.ndarray | None = field(default=None, repr=False)
    training_outputs: np.ndarray | None = field(default=None, repr=False)
    others: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    other_errors: dict[str, tuple[float, np.ndarray]] = field(default_factory=dict, repr=False)


def learning_curve_tasks(
    folds: list[Fold],
    y: Any,
    *,
    train_sizes: Sequence[float],
    stratify: bool,
    rng: np.random.Generator,
) -> list[Fold]:
    """List the fits at part of the training rows: nested subsets of each fold, and two halves.

    The halves are disjoint: the first one is nested as well, the second one is the rest. Sizes
    that say nothing are left out: fewer than 20 rows, or than two rows a class.
    """
    labels = np.asarray(y) if stratify else np.zeros(len(y))
    minimum = max(20, 2 * len(np.unique(labels)))
    tasks = []
    for fold in folds:
        order = fold.train[nested_order(labels[fold.train], rng)]
        for share in sorted({*train_sizes, HALF}):
            size = round(share * len(order))
            if minimum <= size < len(order):
                parts = [order[:size], order[size:]] if share == HALF else [order[:size]]
                tasks += [
                    Fold(
                        fold.fold,
                        rows,
                        fold.test,
                        share,
                        number,
                        keeps_outputs=share == HALF,
                        keeps_losses=len(folds) == 1,
                    )
                    for number, rows in enumerate(parts)
                ]
    return tasks


class _Measure:
    """What is done with each fit of :func:`fit_folds`, in the worker that made it."""

    def __init__(
        self, X: Any, y: Any, measure: ErrorMeasure, score_params: dict, keeps_whole: bool
    ) -> None:
        self.X, self.y, self.measure = X, y, measure
        self.score_params = score_params
        self.keeps_whole = keeps_whole
        self.classes = classes_of(y)

    def __call__(self, task: Task, fitted: Fitted) -> Fold:
        fold, whole = task.label, self.keeps_whole and task.label.share == 1
        fold.fit_time = fitted.seconds
        try:
            if fitted.error is not None:
                raise fitted.error
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                test, train = self.part(fold.test), self.part(fold.train)
                fold.validation_error = self.error(fitted.estimator, "validation", *test)
                fold.training_error = self.error(fitted.estimator, "training", *train)
                if whole:
                    fold.trouble = _trouble(fitted.warnings)
                    fold.losses, fold.predicted = row_losses(fitted.estimator, *test[:2])
                    fold.training_losses, _ = row_losses(fitted.estimator, *train[:2])
                    self.look_inside(fitted.estimator, train[1], fold)
                    for name, rows in fold.others.items():
                        part = self.part(rows)
                        losses, _ = row_losses(fitted.estimator, *part[:2])
                        error = self.error(fitted.estimator, name, *part)
                        fold.other_errors[name] = error, losses
                elif fold.keeps_losses:
                    fold.losses, _ = row_losses(fitted.estimator, *test[:2])
                    fold.training_losses, _ = row_losses(fitted.estimator, *train[:2])
                if fold.keeps_outputs:
                    fold.outputs = outputs_of(fitted.estimator, test[0], self.classes, whole)
                if fold.keeps_outputs and whole:
                    fold.training_outputs = outputs_of(fitted.estimator, train[0], self.classes)
        except ValueError as failure:
            if whole:
                raise ValueError(
                    f"diagnose: every fold must give a score, but fold {fold.fold}, with "
                    f"{len(fold.train)} training and {len(fold.test)} validation rows, gave none: "
                    f"{failure}"
                ) from failure
            fold.failure = str(failure).strip().splitlines()[0]
            return fold
        messages = [*fitted.warnings, *((w.category, str(w.message)) for w in caught)]
        fold.trouble = _trouble(messages)
        fold.warnings = [(c, m) for c, m in messages if not issubclass(c, ConvergenceWarning)]
        return fold

    def part(self, rows: np.ndarray) -> tuple[Any, Any, dict[str, Any]]:
        """Take some rows: their inputs, targets, and what the scorer gets besides."""
        params = self.score_params and params_of_rows(self.score_params, rows, len(self.y))
        return rows_of(self.X, rows), rows_of(self.y, rows), params

    def error(self, estimator: Any, part: str, X: Any, y: Any, params: dict[str, Any]) -> float:
        """Return the error on some rows; refuse a score that is no number, which proves nothing."""
        score = self.measure.scorer(estimator, X, y, **params)
        if not (is_number(score) and np.isfinite(score)):
            raise ValueError(
                f"the score of its {part} rows is {score!r}: choose a cv whose parts have more "
                "rows, and every class, or another scoring"
            )
        return self.measure.error(score)

    def look_inside(self, fitted: Any, y: Any, fold: Fold) -> None:
        """Keep the record of a network, and of the first fold the inputs as it sees them."""
        X = self.X if fold.fold == 0 else None
        network, fold.inputs = fitted_network(fitted, X, in_search=False)
        if X is not None:
            fold.input_names = names_inside(fitted, feature_names(X))
        if is_network(network):
            fold.record = read_record(network, y, fold.trouble)


def _trouble(messages) -> str | None:
    """Return the first warning that a fit did not converge."""
    return next((m for c, m in messages if issubclass(c, ConvergenceWarning)), None)


def fit_folds(
    estimators: Sequence[Any],
    X: Any,
    y: Any,
    folds: list[Fold],
    measure: ErrorMeasure,
    params: dict[str, Any] | None,
    *,
    n_jobs: int | None,
    whole: bool = True,
    share: Share = nobody,
) -> Iterator[tuple[int, Fold]]:
    """Fit each of the estimators on the training rows of its fold, and measure its two errors.

    Yields each one's number and its fold, filled in, when done. Of `whole` fits at full size more
    is kept, and a failure is raised; else a failure is only noted. `share` is told of progress.
    """
    fit_params, score_params = _routed(estimators[0], measure.scorer, params or {})
    tasks = [
        Task(clone(estimator), (f.fold, f.share, f.part), f.train, fit_params, label=f)
        for estimator, f in zip(estimators, folds, strict=True)
    ]
    then = _Measure(X, y, measure, score_params, whole)
    return fit_as_completed(tasks, X, y, then=then, n_jobs=n_jobs, share=share)


def _routed(estimator, scorer, params) -> tuple[dict, dict]:
    """Say which parameters go to ``fit`` and which to the scorer, as ``cross_validate`` does."""
    if not get_config().get("enable_metadata_routing"):
        return params, {}
    to_fit = MethodMapping().add(caller="fit", callee="fit")
    to_scorer = MethodMapping().add(caller="fit", callee="score")
    router = (
        MetadataRouter(owner="diagnose")
        .add(estimator=estimator, method_mapping=to_fit)
        .add(scorer=scorer, method_mapping=to_scorer)
    )
    routed = process_routing(router, "fit", **params)
    return routed.estimator.fit, routed.scorer.score


def row_losses(fitted: Any, X: Any, y: Any) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return each row's loss (1 for a wrong class; for a regressor, the squared error) and guess.

    Both are None of an estimator that predicts nothing, or nothing of the targets' shape.
    """
    if not hasattr(fitted, "predict"):
        return None, None
    y, predicted = np.asarray(y), np.asarray(fitted.predict(X))
    if y.shape != predicted.shape:
        return None, None
    if is_classifier(fitted):
        losses = (y != predicted).reshape(len(y), -1).any(axis=1).astype(np.float64)
    else:
        losses = np.square(predicted - y).reshape(len(y), -1).mean(axis=1)
    return losses, predicted


def measure(
    estimator: Any,
    X: Any,
    y: Any,
    folds: list[Fold],
    error: ErrorMeasure,
    *,
    params: dict[str, Any] | None,
    n_jobs: int | None,
    verbose: int,
) -> list[Fold]:
    """Carry out the fits and fill in their errors. Each distinct warning is passed on once.

    `estimator` may be a list with one for each fold.
    """
    estimators = estimator if isinstance(estimator, list) else [estimator] * len(folds)
    done: list[Fold] = list(folds)
    # Counted in rows, not fits: a fit's time grows with its rows, so the time left is right.
    rows = [len(f.train) for f in folds]
    with progress_bar(sum(rows), verbose=verbose, description="diagnose") as bar:
        fits = fit_folds(
            estimators, X, y, folds, error, params, n_jobs=n_jobs, share=Shares(bar, rows)
        )
        for n_done, (number, fold) in enumerate(fits, start=1):
            done[number] = fold
            bar.set_postfix_str(f"fit {n_done} of {len(folds)}")
    _pass_on_warnings(done)
    return done


def read_folds(
    fits: Sequence[Fitted],
    X: Any,
    y: Any,
    folds: list[Fold],
    error: ErrorMeasure,
    params: dict[str, Any] | None,
) -> list[Fold]:
    """Fill in the folds of estimators that have been fitted to their training rows."""
    _, score_params = _routed(fits[0].estimator, error.scorer, params or {})
    look = _Measure(X, y, error, score_params, keeps_whole=True)
    done = [
        look(Task(fit.estimator, fold.fold, fold.train, {}, label=fold), fit)
        for fit, fold in zip(fits, folds, strict=True)
    ]
    _pass_on_warnings(done)
    return done


def _pass_on_warnings(folds: list[Fold]) -> None:
    """Warn of what fits warned of, each distinct text once."""
    for category, message in dict.fromkeys(w for f in folds for w in f.warnings):
        warnings.warn(message, category, stacklevel=4)
