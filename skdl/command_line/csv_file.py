"""Read a CSV file as people have them: any usual separator, decimal comma, old encodings."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

__all__ = ["InputError", "read_csv"]


class InputError(ValueError):
    """Input that a person has to correct; its message is one line."""


def _decode(path: Path) -> tuple[str, list[str]]:
    """Read a text file as UTF-8, else as Windows-1252."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"no such file: {path}") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a directory, not a CSV file") from None
    except OSError as reason:
        raise InputError(f"cannot read {path}: {reason.strerror}") from None
    if not raw.strip():
        raise InputError(f"{path} is empty")
    if b"\0" in raw[:65536]:
        raise InputError(f"{path} is not a text file; a CSV file is needed")
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace"), ["The file was read as Windows-1252 text."]


def _separator(text: str) -> str:
    """Guess the separator: the one that splits the first lines most alike, then most."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]

    def splits(separator):
        widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
        return widths[0] > 1, widths.count(widths[0]), widths[0]

    return max(",;\t|", key=splits)


def _has_decimal_comma(text: str, separator: str) -> bool:
    fields = [field.strip(' "') for field in text.replace("\n", separator).split(separator)]

    def numbers_with(mark):
        return any(re.fullmatch(rf"-?\d+{mark}\d+", field) for field in fields)

    return numbers_with(",") and not numbers_with(r"\.")


def read_csv(path) -> tuple[object, list[str]]:
    """Read a CSV file whose columns are separated by comma, semicolon, tab or bar.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    frame : DataFrame
    notes : list of str
        What was guessed about the file.

    Raises
    ------
    InputError
        If there is no such file, or no table of at least two columns and one row in it.
    """
    import pandas as pd

    path = Path(path)
    text, notes = _decode(path)
    separator = _separator(text)
    header = next(csv.reader(text.lstrip().splitlines(), delimiter=separator))
    names = [name.strip() for name in header if name.strip()]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError(f"{path} has more than one column named {twice[0]!r}")
    comma = separator != "," and _has_decimal_comma(text[:65536], separator)
    if comma:
        notes.append("Numbers were read with a decimal comma.")
    try:
        frame = pd.read_csv(
            io.StringIO(text),
            sep=separator,
            decimal="," if comma else ".",
            skipinitialspace=True,
            na_values="?",
            low_memory=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as reason:
        first_line = str(reason).strip().splitlines()[0]
        raise InputError(f"{path} cannot be read as a CSV file: {first_line}") from None
    frame.columns = [str(name).strip() for name in frame.columns]
    if frame.shape[1] < 2:
        raise InputError(
            f"{path} has a single column, {frame.columns[0]!r}; columns must be separated by "
            "comma, semicolon, tab or |"
        )
    if frame.empty:
        raise InputError(f"{path} has a header but no rows")
    return frame, notes
