"""Numbers of any magnitude, brought near 1 without rounding: squares and sums stay in range."""

from __future__ import annotations

import numpy as np

__all__ = ["near_one"]

Array = np.ndarray


def near_one(a: Array) -> tuple[Array, Array]:
    """Return a·2⁻ᵉ, whose largest magnitude along the first axis is in [½, 1), and e.

    A power of two changes no digit, so whatever is computed from it, times 2ᵉ, is what would have
    been computed from a, if nothing had left the range of its type on the way.

    Parameters
    ----------
    a : ndarray of shape (n, ...)
        Finite numbers.

    Returns
    -------
    scaled : ndarray of shape (n, ...), float64
    exponent : ndarray of int of shape (...)
        0 where all numbers are 0.

    Examples
    --------
    >>> near_one(np.array([3e307, -6e307]))[0].round(3).tolist()
    [0.334, -0.668]
    """
    a = np.asarray(a, np.float64)
    exponent = np.frexp(np.maximum(a.max(axis=0), -a.min(axis=0)))[1]
    return np.ldexp(a, -exponent), exponent
