"""The attained error: no optimism, and no worse than the best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skdl.diagnosis.verdict.attained import attained, best_on_other_folds


@given(seed=st.integers(0, 1000), n_models=st.integers(1, 6), n_folds=st.integers(2, 5))
def test_a_fold_has_no_say_in_what_is_chosen_for_it(seed, n_models, n_folds):
    rng = np.random.default_rng(seed)
    losses, folds = rng.random((n_models, 40)), np.arange(40) % n_folds
    for k in range(n_folds):
        changed = np.where(folds == k, rng.random(losses.shape), losses)
        assert best_on_other_folds(changed, folds)[k] == best_on_other_folds(losses, folds)[k]


@given(seed=st.integers(0, 1000), n_models=st.integers(1, 6), n_folds=st.integers(2, 5))
def test_the_choice_is_the_best_elsewhere(seed, n_models, n_folds):
    losses, folds = np.random.default_rng(seed).random((n_models, 40)), np.arange(40) % n_folds
    for k, chosen in enumerate(best_on_other_folds(losses, folds)):
        assert chosen == losses[:, folds != k].sum(axis=1).argmin()
        np.testing.assert_array_equal(
            attained(losses, folds)[folds == k], losses[chosen, folds == k]
        )


def test_the_best_of_many_that_guess_looks_no_better_than_one():
    """The minimum of the means of 50 coins over 100 rows is near 0.37; the attained one is 0.5."""
    rng = np.random.default_rng(0)
    folds = np.arange(100) % 5
    coins = rng.integers(2, size=(300, 50, 100)).astype(float)
    values = [attained(losses, folds).mean() for losses in coins]
    assert np.mean(values) == pytest.approx(0.5, abs=0.01)
    assert coins.mean(axis=2).min(axis=1).mean() < 0.4
