"""Defaults and ``tabular_pipeline`` against their peers, on real tables.

    python bench/tables.py [--quick] [--rows 1500] [--splits 3] [--task classification]
                           [--only skdl --only linear] [--candidate 'plain: l2=0.01']
                           [--candidate 'per row: l2=5'] [--candidate 'tabular: n_networks=5']

The tables are those of ``_real_tables.py``; a part is held out (a quarter, 10 000 rows at most,
by class), and of the others ``--rows`` are learned from. Every peer gets what it needs. The
networks, the forest and the linear model get numbers standardised (gaps filled with the median,
and marked), dates as their parts, one column of 0 and 1 for each of few categories and the mean of
y for each of many; the linear model is ``LogisticRegression`` or ``RidgeCV``. HGB and RealMLP get
categories as such; HGB gaps as well. "y scaled" stands before every network that has no such
option. Nothing is tuned but by what a contender does inside its own fit.

The *loss* is the log loss, or 1 − R². A *normalised* score is 0 for the worst and 1 for the best
of a table's contenders, *rank* 1 for the best; both are averaged over splits, then over tables,
and intervals are bootstraps over tables, which are the sample. The *loss ratio* is the geometric
mean of the loss over that of our defaults (of RMSE in regression), *won : lost* are tables against
them. Time is processor time of fit and prediction with one thread. Fits that are already in the
output are not made again: so candidates are added to a run.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse  # noqa: E402
import csv  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, bootstrap_interval, machine  # noqa: E402
from _peers import contenders  # noqa: E402
from _real_tables import BUNDLED, CLASSIFICATION, REGRESSION  # noqa: E402
from _tables import publish  # noqa: E402
from sklearn.metrics import accuracy_score, log_loss, r2_score  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402

TASKS: dict[str, dict[str, Callable]] = {
    "classification": CLASSIFICATION,
    "regression": REGRESSION,
}
FIELDS = ["task", "table", "rows", "features", "split", "contender"]
FIELDS += ["loss", "score", "brier", "calibration", "seconds", "failed"]
SMALLEST = 1e-15  # a probability of zero for the class that came would make the loss infinite
BINS = 15


def parts(X, y, task: str, split: int, rows: int | None):
    """Return training and test rows."""
    stratify = y if task == "classification" else None
    held_out = min(len(X) // 4, 10_000)
    pieces = train_test_split(X, y, test_size=held_out, random_state=split, stratify=stratify)
    X_train, X_test, y_train, y_test = pieces
    if rows is not None and rows < len(X_train):
        stratify = y_train if task == "classification" else None
        X_train, _, y_train, _ = train_test_split(
            X_train, y_train, train_size=rows, random_state=split, stratify=stratify
        )
    return X_train, X_test, y_train, y_test


def calibration_error(probability: np.ndarray, y: np.ndarray, classes: np.ndarray) -> float:
    """Return the expected calibration error of the class predicted, in 15 equal bins.

    Guo, Pleiss, Sun and Weinberger (2017), On calibration of modern neural networks.
    """
    sure = probability.max(axis=1)
    right = classes[probability.argmax(axis=1)] == y
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs((right[bins == b] - sure[bins == b]).sum()) for b in range(BINS)]
    return float(np.sum(gaps) / len(y))


def measures(model, task: str, X, y) -> dict[str, float]:
    """Return what is reported of a fitted model on rows it has not seen."""
    if task == "regression":
        prediction = np.asarray(model.predict(X), dtype=float).ravel()
        score = r2_score(y, prediction)
        return {"loss": 1 - score, "score": score, "brier": np.nan, "calibration": np.nan}
    probability = np.clip(np.asarray(model.predict_proba(X), dtype=float), SMALLEST, 1)
    probability /= probability.sum(axis=1, keepdims=True)
    classes = np.asarray(model.classes_).astype(str)
    one_hot = y[:, np.newaxis] == classes
    return {
        "loss": log_loss(y, probability, labels=classes),
        "score": accuracy_score(y, classes[probability.argmax(axis=1)]),
        "brier": float(((probability - one_hot) ** 2).sum(axis=1).mean()),
        "calibration": calibration_error(probability, y, classes),
    }


def one_fit(make: Callable, task: str, data, seed: int) -> dict:
    """Fit once; return what came of it, and how long fit and predictions took."""
    X_train, X_test, y_train, y_test = data
    failed = dict.fromkeys(("loss", "score", "brier", "calibration"), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = time.process_time()  # one thread, so others on the machine do not count
        try:
            model = make(seed).fit(X_train, y_train)
            result = measures(model, task, X_test, y_test)
            return result | {"seconds": time.process_time() - start, "failed": 0}
        except Exception as error:  # a peer may raise anything: it has failed, the others go on
            print(f"failed: {type(error).__name__}: {error}"[:300], flush=True)
            return failed | {"seconds": np.nan, "failed": 1}


def run(options) -> list[dict]:
    """Fit everyone on every split of every table; each fit is written as soon as it is there."""
    records: list[dict] = []
    if options.output.exists():
        with options.output.open(newline="") as file:
            records = list(csv.DictReader(file))
    known = {(r["task"], r["table"], int(r["split"]), r["contender"]) for r in records}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    with options.output.open("a", newline="") as file:
        writer = csv.DictWriter(file, FIELDS)
        if not records:
            writer.writeheader()
        for task in [options.task] if options.task else TASKS:
            makers = contenders(task, options.candidate)
            asked = [*options.only, *options.candidate] if options.only else list(makers)
            for name, load in (BUNDLED if options.quick else TASKS)[task].items():
                X, y = load()
                for split in range(options.splits):
                    data = parts(X, y, task, split, options.rows)
                    for contender in asked:
                        if (task, name, split, contender) in known:
                            continue
                        key = {"task": task, "table": name, "rows": len(data[0]), "split": split}
                        key |= {"features": X.shape[1], "contender": contender}
                        result = one_fit(makers[contender], task, data, split)
                        short = {k: f"{v:.6g}" for k, v in result.items()}
                        writer.writerow(key | short)
                        file.flush()
                        records.append({k: str(v) for k, v in (key | short).items()})
                print(f"  {task}: {name} done", flush=True)
    return records


def grid(records: list[dict], task: str, field: str, names: list[str]) -> np.ndarray:
    """Return one number for each table, split and contender; nan where a fit failed."""
    mine = [r for r in records if r["task"] == task]
    tables = list(dict.fromkeys(r["table"] for r in mine))
    splits = sorted({int(r["split"]) for r in mine})
    values = np.full((len(tables), len(splits), len(names)), np.nan)
    for r in mine:
        if r["contender"] in names:
            where = tables.index(r["table"]), splits.index(int(r["split"]))
            values[(*where, names.index(r["contender"]))] = float(r[field])
    return values


def normalised(loss: np.ndarray) -> np.ndarray:
    """Return 0 for the worst and 1 for the best of the last axis; a failed fit is the worst."""
    worst, best = (f(loss, axis=-1, keepdims=True) for f in (np.nanmax, np.nanmin))
    loss = np.where(np.isnan(loss), worst, loss)
    return np.where(worst > best, (worst - loss) / np.where(worst > best, worst - best, 1), 1.0)


def ranks(loss: np.ndarray) -> np.ndarray:
    """Return ranks along the last axis, 1 for the smallest loss; a failed fit is last."""
    from scipy.stats import rankdata

    return rankdata(np.where(np.isnan(loss), np.inf, loss), axis=-1)


def summary(records: list[dict], task: str) -> tuple[list[str], list[list]]:
    """Return the table of all contenders: the first of each is the mean over tables."""
    names = list(dict.fromkeys(r["contender"] for r in records if r["task"] == task))
    loss = grid(records, task, "loss", names)
    seconds = grid(records, task, "seconds", names)
    first = names.index("skdl") if "skdl" in names else 0
    error = np.sqrt(loss) if task == "regression" else loss  # RMSE, as 1 − R² is a square
    ratio = np.nanmean(np.log(error / error[..., [first]]), axis=1)
    scores = [normalised(loss).mean(axis=1), ranks(loss).mean(axis=1)]
    header = ["contender", "normalised", "rank", "loss ratio", "won : lost", "score"]
    header += ["calibration error"] if task == "classification" else []
    rows: list[list] = []
    for j, name in enumerate(names):
        low, high = (np.exp(v) for v in bootstrap_interval(ratio[~np.isnan(ratio[:, j]), j]))
        gains = np.nanmean(error[..., j] - error[..., first], axis=1)
        row = [name, f"{scores[0][:, j].mean():.3f}", f"{scores[1][:, j].mean():.2f}"]
        row += [f"{np.exp(np.nanmean(ratio[:, j])):.3f} [{low:.3f}, {high:.3f}]"]
        row += [f"{(gains < 0).sum()} : {(gains > 0).sum()}"]
        row += [f"{np.nanmean(grid(records, task, 'score', names)[..., j]):.3f}"]
        if task == "classification":
            row += [f"{np.nanmean(grid(records, task, 'calibration', names)[..., j]):.3f}"]
        pace = np.nanmean(np.log(seconds[..., j] / seconds[..., first]))
        rows.append([*row, f"{np.exp(pace):.2g}"])
    order = sorted(rows, key=lambda row: -float(row[1]))
    return [*header, "time ratio"], order


def main(arguments: list[str] | None = None) -> None:
    """Run what is not yet there, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two tables of scikit-learn's")
    parser.add_argument("--rows", type=int, help="training rows at most")
    parser.add_argument("--splits", type=int, default=1)
    parser.add_argument("--task", choices=list(TASKS))
    parser.add_argument("--only", action="append", default=[], help="a contender; candidates too")
    parser.add_argument("--candidate", action="append", default=[])
    parser.add_argument("--output", type=Path, default=RESULTS / "tables.csv")
    options = parser.parse_args(arguments)
    records = run(options)
    print(f"\n{machine(threads=1)}")
    for task in TASKS:
        if any(r["task"] == task for r in records):
            publish(options.output, task, *summary(records, task))
    print(f"Every fit is in {options.output}")


if __name__ == "__main__":
    main()
