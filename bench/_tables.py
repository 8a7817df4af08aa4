"""A table of results goes to the terminal, to a CSV that the docs include, and to the README."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from _common import RESULTS, table

README = Path(__file__).parent / "README.md"


def publish(output: Path, name: str, header: list[str], rows: list[list]) -> None:
    """Print a table, write it beside ``output``; into the README too, if that is a kept result."""
    markdown = table(header, rows)
    print(f"\n{markdown}\n")
    beside = output.with_name(f"{output.stem}_{name}.csv")
    with beside.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    if output.parent.resolve() == RESULTS.resolve():
        fill(README, f"{output.stem}_{name}", markdown)


def fill(page: Path, name: str, text: str) -> None:
    """Replace what a page has between ``<!-- name -->`` and ``<!-- end -->``."""
    before = page.read_text(encoding="utf-8")
    mark = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    after = mark.sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", before)
    page.write_text(after, encoding="utf-8")
