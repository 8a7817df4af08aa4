"""Both errors of any estimator at each value of one parameter, on the same folds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone

from skdl.core.component import Either, Interval, Nothing
from skdl.core.optimizers import Optimizer
from skdl.diagnosis.checks import check_data
from skdl.diagnosis.error_measure import ErrorMeasure
from skdl.diagnosis.folds import Fold, measure
from skdl.diagnosis.one_split import check_rows_tell
from skdl.diagnosis.splits import make_splits
from skdl.diagnosis.summary import learning_curve
from skdl.estimators.parameters.arguments import check_arguments
from skdl.tools.checks import check_estimator_object, is_number, listed
from skdl.tools.types import Seed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["all_numbers", "measure_values"]


RULES = {
    "bayes_error": Interval(0),
    "confidence": Interval(0, 1, closed="neither"),
    "n_repeats": Either(Interval(1, integer=True), Nothing()),
}


def measure_values(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    param_name: str,
    param_range: Any,
    bayes_error: float,
    scoring: Any,
    cv: Any,
    n_repeats: int,
    confidence: float,
    groups: Any,
    params: dict[str, Any] | None,
    n_jobs: int | None,
    random_state: Seed,
    verbose: int,
) -> tuple[pd.DataFrame, object, ErrorMeasure]:
    """Measure an estimator at each value of a parameter.

    The parameters are those of :meth:`skdl.plots.ValidationCurveDisplay.from_estimator`.

    Returns
    -------
    curve : DataFrame
        One row for each value: value, both errors and their intervals.
    current : object
        The value that the estimator has now.
    error : ErrorMeasure
        What was measured.
    """
    import pandas as pd

    owner = "ValidationCurveDisplay"
    check_estimator_object(owner, estimator)
    common = {"n_jobs": n_jobs, "random_state": random_state, "verbose": verbose}
    check_arguments(owner, RULES, scoring=scoring, params=params, **common)
    check_arguments(owner, RULES, bayes_error=bayes_error, confidence=confidence)
    check_arguments(owner, RULES, n_repeats=n_repeats)
    values, current = _values(estimator, param_name, param_range)
    error = ErrorMeasure.make(estimator, scoring)
    X, y, n_rows, _, stratify = check_data(estimator, X, y, groups=groups, cv=cv)
    splits = make_splits(
        X,
        y,
        cv=cv,
        n_repeats=n_repeats,
        groups=groups,
        stratify=stratify,
        rng=np.random.default_rng(random_state),
    )
    settings = {
        "n_rows": n_rows,
        "bayes_error": bayes_error,
        "confidence": confidence,
        "resolution": 1 / n_rows if error.name == "error rate" else 0.0,
    }
    # All values in one go: networks that differ in a number train side by side.
    changed = [clone(estimator).set_params(**{param_name: value}) for value in values]
    changed = [model for model in changed for _ in splits]
    folds = [Fold(number, *split) for _ in values for number, split in enumerate(splits)]
    folds = measure(changed, X, y, folds, error, params=params, n_jobs=n_jobs, verbose=verbose)
    check_rows_tell(owner, folds, error)
    n = len(splits)
    rows = [learning_curve(folds[i : i + n], [], **settings) for i in range(0, len(folds), n)]
    curve = pd.concat(rows, ignore_index=True).drop(columns="n_rows")
    curve.insert(0, "value", pd.Series(values, dtype=None if all_numbers(values) else object))
    return curve, current, error


def all_numbers(values: Iterable[object]) -> bool:
    """Say whether all values are numbers."""
    return all(is_number(value) for value in values)


def _values(estimator, param_name: str, param_range) -> tuple[list, object]:
    """Return the values in order, the current one included where it fits in, and that one."""
    parameters = estimator.get_params()
    if not isinstance(param_name, str) or param_name not in parameters:
        raise ValueError(
            f"ValidationCurveDisplay: param_name must be a parameter of the estimator; got "
            f"{param_name!r}"
        )
    allowed = "a sequence of values"
    values = listed("ValidationCurveDisplay", "param_range", param_range, allowed)
    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    if len(values) < 2:
        raise ValueError(
            f"ValidationCurveDisplay: param_range must hold two values or more; got {values!r}"
        )
    current = parameters[param_name]
    if current is None and all_numbers(values):
        current = _default(parameters, param_name)
    if is_number(current) == all_numbers(values) and not any(current == value for value in values):
        values.append(current)
    return (sorted(values) if all_numbers(values) else values), current


def _default(parameters: dict, param_name: str):
    """Return what None means to a network: the default of its optimiser."""
    prefix, _, name = param_name.rpartition("__")
    optimizer = parameters.get(f"{prefix}__optimizer" if prefix else "optimizer")
    return getattr(Optimizer.registry.get(optimizer, optimizer), name, None)
