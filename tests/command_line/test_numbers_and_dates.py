"""Numbers and dates: each way to write them, and the two readings where there are two."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skdl.command_line import numbers
from skdl.command_line.dates import CLOCKS, DAYS, read_dates
from skdl.command_line.numbers import read_numbers

NOT_NUMBERS = [
    "1_000",
    "nan",
    "1,2,3.4",
    "12:30",
    "3/4",
    "1-2",
    "A5",
    "(5",
    "5)",
    "--5",
    "+-5",
    "1.2.3",
]
NOT_NUMBERS += ["", ".", ",", "e5", "5 kg 3", "1e999", "0,123,456", "1,23,45", "1 20", "5..2"]


@pytest.mark.parametrize("cell", NOT_NUMBERS)
def test_what_is_no_number(cell):
    assert read_numbers({cell: 1}).values == {} and read_numbers({cell: 1}).odd == [cell]


@pytest.mark.parametrize(
    ("cell", "point", "comma"),
    [
        ("1,200", 1200, 1.2),
        ("1.200", 1.2, 1200),
        ("1,200.5", 1200.5, None),
        ("1.200,5", None, 1200.5),
        ("0,200", None, 0.2),
        ("1234,567", None, 1234.567),
        ("1,2345", None, 1.2345),
        ("1.200.300", None, 1200300),
        ("1 200", 1200, 1200),
        ("1\u202f200,5", None, 1200.5),
        ("-$1,200", -1200, -1.2),
        ("\u20ac -5", -5, -5),
        ("(1,200) CHF", None, None),
        ("5E3", 5000, 5000),
        ("7 %", 7, 7),
        (".5", 0.5, None),
        (",5", None, 0.5),
    ],
)
def test_both_readings_of_a_cell(cell, point, comma):
    assert read_numbers({cell: 1}, "point").values.get(cell) == point
    assert read_numbers({cell: 1}, "comma").values.get(cell) == comma


NUMBERS = st.one_of(
    st.floats(-1e6, 1e6),
    st.integers(-(10**6), 10**6),
    st.floats(-1e4, 1e4).map("{:.3f}".format),
    st.floats(0, 1).map("{:.2e}".format),
)


@given(st.lists(NUMBERS, min_size=1, max_size=8), st.sampled_from(".,"))
def test_the_quick_way_says_what_the_careful_one_says(values, sign):
    cells = {str(value).replace(".", sign): 1 for value in values}
    quick = numbers._plain(cells)
    if quick is None:
        assert all(numbers.EITHER.fullmatch(cell) for cell in cells if sign in cell)
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbers, "_plain", lambda cells: None)
        careful = read_numbers(cells)
    assert careful.values == quick.values and careful.convention == quick.convention


@given(
    st.lists(st.dates(datetime.date(1970, 1, 1), datetime.date(2060, 1, 1)), min_size=1, max_size=9)
)
@pytest.mark.parametrize("layout", DAYS)
def test_a_date_is_read_back_or_its_other_order_is_named(layout, days):
    cells = list(dict.fromkeys(day.strftime(layout) for day in days))
    expected = list(dict.fromkeys(days))
    found = read_dates(cells)
    same = [stamp.date() for stamp in found.values] == expected
    if not same:
        order = DAYS[layout]
        assert found.other is not None and found.other[0] == order
        assert [stamp.date() for stamp in found.other[1]] == expected


@pytest.mark.parametrize("clock", CLOCKS[1:])
def test_the_time_behind_a_date_is_read(clock):
    moment = datetime.datetime(2024, 3, 25, 16, 40)
    for layout in DAYS:
        found = read_dates([moment.strftime(layout + clock)])
        assert found.values[0].replace(tzinfo=None) == moment
