"""The dialect of a text: what separates its cells, where its header is, how it quotes.

The cells come from Python's own ``csv`` reader, in its strict mode. Here is decided with which
settings it reads, and what its rows mean: every cell stays the text that it is.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from dataclasses import dataclass, field

from skdl.command_line.words import InputError, did_you_mean, listing, plural, quoted, tidy

__all__ = ["SEPARATORS", "Cells", "cells_of_rows", "read_text"]

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank"}
HEADER_WITHIN = 50  # the first rows, among which the header is
SAMPLE = 1000  # the first rows, by which the separator is chosen


@dataclass
class Cells:
    """What a file holds: a column of cells for each name, as they stand there.

    Parameters
    ----------
    names : list of str
        The header, tidied; a column without a name has its number.
    columns : list of list
        The cells: text, or values of their own type from a file that has types.
    lines : list of int
        The line of the file at which each row begins.
    told : list of str
        What was decided about the file.
    unit : {"line", "row"}
        What the place of a row is called.
    """

    names: list[str]
    columns: list[list] = field(repr=False)
    lines: list[int] = field(repr=False)
    told: list[str]
    unit: str = "line"


def _rows(text: str, separator: str, escape: str | None, most: int | None):
    """Cut a text into rows of cells, with the line at which each begins; no row is empty."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        skipinitialspace=True,
        strict=True,
        escapechar=escape,
        doublequote=escape is None,
    )
    rows, lines, begins = [], [], 1
    try:
        for row in reader:
            if "".join(row).strip():
                rows.append(row)
                lines.append(begins)
            if len(rows) == most:
                break
            begins = reader.line_num + 1
    except csv.Error as reason:
        raise InputError(
            f"line {begins}: quotation marks do not pair ({reason}); double a mark that is part of "
            'a text: "5"" pipe"'
        ) from None
    return rows, lines


def _cut(text: str, separator: str, most: int | None = None):
    """Cut a text into rows; marks escaped by a backslash are read where nothing else works."""
    try:
        return *_rows(text, separator, None, most), []
    except InputError:
        if '\\"' not in text:
            raise
        rows, lines = _rows(text, separator, "\\", most)
        return rows, lines, ["A backslash stands before quotation marks inside a text."]


def _header_of(rows: list[list[str]], target: str | None) -> int | None:
    """Return which of the first rows is the header: the one that names the target."""
    if target is None:
        return None
    width = Counter(map(len, rows)).most_common(1)[0][0]
    named = [i for i, row in enumerate(rows[:HEADER_WITHIN]) if target in map(tidy, map(str, row))]
    wide = [i for i in named if abs(len(rows[i]) - width) <= 1]
    return (wide or named or [None])[0]


def _choose(text: str, target: str | None, separator: str | None, path: str):
    """Choose the separator: one whose header names the target, then whose rows are most alike."""
    found, complaint = [], None
    for sign in [separator] if separator else [s for s in SEPARATORS if s in text]:
        try:
            rows, _, _ = _cut(text, sign, SAMPLE)
        except InputError as reason:
            complaint = complaint or reason
            continue
        header = _header_of(rows, target)
        width, times = Counter(map(len, rows)).most_common(1)[0]
        several = len(rows[header or 0]) > 1 and width > 1
        rank = (header is not None, several, sign != " ", round(times / len(rows), 2), width)
        found.append((rank, sign))
    best = max(found, key=lambda one: one[0], default=None)
    if complaint is not None and (best is None or not best[0][1]):
        raise InputError(f"{path}, {complaint}")
    if best is None:
        raise InputError(_single(path, text.strip().splitlines()[0]))
    try:
        return best[1], *_cut(text, best[1])
    except InputError as reason:
        raise InputError(f"{path}, {reason}") from None


def _single(path: str, name: str) -> str:
    """Say that there is one column only."""
    return (
        f"{path} has a single column, {quoted(name)}; columns must be separated by comma, "
        "semicolon, tab, | or blanks (--separator names another sign)"
    )


def read_text(
    text: str, path: str, *, target: str | None = None, separator: str | None = None
) -> Cells:
    r"""Cut a text into columns of cells.

    Parameters
    ----------
    text : str
        The whole file.
    path : str
        What the file is called in a complaint.
    target : str, default=None
        A column that there is: the header is the line, and the separator the sign, that gives it.
    separator : str, default=None
        The sign between the cells; None decides it.

    Returns
    -------
    Cells

    Raises
    ------
    InputError
        If there is no table, or a line has more cells than the header has names.

    Examples
    --------
    >>> cells = read_text("sep=;\nsize;y\n1,5;a\n2,5;b\n", "houses.csv", target="y")
    >>> cells.names, cells.columns, cells.lines
    (['size', 'y'], [['1,5', '2,5'], ['a', 'b']], [3, 4])
    """
    offset, told = 0, []
    said = re.match(r'"?sep=(.)"?\r?\n?', text.lstrip("\ufeff"))
    if said:
        separator, offset = separator or said[1], 1
        text = text.lstrip("\ufeff")[said.end() :]
        told.append(f"The first line names the separator: {said[0].strip()}.")
    if not text.strip():
        raise InputError(f"{path} is empty")
    sign, rows, lines, how = _choose(text, target, separator, path)
    told.append(f"Cells are separated by {SEPARATORS.get(sign, repr(sign))}.")
    cells = cells_of_rows(rows, [line + offset for line in lines], path, target=target, sign=sign)
    return Cells(cells.names, cells.columns, cells.lines, told + how + cells.told)


def cells_of_rows(
    rows: list[list],
    lines: list[int],
    path: str,
    *,
    target: str | None = None,
    sign: str = ",",
    unit: str = "line",
) -> Cells:
    """Make columns of rows, the header among them, and see that each row has its cells.

    Parameters
    ----------
    rows : list of list
        Rows of cells; none is empty.
    lines : list of int
        Where each begins.
    path : str
        What the file is called in a complaint.
    target : str, default=None
        A column that there is: the header is the row that names it, else the first.
    sign : str, default=","
        The separator, for a complaint.
    unit : {"line", "row"}, default="line"
        What the place of a row is called.

    Returns
    -------
    Cells

    Raises
    ------
    InputError
        If rows and header do not fit.

    Examples
    --------
    >>> cells_of_rows([["a", "b"], [1, 2], [3]], [1, 2, 3], "a.xlsx").columns
    [[1, 3], [2, '']]
    """
    header = _header_of(rows, target)
    if header is None and target is not None:
        width = Counter(map(len, rows)).most_common(1)[0][0]
        likely = next(row for row in rows if len(row) >= width - 1)
        raise InputError(_no_column(target, [tidy(str(cell)) for cell in likely], path, unit))
    header, told = header or 0, []
    if header:
        first = quoted(rows[0][0]) + (" …" if header > 1 else "")
        told.append(f"{plural(header, unit)} before the header left out: {first}.")
    names = [tidy(str(name)) for name in rows[header]]
    rows, lines = rows[header + 1 :], lines[header + 1 :]
    if not rows:
        raise InputError(f"{path} has a header but no rows")
    while names and not names[-1] and all(_is_empty(row[len(names) - 1 :]) for row in rows):
        names.pop()  # the header ends in a separator
    rows = _fit(rows, lines, names, path, sign, told)
    if len(names) < 2:
        raise InputError(_single(path, names[0]))
    names = [name or f"column {number}" for number, name in enumerate(names, 1)]
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise InputError(f"{path} has more than one column named {twice[0]!r}")
    columns = [list(column) for column in zip(*rows, strict=True)]
    return Cells(names, columns, lines, told, unit)


def _no_column(target: str, names: list[str], path: str, unit: str) -> str:
    """Say that the target is not there, and what is."""
    told = f"no column {target!r} in {path}; {did_you_mean(target, filter(None, names))}"
    if all(re.fullmatch(r"[-+]?[\d.,]+", name) for name in names):
        told += f"; the first {unit} holds numbers only: the file needs a header of names"
    return told


def _is_empty(cells: list) -> bool:
    """Tell whether there is nothing in some cells."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _fit(rows, lines, names, path, sign, told) -> list[list]:
    """Give each row as many cells as there are names, and say where that was not so."""
    n = len(names)
    long = [i for i, row in enumerate(rows) if not _is_empty(row[n:])]
    if long:
        raise InputError(
            _too_long(rows[long[0]], lines[long[0]], names, path, sign, len(long), len(rows))
        )
    if any(len(row) > n for row in rows):
        told.append("Lines end in a separator with nothing behind it.")
    short = [i for i, row in enumerate(rows) if len(row) < n]
    if short:
        where = listing(lines[i] for i in short)
        told.append(
            f"{plural(len(short), 'line')} shorter than the header (line {where}): the cells at "
            "the end count as empty."
        )
    return [row if len(row) == n else [*row[:n], *[""] * (n - len(row))] for row in rows]


def _too_long(row, line, names, path, sign, n_long, n_rows) -> str:
    """Say what a row with more cells than the header may be, and what to do."""
    told = (
        f"{path}: line {line} has {len(row)} cells, the header has {len(names)} names "
        f"({listing(names)})"
    )
    if n_long < n_rows:
        more = f" and {n_long - 1} more such lines" if n_long > 1 else ""
        return (
            f"{told}{more}; put a cell that holds the separator {sign!r} in quotation marks, or "
            "leave the line out of the file"
        )
    return (
        f"{told}, and so have all lines: either the first column has no name, or the last one, or "
        f"{sign!r} is also inside the numbers. Write a name for each column, or put cells that "
        f"hold {sign!r} in quotation marks"
    )
