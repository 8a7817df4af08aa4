"""What a person is told when a fit did not end well, on data where the reason is known."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

from skdl import MLPClassifier, MLPRegressor
from skdl.estimators.fitting.ending import far_from_standardised

CANCER, LABELS = load_breast_cancer(return_X_y=True)
DIABETES, PROGRESSION = load_diabetes(return_X_y=True)
LEARNED_NOTHING = "has learned nothing: after .* no better than a constant guess; "


def told(estimator, X, y):
    """Return what a fit warns of."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        estimator.fit(X, y)
    return [str(one.message) for one in seen]


@pytest.mark.parametrize("rate", [1.0, 30.0, 100.0])
def test_a_rate_that_kills_the_units_is_to_be_lowered(rate):
    times = f"{rate / 0.002:.3g} times higher"
    with pytest.warns(ConvergenceWarning, match=LEARNED_NOTHING + "lower learning_rate"):
        mlp = MLPClassifier(learning_rate=rate, random_state=0).fit(CANCER, LABELS)
    assert mlp.score(CANCER, LABELS) < 0.65
    assert any(times in line for line in told(mlp, CANCER, LABELS))


def test_a_rate_that_moves_nothing_is_to_be_raised():
    said = r"the loss has hardly changed in 11 epochs; raise learning_rate \(2e\+06 times lower"
    with pytest.warns(ConvergenceWarning, match=said):
        MLPClassifier(learning_rate=1e-9, random_state=0).fit(scale(CANCER), LABELS)


def test_also_where_the_epochs_end_before_it_converges():
    mlp = MLPRegressor(learning_rate=100, max_iter=30, random_state=0)
    with pytest.warns(ConvergenceWarning, match="lower learning_rate") as seen:
        mlp.fit(DIABETES, PROGRESSION)
    assert "raise" not in str(seen[0].message)


def test_a_penalty_that_leaves_no_weight_is_named():
    mlp = MLPClassifier(l1=100.0, max_iter=500, random_state=0)
    with pytest.warns(ConvergenceWarning, match=LEARNED_NOTHING + "lower the penalties"):
        mlp.fit(scale(CANCER), LABELS)


def test_a_tolerance_that_ends_it_too_soon_is_named():
    mlp = MLPClassifier((2,), tol=1.0, learning_rate=1e-3, random_state=0)
    X, y = np.random.default_rng(0).normal(size=(60, 3)), np.tile([0, 1, 1], 20)
    with pytest.warns(ConvergenceWarning, match=LEARNED_NOTHING + r"lower tol \(1\)"):
        mlp.fit(X, y)


def test_numbers_whose_squares_overflow_are_far():
    assert "column 1 has mean 1e+300" in far_from_standardised(np.array([[0.0, 1e300]] * 3))


def test_inputs_that_tell_nothing_are_named():
    X, y = np.zeros((60, 2)), np.tile([0, 1, 1], 20)
    with pytest.warns(ConvergenceWarning, match=LEARNED_NOTHING + "see whether the inputs"):
        MLPClassifier(l2=0, random_state=0).fit(X, y)


@pytest.mark.parametrize(
    "estimator",
    [
        MLPClassifier(random_state=0, max_iter=2000),
        MLPClassifier(random_state=0, max_iter=2000, dropout=0.5),
        MLPClassifier(random_state=0, early_stopping=True),
        MLPClassifier(random_state=0, optimizer="lbfgs", l2=0.1, max_iter=2000),
        MLPClassifier(random_state=0, n_networks=2, max_iter=2000),
    ],
    ids=str,
)
def test_a_network_that_has_learned_hears_nothing(estimator):
    assert told(estimator, scale(CANCER), LABELS) == []


def test_a_constant_target_is_learned():
    assert told(MLPRegressor(random_state=0, max_iter=2000), DIABETES, np.full(442, 3.0)) == []


def test_weights_count_in_the_guess():
    """With all weight on one class the constant guess has no loss left to gain."""
    weight = np.where(LABELS == 1, 1.0, 1e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MLPClassifier(random_state=0, max_iter=1000).fit(scale(CANCER), LABELS, weight)


@pytest.mark.parametrize("form", [np.asarray, csr_matrix, pd.DataFrame, np.float32])
def test_inputs_far_from_standardised_are_named(form):
    X = scale(CANCER)
    X[:, 7] = 3000 + 500 * X[:, 7]
    X = form(X)
    name = "'area'" if isinstance(X, pd.DataFrame) else "column 7"
    if isinstance(X, pd.DataFrame):
        X.columns = [f"c{i}" for i in range(7)] + ["area"] + [f"c{i}" for i in range(8, 30)]
    lines = told(MLPClassifier(max_iter=3, random_state=0), X, LABELS)
    assert len(lines) == 1
    assert f"({name} has mean 3e+03 and standard deviation" in lines[0]
    assert lines[0].endswith("put a StandardScaler before the network.")


def test_standardised_inputs_are_not_blamed():
    (line,) = told(MLPClassifier(max_iter=3, random_state=0), scale(CANCER), LABELS)
    assert "StandardScaler" not in line
    assert far_from_standardised(scale(CANCER)) == ""


def test_numbers_taken_for_classes_are_named():
    lines = told(MLPClassifier(max_iter=2, random_state=0), DIABETES, PROGRESSION)
    assert (
        "MLPClassifier: y holds 214 different numbers in 442 rows, and each is taken for a class; "
        "MLPRegressor predicts numbers"
    ) in lines
    few = told(MLPClassifier(max_iter=2, random_state=0), DIABETES, PROGRESSION.astype(int) // 50)
    names = told(MLPClassifier(max_iter=2, random_state=0), DIABETES, PROGRESSION.astype(str))
    assert not any("MLPRegressor" in line for line in [*few, *names])


def test_a_solver_that_takes_no_step_is_no_error():
    # The loss overflows where it starts, so there is nowhere to go, and no epoch is recorded.
    X = np.arange(40.0).reshape(20, 2)
    mlp = MLPRegressor((3,), optimizer="lbfgs", init_scale=1e297, random_state=2)
    with pytest.warns(ConvergenceWarning, match="has learned nothing: after 0 epochs"):
        mlp.fit(X, X[:, 0])
    assert mlp.loss_curve_ == []
