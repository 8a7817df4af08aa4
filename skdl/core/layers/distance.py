"""The layer below RBF units: how far the input is from a centre, for every unit."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.sparse import issparse

from skdl.core.layers.dense import Layer, Parameter, product, transposed_product

__all__ = ["Distance"]


class Distance(Layer):
    r"""Scaled squared distance to a centre, :math:`z_j = e^{b_j} \lVert x - w_j \rVert^2`.

    For RBF units. The log inverse squared width b starts at :math:`-\log n_{in}`, which suits
    standardised inputs, and stays there if ``learn_width`` is False.
    """

    def __init__(self, n_in, n_out, initializer, scale=1.0, learn_width=True):
        super().__init__(n_in, n_out)
        self.initializer = initializer
        self.scale = scale
        self.learn_width = learn_width

    def parameters(self):
        """Return the centres W, and b if it is learned."""
        W = Parameter("W", (self.n_in, self.n_out), is_weight=True)
        return [W, Parameter("b", (1, self.n_out))] if self.learn_width else [W]

    def initialize(self, rng):
        """Draw the centres."""
        start = {"W": self.scale * self.initializer.draw(self.n_in, self.n_out, rng)}
        if self.learn_width:
            start["b"] = np.full(self.n_out, -np.log(self.n_in))
        return start

    def allocate(self, shape, dtype):
        """Make room for z."""
        return SimpleNamespace(z=np.empty((*shape, self.n_out), dtype))

    def forward(self, x, b, run):
        """Return ``z = e^b (‖x‖² − 2 x·w + ‖w‖²)``."""
        b.x = x
        squares = x.multiply(x) if issparse(x) else np.square(x)
        b.width = np.exp(self.b) if self.learn_width else b.z.dtype.type(1 / self.n_in)
        z = product(x, self.W, b.z)
        z *= -2
        z += np.asarray(squares.sum(axis=-1)).reshape(*x.shape[:-1], 1)
        z += np.square(self.W).sum(axis=-2, keepdims=True)
        np.maximum(z, 0, out=z)  # rounding may leave a distance of −1e-16
        z *= b.width
        return z

    def backward(self, d, b, input_gradient=True):
        """Return ``∂L/∂x``, with ``s = ‖x − w‖²``, ``∂s/∂w = 2(w − x)``, ``∂s/∂x = 2(x − w)``."""
        if self.learn_width:
            np.sum(d * b.z, axis=-2, keepdims=True, out=self.db)
        ds = 2 * d * b.width
        transposed_product(b.x, ds, self.dW)
        np.subtract(self.W * ds.sum(axis=-2, keepdims=True), self.dW, out=self.dW)
        if not input_gradient:
            return None
        return b.x * ds.sum(axis=-1, keepdims=True) - ds @ self.W.swapaxes(-1, -2)
