"""Intervals hold what they promise, on data whose noise is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError

from skdl import MLPClassifier, MLPRegressor
from skdl.estimators.conformal import half_width

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3000, 2))
Y = X[:, 0] + 0.5 * np.exp(0.3 * X[:, 1]) * RNG.standard_t(4, size=3000)
FOLDS = {"n_networks": 5, "early_stopping": True, "max_iter": 300, "random_state": 0}


@given(st.integers(1, 300), st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_it_is_the_smallest_residual_that_is_enough(n, coverage, seed):
    # Next to a whole number of residuals, rounding decides.
    assume(abs(coverage * (n + 1) - round(coverage * (n + 1))) > 1e-9)
    residuals = np.random.default_rng(seed).normal(size=n)
    if coverage > n / (n + 1):
        with pytest.raises(ValueError, match="coverage must be at most"):
            half_width(residuals, coverage, "f")
        return
    half = half_width(residuals, coverage, "f")
    k = np.sum(np.abs(residuals) <= half)
    assert k / (n + 1) >= coverage - 1e-9 and (k - 1) / (n + 1) < coverage


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95])
def test_new_targets_lie_in_it(coverage):
    low, high = FITTED.predict_interval(X[500:], coverage).T
    inside = np.mean((low <= Y[500:]) & (Y[500:] <= high))
    # 500 residuals and 2500 rows leave a standard error of 2.5 points; single networks are worse.
    assert coverage - 0.05 < inside < coverage + 0.07
    np.testing.assert_allclose((low + high) / 2, FITTED.predict(X[500:]), atol=1e-9)


FITTED = MLPRegressor((20,), **FOLDS).fit(X[:500], Y[:500])


def test_each_output_has_a_width_of_its_own():
    y = np.stack((Y[:500], 100 * Y[:500]), axis=1)
    interval = MLPRegressor((20,), **FOLDS).fit(X[:500], y).predict_interval(X[500:503], 0.8)
    assert interval.shape == (3, 2, 2)
    width = interval[..., 1] - interval[..., 0]
    assert np.all(width[:, 1] > 20 * width[:, 0])


@pytest.mark.parametrize("coverage", [0, 1, 1.5, -0.1, "0.9", None, np.nan])
def test_a_coverage_that_is_none_is_named(coverage):
    with pytest.raises(ValueError, match=r"^MLPRegressor.predict_interval: coverage must be in "):
        FITTED.predict_interval(X[:3], coverage)


def test_who_has_no_folds_is_told_what_to_do():
    with pytest.raises(NotFittedError):
        MLPRegressor().predict_interval(X)
    with pytest.raises(AttributeError, match="fit with n_networks=5 .* and early_stopping=True"):
        MLPRegressor(max_iter=2, n_iter_no_change=None).fit(X, Y).predict_interval(X)
    assert not hasattr(MLPClassifier(), "predict_interval")
