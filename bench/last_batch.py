"""What to do with a last batch of few rows under batch normalisation, and with one row alone.

    python bench/last_batch.py [--quick]

A regression on 5 inputs, 32 hidden units with ``batch_norm=True``, batches of 64, about 30 000 rows
seen in all. The last batch has 1, 2, … rows; the score is R² on 1500 new rows, the mean over seeds
and training rows, which differ with the seed. The rules: the last batch stays as it is; it joins
its neighbour if it has fewer than 8 (what the library does) or 32 rows; it is left out of the
epoch. Without a last batch, the first line, all rules are the same.

The last lines have ``batch_size=1`` and 10 000 rows seen. There every row is alone: normalised by
its own variance, which is 0 ("its own"), or by the running averages, which take an eighth of a step
for each row (what the library does) or a whole one.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from pathlib import Path  # noqa: E402
from unittest import mock  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, write_csv  # noqa: E402
from _tables import publish  # noqa: E402
from sklearn.datasets import make_regression  # noqa: E402

from skdl import MLPRegressor  # noqa: E402
from skdl.core.batches import slices  # noqa: E402
from skdl.core.layers import BatchNorm  # noqa: E402
from skdl.core.training import loop  # noqa: E402

BATCH = 64
LAST = (0, 1, 2, 4, 8, 16, 32)


def left_out(n: int, size: int, least: int) -> list[slice]:
    """Return only the batches of full size."""
    return [rows for rows in slices(n, size) if rows.stop - rows.start == size]


def joins_below(rows: int) -> list:
    """Return the patches that let a last batch of fewer rows join."""
    return [mock.patch.object(loop, "slices", lambda n, size, _: slices(n, size, rows))]


LAST_BATCH = {
    "stays": joins_below(1),
    "joins below 8": joins_below(8),
    "joins below 32": joins_below(32),
    "left out": [mock.patch.object(loop, "slices", left_out)],
}
ALONE = {
    "its own": [mock.patch.object(BatchNorm, "is_alone", staticmethod(lambda z, run: False))],
    "running, eighths of a step": [],
    "running, whole steps": [mock.patch.object(BatchNorm, "least_rows", 1)],
}


def score(patches: list, n_rows: int, batch_size: int, seed: int, rows_seen: int) -> float:
    """Fit under a rule; return R² on new rows."""
    X, y = make_regression(3000, 5, noise=5.0, random_state=0)
    mlp = MLPRegressor(
        (32,),
        batch_norm=True,
        batch_size=batch_size,
        max_iter=max(1, rows_seen // n_rows),
        n_iter_no_change=None,
        random_state=seed,
    )
    train = slice(100 * seed, 100 * seed + n_rows)
    with ExitStack() as stack:
        for patch in patches:
            stack.enter_context(patch)
        mlp.fit(X[train], y[train])
    return mlp.score(X[1500:], y[1500:])


def measure(quick: bool) -> list[dict]:
    """Return a record for every number of rows and every rule."""
    records = []
    n_seeds = 1 if quick else 5
    cases = [(BATCH, n * BATCH + last, LAST_BATCH) for n in (1, 4) for last in LAST]
    cases += [(1, n, ALONE) for n in (65, 500)]
    for batch_size, n_rows, rules in cases[::5] if quick else cases:
        for rule, patches in rules.items():
            rows_seen = 1000 if quick else 10_000 if batch_size == 1 else 30_000
            scores = [score(patches, n_rows, batch_size, s, rows_seen) for s in range(n_seeds)]
            records.append(
                {
                    "workload": f"batch_size={batch_size}",
                    "rows": n_rows,
                    "last_batch": n_rows % batch_size,
                    "rule": rule,
                    "score": float(np.mean(scores)),
                    "deviation": float(np.std(scores)),
                }
            )
            print(*records[-1].values(), flush=True)
    return records


def main(arguments: list[str] | None = None) -> None:
    """Measure, write the CSV, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one seed and a few epochs")
    parser.add_argument("--output", type=Path, default=RESULTS / "last_batch.csv")
    options = parser.parse_args(arguments)
    records = measure(options.quick)
    write_csv(options.output, records)
    table = {}
    for r in records:
        row = table.setdefault((r["workload"], r["rows"], r["last_batch"]), {})
        row[r["rule"]] = f"{r['score']:.3f} ± {r['deviation']:.3f}"
    header = ["batches", "rows", "last batch", "rule: R² on new rows"]
    rows = [
        [*key, "; ".join(f"{rule} {s}" for rule, s in row.items())] for key, row in table.items()
    ]
    publish(options.output, "summary", header, rows)
    print(f"Every number is in {options.output}")


if __name__ == "__main__":
    main()
