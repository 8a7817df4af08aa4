"""Architecture: from settings to a row of layers.

Each hidden layer is told by a specification, which makes its own layers: for :class:`Hidden` an
affine map (or a distance), batch normalisation, the activation, and then what regularises it, a
penalty on the activations, noise, dropout. The output layer is affine; the loss owns what comes
after it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from skdl.core.activations import Activation
from skdl.core.initializers import Initializer
from skdl.core.layers import (
    Activate,
    ActivityPenalty,
    BatchNorm,
    Dense,
    Distance,
    Dropout,
    GaussianNoise,
    Layer,
    MaxoutUnits,
)
from skdl.core.network import Network
from skdl.core.noise import DropoutInference, Inverted

__all__ = ["CONNECTIONS", "Common", "Hidden", "HiddenLayer", "build"]

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Common:
    """What the hidden layers of a network have in common; the parameters are those of ``build``."""

    fit_intercept: bool = True
    bias_init: float = 0.0
    init_scale: float = 1.0
    batch_norm: bool = False
    batch_norm_momentum: float = 0.9
    activity_l1: Any = 0.0
    dropout_inference: DropoutInference = field(default_factory=Inverted)


class HiddenLayer:
    """A specification of one hidden layer, or of a few: it makes its own layers."""

    def make(self, shape: Shape, common: Common) -> tuple[list[Layer], Shape]:
        """Make the layers.

        Parameters
        ----------
        shape : tuple of int
            What one row of the inputs is: (units,), or more where units lie in a grid. The arrays
            that layers hand on are flat, (..., rows, units), in that order.
        common : Common
            What all hidden layers share.

        Returns
        -------
        layers : list of Layer
            From below.
        shape : tuple of int
            What one row of the outputs is.
        """
        raise NotImplementedError


@dataclass
class Hidden(HiddenLayer):
    """A hidden layer whose units see all inputs, and everything that surrounds them.

    Parameters
    ----------
    units : int
        How many units.
    activation : Activation
        What they compute.
    initializer : Initializer
        Where their weights start.
    dropout : float
        Probability of being dropped.
    noise : float
        Standard deviation of the noise on their activations.
    """

    units: int
    activation: Activation
    initializer: Initializer
    dropout: Any = 0.0
    noise: Any = 0.0

    def make(self, shape: Shape, common: Common) -> tuple[list[Layer], Shape]:
        """Make the units, and after them what regularises their activations."""
        n, connect = self.units, CONNECTIONS[self.activation.pre_activation]
        layers = connect(self, math.prod(shape), common)
        if common.activity_l1:
            layers.append(ActivityPenalty(n, common.activity_l1))
        if self.noise:
            layers.append(GaussianNoise(n, self.noise))
        if self.dropout:
            layers.append(Dropout(n, self.dropout, common.dropout_inference))
        return layers, (n,)


def _affine(hidden: Hidden, n_in: int, common: Common) -> list[Layer]:
    """Return an affine map, its normalisation, and the activation of every unit."""
    n = hidden.units
    return [*_affine_maps(hidden, n_in, n, common), Activate(n, hidden.activation)]


def _pieces(hidden: Hidden, n_in: int, common: Common) -> list[Layer]:
    """Return several affine maps for each unit, and the unit that takes the largest."""
    n, maxout = hidden.units, hidden.activation
    return [*_affine_maps(hidden, n_in, n * maxout.pieces, common), MaxoutUnits(n, maxout)]


def _distance(hidden: Hidden, n_in: int, common: Common) -> list[Layer]:
    """Return the distances to the centres, and the activation of every unit."""
    n, scale = hidden.units, common.init_scale
    distance = Distance(n_in, n, hidden.initializer, scale, common.fit_intercept)
    return [distance, Activate(n, hidden.activation)]


def _affine_maps(hidden: Hidden, n_in: int, n_out: int, common: Common) -> list[Layer]:
    """Return an affine map; batch normalisation takes the place of its bias."""
    learns_bias = common.fit_intercept and not common.batch_norm
    bias = common.bias_init if learns_bias else None
    dense = Dense(n_in, n_out, hidden.initializer, common.init_scale, bias)
    if not common.batch_norm:
        return [dense]
    return [dense, BatchNorm(n_out, common.batch_norm_momentum, shift=common.fit_intercept)]


CONNECTIONS = {"affine": _affine, "pieces": _pieces, "distance": _distance}


def build(
    n_features: int,
    hidden: Sequence[HiddenLayer],
    n_outputs: int,
    *,
    output_initializer: Initializer,
    dtype: Any,
    fit_intercept: bool = True,
    bias_init: float = 0.0,
    output_bias: Any = 0.0,
    init_scale: float = 1.0,
    batch_norm: bool = False,
    batch_norm_momentum: float = 0.9,
    activity_l1: Any = 0.0,
    input_dropout: Any = 0.0,
    input_noise: Any = 0.0,
    dropout_inference: DropoutInference | None = None,
    stack: tuple[int, ...] = (),
) -> Network:
    """Put the layers in a row.

    Parameters
    ----------
    n_features, n_outputs : int
        Inputs and raw outputs.
    hidden : sequence of HiddenLayer
        The hidden layers, from below; none for a linear model.
    output_initializer : Initializer
        Where the weights of the output layer start.
    dtype : dtype
        float32 or float64.
    fit_intercept : bool
        Whether layers have biases.
    bias_init : float
        Where the biases of hidden layers start.
    output_bias : float or ndarray of shape (n_outputs,)
        Where the biases of the output layer start.
    init_scale : float
        Factor on all initial weights.
    batch_norm, batch_norm_momentum
        Whether units are normalised before their activation, and how slowly averages run.
    activity_l1, input_dropout, input_noise
        Strength of the penalty on hidden activations; noise on the inputs.
    dropout_inference : DropoutInference
        What dropout means when predicting.
    stack : tuple of int
        Leading axes of the parameters.

    Returns
    -------
    network : Network
        Not yet initialised.
    """
    inference = dropout_inference or Inverted()
    norm = (batch_norm, batch_norm_momentum)
    common = Common(fit_intercept, bias_init, init_scale, *norm, activity_l1, inference)
    layers: list[Layer] = []
    if input_noise:
        layers.append(GaussianNoise(n_features, input_noise))
    if input_dropout:
        layers.append(Dropout(n_features, input_dropout, inference))
    shape: Shape = (n_features,)
    for specification in hidden:
        made, shape = specification.make(shape, common)
        layers += made
    n_in, bias = math.prod(shape), output_bias if fit_intercept else None
    layers.append(Dense(n_in, n_outputs, output_initializer, init_scale, bias, columns_first=True))
    return Network(layers, dtype, stack)
