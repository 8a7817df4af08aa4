r"""Vital signs: what a look inside the layers tells after each epoch.

A network that does not learn shows why: gradients that shrink (or grow) from layer to layer, units
that are silent for every row, units stuck where their activation is flat. All of it is read off the
buffers of the epoch's last batch of full size, so it costs little.
"""

from __future__ import annotations

import numpy as np

from skdl.core.layers import Activate, MaxoutUnits
from skdl.core.network import Network, Workspace

__all__ = ["vital_signs"]

FLAT = 0.02  # a slope below this fraction of the activation's steepest one counts as flat


def vital_signs(network: Network, work: Workspace) -> dict[str, list[float]]:
    r"""Read the signs after a backward pass.

    Parameters
    ----------
    network : Network
        One network (no leading axis).
    work : Workspace
        The buffers of the pass.

    Returns
    -------
    signs : dict of lists, one number per layer from below
        "gradient_norms": :math:`\lVert \partial L/\partial W \rVert` of every affine layer;
        "weight_norms": :math:`\lVert W \rVert`;
        "dead": for every hidden layer, the fraction of units with slope 0 for all rows (of maxout:
        units of which one piece always wins);
        "flat": the fraction of slopes below 2 % of the activation's steepest.
    """
    signs: dict[str, list[float]] = {
        "gradient_norms": [],
        "weight_norms": [],
        "dead": [],
        "flat": [],
    }
    for layer, b in zip(network.layers, work.buffers, strict=True):
        if hasattr(layer, "W"):
            signs["gradient_norms"].append(float(np.linalg.norm(layer.dW)))
            signs["weight_norms"].append(float(np.linalg.norm(layer.W)))
        elif isinstance(layer, Activate):
            slope = np.abs(b.slope)
            signs["dead"].append(float((slope.max(axis=-2) == 0).mean()))
            signs["flat"].append(float((slope < FLAT * layer.steepest).mean()))
        elif isinstance(layer, MaxoutUnits):
            winner = layer.maxout.by_unit(b.winner)
            signs["dead"].append(float((winner.min(axis=-3).max(axis=-1) == 1).mean()))
            signs["flat"].append(0.0)
    return signs
