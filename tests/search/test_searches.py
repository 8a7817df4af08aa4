"""Grid and random search: what they find is what scikit-learn's own classes find, to rounding."""

from __future__ import annotations

import copy
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context, model_selection
from sklearn.base import BaseEstimator, clone
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning, FitFailedWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, get_scorer, make_scorer
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit, StratifiedKFold
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils import estimator_html_repr

from skdl import MLPClassifier, MLPRegressor
from skdl import search as search_package
from skdl.search import (
    GridSearchCV,
    LogUniform,
    RandomizedSearchCV,
    Uniform,
    UniformInteger,
    searches,
)
from skdl.together.replay import Record

X, Y = load_iris(return_X_y=True)
rng = np.random.default_rng(0)
ORDER = rng.permutation(len(Y))
X, Y = X[ORDER], Y[ORDER]
GROUPS, WEIGHT = np.arange(len(Y)) % 4, np.where(Y == 0, 0.1, 2.0)

NET = MLPClassifier(
    hidden_layer_sizes=(6,), batch_size=20, max_iter=6, n_iter_no_change=None, random_state=0
)
REGRESSOR = MLPRegressor(hidden_layer_sizes=(5,), max_iter=4, n_iter_no_change=None, random_state=0)
PIPE = Pipeline([("scale", StandardScaler()), ("net", NET)])
MODEL = LogisticRegression(max_iter=1000)
PROBABILITIES = ["neg_log_loss", "neg_brier_score"]
GRID = {"learning_rate": [0.003, 0.03], "l2": [0.0, 0.1]}
PIPE_GRID = {f"net__{name}": values for name, values in GRID.items()}


class Fussy(BaseEstimator):
    """Fails to fit, to score, or neither; says so in a warning too."""

    def __init__(self, fault=None, level=0.0):
        self.fault = fault
        self.level = level

    def fit(self, X, y, sample_weight=None):
        if self.fault == "fit":
            raise ArithmeticError("it does not fit")
        if self.fault == "warn":
            warnings.warn("it fits badly", ConvergenceWarning, stacklevel=2)
        self.rows_ = len(X)
        self.weight_ = 0.0 if sample_weight is None else float(np.sum(sample_weight))
        return self

    def predict(self, X):
        if self.fault == "score":
            raise ArithmeticError("it does not predict")
        if self.fault == "warn":
            warnings.warn("it predicts badly", UserWarning, stacklevel=2)
        return np.zeros(len(X))

    def score(self, X, y, sample_weight=None):
        return float(np.mean(self.predict(X) + self.level + self.weight_))


def count(estimator, X, y):
    """A scorer that is a plain function and gives two numbers."""
    return {"right": float(np.sum(estimator.predict(X) == y)), "rows": len(X)}


def weighted(estimator, X, y, sample_weight=None):
    """A scorer that is a plain function and can weigh rows."""
    weight = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight)
    return float(np.sum(weight * (estimator.predict(X) == y)))


def least_penalty(results):
    """A refit of one's own."""
    return int(np.argmin(results["param_l2"] - results["mean_test_score"] / 100))


def both(name, *arguments, **settings):
    """Return our search and scikit-learn's."""
    ours = {"GridSearchCV": GridSearchCV, "RandomizedSearchCV": RandomizedSearchCV}[name]
    arguments = [copy.deepcopy(a) for a in arguments]
    return (
        ours(*arguments, **copy.deepcopy(settings)),
        getattr(model_selection, name)(*arguments, **copy.deepcopy(settings)),
    )


def assert_same_results(ours, theirs, tolerance=1e-7):
    """Compare ``cv_results_``: keys, order, types, masks, values; times only to be there."""
    assert list(ours) == list(theirs)
    for key, expected in theirs.items():
        found = ours[key]
        assert type(found) is type(expected), key
        if key == "params":
            assert repr(found) == repr(expected)
            continue
        assert found.dtype == expected.dtype and found.shape == expected.shape, key
        if key.endswith("_time"):
            assert np.isfinite(found).all() and (found >= 0).all()
        elif isinstance(expected, np.ma.MaskedArray):
            assert (found.mask == expected.mask).all() and found.fill_value == expected.fill_value
            assert [repr(v) for v in found] == [repr(v) for v in expected]
        elif key.startswith("rank"):
            assert found.tolist() == expected.tolist(), key
        else:
            np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    assert (ours["mean_fit_time"] > 0).all()


def assert_same(ours, theirs):
    """Compare all that two fitted searches have learned."""
    assert_same_results(ours.cv_results_, theirs.cv_results_)
    learned = {name for name in vars(theirs) if name.endswith("_")}
    assert {name for name in vars(ours) if name.endswith("_")} == learned
    for name in learned & {"best_index_", "best_params_", "n_splits_", "multimetric_"}:
        assert getattr(ours, name) == getattr(theirs, name), name
        assert type(getattr(ours, name)) is type(getattr(theirs, name)), name
    if "best_score_" in learned:
        np.testing.assert_allclose(ours.best_score_, theirs.best_score_, rtol=1e-7)
    assert repr(ours.scorer_) == repr(theirs.scorer_)
    if "best_estimator_" in learned:
        assert repr(ours.best_estimator_) == repr(theirs.best_estimator_)
        assert ours.refit_time_ > 0
    if "feature_names_in_" in learned:
        assert ours.feature_names_in_.tolist() == theirs.feature_names_in_.tolist()


def fit_both(name, *arguments, data=(X, Y), params=None, **settings):
    """Fit both searches, assert that they have learned the same, return them."""
    searches = both(name, *arguments, **settings)
    for search in searches:
        assert search.fit(*data, **(params or {})) is search
    assert_same(*searches)
    return searches


SETTINGS = {
    "as it is": {},
    "training scores": {"return_train_score": True},
    "no refit": {"refit": False},
    "a refit of one's own": {"refit": least_penalty},
    "a metric by name": {"scoring": "neg_log_loss"},
    "a scorer": {"scoring": make_scorer(accuracy_score)},
    "a function": {"scoring": weighted, "return_train_score": True},
    "a function of two metrics": {"scoring": count, "refit": "right", "return_train_score": True},
    "a list of metrics": {
        "scoring": ["accuracy", "neg_log_loss"],
        "refit": "neg_log_loss",
        "return_train_score": True,
    },
    "a dict of metrics": {
        "scoring": {"a": "accuracy", "b": make_scorer(accuracy_score), "c": weighted},
        "refit": "b",
    },
    "metrics without a refit": {"scoring": ("accuracy", "f1_macro"), "refit": False},
    "a splitter": {"cv": StratifiedKFold(4, shuffle=True, random_state=1)},
    "a list of folds": {"cv": list(KFold(2).split(X))},
    "masks as folds": {"cv": [(Y > -1, np.arange(len(Y)) < 50)]},
    "folds of several sizes": {"cv": KFold(7)},
    "two workers": {"n_jobs": 2, "scoring": ["accuracy", "f1_macro"], "refit": "accuracy"},
}


@pytest.mark.parametrize("case", SETTINGS)
def test_a_grid_over_networks(case):
    ours, theirs = fit_both("GridSearchCV", NET, GRID, **{"cv": 3, **SETTINGS[case]})
    if hasattr(theirs, "best_estimator_"):
        # Of the same seed, and fitted by scikit-learn's code: not only close, but the same.
        np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))
        if not callable(ours.refit) or not ours.multimetric_:
            assert ours.score(X, Y) == theirs.score(X, Y)
        assert (ours.classes_ == theirs.classes_).all()
        assert ours.n_features_in_ == theirs.n_features_in_


@pytest.mark.parametrize(
    ("estimator", "grid", "data"),
    [
        (PIPE, PIPE_GRID, (X, Y)),
        (PIPE, {**PIPE_GRID, "scale": [StandardScaler(), "passthrough"]}, (X, Y)),
        (PIPE, {"net": [NET, MODEL]}, (X, Y)),
        (NET, [{"learning_rate": [0.01]}, {"hidden_layer_sizes": [(4,), (3, 3)]}], (X, Y)),
        (NET, [{"l2": [0.0, 1.0]}, {"optimizer": ["sgd"], "momentum": [0.5, 0.9]}], (X, Y)),
        (NET, {"random_state": [0, 1, 2]}, (X, Y)),
        (NET, {}, (X, np.array(["a", "b", "c"])[Y])),
        (NET, GRID, (pd.DataFrame(X, columns=list("abcd")), pd.Series(Y, index=ORDER))),
        (NET, {"dropout": [0.0, 0.3]}, (X.tolist(), Y.tolist())),
        (
            REGRESSOR,
            {"weight_decay": [0.0, 0.1], "learning_rate": [0.01, 0.1]},
            (X[:, :3], X[:, 3]),
        ),
        (
            REGRESSOR,
            {"l1": [0.0, 0.1]},
            (X[:, :2], X[:, 2:]),
        ),
        (MODEL, {"C": [0.1, 1.0, 10.0]}, (X, Y)),
        (KMeans(n_clusters=2, n_init=2, random_state=0), {"n_clusters": [2, 3]}, (X,)),
        (KNeighborsRegressor(), {"n_neighbors": np.arange(1, 4)}, (X, X[:, 0])),
        (SVC(kernel="precomputed"), {"C": [0.1, 1.0]}, (X @ X.T, Y)),
    ],
    ids=[
        "pipeline",
        "steps",
        "models",
        "layers",
        "masked",
        "seeds",
        "nothing to choose",
        "pandas",
        "lists",
        "regressor",
        "two outputs",
        "scikit-learn",
        "no targets",
        "array of values",
        "a kernel's matrix",
    ],
)
def test_a_grid_over(estimator, grid, data):
    fit_both("GridSearchCV", estimator, grid, cv=3, data=data, return_train_score=True)


@pytest.mark.parametrize("estimator", [NET, MODEL, PIPE], ids=["network", "model", "pipeline"])
def test_a_random_search(estimator):
    spaces = {
        NET: {"learning_rate": LogUniform(1e-3, 1e-1), "dropout": Uniform(0, 0.3)},
        MODEL: [{"C": LogUniform(0.1, 10)}, {"fit_intercept": [True, False]}],
        PIPE: {"net__hidden_layer_sizes": UniformInteger(2, 4), "net__l1": LogUniform(1e-4, 0.1)},
    }
    ours, theirs = fit_both(
        "RandomizedSearchCV", estimator, spaces[estimator], n_iter=5, random_state=3, cv=3
    )
    assert len(ours.cv_results_["params"]) == 5
    assert isinstance(ours, type(theirs))


def test_a_random_search_with_a_generator_of_random_numbers():
    searches = both(
        "RandomizedSearchCV",
        MODEL,
        {"C": LogUniform(0.1, 10)},
        n_iter=3,
        random_state=np.random.RandomState(0),
        cv=2,
    )
    for _ in range(2):  # the second time, the draws go on from where they were
        for search in searches:
            search.fit(X, Y)
        assert_same(*searches)


def test_all_candidates_see_the_same_folds():
    search = GridSearchCV(
        Ridge(), {"copy_X": [True, False], "tol": [1e-4, 1e-3]}, cv=KFold(3, shuffle=True)
    )
    scores = search.fit(X.copy(), X[:, 0] ** 2).cv_results_
    assert all(np.ptp(scores[f"split{k}_test_score"]) == 0 for k in range(3))
    assert scores["split0_test_score"][0] != scores["split1_test_score"][0]
    again = search.fit(X.copy(), X[:, 0] ** 2).cv_results_  # other folds
    assert scores["split0_test_score"][0] != again["split0_test_score"][0]


def test_folds_may_be_an_iterator():
    folds = list(ShuffleSplit(2, random_state=0).split(X))
    ours = GridSearchCV(MODEL, {"C": [0.1, 1.0]}, cv=iter(folds)).fit(X, Y)
    theirs = model_selection.GridSearchCV(MODEL, {"C": [0.1, 1.0]}, cv=iter(folds)).fit(X, Y)
    assert_same(ours, theirs)


def heard(search, *data, **params):
    """Fit, and return the warnings, or the error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            search.fit(*data, **params)
        except Exception as error:
            return error
    return [(w.category, str(w.message).split("Traceback")[0]) for w in caught]


@pytest.mark.parametrize("faults", [["fit", None], ["score", None], ["fit", "score", None]])
@pytest.mark.parametrize("error_score", [np.nan, -7.0])
@pytest.mark.parametrize(
    "scoring", [None, "neg_mean_squared_error", ["r2", "neg_max_error"], "a dict", count]
)
def test_failures_are_told_and_ranked_as_there(faults, error_score, scoring):
    if scoring == "a dict":  # where one of two metrics fails
        scoring = {"good": lambda estimator, X, y: len(X), "bad": get_scorer("r2")}
    if scoring is count and "score" in faults:
        pytest.skip("scikit-learn itself cannot go on")
    searches = both(
        "GridSearchCV",
        Fussy(),
        {"fault": faults, "level": [0.0, 1.0]},
        cv=2,
        refit=False,
        scoring=scoring,
        error_score=error_score,
        return_train_score=True,
    )
    ours, theirs = (heard(search, X, Y) for search in searches)
    assert ours == theirs and isinstance(ours, list)
    categories = {category for category, _ in ours}
    assert categories & {FitFailedWarning if "fit" in faults else UserWarning}
    assert_same(*searches)


def test_a_failure_says_where_it_was_raised():
    for n_jobs in (None, 2):
        search = GridSearchCV(Fussy(), {"fault": ["fit", None]}, cv=2, n_jobs=n_jobs)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            search.fit(X, Y)
        [told] = [str(w.message) for w in caught if w.category is FitFailedWarning]
        assert "2 fits failed out of a total of 4" in told
        assert told.count("--------\n2 fits failed with the following error") == 1
        assert 'raise ArithmeticError("it does not fit")' in told


def test_a_failure_of_a_whole_stack_is_told_once(monkeypatch):
    def fit_together(tasks, X, y, **settings):
        failure = Record(ArithmeticError("the stack falls"))
        return [failure] * 5 + [Record(None, [1.0])]

    monkeypatch.setattr(searches, "fit_together", fit_together)
    told = heard(GridSearchCV(NET, {"l2": [0.1, 0.2]}, cv=3, refit=False), X, Y)
    [message] = [text for category, text in told if category is FitFailedWarning]
    assert "5 fits failed with the following error" in message


@pytest.mark.parametrize("fault", ["fit", "score"])
@pytest.mark.parametrize("scoring", [None, "neg_max_error", ["r2", "neg_max_error"]])
def test_an_error_can_be_raised(fault, scoring):
    for search in both(
        "GridSearchCV",
        Fussy(),
        {"fault": [None, fault]},
        cv=2,
        scoring=scoring,
        refit=False,
        error_score="raise",
    ):
        with pytest.raises(ArithmeticError, match="it does not"):
            search.fit(X, Y)
        assert not hasattr(search, "cv_results_")


@pytest.mark.parametrize(
    ("estimator", "settings"),
    [
        (Fussy("fit"), {"param_grid": {"level": [0, 1]}}),  # all fits fail
        (NET, {"param_grid": {"learning_rat": [0.1]}}),
        (PIPE, {"param_grid": {"learning_rate": [0.1]}}),
        (NET, {"param_grid": {"l2": 0.1}}),
        (NET, {"param_grid": {"l2": []}}),
        (NET, {"param_grid": {"l2": [-1.0]}}),
        (NET, {"param_grid": {"l2": [0.1]}, "scoring": ["accuracy", "f1_macro"]}),
        (NET, {"param_grid": {"l2": [0.1]}, "scoring": count}),
        (NET, {"param_grid": {"l2": [0.1]}, "scoring": []}),
        (NET, {"param_grid": {"l2": [0.1]}, "scoring": lambda estimator, X, y: "good"}),
        (NET, {"param_grid": {"l2": [0.1]}, "refit": lambda results: 7}),
        (NET, {"param_grid": {"l2": [0.1]}, "error_score": "nan"}),
        (NET, {"param_grid": {"l2": [0.1]}, "cv": 1000}),
        (NET, {"param_grid": {"l2": [0.1]}, "refit": 3.5}),
        (Ridge(), {"param_grid": {"alpha": [1.0]}, "scoring": PROBABILITIES, "refit": False}),
        (StandardScaler(), {"param_grid": {"with_std": [True]}}),
        ("a name", {"param_grid": {"l2": [0.1]}}),
    ],
)
def test_mistakes_are_named_as_there(estimator, settings):
    searches = both("GridSearchCV", estimator, **{"cv": 2, **settings})
    ours, theirs = (heard(search, X, Y) for search in searches)
    assert isinstance(theirs, Exception)
    assert type(ours) is type(theirs)
    assert str(ours).split("Traceback")[0] == str(theirs).split("Traceback")[0]


def test_a_metric_is_no_scorer():
    search = GridSearchCV(NET, GRID, scoring=accuracy_score)  # scikit-learn's gives NaN only
    with pytest.raises(ValueError, match="looks like it is a metric function"):
        search.fit(X, Y)


def test_a_missing_refit_is_named_before_anything_is_fitted():
    class Never(Fussy):
        def fit(self, X, y):
            raise AssertionError

    search = GridSearchCV(Never(), {"level": [0, 1]}, scoring=["r2", "neg_max_error"])
    with pytest.raises(ValueError, match="refit must be set"):
        search.fit(X, Y)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_each_warning_is_passed_on_once(n_jobs):
    search = GridSearchCV(
        Fussy(), {"fault": ["warn"], "level": [0, 1]}, cv=3, n_jobs=n_jobs, refit=False
    )
    assert heard(search, X, Y) == [
        (ConvergenceWarning, "it fits badly"),
        (UserWarning, "it predicts badly"),
    ]


def test_groups():
    ours, _ = fit_both(
        "GridSearchCV", NET, GRID, cv=GroupKFold(4), params={"groups": GROUPS}, refit=False
    )
    assert ours.n_splits_ == 4
    error = heard(GridSearchCV(NET, GRID, cv=GroupKFold(4)), X, Y)
    assert "groups" in str(error)


@pytest.mark.parametrize("scoring", [None, "accuracy", ["accuracy", "f1_macro"], weighted])
@pytest.mark.parametrize("as_list", [False, True])
def test_sample_weights(scoring, as_list):
    weight = WEIGHT.tolist() if as_list else WEIGHT
    searches = both(
        "GridSearchCV",
        NET,
        GRID,
        cv=2,
        scoring=scoring,
        return_train_score=True,
        refit="accuracy" if isinstance(scoring, list) else True,
    )
    ours, theirs = (heard(search, X, Y, sample_weight=weight) for search in searches)
    assert ours == theirs
    assert_same(*searches)
    without = clone(searches[0]).fit(X, Y)
    key = [key for key in without.cv_results_ if key.startswith("mean_train")][0]
    assert (without.cv_results_[key] != searches[0].cv_results_[key]).any()


def test_the_weights_of_a_fit_are_cut_to_its_rows():
    search = GridSearchCV(Fussy(), {"level": [0.0]}, cv=KFold(3)).fit(X, Y, sample_weight=WEIGHT)
    sums = [search.cv_results_[f"split{k}_test_score"][0] for k in range(3)]
    expected = [WEIGHT[train].sum() for train, _ in KFold(3).split(X)]
    np.testing.assert_allclose(sums, expected)


@pytest.mark.parametrize("scoring", ["one", "two"])
def test_metadata_is_routed(scoring):
    with config_context(enable_metadata_routing=True):
        net = clone(NET).set_fit_request(sample_weight="importance")
        scorer = make_scorer(accuracy_score).set_score_request(sample_weight="price")
        other = get_scorer("accuracy").set_score_request(sample_weight="importance")
        metrics = scorer if scoring == "one" else {"price": scorer, "other": other}
        params = {"importance": WEIGHT, "price": rng.uniform(size=len(Y)), "groups": GROUPS}
        ours, theirs = fit_both(
            "GridSearchCV",
            net,
            GRID,
            cv=GroupKFold(4),
            scoring=metrics,
            params=params,
            refit="price" if scoring == "two" else True,
            return_train_score=True,
            n_jobs=2,
        )
        price = params["price"]
        if scoring == "one":
            assert ours.score(X, Y, price=price) == theirs.score(X, Y, price=price)
        unset = both("GridSearchCV", NET, GRID)
        ours, theirs = (heard(search, X, Y, sample_weight=WEIGHT) for search in unset)
        assert type(ours) is type(theirs) and str(ours) == str(theirs)
        assert "sample_weight" in str(ours)


def test_it_is_a_search_of_scikit_learn(capsys):
    search = GridSearchCV(NET, GRID, cv=2, verbose=1)
    theirs = model_selection.GridSearchCV(NET, GRID, cv=2, verbose=1)
    assert search.get_params() == {**theirs.get_params(), "estimator": NET, "start": None}
    assert repr(search) == repr(theirs)
    search.fit(X, Y)
    told = capsys.readouterr().out
    theirs.fit(X, Y)
    assert told == capsys.readouterr().out
    assert told == "Fitting 2 folds for each of 4 candidates, totalling 8 fits\n"
    assert search.estimator is NET and search.cv == 2 and search.scoring is None
    assert search.n_jobs is None and search.verbose == 1  # stand-ins and all that are gone
    same = pickle.loads(pickle.dumps(search))
    assert (same.predict(X) == theirs.predict(X)).all()
    fresh = clone(search).set_params(estimator__l1=0.5, refit=False)
    assert fresh.estimator.l1 == 0.5 and not hasattr(fresh, "cv_results_")
    assert "MLPClassifier" in estimator_html_repr(search)
    nested = [
        model_selection.cross_val_score(one.set_params(verbose=0), X, Y, cv=2)
        for one in (search, theirs)
    ]
    np.testing.assert_allclose(*nested)


def test_nothing_is_left_behind_when_a_search_fails():
    search = GridSearchCV(Fussy("fit"), {"level": [0, 1]})
    before = dict(vars(search))
    assert isinstance(heard(search, X, Y), ValueError)
    assert vars(search) == before


def test_the_times_are_those_of_the_fits(monkeypatch):
    def fit_together(tasks, X, y, **settings):
        return [Record(None, [1.0], fit_time=10.0 * k, score_time=k % 2) for k in range(len(tasks))]

    monkeypatch.setattr(searches, "fit_together", fit_together)
    found = GridSearchCV(NET, {"l2": [0.1, 0.2]}, cv=2, refit=lambda r: r["mean_fit_time"].argmax())
    found = found.fit(X, Y).cv_results_
    assert found["mean_fit_time"].tolist() == [5, 25] and found["std_fit_time"].tolist() == [5, 5]
    assert found["mean_score_time"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("name", ["GridSearchCV", "CoordinateSearchCV"])
def test_all_fits_of_a_step_are_handed_over_at_once(name, monkeypatch):
    handed_over = []

    def fit_together(tasks, X, y, **settings):
        handed_over.append(tasks)
        return [Record(None, [1.0])] * len(tasks)

    monkeypatch.setattr(searches, "fit_together", fit_together)
    getattr(search_package, name)(NET, GRID, cv=KFold(3, shuffle=True), refit=False).fit(X, Y)
    if name == "GridSearchCV":
        assert [len(tasks) for tasks in handed_over] == [2 * 2 * 3]
    else:  # the start, then what is new of each parameter
        assert [len(tasks) for tasks in handed_over] == [3, 6, 6]
    tasks = sum(handed_over, [])
    rows = {task.fold: task.rows for task in tasks}
    assert len(rows) == 3 and all(task.rows is rows[task.fold] for task in tasks)
    assert all(task.estimator is not NET for task in tasks)


def test_who_looks_on_from_inside_sees_the_real_search(monkeypatch):
    """MLflow wraps scikit-learn's ``fit``, and then scores, pickles and reads what it gets."""
    seen, fit = [], model_selection.GridSearchCV.fit

    def fit_and_look(search, *data, **params):
        result = fit(search, *data, **params)
        seen.append((search, search.score(*data), pickle.loads(pickle.dumps(search))))
        return result

    monkeypatch.setattr(model_selection.GridSearchCV, "fit", fit_and_look)
    for scoring in (None, ["accuracy", "f1_macro"]):
        seen.clear()
        search = GridSearchCV(
            NET, GRID, cv=2, n_jobs=2, scoring=scoring, refit="accuracy" if scoring else True
        )
        search.fit(X, Y)
        [(inner, score, copied)] = seen
        assert inner.get_params() == search.get_params()
        assert score == search.score(X, Y) == copied.score(X, Y)
        assert repr(copied.scorer_) == repr(search.scorer_)
