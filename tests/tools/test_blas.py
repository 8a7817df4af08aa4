"""BLAS threads: one for small products, and the user's own number again afterwards."""

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from skdl import MLPRegressor
from skdl.tools.blas import SMALL, threads_for


def threads():
    """The numbers of threads of all BLAS libraries."""
    return {lib["num_threads"] for lib in ThreadpoolController().select(user_api="blas").info()}


@pytest.fixture
def two_threads():
    with threadpool_limits(2, user_api="blas"):
        if threads() != {2}:
            pytest.skip("this BLAS cannot use two threads here")
        yield


def test_small_products_get_one_thread_and_large_ones_all(two_threads):
    with threads_for(200, [64, 100, 10]):
        assert threads() == {1}
    assert threads() == {2}
    with threads_for(SMALL // 1000 + 1, [10, 1000]):
        assert threads() == {2}


def test_a_fit_that_fails_gives_them_back_too(two_threads):
    def fail(estimator, record):
        assert threads() == {1}
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        MLPRegressor((2,), callbacks=[fail]).fit(np.eye(3), np.arange(3.0))
    assert threads() == {2}
