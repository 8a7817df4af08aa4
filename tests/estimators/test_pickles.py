"""Pickles: their version, their size, what goes on from them, and what cannot be in one."""

from __future__ import annotations

import copy
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import make_classification

import skdl
from skdl import MLPClassifier, MLPRegressor, VersionWarning
from skdl.core.optimizers import Optimizer
from skdl.estimators.fitting.history import RECENT

BOTH = (MLPClassifier, MLPRegressor)
FIRST_ORDER = [name for name, cls in Optimizer.registry.items() if cls.order == 1]
X, Y = make_classification(50, 4, random_state=0)


def make(cls=MLPClassifier, **own):
    plain = {"max_iter": 4, "n_iter_no_change": None, "batch_size": 20, "random_state": 0}
    return cls(**{"hidden_layer_sizes": (5,), **plain, **own})


def pickled(mlp):
    return pickle.loads(pickle.dumps(mlp))


def weights(mlp):
    return np.concatenate([network._network.theta for network in mlp.networks_])


# What goes on from one.


@pytest.mark.parametrize("shuffle", [True, "once", "replacement"])
@pytest.mark.parametrize("optimizer", FIRST_ORDER)
def test_a_pickle_goes_on_as_the_estimator_does(optimizer, shuffle):
    own = {} if Optimizer.registry[optimizer].full_batch else {"shuffle": shuffle}
    if own == {}:
        own["batch_size"] = "auto"
    mlp = make(optimizer=optimizer, **own).fit(X, Y)
    other = pickled(mlp)
    for _ in range(3):
        assert np.array_equal(weights(mlp.partial_fit(X, Y)), weights(other.partial_fit(X, Y)))
        other = pickled(other)


@settings(max_examples=25, deadline=None)
@given(
    calls=st.lists(
        st.sampled_from(["fit", "partial_fit", "warm", "cold", "compact"]), min_size=2, max_size=6
    ),
    n_networks=st.sampled_from([1, 1, 2]),
    dropout=st.sampled_from([0.0, 0.3]),
)
def test_a_pickle_after_any_calls(calls, n_networks, dropout):
    """After each call, a copy that went through pickle is used beside the original."""
    mlp = make(n_networks=n_networks, dropout=dropout).fit(X, Y)
    copied = pickled(mlp)
    for call in calls:
        for one in (mlp, copied):
            if call in ("warm", "cold"):
                one.set_params(warm_start=call == "warm")
            else:
                getattr(one, call)(*((X, Y) if "fit" in call else ()))
        copied = pickled(copied)
        assert np.array_equal(weights(copied), weights(mlp))
        assert repr(copied.history_) == repr(mlp.history_) and copied.n_iter_ == mlp.n_iter_


# Sizes.


@pytest.mark.parametrize("cls", BOTH)
def test_a_stream_of_rows_does_not_grow(cls):
    mlp = make(cls, hidden_layer_sizes=(3,), batch_size=1)
    y = {"classes": [0, 1]} if cls is MLPClassifier else {}
    sizes = []
    for call in range(1, RECENT + 60):
        mlp.partial_fit(X[:1], Y[:1], **y)
        if call >= RECENT:
            sizes.append(len(pickle.dumps(mlp)))
    assert max(sizes) - min(sizes) < 100  # the digits of numbers
    assert mlp.n_iter_ == mlp.history_[-1]["epoch"] == RECENT + 59
    assert len(mlp.history_) == len(mlp.loss_curve_) == RECENT
    assert mlp.loss_ == mlp.loss_curve_[-1]


def test_the_record_of_a_fit_stays(monkeypatch):
    monkeypatch.setattr("skdl.estimators.fitting.job.RECENT", 3)
    mlp = make(max_iter=5).fit(X, Y)
    for _ in range(6):
        mlp.partial_fit(X, Y)
    assert [record["epoch"] for record in mlp.history_] == [1, 2, 3, 4, 5, 9, 10, 11]
    assert (mlp.n_iter_, mlp.best_iter_, mlp.loss_) == (11, 11, mlp.history_[-1]["loss"])
    mlp.set_params(warm_start=True, max_iter=2, n_iter_no_change=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlp.set_params(early_stopping=True).fit(X, Y)
    assert [record["epoch"] for record in mlp.history_] == [1, 2, 3, 4, 5, 9, 10, 11, 12, 13]
    best = next(record for record in mlp.history_ if record["epoch"] == mlp.best_iter_)
    assert mlp.loss_ == best["loss"]


def test_a_schedule_that_follows_the_loss_forgets_none(monkeypatch):
    monkeypatch.setattr("skdl.estimators.fitting.job.RECENT", 3)
    mlp = make(schedule="plateau")
    for _ in range(6):
        mlp.partial_fit(X, Y)
    assert len(mlp.history_) == 6


@pytest.mark.parametrize("n_networks", [1, 2])
@pytest.mark.parametrize("optimizer", FIRST_ORDER)
def test_on_request_a_pickle_has_the_size_of_the_weights(optimizer, n_networks):
    mlp = MLPClassifier((150, 150), optimizer=optimizer, max_iter=2, n_iter_no_change=None)
    mlp.set_params(n_networks=n_networks, random_state=0)
    plain = len(pickle.dumps(mlp.fit(X, Y)))
    assert plain < 1.2 * weights(mlp).nbytes * (1 + (n_networks > 1))
    warm = clone(mlp).set_params(warm_start=True).fit(X, Y)
    expected = warm.predict_proba(X)
    other = copy.copy(warm)
    assert len(pickle.dumps(warm.compact())) < 1.05 * plain
    assert np.array_equal(warm.predict_proba(X), expected)
    assert other._progress.optimizer_state is not None  # what it shared is as it was
    assert len(warm.fit(X, Y).history_) == 4


def test_nothing_to_compact():
    with pytest.raises(ValueError, match="not fitted"):
        make().compact()


# Versions.


@pytest.mark.parametrize("fitted", [True, False])
@pytest.mark.parametrize("cls", BOTH)
def test_another_version_warns(cls, fitted, monkeypatch):
    mlp = make(cls)
    stream = pickle.dumps(mlp.fit(X, Y) if fitted else mlp)
    pickle.loads(stream)
    monkeypatch.setattr(skdl, "__version__", "99.1.0")
    with pytest.warns(VersionWarning, match=f"^{cls.__name__}: written by version 0"):
        other = pickle.loads(stream)
    assert "_skdl_version" not in vars(other)
    pickled(other)  # written anew


def test_a_pickle_without_a_version_warns():
    state = make().fit(X, Y).__getstate__()
    del state["_skdl_version"]
    with pytest.warns(VersionWarning, match="version unknown"):
        MLPClassifier.__new__(MLPClassifier).__setstate__(state)


def test_copies_and_clones_do_not_warn():
    mlp = make().fit(X, Y)
    for other in (copy.copy(mlp), copy.deepcopy(mlp), clone(mlp)):
        assert "_skdl_version" not in vars(other)


# What cannot be pickled.


class HoldsAFile:
    """A callback with something that no pickle can hold."""

    def __init__(self, path):
        self.file = open(path, "w")  # noqa: SIM115

    def __call__(self, estimator, record):
        return False


def at_the_top(estimator, record=None, y=None):
    """A callback, or a monitor, that can be pickled."""
    return False


def test_a_callback_that_cannot_be_pickled_is_named(tmp_path):
    callback = HoldsAFile(tmp_path / "log")
    for callbacks, name in (
        ([at_the_top, lambda mlp, record: None], r"callbacks\[1\] .*<lambda>"),
        ((callback,), r"callbacks\[0\] .*HoldsAFile"),
    ):
        mlp = make(callbacks=callbacks).fit(X, Y)
        with pytest.raises(pickle.PicklingError, match=f"^MLPClassifier: {name}"):
            pickle.dumps(mlp)
        copy.copy(mlp).fit(X, Y)
        assert copy.copy(mlp).callbacks == callbacks
        assert pickled(mlp.set_params(callbacks=None)).callbacks is None
    callback.file.close()


def test_a_monitor_that_cannot_be_pickled_is_named():
    mlp = make(monitor=lambda estimator, X, y: 0.0)
    with pytest.raises(pickle.PicklingError, match=r"^MLPClassifier: monitor must be"):
        pickle.dumps(mlp)
    assert copy.deepcopy(mlp).monitor is mlp.monitor


def test_what_can_be_pickled_comes_back():
    for callbacks in ([at_the_top], (at_the_top, at_the_top), None, []):
        mlp = pickled(make(callbacks=callbacks, monitor=at_the_top))
        assert mlp.callbacks == callbacks
        assert mlp.monitor is at_the_top


def test_a_pickler_of_all_functions_may_take_it():
    cloudpickle = pytest.importorskip("cloudpickle")
    mlp = make(callbacks=[lambda mlp, record: record["epoch"] == 2]).fit(X, Y)
    assert pickle.loads(cloudpickle.dumps(mlp)).fit(X, Y).n_iter_ == 2


# Classes of partial_fit.


@settings(max_examples=30, deadline=None)
@given(
    first=st.sets(st.integers(0, 9), min_size=2, max_size=5),
    later=st.sets(st.integers(0, 9), min_size=1, max_size=5),
    as_text=st.booleans(),
)
def test_other_classes_than_at_the_first_call(first, later, as_text):
    first, later = ([str(c) if as_text else c for c in sorted(part)] for part in (first, later))
    mlp = make(hidden_layer_sizes=(2,)).partial_fit(X[:1], first[:1], classes=first)
    before = weights(mlp).copy()
    if later == first:
        mlp.partial_fit(X[:1], first[:1], classes=later[::-1])
        return
    with pytest.raises(ValueError, match="classes must be those of the first call") as error:
        mlp.partial_fit(X[:1], first[:1], classes=later)
    assert str(np.array(first)) in str(error.value) and str(np.array(later)) in str(error.value)
    assert np.array_equal(weights(mlp), before)
