"""BLAS threads: one for small products, and the user's own number again afterwards."""

import threading

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from skdl import MLPRegressor
from skdl.blas import SMALL, threads_for


def threads():
    """The numbers of threads of all BLAS libraries."""
    return {lib["num_threads"] for lib in ThreadpoolController().select(user_api="blas").info()}


@pytest.fixture
def two_threads():
    # Set without entering a context, which would keep other threads from setting theirs.
    limit = ThreadpoolController().limit(limits=2, user_api="blas")
    try:
        if threads() != {2}:
            pytest.skip("this BLAS cannot use two threads here")
        yield
    finally:
        limit.restore_original_limits()


def test_small_products_get_one_thread_and_large_ones_all(two_threads):
    with threads_for(200, [64, 100, 10]):
        assert threads() == {1}
    assert threads() == {2}
    with threads_for(SMALL // 1000 + 1, [10, 1000]):
        assert threads() == {2}


def test_the_last_of_several_fits_gives_the_threads_back(two_threads):
    """In whatever order they leave: the first one in must not be the one that decides."""
    first_in, may_leave = threading.Event(), threading.Event()

    def fit():
        with threads_for(1, [1, 1]):
            first_in.set()
            may_leave.wait(10)

    thread = threading.Thread(target=fit)
    thread.start()
    first_in.wait(10)
    with threads_for(1, [1, 1]):
        may_leave.set()
        thread.join()
        assert threads() == {1}
    assert threads() == {2}


def test_a_fit_that_fails_gives_them_back_too(two_threads):
    def fail(estimator, record):
        assert threads() == {1}
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        MLPRegressor((2,), callbacks=[fail]).fit(np.eye(3), np.arange(3.0))
    assert threads() == {2}
