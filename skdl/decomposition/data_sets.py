"""Many data sets and what is learned from each: drawn, fitted, and asked about the same rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.utils import resample

from skdl.together import Fitted, Task, fit_together
from skdl.tools.checks import refuse
from skdl.tools.given import as_column, kind_of_target, plain_inputs, plain_target
from skdl.tools.rows import n_rows
from skdl.tools.warning import warn_user

__all__ = [
    "Resampler",
    "Sampler",
    "plain_rows",
    "predict_all",
    "rows_to_draw",
    "split_evaluation_rows",
]

OWNER = "bias_variance_decomposition"  # whose parameters are refused
# What labels are, by the letter of NumPy's type; objects that are labels are text.
LABELS = {**dict.fromkeys("fiub", "numbers"), **dict.fromkeys("UTO", "text")}
LEAST_PROBABILITY = np.finfo(np.float64).eps  # as in scikit-learn's log_loss


@dataclass
class Resampler:
    """Draws data sets of `n_rows` from one, with or without replacement."""

    X: object
    y: object
    replace: bool
    n_rows: int

    def __call__(self, rng: np.random.Generator) -> tuple:
        """Draw one."""
        seed = int(rng.integers(2**31))
        return resample(
            self.X, self.y, replace=self.replace, n_samples=self.n_rows, random_state=seed
        )


@dataclass
class Sampler:
    """The user's own function that makes data sets; what it makes is checked."""

    estimator: Any
    function: Callable[[np.random.Generator], tuple[Any, Any]]

    def __call__(self, rng: np.random.Generator) -> tuple:
        """Make one."""
        made = self.function(rng)
        if not isinstance(made, (tuple, list)) or len(made) != 2:
            refuse(OWNER, "sampler", "a callable that returns a pair (X, y)", made)
        return plain_rows(self.estimator, *made, ("X of the sampler", "y of the sampler"))


def plain_rows(estimator: Any, X: Any, y: Any, names: tuple[str, str]) -> tuple[Any, Any]:
    """Return inputs and targets in a plain form, one as long as the other; None stays None."""
    if X is not None:
        X = plain_inputs(OWNER, X, names[0])
    if y is not None:
        y = plain_target(OWNER, y, numeric=is_regressor(estimator), name=names[1])
        y = as_column(OWNER, y, warns=is_classifier(estimator))
        if is_classifier(estimator) and y.ndim > 1:
            refuse(OWNER, names[1], "one column of classes", f"shape {y.shape}")
        if y.dtype.kind == "f" and not np.isfinite(y).all():
            refuse(OWNER, names[1], "finite", "NaN or infinity")
        if is_classifier(estimator):
            kind_of_target(OWNER, y, names[1])
    if X is not None and y is not None and n_rows(X) != len(y):
        refuse(OWNER, names[1], f"as long as {names[0]}, {n_rows(X)} rows", len(y))
    return X, y


def split_evaluation_rows(
    estimator: Any, X: Any, y: Any, test_size: int | float | None, rng: np.random.Generator
) -> tuple[Any, Any, Any, Any, np.ndarray]:
    """Split off the evaluation part; return it, the rest, and the row numbers of the part."""
    from sklearn.model_selection import train_test_split

    if len(y) < 2:
        refuse(OWNER, "X", "of two rows or more, of which some are held out", f"{len(y)} row")
    X, X_test, y, y_test, _, rows = train_test_split(
        X,
        y,
        np.arange(len(y)),
        test_size=test_size,
        random_state=int(rng.integers(2**31)),
        stratify=y if is_classifier(estimator) else None,
    )
    return X, y, X_test, y_test, rows


def rows_to_draw(sampler: str, train_size: int | float | None, available: int) -> int:
    """Return the size of a data set."""
    if train_size is None:
        train_size = 1.0 if sampler == "bootstrap" else 0.5
    n = train_size if isinstance(train_size, Integral) else round(train_size * available)
    if not 1 <= n <= available:
        allowed = f"1 or more of the {available} rows that are not held out, or a share of them"
        refuse(OWNER, "train_size", allowed, train_size)
    return int(n)


@dataclass
class _Fit:
    """What came of one data set."""

    prediction: np.ndarray
    labels: np.ndarray
    warnings: list


class _Predict:
    """What is done with each fit: predict the evaluation rows."""

    def __init__(self, X_test: Any, loss: str) -> None:
        self.X_test = X_test
        self.loss = loss

    def __call__(self, task: Task, fitted: Fitted) -> _Fit:
        if isinstance(fitted.error, ValueError):
            raise ValueError(
                f"{OWNER}: every data set must give a fit, but number {task.fold} gave none: "
                f"{fitted.error}"
            ) from fitted.error
        if fitted.error is not None:
            raise fitted.error
        model, wants_log = fitted.estimator, self.loss == "log_loss"
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            if not wants_log:
                prediction = np.asarray(model.predict(self.X_test))
            else:
                with np.errstate(divide="ignore"):  # the log of 0, which is bounded below
                    prediction = _log_probability(model, self.X_test)
        if (
            prediction.dtype.kind == "f"
            and np.isnan(prediction).any()
            or (not wants_log and prediction.dtype.kind == "f" and np.isinf(prediction).any())
        ):
            raise ValueError(
                f"{OWNER}: estimator must predict finite numbers; after data set {task.fold} it "
                "predicts NaN or infinity"
            )
        messages = fitted.warnings + [(w.category, str(w.message)) for w in caught]
        # For the log loss these name the columns of the prediction.
        labels = model.classes_ if wants_log else task.rows.labels
        return _Fit(prediction, labels, messages)


class _Draw:
    """One data set, drawn when it is needed."""

    def __init__(self, draw: Callable[[np.random.Generator], tuple[Any, Any]], seed) -> None:
        self.draw = draw
        self.seed = seed
        self.labels = None

    def __call__(self) -> tuple:
        X, y = self.draw(np.random.default_rng(self.seed))
        self.labels = np.unique(np.asarray(y))
        return X, y


def _log_probability(model, X) -> np.ndarray:
    """Return the logarithms of the probabilities of the classes."""
    if hasattr(model, "predict_log_proba"):
        return model.predict_log_proba(X)
    return np.log(model.predict_proba(X))


def predict_all(
    estimator: Any,
    draw: Callable[[np.random.Generator], tuple[Any, Any]],
    X_test: Any,
    loss: str,
    *,
    labels: list[Any],
    n_datasets: int,
    rng: np.random.Generator,
    n_jobs: int | None,
    verbose: int,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Fit one clone to each data set; return the predictions of all, and the class labels.

    Predictions have the shape (n_datasets, n, outputs) for the squared error, (n_datasets, n) and
    are class numbers for the zero-one losses, (n_datasets, n, classes) and are logarithms for the
    log loss. `labels` are class labels that are known beforehand.
    """
    seeds = np.random.SeedSequence(int(rng.integers(2**63))).spawn(n_datasets)
    tasks = [Task(clone(estimator), number, _Draw(draw, seed)) for number, seed in enumerate(seeds)]
    fits = fit_together(
        tasks,
        None,
        None,
        then=_Predict(X_test, loss),
        n_jobs=n_jobs,
        verbose=verbose,
        description="data sets",
    )
    for category, message in dict.fromkeys(w for fit in fits for w in fit.warnings):
        warn_user(message, category)
    predictions = [fit.prediction for fit in fits]
    if loss == "squared_error":
        values = np.stack(predictions).astype(np.float64)
        return values.reshape(*values.shape[:2], -1), None
    every = [*map(np.unique, labels), *(fit.labels for fit in fits)]
    kinds = {LABELS.get(part.dtype.kind, part.dtype.name) for part in every}
    if len(kinds) > 1:
        refuse(OWNER, "y_test", "classes of the same type as y", " beside ".join(sorted(kinds)))
    classes = np.unique(np.concatenate(every))
    if loss == "log_loss":
        return np.stack([_in_columns(fit, classes) for fit in fits]), classes
    return np.searchsorted(classes, np.stack(predictions)), classes


def _in_columns(fit: _Fit, classes: np.ndarray) -> np.ndarray:
    """Put logarithms of probabilities in the columns of all classes; unseen ones are improbable."""
    log_p = np.full((len(fit.prediction), len(classes)), np.log(LEAST_PROBABILITY))
    columns = np.searchsorted(classes, fit.labels)
    log_p[:, columns] = np.maximum(fit.prediction, np.log(LEAST_PROBABILITY))
    return log_p
