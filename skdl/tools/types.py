"""What estimators take, as types: rows of inputs, targets, seeds."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import sparray, spmatrix

__all__ = ["Inputs", "Seed", "Targets"]

# Arrays, lists and data frames (they can become arrays), or sparse ones.
Inputs: TypeAlias = ArrayLike | sparray | spmatrix
Targets: TypeAlias = ArrayLike
Seed: TypeAlias = int | np.random.Generator | None
