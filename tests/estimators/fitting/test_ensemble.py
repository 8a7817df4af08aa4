"""Several networks in one estimator: what they share, what they do not, and what their mean is."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skdl.estimators.fitting.stacks
from skdl import MLPClassifier, MLPRegressor, diagnose
from skdl.core.training.side_by_side import SideBySide
from skdl.search import GridSearchCV as OurGridSearchCV

FAST = {"hidden_layer_sizes": (8,), "max_iter": 8, "n_iter_no_change": None, "random_state": 0}


@pytest.fixture(scope="module")
def classes():
    return make_classification(150, 6, n_informative=4, n_classes=3, flip_y=0.2, random_state=0)


@pytest.fixture(scope="module")
def numbers():
    X, y = make_regression(150, 6, noise=30.0, random_state=0)
    return X, y


@pytest.fixture
def stacked(monkeypatch):
    """Note how many networks go side by side."""
    sizes = []

    class Noted(SideBySide):
        def __init__(self, fits):
            sizes.append(len(fits))
            super().__init__(fits)

    monkeypatch.setattr(skdl.estimators.fitting.stacks, "SideBySide", Noted)
    return sizes


def theta(mlp):
    return mlp._network.theta


def test_the_first_network_is_the_one_without_an_ensemble(classes, stacked):
    one = MLPClassifier(**FAST).fit(*classes)
    assert one.networks_ == [one]
    several = MLPClassifier(**FAST, n_networks=4).fit(*classes)
    assert stacked == [4]
    assert len(several.networks_) == 4
    np.testing.assert_allclose(theta(several.networks_[0]), theta(one), rtol=1e-10)
    fewer = MLPClassifier(**FAST, n_networks=2).fit(*classes)
    for i in range(2):
        np.testing.assert_allclose(
            theta(fewer.networks_[i]), theta(several.networks_[i]), rtol=1e-10
        )
    thetas = np.array([theta(network) for network in several.networks_])
    assert len(np.unique(thetas[:, 0])) == 4


def test_the_raw_outputs_are_averaged(classes, numbers):
    X, y = classes
    mlp = MLPClassifier(**FAST, n_networks=3).fit(X, y)
    raw = np.mean([network.decision_function(X) for network in mlp.networks_], axis=0)
    np.testing.assert_allclose(mlp.decision_function(X), raw, rtol=1e-12)
    np.testing.assert_array_equal(mlp.predict(X), raw.argmax(axis=1))
    p = np.exp(raw - raw.max(axis=1, keepdims=True))
    np.testing.assert_allclose(mlp.predict_proba(X), p / p.sum(axis=1, keepdims=True), rtol=1e-10)
    X, y = numbers
    mlp = MLPRegressor(**FAST, n_networks=3).fit(X, y)
    mean = np.mean([network.predict(X) for network in mlp.networks_], axis=0)
    np.testing.assert_allclose(mlp.predict(X), mean, rtol=1e-10)


@pytest.mark.parametrize("k", [2, 5])
def test_the_error_of_an_ensemble_is_that_of_the_formula(numbers, k):
    """(v + (k − 1) c) / k, with v and c measured on the rows at hand."""
    X, y = numbers
    mlp = MLPRegressor(**FAST, n_networks=k).fit(X[:100], y[:100])
    errors = np.array([network.predict(X[100:]) - y[100:] for network in mlp.networks_])
    products = errors @ errors.T / errors.shape[1]
    v = np.trace(products) / k
    c = (products.sum() - np.trace(products)) / (k * (k - 1))
    error = mean_squared_error(y[100:], mlp.predict(X[100:]))
    assert error == pytest.approx((v + (k - 1) * c) / k)
    assert error < v


def test_the_loss_of_an_ensemble_is_at_most_the_mean_loss(classes):
    X, y = classes
    mlp = MLPClassifier(**FAST, n_networks=4, init_scale=3.0).fit(X[:100], y[:100])
    losses = [log_loss(y[100:], network.predict_proba(X[100:])) for network in mlp.networks_]
    assert log_loss(y[100:], mlp.predict_proba(X[100:])) < np.mean(losses)


def test_each_stops_when_it_wants_to(numbers):
    settings = {"max_iter": 300, "early_stopping": True, "n_iter_no_change": 3, "n_networks": 5}
    mlp = MLPRegressor(hidden_layer_sizes=(8,), random_state=0, **settings).fit(*numbers)
    ends = [network.n_iter_ for network in mlp.networks_]
    assert len(set(ends)) > 1
    assert [len(network.history_) for network in mlp.networks_] == ends
    assert (mlp.n_iter_, mlp.history_, mlp.loss_) == (
        ends[0],
        mlp.networks_[0].history_,
        mlp.networks_[0].loss_,
    )
    assert all(network.validation_loss_curve_ for network in mlp.networks_)


def test_a_network_is_an_estimator_of_its_own(classes):
    X, y = classes
    mlp = MLPClassifier(**FAST, n_networks=2).fit(X, np.array(["a", "b", "c"])[y])
    for network in mlp.networks_:
        assert network.n_networks == 1
        assert set(network.predict(X)) <= {"a", "b", "c"}
        assert network.n_features_in_ == 6
    assert mlp.coefs_[0] is not None
    np.testing.assert_array_equal(mlp.coefs_[0], mlp.networks_[0].coefs_[0])


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "lbfgs"},
        {"dropout": 0.2, "dropout_inference": "averaged"},
        {"schedule": "plateau"},
        {"hidden_layer_sizes": (200, 200), "max_iter": 1},
        {"dtype": "float32", "batch_norm": True},
    ],
    ids=str,
)
def test_with_every_way_of_training(classes, settings):
    X, y = classes
    mlp = MLPClassifier(**{**FAST, **settings}, n_networks=2).fit(X, y)
    raw = np.mean([network.decision_function(X) for network in mlp.networks_], axis=0)
    np.testing.assert_allclose(mlp.decision_function(X), raw, rtol=1e-5, atol=1e-6)
    assert not np.array_equal(*[theta(network) for network in mlp.networks_])


def test_sparse_rows_labels_and_several_targets(classes):
    X, y = classes
    labels = np.eye(3, dtype=int)[y]
    sparse = MLPClassifier(**FAST, n_networks=2).fit(csr_array(X), labels)
    dense = MLPClassifier(**FAST, n_networks=2).fit(X, labels)
    np.testing.assert_allclose(sparse.predict_proba(csr_array(X)), dense.predict_proba(X))
    two = MLPRegressor(**FAST, n_networks=2).fit(X, X[:, :2] * 1e3)
    assert two.predict(X).shape == (150, 2)


# --------------------------------------------------------------------------------------
# Going on


def test_partial_fit_takes_every_network_further(classes):
    X, y = classes
    one = MLPClassifier(**FAST)
    several = MLPClassifier(**FAST, n_networks=3)
    for epoch in range(1, 4):
        one.partial_fit(X, y)
        several.partial_fit(X, y)
        assert [len(network.history_) for network in several.networks_] == [epoch] * 3
        again = pickle.loads(pickle.dumps(several)).partial_fit(X, y)
    several.partial_fit(X, y)
    np.testing.assert_array_equal(several.decision_function(X), again.decision_function(X))
    np.testing.assert_array_equal(theta(several.networks_[0]), theta(one.partial_fit(X, y)))


def test_what_one_call_of_partial_fit_learned_survives_pickling(classes):
    X, y = classes
    mlp = MLPClassifier(**FAST, n_networks=2).partial_fit(X, y)
    again = pickle.loads(pickle.dumps(mlp))
    for one in (mlp, again):
        one.partial_fit(X, y)  # from the moments of the first call
    np.testing.assert_array_equal(mlp.decision_function(X), again.decision_function(X))


def test_a_warm_start_goes_on_with_every_network(classes):
    X, y = classes
    halves = MLPClassifier(**{**FAST, "max_iter": 4}, n_networks=3, warm_start=True)
    halves.fit(X, y).fit(X, y)
    whole = MLPClassifier(**FAST, n_networks=3, warm_start=True).fit(X, y)
    assert [len(network.history_) for network in halves.networks_] == [8, 8, 8]
    for half, one in zip(halves.networks_, whole.networks_, strict=True):
        np.testing.assert_allclose(half.loss_curve_, one.loss_curve_)
    np.testing.assert_allclose(
        halves.decision_function(X), whole.decision_function(X), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize(("before", "now"), [(3, 2), (1, 2), (2, 1)])
def test_the_number_of_networks_stays_while_a_fit_goes_on(classes, before, now):
    X, y = classes
    mlp = MLPClassifier(**FAST, n_networks=before, warm_start=True).fit(X, y)
    raw = mlp.decision_function(X)
    message = (
        f"MLPClassifier: n_networks must be {before}, as it was before, while a fit goes on; "
        f"got {now}"
    )
    with pytest.raises(ValueError, match=message):
        mlp.set_params(n_networks=now).fit(X, y)
    np.testing.assert_array_equal(mlp.decision_function(X), raw)
    mlp.set_params(warm_start=False).fit(X, y)
    assert len(mlp.networks_) == now


def test_a_fit_anew_forgets_the_ensemble(classes):
    X, y = classes
    mlp = MLPClassifier(**FAST, n_networks=3).fit(X, y)
    mlp.set_params(n_networks=1).fit(X, y)
    assert mlp.networks_ == [mlp]
    np.testing.assert_array_equal(
        mlp.decision_function(X), MLPClassifier(**FAST).fit(X, y).decision_function(X)
    )


def test_copies(classes):
    X, y = classes
    mlp = MLPClassifier(**FAST, n_networks=3).fit(X, y)
    again = pickle.loads(pickle.dumps(mlp))
    np.testing.assert_array_equal(again.decision_function(X), mlp.decision_function(X))
    assert not hasattr(clone(mlp), "networks_")
    assert clone(mlp).n_networks == 3


# --------------------------------------------------------------------------------------
# What the user is told


def test_a_warning_of_all_networks_is_given_once_and_points_at_the_user(classes):
    mlp = MLPClassifier((8,), max_iter=2, n_networks=3, random_state=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        mlp.fit(*classes)
    assert len(caught) == 1
    assert caught[0].category is ConvergenceWarning
    assert caught[0].filename == __file__
    assert "max_iter=2" in str(caught[0].message)


def test_ctrl_c_keeps_the_networks_that_have_learned(classes, monkeypatch, stacked):
    epochs = []
    epoch = SideBySide.epoch

    def interrupted(self):
        if len(epochs) == 5:
            raise KeyboardInterrupt
        epochs.append(1)
        return epoch(self)

    monkeypatch.setattr(SideBySide, "epoch", interrupted)
    monkeypatch.setattr(skdl.estimators.fitting.stacks, "MOST", 2)
    X, y = classes
    mlp = MLPClassifier(**FAST, n_networks=4)
    with pytest.warns(UserWarning, match="interrupted after 5 epochs"):
        mlp.fit(X, y)
    assert stacked == [2]  # the second pair never began
    assert [len(network.history_) for network in mlp.networks_] == [5, 5]
    first = MLPClassifier(**{**FAST, "max_iter": 5}).fit(X, y)
    np.testing.assert_allclose(theta(mlp.networks_[0]), theta(first), rtol=1e-10)
    assert mlp.predict(X).shape == (150,)


def test_ctrl_c_in_a_fit_that_goes_on_keeps_what_an_earlier_one_learned(classes):
    X, y = classes
    mlp = MLPClassifier(**FAST, n_networks=3, warm_start=True).fit(X, y)

    def stop(network, record):
        raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="interrupted"):
        mlp.set_params(callbacks=[stop]).fit(X, y)
    assert [len(network.history_) for network in mlp.networks_] == [9, 8, 8]


def test_ctrl_c_in_one_network_after_the_other(classes):
    told = []

    def stop(network, record):
        told.append(record["epoch"])
        if len(told) == 11:  # the third epoch of the second network
            raise KeyboardInterrupt

    mlp = MLPClassifier(**FAST, n_networks=3, callbacks=[stop])
    with pytest.warns(UserWarning, match="interrupted"):
        mlp.fit(*classes)
    assert len(mlp.networks_) == 2
    assert mlp.n_iter_ == 8


def test_callbacks_are_told_of_every_network(classes):
    seen = []
    mlp = MLPClassifier(**FAST, n_networks=2, callbacks=[lambda one, r: seen.append(one)])
    mlp.fit(*classes)
    assert [len(list(filter(lambda one: one is n, seen))) for n in mlp.networks_] == [8, 8]


def test_a_fit_that_fails_leaves_what_was_there(classes):
    X, y = classes
    mlp = MLPClassifier(**FAST, n_networks=2).fit(X, y)
    raw = mlp.decision_function(X)
    with pytest.raises(ValueError, match="monitor"):
        mlp.set_params(monitor="acuracy", early_stopping=True).fit(X, y)
    np.testing.assert_array_equal(mlp.decision_function(X), raw)


# --------------------------------------------------------------------------------------
# Searches and diagnosis


def test_a_search_over_the_number_of_networks(classes):
    X, y = classes
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(**FAST))
    grid = {"mlpclassifier__n_networks": [1, 3], "mlpclassifier__l2": [1e-3, 0.1]}
    theirs = GridSearchCV(pipeline, grid, cv=3).fit(X, y)
    ours = OurGridSearchCV(pipeline, grid, cv=3).fit(X, y)
    np.testing.assert_allclose(
        ours.cv_results_["mean_test_score"], theirs.cv_results_["mean_test_score"]
    )
    assert ours.best_params_ == theirs.best_params_


def test_a_diagnosis_of_an_ensemble(classes):
    X, y = classes
    diagnosis = diagnose(MLPClassifier(**FAST, n_networks=2), X, y, random_state=0)
    assert 0 < diagnosis.validation_error.value < 1
