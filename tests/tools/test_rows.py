"""Rows in one precision: nothing copied that need not be, nothing lost in silence."""

import numpy as np
import pytest
from scipy import sparse

from skdl.tools.rows import in_precision

FLOATS = [np.dtype(np.float32), np.dtype(np.float64)]


def table(dtype):
    return np.round(np.random.default_rng(0).normal(size=(6, 4)), 1).astype(dtype)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_rows_of_that_precision_are_not_copied(dtype):
    X = table(dtype)
    assert in_precision(X, dtype) is X
    thin = sparse.csr_array(X)
    assert in_precision(thin, dtype) is thin


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("given", FLOATS, ids=str)
@pytest.mark.parametrize("wanted", FLOATS, ids=str)
def test_dense_rows_lie_together_in_that_precision(given, wanted, order):
    X = np.array(table(given), order=order)
    found = in_precision(X, wanted)
    assert found.dtype == wanted and found.flags.c_contiguous
    np.testing.assert_array_equal(found, X.astype(wanted))


@pytest.mark.parametrize("container", [sparse.csr_array, sparse.csr_matrix])
def test_a_converted_csr_shares_its_indices(container):
    X = container(table(np.float64))
    found = in_precision(X, np.dtype(np.float32))
    assert type(found) is container and found.shape == X.shape and found.dtype == np.float32
    assert np.shares_memory(found.indices, X.indices)
    assert np.shares_memory(found.indptr, X.indptr)
    np.testing.assert_array_equal(found.toarray(), X.toarray().astype(np.float32))
    assert X.dtype == np.float64


@pytest.mark.parametrize("container", [np.array, sparse.csr_array])
def test_a_number_too_large_is_an_error(container):
    X = container([[1.0, 1e39]])
    in_precision(X, np.dtype(np.float64))
    with pytest.raises(ValueError, match=r"X contains infinity or a value too large .*float32"):
        in_precision(X, np.dtype(np.float32))
