r"""Initialisers: where the weights start.

Too small, and the signal (forward) or the gradient (backward) dies out layer by layer; too large,
and it explodes or saturates the units. A layer with weights of variance :math:`v` multiplies the
variance of a signal by about :math:`n_{in} v` on its way forward and by :math:`n_{out} v` on its
way back, so every scheme below is a choice of :math:`v`, given by :meth:`Initializer.variance`.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.special import ndtri

from skdl.core.component import Component, Interval

__all__ = [
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Normal",
    "Orthogonal",
    "TruncatedNormal",
    "Uniform",
    "UnitNormal",
    "Zeros",
]


class Initializer(Component, family=True):
    """A distribution of weight matrices."""

    def draw(
        self, shape: tuple[int, int], fan_in: int, fan_out: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw a weight matrix.

        Parameters
        ----------
        shape : tuple of int
            Its shape; (fan_in, fan_out) in a dense layer. Where weights are shared by many places
            (a convolution), more connections may run through each than the matrix has columns.
        fan_in, fan_out : int
            Connections that come into a unit, and that go out from an input.
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        W : ndarray of that shape, float64
        """
        raise NotImplementedError

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return the variance of one weight."""
        raise NotImplementedError


def _square(size: float) -> float:
    """Return size²: infinite, if need be, where a power or a short float would raise or warn."""
    return float(size) * float(size)


class _Gaussian(Initializer):
    """Those that draw from a normal distribution."""

    def draw(
        self, shape: tuple[int, int], fan_in: int, fan_out: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw normal weights with mean 0 and the documented variance."""
        return rng.normal(0, np.sqrt(self.variance(fan_in, fan_out)), shape)


class _Box(Initializer):
    """Those that draw from a uniform distribution."""

    def draw(
        self, shape: tuple[int, int], fan_in: int, fan_out: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw uniform weights: U(−b, b) has variance b²/3."""
        bound = np.sqrt(3 * self.variance(fan_in, fan_out))
        return rng.uniform(-bound, bound, shape)


class _Glorot(Initializer):
    """Those with Glorot's variance."""

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return 2 / (fan_in + fan_out)."""
        return 2 / (fan_in + fan_out)


class _He(Initializer):
    """Those with He's variance."""

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return 2 / fan_in."""
        return 2 / fan_in


class _Lecun(Initializer):
    """Those with LeCun's variance."""

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return 1 / fan_in."""
        return 1 / fan_in


class GlorotUniform(_Glorot, _Box, name="glorot_uniform"):
    r"""Xavier initialisation, uniform: variance :math:`2 / (n_{in} + n_{out})`.

    A compromise that keeps the signal and the gradient alive through linear and tanh layers.

    References
    ----------
    Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward networks".

    Examples
    --------
    >>> GlorotUniform().variance(100, 100)
    0.01
    """


class GlorotNormal(_Glorot, _Gaussian, name="glorot_normal"):
    r"""Xavier initialisation, normal: variance :math:`2 / (n_{in} + n_{out})`.

    References
    ----------
    Glorot and Bengio (2010).

    Examples
    --------
    >>> GlorotNormal().draw((3, 2), 3, 2, np.random.default_rng(0)).shape
    (3, 2)
    """


class HeUniform(_He, _Box, name="he_uniform"):
    r"""He initialisation, uniform: variance :math:`2 / n_{in}`, for rectifiers.

    A rectifier passes half of the signal's second moment, so the weights carry twice the variance.

    References
    ----------
    He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers".

    Examples
    --------
    >>> HeUniform().variance(200, 10)
    0.01
    """


class HeNormal(_He, _Gaussian, name="he_normal"):
    r"""He initialisation, normal: variance :math:`2 / n_{in}`, for rectifiers.

    References
    ----------
    He, Zhang, Ren and Sun (2015).

    Examples
    --------
    >>> HeNormal().variance(200, 10)
    0.01
    """


class LecunUniform(_Lecun, _Box, name="lecun_uniform"):
    r"""LeCun initialisation, uniform: variance :math:`1 / n_{in}`.

    References
    ----------
    LeCun, Bottou, Orr and Müller (1998), "Efficient backprop".

    Examples
    --------
    >>> LecunUniform().variance(100, 10)
    0.01
    """


class LecunNormal(_Lecun, _Gaussian, name="lecun_normal"):
    r"""LeCun initialisation, normal: variance :math:`1 / n_{in}`; what SELU asks for.

    References
    ----------
    LeCun, Bottou, Orr and Müller (1998); Klambauer et al. (2017) for SELU.

    Examples
    --------
    >>> LecunNormal().variance(100, 10)
    0.01
    """


class Orthogonal(Initializer, name="orthogonal"):
    r"""A random orthogonal matrix: orthonormal rows or columns, whichever are fewer.

    Parameters
    ----------
    gain : float, default=1.0
        Factor on every weight; :math:`\sqrt 2` suits rectifiers.

    References
    ----------
    Saxe, McClelland and Ganguli (2013), "Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks".

    Examples
    --------
    >>> W = Orthogonal().draw((5, 3), 5, 3, np.random.default_rng(0))
    >>> bool(np.allclose(W.T @ W, np.eye(3)))
    True
    """

    rules: ClassVar = {"gain": Interval(0, closed="neither")}

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def draw(
        self, shape: tuple[int, int], fan_in: int, fan_out: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw from the uniform (Haar) distribution, by QR with the signs of R made positive."""
        Q, R = np.linalg.qr(rng.standard_normal((max(shape), min(shape))))
        Q *= np.sign(np.diag(R))
        return float(self.gain) * (Q if shape[0] >= shape[1] else Q.T)

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return gain² / max(fan_in, fan_out): unit columns (or rows) of that length."""
        return _square(self.gain) / max(fan_in, fan_out)


class Uniform(Initializer, name="uniform"):
    r"""Uniform weights in :math:`[-b, b]`, whatever the size of the layer: variance :math:`b^2/3`.

    Parameters
    ----------
    bound : float, default=0.05
        Largest absolute weight.

    Examples
    --------
    >>> bool(abs(Uniform(0.1).draw((9, 9), 9, 9, np.random.default_rng(0))).max() <= 0.1)
    True
    """

    rules: ClassVar = {"bound": Interval(0, closed="neither")}

    def __init__(self, bound: float = 0.05) -> None:
        self.bound = bound

    def draw(
        self, shape: tuple[int, int], fan_in: int, fan_out: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw uniform weights."""
        return float(self.bound) * rng.uniform(-1, 1, shape)

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return bound² / 3."""
        return _square(self.bound) / 3


class Normal(_Gaussian, name="normal"):
    r"""Normal weights, whatever the size of the layer.

    Parameters
    ----------
    std : float, default=0.05
        Standard deviation.

    Examples
    --------
    >>> Normal(0.1).draw((2, 1), 2, 1, np.random.default_rng(0)).round(3).tolist()
    [[0.013], [-0.013]]
    """

    rules: ClassVar = {"std": Interval(0, closed="neither")}

    def __init__(self, std: float = 0.05) -> None:
        self.std = std

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return std²."""
        return _square(self.std)


class UnitNormal(_Gaussian, name="unit_normal"):
    """Standard normal weights: centres of RBF units among standardised inputs.

    Examples
    --------
    >>> UnitNormal().variance(10, 10)
    1.0
    """

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return 1."""
        return 1.0


class TruncatedNormal(Initializer, name="truncated_normal"):
    r"""Normal weights redrawn until they lie within two standard deviations.

    The truncation leaves a variance of :math:`0.77374\,s^2` (s the parameter ``std``):
    :math:`1 - 4\varphi(2) / (2\Phi(2) - 1)`.

    Parameters
    ----------
    std : float, default=0.05
        Standard deviation before truncation.

    Examples
    --------
    >>> W = TruncatedNormal(0.1).draw((50, 50), 50, 50, np.random.default_rng(0))
    >>> bool(abs(W).max() <= 0.2)
    True
    """

    rules: ClassVar = {"std": Interval(0, closed="neither")}

    def __init__(self, std: float = 0.05) -> None:
        self.std = std

    def draw(
        self, shape: tuple[int, int], fan_in: int, fan_out: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw by inverting the distribution function between Φ(−2) and Φ(2)."""
        low, high = 0.022750131948179195, 0.9772498680518208
        return float(self.std) * ndtri(rng.uniform(low, high, shape))

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return 0.77374 std²."""
        return 0.7737413035499232 * _square(self.std)


class Zeros(Initializer, name="zeros"):
    """All weights zero: fine for a linear model; units of a hidden layer would stay alike for ever.

    Examples
    --------
    >>> Zeros().draw((1, 2), 1, 2, np.random.default_rng(0)).tolist()
    [[0.0, 0.0]]
    """

    def draw(
        self, shape: tuple[int, int], fan_in: int, fan_out: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return zeros."""
        return np.zeros(shape)

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Return 0."""
        return 0.0
