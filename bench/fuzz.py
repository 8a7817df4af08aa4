"""Many calls with drawn data and parameters, counted by what came of them.

    python bench/fuzz.py [--calls 50000] [--seed 0] [--quick] [--output table.csv] [--kinds fit,...]

Every call is made from its number and the seed, so it can be made again alone: ``--first 1234
--calls 1``. What is drawn and what counts as what stands in ``tests/fuzz``. Calls are made in a
child process, which is ended when one call takes too long (it counts as *hang*) or ends the
process itself (*crash*); the next child goes on with the call after it. Before its first call a
child compiles what Numba compiles, so that no call is charged with it.

The table is written as the calls are made, whole each time. ``--resume`` goes on after the calls
that the table of the same seed, first call and kinds already counts.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import argparse  # noqa: E402
import csv  # noqa: E402
import faulthandler  # noqa: E402
import json  # noqa: E402
import random  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import warnings  # noqa: E402
from collections import Counter  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / name) for name in ("fuzz", "helpers"))]

from _common import RESULTS, table, write_csv  # noqa: E402
from fuzz_calls import KINDS, OUTCOMES, run  # noqa: E402

QUICK = 200
EVERY = 500  # calls between two versions of the table
LIMIT = 60.0  # seconds that one call may take
ENDINGS = ("hang", "crash")
SOUND = ("answer", "warning", "error")


def warm_up() -> None:
    """Let Numba compile its loops for both types of numbers, alone and side by side."""
    from skdl import MLPClassifier

    X, y = [[0.0], [1.0], [2.0]] * 10, [0, 1, 2] * 10
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for dtype in ("float64", "float32"):
            for n_networks in (1, 2):
                MLPClassifier((3,), dtype=dtype, n_networks=n_networks, max_iter=1).fit(X, y)


def work(first: int, last: int, seed: int, kinds: list[str]) -> None:
    """Make the calls first … last − 1 in this process; write a line before and after each."""
    warm_up()
    for number in range(first, last):
        print(number, flush=True)
        faulthandler.dump_traceback_later(LIMIT, exit=True)
        found = run(kinds[number % len(kinds)], random.Random(f"{seed} {number}"))
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps([found.kind, found.outcome, found.text]), flush=True)


def outcomes(first: int, last: int, seed: int, kinds: list[str]):
    """Yield number, kind, outcome and text of each call, whatever happens to the children."""
    while first < last:
        command = [sys.executable, __file__, "--first", str(first), "--calls", str(last - first)]
        command += ["--seed", str(seed), "--kinds", ",".join(kinds), "--child"]
        with tempfile.TemporaryFile("w+") as errors:  # a pipe that nobody reads fills up
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True
            ) as child:
                started = False
                for line in child.stdout:
                    started = True
                    if line[0] == "[":
                        yield first, *json.loads(line)
                        first += 1
                    elif not line.strip().isdigit():
                        print(line, end="")
            errors.seek(0)
            said = errors.read()
        if not started:
            raise RuntimeError(f"the child process cannot begin:\n{said}")
        if first < last:
            ending = "hang" if "Timeout (" in said else "crash"
            yield first, kinds[first % len(kinds)], ending, said.strip()[-300:]
            first += 1


def counts_in(path: Path, kinds: list[str]) -> Counter:
    """Return what a table counts: outcomes by call and kind; nothing if there is no table."""
    if not path.exists():
        return Counter()
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["call"] != "all"]
    if [row["call"] for row in rows] != kinds:
        raise ValueError(f"{path} counts other kinds of calls; resume with the same --kinds")
    return Counter({(r["call"], o): int(r[o]) for r in rows for o in r if o != "call"})


def records_of(counts: Counter, kinds: list[str]) -> list[dict]:
    """Return the rows of the table, and their sum."""
    every = (*OUTCOMES, *ENDINGS)
    records = [{"call": kind, **{o: counts[kind, o] for o in every}} for kind in kinds]
    return [*records, {"call": "all", **{o: sum(counts[kind, o] for kind in kinds) for o in every}}]


def write_whole(path: Path, records: list[dict]) -> None:
    """Write the table so that at any moment there is a whole one."""
    beside = path.with_suffix(".part")
    write_csv(beside, records)
    beside.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Make the calls, print the table and the faults; return how many faults there were."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} calls")
    parser.add_argument("--output", type=Path, default=None)
    parser.add_argument("--resume", action="store_true", help="go on where the table ends")
    parser.add_argument("--errors", action="store_true", help="print the errors, too")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    kinds = given.kinds.split(",")
    last = given.first + (QUICK if given.quick else given.calls)
    if given.child:
        work(given.first, last, given.seed, kinds)
        return 0
    output = given.output or (None if given.quick else RESULTS / "fuzz.csv")
    counts = counts_in(output, kinds) if given.resume and output else Counter()
    first = given.first + counts.total()
    for number, kind, outcome, text in outcomes(first, last, given.seed, kinds):
        counts[kind, outcome] += 1
        if outcome not in ("answer", "warning", "" if given.errors else "error"):
            print(f"{number} {kind}: {outcome}: {text}", flush=True)
        if output and (number + 1) % EVERY == 0:
            write_whole(output, records_of(counts, kinds))
    records = records_of(counts, kinds)
    print(table(list(records[0]), [list(record.values()) for record in records]))
    if output:
        write_whole(output, records)
    return sum(n for (_, outcome), n in counts.items() if outcome not in SOUND)


if __name__ == "__main__":
    sys.exit(min(main(), 1))
