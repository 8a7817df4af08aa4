"""Units that are more than a function of one pre-activation.

PReLU learns its own slope, an RBF unit looks at the distance to a centre, and a maxout unit takes
the largest of several affine pieces. They are activations all the same: ``activation="maxout"``.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from skdl.core.activations.base import Activation, PiecewiseLinear
from skdl.core.component import Interval

__all__ = ["RBF", "Maxout", "PReLU"]

Array = np.ndarray


class PReLU(PiecewiseLinear, name="prelu"):
    r"""Parametric ReLU, :math:`f(z) = \max(z, 0) + s \min(z, 0)` with a learned slope s per unit.

    The layer owns the learned slopes and passes them as ``slope``, of shape (..., 1, units).

    Parameters
    ----------
    slope : float, default=0.25
        Where every learned slope starts.

    See Also
    --------
    LeakyReLU : With a slope that is given.

    References
    ----------
    He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers".

    Examples
    --------
    >>> PReLU().value(np.array([-2.0, 3.0])).tolist()
    [-0.5, 3.0]
    """

    kinks = (0.0,)
    initializer = "he_uniform"
    rules: ClassVar = {"slope": Interval(-1, 1)}

    def __init__(self, slope: float = 0.25) -> None:
        self.slope = slope

    @property
    def learned_slope(self) -> float:
        """Where the learned slopes start."""
        return self.slope

    def value(
        self, z: Array, out: Array | None = None, slope: float | Array | None = None
    ) -> Array:
        """Return ``max(z, 0) + s·min(z, 0)``."""
        s = self.slope if slope is None else slope
        out = np.multiply(np.minimum(z, 0), s, out=out)
        return np.add(out, np.maximum(z, 0), out=out)

    def derivative(
        self, z: Array, a: Array, out: Array | None = None, slope: float | Array | None = None
    ) -> Array:
        """Return 1 where ``z > 0``, else ``s``."""
        s = self.slope if slope is None else slope
        out = np.empty_like(z) if out is None else out
        out[...] = np.where(z > 0, 1, s)
        return out

    def slope_derivative(self, z: Array) -> Array:
        """Return ``∂f/∂s = min(z, 0)``."""
        return np.minimum(z, 0)


class RBF(Activation, name="rbf"):
    r"""Radial basis function, :math:`f(z) = e^{-z}` with :math:`z = e^{b} \lVert x - w \rVert^2`.

    The pre-activation is a scaled squared distance between the input and the unit's weight vector
    (its centre); the bias b is the logarithm of the inverse squared width. It starts at
    −log(number of inputs), so that the width fits standardised inputs.

    See Also
    --------
    skdl.core.layers.Distance : The layer below such units.
    Cos : Not monotonic either.

    References
    ----------
    Broomhead and Lowe (1988), "Multivariable functional interpolation and adaptive networks";
    Goodfellow, Bengio and Courville (2016), "Deep Learning", section 6.3.3.

    Examples
    --------
    >>> RBF().value(np.array([0.0, 1.0])).round(4).tolist()
    [1.0, 0.3679]
    """

    initializer = "unit_normal"
    pre_activation = "distance"

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return ``exp(−z)``."""
        out = np.negative(z, out=out)
        return np.exp(out, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return ``−a``."""
        return np.negative(a, out=out)

    def second_derivative(self, z: Array, a: Array) -> Array:
        """Return ``a``."""
        return a


class Maxout(PiecewiseLinear, name="maxout"):
    r"""Maxout, :math:`a_j = \max_{i \le k} z_{ji}`: each unit is the largest of k affine pieces.

    Parameters
    ----------
    k : int, default=2
        Affine pieces per unit.

    See Also
    --------
    Abs : Two pieces of slopes −1 and 1.
    ReLU : Two pieces, one of them 0.

    References
    ----------
    Goodfellow, Warde-Farley, Mirza, Courville and Bengio (2013), "Maxout networks".

    Examples
    --------
    >>> Maxout(k=2).value(np.array([[1.0, 3.0, -1.0, -5.0]])).tolist()
    [[3.0, -1.0]]
    """

    initializer = "he_uniform"
    pre_activation = "pieces"
    rules: ClassVar = {"k": Interval(2, integer=True)}

    def __init__(self, k: int = 2) -> None:
        self.k = k

    @property
    def pieces(self) -> int:
        """Pre-activations per unit."""
        return self.k

    def by_unit(self, z: Array) -> Array:
        """View ``z`` of shape (..., rows, units·k) as (..., rows, units, k)."""
        return z.reshape(*z.shape[:-1], -1, self.k)

    def value(self, z: Array, out: Array | None = None) -> Array:
        """Return the largest piece of every unit, of shape (..., rows, units)."""
        return np.max(self.by_unit(z), axis=-1, out=out)

    def derivative(self, z: Array, a: Array, out: Array | None = None) -> Array:
        """Return 1 for the piece that won (the first of equals), else 0, in the shape of ``z``."""
        out = np.zeros_like(z) if out is None else out
        out.fill(0)
        winner = np.argmax(self.by_unit(z), axis=-1)
        np.put_along_axis(self.by_unit(out), winner[..., None], 1, axis=-1)
        return out
