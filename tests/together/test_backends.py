"""Any joblib backend: what comes out is what one process gives, also when a worker is killed."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import warnings

import numpy as np
import pytest
from joblib import parallel_config
from joblib.parallel import BACKENDS
from sklearn import model_selection
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.parallel import delayed

from skdl import MLPClassifier, bias_variance_decomposition, diagnose
from skdl.search import CoordinateSearchCV, GridSearchCV
from skdl.together import Task, fit_together, workers
from skdl.together.replay import Record, Replay, Unrecognized

X, Y = load_iris(return_X_y=True)
ORDER = np.random.default_rng(0).permutation(len(Y))
X, Y = X[ORDER], Y[ORDER]
NET = MLPClassifier((6,), batch_size=20, max_iter=6, n_iter_no_change=None, random_state=0)
GRID = {"learning_rate": [0.003, 0.03], "l2": [0.0, 0.1]}


@pytest.fixture(scope="module")
def cluster():
    """A Dask cluster of two worker processes."""
    distributed = pytest.importorskip("distributed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"processes": True, "dashboard_address": ":0"}  # any port that is free
        with (
            distributed.LocalCluster(n_workers=2, threads_per_worker=1, **options) as cluster,
            distributed.Client(cluster),
        ):
            yield cluster


@pytest.fixture(params=["loky", "threading", "multiprocessing", "dask", "ray"])
def backend(request):
    """Each backend in turn, active."""
    name, n_jobs = request.param, 2
    if name == "dask":
        request.getfixturevalue("cluster")
    if name == "ray":
        pytest.importorskip("ray")
        from ray.util.joblib import register_ray

        if name not in BACKENDS:
            register_ray()
    with parallel_config(backend=name, n_jobs=n_jobs):
        yield name


pytestmark = pytest.mark.filterwarnings(
    "ignore:.*use of fork.*:DeprecationWarning",
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


def assert_same_scores(ours, theirs):
    """Compare all scores of two searches."""
    keys = [key for key in theirs.cv_results_ if key.endswith("score")]
    for key in keys:
        np.testing.assert_allclose(ours.cv_results_[key], theirs.cv_results_[key], rtol=1e-10)
    assert ours.cv_results_["params"] == theirs.cv_results_["params"]
    assert ours.best_params_ == theirs.best_params_


@pytest.mark.parametrize("kind", ["network", "pipeline", "other"])
def test_a_search(backend, kind):
    estimator, grid = {
        "network": (NET, GRID),
        "pipeline": (
            make_pipeline(StandardScaler(), NET),
            {f"mlpclassifier__{name}": values for name, values in GRID.items()},
        ),
        "other": (RandomForestClassifier(3, random_state=0), {"max_depth": [1, 2, 3]}),
    }[kind]
    folds = StratifiedKFold(3, shuffle=True, random_state=1)
    settings = {"cv": folds, "return_train_score": True, "scoring": ["accuracy", "f1_macro"]}
    settings["refit"] = "accuracy"
    ours = GridSearchCV(estimator, grid, **settings).fit(X, Y)
    with parallel_config(backend="sequential"):
        theirs = model_selection.GridSearchCV(estimator, grid, **settings).fit(X, Y)
    assert_same_scores(ours, theirs)
    assert (ours.predict(X) == theirs.predict(X)).all()


def test_a_search_step_by_step(backend):
    ours = CoordinateSearchCV(NET, GRID, cv=KFold(2)).fit(X, Y)
    with parallel_config(backend="sequential"):
        alone = CoordinateSearchCV(NET, GRID, cv=KFold(2)).fit(X, Y)
    assert_same_scores(ours, alone)


def test_a_diagnosis_a_decomposition_and_searches_in_folds(backend):
    def everything():
        diagnosis = diagnose(NET, X, Y, random_state=0)
        decomposition = bias_variance_decomposition(NET, X, Y, n_datasets=6, random_state=0)
        nested = model_selection.cross_validate(GridSearchCV(NET, GRID, cv=2), X, Y, cv=2)
        plain = model_selection.cross_validate(NET, X, Y, cv=2)
        return diagnosis, decomposition, nested["test_score"], plain["test_score"]

    with parallel_config(backend="sequential"):
        one = everything()
    many = everything()
    for name in ("training_error", "validation_error"):
        own, theirs = getattr(one[0], name), getattr(many[0], name)
        assert own.value == pytest.approx(theirs.value, rel=1e-10)
    assert str(one[0]) == str(many[0])
    np.testing.assert_allclose(one[1].terms_, many[1].terms_, rtol=1e-10)
    np.testing.assert_array_equal(one[2], many[2])
    np.testing.assert_array_equal(one[3], many[3])


def pid(task, fitted):
    return os.getpid()


def test_the_fits_are_done_by_the_workers(backend):
    tasks = [Task(DummyClassifier(), 0, np.arange(50)) for _ in range(8)]
    pids = set(fit_together(tasks, X, Y, then=pid, n_jobs=2))
    assert (os.getpid() in pids) == (backend == "threading")


class Failing(BaseEstimator):
    """Cannot be fitted."""

    def fit(self, X, y):
        raise ArithmeticError("it does not fit")

    def score(self, X, y):
        return 0.0


def test_an_error_ends_the_search_and_says_where_it_was_raised(backend):
    with pytest.raises(ArithmeticError, match="it does not fit") as caught:
        GridSearchCV(Failing(), {}, cv=2, error_score="raise").fit(X, Y)
    assert any("line" in note and "in fit" in note for note in caught.value.__notes__)


# --------------------------------------------------------------------------------------
# A worker that is killed.


class Deadly(TransformerMixin, BaseEstimator):
    """A step of a pipeline whose first fit kills its process."""

    def __init__(self, grave=""):
        self.grave = grave

    def fit(self, X, y=None):
        """Be killed, if nobody was before."""
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self.grave, os.O_CREAT | os.O_EXCL))
            os.kill(os.getpid(), signal.SIGKILL)
        return self

    def transform(self, X):
        return X


@pytest.mark.parametrize("backend", ["loky", "dask"], indirect=True)
@pytest.mark.filterwarnings("ignore:a worker was lost:UserWarning")
@pytest.mark.filterwarnings("ignore:A worker stopped while some jobs:UserWarning")
def test_a_worker_is_killed_while_it_works(backend, tmp_path):
    grave = tmp_path / "grave"
    pipeline = make_pipeline(Deadly(str(grave)), NET)
    grid = {f"mlpclassifier__{name}": values for name, values in GRID.items()}
    ours = GridSearchCV(pipeline, grid, cv=3).fit(X, Y)
    assert grave.exists()
    with parallel_config(backend="sequential"):
        assert_same_scores(ours, model_selection.GridSearchCV(pipeline, grid, cv=3).fit(X, Y))


class Lossy:
    """Stands where joblib's Parallel stands: some calls are lost, or answered with nonsense."""

    def __init__(self, rng, outcomes):
        self.rng, self.outcomes = rng, outcomes

    def __call__(self, calls, n_jobs, pre_dispatch="2*n_jobs"):
        for function, args, kwargs in calls:
            outcome = self.outcomes[self.rng.integers(len(self.outcomes))]
            if outcome is None:
                yield function.function(*args, **kwargs)
            elif outcome == "raised":
                raise OSError("connection lost")
            else:
                yield outcome


@pytest.mark.parametrize("seed", range(20))
def test_lost_pieces_are_sent_again_and_nonsense_is_no_result(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    outcomes = [None, None, OSError("lost"), "raised", ("nonsense",)]
    monkeypatch.setattr(workers, "results_of", Lossy(rng, outcomes))
    monkeypatch.setattr(workers, "TIMES", 1000)
    tasks = [Task(DummyClassifier(), i, np.arange(50), label=i) for i in range(12)]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        done = fit_together(tasks, X, Y, then=lambda task, fitted: task.label, n_jobs=4)
    assert done == list(range(12))
    assert all("a worker was lost" in str(w.message) for w in caught)


@pytest.mark.filterwarnings("ignore:a worker was lost:UserWarning")
def test_what_is_lost_again_and_again_is_an_error(monkeypatch):
    monkeypatch.setattr(workers, "results_of", Lossy(np.random.default_rng(0), ["raised"]))
    tasks = [Task(DummyClassifier(), 0, np.arange(50)) for _ in range(4)]
    with pytest.raises(RuntimeError, match="pieces of the work were lost with their workers"):
        fit_together(tasks, X, Y, then=pid, n_jobs=2)


# --------------------------------------------------------------------------------------
# A replay that does not recognise who asks says so.


def replay(n_candidates=2, n_folds=2):
    """A replay that expects candidates with C = 0, 1, …; scores are 0, 1, …, for each fold."""
    one = Replay(LogisticRegression(max_iter=1000), None, KFold(n_folds))
    candidates = [{"C": float(c)} for c in range(n_candidates)]
    records = [Record(None, [float(i)]) for i in range(n_candidates * n_folds)]
    one.expect(candidates, records)
    return one, candidates, records


def test_stand_ins_stay_in_their_process():
    one, _, _ = replay()
    fit = one.estimator.set_params(C=0.0)
    for stand_in in (one.estimator, one.scoring, one.cv, fit):
        for pickler in (pickle, pytest.importorskip("cloudpickle")):
            with pytest.raises(pickle.PicklingError, match="cannot leave its process"):
                pickler.dumps([stand_in])


def ask(one, params, n_scores=1):
    fit = clone(one.estimator).set_params(**params).fit(X, Y)
    return [one.scoring(fit, X, Y) for _ in range(n_scores)]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda one: ask(one, {"C": 1.0}),  # another candidate comes first
        lambda one: ask(one, {"tol": 0.0}),
        lambda one: ask(one, {"C": 0}),
        lambda one: [ask(one, {"C": float(c)}) for c in (0, 0, 1, 1, 1)],  # one too many
        lambda one: ask(one, {"C": 0.0}, n_scores=2),
        lambda one: clone(one.estimator).fit(X, Y),  # no candidate was set
        lambda one: one.scoring(one.estimator.set_params(C=0.0), X, Y),  # not fitted
        lambda one: one.estimator.set_params(C=0.0).fit(X, Y).fit(X, Y),
        lambda one: one.scoring(LogisticRegression(max_iter=1000).fit(X, Y), X, Y),
        lambda one: replay()[0].scoring(one.estimator.set_params(C=0.0).fit(X, Y), X, Y),
    ],
)
def test_who_asks_for_something_else_gets_no_answer(wrong):
    with pytest.raises(Unrecognized):
        wrong(replay()[0])


def test_results_are_compared_with_the_record():
    one, candidates, records = replay()
    results = {"split0_test_score": [0.0, 2.0], "split1_test_score": [1.0, 3.0]}
    with pytest.raises(Unrecognized, match="not all that was recorded was asked for"):
        one.verify(results, records)
    for candidate in candidates:
        for _ in range(2):
            ask(one, candidate)
    one.cv.folds = [None, None]
    one.verify(results, records)
    results["split0_test_score"], results["split1_test_score"] = results.values()
    swapped = {**results, "split0_test_score": [1.0, 2.0], "split1_test_score": [0.0, 3.0]}
    with pytest.raises(Unrecognized, match="on fold 0 is 1.0; recorded was 0.0"):
        one.verify(swapped, records)


@pytest.mark.parametrize(
    "mistake", ["sends stand-ins away", "turns the folds round", "forgets one"]
)
def test_a_scikit_learn_that_works_otherwise_is_an_error(mistake, monkeypatch):
    """Another order, fewer questions, or workers of its own: never another score."""
    module = model_selection._search
    if mistake == "sends stand-ins away":
        pickled = lambda calls: [pickle.dumps(c[1]) for c in calls]  # noqa: E731
        monkeypatch.setattr(module.Parallel, "__call__", lambda self, calls: pickled(calls))
        expected, text = pickle.PicklingError, "cannot leave its process"
    else:
        run = module.Parallel.__call__

        def otherwise(self, calls):
            calls = list(calls)
            done = run(self, calls if mistake != "forgets one" else calls[:-1])
            return (
                done[::-1] if mistake == "turns the folds round" else [*done, done[0]][: len(calls)]
            )

        monkeypatch.setattr(module.Parallel, "__call__", otherwise)
        expected, text = RuntimeError, "there is no result"
    with pytest.raises(expected, match=text):
        GridSearchCV(NET, GRID, cv=3).fit(X, Y)


@pytest.mark.parametrize("ordered", [True, False])
def test_results_of_calls(backend, ordered):
    found = list(workers.results_of([delayed(abs)(-i) for i in range(9)], 2, ordered=ordered))
    assert (found if ordered else sorted(found)) == list(range(9))
