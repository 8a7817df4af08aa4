"""Classes of the core are abstract or final: no method that does something is overridden.

A reader who finds a method has found what runs. A base may raise ``NotImplementedError``, or give
the neutral answer (nothing, zero, the argument as it came), which says "unless told otherwise".
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap

import skdl.core

NEUTRAL_CALLS = {"zeros", "Memo"}  # an array of zeros, an empty memo


def classes():
    """Return every class that is defined in the core."""
    found = set()
    for info in pkgutil.walk_packages(skdl.core.__path__, "skdl.core."):
        module = importlib.import_module(info.name)
        members = (m for _, m in inspect.getmembers(module, inspect.isclass))
        found.update(cls for cls in members if cls.__module__.startswith("skdl.core"))
    return sorted(found, key=lambda cls: (cls.__module__, cls.__qualname__))


def is_neutral(expression):
    match expression:
        case None | ast.Constant() | ast.Name():
            return True
        case ast.List(elts=items) | ast.Dict(keys=items):
            return not items
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in NEUTRAL_CALLS
    return False


def does_something(function):
    """Tell whether a method has a body of its own."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    body = [
        node
        for node in tree.body[0].body
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    if len(body) > 1:
        return True
    match body:
        case [ast.Raise()]:
            return False
        case [ast.Return(value=value)]:
            return not is_neutral(value)
    return bool(body)


def overridden(cls):
    """Yield the methods of a class that stand in the way of one that does something."""
    for name, own in vars(cls).items():
        if name.startswith("__") or not inspect.isroutine(own):
            continue
        for base in cls.__mro__[1:]:
            inherited = vars(base).get(name)
            if not base.__module__.startswith("skdl.core") or inherited is None:
                continue
            function = getattr(inherited, "__func__", inherited)
            if inspect.isfunction(function) and does_something(function):
                yield f"{cls.__qualname__}.{name} overrides {base.__qualname__}.{name}"


def test_no_method_that_does_something_is_overridden():
    assert {line for cls in classes() for line in overridden(cls)} == set()


class Base:
    def works(self):
        return 1 + 1

    def neutral(self, x):
        """Say that nothing happens."""
        return x

    def abstract(self):
        raise NotImplementedError


Base.__module__ = "skdl.core.planted"


def test_the_rule_finds_a_planted_mistake():
    class Bad(Base):
        def works(self):
            return super().works() + 1

    class Good(Base):
        def neutral(self, x):
            return 2 * x

        def abstract(self):
            return 3

    assert list(overridden(Bad)) == [f"{Bad.__qualname__}.works overrides Base.works"]
    assert list(overridden(Good)) == []
