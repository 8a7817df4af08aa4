"""The objective: its parts, and its curvature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from strategies import cases, every_activation, every_loss, loss_id, make_case, make_hidden

from skdl.core.activations import RBF, Cos, ReLU, Tanh
from skdl.core.layers import Pass
from skdl.core.losses import CrossEntropy, SquaredError
from skdl.core.objective import Objective

some = settings(
    derandomize=True,
    max_examples=50,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


def context(case):
    """Return what the methods of an objective want: batch, buffers, pass."""
    work = case.network.workspace(case.x.shape[0])
    return *case.batch, work, Pass(training=True, weight=case.weight)


def hessian(case, product=None):
    args = context(case)
    product = product or case.objective.hessian_vector
    return np.stack([product(e, *args) for e in np.eye(case.network.n_parameters)])


# --------------------------------------------------------------------------------------
# Value and gradient.


@pytest.mark.parametrize("penalize_bias", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_value_is_the_sum_in_the_docs(penalize_bias, weighted):
    l1, l2, activity = 0.3, 0.2, 0.1
    case = make_case(
        SquaredError(),
        [make_hidden(Tanh())],
        l1=l1,
        l2=l2,
        activity_l1=activity,
        penalize_bias=penalize_bias,
        weighted=weighted,
    )
    W1, b1, W2, b2 = case.network.arrays(case.network.theta)
    a = np.tanh(case.x @ W1 + b1)
    error = a @ W2 + b2 - case.y
    weight = np.ones((6, 1)) if case.weight is None else case.weight
    w = case.network.theta if penalize_bias else np.concatenate([W1.ravel(), W2.ravel()])
    expected = (
        (weight * 0.5 * error**2).sum() / 6
        + l1 * np.abs(w).sum()
        + 0.5 * l2 * (w**2).sum()
        + activity * (weight * np.abs(a)).sum() / 6
    )
    assert case.objective.value(*context(case)) == pytest.approx(expected)
    penalty = l1 * np.abs(w).sum() + 0.5 * l2 * (w**2).sum()
    assert case.objective.penalty() == pytest.approx(penalty)


@some
@given(case=cases(noisy=False))
def test_the_penalties_touch_what_they_say(case):
    """Gradient with penalties − gradient without = λ₂ w on the penalised part; no L1 in it."""
    n = case.objective.penalized.stop
    assert n in (case.network.n_weights, case.network.n_parameters)
    args = context(case)
    plain = Objective(case.network, case.objective.loss).gradient(*args).copy()
    penalised = case.objective.gradient(*args).copy()
    expected = np.zeros_like(plain)
    expected[:n] = case.l2 * case.network.theta[:n]
    assert penalised - plain == pytest.approx(expected, abs=1e-9 * (1 + np.abs(plain).max()))


def test_the_objective_does_not_depend_on_the_batch_size():
    """Twice the same rows: the same number, the same gradient, whatever the penalty."""
    case = make_case(SquaredError(), [make_hidden(Tanh())], l1=0.1, l2=10.0, activity_l1=0.1)
    once = context(case)
    x, y, weight = (np.vstack([part, part]) for part in case.batch)
    twice = x, y, weight, case.network.workspace(12), Pass(training=True, weight=weight)
    assert case.objective.value(*twice) == pytest.approx(case.objective.value(*once))
    gradient = case.objective.gradient(*once).copy()
    assert case.objective.gradient(*twice) == pytest.approx(gradient)


def test_loss_gradient_returns_raw_and_leaves_the_penalty_to_others():
    case = make_case(SquaredError(), [make_hidden(Tanh())], l2=0.5)
    args = context(case)
    raw = case.objective.loss_gradient(*args)
    assert np.array_equal(raw, case.network.raw(case.x))
    without = case.network.gradient.copy()
    case.objective.add_penalty_gradient()
    assert case.network.gradient[: case.network.n_weights] == pytest.approx(
        without[: case.network.n_weights] + 0.5 * case.network.weights
    )
    assert np.array_equal(
        case.network.gradient[case.network.n_weights :], without[case.network.n_weights :]
    )
    assert case.objective.gradient(*args) is case.network.gradient


def test_no_penalty_is_zero():
    case = make_case(SquaredError(), [make_hidden(Tanh())], l2=0.0)
    assert case.objective.penalty() == 0
    assert not case.objective.corner_terms and not case.objective.smooth_terms


# --------------------------------------------------------------------------------------
# Curvature.


def test_where_products_are_exact():
    """The list of the docstring of ``hessian_vector``."""
    for activation in every_activation():
        case = make_case(SquaredError(), [make_hidden(activation)], activity_l1=0.1)
        assert case.objective.exact_curvature == (activation.name != "rbf")
    for loss in every_loss():
        case = make_case(loss, [make_hidden(Tanh())])
        assert case.objective.exact_curvature == (loss.name != "focal")
    case = make_case(SquaredError(), [make_hidden(Tanh())], batch_norm=True)
    assert not case.objective.exact_curvature


def test_the_hessian_of_a_linear_model():
    """Squared error: H = Xᵀ diag(w) X / B for each output, with the penalty on W only."""
    case = make_case(SquaredError(), [], n_targets=1, l2=0.3)
    A = np.hstack([case.x, np.ones((6, 1))])
    expected = A.T @ (case.weight * A) / 6 + np.diag([0.3] * 4 + [0])
    assert hessian(case) == pytest.approx(expected)


def test_the_hessian_of_logistic_regression():
    case = make_case(CrossEntropy().with_link("sigmoid"), [], n_targets=1, l2=0.0)
    A = np.hstack([case.x, np.ones((6, 1))])
    p = 1 / (1 + np.exp(-A @ case.network.theta[:, None]))
    assert hessian(case) == pytest.approx(A.T @ (case.weight * p * (1 - p) * A) / 6)


@pytest.mark.parametrize("activation", every_activation(), ids=lambda a: a.name)
@pytest.mark.parametrize("loss", every_loss(), ids=loss_id)
def test_the_hessian_is_symmetric_and_that_of_differences(activation, loss):
    """From products, from difference products, and from differences of the gradient, by columns."""
    case = make_case(loss, [make_hidden(activation)], n_targets=2, l2=0.1, penalize_bias=True)
    H = hessian(case)
    by_difference = hessian(case, case.objective.difference_hessian_vector)
    args, theta = context(case), case.network.theta
    columns = []
    for j in range(theta.size):
        ends = []
        for step in (1e-6, -1e-6):
            start = theta[j]
            theta[j] += step
            ends.append(case.objective.gradient(*args).copy())
            theta[j] = start
        columns.append((ends[0] - ends[1]) / 2e-6)
    size = np.abs(H).max()
    assert size > 1e-3
    exact = case.objective.exact_curvature
    assert H == pytest.approx(H.T, abs=(1e-12 if exact else 1e-7) * size)
    # Where H comes from differences too, both have errors: 1e-6 of the largest entry.
    assert H == pytest.approx(np.stack(columns), abs=1e-6 * size)
    assert H == pytest.approx(by_difference, abs=1e-6 * size)


@some
@given(case=cases(noisy=False))
def test_products_are_linear_and_symmetric(case):
    rng = np.random.default_rng(0)
    u, v = rng.standard_normal((2, case.network.n_parameters))
    args = context(case)
    Hu, Hv, Hsum = (case.objective.hessian_vector(d, *args).copy() for d in (u, v, 2 * u - v))
    if not case.objective.exact_curvature:
        return  # a difference may cross a kink; the gradient checks look at these
    size = np.linalg.norm(Hu) + np.linalg.norm(Hv) + 1e-12
    assert Hsum == pytest.approx(2 * Hu - Hv, abs=1e-10 * size)
    assert u @ Hv == pytest.approx(v @ Hu, abs=1e-9 * size * np.linalg.norm(u))


def test_sparse_rows_have_the_curvature_of_dense_ones():
    case = make_case(CrossEntropy(), [make_hidden(Tanh())], sparse=True)
    H = hessian(case)
    case.x = case.x.toarray()
    assert H == pytest.approx(hessian(case))


@pytest.mark.parametrize("hidden", [make_hidden(RBF()), make_hidden(Cos()), make_hidden(ReLU())])
def test_a_difference_product_leaves_everything_as_it_was(hidden):
    batch_norm = hidden.activation.name != "rbf"
    case = make_case(SquaredError(), [hidden], batch_norm=batch_norm)
    learned = case.network.snapshot()
    v = np.random.default_rng(0).standard_normal(case.network.n_parameters)
    case.objective.difference_hessian_vector(v, *context(case))
    assert np.array_equal(case.network.theta, learned[0])
    assert np.array_equal(case.network.running, learned[1])


def test_an_exact_product_leaves_everything_as_it_was_and_is_new():
    case = make_case(SquaredError(), [make_hidden(Tanh())])
    theta, v = case.network.theta.copy(), np.ones(case.network.n_parameters)
    args = context(case)
    first = case.objective.hessian_vector(v, *args)
    kept = first.copy()
    case.objective.hessian_vector(-v, *args)
    assert np.array_equal(first, kept)
    assert np.array_equal(v, np.ones_like(v))
    assert np.array_equal(case.network.theta, theta)


def test_no_direction_no_product():
    for batch_norm in (False, True):
        case = make_case(SquaredError(), [make_hidden(Tanh())], batch_norm=batch_norm)
        zero = np.zeros(case.network.n_parameters)
        assert not case.objective.hessian_vector(zero, *context(case)).any()


def test_the_length_of_the_direction_scales_the_product():
    """A difference must choose its step by the direction: 1e6 v and 1e-6 v are as exact."""
    case = make_case(SquaredError(), [make_hidden(Tanh())], batch_norm=True)
    v = np.random.default_rng(0).standard_normal(case.network.n_parameters)
    args = context(case)
    Hv = case.objective.hessian_vector(v, *args)
    for factor in (1e6, 1e-6):
        assert case.objective.hessian_vector(factor * v, *args) / factor == pytest.approx(
            Hv, abs=1e-7 * np.abs(Hv).max()
        )
