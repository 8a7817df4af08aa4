"""Layers that regularise: dropout, noise, and a penalty on activations.

They change nothing when predicting; in training they make it harder to memorise the rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse

from skdl.core.layers.base import Layer, Memo, Pass
from skdl.core.noise import DropoutInference, draw_mask, draw_normal

__all__ = ["ActivityPenalty", "Dropout", "GaussianNoise"]

Array = np.ndarray


class Dropout(Layer):
    r"""Dropout, :math:`y = x \circ m`, each :math:`m_i` 0 with probability p and 1 otherwise.

    Scaled by :math:`1/(1 - p)` in training or by :math:`1 - p` when predicting, as
    :class:`~skdl.core.noise.DropoutInference` says.

    Parameters
    ----------
    n : int
        Units.
    rate : float, or ndarray of one for each network of a stack
        p.
    inference : DropoutInference
        Where the scaling happens.

    See Also
    --------
    GaussianNoise : Noise that is added, not multiplied.

    Examples
    --------
    >>> from skdl.core.noise import DropoutInference
    >>> inverted = DropoutInference.registry["inverted"]()
    >>> layer, rng = Dropout(4, 0.5, inverted), np.random.default_rng(0)
    >>> memo = layer.allocate((1,), np.dtype(float))
    >>> layer.forward(np.ones((1, 4)), memo, Pass(training=True, rng=rng)).tolist()
    [[0.0, 2.0, 2.0, 2.0]]
    >>> layer.forward(np.ones((1, 4)), memo, Pass()).tolist()
    [[1.0, 1.0, 1.0, 1.0]]
    """

    stochastic = True
    strengths = ("keep", "scale")

    def __init__(self, n: int, rate: Any, inference: DropoutInference) -> None:
        super().__init__(n, n)
        self.keep = 1 - rate
        self.scale = 1 / self.keep
        self.inference = inference

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype) -> Memo:
        """Make room for the output and the mask."""
        return Memo(y=None, mask=None)

    def forward(self, x: Array, memo: Memo, run: Pass) -> Array:
        """Return ``x ∘ m``, scaled."""
        scale = self.inference.scale_in_training
        if not (run.training or run.sub_network):
            memo.mask = 1 if scale else self.keep
            return x if scale else x * self.keep
        if run.sub_network:
            shape = (1, x.shape[-1])
        else:
            shape = (x.nnz,) if issparse(x) else x.shape
        if np.shape(memo.mask) != shape:
            memo.mask = np.empty(shape, x.dtype)
        draw_mask(run.rng, self.keep, memo.mask)
        if scale:
            memo.mask *= self.scale
        if issparse(x):
            x = x.copy()
            x.data *= memo.mask[0, x.indices] if run.sub_network else memo.mask
            return x
        if memo.y is None:
            memo.y = np.empty(x.shape, x.dtype)
        return np.multiply(x, memo.mask, memo.y)

    def backward(self, d: Array, memo: Memo, input_gradient: bool = True) -> Array | None:
        """Return ``∂L/∂x = d ∘ m``, written over d (nothing is wanted below sparse inputs)."""
        return np.multiply(d, memo.mask, d) if input_gradient else None


class GaussianNoise(Layer):
    r"""Gaussian noise in training, :math:`y = x + \sigma\varepsilon`.

    Parameters
    ----------
    n : int
        Units.
    std : float, or ndarray of one for each network of a stack
        σ.

    See Also
    --------
    Dropout : Noise that switches units off.

    Examples
    --------
    >>> layer = GaussianNoise(3, 0.1)
    >>> memo = layer.allocate((1,), np.dtype(float))
    >>> layer.forward(np.ones((1, 3)), memo, Pass()).tolist()  # none when predicting
    [[1.0, 1.0, 1.0]]
    """

    stochastic = True
    strengths = ("std",)

    def __init__(self, n: int, std: Any) -> None:
        super().__init__(n, n)
        self.std = std

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype) -> Memo:
        """Make room for the output."""
        return Memo(y=None)

    def forward(self, x: Array, memo: Memo, run: Pass) -> Array:
        """Return ``x`` plus noise."""
        if not run.training:
            return x
        if memo.y is None:
            memo.y = np.empty(x.shape, x.dtype)
        draw_normal(run.rng, self.std, memo.y)
        memo.y += x.toarray() if issparse(x) else x  # noise on sparse inputs makes the batch dense
        return memo.y

    def backward(self, d: Array, memo: Memo, input_gradient: bool = True) -> Array | None:
        """Return d: the noise is a constant."""
        return d


class ActivityPenalty(Layer):
    r"""L1 on activations, :math:`\lambda_a \frac1B \sum_i w_i \lVert x_i \rVert_1`: sparse codes.

    Passes x on; the penalty's gradient joins on the way back.

    Parameters
    ----------
    n : int
        Units.
    strength : float, or ndarray of one for each network of a stack
        :math:`\lambda_a`.

    See Also
    --------
    Activate : The layer below, whose outputs it keeps sparse.

    Examples
    --------
    >>> layer = ActivityPenalty(2, 0.1)
    >>> x = np.array([[-3.0, 1.0]])
    >>> layer.forward(x, layer.allocate((1,), np.dtype(float)), Pass()) is x
    True
    """

    exact_curvature = True
    has_penalty = True
    strengths = ("strength",)

    def __init__(self, n: int, strength: Any) -> None:
        super().__init__(n, n)
        self.strength = strength

    def forward(self, x: Array, memo: Memo, run: Pass) -> Array:
        """Return x."""
        memo.x, memo.weight = x, run.weight
        return x

    def penalty(self, memo: Memo) -> Any:
        """Return the penalty of the last batch."""
        a = np.abs(memo.x).sum(axis=-1, keepdims=True)
        return (self.strength * (a if memo.weight is None else a * memo.weight)).mean(axis=(-2, -1))

    def backward(self, d: Array, memo: Memo, input_gradient: bool = True) -> Array | None:
        """Return ``d + λ w sign(x) / B``, written over d."""
        slope = np.sign(memo.x)
        slope *= self.strength / d.shape[-2]
        if memo.weight is not None:
            slope *= memo.weight
        d += slope
        return d

    def r_forward(self, rx: Array | None, memo: Memo, v: dict[str, Array]) -> Array | None:
        """Return ``R{x}``."""
        return rx

    def r_backward(
        self, d: Array, rd: Array, memo: Memo, v: dict[str, Array], hv: dict[str, Array]
    ) -> tuple[Array, Array]:
        """Add the slope of the penalty, which is constant almost everywhere."""
        return self.backward(d.copy(), memo), rd

    def pieces(self, memo: Memo) -> Array:
        """Tell the sign of every activation."""
        return np.sign(memo.x)
