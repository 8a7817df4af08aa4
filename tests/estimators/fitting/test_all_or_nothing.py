"""A fit ends well, ends early with all that describes it, or leaves the estimator as it was.

Exceptions are raised at calls all over the package, and Ctrl-C is pressed at random moments. Few of
them, so that the tests are quick; ``SKDL_MOMENTS=1000`` in the environment tries as many, and
``SKDL_MOMENTS=0`` every single call.
"""

from __future__ import annotations

import copy
import math
import os
import pickle
import signal
import sys
import threading
import time
import warnings
from itertools import count

import numpy as np
import pytest
from sklearn.datasets import make_classification
from threadpoolctl import threadpool_info

from skdl import MLPClassifier, MLPRegressor
from skdl.core.network import Network
from skdl.estimators.fitting.callbacks import FIT_CONTEXT
from skdl.estimators.fitting.job import _postpone
from skdl.tools import blas

MOMENTS = int(os.environ.get("SKDL_MOMENTS", "10"))
X, Y = make_classification(60, 4, random_state=0)
OTHER = X[::-1].copy(), Y[::-1].copy()


class Trajectory:
    """A callback that keeps the weights of every epoch of every network."""

    def __init__(self):
        self.weights = {}

    def __call__(self, mlp, record):
        key = mlp._init_seed, record["epoch"], record["loss"]
        self.weights[key] = (mlp._network.theta.tobytes(), mlp._network.running.tobytes())


class Teller:
    """A callback of scikit-learn's protocol that does nothing."""

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        return fitted_estimator is None


def _fit(mlp):
    return mlp.fit(X, Y)


def _partial(mlp):
    return mlp.partial_fit(X, Y)


def _tell(mlp):
    mlp.set_callbacks(Teller()) if hasattr(mlp, "set_callbacks") else None
    return mlp


# What is done: the settings, what was done before, and what is disturbed.
CASES = {
    "first fit": ({}, None, _fit),
    "refit": ({}, _fit, lambda mlp: mlp.fit(*OTHER)),
    "warm": ({"warm_start": True, "batch_norm": True}, _fit, _fit),
    "partial": ({}, None, _partial),
    "partial after fit": ({"dropout": 0.2}, _fit, _partial),
    "early stopping": ({"early_stopping": True, "learning_rate": 0.3}, _fit, _fit),
    "rises": ({"early_stopping": "rises", "learning_rate": 0.3, "n_iter_no_change": 2}, _fit, _fit),
    "scored": ({"early_stopping": True, "monitor": "roc_auc"}, None, _fit),
    "weight noise": ({"weight_noise": 0.3}, _fit, _fit),
    "diverging": ({"optimizer": "sgd", "learning_rate": 1e9, "activation": "identity"}, None, _fit),
    "lbfgs": ({"optimizer": "lbfgs"}, _fit, _fit),
    "told": ({}, _fit, lambda mlp: _tell(mlp).fit(X, Y)),
    "ensemble": ({"n_networks": 3}, _fit, lambda mlp: mlp.fit(*OTHER)),
    "ensemble, warm": ({"n_networks": 2, "warm_start": True}, _fit, _fit),
    "ensemble, one by one": (
        {"n_networks": 2, "early_stopping": True, "schedule": "plateau"},
        _fit,
        _fit,
    ),
    "ensemble, told": ({"n_networks": 2}, None, lambda mlp: _tell(mlp).fit(X, Y)),
}


def make(settings):
    plain = {"max_iter": 4, "n_iter_no_change": None, "batch_size": 20, "random_state": 0}
    return MLPClassifier(**{"hidden_layer_sizes": (4,), **plain, **settings})


def prepared(case):
    """Return an estimator to disturb, and what to disturb it with."""
    settings, earlier, action = CASES[case]
    mlp = make(settings)
    if earlier is not None:
        quietly(earlier, mlp)
    return mlp, action


def quietly(action, mlp):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return action(mlp)


def described(value):
    """Return all of an estimator in plain values that can be compared."""
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    if isinstance(value, dict):
        return {name: described(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [described(part) for part in value]
    if isinstance(value, np.random.Generator):
        return value.bit_generator.state
    if type(value).__module__.startswith("skdl"):
        state = vars(value)
        if hasattr(value, "theta"):
            state = {"theta": value.theta, "running": value.running}
        return type(value).__name__, described(state)
    return repr(value)


def trajectory_of(case):
    """Return the weights of every epoch that the undisturbed fit passes."""
    settings, earlier, action = CASES[case]
    mlp, trajectory = make(settings), Trajectory()
    mlp.callbacks = [trajectory]
    if earlier is not None:
        quietly(earlier, mlp)
    quietly(action, mlp)
    return trajectory.weights


def check_whole(mlp, weights):
    """Assert that what describes a fitted estimator belongs to its weights."""
    for network in mlp.networks_:
        history, n = network.history_, network.n_iter_
        assert history is network._progress.history
        assert [record["epoch"] for record in history] == list(range(1, n + 1))
        assert network._progress.epoch == n
        if n == 0:
            assert network._progress.stopped == "diverged" and math.isnan(network.loss_)
            continue
        assert 1 <= network.best_iter_ <= n
        kept = history[network.best_iter_ - 1]
        assert (network.loss_, network.penalty_) == (kept["loss"], kept["penalty"])
        if network.early_stopping:
            monitored = [record["monitored"] for record in history]
            assert network.early_stopping == "rises" or min(monitored) == kept["monitored"]
        own = network._network.theta.tobytes(), network._network.running.tobytes()
        if not isinstance(network.optimizer, str) or network.optimizer != "lbfgs":
            assert own == weights[network._init_seed, network.best_iter_, network.loss_]
    first = mlp.networks_[0]
    assert (mlp.n_iter_, mlp.loss_, mlp.history_) == (first.n_iter_, first.loss_, first.history_)
    assert np.isfinite(mlp.predict_proba(X)).all()
    assert np.array_equal(pickle.loads(pickle.dumps(mlp)).predict(X), mlp.predict(X))


def check(mlp, before, weights):
    """Assert that an estimator is what it was before, or whole; and that it learns as ever."""
    assert not set(FIT_CONTEXT) & set(vars(mlp))
    after = described({k: v for k, v in vars(mlp).items() if k != "_skl_callbacks"})
    if after != before:
        check_whole(mlp, weights)
    settings = {name: value for name, value in mlp.get_params().items() if name != "callbacks"}
    expected = quietly(_fit, make({**settings, "warm_start": False}))
    mlp.warm_start = False
    assert np.array_equal(quietly(_fit, mlp).predict_proba(X), expected.predict_proba(X))
    return after != before


def surroundings():
    """Return what a fit sets for a while."""
    threads = [(info["filepath"], info["num_threads"]) for info in threadpool_info()]
    return threads, np.geterr(), _postpone.get(), warnings.filters[:]


class Planted(Exception):
    """Raised by the tests."""


def disturb(action, mlp, at, error):
    """Raise an error at one call or return within the package; return how many there were."""
    calls = count(1)
    last = 0

    def hook(frame, event, arg):
        nonlocal last
        if event in ("call", "return") and frame.f_globals.get("__name__", "").startswith("skdl"):
            last = next(calls)
            if last == at:
                raise error

    sys.setprofile(hook)
    try:
        action(mlp)
    except (Planted, KeyboardInterrupt):
        pass
    except ValueError as told:
        assert isinstance(told.__cause__, Planted)
    finally:
        sys.setprofile(None)
    return last


# An error raised while a generator is closed has nobody to go to.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("error", [Planted, KeyboardInterrupt])
@pytest.mark.parametrize("case", CASES)
def test_an_error_at_any_call(case, error):
    if "told" in case:
        pytest.importorskip("sklearn.callback")
    mlp, action = prepared(case)
    weights, around = trajectory_of(case), surroundings()
    n = disturb(lambda mlp: quietly(action, mlp), mlp, 0, error)
    rng = np.random.default_rng(0)
    moments = range(1, n + 1)
    if MOMENTS:
        moments = np.unique(rng.integers(1, n + 1, size=MOMENTS))
    for at in moments:
        mlp, action = prepared(case)
        before = described(vars(mlp))
        disturb(lambda mlp, act=action: quietly(act, mlp), mlp, at, error)
        assert surroundings() == around, at
        try:
            check(mlp, before, weights)
        except AssertionError as broken:
            raise AssertionError(f"{case}: {error.__name__} at call {at} of {n}") from broken


def press(action, mlp, delay):
    """Press Ctrl-C after a while; return whether it came in time."""
    armed, pressed = True, False

    def handler(number, frame):
        nonlocal pressed
        if armed:
            pressed = True
            raise KeyboardInterrupt

    old = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, delay)
        action(mlp)
        armed = False
    except KeyboardInterrupt:
        pass
    except UserWarning as warning:
        assert "interrupted" in str(warning)
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    return pressed


@pytest.fixture
def threads_put_back():
    """An interruption within the giving back itself leaves BLAS one thread; others need two."""
    numbers = blas._one_thread._numbers()
    yield
    blas._one_thread.n_inside = 0
    thread = threading.Thread(target=blas._set_numbers, args=(numbers,))
    thread.start()
    thread.join()


# An interruption may fall into what Hypothesis does at a collection of garbage, and is lost there.
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. .function gc_cum:pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers on this system")
@pytest.mark.usefixtures("threads_put_back")
def test_ctrl_c_at_random_moments():
    rng = np.random.default_rng(0)
    cases = [case for case in CASES if "told" not in case]
    known = {}
    for i in range(10 * MOMENTS or 1000):
        case = cases[i % len(cases)]
        if case not in known:
            mlp, action = prepared(case)
            start = time.perf_counter()
            quietly(action, mlp)
            known[case] = time.perf_counter() - start, trajectory_of(case)
        seconds, weights = known[case]
        mlp, action = prepared(case)
        before, around = described(vars(mlp)), np.geterr()
        warn = "error" if i % 2 else "ignore"  # an interruption that is an error comes afterwards
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.filterwarnings(warn, ".*interrupted")
            press(action, mlp, float(rng.uniform(1e-6, 1.05 * seconds)))
        np.seterr(**around)  # NumPy's own way back can be interrupted as well
        check(mlp, before, weights)


def test_a_warning_that_is_an_error_comes_after_the_fit():
    mlp = MLPClassifier((4,), max_iter=3, random_state=0)
    with pytest.raises(Warning, match="still changing"):
        mlp.fit(X, Y)  # warnings are errors here
    assert mlp.n_iter_ == 3
    ensemble = MLPClassifier((4,), max_iter=3, random_state=0, n_networks=2)
    with pytest.raises(Warning, match="still changing"):
        ensemble.fit(X, Y)
    assert len(ensemble.networks_) == 2


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case][1]])
def test_a_shallow_copy_shares_nothing_that_a_fit_changes(case):
    settings, earlier, action = CASES[case]
    mlp = quietly(earlier, make(settings))
    other = copy.copy(mlp)
    before = described({k: v for k, v in vars(mlp).items() if k != "warm_start"})
    for later in (action, _partial if settings.get("optimizer") != "lbfgs" else _fit):
        quietly(later, other)
        other.warm_start = True
        quietly(_fit, other)
        if "ensemble" not in case:
            other.compact()
        assert before == described({k: v for k, v in vars(mlp).items() if k != "warm_start"})


@pytest.mark.parametrize("n_networks", [1, 2])
def test_ctrl_c_within_the_first_epoch_passes(n_networks, monkeypatch):
    mlp = quietly(_fit, make({"n_networks": n_networks}))
    before = described(vars(mlp))

    def pressed(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(Network, "backward", pressed)
    for action in (_fit, _partial, lambda mlp: mlp.fit(*OTHER)):
        with pytest.raises(KeyboardInterrupt):
            action(mlp)
        assert described(vars(mlp)) == before


def test_before_the_first_epoch_there_is_nothing_to_keep():
    mlp = MLPRegressor((4,), max_iter=3, n_iter_no_change=None, random_state=0).fit(X, Y)
    before = described(vars(mlp))

    class Pressed:
        def __array__(self, *args, **kwargs):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mlp.fit(Pressed(), Y)
    assert described(vars(mlp)) == before
