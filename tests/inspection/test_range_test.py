"""The learning-rate range test: closed forms, readings, what it leaves alone, what it refuses."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_classification
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdl.core.optimizers import Optimizer
from skdl.estimators.classifier import MLPClassifier
from skdl.estimators.regressor import MLPRegressor
from skdl.inspection.range_test import find_learning_rate, smooth

FIRST_ORDER = sorted(name for name, kind in Optimizer.registry.items() if kind.order == 1)


def parabola(curvature=1.0):
    """Return a network with one weight, and rows on which its loss is ½·curvature·(w − w*)²."""
    rng = np.random.default_rng(0)
    x = rng.choice([-1.0, 1.0], size=64) * np.sqrt(curvature)
    mlp = MLPRegressor(
        (),
        optimizer="sgd",
        momentum=0.0,
        l2=0.0,
        fit_intercept=False,
        batch_size="full",
        scale_target=False,
        random_state=0,
    )
    return mlp, x[:, None], 3.0 * x


def factor_of_the_loss():
    """Return what the loss is divided by: ½(r − y)² or (r − y)²."""
    mlp, X, y = parabola()
    mlp.set_params(max_iter=1, n_iter_no_change=None, learning_rate=1e-12).fit(X, y)
    return mlp.loss_ / np.mean((mlp.predict(X) - y) ** 2)


@pytest.mark.parametrize("curvature", [0.1, 1.0, 30.0])
def test_on_a_parabola_the_lowest_loss_is_at_the_largest_stable_rate(curvature):
    mlp, X, y = parabola(curvature)
    # Gradient descent on a parabola of second derivative λ shrinks the error by |1 − ελ| a step:
    # it is stable up to ε = 2/λ.
    largest = 2 / (2 * factor_of_the_loss() * curvature)
    found = find_learning_rate(
        mlp, X, y, start=largest / 20, stop=largest * 20, n_steps=40, smoothing=0.0
    )
    assert found.exploded
    # The loss is lowest before the first step that is too large.
    before = found.rates[found.rates < found.lowest]
    assert before[-1] <= largest < found.lowest
    assert found.suggestion == pytest.approx(found.lowest / 10, rel=0.05)


def test_the_losses_are_those_of_gradient_descent_with_the_growing_rate():
    mlp, X, y = parabola()
    found = find_learning_rate(mlp, X, y, start=1e-3, stop=0.5, n_steps=20)
    second = 2 * factor_of_the_loss()
    shrink = np.cumprod(np.append(1.0, (1 - found.rates[:-1] * second) ** 2))
    np.testing.assert_allclose(found.losses, found.losses[0] * shrink, rtol=1e-6)
    np.testing.assert_allclose(found.rates, np.geomspace(1e-3, 0.5, 20))
    weights = 0.9 ** np.arange(20)[::-1]  # the last smoothed loss, and where it is drawn
    expected = np.average(found.losses, weights=weights)
    assert found.smoothed[-1] == pytest.approx(expected)
    at = np.average(np.log(found.rates), weights=weights)
    assert found.smoothed_rates[-1] == pytest.approx(np.exp(at))


def test_the_smoothed_loss_does_not_lag_behind():
    rates = np.geomspace(1e-4, 1, 50)
    losses = 2 - 0.3 * np.log(rates)  # a straight line over the logarithm of the rate
    smoothed, at = smooth(losses, 0.9), smooth(np.log(rates), 0.9)
    np.testing.assert_allclose(smoothed, 2 - 0.3 * at)
    np.testing.assert_array_equal(smooth(losses, 0.0), losses)


@pytest.mark.parametrize("optimizer", FIRST_ORDER)
def test_every_first_order_optimiser_gets_a_rate_with_which_it_learns(optimizer):
    X, y = load_digits(return_X_y=True)
    X, y = StandardScaler().fit_transform(X[:500]), y[:500]
    mlp = MLPClassifier(
        (16,),
        optimizer=optimizer,
        batch_size="full" if Optimizer.registry[optimizer].full_batch else 32,
        max_iter=30,
        n_iter_no_change=None,
        random_state=0,
    )
    found = find_learning_rate(mlp, X, y, random_state=0)
    assert found.steepest <= found.lowest
    assert found.current == Optimizer.registry[optimizer].learning_rate
    assert mlp.set_params(learning_rate=found.suggestion).fit(X, y).score(X, y) > 0.8


def test_the_estimator_is_not_changed_and_the_parameter_has_its_prefix():
    X, y = make_classification(200, random_state=0)
    told = []
    mlp = MLPClassifier((4,), schedule="cosine", random_state=0, callbacks=[told.append])
    model = make_pipeline(StandardScaler(), mlp)
    before = repr(model.get_params())
    found = find_learning_rate(model, X, y, random_state=0, n_steps=30)
    assert repr(model.get_params()) == before
    assert not hasattr(mlp, "coefs_") and not hasattr(model[0], "mean_")
    assert told == []
    assert found.parameter == "mlpclassifier__learning_rate"
    model.set_params(**{found.parameter: found.suggestion})
    again = find_learning_rate(model, X, y, random_state=0, n_steps=30)
    np.testing.assert_array_equal(again.losses, found.losses)
    assert again.current == found.suggestion
    frame = found.to_frame()
    assert list(frame) == ["rates", "losses", "smoothed_rates", "smoothed"]
    assert len(frame) == len(found.rates)


def test_classes_are_balanced_over_all_rows():
    X, y = make_classification(300, weights=[0.9], random_state=0)
    counts = np.bincount(y)
    by_hand = {label: len(y) / (2 * count) for label, count in enumerate(counts)}
    networks = [MLPClassifier((4,), class_weight=w, random_state=0) for w in ("balanced", by_hand)]
    one, other = (find_learning_rate(mlp, X, y, random_state=0) for mlp in networks)
    np.testing.assert_allclose(one.losses, other.losses)


def test_a_test_that_does_not_explode_says_so():
    X, y = make_classification(200, random_state=0)
    found = find_learning_rate(MLPClassifier((4,), random_state=0), X, y, stop=1e-3, n_steps=30)
    assert not found.exploded and len(found.rates) == 30


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"start": 0.0}, "start must be > 0; got 0.0"),
        ({"stop": 1e-9}, "stop must be a number > start=1e-06; got 1e-09"),
        ({"n_steps": 5}, "n_steps must be an integer >= 10; got 5"),
        ({"smoothing": 1.0}, r"smoothing must be in \[0, 1\); got 1.0"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    X, y = make_classification(50, random_state=0)
    with pytest.raises(ValueError, match=f"find_learning_rate: {message}"):
        find_learning_rate(MLPClassifier((4,)), X, y, **settings)


def test_what_has_no_learning_rate_is_refused():
    X, y = make_classification(50, random_state=0)
    with pytest.raises(ValueError, match="must be a first-order one.* got 'lbfgs'"):
        find_learning_rate(MLPClassifier((4,), optimizer="lbfgs"), X, y)
    with pytest.raises(TypeError, match="must be a network of skdl .* got DecisionTree"):
        find_learning_rate(DecisionTreeClassifier(), X, y)


def test_rows_on_which_every_rate_explodes_are_refused():
    mlp, X, y = parabola(1e12)
    with pytest.raises(ValueError, match="start must be a rate at which the loss stays finite"):
        find_learning_rate(mlp, X, y)
