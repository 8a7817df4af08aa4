"""Clipping: the bound is kept, what lies within it is left alone, and who keeps the direction."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from skdl.core.clipping import Clipping

every_clipping = pytest.mark.parametrize("name", Clipping.registry)
few = run(max_examples=30)
thresholds = st.floats(0.01, 20)
SHAPES = [(3, 4), (1, 4), (4, 2), (1, 2)]  # weights and biases of two layers
SIZE = sum(a * b for a, b in SHAPES)


def gradient(seed=0, leading=(), scale=3.0):
    """A gradient and the views of its parts."""
    rng = np.random.default_rng(seed)
    g = rng.normal(0, scale, (*leading, SIZE)) * np.exp(rng.normal(size=SIZE))
    return g, parts_of(g)


def parts_of(g):
    ends = np.cumsum([a * b for a, b in SHAPES])
    return [
        g[..., end - a * b : end].reshape(*g.shape[:-1], a, b)
        for end, (a, b) in zip(ends, SHAPES, strict=True)
    ]


def clipped(name, g, threshold):
    g = g.copy()
    assert Clipping.registry[name]().apply(g, parts_of(g), threshold) is None
    return g


def norms(g):
    return np.array([np.linalg.norm(part) for part in parts_of(g)])


SIZES = np.array([a * b for a, b in SHAPES])
# What each of them bounds, straight from its definition.
BOUNDED = {
    "value": lambda g: np.abs(g).max(),
    "norm": lambda g: norms(g).max(),
    "average_norm": lambda g: (norms(g) / SIZES).max(),
    "global_norm": lambda g: np.linalg.norm(g),
}


@every_clipping
@given(seed=st.integers(0, 100), threshold=thresholds)
@few
def test_the_bound_is_kept_and_reached(name, seed, threshold):
    g, _ = gradient(seed)
    was = BOUNDED[name](g)
    new = clipped(name, g, threshold)
    assert BOUNDED[name](new) == pytest.approx(min(was, threshold), rel=1e-12)
    assert (np.sign(new) == np.sign(g)).all()
    assert (np.abs(new) <= np.abs(g) * (1 + 1e-15)).all()


@every_clipping
def test_what_lies_within_the_bound_is_left_alone(name):
    g, _ = gradient()
    np.testing.assert_array_equal(clipped(name, g, 1e6), g)
    np.testing.assert_array_equal(clipped(name, g, BOUNDED[name](g)), g)


@every_clipping
def test_a_gradient_of_zeros_stays(name):
    assert not clipped(name, np.zeros(SIZE), 1.0).any()


@given(seed=st.integers(0, 100), threshold=thresholds)
@few
def test_the_global_norm_keeps_the_direction(seed, threshold):
    g, _ = gradient(seed)
    new = clipped("global_norm", g, threshold)
    cosine = new @ g / np.linalg.norm(new) / np.linalg.norm(g)
    assert cosine == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", ["norm", "average_norm"])
@given(seed=st.integers(0, 100), threshold=thresholds)
@few
def test_the_norm_by_parts_keeps_the_direction_of_every_part(name, seed, threshold):
    g, parts = gradient(seed)
    new = clipped(name, g, threshold)
    for part, before, size in zip(parts_of(new), parts, SIZES, strict=True):
        norm = np.linalg.norm(before) / (size if name == "average_norm" else 1)
        np.testing.assert_allclose(part, before * min(1, threshold / norm), rtol=1e-12)


def test_only_the_global_norm_keeps_the_direction_of_the_whole():
    g, _ = gradient()
    cosines = {}
    for name in Clipping.registry:
        new = clipped(name, g, 0.2)
        cosines[name] = new @ g / np.linalg.norm(new) / np.linalg.norm(g)
    assert {name for name, cosine in cosines.items() if cosine > 1 - 1e-9} == {"global_norm"}


def test_by_value_clips_every_component():
    g, _ = gradient()
    np.testing.assert_array_equal(clipped("value", g, 0.7), np.clip(g, -0.7, 0.7))


@every_clipping
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_networks_along_a_leading_axis_are_clipped_one_by_one(name, dtype):
    g = gradient(leading=(3,))[0].astype(dtype)
    g[1] *= 1e-6  # this one needs nothing
    new = clipped(name, g, 0.5)
    assert new.dtype == dtype
    np.testing.assert_array_equal(new[1], g[1])
    for i in range(3):
        np.testing.assert_allclose(new[i], clipped(name, g[i], 0.5), rtol=1e-6)
