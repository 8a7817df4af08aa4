"""Where the time of one step goes: µs and share of each part of a ``fit``, ours alone.

    python bench/step.py [--quick] [--workloads S32 S200 R M L] [--dtype float64]

The methods that do a part are wrapped in clocks; each counts its own time, less that of the clocks
within it, and less what a clock itself costs (measured on a method that does nothing). *Products*
are those of the limit in ``epoch.py``, measured beside it; what the passes through the network take
beyond these is "the rest". Of several fits the fastest counts. BLAS has one thread. Everything is
divided by the number of steps, also what happens once for an epoch or a fit, so the parts add up.
There are two tables: NumPy alone, and, where Numba is installed, with what it compiles.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gc
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

from _common import RESULTS, machine, write_csv
from _tables import publish
from _workloads import WORKLOADS, Fast, MatrixProducts, Skdl
from threadpoolctl import threadpool_limits

FITS = {"S32": 7, "S200": 7, "R": 5, "M": 3, "L": 2}
PARTS = {  # which function's own time belongs to which part
    "skdl.core.network:Network.forward": "forward pass",
    "skdl.core.network:Network.backward": "backward pass",
    "skdl.core.objective:Objective.loss_gradient": "gradient of the loss",
    "skdl.core.training.update:Update.step": "optimiser, L2 penalty",
    "skdl.core.training.loop:Trainer._batch": "rows of the batch",
    "skdl.core.training.loop:Trainer._keep_raw": "outputs kept for the loss",
    "skdl.core.training.loop:Trainer._follow_schedules": "the loop, schedules",
    "skdl.core.training.loop:Trainer.epoch": "the loop, schedules",
    "skdl.core.training.loop:Trainer._shuffle": "each epoch: order of the rows",
    "skdl.core.training.loop:Trainer._loss": "each epoch: loss, penalty, norm",
    "skdl.core.training.loop:norm": "each epoch: loss, penalty, norm",
    "skdl.core.objective:Objective.penalty": "each epoch: loss, penalty, norm",
    "skdl.core.network:Network.signs": "each epoch: vital signs",
    "skdl.core.training.loop:Trainer.run": "each epoch: record, watch, callbacks",
    "skdl.core.training.watch:Watch.note": "each epoch: record, watch, callbacks",
    "skdl.estimators.base:BaseMLP.fit": "each fit: checks, building, end",
}
PRODUCTS = {
    "_workloads:MatrixProducts.forward": "forward pass",
    "_workloads:MatrixProducts.backward": "backward pass",
    "_workloads:MatrixProducts.fit": "loop",
}


class Clocks:
    """Own time of each part: the time within it, less that of the parts that it calls."""

    def __init__(self) -> None:
        self.own: dict[str, float] = {}
        self.inner = [0.0]  # one entry for each open clock: what ran within it
        self.inside = self.outside = 0.0  # what a clock costs, within what it times and around it

    def wrap(self, function, part: str):
        """Return the function with a clock around it."""
        now, inner, own = time.perf_counter, self.inner, self.own
        own[part] = 0.0

        @functools.wraps(function)
        def timed(*arguments, **kwargs):
            inner.append(0.0)
            start = now()
            try:
                return function(*arguments, **kwargs)
            finally:
                elapsed = now() - start
                own[part] += elapsed - inner.pop() - self.inside
                inner[-1] += elapsed + self.outside

        return timed

    def calibrate(self, n: int = 20_000) -> None:
        """Measure what a clock costs."""

        def nothing():
            pass

        def loop(function):
            start = time.perf_counter()
            for _ in range(n):
                function()
            return (time.perf_counter() - start) / n

        timed = self.wrap(nothing, "nothing")
        plain, whole = min(loop(nothing) for _ in range(5)), min(loop(timed) for _ in range(5))
        self.inside = max(0.0, self.own.pop("nothing") / (5 * n) - plain)
        self.outside = max(0.0, whole - plain - self.inside)

    @contextlib.contextmanager
    def around(self, parts: dict[str, str]):
        """Put clocks around functions, named ``module:Class.method`` or ``module:function``."""
        with contextlib.ExitStack() as stack:
            for path, part in parts.items():
                module, _, name = path.partition(":")
                owner, _, attribute = name.rpartition(".")
                place = import_module(module)
                place = getattr(place, owner) if owner else place
                clock = self.wrap(getattr(place, attribute), part)
                stack.enter_context(mock.patch.object(place, attribute, clock))
            yield


def own_times(one, X, y, parts: dict[str, str], fits: int) -> dict[str, float]:
    """Return the seconds of each part in the fastest of some fits (the first is not counted)."""
    best = None
    for number in range(fits + 1):
        model, clocks = one.fresh(), Clocks()
        clocks.calibrate()
        gc.collect()
        with clocks.around(parts):
            one.fit(model, X, y)
        if number and (best is None or sum(clocks.own.values()) < sum(best.values())):
            best = clocks.own
    return best


def profile(name: str, dtype: str, epochs: int, fits: int, ours=Skdl) -> list[dict]:
    """Return a record for each part of one workload."""
    workload = WORKLOADS[name]
    X, y = workload.data(dtype)
    products = own_times(MatrixProducts(workload, dtype, epochs), X, y, PRODUCTS, fits)
    times = own_times(ours(workload, dtype, epochs), X, y, PARTS, fits)
    seconds = {}
    for part, own in times.items():
        if part in products:  # the limit is as long as what it is the limit of, or shorter
            seconds[f"{part}: products"] = min(products[part], own)
            seconds[f"{part}: the rest"] = own - seconds[f"{part}: products"]
        else:
            seconds[part] = own
    n_steps, total = epochs * -(-len(X) // workload.batch), sum(seconds.values())
    return [
        {
            "workload": name,
            "dtype": dtype,
            "who": ours.name,
            "part": part,
            "microseconds": 1e6 * own / n_steps,
            "percent": 100 * own / total,
        }
        for part, own in seconds.items()
    ]


def short(microseconds: float) -> str:
    """Return a number with as many digits as are worth reading."""
    return f"{microseconds:.1f}" if microseconds < 100 else f"{microseconds:.0f}"


def side_by_side(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table with a row for each part and a column for each workload."""
    names = list(dict.fromkeys(r["workload"] for r in records))
    cells = {(r["part"], r["workload"]): r for r in records}
    rows = []
    for part in dict.fromkeys(r["part"] for r in records):
        found = [cells[part, name] for name in names]
        rows.append([part, *[f"{short(r['microseconds'])} ({r['percent']:.0f} %)" for r in found]])
    totals = [sum(r["microseconds"] for r in records if r["workload"] == name) for name in names]
    rows.append(["one step", *map(short, totals)])
    return ["part, µs for each step", *names], rows


def main(arguments: list[str] | None = None) -> None:
    """Profile, write the CSV, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one fit of two epochs, S32 and R")
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--dtype", default="float32", choices=("float32", "float64"))
    parser.add_argument("--output", type=Path, default=RESULTS / "step.csv")
    options = parser.parse_args(arguments)
    if options.quick:
        options.workloads = ["S32", "R"]
    records = []
    print(f"{machine(threads=1)}; {options.dtype}")
    for table, ours in {"parts": Skdl, "compiled": Fast}.items():
        if ours is Fast and find_spec("numba") is None:
            continue
        found = []
        with threadpool_limits(1):
            for name in options.workloads:
                epochs, fits = (2, 1) if options.quick else (WORKLOADS[name].epochs, FITS[name])
                found += profile(name, options.dtype, epochs, fits, ours)
        publish(options.output, table, *side_by_side(found))
        records += found
    write_csv(options.output, records)
    print(f"Wrote {options.output}")


if __name__ == "__main__":
    main()
