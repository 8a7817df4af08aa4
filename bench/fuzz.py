"""Many calls with drawn data and parameters, counted by what came of them.

    python bench/fuzz.py [--calls 50000] [--seed 0] [--quick] [--output table.csv] [--kinds fit,...]

Every call is made from its number and the seed, so it can be made again alone: ``--first 1234
--calls 1``. What is drawn and what counts as what stands in ``tests/fuzz``. Calls are made in a
child process, which is ended when one call takes too long (it counts as *hang*) or ends the process
itself (*crash*); the next child goes on with the call after it.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import argparse  # noqa: E402
import faulthandler  # noqa: E402
import json  # noqa: E402
import random  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from collections import Counter  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), *(str(ROOT / "tests" / name) for name in ("fuzz", "helpers"))]

from _common import RESULTS, table, write_csv  # noqa: E402
from fuzz_calls import KINDS, OUTCOMES, run  # noqa: E402

QUICK = 200
LIMIT = 60.0  # seconds that one call may take
ENDINGS = ("hang", "crash")


def work(first: int, last: int, seed: int, kinds: list[str]) -> None:
    """Make the calls first … last − 1 in this process; write a line before and after each."""
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
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, **pipes) as child:
            started = False
            for line in child.stdout:
                started = True
                if line[0] == "[":
                    yield first, *json.loads(line)
                    first += 1
                elif not line.strip().isdigit():
                    print(line, end="")
            said = child.stderr.read()
        if not started:
            raise RuntimeError(f"the child process cannot begin:\n{said}")
        if first < last:
            ending = "hang" if "Timeout (" in said else "crash"
            yield first, kinds[first % len(kinds)], ending, said.strip()[-300:]
            first += 1


def main(arguments: list[str] | None = None) -> int:
    """Make the calls, print the table and the faults; return how many faults there were."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} calls")
    parser.add_argument("--output", type=Path, default=None)
    parser.add_argument("--errors", action="store_true", help="print the errors, too")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    kinds = given.kinds.split(",")
    last = given.first + (QUICK if given.quick else given.calls)
    if given.child:
        work(given.first, last, given.seed, kinds)
        return 0
    counts: Counter = Counter()
    faults: Counter = Counter()
    for number, kind, outcome, text in outcomes(given.first, last, given.seed, kinds):
        counts[kind, outcome] += 1
        if outcome not in ("answer", "warning", "error"):
            faults[outcome] += 1
        if outcome not in ("answer", "warning", "" if given.errors else "error"):
            print(f"{number} {kind}: {outcome}: {text}", flush=True)
    every = (*OUTCOMES, *ENDINGS)
    records = [
        {"call": kind, **{outcome: counts[kind, outcome] for outcome in every}} for kind in kinds
    ]
    total = {outcome: sum(counts[kind, outcome] for kind in kinds) for outcome in every}
    records.append({"call": "all", **total})
    print(table(list(records[0]), [list(record.values()) for record in records]))
    quick = given.quick and given.output is None
    if not quick:
        write_csv(given.output or RESULTS / "fuzz.csv", records)
    return sum(faults.values())


if __name__ == "__main__":
    sys.exit(min(main(), 1))
