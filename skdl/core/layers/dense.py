r"""Layers: each knows its forward pass and, right below it, its backward pass.

Forward, a layer turns its input x into an output. Backward, it is given :math:`d = \partial L /
\partial(\text{output})` and returns :math:`\partial L / \partial x`, by the chain rule, leaving the
gradients of its own parameters in ``dW``, ``db`` … on the way.

For exact Hessian-vector products there is a second pair. :math:`R\{u\}` is the derivative of u when
the parameters move in a direction V (Pearlmutter, 1994, "Fast exact multiplication by the
Hessian"); ``r_forward`` and ``r_backward`` are the two passes above, differentiated once more.

Parameters are views into the network's one vector. Results are written into buffers that
:meth:`Layer.allocate` made for a number of rows. Formulas act on the last two axes only, (rows,
units), so arrays may have a leading axis that counts networks trained side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csr_array

from skdl.core.activations import Activation, Maxout
from skdl.core.initializers import Initializer

__all__ = [
    "Activate",
    "Dense",
    "Layer",
    "MaxoutUnits",
    "Parameter",
    "Pass",
]

Array = np.ndarray


@dataclass
class Pass:
    """What the layers must know about one pass through the network.

    Attributes
    ----------
    training : bool
        Whether noise is drawn per row and batch statistics are used and learned.
    weight : ndarray of shape (rows, 1) or None
        Weights of the rows.
    rng : numpy.random.Generator or None
        Source of the noise.
    sub_network : bool
        Whether to draw one dropout mask for all rows (to predict with a sampled sub-network).
    all_rows : bool
        Whether the batch is the whole data, so that its statistics are final, not one of many.
    """

    training: bool = False
    weight: Array | None = None
    rng: np.random.Generator | None = None
    sub_network: bool = False
    all_rows: bool = False


@dataclass(frozen=True)
class Parameter:
    """One array of a layer: its name, its shape, and whether it counts as a weight."""

    name: str
    shape: tuple[int, int]
    is_weight: bool = False


class Layer:
    """The contract of a layer.

    Attributes
    ----------
    exact_curvature : bool
        Whether ``r_forward`` and ``r_backward`` are defined.
    stochastic : bool
        Whether training draws noise here.
    strengths : tuple of str
        Attributes that may be arrays of shape (..., 1, 1): one number for each network.
    """

    exact_curvature: ClassVar[bool] = False
    stochastic: ClassVar[bool] = False
    strengths: ClassVar[tuple[str, ...]] = ()

    def __init__(self, n_in: int, n_out: int) -> None:
        self.n_in = n_in
        self.n_out = n_out

    def parameters(self) -> list[Parameter]:
        """Return the arrays that are learned by gradients."""
        return []

    def statistics(self) -> list[Parameter]:
        """Return the arrays that are learned by averaging (of batch normalisation)."""
        return []

    def initialize(self, rng: np.random.Generator) -> dict[str, Array]:
        """Return starting values of parameters and statistics."""
        return {}

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype) -> SimpleNamespace:
        """Return buffers for inputs of shape (..., rows) + (units,)."""
        return SimpleNamespace()

    def forward(self, x: Array, b: SimpleNamespace, run: Pass) -> Array:
        """Return the output, remembering in ``b`` what the backward pass needs."""
        raise NotImplementedError

    def backward(self, d: Array, b: SimpleNamespace, input_gradient: bool = True) -> Array | None:
        """Return ``∂L/∂x`` (unless it is not wanted), filling the gradients of the parameters."""
        raise NotImplementedError

    def r_forward(self, rx: Array | None, b: SimpleNamespace, v: dict[str, Array]) -> Array | None:
        """Return ``R{output}``, given ``R{x}`` (None for 0) and the direction of the parameters."""
        raise NotImplementedError

    def r_backward(
        self, d: Array, rd: Array, b: SimpleNamespace, v: dict[str, Array], hv: dict[str, Array]
    ) -> tuple[Array, Array]:
        """Return ``∂L/∂x`` and ``R{∂L/∂x}``, leaving ``R{∂L/∂parameters}`` in ``hv``."""
        raise NotImplementedError


def product(x: Array, W: Array, out: Array) -> Array:
    """Return ``x W``; x may be sparse, W may be a stack."""
    if isinstance(x, np.ndarray):  # cheaper to ask than issparse: 1 % of a small step
        return np.matmul(x, W, out)
    for index in np.ndindex(W.shape[:-2]):
        out[index] = x @ W[index]
    return out


def transposed_product(x: Array, d: Array, out: Array) -> Array:
    """Return ``xᵀ d``; x may be sparse, d may be a stack."""
    if isinstance(x, np.ndarray):
        return np.matmul(x.swapaxes(-1, -2), d, out)
    # Only features that occur in the batch get a row of their own: work in proportion to the
    # non-zeros, where `x.T @ d` would make, and copy, a dense matrix for all features.
    columns = x.tocsc()
    found = np.flatnonzero(np.diff(columns.indptr))
    ends = np.append(columns.indptr[found], columns.nnz)
    thin = csr_array((columns.data, columns.indices, ends), shape=(len(found), x.shape[0]))
    out[...] = 0
    for index in np.ndindex(d.shape[:-2]):
        out[index][found] = thin @ d[index]
    return out


class Dense(Layer):
    r"""Affine map, :math:`z = x W + b`.

    Parameters
    ----------
    n_in, n_out : int
        Inputs and outputs.
    initializer : Initializer
        Where W starts.
    scale : float
        Factor on the initial W.
    bias : float, ndarray of shape (n_out,) or None
        Where b starts; None for no b.
    columns_first : bool
        Whether z is stored column by column: reductions over few outputs (softmax) then run along
        contiguous memory, 1.5 to 4 times as fast.
    """

    exact_curvature = True

    def __init__(
        self,
        n_in: int,
        n_out: int,
        initializer: Initializer,
        scale: float = 1.0,
        bias: Any = 0.0,
        columns_first: bool = False,
    ) -> None:
        super().__init__(n_in, n_out)
        self.initializer = initializer
        self.scale = scale
        self.bias = bias
        self.columns_first = columns_first

    def parameters(self):
        """Return W, and b if there is one."""
        W = Parameter("W", (self.n_in, self.n_out), is_weight=True)
        return [W] if self.bias is None else [W, Parameter("b", (1, self.n_out))]

    def initialize(self, rng):
        """Draw W; b starts at a constant."""
        W = self.scale * self.initializer.draw(self.n_in, self.n_out, rng)
        return (
            {"W": W} if self.bias is None else {"W": W, "b": np.broadcast_to(self.bias, self.n_out)}
        )

    def allocate(self, shape, dtype):
        """Make room for z; what only a backward pass needs is made on first use."""
        if self.columns_first:
            z = np.moveaxis(np.empty((self.n_out, *shape), dtype), 0, -1)
        else:
            z = np.empty((*shape, self.n_out), dtype)
        return SimpleNamespace(z=z, dx=None, ones=None)

    def forward(self, x, b, run):
        """Return ``z = x W + b``."""
        b.x = x
        z = product(x, self.W, b.z)
        if self.bias is not None:
            z += self.b
        return z

    def backward(self, d, b, input_gradient=True):
        """Fill ``∂L/∂W = xᵀ d`` and ``∂L/∂b = Σ d``; return ``∂L/∂x = d Wᵀ``."""
        transposed_product(b.x, d, self.dW)
        if self.bias is not None:
            if b.ones is None:
                b.ones = np.ones((1, d.shape[-2]), d.dtype)
            np.matmul(b.ones, d, self.db)  # 2 to 3 times as fast as a sum over the rows
        if not input_gradient:
            return None
        if b.dx is None:
            b.dx = np.empty((*d.shape[:-1], self.n_in), d.dtype)
        return np.matmul(d, self.W.swapaxes(-1, -2), b.dx)

    def r_forward(self, rx, b, v):
        """Return ``R{z} = R{x} W + x V + v_b``."""
        b.rx = rx
        rz = product(b.x, v["W"], np.empty_like(b.z))
        if rx is not None:
            rz += rx @ self.W
        if self.bias is not None:
            rz += v["b"]
        return rz

    def r_backward(self, d, rd, b, v, hv):
        """Differentiate the backward pass: ``R{xᵀ d} = R{x}ᵀ d + xᵀ R{d}`` and so on."""
        transposed_product(b.x, rd, hv["W"])
        if b.rx is not None:
            hv["W"] += b.rx.swapaxes(-1, -2) @ d
        if self.bias is not None:
            np.add.reduce(rd, axis=-2, out=hv["b"], keepdims=True)
        WT, VT = self.W.swapaxes(-1, -2), v["W"].swapaxes(-1, -2)
        return d @ WT, rd @ WT + d @ VT


class Activate(Layer):
    r"""Element-wise activation, :math:`a = f(z)`, with a learned slope per unit for PReLU."""

    exact_curvature = True

    def __init__(self, n: int, activation: Activation) -> None:
        super().__init__(n, n)
        self.activation = activation
        self.learned = activation.learned_slope is not None
        z = np.linspace(-4, 4, 161)
        self.steepest = float(np.abs(activation.derivative(z, activation.value(z))).max())

    def parameters(self):
        """Return the learned slopes, if there are any."""
        return [Parameter("slope", (1, self.n_out))] if self.learned else []

    def initialize(self, rng):
        """Start the slopes at the activation's own."""
        return {"slope": np.full(self.n_out, self.activation.learned_slope)} if self.learned else {}

    def allocate(self, shape, dtype):
        """Make room for a and for f'(z) (on first use: prediction never needs it)."""
        return SimpleNamespace(a=np.empty((*shape, self.n_out), dtype), slope=None)

    def forward(self, z, b, run):
        """Return ``a = f(z)``."""
        b.z = z
        if self.learned:
            return self.activation.value(z, b.a, slope=self.slope)
        return self.activation.value(z, b.a)

    def derivative(self, b):
        """Return ``f'(z)``."""
        if b.slope is None:
            b.slope = np.empty_like(b.a)
        if self.learned:
            return self.activation.derivative(b.z, b.a, b.slope, slope=self.slope)
        return self.activation.derivative(b.z, b.a, b.slope)

    def backward(self, d, b, input_gradient=True):
        """Return ``∂L/∂z = d ∘ f'(z)``, written over d."""
        if self.learned:
            np.sum(
                d * self.activation.slope_derivative(b.z), axis=-2, keepdims=True, out=self.dslope
            )
        return np.multiply(d, self.derivative(b), d)

    def r_forward(self, rz, b, v):
        """Return ``R{a} = f'(z) ∘ R{z}``, plus ``∂f/∂s v`` for a learned slope s."""
        b.rz = rz
        ra = self.derivative(b) * rz
        if self.learned:
            ra += self.activation.slope_derivative(b.z) * v["slope"]
        return ra

    def r_backward(self, d, rd, b, v, hv):
        """Return ``R{d ∘ f'(z)} = R{d} ∘ f'(z) + d ∘ f''(z) ∘ R{z}``."""
        slope = self.derivative(b)
        rdz = rd * slope
        curvature = self.activation.second_derivative(b.z, b.a)
        if curvature is not None:
            rdz += d * curvature * b.rz
        if self.learned:
            below = d * (b.z < 0)
            rdz += below * v["slope"]
            rds = rd * self.activation.slope_derivative(b.z) + below * b.rz
            np.sum(rds, axis=-2, keepdims=True, out=hv["slope"])
        return d * slope, rdz


class MaxoutUnits(Layer):
    r"""Maxout, :math:`a_j = \max_{i \le k} z_{ji}`: the gradient goes to the piece that won."""

    exact_curvature = True

    def __init__(self, n: int, maxout: Maxout) -> None:
        super().__init__(n * maxout.k, n)
        self.maxout = maxout

    def allocate(self, shape, dtype):
        """Make room for a, and for the winners and ∂L/∂z."""
        return SimpleNamespace(
            a=np.empty((*shape, self.n_out), dtype), winner=np.empty((*shape, self.n_in), dtype)
        )

    def forward(self, z, b, run):
        """Return the largest piece of every unit."""
        b.z = z
        return self.maxout.value(z, b.a)

    def _spread(self, d, winner):
        return (self.maxout.by_unit(winner) * d[..., None]).reshape(winner.shape)

    def backward(self, d, b, input_gradient=True):
        """Return ``∂L/∂z``: d at the winners, 0 elsewhere."""
        return self._spread(d, self.maxout.derivative(b.z, b.a, b.winner))

    def r_forward(self, rz, b, v):
        """Return ``R{z}`` of the winners."""
        winner = self.maxout.derivative(b.z, b.a, b.winner)
        return self.maxout.by_unit(winner * rz).sum(axis=-1)

    def r_backward(self, d, rd, b, v, hv):
        """Send both to the winners."""
        return self._spread(d, b.winner), self._spread(rd, b.winner)
