"""What the error rate hides is said, and what helps the rare class is measured by that."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_classification
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.metrics import average_precision_score, balanced_accuracy_score, recall_score
from sklearn.neighbors import NearestCentroid
from sklearn.svm import LinearSVC

from skdl import MLPClassifier, diagnose
from skdl.diagnosis.balance import balanced_change
from skdl.diagnosis.folds import Fold

X, Y = make_classification(
    900, 6, n_informative=4, weights=[0.93], flip_y=0.02, class_sep=0.8, random_state=0
)
NAMES = np.where(Y, "yes", "no")
QUICK = {"train_sizes": (), "baselines": ["constant"], "random_state": 0}


def test_the_measures_are_scikit_learns():
    found = diagnose(LogisticRegression(), X, NAMES, **QUICK)
    said = found.predictions_
    balance = found.balance
    assert balance.rare == "yes" and balance.n_classes == 2
    assert balance.share == pytest.approx((said["target"] == "yes").mean())
    expected = balanced_accuracy_score(said["target"], said["predicted"])
    assert balance.balanced_accuracy == pytest.approx(expected)
    assert balance.recall == pytest.approx(
        recall_score(said["target"], said["predicted"], pos_label="yes")
    )
    sure = np.where(said["predicted"] == "yes", said["certainty"], 1 - said["certainty"])
    expected = average_precision_score(said["target"] == "yes", sure)
    assert balance.average_precision == pytest.approx(expected)
    assert json.loads(found.to_json())["balance"]["rare"] == "yes"


def test_it_is_said_where_classes_are_rare_and_only_there():
    said = " ".join(str(diagnose(LogisticRegression(), X, NAMES, **QUICK)).split())
    assert "% right (balanced accuracy; a constant guess has 50.0 %), and of class yes" in said
    assert "with an average precision of" in said
    fair = diagnose(LogisticRegression(max_iter=500), *load_iris(return_X_y=True), **QUICK)
    assert "balanced accuracy" not in str(fair)
    assert fair.balance.n_classes == 3 and np.isnan(fair.balance.average_precision)


def test_who_gives_no_probabilities_has_no_average_precision():
    found = diagnose(RidgeClassifier(), X, NAMES, **QUICK)
    assert 0.5 <= found.balance.balanced_accuracy <= 1
    assert "average precision of" not in " ".join(str(found).split())


def test_a_regressor_has_none():
    found = diagnose(Ridge(), X, X[:, 0], train_sizes=(), baselines=False)
    assert found.balance is None and json.loads(found.to_json())["balance"] is None


def test_a_threshold_is_tried_and_judged_class_by_class():
    found = diagnose(LogisticRegression(), X, NAMES, **QUICK)
    action = "Choose the threshold of the probability"
    (remedy,) = [r for r in found.remedies if r.action == action]
    trials = found.try_remedies(remedies=[remedy], random_state=0)
    (row,) = trials.frame.to_dict("records")
    assert row["balanced_change_high"] < 0
    assert f"Measured: {remedy.change} lowers the balanced error rate from" in " ".join(
        str(found).split()
    )
    # What is advised can be pasted, and is what was tried.
    names = {"model": LogisticRegression()}
    exec(remedy.code, names)
    assert repr(names["model"]) == repr(trials.estimators[0])
    names["model"].fit(X, NAMES)


def test_there_is_no_threshold_between_three_classes_or_without_probabilities():
    three = np.where(X[:, 1] > 1.8, "third", NAMES)
    for model, y in ((LogisticRegression(), three), (LinearSVC(), NAMES)):
        found = diagnose(model, X, y, **QUICK)
        actions = [r.action for r in found.remedies]
        assert "Choose the threshold of the probability" not in actions
        assert "Weigh the classes alike" in actions


@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(),
        MLPClassifier((8,), max_iter=30, n_iter_no_change=None, random_state=0),
    ],
    ids=["linear", "network"],
)
def test_weights_of_classes_are_tried_and_judged_class_by_class(model):
    found = diagnose(model, X, NAMES, **QUICK)
    (remedy,) = [r for r in found.remedies if r.action == "Weigh the classes alike"]
    assert remedy == {"class_weight": ["balanced"]}
    trials = found.try_remedies(remedies=[remedy], random_state=0)
    (row,) = trials.frame.to_dict("records")
    assert row["balanced_change"] == pytest.approx(row["balanced_error"] - row["balanced_before"])
    assert row["balanced_change_high"] < 0 < row["validation_change"]
    said = " ".join(str(found).split())
    assert "Measured: class_weight='balanced' lowers the balanced error rate from" in said
    assert found.remedies[0].action == "Weigh the classes alike"


def test_who_weighs_already_or_cannot_is_not_told_to():
    weighed = LogisticRegression(class_weight="balanced")
    for model in (weighed, NearestCentroid()):
        found = diagnose(model, X, NAMES, **QUICK)
        assert "Weigh the classes alike" not in [r.action for r in found.remedies]


def test_the_change_is_the_mean_over_the_classes():
    y = np.array(["a"] * 8 + ["b"] * 2)
    before = Fold(0, np.arange(10), np.arange(10), losses=np.array([0.0] * 8 + [1.0, 1.0]))
    after = Fold(0, np.arange(10), np.arange(10), losses=np.array([0.0] * 6 + [1.0] * 3 + [0.0]))
    found = balanced_change([before], [after], y, 0.95)
    assert found["balanced_before"] == 0.5
    assert found["balanced_error"] == pytest.approx((2 / 8 + 1 / 2) / 2)
    assert found["balanced_change"] == pytest.approx(-0.125)
    spread = 0.25 * 0.75 / 8 + 0.25 / 2
    half = 1.959964 * np.sqrt(spread) / 2
    assert found["balanced_change_high"] - found["balanced_change"] == pytest.approx(half)
