"""Rows of a fit: some of them, wherever they lie in X."""

from __future__ import annotations

import numpy as np
import pytest

from skdl.core.losses import SquaredError
from skdl.core.training.fit import Data

RNG = np.random.default_rng(0)
X, Y, W = RNG.normal(size=(20, 3)), RNG.normal(size=(8, 1)), RNG.uniform(size=(8, 1))
PLACES = RNG.permutation(20)[:8]


def raw(rows):
    return rows.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("weight", [None, W], ids=["equal", "weighted"])
def test_rows_that_lie_elsewhere_are_the_same_rows(weight):
    near, far = Data(X[PLACES], Y, weight), Data(X, Y, weight, PLACES)
    loss = SquaredError()
    expected = loss.value(Y, raw(X[PLACES]), weight)
    assert near.mean_loss(loss, raw) == pytest.approx(expected)
    assert far.mean_loss(loss, raw) == pytest.approx(expected)
    for one in (near, far):
        some = one.take(np.array([5, 5, 2]))
        np.testing.assert_array_equal(some.X, X[PLACES][[5, 5, 2]])
        np.testing.assert_array_equal(some.y, Y[[5, 5, 2]])
        assert some.weight is None if weight is None else (some.weight == W[[5, 5, 2]]).all()
        first = one.first(3)
        np.testing.assert_array_equal(first[0], X[PLACES][:3])


def test_in_stretches_as_well(monkeypatch):
    monkeypatch.setattr("skdl.core.training.fit.STRETCH", 3)
    far, loss = Data(X, Y, None, PLACES), SquaredError()
    assert far.mean_loss(loss, raw) == pytest.approx(loss.value(Y, raw(X[PLACES]), None))
