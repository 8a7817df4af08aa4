"""Initialisers: the distribution of the weights, in its moments and as a whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from rules import settings_of
from scipy import stats

from skdl.core.activations import Activation
from skdl.core.initializers import (
    Initializer,
    Normal,
    Orthogonal,
    TruncatedNormal,
    Uniform,
    UnitNormal,
    Zeros,
)

every_initializer = pytest.mark.parametrize(
    "cls", Initializer.registry.values(), ids=Initializer.registry
)
SHAPES = [(200, 150), (40, 700), (900, 30)]
shapes = pytest.mark.parametrize(("fan_in", "fan_out"), SHAPES)


def rng(seed=0):
    return np.random.default_rng(seed)


@every_initializer
@shapes
@given(data=st.data())
@run(max_examples=4)
def test_weights_have_mean_zero_and_the_stated_variance(cls, fan_in, fan_out, data):
    initializer = data.draw(settings_of(cls))
    W = initializer.draw((fan_in, fan_out), fan_in, fan_out, rng())
    variance = initializer.variance(fan_in, fan_out)
    assert W.shape == (fan_in, fan_out) and W.dtype == np.float64
    if cls is Zeros:
        assert variance == 0 and not W.any()
        return
    # For normal weights Σw²/σ² is chi-square with n degrees of freedom, and for every other member,
    # with shorter tails, it scatters less. One draw in a million lies outside.
    n = W.size
    low, high = stats.chi2.ppf([5e-7, 1 - 5e-7], n) / n
    assert low < np.square(W).mean() / variance < high
    assert high - low < 0.1  # the bound means something
    assert abs(W.mean()) < 5 * np.sqrt(variance / n)


@every_initializer
@pytest.mark.parametrize(("fan_in", "fan_out"), [(1, 1), (1, 5), (5, 1), (3, 4)])
def test_small_layers_and_repeatability(cls, fan_in, fan_out):
    initializer = cls()
    W = initializer.draw((fan_in, fan_out), fan_in, fan_out, rng(3))
    assert W.shape == (fan_in, fan_out) and np.isfinite(W).all()
    np.testing.assert_array_equal(W, initializer.draw((fan_in, fan_out), fan_in, fan_out, rng(3)))
    if cls is not Zeros:
        assert (
            not np.array_equal(W, initializer.draw((fan_in, fan_out), fan_in, fan_out, rng(4)))
            or W.size == 1
        )


@every_initializer
@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e30, 1e200, 1.7e308])
@pytest.mark.parametrize("kind", [float, np.float64, np.float32, np.longdouble])
def test_whatever_a_rule_allows_is_drawn_or_infinite(cls, size, kind):
    with np.errstate(over="ignore"):  # the network sees that a weight is infinite, and refuses it
        settings = {name: kind(size) for name, rule in cls.rules.items() if rule.allows(kind(size))}
        W = cls(**settings).draw((5, 4), 5, 4, rng())
    assert W.dtype == np.float64 and not np.isnan(W).any()
    assert cls(**settings).variance(5, 4) >= 0


FORMULAS = {
    "glorot": lambda n, m: 2 / (n + m),
    "he": lambda n, m: 2 / n,
    "lecun": lambda n, m: 1 / n,
}


@pytest.mark.parametrize("scheme", FORMULAS)
@pytest.mark.parametrize("shape", ["uniform", "normal"])
@shapes
def test_variance_is_that_of_the_paper(scheme, shape, fan_in, fan_out):
    initializer = Initializer.registry[f"{scheme}_{shape}"]()
    expected = FORMULAS[scheme](fan_in, fan_out)
    assert initializer.variance(fan_in, fan_out) == pytest.approx(expected, rel=1e-14)


def test_known_numbers():
    assert Initializer.registry["glorot_uniform"]().variance(784, 216) == pytest.approx(0.002)
    assert Initializer.registry["he_normal"]().variance(50, 7) == pytest.approx(0.04)
    assert Initializer.registry["lecun_normal"]().variance(50, 7) == pytest.approx(0.02)
    bound = np.sqrt(6 / (30 + 20))  # Glorot and Bengio, equation 16
    W = Initializer.registry["glorot_uniform"]().draw((30, 20), 30, 20, rng())
    assert 0.98 * bound < np.abs(W).max() <= bound


@every_initializer
def test_the_shape_of_the_distribution(cls):
    """Kolmogorov and Smirnov against the law that the name promises."""
    initializer = cls()
    W = initializer.draw((100, 80), 100, 80, rng(5)).ravel()
    std = np.sqrt(initializer.variance(100, 80))
    if cls is Zeros:
        return
    if cls is Orthogonal:  # single entries of a large random orthogonal matrix are nearly normal
        law = stats.norm(0, std)
    elif cls is TruncatedNormal:
        law = stats.truncnorm(-2, 2, scale=initializer.std)
    elif cls.name.endswith("uniform"):
        law = stats.uniform(-np.sqrt(3) * std, 2 * np.sqrt(3) * std)
    else:
        assert cls.name.endswith("normal")
        law = stats.norm(0, std)
    assert stats.kstest(W, law.cdf).pvalue > 1e-3


@given(scale=st.floats(1e-3, 10))
@run(max_examples=10)
def test_bounds_hold(scale):
    W = Uniform(bound=scale).draw((60, 50), 60, 50, rng())
    assert 0.99 * scale < np.abs(W).max() <= scale
    W = TruncatedNormal(std=scale).draw((60, 50), 60, 50, rng())
    assert 1.9 * scale < np.abs(W).max() <= 2 * scale * (1 + 1e-12)


@given(scale=st.floats(1e-3, 10))
@run(max_examples=10)
def test_variances_with_a_setting_in_closed_form(scale):
    assert Uniform(bound=scale).variance(3, 4) == pytest.approx(scale**2 / 3, rel=1e-14)
    assert Normal(std=scale).variance(3, 4) == pytest.approx(scale**2, rel=1e-14)
    left = 1 - 4 * stats.norm.pdf(2) / (2 * stats.norm.cdf(2) - 1)
    assert TruncatedNormal(std=scale).variance(3, 4) == pytest.approx(left * scale**2, rel=1e-12)
    law = stats.truncnorm(-2, 2, scale=scale)
    assert TruncatedNormal(std=scale).variance(3, 4) == pytest.approx(law.var(), rel=1e-9)


def test_unit_normal_is_the_standard_normal():
    assert UnitNormal().variance(7, 9) == 1
    np.testing.assert_array_equal(
        UnitNormal().draw((3, 2), 3, 2, rng()), Normal(1.0).draw((3, 2), 3, 2, rng())
    )


@pytest.mark.parametrize("gain", [1.0, np.sqrt(2)])
@pytest.mark.parametrize(("fan_in", "fan_out"), [(30, 20), (20, 30), (25, 25), (1, 4), (4, 1)])
def test_orthogonal_rows_or_columns(fan_in, fan_out, gain):
    W = Orthogonal(gain=gain).draw((fan_in, fan_out), fan_in, fan_out, rng()) / gain
    gram = W.T @ W if fan_out <= fan_in else W @ W.T
    np.testing.assert_allclose(gram, np.eye(min(fan_in, fan_out)), atol=1e-12)
    mean_square = np.square(gain * W).mean()
    assert mean_square == pytest.approx(Orthogonal(gain=gain).variance(fan_in, fan_out), rel=1e-12)


def test_orthogonal_matrices_are_drawn_uniformly():
    """In the plane: the angle of the first column is uniform, and half of them are reflections.

    QR alone, without the signs of R, fails here.
    """
    generator, n = rng(6), 2000
    draws = np.array([Orthogonal().draw((2, 2), 2, 2, generator) for _ in range(n)])
    angle = np.arctan2(draws[:, 1, 0], draws[:, 0, 0])
    assert stats.kstest(angle, stats.uniform(-np.pi, 2 * np.pi).cdf).pvalue > 1e-3
    reflections = int((np.linalg.det(draws) < 0).sum())
    assert stats.binomtest(reflections, n, 0.5).pvalue > 1e-3


def test_zeros_are_zero():
    assert not Zeros().draw((7, 3), 7, 3, rng()).any()


@pytest.mark.parametrize("name", ["relu", "selu", "tanh", "identity"])
def test_the_initializer_of_an_activation_keeps_the_signal_alive(name):
    """Through 20 layers of 256 units the mean square of the signal stays within a factor of 100."""
    activation = Activation.registry[name]()
    initializer, generator = Initializer.registry[activation.initializer](), rng(7)
    a = generator.normal(size=(64, 256))
    for _ in range(20):
        a = activation.value(a @ initializer.draw((256, 256), 256, 256, generator))
    assert 1 / 100 < np.square(a).mean() < 100


@every_initializer
def test_a_convolution_draws_its_matrix_for_its_own_connections(cls):
    """More connections run through each weight than the matrix has columns: the fans say so."""
    initializer, shape, fans = cls(), (360, 160), (360, 9 * 160)
    W = initializer.draw(shape, *fans, rng())
    assert W.shape == shape
    if cls not in (Zeros, Orthogonal):  # an orthogonal matrix has the variance of its shape
        assert np.square(W).mean() == pytest.approx(initializer.variance(*fans), rel=0.05)
