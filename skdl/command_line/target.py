"""The target: which rows have one, whether it holds classes or numbers, and rare classes."""

from __future__ import annotations

import numpy as np

from skdl.command_line.columns import Column, is_missing
from skdl.command_line.dialect import Cells
from skdl.command_line.numbers import read_numbers
from skdl.command_line.words import InputError, listing, plural, quoted

__all__ = ["read_target", "treat_rare_classes"]

MOST_CLASSES = 20  # whole numbers with more different values are a regression


def read_target(
    column: Column, task: str, cells: Cells, how: str | None
) -> tuple[np.ndarray, str, np.ndarray, list[str]]:
    """Turn the target's column into an array, and choose the task.

    Parameters
    ----------
    column : Column
    task : {"auto", "classification", "regression"}
    cells : Cells
        The file, to name a line.
    how : str or None
        How a person asked to read it.

    Returns
    -------
    y : array of shape (n_kept,)
        Labels, whole numbers or numbers.
    task : {"classification", "regression"}
    rows : array of int
        The rows that have a target.
    told : list of str
        The reason for the task, then what else was decided.

    Raises
    ------
    InputError
        If it cannot be predicted, or could be read in two ways that give different answers.
    """
    name = column.name
    if column.kind == "date":
        raise InputError(
            f"the target {name!r} holds dates; predict a number or classes made of them, or say "
            f"--read {name}=category"
        )
    empty = np.isnan(column.values) if column.is_number else np.equal(column.values, None)
    rows = np.flatnonzero(~empty)
    if not len(rows):
        raise InputError(f"the target column {name!r} holds no values")
    target = column.values[rows]
    different = set(target)
    if len(different) == 1:
        raise InputError(f"the target column {name!r} holds one value only, {_show(target[0])}")
    whole = column.is_number and bool((target == np.round(target)).all())
    chosen = task
    if task == "auto":
        few = column.is_number and whole and len(different) <= MOST_CLASSES
        chosen = "classification" if few or not column.is_number else "regression"
    if chosen == "regression" and not column.is_number:
        _refuse_words(column, cells)
    if chosen == "classification":
        _refuse_doubt(column, cells, how)
    if column.kind == "text" and task == "auto":
        raise InputError(
            f"the target {name!r} holds text with {len(different)} different values in "
            f"{plural(len(target), 'row')}, such as {quoted(target[0])}: too many to be classes"
            + "".join(f" ({told})" for told in column.how)
        )
    kind = {True: "different whole numbers", False: "different numbers"}[whole]
    kind = kind if column.is_number else "different labels"
    why = "as asked for" if task != "auto" else f"since {name!r} holds {len(different)} {kind}"
    other = {"classification": "regression", "regression": "classification"}[chosen]
    override = f" (--task {other} overrides that)" if task == "auto" and column.is_number else ""
    told = [
        f"The task is {chosen}, {why}{override}.",
        *_told(column, cells, len(empty) - len(rows)),
    ]
    if chosen == "classification":
        if column.is_number:
            target = (
                target.astype(np.int64) if whole else np.array([_show(v) for v in target], object)
            )
        else:
            target = target.astype(str).astype(object)
    return target, chosen, rows, told


def _show(value) -> str:
    """Write a value as short as it is."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _refuse_words(column: Column, cells: Cells) -> None:
    """Refuse a regression on words, and name the first."""
    for value, line in zip(column.values, cells.lines, strict=True):
        if value is not None and not read_numbers({value: 1}, "point").values:
            where = f"{cells.unit} {line}"
            raise InputError(
                f"regression needs numbers in {column.name!r}; got {quoted(value)} ({where})"
            )
    raise InputError(f"regression needs numbers in {column.name!r}; it is read as {column.kind}")


def _refuse_doubt(column: Column, cells: Cells, how: str | None) -> None:
    """Refuse to guess whether a word beside numbered classes is a class or means missing."""
    words = [word for word in column.missing if word] if column.is_number else []
    if words and how is None:
        n = column.missing[words[0]]
        raise InputError(
            f"{plural(n, 'row')} of the target {column.name!r} hold {words[0]!r} beside numbers: "
            f"is that a class, or is the class missing? Choose: --read {column.name}=category "
            f"keeps it as a class, --missing {words[0]} leaves these rows out"
        )


def _told(column: Column, cells: Cells, n_empty: int) -> list[str]:
    """Say how the target was read, and which rows were left out."""
    name, told = column.name, []
    if set(column.how) - {"decimal point"}:
        told.append(f"The target {name!r} was read as {column.kind}: {', '.join(column.how)}.")
    missing = sum(column.missing.values())
    if missing:
        words = [f"{word!r} ({n})" for word, n in column.missing.items() if word]
        also = f" (also {listing(words)})" if words else ""
        told.append(f"{plural(missing, 'row')} without a value of {name!r} left out{also}.")
    if column.odd:
        where = listing(f"{cells.unit} {line} {quoted(cell)}" for line, cell in column.odd)
        told.append(
            f"{plural(len(column.odd), 'row')} left out, since {name!r} is no number there: "
            f"{where}."
        )
    if not column.is_number:
        values, counts = np.unique(
            column.values[np.not_equal(column.values, None)], return_counts=True
        )
        for value, n in zip(values, counts, strict=True):
            if is_missing(value):
                told.append(
                    f"{value!r} is a class of {name!r} ({plural(int(n), 'row')}); "
                    f"--missing {value} leaves these rows out."
                )
    return told


def treat_rare_classes(
    y: np.ndarray, name: str, cv: int, rare: str | None
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """See that each class has a row for each fold; drop or join those that have not.

    Parameters
    ----------
    y : array of shape (n_rows,)
        Classes.
    name : str
        The target's name.
    cv : int
        The number of folds.
    rare : {"drop", "join", None}
        What to do; None refuses.

    Returns
    -------
    y : array of shape (n_kept,)
    rows : array of int
        The rows that are kept.
    told : list of str

    Raises
    ------
    InputError
        If a class is too rare and nothing was said, or nothing is left to tell apart.

    Examples
    --------
    >>> y = np.array(["a"] * 5 + ["b"] * 5 + ["c"] * 2, dtype=object)
    >>> treat_rare_classes(y, "y", 5, "drop")[2]
    ["1 class with fewer than 5 rows left out, as asked for: 'c' (2)."]
    """
    labels, counts = np.unique(y, return_counts=True)
    few = [(label, int(n)) for label, n in zip(labels, counts, strict=True) if n < cv]
    if not few:
        return y, np.arange(len(y)), []
    shown = listing(f"{_label(label)} ({n})" for label, n in few)
    if rare is None:
        raise InputError(_too_rare(y, name, cv, few, len(labels)))
    is_rare = np.isin(y, [label for label, _ in few])
    what = f"{plural(len(few), 'class')} with fewer than {cv} rows"
    if rare == "drop":
        if len(labels) - len(few) < 2:
            raise InputError(f"--drop-rare leaves fewer than two classes of {name!r}: {shown}")
        rows = np.flatnonzero(~is_rare)
        return y[rows], rows, [f"{what} left out, as asked for: {shown}."]
    if is_rare.sum() < cv or len(labels) - len(few) < 1:
        raise InputError(
            f"--join-rare: the {what} of {name!r} have "
            f"{plural(int(is_rare.sum()), 'row')} together, {shown}; --drop-rare leaves them out"
        )
    joined = np.array([str(v) for v in y], dtype=object)
    joined[is_rare] = "any rare class"
    return joined, np.arange(len(y)), [f"{what} joined to 'any rare class', as asked for: {shown}."]


def _label(label) -> str:
    """Show a class as a person writes it."""
    return repr(str(label)) if isinstance(label, str) else str(label)


def _too_rare(y, name: str, cv: int, few, n_classes: int) -> str:
    """Say which classes have too few rows, and every way out that there is."""
    least, n_few = min(n for _, n in few), sum(n for _, n in few)
    ways = []
    if read_numbers({str(label): 1 for label, _ in few}, "point").odd == []:
        ways.append("--task regression predicts the number")
    if n_classes - len(few) >= 2:
        ways.append("--drop-rare leaves such classes out")
    if n_classes > len(few) and n_few >= cv:
        ways.append("--join-rare makes one class of them")
    if least >= 2:
        ways.append(f"--cv {least} makes fewer folds")
    rows = listing(f"class {label} has {plural(n, 'row')}" for label, n in few)
    told = f"{cv} folds need at least {cv} rows of each class of {name!r}; {rows}"
    if len(few) > max(n_classes / 2, MOST_CLASSES):
        told = (
            f"{name!r} holds {n_classes} different values, {len(few)} of them in fewer than {cv} "
            f"rows ({cv} folds need {cv} of each class): these are hardly classes"
        )
    return f"{told}. Choose: {'; '.join(ways)}" if ways else told
