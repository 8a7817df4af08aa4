"""What a fit recorded of its epochs, as a table that can be drawn: one fit, or seeds of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from skdl.tools.checks import refuse

if TYPE_CHECKING:
    import pandas as pd

    from skdl.estimators.fitting.history import History

__all__ = ["ALONG", "OF", "averaged", "frame", "placed", "record_of", "record_of_history"]

OWNER = "LossCurvesDisplay"
ALONG = ("epoch", "step", "seconds")
# What is drawn: of training and of validation rows, of what was minimised, and its name.
OF = {
    "loss": ("clean_loss", "validation_loss", "loss", "loss"),
    "error": ("clean_error", "validation_error", None, "1 − score"),
}


def frame(columns: dict[str, Any]) -> pd.DataFrame:
    """Make a table of epochs."""
    import pandas as pd

    return pd.DataFrame(columns)


def record_of(model: Any) -> pd.DataFrame:
    """Return the epochs of a fit, with the steps that they ended at where these were recorded.

    Parameters
    ----------
    model : network
        Fitted, of skdl or of scikit-learn.

    Raises
    ------
    TypeError
        If it has no loss curve.
    """
    if hasattr(model, "history_"):
        return record_of_history(model.history_)
    if hasattr(model, "loss_curve_"):  # scikit-learn's networks
        losses = model.loss_curve_
        return frame({"epoch": range(1, len(losses) + 1), "loss": losses})
    raise TypeError(f"{OWNER}: estimator must be a fitted network with a loss curve; got {model!r}")


def record_of_history(history: History) -> pd.DataFrame:
    """Return the epochs that a network of ours recorded, with their last steps and errors."""
    record = history.to_frame()
    if "step_loss" in record:
        record["step"] = record["step_loss"].map(len).cumsum()
    for error, score in (("clean", "clean_score"), ("validation", "validation_score")):
        if score in record:
            record[f"{error}_error"] = 1 - record[score]
    return record


def placed(record: pd.DataFrame, along: str, of: str) -> pd.DataFrame:
    """Return the table with what is asked for along both axes, or say what would record it.

    Parameters
    ----------
    record : DataFrame
        One row for each epoch.
    along : {"epoch", "step", "seconds"}
        What the curves are drawn against.
    of : {"loss", "error"}
        What is drawn.

    Raises
    ------
    ValueError
        If the fit did not record it.
    """
    for name, value, known in (("along", along, ALONG), ("of", of, OF)):
        if not isinstance(value, str) or value not in known:
            refuse(OWNER, name, f"one of {', '.join(known)}", value)
    if along not in record:
        how = 'track="steps"' if along == "step" else 'track="clean" or "steps"'
        refuse(OWNER, "along", f"what the fit recorded (this one with {how})", along)
    training, validation, *_ = OF[of]
    if of == "error" and not {training, validation} & set(record):
        allowed = 'what the fit recorded (this one with a scorer as monitor and track="clean")'
        refuse(OWNER, "of", allowed, of)
    return record


def averaged(records: Sequence[pd.DataFrame], along: str) -> dict[str, pd.DataFrame]:
    """Return the mean, the lowest and the highest of several fits, epoch by epoch.

    They go as far as all fits do: beyond the end of one the mean would jump.

    Parameters
    ----------
    records : sequence of DataFrame
        One for each fit, of one setting.
    along : str
        What the curves are drawn against; its mean is taken as well.

    Returns
    -------
    tables : dict of str to DataFrame
        "mean", "lowest" and "highest".

    Examples
    --------
    >>> one = frame({"epoch": [1, 2], "loss": [4.0, 2.0]})
    >>> other = frame({"epoch": [1], "loss": [6.0]})
    >>> averaged([one, other], "epoch")["mean"]["loss"].tolist()
    [5.0]
    """
    length = min(len(record) for record in records)
    shared = [name for name in records[0] if all(name in record for record in records)]
    numeric = [name for name in shared if np.issubdtype(records[0][name].dtype, np.number)]
    values = np.stack([record[numeric].to_numpy(dtype=float)[:length] for record in records])
    ways = {
        "mean": values.mean(axis=0),
        "lowest": values.min(axis=0),
        "highest": values.max(axis=0),
    }
    tables = {way: frame(dict(zip(numeric, table.T, strict=True))) for way, table in ways.items()}
    for table in tables.values():
        table[along] = tables["mean"][along]
    return tables
