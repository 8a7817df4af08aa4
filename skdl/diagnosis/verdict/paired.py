"""The mean of a difference that was measured row by row on the same rows, with its interval."""

from __future__ import annotations

import numpy as np

from skdl.diagnosis.gaps import Estimate, corrected_estimate

__all__ = ["paired_estimate"]


def paired_estimate(
    differences: np.ndarray,
    folds: np.ndarray,
    correlation: float,
    *,
    confidence: float = 0.95,
    resolution: float = 0.0,
) -> Estimate:
    r"""Average what is known for each row; the standard error is corrected for overlapping folds.

    With :math:`s^2` the variance of the rows, the mean of a fold's :math:`n/J` rows has the
    variance :math:`S^2 = s^2 J / n`, which the rows tell better than the J means do. Then, as in
    :mod:`skdl.diagnosis.gaps`,

    .. math:: \operatorname{Var} = \Bigl(\frac1J + \frac{\rho}{1-\rho}\Bigr) S^2.

    Parameters
    ----------
    differences : ndarray of shape (n,)
        One for each row; or for each fold, where the error is no mean over rows.
    folds : ndarray of int of shape (n,)
        The fold that held the row out, from 0.
    correlation : float in [0, 1)
        The correlation :math:`\rho` of two folds.
    confidence : float, default=0.95
        The coverage of the interval.
    resolution : float, default=0
        The standard error is at least this.

    Returns
    -------
    Estimate

    References
    ----------
    Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52.

    Examples
    --------
    A hundred rows in five folds: the factor is 1/5 + 1/4, and the variance of a fold's mean 1/20.

    >>> differences, folds = np.tile([1.0, -1.0], 50), np.repeat(np.arange(5), 20)
    >>> estimate = paired_estimate(differences, folds, correlation=1 / 5)
    >>> print(f"{estimate.value:.1f} {estimate.standard_error:.3f}")
    0.0 0.151
    """
    n_folds = len(np.unique(folds))
    if n_folds == len(differences):
        return corrected_estimate(
            differences, correlation, confidence=confidence, resolution=resolution
        )
    of_a_fold = differences.var(ddof=1) * n_folds / len(differences)
    standard_error = np.sqrt((1 / n_folds + correlation / (1 - correlation)) * of_a_fold)
    return Estimate(
        value=float(differences.mean()),
        standard_error=max(float(standard_error), resolution),
        df=len(differences) - 1,
        confidence=confidence,
    )
