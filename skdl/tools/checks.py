"""Checks of what a caller hands in: one way to say what is allowed and what came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from numbers import Real
from typing import Any, NoReturn

__all__ = ["check_estimator_object", "is_number", "listed", "refuse"]


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


def check_estimator_object(owner: str, estimator: Any) -> None:
    """Refuse what cannot be cloned and fitted: a class, a name, a number.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> check_estimator_object("diagnose", Ridge())
    >>> check_estimator_object("diagnose", "ridge")
    Traceback (most recent call last):
    TypeError: diagnose: estimator must be an object with fit and get_params; got 'ridge'
    """
    methods = all(callable(getattr(estimator, name, None)) for name in ("fit", "get_params"))
    if isinstance(estimator, type) or not methods:
        allowed = "an object with fit and get_params"
        refuse(owner, "estimator", allowed, estimator, TypeError)


def listed(owner: str, name: str, value: Any, allowed: str) -> list[Any]:
    """Return a sequence as a list; refuse text and what cannot be gone through.

    Examples
    --------
    >>> import numpy as np
    >>> listed("diagnose", "train_sizes", np.array([0.5]), "a sequence of shares")
    [np.float64(0.5)]
    """
    several = isinstance(value, Iterable) and hasattr(value, "__len__")
    unordered = isinstance(value, (str, bytes, Mapping, Set))
    if not several or unordered or getattr(value, "ndim", 1) == 0:
        refuse(owner, name, allowed, value)
    return list(value)


def is_number(value: object) -> bool:
    """Say whether a value is a real number and not a truth value.

    Examples
    --------
    >>> is_number(3), is_number(0.5), is_number(True), is_number("3")
    (True, True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool)
