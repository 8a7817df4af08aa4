"""Inside scikit-learn's tools: searches, ensembles, pipelines, routing."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingRegressor,
    VotingClassifier,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import SelectFromModel
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    validation_curve,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags

from skdl import MLPClassifier, MLPRegressor
from skdl.core.losses import Poisson
from skdl.core.optimizers import Adam

QUICK = {
    "hidden_layer_sizes": (8,),
    "max_iter": 20,
    "n_iter_no_change": None,
    "learning_rate": 0.02,
    "random_state": 0,
}
X, y = make_classification(120, 6, n_informative=4, random_state=0)
X3, y3 = make_classification(120, 6, n_informative=4, n_classes=3, random_state=0)
XR, yR = make_regression(120, 6, noise=5.0, random_state=0)


def _classifier(**settings):
    return MLPClassifier(**{**QUICK, **settings})


def _regressor(**settings):
    return MLPRegressor(**{**QUICK, **settings})


# Searches.


def test_grid_search_over_everyday_settings():
    search = GridSearchCV(_classifier(), {"dropout": [0.0, 0.9], "l2": [1e-4, 10.0]}, cv=3)
    search.fit(X, y)
    assert search.best_params_ == {"dropout": 0.0, "l2": 1e-4}
    assert search.best_score_ > 0.7


def test_grid_search_over_a_setting_of_an_instance():
    adam = Adam()
    search = GridSearchCV(_classifier(optimizer=adam), {"optimizer__beta_1": [0.5, 0.9]}, cv=3)
    search.fit(X, y)
    assert {p["optimizer__beta_1"] for p in search.cv_results_["params"]} == {0.5, 0.9}
    scores = search.cv_results_["mean_test_score"]
    assert len(scores) == 2
    assert np.isfinite(scores).all()
    assert adam.beta_1 == 0.9


def test_grid_search_over_a_setting_of_a_name():
    grid = {"optimizer__beta_1": [0.5, 0.9]}
    named = GridSearchCV(_classifier(optimizer="adam"), grid, cv=3).fit(X, y)
    written = GridSearchCV(_classifier(optimizer=Adam()), grid, cv=3).fit(X, y)
    scores = [search.cv_results_["mean_test_score"] for search in (named, written)]
    np.testing.assert_array_equal(*scores)
    assert named.best_estimator_.optimizer.beta_1 == named.best_params_["optimizer__beta_1"]


def test_grid_search_over_whole_components():
    grid = {"optimizer": ["sgd", Adam(beta_1=0.5), "lbfgs"], "learning_rate": [None]}
    search = GridSearchCV(_classifier(), grid, cv=2).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_randomized_search_in_a_pipeline():
    pipe = Pipeline([("scale", StandardScaler()), ("mlp", _classifier())])
    spaces = {"mlp__l2": loguniform(1e-7, 1e-1), "mlp__dropout": [0.0, 0.2]}
    search = RandomizedSearchCV(pipe, spaces, n_iter=4, cv=3, random_state=0).fit(X, y)
    assert search.best_score_ > 0.7
    assert hasattr(search.predict_proba(X), "shape")


def test_halving_search_over_epochs():
    search = HalvingGridSearchCV(
        _classifier(),
        {"l2": [1e-4, 1e-3, 1.0, 10.0]},
        resource="max_iter",
        min_resources=5,
        max_resources=20,
        factor=2,
        cv=2,
        random_state=0,
    ).fit(X, y)
    assert search.n_resources_[-1] == 20
    assert search.best_params_["l2"] < 1


def test_two_processes():
    """A component's object travels to a worker; so does a name."""
    mlp = _classifier(optimizer=Adam(beta_1=0.8))
    one, two = (cross_val_score(mlp, X, y, cv=4, n_jobs=n) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


# Curves.


def test_learning_curve():
    sizes, train, test = learning_curve(_classifier(), X, y, train_sizes=[0.2, 1.0], cv=3)
    assert train.shape == test.shape == (2, 3)
    assert np.isfinite([train, test]).all()


def test_validation_curve_shows_that_a_penalty_reduces_both():
    values = [1e-6, 100.0]
    train, test = validation_curve(_regressor(), XR, yR, param_name="l2", param_range=values, cv=3)
    assert train[0].mean() > 0.9
    assert train[1].mean() < 0.3


def test_cross_val_predict():
    p = cross_val_predict(_classifier(), X3, y3, method="predict_proba", cv=3)
    assert p.shape == (120, 3)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    decision = cross_val_predict(_classifier(), X, y, method="decision_function", cv=3)
    assert decision.shape == (120,)


def test_cross_validate_with_many_scores():
    scores = ["accuracy", "neg_log_loss", "roc_auc", "neg_brier_score", "f1"]
    result = cross_validate(_classifier(), X, y, scoring=scores, cv=3, return_estimator=True)
    for score in scores:
        assert np.isfinite(result[f"test_{score}"]).all()
    assert len({id(e) for e in result["estimator"]}) == 3


# Ensembles and wrappers.

WRAPPERS = {
    "bagging": lambda: BaggingClassifier(_classifier(), n_estimators=3, random_state=0),
    "voting": lambda: VotingClassifier(
        [("mlp", _classifier()), ("lr", LogisticRegression())], voting="soft"
    ),
    "calibration": lambda: CalibratedClassifierCV(_classifier(), cv=3),
    "calibrated hinge": lambda: CalibratedClassifierCV(_classifier(loss="hinge"), cv=3),
    "one against the rest": lambda: OneVsRestClassifier(_classifier()),
    "one against one": lambda: OneVsOneClassifier(_classifier()),
    "boosting": lambda: AdaBoostClassifier(_classifier(), n_estimators=3),
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_classifiers_in_wrappers(name):
    model = WRAPPERS[name]().fit(X3, y3)
    assert model.score(X3, y3) > 0.6
    if hasattr(model, "predict_proba"):
        np.testing.assert_allclose(model.predict_proba(X3).sum(axis=1), 1)


def test_stacking():
    model = StackingRegressor([("mlp", _regressor()), ("ridge", Ridge())], final_estimator=Ridge())
    assert model.fit(XR, yR).score(XR, yR) > 0.9


def test_many_outputs():
    labels = np.column_stack((y3, y))
    model = MultiOutputClassifier(_classifier()).fit(X3, labels)
    assert model.predict(X3).shape == (120, 2)
    targets = np.column_stack((yR, -yR))
    model = MultiOutputRegressor(_regressor(max_iter=60)).fit(XR, targets)
    assert model.score(XR, targets) > 0.9
    chain = ClassifierChain(_classifier()).fit(X3, (labels > 0).astype(int))
    assert chain.predict(X3).shape == (120, 2)


def test_permutation_importance_finds_what_matters():
    informative = np.column_stack((XR[:, 0], np.random.default_rng(0).normal(size=120)))
    model = _regressor(max_iter=100).fit(informative, XR[:, 0])
    importance = permutation_importance(model, informative, XR[:, 0], random_state=0)
    assert importance.importances_mean[0] > 10 * abs(importance.importances_mean[1])


def test_select_from_model_by_own_importance():
    linear = MLPRegressor((), optimizer="lbfgs", l1=0.1, l2=0.0, tol=1e-6, max_iter=500)
    noisy = np.column_stack((XR, np.random.default_rng(0).normal(size=(120, 3))))
    chosen = SelectFromModel(
        linear, importance_getter=lambda m: np.abs(m.coefs_[0][:, 0]), threshold=1e-9
    ).fit(noisy, yR)
    support = chosen.get_support()
    assert support[:6].sum() >= 4
    assert not support[6:].any()


# Metadata routing.


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@pytest.mark.usefixtures("routing")
def test_row_weights_are_routed():
    weight = np.where(np.arange(120) < 60, 1.0, 0.0)
    mlp = _classifier(batch_size="full").set_fit_request(sample_weight=True)
    pipe = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), mlp)
    pipe.fit(X, y, sample_weight=weight)
    scaled = pipe[0].transform(X)
    direct = _classifier(batch_size="full").fit(scaled[:60], y[:60])
    np.testing.assert_allclose(pipe.predict_proba(X), direct.predict_proba(scaled), atol=1e-9)


@pytest.mark.usefixtures("routing")
def test_validation_rows_go_through_the_pipeline():
    mlp = _classifier(early_stopping=True).set_fit_request(X_val=True, y_val=True)
    pipe = Pipeline([("scale", StandardScaler()), ("mlp", mlp)], transform_input=["X_val"])
    pipe.fit(X[:80], y[:80], X_val=1000 + X[80:], y_val=y[80:])
    scaled = pipe["scale"].transform(1000 + X[80:])
    direct = _classifier(early_stopping=True)
    direct.fit(pipe["scale"].transform(X[:80]), y[:80], X_val=scaled, y_val=y[80:])
    assert pipe["mlp"].validation_loss_curve_ == direct.validation_loss_curve_


@pytest.mark.usefixtures("routing")
def test_weights_are_routed_through_a_search():
    mlp = _classifier().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    search = GridSearchCV(mlp, {"l2": [1e-4, 1e-2]}, cv=3)
    search.fit(X, y, sample_weight=np.linspace(1, 2, 120))
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.usefixtures("routing")
def test_what_is_not_asked_for_is_refused():
    pipe = make_pipeline(StandardScaler(), _classifier())
    with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError, match="sample_weight"):
        pipe.fit(X, y, sample_weight=np.ones(120))


# Convention.


@pytest.mark.parametrize("make", [_classifier, _regressor])
def test_clone(make):
    mlp = make(optimizer=Adam(beta_1=0.7), activation=["tanh"]).fit(X, y)
    copy = clone(mlp)
    assert not hasattr(copy, "_network")
    assert copy.optimizer is not mlp.optimizer
    assert repr(copy) == repr(mlp)
    np.testing.assert_array_equal(copy.fit(X, y).predict(X), mlp.predict(X))


def test_a_fitted_pipeline_is_pickled():
    pipe = make_pipeline(StandardScaler(), _classifier()).fit(X, y)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(pipe)).predict(X), pipe.predict(X))


def test_threads_predict_at_once():
    mlp = _classifier(hidden_layer_sizes=(64, 64), dropout=0.2, dropout_inference="averaged")
    mlp.fit(X, y)
    parts = [X[i : i + 7] for i in range(0, 112, 7)] * 8
    expected = [mlp.predict_proba(part) for part in parts]
    with ThreadPoolExecutor(8) as pool:
        for one, other in zip(pool.map(mlp.predict_proba, parts), expected, strict=True):
            np.testing.assert_array_equal(one, other)


def test_pandas_output_of_the_steps_before():
    pipe = make_pipeline(StandardScaler(), _classifier()).set_output(transform="pandas")
    frame = pd.DataFrame(X, columns=list("abcdef"))
    pipe.fit(frame, y)
    assert list(pipe[-1].feature_names_in_) == list("abcdef")
    with sklearn.config_context(transform_output="pandas"):
        pipe = make_pipeline(StandardScaler(), _classifier()).fit(X, y)
        assert isinstance(pipe.predict(X), np.ndarray)


def test_shown_in_a_notebook():
    html = make_pipeline(StandardScaler(), _classifier(dropout=0.5))._repr_html_()
    assert "MLPClassifier" in html
    assert "dropout" in html


def test_the_representation_names_what_was_changed():
    assert repr(MLPClassifier(dropout=0.5)) == "MLPClassifier(dropout=0.5)"
    text = repr(MLPRegressor(optimizer=Adam(beta_1=0.8)))
    assert text == "MLPRegressor(optimizer=Adam(beta_1=0.8))"


def test_tags():
    tags = get_tags(MLPClassifier())
    assert tags.input_tags.sparse
    assert tags.classifier_tags.multi_label
    assert not get_tags(MLPClassifier(output_activation="softmax")).classifier_tags.multi_label
    for loss in ("poisson", "gamma", Poisson()):
        assert get_tags(MLPRegressor(loss=loss)).target_tags.positive_only
    assert not get_tags(MLPRegressor()).target_tags.positive_only
