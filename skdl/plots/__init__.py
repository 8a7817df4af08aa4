"""Pictures of a diagnosis and of a network, in scikit-learn's Display convention.

matplotlib is imported only when something is drawn.
"""

from skdl.plots.diagnosis import DiagnosisDisplay
from skdl.plots.gaps import GapsDisplay
from skdl.plots.learning_curve import LearningCurveDisplay
from skdl.plots.loss_curves import LossCurvesDisplay
from skdl.plots.remedies import RemediesDisplay
from skdl.plots.validation_curve import ValidationCurveDisplay

__all__ = [
    "DiagnosisDisplay",
    "GapsDisplay",
    "LearningCurveDisplay",
    "LossCurvesDisplay",
    "RemediesDisplay",
    "ValidationCurveDisplay",
]
