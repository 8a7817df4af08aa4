"""From a CSV file to inputs, target and a preparing pipeline step, with notes on what was done."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from skdl.command_line.csv_file import InputError, read_csv
from skdl.tools.preparation import numeric_columns
from skdl.tools.text import listing

__all__ = ["Table", "load_table"]

_names = partial(listing, most=8, last=", ")  # more fit in a line than in a sentence


@dataclass
class Table:
    """A data set ready for a pipeline: inputs, target, the task, and what was done to get there."""

    name: str
    X: object = field(repr=False)
    y: object = field(repr=False)
    task: str
    notes: list[str] = field(default_factory=list, repr=False)


def load_table(path, target: str | None, task: str = "auto") -> Table:
    """Read a CSV file and choose the target, the task and the columns that can be learnt from.

    Parameters
    ----------
    path : str or path
    target : str
        The column to predict.
    task : {"auto", "classification", "regression"}, default="auto"

    Returns
    -------
    Table
        Its notes say how the task was inferred, what was left out and what is missing.

    Raises
    ------
    InputError
        If the target is not there, or no row or no column is left.
    """
    frame, notes = read_csv(path)
    columns = list(frame.columns)
    if target is None:
        raise InputError(f"--target is needed: the column to predict, one of {_names(columns)}")
    if target not in columns:
        lower = {name.lower(): name for name in columns}
        close = difflib.get_close_matches(target.lower(), lower, n=3, cutoff=0.6)
        hint = f"there are {_names(columns)}"
        if close:
            hint = f"did you mean {' or '.join(repr(lower[name]) for name in close)}?"
        raise InputError(f"no column {target!r} in {path}; {hint}")

    frame = frame.replace([np.inf, -np.inf], np.nan)
    missing = int(frame[target].isna().sum())
    if missing == len(frame):
        raise InputError(f"the target column {target!r} holds no values")
    if missing:
        frame = frame[frame[target].notna()]
        notes.append(f"{_rows(missing)} without a value of {target!r} left out.")
    y, task, reason = _choose_task(frame[target], task)
    notes.insert(0, reason)
    X, dropped = _usable_columns(frame.drop(columns=target))
    notes += dropped
    if X.shape[1] == 0:
        raise InputError(f"no column of {path} but {target!r} can be learnt from")
    notes += _data_notes(X, frame, task, y)
    return Table(Path(path).name, X.reset_index(drop=True), y, task, notes)


def _choose_task(target, task: str):
    """Return the target as an array, the task, and the reason for it in words."""
    import pandas as pd
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    name, given = target.name, task != "auto"
    numbers = is_numeric_dtype(target) and not is_bool_dtype(target)
    n_values = target.nunique()
    if n_values == 1:
        raise InputError(f"the target column {name!r} holds one value only, {target.iloc[0]!s}")
    whole = numbers and bool((target == target.round()).all())
    if task == "auto":
        task = "classification" if not numbers or (whole and n_values <= 20) else "regression"
    if task == "regression" and not numbers:
        example = next(v for v in target if pd.isna(pd.to_numeric(str(v), errors="coerce")))
        raise InputError(f"regression needs numbers in {name!r}; got {str(example)!r}")
    if not numbers:
        kind = f"{n_values} different labels"
    elif whole:
        kind = f"{n_values} different whole numbers"
    else:
        kind = f"{n_values} different numbers"
    why = "as asked for" if given else f"since {name!r} holds {kind}"
    override = "" if given or not numbers else f" (--task {_other(task)} overrides that)"
    if task == "regression":
        y = target.to_numpy(dtype=np.float64)
    elif numbers and whole:
        y = target.to_numpy(dtype=np.int64)
    else:
        y = target.astype(str).to_numpy(dtype=object)
    return y, task, f"The task is {task}, {why}{override}."


def _other(task: str) -> str:
    return "regression" if task == "classification" else "classification"


def _usable_columns(X):
    """Leave out columns that cannot help: without values, constant, identifiers, free text."""
    from pandas.api.types import is_bool_dtype, is_float_dtype, is_numeric_dtype

    reasons: dict[str, list[str]] = {}
    for name in X.columns:
        column = X[name]
        values = column.dropna()
        n_values, n = values.nunique(), len(values)
        if n == 0:
            reasons.setdefault("no values", []).append(name)
        elif n_values == 1 and n == len(column):
            reasons.setdefault("constant", []).append(name)
        elif is_bool_dtype(column):
            continue
        elif is_numeric_dtype(column):
            steps = not is_float_dtype(column) and values.max() - values.min() == n - 1
            whole = n_values == n > 20 and (values % 1 == 0).all()
            if whole and (steps or _named_like_id(name)):
                reasons.setdefault("looks like a row identifier", []).append(name)
        elif n_values > max(20, 0.5 * n):
            why = "text with a different value in most rows, such as names or dates"
            reasons.setdefault(why, []).append(name)
    dropped = [name for names in reasons.values() for name in names]
    notes = [f"Left out ({why}): {_names(names)}." for why, names in reasons.items()]
    X = X.drop(columns=dropped)
    for name in X.columns:
        if is_numeric_dtype(X[name]):
            X[name] = X[name].astype(np.float64)
        else:
            X[name] = (
                X[name].astype(object).map(str, na_action="ignore").where(X[name].notna(), np.nan)
            )
    return X, notes


def _named_like_id(name: str) -> bool:
    words = name.lower().replace("_", " ").replace("-", " ").split()
    return bool({"id", "index", "key", "no", "nr", "unnamed:"} & set(words)) or name.endswith("Id")


def _data_notes(X, frame, task: str, y) -> list[str]:
    """Describe the columns, missing values, repeated rows and rare classes."""
    numeric = numeric_columns(X)
    notes = [
        f"{len(numeric)} numeric and {X.shape[1] - len(numeric)} categorical columns: numbers are "
        "standardised, categories one-hot encoded (rare ones together)."
    ]
    holes = X.isna().sum()
    holes = holes[holes > 0]
    if len(holes):
        holes = holes.sort_values(ascending=False)
        worst = _names(f"{name} ({n})" for name, n in holes.items())
        notes.append(
            f"Missing values in {worst}: a number becomes the median of the training rows, with a "
            "column that marks the place; in a category, missing is a value of its own."
        )
    repeats = int(frame.duplicated().sum())
    if repeats:
        verb = "repeats" if repeats == 1 else "repeat"
        notes.append(
            f"{_rows(repeats)} {verb} another one exactly; such rows can sit in both the training "
            "and the validation part, which makes the validation error look too low."
        )
    if task == "classification":
        labels, counts = np.unique(y, return_counts=True)
        share = counts.max() / counts.sum()
        if share > 0.8:
            notes.append(
                f"{100 * share:.1f} % of the rows are of class {labels[counts.argmax()]!s}: always "
                f"answering that would have an error rate of {100 * (1 - share):.1f} %."
            )
    return notes


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n} rows"
