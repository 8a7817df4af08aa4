"""Whole searches: ``skdl.search.RandomizedSearchCV`` against scikit-learn's, both with two workers.

    python bench/search.py [--quick] [--workloads "S32, 32 units" S200]

60 random candidates × 5 folds on digits, standardised in a pipeline, Adam, a fixed number of epochs
for every fit, then a refit of the best. Candidates differ in learning rate and L2 penalty, and are
the same for all (scikit-learn divides its ``alpha`` by the batch size, so ours is ``alpha`` over
the batch size). Three contenders, in turn, A B C C B A:

- skdl: our search over our network, which trains candidates and folds together;
- one by one: scikit-learn's search over our network;
- scikit-learn: its search over its network.

The clock is wall-clock time, which other work on the machine disturbs. The processor time of all
processes, which it disturbs less, is beside it (on Linux; it does not tell how well the work is
shared). The workers are started, and have imported everything, before it
starts, for all three. Each has BLAS on one thread. A ratio is taken within a round. The best scores
must agree to the standard deviation over folds, else the run ends with an error; ours must be equal
to those one by one but for rounding.

With early stopping everybody stops by a rule of its own, so that the numbers of epochs differ.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported; workers inherit it
    os.environ[f"{_library}_NUM_THREADS"] = "1"
os.environ["PYTHONWARNINGS"] = "ignore::UserWarning"  # the workers': "not converged", by intent

import argparse  # noqa: E402
import contextlib  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, machine, quartiles, write_csv  # noqa: E402
from _goals import SEARCH, judged  # noqa: E402
from _tables import publish  # noqa: E402
from scipy.stats import loguniform  # noqa: E402
from sklearn import model_selection, neural_network  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.pipeline import Pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

import skdl  # noqa: E402
from skdl.search import RandomizedSearchCV  # noqa: E402

JOBS = 2
RATES, ALPHAS = (3e-4, 1e-2), (1e-6, 1e-1)  # log-uniform


@dataclass(frozen=True)
class Workload:
    """The network that is searched, and how many epochs a fit has."""

    units: int
    batch: int
    epochs: int
    early_stopping: bool = False


WORKLOADS = {
    "S32": Workload(100, 32, 30),
    "S32, 32 units": Workload(32, 32, 30),
    "S200": Workload(100, 200, 30),
    "S200, early stopping": Workload(100, 200, 40, early_stopping=True),
}


def ours(workload: Workload):
    """Return our network and what is searched."""
    mlp = skdl.MLPClassifier(
        hidden_layer_sizes=(workload.units,),
        batch_size=workload.batch,
        max_iter=workload.epochs,
        n_iter_no_change=5 if workload.early_stopping else None,
        early_stopping=workload.early_stopping,
        random_state=0,
    )
    l2 = loguniform(ALPHAS[0] / workload.batch, ALPHAS[1] / workload.batch)
    return mlp, {"net__l2": l2, "net__learning_rate": loguniform(*RATES)}


def theirs(workload: Workload):
    """Return scikit-learn's network and what is searched."""
    mlp = neural_network.MLPClassifier(
        hidden_layer_sizes=(workload.units,),
        batch_size=workload.batch,
        max_iter=workload.epochs,
        n_iter_no_change=5 if workload.early_stopping else workload.epochs + 1,
        tol=1e-4 if workload.early_stopping else 0,
        early_stopping=workload.early_stopping,
        random_state=0,
    )
    return mlp, {"net__alpha": loguniform(*ALPHAS), "net__learning_rate_init": loguniform(*RATES)}


CONTENDERS = {
    "skdl": (RandomizedSearchCV, ours),
    "one by one": (model_selection.RandomizedSearchCV, ours),
    "scikit-learn": (model_selection.RandomizedSearchCV, theirs),
}


def processor_seconds() -> float:
    """Return the processor time of this process and of its workers, 0 where Linux is not."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # a process may end meanwhile
            fields = stat.read_text().rpartition(")")[2].split()
            if os.getpid() in (int(stat.parent.name), int(fields[1])):
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def run(who: str, workload: Workload, X, y, n_candidates: int, folds: int):
    """Search; return the fitted search, and its seconds by the clock and of the processors."""
    search_class, network = CONTENDERS[who]
    mlp, space = network(workload)
    pipeline = Pipeline([("scale", StandardScaler()), ("net", mlp)])
    search = search_class(
        pipeline, space, n_iter=n_candidates, cv=folds, n_jobs=JOBS, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        busy, start = processor_seconds(), time.perf_counter()
        search.fit(X, y)
        elapsed = time.perf_counter() - start
    return search, elapsed, processor_seconds() - busy


def candidates(search, workload: Workload) -> np.ndarray:
    """Return the penalty, as ours, and the rate of each candidate."""
    tried = [
        (
            p.get("net__l2", p.get("net__alpha", 0) / workload.batch),
            p.get("net__learning_rate", p.get("net__learning_rate_init")),
        )
        for p in search.cv_results_["params"]
    ]
    return np.array(tried, float)


def compare(name: str, dtype: str, rounds: int, n_candidates: int, folds: int) -> list[dict]:
    """Run everyone in turn; return a record for each."""
    workload = WORKLOADS[name]
    X, y = load_digits(return_X_y=True)
    X = X.astype(dtype)
    seconds: dict[str, list[float]] = {who: [] for who in CONTENDERS}
    busy: dict[str, list[float]] = {who: [] for who in CONTENDERS}
    searches = {}
    for number in range(rounds):
        for who in list(CONTENDERS)[:: -1 if number % 2 else 1]:
            searches[who], *times = run(who, workload, X, y, n_candidates, folds)
            seconds[who].append(times[0])
            busy[who].append(times[1])
    tried = {who: candidates(search, workload) for who, search in searches.items()}
    records = []
    for who, search in searches.items():
        np.testing.assert_allclose(tried[who], tried["skdl"], rtol=1e-9)  # the same candidates
        ratio = np.divide(seconds[who], seconds["skdl"])
        low, middle, high = quartiles(ratio)
        results, best = search.cv_results_, search.best_index_
        records.append(
            {
                "workload": name,
                "dtype": dtype,
                "who": who,
                "rounds": rounds,
                "candidates": n_candidates,
                "folds": folds,
                "epochs": workload.epochs,
                "seconds": float(np.median(seconds[who])),
                "ratio": middle,
                "lower_quartile": low,
                "upper_quartile": high,
                "processor_seconds": float(np.median(busy[who])),
                "processor_ratio": float(np.median(busy[who]) / max(np.median(busy["skdl"]), 1e-9)),
                "best_score": float(search.best_score_),
                "deviation_over_folds": float(results["std_test_score"][best]),
                "median_score": float(np.median(results["mean_test_score"])),
                "scores_differ": float(
                    np.abs(
                        results["mean_test_score"] - searches["skdl"].cv_results_["mean_test_score"]
                    ).max()
                ),
            }
        )
    return records


def disagreements(records: list[dict]) -> list[str]:
    """Say whose best score, or whose scores, are not what they should be."""
    found = []
    best = {(r["workload"], r["dtype"]): r for r in records if r["who"] == "skdl"}
    for r in records:
        mine, where = best[r["workload"], r["dtype"]], f"{r['workload']} {r['dtype']}: {r['who']}"
        spread = max(r["deviation_over_folds"], mine["deviation_over_folds"])
        if not abs(r["best_score"] - mine["best_score"]) <= spread:
            found.append(f"{where}: best score {r['best_score']:.4f}, not {mine['best_score']:.4f}")
        if r["who"] == "one by one" and not r["scores_differ"] < 0.005:
            found.append(f"{where}: a score differs by {r['scores_differ']:.4f}")
    return found


def all_ratios(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table: header and rows."""
    cells: dict[tuple, dict] = {}
    for r in records:
        cells.setdefault((r["workload"], r["dtype"]), {})[r["who"]] = r
    rows = []
    for (name, dtype), row in cells.items():
        ratio, goal = row["scikit-learn"]["ratio"], SEARCH.get(name)
        text = f"{ratio:.1f}" if goal is None else judged("scikit-learn", ratio, goal)
        low, high = row["scikit-learn"]["lower_quartile"], row["scikit-learn"]["upper_quartile"]
        scores = [
            f"{row[who]['best_score']:.3f} ± {row[who]['deviation_over_folds']:.3f}"
            for who in ("skdl", "scikit-learn")
        ]
        rows.append(
            [
                name,
                dtype,
                f"{row['skdl']['seconds']:.1f}",
                text,
                f"{low:.1f}–{high:.1f}",
                f"{row['scikit-learn']['processor_ratio']:.1f}",
                f"{row['one by one']['ratio']:.2f}",
                *scores,
            ]
        )
    header = ["workload", "dtype", "skdl, s", "scikit-learn / skdl", "quartiles"]
    header += ["of processor time"]
    return [*header, "one by one / skdl", "best score, skdl", "scikit-learn"], rows


def main(arguments: list[str] | None = None) -> None:
    """Run the searches, write the CSV, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="four candidates, two folds, S200")
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--dtypes", nargs="+", default=["float32", "float64"])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--output", type=Path, default=RESULTS / "search.csv")
    options = parser.parse_args(arguments)
    size = {"rounds": options.rounds, "n_candidates": 60, "folds": 5}
    if options.quick:
        options.workloads, options.dtypes = ["S200"], ["float32"]
        size = {"rounds": 1, "n_candidates": 4, "folds": 2}
    print(machine("1 for each worker"))
    X, y = load_digits(return_X_y=True)
    for who in CONTENDERS:  # starts the workers, and lets them import
        run(who, Workload(4, 200, 1), X, y, n_candidates=4, folds=2)
    records = []
    for name in options.workloads:
        for dtype in options.dtypes[: 1 if WORKLOADS[name].early_stopping else None]:
            print(f"{name}, {dtype}", flush=True)
            records += compare(name, dtype, **size)
            write_csv(options.output, records)
    publish(options.output, "ratios", *all_ratios(records))
    print(f"Wrote {options.output}")
    wrong = disagreements(records)
    if wrong:
        sys.exit("The scores do not agree:\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
