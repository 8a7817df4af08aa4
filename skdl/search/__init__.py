"""Look for good settings: where (the spaces), and how (a grid, at random, one at a time).

The three searches train their candidates together. Halving searches come from scikit-learn,
Bayesian search from Optuna or scikit-optimize.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from skdl.search.distributions import (
    Distribution,
    LogUniform,
    OneMinusLogUniform,
    Uniform,
    UniformInteger,
)
from skdl.search.elsewhere import optuna_space, skopt_space
from skdl.search.space import SearchSpace, search_space

if TYPE_CHECKING:
    from skdl.search.coordinate import CoordinateSearchCV


__all__ = [
    "CoordinateSearchCV",
    "Distribution",
    "GridSearchCV",
    "LogUniform",
    "OneMinusLogUniform",
    "RandomizedSearchCV",
    "SearchSpace",
    "Uniform",
    "UniformInteger",
    "optuna_space",
    "search_space",
    "skopt_space",
]


# Their base classes are in sklearn.model_selection, which takes long to import.
_HOME = {
    "CoordinateSearchCV": "skdl.search.coordinate",
    "GridSearchCV": "skdl.search.searches",
    "RandomizedSearchCV": "skdl.search.searches",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'skdl.search' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
