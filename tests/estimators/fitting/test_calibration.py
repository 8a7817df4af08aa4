"""The temperature: what it is, which rows tell it, and what it leaves alone."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.base import clone
from sklearn.datasets import make_classification, make_multilabel_classification
from sklearn.metrics import log_loss

from skdl import MLPClassifier
from skdl.estimators.fitting.calibration import temperature

X, Y = make_classification(600, 8, n_informative=4, flip_y=0.3, random_state=0)
SETTINGS = {
    "learning_rate": 0.01,
    "max_iter": 300,
    "early_stopping": True,
    "n_networks": 4,
    "random_state": 0,
}


@pytest.mark.parametrize("true", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("link", ["softmax", "sigmoid"])
def test_raw_outputs_that_were_scaled_are_scaled_back(true, link):
    rng = np.random.default_rng(0)
    raw = rng.normal(scale=2, size=(20_000, 3))
    if link == "softmax":
        y = np.eye(3)[(raw + rng.gumbel(size=raw.shape)).argmax(axis=1)]
    else:
        y = (rng.random(raw.shape) < expit(raw)).astype(float)
    assert temperature(y, raw * true, None, link) == pytest.approx(true, rel=0.05)


def test_rows_count_by_their_weights():
    rng = np.random.default_rng(0)
    raw = rng.normal(scale=2, size=(500, 1))
    y = (rng.random(raw.shape) < expit(raw)).astype(float)
    weight = rng.integers(1, 4, size=(500, 1)).astype(float)
    again = np.repeat(np.arange(500), weight[:, 0].astype(int))
    weighted = temperature(y, raw, weight / weight.mean(), "sigmoid")
    assert weighted == pytest.approx(temperature(y[again], raw[again], None, "sigmoid"), rel=1e-3)


def test_outputs_that_are_not_finite_tell_nothing():
    assert temperature(np.ones((2, 1)), np.array([[np.inf], [1.0]]), None, "sigmoid") == 1.0


def test_it_is_that_of_the_rows_out_of_fold_and_lowers_their_loss():
    plain = MLPClassifier(**SETTINGS).fit(X, Y)
    mlp = clone(plain).set_params(calibrate="temperature").fit(X, Y)
    np.testing.assert_array_equal(mlp.oof_decision_function_, plain.oof_decision_function_)
    outside = expit(mlp.oof_decision_function_)

    def loss_at(t):
        return log_loss(Y, expit(mlp.oof_decision_function_ / t))

    assert loss_at(mlp.temperature_) <= log_loss(Y, outside)
    assert loss_at(mlp.temperature_) <= min(loss_at(mlp.temperature_ * f) for f in (0.98, 1.02))
    raw = mlp.decision_function(X)
    np.testing.assert_array_equal(raw, plain.decision_function(X))  # these stay as they are
    np.testing.assert_array_equal(mlp.predict(X), plain.predict(X))
    np.testing.assert_allclose(mlp.predict_proba(X)[:, 1], expit(raw / mlp.temperature_))
    np.testing.assert_allclose(np.exp(mlp.predict_log_proba(X)), mlp.predict_proba(X))
    assert not hasattr(plain, "temperature_")


def test_several_classes_and_labels_have_one_too():
    X3, y3 = make_classification(600, 8, n_informative=5, n_classes=3, random_state=0)
    mlp = MLPClassifier(**SETTINGS, calibrate="temperature").fit(X3, y3)
    expected = softmax(mlp.decision_function(X3) / mlp.temperature_, axis=1)
    np.testing.assert_allclose(mlp.predict_proba(X3), expected)
    labels = MLPClassifier(**SETTINGS, calibrate="temperature").fit(
        *make_multilabel_classification(300, 6, n_classes=3, random_state=0)
    )
    assert 0.05 < labels.temperature_ < 20


def test_it_goes_with_the_fit_that_told_it():
    mlp = MLPClassifier(**SETTINGS, calibrate="temperature").fit(X, Y)
    again = pickle.loads(pickle.dumps(mlp))
    np.testing.assert_array_equal(again.predict_proba(X), mlp.predict_proba(X))
    assert not hasattr(mlp.set_params(calibrate=None).fit(X, Y), "temperature_")
    mlp.set_params(calibrate="temperature").fit(X, Y)
    with pytest.warns(UserWarning, match="early_stopping=True has no effect with partial_fit"):
        mlp.partial_fit(X, Y)  # these weights have seen all rows
    assert not hasattr(mlp, "temperature_")


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"n_networks": 1}, "n_networks=1"),
        ({"early_stopping": False}, "early_stopping=False"),
        ({"loss": "hinge"}, "loss='hinge'"),
    ],
    ids=str,
)
def test_where_it_has_no_effect_it_says_so(settings, reason):
    mlp = MLPClassifier(**{**SETTINGS, "max_iter": 2, "n_iter_no_change": None} | settings)
    with pytest.warns(UserWarning, match=f"calibrate='temperature' has no effect with {reason}"):
        mlp.set_params(calibrate="temperature").fit(X, Y)
    assert not hasattr(mlp, "temperature_")
