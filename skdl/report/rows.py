"""The worst rows: what the model got wrong most, and what is unusual about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.sparse import issparse

from skdl.tools.given import column_values
from skdl.tools.inside import feature_names

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WorstRow", "worst_rows"]

MOST = 10  # rows that are shown
UNUSUAL = 3  # values that are shown of each
MOST_FEATURES = 500  # among which unusual ones are looked for


class WorstRow(NamedTuple):
    """One row: its number from 0, the truth, what was predicted, how surely, what is unusual."""

    row: int
    target: str
    predicted: str
    certainty: str
    unusual: str


def worst_rows(predictions: pd.DataFrame, X: Any, *, classifier: bool) -> list[WorstRow]:
    """List the rows with the largest loss: the surest of the wrong answers, the largest errors.

    Parameters
    ----------
    predictions : DataFrame
        ``Diagnosis.predictions_``.
    X : array-like, sparse matrix or data frame of shape (n_rows, n_features), or None
        The inputs, if they are at hand.
    classifier : bool
        Whether the targets are classes.

    Returns
    -------
    rows : list of WorstRow
        The worst first; of a classifier, only rows that it got wrong.
    """
    order = predictions.fillna({"certainty": 0.0}).sort_values(
        ["loss", "certainty", "row"], ascending=[False, False, True]
    )
    order = order[order["loss"] > 0].drop_duplicates("row").head(MOST)
    unusual = _unusual(X, order["row"].to_numpy())
    write = str if classifier else "{:.4g}".format
    return [
        WorstRow(
            int(seen.row),
            write(seen.target),
            write(seen.predicted),
            f"{100 * seen.certainty:.0f} %" if seen.certainty > 0 else "",
            strange,
        )
        for seen, strange in zip(order.itertuples(), unusual, strict=True)
    ]


def _unusual(X: Any, rows: np.ndarray) -> list[str]:
    """Name the values of each row that lie farthest from the median of their column.

    The distance counts in quartile ranges; of columns that hold no numbers nothing is said.
    """
    if X is None or issparse(X) or len(X.shape) != 2:
        return [""] * len(rows)
    names, values, distances = [], [], []
    for number, name in enumerate(feature_names(X)[:MOST_FEATURES]):
        column = column_values(X, number)
        if column.dtype.kind not in "fiu":
            continue
        column = column.astype(np.float64)
        known = column[np.isfinite(column)]
        low, middle, high = np.quantile(known, [0.25, 0.5, 0.75]) if len(known) else [np.nan] * 3
        names.append(name)
        values.append(column[rows])
        with np.errstate(all="ignore"):
            distances.append((column[rows] - middle) / (high - low))
    if not names:
        return [""] * len(rows)
    distance = np.nan_to_num(np.abs(np.array(distances)), nan=0.0, posinf=0.0)
    told = []
    for place in range(len(rows)):
        farthest = np.argsort(-distance[:, place], kind="stable")[:UNUSUAL]
        told.append(
            ", ".join(
                f"{names[k]} {values[k][place]:.4g} ({_side(distances[k][place])})"
                for k in farthest
                if distance[k, place] > 1
            )
        )
    return told


def _side(distance: float) -> str:
    """Say on which side of the median a value lies."""
    return "high" if distance > 0 else "low"
