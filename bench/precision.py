"""What float32 costs in accuracy and saves in time: the same fit in both precisions.

    python bench/precision.py [--quick] [--splits 5]

Data sets of ``_data_sets.py`` of up to 5000 rows, a quarter held out, inputs standardised by a
pipeline in float64 (and then, for float32, rounded by the network itself: ``dtype="float32"``).
scikit-learn's MLP, which trains in the precision of its X, gets a step that rounds.

The two fits of a pair start from the same seed. They do not stay close for long: rounding acts like
another order of the rows. How much such chance is worth says a third fit, in float64 from another
seed. The score is accuracy, or R² for regression; time is processor time, BLAS on one thread.

Then a case that hurts: times within one hour, in seconds since 1970, where neighbouring float32
numbers lie 128 s apart.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, machine, write_csv  # noqa: E402
from _data_sets import CLASSIFICATION, REGRESSION  # noqa: E402
from _tables import publish  # noqa: E402
from sklearn import neural_network  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer, StandardScaler  # noqa: E402

import skdl  # noqa: E402

DATA_SETS = {
    **{name: CLASSIFICATION[name] for name in ("wine", "breast cancer", "digits", "1000 rows")},
    **{name: CLASSIFICATION[name] for name in ("imbalanced", "10 classes")},
    **{name: REGRESSION[name] for name in ("diabetes", "Friedman 1", "swiss roll", "robot arm")},
    "prices around 1e5": REGRESSION["prices around 1e5"],
}


def timestamps():
    """Return times within an hour, in seconds since 1970, and a wave of 20 minutes."""
    rng = np.random.default_rng(12)
    seconds = 1_767_225_600 + rng.uniform(0, 3600, 2000)
    wave = np.sin(2 * np.pi * seconds / 1200) + rng.normal(scale=0.1, size=2000)
    return seconds[:, None], wave


def rounded(X):
    """Return X in float32, as a file of that type would hold it."""
    return np.asarray(X, np.float32)


def nothing():
    """Return a step that changes nothing."""
    return FunctionTransformer()


def ours(task: str, dtype: str, seed: int):
    """Return scaler and network."""
    cls = skdl.MLPClassifier if task == "classification" else skdl.MLPRegressor
    return make_pipeline(StandardScaler(), cls(dtype=dtype, random_state=seed))


def theirs(task: str, dtype: str, seed: int):
    """Return scaler, rounding and network."""
    kind = "Classifier" if task == "classification" else "Regressor"
    mlp = getattr(neural_network, f"MLP{kind}")(random_state=seed)
    to_dtype = FunctionTransformer(rounded) if dtype == "float32" else nothing()
    return make_pipeline(StandardScaler(), to_dtype, mlp)


def rounded_before(task: str, dtype: str, seed: int):
    """Return our pipeline for an X that is rounded before it is standardised."""
    first = FunctionTransformer(rounded) if dtype == "float32" else nothing()
    # The scaler would keep float32: what is lost is lost already, so let it work in float64.
    return make_pipeline(first, FunctionTransformer(np.float64), *ours(task, dtype, seed))


def not_standardised(task: str, dtype: str, seed: int):
    """Return our network without a scaler."""
    return make_pipeline(ours(task, dtype, seed)[-1])


CONTENDERS = {"skdl": ours, "scikit-learn": theirs}
HURT = {
    "timestamps, standardised": ours,
    "timestamps, rounded, then standardised": rounded_before,
    "timestamps, not standardised": not_standardised,
}


def score(model, split) -> tuple[float, float]:
    """Fit; return the held-out score and the seconds of the fit."""
    X_train, X_test, y_train, y_test = split
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        start = time.process_time()
        model.fit(X_train, y_train)
        seconds = time.process_time() - start
    return model.score(X_test, y_test), seconds


def pair(name: str, X, y, task: str, number: int, who: str, make) -> dict:
    """Fit one split in both precisions, and once more from another seed."""
    stratify = y if task == "classification" else None
    split = train_test_split(X, y, test_size=0.25, random_state=number, stratify=stratify)
    score_64, seconds_64 = score(make(task, "float64", number), split)
    score_32, seconds_32 = score(make(task, "float32", number), split)
    record = {"data_set": name, "rows": len(X), "split": number, "contender": who}
    record |= {"float64": score_64, "float32": score_32, "difference": score_32 - score_64}
    other = score(make(task, "float64", 1000 + number), split)[0] if who == "skdl" else ""
    record |= {"other_seed": other, "seconds_float64": seconds_64}
    return record | {"seconds_float32": seconds_32}


def summary(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table: header and rows."""
    rows = []
    for name, who in dict.fromkeys((r["data_set"], r["contender"]) for r in records):
        of = [r for r in records if (r["data_set"], r["contender"]) == (name, who)]
        difference = [r["difference"] for r in of]
        seeds = [r["other_seed"] - r["float64"] for r in of if who == "skdl"]
        ratio = np.median([r["seconds_float64"] / r["seconds_float32"] for r in of])
        scores = [number(np.mean([r[dtype] for r in of])) for dtype in ("float64", "float32")]
        rows.append([name, of[0]["rows"], who, *scores, number(np.mean(difference))])
        rows[-1] += [number(spread(difference)), number(spread(seeds)) if seeds else ""]
        rows[-1] += [f"{ratio:.2f}"]
    header = ["data set", "rows", "who", "float64", "float32", "difference", "size of it"]
    return [*header, "size between seeds", "time ratio"], rows


def number(value: float) -> str:
    """Return a score as text."""
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.0e}"


def spread(differences) -> float:
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(differences))))


def main(arguments: list[str] | None = None) -> None:
    """Run all pairs, write the CSV, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one small data set, two splits")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--output", type=Path, default=RESULTS / "precision.csv")
    options = parser.parse_args(arguments)
    names = ["wine"] if options.quick else list(DATA_SETS)
    n_splits = 2 if options.quick else options.splits
    print(machine(threads=1))
    records = []
    for name in names:
        X, y = DATA_SETS[name]()
        task = "classification" if name in CLASSIFICATION else "regression"
        for who, make in CONTENDERS.items():
            records += [pair(name, X, y, task, i, who, make) for i in range(n_splits)]
        print(f"  {name} done", flush=True)
    X, y = timestamps()
    for name, make in [] if options.quick else HURT.items():
        records += [pair(name, X, y, "regression", i, "skdl", make) for i in range(n_splits)]
    write_csv(options.output, records)
    publish(options.output, "summary", *summary(records))
    print(f"Every pair is in {options.output}")


if __name__ == "__main__":
    main()
