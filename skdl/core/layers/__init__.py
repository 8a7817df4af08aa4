"""Layers: each has its forward pass and, right below it, its backward pass."""

from skdl.core.layers.base import Layer, Memo, Parameter, Pass, norm
from skdl.core.layers.dense import Activate, Dense, MaxoutUnits
from skdl.core.layers.distance import Distance
from skdl.core.layers.noise import ActivityPenalty, Dropout, GaussianNoise
from skdl.core.layers.normalization import BatchNorm

__all__ = [
    "Activate",
    "ActivityPenalty",
    "BatchNorm",
    "Dense",
    "Distance",
    "Dropout",
    "GaussianNoise",
    "Layer",
    "MaxoutUnits",
    "Memo",
    "Parameter",
    "Pass",
    "norm",
]
