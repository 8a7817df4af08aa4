"""Layers: each has its forward pass and, right below it, its backward pass."""

from skdl.core.layers.dense import Activate, Dense, Layer, MaxoutUnits, Parameter, Pass
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
    "Parameter",
    "Pass",
]
