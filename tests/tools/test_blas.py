"""BLAS threads: one for small products, and the user's own number again afterwards."""

import inspect
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import ThreadpoolController, threadpool_limits

from skdl import MLPRegressor
from skdl.tools.blas import SMALL, threads_for

SMALL_STEP = (200, [64, 100, 10])


def threads():
    """The numbers of threads of all BLAS libraries."""
    return {lib["num_threads"] for lib in ThreadpoolController().select(user_api="blas").info()}


def limit_to_two():
    ThreadpoolController().limit(limits=2, user_api="blas")


@pytest.fixture(scope="module")
def two_threads():
    """Set two threads for the process, as its user would, from a thread that is no more."""
    before = ThreadpoolController().info()
    setter = threading.Thread(target=limit_to_two)
    setter.start()
    setter.join()
    if threads() != {2}:
        pytest.skip("this BLAS cannot use two threads here")
    yield
    setter = threading.Thread(target=threadpool_limits, args=(before,))
    setter.start()
    setter.join()


def test_small_products_get_one_thread_and_large_ones_all(two_threads):
    with threads_for(*SMALL_STEP):
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


class Holder(threading.Thread):
    """A thread that begins and ends its small step when it is told to; some fail within."""

    def __init__(self, fails):
        super().__init__()
        self.fails = fails
        self.begin, self.inside, self.end = (threading.Event() for _ in range(3))
        self.start()

    def run(self):
        self.begin.wait(60)
        try:
            with threads_for(*SMALL_STEP):
                self.inside.set()
                self.end.wait(60)
                if self.fails:
                    raise ArithmeticError
        except ArithmeticError:
            pass

    def move(self):
        """Begin, or end."""
        if not self.begin.is_set():
            self.begin.set()
            assert self.inside.wait(60)
        else:
            self.end.set()
            self.join(60)


@settings(max_examples=40, deadline=None)
@given(
    moves=st.permutations([i for i in range(4) for _ in range(2)]),
    fails=st.tuples(*[st.booleans()] * 4),
)
def test_steps_that_overlap_in_any_order_give_them_back(two_threads, moves, fails):
    holders = [Holder(one) for one in fails]
    held = set()
    for i in moves:
        holders[i].move()
        held ^= {i}
        assert threads() == ({1} if held else {2})


def test_a_thread_may_hold_it_twice(two_threads):
    with threads_for(*SMALL_STEP):
        with threads_for(*SMALL_STEP):
            assert threads() == {1}
        assert threads() == {1}
    assert threads() == {2}


def test_predictions_in_a_pool_of_threads(two_threads):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((3000, 3))
    mlp = MLPRegressor((5,), max_iter=1, n_iter_no_change=None).fit(X, X[:, 0])
    for _ in range(20):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(mlp.predict, [X] * 16))
        assert threads() == {2}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_a_forked_process_is_not_held_by_threads_it_does_not_have(two_threads):
    holder = Holder(fails=False)
    holder.move()
    child = os.fork()
    if child == 0:  # no assertion here: it would run the rest of the tests in the child
        right = threads() == {2}
        with threads_for(*SMALL_STEP):
            right &= threads() == {1}
        os._exit(0 if right and threads() == {2} else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    holder.move()
    assert threads() == {2}


def interrupted_at(moment, action):
    """Press Ctrl-C at one moment of entering or leaving; return how many moments there were.

    Signals arrive where a function begins, and where one has returned; never at a ``yield``.
    """
    n = 0

    def hook(frame, event, arg):
        nonlocal n
        places = ("skdl.tools.blas", "threadpoolctl", "threading", "contextlib")
        yields = event == "return" and frame.f_code.co_flags & inspect.CO_GENERATOR
        if event == "c_call" or yields:
            return
        if frame.f_globals.get("__name__") in places:
            n += 1
            if n == moment:
                raise KeyboardInterrupt

    sys.setprofile(hook)
    try:
        action()
    except KeyboardInterrupt:
        pass
    finally:
        sys.setprofile(None)
    return n


def small_step():
    with threads_for(*SMALL_STEP):
        pass


def small_step_in_a_small_step():
    with threads_for(*SMALL_STEP):
        small_step()


# What is raised while a generator is closed has nobody to go to.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("action", [small_step, small_step_in_a_small_step])
def test_ctrl_c_at_any_moment_gives_them_back(two_threads, action):
    n = interrupted_at(0, action)
    assert n > 20
    for moment in range(1, n + 1):
        interrupted_at(moment, action)
        assert threads() == {2}, f"moment {moment} of {n}"
        with threads_for(*SMALL_STEP):
            assert threads() == {1}, f"after moment {moment} of {n}"
        assert threads() == {2}, f"after moment {moment} of {n}"
