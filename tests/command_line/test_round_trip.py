"""Any table, written in any dialect, is read back equal or refused; never silently different."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from skdl.command_line.table import load_table
from skdl.command_line.words import InputError

N_ROWS = st.shared(st.integers(4, 15), key="rows")
WORDS = st.from_regex(r"[A-Za-zäöüß][a-zäöü ,;|'\"\n\t-]{0,6}[a-zß!]", fullmatch=True)
MISSING = ["", "NA", "n.a.", "-", "?", "NULL"]


@dataclass
class Dialect:
    """How a table is written."""

    separator: str
    decimal: str
    thousands: str
    quote_all: bool
    encoding: str
    line_end: str
    missing: str
    trailing: str

    def number(self, value, decimals):
        if value is None:
            return self.missing
        text = f"{value:,.{decimals}f}".translate({44: "T", 46: "D"})
        return text.replace("T", self.thousands).replace("D", self.decimal)

    def line(self, cells, *, is_header=False):
        ends = self.trailing == "all" or (self.trailing == "rows" and not is_header)
        special = (self.separator, '"', "\n", "\r")
        written = [
            '"' + cell.replace('"', '""') + '"'
            if self.quote_all or any(sign in cell for sign in special)
            else cell
            for cell in cells
        ]
        return self.separator.join(written) + self.separator * ends + self.line_end


@st.composite
def dialects(draw):
    decimal = draw(st.sampled_from(".,"))
    other = {".": ",", ",": "."}[decimal]
    return Dialect(
        separator=draw(st.sampled_from(",;\t|")),
        decimal=decimal,
        thousands=draw(st.sampled_from(["", "", other, " ", "\u00a0", "'"])),
        quote_all=draw(st.booleans()),
        encoding=draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])),
        line_end=draw(st.sampled_from(["\n", "\r\n"])),
        missing=draw(st.sampled_from(MISSING)),
        trailing=draw(st.sampled_from(["none", "none", "rows", "all"])),
    )


def columns_of(cell):
    """Draw a column with at least two different values."""

    def several(cells):
        return len({c for c in cells if c is not None}) > 1

    rows = N_ROWS.flatmap(lambda n: st.lists(cell, min_size=n, max_size=n))
    return rows.filter(several)


NUMBERS = st.one_of(
    st.integers(-9999, 9_999_999),
    st.integers(100, 2000),
    st.integers(1000, 9999),
    st.floats(-5000, 5000),
)
NUMBER_COLUMNS = st.integers(0, 4).flatmap(
    lambda decimals: st.tuples(
        st.just(decimals),
        columns_of(st.one_of(st.none(), NUMBERS.map(lambda v: float(f"{v:.{decimals}f}") + 0.0))),
    )
)


@st.composite
def tables(draw):
    """Draw columns of numbers (with their decimals) or words (None), and a target of words."""
    kinds = draw(st.lists(st.booleans(), min_size=1, max_size=4))
    columns = {}
    for number, is_number in enumerate(kinds):
        words = st.tuples(st.none(), columns_of(st.one_of(st.none(), WORDS)))
        columns[f"x{number}"] = draw(NUMBER_COLUMNS if is_number else words)
    return columns, draw(columns_of(WORDS))


@settings(max_examples=150, deadline=None)
@given(tables(), dialects())
def test_a_table_is_read_back_or_refused(table, dialect):
    columns, y = table
    written = {
        name: [dialect.number(c, decimals) if decimals is not None else c or "" for c in cells]
        for name, (decimals, cells) in columns.items()
    }
    rows = zip(*written.values(), y, strict=True)
    text = dialect.line([*written, "y"], is_header=True) + "".join(map(dialect.line, rows))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.txt")
        path.write_bytes(text.encode(dialect.encoding))
        try:
            read = load_table(path, "y")
        except InputError as complaint:
            assert "can be read in two ways" in str(complaint), complaint
            return
    assert read.y.tolist() == y
    assert list(read.X.columns) == list(columns)
    for name, (decimals, cells) in columns.items():
        came = read.X[name]
        if decimals is None:
            assert [None if pd.isna(cell) else cell for cell in came] == cells
        else:
            assert came.dtype == np.float64
            np.testing.assert_array_equal(came, np.array(cells, dtype=np.float64))


@settings(max_examples=100, deadline=None)
@given(NUMBER_COLUMNS, dialects())
def test_a_refusal_names_the_cell_and_a_choice_that_gives_the_table(column, dialect):
    decimals, cells = column
    written = [dialect.number(cell, decimals) for cell in cells]
    rows = zip(written, "pq" * len(cells), strict=False)
    text = dialect.line(["x", "y"]) + "".join(map(dialect.line, rows))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "data.txt")
        path.write_bytes(text.encode("utf-8"))
        try:
            read = load_table(path, "y")
        except InputError as complaint:
            right = "decimal-point" if dialect.decimal == "." else "decimal-comma"
            assert f"--read x={right}" in str(complaint)
            assert any(f"{cell!r}, is" in str(complaint) for cell in written)
            read = load_table(path, "y", read={"x": right})
    np.testing.assert_array_equal(read.X["x"], np.array(cells, dtype=np.float64))
