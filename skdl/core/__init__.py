"""The network itself, on NumPy alone. Read in this order.

``activations``, ``units``, ``initializers``, ``losses``, ``regression_losses``, ``penalties``,
``optimizers``, ``adaptive``, ``schedules``, ``momentum_schedules``, ``batches``, ``noise``,
``clipping``: the parts. ``layers`` and ``normalization``: forward and backward. ``network``: the
layers in a row. ``objective``: what is minimised. ``training`` and ``stopping``: the loop.
``second_order``: solvers with curvature. ``gradient_check``: the proof.
"""

from skdl.core import (
    activations,
    adaptive,
    batches,
    clipping,
    component,
    initializers,
    losses,
    momentum_schedules,
    noise,
    optimizers,
    regression_losses,
    schedules,
    second_order,
    units,
)

__all__ = [
    "activations",
    "adaptive",
    "batches",
    "clipping",
    "component",
    "initializers",
    "losses",
    "momentum_schedules",
    "noise",
    "optimizers",
    "regression_losses",
    "schedules",
    "second_order",
    "units",
]
