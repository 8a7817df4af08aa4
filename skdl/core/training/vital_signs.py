r"""Vital signs: what a look inside the layers tells after each epoch.

A network that does not learn shows why: gradients that shrink (or grow) from layer to layer, units
that are silent for every row, units stuck where their activation is flat. All of it is read off the
buffers of the epoch's last batch of full size, so it costs little.
"""

from __future__ import annotations

import numpy as np

from skdl.core.layers import Activate, MaxoutUnits
from skdl.core.network import Network, Workspace

__all__ = ["norm", "vital_signs"]

Array = np.ndarray

FLAT = 0.02  # a slope below this fraction of the activation's steepest one counts as flat


def norm(vector: Array) -> Array:
    r"""Return :math:`\lVert v \rVert` over the last axis.

    Examples
    --------
    >>> float(norm(np.array([3.0, 4.0])))
    5.0
    """
    return np.sqrt(np.vecdot(vector, vector))


def vital_signs(network: Network, work: Workspace) -> dict[str, list[Array]]:
    r"""Read the signs after a backward pass.

    Parameters
    ----------
    network : Network
        One network, or several along leading axes.
    work : Workspace
        The buffers of the pass.

    Returns
    -------
    signs : dict of lists, one number per layer from below (for each network)
        "gradient_norms": :math:`\lVert \partial L/\partial W \rVert` of every affine layer;
        "weight_norms": :math:`\lVert W \rVert`;
        "dead": for every hidden layer, the fraction of units with slope 0 for all rows (of maxout:
        units of which one piece always wins);
        "flat": the fraction of slopes below 2 % of the activation's steepest.
    """
    signs: dict[str, list[Array]] = {
        "gradient_norms": [],
        "weight_norms": [],
        "dead": [],
        "flat": [],
    }
    for layer, b in zip(network.layers, work.buffers, strict=True):
        if hasattr(layer, "W"):
            signs["gradient_norms"].append(norm(_flat(layer.dW)))
            signs["weight_norms"].append(norm(_flat(layer.W)))
        elif isinstance(layer, Activate):
            slope = layer.derivative(b)
            np.abs(slope, slope)
            signs["dead"].append(_share(slope.max(axis=-2) == 0))
            signs["flat"].append(_share(_flat(slope < FLAT * layer.steepest)))
        elif isinstance(layer, MaxoutUnits):
            winner = layer.maxout.by_unit(b.winner)
            signs["dead"].append(_share(winner.min(axis=-3).max(axis=-1) == 1))
            signs["flat"].append(np.zeros(network.stack))
    return signs


def _flat(matrices: Array) -> Array:
    """Join the last two axes."""
    return matrices.reshape(*matrices.shape[:-2], -1)


def _share(true: Array) -> Array:
    """Return the fraction that is true, over the last axis."""
    return np.count_nonzero(true, axis=None if true.ndim == 1 else -1) / true.shape[-1]
