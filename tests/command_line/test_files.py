"""Kinds of file beside text: parquet, Excel, the standard input, and what each says if it fails."""

from __future__ import annotations

import datetime
import decimal
import io
import sys

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skdl.command_line.files import read_file
from skdl.command_line.table import load_table
from skdl.command_line.words import InputError

FRAME = pd.DataFrame(
    {
        "size": [1.5, np.nan, 3.25, 4.0],
        "rooms": [1, 2, 3, 1],
        "garden": [True, False, True, True],
        "built": pd.to_datetime(["2024-01-01", "2024-01-03", "2024-02-01", None]),
        "district": ["North", "South", "North ", None],
        "sold": ["yes", "no", "yes", "no"],
    }
)


def check(table):
    """See that a table is that frame."""
    X = table.X
    np.testing.assert_array_equal(X["size"], [1.5, np.nan, 3.25, 4])
    assert X["rooms"].tolist() == [1, 2, 3, 1]
    assert X["garden"].tolist() == ["True", "False", "True", "True"]
    np.testing.assert_array_equal(X["built (days)"], [0, 2, 31, np.nan])
    assert X["district"].tolist()[:3] == ["North", "South", "North"]
    assert pd.isna(X["district"][3])
    assert table.y.tolist() == ["yes", "no", "yes", "no"]


def test_parquet(tmp_path):
    path = tmp_path / "data.parquet"
    FRAME.to_parquet(path, index=False)
    check(load_table(path, "sold"))
    FRAME.set_index("rooms").to_parquet(path)  # an index is a column as others are
    assert "rooms" in load_table(path, "sold").X


def test_types_of_parquet(tmp_path):
    path = tmp_path / "data.parquet"
    columns = {
        "decimal": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal("2.25")]),
        "big": pa.array([2**40, 1, None]),
        "dictionary": pa.array(["u", "v", "u"]).dictionary_encode(),
        "day": pa.array([datetime.date(2024, 1, day) for day in (1, 2, 5)]),
        "text": ["1,200.50", "3", "4"],
        "inf": [1.0, np.inf, 3.0],
        "list": pa.array([[1], [2, 3], []]),
        "y": [0, 1, 0],
    }
    pq.write_table(pa.table(columns), path)
    table = load_table(path, "y")
    np.testing.assert_array_equal(table.X["decimal"], [1.5, np.nan, 2.25])
    np.testing.assert_array_equal(table.X["big"], [2.0**40, 1, np.nan])
    assert table.X["dictionary"].tolist() == ["u", "v", "u"]
    assert table.X["day (days)"].tolist() == [0, 1, 4]
    assert table.X["text"].tolist() == [1200.5, 3, 4]
    np.testing.assert_array_equal(table.X["inf"], [1, np.nan, 3])
    assert table.y.tolist() == [0, 1, 0] and table.y.dtype == np.int64


def book(path, **sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def test_excel(tmp_path):
    path = tmp_path / "data.xlsx"
    FRAME.to_excel(path, index=False)
    check(load_table(path, "sold"))


ROWS = [["a", "y"], [1.5, "yes"], [1.234, "no"], ["-", "yes"]]


def test_words_between_numbers_of_excel(tmp_path):
    cells = [1.234, 5.678, *range(20), "-", "<1"]
    rows = [[cell, "yn"[i % 2]] for i, cell in enumerate(cells)]
    path = book(tmp_path / "data.xlsx", only=[["Report"], [None, None], ["a", "y"], *rows])
    table = load_table(path, "y")
    np.testing.assert_array_equal(table.X["a"], [1.234, 5.678, *range(20), np.nan, np.nan])
    notes = " ".join(table.notes)
    assert "1 row before the header left out: 'Report'" in notes
    assert "row 27 '<1'" in notes


def test_the_sheet_of_excel_is_the_one_that_names_the_target(tmp_path):
    path = book(tmp_path / "data.xlsx", notes=[["nothing here"]], data=ROWS, other=[["b"], [1]])
    table = load_table(path, "y")
    assert "Read from sheet 'data'." in " ".join(table.notes)
    with pytest.raises(InputError, match=r"none of its sheets \(notes, data, other\).*--sheet"):
        load_table(path, "zzz")
    path = book(tmp_path / "two.xlsx", first=ROWS, second=ROWS[:-1])
    with pytest.raises(
        InputError, match=r"2 of its sheets \(first, second\) has.*'y'.*--sheet NAME"
    ):
        load_table(path, "y")
    assert len(load_table(path, "y", sheet="second").y) == 2
    with pytest.raises(InputError, match="no sheet 'third' with cells; there are first, second"):
        load_table(path, "y", sheet="third")


def test_a_formula_without_a_value_is_refused(tmp_path):
    path = book(tmp_path / "data.xlsx", data=[["a", "y"], ["=1+1", "p"], [2, "q"]])
    with pytest.raises(InputError, match="cell A2 holds a formula whose value is not stored"):
        load_table(path, "y")


@pytest.mark.parametrize("start", [b"PAR1", b"PK\3\4"])
def test_a_broken_file_is_told(tmp_path, start):
    path = tmp_path / "data.bin"
    path.write_bytes(start + bytes(100))
    with pytest.raises(InputError, match="cannot be (read|unpacked)"):
        read_file(path)


@pytest.mark.parametrize(
    ("kind", "package"), [("parquet", "pyarrow"), ("xlsx", "openpyxl")], ids=lambda word: word
)
def test_a_missing_package_is_named(tmp_path, monkeypatch, kind, package):
    path = tmp_path / f"data.{kind}"
    FRAME.to_parquet(path) if kind == "parquet" else FRAME.to_excel(path)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf'a {kind} file needs {package}; .*"skdl\[files\]"'):
        read_file(path)


@pytest.mark.parametrize(
    ("kind", "option"), [("parquet", "separator"), ("xlsx", "encoding"), ("csv", "sheet")]
)
def test_an_option_that_does_not_fit_the_kind_is_refused(tmp_path, kind, option):
    path = tmp_path / f"data.{kind}"
    writer = {"xlsx": "to_excel", "csv": "to_csv"}.get(kind, "to_parquet")
    getattr(FRAME, writer)(path)
    with pytest.raises(InputError, match=f"--{option} utf-8: .* is no (text|Excel) file"):
        read_file(path, **{option: "utf-8"})


def test_standard_input(monkeypatch):
    text = b"a,y\n1.5,p\n2.5,q\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    table = load_table("-", "y")
    assert table.name == "standard input" and table.X["a"].tolist() == [1.5, 2.5]


def test_missing_file_and_directory(tmp_path):
    with pytest.raises(InputError, match="no such file: .*nothing.csv"):
        read_file(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="is a directory, not a file with a table"):
        read_file(tmp_path)
