"""The full run of a lesson, and the short one that continuous integration makes."""

from __future__ import annotations

import os

__all__ = ["is_short", "seeds"]


def is_short() -> bool:
    """Tell whether lessons run in short mode: the environment has ``SKDL_SHORT=1``.

    Returns
    -------
    bool
        False unless ``SKDL_SHORT`` is set, to something else than ``0``.

    See Also
    --------
    seeds : As many seeds as the mode asks for.

    Examples
    --------
    >>> import os
    >>> from skdl.lessons import is_short
    >>> os.environ["SKDL_SHORT"] = "1"
    >>> is_short()
    True
    >>> del os.environ["SKDL_SHORT"]
    >>> is_short()
    False
    """
    return os.environ.get("SKDL_SHORT", "0") not in ("", "0")


def seeds(n: int, short: int = 3) -> range:
    """Return the seeds of an experiment: `n` of them, or `short` in short mode.

    Parameters
    ----------
    n : int
        Seeds of the full run.
    short : int, default=3
        Seeds of the short one.

    Returns
    -------
    range
        From 0 on.

    See Also
    --------
    is_short : The mode.

    Examples
    --------
    >>> from skdl.lessons import seeds
    >>> seeds(10)
    range(0, 10)
    """
    return range(short if is_short() else n)
