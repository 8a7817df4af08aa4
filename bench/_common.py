"""What the benchmarks share: BLAS threads, the machine's description, tables, CSV files."""

from __future__ import annotations

import csv
import os
import platform
from datetime import date
from pathlib import Path

import numpy as np
import sklearn
from threadpoolctl import threadpool_info

RESULTS = Path(__file__).parent / "results"


def machine(threads: int | str) -> str:
    """Say where and with what the numbers were made."""
    pools = [p for p in threadpool_info() if p["user_api"] == "blas"]
    blas = {f"{p['internal_api']} {p['version']}" for p in pools}
    return (
        f"{date.today()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"BLAS threads: {threads} ({', '.join(sorted(blas)) or 'not known'}), "
        f"Python {platform.python_version()}, NumPy {np.__version__}, "
        f"scikit-learn {sklearn.__version__}"
    )


def table(header: list[str], rows: list[list]) -> str:
    """Return a Markdown table, aligned so that it reads well in a terminal too."""
    text = [header, *[[f"{v:.3g}" if isinstance(v, float) else str(v) for v in r] for r in rows]]
    widths = [max(len(row[j]) for row in text) for j in range(len(header))]
    lines = [
        "| " + " | ".join(v.ljust(w) for v, w in zip(r, widths, strict=True)) + " |" for r in text
    ]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines)


def write_csv(path: Path, records: list[dict]) -> None:
    """Write records, one line each, numbers with six digits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        for record in records:
            short = {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in record.items()}
            writer.writerow(short)


def quartiles(values) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper quartile."""
    return tuple(float(q) for q in np.percentile(values, (25, 50, 75)))


def bootstrap_interval(values, n: int = 10_000, seed: int = 0) -> tuple[float, float]:
    """Return a 95 % bootstrap interval of the mean."""
    values = np.asarray(values, float)
    draws = np.random.default_rng(seed).integers(len(values), size=(n, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), (2.5, 97.5))
    return float(low), float(high)
