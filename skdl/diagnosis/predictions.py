"""What was predicted for the rows when they were held out: row by row, and class by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from skdl.diagnosis.folds import Fold
from skdl.diagnosis.verdict.outputs import classes_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["confusions", "predictions_of"]


def predictions_of(
    folds: Sequence[Fold], y: Any, *, classifier: bool, repeats: Sequence[Fold] = ()
) -> pd.DataFrame | None:
    """List what was predicted for each validation row, by the fit that had not seen it.

    Parameters
    ----------
    folds : list of Fold
        The folds of one repeat.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        The targets.
    classifier : bool
        Whether they are classes.
    repeats : list of Fold, default=()
        The folds of all repeats, of which the mean loss is; none for those of `folds`.

    Returns
    -------
    predictions : DataFrame or None
        One row for each validation row of each fold, by its number: row, fold, target, predicted,
        loss (1 for a wrong class; else the squared error), mean_loss over all fits that have not
        seen the row, and certainty: the probability that a classifier gave to its answer (NaN where
        it gives none). None where a row has several targets, or nothing comparable was predicted.
    """
    import pandas as pd

    y = np.asarray(y)
    if y.ndim != 1 or any(fold.predicted is None for fold in folds):
        return None
    classes, mean_loss = classes_of(y), _mean_losses(repeats or folds, len(y))
    parts = [
        pd.DataFrame(
            {
                "row": fold.test,
                "fold": fold.fold,
                "target": y[fold.test],
                "predicted": fold.predicted,
                "loss": fold.losses,
                "mean_loss": mean_loss[fold.test],
                "certainty": _certainty(fold, classes) if classifier else np.nan,
            }
        )
        for fold in folds
    ]
    return pd.concat(parts).sort_values(["row", "fold"], kind="stable", ignore_index=True)


def _mean_losses(folds: Sequence[Fold], n_rows: int) -> np.ndarray:
    """Return the mean loss of each row over the fits that held it out; NaN where none did."""
    total, times = np.zeros(n_rows), np.zeros(n_rows)
    for fold in folds:
        total[fold.test] += fold.losses
        times[fold.test] += 1
    with np.errstate(invalid="ignore"):
        return total / times


def _certainty(fold: Fold, classes: np.ndarray) -> np.ndarray:
    """Return the probability given to the predicted class; NaN where only answers are given."""
    outputs = fold.outputs
    if outputs is None or np.isin(outputs, (0.0, 1.0)).all():
        return np.full(len(fold.test), np.nan)
    return outputs[np.arange(len(outputs)), np.searchsorted(classes, fold.predicted)]


def confusions(predictions: pd.DataFrame) -> pd.DataFrame:
    """Count the rows of each class by what was predicted for them.

    Parameters
    ----------
    predictions : DataFrame
        From :func:`predictions_of`.

    Returns
    -------
    table : DataFrame of shape (n_classes, n_classes)
        A row for each class, a column for each prediction, in the same order.

    Examples
    --------
    >>> import pandas as pd
    >>> said = pd.DataFrame({"target": ["a", "a", "b"], "predicted": ["a", "b", "b"]})
    >>> confusions(said).to_numpy().tolist()
    [[1, 1], [0, 1]]
    """
    import pandas as pd

    classes = np.unique(predictions[["target", "predicted"]].to_numpy().ravel())
    table = pd.crosstab(predictions["target"], predictions["predicted"])
    return table.reindex(index=classes, columns=classes, fill_value=0)
