"""``tabular_pipeline``: a table as it comes, made into inputs, and the network that suits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from skdl.estimators.classifier import MLPClassifier
from skdl.estimators.regressor import MLPRegressor
from skdl.tables.dates import DateEncoder
from skdl.tables.kinds import Columns, moments, numbers, words
from skdl.tables.piecewise_linear import PiecewiseLinearEncoder
from skdl.tables.smooth_clip import SmoothClipScaler
from skdl.tools.checks import check_estimator_object, refuse

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

__all__ = ["tabular_pipeline"]

NETWORKS = {"classifier": MLPClassifier, "regressor": MLPRegressor}
# What was best on the development tables of bench/tables.py.
ENSEMBLE: dict[str, Any] = {"early_stopping": True, "n_networks": 8}
SETTINGS = {"classifier": ENSEMBLE | {"calibrate": "temperature"}, "regressor": ENSEMBLE}
RARE = 0.01  # the share of the rows below which categories are joined


def tabular_pipeline(estimator: str | BaseEstimator, **changes: Any) -> Pipeline:
    """Make a pipeline that takes a table as it comes: missing values, categories, dates.

    Each column is read by what the training rows hold:

    - *numbers* and durations: a missing one becomes the median, and a column marks the place; they
      are scaled (:class:`SmoothClipScaler`) and binned (:class:`PiecewiseLinearEncoder`);
    - *dates* become their parts (:class:`DateEncoder`), and these are numbers;
    - *categories* and truth values: one column each of 0 and 1, not scaled. Missing is a category
      of its own, those in fewer than 1 % of the rows are joined, and so is one that was never seen.
      Of more than 30 each becomes the mean of y in its rows
      (:class:`sklearn.preprocessing.TargetEncoder`);
    - *text* is refused, with advice; columns without any value are left out.

    Parameters
    ----------
    estimator : {'classifier', 'regressor'} or estimator
        What learns from the inputs. The words stand for :class:`skdl.MLPClassifier` and
        :class:`skdl.MLPRegressor` with the settings that were best on the tables of
        ``bench/tables.py``: each is an ordinary parameter, shown where the pipeline is printed.
    **changes
        Parameters of the network in place of these settings, such as ``random_state=0``.

    Returns
    -------
    pipeline : Pipeline
        Of two steps, ``columns`` and ``network``; not fitted.

    Raises
    ------
    ValueError
        If ``estimator`` is another word, or ``changes`` are given beside an estimator.

    See Also
    --------
    skdl.MLPClassifier : The network, and its parameters.
    PiecewiseLinearEncoder : What lets it bend where the data does.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skdl import tabular_pipeline
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({
    ...     "hour": rng.integers(24, size=500),
    ...     "sky": rng.choice(["clear", "rain", None], size=500),
    ...     "day": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(90, size=500), "D"),
    ... })
    >>> y = 10.0 * X["hour"].between(7, 9) - 5.0 * (X["sky"] == "rain")
    >>> model = tabular_pipeline("regressor", random_state=0).fit(X[:400], y[:400])
    >>> bool(model.score(X[400:], y[400:]) > 0.9)
    True
    """
    from sklearn.base import is_regressor
    from sklearn.pipeline import Pipeline

    owner = "tabular_pipeline"
    if isinstance(estimator, str):
        if estimator not in NETWORKS:
            refuse(owner, "estimator", "'classifier', 'regressor' or an estimator", estimator)
        settings = SETTINGS[estimator] | changes
        if settings["n_networks"] == 1 or not settings["early_stopping"]:
            settings = {n: v for n, v in settings.items() if n != "calibrate" or n in changes}
        network = NETWORKS[estimator](**settings)
    else:
        check_estimator_object(owner, estimator)
        if changes:
            refuse(owner, "changes", "left out with an estimator, which has its own", changes)
        network = estimator
    return Pipeline([("columns", _columns(is_regressor(network))), ("network", network)])


def _columns(regression: bool) -> ColumnTransformer:
    """Return the step that turns the columns of a table into inputs."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import MissingIndicator
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    one_hot = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=RARE, sparse_output=False
    )
    missing = MissingIndicator(error_on_new=False)
    return ColumnTransformer(
        [
            ("numbers", _steps(read=_reader(numbers), **_scaled()), Columns("number")),
            ("missing", _steps(read=_reader(numbers), mark=missing), Columns("number")),
            (
                "dates",
                _steps(read=_reader(moments), parts=DateEncoder(), **_scaled()),
                Columns("date"),
            ),
            ("few", _steps(read=_reader(words), one_hot=one_hot), Columns("few")),
            (
                "many",
                _steps(read=_reader(words), means=_means(regression), scale=StandardScaler()),
                Columns("many"),
            ),
        ],
        sparse_threshold=0,
    )


def _means(regression: bool) -> Any:
    """Return the encoder of many categories: each row is told by the other rows' targets.

    So the network meets in training what it will meet afterwards.
    """
    from inspect import signature

    from sklearn.model_selection import KFold
    from sklearn.preprocessing import TargetEncoder

    kind = "continuous" if regression else "auto"
    if signature(TargetEncoder).parameters["random_state"].default is None:
        return TargetEncoder(target_type=kind, random_state=0)
    folds = KFold(5, shuffle=True, random_state=0)  # from scikit-learn 1.9 on
    return TargetEncoder(target_type=kind, cv=folds)


def _steps(**steps: Any) -> Pipeline:
    from sklearn.pipeline import Pipeline

    return Pipeline(list(steps.items()))


def _reader(function: Any) -> Any:
    from sklearn.preprocessing import FunctionTransformer

    return FunctionTransformer(function, feature_names_out="one-to-one")


def _scaled() -> dict[str, Any]:
    """Return the steps that fill gaps in numbers, and hand them on both scaled and binned."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import FeatureUnion

    both = [("scaled", SmoothClipScaler()), ("binned", PiecewiseLinearEncoder())]
    return {
        "fill": SimpleImputer(strategy="median", keep_empty_features=True),
        "encode": FeatureUnion(both, verbose_feature_names_out=False),
    }
