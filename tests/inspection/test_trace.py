"""A trace is what a person computes by hand, and what finite differences say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.datasets import load_iris, make_friedman1
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, MLPRegressor
from skdl.inspection import LossSurface, Trace, trace

X, Y = load_iris(return_X_y=True)
FIXED = {"max_iter": 5, "n_iter_no_change": None, "random_state": 0}


def test_a_network_of_two_layers_by_hand():
    mlp = MLPClassifier((3,), activation="tanh", optimizer="sgd", momentum=0.0, l2=0.01, **FIXED)
    mlp.set_params(learning_rate=0.1).fit(X, Y)
    rows, labels = X[[0, 60, 120]], Y[[0, 60, 120]]
    (W1, W2), (b1, b2) = mlp.coefs_, mlp.intercepts_
    steps = trace(mlp, rows, labels)
    z1 = rows @ W1 + b1
    a1 = np.tanh(z1)
    z2 = a1 @ W2 + b2
    y = np.eye(3)[labels]
    dz2 = (softmax(z2, axis=1) - y) / 3
    dz1 = dz2 @ W2.T * (1 - a1**2)
    expected = {
        "x": rows,
        "z1": z1,
        "a1": a1,
        "z2": z2,
        "y": y,
        "L": -np.mean(np.log(softmax(z2, axis=1))[np.arange(3), labels]),
        "dL/dz2": dz2,
        "dL/dW2": a1.T @ dz2,
        "dL/db2": dz2.sum(axis=0, keepdims=True),
        "dL/da1": dz2 @ W2.T,
        "dL/dz1": dz1,
        "dL/dW1": rows.T @ dz1,
        "dL/db1": dz1.sum(axis=0, keepdims=True),
        "W1 after the step": W1 - 0.1 * (rows.T @ dz1 + 0.01 * W1),
        "b1 after the step": b1 - 0.1 * dz1.sum(axis=0, keepdims=True),
        "W2 after the step": W2 - 0.1 * (a1.T @ dz2 + 0.01 * W2),
        "b2 after the step": b2 - 0.1 * dz2.sum(axis=0, keepdims=True),
    }
    assert [entry.name for entry in steps] == list(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(steps[name], value, atol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    "settings",
    [
        {"activation": "prelu"},
        {"activation": "maxout"},
        {"batch_norm": True},
        {"dropout": 0.5, "input_noise": 0.1},
        {"hidden_layer_sizes": (4, 3), "fit_intercept": False},
        {"optimizer": "adam", "clip": "global_norm"},
        {"l1": 0.01, "weight_decay": 0.1},
    ],
    ids=str,
)
def test_gradients_are_those_of_finite_differences(settings):
    inputs, targets = make_friedman1(60, random_state=0)
    settings = {"hidden_layer_sizes": (5,), **FIXED, **settings}
    mlp = MLPRegressor(**settings).fit(inputs, targets)
    steps = trace(mlp, inputs[:6], targets[:6])
    surface = LossSurface(mlp, inputs[:6], targets[:6])
    weights = surface.weights(np.arange(len(surface.parameters)))
    for number, places in enumerate(weights, start=1):
        gradient = steps[f"dL/dW{number}"]
        for place, told in zip(places.ravel()[:8], gradient.ravel()[:8], strict=True):
            ends = []
            for sign in (1, -1):
                moved = surface.parameters.copy()
                moved[int(place)] += sign * 1e-6
                ends.append(surface(moved))
            assert told == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-8)


def test_of_a_pipeline_the_network_at_its_end_and_with_weights():
    model = make_pipeline(StandardScaler(), MLPClassifier((3,), **FIXED)).fit(X, Y == 0)
    weight = np.array([3.0, 1.0])
    steps = trace(model, X[[0, 90]], [True, False], weight)
    scaled = model[0].transform(X[[0, 90]])
    np.testing.assert_allclose(steps["x"], scaled)
    p = expit(steps["z2"][:, 0])
    relative = weight / weight.mean()
    expected = relative * (p - [1, 0]) / 2
    np.testing.assert_allclose(steps["dL/dz2"][:, 0], expected, rtol=1e-10)


def test_nothing_of_the_estimator_changes():
    mlp = MLPClassifier((3,), **FIXED).fit(X, Y)
    before = mlp._network.theta.copy()
    trace(mlp, X[:2], Y[:2])
    np.testing.assert_array_equal(mlp._network.theta, before)


def test_it_is_read_as_tables():
    steps = trace(MLPClassifier((3,), **FIXED).fit(X, Y), X[:2], Y[:2])
    assert isinstance(steps, Trace) and len(steps) == 17
    text, page = str(steps), steps._repr_html_()
    assert "z1 = x W1 + b1\n[[" in text and "a1 = relu(z1)" in text and "-0. " not in text
    assert page.count("<table>") == page.count("</table>") == 17
    assert "dL/dW1</b> = xᵀ dL/dz1" in page
    with pytest.raises(KeyError, match="name must be one of x, z1, a1"):
        steps["z9"]


def test_who_cannot_be_traced_is_told():
    with pytest.raises(TypeError, match="^trace: estimator must be a network of skdl"):
        trace(LogisticRegression(max_iter=500).fit(X, Y), X, Y)
    newton = MLPClassifier((3,), optimizer="lbfgs", **FIXED).fit(X, Y)
    with pytest.raises(ValueError, match="^trace: optimizer must be a first-order one"):
        trace(newton, X[:2], Y[:2])
