"""Numbers as people write them: decimal and thousands signs, percent, currencies, units.

A cell such as ``1,200`` has two readings, 1200 and 1.2. Which one holds is decided for a column,
from all its cells, and not decided where no cell tells.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["CONVENTIONS", "Numbers", "read_numbers"]

# The two conventions: the sign before the decimals, and the sign that may group thousands.
CONVENTIONS = {"point": (".", ","), "comma": (",", ".")}
# What groups thousands in either convention: blanks (also narrow ones) and apostrophes.
NEUTRAL = " \u00a0\u2009\u202f'\u2019"
CODES = "EUR USD GBP CHF JPY CNY INR RUB SEK NOK DKK PLN CZK HUF TRY BRL CAD AUD ZAR".split()

CELL = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[-+\u2212]?)\s*(?P<before>[^\d\s.,()+\-\u2212'\u2019]{0,3})\s*"
    r"(?P<after_sign>[-+\u2212]?)"
    rf"(?P<body>[.,]?\d(?:[\d.,]|[{NEUTRAL}](?=\d))*)(?P<power>[eE][-+]?\d+)?"
    r"\s*(?P<after>[^\d\s.,()+\-\u2212'\u2019](?:[^\d\s,()+\u2212]{0,7}))?\s*(?P<close>\))?"
)
# One decimal sign or one thousands sign? Three digits behind, one to three before, no zero first.
EITHER = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}")


@dataclass
class Numbers:
    """How the cells of a column are read as numbers.

    Parameters
    ----------
    values : dict of str to float
        The number that each cell stands for.
    odd : list of str
        The cells that are no such number.
    convention : {"point", "comma", "none", "open"}
        "none" where no cell holds a sign that could mean two things, "open" where every one could.
    shown : tuple of str
        For an open convention, a cell and how each convention reads it.
    affix : str
        What stands at the numbers: ``"%"``, a currency or a unit; empty for nothing.
    grouped : bool
        Whether thousands are grouped.
    bracketed : bool
        Whether some numbers stand in brackets, which is a minus.
    """

    values: dict[str, float]
    odd: list[str]
    convention: str
    shown: tuple[str, float, float] | None = None
    affix: str = ""
    grouped: bool = False
    bracketed: bool = field(default=False, repr=False)


@dataclass(frozen=True)
class _Parts:
    """A cell taken apart: its sign, its digits with their signs, its power of ten, its affix."""

    negative: bool
    body: str
    power: str
    affix: str


def is_currency(affix: str) -> bool:
    """Tell whether an affix is a currency sign or code.

    Examples
    --------
    >>> is_currency("€"), is_currency("US$"), is_currency("kg")
    (True, True, False)
    """
    return affix.upper() in CODES or any(unicodedata.category(c) == "Sc" for c in affix)


def _take_apart(cell: str) -> _Parts | None:
    """Split a cell into the parts of a number; None where it is none."""
    found = CELL.fullmatch(cell)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    before, after = found["before"], found["after"] or ""
    if before and (after or not is_currency(before)):
        return None
    if found["sign"] and found["after_sign"]:
        return None
    negative = bool(found["open"]) or (found["sign"] + found["after_sign"]) in ("-", "\u2212")
    return _Parts(negative, found["body"], found["power"] or "", before or after)


def _value(parts: _Parts, convention: str) -> float | None:
    """Read the digits in one convention; None where they do not fit it."""
    decimal, thousands = CONVENTIONS[convention]
    whole, sign, decimals = parts.body.partition(decimal)
    if sign and not (decimals.isdecimal() or (not decimals and whole)):
        return None
    signs = {c for c in whole if not c.isdecimal()}
    if signs and (parts.power or len(signs) > 1 or not _is_grouped(whole, *signs, thousands)):
        return None
    digits = "".join(c for c in whole if c.isdecimal())
    if not digits and not decimals:
        return None
    value = float(f"{digits or 0}.{decimals or 0}{parts.power}")
    if not math.isfinite(value):
        return None
    return -value if parts.negative else value


def _is_grouped(whole: str, sign: str, thousands: str) -> bool:
    """Tell whether a sign stands between groups of three digits; with a comma also 12,34,567."""
    if sign != thousands and sign not in NEUTRAL:
        return False
    western, indian = r"[1-9]\d{0,2}(?:S\d{3})+", r"[1-9]\d?(?:S\d{2})*S\d{3}"
    patterns = [western, indian] if sign == "," else [western]
    return any(re.fullmatch(p.replace("S", re.escape(sign)), whole) for p in patterns)


def _plain(cells: Mapping[str, int]) -> Numbers | None:
    """Read cells that Python reads too, and that can mean one thing only: the quick way."""
    together = "\n".join(cells)
    for convention, (decimal, other) in CONVENTIONS.items():
        if other in together or "_" in together:
            continue
        signed = [cell for cell in cells if decimal in cell] if decimal in together else []
        if signed and all(map(EITHER.fullmatch, signed)):
            return None
        try:
            values = {cell: float(cell.replace(decimal, ".")) for cell in cells}
        except ValueError:
            return None
        if all(map(math.isfinite, values.values())):
            return Numbers(values, [], convention if signed else "none")
    return None


def _main_affix(parts: Mapping[str, _Parts], cells: Mapping[str, int]) -> tuple[str, set[str]]:
    """Return what most numbers carry, and all that may stand beside it.

    A currency may be left out in some cells: 5 and $5 are the same amount. A percent sign or a unit
    may not: 5 and 5 % are not the same number.
    """
    counts: dict[str, int] = {}
    for cell, part in parts.items():
        counts[part.affix] = counts.get(part.affix, 0) + cells[cell]
    main = max(counts, key=counts.__getitem__)
    currencies = [affix for affix in counts if is_currency(affix)]
    if (main == "" or main in currencies) and len(currencies) == 1:
        return currencies[0] if main else "", {"", *currencies}
    return main, {main} | ({""} if is_currency(main) else set())


def read_numbers(cells: Mapping[str, int], convention: str | None = None) -> Numbers:
    """Read the different cells of a column as numbers.

    Parameters
    ----------
    cells : dict of str to int
        Each cell, without blanks around it, and how often it occurs.
    convention : {"point", "comma"}, default=None
        The decimal sign, where it is known; None decides it from the cells.

    Returns
    -------
    Numbers

    Examples
    --------
    >>> read_numbers({"1.234,5": 1, "7,25": 3, "1.200": 1}).values
    {'1.234,5': 1234.5, '7,25': 7.25, '1.200': 1200.0}
    >>> read_numbers({"$5": 1, "$7.5": 1, "soon": 1}).odd
    ['soon']
    >>> read_numbers({"950": 1, "1,200": 1}).convention
    'open'
    """
    quick = _plain(cells) if convention is None else None
    if quick is not None:
        return quick
    parts = {cell: part for cell in cells if (part := _take_apart(cell)) is not None}
    if not parts:
        return Numbers({}, list(cells), "none")
    affix, allowed = _main_affix(parts, cells)
    parts = {cell: part for cell, part in parts.items() if part.affix in allowed}
    readings = {
        name: {c: v for c, part in parts.items() if (v := _value(part, name)) is not None}
        for name in CONVENTIONS
    }
    point, comma = readings["point"], readings["comma"]
    differ = [cell for cell in point if cell in comma and point[cell] != comma[cell]]
    decided, shown = convention, None
    if decided is None:
        fits = {name: sum(cells[cell] for cell in found) for name, found in readings.items()}
        if fits["point"] != fits["comma"]:
            decided = max(fits, key=fits.__getitem__)
        elif differ or point.keys() != comma.keys():
            cell = (differ or [c for c in point if c not in comma])[0]
            decided, shown = "open", (cell, point[cell], comma.get(cell, math.nan))
        else:
            decided = "none"
    values = readings["comma" if decided == "comma" else "point"]
    thousands = CONVENTIONS["comma" if decided == "comma" else "point"][1] + NEUTRAL
    return Numbers(
        values,
        [cell for cell in cells if cell not in values],
        decided,
        shown,
        affix,
        grouped=any(sign in parts[cell].body for cell in values for sign in thousands),
        bracketed=any(cell.startswith("(") for cell in values),
    )
