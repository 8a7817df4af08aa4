"""The compiled step of Adam does what the readable one does."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from skdl import MLPClassifier, MLPRegressor
from skdl.core import fast, update
from skdl.core.optimizers import Optimizer

pytest.importorskip("numba", reason="pip install skdl[fast]")


@pytest.fixture
def compiled(monkeypatch):
    """Use the compiled step, and count the blocks it is made for."""
    made = []

    def make(optimizer, block):
        step = fast.compiled_step(optimizer, block)
        made.append(step)
        return step

    monkeypatch.setattr(update, "compiled_step", make)
    return made


def rows(dtype, n=300):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 6)).astype(dtype)
    return X, X @ rng.normal(size=6).astype(dtype)


def learn(dtype, **settings):
    X, y = rows(dtype)
    mlp = MLPRegressor(hidden_layer_sizes=(20,), max_iter=20, random_state=0, n_iter_no_change=None)
    return mlp.set_params(**settings).fit(X, y)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 2e-4), (np.float64, 1e-11)])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"l2": 0.1},
        {"l2": 0.1, "penalize_bias": True},
        {"l2": 0.0, "schedule": "linear"},
        {"clip": "global_norm", "clip_threshold": 0.1, "max_norm": 1.0, "dropout": 0.2},
    ],
    ids=str,
)
def test_the_same_weights_and_history(dtype, tolerance, settings, request):
    plain = learn(dtype, **settings)
    made = request.getfixturevalue("compiled")
    quick = learn(dtype, **settings)
    assert made
    assert None not in made
    np.testing.assert_allclose(quick._network.theta, plain._network.theta, atol=tolerance)
    for name in ("loss", "penalty", "gradient_norm", "learning_rate"):
        expected = plain.history_.column(name)
        np.testing.assert_allclose(quick.history_.column(name), expected, rtol=100 * tolerance)


def test_a_long_vector_in_blocks_is_the_same(compiled, monkeypatch):
    whole = learn(np.float64, l2=0.1)
    assert len(compiled) == 1
    monkeypatch.setattr(update, "BLOCK", 50)
    pieces = learn(np.float64, l2=0.1)
    assert len(compiled) == 1 + 4  # of 161 parameters
    np.testing.assert_array_equal(pieces._network.theta, whole._network.theta)


def test_networks_side_by_side_have_rates_and_penalties_of_their_own(compiled):
    adam, rng = Optimizer.registry["adam"](), np.random.default_rng(0)
    theta, g = rng.normal(size=(2, 3, 8))
    rate, l2 = np.array([[0.1], [0.2], [0.3]]), np.array([[0.0], [0.1], [1.0]])
    alone, together = theta.copy(), theta.copy()
    for row in range(3):
        state = adam.init(alone[row])
        for _ in range(3):
            gradient = g[row].copy()
            gradient[:5] += l2[row] * alone[row, :5]
            adam.step(alone[row], gradient, state, rate[row, 0])
    block = update.Block(together, g.copy(), adam.init(together), slice(0, 5))
    step = fast.compiled_step(adam, block)
    for _ in range(3):
        block.g[...] = g
        step(rate, l2)
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_what_has_no_compiled_step_takes_the_readable_one(compiled, monkeypatch):
    learn(np.float64, optimizer="rmsprop")
    assert compiled == [None]
    compiled.clear()
    learn(np.float64, l1=0.01)
    learn(np.float64, optimizer="adamw")
    assert compiled == []  # the proximal step and the decay need the parts of a step


def test_without_numba_nothing_is_compiled(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)  # importing it fails
    fast._compile.cache_clear()
    block = update.Block(np.zeros(3), np.zeros(3), {"scratch": np.zeros(3)}, slice(0, 3))
    try:
        assert fast.compiled_step(Optimizer.registry["adam"](), block) is None
    finally:
        fast._compile.cache_clear()


def test_a_fit_goes_on_where_the_readable_step_ended(compiled, monkeypatch):
    X, y = rows(np.float64)
    y = y > 0
    whole = MLPClassifier(max_iter=10, random_state=0, n_iter_no_change=None).fit(X, y)
    half = MLPClassifier(max_iter=5, random_state=0, n_iter_no_change=None, warm_start=True).fit(
        X, y
    )
    monkeypatch.setattr(update, "compiled_step", lambda optimizer, block: None)
    half.fit(X, y)
    np.testing.assert_allclose(half._network.theta, whole._network.theta, atol=1e-11)
