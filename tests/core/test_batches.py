"""Batches: which rows an epoch sees, in what order, and how they are taken."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from scipy import sparse, stats

from skdl.core.batches import (
    EachEpoch,
    Keep,
    Once,
    Sampler,
    WithReplacement,
    in_chunks,
    slices,
    stretches,
    take_rows,
)

every_sampler = pytest.mark.parametrize("cls", Sampler.registry.values(), ids=Sampler.registry)
few = run(max_examples=40)


def epochs(sampler, n, n_epochs, seed=0):
    """The order of every epoch, as an array even where the sampler says None."""
    rng, order, orders = np.random.default_rng(seed), None, []
    for _ in range(n_epochs):
        order = sampler.order(n, rng, order)
        orders.append(np.arange(n) if order is None else order)
    return np.array(orders)


@every_sampler
@given(n=st.integers(1, 50))
@few
def test_an_epoch_is_n_rows_and_the_seed_decides_which(cls, n):
    orders = epochs(cls(), n, 3)
    assert orders.shape == (3, n)
    assert np.issubdtype(orders.dtype, np.integer)
    assert orders.min() >= 0 and orders.max() < n
    np.testing.assert_array_equal(orders, epochs(cls(), n, 3))
    if cls is not WithReplacement:
        np.testing.assert_array_equal(np.sort(orders, axis=1), [np.arange(n)] * 3)


def differ(orders):
    return [not np.array_equal(orders[0], order) for order in orders[1:]]


def test_each_sampler_keeps_its_promise():
    assert all(differ(epochs(EachEpoch(), 40, 4)))
    assert not any(differ(epochs(Once(), 40, 4)))
    assert all(differ(epochs(WithReplacement(), 40, 4)))
    assert not np.array_equal(epochs(Once(), 40, 1)[0], np.arange(40))
    assert not np.array_equal(epochs(Once(), 40, 1)[0], epochs(Once(), 40, 1, seed=1)[0])
    assert Keep().order(40, np.random.default_rng(0), None) is None


def test_once_draws_anew_for_another_number_of_rows():
    order = Once().order(5, np.random.default_rng(0), np.arange(4))
    assert sorted(order) == [0, 1, 2, 3, 4]


def test_permutations_are_uniform():
    """Each row is equally likely in each place."""
    n, n_epochs = 5, 4000
    orders = epochs(EachEpoch(), n, n_epochs)
    counts = np.array([[(orders[:, place] == row).sum() for row in range(n)] for place in range(n)])
    assert stats.chisquare(counts.ravel(), ddof=2 * n - 2).pvalue > 1e-3


def test_drawing_with_replacement_sees_63_percent_of_the_rows():
    n = 20_000
    rows = WithReplacement().order(n, np.random.default_rng(0), None)
    seen = len(np.unique(rows)) / n
    # The number of rows not seen has variance n(1/e)(1 - 2/e), nearly.
    assert abs(seen - (1 - 1 / np.e)) < 5 * np.sqrt((1 / np.e) * (1 - 2 / np.e) / n)
    counts = np.bincount(rows, minlength=n)
    assert stats.chisquare(counts.reshape(20, -1).sum(axis=1)).pvalue > 1e-3


@given(n=st.integers(0, 60), batch_size=st.integers(1, 70))
@few
def test_slices_cover_every_row_once(n, batch_size):
    cut = list(slices(n, batch_size))
    assert [i for rows in cut for i in range(n)[rows]] == list(range(n))
    sizes = [rows.stop - rows.start for rows in cut]
    assert all(size == batch_size for size in sizes[:-1])
    assert all(0 < size <= batch_size for size in sizes)
    assert len(cut) == -(-n // batch_size)
    assert n == 0 or cut[-1].stop == n  # so that stop - start is the size of the last one too


ROWS = np.array([3, 0, 0, 5, 2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ["C", "F"])
def test_rows_are_taken_into_the_buffer(dtype, order):
    X = np.array(np.random.default_rng(0).normal(size=(6, 4)), dtype, order=order)
    before = X.copy()
    buffer = np.full((5, 4), np.nan, dtype)
    assert take_rows(X, ROWS, buffer) is buffer
    np.testing.assert_array_equal(buffer, X[ROWS])
    fresh = take_rows(X, ROWS)
    np.testing.assert_array_equal(fresh, X[ROWS])
    assert fresh.dtype == dtype and not np.shares_memory(fresh, X)
    np.testing.assert_array_equal(X, before)


@pytest.mark.parametrize("container", [sparse.csr_matrix, sparse.csr_array])
def test_sparse_rows_stay_sparse(container):
    dense = np.random.default_rng(0).normal(size=(6, 4)) * (np.arange(24).reshape(6, 4) % 3 == 0)
    taken = take_rows(container(dense), ROWS)
    assert sparse.issparse(taken) and taken.format == "csr"
    np.testing.assert_array_equal(taken.toarray(), dense[ROWS])


def test_a_memory_map_stays_on_disk(tmp_path):
    data = np.random.default_rng(0).normal(size=(6, 4))
    data.tofile(tmp_path / "X")
    X = np.memmap(tmp_path / "X", dtype=float, mode="r", shape=(6, 4))
    buffer = np.empty((5, 4))
    assert take_rows(X, ROWS, buffer) is buffer
    np.testing.assert_array_equal(buffer, data[ROWS])


@pytest.mark.parametrize("into", [np.float32, np.float64])
@pytest.mark.parametrize("given", [np.float32, np.float64, np.uint8, np.int64, bool, np.float16])
def test_rows_are_converted_on_the_way_into_the_buffer(given, into):
    X = np.array(np.random.default_rng(0).uniform(0, 9, size=(6, 4)), given)
    buffer = np.full((5, 4), np.nan, into)
    assert take_rows(X, ROWS, buffer) is buffer
    np.testing.assert_array_equal(buffer, X[ROWS].astype(into))


@pytest.mark.parametrize("shape", [(), (3,)])
@pytest.mark.parametrize("n", [1, 4, 5, 8, 9, 13])
def test_blocks_give_what_all_rows_give(n, shape):
    X = np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
    sizes = []

    def function(rows):
        sizes.append(len(rows))
        return rows * 2 if shape else rows.sum(axis=1) > 0

    found = in_chunks(function, X, chunk=4)
    np.testing.assert_array_equal(found, function(X))
    assert found.dtype == (np.float32 if shape else bool)
    assert found.shape == (n, *shape)
    assert sizes[:-1] == [min(4, n - start) for start in range(0, n, 4)]


def test_blocks_of_sparse_rows():
    X = sparse.csr_array(np.eye(7))
    sums = in_chunks(lambda rows: rows.sum(axis=1), X, chunk=3)
    np.testing.assert_array_equal(sums, np.ones(7))


@given(
    n=st.integers(1, 200),
    batch_size=st.integers(1, 60),
    least=st.integers(1, 60),
    width=st.integers(1, 9),
    most=st.integers(1, 500),
)
def test_stretches_hold_every_batch_once(n, batch_size, least, width, most):
    cut = list(slices(n, batch_size, min(least, batch_size)))
    assert [rows.start for rows in cut] == [0, *[rows.stop for rows in cut[:-1]]]
    assert cut[-1].stop == n
    sizes = [rows.stop - rows.start for rows in cut]
    assert set(sizes[:-1]) <= {batch_size}
    assert len(cut) == 1 or min(least, batch_size) <= sizes[-1] < batch_size + least
    found = stretches(cut, width, most)
    assert [rows for stretch in found for rows, _ in stretch.batches] == cut
    for stretch in found:
        length = stretch.rows.stop - stretch.rows.start
        assert len(stretch.batches) == 1 or length * width <= most
        for rows, part in stretch.batches:
            assert part.start + stretch.rows.start == rows.start
            assert part.stop - part.start == rows.stop - rows.start
    for before, after in pairwise(found):  # none is shorter than it has to be
        first = after.batches[0][0]
        assert (first.stop - before.rows.start) * width > most
