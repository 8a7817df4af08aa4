"""Pictures of a diagnosis, in scikit-learn's Display convention; matplotlib only when drawing."""

from skdl.plots.gaps import GapsDisplay
from skdl.plots.learning_curve import LearningCurveDisplay

__all__ = ["GapsDisplay", "LearningCurveDisplay"]
