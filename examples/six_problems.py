"""Six networks, each bad in one way: does the diagnosis find it, and does its first remedy work?

For each problem the network is diagnosed, the first remedy is tried on fresh folds beside the
unchanged network, and the share of the treated gap that it closes is printed. The script ends with
a status other than 0 if a diagnosis is wrong or a remedy closes less than half of its gap.

Usage: python examples/six_problems.py
"""

import sys
import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, MLPRegressor, diagnose


@dataclass
class Problem:
    """A bad network, what is wrong with it, and what has to be found."""

    name: str
    model: object
    X: np.ndarray
    y: np.ndarray
    regimes: tuple
    finding: str | None = None
    bayes_error: float = 0.0
    max_rows: int | None = None


def network(**settings):
    """Make a network behind a scaler."""
    return Pipeline([("scale", StandardScaler()), ("mlp", MLPClassifier(random_state=0, **settings))])


def spirals(n, rng):
    """Draw two spirals that wind around each other."""
    angle = 3 * np.pi * np.sqrt(rng.random(n))
    side = rng.integers(0, 2, n)
    X = np.c_[np.cos(angle + np.pi * side), np.sin(angle + np.pi * side)] * angle[:, None]
    return X + rng.normal(0, 0.15, (n, 2)), side


def problems(n_digits=1000):
    """Build the six problems."""
    rng = np.random.default_rng(0)
    X, y = load_digits(return_X_y=True)
    X, y = X[:n_digits], y[:n_digits]
    under, over = ("underfitting", "both"), ("overfitting", "both")

    yield Problem("a net too small", network(hidden_layer_sizes=(2,)), X, y, under)
    yield Problem(
        "trained too short", network(max_iter=3), X, y, under, finding="still falling"
    )  # fmt: skip
    yield Problem(
        "rate too high", network(learning_rate=1.0), X, y, under, finding="oscillating"
    )
    few = rng.uniform(-1, 1, (80, 4))
    wave = np.sin(3 * few[:, 0]) + 0.5 * few[:, 3] + rng.normal(0, 0.2, 80)
    yield Problem(
        "no regularisation, few rows",
        MLPRegressor((50,), activation="tanh", optimizer="lbfgs", l2=0.0, max_iter=1000,
                     random_state=0),
        few, wave, over,
    )  # fmt: skip
    inputs = rng.normal(size=(600, 6))
    target = np.sin(inputs[:, 0]) + inputs[:, 1] * inputs[:, 2]
    scales = np.array([1e-3, 1e3, 1.0, 1e2, 1e4, 1e-2])
    yield Problem(
        "unscaled inputs", MLPRegressor(random_state=0), inputs * scales + 3 * scales, target,
        ("underfitting", "overfitting", "both"), finding="unscaled inputs",
    )  # fmt: skip
    noisy = rng.uniform(-1, 1, (3000, 2))
    flipped = (noisy[:, 0] > 0) ^ (rng.random(3000) < 0.2)
    yield Problem(
        "noise at the Bayes error", network(hidden_layer_sizes=(8,), max_iter=30), noisy, flipped,
        ("neither",), bayes_error=0.2,
    )  # fmt: skip


def judge(problem):
    """Diagnose, try the first remedy; return what was found, the share closed, and the verdict."""
    found = diagnose(
        problem.model, problem.X, problem.y, bayes_error=problem.bayes_error, train_sizes=(),
        baselines=False, random_state=0, n_repeats=1,
    )  # fmt: skip
    named = [finding.name for finding in found.findings]
    right = found.regime in problem.regimes
    right &= problem.finding is None or problem.finding in named
    first = found.remedies[0]
    if problem.regimes == ("neither",):
        right &= "nothing to gain" in found.explanation and not any(found.remedies)
        return found, first, None, right
    trials = found.try_remedies(problem.X, problem.y, remedies=[first], random_state=0)
    row, before = trials.to_frame().iloc[0], trials.unchanged
    gap = "validation_error"
    if first.regime in ("underfitting", "overfitting"):
        gap = "bias" if first.regime == "underfitting" else "variance"
    if first.treats == "unscaled inputs":
        gap = "validation_error"
    closed = 1 - row[gap] / before[gap]
    lower = row["validation_error"] < before["validation_error"]
    return found, first, (gap, before[gap], row[gap], closed), right and closed >= 0.5 and lower


def main() -> int:
    """Print the table; return the number of problems that fail."""
    warnings.simplefilter("ignore")
    failed = 0
    for problem in problems():
        found, remedy, change, good = judge(problem)
        failed += not good
        print(f"{problem.name}: {found.headline} {found.explanation}")
        for finding in found.findings:
            print(f"   found: {finding}")
        print(f"   first remedy: {remedy}")
        if change:
            gap, before, after, closed = change
            print(f"   {gap}: {100 * before:.1f} % -> {100 * after:.1f} %, {closed:.0%} closed")
        print(f"   {'PASS' if good else 'FAIL'}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
