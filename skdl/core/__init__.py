"""The network itself, on NumPy alone. Read in this order.

The parts: ``activations``, ``rectifiers``, ``units``, ``initializers``, ``losses``,
``regression_losses``, ``penalties``, ``optimizers``, ``adaptive``, ``adam``, ``schedules``,
``momentum_schedules``, ``batches``, ``noise``, ``clipping``.
Forward and backward: ``layers``, ``normalization``, ``regularizers``. The layers in a row:
``network``. What is minimised: ``objective``. The loop: ``training`` and ``stopping``, and solvers
with curvature: ``second_order``. What it looks like inside: ``vital_signs``. The proof:
``gradient_check``.
"""

from skdl.core import (
    activations,
    adam,
    adaptive,
    batches,
    clipping,
    component,
    initializers,
    losses,
    momentum_schedules,
    noise,
    optimizers,
    rectifiers,
    regression_losses,
    schedules,
    second_order,
    units,
)

__all__ = [
    "activations",
    "adam",
    "adaptive",
    "batches",
    "clipping",
    "component",
    "initializers",
    "losses",
    "momentum_schedules",
    "noise",
    "optimizers",
    "rectifiers",
    "regression_losses",
    "schedules",
    "second_order",
    "units",
]
