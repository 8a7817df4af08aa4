"""Where the errors are: a planted bad region is found and named, sound ones are not."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from skdl.diagnosis import diagnose
from skdl.diagnosis.findings.regions import row_errors
from skdl.diagnosis.folds import Fold

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (800, 3))
SETTINGS = {"train_sizes": (), "baselines": False, "random_state": 0}


def test_each_rows_losses_are_averaged_over_the_fits():
    folds = [
        Fold(0, np.array([0, 1]), np.array([2]), training_losses=[1.0, 0.0], losses=[1.0]),
        Fold(1, np.array([0, 2]), np.array([1]), training_losses=[0.0, 0.0], losses=[0.5]),
    ]
    training, validation = row_errors(folds, 3)
    assert training.tolist() == [0.5, 0.0, 0.0]
    assert validation[1:].tolist() == [0.5, 1.0] and np.isnan(validation[0])


def test_noise_in_one_corner_is_variance_there():
    y = X[:, 1] > 0
    noisy = X[:, 0] > 0.5
    y = np.where(noisy, RNG.random(800) < 0.5, y)
    found = diagnose(DecisionTreeClassifier(random_state=0), X, y, **SETTINGS)
    regions = found.regions_.set_index("region")
    bad = regions[regions["stands_out"] == "variance"]
    assert any(name.startswith("feature 0 from 0.5") for name in bad.index)
    assert not any(name.startswith("feature 2") for name in bad.index)
    (finding,) = [f for f in found.findings if f.about == "region"]
    assert finding.name == "gap by region" and "feature 0 from 0.5" in finding.evidence


def test_what_a_linear_model_cannot_bend_to_is_bias_there():
    y = np.where(X[:, 0] > 0, X[:, 1], 5 * X[:, 1] ** 2)
    found = diagnose(LinearRegression(), X, y, **SETTINGS)
    bad = found.regions_[found.regions_["stands_out"] == "bias"]["region"]
    assert any(name.startswith("feature 0 from -") for name in bad)


def test_errors_of_classes_are_those_of_their_rows():
    A, y = load_iris(return_X_y=True)
    found = diagnose(DummyClassifier(strategy="constant", constant=1), A, y, **SETTINGS)
    classes = found.regions_[found.regions_["kind"] == "class"].set_index("region")
    assert classes["validation_error"].tolist() == [1.0, 0.0, 1.0]
    assert classes["training_error"].tolist() == [1.0, 0.0, 1.0]
    assert classes["n_rows"].tolist() == [50, 50, 50]
    assert classes["stands_out"].tolist() == ["bias", "", "bias"]


def test_regression_in_units_of_the_variance():
    y = X[:, 0] + np.random.default_rng(1).normal(size=800)
    found = diagnose(DummyRegressor(), X, y, **SETTINGS)
    quarters = found.regions_[found.regions_["kind"] == "target"]
    assert len(quarters) == 4
    weighted = np.average(quarters["validation_error"], weights=quarters["n_rows"])
    assert weighted == pytest.approx(1.0, abs=0.01)


def test_nothing_stands_out_where_nothing_is():
    y = (X[:, 0] > 0) ^ (np.random.default_rng(1).random(800) < 0.2)
    found = diagnose(LogisticRegression(), X, y, **SETTINGS)
    assert (found.regions_["stands_out"] == "").all()
    assert [f for f in found.findings if f.about == "region"] == []


def test_columns_of_text_and_clusters_are_named():
    frame = pd.DataFrame({"size": X[:, 0], "colour": np.where(X[:, 1] > 0, "red", "blue")})

    class OnSize(DecisionTreeClassifier):
        def fit(self, X, y):
            return super().fit(X[["size"]], y)

        def predict(self, X):
            return super().predict(X[["size"]])

    found = diagnose(OnSize(max_depth=2), frame, frame["colour"] == "red", **SETTINGS)
    names = found.regions_["region"].tolist()
    assert {"colour = red", "colour = blue"} <= set(names)
    numeric = diagnose(LogisticRegression(), X, X[:, 0] > 0, **SETTINGS)
    clusters = numeric.regions_[numeric.regions_["kind"] == "cluster"]
    assert len(clusters) == 6 and clusters["n_rows"].sum() == 800
    assert all("high" in name or "low" in name for name in clusters["region"])


class Scored(ClassifierMixin, BaseEstimator):
    """Has a score, but predicts nothing."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def score(self, X, y):
        return 0.5


def test_without_predictions_or_with_many_outputs_there_are_no_regions():
    found = diagnose(
        Scored(), X, X[:, 0] > 0, scoring=lambda model, X, y: model.score(X, y), **SETTINGS
    )
    assert found.regions_ is None
    A, Y = make_multilabel_classification(60, random_state=0)
    assert len(diagnose(KNeighborsClassifier(), A, Y, **SETTINGS).regions_) == 0
