"""Baselines: on the same folds, behind the same transformers, compared fold by fold."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import StratifiedKFold, cross_val_predict, cross_val_score
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl.diagnosis import diagnose
from skdl.diagnosis.error_measure import ErrorMeasure
from skdl.diagnosis.findings.baselines import BASELINES, constant_error, make_baseline
from skdl.diagnosis.folds import Fold


def test_errors_and_differences_are_those_of_a_loop_by_hand():
    X, y = load_iris(return_X_y=True)
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    found = diagnose(DummyClassifier(), X, y, cv=cv, train_sizes=(), baselines=["linear"])
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    errors = 1 - cross_val_score(model, X, y, cv=cv)
    (row,) = found.baselines_.to_dict("records")
    assert row["model"] == "linear"
    assert row["validation_error"] == pytest.approx(errors.mean())
    differences = errors - 2 / 3
    assert row["difference"] == pytest.approx(differences.mean())
    # Row by row: 149 degrees of freedom, and the variance of a fold's mean from that of its rows.
    wrong = 1.0 * (cross_val_predict(model, X, y, cv=cv) != y) - 1.0 * (y != 0)
    half = 1.9760132 * np.sqrt((1 / 5 + 1 / 4) * wrong.var(ddof=1) * 5 / 150)
    assert row["high"] - row["low"] == pytest.approx(2 * half)


def test_all_baselines_and_none():
    X, y = load_iris(return_X_y=True)
    found = diagnose(LogisticRegression(max_iter=500), X, y, train_sizes=(), n_repeats=1, cv=2)
    assert found.baselines_["model"].tolist() == list(BASELINES)
    assert found.baselines_["validation_error"].iloc[0] == pytest.approx(2 / 3)
    assert "boosted trees" in str(found) and "your model" in str(found)
    without = diagnose(LogisticRegression(max_iter=500), X, y, train_sizes=(), baselines=False)
    assert len(without.baselines_) == 0
    assert "on the same folds" not in str(without)


def test_a_model_that_a_linear_one_beats_is_told_so():
    X, y = load_diabetes(return_X_y=True)
    found = diagnose(KNeighborsRegressor(1), X, y, train_sizes=(), random_state=0)
    (finding,) = [f for f in found.findings if f.name == "beaten by a linear model"]
    assert finding.evidence.startswith("A linear model does better than your model on the same")
    assert "50.4 % against 97.3 %" in finding.evidence
    fair = make_pipeline(StandardScaler(), Ridge())
    fair = diagnose(fair, X, y, train_sizes=(), random_state=0, baselines=["linear"])
    assert [f for f in fair.findings if f.about == "baseline"] == []


def test_a_baseline_stands_behind_the_estimators_own_transformers():
    X, _ = load_iris(return_X_y=True)
    model = make_pipeline(PCA(2), LogisticRegression())
    assert list(make_baseline("linear", model, X).named_steps) == [
        "pca",
        "scale_for_baseline",
        "model",
    ]
    assert list(make_baseline("boosted trees", model, X).named_steps) == ["pca", "model"]


def test_text_columns_of_a_bare_model_are_encoded():
    frame = pd.DataFrame({"a": ["x", "y"] * 40, "b": np.arange(80.0)})
    y = np.tile([0, 1], 40)
    model = make_baseline("linear", LogisticRegression(), frame)
    assert model.fit(frame, y).score(frame, y) == 1.0


def test_what_cannot_be_compared_is_noted():
    X, Y = make_multilabel_classification(60, random_state=0)
    found = diagnose(DummyClassifier(), X, Y, cv=2, train_sizes=(), n_repeats=1)
    assert any(n.startswith("A linear model could not be compared") for n in found.notes)
    assert "nearest neighbours" in found.baselines_["model"].tolist()


def test_sparse_inputs():
    X, y = load_iris(return_X_y=True)
    model = Pipeline([("model", LogisticRegression(max_iter=500))])
    found = diagnose(
        model, csr_array(X), y, cv=2, train_sizes=(), n_repeats=1, baselines=["linear"]
    )
    assert found.baselines_["validation_error"].iloc[0] < 0.2


def test_constant_error_in_units_of_the_scorer():
    X, y = load_iris(return_X_y=True)
    fold = Fold(0, np.arange(100), np.arange(100, 150))
    assert constant_error(
        LogisticRegression(), X, y, fold, ErrorMeasure.make(LogisticRegression(), None)
    ) == pytest.approx(0.5)
    loss = ErrorMeasure(get_scorer("neg_log_loss"), 0, "log_loss")
    assert constant_error(LogisticRegression(), X, y, fold, loss) == pytest.approx(np.log(2))


def test_the_interval_lies_around_the_difference_also_of_a_ratio():
    """R² divides by the variance of each fold's own targets, the rows by that of all."""
    X, y = load_diabetes(return_X_y=True)
    found = diagnose(KNeighborsRegressor(3), X, y, train_sizes=(), random_state=0)
    table = found.baselines_
    np.testing.assert_allclose((table["low"] + table["high"]) / 2, table["difference"], atol=1e-12)
    own = table["validation_error"] - table["difference"]
    np.testing.assert_allclose(own, own.iloc[0])
