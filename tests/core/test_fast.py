"""What is compiled does what the readable code does."""

from __future__ import annotations

import sys
from collections import Counter
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from strategies import cases, every_loss, loss_id, make_case, make_hidden

from skdl import MLPClassifier, MLPRegressor
from skdl.core import fast
from skdl.core.activations import LeakyReLU, ReLU
from skdl.core.gradient_check import check_gradient
from skdl.core.layers import Pass
from skdl.core.losses import CrossEntropy
from skdl.core.network import Network
from skdl.core.optimizers import Optimizer
from skdl.core.training import update

pytest.importorskip("numba", reason="pip install skdl[fast]")

COMPILE = fast.compiled_loops  # before tests/conftest.py hides it
LOOPS = COMPILE()
NAMES = {"adam", "rectify", "rectified_gradient", "shift", "softmax_slope"}


@pytest.fixture
def compiled(monkeypatch):
    """Use what is compiled, and count the calls."""
    calls = Counter()

    def counted(name, loop):
        def call(*arguments):
            calls[name] += 1
            loop(*arguments)

        return call

    loops = SimpleNamespace(**{n: counted(n, loop) for n, loop in vars(LOOPS).items()})
    monkeypatch.setattr(fast, "compiled_loops", lambda: loops)
    return calls


def use(compiled):
    """Return the context in which loops are compiled, or in which they are not."""
    return mock.patch.object(fast, "compiled_loops", lambda: LOOPS if compiled else None)


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
    calls = request.getfixturevalue("compiled")
    quick = learn(dtype, **settings)
    assert {"adam", "rectify", "rectified_gradient"} <= calls.keys()
    np.testing.assert_allclose(quick._network.theta, plain._network.theta, atol=tolerance)
    for name in ("loss", "penalty", "gradient_norm", "learning_rate"):
        expected = plain.history_.column(name)
        np.testing.assert_allclose(quick.history_.column(name), expected, rtol=100 * tolerance)


def test_a_long_vector_in_blocks_is_the_same(compiled, monkeypatch):
    whole = learn(np.float64, l2=0.1)
    of_one = compiled.pop("adam")
    monkeypatch.setattr(update, "BLOCK", 50)
    pieces = learn(np.float64, l2=0.1)
    assert compiled["adam"] == 4 * of_one  # 161 parameters
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


def test_what_has_no_compiled_step_takes_the_readable_one(compiled):
    learn(np.float64, optimizer="rmsprop")
    learn(np.float64, l1=0.01)
    learn(np.float64, optimizer="adamw")
    assert "adam" not in compiled  # the proximal step and the decay need the parts of a step


def test_without_numba_nothing_is_compiled(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)  # importing it fails
    monkeypatch.setattr(fast, "compiled_loops", COMPILE)
    COMPILE.cache_clear()
    block = update.Block(np.zeros(3), np.zeros(3), {"scratch": np.zeros(3)}, slice(0, 3))
    layers = make_case(CrossEntropy(), [make_hidden(ReLU())]).network.layers
    try:
        assert fast.compiled_step(Optimizer.registry["adam"](), block) is None
        assert fast.compiled_layers(layers) == layers
        assert fast.compiled_gradient(CrossEntropy()) is None
    finally:
        COMPILE.cache_clear()


def test_where_nothing_can_be_kept_it_is_compiled_each_time(monkeypatch):
    numba = sys.modules["numba"]
    njit, kept = numba.njit, []

    def nowhere(loop, cache=False, **options):
        kept.append(cache)
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(loop, **options)

    monkeypatch.setattr(numba, "njit", nowhere)
    COMPILE.cache_clear()
    try:
        loops = COMPILE()
    finally:
        COMPILE.cache_clear()
    assert kept == [True, False] * len(NAMES)
    z = np.array([[[1.0, -2.0]]])
    loops.rectify(z, np.array([[0.5, 0.5]]))
    assert z.tolist() == [[[1.5, 0.0]]]


def test_a_fit_goes_on_where_the_readable_step_ended(compiled):
    X, y = rows(np.float64)
    y = y > 0
    whole = MLPClassifier(max_iter=10, random_state=0, n_iter_no_change=None).fit(X, y)
    half = MLPClassifier(max_iter=5, random_state=0, n_iter_no_change=None, warm_start=True).fit(
        X, y
    )
    with use(False):
        half.fit(X, y)
    np.testing.assert_allclose(half._network.theta, whole._network.theta, atol=1e-11)


# --------------------------------------------------------------------------------------
# The passes through the network


def gradient(case, compiled, *, weight=None, training=True):
    """Return the raw outputs and the gradient of the loss, both ways, with the same noise."""
    with use(compiled):
        objective = type(case.objective)(case.network, case.objective.loss)
        layers = fast.compiled_layers(case.network.layers)
        work = case.network.workspace(case.y.shape[-2], layers)
        run = Pass(training=training, weight=weight, rng=np.random.default_rng(1))
        raw = objective.loss_gradient(case.x, case.y, weight, work, run)
    return raw.copy(), case.network.gradient.copy()


def assert_same_passes(case, weight=None):
    running = case.network.running.copy()
    raw, g = gradient(case, False, weight=weight)
    case.network.running[...] = running
    quick_raw, quick_g = gradient(case, True, weight=weight)
    np.testing.assert_array_equal(quick_raw, raw)  # forward, the same operations in the same order
    np.testing.assert_allclose(quick_g, g, rtol=1e-12, atol=1e-14)


@given(case=cases())
def test_any_network_has_the_same_outputs_and_gradient(case):
    assert_same_passes(case, case.weight)


@pytest.mark.parametrize("loss", every_loss(), ids=loss_id)
def test_every_loss_above_rectifiers(loss):
    assert_same_passes(make_case(loss, [make_hidden(ReLU()), make_hidden(ReLU(), 5)], n_targets=3))


@pytest.mark.parametrize("weighted", [False, True])
def test_networks_side_by_side_have_the_same_passes(weighted):
    hidden = [make_hidden(ReLU(), 5, dropout=0.2), make_hidden(ReLU(), 4)]
    case = make_case(CrossEntropy(), hidden, n_targets=3, stack=(4,))
    rng = np.random.default_rng(0)
    case.network.theta[...] = rng.normal(size=case.network.theta.shape)
    case.x = rng.normal(size=(4, 6, case.x.shape[1]))
    case.y = np.eye(3)[rng.integers(3, size=(4, 6))]
    assert_same_passes(case, rng.uniform(size=(4, 6, 1)) if weighted else None)


def test_the_compiled_gradient_is_the_derivative(compiled, monkeypatch):
    plain = Network.workspace
    monkeypatch.setattr(
        Network,
        "workspace",
        lambda network, n: plain(network, n, fast.compiled_layers(network.layers)),
    )
    case = make_case(CrossEntropy(), [make_hidden(ReLU()), make_hidden(ReLU())], n_targets=3)
    check = check_gradient(case.objective, *case.batch)
    assert check.error <= 1e-6
    assert check.n_checked == case.network.n_parameters
    assert compiled.keys() == NAMES - {"adam"}


def test_only_a_bias_below_a_rectifier_joins_it(compiled):
    class OwnReLU(ReLU):
        pass

    def joined(activation, **options):
        layers = make_case(CrossEntropy(), [make_hidden(activation)], **options).network.layers
        quick = fast.compiled_layers(layers)
        assert len(quick) == len(layers)
        return [a is not b for a, b in zip(quick, layers, strict=True)]

    assert joined(ReLU()) == [True, True, False]
    assert joined(ReLU(), input_dropout=0.2) == [False, True, True, False]
    for activation, options in (
        (LeakyReLU(), {}),
        (OwnReLU(), {}),
        (ReLU(), {"fit_intercept": False}),
        (ReLU(), {"batch_norm": True}),
    ):
        assert not any(joined(activation, **options))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_slope_of_a_softmax_neither_overflows_nor_hides_what_is_not_a_number(dtype):
    with use(True):
        gradient = fast.compiled_gradient(CrossEntropy())
    raw = np.array([[1e4, 0, -1e4], [0, np.nan, 0], [1, 1, 1]], dtype)
    y = np.eye(3, dtype=dtype)
    slope = gradient(y, raw, None, np.empty_like(raw))
    assert slope.dtype == dtype
    np.testing.assert_allclose(slope[0], 0, atol=1e-7)
    assert np.isnan(slope[1]).any()
    np.testing.assert_allclose(slope[2], np.array([1, 1, -2]) / 9, rtol=1e-6)


@pytest.mark.parametrize("loss", every_loss(), ids=loss_id)
def test_only_cross_entropy_under_softmax_has_a_compiled_slope(loss, compiled):
    has_one = type(loss) is CrossEntropy and loss.link == "softmax"
    assert (fast.compiled_gradient(loss) is not None) == has_one


def test_a_class_that_derives_from_cross_entropy_keeps_its_own_slope(compiled):
    class Own(CrossEntropy):
        pass

    assert fast.compiled_gradient(Own()) is None


def test_a_fit_that_diverges_is_noticed(compiled):
    X, y = rows(np.float32)
    mlp = MLPClassifier(learning_rate=1e30, max_iter=5, random_state=0)
    with pytest.warns(ConvergenceWarning, match="no longer finite"):
        mlp.fit(X, y > 0)
    assert np.isfinite(mlp._network.theta).all()


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-4), (np.float64, 1e-11)])
def test_a_classifier_learns_the_same_and_has_the_same_vital_signs(dtype, tolerance, request):
    X, y = rows(dtype)
    classes = np.digitize(y, [-1, 1])
    weight = np.random.default_rng(0).uniform(size=len(X))

    def fit():
        mlp = MLPClassifier((10, 8), max_iter=5, random_state=0, n_iter_no_change=None)
        return mlp.fit(X, classes, sample_weight=weight)

    plain = fit()
    calls = request.getfixturevalue("compiled")
    quick = fit()
    assert calls.keys() == NAMES
    np.testing.assert_allclose(quick._network.theta, plain._network.theta, atol=tolerance)
    for name in ("dead", "flat", "gradient_norms", "weight_norms"):
        expected = plain.history_.column(name)
        np.testing.assert_allclose(quick.history_.column(name), expected, rtol=1e3 * tolerance)


@given(seed=st.integers(0, 2**16), S=st.integers(1, 3), n=st.integers(1, 5), m=st.integers(1, 4))
def test_the_rectifier_against_the_formula(seed, S, n, m):
    rng = np.random.default_rng(seed)
    z, d = rng.normal(size=(2, S, n, m))
    b = rng.normal(size=(S, m + 2))[:, 1:-1]  # a slice of θ has gaps
    db = np.empty((S, m + 2))[:, 1:-1]
    a = z.copy()
    LOOPS.rectify(a, b)
    np.testing.assert_array_equal(a, np.maximum(z + b[:, None], 0))
    dz = d.copy()
    LOOPS.rectified_gradient(dz, a, db)
    np.testing.assert_array_equal(dz, np.where(a > 0, d, 0))
    np.testing.assert_allclose(db, dz.sum(axis=1), atol=1e-14)
