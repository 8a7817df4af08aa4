"""What a diagnosis of many rows takes: processor time, elapsed time and memory, by rows.

    python bench/large.py [--rows 20000 200000] [--skdl FOLDER] [--name what] [--quick]

A table of 10 columns of numbers and two classes is written to a CSV file and handed to ``python -m
skdl`` in a process of its own, with its default settings. The classes are a curved boundary in five
of the columns with a tenth of the labels wrong. Processor time is that of the process with all it
started; memory is the most that was resident at once. ``--skdl`` measures another checkout beside
this one: the rows of the table are joined by ``--name``. BLAS has one thread.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _common import RESULTS, machine, table, write_csv

ROOT = Path(__file__).resolve().parents[1]
N_INPUTS, NOISE = 10, 0.1
OUTPUT = RESULTS / "large.csv"


def write_table(path: Path, n_rows: int) -> None:
    """Write the table of one size."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, N_INPUTS))
    y = X[:, 0] * X[:, 1] + np.sin(2 * X[:, 2]) + X[:, 3] ** 2 - X[:, 4] > 1
    y ^= rng.random(n_rows) < NOISE
    header = ",".join([*(f"x{i}" for i in range(N_INPUTS)), "y"])
    np.savetxt(path, np.column_stack([X, y]), "%.6g", ",", header=header, comments="")


def measure(name: str, n_rows: int, package: Path) -> dict:
    """Run the command line once in a new process."""
    with tempfile.TemporaryDirectory() as folder:
        write_table(Path(folder, "large.csv"), n_rows)
        environment = os.environ | {"PYTHONPATH": str(package)}
        environment |= {f"{blas}_NUM_THREADS": "1" for blas in ("OPENBLAS", "OMP", "MKL")}
        command = [sys.executable, "-m", "skdl", "large.csv", "--target", "y", "--details"]
        start = time.perf_counter()
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
        ) as child:
            said = child.stdout.read()
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise RuntimeError(f"python -m skdl ended with {child.returncode}")
        print(said)
        return {
            "what": name,
            "rows": n_rows,
            "processor seconds": round(used.ru_utime + used.ru_stime),
            "elapsed seconds": round(time.perf_counter() - start),
            "peak MB": round(used.ru_maxrss * 1024 / 1e6),
        }


def main(arguments: list[str] | None = None) -> None:
    """Measure each size, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--skdl", type=Path, default=ROOT, help="the checkout to measure")
    parser.add_argument("--name", default="now", help="what it is called in the table")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--quick", action="store_true", help="200 rows")
    given = parser.parse_args(arguments)
    if given.quick:
        given.rows = [200]
    print(machine(threads=1))
    records = []
    if given.output.exists():
        with given.output.open(encoding="utf-8", newline="") as file:
            records = [row for row in csv.DictReader(file) if row["what"] != given.name]
    records += [measure(given.name, n, given.skdl.resolve()) for n in given.rows]
    print(table(list(records[0]), [list(record.values()) for record in records]))
    write_csv(given.output, records)


if __name__ == "__main__":
    main()
