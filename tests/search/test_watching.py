"""A search can be watched: progress while networks train, scikit-learn's callbacks, lines."""

from __future__ import annotations

import io
import re
import sys
from functools import partialmethod

import numpy as np
import pytest
from sklearn import model_selection
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier
from skdl.search import CoordinateSearchCV, GridSearchCV, RandomizedSearchCV
from skdl.together import Task, fit_as_completed, fit_together
from skdl.together import worker as worker_module

X, Y = load_iris(return_X_y=True)
ORDER = np.random.default_rng(0).permutation(len(Y))
X, Y = X[ORDER], Y[ORDER]
NET = MLPClassifier((6,), batch_size=20, max_iter=5, n_iter_no_change=None, random_state=0)
PIPE = make_pipeline(StandardScaler(), NET)
GRID = {"learning_rate": [0.003, 0.03], "l2": [0.0, 0.1]}
PIPE_GRID = {f"mlpclassifier__{name}": values for name, values in GRID.items()}


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self):
        return True


# --------------------------------------------------------------------------------------
# How much is done.


def shares_of(estimators, **settings):
    """Return what is told of each task, in order."""
    told = [[] for _ in estimators]
    tasks = [Task(estimator, 0, np.arange(100)) for estimator in estimators]
    for _ in fit_as_completed(
        tasks,
        X,
        Y,
        then=lambda task, fitted: fitted.error,
        share=lambda number, part: told[number].append(part),
        **settings,
    ):
        pass
    return told


@pytest.mark.parametrize(
    "make",
    [
        lambda: NET,
        lambda: clone(NET).set_params(optimizer="adam"),
        lambda: MLPClassifier((6,), optimizer="lbfgs", max_iter=5, n_iter_no_change=None),
        lambda: MLPClassifier((400,), max_iter=5, n_iter_no_change=None),  # too large for a stack
        lambda: make_pipeline(StandardScaler(), MLPClassifier((6,), max_iter=5, tol=0)),
        lambda: MLPClassifier((6,), max_iter=5, n_iter_no_change=None, callbacks=[lambda *_: None]),
    ],
    ids=["stack", "adam", "second order", "large", "pipeline", "own callbacks"],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_network_tells_of_its_epochs(make):
    for told in shares_of([clone(make()) for _ in range(3)]):
        assert told[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
        assert told[-1] == 1


def test_what_tells_nothing_is_done_at_once():
    ensemble = MLPClassifier((3,), n_networks=2, max_iter=2, n_iter_no_change=None)
    for told in shares_of([LogisticRegression(max_iter=500), ensemble]):
        assert told[-1] == 1


def test_networks_of_a_stack_move_together():
    """None of them is done before all of them are near the end."""
    order = []
    tasks = [Task(MLPClassifier((3,), l2=l2, max_iter=9), 0, np.arange(99)) for l2 in (0, 0.1, 0.2)]
    for number, _ in fit_as_completed(
        tasks, X, Y, then=lambda task, fitted: None, share=lambda i, part: order.append(part)
    ):
        order.append(f"task {number}")
    first_done = order.index(next(one for one in order if isinstance(one, str)))
    assert sorted(order[: first_done - 1]) == order[: first_done - 1] and first_done >= 27


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_bar_of_a_search_moves_while_networks_train(n_jobs, monkeypatch, capsys):
    tqdm = pytest.importorskip("tqdm").tqdm
    monkeypatch.setattr(sys, "stderr", Terminal())
    # Every step is drawn, so that what is shown does not depend on the speed of the machine.
    eager = partialmethod(tqdm.__init__, mininterval=0, miniters=1e-9)
    monkeypatch.setattr(tqdm, "__init__", eager)
    net = MLPClassifier((6,), batch_size=5, max_iter=60, n_iter_no_change=None, random_state=0)
    GridSearchCV(net, GRID, cv=2, verbose=1, n_jobs=n_jobs).fit(X, Y)
    shown = sys.stderr.getvalue()
    counts = [float(n) for n in re.findall(r"([\d.]+)/8,", shown)]
    assert "GridSearchCV" in shown and counts == sorted(counts) and counts[-1] <= 8
    assert any(n != round(n) for n in counts)  # in the middle of fits
    assert capsys.readouterr().out.startswith("Fitting 2 folds for each of 4 candidates")


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_nothing_is_shown_where_nobody_looks(n_jobs, capsys, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("nobody listens")

    monkeypatch.setattr("skdl.together.workers.Listener", refuse)
    GridSearchCV(NET, GRID, cv=2, verbose=1, n_jobs=n_jobs).fit(X, Y)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys, "stderr", Terminal())
    GridSearchCV(NET, GRID, cv=2, verbose=0, n_jobs=n_jobs).fit(X, Y)
    assert sys.stderr.getvalue() == ""


def test_each_fit_has_a_line(capsys):
    search = GridSearchCV(NET, GRID, cv=2, verbose=2, scoring=["accuracy", "f1_macro"], refit=False)
    search.fit(X, Y)
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.endswith("totalling 8 fits") and len(lines) == 8
    for line in lines:
        found = re.fullmatch(
            r"\[CV (\d)/2\] END l2=(.*), learning_rate=(.*); test: accuracy=(.*), f1_macro=(.*), "
            r"total time [\d.]+ s",
            line,
        )
        fold, l2, rate, accuracy, _ = found.groups()
        params = {"learning_rate": float(rate), "l2": float(l2)}
        place = search.cv_results_["params"].index(params)
        score = search.cv_results_[f"split{int(fold) - 1}_test_accuracy"][place]
        assert accuracy == f"{score:.3f}"


# --------------------------------------------------------------------------------------
# Scikit-learn's callbacks.

callback = pytest.importorskip("sklearn.callback")


class Recorder:
    """Keeps what it is told: which task, where in the tree, begun or ended."""

    max_propagation_depth = None

    def __init__(self):
        self.told = []

    def setup(self, estimator, context):
        self.told.append("setup")

    def teardown(self, estimator, context):
        self.told.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.told.append(("begin", *self.where(context)))

    def on_fit_task_end(self, estimator, context):
        self.told.append(("end", *self.where(context)))

    @staticmethod
    def where(context):
        path = []
        while context is not None:
            path.append((context.estimator_name, context.task_name, context.task_id))
            context = context.parent
        return path[::-1]


class Shallow(Recorder):
    """Is told of the search only."""

    max_propagation_depth = 0


def told_by(module, name, estimator, grid, recorder, **settings):
    search = getattr(module, name)(estimator, grid, cv=2, **settings)
    search.set_callbacks(recorder).fit(X, Y)
    assert search._skl_callbacks == [recorder]
    return recorder.told


@pytest.mark.parametrize("recorder", [Recorder, Shallow])
@pytest.mark.parametrize("name", ["GridSearchCV", "RandomizedSearchCV"])
def test_a_search_over_networks_tells_what_scikit_learns_tells(name, recorder):
    import skdl.search

    ours = told_by(skdl.search, name, NET, GRID, recorder(), **draws(name))
    theirs = told_by(model_selection, name, NET, GRID, recorder(), **draws(name))
    assert ours[0] == theirs[0] == "setup" and ours[-1] == theirs[-1] == "teardown"
    assert sorted(map(str, ours)) == sorted(map(str, theirs))  # side by side: in another order
    for before, after in zip(theirs, theirs[1:], strict=False):
        if before[0] == "begin" and after[0] == "end" and before[1:] == after[1:]:
            assert ours.index(before) < ours.index(after)


def draws(name):
    return {"n_iter": 3, "random_state": 0} if name == "RandomizedSearchCV" else {}


def test_networks_are_trained_side_by_side_all_the_same(monkeypatch):
    sizes, train = [], worker_module.train_together
    monkeypatch.setattr(
        worker_module, "train_together", lambda jobs: (sizes.append(len(jobs)), train(jobs))
    )
    watched = GridSearchCV(NET, GRID, cv=2).set_callbacks(Recorder()).fit(X, Y)
    assert sum(sizes) == 8
    plain = GridSearchCV(NET, GRID, cv=2).fit(X, Y)
    key = "mean_test_score"
    assert (watched.cv_results_[key] == plain.cv_results_[key]).all()
    assert vars(watched.best_estimator_).keys() == vars(plain.best_estimator_).keys()


@pytest.mark.parametrize("estimator", ["pipeline", "model", "ensemble", "large"])
def test_other_estimators_tell_of_each_evaluation(estimator):
    estimator, grid = {
        "pipeline": (PIPE, PIPE_GRID),
        "model": (LogisticRegression(max_iter=500), {"C": [1.0, 2.0]}),
        "ensemble": (clone(NET).set_params(n_networks=2), {"l2": [0.0, 0.1]}),
        "large": (MLPClassifier((400,), max_iter=2, n_iter_no_change=None), {"l2": [0.0, 0.1]}),
    }[estimator]
    for n_jobs in (None, 2):
        told = evaluations(GridSearchCV, estimator, grid, n_jobs)
        assert told == evaluations(model_selection.GridSearchCV, estimator, grid, n_jobs)
        assert len(told) >= 8


def evaluations(search_class, estimator, grid, n_jobs):
    """Return the beginnings and ends of evaluations, those of other estimators left out."""
    shallow = Shared()
    search_class(estimator, grid, cv=2, n_jobs=n_jobs).set_callbacks(shallow).fit(X, Y)
    return sorted(shallow.log())


class Shared(callback.ProgressBar):
    """A progress bar that draws nothing; workers tell it too."""

    def __init__(self):
        super().__init__(max_propagation_depth=0)
        self.messages = []

    def setup(self, estimator, context):
        from sklearn.callback._transport import open_listener

        self._listener_handles[context.root_uuid] = open_listener(self.messages.append)

    def teardown(self, estimator, context):
        from sklearn.callback._transport import close_listener

        close_listener(self._listener_handles.pop(context.root_uuid))

    def __getstate__(self):
        return {**vars(self), "messages": []}

    def log(self):
        return [(one["event"], *one["path"]) for one in self.messages]


@pytest.mark.parametrize("n_jobs", [None, 2])
@pytest.mark.parametrize("on", ["search", "step by step"])
def test_the_progress_bar_shows_fits_and_epochs(n_jobs, on, capsys, monkeypatch):
    rich = pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("LINES", "100")  # a dumb terminal has 80 columns unless both are given
    rich.reconfigure(width=300, height=100)  # its one console may be older than this test
    search_class = GridSearchCV if on == "search" else CoordinateSearchCV
    search = search_class(NET, GRID, cv=2, n_jobs=n_jobs).set_callbacks(callback.ProgressBar())
    search.fit(X, Y)
    shown = capsys.readouterr().out
    assert f"{search_class.__name__} - search #0" in shown
    assert shown.count("candidate-split-evaluation") >= 8
    assert shown.count("100%") >= 8 and "refit-with-best-params" in shown


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_the_scoring_monitor_of_the_estimator_logs_every_epoch(n_jobs):
    logs = []
    for search_class in (GridSearchCV, model_selection.GridSearchCV):
        monitor = callback.ScoringMonitor(scoring="accuracy")
        net = MLPClassifier(**NET.get_params()).set_callbacks(monitor)
        search_class(net, GRID, cv=2, n_jobs=n_jobs).fit(X, Y)
        log = monitor.get_logs()
        logs.append(sorted((row["task_id_path"], row["accuracy"]) for row in log.data))
    assert logs[0] == logs[1]
    assert len(logs[0]) >= (8 + 1) * 5  # epochs of eight fits and of the refit


def test_a_callback_may_end_a_fit_in_a_stack():
    class Stopper(Recorder):
        def on_fit_task_end(self, estimator, context):
            return context.task_name == "epoch" and context.task_id == 1

    def epochs(task, fitted):
        return fitted.estimator.n_iter_

    search = GridSearchCV(NET, GRID, cv=2).set_callbacks(Stopper()).fit(X, Y)
    assert search.best_estimator_.n_iter_ == 2
    tasks = [Task(NET, 0, np.arange(50))]
    assert fit_together(tasks, X, Y, then=epochs) == [5]


def test_a_callback_that_raises_is_the_error_of_the_search():
    class Raising(Recorder):
        def on_fit_task_end(self, estimator, context):
            raise OSError("the log is full")

    with pytest.raises((OSError, ValueError), match="the log is full"):
        GridSearchCV(NET, GRID, cv=2).set_callbacks(Raising()).fit(X, Y)


def test_random_search_is_told_too():
    recorder = Recorder()
    search = RandomizedSearchCV(PIPE, PIPE_GRID, n_iter=2, cv=2, random_state=0)
    search.set_callbacks(recorder).fit(X, Y)
    ends = [told for told in recorder.told if told[0] == "end" and told[-1][1] == "epoch"]
    assert len(ends) >= 4 * 5
