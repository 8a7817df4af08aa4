"""What is tracked is what a person would measure with the network of each epoch."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits, make_friedman1
from sklearn.metrics import log_loss

from skdl import MLPClassifier, MLPRegressor
from skdl.plots import LossCurvesDisplay

X, Y = load_digits(return_X_y=True)
X = X[:700] / 16
Y = Y[:700]
FRIEDMAN = make_friedman1(300, random_state=0)
FIXED = {"max_iter": 6, "n_iter_no_change": None, "random_state": 0}
NOISY = {"dropout": 0.5, "label_smoothing": 0.1, "weight_noise": 0.01, "input_noise": 0.1}


def test_the_clean_loss_is_that_of_the_network_as_it_predicts():
    seen = []

    def note(mlp, record):
        seen.append(log_loss(Y, mlp.predict_proba(X), labels=range(10)))

    mlp = MLPClassifier((30,), track="clean", callbacks=[note], **NOISY, **FIXED).fit(X, Y)
    np.testing.assert_allclose(mlp.clean_loss_curve_, seen, rtol=1e-6)
    assert min(np.array(mlp.loss_curve_) - mlp.clean_loss_curve_) > 0.1  # noise hides the gap


def test_of_many_rows_some_are_taken_and_always_the_same():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(5000, 3))
    targets = inputs[:, 0] + rng.normal(size=5000)
    mlp = MLPRegressor((5,), track="clean", **FIXED).fit(inputs, targets)
    sample = np.linspace(0, 4999, 1000).round().astype(int)
    scaled = (targets - targets.mean()) / targets.std()
    said = (mlp.predict(inputs) - targets.mean()) / targets.std()
    expected = 0.5 * np.mean((said - scaled)[sample] ** 2)
    factor = mlp.clean_loss_curve_[-1] / expected
    assert factor == pytest.approx(1) or factor == pytest.approx(2)


def test_held_out_rows_are_not_among_them():
    settings = {"early_stopping": True, "validation_fraction": 0.5, "track": "clean", "l2": 0.0}
    mlp = MLPClassifier((100,), **settings, **{**FIXED, "max_iter": 60}).fit(X, Y)
    assert mlp.clean_loss_curve_[-1] < 0.5 * mlp.validation_loss_curve_[-1]


def test_weights_count():
    inputs, targets = FRIEDMAN
    weight = np.where(np.arange(300) < 100, 1.0, 1e-9)
    settings = {"scale_target": False, "track": "clean", **FIXED}
    one = MLPRegressor((5,), **settings).fit(inputs, targets, weight)
    residual = targets[:100] - one.predict(inputs[:100])
    ratio = one.clean_loss_curve_[-1] / np.mean(residual**2)
    assert ratio == pytest.approx(0.5, rel=1e-4) or ratio == pytest.approx(1, rel=1e-4)


def test_the_score_that_is_monitored_is_tracked_as_well():
    settings = {"early_stopping": True, "monitor": "accuracy", "track": "clean"}
    mlp = MLPClassifier((20,), **settings, **FIXED).fit(X, Y)
    scores = mlp.history_.column("clean_score")
    assert len(scores) == 6 and 0 <= min(scores) <= max(scores) <= 1
    assert scores[-1] > scores[0]


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("track", ["clean", "steps", ["clean", "steps"]])
def test_what_is_learned_is_the_same(cls, track):
    data = (X, Y) if cls is MLPClassifier else FRIEDMAN
    settings = {**FIXED, "dropout": 0.3, "batch_norm": True}
    plain, tracked = (cls((9,), track=t, **settings).fit(*data) for t in (None, track))
    for one, other in zip(plain.coefs_, tracked.coefs_, strict=True):
        np.testing.assert_array_equal(one, other)
    assert plain.loss_curve_ == tracked.loss_curve_
    assert not {"clean_loss", "step_loss", "seconds"} & set(plain.history_[0])
    assert plain.clean_loss_curve_ == [] and len(plain.history_.steps()) == 0


def test_side_by_side_it_is_the_same_as_alone():
    settings = {"track": ["clean", "steps"], **FIXED}
    alone = MLPClassifier((6,), **settings).fit(X, Y)
    other = MLPClassifier((6,), n_networks=3, **settings).fit(X, Y).networks_[0]
    np.testing.assert_allclose(other.clean_loss_curve_, alone.clean_loss_curve_, rtol=1e-6)
    pd.testing.assert_frame_equal(other.history_.steps(), alone.history_.steps(), rtol=1e-5)


def test_a_step_has_the_loss_of_its_batch():
    """One batch an epoch: the loss of the step is that of the epoch, and the norm that of it."""
    settings = {"batch_size": "full", "track": "steps", **FIXED}
    mlp = MLPClassifier((7,), **settings).fit(X, Y)
    steps = mlp.history_.steps()
    assert steps["step"].tolist() == steps["epoch"].tolist() == [1, 2, 3, 4, 5, 6]
    np.testing.assert_allclose(steps["loss"], mlp.loss_curve_)
    small = MLPClassifier((7,), batch_size=100, track="steps", **FIXED).fit(X, Y)
    steps = small.history_.steps()
    assert len(steps) == 42
    np.testing.assert_allclose(steps.groupby("epoch")["loss"].mean(), small.loss_curve_)
    assert (steps["gradient_norm"] > 0).all()


def test_the_norm_is_that_before_clipping():
    settings = {"batch_size": "full", **FIXED, "max_iter": 1, "l2": 0.0}
    free = MLPClassifier((7,), **settings).fit(X, Y).history_[0]
    bound = MLPClassifier((7,), clip="global_norm", clip_threshold=1e-3, **settings).fit(X, Y)
    bound = bound.history_[0]
    assert bound["gradient_norm"] == pytest.approx(free["gradient_norm"], rel=1e-6)
    assert bound["clipped_gradient_norm"] == pytest.approx(1e-3, rel=1e-6)
    assert "clipped_gradient_norm" not in free


def test_a_solver_with_curvature_is_tracked_too():
    mlp = MLPRegressor((4,), optimizer="lbfgs", track="clean", max_iter=5, n_iter_no_change=None)
    mlp.fit(*FRIEDMAN)
    np.testing.assert_allclose(mlp.clean_loss_curve_, mlp.loss_curve_, rtol=1e-9)
    with pytest.warns(UserWarning, match="track='steps' has no effect.*lbfgs"):
        mlp.set_params(track="steps").fit(*FRIEDMAN)


def test_validation_rows_without_early_stopping_draw_the_same_curve():
    mlp = MLPClassifier((8,), track="clean", **FIXED).fit(
        X[:500], Y[:500], X_val=X[500:], y_val=Y[500:]
    )
    assert len(mlp.validation_loss_curve_) == len(mlp.clean_loss_curve_) == 6


def test_the_picture_shows_the_pair_that_can_be_compared():
    settings = {"early_stopping": True, "track": "clean", **NOISY, **FIXED}
    mlp = MLPClassifier((30,), **settings).fit(X, Y)
    display = LossCurvesDisplay.from_estimator(mlp)
    drawn = display.lines_["MLPClassifier", "training"].get_ydata()
    np.testing.assert_array_equal(drawn, mlp.clean_loss_curve_)
    minimised = display.lines_["MLPClassifier", "minimised"].get_ydata()
    np.testing.assert_array_equal(minimised, mlp.loss_curve_)
    labels = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert {"training", "validation", "as minimised", "generalisation gap"} <= set(labels)
    assert display.gap_ is not None
    plain = LossCurvesDisplay.from_estimator(mlp.set_params(track=None), X, Y)
    assert plain.gap_ is None and ("MLPClassifier", "minimised") not in plain.lines_


@pytest.mark.parametrize("track", ["dirty", 1, [], ["clean", "x"], True])
def test_what_cannot_be_tracked_is_named(track):
    with pytest.raises(ValueError, match=r"^MLPClassifier: track must be one of 'clean', 'steps'"):
        MLPClassifier(track=track).fit(X, Y)
