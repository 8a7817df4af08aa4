"""Gradients and Hessian-vector products of every part, alone and in any combination; the checker.

The cases come from the registries: an activation, loss or initialiser that is added is checked.
"""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from strategies import (
    N_FEATURES,
    cases,
    every_activation,
    every_loss,
    loss_id,
    make_case,
    make_hidden,
)

from skdl.core import gradient_check as module
from skdl.core.activations import ReLU, Tanh
from skdl.core.gradient_check import check_gradient, check_hessian_vector, difference
from skdl.core.initializers import Initializer
from skdl.core.layers import Activate, BatchNorm, Dense, Layer, Pass
from skdl.core.losses import CrossEntropy, SquaredError
from skdl.core.network import Network
from skdl.core.noise import DropoutInference
from skdl.core.objective import Objective
from skdl.core.penalties import L1, L2

TOLERANCE = 1e-6
# A Hessian-vector product by central differences has an error of its own.
DIFFERENCE_TOLERANCE = 1e-4

# The same networks in every run: a failure that comes and goes teaches nobody.
many = settings(
    derandomize=True,
    max_examples=120,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


def assert_right(check, case, *, at_least=0.7):
    assert check.n_checked + check.n_skipped == case.network.n_parameters
    assert check.n_checked >= at_least * case.network.n_parameters
    assert check.error <= TOLERANCE


def direction(case, seed=0):
    return np.random.default_rng(seed).standard_normal(case.network.n_parameters)


def assert_curvature_right(case):
    """Check Hv along a few directions; at least one of them must cross no kink."""
    tolerance = TOLERANCE if case.objective.exact_curvature else DIFFERENCE_TOLERANCE
    n = case.network.n_parameters
    checks = [
        check_hessian_vector(case.objective, *case.batch, v=direction(case, seed))
        for seed in range(4)
    ]
    assert all(c.n_checked + c.n_skipped == n for c in checks)
    assert any(c.n_checked == n for c in checks)
    assert max(c.error for c in checks) <= tolerance


activations = pytest.mark.parametrize("activation", every_activation(), ids=lambda a: a.name)
every_link = pytest.mark.parametrize("loss", every_loss(), ids=loss_id)


# --------------------------------------------------------------------------------------
# Every member at least once.


@activations
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_every_activation(activation, fit_intercept):
    for batch_norm in (False, True)[: 1 if activation.pre_activation == "distance" else 2]:
        options = {"batch_norm": batch_norm, "fit_intercept": fit_intercept}
        hidden = [make_hidden(activation), make_hidden(activation, units=2)]
        case = make_case(SquaredError(), hidden, **options)
        assert_right(check_gradient(case.objective, *case.batch), case)
        assert_curvature_right(case)


@every_link
@pytest.mark.parametrize("weighted", [False, True])
def test_every_loss_with_every_link(loss, weighted):
    case = make_case(loss, [make_hidden(Tanh())], n_targets=3, weighted=weighted)
    assert_right(check_gradient(case.objective, *case.batch), case)
    assert_curvature_right(case)


@every_link
def test_every_loss_of_a_linear_model(loss):
    case = make_case(loss, [], n_targets=3, sparse=True)
    assert_right(check_gradient(case.objective, *case.batch), case)
    assert_curvature_right(case)


@pytest.mark.parametrize("name", sorted(Initializer.registry))
def test_every_initializer(name):
    initializer = Initializer.registry[name]()
    hidden = [make_hidden(a) for a in (Tanh(), ReLU())]
    for layer in hidden:
        layer.initializer = initializer
    case = make_case(CrossEntropy(), hidden, n_targets=3, output_initializer=initializer)
    assert_right(check_gradient(case.objective, *case.batch), case)


@pytest.mark.parametrize("name", sorted(DropoutInference.registry))
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_every_dropout_inference_under_noise(name, sparse, batch_norm):
    hidden = [make_hidden(Tanh(), dropout=0.4, noise=0.1), make_hidden(ReLU(), dropout=0.2)]
    case = make_case(
        SquaredError(),
        hidden,
        sparse=sparse,
        batch_norm=batch_norm,
        input_dropout=0.3,
        input_noise=0.1,
        activity_l1=0.05,
        dropout_inference=DropoutInference.registry[name](),
    )
    assert_right(check_gradient(case.objective, *case.batch), case)


@activations
def test_every_activation_with_the_activity_penalty(activation):
    case = make_case(SquaredError(), [make_hidden(activation)], activity_l1=0.3)
    assert_right(check_gradient(case.objective, *case.batch), case)
    assert_curvature_right(case)


@pytest.mark.parametrize("pair", list(pairwise(every_activation())), ids=lambda p: p[0].name)
def test_a_mix_of_activations(pair):
    case = make_case(CrossEntropy(), [make_hidden(a) for a in pair], sparse=True)
    assert_right(check_gradient(case.objective, *case.batch), case)
    assert_curvature_right(case)


WITHOUT_TRAINING = {
    "batch_norm": ({}, {"batch_norm": True}),
    "hidden_noise": ({"noise": 0.2}, {"input_noise": 0.1}),
} | {
    f"dropout-{name}": ({"dropout": 0.3}, {"input_dropout": 0.2, "dropout_inference": cls()})
    for name, cls in DropoutInference.registry.items()
}


@pytest.mark.parametrize("of_layer, of_network", WITHOUT_TRAINING.values(), ids=WITHOUT_TRAINING)
def test_without_training_the_gradient_is_that_of_the_prediction(of_layer, of_network):
    """``training=False``: no noise, running statistics."""
    hidden = [make_hidden(Tanh(), **of_layer), make_hidden(ReLU(), **of_layer)]
    case = make_case(SquaredError(), hidden, **of_network)
    case.network.running[...] = np.random.default_rng(0).uniform(0.5, 2, case.network.running.shape)
    assert_right(check_gradient(case.objective, *case.batch, training=False), case)


def subclasses(cls):
    for sub in cls.__subclasses__():
        yield sub
        yield from subclasses(sub)


def test_every_layer_occurs_in_a_checked_network():
    """A layer that is added must join the networks above (or get a test of its own here).

    The one that is compiled has its own in test_fast.py.
    """
    case = {"dropout": 0.3, "noise": 0.1}
    networks = [
        make_case(
            SquaredError(),
            [make_hidden(activation, **case)],
            batch_norm=activation.pre_activation != "distance",
            activity_l1=0.1,
        ).network
        for activation in every_activation()
    ]
    seen = {type(layer) for network in networks for layer in network.layers}
    ours = {cls for cls in subclasses(Layer) if cls.__module__.startswith("skdl.")}
    assert {cls for cls in ours if cls.__module__ != "skdl.core.fast"} == seen


# --------------------------------------------------------------------------------------
# Any combination.


@many
@given(case=cases())
def test_the_gradient_of_any_network(case):
    """With a shorter step where the usual one is too long (a nearly constant unit, normalised).

    A wrong gradient is wrong with any step.
    """
    for h in (3e-4, 3e-5):
        check = check_gradient(case.objective, *case.batch, h=h)
        assert check.n_checked + check.n_skipped == case.network.n_parameters
        if check.error <= TOLERANCE:
            return
    assert check.error <= TOLERANCE


def test_the_drawn_networks_are_mostly_checked():
    """Skipping kinks must not be a way out: nearly all drawn parameters are compared."""
    counts = np.zeros(2)

    @settings(many, max_examples=40)
    @given(case=cases())
    def count(case):
        check = check_gradient(case.objective, *case.batch)
        counts[...] += check.n_checked, check.n_skipped

    count()
    assert counts.sum() > 500
    assert counts[0] >= 0.9 * counts.sum()


@many
@given(case=cases(noisy=False), seed=st.integers(0, 99))
def test_the_hessian_vector_product_of_any_network(case, seed):
    tolerance = TOLERANCE if case.objective.exact_curvature else DIFFERENCE_TOLERANCE
    check = check_hessian_vector(case.objective, *case.batch, v=direction(case, seed))
    assert check.n_checked + check.n_skipped == case.network.n_parameters
    assert check.error <= tolerance


# --------------------------------------------------------------------------------------
# The checker itself.


class Sabotaged(Objective):
    """An objective whose gradient has one array multiplied by a factor."""

    def sabotage(self, array, factor):
        self.array, self.factor = array, factor
        return self

    def gradient(self, *args):
        g = super().gradient(*args)
        self.network.arrays(g)[self.array][...] *= self.factor
        return g


def sound_case():
    hidden = [make_hidden(Tanh()), make_hidden(every_activation()[0], units=2)]
    return make_case(SquaredError(), hidden, batch_norm=True, activity_l1=0.1)


@pytest.mark.parametrize("factor", [1.0005, 0.9995, -1.0, 2.0, 0.0])
def test_rejects_a_wrong_factor_in_any_one_array(factor):
    case = sound_case()
    objective = Sabotaged(case.network, case.objective.loss, [L2(0.01)])
    n_arrays = len(case.network.arrays(case.network.theta))
    assert n_arrays == 8  # W, γ, β of two hidden layers; W, b of the output
    for array in range(n_arrays):
        check = check_gradient(objective.sabotage(array, factor), *case.batch)
        assert check.error > 100 * TOLERANCE
    assert check_gradient(objective.sabotage(0, 1.0), *case.batch).error <= TOLERANCE


class WrongFactor(Tanh):
    """Hyperbolic tangent whose slope is 0.05 % too steep."""

    def derivative(self, z, a, out=None):
        out = super().derivative(z, a, out)
        out *= 1.0005
        return out


class WrongSign(Tanh):
    """Hyperbolic tangent whose slope has the wrong sign."""

    def derivative(self, z, a, out=None):
        out = super().derivative(z, a, out)
        return np.negative(out, out)


class WrongCurvature(Tanh):
    """Hyperbolic tangent whose second derivative lost its factor of two."""

    def second_derivative(self, z, a):
        return 0.5 * super().second_derivative(z, a)


@pytest.mark.parametrize("wrong", [WrongFactor, WrongSign])
def test_rejects_a_wrong_derivative_of_an_activation(wrong):
    case = make_case(SquaredError(), [make_hidden(wrong())])
    assert check_gradient(case.objective, *case.batch).error > 100 * TOLERANCE


def test_rejects_a_wrong_second_derivative_of_an_activation():
    case = make_case(SquaredError(), [make_hidden(WrongCurvature())])
    assert check_gradient(case.objective, *case.batch).error <= TOLERANCE
    v = direction(case)
    assert check_hessian_vector(case.objective, *case.batch, v=v).error > 100 * TOLERANCE


class WrongSlope(SquaredError):
    """Squared error whose slope is 0.05 % too steep."""

    def slope(self, y, raw, out=None):
        out = super().slope(y, raw, out)
        out *= 1.0005
        return out


class WrongLossCurvature(CrossEntropy):
    """Cross-entropy that forgot that the probabilities sum to one."""

    def curvature(self, y, raw, v):
        return self.predict(raw) * v


def test_rejects_a_wrong_slope_and_a_wrong_curvature_of_a_loss():
    case = make_case(WrongSlope(), [make_hidden(Tanh())])
    assert check_gradient(case.objective, *case.batch).error > 100 * TOLERANCE
    case = make_case(WrongLossCurvature(), [make_hidden(Tanh())], n_targets=3)
    assert check_gradient(case.objective, *case.batch).error <= TOLERANCE
    v = direction(case)
    assert check_hessian_vector(case.objective, *case.batch, v=v).error > 100 * TOLERANCE


def test_rejects_a_forgotten_penalty_and_a_forgotten_weight():
    case = make_case(SquaredError(), [make_hidden(Tanh())], l2=0.5)

    class NoPenalty(Objective):
        def add_penalty_gradient(self):
            pass

    objective = NoPenalty(case.network, SquaredError(), [L2(0.5)])
    assert check_gradient(objective, *case.batch).error > 100 * TOLERANCE

    class NoWeight(SquaredError):
        def gradient(self, y, raw, weight=None, out=None):
            return super().gradient(y, raw, None, out)

    objective = Objective(case.network, NoWeight())
    assert check_gradient(objective, *case.batch).error > 100 * TOLERANCE


class Undeclared(ReLU):
    """A rectifier that keeps quiet about its kink."""

    kinks: ClassVar = ()


def near_a_kink(activation):
    """One unit, two rows, the first of which lies 1e-5 above the kink."""
    glorot = Initializer.registry["glorot_uniform"]()
    layers = [Dense(2, 1, glorot), Activate(1, activation), Dense(1, 1, glorot)]
    network = Network(layers, np.float64)
    network.theta[...] = [0.5, 1.0, 2.0, 1e-5, 0.3]  # W₁ (2 of them), W₂, b₁, b₂
    x = np.array([[1.0, -0.5], [0.0, 1.0]])  # z = 1e-5 and 1 + 1e-5
    return Objective(network, SquaredError()), x, np.array([[1.0], [0.0]])


def test_skips_and_counts_what_would_cross_a_kink():
    objective, x, y = near_a_kink(ReLU())
    check = check_gradient(objective, x, y)
    # Both weights and the bias of the first layer move the first row across; the output does not.
    assert (check.n_checked, check.n_skipped) == (2, 3)
    assert check.error <= TOLERANCE
    v = np.array([1.0, 0, 0, 0, 0])
    assert check_hessian_vector(objective, x, y, v=v) == module.GradientCheck(0.0, 0, 5)
    v = np.array([0, 0, 1.0, 0, 1.0])  # along the output layer alone nothing is crossed
    check = check_hessian_vector(objective, x, y, v=v)
    assert (check.n_checked, check.n_skipped) == (5, 0)
    assert check.error <= TOLERANCE


def test_a_kink_that_is_not_declared_is_noticed():
    objective, x, y = near_a_kink(Undeclared())
    assert check_gradient(objective, x, y).error > 100 * TOLERANCE


def test_a_smaller_step_crosses_no_kink():
    objective, x, y = near_a_kink(ReLU())
    check = check_gradient(objective, x, y, h=1e-6)
    assert (check.n_checked, check.n_skipped) == (5, 0)


def test_leaves_everything_as_it_was():
    case = sound_case()
    case.objective = Objective(case.network, case.objective.loss, [L1(0.1), L2(0.01)])
    learned = case.network.snapshot()
    check_gradient(case.objective, *case.batch)
    check_hessian_vector(case.objective, *case.batch, v=direction(case))
    assert np.array_equal(case.network.theta, learned[0])
    assert [term.strength for term in case.objective.corner_terms] == [0.1]
    # Only running averages may have moved, by passes that are training passes.
    assert np.isfinite(case.network.running).all()


def test_the_noise_is_the_same_in_every_evaluation_and_follows_the_seed():
    case = make_case(SquaredError(), [make_hidden(Tanh(), dropout=0.5)])
    gradients = []
    for seed in (0, 1):
        assert check_gradient(case.objective, *case.batch, seed=seed).error <= TOLERANCE
        work = case.network.workspace(case.x.shape[0])
        run = Pass(training=True, weight=case.weight, rng=np.random.default_rng(seed))
        gradients.append(case.objective.gradient(*case.batch, work, run).copy())
    assert not np.allclose(*gradients)


@example(1.0)
@given(st.floats(-2, 2))
@settings(many, max_examples=20)
def test_the_difference_is_of_fourth_order(a):
    """Exact for polynomials up to degree four; the error of e^t falls as h⁴."""
    assert difference(lambda t: a * t + t**2 - 3 * t**3 + a * t**4, 0.1) == pytest.approx(a)
    errors = [difference(np.exp, h) - 1 for h in (0.1, 0.05)]
    assert errors[0] / errors[1] == pytest.approx(16, rel=0.01)


def test_batch_norm_is_checked_on_batch_statistics():
    """The same network has another gradient under running statistics."""
    case = make_case(SquaredError(), [make_hidden(Tanh())], batch_norm=True)
    assert any(isinstance(layer, BatchNorm) for layer in case.network.layers)
    assert check_gradient(case.objective, *case.batch).error <= TOLERANCE
    assert case.x.shape == (6, N_FEATURES)
