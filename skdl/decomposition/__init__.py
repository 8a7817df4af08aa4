"""Noise, bias and variance of an error, measured over many data sets."""

from skdl.decomposition.decomposition import BiasVarianceDecomposition, bias_variance_decomposition

__all__ = ["BiasVarianceDecomposition", "bias_variance_decomposition"]
