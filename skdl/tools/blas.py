"""How many threads multiply matrices: one, where the products are too small to share.

Two threads that meet after every product of a few microseconds cost more than they save, and a lot
more on a machine where other work runs: there a fit was seen to take ten times as long.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache
from operator import mul
from typing import Any

__all__ = ["threads_for"]

SMALL = 4_000_000  # multiplications in one product; below it one thread is as fast, or faster


@cache
def _controller() -> Any:
    """Return the libraries that are loaded; looking for them takes longer than a small fit."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


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
    largest = max(map(mul, widths, widths[1:]))
    if rows * largest >= SMALL:
        return nullcontext()
    return _controller().limit(limits=1, user_api="blas")
