"""Activations: what a unit computes from its pre-activation, and the slope of it."""

from skdl.core.activations.base import Activation, PiecewiseLinear
from skdl.core.activations.classical import Cos, HardTanh, Identity, Sigmoid, Tanh
from skdl.core.activations.rectifiers import (
    ELU,
    GELU,
    SELU,
    Abs,
    LeakyReLU,
    Mish,
    ReLU,
    SiLU,
    Softplus,
)
from skdl.core.activations.units import RBF, Maxout, PReLU

__all__ = [
    "Abs",
    "Activation",
    "Cos",
    "ELU",
    "GELU",
    "HardTanh",
    "Identity",
    "LeakyReLU",
    "Maxout",
    "Mish",
    "PReLU",
    "PiecewiseLinear",
    "RBF",
    "ReLU",
    "SELU",
    "SiLU",
    "Sigmoid",
    "Softplus",
    "Tanh",
]
