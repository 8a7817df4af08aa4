"""Files as people have them: small ones, each with one oddity, and what must be read from them."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from skdl.command_line.table import load_table
from skdl.command_line.words import InputError

nan = float("nan")
NUMBERS = [0.5 * i for i in range(1, 31)]  # 0.5 … 15.0


def column(cells, *, header="a,y", separator=","):
    """Make a file of one input column, with a target y that alternates."""
    rows = [f"{cell}{separator}{'yn'[i % 2]}" for i, cell in enumerate(cells)]
    return "\n".join([header.replace(",", separator), *rows]) + "\n"


@dataclass
class File:
    """A file, how it is read, and what must come."""

    content: str | bytes
    X: dict | None = None
    y: list | None = None
    said: tuple = ()
    refused: tuple = ()
    target: str = "y"
    options: dict = field(default_factory=dict)


PLAIN = {"a": [1.5, 2.5, 4.0], "b": ["u", "v", "u"]}
Y = ["yes", "no", "yes"]
TEXT = "a,b,y\n1.5,u,yes\n2.5,v,no\n4,u,yes\n"
TABS = TEXT.replace(",", "\t")


def good(content, *said, X=PLAIN, y=Y, **more):
    return File(content, X, y, said, **more)


def bad(content, *words, **more):
    return File(content, refused=words, **more)


def with_odd(*odd, n=30):
    """Make a column of numbers whose last cells are odd, and the numbers it must give."""
    kept = NUMBERS[: n - len(odd)]
    return column([*map(str, kept), *odd]), {"a": [*kept, *[nan] * len(odd)]}


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return packed.getvalue()


def odd(*cells, said=(), n=30):
    content, X = with_odd(*cells, n=n)
    return File(content, X=X, said=said)


FILES = {
    # How the text is cut into cells.
    "comma": good(TEXT, "Cells are separated by comma."),
    "semicolon": good(TEXT.replace(",", ";"), "separated by semicolon"),
    "tab": good(TABS, "separated by tab"),
    "bar": good(TEXT.replace(",", "|"), "separated by bar"),
    "blanks": good("a   b  y\n1.5 u yes\n2.5 v   no\n4   u yes\n", "separated by blank"),
    "blanks at both ends": good("  a b  y\n  1.5 u yes  \n 2.5 v  no\n  4 u yes\n"),
    "another separator": good(TEXT.replace(",", "~"), options={"separator": "~"}),
    "sep line": good("sep=;\n" + TEXT.replace(",", ";"), "names the separator: sep=;"),
    "sep line of the other sign": good("sep=,\r\n" + TEXT.replace("\n", "\r\n")),
    "sep line, quoted": good('"sep=;"\n' + TEXT.replace(",", ";")),
    "CRLF": good(TEXT.replace("\n", "\r\n")),
    "CR alone": good(TEXT.replace("\n", "\r")),
    "no end of the last line": good(TEXT.rstrip("\n")),
    "blank lines": good("\n\n" + TEXT.replace("\n", "\n\n") + "\n \n"),
    "lines of separators only": good(TEXT + ",,\n,,\n"),
    "trailing separator on rows": good(
        TEXT.replace("s\n", "s,\n").replace("o\n", "o,\n"), "end in a separator"
    ),
    "trailing separator on header": good(TEXT.replace("y\n", "y,\n", 1)),
    "trailing separator everywhere": good(TEXT.replace("\n", ",\n")),
    "two trailing separators": good(TEXT.replace("\n", ",,\n")),
    "title before the header": good(
        "Report of 2024\n\n" + TEXT, "1 line before the header left out"
    ),
    "comments before the header": good("# a\n# b, c\n" + TEXT, "2 lines before the header"),
    "quoted cells": good('"a","b","y"\n"1.5","u","yes"\n"2.5","v","no"\n"4","u","yes"\n'),
    "separator in quotes": good(
        TEXT.replace("u", '"u, w"'), X={**PLAIN, "b": ["u, w", "v", "u, w"]}
    ),
    "line end in quotes": good(TEXT.replace("v", '"v\nw"'), X={**PLAIN, "b": ["u", "v\nw", "u"]}),
    "quote in quotes": good(TEXT.replace("v", '"5"" v"'), X={**PLAIN, "b": ["u", '5" v', "u"]}),
    "quote after a backslash": good(
        TEXT.replace("v", '"say \\"v\\", w"'),
        "backslash",
        X={**PLAIN, "b": ["u", 'say "v", w', "u"]},
    ),
    "quote inside a cell": good(TEXT.replace("v", '5"v'), X={**PLAIN, "b": ["u", '5"v', "u"]}),
    "blank before a quote": good(TEXT.replace("u", ' "u"')),
    "quote that never ends": bad(TEXT.replace("v", '"v'), "line 3", "quotation marks do not pair"),
    "short lines": good(
        "y,a,b\nyes,1.5,u\nno,2.5\nyes,4,u\n",
        "1 line shorter than the header (line 3)",
        X={"a": [1.5, 2.5, 4.0], "b": ["u", nan, "u"]},
    ),
    "a long line": bad(TEXT + "5,u,v,yes\n", "line 5 has 4 cells", "3 names"),
    "row names without a name": bad(
        "a,b,y\nr1,1,u,yes\nr2,2,v,no\n", "line 2 has 4 cells", "first column has no name"
    ),
    "decimal commas not in quotes": bad("a,y\n1,5,yes\n2,5,no\n", "line 2", "inside the numbers"),
    "no header": bad("1,2,3\n4,5,6\n7,8,9\n", "no column 'y'", "numbers only", "needs a header"),
    "single column": bad("y\nyes\nno\n", "single column, 'y'", "--separator"),
    "header only": bad("a,b,y\n", "a header but no rows"),
    "nothing": bad("", "is empty"),
    "blanks only": bad(" \n\t\n", "is empty"),
    "name twice": bad("a,a ,y\n1,2,yes\n", "more than one column named 'a'"),
    "very long field": File(
        column(["w" * 200_000, *"uvw" * 5]), X={"a": ["w" * 200_000, *"uvw" * 5]}
    ),
    # Names and labels that look alike.
    "decomposed header": good(
        TEXT.replace("y\n", "gro\u0308\u00dfe\n", 1), target="gr\u00f6\u00dfe"
    ),
    "zero-width space in the header": good(TEXT.replace("y\n", "\u200by\n", 1)),
    "no-break space in the header": good(TEXT.replace(",y\n", ",y\u00a0\n", 1)),
    "Cyrillic letter": bad(
        TEXT.replace("y\n", "p\u0430ge\n", 1), "did you mean", "CYRILLIC", target="page"
    ),
    "blanks around labels": good(
        TEXT.replace("yes", " yes ").replace("no", "no\t").replace("u", "u\u00a0"), "blanks around"
    ),
    "decomposed labels": good(
        TEXT.replace("v", "o\u0308").replace("4,u", "4,\u00f6"),
        X={**PLAIN, "b": ["u", *"\u00f6\u00f6"]},
    ),
    "capitals": good(
        TEXT.replace("4,u", "4,U"), "'u', 'U' differ", X={**PLAIN, "b": ["u", "v", "U"]}
    ),
    # Encodings.
    "UTF-8 with a mark": good(TEXT.encode("utf-8-sig")),
    "UTF-16": good(TABS.encode("utf-16"), "UTF-16"),
    "UTF-16 big-endian with a mark": good(b"\xfe\xff" + TABS.encode("utf-16-be"), "UTF-16"),
    "UTF-16 without a mark": good(TABS.encode("utf-16-le"), "UTF-16-LE"),
    "UTF-32": good(TEXT.encode("utf-32"), "UTF-32"),
    "Windows-1252": good(
        TEXT.replace("u", "\u00fc").encode("cp1252"),
        "Windows-1252",
        X={**PLAIN, "b": [*"\u00fcv\u00fc"]},
    ),
    "another encoding": good(
        TEXT.replace("u", "\u0436").encode("cp1251"),
        "cp1251",
        X={**PLAIN, "b": [*"\u0436v\u0436"]},
        options={"encoding": "cp1251"},
    ),
    "no known encoding": bad(TEXT.replace("u", "\x81").encode("latin-1"), "--encoding"),
    "bytes": bad(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(50), "not a text file"),
    # Packed.
    "gzip": good(gzip.compress(TEXT.encode())),
    "zip": good(zipped(d_csv=TEXT), "Read from d.csv"),
    "zip of two": bad(zipped(a_csv=TEXT, b_csv=TEXT), "holds 2 files (a.csv, b.csv)"),
    "gzip cut off": bad(gzip.compress(TEXT.encode())[:-12], "cannot be unpacked"),
    "a web page": bad("\n<!DOCTYPE html>\n<html>a,y</html>\n", "is a web page"),
    "JSON": bad('{"a": 1, "y": 2}\n', "is JSON"),
    "old Excel": bad(b"\xd0\xcf\x11\xe0" + bytes(100), "old Excel file", ".xlsx"),
    # Numbers.
    "decimal comma": File(
        column(["1,5", "2,25", "3"], separator=";"),
        X={"a": [1.5, 2.25, 3.0]},
        said=("decimal comma",),
    ),
    "decimal comma in quotes": File(column(['"1,5"', '"-2,25"', "3"]), X={"a": [1.5, -2.25, 3.0]}),
    "decimal comma beside a time": File(
        "t;a;y\n12.30;1,5;p\n9.15;2,5;q\n8.40;0,5;p\n",
        X={"t": [12.3, 9.15, 8.4], "a": [1.5, 2.5, 0.5]},
        said=("t (decimal point)", "a (decimal comma)"),
    ),
    "decimal comma at the line end, CRLF": File("y;a\r\np;1,5\r\nq;2,5\r\n", X={"a": [1.5, 2.5]}),
    "English thousands": File(
        column(['"1,200.50"', '"950"', '"12,000"']), X={"a": [1200.5, 950, 12000]}
    ),
    "German thousands": File(
        column(["1.200,50", "950", "12.000"], separator=";"), X={"a": [1200.5, 950, 12000]}
    ),
    "millions": File(column(["1,200,000", "1,000"], separator="\t"), X={"a": [1200000.0, 1000]}),
    "Indian thousands": File(
        column(["12,34,567", "1,000"], separator=";"), X={"a": [1234567.0, 1000]}
    ),
    "blanks between thousands": File(
        column(["1 200,5", "12\u00a0000", "7"], separator=";"), X={"a": [1200.5, 12000, 7]}
    ),
    "apostrophes between thousands": File(
        column(["1'200.5", "12\u2019000", "7"]), X={"a": [1200.5, 12000, 7]}
    ),
    "thousands or decimals": bad(
        column(['"1,200"', "950", '"3,400"']),
        "two ways",
        "line 2, '1,200', is 1200 or 1.2",
        "--read a=decimal-point or --read a=decimal-comma",
    ),
    "thousands, as told": File(
        column(['"1,200"', "950"]), X={"a": [1200.0, 950]}, options={"read": {"a": "decimal-point"}}
    ),
    "decimals, as told": File(
        column(['"1,200"', "950"]), X={"a": [1.2, 950]}, options={"read": {"a": "decimal-comma"}}
    ),
    "thousands, by another column": File(
        'a,b,y\n"1,200",0.5,p\n950,1.5,q\n',
        X={"a": [1200.0, 950], "b": [0.5, 1.5]},
        said=("a (decimal point as elsewhere in the file, thousands grouped)",),
    ),
    "points and commas mixed": bad(
        column(['"1,5"', "2.5", '"3,5"', "4.5"]), "mixes", "line 3, '2.5'", "line 2, '1,5'"
    ),
    "currency": File(column(["$5", "$7.5", "$10"]), X={"a": [5, 7.5, 10]}, said=("in $",)),
    "currency behind": File(
        column(["5 \u20ac", "7,5 \u20ac", "3"], separator=";"), X={"a": [5, 7.5, 3]}
    ),
    "accounting": File(column(["(5.20)", "7.5", "-3"]), X={"a": [-5.2, 7.5, -3]}, said=("minus",)),
    "percent": File(column(["5%", "7.5 %", "10%"]), X={"a": [5, 7.5, 10]}, said=("in percent",)),
    "unit": File(column(["5 kg", "7.5 kg", "10 kg"]), X={"a": [5, 7.5, 10]}, said=("in kg",)),
    "exponents": File(column(["1e3", "2.5E-1", "-3"]), X={"a": [1000, 0.25, -3]}),
    "true minus": File(column(["\u22125", "+7"]), X={"a": [-5.0, 7.0]}),
    "codes with zeros in front": File(column(["01", "02", "10"]), X={"a": ["01", "02", "10"]}),
    # Cells that do not fit.
    "dashes": odd("-", "-", "\u2013", said=("a (3: '-' 2, '\u2013' 1)",)),
    "missing words": odd("n.a.", "NULL", "#DIV/0!", "unknown", "?", "inf"),
    "below the limit": odd("<0.1", said=("line 31 '<0.1'", "1 cell is no number")),
    "a unit in some cells": odd("5 kg", "6 kg", said=("line 30 '5 kg', line 31 '6 kg'",)),
    "an unknown word": odd(*["weg"] * 6, said=("6 cells are no number",)),
    "too many words": File(
        column([*map(str, NUMBERS[:20]), *"ababababab"]),
        X={"a": [*map(str, NUMBERS[:20]), *"ababababab"]},
        options={"keep": ["a"]},
        said=("10 of 30 cells are no numbers, such as 'a'",),
    ),
    # Dates.
    "ISO dates": File(
        column(["2024-01-01", "2024-02-01", "2024-02-03"]),
        X={
            "a (days)": [0, 31, 33],
            "a (month)": [1, 2, 2],
            "a (day of month)": [1, 1, 3],
            "a (weekday)": [1, 4, 6],
        },
    ),
    "day first": File(
        column(["01.02.2024", "13.02.2024"]),
        X={"a (days)": [0, 12], "a (day of month)": [1, 13], "a (weekday)": [4, 2]},
    ),
    "month first, by one cell": File(
        column(["01/02/2024", "02/13/2024"]),
        X={
            "a (days)": [0, 42],
            "a (month)": [1, 2],
            "a (day of month)": [2, 13],
        },
    ),
    "day or month": bad(
        column(["01/02/2024", "03/04/2024"]),
        "'01/02/2024', is 01 February 2024 or 02 January 2024",
        "--read a=day-first or --read a=month-first",
    ),
    "month first, as told": File(
        column(["01/02/2024", "01/04/2024"]),
        X={"a (days)": [0, 2], "a (day of month)": [2, 4], "a (weekday)": [2, 4]},
        options={"read": {"a": "month-first"}},
    ),
    "times": File(column(["12:30", "9:15"]), X={"a (hour)": [12.5, 9.25]}),
    "dates as target": bad(
        "a,y\n1,2024-01-01\n2,2024-01-03\n", "the target 'y' holds dates", "--read y=category"
    ),
    # The target.
    "class None": good(TEXT.replace("no", "None"), "'None' is a class", y=["yes", "None", "yes"]),
    "class NA": good(
        TEXT.replace("no", "NA"), "'NA' is a class of 'y' (1 row)", y=["yes", "NA", "yes"]
    ),
    "NA means missing": good(
        TEXT.replace("yes\n2", "maybe\n2").replace("no", "NA"),
        "1 row without a value of 'y' left out",
        X={"a": [1.5, 4.0]},
        y=["maybe", "yes"],
        options={"missing": ["NA"]},
    ),
    "a word beside numbered classes": bad(
        "a,y\n1,0\n2,1\n3,None\n4,0\n",
        "1 row",
        "'None' beside numbers",
        "--read y=category",
        "--missing None",
    ),
    "a word beside numbered classes, a class": File(
        "a,y\n1,0\n2,1\n3,None\n4,0\n",
        y=["0", "1", "None", "0"],
        options={"read": {"y": "category"}},
    ),
    "prices as target": File(
        "a,y\n" + "".join(f'{i % 7},"${i + 1},200.00"\n' for i in range(214)),
        y=[1000.0 * (i + 1) + 200 for i in range(214)],
        said=("regression", "in $"),
    ),
    "names as target": bad(
        "a,y\n" + "".join(f"{i % 7},Name {i}\n" for i in range(214)),
        "214 different values",
        "too many",
    ),
    "below the limit in the target": File(
        "y,a\n<1.0,1\n" + "".join(f"{v},{i % 5}\n" for i, v in enumerate(NUMBERS)),
        y=NUMBERS,
        said=("1 row left out", "line 2 '<1.0'"),
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_read_from_a_file(name, tmp_path):
    file = FILES[name]
    path = tmp_path / "data.csv"
    path.write_bytes(file.content.encode() if isinstance(file.content, str) else file.content)
    if file.refused:
        with pytest.raises(InputError) as complaint:
            load_table(path, file.target, **file.options)
        assert [word for word in file.refused if word not in str(complaint.value)] == [], complaint
        return
    table = load_table(path, file.target, **file.options)
    if file.X is not None:
        assert list(table.X.columns) == list(file.X)
        for column_name, expected in file.X.items():
            kind = object if any(isinstance(cell, str) for cell in expected) else np.float64
            assert table.X[column_name].dtype == kind
            came = table.X[column_name].to_numpy()
            assert pd.isna(came).tolist() == pd.isna(np.array(expected, dtype=kind)).tolist()
            assert [cell for cell in came if cell == cell] == [v for v in expected if v == v]
    if file.y is not None:
        assert table.y.tolist() == file.y
    notes = " ".join(table.notes)
    assert [word for word in file.said if word not in notes] == [], notes


def test_there_are_enough_files():
    assert len(FILES) >= 60
