"""A diagnosis as JSON: the sentences, and the numbers behind them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from skdl.diagnosis.telling import words
from skdl.diagnosis.telling.target_words import is_reached
from skdl.diagnosis.telling.trial_words import outcome

if TYPE_CHECKING:
    import pandas as pd

    from skdl.diagnosis.gaps import Estimate
    from skdl.diagnosis.remedies.remedy import Remedy
    from skdl.diagnosis.result import Diagnosis
    from skdl.diagnosis.sets import Sets
    from skdl.diagnosis.trials import Trials

__all__ = ["diagnosis_as_json"]


def diagnosis_as_json(d: Diagnosis) -> str:
    """Write a diagnosis as a JSON object; what is no finite number is null."""
    v = d.verdict
    told = {
        "headline": d.headline,
        "explanation": d.explanation,
        "evidence": words.evidence(d),
        "estimator": repr(d.estimator),
        "n_rows": d.n_rows,
        "n_features": d.n_features,
        "error_name": d.error_name,
        "tolerance": d.tolerance,
        "target_error": d.target_error,
        "target_is_reached": is_reached(d),
        "confidence": d.confidence,
        "bayes_error": {"value": d.bayes.value, "origin": d.bayes.origin, "told": d.bayes.told},
        "training_error": _estimate(d.training_error),
        "validation_error": _estimate(d.validation_error),
        "bias": _estimate(d.bias),
        "variance": _estimate(d.variance),
        "verdict": {
            "bias_is": v.bias_is,
            "variance_is": v.variance_is,
            "bias_at_least": _estimate(v.bias_at_least),
            "bias_at_most": _estimate(v.bias_at_most),
            "variance": _estimate(v.variance),
            "attained": _estimate(v.attained),
            "attained_by": v.attained_by,
            "better_than_guessing": v.better_than_guessing,
        },
        "regime": d.regime,
        "conclusive": d.conclusive,
        "probabilities": d.probabilities,
        "findings": [{"code": f.code, **asdict(f)} for f in d.findings],
        "remedies": [_remedy(remedy, d.trials_) for remedy in d.remedies],
        "settle": d.settle,
        "notes": d.notes,
        "balance": None if d.balance is None else asdict(d.balance),
        "folds": _rows(d.folds_),
        "learning_curve": _rows(d.learning_curve_),
        "baselines": _rows(d.baselines_),
        "regions": _rows(d.regions_),
        "sets": None if d.sets_ is None else _sets(d.sets_),
        "trials": None if d.trials_ is None else _trials(d.trials_),
    }
    return json.dumps(_plain(told), indent=2, ensure_ascii=False, allow_nan=False)


def _estimate(estimate: Estimate) -> dict[str, float]:
    """Return an estimate with its interval."""
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _sets(sets: Sets) -> dict[str, Any]:
    gaps = {"mismatch": sets.mismatch, "dev_overfitting": sets.dev_overfitting}
    return {
        "errors": {name: _estimate(error) for name, error in sets.errors.items()},
        **{name: None if gap is None else _estimate(gap) for name, gap in gaps.items()},
    }


def _remedy(remedy: Remedy, trials: Trials | None) -> dict[str, str]:
    """Return what to do, how, why, who says so, and what trying it gave."""
    return {
        "action": remedy.action,
        "change": remedy.change,
        "code": remedy.code,
        "reason": remedy.reason,
        "source": remedy.source,
        "outcome": outcome(trials, remedy),
    }


def _trials(trials: Trials) -> dict[str, Any]:
    """Return what was tried; the best is the first that lowers the error for sure."""
    return {
        "unchanged": trials.unchanged,
        "tried": _rows(trials.frame),
        "best": None if trials.best_row_ is None else trials.frame["change"][trials.best_row_],
        "failures": trials.failures,
    }


def _rows(frame: pd.DataFrame | None) -> list[dict[str, Any]] | None:
    """Return a table as a list of its rows; seconds are left out, so equal data give equal text."""
    return (
        None
        if frame is None
        else frame.drop(columns="fit_seconds", errors="ignore").to_dict("records")
    )


def _plain(value: Any) -> Any:
    """Turn numbers of NumPy into Python's, and what is not finite into None."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
