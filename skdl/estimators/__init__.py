"""The estimators: a network with scikit-learn's interface."""

from skdl.estimators.classifier import MLPClassifier
from skdl.estimators.regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
