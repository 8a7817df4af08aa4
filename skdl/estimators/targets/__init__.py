"""Targets: what y means, as an object.

A target is made by the first fit from its y: :class:`Classes` for one column of labels,
:class:`Labels` for a 0/1 matrix, :class:`Numbers` for regression. It checks every later y against
the first, encodes it for the loss, decodes it for scorers and callbacks, holds out a sensible part
of it, and turns raw outputs into predictions. It does not change.

Whatever it learns of the data (means, deviations, frequencies) is computed in float64, whatever the
type of y and of the network; encoded targets are what takes the network's type.
"""

from skdl.estimators.targets.base import Target
from skdl.estimators.targets.categories import Classes, Labels, read_categories
from skdl.estimators.targets.encoded import Encoded
from skdl.estimators.targets.numbers import Numbers, read_numbers

__all__ = ["Classes", "Encoded", "Labels", "Numbers", "Target", "read_categories", "read_numbers"]
