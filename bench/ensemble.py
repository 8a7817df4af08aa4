"""What an ensemble costs, and what it gives: ``n_networks=k`` against one network.

    python bench/ensemble.py [--quick]

Cost: digits, standardised, float32, Adam in batches of 32, 30 epochs, one hidden layer. In turn,
A B C C B A: *skdl*, one fit with ``n_networks=k``; *one by one*, k fits of ours; *scikit-learn*, k
fits of its own (``alpha`` is our ``l2`` times the batch size). BLAS has one thread, the clock is
processor time, ours is NumPy alone, ratios are taken within a round. The mean training losses of a
network must agree to 20 %, else the run ends with an error.

Folds: five networks that stop early, each of which holds out a fold of 1000 rows, or of 1001, so
that some folds are short by a row. Then their networks watch one row more, and all have as many
rows to learn from; *apart* is without that, in one stack for each size. Per epoch of a network, in
turn as above.

Gain: held-out errors of 20 default networks fitted to few rows, over random splits. That of an
ensemble of k is the mean over the 20 / k ensembles that they make, no network in two. Beside the
squared error: (v + (k - 1) c) / k, with v that of one network and c the mean product of two errors.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from contextlib import nullcontext  # noqa: E402
from functools import partial  # noqa: E402
from pathlib import Path  # noqa: E402
from unittest import mock  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, machine, quartiles, write_csv  # noqa: E402
from _tables import publish  # noqa: E402
from scipy.special import softmax  # noqa: E402
from sklearn import neural_network  # noqa: E402
from sklearn.datasets import load_digits, make_classification, make_friedman1  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.metrics import log_loss, mean_squared_error  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402
from sklearn.preprocessing import StandardScaler, scale  # noqa: E402

from skdl import MLPClassifier, MLPRegressor  # noqa: E402

CONTENDERS = ("skdl", "one by one", "scikit-learn")
FOLD_UNITS = ((32,), (100,), (64, 64))
UNITS, NETWORKS = (32, 100), (1, 2, 5, 10, 20)
SIZES = (1, 2, 5, 20)  # of the ensembles whose error is measured; each divides the last
L2, RATE, BATCH, EPOCHS = 1e-3, 1e-3, 32, 30


def estimators(who: str, units: int, k: int) -> list:
    """Return what makes k networks when it is fitted."""
    shared = {"hidden_layer_sizes": (units,), "batch_size": BATCH, "max_iter": EPOCHS}
    if who == "scikit-learn":
        shared |= {"alpha": L2 * BATCH, "learning_rate_init": RATE, "n_iter_no_change": EPOCHS + 1}
        return [neural_network.MLPClassifier(**shared, tol=0, random_state=i) for i in range(k)]
    shared |= {"l2": L2, "learning_rate": RATE, "n_iter_no_change": None}
    if who == "skdl":
        return [MLPClassifier(**shared, n_networks=k, random_state=0)]
    return [MLPClassifier(**shared, random_state=i) for i in range(k)]


def fitted(who: str, units: int, k: int, X, y) -> dict[str, float]:
    """Fit k networks; return the seconds, and the mean training loss of a network."""
    todo = estimators(who, units, k)
    start = time.process_time()
    for estimator in todo:
        estimator.fit(X, y)
    seconds = time.process_time() - start
    networks = [network for e in todo for network in getattr(e, "networks_", [e])]
    losses = [log_loss(y, network.predict_proba(X)) for network in networks]
    return {"seconds": seconds, "training loss": float(np.mean(losses))}


def cost(units: int, networks: tuple[int, ...], rounds: int) -> list[dict]:
    """Fit ensembles of each size, everyone in turn, small ones more often; return the records."""
    X, y = load_digits(return_X_y=True)
    X = scale(X).astype(np.float32)
    return [
        {
            "workload": f"digits, {units} units",
            "networks": k,
            "run": i,
            "who": who,
            "quantity": quantity,
            "value": value,
        }
        for k in networks
        for i in range(max(rounds, 2 * rounds // k))
        for who in CONTENDERS[:: -1 if i % 2 else 1]
        for quantity, value in fitted(who, units, k, X, y).items()
    ]


def folds(units: tuple[int, ...], rounds: int) -> list[dict]:
    """Fit ensembles whose networks learn from as many rows, or not; return seconds per epoch."""

    def of_two_sizes(number, fold, y, rng):
        return np.flatnonzero(number != fold), np.flatnonzero(number == fold), None

    apart = mock.patch("skdl.estimators.fitting.folds._of_one_size", of_two_sizes)
    ways = [("1000 rows", 1000, nullcontext()), ("one row more", 1001, nullcontext())]
    ways.append(("apart", 1001, apart))
    X, y = make_classification(1001, 20, random_state=0)
    shared = {"n_networks": 5, "early_stopping": True, "max_iter": EPOCHS}
    records = []
    for i in range(rounds):
        for who, n, way in ways[:: -1 if i % 2 else 1]:
            mlp = MLPClassifier(units, **shared, n_iter_no_change=EPOCHS, random_state=i)
            start = time.process_time()
            with way:
                mlp.fit(X[:n], y[:n])
            seconds = time.process_time() - start
            seconds /= sum(network.n_iter_ for network in mlp.networks_)
            key = {"workload": f"hidden {units}", "networks": 5, "run": i}
            records.append({**key, "who": who, "quantity": "s per epoch", "value": seconds})
    return records


def fold_times(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table of unequal folds: header and rows."""
    rows = []
    for name in dict.fromkeys(r["workload"] for r in records):
        of = {
            who: values(records, workload=name, who=who)
            for who in ("1000 rows", "one row more", "apart")
        }
        rows.append([name, f"{1000 * np.median(of['one row more']):.2f}"])
        rows[-1] += [middle(of[who] / of["one row more"]) for who in ("apart", "1000 rows")]
    header = ["network", "1001 rows, ms per epoch", "apart / side by side"]
    return [*header, "1000 rows / 1001 rows"], rows


def measured(loss, y, raw) -> dict:
    """Return the mean loss of the ensembles of each size that these networks make."""
    groups = {k: raw.reshape(-1, k, *raw.shape[1:]).mean(axis=1) for k in SIZES}
    return {k: float(np.mean([loss(y, r) for r in group])) for k, group in groups.items()}


def formula(y, raw) -> dict:
    """Return (v + (k - 1) c) / k for each size k, and c for an ensemble without end."""
    errors, most = raw - y, len(raw)
    products = errors @ errors.T / len(y)
    v = np.trace(products) / most
    c = (products.sum() - np.trace(products)) / (most * (most - 1))
    return {k: (v + (k - 1) * c) / k for k in SIZES} | {"∞": c}


DATA_SETS = {  # X and y, the network, training rows, and what is read off its raw outputs
    "digits": (
        *load_digits(return_X_y=True),
        MLPClassifier(),
        300,
        {
            "log loss": partial(measured, lambda y, raw: log_loss(y, softmax(raw, axis=1))),
            "error rate": partial(measured, lambda y, raw: np.mean(raw.argmax(axis=1) != y)),
        },
    ),
    "Friedman 1": (
        *make_friedman1(2200, noise=1.0, random_state=0),
        MLPRegressor(),
        200,
        {
            "mean squared error": partial(measured, mean_squared_error),
            "(v + (k − 1) c) / k": formula,
        },
    ),
}


def gain(name: str, splits: int) -> list[dict]:
    """Fit as many networks as the largest ensemble has to each split; return the errors."""
    X, y, mlp, n_train, quantities = DATA_SETS[name]
    records = []
    for i in range(splits):
        rows = train_test_split(X, y, train_size=n_train, random_state=i)
        X_train, X_test, y_train, y_test = rows
        scaler = StandardScaler().fit(X_train)
        mlp.set_params(n_networks=SIZES[-1], random_state=i).fit(scaler.transform(X_train), y_train)
        raw_outputs = [getattr(n, "decision_function", n.predict) for n in mlp.networks_]
        raw = np.stack([raw_output(scaler.transform(X_test)) for raw_output in raw_outputs])
        records += [
            {
                "workload": f"{name}, {n_train} rows",
                "networks": k,
                "run": i,
                "who": "skdl",
                "quantity": quantity,
                "value": value,
            }
            for quantity, errors in quantities.items()
            for k, value in errors(y_test, raw).items()
        ]
    return records


def values(records: list[dict], **key) -> np.ndarray:
    """Return the values of the records with these entries, one for each run."""
    return np.array([r["value"] for r in records if key.items() <= r.items()])


def middle(ratios) -> str:
    """Return median and quartiles as text."""
    return "{1:.2f} ({0:.2f}–{2:.2f})".format(*quartiles(ratios))


def costs(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table of times: header and rows."""
    rows = []
    for name, k in dict.fromkeys((r["workload"], r["networks"]) for r in records):
        key = {"workload": name, "networks": k, "quantity": "seconds"}
        mine, alone, other = (values(records, who=who, **key) for who in CONTENDERS)
        rows.append([name, k, f"{np.median(mine):.2f}", f"{np.median(k * mine / alone):.1f}"])
        rows[-1] += [middle(alone / mine), middle(other / mine)]
    header = ["workload", "networks", "skdl, s", "in units of one network"]
    return [*header, "one by one / skdl", "scikit-learn / skdl"], rows


def errors(records: list[dict]) -> tuple[list[str], list[list]]:
    """Return the table of held-out errors: header and rows."""
    rows = []
    for name, quantity in dict.fromkeys((r["workload"], r["quantity"]) for r in records):
        key = {"workload": name, "quantity": quantity}
        of = {k: values(records, networks=k, **key) for k in (*SIZES, "∞")}
        means = [f"{v.mean():.4f}" if len(v) else "" for v in of.values()]
        rows.append([name, quantity, *means, middle(of[SIZES[-1]] / of[1])])
    header = ["workload", "error", "one network", *(f"{k} networks" for k in SIZES[1:])]
    return [*header, "∞", f"{SIZES[-1]} networks / one"], rows


def check(records: list[dict]) -> None:
    """End with an error if somebody's networks have learned something else."""
    for name in dict.fromkeys(r["workload"] for r in records):
        key = {"workload": name, "quantity": "training loss"}
        losses = {who: float(values(records, who=who, **key).mean()) for who in CONTENDERS}
        if not max(losses.values()) <= 1.2 * min(losses.values()):
            sys.exit(f"{name}: the training losses do not agree: {losses}")


def main(arguments: list[str] | None = None) -> None:
    """Measure cost and gain, write the CSV, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one network and two, one split")
    parser.add_argument("--output", type=Path, default=RESULTS / "ensemble.csv")
    options = parser.parse_args(arguments)
    networks, rounds, splits = (NETWORKS[:2], 1, 1) if options.quick else (NETWORKS, 3, 10)
    print(machine(threads=1))
    with warnings.catch_warnings(), mock.patch("skdl.core.fast.compiled_loops", lambda: None):
        warnings.simplefilter("ignore", ConvergenceWarning)
        cost(4, (1, 2), 1), folds((4,), 1)  # imports, and whatever else is done but once
        times = [r for units in UNITS for r in cost(units, networks, rounds)]
        unequal = [r for units in FOLD_UNITS for r in folds(units, 3 * rounds)]
        gains = [r for name in DATA_SETS for r in gain(name, splits)]
    write_csv(options.output, times + unequal + gains)
    publish(options.output, "cost", *costs(times))
    publish(options.output, "folds", *fold_times(unequal))
    publish(options.output, "error", *errors(gains))
    print(f"Wrote {options.output}")
    check(times)


if __name__ == "__main__":
    main()
