"""Callbacks: ours, scikit-learn's, and the progress bar."""

import io
import pickle
import sys
import time

import numpy as np
import pytest
from sklearn.datasets import make_classification

from skdl import MLPClassifier, MLPRegressor
from skdl.core.optimizers import Optimizer

BOTH = (MLPClassifier, MLPRegressor)
X, y = make_classification(40, 4, random_state=0)


def _mlp(cls=MLPClassifier, **settings):
    fixed = {"hidden_layer_sizes": (4,), "max_iter": 5, "n_iter_no_change": None}
    return cls(**{**fixed, "random_state": 0, **settings})


class Diary:
    """A callback that writes down what it is told, and stops after a number of epochs."""

    def __init__(self, stop_after=None):
        self.stop_after = stop_after
        self.pages = []

    def __call__(self, estimator, record):
        self.pages.append((record["epoch"], record["loss"], estimator.predict(X)))
        return record["epoch"] == self.stop_after


# Ours.


@pytest.mark.parametrize("optimizer", Optimizer.registry)
@pytest.mark.parametrize("cls", BOTH)
def test_told_after_each_epoch_of_a_usable_estimator(cls, optimizer):
    diary = Diary()
    mlp = _mlp(cls, optimizer=optimizer, max_iter=3, callbacks=[diary]).fit(X, y)
    assert [page[0] for page in diary.pages] == list(range(1, mlp.n_iter_ + 1))
    assert [page[1] for page in diary.pages] == mlp.loss_curve_
    np.testing.assert_array_equal(diary.pages[-1][2], mlp.predict(X))


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs", "bfgs", "cg", "newton_cg", "newton"])
def test_one_that_returns_true_stops_the_fit(optimizer):
    first, second = Diary(stop_after=2), Diary()
    mlp = _mlp(optimizer=optimizer, callbacks=[first, second]).fit(X, y)
    assert mlp.n_iter_ == 2
    assert len(first.pages) == len(second.pages) == 2  # the others are still told


def test_a_stop_is_no_reason_to_warn():
    mlp = _mlp(n_iter_no_change=10, callbacks=(Diary(stop_after=2),)).fit(X, y)
    assert mlp.n_iter_ == 2


def test_partial_fit_tells_them_too():
    diary = Diary()
    mlp = _mlp(callbacks=[diary])
    for _ in range(3):
        mlp.partial_fit(X, y)
    assert [page[0] for page in diary.pages] == [1, 2, 3]


def test_an_error_of_a_callback_comes_through():
    def broken(estimator, record):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        _mlp(callbacks=[broken]).fit(X, y)


# Ctrl-C.


def _press_ctrl_c_in_epoch(epoch):
    def callback(estimator, record):
        if record["epoch"] == epoch:
            raise KeyboardInterrupt

    return callback


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "lbfgs", "newton"])
@pytest.mark.parametrize("cls", BOTH)
def test_ctrl_c_keeps_what_was_learned(cls, optimizer):
    mlp = _mlp(cls, optimizer=optimizer, callbacks=[_press_ctrl_c_in_epoch(3)])
    with pytest.warns(UserWarning, match=f"^{cls.__name__}: interrupted after 3 epochs; the weigh"):
        mlp.fit(X, y)
    assert mlp.n_iter_ == 3
    unharmed = _mlp(cls, optimizer=optimizer, max_iter=3).fit(X, y)
    np.testing.assert_allclose(mlp.predict(X), unharmed.predict(X), rtol=1e-6)
    assert mlp.score(X, y) == pytest.approx(unharmed.score(X, y))


def test_ctrl_c_goes_back_to_the_best_weights():
    mlp = _mlp(
        early_stopping=True,
        learning_rate=1.0,
        max_iter=30,
        callbacks=[_press_ctrl_c_in_epoch(20)],
    )
    with pytest.warns(UserWarning, match="interrupted after 20 epochs"):
        mlp.fit(X, y)
    assert mlp.best_iter_ == np.argmin(mlp.validation_loss_curve_) + 1
    assert mlp.best_iter_ < 20


def test_a_fit_goes_on_after_ctrl_c():
    mlp = _mlp(warm_start=True, max_iter=2, callbacks=[_press_ctrl_c_in_epoch(2)])
    with pytest.warns(UserWarning, match="interrupted"):
        mlp.fit(X, y)
    mlp.set_params(callbacks=None, max_iter=3).fit(X, y)
    assert mlp.n_iter_ == 5
    np.testing.assert_allclose(mlp.predict_proba(X), _mlp().fit(X, y).predict_proba(X), rtol=1e-9)


# scikit-learn's, since its version 1.9.


class Witness:
    """scikit-learn's protocol: told at the beginning and end of every task."""

    def __init__(self, stop_after=None):
        self.stop_after = stop_after
        self.log = []
        self.scores = []

    def setup(self, estimator, context):
        self.log.append("setup")

    def teardown(self, estimator, context):
        self.log.append("teardown")

    def on_fit_task_begin(self, estimator, context, *, X=None, y=None):
        self.log.append(f"begin {context.task_name}")
        assert X.shape == (40, 4)
        assert set(np.unique(y)) == {0, 1}

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.log.append(f"end {context.task_name}")
        self.scores.append(fitted_estimator.score(X, y))
        return self.stop_after is not None and self.log.count("end epoch") >= self.stop_after


def test_a_callback_of_scikit_learns_protocol():
    pytest.importorskip("sklearn.callback")
    witness = Witness()
    mlp = _mlp(max_iter=3).set_callbacks(witness).fit(X, y)
    epoch = ["begin epoch", "end epoch"]
    assert witness.log == ["setup", "begin fit", *3 * epoch, "end fit", "teardown"]
    assert witness.scores[-1] == mlp.score(X, y)
    assert not hasattr(mlp, "_callback_fit_ctx")


def test_it_can_stop_the_fit():
    pytest.importorskip("sklearn.callback")
    mlp = _mlp().set_callbacks(Witness(stop_after=2)).fit(X, y)
    assert mlp.n_iter_ == 2


def test_partial_fit_sets_it_up_and_tears_it_down():
    pytest.importorskip("sklearn.callback")
    witness = Witness()
    mlp = _mlp().set_callbacks(witness).partial_fit(X, y)
    assert witness.log[0] == "setup"
    assert witness.log[-1] == "teardown"
    assert not hasattr(mlp, "_callback_fit_ctx")


def test_it_is_torn_down_after_an_error():
    pytest.importorskip("sklearn.callback")
    witness = Witness()

    def broken(estimator, record):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _mlp(callbacks=[broken]).set_callbacks(witness).fit(X, y)
    assert witness.log[-1] == "teardown"


def test_scikit_learns_progress_bar():
    pytest.importorskip("rich")
    callback = pytest.importorskip("sklearn.callback")
    _mlp().set_callbacks(callback.ProgressBar()).fit(X, y)


def test_scikit_learns_scoring_monitor():
    callback = pytest.importorskip("sklearn.callback")
    monitor = callback.ScoringMonitor(scoring="accuracy")
    mlp = _mlp(max_iter=4).set_callbacks(monitor).fit(X, y)
    rows = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
    assert [row["task_id"] for row in rows] == [0, 1, 2, 3]
    assert rows[-1]["accuracy"] == mlp.score(X, y)


@pytest.mark.parametrize("stop_after", [None, 2])
def test_scikit_learns_callbacks_see_an_ensemble_grow(stop_after):
    pytest.importorskip("sklearn.callback")

    class OfNetworks(Witness):
        def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
            super().on_fit_task_end(estimator, context, fitted_estimator=fitted_estimator)
            self.sizes.append(len(fitted_estimator.networks_))
            self.kept.append(fitted_estimator)
            return self.log.count("end network") == stop_after

    witness = OfNetworks()
    witness.sizes, witness.kept = [], []
    mlp = _mlp(n_networks=4).set_callbacks(witness).fit(X, y)
    n = stop_after or 4
    network = ["begin network", "end network"]
    assert witness.log == ["setup", "begin fit", *n * network, "end fit", "teardown"]
    assert witness.sizes == [*range(1, n + 1), n]
    assert [len(mlp.networks_) for mlp in witness.kept] == witness.sizes
    assert len(mlp.networks_) == n
    assert witness.scores[0] == mlp.networks_[0].score(X, y)
    assert witness.scores[-1] == mlp.score(X, y)


def test_one_that_stops_a_fit_that_goes_on_loses_no_network():
    pytest.importorskip("sklearn.callback")
    mlp = _mlp(n_networks=3, warm_start=True).fit(X, y)

    class AfterOne(Witness):
        def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
            return True

    mlp.set_callbacks(AfterOne()).fit(X, y)
    assert len(mlp.networks_) == 3
    assert all(len(network.history_) >= 5 for network in mlp.networks_)


def test_callbacks_change_nothing():
    witness = _mlp(callbacks=[Diary()]).fit(X, y)
    np.testing.assert_array_equal(witness.predict_proba(X), _mlp().fit(X, y).predict_proba(X))


# The progress bar.


class Terminal(io.StringIO):
    def isatty(self):
        return True


def _wait(estimator, record):
    time.sleep(0.12)  # tqdm shows a new state every tenth of a second


@pytest.mark.parametrize(
    ("verbose", "stream", "shown"),
    [(True, Terminal(), True), (0, Terminal(), False), (True, io.StringIO(), False)],
    ids=["terminal", "verbose=0", "no terminal"],
)
def test_progress_bar(monkeypatch, verbose, stream, shown):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys, "stderr", stream)
    mlp = _mlp(verbose=verbose, callbacks=[_wait]).fit(X, y)
    text = stream.getvalue()
    assert bool(text) == shown
    if shown:
        assert "MLPClassifier" in text
        assert "4/5" in text
        assert f"loss {mlp.loss_curve_[3]:.4g}" in text


def test_nothing_is_printed_to_the_standard_output(capsys):
    _mlp(verbose=2).fit(X, y)
    assert capsys.readouterr().out == ""


def test_a_pickle_holds_no_context():
    mlp = _mlp().partial_fit(X, y)
    assert "callback" not in "".join(mlp.__getstate__()).replace("callbacks", "")
    pickle.loads(pickle.dumps(mlp)).partial_fit(X, y)
