"""Noise in training: dropout and Gaussian noise, and what dropout means when predicting.

Noise makes a network robust because it never sees the same example twice. A Gaussian noise on the
inputs acts like an L2 penalty on the slope of the learned function; dropout trains a crowd of
sub-networks that share their weights.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from skdl.core.component import Component, Interval

__all__ = [
    "Averaged",
    "DropoutInference",
    "Inverted",
    "WeightScaled",
    "draw_mask",
    "draw_normal",
]

Array = np.ndarray


def _generator_type(dtype: np.dtype) -> np.dtype:
    """Return the type in which NumPy's generators draw directly."""
    return np.dtype(np.float32) if dtype == np.float32 else np.dtype(np.float64)


def draw_mask(rng: np.random.Generator, keep: float | Array, out: Array) -> Array:
    """Fill ``out`` with ones, each with probability ``keep``, and zeros."""
    rng.random(out=out, dtype=_generator_type(out.dtype))
    return np.less(out, keep, out=out)


def draw_normal(rng: np.random.Generator, std: float | Array, out: Array) -> Array:
    """Fill ``out`` with Gaussian noise of mean 0."""
    rng.standard_normal(out=out, dtype=_generator_type(out.dtype))
    out *= std
    return out


class DropoutInference(Component, family=True):
    """The family that ``dropout_inference=`` chooses from.

    Attributes
    ----------
    scale_in_training : bool
        Whether the kept units are divided by the probability of being kept while training;
        otherwise all units are multiplied by it when predicting.
    n_networks : int
        Sub-networks whose predictions are averaged; 0 means one pass through the whole network.
    """

    scale_in_training: ClassVar[bool] = True
    n_networks: int = 0


class Inverted(DropoutInference, name="inverted"):
    r"""Scale in training: kept units are divided by :math:`1 - p`, prediction needs nothing.

    Examples
    --------
    >>> Inverted.scale_in_training
    True
    """


class WeightScaled(DropoutInference, name="weight_scaled"):
    r"""Scale when predicting: units are multiplied by :math:`1 - p`, their expected value.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), "Dropout".

    Examples
    --------
    >>> WeightScaled.scale_in_training
    False
    """

    scale_in_training = False


class Averaged(DropoutInference, name="averaged"):
    """Average the predictions of sampled sub-networks (the same ones for all rows, every time).

    Parameters
    ----------
    n_networks : int, default=20
        Sub-networks; 10 to 20 usually suffice.

    References
    ----------
    Srivastava et al. (2014), section 7.5; Gal and Ghahramani (2016), "Dropout as a Bayesian
    approximation".

    Examples
    --------
    >>> Averaged(n_networks=50).n_networks
    50
    """

    rules: ClassVar = {"n_networks": Interval(1, integer=True)}

    def __init__(self, n_networks: int = 20) -> None:
        self.n_networks = n_networks
