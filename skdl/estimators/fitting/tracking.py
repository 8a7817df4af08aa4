"""What is tracked beside what is minimised: the network as it will predict, on training rows.

The loss that is minimised is another quantity than the validation loss: a mean over the steps of an
epoch, with dropout, noise and smoothed labels. Drawn beside the validation loss it hides the
generalisation gap, or shows one where there is none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from skdl.estimators.fitting.folds import Part

__all__ = ["tracker"]

SAMPLE = 1000  # training rows whose clean loss is taken: one forward pass an epoch


def tracker(
    learner: Any, X: Any, part: Part, weight: Any, make_scorer: Callable[..., Any]
) -> Callable[[], dict[str, float]]:
    """Return the function that measures what ``track`` asks for after an epoch.

    Parameters
    ----------
    learner : MLPClassifier or MLPRegressor
        Who learns.
    X : ndarray, memory map or CSR of shape (n or more, features)
        Inputs.
    part : Part
        The rows to learn from, and their targets.
    weight : ndarray of shape (n,) or None
        Their weights, of mean 1, those of their classes included.
    make_scorer : callable
        Makes of the learner, inputs, targets and weights a function that scores them.
    """
    track, start = learner.track, time.perf_counter()

    def seconds() -> dict[str, float]:
        return {"seconds": time.perf_counter() - start}

    if "clean" not in track:
        return seconds
    n = len(part.y)
    sample = np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).round().astype(np.intp))
    rows = X[sample if part.rows is None else part.rows[sample]]
    own = None if weight is None else weight[sample]
    data = learner._data(rows, part.y[sample], own)
    monitor, scorer, beside = learner.monitor, None, None
    if not (isinstance(monitor, str) and monitor == "loss"):
        plain = None if part.weight is None else part.weight[sample]
        scorer = make_scorer(learner, rows, part.y[sample], plain)
        if part.held_out is not None and not learner.early_stopping:  # else they are scored anyway
            beside = make_scorer(learner, *part.held_out)

    def measure() -> dict[str, float]:
        record = {"clean_loss": data.mean_loss(learner._loss, learner._raw)}
        if scorer is not None:
            record["clean_score"] = scorer()["validation_score"]
        if beside is not None:
            record["validation_score"] = beside()["validation_score"]
        return record | seconds()

    return measure
