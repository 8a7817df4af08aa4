"""A look inside a fitted network: what its layers compute, its loss nearby, the rate it bears."""

from skdl.inspection.convexity import ChordTest, chord_test
from skdl.inspection.derivatives import (
    Curvature,
    gradient_noise,
    hessian_eigenvalues,
    hessian_vector_product,
    layer_norms,
    loss_and_gradient,
)
from skdl.inspection.explain import Explanation, explain
from skdl.inspection.information import cross_entropy, entropy, kl_divergence
from skdl.inspection.landscape import LossLandscape, loss_landscape
from skdl.inspection.network import (
    LossSurface,
    Snapshots,
    fit_watched,
    hidden_activations,
    similarity,
)
from skdl.inspection.range_test import LearningRateTest, find_learning_rate
from skdl.inspection.trace import Trace, TraceEntry, trace

__all__ = [
    "ChordTest",
    "Curvature",
    "Explanation",
    "LearningRateTest",
    "LossLandscape",
    "LossSurface",
    "Snapshots",
    "Trace",
    "TraceEntry",
    "chord_test",
    "cross_entropy",
    "entropy",
    "explain",
    "find_learning_rate",
    "fit_watched",
    "gradient_noise",
    "hessian_eigenvalues",
    "hessian_vector_product",
    "hidden_activations",
    "kl_divergence",
    "layer_norms",
    "loss_and_gradient",
    "loss_landscape",
    "similarity",
    "trace",
]
