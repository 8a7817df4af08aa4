"""The library as its users write it: a type checker reads this, nothing runs it.

    basedpyright

What is right must be accepted, and have the type that is asserted. What is marked as wrong must be
refused: a mark without an error is an error, so this check can fail.
"""

from __future__ import annotations

from typing import assert_type

import numpy as np
from pandas import DataFrame
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import (
    CoordinateSearchCV,
    Diagnosis,
    MLPClassifier,
    MLPRegressor,
    bias_variance_decomposition,
    diagnose,
    search_space,
)
from skdl.core.activations import ReLU
from skdl.core.initializers import HeUniform
from skdl.core.layers import Activate, Dense, Pass
from skdl.core.losses import CrossEntropy, Huber
from skdl.core.network import Network
from skdl.core.optimizers import SGD, Adam
from skdl.core.schedules import Cosine
from skdl.decomposition import BiasVarianceDecomposition
from skdl.diagnosis import Estimate, Remedy, Trials
from skdl.inspection import (
    LearningRateTest,
    LossLandscape,
    Snapshots,
    find_learning_rate,
    fit_watched,
    hidden_activations,
    loss_landscape,
)
from skdl.plots import LossCurvesDisplay, RemediesDisplay, ValidationCurveDisplay, WeightsDisplay
from skdl.report import render_report
from skdl.search import GridSearchCV, LogUniform, SearchSpace

X, y = np.random.default_rng(0).normal(size=(100, 2)), np.arange(100) % 2
model = make_pipeline(StandardScaler(), MLPClassifier())


def estimators() -> None:
    mlp = MLPClassifier((32, 16), dropout=[0.2, 0.1], optimizer=Adam(beta_1=0.8), l2=1e-3)
    assert_type(mlp.fit(X, y, sample_weight=np.ones(len(y))), MLPClassifier)
    assert_type(mlp.predict(X), np.ndarray)
    assert_type(mlp.decision_function(X), np.ndarray)
    assert_type(mlp.loss_curve_, list[float])
    regressor = MLPRegressor(loss=Huber(), schedule=Cosine(), activation=["relu", ReLU()])
    assert_type(regressor.fit(X, y, X_val=X, y_val=y), MLPRegressor)
    assert_type(regressor.predict(X), np.ndarray)
    mean, std = regressor.predict(X, return_std=True)
    assert_type(std, np.ndarray)

    MLPClassifier(dropuot=0.2)  # pyright: ignore[reportCallIssue]
    MLPClassifier(optimizer=Adam(beta1=0.9))  # pyright: ignore[reportCallIssue]
    MLPClassifier(dropout="a fifth")  # pyright: ignore[reportArgumentType]
    mlp.fit(X)  # pyright: ignore[reportCallIssue]
    mlp.fit(X, y, weights=y)  # pyright: ignore[reportCallIssue]
    mlp.forecast(X)  # pyright: ignore[reportAttributeAccessIssue]


def searches() -> None:
    space = search_space("classifier", optimizers=["adam"])
    assert_type(space, SearchSpace)
    CoordinateSearchCV(model, {"mlpclassifier__l2": [1e-4, 1e-2]}, cv=3).fit(X, y)
    GridSearchCV(model, {"mlpclassifier__dropout": [0.0, 0.5]}, start=model).fit(X, y)
    LogUniform(1e-7, 0.1).rvs(random_state=0)

    search_space("classifier", optimisers=["adam"])  # pyright: ignore[reportCallIssue]
    LogUniform(1e-7)  # pyright: ignore[reportCallIssue]


def diagnosing() -> None:
    diagnosis = diagnose(model, X, y, bayes_error=0.01, random_state=0)
    assert_type(diagnosis, Diagnosis)
    assert_type(diagnosis.regime, str)
    assert_type(diagnosis.conclusive, bool)
    assert_type(diagnosis.bias, Estimate)
    remedies: list[Remedy] = list(diagnosis.remedies)
    trials = diagnosis.try_remedies(X, y)
    assert_type(trials, Trials)
    assert_type(render_report(diagnosis, title="Digits"), str)
    RemediesDisplay.from_trials(trials, tolerance=0.02)

    diagnose(model, X, y, bayes=0.1)  # pyright: ignore[reportCallIssue]
    diagnosis.regmie  # pyright: ignore[reportAttributeAccessIssue]
    RemediesDisplay.from_trials(diagnosis)  # pyright: ignore[reportArgumentType]


def looking_inside() -> None:
    test = find_learning_rate(model, X, y, n_steps=100)
    assert_type(test, LearningRateTest)
    assert_type(test.suggestion, float)
    assert_type(test.to_frame(), DataFrame)
    fitted, snapshots = fit_watched(model, X, y)
    assert_type(snapshots, Snapshots)
    assert_type(loss_landscape(fitted, X, y, snapshots=snapshots), LossLandscape)
    assert_type(hidden_activations(fitted, X), list[np.ndarray])
    found = bias_variance_decomposition(model, X, y, n_datasets=50)
    assert_type(found, BiasVarianceDecomposition)

    find_learning_rate(model, X, y, steps=100)  # pyright: ignore[reportCallIssue]
    test.sugestion  # pyright: ignore[reportAttributeAccessIssue]
    loss_landscape(fitted, X, y, snapshots=test)  # pyright: ignore[reportArgumentType]


def drawing() -> None:
    assert_type(LossCurvesDisplay.from_estimator(model, X, y), LossCurvesDisplay)
    display = ValidationCurveDisplay.from_estimator(
        model, X, y, param_name="mlpclassifier__l2", param_range=[1e-4, 1e-2]
    )
    assert_type(display, ValidationCurveDisplay)
    assert_type(display.plot(), ValidationCurveDisplay)

    ValidationCurveDisplay.from_estimator(model, X, y)  # pyright: ignore[reportCallIssue]
    WeightsDisplay(coefs=[np.ones((2, 2))], bins="many")  # pyright: ignore[reportArgumentType]


def by_hand() -> None:
    network = Network([Dense(2, 8, HeUniform()), Activate(8, ReLU())], dtype=float)
    network.initialize(np.random.default_rng(0))
    buffers = network.workspace(len(X))
    raw = network.forward(X, buffers, Pass(training=True))
    network.backward(CrossEntropy().gradient(y, raw), buffers)
    sgd = SGD()
    sgd.step(network.theta, network.gradient, sgd.init(network.theta), rate=0.1)

    Dense(2, 8, ReLU())  # pyright: ignore[reportArgumentType]
    Pass(trianing=True)  # pyright: ignore[reportCallIssue]
