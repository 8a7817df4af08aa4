"""What was predicted for held-out rows, checked against scikit-learn on the same folds."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import KFold, RepeatedKFold, cross_val_predict
from sklearn.svm import LinearSVC

from skdl.diagnosis import diagnose
from skdl.diagnosis.predictions import confusions

CV = KFold(5, shuffle=True, random_state=0)


def seen_by(model, X, y, **settings):
    settings = {"train_sizes": (), "baselines": False, "random_state": 0, **settings}
    return diagnose(model, X, y, **settings).predictions_


def test_a_classifier_is_seen_as_by_cross_val_predict():
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = LogisticRegression(C=0.01)
    seen = seen_by(model, X, names, cv=CV)
    assert seen["row"].tolist() == list(range(150))
    expected = cross_val_predict(model, X, names, cv=CV)
    assert (seen["predicted"] == expected).all() and (seen["target"] == names).all()
    assert (seen["loss"] == (expected != names)).all()
    sure = cross_val_predict(model, X, names, cv=CV, method="predict_proba").max(axis=1)
    np.testing.assert_allclose(seen["certainty"], sure)
    assert (confusions(seen).to_numpy() == confusion_matrix(names, expected)).all()


def test_a_classifier_without_probabilities_is_not_called_sure():
    X, y = load_iris(return_X_y=True)
    assert seen_by(LinearSVC(), X, y)["certainty"].isna().all()


def test_a_regressor_is_seen_as_by_cross_val_predict():
    X, y = load_diabetes(return_X_y=True)
    seen = seen_by(LinearRegression(), X, y, cv=CV)
    expected = cross_val_predict(LinearRegression(), X, y, cv=CV)
    np.testing.assert_allclose(seen["predicted"], expected)
    np.testing.assert_allclose(seen["loss"], (y - expected) ** 2)


def test_a_row_may_be_held_out_several_times_and_several_targets_are_left_out():
    X, y = load_iris(return_X_y=True)
    seen = seen_by(LogisticRegression(), X, y, cv=RepeatedKFold(n_splits=3, n_repeats=2))
    assert seen["row"].value_counts().eq(2).all()
    assert seen_by(LinearRegression(), X[:, :2], X[:, 2:]) is None


@pytest.mark.parametrize("threshold", [0.2, 0.9])
def test_what_was_predicted_is_what_predict_says(threshold):
    """The most probable class is not always the answer."""
    from sklearn.model_selection import FixedThresholdClassifier

    X, y = load_iris(return_X_y=True)
    X, y = X[50:, :2], y[50:]
    model = FixedThresholdClassifier(LogisticRegression(), threshold=threshold)
    seen = seen_by(model, X, y, cv=CV)
    assert (seen["predicted"] == cross_val_predict(model, X, y, cv=CV)).all()
    assert seen["certainty"].min() < 0.5
