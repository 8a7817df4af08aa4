"""Reading a CSV file as people have them."""

import pytest

from skdl.command_line.csv_file import InputError, read_csv


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators(tmp_path, separator):
    lines = [["size", "the place, or town"], ["1.5", "North, 1"], ["2.5", "South"]]
    text = "\n".join(separator.join(f'"{field}"' for field in line) for line in lines)
    frame, notes = read_csv(write(tmp_path, text))
    assert frame.columns.tolist() == ["size", "the place, or town"]
    assert frame["size"].tolist() == [1.5, 2.5]
    assert notes == []


@pytest.mark.parametrize(("separator", "mark"), [(";", ","), ("\t", ","), (";", ".")])
def test_decimal_comma(tmp_path, separator, mark):
    text = f"a{separator}b\n1{mark}5{separator}x\n-2{mark}25{separator}y\n3{separator}z"
    frame, notes = read_csv(write(tmp_path, text))
    assert frame["a"].tolist() == [1.5, -2.25, 3.0]
    assert bool(notes) == (mark == ",")


def test_byte_order_mark_and_old_encoding(tmp_path):
    frame, notes = read_csv(write(tmp_path, "größe,b\n1,2\n", "utf-8-sig"))
    assert frame.columns.tolist() == ["größe", "b"] and notes == []
    frame, notes = read_csv(write(tmp_path, "größe,b\n1,2\n", "cp1252"))
    assert frame.columns.tolist() == ["größe", "b"]
    assert notes == ["The file was read as Windows-1252 text."]


def test_marks_of_missing_values(tmp_path):
    frame, _ = read_csv(write(tmp_path, "a,b\n1,?\n,NA\n3,x\n"))
    assert frame["a"].isna().tolist() == [False, True, False]
    assert frame["b"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("  \n\n", "is empty"),
        ("a,b\n", "has a header but no rows"),
        ("a\n1\n2\n", "has a single column, 'a'"),
        ("a,b\n1,2\n1,2,3,4\n", "cannot be read as a CSV file: .*line 3"),
        ("a, a\n1,2\n", "more than one column named 'a'"),
        ("PK\0\1", "is not a text file"),
    ],
)
def test_what_is_refused(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_csv(write(tmp_path, text))


def test_missing_file_and_directory(tmp_path):
    with pytest.raises(InputError, match="no such file: .*nothing.csv"):
        read_csv(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="is a directory, not a CSV file"):
        read_csv(tmp_path)
