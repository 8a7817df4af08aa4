"""What the parameters of a network say, in skdl's words or in scikit-learn's.

Here and in the treatments, ``p`` are a network's parameters, by name.
"""

from __future__ import annotations

from typing import Any

from skdl.core.optimizers import Optimizer
from skdl.tools.checks import is_number

__all__ = [
    "default_rate",
    "has_hidden_units",
    "SLIGHT",
    "in_numbers",
    "is_first_order",
    "is_penalised",
    "rate_of",
    "scaled",
]

SLIGHT = 1e-3  # a smaller penalty than that changes little where rows are few


def in_numbers(p: dict[str, Any], l2: float | None) -> dict[str, Any]:
    """Return the parameters with the number that an automatic penalty was in the fits, if known.

    Examples
    --------
    >>> in_numbers({"l2": "auto", "l1": 0.0}, 0.01)
    {'l2': 0.01, 'l1': 0.0, 'l2_is_automatic': True}
    """
    if l2 is None or not isinstance(p.get("l2"), str):
        return p
    return p | {"l2": l2, "l2_is_automatic": True}


def is_penalised(p: dict[str, Any]) -> bool:
    """Say whether squared weights are penalised by about as much as suits the rows, or more.

    Examples
    --------
    >>> is_penalised({"l2": 0.01}), is_penalised({"alpha": 1e-4}), is_penalised({})
    (True, False, False)
    """
    penalty = p.get("l2", p.get("alpha"))
    return p.get("l2_is_automatic", False) or (is_number(penalty) and penalty >= SLIGHT)


def default_rate(p: dict[str, Any]) -> float | None:
    """Return the default rate of the network's optimiser; None for a second-order one."""
    optimizer = p.get("optimizer", p.get("solver"))
    name = getattr(optimizer, "name", optimizer)
    return getattr(Optimizer.registry.get(name), "learning_rate", None)


def is_first_order(p: dict[str, Any]) -> bool:
    """Say whether the network learns in steps that have a rate, noise and patience."""
    return default_rate(p) is not None


def rate_of(p: dict[str, Any]) -> tuple[str, float | None]:
    """Return the name of the learning rate and its value; None for one that cannot be scaled."""
    name = "learning_rate_init" if "learning_rate_init" in p else "learning_rate"
    if name not in p or not is_first_order(p):
        return name, None
    rate = default_rate(p) if p[name] is None else p[name]
    return name, rate if is_number(rate) else None


def has_hidden_units(p: dict[str, Any]) -> bool:
    """Say whether there is a hidden layer."""
    sizes = p["hidden_layer_sizes"]
    if sizes is None or is_number(sizes):
        return bool(sizes)
    return len(sizes) > 0


def scaled(value: float, *factors: float) -> list[float]:
    """Return multiples of a value, to three digits.

    Examples
    --------
    >>> scaled(0.002, 0.1, 10)
    [0.0002, 0.02]
    """
    return [float(f"{value * factor:.3g}") for factor in factors]
