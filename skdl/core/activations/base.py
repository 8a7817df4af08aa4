"""Activations: the non-linear functions between the affine maps. Start reading here.

A hidden unit computes ``a = f(z)`` from its pre-activation ``z = x·w + b``. To learn, it also needs
the slope ``f'(z)``: back-propagation multiplies the error that arrives from above by it.

Each member is one function: :meth:`Activation.value` and :meth:`Activation.derivative` side by
side. ``derivative`` is handed ``a = f(z)`` as well, because for many functions the slope is
cheapest to write in terms of it (tanh' = 1 − a²). ``second_derivative`` is what an exact
Hessian-vector product needs; ``kinks`` are the points where the slope jumps.

:mod:`skdl.core.activations.classical` has the classical functions,
:mod:`skdl.core.activations.rectifiers` ReLU and those that came after it, and
:mod:`skdl.core.activations.units` those that are more than a function of one number.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from skdl.core.component import Component

__all__ = ["Activation", "PiecewiseLinear"]

Array = np.ndarray


class Activation(Component, family=True):
    r"""An element-wise function :math:`a = f(z)` with its derivatives.

    All arrays have shape (..., rows, units); ``out`` is a buffer of that shape to write into.

    Attributes
    ----------
    kinks : tuple of float
        Where the slope jumps: a gradient check must not look there.
    initializer : str
        The initialiser that keeps the variance of a signal through many such layers.
    pieces : int
        Pre-activations per unit (1, but k for maxout).
    pre_activation : {"affine", "pieces", "distance"}
        What ``z`` is: one ``x·w + b`` for each unit, several, or a squared distance between ``x``
        and ``w`` (see :data:`skdl.core.architecture.CONNECTIONS`).
    learned_slope : float or None
        Where a slope that is learned per unit starts; None if there is none.

    See Also
    --------
    skdl.core.layers.Activate : The layer that applies one.

    Examples
    --------
    >>> from skdl.core.activations import Activation
    >>> sorted(Activation.registry)[:4]
    ['abs', 'cos', 'elu', 'gelu']
    >>> relu = Activation.registry["relu"]()
    >>> relu.value(np.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    kinks: ClassVar[tuple[float, ...]] = ()
    initializer: ClassVar[str] = "glorot_uniform"
    pre_activation: ClassVar[str] = "affine"
    pieces: int = 1
    learned_slope: float | None = None

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``f(z)``."""
        raise NotImplementedError

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return ``f'(z)``, given ``z`` and ``a = f(z)``."""
        raise NotImplementedError

    def second_derivative(self, z: Array, a: Array) -> Array | None:
        """Return ``f''(z)``; None where it is zero almost everywhere."""
        raise NotImplementedError


class PiecewiseLinear(Activation):
    """Activations made of straight pieces: their second derivative is zero between the kinks.

    See Also
    --------
    ReLU : A member.
    LeakyReLU : A member.
    Abs : A member.

    Examples
    --------
    >>> from skdl.core.activations import LeakyReLU, Tanh
    >>> isinstance(LeakyReLU(), PiecewiseLinear), isinstance(Tanh(), PiecewiseLinear)
    (True, False)
    """

    def second_derivative(self, z: Array, a: Array) -> None:
        """Return None: it is zero between the kinks."""
        return None
