"""Neural networks for scikit-learn, on NumPy: to learn with, and to learn from.

``MLPClassifier`` and ``MLPRegressor`` are the networks, ``diagnose`` says whether one underfits or
overfits and what to change. The parts of a network (activations, losses, optimisers …) are in
:mod:`skdl.core`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skdl.diagnosis import Diagnosis, bias_variance_decomposition, diagnose, final_test
    from skdl.estimators.checkpoint import Checkpoint
    from skdl.estimators.classifier import MLPClassifier
    from skdl.estimators.regressor import MLPRegressor
    from skdl.inspection.explain import explain
    from skdl.inspection.range_test import find_learning_rate
    from skdl.search import search_space
    from skdl.search.coordinate import CoordinateSearchCV
    from skdl.tables.pipeline import tabular_pipeline
    from skdl.tools.warning import VersionWarning

__version__ = "0.1.0.dev0"
__all__ = [
    "Checkpoint",
    "CoordinateSearchCV",
    "Diagnosis",
    "MLPClassifier",
    "MLPRegressor",
    "VersionWarning",
    "__version__",
    "bias_variance_decomposition",
    "diagnose",
    "explain",
    "final_test",
    "find_learning_rate",
    "search_space",
    "tabular_pipeline",
]

# Imported when first used: `import skdl` stays as cheap as scikit-learn's own base.
_HOME = {
    "Checkpoint": "skdl.estimators.checkpoint",
    "MLPClassifier": "skdl.estimators.classifier",
    "MLPRegressor": "skdl.estimators.regressor",
    "diagnose": "skdl.diagnosis",
    "Diagnosis": "skdl.diagnosis",
    "bias_variance_decomposition": "skdl.diagnosis",
    "final_test": "skdl.diagnosis",
    "explain": "skdl.inspection.explain",
    "find_learning_rate": "skdl.inspection.range_test",
    "search_space": "skdl.search",
    "CoordinateSearchCV": "skdl.search.coordinate",
    "VersionWarning": "skdl.tools.warning",
    "tabular_pipeline": "skdl.tables.pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'skdl' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
