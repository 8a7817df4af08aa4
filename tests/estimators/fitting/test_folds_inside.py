"""Folds inside a fit: each network is watched on other rows than it learns from."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_wine, make_friedman1
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale

from skdl import MLPClassifier, MLPRegressor
from skdl.estimators.fitting import folds

WINE = load_wine(return_X_y=True)
CANCER = load_breast_cancer(return_X_y=True)
FRIEDMAN = make_friedman1(203, noise=1.0, random_state=0)
SMALL = {"n_networks": 4, "early_stopping": True, "max_iter": 12, "random_state": 0}
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def data(cls):
    X, y = WINE if cls is MLPClassifier else FRIEDMAN
    return scale(X), y


def parts_of(estimator, X, y, monkeypatch, **fit):
    """Fit, and return the parts that the networks were given."""
    seen = []
    make = folds.fold_parts

    def spy(*args):
        seen.append(make(*args))
        return seen[-1]

    monkeypatch.setattr(folds, "fold_parts", spy)
    estimator.fit(X, y, **fit)
    (parts,) = seen
    return parts


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_each_row_is_held_out_once(cls, monkeypatch):
    X, y = data(cls)
    parts = parts_of(cls(**SMALL), X, y, monkeypatch)
    assert len(parts) == 4
    assert sorted(np.concatenate([part.fold for part in parts])) == list(range(len(y)))
    for part in parts:
        (extra,) = [set(range(len(y))) - {*part.rows, *part.fold}]
        assert len(part.fold) + len(extra) == max(len(other.fold) for other in parts)
        np.testing.assert_array_equal(part.held_out[0], X[[*part.fold, *extra]])


@given(
    n_rows=st.integers(12, 40),
    n_folds=st.integers(2, 5),
    sizes=st.lists(st.integers(2, 9), min_size=2, max_size=3),
    seed=st.integers(0, 99),
)
def test_networks_have_as_many_rows_and_lose_no_class(n_rows, n_folds, sizes, seed):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    for cls, y in ((MLPClassifier, labels), (MLPRegressor, np.arange(n_rows) / 7)):
        X = np.random.default_rng(seed).normal(size=(len(y), 2))
        mlp = cls((2,), n_networks=n_folds, early_stopping=True, max_iter=1, random_state=seed)
        if len(y) < n_folds:
            continue
        seen = {}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(folds, "_cut", recording(folds._cut, seen))
            mlp.fit(X, y)
        rows, watched = zip(*seen["parts"], strict=True)
        assert len({len(part) for part in rows}) == len({len(part) for part in watched}) == 1
        for ours, theirs in seen["parts"]:
            assert sorted([*ours, *theirs]) == list(range(len(y)))
            if cls is MLPClassifier:  # each class with rows in two folds is learned by all
                assert set(labels[ours]) == set(labels)


def recording(cut, seen):
    """Return what cuts rows as `cut` does, and notes what each network learns and watches."""

    def noting(learner, X, y, weight, rows, fold, extra=None):
        watched = fold if extra is None else [*fold, *extra]
        seen.setdefault("parts", []).append((rows, watched))
        return cut(learner, X, y, weight, rows, fold, extra)

    return noting


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_a_row_is_answered_by_the_network_that_did_not_learn_it(cls, monkeypatch):
    X, y = data(cls)
    mlp = cls(**SMALL)
    parts = parts_of(mlp, X, y, monkeypatch)
    for network, part in zip(mlp.networks_, parts, strict=True):
        own = network.predict(X[part.fold])
        np.testing.assert_allclose(mlp.oof_prediction_[part.fold], own, rtol=1e-12)
        if cls is MLPClassifier:
            raw = network.decision_function(X[part.fold])
            np.testing.assert_allclose(mlp.oof_decision_function_[part.fold], raw, rtol=1e-12)
        else:
            expected = y[part.fold] - own
            np.testing.assert_allclose(mlp.oof_residual_[part.fold], expected, atol=1e-12)
    measure = accuracy_score if cls is MLPClassifier else r2_score
    assert mlp.oof_score_ == pytest.approx(measure(y, mlp.oof_prediction_))


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_a_network_learns_nothing_from_its_fold(cls):
    """Other targets in one fold, of the same mean and spread, change all networks but its own."""
    X, y = data(cls)
    fold = np.arange(len(y)) % 4
    changed = y.copy()
    changed[fold == 2] = y[fold == 2][::-1]
    settings = {**SMALL, "n_iter_no_change": None, "restore_best": False}
    before, after = (cls(**settings).fit(X, target, groups=fold) for target in (y, changed))
    same = [
        np.allclose(one.coefs_[0], other.coefs_[0], rtol=1e-7, atol=1e-9)
        for one, other in zip(before.networks_, after.networks_, strict=True)
    ]
    assert sorted(same) == [False, False, False, True]


def test_classes_are_in_proportion(monkeypatch):
    X, y = data(MLPClassifier)
    for part in parts_of(MLPClassifier(**SMALL), X, y, monkeypatch):
        held = np.bincount(y[part.fold], minlength=3) * 4
        assert np.abs(held - np.bincount(y)).max() <= 4


def test_groups_stay_together(monkeypatch):
    X, y = data(MLPRegressor)
    patient = np.random.default_rng(0).integers(30, size=len(y)).astype(str)
    parts = parts_of(MLPRegressor(**SMALL), X, y, monkeypatch, groups=patient)
    for part in parts:
        assert not set(patient[part.rows]) & set(patient[part.fold])


def test_as_many_groups_as_networks_are_the_folds(monkeypatch):
    X, y = data(MLPRegressor)
    mine = np.arange(len(y)) % 4
    parts = parts_of(MLPRegressor(**SMALL), X, y, monkeypatch, groups=mine.tolist())
    assert sorted(set(map(int, mine[part.fold])).pop() for part in parts) == [0, 1, 2, 3]
    assert all(len(set(mine[part.fold])) == 1 for part in parts)


def test_one_network_keeps_groups_apart():
    X, y = data(MLPRegressor)
    groups = np.arange(len(y)) // 7
    mlp = MLPRegressor(early_stopping=True, max_iter=5, random_state=0)
    one, same, other = (
        clone(mlp).fit(X, y, groups=g).predict(X) for g in (groups, groups + 5, groups[::-1])
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("settings", "fit", "said"),
    [
        ({}, {"groups": [0] * 203}, "groups must be None unless early_stopping"),
        ({"early_stopping": True}, {"groups": [0, 1]}, "one entry for each of 203 rows; got 2"),
        ({"early_stopping": True}, {"groups": [0] * 203}, "at least two groups; got"),
        (SMALL, {"groups": [0, 1, 2] * 67 + [0, 1]}, "of at least 4 kinds"),
        (
            {**SMALL, "n_networks": 204},
            {},
            "n_networks must be at most n_samples=203",
        ),
    ],
)
def test_what_cannot_be_split_is_named(settings, fit, said):
    with pytest.raises(ValueError, match=f"^MLPRegressor: .*{said}"):
        MLPRegressor(**settings).fit(*data(MLPRegressor), **fit)


@pytest.mark.parametrize("form", [np.asarray, csr_matrix, pd.DataFrame, np.float32])
def test_any_form_of_inputs(form):
    X, y = data(MLPClassifier)
    mlp = MLPClassifier(**SMALL).fit(form(X), y)
    assert mlp.oof_prediction_.shape == y.shape and mlp.oof_decision_function_.shape == (178, 3)


def test_two_classes_labels_and_several_outputs():
    X, y = scale(CANCER[0]), CANCER[1]
    two = MLPClassifier(**SMALL).fit(X, y)
    assert two.oof_decision_function_.shape == (569,) and two.oof_score_ > 0.9
    labels = np.stack((y, 1 - y), axis=1)
    many = MLPClassifier(**SMALL).fit(X, labels)
    assert many.oof_prediction_.shape == (569, 2) and many.oof_score_ > 0.8
    names = MLPClassifier(**SMALL).fit(X, np.array(["no", "yes"])[y])
    assert set(names.oof_prediction_) == {"no", "yes"}
    np.testing.assert_array_equal(names.oof_decision_function_, two.oof_decision_function_)
    several = MLPRegressor(**SMALL).fit(X, np.stack((X[:, 0], 3 + X[:, 1]), axis=1))
    assert several.oof_residual_.shape == (569, 2)


def test_weights_count_in_the_score():
    X, y = data(MLPRegressor)
    weight = np.random.default_rng(0).uniform(size=len(y))
    mlp = MLPRegressor(**SMALL).fit(X, y, weight)
    assert mlp.oof_score_ == pytest.approx(r2_score(y, mlp.oof_prediction_, sample_weight=weight))


def test_it_is_forgotten_by_a_fit_without_folds():
    X, y = data(MLPRegressor)
    mlp = MLPRegressor(**SMALL).fit(X, y)
    assert hasattr(pickle.loads(pickle.dumps(mlp)), "oof_score_")
    mlp.set_params(early_stopping=False).fit(X, y)
    assert not hasattr(mlp, "oof_score_") and not hasattr(mlp, "oof_prediction_")
    mlp.set_params(early_stopping=True).fit(X, y, X_val=X[:50], y_val=y[:50])
    assert not hasattr(mlp, "oof_score_")


def test_a_fit_that_goes_on_keeps_its_folds():
    X, y = data(MLPRegressor)
    whole = MLPRegressor(**{**SMALL, "max_iter": 8, "n_iter_no_change": None}).fit(X, y)
    parts = MLPRegressor(**{**SMALL, "max_iter": 4, "n_iter_no_change": None, "warm_start": True})
    parts.fit(X, y).fit(X, y)
    np.testing.assert_allclose(parts.oof_prediction_, whole.oof_prediction_, rtol=1e-6)


def test_the_fraction_has_no_effect_beside_folds():
    with pytest.warns(UserWarning, match="validation_fraction.*each of which holds out one of 4"):
        MLPRegressor(**SMALL, validation_fraction=0.3).fit(*data(MLPRegressor))


def test_in_a_pipeline_and_a_search():
    X, y = WINE
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(**SMALL))
    pipeline.fit(X, y, mlpclassifier__groups=np.arange(178) // 3)
    assert pipeline[-1].oof_score_ > 0.8
    search = GridSearchCV(pipeline, {"mlpclassifier__l2": [1e-3, "auto"]}, cv=2).fit(X, y)
    assert search.best_estimator_[-1].oof_prediction_.shape == (178,)
