"""Kinds of file, told by what is in them: text in any usual encoding, packed, parquet, xlsx."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

from skdl.command_line.dialect import Cells, cells_of_rows, read_text
from skdl.command_line.words import InputError, listing, tidy

__all__ = ["read_file"]

PACKED = {b"\x1f\x8b": gzip.decompress, b"BZh": bz2.decompress, b"\xfd7zXZ": lzma.decompress}
MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"\xef\xbb\xbf": "utf-8-sig",
}


def read_file(
    path: str | Path,
    *,
    target: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
) -> Cells:
    """Read a file into columns of cells.

    Parameters
    ----------
    path : str or path
        ``-`` is the standard input.
    target : str, default=None
        A column that there is; it helps to find header, separator and sheet.
    separator, encoding, sheet : str, default=None
        What would be decided otherwise.

    Returns
    -------
    Cells

    Raises
    ------
    InputError
        If there is no such file, or no table in it.
    """
    raw, name = _bytes_of(path), "the standard input" if str(path) == "-" else str(path)
    raw, told = _unpack(raw, name)
    is_text = not raw.startswith((b"PAR1", b"PK\3\4", b"\xd0\xcf\x11\xe0"))
    for option, given in (("--separator", separator), ("--encoding", encoding)):
        if given is not None and not is_text:
            raise InputError(f"{option} {given}: {name} is no text file")
    if sheet is not None and not raw.startswith(b"PK\3\4"):
        raise InputError(f"--sheet {sheet}: {name} is no Excel file (.xlsx)")
    if raw.startswith(b"PAR1"):
        cells = _read_parquet(raw, name)
    elif raw.startswith(b"PK\3\4"):  # a zip file that is no Excel file has been unpacked by now
        cells = _read_xlsx(raw, name, target, sheet)
    elif not is_text:
        raise InputError(f"{name} is an old Excel file (.xls); save it as .xlsx or .csv")
    else:
        text, how = _decode(raw, name, encoding)
        told += how
        cells = read_text(text, name, target=target, separator=separator)
    return replace(cells, told=told + cells.told)


def _bytes_of(path) -> bytes:
    """Read all bytes of a file, or of the standard input."""
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise InputError(f"no such file: {path}") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a directory, not a file with a table") from None
    except OSError as reason:
        raise InputError(f"cannot read {path}: {reason.strerror}") from None


def _unpack(raw: bytes, name: str) -> tuple[bytes, list[str]]:
    """Unpack .gz, .bz2, .xz and a .zip with one file in it."""
    told = []
    try:
        for start, decompress in PACKED.items():
            if raw.startswith(start):
                raw = decompress(raw)
        if raw.startswith(b"PK\3\4"):
            archive = zipfile.ZipFile(io.BytesIO(raw))
            files = [i for i in archive.namelist() if not i.endswith("/") and "__MACOSX" not in i]
            if "[Content_Types].xml" not in files:
                if len(files) != 1:
                    raise InputError(
                        f"{name} holds {len(files)} files ({listing(files)}); unpack it, give one"
                    )
                raw, told = archive.read(files[0]), [f"Read from {files[0]} in the archive."]
    except (
        OSError,
        EOFError,
        zlib.error,
        lzma.LZMAError,
        zipfile.BadZipFile,
        RuntimeError,
    ) as reason:
        raise InputError(f"{name} cannot be unpacked: {reason}") from None
    return raw, told


def _decode(raw: bytes, name: str, encoding: str | None) -> tuple[str, list[str]]:
    """Turn bytes into text: by a mark at the start, as UTF-8, else as Windows-1252."""
    if not raw.strip(b" \t\r\n\0"):
        raise InputError(f"{name} is empty")
    if encoding is not None:
        try:
            return raw.decode(encoding).lstrip("\ufeff"), [f"Read as {encoding} text."]
        except (UnicodeDecodeError, LookupError) as reason:
            raise InputError(f"--encoding {encoding} does not fit {name}: {reason}") from None
    marked = next((MARKS[mark] for mark in MARKS if raw.startswith(mark)), None)
    guess = marked or _wide(raw) or "utf-8"
    told = [f"Read as {guess.upper()} text."] if "16" in guess or "32" in guess else []
    try:
        text = raw.decode(guess)
    except UnicodeDecodeError as reason:
        if guess != "utf-8":
            raise InputError(f"{name} begins as {guess} text and is none: {reason}") from None
        try:
            text, told = raw.decode("cp1252"), ["Read as Windows-1252 text, since it is no UTF-8."]
        except UnicodeDecodeError:
            raise InputError(
                f"{name} is neither UTF-8 nor Windows-1252 text; name its encoding with --encoding"
            ) from None
    if "\0" in text:
        raise InputError(
            f"{name} is not a text file; see python -m skdl --help for what can be read"
        )
    start = text.lstrip()[:100].lower()
    if start.startswith(("<!doctype", "<html", "<?xml", '{"', '[{"', "{\n")):
        kind = "a web page or XML" if start[0] == "<" else "JSON"
        raise InputError(f"{name} is {kind}, not a table; see python -m skdl --help for what is")
    return text, told


def _wide(raw: bytes) -> str | None:
    """Recognise UTF-16 without a mark: every other byte of Latin text is zero."""
    start = raw[:4096]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) > 0.4 * len(start) / 2 and min(even, odd) < 0.1 * len(start) / 2:
        return "utf-16-be" if even > odd else "utf-16-le"
    return None


def _needs(package: str, kind: str):
    """Import what reads a kind of file, or say how to install it."""
    import importlib

    try:
        return importlib.import_module(package)
    except ImportError:
        raise InputError(
            f'a {kind} file needs {package}; install with: pip install "skdl[files]"'
        ) from None


def _read_parquet(raw: bytes, name: str) -> Cells:
    """Read a parquet file; every column that is stored is a column, an index too."""
    pyarrow = _needs("pyarrow", "parquet")
    parquet = _needs("pyarrow.parquet", "parquet")
    try:
        table = parquet.read_table(io.BytesIO(raw))
    except (pyarrow.ArrowException, OSError) as reason:
        raise InputError(f"{name} cannot be read as a parquet file: {reason}") from None
    if not table.num_rows:
        raise InputError(f"{name} has columns but no rows")
    names = [tidy(column) for column in table.column_names]
    columns = [column.to_pylist() for column in table.columns]
    return Cells(names, columns, list(range(1, table.num_rows + 1)), [], "row")


def _read_xlsx(raw: bytes, name: str, target: str | None, sheet: str | None) -> Cells:
    """Read the sheet of an Excel file that holds the target."""
    openpyxl = _needs("openpyxl", "xlsx")
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), data_only=True)
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as reason:
        raise InputError(f"{name} cannot be read as an Excel file: {reason}") from None
    sheets = {one.title: _sheet_rows(one) for one in book.worksheets}
    sheets = {title: rows for title, rows in sheets.items() if rows[0]}
    if sheet is not None and sheet not in sheets:
        raise InputError(f"{name} has no sheet {sheet!r} with cells; there are {listing(sheets)}")
    named = {
        title: rows
        for title, rows in sheets.items()
        if any(target in (tidy(str(cell)) for cell in row) for row in rows[0][:50])
    }
    chosen = [sheet] if sheet is not None else list(named if len(sheets) > 1 else sheets)
    if len(chosen) != 1:
        which = f"{len(chosen)} of its sheets" if chosen else "none of its sheets"
        raise InputError(
            f"{name}: {which} ({listing(chosen or sheets)}) has a column {target!r}; choose with "
            "--sheet NAME"
        )
    _refuse_formulas(book[chosen[0]], openpyxl.load_workbook(io.BytesIO(raw))[chosen[0]], name)
    rows, lines = sheets[chosen[0]]
    cells = cells_of_rows(rows, lines, name, target=target, unit="row")
    told = [f"Read from sheet {chosen[0]!r}."] if len(book.worksheets) > 1 else []
    return replace(cells, told=told + cells.told)


def _sheet_rows(sheet) -> tuple[list[list], list[int]]:
    """Return the rows of a sheet that are not empty, and where each is."""
    rows = [[("" if v is None else v) for v in row] for row in sheet.iter_rows(values_only=True)]
    kept = [(row, i) for i, row in enumerate(rows, 1) if any(v != "" for v in row)]
    return [row for row, _ in kept], [i for _, i in kept]


def _refuse_formulas(values, written, name: str) -> None:
    """Refuse a formula whose value is not stored: it would look like an empty cell."""
    for row in written.iter_rows():
        for cell in row:
            if cell.data_type == "f" and values[cell.coordinate].value is None:
                raise InputError(
                    f"{name}: cell {cell.coordinate} holds a formula whose value is not stored; "
                    "open the file in a spreadsheet program and save it"
                )
