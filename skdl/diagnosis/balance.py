r"""What the error rate hides where classes are rare: the error class by class.

With :math:`e_k` the error rate of the rows of class k, the *balanced accuracy* is
:math:`1 - \frac1K \sum_k e_k`: a constant guess has 1/K, however frequent its class. The *average
precision* of a class says how pure the rows are that are taken for it, from the surest one down; by
guessing it is the share of the class.

Brodersen, Ong, Stephan and Buhmann (2010), "The balanced accuracy and its posterior distribution".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    import pandas as pd

    from skdl.diagnosis.folds import Fold

__all__ = ["Balance", "IMBALANCED", "balance_of", "balanced_change"]

IMBALANCED = "imbalanced classes"  # the finding


@dataclass(frozen=True)
class Balance:
    """The measures that stand beside an error rate.

    Parameters
    ----------
    balanced_accuracy : float
        The mean over the classes of the share of their rows that are told right.
    n_classes : int
        A constant guess has one over this.
    rare : object
        The rarest class.
    share : float
        Its share of the rows.
    recall : float
        The share of its rows that are told right.
    average_precision : float
        Of the rarest class, NaN where no probabilities are given or there are more than two.

    See Also
    --------
    Diagnosis : Has it as ``balance``.

    Examples
    --------
    >>> Balance(0.75, 2, "yes", 0.1, 0.5, float("nan")).balanced_accuracy
    0.75
    """

    balanced_accuracy: float
    n_classes: int
    rare: Any
    share: float
    recall: float
    average_precision: float


def balance_of(predictions: pd.DataFrame | None) -> Balance | None:
    """Measure class by class what was predicted for rows that were held out.

    Parameters
    ----------
    predictions : DataFrame or None
        From :func:`skdl.diagnosis.predictions.predictions_of`, of a classifier.

    Examples
    --------
    >>> import pandas as pd
    >>> said = pd.DataFrame({"target": list("aaab"), "predicted": list("aaaa"), "certainty": 0.9})
    >>> found = balance_of(said)
    >>> found.balanced_accuracy, found.rare, found.recall, round(found.average_precision, 2)
    (0.5, 'b', 0.0, 0.25)
    """
    if predictions is None or not len(predictions):
        return None
    from sklearn.metrics import average_precision_score

    right = predictions["target"] == predictions["predicted"]
    recalls = right.groupby(predictions["target"]).mean()
    counts = predictions["target"].value_counts()
    rare = counts.index[int(counts.to_numpy().argmin())]
    precision, certainty = np.nan, predictions["certainty"]
    if len(recalls) == 2 and certainty.notna().all():
        says_rare = predictions["predicted"] == rare
        probability = np.where(says_rare, certainty, 1 - certainty)
        precision = float(average_precision_score(predictions["target"] == rare, probability))
    return Balance(
        float(recalls.mean()),
        len(recalls),
        rare,
        float(counts.min() / counts.sum()),
        float(recalls[rare]),
        precision,
    )


def balanced_change(
    before: Sequence[Fold], after: Sequence[Fold], y: Any, confidence: float
) -> dict[str, float]:
    """Return the balanced error rate after a change, and by how much it has moved.

    Parameters
    ----------
    before, after : list of Fold
        The fits of the unchanged and of the changed estimator, with the losses of their rows.
    y : array-like of shape (n_rows,)
        The classes.
    confidence : float
        The coverage of the interval, which the rows of each class tell.
    """
    target = np.asarray(y)[np.concatenate([fold.test for fold in before])]
    old, new = (np.concatenate([fold.losses for fold in folds]) for folds in (before, after))
    classes = [target == label for label in np.unique(target)]
    moved = float(np.mean([np.mean((new - old)[inside]) for inside in classes]))
    spread = [np.var((new - old)[inside]) / inside.sum() for inside in classes]
    half = float(ndtri(0.5 + confidence / 2) * np.sqrt(np.sum(spread)) / len(classes))
    return {
        "balanced_before": float(np.mean([old[inside].mean() for inside in classes])),
        "balanced_error": float(np.mean([new[inside].mean() for inside in classes])),
        "balanced_change": moved,
        "balanced_change_low": moved - half,
        "balanced_change_high": moved + half,
    }
