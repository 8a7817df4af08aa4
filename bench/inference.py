"""Prediction and import, against scikit-learn's MLP and PyTorch (if installed).

    python bench/inference.py [--quick] [--threads 1]

Digits, a network of 64 → 100 → 10 and one of 64 → 256 → 256 → 10, the same weights for everyone:
``predict_proba`` for 1, 100 and 100 000 rows, with the checks of its input that every user gets
(PyTorch: the model and a softmax under ``no_grad``, which checks nothing). The probabilities must
agree. Then ``import``: each time a process of its own.

All take turns, A B C A B C, the order reversed every other round; a ratio is taken within a round,
and the median over rounds is reported, with quartiles. The clock is processor time for one thread,
and wall-clock time for more; processor time of the child process for imports.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # for the processes that only import
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import argparse  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, machine, quartiles, write_csv  # noqa: E402
from _tables import publish  # noqa: E402
from _workloads import PyTorch, ScikitLearn, Skdl, Workload, torch  # noqa: E402
from threadpoolctl import threadpool_limits  # noqa: E402

HIDDEN = [(100,), (256, 256)]
ROWS = {1: (25, 200), 100: (25, 50), 100_000: (9, 1)}  # rows: rounds, calls in each
AGREE = {"float32": 1e-4, "float64": 1e-10}  # largest differences of a probability allowed
IMPORTS = {
    "import": ("import skdl", "import sklearn.neural_network"),
    "import of the estimators": (
        "from skdl import MLPClassifier, MLPRegressor",
        "from sklearn.neural_network import MLPClassifier, MLPRegressor",
    ),
}


def predictors(hidden: tuple[int, ...], dtype: str) -> dict:
    """Return everyone's function from rows to probabilities, with the same weights."""
    workload = Workload(1797, 64, hidden, 10, 200, 1, "digits")
    functions = {
        "skdl": Skdl(workload, dtype, 1).mlp.predict_proba,
        "scikit-learn": ScikitLearn(workload, dtype, 1).mlp.predict_proba,
    }
    if torch is not None:
        model = PyTorch(workload, dtype, 1).fresh().eval()

        def predict(X):
            with torch.no_grad():
                return torch.softmax(model(torch.from_numpy(X)), dim=1).numpy()

        functions["PyTorch"] = predict
    return functions


def in_turn(functions: dict, rounds: int, clock) -> dict[str, np.ndarray]:
    """Call everyone in every round; return the time of each call."""
    seconds = {who: [] for who in functions}
    everyone = list(functions.items())
    for number in range(-1, rounds):  # the first round warms up and is not counted
        for who, function in everyone if number % 2 else reversed(everyone):
            start = clock()
            function()
            if number >= 0:
                seconds[who].append(clock() - start)
    return {who: np.array(times) for who, times in seconds.items()}


def summary(key: dict, seconds: dict, calls: int, rounds: int, difference: dict) -> list[dict]:
    """Return a record for everyone; a ratio is their time over ours."""
    records = []
    for who, theirs in seconds.items():
        low, middle, high = quartiles(theirs / seconds["skdl"])
        record = {**key, "who": who, "rounds": rounds, "seconds": float(np.median(theirs)) / calls}
        record |= {"ratio": middle, "lower_quartile": low, "upper_quartile": high}
        records.append(record | {"difference": difference.get(who, "")})
    return records


def predictions(rows: int, hidden, dtype: str, threads: int, rounds: int, calls: int) -> list[dict]:
    """Measure one network, one precision, one number of rows."""
    functions = predictors(hidden, dtype)
    X, _ = Workload(1797, 64, hidden, 10, 200, 1, "digits").data(dtype)
    X = np.ascontiguousarray(np.resize(X, (rows, 64)))
    ours = functions["skdl"](X)
    difference = {who: float(np.abs(predict(X) - ours).max()) for who, predict in functions.items()}

    def repeated(predict):
        def calls_in_a_row():
            for _ in range(calls):
                predict(X)

        return calls_in_a_row

    clock = time.process_time if threads == 1 else time.perf_counter
    seconds = in_turn({who: repeated(f) for who, f in functions.items()}, rounds, clock)
    network = " → ".join(map(str, (64, *hidden, 10)))
    key = {"workload": f"{rows} row{'s' * (rows > 1)}", "network": network, "dtype": dtype}
    return summary({**key, "threads": threads}, seconds, calls, rounds, difference)


def children_time() -> float:
    """Return the processor time of the processes that have ended (wall-clock time on Windows)."""
    times = os.times()
    return times.children_user + times.children_system if os.name == "posix" else times.elapsed


def imports(workload: str, rounds: int) -> list[dict]:
    """Import in fresh processes."""
    statements = dict(zip(("skdl", "scikit-learn"), IMPORTS[workload], strict=True))
    functions = {
        who: lambda code=code: subprocess.run([sys.executable, "-c", code], check=True)
        for who, code in statements.items()
    }
    seconds = in_turn(functions, rounds, children_time)
    key = {"workload": workload, "network": "", "dtype": "", "threads": 1}
    return summary(key, seconds, 1, rounds, {})


def disagreements(records: list[dict]) -> list[str]:
    """Say whose probabilities are not ours."""
    return [
        f"{r['workload']} {r['network']} {r['dtype']}: {r['who']} differs by {r['difference']:.1e}"
        for r in records
        if r["dtype"] and not r["difference"] < AGREE[r["dtype"]]
    ]


def ratios(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table: header and rows."""
    names = list(dict.fromkeys(r["who"] for r in records if r["who"] != "skdl"))
    cells: dict[tuple, dict] = {}
    for r in records:
        row = cells.setdefault((r["workload"], r["network"], r["dtype"], r["threads"]), {})
        text = f"{r['ratio']:.2f} ({r['lower_quartile']:.2f}–{r['upper_quartile']:.2f})"
        row[r["who"]] = f"{1e3 * r['seconds']:.3g}" if r["who"] == "skdl" else text
    rows = [
        [*key, row["skdl"], *[row.get(name, "") for name in names]] for key, row in cells.items()
    ]
    heads = [f"{name} / skdl" for name in names]
    return ["workload", "network", "dtype", "threads", "skdl, ms", *heads], rows


def main(arguments: list[str] | None = None) -> None:
    """Run the comparison, write the CSV, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one network, few rows, few rounds")
    parser.add_argument("--threads", nargs="+", type=int, default=[1], help="of BLAS and PyTorch")
    parser.add_argument("--output", type=Path, default=RESULTS / "inference.csv")
    options = parser.parse_args(arguments)
    if torch is None:
        print("PyTorch is not installed: left out.")
    print(machine("in the table"))
    sizes = {1: (3, 2), 1000: (3, 1)} if options.quick else ROWS
    records = []
    for threads in options.threads:
        with threadpool_limits(threads):
            if torch is not None:
                torch.set_num_threads(threads)
            for rows, (rounds, calls) in sizes.items():
                for hidden in HIDDEN[:1] if options.quick else HIDDEN:
                    for dtype in ("float32", "float64"):
                        records += predictions(rows, hidden, dtype, threads, rounds, calls)
    for workload in list(IMPORTS)[:1] if options.quick else IMPORTS:
        records += imports(workload, rounds=1 if options.quick else 9)
    write_csv(options.output, records)
    publish(options.output, "ratios", *ratios(records))
    print(f"Wrote {options.output}")
    wrong = disagreements(records)
    if wrong:
        sys.exit("The probabilities do not agree:\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
