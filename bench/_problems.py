"""Problems whose noise, bias and variance are known, for ``verdict.py``.

A *law* draws rows and knows what is best for each of them: the mean of the target, or the
probability of each class. A *problem* is a law, a number of rows and a model. What is true of it
is measured with the law in hand: the model is fitted to many independent samples, each as large as
the training part of a fold, and asked about thousands of fresh rows, where noise needs no sample.

The unit is that of the diagnosis: the error rate, or a share of the target's variance. *Bias* is
the excess error of the main prediction (the mean, or the vote of all fits), *variance* the excess
error of a single fit over that (Domingos, 2000, with the noise as known).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.special import expit, softmax
from sklearn.base import clone, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdl import MLPClassifier, MLPRegressor

Array = np.ndarray
FRESH_ROWS = 4000
SHARE = 0.8  # of the rows are a fold's training rows


@dataclass(frozen=True)
class Law:
    """Where rows come from.

    Parameters
    ----------
    inputs : callable
        ``inputs(n, rng)`` draws X.
    best : callable
        The mean of the target for each row, of shape (n,), or the probabilities of the classes, of
        shape (n, classes).
    noise : callable, default=None
        ``noise(X, rng)`` draws what is added to the mean; None for classes.
    """

    inputs: Callable[[int, np.random.Generator], Array]
    best: Callable[[Array], Array]
    noise: Callable[[Array, np.random.Generator], Array] | None = None

    def draw(self, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Draw n rows with their targets; every class has ten rows at least."""
        X = self.inputs(n, rng)
        best = self.best(X)
        if self.noise is not None:
            return X, best + self.noise(X, rng)
        while True:
            y = (rng.random((n, 1)) > np.cumsum(best, axis=1)[:, :-1]).sum(axis=1)
            if np.bincount(y, minlength=best.shape[1]).min() >= 10:
                return X, y


@dataclass(frozen=True)
class Truth:
    """Noise, bias and variance in units of the error."""

    noise: float
    bias: float
    variance: float


@dataclass(frozen=True)
class Problem:
    """A law, a number of rows, and a model with what it is called in the table."""

    name: str
    law: Law
    n_rows: int
    kind: str
    model: Any
    n_fits: int = 41

    def rows(self, seed: int) -> tuple[Array, Array]:
        """Draw the rows to be diagnosed."""
        return self.law.draw(self.n_rows, np.random.default_rng([seed, self.n_rows]))

    @property
    def estimator(self) -> Any:
        """The unfitted model; its random state is fixed, in the truth and in the diagnosis."""
        states = [p for p in self.model.get_params() if p.split("__")[-1] == "random_state"]
        return clone(self.model).set_params(**dict.fromkeys(states, 0))

    @property
    def task(self) -> str:
        """The kind of the target."""
        return "classification" if is_classifier(self.model) else "regression"


@cache
def truth_of(problem: Problem) -> Truth:
    """Measure noise, bias and variance with the law in hand."""
    rng = np.random.default_rng(123_456_789)
    X = problem.law.draw(FRESH_ROWS, rng)[0]
    best = problem.law.best(X)
    size = round(SHARE * problem.n_rows)
    predicted = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of networks that were stopped early on purpose
        for _ in range(problem.n_fits):
            rows = problem.law.draw(size, rng)
            predicted.append(problem.estimator.fit(*rows).predict(X))
    if problem.law.noise is None:
        return zero_one_truth(np.array(predicted), best)
    many = problem.law.noise(np.repeat(X, 25, axis=0), rng)
    return squared_truth(np.array(predicted), best, noise=float(np.mean(np.square(many))))


def squared_truth(predicted: Array, best: Array, noise: float) -> Truth:
    """Split the squared error, as a share of the target's variance.

    Parameters
    ----------
    predicted : array of shape (n_fits, n)
    best : array of shape (n,)
        The mean of the target.
    noise : float
        Its variance around the mean.
    """
    variance = predicted.var(axis=0, ddof=1).mean()
    bias = np.mean(np.square(predicted.mean(axis=0) - best)) - variance / len(predicted)
    total = best.var() + noise
    return Truth(*(float(part / total) for part in (noise, bias, variance)))


def zero_one_truth(predicted: Array, best: Array) -> Truth:
    """Split the error rate.

    Parameters
    ----------
    predicted : array of int of shape (n_fits, n)
        Class numbers.
    best : array of shape (n, classes)
        The probabilities of the classes.
    """
    rows = np.arange(len(best))
    votes = np.stack([(predicted == c).sum(axis=0) for c in range(best.shape[1])], axis=1)
    right = best.max(axis=1)
    main = best[rows, votes.argmax(axis=1)]
    single = best[rows, predicted].mean(axis=0)
    return Truth(
        float(1 - right.mean()), float((right - main).mean()), float((main - single).mean())
    )


# --- laws -----------------------------------------------------------------------------------------


def _normal(p: int) -> Callable:
    return lambda n, rng: rng.normal(size=(n, p))


def _uniform(p: int, low: float = -1.0, high: float = 1.0) -> Callable:
    return lambda n, rng: rng.uniform(low, high, size=(n, p))


def _bits(p: int) -> Callable:
    return lambda n, rng: rng.integers(2, size=(n, p)).astype(float)


def _repeated(p: int, distinct: int) -> Callable:
    pool = np.random.default_rng(17).normal(size=(distinct, p))
    return lambda n, rng: pool[rng.integers(distinct, size=n)]


def _weights(p: int, seed: int = 5) -> Array:
    w = np.random.default_rng(seed).normal(size=p)
    return w / np.linalg.norm(w)


def numbers(inputs: Callable, mean: Callable, noise: float, scale: Callable | None = None) -> Law:
    """A regression with Gaussian noise of a standard deviation, times `scale(X)` if given."""

    def drawn(X: Array, rng: np.random.Generator) -> Array:
        return noise * rng.normal(size=len(X)) * (1.0 if scale is None else scale(X))

    return Law(inputs, mean, drawn)


def two_classes(inputs: Callable, log_odds: Callable) -> Law:
    """Two classes whose log-odds are a function of the inputs."""

    def best(X: Array) -> Array:
        p = expit(log_odds(X))
        return np.stack([1 - p, p], axis=1)

    return Law(inputs, best)


def flipped(inputs: Callable, side: Callable, wrong: float) -> Law:
    """Two classes with a sharp border, a share of the labels wrong."""
    odds = np.log((1 - wrong) / wrong)
    return two_classes(inputs, lambda X: odds * np.where(side(X) > 0, 1.0, -1.0))


def blobs(centres: Array, classes: Array, spread: float) -> Law:
    """Gaussian blobs around centres, each of one class; the posterior is known."""
    n_classes = int(classes.max()) + 1

    def inputs(n: int, rng: np.random.Generator) -> Array:
        blob = rng.integers(len(centres), size=n)
        return centres[blob] + spread * rng.normal(size=(n, centres.shape[1]))

    def best(X: Array) -> Array:
        distance = np.square(X[:, None] - centres).sum(axis=2)
        blob = softmax(-distance / (2 * spread**2), axis=1)
        return np.stack([blob[:, classes == c].sum(axis=1) for c in range(n_classes)], axis=1)

    return Law(inputs, best)


def _friedman(X: Array) -> Array:
    return (
        10 * np.sin(np.pi * X[:, 0] * X[:, 1])
        + 20 * (X[:, 2] - 0.5) ** 2
        + 10 * X[:, 3]
        + 5 * X[:, 4]
    ) / 5


def _spiral(X: Array) -> Array:
    """Which of two arms a point is on: the sign changes along the radius and around the centre."""
    radius = np.hypot(X[:, 0], X[:, 1])
    return np.sin(np.arctan2(X[:, 1], X[:, 0]) - 5 * radius)


def _linear(p: int, strength: float = 1.0, shift: float = 0.0) -> Callable:
    w = strength * _weights(p)
    return lambda X: X @ w + shift


def _teacher(p: int, units: int = 6) -> Callable:
    """A random network with tanh units, of unit variance."""
    rng = np.random.default_rng(23)
    W, v = rng.normal(size=(p, units)) * 1.5 / np.sqrt(p), rng.normal(size=units)
    return lambda X: np.tanh(X @ W) @ v / np.linalg.norm(v) * 1.6


_CENTRES = 2.0 * np.random.default_rng(3).normal(size=(12, 4))

LAWS: dict[str, Law] = {
    # numbers
    "linear, 5": numbers(_normal(5), _linear(5), 0.5),
    "linear, noisy, 20": numbers(_normal(20), _linear(20), 1.5),
    "linear, 60": numbers(_normal(60), _linear(60), 0.7),
    "almost exact": numbers(_normal(6), _linear(6), 0.175),
    "Friedman": numbers(_uniform(10, 0, 1), _friedman, 0.4),
    "product": numbers(_normal(4), lambda X: X[:, 0] * X[:, 1] + 0.5 * X[:, 2], 0.5),
    "fast sine": numbers(_uniform(2), lambda X: np.sin(9 * np.pi * X[:, 0]), 0.3),
    "slow sine": numbers(_uniform(2, -2, 2), lambda X: np.sin(2 * X[:, 0]) + X[:, 1], 0.4),
    "heteroscedastic": numbers(
        _uniform(3, -2, 2), lambda X: np.sin(1.5 * X[:, 0]), 0.5, lambda X: np.exp(0.5 * X[:, 1])
    ),
    "slightly bent": numbers(_normal(5), lambda X: X[:, 0] + 0.12 * X[:, 1] ** 2, 0.5),
    "steps": numbers(_uniform(3), lambda X: np.floor(2.5 * X[:, 0]) - (X[:, 1] > 0), 0.4),
    "teacher": numbers(_normal(8), _teacher(8), 0.4),
    "pure noise, numbers": numbers(_normal(10), lambda X: np.zeros(len(X)), 1.0),
    "repeated rows, numbers": numbers(_repeated(3, 60), _teacher(3), 0.6),
    "heavy tails": Law(_normal(5), _linear(5), lambda X, rng: 0.5 * rng.standard_t(4, size=len(X))),
    # classes
    "logistic, 5": two_classes(_normal(5), _linear(5, 2.0)),
    "logistic, noisy, 20": two_classes(_normal(20), _linear(20, 0.8)),
    "logistic, 60": two_classes(_normal(60), _linear(60, 3.0)),
    "rare class": two_classes(_normal(4), _linear(4, 1.2, shift=-4.2)),  # 2.7 % of the rows
    "ring": two_classes(_normal(3), lambda X: 4 * (1.5 - X[:, 0] ** 2 - X[:, 1] ** 2)),
    "exclusive or": flipped(_uniform(4), lambda X: X[:, 0] * X[:, 1], 0.1),
    "spiral": flipped(_uniform(2, -1.5, 1.5), _spiral, 0.03),
    "parity": flipped(_bits(8), lambda X: 0.5 - X[:, :4].sum(axis=1) % 2, 0.05),
    "stripes": flipped(_uniform(2), lambda X: np.sin(7 * np.pi * X[:, 0]), 0.1),
    "smooth border": two_classes(_normal(6), lambda X: 3 * _teacher(6)(X)),
    "coin flips": two_classes(_normal(8), lambda X: np.zeros(len(X))),
    "coin flips, 9 : 1": two_classes(_normal(8), lambda X: np.full(len(X), -2.2)),
    "noisy where far out": two_classes(
        _normal(4), lambda X: 4 * np.sign(X[:, 0] + X[:, 1]) * np.exp(-0.7 * X[:, 2] ** 2)
    ),
    "repeated rows, classes": two_classes(_repeated(3, 80), lambda X: 2 * _teacher(3)(X)),
    "three blobs": blobs(_CENTRES[:3], np.arange(3), 1.6),
    "twelve blobs, four classes": blobs(_CENTRES, np.arange(12) % 4, 1.0),
    "ten classes": blobs(2.5 * np.eye(10), np.arange(10), 1.0),
}

# --- models ---------------------------------------------------------------------------------------


def _network(task: type, hidden: Any = (50,), **settings: Any) -> Any:
    return make_pipeline(StandardScaler(), task(hidden, **settings))


def _numbers(hidden: Any = (50,), **settings: Any) -> Any:
    return _network(MLPRegressor, hidden, **settings)


def _classes(hidden: Any = (50,), **settings: Any) -> Any:
    return _network(MLPClassifier, hidden, **settings)


def _logistic() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))


NETWORK_FITS = 15

# name of the law, rows, kind of the model, the model
_NUMBERS: list[tuple[str, int, str, Any]] = [
    ("linear, 5", 300, "linear", LinearRegression()),
    ("linear, 5", 1000, "network", _numbers((20,))),
    ("linear, 5", 300, "nearest neighbours", KNeighborsRegressor(1)),
    ("linear, 5", 2000, "tree", DecisionTreeRegressor(max_depth=2)),
    ("linear, noisy, 20", 200, "linear", LinearRegression()),
    ("linear, noisy, 20", 1000, "trees", RandomForestRegressor(50)),
    ("linear, noisy, 20", 500, "network", _numbers((100,), l2=0.0, max_iter=300)),
    ("linear, 60", 100, "linear", Ridge(1e-3)),
    ("linear, 60", 3000, "linear", Ridge(3000.0)),
    ("almost exact", 1000, "linear", LinearRegression()),
    ("almost exact", 500, "constant", DummyRegressor()),
    ("Friedman", 500, "linear", LinearRegression()),
    ("Friedman", 1500, "network", _numbers((3,))),
    ("Friedman", 1000, "trees", HistGradientBoostingRegressor(max_iter=60)),
    ("Friedman", 20000, "trees", HistGradientBoostingRegressor(max_iter=100)),
    ("product", 400, "linear", Ridge()),
    ("product", 1500, "network", _numbers((30,))),
    ("fast sine", 1500, "network", _numbers((50,))),
    ("fast sine", 800, "linear", LinearRegression()),
    ("slow sine", 1000, "network", _numbers((1,))),
    ("slow sine", 600, "tree", DecisionTreeRegressor()),
    ("heteroscedastic", 1500, "network", _numbers((30,), max_iter=3)),
    ("heteroscedastic", 1500, "nearest neighbours", KNeighborsRegressor(30)),
    ("slightly bent", 1000, "linear", LinearRegression()),
    ("steps", 1000, "nearest neighbours", KNeighborsRegressor(200)),
    ("teacher", 2000, "network", _numbers((2,))),
    ("teacher", 150, "network", _numbers((100, 100), l2=0.0)),
    ("pure noise, numbers", 400, "linear", LinearRegression()),
    ("pure noise, numbers", 600, "network", _numbers((30,))),
    ("pure noise, numbers", 500, "nearest neighbours", KNeighborsRegressor(1)),
    ("repeated rows, numbers", 600, "nearest neighbours", KNeighborsRegressor(1)),
    ("repeated rows, numbers", 600, "linear", LinearRegression()),
    ("heavy tails", 600, "linear", LinearRegression()),
    ("teacher", 1000, "network", _numbers((4,))),
    ("teacher", 2500, "network", _numbers((8,), max_iter=20)),
    ("Friedman", 1000, "network", _numbers((8,))),
    ("Friedman", 400, "network", _numbers((30,))),
    ("product", 1000, "network", _numbers((30,), max_iter=10)),
    ("slow sine", 800, "network", _numbers((5,))),
    ("heteroscedastic", 600, "linear", LinearRegression()),
    ("steps", 2000, "network", _numbers((10,))),
    ("linear, noisy, 20", 300, "network", _numbers((5,))),
]
_CLASSES: list[tuple[str, int, str, Any]] = [
    ("logistic, 5", 400, "linear", _logistic()),
    ("logistic, 5", 400, "tree", DecisionTreeClassifier()),
    ("logistic, 5", 1500, "network", _classes((20,))),
    ("logistic, noisy, 20", 1000, "linear", _logistic()),
    ("logistic, noisy, 20", 500, "network", _classes((100,), l2=0.0, max_iter=300)),
    ("logistic, 60", 200, "linear", _logistic()),
    ("logistic, 60", 2000, "tree", DecisionTreeClassifier(max_depth=3)),
    ("rare class", 2000, "linear", _logistic()),
    ("rare class", 1500, "network", _classes((20,))),
    ("rare class", 3000, "constant", DummyClassifier()),
    ("ring", 500, "linear", _logistic()),
    ("ring", 1000, "network", _classes((2,))),
    ("ring", 600, "Bayes", GaussianNB()),
    ("exclusive or", 800, "linear", _logistic()),
    ("exclusive or", 1200, "network", _classes((20,))),
    ("exclusive or", 500, "nearest neighbours", KNeighborsClassifier(1)),
    ("spiral", 1000, "network", _classes((20,), max_iter=50)),
    ("spiral", 1500, "nearest neighbours", KNeighborsClassifier(5)),
    ("parity", 600, "linear", _logistic()),
    ("parity", 2000, "network", _classes((4,))),
    ("stripes", 1000, "network", _classes((10,))),
    ("smooth border", 1000, "network", _classes((30,))),
    ("smooth border", 1000, "linear", _logistic()),
    ("smooth border", 20000, "trees", HistGradientBoostingClassifier(max_iter=50)),
    ("coin flips", 400, "linear", _logistic()),
    ("coin flips", 500, "network", _classes((100,), l2=0.0)),
    ("coin flips", 1000, "trees", RandomForestClassifier(50)),
    ("coin flips, 9 : 1", 1000, "network", _classes((30,))),
    ("noisy where far out", 1000, "trees", HistGradientBoostingClassifier(max_iter=50)),
    ("noisy where far out", 1500, "linear", _logistic()),
    ("repeated rows, classes", 800, "nearest neighbours", KNeighborsClassifier(1)),
    ("repeated rows, classes", 800, "tree", DecisionTreeClassifier(max_depth=2)),
    ("three blobs", 600, "linear", _logistic()),
    ("three blobs", 300, "nearest neighbours", KNeighborsClassifier(1)),
    ("twelve blobs, four classes", 1200, "linear", _logistic()),
    ("twelve blobs, four classes", 1500, "network", _classes((5,))),
    ("ten classes", 2000, "network", _classes((30,))),
    ("ten classes", 1500, "tree", DecisionTreeClassifier(max_depth=4)),
    ("smooth border", 2000, "network", _classes((3,))),
    ("twelve blobs, four classes", 800, "network", _classes((10,))),
    ("exclusive or", 1500, "network", _classes((10,), max_iter=20)),
    ("spiral", 3000, "network", _classes((50, 50), max_iter=100)),
    ("ring", 400, "network", _classes((10,))),
    ("noisy where far out", 2000, "network", _classes((10,))),
    ("logistic, 60", 1000, "network", _classes((30,))),
    ("three blobs", 100, "network", _classes((20,))),
    ("parity", 3000, "trees", HistGradientBoostingClassifier(max_iter=20)),
    ("coin flips", 300, "nearest neighbours", KNeighborsClassifier(1)),
    ("rare class", 1000, "nearest neighbours", KNeighborsClassifier(1)),
]

PROBLEMS = [
    Problem(
        f"{law}: {kind}, {n} rows",
        LAWS[law],
        n,
        kind,
        model,
        NETWORK_FITS if kind in ("network", "trees") or n > 5000 else 41,
    )
    for law, n, kind, model in _NUMBERS + _CLASSES
]
