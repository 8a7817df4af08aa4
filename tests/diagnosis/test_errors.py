"""Error analysis: the rows that are wrong in most fits, and those that are like them."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import diagnose
from skdl.plots import ErrorsDisplay

RNG = np.random.default_rng(0)
X = np.vstack([RNG.normal(-4, 1, (60, 2)), RNG.normal(4, 1, (60, 2))])
TRUE = np.repeat(["left", "right"], 60)
WRONG = [3, 47, 80]  # labels that were swapped
Y = TRUE.copy()
Y[WRONG] = np.where(TRUE[WRONG] == "left", "right", "left")
QUICK = {"baselines": False, "train_sizes": (), "random_state": 0}
SURE = make_pipeline(StandardScaler(), LogisticRegression())


def test_rows_with_a_wrong_label_are_found_and_their_neighbours_say_so():
    found = diagnose(SURE, X, Y, **QUICK)
    errors = found.errors()
    assert sorted(errors.index) == WRONG
    assert (errors["wrong_in"] == 1).all() and (errors["certainty"] > 0.9).all()
    assert errors["certainty"].is_monotonic_decreasing
    assert errors["predicted"].tolist() == TRUE[errors.index].tolist()
    for row, error in errors.iterrows():
        assert row not in error["neighbors"]
        assert Y[error["neighbors"]].tolist() == error["neighbor_targets"]
        assert error["neighbor_targets"].count(error["predicted"]) >= 2
    table = found.confusion_
    assert table.loc["right", "left"] == 2 and table.loc["left", "right"] == 1
    assert table.to_numpy().sum() == 120


def test_only_what_most_fits_get_wrong_counts():
    coin = np.random.default_rng(1).integers(2, size=40)
    guess = DummyClassifier(strategy="uniform")
    found = diagnose(guess, np.zeros((40, 1)), coin, n_repeats=4, **QUICK)
    errors, said = found.errors(n_neighbors=0), found.predictions_.set_index("row")
    assert (errors["wrong_in"] > 0.5).all() and set(errors["wrong_in"]) <= {0.75, 1.0}
    assert (said["mean_loss"] > 0.5).sum() == len(errors)
    assert "neighbors" not in errors


def test_of_numbers_the_largest_errors_come_first():
    y = X[:, 0].copy()
    y[[5, 17]] += [30, -50]
    found = diagnose(LinearRegression(), X, y, **QUICK)
    errors = found.errors()
    assert errors.index[:2].tolist() == [17, 5] and len(errors) == 120
    assert errors["mean_loss"].is_monotonic_decreasing and "certainty" not in errors
    assert found.confusion_ is None


def test_neighbours_are_near_as_the_model_sees_them():
    inputs = pd.DataFrame({"small": X[:, 0], "large": RNG.normal(0, 1e6, 120)})
    errors = diagnose(SURE, inputs, Y, **QUICK).errors()
    scaled = StandardScaler().fit_transform(inputs)
    for row, error in errors.iterrows():
        distance = np.linalg.norm(scaled - scaled[row], axis=1)
        assert error["neighbors"] == np.argsort(distance)[1:4].tolist()


def test_neighbours_lie_behind_the_transformers_within_one_of_the_target():
    inputs = np.column_stack([X[:, 0], RNG.normal(0, 1e6, 120)])
    inner = make_pipeline(StandardScaler(), LinearRegression())
    model = TransformedTargetRegressor(inner, transformer=StandardScaler())
    errors = diagnose(model, inputs, X[:, 1], **QUICK).errors(n_neighbors=1)
    scaled = StandardScaler().fit_transform(inputs)
    for row, (nearest,) in errors["neighbors"].items():
        distance = np.linalg.norm(scaled - scaled[row], axis=1)
        assert nearest == np.argsort(distance)[1]


def test_rows_with_gaps_have_no_neighbours():
    gaps = np.where(RNG.random(X.shape) < 0.1, np.nan, X)
    found = diagnose(HistGradientBoostingClassifier(max_iter=5), gaps, Y, **QUICK)
    with pytest.raises(ValueError, match="X must hold finite numbers, as the model sees it"):
        found.errors()
    assert set(WRONG) <= set(found.errors(n_neighbors=0).index)


def test_the_rows_have_to_be_at_hand():
    found = pickle.loads(pickle.dumps(diagnose(SURE, X, Y, **QUICK)))
    with pytest.raises(ValueError, match="Diagnosis: X and y must be given to errors of a diag"):
        found.errors()
    assert sorted(found.errors(X, Y).index) == WRONG
    with pytest.raises(ValueError, match="X must be the rows that were diagnosed, 120 or more"):
        found.errors(X[:50], Y[:50])
    with pytest.raises(ValueError, match="X and y must be given together"):
        found.errors(X)
    with pytest.raises(ValueError, match="ErrorsDisplay: X and y must be given with a diagnosis"):
        ErrorsDisplay.from_diagnosis(found)
    with pytest.raises(ValueError, match="n_neighbors must be an integer >= 0"):
        found.errors(X, Y, n_neighbors=-1)
    several = diagnose(LinearRegression(), X, X, **QUICK)
    with pytest.raises(ValueError, match="one prediction for one target a row"):
        several.errors()


def test_they_are_drawn_with_what_was_said():
    images = np.hstack([X, X])  # of 2 by 2 pixels
    found = diagnose(SURE, images, Y, **QUICK)
    drawn = ErrorsDisplay.from_diagnosis(found, image_shape=(2, 2), most=2)
    first = drawn.errors.iloc[0]
    title = f"{first['target']}, not {first['predicted']}\n{100 * first['certainty']:.0f} % sure"
    assert [ax.get_title() for ax in drawn.axes_][0] == title and len(drawn.axes_) == 2
    np.testing.assert_array_equal(
        drawn.axes_[0].images[0].get_array(), images[first.name].reshape(2, 2)
    )
    with pytest.raises(ValueError, match="image_shape must be a height and a width, and perh"):
        ErrorsDisplay.from_diagnosis(found, image_shape=(3, 3))
    right = diagnose(SURE, X, TRUE, **QUICK)
    none = ErrorsDisplay.from_diagnosis(right)
    assert len(none.axes_) == 0 and "no row is wrong" in none.figure_.axes[-1].get_title()
