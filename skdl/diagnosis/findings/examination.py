"""The examination: all findings about one model, and the table of where its errors are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_classifier

from skdl.diagnosis.error_measure import ErrorMeasure
from skdl.diagnosis.findings.baselines import baseline_findings, constant_error
from skdl.diagnosis.findings.finding import Finding
from skdl.diagnosis.findings.leakage import copies, leaking_feature
from skdl.diagnosis.findings.optimisation import find_bad_training
from skdl.diagnosis.findings.regions import find_regions, region_findings, row_errors
from skdl.diagnosis.findings.scale import constant_features, outliers, unscaled_inputs
from skdl.diagnosis.findings.target import heavy_tails, rare_classes
from skdl.diagnosis.folds import Fold
from skdl.diagnosis.gaps import Estimate
from skdl.diagnosis.telling.numbers import format_error, model_name
from skdl.tools.inside import feature_names, is_network

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["examine", "examine_data"]

MOST_ROWS = 5000  # a sign is read from so many rows at most
MOST_FEATURES = 2000


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what overflows finds nothing
def examine(
    estimator: Any,
    X: Any,
    y: Any,
    folds: Sequence[Fold],
    first_repeat: Sequence[Fold],
    compared: pd.DataFrame,
    measure: ErrorMeasure,
    *,
    gaps: Mapping[str, Estimate],
    tolerance: float,
    is_read: bool = False,
) -> tuple[list[Finding], pd.DataFrame | None]:
    """Gather all findings, and the table of regions.

    Parameters
    ----------
    estimator, X, y
        What is diagnosed.
    folds, first_repeat : list of Fold
        All measured folds, and those of the first repeat.
    compared : DataFrame
        The baselines.
    measure : ErrorMeasure
        The error.
    gaps : dict of str to Estimate
        Errors and gaps.
    tolerance : float
        The size up to which a gap counts as small.
    is_read : bool, default=False
        Whether the folds were read off a fitted ensemble.

    Returns
    -------
    findings : list of Finding
    regions : DataFrame or None
        None where the estimator predicts nothing that can be compared with `y`.
    """
    classifier, network = is_classifier(estimator), is_network(estimator)
    names, seen = feature_names(X), folds[0].inputs

    def write(error):
        return format_error(error, measure.best == 1)

    seen_names = names_as_seen(seen, folds[0].input_names)
    findings = examine_data(
        X,
        y,
        seen,
        names,
        seen_names,
        classifier=classifier,
        network=network,
        folds=first_repeat,
    )
    findings += find_bad_training(
        [fold.record for fold in folds],
        training_error=gaps["training_error"].value,
        constant_error=constant_error(estimator, X, y, folds[0], measure),
        high_bias=gaps["bias"].value > tolerance,
    )
    findings += baseline_findings(compared, write, model_name(network, is_read))
    errors = row_errors(folds, len(y))
    if errors is None:
        return findings, None
    regions = find_regions(
        X,
        y,
        seen,
        seen_names,
        names,
        errors,
        classifier=classifier,
        scale=1.0 if classifier else float(np.var(np.asarray(y))) or 1.0,
        tolerance=tolerance if measure.is_mean_over_rows else 0.02,
    )
    return findings + region_findings(regions, lambda e: format_error(e, True)), regions


def examine_data(
    X: Any,
    y: Any,
    seen: Any,
    names: list[str],
    seen_names: list[str],
    *,
    classifier: bool,
    network: bool,
    folds: Sequence[Fold],
) -> list[Finding]:
    """Look for what is wrong with the inputs, as they came and as the network sees them.

    Parameters
    ----------
    X : array-like, sparse matrix or data frame of shape (n_rows, n_features)
        The inputs as they came.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        The targets.
    seen : array-like or None
        The inputs as the model of the first fold sees them, after the transformers before it.
    names : list of str
        The names of the features in `X`.
    seen_names : list of str
        Those in `seen`.
    classifier, network : bool
        What the model is: the scale of the inputs matters to a network only.
    folds : list of Fold
        The folds of one repeat, between which copies are looked for.

    Returns
    -------
    findings : list of Finding
    """
    y = np.asarray(y)
    found = []
    if issparse(seen):
        seen = seen.tocsr()[:MOST_ROWS].toarray()
    if seen is not None and np.ndim(seen) == 2 and np.asarray(seen).dtype.kind in "fiub":
        seen = np.asarray(seen)[:, :MOST_FEATURES].astype(np.float64)
        seen_names = seen_names[: seen.shape[1]]
        # A feature that varies only in rows that were held out is not the scaler's fault.
        rows = folds[0].train
        trained_on = seen[rows[rows < len(seen)][:MOST_ROWS]]
        found += [constant_features(trained_on, seen_names), outliers(seen, seen_names)]
        if network:
            found += [unscaled_inputs(trained_on, seen_names)]
    found += [leaking_feature(X, y, names, classifier), copies(X, y, folds)]
    if classifier and y.ndim == 1:
        found.append(rare_classes(y))
    elif not classifier:
        found.append(heavy_tails(y))
    return [finding for finding in found if finding is not None]


def names_as_seen(seen: Any, names: list[str] | None) -> list[str]:
    """Name the inputs of the model: as its transformers say, else by their number."""
    n = np.shape(seen)[1] if len(np.shape(seen)) > 1 else 0
    return names if names is not None and len(names) == n else [f"input {k}" for k in range(n)]
