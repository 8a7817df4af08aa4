"""How many threads multiply matrices: one, where the products are too small to share.

Two threads that meet after every product of a few microseconds cost more than they save, and a lot
more on a machine where other work runs: there a fit was seen to take ten times as long.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

__all__ = ["threads_for"]

SMALL = 4_000_000  # multiplications in one product; below it one thread is as fast, or faster

_lock = threading.Lock()
_inside = 0
_limit: Any = None


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Limit BLAS to one thread until the last of several fits (in Python threads) has left."""
    global _inside, _limit
    with _lock:
        if _inside == 0:
            _limit = _controller().limit(limits=1, user_api="blas")
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limit.restore_original_limits()


def threads_for(rows: int, widths: list[int]) -> Any:
    """Return a context in which BLAS has one thread, if the products of a step are small.

    Parameters
    ----------
    rows : int
        Rows of a batch.
    widths : list of int
        Inputs, units of each hidden layer, outputs.

    Returns
    -------
    context : context manager

    Examples
    --------
    >>> with threads_for(200, [64, 100, 10]):
    ...     pass
    """
    largest = max(a * b for a, b in zip(widths, widths[1:], strict=False))
    return _one_thread() if rows * largest < SMALL else nullcontext()
