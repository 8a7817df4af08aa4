"""Together: what comes out is what fits one by one give; and what is shared is shared."""

from __future__ import annotations

import pickle
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_digits, make_regression
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import SelectFromModel
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skdl import MLPClassifier, MLPRegressor
from skdl.estimators.fitting import stacks as alike
from skdl.together import Fitted, Task, fit_together, preprocessing
from skdl.together import worker as together
from skdl.together.workers import cut

X, Y = load_digits(return_X_y=True)
X, Y = X[:150], Y[:150]
A, B = make_regression(90, 6, noise=3, random_state=0)
FOLDS = [train for train, _ in KFold(3).split(X)]


def classifier(**settings):
    plain = {"max_iter": 3, "n_iter_no_change": None, "batch_size": 20, "random_state": 0}
    return MLPClassifier((6,), **{**plain, **settings})


def regressor(**settings):
    return MLPRegressor((6,), max_iter=3, n_iter_no_change=None, random_state=0, **settings)


@dataclass
class Predict:
    """Return what a test wants to know of a fit."""

    X: object

    def __call__(self, task, fitted):
        assert isinstance(fitted, Fitted)
        if fitted.error is not None:
            return fitted
        fitted.prediction = fitted.estimator.predict(self.X)
        return fitted


def tasks_for(estimators, folds=FOLDS, **params):
    return [
        Task(clone(estimator), number, rows, params)
        for estimator in estimators
        for number, rows in enumerate(folds)
    ]


def run(estimators, X=X, y=Y, *, folds=FOLDS, n_jobs=None, **params):
    return fit_together(
        tasks_for(estimators, folds, **params), X, y, then=Predict(X), n_jobs=n_jobs
    )


def check(estimators, X=X, y=Y, *, folds=FOLDS, n_jobs=None):
    """Compare with fits one by one."""
    expected = [
        clone(estimator).fit(rows_of(X, rows), y[rows]).predict(X)
        for estimator in estimators
        for rows in folds
    ]
    done = run(estimators, X, y, folds=folds, n_jobs=n_jobs)
    for fitted, prediction in zip(done, expected, strict=True):
        assert fitted.error is None, fitted.traceback
        assert fitted.prediction == pytest.approx(prediction, rel=1e-9)
    return done


def rows_of(X, rows):
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]


@pytest.fixture
def trained(monkeypatch):
    """Return the sizes of all stacks that were trained."""
    sizes = []

    def count(stack):
        sizes.append(len(stack))
        alike.train_together(stack)

    monkeypatch.setattr(together, "train_together", count)
    return sizes


# --------------------------------------------------------------------------------------
# The same results.


def test_networks_of_two_kinds_on_folds(trained):
    rates = [0.001, 0.01, 0.1]
    networks = [classifier(learning_rate=rate) for rate in rates]
    networks += [classifier(activation="tanh", l2=l2) for l2 in (0.0, 0.1)]
    check(networks)
    assert sorted(trained) == [6, 9]


def test_pipelines_and_target_transformers(trained):
    rows = [train for train, _ in KFold(2).split(A)]
    nets = [regressor(l2=l2) for l2 in (0.001, 0.1)]
    scaled = [make_pipeline(StandardScaler(), net) for net in nets]
    estimators = [*nets, *scaled]
    estimators += [TransformedTargetRegressor(net, transformer=MinMaxScaler()) for net in scaled]
    estimators += [make_pipeline(PCA(3, random_state=0), TransformedTargetRegressor(nets[0]))]
    check(estimators, A, B, folds=rows)
    assert sorted(trained) == [2, 12]


def test_all_else_is_fitted_as_it_is(trained):
    alone = classifier(optimizer="lbfgs", batch_size="auto")
    check([LogisticRegression(max_iter=5000), make_pipeline(StandardScaler(), SVC()), alone])
    assert trained == []


def test_folds_of_other_sizes_and_kinds_of_data(trained):
    folds = [np.arange(100), np.arange(50, 150), np.arange(0, 150, 2)]
    mask = np.arange(150) % 3 > 0
    frame = pd.DataFrame(X, columns=[f"pixel {i}" for i in range(64)])
    for rows in (X, X.astype(np.float32), frame):
        check([classifier()], rows, folds=[*folds, mask])
    assert sorted(trained) == [3] * 3  # two folds and the mask have 100 rows
    check([classifier()], csr_array(X), folds=folds)
    named = run([make_pipeline(StandardScaler(), classifier())], frame, folds=folds)
    assert list(named[0].estimator.feature_names_in_) == list(frame.columns)


def test_lists_are_data_too():
    some = X[:60].tolist(), [int(label) for label in Y[:60]]
    (fitted,) = fit_together([Task(classifier(), 0, np.arange(40))], *some, then=Predict(X))
    expected = classifier().fit(X[:40], Y[:40])
    assert np.array_equal(fitted.prediction, expected.predict(X))


def test_kernels():
    kernel = X @ X.T
    rows = FOLDS[0]
    (fitted,) = fit_together(
        [Task(SVC(kernel="precomputed"), 0, rows)], kernel, Y, then=lambda task, fitted: fitted
    )
    assert fitted.estimator.shape_fit_ == (100, 100)


def test_estimators_without_targets():
    (fitted,) = fit_together([Task(PCA(2), 0, FOLDS[0])], X, None, then=lambda task, fitted: fitted)
    assert np.allclose(fitted.estimator.components_, PCA(2).fit(X[FOLDS[0]]).components_)


def test_rows_may_be_a_function():
    def draw(seed):
        rows = np.random.default_rng(seed).permutation(150)[:90]
        return lambda: (X[rows], Y[rows])

    tasks = [Task(classifier(), seed, draw(seed)) for seed in range(3)]
    done = fit_together(tasks, None, None, then=Predict(X))
    for fitted, task in zip(done, tasks, strict=True):
        assert np.array_equal(fitted.prediction, classifier().fit(*task.rows()).predict(X))


def test_fit_parameters_are_cut_down_to_the_rows():
    weight = np.random.default_rng(0).random(150)
    done = run([classifier()], sample_weight=weight)
    listed = run([classifier()], sample_weight=weight.tolist())
    for fitted, other, rows in zip(done, listed, FOLDS, strict=True):
        expected = classifier().fit(X[rows], Y[rows], weight[rows]).predict(X)
        assert np.array_equal(fitted.prediction, expected)
        assert np.array_equal(other.prediction, expected)
    own = {"X_val": X[:20], "y_val": Y[:20]}  # not one entry for each row: as they are
    done = run([classifier(early_stopping=True)], **own)
    assert len(done[0].estimator.validation_loss_curve_) == 3


def test_early_stopping_ends_each_network_by_itself():
    early = {"early_stopping": True, "n_iter_no_change": 2, "max_iter": 30}
    networks = [
        classifier(**early, learning_rate=rate, tol=tol)
        for rate in (0.001, 0.1, 0.5)
        for tol in (0.001, 0.1)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        done = check(networks)
    assert len({fitted.estimator.n_iter_ for fitted in done}) > 3


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_results_come_in_the_order_of_the_tasks(n_jobs):
    networks = [
        classifier(learning_rate=0.001 * 2**i, activation=a)
        for i in range(6)
        for a in ("relu", "tanh")
    ]
    tasks = tasks_for(networks)
    tasks = [tasks[i] for i in np.random.default_rng(0).permutation(len(tasks))]
    done = fit_together(tasks, X, Y, then=params_of, n_jobs=n_jobs)
    expected = [(t.estimator.learning_rate, t.estimator.activation, len(t.rows)) for t in tasks]
    assert [key for key, _ in done] == expected
    one_by_one = [clone(t.estimator).fit(X[t.rows], Y[t.rows]).loss_ for t in tasks]
    assert [loss for _, loss in done] == pytest.approx(one_by_one, rel=1e-10)


def params_of(task, fitted):
    params = task.estimator.get_params()
    return (params["learning_rate"], params["activation"], len(task.rows)), fitted.estimator.loss_


def test_no_task_no_result():
    assert fit_together([], X, Y, then=Predict(X)) == []


def test_what_was_trained_together_goes_on_as_if_trained_alone():
    networks = [classifier(warm_start=True, learning_rate=rate) for rate in (0.01, 0.02)]
    for fitted in run(networks):
        kept = pickle.loads(pickle.dumps(fitted.estimator))
        assert np.array_equal(kept.predict(X), fitted.prediction)
    fitted, rows = run(networks)[0], FOLDS[0]
    alone = clone(networks[0]).fit(X[rows], Y[rows])
    for mlp in (alone, fitted.estimator):
        mlp.fit(X[rows], Y[rows]).partial_fit(X[rows], Y[rows])
    assert fitted.estimator.loss_curve_ == pytest.approx(alone.loss_curve_, rel=1e-10)


# --------------------------------------------------------------------------------------
# Preprocessing, once.


class Counting(TransformerMixin, BaseEstimator):
    """Scales, and counts how often it is fitted."""

    fits = 0

    def __init__(self, factor=1.0, in_place=False):
        self.factor = factor
        self.in_place = in_place

    def fit(self, X, y=None):
        type(self).fits += 1
        self.seen_ = X.sum()
        return self

    def transform(self, X):
        if self.in_place:
            X *= self.factor
            return X
        return X * self.factor


@pytest.fixture
def counted(monkeypatch):
    monkeypatch.setattr(Counting, "fits", 0)
    return Counting


def test_preprocessing_is_done_once_for_each_fold(counted):
    pipes = [make_pipeline(Counting(0.1), Counting(), classifier(l2=l2)) for l2 in (0, 0.1, 0.2)]
    run(pipes)
    assert counted.fits == 2 * 3
    run([*pipes, make_pipeline(Counting(0.1), Counting(0.5), classifier())])
    assert counted.fits == 2 * 3 + 3 * 3  # the first step is shared


def test_other_targets_need_other_preprocessing(counted):
    targets = [
        TransformedTargetRegressor(make_pipeline(Counting(), regressor()), transformer=t)
        for t in (StandardScaler(), MinMaxScaler(), StandardScaler())
    ]
    rows = [np.arange(60)]
    run(targets, A, B, folds=rows)
    assert counted.fits == 2


def test_a_step_that_writes_to_its_input_hurts_nobody(counted):
    factors = (0.1, 0.2, 0.3)
    pipes = [make_pipeline(Counting(f, in_place=True), classifier()) for f in factors]
    before = X.copy()
    expected = [clone(p).fit(X[FOLDS[0]], Y[FOLDS[0]])[-1].coefs_[0] for p in pipes]
    done = fit_together(
        tasks_for([*pipes, classifier()], FOLDS[:1]), X, Y, then=lambda task, fitted: fitted
    )
    for fitted, coefs in zip(done[:3], expected, strict=True):
        assert fitted.estimator[-1].coefs_[0] == pytest.approx(coefs, rel=1e-10)
    assert np.array_equal(X, before)
    alone = classifier().fit(X[FOLDS[0]], Y[FOLDS[0]])
    assert np.array_equal(done[3].estimator.coefs_[0], alone.coefs_[0])


def test_fitted_steps_are_nobody_elses():
    pipes = [make_pipeline(StandardScaler(), classifier(l2=l2)) for l2 in (0, 0.1)]
    one, other = run(pipes, folds=FOLDS[:1])
    one.estimator[0].mean_[:] = 99
    assert not (other.estimator[0].mean_ == 99).any()


def test_callbacks_of_a_pipeline_are_told_of_every_step(counted):
    callback = pytest.importorskip("sklearn.callback")
    pipe = make_pipeline(Counting(0.1), classifier())
    tasks = tasks_for([pipe, pipe], FOLDS[:1])
    for task in tasks:
        task.estimator.set_callbacks(callback.ProgressBar())
    done = fit_together(tasks, X, Y, then=Predict(X))
    assert [fitted.error for fitted in done] == [None] * 2
    assert counted.fits == 2


def test_the_memory_of_a_pipeline_stays_its_own(tmp_path, counted):
    memory = str(tmp_path)
    pipes = [
        make_pipeline(Counting(), classifier()),
        make_pipeline(Counting(), classifier(), memory=memory),
        TransformedTargetRegressor(make_pipeline(Counting(), regressor(), memory=memory)),
    ]
    done = run(pipes, A[:60], np.arange(60) % 2, folds=[np.arange(40)])
    assert [fitted.error for fitted in done] == [None] * 3
    assert done[0].estimator.memory is None
    assert done[1].estimator.memory == memory
    assert done[2].estimator.regressor.memory == done[2].estimator.regressor_.memory == memory
    assert any(tmp_path.iterdir())  # it was used
    pickle.dumps([fitted.estimator for fitted in done])


def test_steps_that_cannot_be_pickled():
    scale = FunctionTransformer(lambda X: X / 16)
    check([make_pipeline(scale, classifier(l2=l2)) for l2 in (0, 0.1)])


def test_a_network_that_makes_features_is_trained_before_they_are_used():
    importance = "coefs_"

    class Selecting(MLPClassifier):
        @property
        def feature_importances_(self):
            return np.abs(getattr(self, importance)[0]).sum(1)

    inner = Selecting((4,), max_iter=3, n_iter_no_change=None, random_state=0)
    pipes = [
        make_pipeline(SelectFromModel(inner, threshold="median"), classifier(l2=l2))
        for l2 in (0, 0.1)
    ]
    check(pipes)
    plain = MLPClassifier((4,), max_iter=3, n_iter_no_change=None, random_state=0)
    getter = SelectFromModel(plain, threshold="median", importance_getter=first_weights)
    check([make_pipeline(getter, classifier(l2=l2)) for l2 in (0, 0.1)])


def first_weights(mlp):
    assert len(mlp.history_) == 3  # trained
    return np.abs(mlp.coefs_[0]).sum(1)


# --------------------------------------------------------------------------------------
# What goes wrong.


def test_an_error_is_kept_and_hurts_nobody_else(trained):
    networks = [classifier(), classifier(l2=-1.0), classifier(l2=0.1)]
    done = run([*networks, make_pipeline(Counting("no number"), classifier())], folds=FOLDS[:1])
    assert [fitted.error is None for fitted in done] == [True, False, True, False]
    assert str(done[1].error) == "MLPClassifier: l2 must be >= 0, or one of 'auto'; got -1.0"
    assert "resolve_settings" in done[1].traceback and done[1].estimator is None
    assert trained == [2]
    pickle.dumps(done[1].error)


def test_an_error_in_a_stack_is_that_of_all_its_networks(monkeypatch):
    def fail(stack):
        raise MemoryError("no room")

    monkeypatch.setattr(together, "train_together", fail)
    done = run([classifier(), classifier(l2=0.1), classifier(activation="tanh")], folds=FOLDS[:1])
    assert [str(fitted.error) for fitted in done] == ["no room", "no room", "None"]


def test_one_network_diverges():
    networks = [classifier(), classifier(learning_rate=1e300, optimizer="adam"), classifier(l2=0.1)]
    done = run(networks, folds=FOLDS[:1])
    messages = [[message for _, message in fitted.warnings] for fitted in done]
    assert messages[0] == messages[2] == []
    assert "the loss is no longer finite" in messages[1][0]
    assert np.isfinite(done[1].estimator.coefs_[0]).all()


def test_warnings_are_kept_with_their_fit():
    networks = [classifier(n_iter_no_change=5, nesterov=True), classifier()]
    networks += [LogisticRegression(max_iter=1)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nothing gets out
        one, other, else_ = run(networks, folds=FOLDS[:1])
    (first, no_effect), (second, ending) = one.warnings
    assert first is UserWarning and "nesterov=True has no effect" in no_effect
    assert second is ConvergenceWarning and "stopped at max_iter=3" in ending
    assert other.warnings == []
    assert else_.warnings[0][0] is ConvergenceWarning


def test_ctrl_c_ends_everything(monkeypatch):
    def interrupt(stack):
        raise KeyboardInterrupt

    monkeypatch.setattr(together, "train_together", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run([classifier(), classifier(l2=0.1)])


def test_ctrl_c_during_a_fit_alone_ends_everything():
    def interrupt(mlp, record):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([classifier(callbacks=[interrupt])])


def test_seconds():
    done = run([classifier(), classifier(l2=0.1), Ridge()], folds=FOLDS[:1])
    assert all(0 < fitted.seconds < 60 for fitted in done)


# --------------------------------------------------------------------------------------
# Pieces.


def test_pieces_hold_every_task_once_and_few_folds():
    estimators = [classifier(l2=l2, activation=a) for l2 in range(10) for a in ("relu", "tanh")]
    tasks = tasks_for(estimators, [np.arange(k, 100 + k) for k in range(5)])
    for n_workers in (1, 2, 4, 64):
        pieces = cut(tasks, n_workers)
        assert sorted(i for piece in pieces for i in piece) == list(range(100))
        folds = [{tasks[i].fold for i in piece} for piece in pieces]
        assert sum(map(len, folds)) <= 5 + len(pieces) - 1  # each cut adds one fold to a piece
        assert max(map(len, pieces)) - min(map(len, pieces)) <= 1
    assert [len(cut(tasks, n)) for n in (1, 2, 4, 64)] == [1, 6, 6, 64]


def test_inputs_that_wait_do_not_fill_the_memory(monkeypatch, trained):
    monkeypatch.setattr(together, "IN_MEMORY", 1)
    check([classifier(l2=l2) for l2 in (0, 0.1)])
    assert trained == []  # nobody waited for a second one


def test_results_of_preprocessing_do_not_fill_the_memory(monkeypatch, counted):
    pipes = [make_pipeline(Counting(0.1), classifier(l2=l2)) for l2 in (0, 0.1, 0.2)]
    monkeypatch.setattr(preprocessing, "IN_MEMORY", 1)
    done = run(pipes)
    assert [fitted.error for fitted in done] == [None] * 9
    assert counted.fits == 9
