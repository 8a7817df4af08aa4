r"""Errors measured on overlapping folds, the gaps between them, and the regime they point to.

The errors of :math:`J` folds are not independent, because their training sets share rows. If
:math:`\rho` is the correlation of two of them and :math:`S^2` their sample variance, the variance
of their mean is

.. math:: \operatorname{Var}(\bar e) = \Bigl(\frac1J + \frac{\rho}{1-\rho}\Bigr) S^2.

For validation errors Nadeau and Bengio take
:math:`\rho = n_\text{test}/(n_\text{train}+n_\text{test})`. For training errors :math:`\rho` is
known better: the means over two sets of rows correlate by the share of rows that they have in
common, which is large (3/4 with five folds).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit  # Student's t: distribution and quantile

__all__ = ["Estimate", "corrected_estimate", "most_likely_regime", "shared_rows"]

REGIMES = ("underfitting", "overfitting", "both", "neither")


@dataclass(frozen=True)
class Estimate:
    """A mean over folds with its standard error.

    Parameters
    ----------
    value : float
        The mean.
    standard_error : float
        Its standard error, corrected for overlapping folds.
    df : int
        Degrees of freedom of Student's t: the number of folds minus 1.
    confidence : float, default=0.95
        The coverage of the interval from `low` to `high`.

    See Also
    --------
    skdl.diagnosis.diagnose : Returns errors and gaps as estimates.

    Examples
    --------
    >>> estimate = Estimate(value=0.10, standard_error=0.01, df=4)
    >>> print(f"{estimate.low:.3f} {estimate.high:.3f}")
    0.072 0.128
    >>> round(estimate.probability_above(0.10), 3)
    0.5
    """

    value: float
    standard_error: float
    df: int
    confidence: float = 0.95

    @cached_property
    def low(self) -> float:
        """The lower end of the confidence interval."""
        return self.value - self._half_width()

    @cached_property
    def high(self) -> float:
        """The upper end of the confidence interval."""
        return self.value + self._half_width()

    def _half_width(self) -> float:
        """Return half of the interval's width, by the quantile of Student's t."""
        return float(stdtrit(self.df, 0.5 + self.confidence / 2)) * self.standard_error

    def probability_above(self, threshold: float) -> float:
        """Return the probability that the quantity exceeds `threshold`, by Student's t."""
        if self.standard_error == 0:
            return float(self.value > threshold)
        return float(stdtr(self.df, (self.value - threshold) / self.standard_error))

    def excludes(self, threshold: float) -> bool:
        """Return whether `threshold` lies outside the confidence interval."""
        return not self.low <= threshold <= self.high


def corrected_estimate(
    values: ArrayLike,
    correlation: float,
    *,
    confidence: float = 0.95,
    resolution: float = 0.0,
) -> Estimate:
    r"""Average the values of overlapping folds.

    The standard error is :math:`\sqrt{(1/J + \rho/(1-\rho))\,S^2}`; see the top of this module.

    Parameters
    ----------
    values : array-like of shape (J,), J >= 2
        One value for each fold.
    correlation : float in [0, 1)
        The correlation :math:`\rho` of two folds' values.
    confidence : float, default=0.95
        The coverage of the interval.
    resolution : float, default=0
        The standard error is at least this. One over the number of rows is right for an error rate:
        folds without a single error then give an upper end near 3/n, the "rule of three".

    Returns
    -------
    Estimate

    References
    ----------
    Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52.
    Bouckaert and Frank (2004), "Evaluating the replicability of significance tests for comparing
    learning algorithms", for repeated folds.

    Examples
    --------
    Five-fold cross-validation: a test part is 1/5 of the rows, so the factor is 1/5 + 1/4.

    >>> errors = [0.10, 0.12, 0.11, 0.09, 0.13]  # their sample variance is 0.00025
    >>> estimate = corrected_estimate(errors, correlation=1 / 5)
    >>> print(f"{estimate.value:.2f} {estimate.standard_error ** 2:.7f}")
    0.11 0.0001125
    """
    errors = np.asarray(values, dtype=np.float64)
    factor = 1 / len(errors) + correlation / (1 - correlation)
    # Near 1, so that the squares of huge errors do not overflow; a power of two changes no digit.
    exponent = int(np.frexp(np.abs(errors).max())[1])
    spread = np.sqrt(factor * np.ldexp(errors, -exponent).var(ddof=1))
    standard_error = np.ldexp(spread, exponent)
    return Estimate(
        value=float(errors.mean()),
        standard_error=max(float(standard_error), resolution),
        df=len(errors) - 1,
        confidence=confidence,
    )


def shared_rows(subsets: Sequence[np.ndarray], n_rows: int) -> float:
    r"""Return the mean share of rows that two of the subsets have in common.

    With :math:`c_i` the number of subsets that hold row :math:`i`, and :math:`m` their mean size,
    it is :math:`\sum_i c_i(c_i-1) / (J(J-1)\,m)`.

    Parameters
    ----------
    subsets : sequence of J arrays of int
        The row numbers in each subset.
    n_rows : int
        The number of rows altogether.

    Returns
    -------
    float

    Examples
    --------
    >>> import numpy as np
    >>> shared_rows([np.array([0, 1, 2]), np.array([0, 1, 3]), np.array([0, 2, 3])], n_rows=4)
    0.6666666666666666
    """
    count = np.bincount(np.concatenate(subsets), minlength=n_rows)
    pairs = len(subsets) * (len(subsets) - 1)
    return float((count * (count - 1)).sum() / (pairs * count.sum() / len(subsets)))


def most_likely_regime(
    bias: Estimate, variance: Estimate, tolerance: float
) -> tuple[str, bool, dict[str, float]]:
    """Name the regime that the two gaps point to.

    A gap is high when it exceeds `tolerance`. Each gap's probability of being high follows from its
    estimate and standard error; the two gaps are taken as independent.

    Parameters
    ----------
    bias, variance : Estimate
        The two gaps.
    tolerance : float
        The size up to which a gap counts as small, in units of the error.

    Returns
    -------
    regime : {"underfitting", "overfitting", "both", "neither"}
        The most likely one.
    conclusive : bool
        Whether neither confidence interval contains the tolerance.
    probabilities : dict of str to float
        The probability of each regime; they sum to 1.

    Examples
    --------
    >>> bias, variance = Estimate(0.002, 0.001, df=9), Estimate(0.15, 0.02, df=9)
    >>> most_likely_regime(bias, variance, tolerance=0.02)[:2]
    ('overfitting', True)
    """
    high_bias = bias.probability_above(tolerance)
    high_variance = variance.probability_above(tolerance)
    probabilities = {
        "underfitting": high_bias * (1 - high_variance),
        "overfitting": (1 - high_bias) * high_variance,
        "both": high_bias * high_variance,
        "neither": (1 - high_bias) * (1 - high_variance),
    }
    regime = max(REGIMES, key=probabilities.__getitem__)
    return regime, bias.excludes(tolerance) and variance.excludes(tolerance), probabilities
