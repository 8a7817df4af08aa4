"""Layers that regularise: dropout, noise, and a penalty on activations.

They change nothing when predicting; in training they make it harder to memorise the rows.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.sparse import issparse

from skdl.core.layers.dense import Layer
from skdl.core.noise import DropoutInference, draw_mask, draw_normal

__all__ = ["ActivityPenalty", "Dropout", "GaussianNoise"]


class Dropout(Layer):
    r"""Dropout, :math:`y = x \circ m`, each :math:`m_i` 0 with probability p and 1 otherwise.

    Scaled by :math:`1/(1 - p)` in training or by :math:`1 - p` when predicting, as
    :class:`~skdl.core.noise.DropoutInference` says.
    """

    stochastic = True
    strengths = ("keep", "scale")

    def __init__(self, n: int, rate: Any, inference: DropoutInference) -> None:
        super().__init__(n, n)
        self.keep = 1 - rate
        self.scale = 1 / self.keep
        self.inference = inference

    def allocate(self, shape, dtype):
        """Make room for the output and the mask."""
        return SimpleNamespace(y=None, mask=None)

    def forward(self, x, b, run):
        """Return ``x ∘ m``, scaled."""
        scale = self.inference.scale_in_training
        if not (run.training or run.sub_network):
            b.mask = 1 if scale else self.keep
            return x if scale else x * self.keep
        if run.sub_network:
            shape = (1, x.shape[-1])
        else:
            shape = (x.nnz,) if issparse(x) else x.shape
        if np.shape(b.mask) != shape:
            b.mask = np.empty(shape, x.dtype)
        draw_mask(run.rng, self.keep, b.mask)
        if scale:
            b.mask *= self.scale
        if issparse(x):
            x = x.copy()
            x.data *= b.mask[0, x.indices] if run.sub_network else b.mask
            return x
        if b.y is None:
            b.y = np.empty(x.shape, x.dtype)
        return np.multiply(x, b.mask, b.y)

    def backward(self, d, b, input_gradient=True):
        """Return ``∂L/∂x = d ∘ m``, written over d (nothing is wanted below sparse inputs)."""
        return np.multiply(d, b.mask, d) if input_gradient else None


class GaussianNoise(Layer):
    r"""Gaussian noise in training, :math:`y = x + \sigma\varepsilon`."""

    stochastic = True
    strengths = ("std",)

    def __init__(self, n: int, std: Any) -> None:
        super().__init__(n, n)
        self.std = std

    def allocate(self, shape, dtype):
        """Make room for the output."""
        return SimpleNamespace(y=None)

    def forward(self, x, b, run):
        """Return ``x`` plus noise."""
        if not run.training:
            return x
        if b.y is None:
            b.y = np.empty(x.shape, x.dtype)
        draw_normal(run.rng, self.std, b.y)
        b.y += x.toarray() if issparse(x) else x  # noise on sparse inputs makes the batch dense
        return b.y

    def backward(self, d, b, input_gradient=True):
        """Return d: the noise is a constant."""
        return d


class ActivityPenalty(Layer):
    r"""L1 on activations, :math:`\lambda_a \frac1B \sum_i w_i \lVert x_i \rVert_1`: sparse codes.

    Passes x on; the penalty's value is left in ``value`` and its gradient joins on the way back.
    """

    exact_curvature = True
    strengths = ("strength",)

    def __init__(self, n: int, strength: Any) -> None:
        super().__init__(n, n)
        self.strength = strength

    def forward(self, x, b, run):
        """Return x."""
        b.x, b.weight = x, run.weight
        return x

    def value(self, b):
        """Return the penalty of the last batch."""
        a = np.abs(b.x).sum(axis=-1, keepdims=True)
        return (self.strength * (a if b.weight is None else a * b.weight)).mean(axis=(-2, -1))

    def backward(self, d, b, input_gradient=True):
        """Return ``d + λ w sign(x) / B``, written over d."""
        slope = np.sign(b.x)
        slope *= self.strength / d.shape[-2]
        if b.weight is not None:
            slope *= b.weight
        d += slope
        return d

    def r_forward(self, rx, b, v):
        """Return ``R{x}``."""
        return rx

    def r_backward(self, d, rd, b, v, hv):
        """Add the slope of the penalty, which is constant almost everywhere."""
        return self.backward(d.copy(), b), rd
