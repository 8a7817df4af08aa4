"""Error analysis: the rows that a model gets wrong, to be sorted into kinds by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import clone

from skdl.tools.checks import refuse
from skdl.tools.inside import parts, transformers_of
from skdl.tools.rows import n_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["errors_of"]


def errors_of(
    predictions: pd.DataFrame,
    estimator: Any,
    X: Any,
    y: Any,
    *,
    classifier: bool,
    n_neighbors: int,
) -> pd.DataFrame:
    """List the rows that are wrong in most fits, the surest first, beside rows that resemble them.

    Parameters
    ----------
    predictions : DataFrame
        ``Diagnosis.predictions_``.
    estimator : estimator
        What was diagnosed; rows resemble each other as its transformers see them.
    X, y : array-like of shape (n_rows, ...), or None
        The rows that were diagnosed; of need only for neighbours.
    classifier : bool
        Whether the targets are classes.
    n_neighbors : int
        How many rows to list beside each; 0 for none.

    Raises
    ------
    ValueError
        If X has other rows than were diagnosed.
    """
    last = int(predictions["row"].max())
    if X is not None and last >= n_rows(X):
        allowed = f"the rows that were diagnosed, {last + 1} or more"
        refuse("Diagnosis.errors", "X", allowed, n_rows(X))
    columns = ["fold", "target", "predicted", "certainty", "mean_loss"]
    worst = predictions.drop_duplicates("row").set_index("row")[columns]
    if classifier:
        worst = worst[worst["mean_loss"] > 0.5].rename(columns={"mean_loss": "wrong_in"})
        worst = worst.sort_values(["wrong_in", "certainty"], ascending=False, kind="stable")
    else:
        worst = worst.drop(columns="certainty")
        worst = worst.sort_values("mean_loss", ascending=False, kind="stable")
    if n_neighbors and len(worst):
        nearest = _nearest(estimator, X, y, worst.index.to_numpy(), n_neighbors)
        worst["neighbors"] = nearest.tolist()
        worst["neighbor_targets"] = np.asarray(y)[nearest].tolist()
    return worst


def _nearest(estimator: Any, X: Any, y: Any, rows: np.ndarray, n_neighbors: int) -> np.ndarray:
    """Return the numbers of the rows nearest to some, as the model at the end sees them."""
    from sklearn.neighbors import NearestNeighbors

    for _, part in parts(estimator):
        if len(getattr(part, "steps", ())) > 1:
            X = clone(transformers_of(part)).fit_transform(X, y)
    X = X if issparse(X) else np.asarray(X).reshape(n_rows(X), -1)
    try:
        search = NearestNeighbors(n_neighbors=min(n_neighbors, n_rows(y) - 1)).fit(X)
    except ValueError as reason:
        raise ValueError(
            "Diagnosis.errors: X must hold finite numbers, as the model sees it, for rows to have "
            "neighbours; n_neighbors=0 lists none"
        ) from reason
    # Asked without rows of its own, scikit-learn leaves out each row itself, not one like it.
    return search.kneighbors(return_distance=False)[rows]
