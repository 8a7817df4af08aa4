"""Splits keep their promises for any sizes: every row once, classes in proportion, groups whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skdl.tools.splits import deal, grouped_folds, grouped_split


@given(st.integers(1, 200), st.integers(2, 12), st.integers(0, 5), st.integers(0, 2**32 - 1))
def test_folds_are_of_one_size_and_have_the_same_part_of_each_class(n, k, n_classes, seed):
    rng = np.random.default_rng(seed)
    classes = rng.integers(n_classes, size=n) if n_classes else None
    fold = deal(n, k, rng, classes)
    sizes = np.bincount(fold, minlength=k)
    assert sizes.sum() == n and np.ptp(sizes) <= 1 and len(sizes) == k
    for label in range(n_classes):
        assert np.ptp(np.bincount(fold[classes == label], minlength=k)) <= 1


def test_rows_are_dealt_at_random():
    first, second = (deal(100, 5, np.random.default_rng(seed)) for seed in (0, 1))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, np.arange(100) % 5)


@given(st.integers(2, 30), st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_a_group_is_on_one_side(n_groups, fraction, seed):
    rng = np.random.default_rng(seed)
    groups = np.concatenate((np.arange(n_groups), rng.integers(n_groups, size=50)))
    rows, held_out = grouped_split(groups, fraction, rng, "fit")
    assert sorted([*rows, *held_out]) == list(range(len(groups)))
    assert len(rows) and len(held_out) and not set(groups[rows]) & set(groups[held_out])
    expected = min(max(round(fraction * n_groups), 1), n_groups - 1)
    assert len(set(groups[held_out])) == expected


@given(st.integers(2, 10), st.integers(0, 15), st.integers(0, 2**32 - 1))
def test_a_group_is_in_one_fold(k, more, seed):
    rng = np.random.default_rng(seed)
    groups = np.concatenate((np.arange(k + more), rng.integers(k + more, size=40)))
    fold = grouped_folds(groups, k, "fit")
    assert set(fold) == set(range(k))
    assert all(len(set(fold[groups == name])) == 1 for name in groups)


def test_too_few_groups_are_named():
    with pytest.raises(ValueError, match=r"^fit: groups must be at least two groups; got \['a'\]"):
        grouped_split(np.array(["a", "a"]), 0.5, np.random.default_rng(0), "fit")
    with pytest.raises(ValueError, match=r"^fit: groups must be of at least 3 kinds.*'2 kinds'"):
        grouped_folds(np.array(["a", "b"]), 3, "fit")
