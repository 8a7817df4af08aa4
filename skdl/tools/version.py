"""The version of this package, for what is written to a file and read by another version."""

from __future__ import annotations

import sys

__all__ = ["version"]


def version() -> str:
    """Return the version of the package that is running.

    Examples
    --------
    >>> version().count(".") >= 2
    True
    """
    return sys.modules["skdl"].__version__
