"""Pipelines with samplers, as imbalanced-learn has them: they act on training rows only."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, diagnose
from skdl.decomposition import bias_variance_decomposition
from skdl.diagnosis.findings.baselines import BASELINES
from skdl.inspection import loss_and_gradient
from skdl.inspection.range_test import find_learning_rate
from skdl.search import GridSearchCV
from skdl.tools.inside import fitted_network, names_inside

X, Y = make_classification(300, 5, weights=[0.9], random_state=0)
NET = MLPClassifier((8,), max_iter=5, n_iter_no_change=None, random_state=0)
SCALER, SMOTED = StandardScaler(), SMOTE(random_state=0)
PIPELINES = {
    "scaler, sampler": make_pipeline(SCALER, SMOTED, NET),
    "sampler": make_pipeline(RandomOverSampler(random_state=0), NET),
    "sampler, scaler, sampler": make_pipeline(
        RandomUnderSampler(random_state=0), SCALER, SMOTED, NET
    ),
    "logistic": make_pipeline(SCALER, SMOTED, LogisticRegression()),
}


@pytest.mark.parametrize("model", PIPELINES.values(), ids=PIPELINES)
def test_they_are_diagnosed_with_baselines_that_see_plain_rows(model):
    found = diagnose(model, X, Y, cv=3, n_repeats=1, train_sizes=(), random_state=0)
    # A constant guess of the rows as they are is the larger class, whatever the sampler made.
    constant = found.baselines_.set_index("model").loc["constant", "validation_error"]
    assert constant == pytest.approx(np.mean(Y == 1), abs=0.02)
    assert found.baselines_["model"].tolist() == [*BASELINES] and found.notes == []


def test_new_rows_are_not_resampled():
    fitted = PIPELINES["sampler, scaler, sampler"].fit(X, Y)
    network, inputs = fitted_network(fitted, X)
    np.testing.assert_allclose(inputs, fitted.named_steps["standardscaler"].transform(X))
    np.testing.assert_array_equal(network.predict(inputs), fitted.predict(X))
    assert fitted_network(PIPELINES["sampler"].fit(X, Y), X)[1].shape == X.shape
    assert np.isfinite(loss_and_gradient(fitted, X, Y)[0])


def test_names_go_through():
    frame = pd.DataFrame(X, columns=[*"abcde"])
    swap = make_column_transformer(
        ("passthrough", ["c", "a"]), verbose_feature_names_out=False
    ).set_output(transform="pandas")
    fitted = make_pipeline(swap, SMOTED, NET).fit(frame, Y)
    assert names_inside(fitted, [*frame]) == ["c", "a"]


def test_the_learning_rate_is_found_on_resampled_rows():
    found = find_learning_rate(PIPELINES["scaler, sampler"], X, Y, random_state=0)
    rows, targets = SMOTED.fit_resample(StandardScaler().fit_transform(X), Y)
    alone = find_learning_rate(NET, rows, targets, random_state=0)
    assert found.suggestion == alone.suggestion
    assert found.parameter == "mlpclassifier__learning_rate"


def test_they_are_searched_and_decomposed():
    grid = {"mlpclassifier__l2": [1e-3, 1e-1]}
    search = GridSearchCV(PIPELINES["scaler, sampler"], grid, cv=3).fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    found = bias_variance_decomposition(
        PIPELINES["scaler, sampler"], X, Y, n_datasets=4, random_state=0
    )
    assert 0 <= found.error < 0.5
