"""Do intervals of ``predict_interval`` hold as many new targets as they promise?

    python bench/coverage.py [--quick]

``tabular_pipeline("regressor")`` is fitted to the regression tables of ``_real_tables.py``, with
1500 training rows at most, on three splits; its network's intervals, from the rows out of fold, are
asked for the held-out rows. *covered* is the share of new targets in them, *width* their width over
the standard deviation of y.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
from _common import RESULTS, machine, write_csv
from _real_tables import BUNDLED, REGRESSION
from _tables import publish
from tables import parts

import skdl

LEVELS = (0.5, 0.8, 0.9, 0.95)
ROWS = 1500


def coverage(X_train, y_train, X_test, y_test, seed: int) -> list[dict]:
    """Return for each level the share of new targets that the intervals hold, and their width."""
    model = skdl.tabular_pipeline("regressor", random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X_train, y_train)
        inputs = model[:-1].transform(X_test)
    found = []
    for level in LEVELS:
        low, high = model[-1].predict_interval(inputs, coverage=level).T
        covered = float(np.mean((low <= y_test) & (y_test <= high)))
        width = float(np.mean(high - low) / np.std(y_train))
        found.append({"promised": level, "covered": covered, "width": width})
    return found


def main(arguments: list[str] | None = None) -> None:
    """Run, write the CSV, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one table of scikit-learn's")
    parser.add_argument("--output", type=Path, default=RESULTS / "coverage.csv")
    options = parser.parse_args(arguments)
    tables = BUNDLED["regression"] if options.quick else REGRESSION
    records = []
    for name, load in tables.items():
        X, y = load()
        for split in range(1 if options.quick else 3):
            X_train, X_test, y_train, y_test = parts(X, y, "regression", split, ROWS)
            for found in coverage(X_train, y_train, X_test, y_test, split):
                records.append({"data_set": name, "split": split, "rows": len(y_train), **found})
        print(f"  {name} done", flush=True)
    write_csv(options.output, records)
    print(f"\n{machine(threads='all')}")
    rows = []
    for level in LEVELS:
        mine = [r for r in records if r["promised"] == level]
        names = dict.fromkeys(r["data_set"] for r in mine)
        means = [np.mean([r["covered"] for r in mine if r["data_set"] == n]) for n in names]
        width = np.median([r["width"] for r in mine])
        cells = [np.mean(means), np.min(means), np.max(means)]
        rows.append([f"{level:.0%}", *(f"{v:.1%}" for v in cells), f"{width:.2f}"])
    header = ["promised", "covered, mean", "least of a table", "most of a table", "median width"]
    publish(options.output, "summary", header, rows)


if __name__ == "__main__":
    main()
