"""The variance that two halves tell, against closed forms and simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skdl.diagnosis.verdict.disagreement import (
    class_disagreement,
    number_disagreement,
    observed_excess,
    variance_share,
)


def test_least_squares_has_the_variance_of_its_formula():
    """Rows from the linear model itself: the variance of a prediction is about p/n times noise."""
    rng, n, p, noise = np.random.default_rng(0), 200, 10, 0.7
    new, found = rng.normal(size=(500, p)), []
    for _ in range(100):
        X, y = rng.normal(size=(2, n, p)), noise * rng.normal(size=(2, n))
        first, second = (
            new @ np.linalg.lstsq(X[half], y[half], rcond=None)[0] for half in range(2)
        )
        found.append(number_disagreement(first, second).mean())
    assert np.mean(found) == pytest.approx(noise**2 * p / (n - p - 1), rel=0.08)


def test_a_constant_bias_of_both_does_not_count():
    first, second = np.random.default_rng(0).normal(size=(2, 50, 3))
    np.testing.assert_allclose(
        number_disagreement(first + 7, second + 7), number_disagreement(first, second)
    )


@pytest.mark.parametrize("wrong", [0.05, 0.2])
def test_votes_that_are_wrong_now_and_then(wrong):
    """Fits that miss the better class with probability q lose q (1 − q) of its lead."""
    rng, n, q = np.random.default_rng(0), 200_000, 0.1
    best = np.stack([np.full(n, 1 - wrong), np.full(n, wrong)], axis=1)
    first, second = (rng.random((2, n)) < q).astype(int)
    expected = q * (1 - q) * (1 - 2 * wrong)
    assert class_disagreement(first, second, best).mean() == pytest.approx(expected, rel=0.02)


@given(n_classes=st.integers(2, 5), seed=st.integers(0, 1000))
def test_between_equally_likely_classes_nothing_is_lost(n_classes, seed):
    first, second = np.random.default_rng(seed).integers(n_classes, size=(2, 30))
    assert not class_disagreement(first, second, np.full((30, n_classes), 1 / n_classes)).any()


@given(gap=st.floats(-1, 2), half=st.floats(-1, 2))
def test_the_share_lies_between_half_and_all(gap, half):
    assert 0.5 <= variance_share(gap, half) <= 1


@pytest.mark.parametrize("n_classes", [2, 5])
def test_labels_and_probabilities_tell_the_same_on_average(n_classes):
    """Beside the best class as what is attained, both estimate the excess of fits that disagree."""
    rng, n = np.random.default_rng(0), 200_000
    best = rng.dirichlet(np.full(n_classes, 0.5), size=n)
    right = (rng.random((n, 1)) > best.cumsum(axis=1)[:, :-1]).sum(axis=1)
    top = best.argmax(axis=1)
    first, second = (
        np.where(rng.random(n) < 0.2, rng.integers(n_classes, size=n), top) for _ in range(2)
    )
    told = class_disagreement(first, second, best).mean()
    seen = observed_excess(first, second, right, (top != right).astype(float)).mean()
    assert told > 0.03
    assert seen == pytest.approx(told, abs=0.003)
