r"""How much there is to know: entropy, cross-entropy and the divergence between distributions.

.. math:: H(p) = -\sum_i p_i \log p_i, \qquad H(p, q) = -\sum_i p_i \log q_i, \qquad
    D(p \,\|\, q) = H(p, q) - H(p) \ge 0

A classifier that minimises the cross-entropy with the labels minimises the divergence from them,
for their entropy does not depend on the network.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr, rel_entr, xlogy

from skdl.tools.checks import refuse
from skdl.tools.given import named_errors

__all__ = ["cross_entropy", "entropy", "kl_divergence"]

UNITS = {"nats": 1.0, "bits": np.log(2.0)}


def _distribution(owner: str, name: str, values: ArrayLike) -> np.ndarray:
    """Return probabilities as an array; refuse what is none."""
    with named_errors(owner, name, "(…, n)"):
        p = np.asarray(values, np.float64)
    if p.ndim == 0 or not (np.isfinite(p).all() and (p >= 0).all()):
        refuse(owner, name, "an array of probabilities", values)
    if not np.allclose(p.sum(axis=-1), 1.0):
        refuse(owner, name, "probabilities that sum to 1 along the last axis", values)
    return p


def _in(owner: str, unit: str) -> float:
    """Return how many nats a unit has."""
    if not isinstance(unit, str) or unit not in UNITS:
        refuse(owner, "unit", "'nats' or 'bits'", unit)
    return UNITS[unit]


def _check_shapes(owner: str, p: np.ndarray, q: np.ndarray) -> None:
    """Refuse a q that gives probabilities to other things than p."""
    try:
        np.broadcast_shapes(p.shape, q.shape)
    except ValueError:
        refuse(owner, "q", f"of a shape that goes with that of p, {p.shape}", q.shape)


def entropy(p: ArrayLike, *, unit: str = "nats") -> np.ndarray:
    r"""Return the entropy :math:`H(p) = -\sum_i p_i \log p_i`, with :math:`0 \log 0 = 0`.

    Parameters
    ----------
    p : array-like of shape (..., n)
        Probabilities, which sum to 1 along the last axis.
    unit : {"nats", "bits"}, default="nats"
        Of the natural logarithm, or of that to the base 2.

    Returns
    -------
    entropy : ndarray of shape (...)
        In the unit that was asked for.

    Raises
    ------
    ValueError
        If ``p`` is no distribution.

    See Also
    --------
    cross_entropy : Of two distributions.

    References
    ----------
    Shannon (1948), "A mathematical theory of communication".

    Examples
    --------
    A fair coin has one bit, and nothing has more than the uniform distribution, log n:

    >>> float(entropy([0.5, 0.5], unit="bits")), float(entropy([1.0, 0.0]))
    (1.0, 0.0)
    >>> bool(np.isclose(entropy(np.full(8, 1 / 8), unit="bits"), 3))
    True
    """
    return entr(_distribution("entropy", "p", p)).sum(axis=-1) / _in("entropy", unit)


def cross_entropy(p: ArrayLike, q: ArrayLike, *, unit: str = "nats") -> np.ndarray:
    r"""Return the cross-entropy :math:`H(p, q) = -\sum_i p_i \log q_i`.

    Parameters
    ----------
    p, q : array-like of shape (..., n)
        Probabilities, which sum to 1 along the last axis.
    unit : {"nats", "bits"}, default="nats"
        Of the natural logarithm, or of that to the base 2.

    Returns
    -------
    cross_entropy : ndarray of shape (...)
        Infinite where q excludes what p does not.

    Raises
    ------
    ValueError
        If one of them is no distribution.

    See Also
    --------
    kl_divergence : What it is above the entropy of p.

    Examples
    --------
    With labels for p it is the loss of a classifier; it is never below the entropy:

    >>> bool(np.isclose(cross_entropy([0.0, 1.0], [0.2, 0.8]), -np.log(0.8)))
    True
    >>> p, q = [0.5, 0.5], [0.9, 0.1]
    >>> bool(np.isclose(cross_entropy(p, q), entropy(p) + kl_divergence(p, q)))
    True
    """
    owner = "cross_entropy"
    p, q = _distribution(owner, "p", p), _distribution(owner, "q", q)
    _check_shapes(owner, p, q)
    return -xlogy(p, q).sum(axis=-1) / _in(owner, unit)


def kl_divergence(p: ArrayLike, q: ArrayLike, *, unit: str = "nats") -> np.ndarray:
    r"""Return the divergence :math:`D(p\,\|\,q) = \sum_i p_i \log (p_i / q_i)`.

    Parameters
    ----------
    p, q : array-like of shape (..., n)
        Probabilities, which sum to 1 along the last axis.
    unit : {"nats", "bits"}, default="nats"
        Of the natural logarithm, or of that to the base 2.

    Returns
    -------
    divergence : ndarray of shape (...)
        0 only where the two are equal; it is not symmetric.

    Raises
    ------
    ValueError
        If one of them is no distribution.

    See Also
    --------
    cross_entropy : Differs from it by the entropy of p.

    References
    ----------
    Kullback and Leibler (1951), "On information and sufficiency".

    Examples
    --------
    >>> p, q = [0.5, 0.5], [0.75, 0.25]
    >>> print(f"{kl_divergence(p, q, unit='bits'):.4f} {kl_divergence(q, p, unit='bits'):.4f}")
    0.2075 0.1887
    >>> float(kl_divergence(p, p))
    0.0
    """
    owner = "kl_divergence"
    p, q = _distribution(owner, "p", p), _distribution(owner, "q", q)
    _check_shapes(owner, p, q)
    return rel_entr(p, q).sum(axis=-1) / _in(owner, unit)
