"""Targets that are encoded when they are asked for, so that they stay small until then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["Encoded"]

Array = np.ndarray


class Encoded:
    """Checked targets, and how they are encoded: ``encoded[rows]`` does it for some rows.

    A thousand classes of a hundred thousand rows are 0.8 MB as class numbers and 800 MB as columns
    of 0 and 1, of which a step needs those of its batch only.

    Parameters
    ----------
    checked : ndarray of shape (n,) or (n, columns)
        Class numbers, labels or numbers.
    encode : callable
        Returns the encoded form of some rows, of shape (rows, outputs).
    n_outputs : int
        Outputs.
    dtype : dtype
        The floating type of the network.

    Examples
    --------
    >>> encoded = Encoded(np.array([2, 0]), lambda y: np.eye(3)[y], 3, np.dtype(float))
    >>> encoded.shape, encoded[1:].tolist()
    ((2, 3), [[1.0, 0.0, 0.0]])
    """

    def __init__(
        self, checked: Array, encode: Callable[[Array], Array], n_outputs: int, dtype: Any
    ) -> None:
        self.checked = checked
        self.encode = encode
        self.shape = (checked.shape[0], n_outputs)
        self.dtype = np.dtype(dtype)

    def __getitem__(self, rows: Any) -> Array:
        """Return the encoded form of some rows."""
        return self.encode(self.checked[rows])
