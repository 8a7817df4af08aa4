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
    batches,
    clipping,
    component,
    initializers,
    layers,
    losses,
    noise,
    optimizers,
    schedules,
    training,
)

__all__ = [
    "activations",
    "batches",
    "clipping",
    "component",
    "initializers",
    "layers",
    "losses",
    "noise",
    "optimizers",
    "schedules",
    "training",
]
