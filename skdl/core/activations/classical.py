"""Activations: the non-linear functions between the affine maps. Start reading here.

A hidden unit computes ``a = f(z)`` from its pre-activation ``z = x·w + b``. To learn, it also needs
the slope ``f'(z)``: back-propagation multiplies the error that arrives from above by it.

Each class below is one function: :meth:`Activation.value` and :meth:`Activation.derivative` side
by side. ``derivative`` is handed ``a = f(z)`` as well, because for many functions the slope is
cheapest to write in terms of it (tanh' = 1 − a²). ``second_derivative`` is what an exact
Hessian-vector product needs; ``kinks`` are the points where the slope jumps.

This file has the contract and the classical functions; :mod:`skdl.core.activations.rectifiers` has
ReLU and those that came after it, :mod:`skdl.core.activations.units` those that are more than a
function of one number.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from skdl.core.component import Component

__all__ = [
    "Activation",
    "Cos",
    "HardTanh",
    "Identity",
    "PiecewiseLinear",
    "Sigmoid",
    "Tanh",
]

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
    pre_activation : {"affine", "distance"}
        Whether ``z`` is ``x·w + b`` or a squared distance between ``x`` and ``w``.
    learned_slope : float or None
        Where a slope that is learned per unit starts; None if there is none.
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
    """Activations made of straight pieces: their second derivative is zero between the kinks."""

    def second_derivative(self, z: Array, a: Array) -> None:
        return None


class Identity(PiecewiseLinear, name="identity"):
    r"""No activation, :math:`f(z) = z`: stacked layers stay one linear map.

    Examples
    --------
    >>> float(Identity().value(np.array(-2.0)))
    -2.0
    """

    def value(self, z, out=None):
        """Return ``z``."""
        return np.positive(z, out=out)

    def derivative(self, z, a, out=None):
        """Return 1."""
        out = np.empty_like(z) if out is None else out
        out.fill(1)
        return out


class Sigmoid(Activation, name="sigmoid"):
    r"""Logistic sigmoid, :math:`f(z) = 1 / (1 + e^{-z})`.

    Examples
    --------
    >>> Sigmoid().value(np.array([0.0, 1.0])).round(4).tolist()
    [0.5, 0.7311]
    """

    def value(self, z, out=None):
        """Return ``σ(z) = (1 + tanh(z/2)) / 2``, which cannot overflow."""
        out = np.multiply(z, 0.5, out=out)
        np.tanh(out, out=out)
        np.add(out, 1, out=out)
        return np.multiply(out, 0.5, out=out)

    def derivative(self, z, a, out=None):
        """Return ``a(1 − a)``."""
        out = np.subtract(1, a, out=out)
        return np.multiply(out, a, out=out)

    def second_derivative(self, z, a):
        """Return ``a(1 − a)(1 − 2a)``."""
        return a * (1 - a) * (1 - 2 * a)


class Tanh(Activation, name="tanh"):
    r"""Hyperbolic tangent, :math:`f(z) = \tanh z`.

    Examples
    --------
    >>> Tanh().value(np.array([0.0, 1.0])).round(4).tolist()
    [0.0, 0.7616]
    """

    def value(self, z, out=None):
        """Return ``tanh z``."""
        return np.tanh(z, out=out)

    def derivative(self, z, a, out=None):
        """Return ``1 − a²``."""
        out = np.multiply(a, a, out=out)
        return np.subtract(1, out, out=out)

    def second_derivative(self, z, a):
        """Return ``−2a(1 − a²)``."""
        return -2 * a * (1 - a * a)


class HardTanh(PiecewiseLinear, name="hard_tanh"):
    r"""Hard tanh, :math:`f(z) = \max(-1, \min(1, z))`.

    References
    ----------
    Collobert (2004), "Large scale machine learning".

    Examples
    --------
    >>> HardTanh().value(np.array([-2.0, 0.5])).tolist()
    [-1.0, 0.5]
    """

    kinks = (-1.0, 1.0)

    def value(self, z, out=None):
        """Return ``z`` clipped to [−1, 1]."""
        return np.clip(z, -1, 1, out=out)

    def derivative(self, z, a, out=None):
        """Return 1 inside (−1, 1), else 0."""
        out = np.empty_like(z) if out is None else out
        np.abs(z, out=out)
        return np.less(out, 1, out=out)


class Cos(Activation, name="cos"):
    r"""Cosine unit, :math:`f(z) = \cos z`.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), "Deep Learning", section 6.3.3.

    Examples
    --------
    >>> Cos().value(np.array([0.0, 1.0])).round(4).tolist()
    [1.0, 0.5403]
    """

    def value(self, z, out=None):
        """Return ``cos z``."""
        return np.cos(z, out=out)

    def derivative(self, z, a, out=None):
        """Return ``−sin z``."""
        out = np.sin(z, out=out)
        return np.negative(out, out=out)

    def second_derivative(self, z, a):
        """Return ``−cos z``."""
        return -a
