"""``CoordinateSearchCV``: it finds what it should, in few fits, and is a search of scikit-learn."""

from __future__ import annotations

import pickle
from unittest import SkipTest

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, clone
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, ParameterGrid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR
from sklearn.utils import estimator_html_repr
from sklearn.utils.estimator_checks import estimator_checks_generator

from skdl import MLPClassifier
from skdl.core.schedules import Exponential
from skdl.search import CoordinateSearchCV, search_space

IRIS = load_iris(return_X_y=True)
NOTHING = np.zeros((8, 1)), np.zeros(8)


class Surrogate(BaseEstimator):
    """Scores a setting by a formula; needs no data."""

    def __init__(self, a=0, b=0, c=0, d=0, together=0.0):
        self.a = a
        self.b = b
        self.c = c
        self.d = d
        self.together = together

    def fit(self, X, y):
        return self

    def score(self, X, y):
        squares = (self.a - 3) ** 2 + (self.b - 1) ** 2 + (self.c - 4) ** 2 + (self.d - 2) ** 2
        return -squares - self.together * (self.a - self.b - 2) ** 2


GRID = {name: [0, 1, 2, 3, 4] for name in "abcd"}
BEST = {"a": 3, "b": 1, "c": 4, "d": 2}


def search(estimator, grid=GRID, **settings):
    return CoordinateSearchCV(estimator, grid, **{"cv": 2, **settings})


def test_a_separable_surrogate_is_solved_in_far_fewer_fits_than_the_grid():
    found = search(Surrogate()).fit(*NOTHING)
    assert found.best_params_ == BEST and found.best_score_ == 0
    # The start, and four other values of each parameter; the second round asks nothing new but
    # what the moves since have made new.
    assert len(found.cv_results_["params"]) < len(ParameterGrid(GRID)) / 10
    first_round = np.sum(found.cv_results_["round"] <= 1)
    assert first_round == 1 + 4 * 4


def test_parameters_that_depend_on_each_other_take_more_rounds():
    fine = {"a": np.linspace(0, 4, 41).tolist(), "b": np.linspace(0, 4, 41).tolist()}
    start = Surrogate(**BEST, together=1.0).set_params(a=0, b=0)
    one, many = (search(start, fine, n_rounds=n).fit(*NOTHING) for n in (1, 10))
    assert many.best_score_ > one.best_score_ / 10
    rounds = many.cv_results_["round"].max()
    assert 1 < rounds < 10  # it ends when a round changes nothing


def test_a_ridge_across_the_parameters_can_end_the_search_early():
    found = search(Surrogate(**BEST, together=1.0).set_params(a=0, b=0)).fit(*NOTHING)
    score = found.best_score_
    assert score < 0  # as the docstring says: no single change helps here, two at once would
    for name in "ab":
        for value in GRID[name]:
            other = Surrogate(**found.best_params_, together=1.0).set_params(**{name: value})
            assert other.score(*NOTHING) <= score


def test_nothing_is_measured_twice_and_the_folds_stay():
    found = search(Surrogate(), cv=KFold(2, shuffle=True)).fit(*NOTHING)
    seen = [tuple(sorted(params.items())) for params in found.cv_results_["params"]]
    assert len(set(seen)) == len(seen)
    # A constant grid over random folds: with folds of their own, the candidates would differ.
    ridge = search(
        Ridge(), {"copy_X": [True, False], "tol": [1e-4, 1e-3]}, cv=KFold(3, shuffle=True)
    )
    X = np.random.default_rng(0).normal(size=(30, 2))
    scores = ridge.fit(X.copy(), X[:, 0] ** 2).cv_results_["split0_test_score"]
    assert np.ptp(scores) == 0 and len(scores) == 3


def test_folds_may_be_an_iterator():
    splits = list(KFold(2).split(NOTHING[0]))
    found = search(Surrogate(), cv=iter(splits)).fit(*NOTHING)
    assert found.best_params_ == BEST and found.n_splits_ == 2


def test_only_what_helps_is_kept():
    found = search(Surrogate(**BEST)).fit(*NOTHING)
    assert found.best_index_ == 0 and found.best_params_ == BEST
    tie = search(Surrogate(), {"together": [0.5, 0.0]}, refit=False).fit(*NOTHING)
    assert tie.best_params_ == {"together": 0.0}  # the estimator's own: -8 of it is worse
    none = search(Surrogate(a=3, b=1), {"together": [1.0, 0.0, 2.0]}).fit(*NOTHING)
    assert none.best_index_ == 0  # all score the same, so the start stays


def test_the_start_is_the_estimator_as_it_is():
    found = search(Surrogate(a=7), {"a": [1, 2]}).fit(*NOTHING)
    assert [p["a"] for p in found.cv_results_["params"]] == [7, 1, 2]
    assert found.cv_results_["round"].tolist() == [0, 1, 1]
    assert found.cv_results_["varied"].tolist() == ["", "a", "a"]
    assert found.best_params_ == {"a": 2}


def test_a_network_in_a_pipeline():
    net = MLPClassifier(
        hidden_layer_sizes=(8,),
        learning_rate=1e-4,
        max_iter=15,
        n_iter_no_change=None,
        batch_size=10,
        l2=1e-3,
        random_state=0,
    )
    pipe = make_pipeline(StandardScaler(), net)
    grid = {"mlpclassifier__learning_rate": [1e-3, 1e-2], "mlpclassifier__l2": [1e-3, 1e-1]}
    found = search(pipe, grid, n_jobs=2, return_train_score=True).fit(*IRIS)
    assert found.best_params_["mlpclassifier__learning_rate"] == 1e-2
    start, best = found.cv_results_["mean_test_score"][[0, found.best_index_]]
    assert best > start + 0.1
    assert found.score(*IRIS) > 0.9 and found.predict_proba(IRIS[0]).shape == (150, 3)
    assert "mean_train_score" in found.cv_results_
    assert pd.DataFrame(found.cv_results_)["param_mlpclassifier__l2"].nunique() == 2


@pytest.mark.parametrize("prefix", ["", "mlpclassifier__"])
def test_a_setting_of_a_component_that_is_a_name(prefix):
    settings = {"max_iter": 5, "n_iter_no_change": None, "random_state": 0}
    net = MLPClassifier((4,), schedule="exponential", **settings)
    estimator = make_pipeline(StandardScaler(), net) if prefix else net
    gamma = f"{prefix}schedule__gamma"
    found = search(estimator, {gamma: [0.5, 0.9]}).fit(*IRIS)
    tried = [candidate[gamma] for candidate in found.cv_results_["params"]]
    assert tried == [Exponential().gamma, 0.5, 0.9]
    same = clone(estimator).set_params(**{f"{prefix}schedule": Exponential()})
    scores = search(same, {gamma: [0.5, 0.9]}).fit(*IRIS).cv_results_["mean_test_score"]
    np.testing.assert_array_equal(found.cv_results_["mean_test_score"], scores)
    message = f"must be for parameters that the estimator has; got '{prefix}schedule__every'"
    for values in ([3], []):
        with pytest.raises(ValueError, match=message):
            search(estimator, {f"{prefix}schedule__every": values}).fit(*IRIS)


def test_it_is_a_search_of_scikit_learn():
    found = search(LogisticRegression(max_iter=500), {"C": [0.1, 10.0]}).fit(*IRIS)
    same = pickle.loads(pickle.dumps(found))
    assert (same.predict(IRIS[0]) == found.predict(IRIS[0])).all()
    fresh = clone(found)
    assert fresh.get_params()["n_rounds"] == 3 and not hasattr(fresh, "cv_results_")
    page = estimator_html_repr(found)
    assert "CoordinateSearchCV" in page and "LogisticRegression" in page
    assert "param_grid={'C': [0.1, 10.0]}" in repr(found)
    grid = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1.0, 10.0]}, cv=2).fit(*IRIS)
    assert set(found.cv_results_) == {*grid.cv_results_, "round", "varied"}
    assert found.best_score_ == grid.best_score_


def test_checks_of_scikit_learn():
    skipped = []
    search_of_svr = CoordinateSearchCV(SVR(), {"C": [0.1, 1.0]}, cv=2, error_score="raise")
    for fresh, check in estimator_checks_generator(search_of_svr):
        try:
            check(fresh)
        except SkipTest as reason:  # what is not installed, or does not apply
            skipped.append(str(reason))
    assert len(skipped) < 10


def test_several_metrics():
    scoring = {"accuracy": "accuracy", "loss": "neg_log_loss"}
    model = LogisticRegression(max_iter=1000)
    found = search(model, {"C": [0.01, 100.0]}, scoring=scoring, refit="loss").fit(*IRIS)
    assert found.best_index_ == found.cv_results_["rank_test_loss"].argmin()
    assert {"mean_test_accuracy", "mean_test_loss"} <= set(found.cv_results_)
    with pytest.raises(ValueError, match="refit must be the name of the metric that counts"):
        search(model, {"C": [0.01]}, scoring=scoring, refit=False).fit(*IRIS)
    own = search(
        model, {"C": [0.01, 100.0]}, refit=lambda results: int(np.argmin(results["param_C"]))
    )
    assert own.fit(*IRIS).best_params_ == {"C": 0.01}


def test_groups_and_sample_weights_are_routed():
    X, y = IRIS
    groups, weight = np.arange(150) % 5, np.where(y == 0, 0.0, 1.0)
    with config_context(enable_metadata_routing=True):
        model = LogisticRegression(max_iter=500).set_fit_request(sample_weight=True)
        scorer = get_scorer("accuracy").set_score_request(sample_weight=True)
        found = search(model, {"C": [0.1]}, cv=GroupKFold(5), scoring=scorer)
        found.fit(X, y, groups=groups, sample_weight=weight)
        assert found.n_splits_ == 5
        # Class 0 has no weight, so no fold ever learns to predict it.
        assert 0 not in found.predict(X[weight == 1])
        assert found.best_score_ > 0.9


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_rounds": 0}, "n_rounds must be an integer >= 1; got 0"),
        ({"param_grid": [GRID]}, "param_grid must be a dict of names to lists of values"),
        ({"param_grid": {}}, "param_grid must be a dict of names to lists of values"),
        ({"param_grid": {"e": [1]}}, "param_grid must be for parameters that the estimator has"),
        ({"param_grid": {"a": 1}}, "param_grid must be lists of values; a is none; got 1"),
        ({"param_grid": {"a": "one"}}, "param_grid must be lists of values; a is none; got 'one'"),
    ],
)
def test_bad_input_is_named(settings, message):
    arguments = {"estimator": Surrogate(), "param_grid": GRID, "cv": 2, **settings}
    with pytest.raises(ValueError, match=f"^CoordinateSearchCV: {message}"):
        CoordinateSearchCV(**arguments).fit(*NOTHING)


def test_arrays_as_values():
    class Weighted(Surrogate):
        def __init__(self, w=None):
            self.w = w

        def score(self, X, y):
            return float(np.sum(self.w))

    grid = {"w": [np.array([1, 2]), np.array([3, 4])]}
    assert search(Weighted(np.array([0, 1])), grid).fit(*NOTHING).best_score_ == 7


class TwoScores(BaseEstimator):
    """A network's stand-in: its score on rows marked 0 (training) depends on other settings."""

    def __init__(self, learning_rate=0.001, l2=0.0, dropout=0.0):
        self.learning_rate = learning_rate
        self.l2 = l2
        self.dropout = dropout

    def fit(self, X, y):
        self.seen_ = set(X[:, 0])
        return self

    def score(self, X, y):
        rate = -abs(np.log10(self.learning_rate) + 2)  # training works best with 0.01
        if set(X[:, 0]) <= self.seen_:
            return rate - 10 * self.l2 - self.dropout  # penalties only harm training
        # On new rows a lower rate looks better by chance, and a penalty helps.
        return -abs(np.log10(self.learning_rate) + 3) - abs(self.l2 - 0.1) - abs(self.dropout - 0.2)


STAGED = {
    "l2": [0.0, 0.01, 0.1],
    "learning_rate": [0.0001, 0.001, 0.01, 0.1],
    "dropout": [0.0, 0.2, 0.5],
}
ROWS = np.arange(8.0)[:, None], np.zeros(8)


def staged(**settings):
    settings = {"stages": True, "return_train_score": True, **settings}
    return search(TwoScores(), STAGED, **settings)


def test_stages_choose_by_the_training_score_first_then_by_the_validation_score():
    found = staged().fit(*ROWS)
    assert found.best_params_ == {"l2": 0.1, "learning_rate": 0.01, "dropout": 0.2}
    told = {d["parameter"]: d for d in found.decisions_}
    assert list(told) == ["learning_rate", "l2", "dropout"]  # the optimiser's come first
    assert told["learning_rate"] | {"score": 0} == {
        "parameter": "learning_rate",
        "value": 0.01,
        "by": "training score",
        "score": 0,
        "next_value": told["learning_rate"]["next_value"],
        "next_score": -1.0,
    }
    assert told["l2"]["by"] == "validation score" and told["l2"]["value"] == 0.1
    assert told["dropout"]["next_score"] < told["dropout"]["score"]
    # What is fitted and told of is what was kept, not the highest validation score of all.
    results = found.cv_results_
    assert results["params"][found.best_index_] == found.best_params_
    assert found.best_score_ == results["mean_test_score"][found.best_index_]
    assert found.best_score_ < results["mean_test_score"].max()
    assert found.best_estimator_.get_params() == found.best_params_
    free = staged(stages=False).fit(*ROWS)
    assert free.best_params_["learning_rate"] == 0.001
    assert not hasattr(free, "decisions_")


def test_stages_with_several_metrics_and_with_what_does_not_fit():
    scoring = {"own": lambda model, X, y: model.score(X, y), "other": lambda model, X, y: 0.0}
    found = staged(scoring=scoring, refit="own").fit(*ROWS)
    assert found.best_params_["learning_rate"] == 0.01
    for wrong, message in (
        ({"return_train_score": False}, "return_train_score must be True with stages=True"),
        ({"refit": False}, "refit must be True or the name of a metric with stages=True"),
        ({"refit": lambda results: 0}, "refit must be True or the name of a metric"),
        ({"stages": "yes"}, "stages must be True or False"),
    ):
        with pytest.raises(ValueError, match=f"^CoordinateSearchCV: {message}"):
            staged(**wrong).fit(*ROWS)


def test_a_wide_space_goes_through_in_stages():
    net = MLPClassifier((8,), max_iter=5, n_iter_no_change=None, random_state=0)
    space = search_space(net, optimizers=["adam"], wide=True)
    assert {"schedule", "activation", "init_scale", "batch_norm", "l1", "clip"} <= set(space[0])
    assert not {"schedule", "clip"} & set(search_space(net, optimizers=["lbfgs"], wide=True)[0])
    grid = space.grid(2, "schedule", "activation", "learning_rate", "batch_norm", "l2")[0]
    model = make_pipeline(StandardScaler(), net)
    grid = {f"mlpclassifier__{name}": values for name, values in grid.items()}
    found = CoordinateSearchCV(
        model, grid, stages=True, return_train_score=True, n_rounds=1, cv=2, scoring="neg_log_loss"
    ).fit(*IRIS)
    by = {d["parameter"].split("__")[1]: d["by"] for d in found.decisions_}
    assert by["schedule"] == by["learning_rate"] == by["optimizer"] == "training score"
    assert by["activation"] == by["batch_norm"] == by["l2"] == "validation score"
    with pytest.raises(ValueError, match="search_space: wide must be True or False; got 1"):
        search_space(net, wide=1)
