"""The layer below RBF units: how far the input is from a centre, for every unit."""

from __future__ import annotations

import numpy as np
from scipy.sparse import issparse

from skdl.core.initializers import Initializer
from skdl.core.layers.base import Layer, Memo, Parameter, Pass, norm
from skdl.core.layers.dense import product, transposed_product

__all__ = ["Distance"]

Array = np.ndarray


class Distance(Layer):
    r"""Scaled squared distance to a centre, :math:`z_j = e^{b_j} \lVert x - w_j \rVert^2`.

    For RBF units. The log inverse squared width b starts at :math:`-\log n_{in}`, which suits
    standardised inputs, and stays there if ``learn_width`` is False.

    Parameters
    ----------
    n_in, n_out : int
        Inputs and outputs.
    initializer : Initializer
        Where the centres start.
    scale : float
        Factor on the initial centres.
    learn_width : bool
        Whether b is learned.

    See Also
    --------
    skdl.core.activations.RBF : The activation that turns distances into bumps.

    Examples
    --------
    >>> from skdl.core.initializers import Initializer
    >>> layer = Distance(2, 1, Initializer.registry["zeros"]())
    >>> layer.W, layer.b = np.array([[1.0], [1.0]]), np.array([[0.0]])
    >>> memo = layer.allocate((1,), np.dtype(float))
    >>> layer.forward(np.array([[4.0, 5.0]]), memo, Pass()).tolist()
    [[25.0]]
    """

    has_weights = True
    W: Array
    b: Array | None = None
    dW: Array | None = None
    db: Array | None = None

    def __init__(
        self,
        n_in: int,
        n_out: int,
        initializer: Initializer,
        scale: float = 1.0,
        learn_width: bool = True,
    ) -> None:
        super().__init__(n_in, n_out)
        self.initializer = initializer
        self.scale = scale
        self.learn_width = learn_width

    def parameters(self) -> list[Parameter]:
        """Return the centres W, and b if it is learned."""
        W = Parameter("W", (self.n_in, self.n_out), is_weight=True)
        return [W, Parameter("b", (1, self.n_out))] if self.learn_width else [W]

    def initialize(self, rng: np.random.Generator) -> dict[str, Array]:
        """Draw the centres."""
        n_in, n_out = self.n_in, self.n_out
        W = self.initializer.draw((n_in, n_out), n_in, n_out, rng)
        start = {"W": self.scale * W}
        if self.learn_width:
            start["b"] = np.full(self.n_out, -np.log(self.n_in))
        return start

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype) -> Memo:
        """Make room for z."""
        return Memo(z=np.empty((*shape, self.n_out), dtype))

    def forward(self, x: Array, memo: Memo, run: Pass) -> Array:
        """Return ``z = e^b (‖x‖² − 2 x·w + ‖w‖²)``."""
        memo.x = x
        squares = x.multiply(x) if issparse(x) else np.square(x)
        memo.width = np.exp(self.b) if self.learn_width else memo.z.dtype.type(1 / self.n_in)
        z = product(x, self.W, memo.z)
        z *= -2
        z += np.asarray(squares.sum(axis=-1)).reshape(*x.shape[:-1], 1)
        z += np.square(self.W).sum(axis=-2, keepdims=True)
        np.maximum(z, 0, out=z)  # rounding may leave a distance of −1e-16
        z *= memo.width
        return z

    def backward(self, d: Array, memo: Memo, input_gradient: bool = True) -> Array | None:
        """Return ``∂L/∂x``, with ``s = ‖x − w‖²``, ``∂s/∂w = 2(w − x)``, ``∂s/∂x = 2(x − w)``."""
        if self.db is not None:
            np.sum(d * memo.z, axis=-2, keepdims=True, out=self.db)
        ds = 2 * d * memo.width
        if self.dW is not None:
            transposed_product(memo.x, ds, self.dW)
            np.subtract(self.W * ds.sum(axis=-2, keepdims=True), self.dW, out=self.dW)
        if not input_gradient:
            return None
        return memo.x * ds.sum(axis=-1, keepdims=True) - ds @ self.W.swapaxes(-1, -2)

    def signs(self, memo: Memo) -> dict[str, Array]:
        """Return ``‖∂L/∂W‖`` and ``‖W‖``."""
        dW, W = (w.reshape(*w.shape[:-2], -1) for w in (self.dW, self.W))
        return {"gradient_norms": norm(dW), "weight_norms": norm(W)}
