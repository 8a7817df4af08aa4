"""The chord test: closed forms, convex models and others, and what is left as it was."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_friedman1
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, MLPRegressor
from skdl.core.losses import ClassifierLoss, RegressorLoss
from skdl.inspection import ChordTest, chord_test, loss_and_gradient

IRIS, FRIEDMAN = load_iris(return_X_y=True), make_friedman1(80, random_state=0)
QUICK = {"max_iter": 5, "n_iter_no_change": None, "random_state": 0}
# The Brier score of a softmax is not convex in the raw outputs, nor are focal and the like.
CONVEX = ["cross_entropy", "hinge", "squared_hinge"]
CONVEX_OF_NUMBERS = ["squared_error", "absolute_error", "huber", "log_cosh", "quantile", "poisson"]


@pytest.mark.parametrize("loss", [n for n in CONVEX if n in ClassifierLoss.registry])
def test_a_linear_classifier_is_convex(loss):
    mlp = MLPClassifier((), loss=loss, **QUICK).fit(*IRIS)
    assert chord_test(mlp, *IRIS, n_chords=200, random_state=0) == ChordTest(200, 0, 0.0)


@pytest.mark.parametrize("loss", [n for n in CONVEX_OF_NUMBERS if n in RegressorLoss.registry])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_linear_regressor_is_convex(loss, dtype):
    mlp = MLPRegressor((), loss=loss, dtype=dtype, **QUICK).fit(*FRIEDMAN)
    assert chord_test(mlp, *FRIEDMAN, n_chords=200, random_state=0).n_below == 0


def test_hidden_units_are_not():
    mlp = MLPRegressor((5,), activation="tanh", **QUICK)
    model = make_pipeline(StandardScaler(), mlp).fit(*FRIEDMAN)
    found = chord_test(model, *FRIEDMAN, n_chords=400, radius=0.5, random_state=0)
    assert 1 < found.n_below <= found.n_chords == 400 and found.largest > 0
    assert f"{found.n_below} of 400 chords lie below the objective, by up to" in str(found)


def test_a_product_of_two_weights_has_chords_below_it_and_by_how_much():
    """J = ½(ab − 2)² + …: the middle of (1, 2) and (2, 1) has J above both ends' mean."""
    X, y = np.array([[1.0], [1.0]]), np.array([2.0, 2.0])
    settings = {"activation": "identity", "fit_intercept": False, "l2": 0.0, "scale_target": False}
    mlp = MLPRegressor((1,), **settings, **QUICK).fit(X, y)
    mlp._network.theta[...] = [1.0, 2.0]
    # Around a minimum of a valley of minima, the middle of two of its points is no minimum.
    found = chord_test(mlp, X, y, n_chords=400, radius=0.3, random_state=0)
    assert found.n_below > 0

    def objective(a, b):
        return 0.5 * (a * b - 2) ** 2

    rng = np.random.default_rng(0)
    step, above = 0.3 * np.sqrt(5.0) / np.sqrt(2), []
    for _ in range(400):
        p, q = np.array([1.0, 2.0]) + step * rng.normal(size=(2, 2))
        above.append(objective(*((p + q) / 2)) - (objective(*p) + objective(*q)) / 2)
    assert found.n_below == sum(value > 1e-12 for value in above)
    assert found.largest == pytest.approx(max(above))


def test_the_estimator_stays_as_it_was():
    mlp = MLPClassifier((4,), **QUICK).fit(*IRIS)
    before = loss_and_gradient(mlp, *IRIS)[0]
    first = chord_test(mlp, *IRIS, n_chords=3, random_state=1)
    assert loss_and_gradient(mlp, *IRIS)[0] == before
    assert chord_test(mlp, *IRIS, n_chords=3, random_state=1) == first


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"n_chords": 0}, "chord_test: n_chords must be"),
        ({"radius": 0.0}, "chord_test: radius must be"),
        ({"random_state": "a"}, "chord_test: random_state must be"),
    ],
    ids=str,
)
def test_bad_arguments_are_named(asked, message):
    mlp = MLPClassifier((4,), **QUICK).fit(*IRIS)
    with pytest.raises(ValueError, match=message):
        chord_test(mlp, *IRIS, **asked)


def test_another_model_is_refused():
    with pytest.raises(TypeError, match="chord_test: estimator must be a network of skdl"):
        chord_test(Ridge().fit(*FRIEDMAN), *FRIEDMAN)
