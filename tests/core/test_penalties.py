"""Penalties: values, the proximal step against its own definition, the largest norm."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from scipy import optimize
from strategies import make_case, make_hidden

from skdl.core.activations import Tanh
from skdl.core.gradient_check import check_gradient, check_hessian_vector, difference
from skdl.core.losses import SquaredError
from skdl.core.objective import Objective
from skdl.core.optimizers import Optimizer
from skdl.core.penalties import (
    L1,
    L2,
    L2Towards,
    Penalty,
    project_to_max_norm,
    soft_threshold,
)
from skdl.core.training import update
from skdl.core.training.fit import Data, Fit, Progress, Training
from skdl.core.training.loop import Trainer

few = run(max_examples=30)
number = st.floats(-5, 5, allow_subnormal=False)


@given(w=st.lists(number, min_size=1, max_size=6))
@few
def test_values_are_norms(w):
    w = np.array(w)
    assert L1(1.0).value(w) == pytest.approx(np.linalg.norm(w, 1))
    assert L2(1.0).value(w) == pytest.approx(0.5 * np.linalg.norm(w) ** 2)
    stacked = L1(1.0).value(np.stack([w, 2 * w])), L2(1.0).value(np.stack([w, 2 * w]))
    np.testing.assert_allclose(stacked[0], [L1(1.0).value(w), 2 * L1(1.0).value(w)])
    quadruple = [L2(1.0).value(w), 4 * L2(1.0).value(w)]
    np.testing.assert_allclose(stacked[1], quadruple, atol=1e-300)  # no digits are left below it


def test_the_gradient_of_the_l2_value_is_the_weight():
    w, h = np.random.default_rng(0).normal(size=7), 1e-5
    slope = [(L2(1.0).value(w + h * e) - L2(1.0).value(w - h * e)) / (2 * h) for e in np.eye(7)]
    np.testing.assert_allclose(slope, w, rtol=1e-8)


@given(w=number, threshold=st.floats(0, 5))
@few
def test_soft_threshold_solves_its_proximal_problem(w, threshold):
    search = optimize.minimize_scalar(
        lambda u: 0.5 * (u - w) ** 2 + threshold * abs(u),
        bounds=(-6, 6),
        options={"xatol": 1e-10},
    )
    moved = np.array([w])
    assert soft_threshold(moved, threshold) is None
    assert moved[0] == pytest.approx(search.x, abs=1e-5)
    if abs(w) <= threshold:
        assert moved[0] == 0  # exactly
    else:
        assert moved[0] == pytest.approx(w - np.sign(w) * threshold)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_weight_may_have_its_own_threshold(dtype):
    rng = np.random.default_rng(1)
    w = rng.normal(size=(3, 8)).astype(dtype)
    for t in (rng.random((3, 8)), rng.random((3, 1)), rng.random(8), 0.3):
        moved = w.copy()
        soft_threshold(moved, t)
        assert moved.dtype == dtype
        expected = np.sign(w) * np.maximum(np.abs(w) - t, 0)
        np.testing.assert_allclose(moved, expected, rtol=1e-5, atol=1e-7)
        np.testing.assert_array_equal(moved == 0, np.abs(w) <= np.asarray(t, dtype))


def test_an_infinite_threshold_gives_zero():
    w = np.array([3.0, -2.0, 0.0])
    soft_threshold(w, np.array([np.inf, 1.0, np.inf]))
    np.testing.assert_array_equal(w, [0, -1, 0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(max_norm=st.floats(0.01, 10))
@few
def test_no_column_is_longer_than_max_norm_and_directions_stay(dtype, max_norm):
    W = np.random.default_rng(2).normal(size=(2, 5, 6)).astype(dtype)
    W[0, :, 0] = 0
    before = W.copy()
    assert project_to_max_norm(W, max_norm) is None
    old, new = (np.linalg.norm(M, axis=-2) for M in (before, W))
    np.testing.assert_allclose(new, np.minimum(old, max_norm), rtol=1e-5)
    assert (new <= max_norm * (1 + 1e-6)).all()
    short = np.broadcast_to((old <= max_norm * (1 - 1e-6))[:, None], W.shape)
    np.testing.assert_array_equal(W[short], before[short])  # what is short enough is left alone
    np.testing.assert_allclose(W * old[:, None], before * new[:, None], rtol=1e-4, atol=1e-6)
    assert W.dtype == dtype


def test_max_norm_is_the_nearest_matrix_within_the_bound():
    """The projection onto a ball: no other column within the bound lies closer."""
    rng = np.random.default_rng(3)
    column = rng.normal(size=(4, 1))
    W = column.copy()
    project_to_max_norm(W, 0.8)
    others = rng.normal(size=(4, 500))
    others *= 0.8 * rng.random(500) / np.linalg.norm(others, axis=0)
    assert np.linalg.norm(others - column, axis=0).min() >= np.linalg.norm(W - column)


# --------------------------------------------------------------------------------------
# Terms: every class of the file, from its subclasses.

TERMS = {
    "L1": lambda n, strength: L1(strength),
    "L2": lambda n, strength: L2(strength),
    "L2Towards": lambda n, strength: L2Towards(strength, np.linspace(-1, 1, n)),
}
every_term = pytest.mark.parametrize("name", TERMS)


def test_every_term_is_tested():
    assert {cls.__name__ for cls in Penalty.__subclasses__()} == set(TERMS)


@every_term
@given(seed=st.integers(0, 999), strength=st.floats(0.01, 3))
@few
def test_the_gradient_and_the_hessian_are_the_derivatives_of_the_value(name, seed, strength):
    rng, h = np.random.default_rng(seed), 1e-4
    term, w, v = TERMS[name](6, strength), rng.normal(size=6), rng.normal(size=6)
    w += 0.01 * np.sign(w)  # no difference crosses the corner of L1

    def gradient(w):
        g = np.zeros(6)
        term.add_gradient(w, g) if term.is_smooth else term.add_subgradient(w, g)
        return g

    slope = [difference(lambda t, e=e: term.value(w + t * e), h) for e in np.eye(6)]
    np.testing.assert_allclose(gradient(w), slope, rtol=1e-7, atol=1e-9)
    before, hv = rng.normal(size=(2, 6))
    g = before.copy()
    term.add_gradient(w, g, np.empty(6)) if term.is_smooth else term.add_subgradient(w, g)
    np.testing.assert_allclose(g, before + gradient(w))  # it adds
    if term.is_smooth:
        expected = hv + difference(lambda t: gradient(w + t * v), h)
        term.add_hessian_vector(w, v, hv)
        np.testing.assert_allclose(hv, expected, rtol=1e-7, atol=1e-9)


@every_term
def test_a_term_of_a_part_and_of_networks_side_by_side(name):
    rng = np.random.default_rng(0)
    w, one = rng.normal(size=(3, 6)), TERMS[name](6, 0.3)
    parts = [one.of_part(slice(0, 2)), one.of_part(slice(2, 6))]
    assert parts[0].value(w[0, :2]) + parts[1].value(w[0, 2:]) == pytest.approx(one.value(w[0]))
    terms = [TERMS[name](6, strength) for strength in (0.3, 0.0, 2.0)]
    side_by_side = type(one).stacked(terms, np.array([[0.3], [0.0], [2.0]]))
    together = side_by_side.value(w)
    assert together.shape == (3,)
    np.testing.assert_allclose(together, [t.value(own) for t, own in zip(terms, w, strict=True)])
    g, each = np.zeros_like(w), np.zeros_like(w)
    add = "add_gradient" if one.is_smooth else "add_subgradient"
    getattr(side_by_side, add)(w, g)
    for term, own, out in zip(terms, w, each, strict=True):
        getattr(term, add)(own, out)
    np.testing.assert_allclose(g, each)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rprop"])
def test_a_strong_pull_towards_given_weights_ends_there(optimizer, monkeypatch):
    """Cut into blocks, each block is pulled to its own part of the start."""
    monkeypatch.setattr(update, "BLOCK", 10)
    case = make_case(SquaredError(), [make_hidden(Tanh(), 5)], n_rows=20)
    start = np.random.default_rng(1).normal(size=case.network.n_weights)
    objective = Objective(case.network, SquaredError(), [L2Towards(1e4, start)])
    cls = Optimizer.registry[optimizer]
    training = Training(
        cls(),
        {"sgd": 1e-5, "adam": 0.003, "rprop": 0.01}[optimizer],
        cls.momentum,
        cls.nesterov,
        batch_size=20,
    )
    progress = Progress(np.random.default_rng(0), np.random.default_rng(1))
    Trainer(Fit(objective, training, Data(*case.batch), progress, 2000)).run()
    np.testing.assert_allclose(case.network.weights, start, atol=0.02)


def test_the_pull_is_part_of_the_objective_and_of_its_curvature():
    case = make_case(SquaredError(), [make_hidden(Tanh())])
    start = np.random.default_rng(1).normal(size=case.network.n_weights)
    objective = Objective(case.network, SquaredError(), [L1(0.1), L2Towards(0.7, start)])
    assert check_gradient(objective, *case.batch).error < 1e-6
    v = np.random.default_rng(2).normal(size=case.network.n_parameters)
    assert check_hessian_vector(objective, *case.batch, v=v).error < 1e-6
    away = case.network.weights - start
    expected = 0.1 * np.abs(case.network.weights).sum() + 0.35 * (away**2).sum()
    assert objective.penalty() == pytest.approx(expected)
