"""Noise, bias and variance of an error, measured over many data sets."""

from skdl.decomposition.decomposition import BiasVarianceDecomposition, bias_variance_decomposition
from skdl.decomposition.sweep import bias_variance_sweep

__all__ = [
    "BiasVarianceDecomposition",
    "bias_variance_decomposition",
    "bias_variance_sweep",
]
