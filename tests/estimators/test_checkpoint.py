"""Checkpoints: a fit that was killed ends as if nothing had happened.

Few child processes are killed here, so that the test is quick; ``SKDL_KILLS=50`` in the environment
kills as many.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import make_classification

import skdl
from skdl import Checkpoint, MLPClassifier, MLPRegressor, VersionWarning
from skdl.core import fast
from skdl.core.noise import DropoutInference
from skdl.core.optimizers import Optimizer
from skdl.core.schedules import MomentumSchedule, Schedule

COMPILE = fast.compiled_loops  # before tests/conftest.py hides it
KILLS = int(os.environ.get("SKDL_KILLS", "4"))
X, Y = make_classification(70, 4, random_state=0)
FIRST_ORDER = [name for name, cls in Optimizer.registry.items() if cls.order == 1]

CASES = [
    *({"optimizer": name} for name in FIRST_ORDER),
    *({"schedule": name} for name in Schedule.registry),
    *({"momentum_schedule": name, "optimizer": "sgd"} for name in MomentumSchedule.registry),
    *({"shuffle": kind} for kind in (False, "once", "replacement")),
    *({"dropout": 0.3, "dropout_inference": name} for name in DropoutInference.registry),
    {"batch_norm": True},
    {"weight_noise": 0.1, "input_noise": 0.1},
    {"l1": 1e-3, "max_norm": 1.0, "clip": "global_norm"},
    {"early_stopping": True, "learning_rate": 0.1},
    {"early_stopping": True, "learning_rate": 0.3, "n_iter_no_change": 2},
    {"early_stopping": "rises", "learning_rate": 0.3, "n_iter_no_change": 2},
    {"early_stopping": True, "monitor": "roc_auc", "schedule": "plateau"},
    {"optimizer": "sgd", "learning_rate": 1e150, "activation": "identity", "max_iter": 9},
    {"n_networks": 3},
    {"n_networks": 2, "dropout": 0.2, "batch_norm": True, "early_stopping": True},
    {"n_networks": 2, "random_state": None, "early_stopping": True},
    {"random_state": None, "early_stopping": True},
    {"warm_start": True, "optimizer": "adamw"},
    {"dtype": "float32", "batch_size": 64},
    {"hidden_layer_sizes": (200, 200), "max_iter": 3},  # several blocks of parameters
]


class Killed(BaseException):
    """The process has ended."""


def make(cls=MLPClassifier, **own):
    plain = {"max_iter": 8, "n_iter_no_change": None, "batch_size": 20, "random_state": 0}
    return cls(**{"hidden_layer_sizes": (5,), **plain, **own})


def fit(mlp, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return mlp.fit(*args, **kwargs)


def learned(mlp):
    """Return all that a fit leaves, in plain values."""
    return [
        (
            network._network.theta.tobytes(),
            network._network.running.tobytes(),
            repr(network.history_),
            network.n_iter_,
            network.best_iter_,
            repr(network.loss_),
            network._progress.stopped,
            network._progress.batch_rng.bit_generator.state,
            (network._init_seed, network._split_seed),
        )
        for network in mlp.networks_
    ]


def killed_after(mlp, n, path, every=1):
    """Fit until n epochs have ended, of all networks together."""
    told = []

    def kill(estimator, record):
        told.append(record)
        if len(told) == n:
            raise Killed

    mlp = clone(mlp).set_params(callbacks=[Checkpoint(path, every_epochs=every), kill])
    with pytest.raises(Killed):
        fit(mlp, X, Y)
    assert not hasattr(mlp, "_network")


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_a_killed_fit_ends_as_if_nothing_had_happened(case, tmp_path):
    path, mlp = tmp_path / "fit.npz", make(**case)
    if mlp.random_state is None:  # what the seeds were, only the checkpoint knows
        np.random.seed(1)
    whole = fit(clone(mlp), X, Y)
    n = sum(network.n_iter_ for network in whole.networks_)
    rng = np.random.default_rng(0)
    for at in {2, n, *rng.integers(2, n + 1, size=3).tolist()} if n > 1 else {}:
        if mlp.random_state is None:
            np.random.seed(1)
        killed_after(mlp, at, path)
        np.random.seed(2)
        resumed = fit(clone(mlp), X, Y, resume_from=path)
        assert learned(resumed) == learned(whole), at
        assert np.array_equal(resumed.predict_proba(X), whole.predict_proba(X))


def test_one_that_diverges_goes_back_as_far(tmp_path):
    """The last epoch before the file may be undone after it, and then the one before is needed."""
    path, y = tmp_path / "fit.npz", X @ [1.0, 2.0, 3.0, 4.0]
    own = {"optimizer": "sgd", "momentum": 0.0, "learning_rate": 1e9, "activation": "identity"}
    own |= {"batch_size": "full", "hidden_layer_sizes": None, "max_iter": 40}
    whole = fit(make(MLPRegressor, **own), X, y)
    assert whole._progress.stopped == "diverged" and whole.n_iter_ > 5
    written = []

    def keep(estimator, record):  # the checkpoint of the epoch before
        written.append(path.read_bytes() if path.exists() else b"")

    fit(make(MLPRegressor, **own, callbacks=[Checkpoint(path, every_epochs=1), keep]), X, y)
    written.append(path.read_bytes())
    assert len(written) > whole.n_iter_ + 1  # one epoch was undone
    for content in written[1:]:
        path.write_bytes(content)
        resumed = fit(make(MLPRegressor, **own), X, y, resume_from=path)
        assert learned(resumed) == learned(whole)


def test_compiled_steps_go_on_too(tmp_path, monkeypatch):
    pytest.importorskip("numba")
    monkeypatch.setattr(fast, "compiled_loops", COMPILE)
    path, mlp = tmp_path / "fit.npz", make(batch_size=1)
    killed_after(mlp, 5, path)
    assert learned(fit(clone(mlp), X, Y, resume_from=path)) == learned(fit(clone(mlp), X, Y))


@pytest.mark.parametrize("every", [1, 3])
def test_numbers_and_rows_of_ones_own(every, tmp_path):
    path, mlp = tmp_path / "fit.npz", make(MLPRegressor, early_stopping=True)
    y, own = X @ [1.0, 2.0, 3.0, 4.0], {"X_val": X[:9], "y_val": Y[:9]}

    def kill(estimator, record):
        if record["epoch"] == 5:
            raise Killed

    weight = np.linspace(0.5, 2, len(y))
    whole = fit(clone(mlp), X, y, weight, **own)
    with pytest.raises(Killed):
        callbacks = [Checkpoint(path, every_epochs=every), kill]
        fit(clone(mlp).set_params(callbacks=callbacks), X, y, weight, **own)
    assert learned(fit(mlp, X, y, weight, resume_from=path, **own)) == learned(whole)


def test_a_warm_fit_goes_on_where_it_was(tmp_path):
    path = tmp_path / "fit.npz"
    mlp = fit(make(warm_start=True), X, Y)
    whole = fit(pickle.loads(pickle.dumps(mlp)), X, Y)

    def kill(estimator, record):
        if record["epoch"] == 12:
            raise Killed

    with pytest.raises(Killed):
        fit(mlp.set_params(callbacks=[Checkpoint(path, every_epochs=1), kill]), X, Y)
    assert mlp.n_iter_ == 8
    assert learned(fit(make(warm_start=True), X, Y, resume_from=path)) == learned(whole)
    assert learned(fit(mlp.set_params(callbacks=None), X, Y, resume_from=path)) == learned(whole)


def test_what_was_resumed_goes_on_the_same(tmp_path):
    path, mlp = tmp_path / "fit.npz", make(warm_start=True)
    whole = fit(clone(mlp), X, Y)
    killed_after(mlp, 5, path)
    resumed = fit(clone(mlp), X, Y, resume_from=path)
    assert learned(resumed.partial_fit(X, Y)) == learned(whole.partial_fit(X, Y))


def test_a_callback_that_ends_the_fit_ends_the_resumed_one(tmp_path):
    path = tmp_path / "fit.npz"
    callbacks = [Checkpoint(path, every_epochs=1), lambda mlp, record: record["epoch"] == 4]
    ended = fit(make(callbacks=callbacks), X, Y)
    assert learned(fit(make(), X, Y, resume_from=path)) == learned(ended)


def test_writing_changes_nothing_and_the_clock_only_says_when(tmp_path, monkeypatch):
    now = iter(np.arange(0, 1e4, 3.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    written = []
    checkpoint = Checkpoint(tmp_path / "fit.npz", every_seconds=5)
    monkeypatch.setattr(
        skdl.estimators.checkpoint, "write", lambda path, content: written.append(content)
    )
    mlp = fit(make(callbacks=[checkpoint]), X, Y)
    assert [content["networks"][0]["epoch"] for content in written] == [2, 4, 6, 8]
    assert learned(mlp) == learned(fit(make(), X, Y))


# What cannot be gone on from.


@pytest.fixture
def whole_file(tmp_path):
    path = tmp_path / "fit.npz"
    killed_after(make(), 3, path)
    return path


@pytest.mark.parametrize(
    ("own", "name"),
    [
        ({"hidden_layer_sizes": (6,)}, "hidden_layer_sizes"),
        ({"optimizer": "sgd"}, "optimizer"),
        ({"learning_rate": 0.5}, "learning_rate"),
        ({"n_networks": 2}, "n_networks"),
        ({"random_state": 1}, "random_state"),
        ({"dtype": "float32"}, "dtype"),
    ],
)
def test_other_parameters(own, name, whole_file):
    with pytest.raises(ValueError, match=f"^MLPClassifier: resume_from must be .* {name}="):
        fit(make(**own), X, Y, resume_from=whole_file)


def test_other_data_or_another_estimator(whole_file):
    for X_, y, name in (
        (X[:-1], Y[:-1], "rows to train on=70"),
        (X[:, 1:], Y, "features=4"),
        (X, Y[::-1], "checksum of the targets"),
    ):
        with pytest.raises(ValueError, match=name):
            fit(make(), X_, y, resume_from=whole_file)
    with pytest.raises(ValueError, match="estimator=MLPClassifier, and here it is MLPRegressor"):
        fit(make(MLPRegressor), X, Y, resume_from=whole_file)
    with pytest.raises(ValueError, match="validation"):
        fit(make(), X, Y, X_val=X, y_val=Y, resume_from=whole_file)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_a_file_that_is_not_whole(data, whole_file):
    content = whole_file.read_bytes()
    part = whole_file.with_name("part.npz")
    part.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    mlp = make()
    with pytest.raises(ValueError, match="^MLPClassifier: resume_from must be a checkpoint"):
        fit(mlp, X, Y, resume_from=part)
    assert not hasattr(mlp, "_network")


def _archive(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


class Dangerous:
    """Would run code if it were unpickled."""

    def __reduce__(self):
        return exec, ("raise SystemExit('code was run')",)


FOREIGN = {
    "text": b"a,b\n1,2\n",
    "pickle": pickle.dumps(Dangerous()),
    "array": (lambda f: (np.save(f, np.zeros(3)), f.getvalue())[1])(io.BytesIO()),
    "other archive": _archive(a=np.zeros(3)),
    "objects": _archive(header=np.array([Dangerous()], dtype=object)),
    "other header": _archive(header=np.frombuffer(b'{"format": "mine"}', np.uint8)),
    "no dict": _archive(header=np.frombuffer(b"[1]", np.uint8)),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_file(kind, tmp_path):
    path = tmp_path / "foreign.npz"
    path.write_bytes(FOREIGN[kind])
    with pytest.raises(ValueError, match="^MLPClassifier: resume_from must be a checkpoint"):
        fit(make(), X, Y, resume_from=path)


def test_a_header_that_was_tampered_with(whole_file):
    with np.load(whole_file) as archive:
        arrays = dict(archive)
    header = json.loads(arrays["header"].tobytes())
    for spoil in (
        lambda h: h["networks"][0].pop("order"),
        lambda h: h["networks"][0].update(weights=[{"array": "a3"}]),
        lambda h: h["networks"].clear(),
        lambda h: h.pop("data"),
        lambda h: h["networks"][0].update(seeds=None),
    ):
        spoilt = json.loads(json.dumps(header))
        spoil(spoilt)
        arrays["header"] = np.frombuffer(json.dumps(spoilt).encode(), np.uint8)
        np.savez(whole_file, **arrays)
        with pytest.raises(ValueError, match="^MLPClassifier: resume_from must be a checkpoint"):
            fit(make(), X, Y, resume_from=whole_file)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="^MLPClassifier: resume_from must be a file; got"):
        fit(make(), X, Y, resume_from=tmp_path / "none.npz")
    with pytest.raises(ValueError, match="resume_from"):
        fit(make(), X, Y, resume_from=tmp_path)
    with pytest.raises(ValueError, match="resume_from"):
        fit(make(), X, Y, resume_from=3.5)


def test_another_version_warns(whole_file, monkeypatch):
    monkeypatch.setattr(skdl, "__version__", "99.0.0")
    with pytest.warns(VersionWarning, match="version 0.* of skdl, read by version 99.0.0"):
        make().fit(X, Y, resume_from=whole_file)


# What a Checkpoint takes, and where it writes.


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"every_epochs": 0}, "every_epochs must be an integer >= 1, or None; got 0"),
        ({"every_epochs": 1.5}, "every_epochs must be"),
        ({"every_seconds": 0}, "every_seconds must be > 0, or None; got 0"),
        ({}, "every_epochs or every_seconds must be given"),
        ({"path": 3, "every_epochs": 1}, "path must be the path of a file; got 3"),
    ],
)
def test_settings(given, message):
    with pytest.raises(ValueError, match=f"^Checkpoint: {message}"):
        Checkpoint(**{"path": "fit.npz", **given})


def test_where_it_cannot_be(tmp_path):
    for path in (tmp_path, tmp_path / "none" / "fit.npz"):
        with pytest.raises(ValueError, match="^Checkpoint: path must be a file in a folder"):
            fit(make(callbacks=[Checkpoint(path, every_epochs=1)]), X, Y)


@pytest.mark.parametrize("optimizer", [n for n in Optimizer.registry if n not in FIRST_ORDER])
def test_a_solver_has_none(optimizer, tmp_path):
    callbacks = [Checkpoint(tmp_path / "fit.npz", every_epochs=1)]
    with pytest.raises(ValueError, match="callbacks must hold no Checkpoint with optimizer="):
        fit(make(optimizer=optimizer, callbacks=callbacks), X, Y)


def test_partial_fit_has_none(tmp_path):
    mlp = make(callbacks=[Checkpoint(tmp_path / "fit.npz", every_epochs=1)])
    with pytest.warns(UserWarning, match="a Checkpoint has no effect with partial_fit"):
        mlp.partial_fit(X, Y)
    assert not list(tmp_path.iterdir())


def test_it_is_not_called_by_others():
    with pytest.raises(TypeError, match="^Checkpoint: it must be an item of callbacks"):
        Checkpoint("fit.npz", every_epochs=1)(None, {})


def test_a_full_disk_loses_neither_the_fit_nor_the_file_before(tmp_path, monkeypatch):
    path = tmp_path / "fit.npz"
    sync, calls = os.fsync, []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) > 2:
            raise OSError(28, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    mlp = make(callbacks=[Checkpoint(path, every_epochs=1)])
    with pytest.warns(UserWarning, match="could not be written after epoch 3 .*No space left"):
        mlp.fit(X, Y)
    assert [file.name for file in tmp_path.iterdir()] == ["fit.npz"]
    whole = fit(make(), X, Y)
    assert learned(mlp) == learned(whole)
    assert learned(fit(make(), X, Y, resume_from=path)) == learned(whole)


# SIGKILL.

CHILD = """
import sys, warnings
warnings.simplefilter("ignore")
from sklearn.datasets import make_classification
from skdl import Checkpoint, MLPClassifier
from skdl.core import fast
fast.compiled_loops = lambda: None  # as in the tests
path, settings = sys.argv[1], eval(sys.argv[2])
X, Y = make_classification(70, 4, random_state=0)
tell = lambda estimator, record: print(record["epoch"], flush=True)
MLPClassifier(**settings, callbacks=[Checkpoint(path, every_epochs=1), tell]).fit(X, Y)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL on this system")
def test_a_process_that_is_killed(tmp_path):
    rng = np.random.default_rng()
    cases = [
        {"optimizer": "adam", "batch_norm": True},
        {"n_networks": 3, "dropout": 0.2},
        {"optimizer": "rmsprop", "early_stopping": True, "schedule": "cosine"},
        {"optimizer": "sgd", "momentum_schedule": "rise", "hidden_layer_sizes": (200, 200)},
    ]
    for i in range(KILLS):
        path = tmp_path / f"fit{i}.npz"
        mlp = make(**{"max_iter": 150, **cases[i % len(cases)]})
        own = {k: v for k, v in mlp.get_params().items() if k != "callbacks"}
        child = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(CHILD), str(path), repr(own)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(rng.integers(2, 150)):  # so many epochs, and a part of one
            child.stdout.readline()
        time.sleep(float(rng.uniform(0, 0.02)))
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        again = fit(clone(mlp), X, Y, resume_from=path)
        assert learned(again) == learned(fit(clone(mlp), X, Y))
