"""A look inside a fitted network: what its layers compute, its loss nearby, the rate it bears."""

from skdl.inspection.landscape import LossLandscape, loss_landscape
from skdl.inspection.network import (
    LossSurface,
    Snapshots,
    fit_watched,
    hidden_activations,
    similarity,
)
from skdl.inspection.range_test import LearningRateTest, find_learning_rate

__all__ = [
    "LearningRateTest",
    "LossLandscape",
    "LossSurface",
    "Snapshots",
    "find_learning_rate",
    "fit_watched",
    "hidden_activations",
    "loss_landscape",
    "similarity",
]
