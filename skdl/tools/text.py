"""Lists of names as words, the same way in every message."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["listing"]


def listing(names: Iterable[object], most: int = 5, last: str = " and ") -> str:
    """Join names; beyond `most` of them, say how many more there are.

    Parameters
    ----------
    names : iterable
        What is listed; each is written by ``str``.
    most : int, default=5
        How many are written out.
    last : str, default=" and "
        What stands before the last name of a list that is written out whole.

    Examples
    --------
    >>> listing("abc"), listing("abc", last=", ")
    ('a, b and c', 'a, b, c')
    >>> listing("abcd", most=2)
    'a, b and 2 more'
    """
    told = [str(name) for name in names]
    if len(told) > most:
        return f"{', '.join(told[:most])} and {len(told) - most} more"
    return last.join(filter(None, [", ".join(told[:-1]), *told[-1:]]))
