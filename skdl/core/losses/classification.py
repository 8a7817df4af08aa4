r"""Losses for classification: y is 0 or 1 (or smoothed), one column for each class or label."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.special import expit

from skdl.core.component import Interval
from skdl.core.losses.base import Loss
from skdl.core.losses.constants import minimum, weighted_mean

__all__ = [
    "BrierScore",
    "ClassifierLoss",
    "CrossEntropy",
    "Focal",
    "Hinge",
    "log_sigmoid",
    "log_softmax",
    "softmax",
]

Array = np.ndarray


def softmax(r: Array, out: Array | None = None) -> Array:
    r"""Return :math:`e^{r_k} / \sum_j e^{r_j}`, shifted by the maximum so that nothing overflows.

    Parameters
    ----------
    r : ndarray of shape (..., classes)
        Raw outputs.
    out : ndarray of the same shape, default=None
        Where to put the result; None makes an array.

    Returns
    -------
    p : ndarray of the same shape
        Probabilities, which sum to 1 along the last axis.

    See Also
    --------
    log_softmax : Stays finite where a probability underflows.

    Examples
    --------
    >>> softmax(np.array([[1e4, 1e4]])).tolist()
    [[0.5, 0.5]]
    """
    out = np.subtract(r, r.max(axis=-1, keepdims=True), out=out)
    np.exp(out, out=out)
    out /= out.sum(axis=-1, keepdims=True)
    return out


def log_softmax(r: Array) -> Array:
    r"""Return :math:`r_k - \log \sum_j e^{r_j}`, finite for every finite r.

    Parameters
    ----------
    r : ndarray of shape (..., classes)
        Raw outputs.

    Returns
    -------
    log_p : ndarray of the same shape
        Logarithms of probabilities.

    See Also
    --------
    softmax : Its exponential.
    log_sigmoid : For one output.

    Examples
    --------
    >>> log_softmax(np.array([[0.0, 1e4]])).tolist()
    [[-10000.0, 0.0]]
    """
    shifted = r - r.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def log_sigmoid(r: Array) -> Array:
    r"""Return :math:`\log\sigma(r) = -\log(1 + e^{-r})`.

    Parameters
    ----------
    r : ndarray
        Raw outputs.

    Returns
    -------
    log_p : ndarray of the same shape
        Logarithms of probabilities.

    See Also
    --------
    log_softmax : For more than one output.

    Examples
    --------
    >>> log_sigmoid(np.array([-1e4, 0.0])).round(4).tolist()
    [-10000.0, -0.6931]
    """
    return -np.logaddexp(0, -r)


class ClassifierLoss(Loss, family=True):
    """The family that ``MLPClassifier(loss=...)`` chooses from.

    Attributes
    ----------
    links : tuple of str
        The output units that the loss can be paired with; the first is the default for classes
        that exclude each other.
    link : str
        The one in use.

    See Also
    --------
    RegressorLoss : The sibling for numbers.

    Examples
    --------
    >>> from skdl.core.losses import ClassifierLoss
    >>> sorted(ClassifierLoss.registry)
    ['cross_entropy', 'focal', 'hinge', 'squared_error']
    """

    links: ClassVar[tuple[str, ...]] = ("softmax", "sigmoid")
    link: str = "softmax"

    def with_link(self, link: str) -> ClassifierLoss:
        """Return a copy that ends in ``link``."""
        copy = type(self)(**self.get_params())
        copy.link = link
        return copy

    def predict(self, raw: Array) -> Array:
        """Apply the output unit: probabilities for softmax and sigmoid."""
        return {"softmax": softmax, "sigmoid": expit, "identity": np.positive}[self.link](raw)

    def log_predict(self, raw: Array) -> Array:
        """Return the logarithm of :meth:`predict`, finite for every finite ``raw``."""
        return log_softmax(raw) if self.link == "softmax" else log_sigmoid(raw)

    def log_odds(self, y: Array, weight: Array | None) -> Array:
        """Return the raw outputs whose probabilities are the class frequencies, none below 0.1 %.

        A proper score, such as the cross-entropy or the Brier score, has its best constant there.
        """
        frequency = np.clip(weighted_mean(y, weight), 1e-3, 1 - 1e-3)
        if self.link == "softmax":
            return np.log(frequency) - np.log(frequency).mean()
        return np.log(frequency) - np.log1p(-frequency)


class CrossEntropy(ClassifierLoss, name="cross_entropy"):
    r"""Cross-entropy: the negative log-likelihood of the classes.

    .. math:: \ell = -\sum_k y_k \log p_k \;\text{(softmax)}, \qquad
              \ell = -\sum_k y_k \log p_k + (1 - y_k)\log(1 - p_k) \;\text{(sigmoid)}

    Under either output unit the slope is :math:`p - y`: the error itself, which does not vanish
    when the network is confidently wrong.

    See Also
    --------
    Focal : Counts rows that are right already for less.
    BrierScore : Squares.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), "Deep Learning", section 6.2.2.

    Examples
    --------
    >>> y, raw = np.array([[1.0, 0.0]]), np.array([[0.0, 0.0]])
    >>> float(CrossEntropy().value(y, raw).round(4)), CrossEntropy().gradient(y, raw).tolist()
    (0.6931, [[-0.5, 0.5]])
    """

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``log Σ exp r − y·r``, or ``Σ log(1 + exp r) − y r``."""
        if self.link == "softmax":
            r = raw - raw.max(axis=-1, keepdims=True)
            y_r = (y * r).sum(axis=-1, keepdims=True)
            return np.log(np.exp(r, out=r).sum(axis=-1, keepdims=True)) - y_r
        return (np.logaddexp(0, raw) - y * raw).sum(axis=-1, keepdims=True)

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return ``p − y``."""
        p = softmax(raw, out) if self.link == "softmax" else expit(raw, out=out)
        return np.subtract(p, y, out=p)

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return ``(diag p − p pᵀ) v``, or ``p(1 − p) v``."""
        p = self.predict(raw)
        if self.link == "softmax":
            return p * (v - (p * v).sum(axis=-1, keepdims=True))
        return p * (1 - p) * v

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the log-odds of the class frequencies."""
        return self.log_odds(y, weight)


class BrierScore(ClassifierLoss, name="squared_error"):
    r"""Half the Brier score, :math:`\ell = \tfrac12\sum_k (p_k - y_k)^2`.

    The slope goes through the output unit's own slope, so it is tiny where the unit is saturated,
    right or wrong: compare :class:`CrossEntropy`.

    See Also
    --------
    CrossEntropy : Its gradient does not vanish where a network is surely wrong.

    References
    ----------
    Brier (1950), "Verification of forecasts expressed in terms of probability".

    Examples
    --------
    >>> y, raw = np.array([[1.0, 0.0]]), np.array([[0.0, 0.0]])
    >>> float(BrierScore().value(y, raw)), BrierScore().gradient(y, raw).tolist()
    (0.25, [[-0.25, 0.25]])
    """

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``½ Σ (p − y)²``."""
        return 0.5 * np.square(self.predict(raw) - y).sum(axis=-1, keepdims=True)

    def _pull_back(self, p, g):
        """Return ``Jᵀg`` with J the Jacobian of the output unit at ``p``."""
        if self.link == "softmax":
            return p * (g - (p * g).sum(axis=-1, keepdims=True))
        return p * (1 - p) * g

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return ``Jᵀ(p − y)``."""
        p = self.predict(raw)
        slope = self._pull_back(p, p - y)
        if out is None:
            return slope
        out[...] = slope
        return out

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return the derivative of ``Jᵀ(p − y)`` in the direction ``v``."""
        p = self.predict(raw)
        g, Rp = p - y, self._pull_back(p, v)
        if self.link == "softmax":
            s = (p * g).sum(axis=-1, keepdims=True)
            Rs = (Rp * g + p * Rp).sum(axis=-1, keepdims=True)
            return Rp * (g - s) + p * (Rp - Rs)
        return (1 - 2 * p) * Rp * g + p * (1 - p) * Rp

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the log-odds of the class frequencies."""
        return self.log_odds(y, weight)


class Hinge(ClassifierLoss, name="hinge"):
    r"""Hinge loss, one class against the rest, :math:`\ell = \sum_k \max(0, 1 - \tilde y_k r_k)`.

    :math:`\tilde y = 2y - 1` is ±1. The network has a decision function but no probabilities.

    See Also
    --------
    CrossEntropy : Gives probabilities; this one a margin.

    References
    ----------
    Cortes and Vapnik (1995), "Support-vector networks".

    Examples
    --------
    >>> float(Hinge().value(np.array([[1.0]]), np.array([[0.25]])))
    0.75
    """

    links = ("identity",)
    link = "identity"

    def _margin(self, y: Array, raw: Array) -> Array:
        """Return ``1 − ỹ r``."""
        return 1 - (2 * y - 1) * raw

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``Σ max(0, 1 − ỹ r)``."""
        return np.maximum(self._margin(y, raw), 0).sum(axis=-1, keepdims=True)

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return ``−ỹ`` inside the margin, else 0."""
        return np.multiply(self._margin(y, raw) > 0, 1 - 2 * y, out=out)

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return 0."""
        return np.zeros_like(v)

    def pieces(self, y: Array, raw: Array) -> Array:
        """Tell which rows are inside the margin."""
        return self._margin(y, raw) > 0

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the margin of the more frequent side: 1, −1, or 0 where both are as frequent."""
        return np.sign(2 * weighted_mean(y, weight) - 1)


class Focal(ClassifierLoss, name="focal"):
    r"""Focal loss, :math:`\ell = -\sum_k y_k (1 - p_k)^\gamma \log p_k`: easy rows count less.

    Under sigmoid units each column adds the same term for its complement.

    Parameters
    ----------
    gamma : float, default=2.0
        How much less; 0 is the cross-entropy.

    See Also
    --------
    CrossEntropy : The same with γ = 0.

    References
    ----------
    Lin, Goyal, Girshick, He and Dollár (2017), "Focal loss for dense object detection".

    Examples
    --------
    >>> y, raw = np.array([[1.0, 0.0]]), np.array([[0.0, 0.0]])
    >>> float(Focal(gamma=2.0).value(y, raw).round(4))
    0.1733
    """

    exact_curvature = False
    rules: ClassVar = {"gamma": Interval(0)}

    def __init__(self, gamma: float = 2.0) -> None:
        self.gamma = gamma

    def _term(self, p, log_p):
        """Return ``f(p) = −(1 − p)^γ log p`` and ``p f'(p)``."""
        q = np.maximum(-np.expm1(log_p), np.finfo(p.dtype).tiny)  # 1 − p, without cancellation
        weight = q**self.gamma
        return -weight * log_p, self.gamma * p * weight / q * log_p - weight

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``−Σ y (1 − p)^γ log p``."""
        loss = y * self._term(self.predict(raw), self.log_predict(raw))[0]
        if self.link == "sigmoid":
            loss = loss + (1 - y) * self._term(expit(-raw), log_sigmoid(-raw))[0]
        return loss.sum(axis=-1, keepdims=True)

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return the chain rule through the output unit, with ``∂p_k/∂r_j = p_k(δ_kj − p_j)``."""
        p = self.predict(raw)
        c = y * self._term(p, self.log_predict(raw))[1]
        if self.link == "softmax":
            slope = c - p * c.sum(axis=-1, keepdims=True)
        else:
            rest = (1 - y) * self._term(expit(-raw), log_sigmoid(-raw))[1]
            slope = c * (1 - p) - rest * p
        if out is None:
            return slope
        out[...] = slope
        return out

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the minimum, searched from the log-odds: γ draws the probabilities together."""
        frequency = np.clip(weighted_mean(y, weight), 1e-3, 1 - 1e-3)
        return minimum(self, frequency[None], self.log_odds(y, weight))
