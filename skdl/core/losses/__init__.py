"""Losses: what a fit minimises, and how raw outputs become predictions."""

from skdl.core.losses.base import Loss
from skdl.core.losses.classification import (
    BrierScore,
    ClassifierLoss,
    CrossEntropy,
    Focal,
    Hinge,
    log_sigmoid,
    log_softmax,
    softmax,
)
from skdl.core.losses.quantiles import Quantiles
from skdl.core.losses.regression import (
    AbsoluteError,
    Gamma,
    GaussianNLL,
    Huber,
    LogCosh,
    Poisson,
    Quantile,
    RegressorLoss,
    SquaredError,
)

__all__ = [
    "AbsoluteError",
    "BrierScore",
    "ClassifierLoss",
    "CrossEntropy",
    "Focal",
    "Gamma",
    "GaussianNLL",
    "Hinge",
    "Huber",
    "LogCosh",
    "Loss",
    "Poisson",
    "Quantile",
    "Quantiles",
    "RegressorLoss",
    "SquaredError",
    "log_sigmoid",
    "log_softmax",
    "softmax",
]
