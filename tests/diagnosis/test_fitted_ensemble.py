"""A diagnosis that is read off a fitted ensemble: its own folds, and no further fit."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import make_classification, make_friedman1
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, MLPRegressor, diagnose
from skdl.report import render_report
from skdl.tools.inside import fitted_network

INPUTS, NUMBERS = make_friedman1(240, noise=1.0, random_state=0)
X, Y = make_classification(240, 6, n_informative=3, flip_y=0.1, random_state=0)
LABELS = np.array(["no", "yes"])[Y]
ENSEMBLE = {
    "n_networks": 4,
    "early_stopping": True,
    "max_iter": 30,
    "n_iter_no_change": None,
    "random_state": 0,
}
REGRESSOR = MLPRegressor((8,), **ENSEMBLE)
CLASSIFIER = MLPClassifier((8,), **ENSEMBLE)
CASES = {
    "classes": (CLASSIFIER, X, LABELS),
    "numbers": (REGRESSOR, INPUTS, NUMBERS),
    "pipeline": (make_pipeline(StandardScaler(), REGRESSOR), INPUTS, NUMBERS),
    "target": (
        TransformedTargetRegressor(
            make_pipeline(StandardScaler(), REGRESSOR), transformer=StandardScaler()
        ),
        INPUTS,
        NUMBERS,
    ),
}


def fitted(case):
    model, inputs, targets = CASES[case]
    return model.fit(inputs, targets), inputs, targets


def read(model, inputs, targets, **settings):
    return diagnose(
        model, inputs, targets, cv="fitted", **{"baselines": ["constant", "linear"], **settings}
    )


@pytest.mark.parametrize("case", CASES)
def test_its_errors_are_those_of_each_network_on_its_own_fold(case):
    model, inputs, targets = fitted(case)
    network, _ = fitted_network(model)
    found = read(model, inputs, targets)
    scores = {"training": [], "validation": []}
    for k, member in enumerate(network.networks_):
        held_out = network.oof_fold_ == k
        rows = inputs if case in ("classes", "numbers") else StandardScaler().fit_transform(inputs)
        said = member.predict(rows)
        if case == "target":
            said = model.transformer_.inverse_transform(said[:, None])[:, 0]
        score = accuracy_score if case == "classes" else r2_score
        for part, which in (("training", ~held_out), ("validation", held_out)):
            scores[part].append(1 - score(targets[which], said[which]))
    assert found.training_error.value == pytest.approx(np.mean(scores["training"]))
    assert found.validation_error.value == pytest.approx(np.mean(scores["validation"]))
    assert found.folds_["n_test"].sum() == len(targets)
    assert len(found.records_) == 4 and all(record.loss for record in found.records_)


@pytest.mark.parametrize("case", ["classes", "pipeline"])
def test_no_network_is_fitted(case, monkeypatch):
    model, inputs, targets = fitted(case)

    def refuse(*args, **kwargs):
        raise AssertionError("a network was fitted")

    monkeypatch.setattr("skdl.estimators.base.BaseMLP.fit", refuse)
    monkeypatch.setattr("skdl.together.fits.fit_as_completed", refuse)
    found = read(model, inputs, targets, baselines=False)
    assert found.learning_curve_ is None
    text = str(found)
    assert "The networks were not fitted again" in text
    assert "fits to different rows disagree" not in text
    assert "variance, the gap" in text and "noise-free" not in text
    # All the ways to tell it work, and the JSON has no NaN.
    assert "The networks were not fitted again" in render_report(found)
    json.loads(found.to_json(), parse_constant=refuse)


def test_remedies_are_tried_on_the_same_folds():
    model, inputs, targets = fitted("numbers")
    found = read(model, inputs, targets)
    trials = found.try_remedies(remedies=found.remedies[:1], random_state=0)
    assert trials.measured_on == "the same folds"


def test_groups_stay_together_as_they_did_in_the_fit():
    groups = np.arange(240) // 10
    model = CLASSIFIER.fit(X, LABELS, groups=groups)
    folds = model.oof_fold_.reshape(24, 10)
    assert (folds == folds[:, :1]).all()
    found = read(model, pd.DataFrame(X).to_numpy(), LABELS)
    assert found.folds_["n_test"].tolist() == np.bincount(model.oof_fold_).tolist()


def test_what_does_not_fit_is_refused():
    model, inputs, targets = fitted("numbers")
    wrong = [
        ((MLPRegressor(), inputs, targets), {}, "estimator must be a fitted ensemble that held"),
        ((REGRESSOR, inputs[:-1], targets[:-1]), {}, "X must be the 240 rows that the ensemble"),
        ((REGRESSOR, inputs[::-1], targets[::-1]), {}, "X must be the rows that the ensemble was"),
        ((model, inputs, targets), {"n_repeats": 1}, "n_repeats has no effect with cv='fitted'"),
        ((model, inputs, targets), {"train_sizes": [0.3]}, "train_sizes has no effect with cv="),
        ((model, inputs, targets), {"train_sizes": 3}, "train_sizes must be a sequence of shares"),
        ((model, inputs, targets), {"groups": targets}, "groups has no effect with cv='fitted'"),
        ((model, inputs, targets), {"X_val": X, "y_val": Y}, "cv and groups have no effect beside"),
    ]
    for given, settings, message in wrong:
        with pytest.raises(ValueError, match=f"^diagnose: {message}"):
            read(*given, **settings)
    for cv in ("folds", "5"):
        with pytest.raises(ValueError, match="cv must be an int >= 2, a splitter, .* or 'fitted'"):
            diagnose(model, inputs, targets, cv=cv)


def test_numbers_of_other_targets_are_refused():
    model, inputs, targets = fitted("numbers")
    with pytest.raises(ValueError, match="^diagnose: y must be the targets that the ensemble was"):
        read(model, inputs, targets + 1)


def test_it_says_about_what_a_cross_validation_says():
    model, inputs, targets = fitted("classes")
    folds = list(GroupKFold(4).split(inputs, groups=model.oof_fold_))
    alone = MLPClassifier((8,), max_iter=30, n_iter_no_change=None, random_state=0)
    by_folds = diagnose(alone, inputs, targets, cv=folds, baselines=["constant"], train_sizes=())
    found = read(model, inputs, targets)
    for name in ("training_error", "validation_error"):
        assert getattr(found, name).value == pytest.approx(getattr(by_folds, name).value, abs=0.06)


@pytest.mark.parametrize("case", CASES)
def test_it_says_that_a_single_network_is_meant(case):
    found = read(*fitted(case), baselines=True)
    assert "single network of your ensemble" in found.headline
    assert "your network" not in str(found).lower()
    assert "  a single network " in str(found)
    assert found.folds_["fit_seconds"].isna().all()


def test_the_gap_that_is_told_as_variance_is_that_of_the_rows():
    model = MLPRegressor((64,), **{**ENSEMBLE, "max_iter": 300}, learning_rate=0.01)
    found = read(model.fit(INPUTS, NUMBERS), INPUTS, NUMBERS)
    assert found.verdict.variance_is == "high"
    assert "row by row, the error where a row was new is above" in " ".join(str(found).split())


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_networks_that_did_not_end_are_told():
    ends = MLPRegressor((8,), **{**ENSEMBLE, "max_iter": 2, "n_iter_no_change": 10})
    found = read(ends.fit(INPUTS, NUMBERS), INPUTS, NUMBERS)
    assert not found.folds_["converged"].any()
    assert any(note.startswith("4 of 4 fits did not converge") for note in found.notes)
    diverges = MLPRegressor((8,), **ENSEMBLE, optimizer="sgd", learning_rate=1e30)
    found = read(diverges.fit(INPUTS, NUMBERS), INPUTS, NUMBERS)
    assert any("no longer finite" in note for note in found.notes)
    assert read(*fitted("numbers")).folds_["converged"].all()
