"""The network itself, on NumPy alone. Read in this order.

``activations``, ``initializers``, ``losses``, ``regression_losses``, ``penalties``, ``optimizers``,
``schedules``, ``batches``, ``noise``, ``clipping``: the parts. ``layers`` and ``normalization``: forward
and backward. ``network``: the layers in a row. ``objective``: what is minimised. ``training`` and
``stopping``: the loop. ``second_order``: solvers with curvature. ``gradient_check``: the proof.
"""

from skdl.core import (
    activations,
    batches,
    clipping,
    component,
    initializers,
    losses,
    noise,
    optimizers,
    regression_losses,
    schedules,
    second_order,
)

__all__ = [
    "activations",
    "batches",
    "clipping",
    "component",
    "initializers",
    "losses",
    "noise",
    "optimizers",
    "regression_losses",
    "schedules",
    "second_order",
]
