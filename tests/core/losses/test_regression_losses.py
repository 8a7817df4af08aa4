"""The losses for regression against scikit-learn, SciPy and closed forms, and what each learns.

What every loss promises (gradients, weights, buffers) is tested in test_losses.py.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from scipy import optimize, special, stats
from sklearn import metrics

from skdl.core.losses import (
    AbsoluteError,
    Gamma,
    GaussianNLL,
    Huber,
    LogCosh,
    Poisson,
    Quantile,
    Quantiles,
    RegressorLoss,
    SquaredError,
)

few = run(max_examples=15)


@pytest.fixture
def numbers():
    """Targets, raw outputs and weights of mean 1, one column each."""
    rng = np.random.default_rng(0)
    weight = rng.gamma(1, 1, (80, 1))
    return rng.normal(0, 2, (80, 1)), rng.normal(0, 2, (80, 1)), weight / weight.mean()


def agree(value, expected):
    assert float(value) == pytest.approx(expected, rel=1e-12)


def test_squared_error_is_half_the_mean_squared_error(numbers):
    y, raw, w = numbers
    agree(SquaredError().value(y, raw), metrics.mean_squared_error(y, raw) / 2)
    expected = metrics.mean_squared_error(y, raw, sample_weight=w[:, 0]) / 2
    agree(SquaredError().value(y, raw, w), expected)


def test_absolute_error_is_the_mean_absolute_error(numbers):
    y, raw, w = numbers
    expected = metrics.mean_absolute_error(y, raw, sample_weight=w[:, 0])
    agree(AbsoluteError().value(y, raw, w), expected)


@given(quantile=st.floats(0.01, 0.99))
@few
def test_quantile_loss_is_the_pinball_loss(quantile):
    rng = np.random.default_rng(1)
    y, raw, w = rng.normal(size=(3, 40, 1))
    w = w**2
    expected = metrics.mean_pinball_loss(y, raw, alpha=quantile, sample_weight=w[:, 0])
    agree(Quantile(quantile=quantile).value(y, raw, w / w.mean()), expected)


def test_the_median_loss_is_half_the_absolute_error(numbers):
    y, raw, w = numbers
    agree(2 * Quantile(quantile=0.5).value(y, raw, w), float(AbsoluteError().value(y, raw, w)))


@given(delta=st.floats(0.01, 5))
@few
def test_huber_is_scipys(delta):
    y, raw = np.random.default_rng(2).normal(0, 2, (2, 40, 1))
    loss = Huber(delta=delta)
    agree(loss.value(y, raw), special.huber(delta, raw - y).mean())
    np.testing.assert_allclose(loss.slope(y, raw), np.clip(raw - y, -delta, delta))


def test_huber_is_squared_error_near_and_a_multiple_of_absolute_error_far(numbers):
    y, raw, w = numbers
    agree(Huber(delta=100).value(y, raw, w), float(SquaredError().value(y, raw, w)))
    small = Huber(delta=1e-9).value(y, raw, w) / 1e-9
    assert float(small) == pytest.approx(float(AbsoluteError().value(y, raw, w)), rel=1e-8)


def test_log_cosh_is_the_formula_and_lies_between_its_limits():
    e = np.linspace(-12, 12, 101)[:, None]
    rows = LogCosh().per_row(np.zeros_like(e), e)
    np.testing.assert_allclose(rows, np.log(np.cosh(e)), rtol=1e-12, atol=1e-15)
    near, far = np.array([[1e-3]]), np.array([[50.0]])
    assert LogCosh().per_row(0 * near, near)[0, 0] == pytest.approx(0.5e-6, rel=1e-6)
    assert LogCosh().per_row(0 * far, far)[0, 0] == pytest.approx(50 - np.log(2), rel=1e-14)
    # Never above Huber's loss with delta = 1, nor more than log 2 - 1/2 below it.
    huber = Huber(delta=1.0).per_row(np.zeros_like(e), e)
    assert (rows <= huber + 1e-15).all()
    assert (rows >= huber - (np.log(2) - 0.5) - 1e-12).all()


@pytest.mark.parametrize(
    ("loss", "deviance"),
    [(Poisson(), metrics.mean_poisson_deviance), (Gamma(), metrics.mean_gamma_deviance)],
    ids=["poisson", "gamma"],
)
def test_half_the_deviance(loss, deviance):
    rng = np.random.default_rng(3)
    y = rng.poisson(2, 60) + (loss.name == "gamma")
    raw, w = rng.normal(0, 1, 60), rng.gamma(1, 1, 60)
    expected = deviance(y, np.exp(raw), sample_weight=w) / 2
    value = loss.value(y[:, None].astype(float), raw[:, None], w[:, None] / w.mean())
    agree(value, expected)
    np.testing.assert_allclose(loss.predict(raw), np.exp(raw))
    assert float(loss.value(np.array([[3.0]]), np.log([[3.0]]))) == pytest.approx(0, abs=1e-15)


def test_losses_with_an_exp_link_say_which_targets_they_accept():
    assert Poisson.target_rule.allows(0) and not Poisson.target_rule.allows(-1)
    assert Gamma.target_rule.allows(1e-9) and not Gamma.target_rule.allows(0)
    for cls in RegressorLoss.registry.values():
        assert cls.scalable == (cls.target_rule.low == -np.inf)


@given(seed=st.integers(0, 100))
@few
def test_gaussian_nll_is_the_log_density(seed):
    rng = np.random.default_rng(seed)
    y, mu, s = rng.normal(0, 2, (3, 6, 2))
    raw, loss = np.hstack([mu, s]), GaussianNLL()
    expected = -stats.norm.logpdf(y, mu, np.exp(s / 2)).sum(axis=1)
    np.testing.assert_allclose(loss.per_row(y, raw)[:, 0], expected, rtol=1e-12)
    np.testing.assert_array_equal(loss.predict(raw), mu)
    np.testing.assert_allclose(loss.std(raw), np.exp(s / 2), rtol=1e-14)


def test_the_variance_has_a_floor():
    loss = GaussianNLL(min_variance=0.04)
    raw = np.array([[1.0, -50.0]])
    assert loss.std(raw)[0, 0] == pytest.approx(0.2)
    agree(loss.value(np.array([[1.3]]), raw), -stats.norm.logpdf(1.3, 1.0, 0.2))
    np.testing.assert_allclose(loss.slope(np.array([[1.3]]), raw), [[-0.3 / 0.04, 0]])


def best_single_number(loss, y, raw_to_prediction):
    """The prediction that a network without inputs would end at."""
    search = optimize.minimize_scalar(
        lambda c: float(loss.value(y, np.full_like(y, c))),
        bounds=(y.min() - 1, y.max() + 1),
        options={"xatol": 1e-9},
    )
    return float(raw_to_prediction(np.array(search.x)))


@pytest.mark.parametrize(
    ("loss", "statistic"),
    [
        (SquaredError(), np.mean),
        (AbsoluteError(), np.median),
        (Quantile(quantile=0.9), lambda y: np.sort(y, axis=0)[89]),
        (Quantile(quantile=0.05), lambda y: np.sort(y, axis=0)[4]),
        (Poisson(), np.mean),
        (Gamma(), np.mean),
    ],
    ids=lambda x: getattr(x, "name", None),
)
def test_each_loss_learns_its_own_point_of_the_distribution(loss, statistic):
    y = np.random.default_rng(4).gamma(2, 1, (99, 1))
    learned = best_single_number(loss, y, loss.predict)
    assert learned == pytest.approx(float(np.squeeze(statistic(y))), abs=1e-4)


def test_robust_losses_shrug_off_an_outlier():
    y = np.random.default_rng(5).normal(0, 1, (99, 1))
    y[0] = 1000
    for loss in (AbsoluteError(), Huber(), LogCosh(), Quantile()):
        assert abs(best_single_number(loss, y, loss.predict)) < 0.5
    assert best_single_number(SquaredError(), y, float) > 5


@pytest.mark.parametrize("loss", [AbsoluteError(), Quantile(quantile=0.3)], ids=["abs", "quantile"])
def test_the_slope_at_a_tie_is_between_the_two_slopes(loss):
    y = np.array([[1.0]])
    below, at, above = (loss.slope(y, y + e)[0, 0] for e in (-1e-6, 0, 1e-6))
    assert below < at < above


levels = st.lists(st.floats(0.01, 0.99), min_size=2, max_size=5, unique=True).map(sorted)


@given(levels=levels, seed=st.integers(0, 100), size=st.floats(0, 30))
@few
def test_quantiles_never_cross_and_each_has_its_pinball_loss(levels, seed, size):
    rng = np.random.default_rng(seed)
    loss, y = Quantiles(levels=levels), rng.normal(0, 2, (6, 2))
    raw = rng.normal(0, size, (6, 2 * len(levels)))
    found = loss.quantiles(raw)
    assert found.shape == (6, 2, len(levels))
    assert (np.diff(found, axis=-1) >= 0).all()
    each = [Quantile(quantile=q).per_row(y, found[..., j]) for j, q in enumerate(levels)]
    np.testing.assert_allclose(loss.per_row(y, raw), np.sum(each, axis=0), rtol=1e-12)
    nearest = np.argmin(np.abs(np.array(levels) - 0.5))
    np.testing.assert_array_equal(loss.predict(raw), found[..., nearest])


@given(levels=levels, rows=st.integers(1, 30), seed=st.integers(0, 100))
@few
def test_the_best_constants_are_the_quantiles_of_the_target(levels, rows, seed):
    y = np.random.default_rng(seed).gamma(2, 2, (rows, 1))
    loss = Quantiles(levels=levels)
    found = loss.quantiles(loss.best_constant(y, None)[None])[0, 0]
    for level, quantile in zip(levels, found, strict=True):
        assert (
            np.mean(y < quantile - 1e-5) <= level + 1e-12 <= np.mean(y <= quantile + 1e-5) + 2e-12
        )


def test_what_are_no_levels_is_refused():
    for wrong in ([0.9, 0.1], [0.5], [0.5, 0.5], [0.0, 0.5], 0.5, "quantiles"):
        with pytest.raises(ValueError, match="Quantiles: levels must be a list of two or more"):
            Quantiles(levels=wrong).validate()
