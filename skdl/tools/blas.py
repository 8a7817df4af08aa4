"""How many threads multiply matrices: one, where the products are too small to share.

Two threads that meet after every product of a few microseconds cost more than they save, and a lot
more on a machine where other work runs: there a fit was seen to take ten times as long.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
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


class _Stay:
    """One holder: what its thread had before, and whether that is put back."""

    limit: Any = None  # threadpoolctl's, which knows the numbers and puts them back
    left = False


class _OneThread:
    """One BLAS thread for all who are inside; the user's number again when the last one has left.

    For most libraries the number belongs to the process. If each one only put back what it had
    found, one that came in while another was there would find 1, and put that back for good. For
    some libraries it belongs to a thread, so each one sets it, and puts it back, in its own.

    Ctrl-C may interrupt any of this. What is to be undone is noted before it is done, undoing it
    twice does no harm, and who leaves does it twice: one Ctrl-C interrupts one of them only.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside: set[_Stay] = set()
        self.before: list[int] = []  # each library's number when nobody was inside

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Stay inside."""
        stay = _Stay()
        try:
            try:
                self._enter(stay)
                yield
            finally:
                self._leave(stay)
        finally:
            self._leave(stay)

    def _enter(self, stay: _Stay) -> None:
        with self.lock:
            if not self.inside:
                self.before = self._numbers()
            self.inside.add(stay)
            stay.limit = _controller().limit(limits=None)  # sets nothing, knows what there was
            stay.limit.__enter__()
            for library in _controller().lib_controllers:
                if library.user_api == "blas":
                    library.set_num_threads(1)

    def _leave(self, stay: _Stay) -> None:
        if stay.left:
            return
        with self.lock:
            if stay.limit is not None:
                stay.limit.__exit__(None, None, None)
            self.inside.discard(stay)  # not there after a fork from within
            self._settle()
            stay.left = True

    def _numbers(self) -> list[int]:
        return [library.get_num_threads() for library in _controller().lib_controllers]

    def _settle(self) -> None:
        """Set the number that is right for those who are still inside, or for nobody."""
        now = self._numbers()
        wanted = self.before
        if self.inside:
            libraries = _controller().lib_controllers
            is_blas = [library.user_api == "blas" for library in libraries]
            wanted = [1 if blas else n for blas, n in zip(is_blas, now, strict=True)]
        if now != wanted:
            # threadpoolctl lets nobody set a number but the thread that set one before, while that
            # lives: a thread that ends at once takes this right from no one.
            thread = threading.Thread(target=_set_numbers, args=(wanted,))
            thread.start()
            thread.join()

    def empty(self) -> None:
        """Begin anew in a forked process, where the threads that were inside do not exist."""
        self.lock = threading.Lock()  # one of them may have had the old one
        if self.inside:
            self.inside.clear()
            self._settle()


def _set_numbers(numbers: list[int]) -> None:
    for library, number in zip(_controller().lib_controllers, numbers, strict=True):
        library.set_num_threads(number)


_one_thread = _OneThread()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_one_thread.empty)


def threads_for(rows: int, widths: list[int]) -> AbstractContextManager[None]:
    """Return a context in which BLAS has one thread, if the products of a step are small.

    The number belongs to the process: while any thread is in such a context, large products of
    other threads have one thread too. When the last context ends, the number is what it was.

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
    return nullcontext() if rows * largest >= SMALL else _one_thread.hold()
