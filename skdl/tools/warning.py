"""Warnings that point at the line of the user who caused them, not at ours."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np

__all__ = ["VersionWarning", "warn_of_overflow", "warn_user"]


class VersionWarning(UserWarning):
    """Something was written by another version of skdl than the one that reads it.

    A pickle or a checkpoint may then fail, or answer differently.

    Parameters
    ----------
    message : str
        Which versions they are, and what to do.

    See Also
    --------
    MLPClassifier : What is pickled.

    Examples
    --------
    To make it an error:

    >>> import warnings
    >>> from skdl import VersionWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", VersionWarning)
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn from the first frame outside this package (and outside what decorates ``fit``).

    Parameters
    ----------
    message : str
        The text.
    category : type
        The kind of warning.
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(
        ("skdl.", "sklearn.callback")
    ):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def warn_of_overflow(owner: str, *results: Any) -> None:
    """Warn if numbers were so large on the way that a result is infinite or NaN.

    Examples
    --------
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     warn_of_overflow("entropy", 1.0, np.array([np.inf]))
    >>> print(caught[0].message)
    entropy: numbers overflow on the way, and what is returned holds infinity or NaN: ...
    """
    if not all(np.isfinite(result).all() for result in results):
        warn_user(
            f"{owner}: numbers overflow on the way, and what is returned holds infinity or NaN: "
            "bring the inputs, the targets or the weights to a moderate size"
        )
