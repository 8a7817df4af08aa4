"""Entropies against SciPy, and the identities that bind them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy as scipy_entropy

from skdl.inspection import cross_entropy, entropy, kl_divergence

SEEDS = st.integers(0, 2**32 - 1)


def drawn(seed, n):
    p, q = np.random.default_rng(seed).dirichlet(np.full(n, 0.5), size=2)
    return p, np.clip(q, 1e-12, None) / np.clip(q, 1e-12, None).sum()


@given(SEEDS, st.integers(1, 20))
def test_they_are_scipys(seed, n):
    p, q = drawn(seed, n)
    assert entropy(p) == pytest.approx(scipy_entropy(p), abs=1e-12)
    assert entropy(p, unit="bits") == pytest.approx(scipy_entropy(p, base=2), abs=1e-12)
    assert kl_divergence(p, q) == pytest.approx(scipy_entropy(p, q), abs=1e-9)


@given(SEEDS, st.integers(2, 20), st.sampled_from(["nats", "bits"]))
def test_the_identities(seed, n, unit):
    p, q = drawn(seed, n)
    h, ce, kl = (
        entropy(p, unit=unit),
        cross_entropy(p, q, unit=unit),
        kl_divergence(p, q, unit=unit),
    )
    assert ce == pytest.approx(h + kl, abs=1e-9)
    assert kl >= -1e-12 and 0 <= h <= entropy(np.full(n, 1 / n), unit=unit) + 1e-12
    # Independent variables: entropies add.
    joint = np.outer(p, q).ravel()
    assert entropy(joint, unit=unit) == pytest.approx(h + entropy(q, unit=unit), abs=1e-9)


def test_rows_are_distributions_of_their_own():
    p = np.array([[0.5, 0.5], [1.0, 0.0]])
    np.testing.assert_allclose(entropy(p, unit="bits"), [1, 0])
    assert cross_entropy([1.0, 0.0], [0.0, 1.0]) == np.inf == kl_divergence([1.0, 0.0], [0.0, 1.0])


@pytest.mark.parametrize("p", [[0.5, 0.6], [-0.5, 1.5], [np.nan, 1.0], 0.5])
def test_what_is_no_distribution_is_named(p):
    with pytest.raises(ValueError, match=r"^entropy: p must be "):
        entropy(p)
    with pytest.raises(ValueError, match=r"^cross_entropy: q must be "):
        cross_entropy([1.0, 0.0], p)


def test_the_unit_is_one_of_two():
    with pytest.raises(ValueError, match="^kl_divergence: unit must be 'nats' or 'bits'; got 'e'"):
        kl_divergence([1.0], [1.0], unit="e")
