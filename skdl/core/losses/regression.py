r"""Losses for regression: which point of the distribution of y given x the network learns.

Squared error learns the mean, absolute error the median, the quantile loss any quantile; Poisson
and gamma losses suit counts and positive amounts (their link is exp); the Gaussian likelihood
learns a mean *and* a standard deviation for every row. Shapes and means over rows are as in
:mod:`skdl.core.losses.base`.
"""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from scipy.special import xlogy

from skdl.core.component import Interval
from skdl.core.losses.base import Loss
from skdl.core.losses.constants import root_of_slope, weighted_mean, weighted_quantile

__all__ = [
    "AbsoluteError",
    "Gamma",
    "GaussianNLL",
    "Huber",
    "LogCosh",
    "Poisson",
    "Quantile",
    "RegressorLoss",
    "SquaredError",
]

Array = np.ndarray


class RegressorLoss(Loss, family=True):
    """The family that ``MLPRegressor(loss=...)`` chooses from.

    Attributes
    ----------
    scalable : bool
        Whether the loss makes sense for targets that were shifted and scaled.
    target_rule : Interval
        Which targets it accepts.

    See Also
    --------
    ClassifierLoss : The sibling for classes.

    Examples
    --------
    >>> from skdl.core.losses import RegressorLoss
    >>> sorted(RegressorLoss.registry)[:3]
    ['absolute_error', 'gamma', 'gaussian_nll']
    """

    scalable: ClassVar[bool] = True
    target_rule: ClassVar[Interval] = Interval()


class SquaredError(RegressorLoss, name="squared_error"):
    r"""Squared error, :math:`\ell = \tfrac12 \sum_k (r_k - y_k)^2`: learns the mean.

    It is the negative log-likelihood of a Gaussian of variance 1, up to a constant.

    See Also
    --------
    Huber : Bounded pull of outliers.
    GaussianNLL : Learns the standard deviation as well.

    Examples
    --------
    >>> y, raw = np.array([[1.0]]), np.array([[3.0]])
    >>> float(SquaredError().value(y, raw)), SquaredError().gradient(y, raw).tolist()
    (2.0, [[2.0]])
    """

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``½ Σ (r − y)²``."""
        return 0.5 * np.square(raw - y).sum(axis=-1, keepdims=True)

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return ``r − y``."""
        return np.subtract(raw, y, out=out)

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return ``v``."""
        return v.copy()

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the mean."""
        return weighted_mean(y, weight)


class AbsoluteError(RegressorLoss, name="absolute_error"):
    r"""Absolute error, :math:`\ell = \sum_k |r_k - y_k|`: learns the median.

    See Also
    --------
    Huber : Squared near 0, so that its gradient shrinks there.
    Quantile : Of any level; this is twice that of the median.

    Examples
    --------
    >>> float(AbsoluteError().value(np.array([[1.0]]), np.array([[3.0]])))
    2.0
    """

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``Σ |r − y|``."""
        return np.abs(raw - y).sum(axis=-1, keepdims=True)

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return the sign of ``r − y``."""
        out = np.subtract(raw, y, out=out)
        return np.sign(out, out=out)

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the median."""
        return weighted_quantile(y, 0.5, weight)

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return 0."""
        return np.zeros_like(v)

    def pieces(self, y: Array, raw: Array) -> Array:
        """Tell on which side of the target the output lies."""
        return raw > y


class Huber(RegressorLoss, name="huber"):
    r"""Huber loss: squared error near the target, absolute error beyond δ.

    .. math:: \ell = \sum_k \begin{cases} \tfrac12 e_k^2 & |e_k| \le \delta \\
              \delta(|e_k| - \tfrac12\delta) & \text{else} \end{cases},\qquad e = r - y

    Parameters
    ----------
    delta : float, default=1.35
        Where the loss turns linear, in standard deviations of y when the target is scaled; 1.35
        keeps 95 % of the efficiency of the mean under Gaussian noise.

    See Also
    --------
    AbsoluteError : The limit for a small threshold.
    SquaredError : The limit for a large one.
    LogCosh : Smooth throughout.

    References
    ----------
    Huber (1964), "Robust estimation of a location parameter".

    Examples
    --------
    >>> float(Huber(delta=1.0).value(np.array([[1.0]]), np.array([[3.0]])))
    1.5
    """

    rules: ClassVar = {"delta": Interval(0, closed="neither")}

    def __init__(self, delta: float = 1.35) -> None:
        self.delta = delta

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``Σ |c|(|e| − ½|c|)`` with ``c`` the error clipped to ±δ."""
        e = np.abs(raw - y)
        c = np.minimum(e, self.delta)
        return (c * (e - 0.5 * c)).sum(axis=-1, keepdims=True)

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return the error clipped to ±δ."""
        out = np.subtract(raw, y, out=out)
        return np.clip(out, -self.delta, self.delta, out=out)

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return ``v`` where the loss is quadratic, else 0."""
        return v * (np.abs(raw - y) < self.delta)

    def pieces(self, y: Array, raw: Array) -> Array:
        """Tell in which of the three pieces the error lies."""
        return np.sign(raw - y) * (np.abs(raw - y) > self.delta)

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return Huber's estimate of the location."""
        return root_of_slope(self, y, weight)


class LogCosh(RegressorLoss, name="log_cosh"):
    r"""Log-cosh, :math:`\ell = \sum_k \log\cosh(r_k - y_k)`: a Huber loss without kinks.

    See Also
    --------
    Huber : With a threshold to choose.

    Examples
    --------
    >>> float(LogCosh().value(np.array([[1.0]]), np.array([[3.0]])).round(4))
    1.325
    """

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``Σ |e| + log(1 + exp(−2|e|)) − log 2``."""
        e = np.abs(raw - y)
        return (e + np.log1p(np.exp(-2 * e)) - math.log(2)).sum(axis=-1, keepdims=True)

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return ``tanh(r − y)``."""
        out = np.subtract(raw, y, out=out)
        return np.tanh(out, out=out)

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return ``(1 − tanh²) v``."""
        return (1 - np.tanh(raw - y) ** 2) * v

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return where the mean of ``tanh(r − y)`` is 0."""
        return root_of_slope(self, y, weight)


class Quantile(RegressorLoss, name="quantile"):
    r"""Pinball loss, :math:`\ell = \sum_k \max(q\,e_k, (q - 1)\,e_k)`, :math:`e = y - r`.

    Parameters
    ----------
    quantile : float, default=0.5
        The quantile that is learned, in (0, 1); 0.5 is the median.

    See Also
    --------
    AbsoluteError : The median.
    Quantiles : Several levels at once.
    skdl.MLPRegressor.predict_interval : Intervals with a coverage that is promised.

    References
    ----------
    Koenker and Bassett (1978), "Regression quantiles".

    Examples
    --------
    >>> loss = Quantile(quantile=0.9)
    >>> loss.value(np.array([[1.0]]), np.array([[3.0]])).round(4).tolist()
    0.2
    """

    rules: ClassVar = {"quantile": Interval(0, 1, closed="neither")}

    def __init__(self, quantile: float = 0.5) -> None:
        self.quantile = quantile

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``Σ max(q e, (q − 1) e)``."""
        e = y - raw
        return np.maximum(self.quantile * e, (self.quantile - 1) * e).sum(axis=-1, keepdims=True)

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return ``1 − q`` above the target, ``−q`` below it."""
        return np.subtract(raw > y, np.where(raw == y, 0, self.quantile).astype(raw.dtype), out=out)

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the quantile."""
        return weighted_quantile(y, self.quantile, weight)

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return 0."""
        return np.zeros_like(v)

    def pieces(self, y: Array, raw: Array) -> Array:
        """Tell on which side of the target the output lies."""
        return raw > y


class Poisson(RegressorLoss, name="poisson"):
    r"""Half the Poisson deviance with the link :math:`\mu = e^r`, for counts.

    .. math:: \ell = \sum_k y_k \log(y_k / \mu_k) - y_k + \mu_k

    See Also
    --------
    Gamma : For positive amounts.
    SquaredError : For a variance that does not grow.

    Examples
    --------
    >>> float(Poisson().value(np.array([[0.0]]), np.array([[0.0]])))
    1.0
    """

    scalable = False
    target_rule = Interval(0)

    def predict(self, raw: Array) -> Array:
        """Return ``exp r``."""
        return np.exp(raw)

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``Σ y log y − y r − y + exp r``."""
        return (xlogy(y, y) - y * raw - y + np.exp(raw)).sum(axis=-1, keepdims=True)

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return ``μ − y``."""
        out = np.exp(raw, out=out)
        return np.subtract(out, y, out=out)

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return ``μ v``."""
        return np.exp(raw) * v

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the logarithm of the mean."""
        return np.log(np.maximum(weighted_mean(y, weight), 1e-6))


class Gamma(RegressorLoss, name="gamma"):
    r"""Half the gamma deviance with the link :math:`\mu = e^r`, for positive amounts.

    .. math:: \ell = \sum_k y_k / \mu_k - \log(y_k / \mu_k) - 1

    See Also
    --------
    Poisson : Variance that grows like the mean, not like its square.

    Examples
    --------
    >>> float(Gamma().value(np.array([[1.0]]), np.array([[0.0]])))
    0.0
    """

    scalable = False
    target_rule = Interval(0, closed="neither")

    def predict(self, raw: Array) -> Array:
        """Return ``exp r``."""
        return np.exp(raw)

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``Σ y exp(−r) − log y + r − 1``."""
        return (y * np.exp(-raw) - np.log(y) + raw - 1).sum(axis=-1, keepdims=True)

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return ``1 − y/μ``."""
        out = np.negative(raw, out=out)
        np.exp(out, out=out)
        out *= y
        return np.subtract(1, out, out=out)

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return ``(y/μ) v``."""
        return y * np.exp(-raw) * v

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the logarithm of the mean."""
        return np.log(weighted_mean(y, weight))


class GaussianNLL(RegressorLoss, name="gaussian_nll"):
    r"""Gaussian negative log-likelihood with a learned mean and variance for every row.

    The network has two raw outputs per target, :math:`\mu` and :math:`s = \log\sigma^2`:

    .. math:: \ell = \tfrac12 \sum_k \left[ s_k + (y_k - \mu_k)^2 e^{-s_k} + \log 2\pi \right]

    Parameters
    ----------
    min_variance : float, default=1e-6
        The variance is never taken to be smaller, which keeps the loss bounded below.

    See Also
    --------
    SquaredError : The same with a fixed standard deviation.
    Quantile : Says how far, without a normal distribution.

    References
    ----------
    Nix and Weigend (1994), "Estimating the mean and variance of the target probability
    distribution".

    Examples
    --------
    >>> y, raw = np.array([[1.0]]), np.array([[1.0, 0.0]])
    >>> float(GaussianNLL().value(y, raw).round(4))
    0.9189
    """

    outputs_per_target = 2
    log_unit = 2.0
    rules: ClassVar = {"min_variance": Interval(0, closed="neither")}

    def __init__(self, min_variance: float = 1e-6) -> None:
        self.min_variance = min_variance

    def _split(self, raw):
        """Return ``μ``, the bounded ``s``, and where the bound does not hold."""
        mu, s = np.split(raw, 2, axis=-1)
        floor = np.log(self.min_variance).astype(raw.dtype)
        return mu, np.maximum(s, floor), s > floor

    def predict(self, raw: Array) -> Array:
        """Return ``μ``."""
        return self._split(raw)[0]

    def std(self, raw: Array) -> Array:
        """Return ``σ = exp(s/2)``."""
        return np.exp(0.5 * self._split(raw)[1])

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``½ Σ s + (y − μ)² exp(−s) + log 2π``."""
        mu, s, _ = self._split(raw)
        nll = 0.5 * (s + np.square(y - mu) * np.exp(-s) + math.log(2 * math.pi))
        return nll.sum(axis=-1, keepdims=True)

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return ``(μ − y)/σ²`` and ``½(1 − (y − μ)²/σ²)``."""
        mu, s, free = self._split(raw)
        precision = np.exp(-s)
        slope = ((mu - y) * precision, free * (0.5 - 0.5 * np.square(y - mu) * precision))
        return np.concatenate(slope, axis=-1, out=out)

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return the 2×2 Hessian of every target times ``v``."""
        mu, s, free = self._split(raw)
        precision, e = np.exp(-s), mu - y
        v_mu, v_s = np.split(v, 2, axis=-1)
        v_s = v_s * free
        h_mu = precision * v_mu - e * precision * v_s
        h_s = free * (-e * precision * v_mu + 0.5 * e**2 * precision * v_s)
        return np.concatenate((h_mu, h_s), axis=-1)

    def pieces(self, y: Array, raw: Array) -> Array:
        """Tell where the variance is at its bound."""
        return self._split(raw)[2]

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the mean, and the logarithm of the variance."""
        mean = weighted_mean(y, weight)
        with np.errstate(over="ignore"):  # infinite, and refused with the biases that start there
            variance = weighted_mean(np.square(y - mean), weight)
        return np.concatenate((mean, np.log(np.maximum(variance, self.min_variance))))
