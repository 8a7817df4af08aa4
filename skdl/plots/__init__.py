"""Pictures of a diagnosis and of a network, in scikit-learn's Display convention.

matplotlib is imported only when something is drawn.
"""

from skdl.plots.bias_variance import BiasVarianceDisplay
from skdl.plots.diagnosis import DiagnosisDisplay
from skdl.plots.errors import ErrorsDisplay
from skdl.plots.fits import FitsDisplay
from skdl.plots.gaps import GapsDisplay
from skdl.plots.hidden_units import HiddenUnitsDisplay
from skdl.plots.landscape import LossLandscapeDisplay
from skdl.plots.layer_signs import LayerSignsDisplay
from skdl.plots.learning_curve import LearningCurveDisplay
from skdl.plots.learning_rate import LearningRateDisplay
from skdl.plots.loss_curves import LossCurvesDisplay
from skdl.plots.predictions import PredictionsDisplay
from skdl.plots.remedies import RemediesDisplay
from skdl.plots.representation import RepresentationDisplay
from skdl.plots.singular_modes import SingularModesDisplay
from skdl.plots.validation_curve import ValidationCurveDisplay
from skdl.plots.weights import WeightsDisplay

__all__ = [
    "BiasVarianceDisplay",
    "DiagnosisDisplay",
    "ErrorsDisplay",
    "FitsDisplay",
    "GapsDisplay",
    "HiddenUnitsDisplay",
    "LayerSignsDisplay",
    "LearningCurveDisplay",
    "LearningRateDisplay",
    "LossCurvesDisplay",
    "LossLandscapeDisplay",
    "PredictionsDisplay",
    "RemediesDisplay",
    "RepresentationDisplay",
    "SingularModesDisplay",
    "ValidationCurveDisplay",
    "WeightsDisplay",
]
