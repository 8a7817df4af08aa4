"""Arguments of functions: checked against rules, as the parameters of estimators are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.random import Generator, RandomState

from skdl.core.component import (
    Boolean,
    Either,
    Function,
    Instance,
    Interval,
    Nothing,
    check_parameter,
)

__all__ = ["COMMON", "check_arguments"]

# What the arguments may be that many functions have.
COMMON: dict[str, Any] = {
    "scoring": Either(Instance(str), Function(), Nothing()),
    "params": Either(Instance(dict), Nothing()),
    "n_jobs": Either(Interval(1, integer=True), Interval(high=-1, integer=True), Nothing()),
    "random_state": Either(
        Interval(0, integer=True), Instance(Generator), Instance(RandomState), Nothing()
    ),
    "verbose": Either(Boolean(), Interval(0, integer=True)),
}


def check_arguments(owner: str, rules: Mapping[str, Any], /, **given: Any) -> None:
    """Check the arguments of a function against their rules.

    Parameters
    ----------
    owner : str
        The function, for the message.
    rules : mapping of str to rule
        What each may be; arguments without a rule there have one in ``COMMON``.
    **given : object
        The arguments by name.

    Raises
    ------
    ValueError
        If one breaks its rule.

    Examples
    --------
    >>> check_arguments("diagnose", {}, n_jobs=2, verbose=1)
    >>> check_arguments("diagnose", {"share": Interval(0, 1)}, share=2.0)
    Traceback (most recent call last):
    ValueError: diagnose: share must be in [0, 1]; got 2.0
    """
    for name, value in given.items():
        check_parameter(owner, name, value, rules[name] if name in rules else COMMON[name])
