"""Look for good settings: where (the spaces), and how (one parameter at a time).

Grid, random and halving search come from scikit-learn, Bayesian search from Optuna.
"""

from importlib import import_module
from typing import Any

from skdl.search.distributions import (
    Distribution,
    LogUniform,
    OneMinusLogUniform,
    Uniform,
    UniformInteger,
)
from skdl.search.space import SearchSpace, optuna_space, search_space

__all__ = [
    "CoordinateSearchCV",
    "Distribution",
    "LogUniform",
    "OneMinusLogUniform",
    "SearchSpace",
    "Uniform",
    "UniformInteger",
    "optuna_space",
    "search_space",
]


def __getattr__(name: str) -> Any:
    # Its base class is in sklearn.model_selection, which takes long to import.
    if name == "CoordinateSearchCV":
        return import_module("skdl.search.coordinate").CoordinateSearchCV
    raise AttributeError(f"module 'skdl.search' has no attribute {name!r}")
