"""The classical activations: identity, sigmoid, tanh and their like."""

from __future__ import annotations

import numpy as np

from skdl.core.activations.base import Activation, PiecewiseLinear

__all__ = ["Cos", "HardTanh", "Identity", "Sigmoid", "Tanh"]

Array = np.ndarray


class Identity(PiecewiseLinear, name="identity"):
    r"""No activation, :math:`f(z) = z`: stacked layers stay one linear map.

    See Also
    --------
    ReLU : The simplest activation that is not linear.

    Examples
    --------
    >>> float(Identity().value(np.array(-2.0)))
    -2.0
    """

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``z``."""
        return np.positive(z, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1."""
        out = np.empty_like(z) if out is None else out
        out.fill(1)
        return out


class Sigmoid(Activation, name="sigmoid"):
    r"""Logistic sigmoid, :math:`f(z) = 1 / (1 + e^{-z})`.

    See Also
    --------
    Tanh : The same curve around 0: tanh z = 2σ(2z) − 1.
    Softplus : Its integral.

    Examples
    --------
    >>> Sigmoid().value(np.array([0.0, 1.0])).round(4).tolist()
    [0.5, 0.7311]
    """

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``σ(z) = (1 + tanh(z/2)) / 2``, which cannot overflow."""
        out = np.multiply(z, 0.5, out=out)
        np.tanh(out, out=out)
        np.add(out, 1, out=out)
        return np.multiply(out, 0.5, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return ``a(1 − a)``."""
        out = np.subtract(1, a, out=out)
        return np.multiply(out, a, out=out)

    def second_derivative(self, z: Array, a: Array) -> Array:
        """Return ``a(1 − a)(1 − 2a)``."""
        return a * (1 - a) * (1 - 2 * a)


class Tanh(Activation, name="tanh"):
    r"""Hyperbolic tangent, :math:`f(z) = \tanh z`.

    See Also
    --------
    Sigmoid : The same curve between 0 and 1.
    HardTanh : Three straight pieces.

    Examples
    --------
    >>> Tanh().value(np.array([0.0, 1.0])).round(4).tolist()
    [0.0, 0.7616]
    """

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``tanh z``."""
        return np.tanh(z, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return ``1 − a²``."""
        out = np.multiply(a, a, out=out)
        return np.subtract(1, out, out=out)

    def second_derivative(self, z: Array, a: Array) -> Array:
        """Return ``−2a(1 − a²)``."""
        return -2 * a * (1 - a * a)


class HardTanh(PiecewiseLinear, name="hard_tanh"):
    r"""Hard tanh, :math:`f(z) = \max(-1, \min(1, z))`.

    See Also
    --------
    Tanh : The smooth curve that it follows.

    References
    ----------
    Collobert (2004), "Large scale machine learning".

    Examples
    --------
    >>> HardTanh().value(np.array([-2.0, 0.5])).tolist()
    [-1.0, 0.5]
    """

    kinks = (-1.0, 1.0)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``z`` clipped to [−1, 1]."""
        return np.clip(z, -1, 1, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 inside (−1, 1), else 0."""
        out = np.empty_like(z) if out is None else out
        np.abs(z, out=out)
        return np.less(out, 1, out=out)


class Cos(Activation, name="cos"):
    r"""Cosine unit, :math:`f(z) = \cos z`.

    See Also
    --------
    Tanh : Bounded as well, but does not come back.
    RBF : Answers to a place, not to a phase.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), "Deep Learning", section 6.3.3.

    Examples
    --------
    >>> Cos().value(np.array([0.0, 1.0])).round(4).tolist()
    [1.0, 0.5403]
    """

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``cos z``."""
        return np.cos(z, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return ``−sin z``."""
        out = np.sin(z, out=out)
        return np.negative(out, out=out)

    def second_derivative(self, z: Array, a: Array) -> Array:
        """Return ``−cos z``."""
        return -a
