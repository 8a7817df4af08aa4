r"""Variance from two fits that learned from different halves of the rows.

Two such fits are independent and alike, so half their mean squared difference is the variance of
one (for numbers). The target does not enter: noise that cannot be predicted does not count. A fit
to all rows varies less: at most as much, and at least half as much, as one to half the rows does.
"""

from __future__ import annotations

import numpy as np

__all__ = ["class_disagreement", "number_disagreement", "observed_excess", "variance_share"]

Array = np.ndarray


def number_disagreement(first: Array, second: Array, scale: float = 1.0) -> Array:
    r"""Return half the squared difference of two predictions of numbers, row by row.

    .. math:: \tfrac12\,\mathbb E\,(f_1 - f_2)^2 = \operatorname{Var} f

    Parameters
    ----------
    first, second : ndarray of shape (n,) or (n, n_outputs)
        What the two fits predict; several outputs are averaged.
    scale : float, default=1
        The variance of the target, so that the unit is that of the error.

    Returns
    -------
    disagreement : ndarray of shape (n,)

    Examples
    --------
    >>> number_disagreement(np.array([1.0, 2.0]), np.array([1.0, 4.0])).tolist()
    [0.0, 2.0]
    """
    squared = np.square(first - second).reshape(len(first), -1).mean(axis=1)
    return squared / (2 * scale)


def class_disagreement(first: Array, second: Array, probabilities: Array) -> Array:
    r"""Return by what two fits that disagree do worse than the most probable class, row by row.

    .. math:: \max_c p(c \mid x) - \tfrac12\bigl(p(c_1 \mid x) + p(c_2 \mid x)\bigr)
        \quad\text{where } c_1 \ne c_2, \text{ else } 0

    Of two classes that is half the difference of their probabilities. Between classes that are
    equally likely it does not matter which is predicted: labels that are tossed with a coin have no
    variance. Where the fits lean to a wrong class, this counts as variance what is partly bias.

    Parameters
    ----------
    first, second : ndarray of int of shape (n,)
        The numbers of the predicted classes.
    probabilities : ndarray of shape (n, n_classes)
        The probability of each class, as well as it is known.

    Returns
    -------
    disagreement : ndarray of shape (n,)

    References
    ----------
    Domingos (2000), "A unified bias-variance decomposition for zero-one and squared loss".

    Examples
    --------
    >>> p = np.array([[0.5, 0.5], [0.9, 0.1], [0.9, 0.1]])
    >>> class_disagreement(np.array([0, 0, 0]), np.array([1, 1, 0]), p).tolist()
    [0.0, 0.4, 0.0]
    """
    rows = np.arange(len(first))
    of_both = (probabilities[rows, first] + probabilities[rows, second]) / 2
    return np.where(first == second, 0.0, probabilities.max(axis=1) - of_both)


def observed_excess(first: Array, second: Array, right: Array, attained: Array) -> Array:
    r"""Return by what two fits that disagree were seen to do worse than what is attained.

    .. math:: \tfrac12(\ell_1 + \ell_2) - \ell_{\text{attained}}
        \quad\text{where } c_1 \ne c_2, \text{ else } 0

    The same as :func:`class_disagreement` on average, told by the labels: it varies more, but needs
    no probabilities, which nearest neighbours and forests often give too close to each other.

    Parameters
    ----------
    first, second, right : ndarray of int of shape (n,)
        The numbers of the predicted classes, and of the right one.
    attained : ndarray of shape (n,)
        The loss that is attained; see :mod:`skdl.diagnosis.verdict.attained`.

    Returns
    -------
    excess : ndarray of shape (n,)

    Examples
    --------
    >>> observed_excess(np.array([0, 0]), np.array([1, 0]), np.array([0, 1]), np.zeros(2)).tolist()
    [0.5, 0.0]
    """
    of_both = ((first != right) + 1.0 * (second != right)) / 2
    return np.where(first == second, 0.0, of_both - attained)


def variance_share(gap: float, gap_of_halves: float) -> float:
    """Return by what the variance shrinks from half the rows to all of them: between 1/2 and 1.

    The gap between the errors on new and on training rows is measured at both sizes, and shrinks
    as the variance does: to half for a linear model, hardly for one nearest neighbour.

    Parameters
    ----------
    gap, gap_of_halves : float
        Validation error minus training error, at all rows and at half of them.

    Examples
    --------
    >>> variance_share(0.03, 0.04), variance_share(0.01, 0.04), variance_share(0.01, 0.0)
    (0.75, 0.5, 1.0)
    """
    if gap_of_halves <= 0:
        return 1.0
    return float(np.clip(gap / gap_of_halves, 0.5, 1.0))
