"""Distributions of settings: their shape, their ends, and why a scale wants a logarithm."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.model_selection import ParameterSampler

from skdl.search import distributions
from skdl.search.distributions import (
    Distribution,
    LogUniform,
    OneMinusLogUniform,
    Uniform,
    UniformInteger,
)

# With each what SciPy says of a transformed value.
CASES = {
    "Uniform": (Uniform(0.0, 0.5), stats.uniform(0, 0.5), lambda x: x),
    "UniformInteger": (UniformInteger(16, 256), stats.randint(16, 257), lambda x: x),
    "LogUniform": (LogUniform(1e-5, 1e-1), stats.loguniform(1e-5, 1e-1), lambda x: x),
    "OneMinusLogUniform": (
        OneMinusLogUniform(0.9, 0.999),
        stats.uniform(-3, 2),
        lambda x: np.log10(1 - x),
    ),
}


def test_every_distribution_is_here():
    defined = {
        name
        for name, thing in vars(distributions).items()
        if isinstance(thing, type) and issubclass(thing, Distribution)
    }
    assert defined == {"Distribution", *CASES}


@pytest.mark.parametrize("name", CASES)
def test_draws_have_the_distribution(name):
    distribution, reference, transformed = CASES[name]
    rng = np.random.RandomState(0)
    drawn = np.array([distribution.rvs(random_state=rng) for _ in range(4000)])
    assert distribution.low <= drawn.min() and drawn.max() <= distribution.high
    quantiles = np.linspace(0.05, 0.95, 19)
    found = np.quantile(transformed(drawn), quantiles)
    assert np.abs(reference.cdf(found) - quantiles).max() < 0.03


@pytest.mark.parametrize("name", CASES)
def test_a_grid_has_both_ends_and_equal_shares(name):
    distribution, reference, transformed = CASES[name]
    grid = distribution.grid(5)
    assert grid == sorted(grid) and len(grid) == 5
    assert (grid[0], grid[-1]) == pytest.approx((distribution.low, distribution.high))
    cdf = np.sort(reference.cdf(transformed(np.array(grid[1:-1]))))
    assert cdf == pytest.approx([0.25, 0.5, 0.75], abs=0.005)
    assert all(type(value) in (int, float) for value in grid)


def test_a_short_range_of_integers_is_listed_once():
    assert UniformInteger(1, 3).grid(10) == [1, 2, 3]
    rng = np.random.RandomState(0)
    drawn = [UniformInteger(1, 3).rvs(rng) for _ in range(3000)]
    assert np.bincount(drawn)[1:] == pytest.approx([1000] * 3, rel=0.1)


def test_the_wrong_way_round_is_refused():
    with pytest.raises(ValueError, match="^Uniform: low must be less than high; got 1 and 0"):
        Uniform(1, 0)


def test_log_beats_linear_sampling_of_a_scale():
    """The best rate may lie in any decade; the loss grows with the decades that one is off."""
    best_rates = 10 ** np.linspace(-4.9, -1.1, 39)

    def decades_off(distribution):
        draws = ParameterSampler({"rate": distribution}, n_iter=20, random_state=0)
        tried = np.log10([draw["rate"] for draw in draws])
        return np.abs(np.log10(best_rates)[:, None] - tried).min(axis=1)

    logarithmic, linear = decades_off(LogUniform(1e-5, 1e-1)), decades_off(Uniform(1e-5, 1e-1))
    assert logarithmic.mean() < linear.mean() / 3
    assert logarithmic.max() < 1 < linear.max()
