"""Noise: how often a mask keeps, how large a noise is, and what dropout means when predicting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from rules import settings_of
from scipy import stats

from skdl.core.layers import Dropout, Pass
from skdl.core.noise import DropoutInference, draw_mask, draw_normal

both = pytest.mark.parametrize("dtype", [np.float32, np.float64])
few = run(max_examples=15)


def rng(seed=0):
    return np.random.default_rng(seed)


@both
@given(keep=st.floats(1e-4, 1 - 1e-4), seed=st.integers(0, 1000))
@few
def test_a_mask_keeps_at_its_rate(dtype, keep, seed):
    mask = np.full((100, 200), np.nan, dtype)
    assert draw_mask(rng(seed), keep, mask) is mask
    assert mask.dtype == dtype
    assert set(np.unique(mask)) <= {0.0, 1.0}
    assert stats.binomtest(int(mask.sum()), mask.size, keep).pvalue > 1e-6
    # No row is preferred.
    low, high = stats.binom.ppf([1e-8, 1 - 1e-8], 200, keep)
    assert ((low <= mask.sum(axis=1)) & (mask.sum(axis=1) <= high)).all()


@both
def test_rates_at_the_ends_are_exact(dtype):
    mask = np.empty((50, 60), dtype)
    assert draw_mask(rng(), 1.0, mask).all()
    assert not draw_mask(rng(), 0.0, mask).any()


@both
def test_every_network_or_unit_may_have_its_own_rate(dtype):
    keep = np.array([0.2, 0.8])[:, None, None]
    mask = draw_mask(rng(), keep, np.empty((2, 100, 100), dtype))
    np.testing.assert_allclose(mask.mean(axis=(1, 2)), [0.2, 0.8], atol=0.02)
    keep = np.linspace(0.1, 0.9, 9)
    mask = draw_mask(rng(), keep, np.empty((4000, 9), dtype))
    np.testing.assert_allclose(mask.mean(axis=0), keep, atol=0.04)


@both
@given(std=st.floats(1e-3, 10), seed=st.integers(0, 1000))
@few
def test_gaussian_noise_has_its_standard_deviation(dtype, std, seed):
    noise = np.full((100, 100), np.nan, dtype)
    assert draw_normal(rng(seed), std, noise) is noise
    assert noise.dtype == dtype
    n = noise.size
    low, high = stats.chi2.ppf([1e-6, 1 - 1e-6], n) / n
    assert low < np.square(noise / std).mean() < high
    assert abs(noise.mean()) < 5 * std / np.sqrt(n)


@both
def test_gaussian_noise_is_gaussian(dtype):
    noise = draw_normal(rng(), 2.0, np.empty(5000, dtype))
    assert stats.kstest(noise, stats.norm(0, 2).cdf).pvalue > 1e-3
    std = np.array([[0.0], [3.0]])
    noise = draw_normal(rng(), std, np.empty((2, 5000), dtype))
    assert not noise[0].any() and noise[1].std() == pytest.approx(3, rel=0.05)


@both
def test_the_seed_decides(dtype):
    for draw in (draw_mask, draw_normal):
        first, again, other = (draw(rng(s), 0.5, np.empty((20, 30), dtype)) for s in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        assert not np.array_equal(first, other)
        generator = rng(1)
        draw(generator, 0.5, np.empty((20, 30), dtype))
        assert not np.array_equal(draw(generator, 0.5, np.empty((20, 30), dtype)), first)


@pytest.mark.parametrize("name", DropoutInference.registry)
@both
@given(data=st.data(), rate=st.sampled_from([0.0, 0.1, 0.5, 0.8]))
@few
def test_training_and_prediction_agree_in_the_mean(name, dtype, data, rate):
    """Whoever scales, and when: on average a unit sends the same in training as later."""
    inference = data.draw(settings_of(DropoutInference.registry[name]))
    layer = Dropout(6, rate, inference)
    x = np.tile(np.array([1, 2, 3, -1, 0.5, 0], dtype), (20_000, 1))
    buffers = layer.allocate(x.shape[:-1], x.dtype)
    trained = layer.forward(x, buffers, Pass(training=True, rng=rng())).copy()
    assert trained.dtype == dtype
    scale = 1 / (1 - rate) if inference.scale_in_training else 1
    np.testing.assert_allclose(trained[trained != 0], (scale * x)[trained != 0], rtol=1e-6)
    predicted = layer.forward(x, buffers, Pass(training=False))
    assert predicted.dtype == dtype
    spread = np.abs(x[0]) * scale * np.sqrt(rate * (1 - rate) / len(x))
    assert (np.abs(trained.mean(axis=0) - predicted[0]) <= 5 * spread + 1e-5).all()
    np.testing.assert_allclose(
        predicted, x if inference.scale_in_training else x * (1 - rate), rtol=1e-6
    )


def test_only_one_inference_averages():
    assert {name: cls().n_networks > 0 for name, cls in DropoutInference.registry.items()} == {
        "inverted": False,
        "weight_scaled": False,
        "averaged": True,
    }


def test_only_weight_scaling_waits_until_prediction():
    assert {name: cls.scale_in_training for name, cls in DropoutInference.registry.items()} == {
        "inverted": True,
        "weight_scaled": False,
        "averaged": True,
    }
