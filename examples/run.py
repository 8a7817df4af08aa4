"""Run every lesson in full, and write what they found to `verdicts.csv`.

Usage: python examples/run.py [LESSON.py ...]

With lessons named, the rows of the others stay as they are. The page of all claims is made from
this file. With SKDL_SHORT=1 the lessons run on fewer seeds, and nothing is written.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from skdl.lessons import claims, is_short

HERE = Path(__file__).parent
VERDICTS = HERE / "verdicts.csv"
COLUMNS = "claim verdict measured mean low high seeds criterion outcome lesson".split()


def name_of(lesson):
    return lesson.relative_to(HERE).with_suffix("").as_posix()


def run(lesson):
    """Run a lesson apart from this process; return what it recorded."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "verdicts.jsonl")
        file.touch()
        environment = {**os.environ, "SKDL_VERDICTS": str(file), "MPLBACKEND": "agg"}
        started = time.perf_counter()
        subprocess.run([sys.executable, lesson.resolve()], check=True, env=environment, cwd=folder)
        print(f"{name_of(lesson)}: {time.perf_counter() - started:.0f} s\n", flush=True)
        lines = file.read_text("utf-8").splitlines()
    return [{**json.loads(line), "lesson": name_of(lesson)} for line in lines]


def written():
    """Return the rows of the last run."""
    if not VERDICTS.exists():
        return []
    with VERDICTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def order(row):
    """Sort the claims of the notes by number; what lessons claim themselves comes after them."""
    named = row["claim"] in claims()
    return not named, int(row["claim"][1:]) if named else row["lesson"]


def main(lessons) -> None:
    """Run lessons, and put their rows in the place of the old ones."""
    every = sorted(HERE.glob("*/plot_*.py"))
    chosen = [Path(lesson).resolve() for lesson in lessons] or every
    found = [row for lesson in chosen for row in run(lesson)]
    kept = {name_of(lesson) for lesson in every} - {name_of(lesson) for lesson in chosen}
    rows = [row for row in written() if row["lesson"] in kept] + found
    if not is_short():
        with VERDICTS.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            table.writeheader()
            table.writerows(sorted(rows, key=order))


if __name__ == "__main__":
    main(sys.argv[1:])
