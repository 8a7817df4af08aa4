"""Baselines: what simple models attain on the same folds. A network should beat them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import clone, is_classifier
from sklearn.utils.parallel import delayed

from skdl.diagnosis.findings.finding import Finding
from skdl.diagnosis.gaps import Estimate, corrected_estimate
from skdl.diagnosis.splits import MANY, some_rows
from skdl.diagnosis.verdict.outputs import classes_of, outputs_of
from skdl.together.workers import results_of
from skdl.tools.inside import transformers_of
from skdl.tools.progress import progress_bar
from skdl.tools.rows import rows_of

if TYPE_CHECKING:
    import pandas as pd

    from skdl.diagnosis.error_measure import ErrorMeasure
    from skdl.diagnosis.folds import Fold
    from skdl.diagnosis.verdict import Evidence

__all__ = [
    "BASELINES",
    "Baselines",
    "baseline_findings",
    "behind_transformers",
    "check_baselines",
    "constant_error",
    "quiet",
    "try_baselines",
]

BASELINES = ("constant", "linear", "nearest neighbours", "boosted trees")
ARTICLE = {
    "constant": "a constant prediction",
    "linear": "a linear model",
    "nearest neighbours": "nearest neighbours",
    "boosted trees": "boosted trees",
}


def check_baselines(baselines: Any) -> list[str]:
    """Turn True, False or a sequence of names into a list of names."""
    if isinstance(baselines, bool | np.bool_):
        return list(BASELINES) if baselines else []
    names = [baselines] if isinstance(baselines, str) else baselines
    if not isinstance(names, Sequence) or any(name not in BASELINES for name in names):
        raise ValueError(
            "diagnose: baselines must be True, False or a list of "
            f"{', '.join(map(repr, BASELINES))}; got {baselines!r}"
        )
    return list(dict.fromkeys(names))


def _models(classifier: bool) -> dict[str, object]:
    """Make the simple models, unfitted."""
    from sklearn.dummy import DummyClassifier, DummyRegressor
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    trees = {"max_iter": 50, "learning_rate": 0.2, "max_leaf_nodes": 15, "random_state": 0}
    if classifier:
        return {
            "constant": DummyClassifier(strategy="prior"),
            "linear": LogisticRegression(max_iter=500),
            "nearest neighbours": KNeighborsClassifier(),
            "boosted trees": HistGradientBoostingClassifier(**trees),
        }
    return {
        "constant": DummyRegressor(),
        "linear": Ridge(),
        "nearest neighbours": KNeighborsRegressor(),
        "boosted trees": HistGradientBoostingRegressor(**trees),
    }


def behind_transformers(model: Any, estimator: Any, X: Any, scaled: bool) -> Any:
    """Chain a model behind the estimator's own transformers, and a scaler if it needs one.

    Parameters
    ----------
    model : estimator
        Unfitted.
    estimator : estimator
        What is diagnosed. The steps before the last one of a pipeline are kept.
    X : array-like
        The inputs; text columns that no pipeline encodes are encoded.
    scaled : bool
        Whether the inputs are scaled.
    """
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import MaxAbsScaler, StandardScaler

    while not getattr(estimator, "steps", None) and getattr(estimator, "regressor", None):
        estimator = estimator.regressor
    steps = []
    if len(getattr(estimator, "steps", None) or []) > 1:
        # Without samplers, which would have the constant guess a class at random.
        steps = clone(transformers_of(estimator)).steps
    if not steps and hasattr(X, "select_dtypes"):
        from skdl.tools.preparation import preparation

        steps = [("prepare", preparation(X))]
    if scaled:
        scale = MaxAbsScaler() if issparse(X) else StandardScaler()
        steps.append(("scale_for_baseline", scale))
    return Pipeline([*steps, ("model", model)])


def make_baseline(name: str, estimator: Any, X: Any) -> Any:
    """Chain a baseline behind the estimator's own transformers, scaled where it needs that.

    Parameters
    ----------
    name : str
        One of `BASELINES`.
    estimator : estimator
        What is diagnosed. The steps before the last one of a pipeline are kept.
    X : array-like
        The inputs; text columns that no pipeline encodes are encoded.
    """
    model = _models(is_classifier(estimator))[name]
    if name == "constant":
        return model
    return behind_transformers(model, estimator, X, scaled=name != "boosted trees")


def constant_error(
    estimator: Any, X: Any, y: Any, fold: Fold, measure: ErrorMeasure
) -> float | None:
    """Return the training error of the constant prediction; None where it cannot be scored."""
    model = make_baseline("constant", estimator, X)
    X, y = rows_of(X, fold.train), rows_of(y, fold.train)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return measure.error(measure.scorer(model.fit(X, y), X, y))
        except (ValueError, TypeError, AttributeError):
            return None


@contextmanager
def quiet(n_rows: int) -> Iterator[None]:
    """Fit a model that the user did not ask for: without its warnings, or threads it cannot use."""
    from threadpoolctl import threadpool_limits  # scikit-learn needs it too

    # Trees on few rows: threads that wait for each other take many times longer than one alone.
    threads = 1 if n_rows < 20000 else None
    with warnings.catch_warnings(), threadpool_limits(threads, user_api="openmp"):
        warnings.simplefilter("ignore")
        yield


def _measure(model, X, y, train, test, measure, classes) -> tuple[float, float, Any] | str:
    """Fit a baseline on a fold; return both errors and its outputs, or why there are none.

    Of many training rows it is judged on some: to ask nearest neighbours for all of them takes
    several times as long as everything else.
    """
    parts = [(rows_of(X, rows), rows_of(y, rows)) for rows in (some_rows(train), test)]
    with quiet(len(train)):
        try:
            fitted = clone(model).fit(rows_of(X, train), rows_of(y, train))
            errors = [measure.error(measure.scorer(fitted, *part)) for part in parts]
            return *errors, outputs_of(fitted, parts[1][0], classes)
        except Exception as failure:  # another's model on unknown data: the diagnosis goes on
            return str(failure).strip().splitlines()[0] if str(failure) else repr(failure)


@dataclass(frozen=True)
class Baselines:
    """What simple models attain on the same folds.

    Parameters
    ----------
    table : DataFrame
        One row a baseline: training_error, validation_error, and the difference of the validation
        errors, baseline minus diagnosed model, with its corrected interval (low, high).
    notes : list of str
        Which baselines could not be fitted, and why; and what was measured on part of the rows.
    errors : dict of str to list of (float, float)
        The training and the validation error of each baseline, fold by fold.
    outputs : dict of str to list of ndarray
        What each says of the validation rows of each fold.
    """

    table: pd.DataFrame
    notes: list[str]
    errors: dict[str, list[tuple[float, float]]]
    outputs: dict[str, list[np.ndarray]]


def try_baselines(
    names: list[str],
    estimator: Any,
    X: Any,
    y: Any,
    folds: list[Fold],
    measure: ErrorMeasure,
    *,
    confidence: float,
    n_jobs: int | None,
    verbose: int,
) -> Baselines:
    """Fit the baselines on the folds of the first repeat and compare, fold by fold.

    Parameters
    ----------
    names : list of str
        Which baselines.
    estimator, X, y
        What is diagnosed.
    folds : list of Fold
        Measured folds.
    measure : ErrorMeasure
        The error.
    confidence, n_jobs, verbose
        As for :func:`skdl.diagnosis.diagnose`.

    Returns
    -------
    Baselines
    """
    import pandas as pd

    models = {name: make_baseline(name, estimator, X) for name in names}
    tasks = [(name, fold) for name in names for fold in folds]
    classes = classes_of(y)
    calls = (  # the rows alone: a fold has much that need not travel
        delayed(_measure)(models[name], X, y, fold.train, fold.test, measure, classes)
        for name, fold in tasks
    )
    fits = results_of(calls, n_jobs, ordered=True)
    results = {name: [] for name in names}
    with progress_bar(len(tasks), verbose=verbose, description="baselines") as bar:
        for (name, _), measured in zip(tasks, fits, strict=True):
            results[name].append(measured)
            bar.set_postfix_str(name)
            bar.update(1)
    n_train = np.mean([len(fold.train) for fold in folds])
    n_test = np.mean([len(fold.test) for fold in folds])
    own = np.array([fold.validation_error for fold in folds])
    rows, notes, errors, outputs = [], [], {}, {}
    if names and n_train > MANY:
        notes.append(f"The training errors of the simple models are those of {MANY} of their rows.")
    for name, measured in results.items():
        failures = [failure for failure in measured if isinstance(failure, str)]
        if failures:
            notes.append(f"{ARTICLE[name].capitalize()} could not be compared: {failures[0]}")
            continue
        errors[name] = [(train, test) for train, test, _ in measured]
        said = [of_fold for _, _, of_fold in measured]
        if all(of_fold is not None for of_fold in said):
            outputs[name] = said
        training, validation = np.array(errors[name]).T
        difference = (
            corrected_estimate(validation - own, n_test / (n_train + n_test), confidence=confidence)
            if len(own) > 1
            else Estimate(float(validation[0] - own[0]), np.nan, 1, confidence)  # the rows tell it
        )
        rows.append(
            {
                "model": name,
                "training_error": training.mean(),
                "validation_error": validation.mean(),
                "difference": difference.value,
                "low": difference.low,
                "high": difference.high,
            }
        )
    columns = ["model", "training_error", "validation_error", "difference", "low", "high"]
    return Baselines(pd.DataFrame(rows, columns=columns), notes, errors, outputs)


def with_paired_intervals(
    table: pd.DataFrame, evidence: Evidence, confidence: float
) -> pd.DataFrame:
    """Return the table with intervals that the rows tell, which a handful of folds tell badly.

    Parameters
    ----------
    table : DataFrame
        From :func:`try_baselines`.
    evidence : Evidence
        What the folds say of each row; the verdict is drawn from it, too.
    confidence : float
        The coverage of the intervals.
    """
    table = table.copy()
    for place, name in table["model"].items():
        if name in evidence.of_baselines:
            paired = evidence.beside(name, confidence)
            centre = table.loc[place, "difference"] - paired.value  # a ratio of each fold, with R²
            table.loc[place, ["low", "high"]] = paired.low + centre, paired.high + centre
    return table


def baseline_findings(
    table: pd.DataFrame, write: Callable[[float], str], model: str
) -> list[Finding]:
    """Say which baselines the diagnosed model loses to; the interval decides.

    Parameters
    ----------
    table : DataFrame
        From :func:`try_baselines`.
    write : callable
        Writes an error.
    model : str
        What was diagnosed, as in "your network".
    """
    better = table[table["high"] < 0].sort_values("validation_error")
    own = table["validation_error"] - table["difference"]
    return [
        Finding(
            f"beaten by {ARTICLE[row.model]}",
            "baseline",
            f"{ARTICLE[row.model].capitalize()} {'do' if row.model[-1] == 's' else 'does'} better "
            f"than {model} on the same folds: {write(row.validation_error)} against "
            f"{write(own[row.Index])} (the difference is {write(-row.high)} to {write(-row.low)}).",
        )
        for row in better.itertuples()
    ]
