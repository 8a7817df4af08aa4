"""Time per epoch, against scikit-learn's MLP, PyTorch (if installed) and the matrix products alone.

    python bench/epoch.py [--quick] [--workloads S32 S200 R M] [--threads 1 2]

Without --threads BLAS has one, and for M also two: the other products are too small to be shared.

Everyone trains the same network with Adam from the same weights, in batches of the same size drawn
in an order of their own, for a fixed number of epochs; what is timed is one whole ``fit``. All run
in one process in turn, A B C A B C, the order reversed every other round, and a ratio is taken
within a round. Reported: the median ratio over rounds, with quartiles. The clock is processor time
for one thread, so that others on the machine do not count, and wall-clock time for more.

Do they do the same work? First everyone trains for two epochs on the rows in the order of the data,
untimed: the losses must agree closely. Then the losses after each timed fit must agree as far as
different orders allow. Both are in the CSV, and the run ends with an error if they do not.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from _common import RESULTS, machine, quartiles, table, write_csv
from _picture import draw
from _workloads import WORKLOADS, MatrixProducts, competitors, loss_of, set_torch_threads
from threadpoolctl import threadpool_limits

ROUNDS = {"S32": 15, "S200": 15, "R": 7, "M": 3}
THREADS = {"M": [1, 2]}
SAME_ORDER = {"float32": 1e-3, "float64": 1e-6}  # relative differences of the losses allowed
OWN_ORDER = 0.1


def differences(losses: dict[str, float]) -> dict[str, float]:
    """Return the relative difference of every loss from ours."""
    return {name: abs(loss / losses["skdl"] - 1) for name, loss in losses.items()}


def same_order_losses(workload, dtype, X, y) -> dict[str, float]:
    """Train for two epochs in the order of the data, on some rows; return the losses."""
    X, y = X[: 20 * workload.batch], y[: 20 * workload.batch]
    # PyTorch adds Adam's epsilon to another denominator: one so small that it says nothing.
    epsilon = 1e-13
    losses = {}
    for cls in competitors():
        one = cls(workload, dtype, epochs=2, shuffle=False, epsilon=epsilon)
        model = one.fresh()
        one.fit(model, X, y)
        losses[cls.name] = loss_of(workload, one.weights(model), X, y)
    return losses


def measure(workload, dtype, rounds: int, epochs: int, clock) -> tuple[dict, dict]:
    """Return the seconds per epoch of each round, and the losses at the end, by name."""
    X, y = workload.data(dtype)
    everyone = [cls(workload, dtype, epochs) for cls in competitors()]
    everyone.append(MatrixProducts(workload, dtype, epochs))
    seconds = {one.name: [] for one in everyone}
    losses = {one.name: [] for one in everyone[:-1]}
    for number in range(-1, rounds):  # the first round warms up and is not counted
        for one in everyone if number % 2 else reversed(everyone):
            model = one.fresh()
            start = clock()
            one.fit(model, X, y)
            if number >= 0:
                seconds[one.name].append((clock() - start) / epochs)
                if one.name in losses:
                    losses[one.name].append(loss_of(workload, one.weights(model), X, y))
    return seconds, {name: float(np.median(values)) for name, values in losses.items()}


def compare(name: str, dtype: str, threads: int, rounds: int, epochs: int) -> list[dict]:
    """Measure one workload; return a record for each competitor."""
    workload = WORKLOADS[name]
    with threadpool_limits(threads):
        set_torch_threads(threads)
        clock = time.process_time if threads == 1 else time.perf_counter
        X, y = workload.data(dtype)
        same = differences(same_order_losses(workload, dtype, X, y))
        seconds, losses = measure(workload, dtype, rounds, epochs, clock)
    own = differences(losses)
    records = []
    for who, theirs in seconds.items():
        ours = np.array(seconds["skdl"])
        # Others: how many times slower than ours. The limit: how many times slower we are.
        ratio = ours / theirs if who == "limit" else theirs / ours
        low, middle, high = quartiles(ratio)
        record = {"workload": name, "dtype": dtype, "threads": threads, "who": who}
        record |= {"rounds": rounds, "epochs": epochs, "seconds_per_epoch": np.median(theirs)}
        record |= {"ratio": middle, "lower_quartile": low, "upper_quartile": high}
        record |= {"loss": losses.get(who, ""), "difference": own.get(who, "")}
        records.append(record | {"difference_same_order": same.get(who, "")})
    return records


def disagreements(records: list[dict]) -> list[str]:
    """Say which losses do not agree with ours."""
    found = []
    for r in records:
        where = f"{r['workload']} {r['dtype']} {r['threads']} threads: {r['who']}"
        if r["who"] != "limit" and not r["difference_same_order"] < SAME_ORDER[r["dtype"]]:
            found.append(f"{where}: {r['difference_same_order']:.1e} off in the same order")
        if r["who"] != "limit" and not r["difference"] < OWN_ORDER:
            found.append(f"{where}: {r['difference']:.1%} off in an order of its own")
    return found


def summary(records: list[dict]) -> str:
    """Return the table of the ratios."""
    names = list(dict.fromkeys(r["who"] for r in records if r["who"] != "skdl"))
    cells: dict[tuple, dict] = {}
    for r in records:
        row = cells.setdefault((r["workload"], r["dtype"], r["threads"]), {})
        text = f"{r['ratio']:.2f} ({r['lower_quartile']:.2f}–{r['upper_quartile']:.2f})"
        row[r["who"]] = f"{1e3 * r['seconds_per_epoch']:.1f}" if r["who"] == "skdl" else text
    heads = ["skdl / limit" if name == "limit" else f"{name} / skdl" for name in names]
    rows = [[*key, row["skdl"], *[row[name] for name in names]] for key, row in cells.items()]
    return table(["workload", "dtype", "threads", "skdl, ms per epoch", *heads], rows)


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
    if len(competitors()) == 2:
        print("PyTorch is not installed: left out.")
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
    print(f"\n{summary(records)}\n")
    pairs = [r for r in records if r["who"] == "scikit-learn"]
    slower = sum(r["ratio"] < 1 for r in pairs)
    print(f"Slower than scikit-learn in {slower} of {len(pairs)} comparisons.")
    print(f"Wrote {options.output}")
    wrong = disagreements(records)
    if wrong:
        sys.exit("The losses do not agree:\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
