"""What ``track`` costs, and what it shows that the minimised loss hides.

    python bench/tracking.py [--quick]

Networks of 100 hidden units with dropout 0.5 learn ten classes from tables of 64 columns, a fifth
of the rows held out. The same fit runs in turn without tracking, with ``track="clean"`` and with
``track="steps"``, with BLAS on one thread; the ratio of processor times is the median over rounds.
Beside it stand the losses of the last epoch: as minimised, clean, and of the validation rows.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, write_csv  # noqa: E402
from _tables import publish  # noqa: E402
from sklearn.datasets import make_classification  # noqa: E402

from skdl import MLPClassifier  # noqa: E402

TRACKED = (None, "clean", "steps")


def fit(X: np.ndarray, y: np.ndarray, track: str | None, n_epochs: int) -> tuple[float, object]:
    """Return the processor time of a fit, and the network."""
    mlp = MLPClassifier(
        (100,),
        dropout=0.5,
        early_stopping=True,
        validation_fraction=0.2,
        restore_best=False,
        n_iter_no_change=None,
        max_iter=n_epochs,
        random_state=0,
        track=track,
    )
    start = time.process_time()
    mlp.fit(X, y)
    return time.process_time() - start, mlp


def measure(quick: bool) -> list[dict]:
    """Return one record for each number of rows."""
    records = []
    for n in (200,) if quick else (200, 1000, 5000, 20_000):
        X, y = make_classification(n, 64, n_informative=20, n_classes=10, random_state=0)
        n_epochs = 3 if quick else max(10, min(100, 100_000 // n))
        times: dict = {track: [] for track in TRACKED}
        for _ in range(1 if quick else 5):
            for track in TRACKED:
                seconds, mlp = fit(X, y, track, n_epochs)
                times[track].append(seconds)
                if track == "clean":
                    last = mlp.history_[-1]
        base = np.array(times[None])
        records.append(
            {
                "rows": n,
                "epochs": n_epochs,
                "minimised": last["loss"],
                "clean": last["clean_loss"],
                "validation": last["validation_loss"],
                **{f"time_{t}": float(np.median(times[t] / base)) for t in TRACKED[1:]},
            }
        )
        print(*records[-1].values(), flush=True)
    return records


def main(arguments: list[str] | None = None) -> None:
    """Measure, write the CSV, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rows, one round")
    parser.add_argument("--output", type=Path, default=RESULTS / "tracking.csv")
    options = parser.parse_args(arguments)
    records = measure(options.quick)
    write_csv(options.output, records)
    header = ["rows", "epochs", "minimised", "clean", "validation", "time: clean", "time: steps"]
    rows = [
        [r["rows"], r["epochs"]]
        + [f"{r[name]:.3f}" for name in ("minimised", "clean", "validation")]
        + [f"{r[name]:.2f}" for name in ("time_clean", "time_steps")]
        for r in records
    ]
    publish(options.output, "summary", header, rows)
    print(f"Every number is in {options.output}")


if __name__ == "__main__":
    main()
