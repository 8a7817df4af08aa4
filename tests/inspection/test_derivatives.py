"""Derivatives of fitted networks against differences, dense matrices and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_iris, make_friedman1
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, MLPRegressor
from skdl.estimators.parameters.resolve import auto_l2
from skdl.inspection import (
    Curvature,
    gradient_noise,
    hessian_eigenvalues,
    hessian_vector_product,
    layer_norms,
    loss_and_gradient,
    trace,
)

X, Y = load_iris(return_X_y=True)
FRIEDMAN = make_friedman1(80, random_state=0)
FIXED = {"max_iter": 5, "n_iter_no_change": None, "random_state": 0}
RNG = np.random.default_rng(0)


def moved(mlp, step):
    other = MLPClassifier(**mlp.get_params()).fit(X, Y)
    other._network.theta[...] = mlp._network.theta + step
    return other


@pytest.mark.parametrize(
    "settings",
    [{}, {"l2": 0.3, "activation": "tanh"}, {"dropout": 0.5, "weight_noise": 0.1}, {"l1": 0.1}],
    ids=str,
)
def test_value_and_gradient(settings):
    mlp = MLPClassifier((5,), **settings, **FIXED).fit(X, Y)
    value, gradient = loss_and_gradient(mlp, X, Y)
    network, p = mlp._network, mlp.predict_proba(X)[np.arange(150), Y]
    w = network.weights
    penalty = 0.5 * mlp.l2_ * np.sum(w**2) + mlp.l1 * np.abs(w).sum()
    assert value == pytest.approx(-np.mean(np.log(p)) + penalty)
    for j in range(0, network.n_parameters, 7):
        step = np.zeros(network.n_parameters)
        step[j] = 1e-6
        ends = [loss_and_gradient(moved(mlp, s * step), X, Y)[0] for s in (1, -1)]
        corner = mlp.l1 * np.sign(w[j]) if j < network.n_weights else 0.0
        expected = (ends[0] - ends[1]) / 2e-6
        assert gradient[j] + corner == pytest.approx(expected, rel=1e-4, abs=1e-7)


def test_weights_are_of_mean_one():
    mlp = MLPRegressor((5,), **FIXED).fit(*FRIEDMAN)
    weight = RNG.uniform(size=80)
    one, other = (loss_and_gradient(mlp, *FRIEDMAN, w) for w in (weight, 7 * weight))
    assert one[0] == pytest.approx(other[0])
    np.testing.assert_allclose(one[1], other[1], atol=1e-12)


def test_the_product_is_the_derivative_of_the_gradient():
    mlp = MLPClassifier((5,), activation="tanh", l2=0.1, **FIXED).fit(X, Y)
    v = RNG.normal(size=mlp._network.n_parameters)
    gradients = [loss_and_gradient(moved(mlp, s * 1e-5 * v), X, Y)[1] for s in (1, -1)]
    expected = (gradients[0] - gradients[1]) / 2e-5
    np.testing.assert_allclose(hessian_vector_product(mlp, X, Y, v), expected, atol=1e-6)


@pytest.mark.parametrize("units", [(), (9,), (12, 6)])
@pytest.mark.parametrize("k", [1, 3])
def test_the_extreme_eigenvalues_are_those_of_the_whole_matrix(units, k):
    smooth = {"activation": "tanh"} if units else {}
    mlp = MLPRegressor(units, l2=0.01, **smooth, **FIXED).fit(*FRIEDMAN)
    n = mlp._network.n_parameters
    H = np.stack([hessian_vector_product(mlp, *FRIEDMAN, e) for e in np.eye(n)])
    values = np.linalg.eigvalsh((H + H.T) / 2)
    found = hessian_eigenvalues(mlp, *FRIEDMAN, k=k)
    np.testing.assert_allclose(found.smallest, values[:k], atol=1e-7)
    np.testing.assert_allclose(found.largest, values[-k:], atol=1e-7)
    assert found.gradient_norm == pytest.approx(
        np.linalg.norm(loss_and_gradient(mlp, *FRIEDMAN)[1])
    )
    again = hessian_eigenvalues(mlp, *FRIEDMAN, k=k)
    np.testing.assert_array_equal(found.smallest, again.smallest)


def test_of_a_linear_model_it_is_the_matrix_of_the_normal_equations():
    inputs, targets = FRIEDMAN
    settings = {"l2": 0.05, "fit_intercept": False, "scale_target": False, "random_state": 0}
    mlp = MLPRegressor((), optimizer="lbfgs", max_iter=500, tol=1e-10, **settings)
    mlp.fit(inputs, targets)
    H = inputs.T @ inputs / 80 + 0.05 * np.eye(10)
    values = np.linalg.eigvalsh(H)
    found = hessian_eigenvalues(mlp, inputs, targets)
    assert found.smallest[0] == pytest.approx(values[0])
    assert found.condition == pytest.approx(values[-1] / values[0])
    assert found.point == "minimum" and found.gradient_norm < 1e-4
    ridge = Ridge(alpha=0.05 * 80, fit_intercept=False).fit(inputs, targets)
    np.testing.assert_allclose(mlp.coefs_[0].ravel(), ridge.coef_, rtol=1e-4)


@pytest.mark.parametrize(
    ("smallest", "largest", "point"),
    [
        ([1.0], [3.0], "minimum"),
        ([-3.0], [-1.0], "maximum"),
        ([-2.0], [2.0], "saddle"),
        ([0.0], [2.0], "flat"),
        ([-1e-9], [2.0], "flat"),
    ],
)
def test_what_a_point_is(smallest, largest, point):
    assert Curvature(np.array(smallest), np.array(largest), 0.0).point == point
    if point == "flat" and smallest == [0.0]:
        assert Curvature(np.array(smallest), np.array(largest), 0.0).condition == np.inf


def test_noise_falls_as_the_root_of_the_rows():
    mlp = MLPRegressor((5,), **FIXED).fit(*FRIEDMAN)
    noise = gradient_noise(mlp, *FRIEDMAN, [1, 16], n_batches=400, random_state=0)
    assert noise["distance"][0] / noise["distance"][1] == pytest.approx(4, rel=0.15)
    singles = [
        loss_and_gradient(mlp, FRIEDMAN[0][i : i + 1], FRIEDMAN[1][i : i + 1])[1] for i in range(80)
    ]
    trace = np.sum(np.var(singles, axis=0))
    assert noise["distance"][0] == pytest.approx(np.sqrt(trace), rel=0.1)
    same = gradient_noise(mlp, *FRIEDMAN, [1, 16], n_batches=400, random_state=0)
    assert noise.equals(same)


def test_norms_are_those_of_numpy():
    mlp = MLPClassifier((6, 4), l1=0.02, **FIXED).fit(X, Y)
    table = layer_norms(make_pipeline(StandardScaler(), mlp).fit(X, Y)[-1])
    for W, row in zip(mlp.coefs_, table.itertuples(), strict=True):
        assert (row.inputs, row.units) == W.shape
        assert row.L0 == (W != 0).sum() and row.L1 == pytest.approx(np.abs(W).sum())
        assert row.frobenius == pytest.approx(np.linalg.norm(W, "fro"))
        assert row.spectral == pytest.approx(np.linalg.svd(W)[1][0])
        assert row.Linf == pytest.approx(np.abs(W).max())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda m: hessian_vector_product(m, X, Y, [1.0]), "v must be of shape"),
        (lambda m: hessian_eigenvalues(m, X, Y, k=0), "k must be an int from 1 to"),
        (lambda m: hessian_eigenvalues(m, X, Y, k=1.5), "k must be an int from 1 to"),
        (lambda m: gradient_noise(m, X, Y, [0]), "batch_sizes must be int >= 1; got 0"),
        (lambda m: gradient_noise(m, X, Y, 3), "batch_sizes must be a sequence of int >= 1"),
        (lambda m: gradient_noise(m, X, Y, n_batches=0), "n_batches must be int >= 1"),
    ],
)
def test_bad_arguments_are_named(call, said):
    with pytest.raises(ValueError, match=said):
        call(MLPClassifier((3,), **FIXED).fit(X, Y))


@pytest.mark.parametrize("function", [loss_and_gradient, hessian_eigenvalues, gradient_noise])
def test_only_networks_have_them(function):
    with pytest.raises(TypeError, match=rf"^{function.__name__}: estimator must be a network"):
        function(Ridge().fit(X, Y), X, Y)


def test_a_network_that_has_learned_another_y_is_refused():
    """Its loss on the y that it was not given would be a number that means nothing."""
    inputs, targets = FRIEDMAN
    model = TransformedTargetRegressor(
        MLPRegressor((4,), **FIXED), func=np.log, inverse_func=np.exp
    )
    model.fit(inputs, targets + 10)
    for look in (loss_and_gradient, hessian_eigenvalues, gradient_noise, trace):
        with pytest.raises(
            TypeError, match=f"^{look.__name__}: .* sees another y: pass regressor_"
        ):
            look(model, inputs, targets)


def test_an_automatic_penalty_is_that_of_the_fit_however_few_the_rows():
    auto, fixed = (
        MLPClassifier((4,), l2=l2, **FIXED).fit(X, Y) for l2 in ("auto", auto_l2(150, 4))
    )
    for rows in (slice(2), slice(None)):
        one, other = (loss_and_gradient(mlp, X[rows], Y[rows])[0] for mlp in (auto, fixed))
        assert one == pytest.approx(other, rel=1e-12)
    steps = [trace(mlp, X[:2], Y[:2])["W1 after the step"] for mlp in (auto, fixed)]
    np.testing.assert_allclose(*steps, rtol=1e-12)
    noise = [gradient_noise(mlp, X, Y, [2], random_state=0)["distance"][0] for mlp in (auto, fixed)]
    assert noise[0] == pytest.approx(noise[1], rel=1e-9)
