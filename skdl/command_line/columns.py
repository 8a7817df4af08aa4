"""One decision for each column: number, category, date, text, identifier, constant.

It is made from all cells of the column, and it says what it did: the decimal sign, the words that
count as missing, each cell that does not fit with its line.
"""

from __future__ import annotations

import datetime
import math
import numbers
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from skdl.command_line.dates import date_parts, read_dates
from skdl.command_line.numbers import is_currency, read_numbers
from skdl.command_line.words import InputError, listing, quoted, tidy

__all__ = ["HOW", "Column", "read_column"]

# Words that are no numbers and no dates, and are known to stand where one is missing.
MISSING = frozenset(
    "na n/a n.a. n.a #n/a #na <na> nan -nan null nil none missing unknown - -- --- \u2013 \u2014 "
    "? ?? . .. ... * not_available not_applicable k.a. k.a keine_angabe s/o n.d. nd #div/0! "
    "#value! #ref! #num! #name? #null! inf -inf +inf infinity -infinity 0000-00-00".split()
)
# What --read COLUMN=HOW may say.
HOW = (
    "number",
    "decimal-point",
    "decimal-comma",
    "category",
    "text",
    "date",
    "day-first",
    "month-first",
)
ODD = 0.1  # the share of cells that may not fit: they then count as missing and are named
ONE_WORD = 0.25  # the same where it is one and the same word


@dataclass
class Column:
    """What a column is, and what its cells are.

    Parameters
    ----------
    name : str
    kind : {"number", "percent", "currency", "date", "category", "text", "constant", "empty"}
    values : array
        Numbers, with nan where one is missing; or text, with None. Of dates, a Series of datetime.
    how : list of str
        How the cells were read, a phrase each.
    missing : dict of str to int
        The words that count as missing; "" are the empty cells.
    odd : list of (int, str)
        The cells that do not fit and count as missing, with their lines.
    order : str
        Of dates, which part comes first.
    convention : str
        Of numbers, the decimal sign: "point", "comma", or "none" where it does not matter.
    open : tuple or None
        Where nothing decides between two readings of the cells: a place, its cell, both readings,
        and the two words for ``--read``.
    """

    name: str
    kind: str
    values: object = field(repr=False)
    how: list[str] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)
    odd: list[tuple[int, str]] = field(default_factory=list)
    order: str = ""
    convention: str = "none"
    open: tuple | None = None

    @property
    def is_number(self) -> bool:
        """Whether the values are numbers."""
        return self.kind in ("number", "percent", "currency")

    def parts(self) -> dict[str, np.ndarray]:
        """Return the columns that this one gives: itself, or the parts of a date."""
        if self.kind != "date":
            return {self.name: self.values}
        parts = date_parts(self.values, self.order)
        return {f"{self.name} ({part})": numbers for part, numbers in parts.items()}


def is_missing(cell: str, words: frozenset[str] = MISSING) -> bool:
    """Tell whether a cell is empty or a word for missing.

    Examples
    --------
    >>> is_missing(""), is_missing("N/A"), is_missing("Not available"), is_missing("none of them")
    (True, True, True, False)
    """
    return not cell or "_".join(cell.casefold().split()) in words


def read_column(
    name: str,
    cells: list,
    lines: list[int],
    *,
    how: str | None = None,
    missing: frozenset[str] = frozenset(),
    unit: str = "line",
) -> Column:
    """Decide what a column is, and read its cells.

    Parameters
    ----------
    name : str
    cells : list
        Text, or values of their own type.
    lines : list of int
        Where each cell is.
    how : str, default=None
        One of `HOW`, where a person said so; None decides.
    missing : frozenset of str, default=frozenset()
        Words that mean missing in every column, whatever it holds.
    unit : {"line", "row"}, default="line"
        What the place of a cell is called in a complaint.

    Returns
    -------
    Column

    Raises
    ------
    InputError
        If the column mixes two ways to write numbers, or cannot be read as asked for.

    Examples
    --------
    >>> cells = ["1,5", "2,25", "-", "", "<0,1"] + ["3,5", "4,75", "5,5", "6,5", "7,1", "8"] * 3
    >>> column = read_column("size", cells, list(range(2, 25)))
    >>> column.kind, column.how, column.missing, column.odd
    ('number', ['decimal comma'], {'-': 1, '': 1}, [(6, '<0,1')])
    """
    places = _Places(lines, unit)
    typed = _typed(name, cells)
    if typed is not None and how in (None, "number", "date"):
        return typed
    texts = [_as_text(cell) for cell in cells]
    raw = sum(
        text != given for text, given in zip(texts, cells, strict=True) if given.__class__ is str
    )
    said = frozenset(word.casefold() for word in missing)
    texts = ["" if text.casefold() in said else text for text in texts] if said else texts
    counts = Counter(texts)
    if not any(counts.keys() - {""}):
        return Column(name, "empty", np.full(len(cells), None, dtype=object))
    column = None
    if how in (None, "number", "decimal-point", "decimal-comma"):
        convention = {"decimal-point": "point", "decimal-comma": "comma"}.get(how)
        if convention is None and any(isinstance(cell, float) for cell in cells):
            convention = "point"  # numbers of their own type stand between words
        column = _as_numbers(name, texts, counts, places, convention, asked=how is not None)
    if column is None and how in (None, "date", "day-first", "month-first"):
        column = _as_dates(name, texts, counts, places, how)
    if column is None and how not in (None, "category", "text"):
        cell = next(text for text in texts if not is_missing(text))
        raise InputError(
            f"--read {name}={how} does not fit: {places.of(cell, texts)} holds {quoted(cell)}"
        )
    return column or _as_text_column(name, texts, counts, how, raw)


@dataclass
class _Places:
    """Where the cells of a column are."""

    lines: list[int]
    unit: str

    def of(self, cell: str, texts: list[str]) -> str:
        """Say where a cell is for the first time."""
        return f"{self.unit} {self.lines[texts.index(cell)]}"


def _as_text(cell: object) -> str:
    """Write a cell as text, tidied."""
    if cell.__class__ is str:
        return tidy(cell)
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bytes):
        return tidy(cell.decode("utf-8", errors="backslashreplace"))
    return tidy(str(cell))


def _typed(name: str, cells: list) -> Column | None:
    """Take over a column whose cells have a type of their own: all numbers, or all dates."""
    import decimal

    import pandas as pd

    classes = {cell.__class__ for cell in cells} - {type(None)}
    if "" in cells:
        classes = {cell.__class__ for cell in cells if cell is not None and cell != ""}
    kinds = (numbers.Real, decimal.Decimal)
    if classes and bool not in classes and all(issubclass(c, kinds) for c in classes):
        values = np.array([np.nan if cell in (None, "") else float(cell) for cell in cells])
        values[~np.isfinite(values)] = np.nan
        return Column(name, "number", values, missing=_empties(np.isnan(values)))
    if classes and all(issubclass(c, datetime.date) for c in classes):
        dates = pd.Series([None if cell in (None, "") else cell for cell in cells], dtype=object)
        values = pd.to_datetime(dates, utc=True)
        return Column(name, "date", values, missing=_empties(values.isna()), order="year first")
    return None


def _empties(empty) -> dict[str, int]:
    """Count the empty cells of a typed column."""
    return {"": int(empty.sum())} if empty.any() else {}


def _sort_out(texts: list[str], odd: set[str], lines: list[int]):
    """Split what is no value into words for missing, counted, and odd cells with their lines."""
    missing: dict[str, int] = {}
    strange = []
    for text, line in zip(texts, lines, strict=True):
        if text in odd:
            if is_missing(text):
                missing[text] = missing.get(text, 0) + 1
            else:
                strange.append((line, text))
    return missing, strange


def _may_differ(odd: list[str], counts: Counter, n: int) -> bool:
    """Tell whether so few cells do not fit that the column is of a kind, and they are missing."""
    share = sum(counts[cell] for cell in odd) / n
    return share <= ODD or (share <= ONE_WORD and len({cell.casefold() for cell in odd}) == 1)


def _as_numbers(name, texts, counts, places, convention, *, asked: bool) -> Column | None:
    """Read a column as numbers; None where it is no number column."""
    kept = {cell: n for cell, n in counts.items() if not is_missing(cell)}
    if not kept or (not asked and convention is None and _are_codes(kept)):
        return None
    found = read_numbers(kept, convention)
    n = sum(kept.values())
    if not found.values or (not asked and not _may_differ(found.odd, kept, n)):
        if found.values and found.odd:
            _refuse_mixture(name, texts, kept, places, found)
        return None
    if found.odd and not asked and len(set(found.values.values())) < 3:
        return None
    odd = {cell for cell in counts if cell not in found.values}
    missing, strange = _sort_out(texts, odd, places.lines)
    values = np.array([found.values.get(text, np.nan) for text in texts])
    how = [] if found.convention in ("none", "open") else [f"decimal {found.convention}"]
    how += ["thousands grouped"] if found.grouped else []
    how += ["brackets are a minus"] if found.bracketed else []
    kind = "number"
    if found.affix:
        kind = "percent" if found.affix == "%" else "currency" if is_currency(found.affix) else kind
        how.append("in " + ("percent" if kind == "percent" else found.affix))
    column = Column(name, kind, values, how, missing, strange, convention=found.convention)
    if found.shown is not None:
        cell, point, comma = found.shown
        if math.isnan(comma):
            _refuse_mixture(name, texts, kept, places, found)
        column.open = (
            places.of(cell, texts),
            cell,
            f"{point:g}",
            f"{comma:g}",
            "decimal-point",
            "decimal-comma",
        )
    return column


def _are_codes(cells) -> bool:
    """Tell whether cells are codes of digits: zeros in front at equal length, or very long ones."""
    if not all(map(str.isdecimal, cells)):
        return False
    lengths = {len(cell) for cell in cells}
    zero = any(cell[0] == "0" for cell in cells)
    return (len(lengths) == 1 and zero and max(lengths) > 1) or max(lengths) > 15


def _refuse_mixture(name, texts, kept, places, found) -> None:
    """Complain about a column in which some numbers have a decimal point and others a comma."""
    other = "comma" if found.convention in ("point", "open") else "point"
    second = read_numbers({cell: kept[cell] for cell in found.odd}, other).values
    second = [cell for cell in second if "," in cell or "." in cell]
    first = [c for c in found.values if ("." if other == "comma" else ",") in c]
    if second and first and len(second) + len(found.values) >= 0.9 * len(kept):
        where = [f"{places.of(c, texts)}, {quoted(c)}" for c in (first[0], second[0])]
        raise InputError(
            f"column {name!r} mixes decimal points and commas ({'; '.join(where)}); write one sign "
            f"in the file, or choose: --read {name}=category, --drop {name}"
        )


def _as_dates(name, texts, counts, places, how) -> Column | None:
    """Read a column as dates; None where it is none."""
    import pandas as pd

    kept = [cell for cell in counts if not is_missing(cell)]
    order = {"day-first": "day first", "month-first": "month first"}.get(how)
    if not kept or (how is None and max(map(len, kept)) > 40):
        return None
    found = read_dates(kept, order)
    if found is None:
        return None
    dates = dict(zip(kept, found.values, strict=True))
    odd = {cell for cell in counts if cell not in dates or pd.isna(dates[cell])}
    missing, strange = _sort_out(texts, odd, places.lines)
    values = pd.to_datetime(pd.Series([dates.get(text) for text in texts], dtype=object), utc=True)
    column = Column(name, "date", values, [found.order], missing, strange, order=found.order)
    if found.other is not None:
        differing = next(i for i in range(len(kept)) if found.values[i] != found.other[1][i])
        readings = [f"{v[differing]:%d %B %Y}" for v in (found.values, found.other[1])]
        orders = [o.replace(" ", "-") for o in (found.order, found.other[0])]
        column.open = (places.of(kept[differing], texts), kept[differing], *readings, *orders)
    return column


def _as_text_column(name, texts, counts, how, changed: int) -> Column:
    """Read a column of words: a category where values repeat, else text; only "" is missing."""
    kept = [cell for cell in counts if cell]
    n = sum(counts[cell] for cell in kept)
    repeats = len(kept) <= max(20, 0.5 * n)
    kind = how or ("category" if repeats else "text")
    told = []
    if changed:
        told.append(f"blanks around {changed} cells dropped")
    if kind == "category":
        twins = Counter(" ".join(cell.casefold().split()) for cell in kept)
        alike = [key for key, times in twins.items() if times > 1]
        if alike:
            same = [cell for cell in kept if " ".join(cell.casefold().split()) == alike[0]]
            told.append(f"{listing(map(repr, same))} differ and are kept apart")
    numbers_in = {c: counts[c] for c in kept if not is_missing(c)}
    if how is None and numbers_in:
        found = read_numbers(numbers_in, "point")
        fitting = sum(counts[cell] for cell in found.values)
        if found.odd and fitting >= 0.5 * n and len(found.values) > 5:
            told.append(
                f"{n - fitting} of {n} cells are no numbers, such as {quoted(found.odd[0])}"
            )
    values = np.array([text or None for text in texts], dtype=object)
    missing = {"": counts[""]} if counts[""] else {}
    return Column(name, kind, values, told, missing)
