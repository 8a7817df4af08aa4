"""Rectifiers: ReLU, and the functions that mend it.

A rectifier passes positive pre-activations on and (nearly) silences negative ones, so its slope
does not fade as a sigmoid's does. Its successors keep some slope below zero, so that no unit dies
for good, or round the kink off.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.special import erf, expit

from skdl.core.activations.base import Activation, PiecewiseLinear
from skdl.core.component import Interval

__all__ = [
    "Abs",
    "ELU",
    "GELU",
    "LeakyReLU",
    "Mish",
    "ReLU",
    "SELU",
    "SiLU",
    "Softplus",
]

Array = np.ndarray


class ReLU(PiecewiseLinear, name="relu"):
    r"""Rectified linear unit, :math:`f(z) = \max(z, 0)`.

    See Also
    --------
    LeakyReLU : Keeps a slope where this one is 0.
    Softplus : Smooth.

    References
    ----------
    Glorot, Bordes and Bengio (2011), "Deep sparse rectifier neural networks".

    Examples
    --------
    >>> ReLU().value(np.array([-2.0, 3.0])).tolist()
    [0.0, 3.0]
    """

    kinks = (0.0,)
    initializer = "he_uniform"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``max(z, 0)``."""
        return np.maximum(z, 0, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 where ``z > 0``, else 0."""
        # A 0/1 array to multiply with, not `d[a == 0] = 0`: boolean indexing is slower by half.
        out = np.empty_like(z) if out is None else out
        return np.greater(a, 0, out=out)


class LeakyReLU(PiecewiseLinear, name="leaky_relu"):
    r"""A rectifier that leaks, :math:`f(z) = \max(z, 0) + \alpha \min(z, 0)`.

    Parameters
    ----------
    alpha : float, default=0.01
        Slope for negative ``z``, in [0, 1).

    See Also
    --------
    ReLU : With slope 0 on the left, where units can die.
    PReLU : Learns the slope.

    References
    ----------
    Maas, Hannun and Ng (2013), "Rectifier nonlinearities improve neural network acoustic models".

    Examples
    --------
    >>> LeakyReLU().value(np.array([-2.0, 3.0])).tolist()
    [-0.02, 3.0]
    """

    kinks = (0.0,)
    initializer = "he_uniform"
    rules: ClassVar = {"alpha": Interval(0, 1, closed="left")}

    def __init__(self, alpha: float = 0.01) -> None:
        self.alpha = alpha

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``z`` or ``αz``, whichever is larger."""
        out = np.multiply(z, self.alpha, out=out)
        return np.maximum(z, out, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 where ``z > 0``, else ``α``."""
        out = np.empty_like(z) if out is None else out
        np.greater(z, 0, out=out)
        return np.maximum(out, self.alpha, out=out)


class Abs(PiecewiseLinear, name="abs"):
    r"""Absolute value rectification, :math:`f(z) = |z|`.

    See Also
    --------
    ReLU : Half of it: zero on the left.
    Maxout : Learns such a kink.

    References
    ----------
    Jarrett, Kavukcuoglu, Ranzato and LeCun (2009), "What is the best multi-stage architecture for
    object recognition?".

    Examples
    --------
    >>> Abs().value(np.array([-2.0, 3.0])).tolist()
    [2.0, 3.0]
    """

    kinks = (0.0,)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``|z|``."""
        return np.abs(z, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return the sign of ``z``."""
        return np.sign(z, out=out)


class ELU(Activation, name="elu"):
    r"""Exponential linear unit, :math:`f(z) = z` if z > 0, else :math:`\alpha(e^z - 1)`.

    Parameters
    ----------
    alpha : float, default=1.0
        Minus the value that large negative ``z`` saturate at.

    See Also
    --------
    SELU : The same, scaled so that activations keep mean 0 and variance 1.
    LeakyReLU : Does not level off on the left.

    References
    ----------
    Clevert, Unterthiner and Hochreiter (2015), "Fast and accurate deep network learning by
    exponential linear units (ELUs)".

    Examples
    --------
    >>> ELU().value(np.array([-1.0, 3.0])).round(4).tolist()
    [-0.6321, 3.0]
    """

    kinks = (0.0,)  # the slope jumps there unless α = 1; the curvature always does
    initializer = "he_uniform"
    rules: ClassVar = {"alpha": Interval(0, closed="neither")}

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``z`` or ``α(exp z − 1)``."""
        negative = self.alpha * np.expm1(np.minimum(z, 0))
        return np.add(np.maximum(z, 0), negative, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 or ``α·exp z = a + α``."""
        out = np.empty_like(z) if out is None else out
        out[...] = np.where(z > 0, 1, a + self.alpha)
        return out

    def second_derivative(self, z: Array, a: Array) -> Array:
        """Return 0 or ``α·exp z``."""
        return np.where(z > 0, 0, a + self.alpha).astype(z.dtype, copy=False)


class SELU(Activation, name="selu"):
    r"""Scaled ELU, :math:`f(z) = \lambda\,\mathrm{ELU}_\alpha(z)`: activations tend to N(0, 1).

    :math:`\alpha = 1.67326…` and :math:`\lambda = 1.05070…` are the values for which activations of
    a unit with normalised weights converge to mean 0 and variance 1.

    See Also
    --------
    ELU : Without the two constants.
    skdl.core.layers.BatchNorm : Standardises by measuring, not by a fixed point.

    References
    ----------
    Klambauer, Unterthiner, Mayr and Hochreiter (2017), "Self-normalizing neural networks".

    Examples
    --------
    >>> SELU().value(np.array([-1.0, 1.0])).round(4).tolist()
    [-1.1113, 1.0507]
    """

    kinks = (0.0,)
    initializer = "lecun_normal"
    alpha: ClassVar[float] = 1.6732632423543772848170429916717
    scale: ClassVar[float] = 1.0507009873554804934193349852946

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``λ·z`` or ``λα(exp z − 1)``."""
        negative = self.alpha * np.expm1(np.minimum(z, 0))
        return np.multiply(self.scale, np.maximum(z, 0) + negative, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return ``λ`` or ``λα·exp z = a + λα``."""
        out = np.empty_like(z) if out is None else out
        out[...] = np.where(z > 0, self.scale, a + self.scale * self.alpha)
        return out

    def second_derivative(self, z: Array, a: Array) -> Array:
        """Return 0 or ``λα·exp z``."""
        return np.where(z > 0, 0, a + self.scale * self.alpha).astype(z.dtype, copy=False)


class GELU(Activation, name="gelu"):
    r"""Gaussian error linear unit, :math:`f(z) = z\,\Phi(z)`, Φ the normal distribution function.

    See Also
    --------
    SiLU : Nearly the same curve, with a sigmoid in place of the normal distribution.
    ReLU : The limit for large inputs.

    References
    ----------
    Hendrycks and Gimpel (2016), "Gaussian error linear units (GELUs)". The exact form, not the
    approximation with tanh or with σ(1.702 z).

    Examples
    --------
    >>> GELU().value(np.array([-1.0, 1.0])).round(4).tolist()
    [-0.1587, 0.8413]
    """

    initializer = "he_uniform"

    @staticmethod
    def _cdf(z: Array) -> Array:
        """Return Φ, the normal distribution function."""
        return 0.5 * (1 + erf(z * np.sqrt(0.5).astype(z.dtype)))

    @staticmethod
    def _pdf(z: Array) -> Array:
        """Return φ, the normal density."""
        return np.exp(-0.5 * z * z) * (1 / np.sqrt(2 * np.pi)).astype(z.dtype)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``z·Φ(z)``."""
        return np.multiply(z, self._cdf(z), out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return ``Φ(z) + z·φ(z)``."""
        return np.add(self._cdf(z), z * self._pdf(z), out=out)

    def second_derivative(self, z: Array, a: Array) -> Array:
        """Return ``φ(z)·(2 − z²)``."""
        return self._pdf(z) * (2 - z * z)


class SiLU(Activation, name="silu"):
    r"""Sigmoid linear unit (swish), :math:`f(z) = z\,\sigma(z)`.

    See Also
    --------
    GELU : Nearly the same curve.
    Mish : A similar curve.

    References
    ----------
    Elfwing, Uchibe and Doya (2018), "Sigmoid-weighted linear units for neural network function
    approximation in reinforcement learning"; Ramachandran, Zoph and Le (2017).

    Examples
    --------
    >>> SiLU().value(np.array([-1.0, 1.0])).round(4).tolist()
    [-0.2689, 0.7311]
    """

    initializer = "he_uniform"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``z·σ(z)``."""
        return np.multiply(z, expit(z), out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return ``σ + a(1 − σ)``."""
        s = expit(z)
        return np.add(s, a * (1 - s), out=out)

    def second_derivative(self, z: Array, a: Array) -> Array:
        """Return ``σ(1 − σ)·(2 + z(1 − 2σ))``."""
        s = expit(z)
        return s * (1 - s) * (2 + z * (1 - 2 * s))


class Mish(Activation, name="mish"):
    r"""Mish, :math:`f(z) = z \tanh(\zeta(z))` with the softplus :math:`\zeta(z) = \log(1 + e^z)`.

    See Also
    --------
    SiLU : A similar curve.
    Softplus : Inside of it.

    References
    ----------
    Misra (2019), "Mish: a self regularized non-monotonic neural activation function".

    Examples
    --------
    >>> Mish().value(np.array([-1.0, 1.0])).round(4).tolist()
    [-0.3034, 0.8651]
    """

    initializer = "he_uniform"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``z·tanh ζ(z)``."""
        return np.multiply(z, np.tanh(np.logaddexp(0, z)), out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return ``t + z(1 − t²)σ(z)`` with ``t = tanh ζ(z)``."""
        t = np.tanh(np.logaddexp(0, z))
        return np.add(t, z * (1 - t * t) * expit(z), out=out)

    def second_derivative(self, z: Array, a: Array) -> Array:
        """Return ``(1 − t²)σ·(2 + z(1 − σ − 2tσ))``."""
        t, s = np.tanh(np.logaddexp(0, z)), expit(z)
        return (1 - t * t) * s * (2 + z * (1 - s - 2 * t * s))


class Softplus(Activation, name="softplus"):
    r"""Softplus, a smooth rectifier, :math:`f(z) = \log(1 + e^z)`.

    See Also
    --------
    ReLU : The limit for large inputs.
    Sigmoid : Its derivative.

    References
    ----------
    Dugas, Bengio, Bélisle, Nadeau and Garcia (2001), "Incorporating second-order functional
    knowledge for better option pricing".

    Examples
    --------
    >>> Softplus().value(np.array([0.0, 1.0])).round(4).tolist()
    [0.6931, 1.3133]
    """

    initializer = "he_uniform"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``log(1 + exp z)``."""
        return np.logaddexp(0, z, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return ``σ(z)``."""
        return expit(z, out=out)

    def second_derivative(self, z: Array, a: Array) -> Array:
        """Return ``σ(1 − σ)``."""
        s = expit(z)
        return s * (1 - s)
