"""Calls of the package with drawn arguments, and what came of each.

A call is one of:

answer
    It returned, and what it predicts is finite, or a warning says why not.
warning
    The same, and it warned.
error
    It raised an error of ours, or of scikit-learn's validation, that names what is wrong.
foreign
    It raised, or warned of, anything else: a broadcast that failed, a ``KeyError``, a
    ``RuntimeWarning`` from inside NumPy.
changed
    It changed the data that it was given.
not finite
    It predicts NaN or infinity, and nothing said so.
"""

from __future__ import annotations

import os
import pickle
import re
import traceback
import warnings
from dataclasses import dataclass

import fuzz_data as data
import numpy as np
import pandas as pd
from fuzz_displays import display
from fuzz_drawn import WRONG, WRONG_DATA, Drawn, answers, model_of, pick
from fuzz_functions import function, inspection, sweep, table
from fuzz_parameters import estimator, value_of

from skdl import MLPClassifier, bias_variance_decomposition, diagnose
from skdl.inspection import find_learning_rate, loss_landscape
from skdl.search import CoordinateSearchCV, GridSearchCV, RandomizedSearchCV

OUTCOMES = ("answer", "warning", "error", "foreign", "changed", "not finite")

# Errors of ours begin with the class or the function that was called.
OURS = re.compile(r"^[A-Za-z_.]+(: | requires| needs| is not| expected)")
# How Python, NumPy and SciPy begin when they stumble over something.
STUMBLES = re.compile(
    r"could not convert|setting an array element|float\(\) argument|int\(\) argument|operands"
    r"|ufunc|unsupported operand|object of type|object is not|invalid literal|too large to convert"
    r"|not supported between|truth value|inhomogeneous|cannot reshape|index|unhashable|not iterable"
)


@dataclass
class Outcome:
    """What came of one call."""

    kind: str
    outcome: str
    text: str = ""

    @property
    def is_fault(self):
        return self.outcome in ("foreign", "changed", "not finite")


def is_ours(error):
    """Say whether an error is an answer: raised by a check, with a message that names it."""
    files = [f.filename.replace(os.sep, "/") for f in traceback.extract_tb(error.__traceback__)]
    file, text = files[-1], str(error).strip()
    if not any("/skdl/" in name for name in files) and any("/sklearn/" in f for f in files):
        return True  # a step of a pipeline, before anything of ours
    if not isinstance(error, (ValueError, TypeError, AttributeError)):
        return False
    ours = max((i for i, name in enumerate(files) if "/skdl/" in name), default=len(files))
    if any("/sklearn/pipeline" in name for name in files[ours:]):
        return True  # a step of a pipeline that is fitted by ours
    if any("/sklearn/metrics/" in name for name in files):
        return True  # a scorer that does not suit, which scikit-learn may say in NumPy's words
    if "/skdl/" in file:
        return bool(OURS.match(text))
    return "/sklearn/" in file and not STUMBLES.match(text)


def kept(part):
    """Return what shows whether data was changed."""
    if isinstance(part, (list, tuple)):
        return [kept(item) for item in part]
    if isinstance(part, dict):
        return [(name, kept(item)) for name, item in part.items()]
    if isinstance(part, (pd.DataFrame, pd.Series)):
        return repr(part.axes), [
            kept(part.iloc[:, j]) for j in range(part.shape[1])
        ] if part.ndim == 2 else kept(part.to_numpy(dtype=object))
    if isinstance(part, np.ma.MaskedArray):
        return kept(part.data), kept(np.ma.getmaskarray(part))
    if isinstance(part, np.ndarray) and part.dtype != object:
        return part.dtype.str, part.shape, part.tobytes()
    if isinstance(part, np.ndarray):
        return part.shape, repr(part.tolist())
    return repr(part) if callable(part) or part is None else pickle.dumps(part)


def is_finite(values):
    """Say whether predictions hold numbers, all finite, or labels."""
    values = np.asarray(values)
    return values.dtype.kind not in "fc" or bool(np.isfinite(values).all())


# --------------------------------------------------------------------------------------
# Calls: each draws what it needs, and returns the data, and the function that does it.


def _fit(d, random):
    mlp = estimator(random, d.cls)
    new = d.more(3)[0] if random.random() < 0.3 else d.X
    return [*d.given, new], lambda: answers(mlp.fit(d.X, d.y, d.weight), new)


def _validation(d, random):
    mlp = estimator(random, d.cls, early_stopping=random.choice((True, True, "rises", False)))
    X_val, y_val = d.more(d.other_size())
    weight = data.weights(random, d.n) if random.random() < 0.2 else None
    given = {"X_val": X_val, "y_val": y_val, "sample_weight_val": weight}
    if random.random() < 0.1:
        given[random.choice(list(given))] = None
    return [*d.given, given], lambda: answers(mlp.fit(d.X, d.y, d.weight, **given), d.X)


def _partial_fit(d, random):
    mlp = estimator(random, d.cls)
    X, y = d.more(d.other_size())
    announced = [{}, {}]
    if d.cls is MLPClassifier:
        lists = ([0, 1, 2, 3, 4], [0, 1], [1, 0, 1], None, ["class 0", "class 1"], np.arange(5.0))
        lists += ("text", 5, [], {}, [0, "a"], [[0, 1]], [None], [np.nan, 1.0], [0, 1, 2, 3, 4])
        announced = [{"classes": random.choice(lists)} for _ in range(2)]

    def call():
        mlp.partial_fit(d.X, d.y, **announced[0])
        return answers(mlp.partial_fit(X, y, **announced[1]), X)

    return [*d.given, X, y, announced], call


def _warm(d, random):
    mlp = estimator(random, d.cls, warm_start=True)
    X, y = d.more(d.other_size())
    name = random.choice(("l2", "optimizer", "dtype", "loss", "batch_size", "early_stopping"))
    value = value_of(random, d.cls, name)

    def call():
        mlp.fit(d.X, d.y)
        return answers(mlp.set_params(**{name: value}).fit(X, y), X)

    return [*d.given, X, y], call


def _diagnose(d, random):
    model = model_of(d, random)
    options = {
        "cv": pick(random, (2, 2, 3), (*WRONG, "loo", 999)),
        "n_repeats": pick(random, (1, 1, None), WRONG),
        "train_sizes": pick(random, ((), (), (0.9,), [0.95]), WRONG),
        "baselines": pick(random, (False, False, ["constant"], ["linear"]), WRONG),
        "bayes_error": pick(random, (0.0, 0.1, "estimate"), WRONG),
        "tolerance": pick(random, (None, 0.05), WRONG),
        "scoring": pick(random, (None, None, "accuracy", "r2", "neg_log_loss"), WRONG_DATA),
        "confidence": pick(random, (0.95, 0.5), WRONG),
        "groups": pick(random, (None, None, [i // 2 for i in range(d.n)]), WRONG),
        "params": pick(random, (None, None, {"sample_weight": d.weight}), WRONG),
        "n_jobs": pick(random, (None, 1), (0, "a", 2.5, [])),
        "random_state": pick(random, (0, None, np.random.default_rng(0)), (-1, "a", 2.5, [])),
        "verbose": pick(random, (0, False), ("a", -1, [], None)),
    }
    if isinstance(options["cv"], str) and options["cv"] == "loo":
        from sklearn.model_selection import LeaveOneOut

        options |= {"cv": LeaveOneOut(), "n_repeats": None}

    def call():
        found = diagnose(model, d.X, d.y, **options)
        str(found)
        return [found.training_error.value, found.validation_error.value, found.bias.high]

    return [*d.given, options["groups"]], call


def _decomposition(d, random):
    model = model_of(d, random)
    options = {
        "n_datasets": pick(random, (2, 3), (-1, 0, 1, 2.5, "a", [], None, True)),
        "loss": pick(random, ("auto", "auto", "squared_error", "zero_one", "log_loss"), WRONG),
        "sampler": pick(random, ("bootstrap", "subsample"), WRONG),
        "train_size": pick(random, (None, None, 0.5, 10), WRONG),
        "test_size": pick(random, (None, None, 0.3), WRONG),
        "noise": pick(random, (None, None, 0.1, "nearest_neighbors"), WRONG),
        "y_mean": pick(random, (None, None, np.zeros(d.n)), WRONG),
        "unbiased": pick(random, (None, None, True, False), WRONG),
        "random_state": pick(random, (0, None), (-1, "a", 2.5, [])),
        "n_jobs": pick(random, (None, 1), (0, "a", 2.5, [])),
    }
    if random.random() < 0.2:
        options["X_test"], options["y_test"] = d.more(random.choice((1, 5)))
        options["test_size"] = None

    def call():
        found = bias_variance_decomposition(model, d.X, d.y, **options)
        str(found)
        return [found.error, found.noise, found.bias, found.variance]

    return [*d.given, options.get("X_test"), options.get("y_test")], call


def _search(d, random):
    model = model_of(d, random, max_iter=1)
    prefix = "mlp" + d.cls.__name__[3:].lower() + "__" if hasattr(model, "steps") else ""
    grid = {
        prefix + name: [value_of(random, d.cls, name) for _ in range(2)]
        for name in random.sample(("l2", "dropout", "learning_rate", "batch_size", "activation"), 2)
    }
    if random.random() < 0.03:
        grid = random.choice(({}, 5, {"nix": [1]}, {prefix + "l2": 5}, {prefix + "l2": []}, "a"))
    cls = random.choice((GridSearchCV, RandomizedSearchCV, CoordinateSearchCV))
    options = {
        "cv": pick(random, (2, 2, 3), (-1, 0, 2.5, "a", [], 999)),
        "scoring": pick(random, (None, None, "accuracy", "r2"), WRONG_DATA),
        "error_score": pick(random, ("raise", "raise", np.nan), ("a", [], {})),
        "refit": pick(random, (True, False), ("a", 5, [])),
    }
    options |= {"n_iter": 2, "random_state": 0} if cls is RandomizedSearchCV else {}
    given = {}
    if random.random() < 0.3:
        given["X_val"], given["y_val"] = d.more(random.choice((4, 9)))

    def call():
        search = cls(model, grid, **options).fit(d.X, d.y, **given)
        return [search.predict(d.X)] if options["refit"] is True else []

    return [*d.given, given], call


def _other(d, random):
    model = model_of(d, random)
    seed = pick(random, (0, None), (-1, "a", 2.5, []))
    if random.random() < 0.5:
        options = {
            "start": pick(random, (1e-4,), WRONG),
            "stop": pick(random, (1.0,), WRONG),
            "n_steps": pick(random, (10, 12), WRONG),
            "smoothing": pick(random, (0.9, 0.0), WRONG),
        }

        def call():
            found = find_learning_rate(model, d.X, d.y, random_state=seed, **options)
            return [found.suggestion, found.losses]

        return d.given, call
    resolution, extent = pick(random, (3,), WRONG), pick(random, (None, 0.5), WRONG)

    def call():
        if hasattr(model, "fit"):
            model.fit(d.X, d.y)
        loss_landscape(model, d.X, d.y, resolution=resolution, extent=extent, random_state=seed)
        return []

    return d.given, call


# --------------------------------------------------------------------------------------

CALLS = {
    "fit": _fit,
    "validation": _validation,
    "partial_fit": _partial_fit,
    "warm": _warm,
    "diagnose": _diagnose,
    "decomposition": _decomposition,
    "sweep": sweep,
    "search": _search,
    "other": _other,
    "inspection": inspection,
    "function": function,
    "display": display,
    "table": table,
}
KINDS = tuple(CALLS)


def draw(kind, random):
    """Return the data of a call, and the function that makes it."""
    if kind in ("fit", "validation", "partial_fit", "warm"):
        return CALLS[kind](Drawn(random), random)
    rows = random.choice((3, 20, 24, 24, 30))
    return CALLS[kind](Drawn(random, rows, plain=random.random() < 0.5), random)


def place(error):
    """Name where an error was raised, and the last line of ours on the way."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "/skdl/" in f.filename.replace(os.sep, "/")]
    last = [f"{os.path.basename(f.filename)}:{f.lineno}" for f in (*ours[-1:], frames[-1])]
    return " < ".join(reversed(last))


class Noted:
    """Every warning of a call, and for one from inside NumPy the line that made it."""

    def __init__(self):
        self.n, self.stumbled = 0, ""

    def __call__(self, message, category, filename, lineno, file=None, line=None):
        self.n += 1
        if not issubclass(category, RuntimeWarning):
            return
        frames = [(f.filename.replace(os.sep, "/"), f) for f in traceback.extract_stack()]
        told = [(file, f) for file, f in frames if "/skdl/" in file or "/sklearn/" in file]
        file, frame = told[-1] if told else ("", None)
        # Overflows of scikit-learn's own are not ours, nor what is passed on from a fit or scorer.
        if "/skdl/" in file and "warn" not in frame.line:
            where = f"{os.path.basename(file)}:{frame.lineno}"
            self.stumbled = self.stumbled or f"{category.__name__}: {message} [{where}]"


def run(kind, random):
    """Make one call, and say what came of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given, call = draw(kind, random)
        before = kept(given)
    noted = Noted()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = noted
        try:
            predicted = call()
        except Exception as error:
            outcome = "error" if is_ours(error) else "foreign"
            text = f"{type(error).__name__}: {str(error).strip()[:200]} [{place(error)}]"
            found = Outcome(kind, outcome, text)
        else:
            found = Outcome(kind, "warning" if noted.n else "answer")
            if not noted.n and not all(map(is_finite, predicted)):
                found = Outcome(kind, "not finite", f"{predicted}"[:200])
    if noted.stumbled and not found.is_fault:
        found = Outcome(kind, "foreign", noted.stumbled)
    if kept(given) != before:
        found = Outcome(kind, "changed", "the data is not what it was")
    return found
