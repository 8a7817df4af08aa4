"""Untouched defaults, ours against scikit-learn's: held-out score, and time beside it.

    python bench/defaults.py [--quick] [--candidate "batch_size=64, l2=1e-5"]

Twelve data sets for each task, ten random splits (a quarter held out, stratified by class), the
same for both; inputs are standardised by a pipeline fitted on the training part. The two are fitted
in turn, A B A B, with BLAS on one thread, and processor time is compared. The score is accuracy, or
R² for regression.

A *rank* is 1 for the better of two scores, 2 for the other, 1.5 each for a tie; it is averaged over
splits, then over data sets. Its interval is a 95 % bootstrap over data sets, which are the sample.
A *failed fit* raised an error, diverged, or predicted something that is not finite.

*Speed to a score*: the same fit of ours is made once more and watched on the held-out rows after
each epoch, until the mean score of five epochs in a row is at least that with which scikit-learn's
fit to the same rows ended; in regression also where its targets are standardised, as ours does by
itself. Compared is the processor time until then, without the watching, with that of scikit-learn's
whole fit, which does not know when it has its score either. Medians count a split that never
reaches it as infinite.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse  # noqa: E402
import ast  # noqa: E402
import functools  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, bootstrap_interval, machine, table, write_csv  # noqa: E402
from _data_sets import CLASSIFICATION, REGRESSION  # noqa: E402
from _tables import publish  # noqa: E402
from scipy.stats import t as student  # noqa: E402
from sklearn import neural_network  # noqa: E402
from sklearn.compose import TransformedTargetRegressor  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402

import skdl  # noqa: E402

TASKS = {
    "classification": (CLASSIFICATION, skdl.MLPClassifier, neural_network.MLPClassifier),
    "regression": (REGRESSION, skdl.MLPRegressor, neural_network.MLPRegressor),
}
SPEED = {"classification": "speed_classification", "regression": "speed_regression"}
HELD_OUT = 0.25
PEERS = ("scikit-learn", "scikit-learn, y scaled")
IN_A_ROW = 5  # epochs whose mean score counts as reached: the best of many noisy ones would not


def settings_of(text: str) -> dict:
    """Turn "batch_size=64, l2=1e-5" into a dict."""
    call = ast.parse(f"dict({text})", mode="eval").body
    return {k.arg: ast.literal_eval(k.value) for k in call.keywords}


def contenders(task: str, candidates: list[str]) -> dict:
    """Return the makers of estimators, by name; "skdl" and "scikit-learn" are the defaults."""
    _, ours, theirs = TASKS[task]
    makers = {"skdl": ours, "scikit-learn": theirs}
    for text in candidates:
        makers[text] = functools.partial(ours, **settings_of(text))
    if task == "regression":
        makers[PEERS[1]] = lambda **settings: TransformedTargetRegressor(
            theirs(**settings), transformer=StandardScaler()
        )
    return makers


def parts(X, y, split: int, stratify) -> list:
    """Return training and held-out inputs, training and held-out targets."""
    return train_test_split(X, y, test_size=HELD_OUT, random_state=split, stratify=stratify)


def watched(make, X, y, split: int, stratify, goal: float) -> list[tuple[float, float]]:
    """Fit a network of ours until it has a score; return seconds and score after each epoch."""
    X_train, X_test, y_train, y_test = parts(X, y, split, stratify)
    scaler = StandardScaler().fit(X_train)
    X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)
    scores, curve, start = [], [(0.0, -np.inf)], time.process_time()

    def watch(mlp, record) -> bool:
        nonlocal start
        seconds = curve[-1][0] + time.process_time() - start
        scores.append(mlp.score(X_test, y_test))
        last = scores[-IN_A_ROW:]
        curve.append((seconds, np.mean(last) if len(last) == IN_A_ROW else -np.inf))
        start = time.process_time()
        return bool(curve[-1][1] >= goal)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        make(random_state=split, callbacks=[watch]).fit(X_train, y_train)
    return curve


def one_fit(make, X, y, split: int, stratify) -> dict:
    """Fit on one split; return score, seconds and what went wrong."""
    X_train, X_test, y_train, y_test = parts(X, y, split, stratify)
    model = make_pipeline(StandardScaler(), make(random_state=split))
    record = {"score": np.nan, "seconds": np.nan, "epochs": 0, "failed": 0, "warned": 0}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        start = time.process_time()  # one thread, so others on the machine do not count
        try:
            model.fit(X_train, y_train)
            record["seconds"] = time.process_time() - start
            record["score"] = model.score(X_test, y_test)
        except (ValueError, FloatingPointError) as error:
            print(f"failed: {error}")
    said = [str(w.message) for w in caught if issubclass(w.category, ConvergenceWarning)]
    diverged = any("no longer finite" in message for message in said)
    record["failed"] = int(diverged or not np.isfinite(record["score"]))
    record["warned"] = int(bool(said))
    record["epochs"] = getattr(model[-1], "n_iter_", 0)
    return record


def compare(task: str, names: list[str], n_splits: int, candidates: list[str]) -> list[dict]:
    """Fit every contender on every split of every data set, in turn."""
    records = []
    for name in names:
        X, y = TASKS[task][0][name]()
        for split in range(n_splits):
            makers = list(contenders(task, candidates).items())
            stratify = y if task == "classification" else None
            results = {
                contender: one_fit(make, X, y, split, stratify)
                for contender, make in (makers if split % 2 else reversed(makers))
            }
            goals = {who: results[who]["score"] for who in results if who in PEERS}
            curve = watched(makers[0][1], X, y, split, stratify, max(goals.values()))
            for contender, result in results.items():
                key = {"task": task, "data_set": name, "rows": len(X), "features": X.shape[1]}
                key |= {"split": split, "contender": contender}
                to_it = ""
                if contender in goals:
                    there = [s for s, score in curve if score >= goals[contender]]
                    to_it = min(there, default=np.inf)
                records.append({**key, **result, "skdl_seconds_to_its_score": to_it})
        print(f"  {task}: {name} done", flush=True)
    return records


def column(records: list[dict], contender: str, name: str, field: str) -> np.ndarray:
    """Return one number per split."""
    rows = [r for r in records if r["contender"] == contender and r["data_set"] == name]
    return np.array([r[field] for r in sorted(rows, key=lambda r: r["split"])], float)


def half_width(difference: np.ndarray) -> float:
    """Return half a 95 % interval of a mean over overlapping splits (Nadeau and Bengio, 2003)."""
    n = len(difference)
    if n < 2:
        return np.nan
    variance = difference.var(ddof=1) * (1 / n + HELD_OUT / (1 - HELD_OUT))
    return float(student.ppf(0.975, n - 1) * np.sqrt(variance))


def report(records: list[dict], contender: str = "skdl") -> str:
    """Return the table of one contender against scikit-learn, and the summary below it."""
    rows, ranks, ratios = [], [], []
    for name in dict.fromkeys(r["data_set"] for r in records):
        a = column(records, contender, name, "score")
        b = column(records, "scikit-learn", name, "score")
        ratio = column(records, contender, name, "seconds")
        ratio = np.median(ratio / column(records, "scikit-learn", name, "seconds"))
        # A failed fit has no score: it loses.
        a, b = np.nan_to_num(a, nan=-np.inf), np.nan_to_num(b, nan=-np.inf)
        rank = np.mean(1.5 - 0.5 * np.sign(a - b))
        ranks.append(rank)
        ratios.append(ratio)
        shape = next(f"{r['rows']} × {r['features']}" for r in records if r["data_set"] == name)
        difference = f"{np.mean(a - b):+.3f} ± {half_width(a - b):.3f}"
        rows.append([name, shape, f"{a.mean():.3f}", f"{b.mean():.3f}", difference])
        rows[-1] += [f"{rank:.2f}", f"{ratio:.2f}"]
    header = ["data set", "rows × features", contender, "scikit-learn", "difference", "rank"]
    low, high = bootstrap_interval(ranks)
    lines = [table([*header, "time ratio"], rows), ""]
    lines.append(
        f"Mean rank {np.mean(ranks):.2f} [{low:.2f}, {high:.2f}] against {3 - np.mean(ranks):.2f}"
        f"; better on {sum(r < 1.5 for r in ranks)} of {len(ranks)} data sets, worse on "
        f"{sum(r > 1.5 for r in ranks)}. Time ratio: median {np.median(ratios):.2f}, largest "
        f"{max(ratios):.2f}."
    )
    for who in (contender, "scikit-learn"):
        mine = [r for r in records if r["contender"] == who]
        failed, warned = (sum(r[field] for r in mine) for field in ("failed", "warned"))
        total = sum(r["seconds"] for r in mine)
        lines.append(
            f"{who}: {failed} failed and {warned} warned of no convergence, of {len(mine)} fits "
            f"({total:.0f} s)."
        )
    return "\n".join(lines)


def speed(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table of our time to the peers' scores: header and rows."""
    names = list(dict.fromkeys(r["data_set"] for r in records))
    header, rows = ["data set"], [[name] for name in [*names, "median"]]
    for peer in [p for p in PEERS if any(r["contender"] == p for r in records)]:
        header += [peer, "reached in splits", "time to it / its fit"]
        ratios = []
        for name, row in zip(names, rows, strict=False):
            to_it = column(records, peer, name, "skdl_seconds_to_its_score")
            ratios.append(np.median(to_it / column(records, peer, name, "seconds")))
            row.append(f"{column(records, peer, name, 'score').mean():.3f}")
            row += [f"{np.isfinite(to_it).sum()} of {len(to_it)}", _share(ratios[-1])]
        rows[-1] += ["", "", _share(np.median(ratios))]
    return header, rows


def _share(ratio: float) -> str:
    """Write a ratio; most splits may never get there."""
    return f"{ratio:.2f}" if np.isfinite(ratio) else "∞"


def main(arguments: list[str] | None = None) -> None:
    """Run the comparison, write the CSV, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two small data sets, two splits")
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--candidate", action="append", default=[], help="settings to try as well")
    parser.add_argument("--output", type=Path, default=RESULTS / "defaults.csv")
    options = parser.parse_args(arguments)
    records = []
    for task, (data_sets, _, _) in TASKS.items():
        names = list(data_sets)[:2] if options.quick else list(data_sets)
        n_splits = 2 if options.quick else options.splits
        records += compare(task, names, n_splits, options.candidate)
    write_csv(options.output, records)
    print(f"\n{machine(threads=1)}")
    for task in TASKS:
        of_task = [r for r in records if r["task"] == task]
        for contender in ["skdl", *options.candidate]:
            print(f"\n## {task}\n\n{report(of_task, contender)}")
        publish(options.output, SPEED[task], *speed(of_task))
    print(f"\nEvery fit is in {options.output}")


if __name__ == "__main__":
    main()
