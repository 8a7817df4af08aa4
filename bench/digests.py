"""Digests of many small fits: has a change of the code changed what is learned?

    python bench/digests.py --write before.json      # with the code as it was
    python bench/digests.py --compare before.json    # with the code as it is: says what differs

Every member of every family of components, every other parameter at a few values, and the ways to
fit (warm starts, epochs one by one, ensembles, searches, sparse rows, several targets) are fitted
once, with a fixed seed and one BLAS thread. A digest holds a hash of the weights, a hash of the
predictions and the loss. Bits depend on the processor and on the versions of NumPy and BLAS, so the
table is compared on one machine and is not kept here; where bits differ, the relative difference
of the losses is shown. NumPy alone computes, unless ``--numba``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import warnings
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

FAMILIES = {
    "activation": "Activation",
    "init": "Initializer",
    "optimizer": "Optimizer",
    "schedule": "Schedule",
    "momentum_schedule": "MomentumSchedule",
    "clip": "Clipping",
    "dropout_inference": "DropoutInference",
}
FULL_BATCH = ("delta_bar_delta", "rprop", "lbfgs", "bfgs", "cg", "newton_cg", "newton")
VALUES = {
    "hidden_layer_sizes": [(), (7,), (6, 5, 4), 5],
    "fit_intercept": [False],
    "batch_norm": [True],
    "init_scale": [0.5],
    "bias_init": [0.1],
    "label_smoothing": [0.1],
    "scale_target": [False],
    "learning_rate": [0.02],
    "momentum": [0.5],
    "nesterov": [False],
    "batch_size": [7, "full"],
    "shuffle": [False, "once", "replacement"],
    "l1": [0.01],
    "l2": [0.0, 0.1],
    "weight_decay": [0.05],
    "max_norm": [0.5],
    "activity_l1": [0.01],
    "penalize_bias": [True],
    "dropout": [0.3],
    "input_dropout": [0.2],
    "input_noise": [0.1],
    "hidden_noise": [0.1],
    "weight_noise": [0.05],
    "n_networks": [3],
    "class_weight": ["balanced"],
    "dtype": ["float32"],
    "early_stopping": [True, "rises"],
    "restore_best": [False],
    "n_iter_no_change": [2, None],
}


def rows(classifier: bool, n: int = 90):
    """Return a small data set."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 6))
    y = X[:, 0] - np.abs(X[:, 1]) + 0.3 * rng.normal(size=n)
    return X, (np.digitize(y, [-0.8, 0.2]) if classifier else y)


def digest(estimator, X) -> dict[str, str | float]:
    """Return the hashes of weights and predictions, and the loss."""

    def hashed(array):
        return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]

    weights = np.concatenate([np.ravel(a) for a in (*estimator.coefs_, *estimator.intercepts_)])
    answer = "decision_function" if hasattr(estimator, "decision_function") else "predict"
    return {
        "weights": hashed(weights),
        "prediction": hashed(getattr(estimator, answer)(X)),
        "loss": float(estimator.loss_),
        "penalty": float(estimator.penalty_),
        "n_iter": int(estimator.n_iter_),
    }


def cases():
    """Yield a name and an estimator, not fitted, for every setting."""
    import skdl.core.component
    from skdl import MLPClassifier, MLPRegressor

    families = skdl.core.component.families()
    for cls, losses in ((MLPClassifier, "ClassifierLoss"), (MLPRegressor, "RegressorLoss")):
        known = cls().get_params()

        def make(cls=cls, **changes):
            return cls(**{"hidden_layer_sizes": (8,), "random_state": 0, "max_iter": 6, **changes})

        yield f"{cls.__name__} default", make()
        for parameter, family in {**FAMILIES, "loss": losses}.items():
            for name in families[family].registry:
                changes = {parameter: name}
                if parameter == "dropout_inference":
                    changes["dropout"] = 0.3
                if parameter == "momentum_schedule":
                    changes["optimizer"] = "sgd"
                if name in ("poisson", "gamma"):
                    changes["max_iter"] = 4
                yield f"{cls.__name__} {parameter}={name}", make(**changes)
                if parameter == "optimizer":
                    for more in ({"l1": 0.01}, {"batch_norm": True}, {"dtype": "float32"}):
                        if "l1" in more and name in ("bfgs", "cg", "newton_cg", "newton"):
                            continue
                        yield f"{cls.__name__} {parameter}={name} {more}", make(**changes, **more)
                if parameter == "activation":
                    more = {"hidden_layer_sizes": (6, 5), "optimizer": "sgd", "dropout": 0.2}
                    yield f"{cls.__name__} {parameter}={name} {more}", make(**changes, **more)
        for parameter, values in VALUES.items():
            for value in values if parameter in known else []:
                more = {"early_stopping": True} if parameter == "restore_best" else {}
                if parameter in ("momentum", "nesterov"):
                    more = {"optimizer": "sgd"}
                yield f"{cls.__name__} {parameter}={value}", make(**more, **{parameter: value})


def ways():
    """Yield a name, a fitted estimator and its inputs, for every way to fit."""
    from skdl import MLPClassifier, MLPRegressor
    from skdl.search import GridSearchCV

    for cls in (MLPClassifier, MLPRegressor):
        name = cls.__name__
        X, y = rows(cls is MLPClassifier)

        def make(cls=cls, **changes):
            return cls(**{"hidden_layer_sizes": (8,), "random_state": 0, "max_iter": 6, **changes})

        again = make(warm_start=True, early_stopping=True).fit(X, y)
        yield f"{name} warm", again.fit(X, y), X
        parts = make()
        for start in (0, 30, 60):
            if cls is MLPClassifier:
                parts.partial_fit(X[start : start + 30], y[start : start + 30], classes=[0, 1, 2])
            else:
                parts.partial_fit(X[start : start + 30], y[start : start + 30])
        yield f"{name} partial_fit", parts, X
        yield f"{name} sparse", make().fit(csr_array(X), y), X
        yield f"{name} weight", make().fit(X, y, sample_weight=np.arange(len(y)) + 1.0), X
        yield f"{name} own validation", make(early_stopping=True).fit(X, y, X_val=X, y_val=y), X
        both = np.stack([y > 0, y > 1], axis=1).astype(int) if cls is MLPClassifier else None
        both = np.stack([y, y**2], axis=1) if both is None else both
        yield f"{name} several outputs", make().fit(X, both), X
        grid = {"l2": [0.0, 0.1], "learning_rate": [0.01, 0.03], "dropout": [0.0, 0.2]}
        search = GridSearchCV(make(), grid, cv=3).fit(X, y)
        yield f"{name} search", search.best_estimator_, X
        nll = {"loss": "gaussian_nll"} if cls is MLPRegressor else {"loss": "focal"}
        yield f"{name} ensemble", make(n_networks=3, early_stopping=True, **nll).fit(X, y), X


def all_digests() -> dict[str, dict]:
    """Fit everything; return the digests by name."""
    table = {}
    with threadpool_limits(1), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for name, estimator in cases():
            X, y = rows("Classifier" in name)
            y = np.abs(y) + 0.1 if getattr(estimator, "loss", "") in ("poisson", "gamma") else y
            table[name] = digest(estimator.fit(X, y), X)
        for name, estimator, X in ways():
            table[name] = digest(estimator, X)
    return table


def compare(before: dict, after: dict) -> int:
    """Print what differs; return how many fits do."""
    different = {n: (before[n], after[n]) for n in before if n in after and before[n] != after[n]}
    for name, (old, new) in different.items():
        relative = abs(new["loss"] - old["loss"]) / max(abs(old["loss"]), 1e-300)
        print(f"{name}: losses differ by {relative:.1e}, epochs {old['n_iter']} {new['n_iter']}")
    gone = sorted(set(before) ^ set(after))
    print(f"{len(before)} fits before, {len(after)} after; {len(different)} differ")
    if gone:
        print("only in one of them:", gone)
    return len(different) + len(gone)


def main() -> None:
    """Write or compare the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--write", type=Path)
    parser.add_argument("--compare", type=Path)
    parser.add_argument("--numba", action="store_true", help="with what Numba compiles")
    options = parser.parse_args()
    if not options.numba:
        sys.modules["numba"] = None  # an import of it fails
    table = all_digests()
    if options.write:
        options.write.write_text(json.dumps(table, indent=1))
        print(f"{len(table)} fits written to {options.write}")
    if options.compare:
        sys.exit(bool(compare(json.loads(options.compare.read_text()), table)))


if __name__ == "__main__":
    main()
