"""Time per epoch, against scikit-learn's MLP, PyTorch (if installed) and the matrix products alone.

    python bench/epoch.py [--quick] [--workloads S32 S200 R M L] [--threads 1 2]

Without --threads BLAS has one, and for M and L also two: the other products are too small to be
shared. Where BLAS has two, PyTorch is timed with one and with two, and its better time counts.

Everyone trains the same network with Adam from the same weights, in batches of the same size drawn
in an order of their own, for a fixed number of epochs; what is timed is one whole ``fit``. All run
in one process in turn, A B C A B C, the order reversed every other round, and a ratio is taken
within a round. Reported: the median ratio over rounds, with quartiles. The clock is processor time
for one thread, so that others on the machine do not count, and wall-clock time for more.

"skdl" is NumPy alone; "skdl[fast]", with what Numba compiles, comes beside it if Numba is there.
The limit is NumPy's matrix products alone. Beside it are PyTorch's: a ratio above 1 there is the
doing of the libraries that multiply, which neither of us wrote.

Do they do the same work? First everyone trains for two epochs on the rows in the order of the data,
untimed: the losses must agree closely. Then the losses after each timed fit must agree as far as
different orders allow. Both are in the CSV, and the run ends with an error if they do not.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from pathlib import Path

import numpy as np
from _common import RESULTS, machine, quartiles, write_csv
from _goals import epoch_goal, judged, verdict
from _picture import draw
from _tables import publish
from _workloads import (
    WORKLOADS,
    MatrixProducts,
    PyTorch,
    PyTorchProducts,
    competitors,
    loss_of,
)
from threadpoolctl import threadpool_limits

PRODUCTS = ("limit", PyTorchProducts.name)
NAMES = ("skdl", "scikit-learn", "PyTorch", "limit", "skdl[fast]", PyTorchProducts.name)
ROUNDS = {"S32": 15, "S200": 15, "R": 9, "M": 7, "L": 5}
THREADS = {"M": [1, 2], "L": [1, 2]}
SAME_ORDER = {"float32": 1e-3, "float64": 1e-6}  # relative differences of the losses allowed
OWN_ORDER = 0.1
SOME = 2048  # rows on which losses are compared


def differences(losses: dict[str, float]) -> dict[str, float]:
    """Return the relative difference of every loss from ours."""
    return {name: abs(loss / losses["skdl"] - 1) for name, loss in losses.items()}


def same_order_losses(workload, dtype, X, y) -> dict[str, float]:
    """Train for two epochs in the order of the data, on some rows; return the losses."""
    n = min(SOME, 20 * workload.batch)  # few enough steps for rounding errors to stay small
    X, y = X[:n], y[:n]
    # PyTorch adds Adam's epsilon to another denominator: one so small that it says nothing.
    epsilon = 1e-13
    losses = {}
    for cls in competitors():
        one = cls(workload, dtype, epochs=2, shuffle=False, epsilon=epsilon)
        model = one.fresh()
        one.fit(model, X, y)
        losses[cls.name] = loss_of(workload, one.weights(model), X, y)
    return losses


def contenders(workload, dtype, epochs: int, threads: int) -> dict:
    """Return who is timed, by name; PyTorch once for each number of threads that it may use."""
    everyone = {}
    for cls in competitors():
        if cls is PyTorch:
            for n in range(1, threads + 1):
                for one in (PyTorch, PyTorchProducts):
                    everyone[f"{one.name}, {n}"] = one(workload, dtype, epochs, threads=n)
        else:
            everyone[cls.name] = cls(workload, dtype, epochs)
    return everyone | {"limit": MatrixProducts(workload, dtype, epochs)}


def measure(workload, everyone: dict, X, y, rounds: int, clock) -> tuple[dict, dict]:
    """Return the seconds per epoch of each round, and the losses at the end, by name."""
    seconds: dict[str, list] = {name: [] for name in everyone}
    learn = [name for name, one in everyone.items() if not isinstance(one, MatrixProducts)]
    losses: dict[str, list] = {name: [] for name in learn}
    for number in range(-1, rounds):  # the first round warms up and is not counted
        in_turn = list(everyone.items())
        for name, one in in_turn if number % 2 else reversed(in_turn):
            model = one.fresh()
            gc.collect()
            gc.disable()  # as timeit does: nobody pays for the garbage of another
            start = clock()
            one.fit(model, X, y)
            elapsed = clock() - start
            gc.enable()
            if number >= 0:
                seconds[name].append(elapsed / one.epochs * workload.scale)
                if name in losses:
                    losses[name].append(loss_of(workload, one.weights(model), X[:SOME], y[:SOME]))
    return seconds, {name: float(np.median(values)) for name, values in losses.items()}


def ratios(who: str, seconds: dict, ours: str = "skdl") -> np.ndarray:
    """Return the ratio of each round, above 1 where ours is faster; the limit's the other way.

    PyTorch's products are compared with the limit: above 1 where they are faster.
    """
    if who == PyTorchProducts.name:
        return np.divide(seconds["limit"], seconds[who])
    ratio = np.divide(seconds[who], seconds[ours])
    return 1 / ratio if who in ("limit", "skdl[fast]") else ratio


def at_its_best(seconds: dict, losses: dict) -> dict[str, int]:
    """Keep the better number of threads where there are several; return it, by plain name."""
    numbers = {}
    for name in (PyTorch.name, PyTorchProducts.name):
        own = {n: np.median(t) for n, t in seconds.items() if n.startswith(f"{name}, ")}
        if not own:
            continue
        best = min(own, key=own.get)
        numbers[name] = int(best.split(", ")[1])
        for of in (seconds, losses):
            kept = of.get(best)
            for n in own:
                of.pop(n, None)
            if kept is not None:
                of[name] = kept
    return numbers


def compare(name: str, dtype: str, threads: int, rounds: int, epochs: int) -> list[dict]:
    """Measure one workload; return a record for each competitor."""
    workload = WORKLOADS[name]
    with threadpool_limits(threads):
        clock = time.process_time if threads == 1 else time.perf_counter
        X, y = workload.data(dtype)
        same = differences(same_order_losses(workload, dtype, X, y))
        everyone = contenders(workload, dtype, epochs, threads)
        seconds, losses = measure(workload, everyone, X, y, rounds, clock)
    own_threads = at_its_best(seconds, losses)
    own = differences(losses)
    records = []
    for who in [who for who in NAMES if who in seconds]:
        low, middle, high = quartiles(ratios(who, seconds))
        fast = "skdl[fast]" in seconds and who != PyTorchProducts.name
        compiled = np.median(ratios(who, seconds, "skdl[fast]")) if fast else ""
        goal = epoch_goal(who, dtype, name, threads)
        text, met = ("", "") if goal is None else verdict(who, middle, goal)
        record = {"workload": name, "dtype": dtype, "threads": threads, "who": who}
        record |= {"own_threads": own_threads.get(who, threads), "rounds": rounds}
        record |= {"epochs": epochs, "seconds_per_epoch": np.median(seconds[who])}
        record |= {"ratio": middle, "lower_quartile": low, "upper_quartile": high}
        record |= {"ratio_with_fast": compiled, "goal": text, "met": met}
        record |= {"loss": losses.get(who, ""), "difference": own.get(who, "")}
        records.append(record | {"difference_same_order": same.get(who, "")})
    return records


def disagreements(records: list[dict]) -> list[str]:
    """Say which losses do not agree with ours."""
    found = []
    for r in records:
        where = f"{r['workload']} {r['dtype']} {r['threads']} threads: {r['who']}"
        if r["who"] not in PRODUCTS and not r["difference_same_order"] < SAME_ORDER[r["dtype"]]:
            found.append(f"{where}: {r['difference_same_order']:.1e} off in the same order")
        if r["who"] not in PRODUCTS and not r["difference"] < OWN_ORDER:
            found.append(f"{where}: {r['difference']:.1%} off in an order of its own")
    return found


def all_ratios(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table of the ratios, with quartiles: header and rows."""
    names = list(dict.fromkeys(r["who"] for r in records if r["who"] != "skdl"))
    cells: dict[tuple, dict] = {}
    for r in records:
        row = cells.setdefault((r["workload"], r["dtype"], r["threads"]), {})
        text = f"{r['ratio']:.2f} ({r['lower_quartile']:.2f}–{r['upper_quartile']:.2f})"
        if r["own_threads"] != r["threads"]:
            text += f", {r['own_threads']} thread"
        row[r["who"]] = f"{1e3 * r['seconds_per_epoch']:.1f}" if r["who"] == "skdl" else text
    other_way = {name: f"skdl / {name}" for name in ("limit", "skdl[fast]")}
    other_way |= {PyTorchProducts.name: f"limit / {PyTorchProducts.name}"}
    heads = [other_way.get(name, f"{name} / skdl") for name in names]
    rows = [[*key, row["skdl"], *[row[name] for name in names]] for key, row in cells.items()]
    return ["workload", "dtype", "threads", "skdl, ms per epoch", *heads], rows


def goals(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table of the ratios that have a goal: header and rows."""
    cells: dict[str, dict] = {}
    heads: dict[str, None] = {}
    for r in records:
        row = cells.setdefault(r["workload"], {})
        goal = epoch_goal(r["who"], r["dtype"], r["workload"], r["threads"])
        if goal is not None:
            pair = "skdl / limit" if r["who"] == "limit" else f"{r['who']} / skdl"
            head = f"{pair}, {r['dtype']}"
            heads[head] = None
            row[head] = judged(r["who"], r["ratio"], goal, r["ratio_with_fast"])
    rows = [[name, *[row.get(head, "") for head in heads]] for name, row in cells.items()]
    return ["workload", *heads], rows


def main(arguments: list[str] | None = None) -> None:
    """Run the comparison, write CSV and picture, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="three rounds of two epochs, S200 only"
    )
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--threads", nargs="+", type=int, help="of BLAS and PyTorch")
    parser.add_argument("--output", type=Path, default=RESULTS / "epoch.csv")
    options = parser.parse_args(arguments)
    if options.quick:
        options.workloads, options.threads = ["S200"], [1]
    here = {cls.name for cls in competitors()}
    for name, package in (("PyTorch", "PyTorch"), ("skdl[fast]", "Numba")):
        if name not in here:
            print(f"{package} is not installed: left out.")
    print(machine("in the table"))
    records = []
    for name in options.workloads:
        print(f"{name}: {WORKLOADS[name].shape} ({WORKLOADS[name].note})", flush=True)
        rounds, epochs = (3, 2) if options.quick else (ROUNDS[name], WORKLOADS[name].epochs)
        for dtype in ("float32", "float64"):
            for threads in options.threads or THREADS.get(name, [1]):
                records += compare(name, dtype, threads, rounds, epochs)
                write_csv(options.output, records)
    try:
        shapes = {name: workload.shape for name, workload in WORKLOADS.items()}
        draw(records, shapes, options.output.with_suffix(".png"))
    except ImportError:
        print("matplotlib is not installed: no picture.")
    publish(options.output, "ratios", *all_ratios(records))
    publish(options.output, "goals", *goals(records))
    pairs = [r for r in records if r["who"] == "scikit-learn"]
    slower = sum(r["ratio"] < 1 for r in pairs)
    print(f"Slower than scikit-learn in {slower} of {len(pairs)} comparisons.")
    print(f"Wrote {options.output}")
    wrong = disagreements(records)
    if wrong:
        sys.exit("The losses do not agree:\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
