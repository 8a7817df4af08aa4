"""Sparse inputs: time per step against the number of non-zeros, and against scikit-learn's MLP.

    python bench/sparse.py [--quick] [--rounds 3]

Generated in the likeness of text: 10⁵ features, a few of them frequent and most of them rare, a
network of 10⁵ → 64 → 2, Adam, one epoch from the same weights, timed as in ``epoch.py`` (in turn,
ratios within a round, medians, one BLAS thread, processor time; the losses must agree).

A step is then taken apart: *batch* is what touches the data, `X[rows]` and the two sparse products;
*zeros* clears the gradient of the 6.4 million weights; the rest of a step is the optimiser, which
visits every weight, because every weight has moments that decay. (scikit-learn does the same.)
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse  # noqa: E402
import copy  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from contextlib import nullcontext  # noqa: E402
from importlib.util import find_spec  # noqa: E402
from pathlib import Path  # noqa: E402
from unittest import mock  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, machine, quartiles, write_csv  # noqa: E402
from _tables import publish  # noqa: E402
from scipy.sparse import csr_array  # noqa: E402
from sklearn import neural_network  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402

import skdl  # noqa: E402
from skdl.core.batches import take_rows  # noqa: E402
from skdl.core.layers.dense import product, transposed_product  # noqa: E402

FEATURES, UNITS = 100_000, 64
STEPS = 15  # of one epoch
WORDS = {200: (10, 30, 75, 300), 1000: (75,)}  # batch size: words a row
ALPHA = 1e-4
SAME_ORDER = {"float32": 1e-3, "float64": 1e-6}  # relative differences of the losses allowed


def text(rows: int, words: int, dtype: str, features: int = FEATURES):
    """Return counts of words drawn so that the k-th most frequent one has a chance of about 1/k."""
    rng = np.random.default_rng(0)
    columns = (features ** rng.random((rows, words))).astype(np.int64) - 1
    ends = np.arange(0, rows * words + 1, words)
    X = csr_array((np.ones(columns.size, dtype), columns.ravel(), ends), shape=(rows, features))
    X.sum_duplicates()
    of_some = X[:, 20:2000].sum(axis=1)
    return X, (of_some > np.median(of_some)).astype(int)


def contenders(X, y, batch: int, shuffle: bool) -> dict:
    """Return, by name, an MLP that goes on from the same weights, and how the step is taken."""
    theirs = neural_network.MLPClassifier(
        (UNITS,),
        batch_size=batch,
        alpha=ALPHA,
        max_iter=1,
        tol=0,
        n_iter_no_change=10**9,
        shuffle=shuffle,
        warm_start=True,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(X[:batch], y[:batch])
    ours = skdl.MLPClassifier.from_sklearn(theirs)
    ours.set_params(n_iter_no_change=None, tol=1e-4, l2=ALPHA / batch)
    plain = mock.patch("skdl.core.fast.compiled_loops", lambda: None)
    everyone = {"skdl": (ours, plain), "scikit-learn": (theirs, nullcontext())}
    if find_spec("numba"):
        everyone["skdl[fast]"] = (ours, nullcontext())
    return everyone


def fit(mlp, step, X, y) -> tuple[float, float]:
    """Return the seconds of a fit, and the loss after it."""
    mlp = copy.deepcopy(mlp)
    with warnings.catch_warnings(), step:
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = time.process_time()
        mlp.fit(X, y)
        seconds = time.process_time() - start
    p = mlp.predict_proba(X)[np.arange(len(y)), y].astype(float)
    return seconds, float(-np.log(p).mean())


def parts(X, batch: int) -> dict[str, float]:
    """Return the seconds that a step spends on its batch, and on clearing the gradient."""
    rng = np.random.default_rng(0)
    W, gradient = np.ones((2, X.shape[1], UNITS), X.dtype)
    z = np.empty((batch, UNITS), X.dtype)
    seconds, cleared = [], []
    for _ in range(25):
        rows = rng.permutation(X.shape[0])[:batch]
        start = time.process_time()
        gradient[...] = 0
        cleared.append(time.process_time() - start)
        start = time.process_time()
        x = take_rows(X, rows)
        product(x, W, z)
        transposed_product(x, z, gradient)  # clears the gradient once more
        seconds.append(time.process_time() - start - cleared[-1])
    return {"batch": float(np.median(seconds)), "zeros": float(np.median(cleared))}


def compare(words: int, batch: int, dtype: str, rounds: int, features: int) -> list[dict]:
    """Measure one number of non-zeros, one batch size, one precision."""
    X, y = text(STEPS * batch, words, dtype, features)
    same = contenders(X, y, batch, shuffle=False)
    same_order = {who: fit(mlp, step, X, y)[1] for who, (mlp, step) in same.items()}
    everyone = list(contenders(X, y, batch, shuffle=True).items())
    seconds = {who: [] for who, _ in everyone}
    for number in range(rounds):
        for who, (mlp, step) in everyone if number % 2 else reversed(everyone):
            seconds[who].append(fit(mlp, step, X, y)[0] / STEPS)
    records, pieces = [], parts(X, batch)
    for who, theirs in seconds.items():
        low, middle, high = quartiles(np.array(theirs) / seconds["skdl"])
        key = {"workload": f"{words} words", "non_zeros_per_row": X.nnz / X.shape[0]}
        record = {**key, "batch_size": batch, "dtype": dtype, "who": who, "rounds": rounds}
        record |= {"seconds_per_step": float(np.median(theirs)), "ratio": middle}
        record |= {"lower_quartile": low, "upper_quartile": high}
        own = pieces if who == "skdl" else dict.fromkeys(pieces, "")
        record |= {f"seconds_{name}": value for name, value in own.items()}
        difference = abs(same_order[who] / same_order["skdl"] - 1)
        records.append(record | {"difference_same_order": float(difference)})
    return records


def ratios(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table: header and rows."""
    names = list(dict.fromkeys(r["who"] for r in records if r["who"] != "skdl"))
    cells: dict[tuple, dict] = {}
    for r in records:
        row = cells.setdefault((r["workload"], r["batch_size"], r["dtype"]), {})
        # Others: how many times slower than ours. The compiled step: how many times faster.
        ratio = 1 / r["ratio"] if r["who"] == "skdl[fast]" else r["ratio"]
        row[r["who"]] = f"{ratio:.2f}"
        if r["who"] == "skdl":
            step, batch, zeros = (
                1e3 * r[f"seconds_{part}"] for part in ("per_step", "batch", "zeros")
            )
            row["skdl"] = [
                f"{r['non_zeros_per_row']:.1f}",
                *map("{:.2f}".format, (step, batch, zeros)),
            ]
    rows = [
        [workload, row["skdl"][0], batch, dtype, *row["skdl"][1:], *[row[who] for who in names]]
        for (workload, batch, dtype), row in cells.items()
    ]
    heads = ["skdl / skdl[fast]" if who == "skdl[fast]" else f"{who} / skdl" for who in names]
    header = ["workload", "non-zeros a row", "batch size", "dtype", "skdl, ms per step"]
    return [*header, "of it batch", "of it zeros", *heads], rows


def slopes(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return, as a table, how the time for a batch grows with its non-zeros."""
    rows = []
    for batch, dtype in dict.fromkeys((r["batch_size"], r["dtype"]) for r in records):
        of = [
            r for r in records if (r["who"], r["batch_size"], r["dtype"]) == ("skdl", batch, dtype)
        ]
        if len(of) < 3:
            continue
        non_zeros = [batch * r["non_zeros_per_row"] for r in of]
        slope, start = np.polyfit(non_zeros, [r["seconds_batch"] for r in of], 1)
        rows.append([batch, dtype, f"{1e9 * slope:.0f}", f"{1e3 * start:.2f}"])
    return ["batch size", "dtype", "ns per non-zero", "ms for a batch without any"], rows


def main(arguments: list[str] | None = None) -> None:
    """Run the comparison, write the CSV, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few features, one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS / "sparse.csv")
    options = parser.parse_args(arguments)
    workloads, rounds, features = WORDS, options.rounds, FEATURES
    if options.quick:
        workloads, rounds, features = {100: (10, 30, 75)}, 1, 2000
    print(machine(threads=1))
    records = []
    for batch, counts in workloads.items():
        for dtype in ("float32", "float64"):
            for words in counts:
                records += compare(words, batch, dtype, rounds, features)
            print(f"  batches of {batch}, {dtype} done", flush=True)
    write_csv(options.output, records)
    publish(options.output, "ratios", *ratios(records))
    publish(options.output, "slopes", *slopes(records))
    print(f"Wrote {options.output}")
    wrong = [r for r in records if not r["difference_same_order"] < SAME_ORDER[r["dtype"]]]
    if wrong:
        sys.exit(f"The losses do not agree: {wrong}")


if __name__ == "__main__":
    main()
