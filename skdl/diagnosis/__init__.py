"""What is wrong with a model, in two gaps, and what to change.

Bias is the training error above the best attainable; variance is the validation error above the
training error.
"""

from skdl.decomposition.decomposition import BiasVarianceDecomposition, bias_variance_decomposition
from skdl.diagnosis.diagnose import diagnose
from skdl.diagnosis.final_test import HeldOut, final_test
from skdl.diagnosis.gaps import Estimate
from skdl.diagnosis.remedies.remedy import Remedy
from skdl.diagnosis.result import Diagnosis
from skdl.diagnosis.trials import Trials

__all__ = [
    "BiasVarianceDecomposition",
    "Diagnosis",
    "Estimate",
    "HeldOut",
    "Remedy",
    "Trials",
    "bias_variance_decomposition",
    "diagnose",
    "final_test",
]
