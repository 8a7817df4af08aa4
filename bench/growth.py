"""How time per epoch and memory grow: rows, inputs, width, depth, batch, networks side by side.

    python bench/growth.py [--quick]

From one small network, one size is varied at a time, in float32 with Adam and an L2 penalty. Time
is processor time of a ``fit`` divided by its epochs, the best of three, ours and scikit-learn's in
turn; BLAS has one thread. Memory is the peak of what a ``fit`` allocates, as ``tracemalloc`` sees
it: NumPy tells it of every array, so the number is exact and the same at every run, unlike the
resident set, which is in pages, includes OpenBLAS's fixed buffers and keeps what was freed. X is
made before and is not counted; a copy of it would be.

A slope is that of a straight line through the last three points on logarithmic axes: 1 means in
proportion. The last axis is a ``skdl.search.RandomizedSearchCV`` (one split, no refit) whose
candidates are trained side by side; its time is for the whole search, and "scikit-learn" there is
scikit-learn's search over its own network.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse  # noqa: E402
import gc  # noqa: E402
import time  # noqa: E402
import tracemalloc  # noqa: E402
import warnings  # noqa: E402
from dataclasses import dataclass, replace  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, machine, write_csv  # noqa: E402
from _tables import publish  # noqa: E402
from sklearn import model_selection, neural_network  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402

import skdl  # noqa: E402
from skdl.search import RandomizedSearchCV  # noqa: E402

K = 5  # classes
ROUNDS, EPOCHS = 3, 2


@dataclass(frozen=True)
class Size:
    """What is varied."""

    n: int = 4096
    d: int = 32
    width: int = 64
    depth: int = 1
    batch: int = 64
    stack: int = 0  # 0: one plain fit, no search

    @property
    def n_parameters(self) -> int:
        """Weights and biases."""
        sizes = [self.d, *[self.width] * self.depth, K]
        return sum((a + 1) * b for a, b in zip(sizes, sizes[1:], strict=False))


AXES = {  # what each axis is called, and its values
    "n": ("rows n", (1024, 4096, 16_384, 65_536, 262_144)),
    "d": ("inputs d", (8, 32, 128, 512, 2048, 8192)),
    "width": ("width", (16, 64, 256, 1024, 4096)),
    "depth": ("depth", (1, 2, 4, 8, 16, 32)),
    "batch": ("batch size", (16, 64, 256, 1024, 4096)),
    "stack": ("networks side by side", (1, 4, 16, 64)),
}
BASE = {  # from where an axis starts, where that is not the plain Size()
    "depth": Size(n=2048),
    "batch": Size(n=8192, d=128, width=128),
    "stack": Size(n=1024, d=16, width=16, stack=1),
}


def sizes(axis: str, quick: bool) -> list[Size]:
    """Return the sizes along one axis."""
    values = AXES[axis][1][:2] if quick else AXES[axis][1]
    return [replace(BASE.get(axis, Size()), **{axis: value}) for value in values]


def data(size: Size):
    """Return inputs and classes."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((size.n, size.d), dtype=np.float32)
    return X, (X[:, 0] * 2).astype(int) % K


def network(who: str, size: Size):
    """Return one estimator."""
    shared = {"batch_size": size.batch, "max_iter": EPOCHS, "random_state": 0}
    layers = (size.width,) * size.depth
    if who == "skdl":
        return skdl.MLPClassifier(layers, l2=1e-6, n_iter_no_change=None, **shared)
    return neural_network.MLPClassifier(layers, tol=0, n_iter_no_change=EPOCHS + 1, **shared)


def task(who: str, size: Size):
    """Return what is fitted: a network, or a search over as many candidates as are stacked."""
    if not size.stack:
        return network(who, size)
    search = RandomizedSearchCV if who == "skdl" else model_selection.RandomizedSearchCV
    rate = "learning_rate" if who == "skdl" else "learning_rate_init"
    rates = {rate: np.geomspace(1e-4, 1e-2, size.stack).tolist()}
    half = [(np.arange(0, size.n, 2), np.arange(1, size.n, 2))]
    return search(network(who, size), rates, n_iter=size.stack, cv=half, refit=False)


def seconds(who: str, size: Size, X, y) -> float:
    """Return the processor time of an epoch."""
    one = task(who, size)
    gc.collect()
    start = time.process_time()
    one.fit(X, y)
    return (time.process_time() - start) / EPOCHS


def peak_bytes(who: str, size: Size, X, y) -> int:
    """Return the most that a fit has allocated at one time."""
    one = task(who, size)
    gc.collect()
    tracemalloc.start()
    try:
        one.fit(X, y)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def measure(axis: str, quick: bool = False) -> list[dict]:
    """Return a record for each size along an axis, for both."""
    records = []
    for size in sizes(axis, quick):
        X, y = data(size)
        times: dict[str, list[float]] = {"skdl": [], "scikit-learn": []}
        for _ in range(1 if quick else ROUNDS):
            for who, taken in times.items():
                taken.append(seconds(who, size, X, y))
        records += [
            {
                "workload": AXES[axis][0],
                "value": getattr(size, axis),
                "who": who,
                "n": size.n,
                "d": size.d,
                "width": size.width,
                "depth": size.depth,
                "batch": size.batch,
                "stack": max(size.stack, 1),
                "n_parameters": size.n_parameters,
                "seconds_per_epoch": min(taken),
                "peak_bytes": peak_bytes(who, size, X, y),
            }
            for who, taken in times.items()
        ]
    return records


def slope(records: list[dict], axis: str, who: str, quantity: str) -> float:
    """Return the slope of a line through the last three points, on logarithmic axes."""
    points = [
        (r["value"], r[quantity])
        for r in records
        if r["workload"] == AXES[axis][0] and r["who"] == who
    ][-3:]
    x, y = np.log(np.array(points, float)).T
    return float(np.polyfit(x, y, 1)[0])


def added(records: list[dict], axis: str, field: str) -> tuple[float, float]:
    """Return by how much memory and a field grow between the two largest sizes, for ours."""
    last = [r for r in records if r["workload"] == AXES[axis][0] and r["who"] == "skdl"][-2:]
    return tuple(last[1][name] - last[0][name] for name in ("peak_bytes", field))


def claims(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table of what a fit takes, in arrays: header and rows."""
    more, parameters = added(records, "d", "n_parameters")
    _, inputs = added(records, "d", "d")
    batch = records[0]["batch"]
    rows = [["copies of θ, as d grows", f"{(more / 4 - batch * inputs) / parameters:.1f}"]]
    more, rows_of_batch = added(records, "batch", "batch")
    at = next(r for r in records if r["workload"] == AXES["batch"][0])
    of_row = more / rows_of_batch / 4 - at["d"]
    rows.append(["arrays of batch × width, as the batch grows", f"{of_row / at['width']:.1f}"])
    more, n = added(records, "n", "n")
    rows.append([f"bytes for each row beside X, with {K} classes", f"{more / n:.0f}"])
    return ["what a fit takes", "number"], rows


def slopes(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table of the slopes: header and rows."""
    rows = []
    for axis, (name, _) in AXES.items():
        values = [r["value"] for r in records if r["workload"] == name]
        row = [name, f"{min(values)} to {max(values)}"]
        for quantity in ("seconds_per_epoch", "peak_bytes"):
            for who in ("skdl", "scikit-learn"):
                row.append(f"{slope(records, axis, who, quantity):.2f}")
        rows.append(row)
    header = ["what grows", "values", "time, skdl", "time, scikit-learn"]
    return [*header, "memory, skdl", "memory, scikit-learn"], rows


def draw(records: list[dict], path: Path) -> None:
    """Draw small multiples: time above, memory below, one column for each axis."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    looks = {"skdl": ("#D55E00", "o", "-"), "scikit-learn": ("#0072B2", "s", "--")}
    figure, axes = plt.subplots(
        2, len(AXES), figsize=(13, 5.4), sharex="col", sharey="row", layout="constrained"
    )
    quantities = (("seconds_per_epoch", 1e3, "ms per epoch"), ("peak_bytes", 2**-20, "peak, MiB"))
    for row, (quantity, unit, label) in zip(axes, quantities, strict=True):
        for ax, (axis, (name, _)) in zip(row, AXES.items(), strict=True):
            text = []
            for who, (color, marker, line) in looks.items():
                mine = [r for r in records if r["workload"] == name and r["who"] == who]
                x, y = [r["value"] for r in mine], [unit * r[quantity] for r in mine]
                ax.plot(x, y, line, color=color, marker=marker, markersize=5, label=who)
                text.append((f"slope {slope(records, axis, who, quantity):.2f}", color))
            for height, (words, color) in zip((0.93, 0.84), text, strict=True):
                ax.text(0.05, height, words, color=color, transform=ax.transAxes, fontsize=9)
            ax.set_xscale("log", base=2)
            ax.set_yscale("log")
            ax.set_xticks(x, [f"{v // 1024}k" if v >= 1024 else str(v) for v in x])
            ax.minorticks_off()
            ax.grid(color="#DDDDDD", linewidth=0.6)
            ax.spines[["top", "right"]].set_visible(False)
        row[0].set_ylabel(label)
        low, high = row[0].get_ylim()
        row[0].set_ylim(low, high * (high / low) ** 0.25)  # room for the slopes
    for ax, (name, _) in zip(axes[1], AXES.values(), strict=True):
        ax.set_xlabel(name)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2, frameon=False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main(arguments: list[str] | None = None) -> None:
    """Measure, write CSV and picture, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two sizes of each, one round")
    parser.add_argument("--output", type=Path, default=RESULTS / "growth.csv")
    options = parser.parse_args(arguments)
    print(machine(threads=1))
    records = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for who in ("skdl", "scikit-learn"):  # imports, and whatever else is done but once
            for stack in (0, 2):
                size = Size(n=100, d=4, width=4, batch=16, stack=stack)
                task(who, size).fit(*data(size))
        for axis in AXES:
            records += measure(axis, options.quick)
            write_csv(options.output, records)
    publish(options.output, "slopes", *slopes(records))
    publish(options.output, "memory", *claims(records))
    try:
        draw(records, options.output.with_suffix(".png"))
    except ImportError:
        print("matplotlib is not installed: no picture.")
    print(f"Wrote {options.output}")


if __name__ == "__main__":
    main()
