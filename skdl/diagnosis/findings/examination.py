"""What lies behind the two gaps: signs in the data, in the training, in other models, by region."""

from __future__ import annotations

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_classifier

from skdl.diagnosis.findings.baselines import baseline_findings, constant_error
from skdl.diagnosis.findings.data import data_signs, feature_numbers
from skdl.diagnosis.findings.training import read_signs
from skdl.diagnosis.findings.regions import find_regions, region_findings, row_errors
from skdl.diagnosis.telling.words import format_error
from skdl.tools.inside import feature_names, is_network

__all__ = ["find_out"]


def find_out(estimator, X, y, folds, first_repeat, compared, measure, *, gaps, regime, tolerance):
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
    regime : str
        The regime.
    tolerance : float
        The size up to which a gap counts as small.

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

    trained_on = None
    if seen is not None:  # a feature that varies only in other rows is not the scaler's fault
        trained_on = (seen.tocsr() if issparse(seen) else np.asarray(seen))[folds[0].train]
    findings = data_signs(
        X, y, trained_on, names, classifier=classifier, network=network, folds=first_repeat
    )
    findings += read_signs(
        [fold.record for fold in folds],
        training_error=gaps["training_error"].value,
        constant_error=constant_error(estimator, X, y, folds[0], measure),
        high_bias=regime in ("underfitting", "both"),
    )
    findings += baseline_findings(compared, write, "network" if network else "model")
    errors = row_errors(folds, len(y))
    if errors is None:
        return findings, None
    same = seen is not None and getattr(seen, "shape", (0, 0))[1:] == (len(names),)
    seen_names = names if same or seen is None else feature_numbers(seen.shape[1])
    regular = measure.name in ("error rate", "variance unexplained")
    regions = find_regions(
        X,
        y,
        seen,
        seen_names,
        names,
        errors,
        classifier=classifier,
        scale=1.0 if classifier else float(np.var(np.asarray(y))) or 1.0,
        tolerance=tolerance if regular else 0.02,
    )
    return findings + region_findings(regions, lambda e: format_error(e, True)), regions
