"""The two estimators, under one roof."""

from skdl.classifier import MLPClassifier
from skdl.regressor import MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
