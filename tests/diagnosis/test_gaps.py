"""The corrected variance in closed form, and the regime that two gaps point to."""

import numpy as np
import pytest
from scipy import stats
from sklearn.model_selection import KFold, RepeatedKFold

from skdl.diagnosis.gaps import (
    REGIMES,
    Estimate,
    corrected_estimate,
    most_likely_regime,
    shared_rows,
)


def test_nadeau_bengio_variance_in_closed_form():
    errors = np.random.default_rng(0).random(10)
    n_test, n_train = 20, 80
    estimate = corrected_estimate(errors, n_test / (n_train + n_test))
    variance = (1 / 10 + n_test / n_train) * errors.var(ddof=1)
    assert estimate.value == pytest.approx(errors.mean(), rel=1e-14)
    assert estimate.standard_error == pytest.approx(np.sqrt(variance), rel=1e-12)
    low, high = stats.t.interval(0.95, 9, loc=errors.mean(), scale=np.sqrt(variance))
    assert (estimate.low, estimate.high) == pytest.approx((low, high), rel=1e-12)


def test_independent_folds_give_the_usual_standard_error():
    errors = [0.1, 0.2, 0.4]
    estimate = corrected_estimate(errors, 0.0, confidence=0.9)
    low, high = stats.t.interval(0.9, 2, loc=np.mean(errors), scale=stats.sem(errors))
    assert (estimate.low, estimate.high) == pytest.approx((low, high), rel=1e-12)


@pytest.mark.parametrize(("k", "repeats"), [(2, 1), (5, 1), (10, 1), (5, 3)])
def test_training_error_of_a_fixed_predictor_has_the_variance_of_a_mean(k, repeats):
    # A predictor that does not depend on its training rows: the mean over folds of its training
    # error is its error on all n rows, whose variance is sigma^2/n.
    n = 120
    rng = np.random.default_rng(k)
    wrong = rng.random((20000, n)) < 0.3
    folds = RepeatedKFold(n_splits=k, n_repeats=repeats, random_state=0)
    trains = [train for train, _ in folds.split(wrong[0])]
    rho = shared_rows(trains, n)
    errors = np.stack([wrong[:, train].mean(axis=1) for train in trains], axis=1)
    squared = [corrected_estimate(row, rho).standard_error ** 2 for row in errors]
    assert np.mean(squared) == pytest.approx(0.3 * 0.7 / n, rel=0.03)


@pytest.mark.parametrize("k", [2, 3, 5, 10])
def test_share_of_rows_that_training_parts_have_in_common(k):
    trains = [train for train, _ in KFold(k).split(np.zeros(60))]
    assert shared_rows(trains, 60) == pytest.approx((k - 2) / (k - 1))


def test_resolution_is_the_least_standard_error_and_gives_the_rule_of_three():
    n = 200
    estimate = corrected_estimate(np.zeros(10), 0.1, resolution=1 / n)
    assert estimate.standard_error == 1 / n
    exact = 1 - 0.025 ** (1 / n)  # Clopper and Pearson's upper end for no error in n rows
    assert 0.5 * exact < estimate.high < 1.5 * exact


def test_probability_above_without_any_spread():
    estimate = Estimate(0.1, 0.0, df=4)
    assert estimate.probability_above(0.05) == 1.0
    assert estimate.probability_above(0.15) == 0.0
    assert estimate.excludes(0.05) and not estimate.excludes(0.1)


@pytest.mark.parametrize(
    ("bias", "variance", "regime"),
    [
        (0.10, 0.00, "underfitting"),
        (0.00, 0.10, "overfitting"),
        (0.10, 0.10, "both"),
        (0.00, 0.00, "neither"),
    ],
)
def test_regimes(bias, variance, regime):
    sure = [Estimate(gap, 0.005, df=9) for gap in (bias, variance)]
    found, conclusive, chances = most_likely_regime(*sure, 0.02)
    assert (found, conclusive) == (regime, True)
    assert tuple(chances) == REGIMES
    assert sum(chances.values()) == pytest.approx(1)
    unsure = [Estimate(gap, 0.05, df=9) for gap in (bias, variance)]
    found, conclusive, chances = most_likely_regime(*unsure, 0.02)
    assert (found, conclusive) == (regime, False)
    assert chances[regime] == max(chances.values()) < 0.95
