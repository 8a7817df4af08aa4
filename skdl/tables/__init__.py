"""From a table as it comes to a fitted network: columns of numbers, categories, dates.

:func:`tabular_pipeline` puts everything together. Its parts are transformers of scikit-learn's
kind, which serve before any model.
"""

from skdl.tables.dates import DateEncoder
from skdl.tables.periodic import PeriodicEncoder
from skdl.tables.piecewise_linear import PiecewiseLinearEncoder
from skdl.tables.pipeline import tabular_pipeline
from skdl.tables.smooth_clip import SmoothClipScaler

__all__ = [
    "DateEncoder",
    "PeriodicEncoder",
    "PiecewiseLinearEncoder",
    "SmoothClipScaler",
    "tabular_pipeline",
]
