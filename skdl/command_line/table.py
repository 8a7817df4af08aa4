"""From a file to inputs, target and task, with notes on what was read and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from skdl.command_line.columns import Column, read_column
from skdl.command_line.dialect import Cells
from skdl.command_line.files import read_file
from skdl.command_line.target import read_target
from skdl.command_line.uses import Use, use_of
from skdl.command_line.words import InputError, did_you_mean, listing, plural, quoted, tidy

__all__ = ["Table", "load_table"]


@dataclass
class Table:
    """A data set ready for a pipeline, and what was done to get there.

    Parameters
    ----------
    name : str
        What the data are called.
    X, y : DataFrame or array, array
        Inputs and target.
    task : {"classification", "regression"}
    notes : list of str
        What was done, a sentence each.
    text : list of str
        The columns of X that hold text.
    read : list of (str, str, str)
        For each column of the file its name, what it is, and how it was read.
    as_it_is : bool
        Whether the network gets X without any preparation.
    """

    name: str
    X: object = field(repr=False)
    y: object = field(repr=False)
    task: str
    notes: list[str] = field(default_factory=list, repr=False)
    text: list[str] = field(default_factory=list, repr=False)
    read: list[tuple[str, str, str]] = field(default_factory=list, repr=False)
    as_it_is: bool = False


def load_table(
    path: str | Path,
    target: str | None,
    task: str = "auto",
    *,
    drop: Iterable[str] = (),
    keep: Iterable[str] = (),
    read: Mapping[str, str] | None = None,
    missing: Iterable[str] = (),
    separator: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> Table:
    """Read a file and choose the target, the task and the columns that can be learnt from.

    Parameters
    ----------
    path : str or path
        A text file with a header (also packed), a parquet or an xlsx file; ``-`` is the standard
        input.
    target : str
        The column to predict.
    task : {"auto", "classification", "regression"}, default="auto"
    drop, keep : iterable of str, default=()
        Columns to leave out, and columns to keep that would be left out.
    read : dict of str to str, default=None
        How a column is read, where a person says so: one of :data:`~skdl.command_line.columns.HOW`.
    missing : iterable of str, default=()
        Words that mean missing in every column.
    separator, encoding, sheet : str, default=None
        What is decided from the file otherwise.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If the target is not there, a column can be read in two ways that give different answers, or
        no row or no column is left.
    """
    target = None if target is None else tidy(target)
    cells = read_file(path, target=target, separator=separator, encoding=encoding, sheet=sheet)
    if target is None:
        raise InputError(
            f"--target is needed: the column to predict, one of {listing(cells.names)}"
        )
    drop, keep = {tidy(name) for name in drop}, {tidy(name) for name in keep}
    read = {tidy(name): how for name, how in (read or {}).items()}
    _check_names(
        cells.names, target, {"--target": {target}, "--drop": drop, "--keep": keep, "--read": read}
    )
    kept = [name for name in cells.names if name not in drop]
    columns = _settle(cells, kept, read, frozenset(missing))

    y, task, rows, told = read_target(columns[target], task, cells, read.get(target))
    keep |= {name for name, how in read.items() if how != "category"}
    uses = [
        use_of(column, rows, keep=name in keep)
        for name, column in columns.items()
        if name != target
    ]
    X = _inputs(uses, rows)
    if X.shape[1] == 0:
        reasons = "; ".join(f"{use.column.name}: {use.why}" for use in uses[:8])
        raise InputError(
            f"no column of {path} but {target!r} can be learnt from ({reasons}); "
            "--keep COLUMN keeps one"
        )
    text = [use.column.name for use in uses if use.kept and use.column.kind == "text"]
    notes = [told[0], *_lost(uses), _file_note(cells), *told[1:]]
    notes += _column_notes(uses, cells, drop) + _data_notes(X, text, uses, task, y, cells, rows)
    name = "standard input" if str(path) == "-" else Path(path).name
    return Table(
        name, X, y, task, notes, text, _what_was_read(cells, columns, uses, target, cells.unit)
    )


def _check_names(names: list[str], target: str, asked: Mapping[str, Iterable[str]]) -> None:
    """See that the columns that options name are there, and that no option contradicts another."""
    for option, given in asked.items():
        for name in given:
            if name not in names:
                raise InputError(f"{option}: no column {name!r}; {did_you_mean(name, names)}")
    if target in asked["--drop"]:
        raise InputError(f"--drop {target}: that is the target")
    both = asked["--drop"] & asked["--keep"]
    if both:
        raise InputError(f"--drop and --keep both name {listing(sorted(both))}")


def _settle(cells: Cells, names, read, missing) -> dict[str, Column]:
    """Read the columns; one that can be read in two ways is read as the others are, or refused."""
    own = dict(zip(cells.names, cells.columns, strict=True))

    def one(name, how):
        given = {"how": how, "missing": missing, "unit": cells.unit}
        return read_column(name, own[name], cells.lines, **given)

    columns = {name: one(name, read.get(name)) for name in names}
    decided = {column.convention for column in columns.values()} & {"point", "comma"}
    for name, column in columns.items():
        if column.convention == "open" and len(decided) == 1:
            convention = next(iter(decided))
            columns[name] = one(name, f"decimal-{convention}")
            said, *more = columns[name].how
            columns[name].how = [f"{said} as elsewhere in the file", *more]
        elif column.open is not None:
            place, cell, first, second, one_way, other_way = column.open
            raise InputError(
                f"column {name!r} can be read in two ways, and nothing in it tells which: "
                f"{place}, {quoted(cell)}, is {first} or {second}. Choose: "
                f"--read {name}={one_way} or --read {name}={other_way}"
            )
    return columns


def _inputs(uses: list[Use], rows: np.ndarray):
    """Put the columns that are kept into a data frame: numbers as float, words as objects."""
    import pandas as pd

    data = {}
    for use in uses:
        for name, values in use.parts(rows).items():
            if values.dtype != np.float64:
                empty = "" if use.column.kind == "text" else np.nan
                values = np.array([empty if v is None else v for v in values], dtype=object)
            data[name] = pd.Series(values, dtype=values.dtype)
    return pd.DataFrame(data, index=range(len(rows)))


def _lost(uses: list[Use]) -> list[str]:
    """Say first which columns are lost that may hold something."""
    lost = [use for use in uses if use.lost]
    return [
        f"You lose {use.column.name!r}: {use.why}. What it says can be learnt from once it is a "
        f"number or a category with few values (--keep {use.column.name} reads its words)."
        for use in lost
    ]


def _file_note(cells: Cells) -> str:
    """Say in one note how the file was read."""
    return " ".join(cells.told) if cells.told else "The file gives every cell with its type."


def _column_notes(uses: list[Use], cells: Cells, drop: set[str]) -> list[str]:
    """Say how columns were read, which cells do not fit, and what was left out."""
    notes = []
    conventions = {u.column.convention for u in uses if u.kept}
    usual = {"year first", *([] if {"point", "comma"} <= conventions else ["decimal point"])}
    how = {u.column.name: [h for h in u.column.how if h not in usual] for u in uses if u.kept}
    told = [f"{name} ({', '.join(phrases)})" for name, phrases in how.items() if phrases]
    if told:
        notes.append(f"Read as: {listing(told)}.")
    for use in uses:
        if use.kept and use.column.odd:
            notes.append(_odd_note(use.column, cells.unit, "count as missing"))
    reasons: dict[str, list[str]] = {}
    for use in uses:
        if not use.kept and not use.lost:
            reasons.setdefault(use.why, []).append(use.column.name)
    notes += [f"Left out ({why}): {listing(names)}." for why, names in reasons.items()]
    if drop:
        notes.append(f"Left out (as asked for): {listing(sorted(drop))}.")
    return notes


def _odd_note(column: Column, unit: str, fate: str) -> str:
    """Name the cells that do not fit, with their lines."""
    where = listing(f"{unit} {line} {quoted(cell)}" for line, cell in column.odd)
    kind = "date" if column.kind == "date" else "number"
    cells, verb = ("cell is", "counts") if len(column.odd) == 1 else ("cells are", "count")
    fate = fate.replace("count ", f"{verb} ", 1)
    return f"{column.name!r}: {len(column.odd)} {cells} no {kind} and {fate}: {where}."


def _data_notes(X, text, uses, task: str, y, cells: Cells, rows) -> list[str]:
    """Describe the columns, missing values, repeated rows and an uneven target."""
    from pandas.api.types import is_numeric_dtype

    n_numbers = sum(is_numeric_dtype(X[name]) for name in X.columns)
    n_categories = X.shape[1] - n_numbers - len(text)
    what = ["numbers are standardised"] if n_numbers else []
    what += ["categories one-hot encoded (rare ones together)"] if n_categories else []
    notes = [f"{n_numbers} numeric and {n_categories} categorical inputs: {', '.join(what)}."]
    notes = notes if what else []
    if text:
        notes.append(f"Text: {listing(text)}; its most frequent words count, weighted by TF-IDF.")
    holes = {u.column.name: u.column.missing for u in uses if u.kept and u.column.missing}
    if holes:
        total = {name: sum(words.values()) for name, words in holes.items()}
        shown = [
            f"{name} ({total[name]}{_words(holes[name])})"
            for name in sorted(holes, key=lambda name: -total[name])
        ]
        notes.append(
            f"Missing values in {listing(shown)}: a number becomes the median of the training "
            "rows, with a column that marks the place; in a category, missing is a value "
            "of its own."
            + (" A text that is missing has no words." if set(holes) & set(text) else "")
        )
    rows_of_file = list(zip(*cells.columns, strict=True))
    repeats = len(rows) - len({tuple(map(str, rows_of_file[row])) for row in rows})
    if repeats:
        verb = "repeats" if repeats == 1 else "repeat"
        notes.append(
            f"{plural(repeats, 'row')} {verb} another one exactly. Copies can sit in both the "
            "training and the validation part, and then the validation error looks too low."
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


def _outcome(use: Use) -> list[str]:
    """Say which inputs a column gives, where it is not one column of numbers."""
    if use.column.kind == "date":
        return [f"as {listing(use.column.parts())}"]
    if use.column.kind == "category":
        values = sorted({value for value in use.column.values if value is not None})
        return [f"{plural(len(values), 'value')}: {listing((quoted(v, 20) for v in values), 4)}"]
    return ["its most frequent words"] if use.column.kind == "text" else []


def _words(missing: Mapping[str, int]) -> str:
    """Show the words that count as missing, and how often; nothing where only empty cells do."""
    words = [f"{word!r} {n}" if word else f"empty {n}" for word, n in missing.items()]
    return f": {listing(words)}" if any(missing) else ""


def _what_was_read(cells: Cells, columns, uses, target, unit) -> list[tuple[str, str, str]]:
    """Return a row for each column of the file: its name, what it is, and how it was read."""
    by_name = {use.column.name: use for use in uses}
    rows = []
    for name in cells.names:
        if name not in columns:
            rows.append((name, "left out", "as asked for"))
            continue
        column, use = columns[name], by_name.get(name)
        details = list(column.how)
        missing = sum(column.missing.values())
        if missing:
            details.append(f"{missing} missing{_words(column.missing)}")
        if column.odd:
            where = listing((f"{unit} {line} {quoted(cell)}" for line, cell in column.odd), 3)
            details.append(f"does not fit: {where}")
        if use is None:
            kind = f"target, {column.kind}"
        elif use.kept:
            kind = column.kind
            details += _outcome(use)
        else:
            kind = "left out"
            details.insert(0, use.why)
        rows.append((name, kind, "; ".join(details)))
    return rows
