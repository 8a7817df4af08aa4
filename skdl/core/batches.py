"""Batches: which rows each step of an epoch sees, and in what order.

A batch is a random sample, so its gradient is an unbiased estimate of the whole gradient; a new
order each epoch keeps the estimate from repeating the same errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from skdl.core.component import Component

__all__ = [
    "CHUNK",
    "EachEpoch",
    "Keep",
    "Once",
    "Sampler",
    "Stretch",
    "WithReplacement",
    "in_chunks",
    "slices",
    "stretches",
    "take_rows",
]

Array = np.ndarray
CHUNK = 384  # rows: what a layer makes of so many is in the cache when the next one reads it
STRETCH = 2**18  # outputs that are kept at a time: 2 MB of them in float64


class Sampler(Component, family=True):
    """The family behind ``shuffle=``."""

    def order(self, n: int, rng: np.random.Generator, previous: Array | None) -> Array | None:
        """Return the rows of one epoch, in order.

        Parameters
        ----------
        n : int
            Number of rows.
        rng : numpy.random.Generator
            Source of randomness.
        previous : ndarray of shape (n,) or None
            The order of the epoch before.

        Returns
        -------
        rows : ndarray of shape (n,) or None
            None means 0, 1, …, n − 1.
        """
        raise NotImplementedError


class EachEpoch(Sampler, name="each_epoch"):
    """A new permutation of the rows each epoch (``shuffle=True``).

    Examples
    --------
    >>> sorted(EachEpoch().order(4, np.random.default_rng(0), None).tolist())
    [0, 1, 2, 3]
    """

    def order(self, n: int, rng: np.random.Generator, previous: Array | None) -> Array | None:
        """Return a permutation."""
        return rng.permutation(n)


class Once(Sampler, name="once"):
    """One permutation, used in all epochs: rows that lie side by side on disk are separated.

    Examples
    --------
    >>> first = Once().order(4, np.random.default_rng(0), None)
    >>> Once().order(4, np.random.default_rng(1), first) is first
    True
    """

    def order(self, n: int, rng: np.random.Generator, previous: Array | None) -> Array | None:
        """Return the permutation of the first epoch."""
        if previous is None or len(previous) != n:
            return rng.permutation(n)
        return previous


class WithReplacement(Sampler, name="replacement"):
    """Rows drawn independently: an epoch sees about 63 % of the distinct rows.

    Examples
    --------
    >>> rows = WithReplacement().order(10_000, np.random.default_rng(0), None)
    >>> round(len(set(rows.tolist())) / 10_000, 2)  # 1 − 1/e = 0.632
    0.64
    """

    def order(self, n: int, rng: np.random.Generator, previous: Array | None) -> Array | None:
        """Return n independent draws."""
        return rng.integers(n, size=n)


class Keep(Sampler, name="keep"):
    """The order of the data (``shuffle=False``).

    Examples
    --------
    >>> Keep().order(4, np.random.default_rng(0), None) is None
    True
    """

    def order(self, n: int, rng: np.random.Generator, previous: Array | None) -> Array | None:
        """Return None: as they come."""
        return None


def slices(n: int, batch_size: int, least: int = 1) -> Iterator[slice]:
    """Cut n rows into batches; the last one may be smaller, or larger.

    Parameters
    ----------
    n, batch_size : int
        Rows in all, and in a batch.
    least : int
        A last batch of fewer rows joins the batch before it: a layer that learns from how the rows
        of a batch differ has little to learn from a few, and nothing from one.

    Examples
    --------
    >>> list(slices(5, 2))
    [slice(0, 2, None), slice(2, 4, None), slice(4, 5, None)]
    >>> list(slices(5, 2, least=2))
    [slice(0, 2, None), slice(2, 5, None)]
    """
    starts = list(range(0, n, batch_size))
    if len(starts) > 1 and n - starts[-1] < least:
        starts.pop()
    return (slice(*ends) for ends in pairwise([*starts, n]))


class Stretch(NamedTuple):
    """Batches in a row, whose targets are encoded and whose losses are taken together.

    Attributes
    ----------
    rows : slice
        All their rows.
    batches : list of tuple of slice
        Each batch as a part of all rows, and as a part of the stretch.
    """

    rows: slice
    batches: list[tuple[slice, slice]]


def stretches(batches: Iterable[slice], width: int, most: int = STRETCH) -> list[Stretch]:
    """Group batches into stretches of rows × width ≤ most, but of one batch at least.

    One pass over the outputs of many batches is quicker than a pass for each: the logarithms of a
    loss cost a tenth of a step of a small network. All outputs of an epoch would be as large as
    the one-hot matrix of all rows. A stretch is the whole epoch where outputs are few, and its
    memory is bounded where they are many.

    Examples
    --------
    >>> [len(stretch.batches) for stretch in stretches(slices(50, 10), width=3, most=60)]
    [2, 2, 1]
    """
    groups: list[list[slice]] = []
    for rows in batches:
        if groups and (rows.stop - groups[-1][0].start) * width <= most:
            groups[-1].append(rows)
        else:
            groups.append([rows])
    return [
        Stretch(
            slice(group[0].start, group[-1].stop),
            [(b, slice(b.start - group[0].start, b.stop - group[0].start)) for b in group],
        )
        for group in groups
    ]


def in_chunks(function: Callable[[Array], Array], X: Array, chunk: int = CHUNK) -> Array:
    """Return ``function(X)``, chunk by chunk: beside the result, memory does not grow with n.

    Parameters
    ----------
    function : callable
        Maps some rows to as many rows, each by itself.
    X : ndarray or CSR of shape (n, features)
        The rows.
    chunk : int
        Rows at a time.

    Examples
    --------
    >>> in_chunks(lambda rows: rows.sum(axis=1), np.ones((5, 3)), chunk=2).tolist()
    [3.0, 3.0, 3.0, 3.0, 3.0]
    """
    n = X.shape[0]
    if n <= chunk:
        return function(X)
    out = None
    for rows in slices(n, chunk):
        part = function(X[rows])
        if out is None:
            out = np.empty((n, *part.shape[1:]), part.dtype)
        out[rows] = part
    return out


def take_rows(X: Array, rows: Array, out: Array | None = None) -> Array:
    """Return ``X[rows]``, dense into ``out``, sparse as a new CSR matrix.

    Parameters
    ----------
    X : ndarray or CSR of shape (n, features)
        The data; only the rows asked for are read, so a memory map stays on disk.
    rows : ndarray of shape (batch,)
        Row numbers.
    out : ndarray of shape (batch, features), optional
        Buffer; rows of another type are converted to its own.
    """
    if not isinstance(X, np.ndarray):  # sparse
        return X[rows]
    if out is not None and out.dtype != X.dtype:
        np.copyto(out, X[rows])
        return out
    # The method with "clip" skips a buffered copy that the default mode makes when `out` is given.
    return X.take(rows, 0, out, "clip")
