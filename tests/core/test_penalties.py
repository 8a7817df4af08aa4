"""Penalties: values, the proximal step against its own definition, the largest norm."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from scipy import optimize

from skdl.core.penalties import l1_value, l2_value, project_to_max_norm, soft_threshold

few = run(max_examples=30)
number = st.floats(-5, 5, allow_subnormal=False)


@given(w=st.lists(number, min_size=1, max_size=6))
@few
def test_values_are_norms(w):
    w = np.array(w)
    assert l1_value(w) == pytest.approx(np.linalg.norm(w, 1))
    assert l2_value(w) == pytest.approx(0.5 * np.linalg.norm(w) ** 2)
    stacked = l1_value(np.stack([w, 2 * w])), l2_value(np.stack([w, 2 * w]))
    np.testing.assert_allclose(stacked[0], [l1_value(w), 2 * l1_value(w)])
    np.testing.assert_allclose(stacked[1], [l2_value(w), 4 * l2_value(w)])


def test_the_gradient_of_the_l2_value_is_the_weight():
    w, h = np.random.default_rng(0).normal(size=7), 1e-5
    slope = [(l2_value(w + h * e) - l2_value(w - h * e)) / (2 * h) for e in np.eye(7)]
    np.testing.assert_allclose(slope, w, rtol=1e-8)


@given(w=number, threshold=st.floats(0, 5))
@few
def test_soft_threshold_solves_its_proximal_problem(w, threshold):
    search = optimize.minimize_scalar(
        lambda u: 0.5 * (u - w) ** 2 + threshold * abs(u),
        bounds=(-6, 6),
        options={"xatol": 1e-10},
    )
    moved = np.array([w])
    assert soft_threshold(moved, threshold) is None
    assert moved[0] == pytest.approx(search.x, abs=1e-5)
    if abs(w) <= threshold:
        assert moved[0] == 0  # exactly
    else:
        assert moved[0] == pytest.approx(w - np.sign(w) * threshold)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_weight_may_have_its_own_threshold(dtype):
    rng = np.random.default_rng(1)
    w = rng.normal(size=(3, 8)).astype(dtype)
    for t in (rng.random((3, 8)), rng.random((3, 1)), rng.random(8), 0.3):
        moved = w.copy()
        soft_threshold(moved, t)
        assert moved.dtype == dtype
        expected = np.sign(w) * np.maximum(np.abs(w) - t, 0)
        np.testing.assert_allclose(moved, expected, rtol=1e-5, atol=1e-7)
        np.testing.assert_array_equal(moved == 0, np.abs(w) <= np.asarray(t, dtype))


def test_an_infinite_threshold_gives_zero():
    w = np.array([3.0, -2.0, 0.0])
    soft_threshold(w, np.array([np.inf, 1.0, np.inf]))
    np.testing.assert_array_equal(w, [0, -1, 0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(max_norm=st.floats(0.01, 10))
@few
def test_no_column_is_longer_than_max_norm_and_directions_stay(dtype, max_norm):
    W = np.random.default_rng(2).normal(size=(2, 5, 6)).astype(dtype)
    W[0, :, 0] = 0
    before = W.copy()
    assert project_to_max_norm(W, max_norm) is None
    old, new = (np.linalg.norm(M, axis=-2) for M in (before, W))
    np.testing.assert_allclose(new, np.minimum(old, max_norm), rtol=1e-5)
    assert (new <= max_norm * (1 + 1e-6)).all()
    short = np.broadcast_to((old <= max_norm * (1 - 1e-6))[:, None], W.shape)
    np.testing.assert_array_equal(W[short], before[short])  # what is short enough is left alone
    np.testing.assert_allclose(W * old[:, None], before * new[:, None], rtol=1e-4, atol=1e-6)
    assert W.dtype == dtype


def test_max_norm_is_the_nearest_matrix_within_the_bound():
    """The projection onto a ball: no other column within the bound lies closer."""
    rng = np.random.default_rng(3)
    column = rng.normal(size=(4, 1))
    W = column.copy()
    project_to_max_norm(W, 0.8)
    others = rng.normal(size=(4, 500))
    others *= 0.8 * rng.random(500) / np.linalg.norm(others, axis=0)
    assert np.linalg.norm(others - column, axis=0).min() >= np.linalg.norm(W - column)
