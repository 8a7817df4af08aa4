r"""The contract of a layer: its forward pass and, right below it, its backward pass.

Forward, a layer turns its input x into an output. Backward, it is given :math:`d = \partial L /
\partial(\text{output})` and returns :math:`\partial L / \partial x`, by the chain rule, leaving the
gradients of its own parameters in ``dW``, ``db`` … on the way.

For exact Hessian-vector products there is a second pair. :math:`R\{u\}` is the derivative of u when
the parameters move in a direction V (Pearlmutter, 1994, "Fast exact multiplication by the
Hessian"); ``r_forward`` and ``r_backward`` are the two passes above, differentiated once more.

Parameters are views into the network's one vector. What one pass must remember for the next, and
the arrays that results are written into, are in a *memo* that :meth:`Layer.allocate` makes for a
number of rows. Formulas act on the last two axes only, (rows, units), so arrays may have a leading
axis that counts networks trained side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

__all__ = ["Layer", "Memo", "Parameter", "Pass", "norm"]

Array = np.ndarray
Memo = SimpleNamespace


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

    See Also
    --------
    Memo : What a layer remembers of one.

    Examples
    --------
    >>> Pass(training=True).sub_network
    False
    """

    training: bool = False
    weight: Array | None = None
    rng: np.random.Generator | None = None
    sub_network: bool = False
    all_rows: bool = False


@dataclass(frozen=True, eq=False)
class Parameter:
    """One array of a layer, that the network finds room for.

    Layers that declare the same object, or its transpose, share the array.

    Attributes
    ----------
    name : str
        The attribute of the layer that becomes a view of it; its gradient is "d" and the name.
    shape : tuple of int
        Its shape, without leading axes.
    is_weight : bool
        Whether penalties apply to it (they leave biases alone).
    transpose_of : Parameter or None
        The parameter whose array this is a transposed view of.

    See Also
    --------
    Layer : What has some.

    Examples
    --------
    >>> W = Parameter("W", (3, 2), is_weight=True)
    >>> W.T.shape
    (2, 3)
    """

    name: str
    shape: tuple[int, int]
    is_weight: bool = False
    transpose_of: Parameter | None = None

    @property
    def T(self) -> Parameter:
        """The transpose, for a layer that runs the other way on the same weights."""
        return self.transpose_of or Parameter(self.name, self.shape[::-1], self.is_weight, self)


def norm(vector: Array) -> Array:
    r"""Return :math:`\lVert v \rVert` over the last axis.

    Parameters
    ----------
    vector : ndarray of shape (..., n)
        v.

    Returns
    -------
    norm : ndarray of shape (...)
        Its Euclidean length.

    See Also
    --------
    skdl.core.penalties.Penalty : What is made of norms.

    Examples
    --------
    >>> float(norm(np.array([3.0, 4.0])))
    5.0
    """
    return np.sqrt(np.vecdot(vector, vector))


class Layer:
    """What the network asks of a layer.

    A gradient is filled only where the network made room for it: ``dW`` and its like are None in a
    layer that is not to learn.

    Parameters
    ----------
    n_in, n_out : int
        Units that come in and go out.

    Attributes
    ----------
    exact_curvature : bool
        Whether ``r_forward`` and ``r_backward`` are defined.
    stochastic : bool
        Whether training draws noise here.
    strengths : tuple of str
        Attributes that may be arrays of shape (..., 1, 1): one number for each network.
    has_weights : bool
        Whether a matrix ``W`` of shape (..., inputs, units) connects it to what is below; then
        there is ``b`` too, of shape (..., 1, units), or None.
    is_hidden : bool
        Whether its outputs are the activations of a hidden layer.
    has_penalty : bool
        Whether ``penalty`` is defined.
    least_rows : int
        Rows that a batch should have: more than 1 where they are compared with each other.

    See Also
    --------
    Dense : The simplest member with weights.
    skdl.core.network.Network : Layers above each other.

    Examples
    --------
    A layer that only turns the sign:

    >>> class Minus(Layer):
    ...     def allocate(self, shape, dtype):
    ...         return Memo()
    ...     def forward(self, x, memo, run):
    ...         return -x
    ...     def backward(self, d, memo, input_gradient=True):
    ...         return -d
    >>> Minus(2, 2).forward(np.array([[1.0, 2.0]]), Memo(), Pass()).tolist()
    [[-1.0, -2.0]]
    """

    exact_curvature: ClassVar[bool] = False
    stochastic: ClassVar[bool] = False
    strengths: ClassVar[tuple[str, ...]] = ()
    has_weights: ClassVar[bool] = False
    is_hidden: ClassVar[bool] = False
    has_penalty: ClassVar[bool] = False
    least_rows: ClassVar[int] = 1

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
        """Return starting values of parameters and statistics, by name."""
        return {}

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype) -> Memo:
        """Return the memo for inputs of shape (..., rows) + (units,)."""
        return Memo()

    def forward(self, x: Array, memo: Memo, run: Pass) -> Array:
        """Return the output, remembering in ``memo`` what the backward pass needs."""
        raise NotImplementedError

    def backward(self, d: Array, memo: Memo, input_gradient: bool = True) -> Array | None:
        """Return ``∂L/∂x`` (unless it is not wanted), filling the gradients of the parameters."""
        raise NotImplementedError

    def r_forward(self, rx: Array | None, memo: Memo, v: dict[str, Array]) -> Array | None:
        """Return ``R{output}``, given ``R{x}`` (None for 0) and the direction of the parameters."""
        raise NotImplementedError

    def r_backward(
        self, d: Array, rd: Array, memo: Memo, v: dict[str, Array], hv: dict[str, Array]
    ) -> tuple[Array, Array]:
        """Return ``∂L/∂x`` and ``R{∂L/∂x}``, leaving ``R{∂L/∂parameters}`` in ``hv``."""
        raise NotImplementedError

    def penalty(self, memo: Memo) -> Any:
        """Return what the layer adds to the objective for the last batch (of each network)."""
        raise NotImplementedError

    def signs(self, memo: Memo) -> dict[str, Array]:
        """Return the vital signs after a backward pass, one number each (for each network)."""
        return {}

    def pieces(self, memo: Memo) -> Array | None:
        """Tell on which side of its kinks everything lay in the last pass; None without kinks."""
        return None
