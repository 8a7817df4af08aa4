"""A target: reached, missed or open, and what separates from it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, make_friedman1
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier

from skdl import MLPClassifier, diagnose
from skdl.report import render_report

QUICK = {"baselines": ["constant"], "train_sizes": (), "random_state": 0}
CANCER = load_breast_cancer(return_X_y=True)
TREE = DecisionTreeClassifier(random_state=0)


@pytest.mark.parametrize(
    ("target", "begins", "reached"),
    [
        (0.2, "Good enough: the error on new rows is 4.3 % to 11.0 %, and 20.0 % was to", True),
        (0.07, "Whether it is good enough is open: the error on new rows is 4.3 % to", None),
        (0.01, "Not good enough: the error on new rows is 4.3 % to 11.0 %, and 1.0 % was", False),
    ],
)
def test_the_headline_says_whether_it_is_reached(target, begins, reached):
    found = diagnose(TREE, *CANCER, target_error=target, **QUICK)
    assert found.headline.startswith(begins)
    told = json.loads(found.to_json())
    assert told["target_is_reached"] is reached and told["target_error"] == target
    assert begins.split(":")[0] in render_report(found).replace("&nbsp;", " ")
    # A tree knows its rows by heart: the gap is what separates.
    separates = "what separates from" in found.explanation
    assert separates == (reached is not True)
    assert ("What could be tried" in str(found)) == (reached is True)


def test_a_training_error_above_the_target_is_where_to_begin():
    X, y = make_friedman1(300, noise=1.0, random_state=0)
    found = diagnose(LinearRegression(), X, y, target_error=0.1, **QUICK)
    assert "The error on the training rows, 2" in found.explanation
    assert "is above 10.0 % already: begin there" in found.explanation


def test_what_separates_orders_the_remedies():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 20))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    mlp = MLPClassifier((3,), max_iter=30, n_iter_no_change=None, random_state=0)
    settings = {"bayes_error": 0.0, **QUICK}
    plain = diagnose(mlp, X, y, **settings)
    assert plain.regime == "both"
    training, new = plain.training_error.value, plain.validation_error.value
    low = diagnose(mlp, X, y, target_error=training / 2, **settings)
    between = diagnose(mlp, X, y, target_error=(training + new) / 2, **settings)
    first = [d.remedies[0].regime for d in (low, between)]
    assert first == ["underfitting", "overfitting"]


def test_without_a_target_nothing_is_said_of_it():
    found = diagnose(TREE, *CANCER, **QUICK)
    assert found.target_error is None and "good enough" not in str(found)
    assert json.loads(found.to_json())["target_is_reached"] is None
    for wrong in (-0.1, 1.5, "5 %", np.nan):
        with pytest.raises(ValueError, match=r"diagnose: target_error must be in \[0, 1\) or None"):
            diagnose(TREE, *CANCER, target_error=wrong, **QUICK)
