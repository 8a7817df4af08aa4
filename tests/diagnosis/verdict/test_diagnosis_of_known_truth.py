"""``diagnose`` on data whose truth is known: noise is never called a fault, faults are found."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdl import diagnose

QUICK = {"n_repeats": 1, "train_sizes": (), "random_state": 0}


def inputs(n, p=4, seed=0):
    return np.random.default_rng(seed).normal(size=(n, p))


def noise(n, seed=1):
    return np.random.default_rng(seed).normal(size=n)


@pytest.mark.parametrize("level", [0.0, 0.25, 0.5, 1.0, 3.0])
def test_the_true_model_has_no_bias_to_show_however_large_the_noise(level):
    """From R² = 1 over 0.97 to almost nothing: least squares on data of its own model."""
    X = inputs(400)
    y = X @ [1.0, -0.5, 0.5, 0.0] + level * noise(400)
    found = diagnose(LinearRegression(), X, y, **QUICK)
    assert found.regime in ("no fault shown", "neither")
    assert found.verdict.bias_is != "high"
    assert "underfit" not in found.headline
    if level:
        true_noise = level**2 / np.var(y)
        assert found.verdict.bias_at_most.high > true_noise / 1.3
        assert found.verdict.attained.high > true_noise / 1.3


@pytest.mark.parametrize("wrong", [0.0, 0.1, 0.3])
def test_wrong_labels_never_make_a_bias(wrong):
    X = inputs(400)
    y = (X[:, 0] + X[:, 1] > 0) ^ (np.random.default_rng(2).random(400) < wrong)
    found = diagnose(LogisticRegression(), X, y, **QUICK)
    assert found.verdict.bias_is != "high"
    assert found.regime in ("no fault shown", "neither")


@pytest.mark.parametrize(
    "model",
    [LogisticRegression(), KNeighborsClassifier(1), DecisionTreeClassifier(), DummyClassifier()],
    ids=lambda model: type(model).__name__,
)
def test_coin_flips_are_nobodys_fault(model):
    y = np.random.default_rng(3).integers(2, size=300)
    found = diagnose(model, inputs(300), y, **QUICK)
    assert found.regime == "no fault shown" and not found.conclusive
    assert "guessing" in found.headline and "may be" in found.explanation
    assert "underfit" not in str(found) and "Make the network larger" not in str(found)


def test_numbers_that_are_noise_have_variance_at_most():
    found = diagnose(KNeighborsRegressor(1), inputs(300), noise(300), **QUICK)
    assert "worse than guessing" in found.headline
    assert found.regime == "overfitting"
    assert found.verdict.variance.value == pytest.approx(1, abs=0.3)


def test_a_rare_class_that_nothing_sees_is_said_first():
    X = inputs(1500)
    rare = np.random.default_rng(4).random(1500) < 1 / (1 + np.exp(4.2 - 1.2 * X[:, 0]))
    found = diagnose(LogisticRegression(), X, rare, **QUICK)
    assert found.regime == "no fault shown"
    assert "no better than guessing" in found.headline
    assert found.explanation.startswith("Class by class it gets 51.1 % right (balanced accuracy")
    assert "of class True, 3.1 % of the rows" in found.explanation


def test_a_constant_guess_where_there_is_something_to_learn_underfits():
    X = inputs(300)
    found = diagnose(DummyRegressor(), X, X[:, 0] + 0.3 * noise(300), **QUICK)
    assert found.regime == "underfitting" and found.conclusive
    assert "no better than guessing" in found.headline
    assert "There is something to learn: a linear model attains" in found.explanation


def test_what_a_line_misses_of_a_ring_is_shown():
    X = inputs(500)
    found = diagnose(LogisticRegression(), X, X[:, 0] ** 2 + X[:, 1] ** 2 > 1.5, **QUICK)
    assert found.regime == "underfitting" and found.conclusive
    assert found.verdict.bias_at_least.value > 0.1
    assert "Bias is shown: " in str(found)


def test_residuals_show_what_no_other_model_attains():
    """With baselines switched off, only the model's own residuals can speak."""
    X = inputs(500)
    y = X[:, 0] + X[:, 1] ** 2 + 0.3 * noise(500)
    found = diagnose(LinearRegression(), X, y, baselines=False, **QUICK)
    assert found.verdict.bias_is == "high"
    assert found.verdict.attained_by.startswith("residuals: ")
    assert "from its residuals" in " ".join(str(found).split())


def test_a_tree_that_knows_its_rows_by_heart_varies():
    X = inputs(400)
    found = diagnose(DecisionTreeRegressor(random_state=0), X, X[:, 0] + noise(400), **QUICK)
    assert found.regime == "overfitting" and found.conclusive
    assert found.verdict.bias_is != "high"


@pytest.mark.parametrize("rows", ["same", "other"])
def test_repeated_rows_beside_a_nearest_neighbour_are_no_bias(rows):
    pool = inputs(60, 3)
    X = pool[np.random.default_rng(5).integers(60, size=500)]
    X = X if rows == "same" else inputs(500, 3)
    y = np.tanh(X[:, 0]) + 0.6 * noise(500)
    assert diagnose(KNeighborsRegressor(1), X, y, **QUICK).verdict.bias_is != "high"


@pytest.mark.parametrize("scoring", ["roc_auc", "neg_log_loss", "f1"])
def test_other_scores_are_weighed_fold_by_fold(scoring):
    X = inputs(400)
    tolerance = {"tolerance": 0.05}
    ring = diagnose(
        LogisticRegression(), X, X[:, 0] ** 2 > 0.6, scoring=scoring, **tolerance, **QUICK
    )
    assert ring.verdict.bias_is == "high"
    flipped = (X[:, 0] > 0) ^ (np.random.default_rng(6).random(400) < 0.2)
    right = diagnose(LogisticRegression(), X, flipped, scoring=scoring, **tolerance, **QUICK)
    assert right.verdict.bias_is != "high"


@pytest.mark.parametrize("kind", ["no probabilities", "several targets", "several labels", "names"])
def test_targets_of_every_kind_are_weighed(kind):
    X, y = load_iris(return_X_y=True)
    model = LogisticRegression(max_iter=500)
    if kind == "no probabilities":
        model = SVC()
    elif kind == "several targets":
        model, y = LinearRegression(), X[:, :2] + 5 * X[:, 2:]
    elif kind == "several labels":
        model, y = OneVsRestClassifier(LogisticRegression()), np.stack([y > 0, y > 1], axis=1) * 1
    else:
        y = np.array(["setosa", "versicolor", "virginica"])[y]
    found = diagnose(model, X, y, **QUICK)
    assert 0 <= found.verdict.attained.value < 0.2
    assert found.verdict.bias_is != "high"
    assert sum(found.probabilities.values()) == pytest.approx(1)


def test_the_estimate_of_the_bayes_error_narrows_what_is_possible():
    X = inputs(400, 2)
    y = X[:, 0] + noise(400)
    unknown, estimated = (
        diagnose(LinearRegression(), X, y, bayes_error=b, **QUICK) for b in (None, "estimate")
    )
    floor = estimated.bayes_error
    assert floor > 0.2
    width = unknown.verdict.bias_at_most.value - estimated.verdict.bias_at_most.value
    assert width == pytest.approx(floor)
    assert "above the estimated Bayes error" in " ".join(str(estimated).split())


def test_a_stated_bayes_error_decides():
    X = inputs(400)
    y = X[:, 0] + noise(400)
    found = diagnose(LinearRegression(), X, y, bayes_error=0.0, **QUICK)
    assert found.regime in ("underfitting", "both")
    assert found.verdict.regime == "no fault shown"
