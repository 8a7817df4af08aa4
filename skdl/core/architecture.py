"""Architecture: from settings to a row of layers.

One hidden layer is an affine map (or a distance), batch normalisation, the activation, and then
what regularises it: a penalty on the activations, noise, dropout. The output layer is affine; the
loss owns what comes after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skdl.core.activations import Activation, Maxout
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

__all__ = ["Hidden", "build"]


@dataclass
class Hidden:
    """One hidden layer: how many units, and everything that surrounds them."""

    units: int
    activation: Activation
    initializer: Initializer
    dropout: Any = 0.0
    noise: Any = 0.0


def build(
    n_features: int,
    hidden: Sequence[Hidden],
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
    hidden : sequence of Hidden
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
    layers: list[Layer] = []
    if input_noise:
        layers.append(GaussianNoise(n_features, input_noise))
    if input_dropout:
        layers.append(Dropout(n_features, input_dropout, inference))
    n_in = n_features
    for layer in hidden:
        activation, n = layer.activation, layer.units
        if activation.pre_activation == "distance":
            layers.append(Distance(n_in, n, layer.initializer, init_scale, fit_intercept))
        else:
            bias = bias_init if fit_intercept and not batch_norm else None
            pieces = n * activation.pieces
            layers.append(Dense(n_in, pieces, layer.initializer, init_scale, bias))
            if batch_norm:
                layers.append(BatchNorm(pieces, batch_norm_momentum, shift=fit_intercept))
        maxout = isinstance(activation, Maxout)
        layers.append(MaxoutUnits(n, activation) if maxout else Activate(n, activation))
        if activity_l1:
            layers.append(ActivityPenalty(n, activity_l1))
        if layer.noise:
            layers.append(GaussianNoise(n, layer.noise))
        if layer.dropout:
            layers.append(Dropout(n, layer.dropout, inference))
        n_in = n
    bias = output_bias if fit_intercept else None
    layers.append(Dense(n_in, n_outputs, output_initializer, init_scale, bias, columns_first=True))
    return Network(layers, dtype, stack)
