"""The reading order: kept in ``skdl/core/__init__.py``, repeated by the README and these pages.

    python docs/_ext/reading_order.py

counts the lines again and writes them, and the minutes, into both files. A stop is a file of the
package, or some classes and functions of one; its lines are lines of code, without blank lines,
comments and docstrings; ten of them are a minute's reading. Only the files, their order and the
words beside them are written by hand. ``tests/test_docs.py`` fails when the two files differ, or
when a count is off by more than a tenth.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]
SOURCE = TOP / "skdl" / "core" / "__init__.py"
README = TOP / "README.md"
LINES_A_MINUTE = 10

# A row of a table in the docstring: what to read, lines, minutes, what for.
ROW = re.compile(
    r"^(?P<file>\S+\.py)(?:: (?P<names>.+?))?  +(?P<lines>\d+) +(?P<minutes>\d+)  (?P<why>\S.*)$",
    re.MULTILINE,
)
WIDTH = 50  # of the first column
BEGIN, END = "<!-- The reading order, from skdl/core/__init__.py -->", "<!-- End of it -->"


def lines_of_code(source: str) -> int:
    """Count the lines that hold code: no blank line, no comment, no docstring."""
    told: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            text = first.value if isinstance(first, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                told.update(range(first.lineno, first.end_lineno + 1))
    lines = enumerate(source.splitlines(), start=1)
    return sum(
        bool(line.strip()) and not line.strip().startswith("#") and number not in told
        for number, line in lines
    )


def definitions(source: str) -> dict[str, str]:
    """Return the source of each class and function of a module, by name, decorators included."""
    lines, found = source.splitlines(), {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            found[node.name] = "\n".join(lines[start - 1 : node.end_lineno])
    return found


def minutes_for(lines: int) -> int:
    """Return how long so many lines of code take to read."""
    return max(1, round(lines / LINES_A_MINUTE))


@dataclass(frozen=True)
class Stop:
    """One thing to read: a file under ``skdl/``, or the classes and functions named of it."""

    part: str  # the heading that it stands under
    file: str
    names: tuple[str, ...]
    lines: int
    minutes: int
    why: str

    @property
    def label(self) -> str:
        """What to read, as the docstring writes it."""
        return self.file + (": " + ", ".join(self.names) if self.names else "")

    def counted(self) -> int:
        """Count the lines of code in the file as it is now."""
        source = (TOP / "skdl" / self.file).read_text("utf-8")
        found = definitions(source)
        parts = [found[name] for name in self.names] or [source]
        return sum(map(lines_of_code, parts))


def stop_of(row: re.Match[str], part: str = "") -> Stop:
    """Return what one row of a table says."""
    names = tuple(row["names"].split(", ")) if row["names"] else ()
    return Stop(part, row["file"], names, int(row["lines"]), int(row["minutes"]), row["why"])


def stops(docstring: str) -> list[Stop]:
    """Read the stops from the docstring of the core."""
    found, part = [], ""
    for line in docstring.splitlines():
        if line.startswith("**"):
            part = line.strip("*")
        elif row := ROW.match(line):
            found.append(stop_of(row, part))
    return found


def counted_again(docstring: str) -> str:
    """Return the docstring with the lines and minutes of today."""

    def row(match: re.Match[str]) -> str:
        stop = stop_of(match)
        lines = stop.counted()
        return f"{stop.label:<{WIDTH}}  {lines:>5}  {minutes_for(lines):>3}  {stop.why}"

    return ROW.sub(row, docstring)


def as_markdown(order: list[Stop]) -> str:
    """Return the tables of the README."""
    lines = []
    for part in dict.fromkeys(stop.part for stop in order):
        lines += ["", f"**{part}**", "", "| read | lines | minutes | for |", "|---|--:|--:|---|"]
        for stop in order:
            if stop.part == part:
                names = ": " + ", ".join(f"`{name}`" for name in stop.names) if stop.names else ""
                link = f"[{stop.file}](skdl/{stop.file}){names}"
                why = stop.why.replace("``", "`")
                lines.append(f"| {link} | {stop.lines} | {stop.minutes} | {why} |")
    return "\n".join(lines)


def with_tables(readme: str, order: list[Stop]) -> str:
    """Return the README with the reading order between its two marks."""
    before, rest = readme.split(BEGIN)
    return f"{before}{BEGIN}\n{as_markdown(order)}\n\n{END}{rest.split(END)[1]}"


def reading_order() -> list[Stop]:
    """Return the stops, in order."""
    return stops(ast.get_docstring(ast.parse(SOURCE.read_text("utf-8"))) or "")


if __name__ == "__main__":
    SOURCE.write_text(counted_again(SOURCE.read_text("utf-8")), "utf-8")
    README.write_text(with_tables(README.read_text("utf-8"), reading_order()), "utf-8")
    minutes = sum(stop.minutes for stop in reading_order())
    print(f"{len(reading_order())} stops, {minutes} minutes")
