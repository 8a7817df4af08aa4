"""What every part of a network has in common: a name, checked settings, and a place in its family.

A *family* is a subclass of :class:`Component` declared as one; a *member* gives itself a name::

    class Activation(Component, family=True): ...
    class ReLU(Activation, name="relu"): ...

From then on ``activation="relu"`` finds it, error messages list it, the documentation shows it,
and the tests check its gradient. Nothing else has to be edited.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Number
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator

from skdl.core.foreign import value_here

__all__ = [
    "Boolean",
    "Component",
    "Each",
    "Either",
    "Function",
    "Instance",
    "Interval",
    "Member",
    "Nothing",
    "OneOf",
    "Rising",
    "address",
    "check_parameter",
    "families",
    "hint",
    "resolve",
    "resolve_each",
    "shown",
]


# --------------------------------------------------------------------------------------
# Rules: what a parameter may be, and how to say so.

INTEGERS = (int, np.integer)
NUMBERS = (*INTEGERS, float, np.floating)  # what NumPy's arithmetic takes: a Fraction it does not


@dataclass(frozen=True)
class Interval:
    """A finite number (an integer of 64 bits if ``integer``) between two bounds.

    Examples
    --------
    >>> rate = Interval(0, 1, closed="left")
    >>> rate.allows(0.5), rate.allows(1), str(rate)
    (True, False, 'in [0, 1)')
    """

    low: float = float("-inf")
    high: float = float("inf")
    closed: str = "both"
    integer: bool = False

    def allows(self, value: Any) -> bool:
        """Tell whether ``value`` keeps the rule."""
        if isinstance(value, bool) or not isinstance(value, INTEGERS if self.integer else NUMBERS):
            return False
        if isinstance(value, int) and abs(value) > sys.maxsize:  # a float may not hold it
            return False
        above = value >= self.low if self.closed in ("both", "left") else value > self.low
        below = value <= self.high if self.closed in ("both", "right") else value < self.high
        return bool(above and below and abs(float(value)) < float("inf"))

    def __str__(self) -> str:
        kind = "an integer " if self.integer else ""
        low, high = (f"{end:,}" if self.integer else f"{end:g}" for end in (self.low, self.high))
        left, right = self.closed in ("both", "left"), self.closed in ("both", "right")
        if self.low == float("-inf") and self.high == float("inf"):
            return (kind or "a number").strip()
        if self.high == float("inf"):
            return f"{kind}{'>=' if left else '>'} {low}"
        if self.low == float("-inf"):
            return f"{kind}{'<=' if right else '<'} {high}"
        return f"{kind}in {'[' if left else '('}{low}, {high}{']' if right else ')'}"


@dataclass(frozen=True)
class OneOf:
    """One of a few fixed values.

    Examples
    --------
    >>> rule = OneOf(("auto", 1))
    >>> rule.allows(np.array(["auto"])[0]), rule.allows(True)  # NumPy's text is text; True is not 1
    (True, False)
    """

    values: tuple

    @property
    def names(self) -> list[str]:
        """Those of the values that are names."""
        return [value for value in self.values if isinstance(value, str)]

    def allows(self, value: Any) -> bool:
        """Tell whether ``value`` keeps the rule."""
        kind = str if isinstance(value, str) else type(value)
        return any(kind is type(v) and bool(value == v) for v in self.values)

    def __str__(self) -> str:
        return "one of " + ", ".join(repr(v) for v in self.values)


@dataclass(frozen=True)
class Boolean:
    """True or False."""

    def allows(self, value: Any) -> bool:
        """Tell whether ``value`` keeps the rule."""
        return isinstance(value, (bool, np.bool_))

    def __str__(self) -> str:
        return "True or False"


@dataclass(frozen=True)
class Nothing:
    """None."""

    def allows(self, value: Any) -> bool:
        """Tell whether ``value`` keeps the rule."""
        return value is None

    def __str__(self) -> str:
        return "None"


@dataclass(frozen=True)
class Each:
    """A sequence whose items all keep one rule (never a string, never empty)."""

    rule: Any

    def allows(self, value: Any) -> bool:
        """Tell whether ``value`` keeps the rule."""
        return (
            isinstance(value, (list, tuple))
            and len(value) > 0
            and all(self.rule.allows(item) for item in value)
        )

    def __str__(self) -> str:
        return f"a list of values, each {self.rule}"


@dataclass(frozen=True)
class Rising:
    """Two or more numbers that keep one rule, each larger than the one before.

    Examples
    --------
    >>> rule = Rising(Interval(0, 1))
    >>> rule.allows([0.1, 0.9]), rule.allows((0.9, 0.1)), rule.allows([0.1]), rule.allows(0.1)
    (True, False, False, False)
    """

    rule: Any

    def allows(self, value: Any) -> bool:
        """Tell whether ``value`` keeps the rule."""
        if not isinstance(value, (list, tuple)) or len(value) < 2:
            return False
        keep = all(self.rule.allows(item) for item in value)
        return keep and all(low < high for low, high in itertools.pairwise(value))

    def __str__(self) -> str:
        return f"a list of two or more numbers in rising order, each {self.rule}"


@dataclass(frozen=True)
class Member:
    """A component of one family, given as an object."""

    family: type[Component]

    def allows(self, value: Any) -> bool:
        """Tell whether ``value`` keeps the rule."""
        return isinstance(value, self.family)

    def __str__(self) -> str:
        return f"a {self.family.__name__}"


@dataclass(frozen=True)
class Instance:
    """An object of a class.

    Examples
    --------
    >>> rule = Instance(dict)
    >>> rule.allows({}), rule.allows(dict), str(rule)
    (True, False, 'a dict')
    """

    cls: type

    def allows(self, value: Any) -> bool:
        """Tell whether ``value`` keeps the rule."""
        return isinstance(value, self.cls)

    def __str__(self) -> str:
        return f"a {self.cls.__name__}"


@dataclass(frozen=True)
class Function:
    """Whatever can be called."""

    def allows(self, value: Any) -> bool:
        """Tell whether ``value`` keeps the rule."""
        return callable(value)

    def __str__(self) -> str:
        return "a callable"


class Either:
    """One of several rules."""

    def __init__(self, *rules: Any) -> None:
        self.rules = rules

    @property
    def names(self) -> list[str]:
        """The names that one of the rules allows."""
        return [name for rule in self.rules for name in getattr(rule, "names", ())]

    def allows(self, value: Any) -> bool:
        """Tell whether ``value`` keeps one of the rules."""
        for rule in self.rules:
            if rule.allows(value):
                return True
        return False

    def __str__(self) -> str:
        return ", or ".join(str(rule) for rule in self.rules)


LONGEST = 200  # characters of what came that a message shows


def shown(value: object) -> str:
    """Return the ``repr`` of what came, for a message: long ones lose their middle.

    Examples
    --------
    >>> shown("relu"), shown(10**9999), len(shown("x" * 9999))
    ("'relu'", "an object of class 'int'", 201)
    """
    try:
        text = repr(value)
    except Exception:  # whatever came may be broken: an integer of 5000 digits has no repr
        text = f"an object of class {type(value).__name__!r}"
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}…{text[-half:]}"


def hint(parameter: str, value: Any, names: Iterable[str]) -> str:
    """Return what follows a message: the name that the value has here, if one is known.

    Parameters
    ----------
    parameter, value, names
        As for :func:`skdl.core.foreign.value_here`.

    Examples
    --------
    >>> hint("activation", "tahn", ["relu", "tanh"])
    ". Did you mean 'tanh'?"
    """
    known = value_here(parameter, value, names)
    return f". {known}" if known else ""


def check_parameter(owner: object, name: str, value: Any, rule: Any) -> None:
    """Raise a ``ValueError`` that names owner, parameter, what is allowed and what came.

    Parameters
    ----------
    owner : object
        Whose parameter it is: the name of a function, or an object whose class is named.
    name : str
        The parameter.
    value : object
        What came.
    rule : rule
        What is allowed.

    Raises
    ------
    ValueError
        If ``value`` breaks the rule.

    Examples
    --------
    >>> class Net: ...
    >>> check_parameter(Net(), "dropout", 1.5, Interval(0, 1, closed="left"))
    Traceback (most recent call last):
        ...
    ValueError: Net: dropout must be in [0, 1); got 1.5
    """
    if not rule.allows(value):
        who = owner if isinstance(owner, str) else type(owner).__name__
        known = (*NUMBERS, bool, complex, np.complexfloating)
        foreign = isinstance(value, Number) and not isinstance(value, known)
        kind = " (numbers as int or float)" if foreign else ""  # a Fraction, a Decimal
        known = hint(name, value, getattr(rule, "names", ()))
        raise ValueError(f"{who}: {name} must be {rule}{kind}; got {shown(value)}{known}")


# --------------------------------------------------------------------------------------
# Components and their families.

_families: dict[str, type[Component]] = {}


class Component(BaseEstimator):
    """A named, validated, clonable part of a network.

    ``__init__`` only stores its arguments (scikit-learn's convention, so ``clone``, ``get_params``
    and ``optimizer__beta_1`` in a search work); :meth:`validate` checks them against ``rules``.
    """

    registry: ClassVar[dict[str, type]]
    name: ClassVar[str | None] = None
    rules: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, name: str | None = None, family: bool = False, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if family:
            cls.registry = {}
            _families[cls.__name__] = cls
        cls.name = name
        if name is not None:
            cls.registry[name] = cls

    def validate(self) -> Component:
        """Check every setting, and those of the components among them; return self.

        Raises
        ------
        ValueError
            If a setting breaks its rule.
        """
        for parameter, rule in self.rules.items():
            value = getattr(self, parameter)
            check_parameter(self, parameter, value, rule)
            if isinstance(value, Component):
                value.validate()
        return self


def families() -> dict[str, type[Component]]:
    """Return every family by its class name, for the documentation and the tests."""
    return dict(_families)


def address(cls: type) -> str:
    """Return the module that a user imports a class from: the folder that hands it on.

    Parameters
    ----------
    cls : type
        Any class.

    Returns
    -------
    module : str
        The outermost package that offers the class under its name, else its own module.

    Examples
    --------
    >>> from skdl.core.optimizers import Adam
    >>> Adam.__module__, address(Adam)
    ('skdl.core.optimizers.adam', 'skdl.core.optimizers')
    """
    parts = cls.__module__.split(".")
    packages = (".".join(parts[:end]) for end in range(1, len(parts)))
    for name in packages:
        if getattr(sys.modules.get(name), cls.__name__, None) is cls:
            return name
    return cls.__module__


def resolve(owner: object, parameter: str, family: type[Component], value: Any) -> Any:
    """Turn a name into a component with its default settings; check an instance.

    Parameters
    ----------
    owner : object
        Whose parameter it is, for the message.
    parameter : str
        The parameter's name, for the message.
    family : type
        The family in which the name is looked up.
    value : str or Component
        What the user gave.

    Returns
    -------
    component : Component
        A new one for a name, the user's own for an instance. Components hold settings only, never
        what was learned, so an instance may be shared by many estimators.

    Raises
    ------
    ValueError
        If the name is unknown, the value is something else, or a setting breaks its rule.

    Examples
    --------
    >>> from skdl.core.activations import Activation
    >>> resolve(None, "activation", Activation, "leaky_relu")
    LeakyReLU()
    """
    if isinstance(value, str) and value in family.registry:
        return family.registry[value]()
    if isinstance(value, family):
        return value.validate()
    names = ", ".join(repr(name) for name in family.registry)
    if isinstance(value, type) and issubclass(value, family):
        known = f". That is the class; an instance is {value.__name__}()"
    else:
        known = hint(parameter, value, family.registry)
    raise ValueError(
        f"{type(owner).__name__}: {parameter} must be one of {names}, "
        f"or an instance of {family.__name__}; got {shown(value)}{known}"
    )


def resolve_each(owner: object, families: dict[str, type[Component]]) -> dict[str, Component]:
    """Resolve several parameters of one owner.

    Parameters
    ----------
    owner : object
        Whose parameters they are.
    families : dict of str to type
        The family of each parameter.

    Returns
    -------
    components : dict of str to Component

    See Also
    --------
    resolve : Does it for one of them, and says what is raised.

    Examples
    --------
    >>> from skdl.core.activations import Activation
    >>> class Net:
    ...     activation = "leaky_relu"
    >>> resolve_each(Net(), {"activation": Activation})
    {'activation': LeakyReLU()}
    """
    return {
        name: resolve(owner, name, family, getattr(owner, name))
        for name, family in families.items()
    }
