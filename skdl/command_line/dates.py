"""Dates and times as people write them, and the parts of them that a network can learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Dates", "date_parts", "read_dates"]

CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
# How a date is written, and what its order is called where another format has the other order.
DAYS = {
    "%d.%m.%Y": "day first",
    "%d.%m.%y": "day first",
    "%Y/%m/%d": "year first",
    "%d/%m/%Y": "day first",
    "%m/%d/%Y": "month first",
    "%d/%m/%y": "day first",
    "%m/%d/%y": "month first",
    "%d-%m-%Y": "day first",
    "%m-%d-%Y": "month first",
    "%d-%m-%y": "day first",
    "%m-%d-%y": "month first",
    "%d %b %Y": "day first",
    "%d %B %Y": "day first",
    "%d-%b-%Y": "day first",
    "%d-%b-%y": "day first",
    "%b %d, %Y": "month first",
    "%B %d, %Y": "month first",
    "%b %d %Y": "month first",
}
MONTHS = {"%b %Y": "month and year", "%B %Y": "month and year", "%m/%Y": "month and year"}
TIMES = {"%H:%M": "time of day", "%H:%M:%S": "time of day", "%I:%M %p": "time of day"}
FORMATS = {
    "ISO8601": "year first",
    **{day + clock: order for day, order in DAYS.items() for clock in CLOCKS},
    **MONTHS,
    **TIMES,
}
SAMPLE = 50


@dataclass
class Dates:
    """How the cells of a column are read as dates.

    Parameters
    ----------
    values : Series of datetime
        One for each cell; what does not fit is missing.
    order : str
        Which part comes first, or that there is a time of day only.
    other : tuple of (str, Series) or None
        The other order that fits every cell as well, with other dates.
    """

    values: pd.Series
    order: str
    other: tuple[str, pd.Series] | None = None


def _signs(text: str) -> frozenset[str]:
    """Return the signs between the parts of a date or a format."""
    return frozenset(text) & frozenset("./-:,")


def _parse(cells: Sequence[str], layout: str):
    """Read cells in one format; what does not fit is missing."""
    import pandas as pd

    cells = pd.Series(list(cells), dtype=object)
    return pd.to_datetime(cells, format=layout, errors="coerce", utc=True)


def read_dates(
    cells: Sequence[str], order: str | None = None, *, least: float = 0.9
) -> Dates | None:
    """Read the different cells of a column as dates, in the format that fits most of them.

    Parameters
    ----------
    cells : sequence of str
        Without blanks around them.
    order : {"day first", "month first"}, default=None
        Which part comes first, where it is known.
    least : float, default=0.9
        The share of cells that must fit.

    Returns
    -------
    Dates or None
        None where the cells are no dates.

    Examples
    --------
    >>> read_dates(["31.12.2020", "1.2.2021"]).order
    'day first'
    >>> read_dates(["3/4/2020", "1/2/2021"]).other[0]
    'month first'
    >>> read_dates(["soon", "later"]) is None
    True
    """
    sample = cells[:: max(1, len(cells) // SAMPLE)]
    if sum(any(map(str.isdigit, cell)) for cell in sample) < 0.8 * least * len(sample):
        return None
    shapes = {_signs(cell) for cell in sample}
    layouts = [x for x in FORMATS if x == "ISO8601" or _signs(x) in shapes]
    layouts = [x for x in layouts if order is None or FORMATS[x] == order]
    layouts = [x for x in layouts if _parse(sample, x).notna().mean() >= 0.8 * least]
    found = [(layout, _parse(cells, layout)) for layout in layouts]
    found = [(layout, values) for layout, values in found if values.notna().mean() >= least]
    if not found:
        return None
    layout, values = max(found, key=lambda one: one[1].notna().sum())
    others = [
        (FORMATS[x], v)
        for x, v in found
        if FORMATS[x] != FORMATS[layout]
        and v.notna().sum() == values.notna().sum()
        and not v.equals(values)
    ]
    return Dates(values, FORMATS[layout], others[0] if others else None)


def date_parts(values: pd.Series, order: str) -> dict[str, np.ndarray]:
    """Turn dates into numbers: days since the first, month, day, weekday, hour; none constant.

    Parameters
    ----------
    values : Series of datetime
    order : str
        As in :class:`Dates`; a time of day has hours only.

    Returns
    -------
    parts : dict of str to array of float

    Examples
    --------
    >>> dates = read_dates(["2020-01-01", "2020-02-03", "2020-02-05"])
    >>> for name, part in date_parts(dates.values, dates.order).items():
    ...     print(name, part)
    days [ 0. 33. 35.]
    month [1. 2. 2.]
    day of month [1. 3. 5.]
    weekday [3. 1. 3.]
    """
    hours = values.dt.hour + values.dt.minute / 60 + values.dt.second / 3600
    parts = {"hour": hours}
    if order != "time of day":
        elapsed = (values - values.min()).dt.total_seconds() / 86400
        parts = {
            "days": elapsed,
            "month": values.dt.month,
            "day of month": values.dt.day,
            "weekday": values.dt.day_of_week + 1,
            "hour": hours,
        }
    numbers = {name: part.to_numpy(dtype=np.float64) for name, part in parts.items()}
    return {name: part for name, part in numbers.items() if len(set(part[~np.isnan(part)])) > 1}
