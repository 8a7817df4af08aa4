"""``start``: what worked elsewhere is tried first, once, by each search."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPRegressor
from skdl.search import CoordinateSearchCV, GridSearchCV, RandomizedSearchCV

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = X[:, 0] + 0.1 * RNG.normal(size=40)

GRID = {"alpha": [1.0, 10.0], "tol": [1e-4, 1e-3]}
SEARCHES = [GridSearchCV, RandomizedSearchCV, CoordinateSearchCV]
CV = KFold(3)


def tried(Search, start, estimator=None, grid=GRID, **settings):
    if Search is RandomizedSearchCV:
        settings = {"n_iter": 4, "random_state": 0, **settings}
    search = Search(estimator or Ridge(), grid, cv=CV, start=start, **settings).fit(X, Y)
    return search, search.cv_results_["params"]


@pytest.mark.parametrize("Search", SEARCHES)
@pytest.mark.parametrize(
    ("start", "first"),
    [
        ({"alpha": 3.0, "tol": 1e-2}, [{"alpha": 3.0, "tol": 1e-2}]),
        (Ridge(alpha=3.0, tol=1e-2).fit(X, Y), [{"alpha": 3.0, "tol": 1e-2}]),
        (
            [Ridge(alpha=3.0), {"alpha": 4.0, "tol": 1e-3}, {"alpha": 3.0, "tol": 1e-4}],
            [{"alpha": 3.0, "tol": 1e-4}, {"alpha": 4.0, "tol": 1e-3}],  # the third is the first
        ),
    ],
)
def test_it_is_tried_first_and_once(Search, start, first):
    _, candidates = tried(Search, start)
    own = [{"alpha": 1.0, "tol": 1e-4}] if Search is CoordinateSearchCV else []
    assert candidates[: len(own + first)] == own + first
    assert all(candidates.count(candidate) == 1 for candidate in candidates)
    if Search is not CoordinateSearchCV:  # all that it tries otherwise, too
        assert all(candidate in candidates for candidate in tried(Search, None)[1])


@pytest.mark.parametrize("Search", SEARCHES)
def test_what_is_in_the_space_is_not_tried_again(Search):
    _, without = tried(Search, None)
    _, candidates = tried(Search, {"alpha": 10.0, "tol": 1e-3})
    assert {"alpha": 10.0, "tol": 1e-3} in candidates[:2]
    assert candidates.count({"alpha": 10.0, "tol": 1e-3}) == 1
    if Search is not CoordinateSearchCV:
        assert len(candidates) == len(without) == 4


@pytest.mark.parametrize("Search", SEARCHES)
def test_a_start_that_is_best_wins(Search):
    search, candidates = tried(Search, Ridge(alpha=0.01), grid={"alpha": [1e2, 1e3, 1e4, 1e5]})
    assert search.best_params_ == {"alpha": 0.01}
    assert search.best_estimator_.alpha == 0.01 and len(candidates) > 1


def test_coordinate_search_goes_on_from_the_best_start():
    starts = [{"alpha": 1000.0}, {"alpha": 0.01}]
    search, candidates = tried(
        CoordinateSearchCV, starts, Ridge(alpha=100.0), {"alpha": [100.0], "tol": [1e-2]}
    )
    rounds = search.cv_results_["round"].tolist()
    assert [c["alpha"] for c, r in zip(candidates, rounds, strict=True) if r == 0] == [
        100.0,
        1000.0,
        0.01,
    ]
    assert {"alpha": 0.01, "tol": 1e-2} in candidates and {"alpha": 100.0, "tol": 1e-2} not in (
        candidates
    )


@pytest.mark.parametrize("Search", SEARCHES)
def test_networks_in_pipelines_start_from_one_that_is_fitted(Search):
    settings = {"max_iter": 5, "n_iter_no_change": None, "random_state": 0}
    pipe = make_pipeline(StandardScaler(), MLPRegressor((4,), **settings))
    worked = clone(pipe).set_params(mlpregressor__l2=0.05).fit(X, Y)
    _, candidates = tried(Search, worked, pipe, {"mlpregressor__l2": [0.1, 0.2, 0.3, 0.4]})
    assert {"mlpregressor__l2": 0.05} in candidates[:2]
    assert worked.get_params()["mlpregressor__l2"] == 0.05


def test_a_list_of_spaces_is_one_space():
    spaces = [{"alpha": [1.0]}, {"tol": [1e-2]}]
    _, candidates = tried(GridSearchCV, Ridge(alpha=5.0), grid=spaces)
    assert candidates == [{"alpha": 5.0, "tol": 1e-4}, {"alpha": 1.0}, {"tol": 1e-2}]


@pytest.mark.parametrize("Search", SEARCHES)
def test_it_is_a_parameter_as_any_other(Search):
    search = clone(Search(Ridge(), {"alpha": [1.0]}, start=Ridge(alpha=2.0).fit(X, Y), cv=CV))
    assert search.get_params()["start__alpha"] == 2.0
    if Search is RandomizedSearchCV:
        search.set_params(n_iter=1)
    assert np.isfinite(cross_val_score(search, X, Y, cv=2)).all()


@pytest.mark.parametrize("Search", SEARCHES)
@pytest.mark.parametrize(
    "start",
    [{"gamma": 1.0}, {"alpha": 1.0, "gamma": 1.0}, {}, StandardScaler(), Ridge, 3, [3], "ridge"],
    ids=repr,
)
def test_what_says_nothing_of_what_is_searched_is_named(Search, start):
    with pytest.raises(ValueError) as error:
        tried(Search, start)
    (one,) = start if isinstance(start, list) else [start]
    assert str(error.value) == (
        f"{Search.__name__}: start must be an estimator, a dict of values, or a list of these, "
        f"with values of what is searched, which is ['alpha', 'tol']; got {one!r}"
    )
