r"""Gradient clipping: a bound on how far one bad batch can throw the network.

The threshold is ``clip_threshold`` of the estimator. "By norm" works on each parameter array (the
weights or the biases of one layer); "by global norm" on the gradient of the whole network, which
alone keeps the direction of the step.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skdl.core.component import Component

__all__ = ["ByAverageNorm", "ByGlobalNorm", "ByNorm", "ByValue", "Clipping"]

Array = np.ndarray


class Clipping(Component, family=True):
    """The family that ``clip=`` chooses from."""

    def apply(self, g: Array, parts: Sequence[Array], threshold: float) -> None:
        """Clip a gradient in place.

        Parameters
        ----------
        g : ndarray of shape (..., n_parameters)
            The gradient of the whole network.
        parts : sequence of ndarray
            Views of ``g``, one for each parameter array; their last two axes belong to it.
        threshold : float
            The bound.
        """
        raise NotImplementedError


def _shrink(part: Array, norm: Array, threshold: float) -> None:
    """Multiply ``part`` by ``threshold / norm`` where the norm is larger."""
    part *= threshold / np.maximum(norm, threshold)


class ByValue(Clipping, name="value"):
    r"""Clip every component, :math:`g_j \leftarrow \max(-c, \min(c, g_j))`.

    References
    ----------
    Mikolov (2012), "Statistical language models based on neural networks".

    Examples
    --------
    >>> g = np.array([3.0, -0.5])
    >>> ByValue().apply(g, [g[None]], 1.0)
    >>> g.tolist()
    [1.0, -0.5]
    """

    def apply(self, g: Array, parts: Sequence[Array], threshold: float) -> None:
        """Clip in place."""
        np.clip(g, -threshold, threshold, out=g)


class ByNorm(Clipping, name="norm"):
    r"""Bound the norm of each parameter array, :math:`g \leftarrow g \min(1, c/\lVert g\rVert)`.

    Examples
    --------
    >>> g = np.array([3.0, 4.0])
    >>> ByNorm().apply(g, [g[None]], 1.0)
    >>> g.round(6).tolist()
    [0.6, 0.8]
    """

    def apply(self, g: Array, parts: Sequence[Array], threshold: float) -> None:
        """Clip in place."""
        for part in parts:
            norm = np.sqrt(np.square(part).sum(axis=(-2, -1), keepdims=True))
            _shrink(part, norm, threshold)


class ByAverageNorm(Clipping, name="average_norm"):
    r"""Bound the norm of each parameter array divided by its size, :math:`\lVert g\rVert / n`.

    References
    ----------
    The convention is that of TensorFlow's ``clip_by_average_norm``.

    Examples
    --------
    >>> g = np.array([3.0, 4.0])
    >>> ByAverageNorm().apply(g, [g[None]], 1.0)
    >>> g.round(6).tolist()
    [1.2, 1.6]
    """

    def apply(self, g: Array, parts: Sequence[Array], threshold: float) -> None:
        """Clip in place."""
        for part in parts:
            size = part.shape[-2] * part.shape[-1]
            norm = np.sqrt(np.square(part).sum(axis=(-2, -1), keepdims=True))
            _shrink(part, norm / size, threshold)


class ByGlobalNorm(Clipping, name="global_norm"):
    r"""Bound the norm of the whole gradient; its direction stays.

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), "On the difficulty of training recurrent neural networks".

    Examples
    --------
    >>> g = np.array([3.0, 4.0])
    >>> ByGlobalNorm().apply(g, [g[None]], 2.5)
    >>> g.tolist()
    [1.5, 2.0]
    """

    def apply(self, g: Array, parts: Sequence[Array], threshold: float) -> None:
        """Clip in place."""
        _shrink(g, np.sqrt(np.square(g).sum(axis=-1, keepdims=True)), threshold)
