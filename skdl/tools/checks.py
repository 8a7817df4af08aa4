"""Checks of what a caller hands in: one way to say what is allowed and what came."""

from __future__ import annotations

from numbers import Real
from typing import NoReturn

__all__ = ["is_number", "refuse"]


def refuse(
    owner: str, name: str, allowed: str, got: object, error: type[Exception] = ValueError
) -> NoReturn:
    """Raise an error that names the owner, the parameter, what is allowed and what came.

    Parameters
    ----------
    owner : str
        The function or the class that was called.
    name : str
        The parameter.
    allowed : str
        What it must be, as the end of a sentence.
    got : object
        What came; its ``repr`` is shown.
    error : type, default=ValueError
        The kind of error.

    Examples
    --------
    >>> refuse("diagnose", "confidence", "in (0, 1)", 95)
    Traceback (most recent call last):
    ValueError: diagnose: confidence must be in (0, 1); got 95
    """
    raise error(f"{owner}: {name} must be {allowed}; got {got!r}")


def is_number(value: object) -> bool:
    """Say whether a value is a real number and not a truth value.

    Examples
    --------
    >>> is_number(3), is_number(0.5), is_number(True), is_number("3")
    (True, True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)
