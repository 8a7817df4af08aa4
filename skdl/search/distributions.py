r"""Distributions of settings: each is its quantile function, and that is all that a search needs.

If u is uniform on [0, 1], the quantile q(u) has the wanted distribution: random search draws u, a
grid takes u at equal steps, and Optuna is told the same range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

__all__ = ["Distribution", "LogUniform", "OneMinusLogUniform", "Uniform", "UniformInteger"]


@dataclass(frozen=True)
class Distribution:
    """A range of values and how they are spread in it; valid in ``param_distributions``.

    Parameters
    ----------
    low, high : float
        The ends of the range, which belong to it.

    See Also
    --------
    SearchSpace : Holds one for each parameter.

    Examples
    --------
    >>> from skdl.search import LogUniform
    >>> isinstance(LogUniform(1e-4, 1e-1), Distribution)
    True
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(
                f"{type(self).__name__}: low must be less than high; got {self.low!r} and "
                f"{self.high!r}"
            )

    def quantile(self, u: float) -> float:
        """Return the value below which the part u of the distribution lies."""
        raise NotImplementedError

    def rvs(self, random_state: Any = None) -> float:
        """Draw one value: the name that scikit-learn calls."""
        return self.quantile(check_random_state(random_state).uniform())

    def grid(self, n: int) -> list[float]:
        """Return n values, both ends included, that are evenly spread (fewer if they repeat)."""
        return list(dict.fromkeys(self.quantile(u) for u in np.linspace(0, 1, n).tolist()))


class Uniform(Distribution):
    r"""A number that is as likely anywhere in the range: :math:`q(u) = a + (b - a)\,u`.

    See Also
    --------
    LogUniform : For what acts by factors.
    UniformInteger : Whole numbers.

    Examples
    --------
    >>> Uniform(0.0, 0.5).grid(3)
    [0.0, 0.25, 0.5]
    """

    def quantile(self, u: float) -> float:
        return self.low + (self.high - self.low) * u


class UniformInteger(Distribution):
    r"""An integer from low to high: :math:`q(u) = \lfloor a + (b + 1 - a)\,u \rfloor`, at most b.

    See Also
    --------
    Uniform : Any numbers.

    Examples
    --------
    >>> UniformInteger(16, 256).grid(3)
    [16, 136, 256]
    """

    def quantile(self, u: float) -> int:
        return min(math.floor(self.low + (self.high + 1 - self.low) * u), self.high)


class LogUniform(Distribution):
    r"""A positive number whose logarithm is uniform: :math:`q(u) = a\,(b/a)^u`.

    Right for a scale: from 0.0001 to 0.001 is as far as from 0.01 to 0.1.

    See Also
    --------
    Uniform : For what acts by sums, not by factors.
    OneMinusLogUniform : For what nears 1.

    References
    ----------
    Bergstra and Bengio (2012), "Random search for hyper-parameter optimization".

    Examples
    --------
    >>> LogUniform(1e-5, 1e-1).grid(5)
    [1e-05, 0.0001, 0.001, 0.01, 0.1]
    """

    def quantile(self, u: float) -> float:
        return min(self.low * (self.high / self.low) ** u, self.high)


class OneMinusLogUniform(Distribution):
    r"""A number whose distance from 1 is log-uniform: :math:`q(u) = 1 - (1-a)\,((1-b)/(1-a))^u`.

    Right for a momentum or a decay α, which averages over about 1/(1 − α) steps.

    See Also
    --------
    LogUniform : For what nears 0.

    Examples
    --------
    >>> OneMinusLogUniform(0.9, 0.999).grid(3)
    [0.9, 0.99, 0.999]
    """

    def quantile(self, u: float) -> float:
        return 1 - (1 - self.low) * ((1 - self.high) / (1 - self.low)) ** u
