r"""Bias and variance of four losses: what of the predictions is averaged, and the terms of it.

At one evaluation row the target t is random (noise), and so is the prediction y, which depends on
the training set D. The *optimal* prediction y* is the best one for t, the *main* prediction
:math:`y_m` the most central one over D. Each loss splits its expectation over t and D into noise (t
around y*), bias (:math:`y_m` against y*) and variance (y around :math:`y_m`).

Each class below makes a `statistic` of every data set's predictions, such that all terms are
functions of its mean over the data sets. A bootstrap of the data sets then only needs new means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import entr, logsumexp, rel_entr

if TYPE_CHECKING:
    from skdl.decomposition.target import Target

__all__ = ["DECOMPOSITIONS"]


class SquaredError:
    r"""The squared error, whose main prediction is the mean :math:`\bar y`.

    .. math:: \mathrm E (t - y)^2 = \underbrace{\mathrm E (t - y^*)^2}_\text{noise}
        + \underbrace{(\bar y - y^*)^2}_\text{bias}
        + \underbrace{\mathrm E (y - \bar y)^2}_\text{variance}

    The mean of J data sets is itself off by variance/J, which would count as bias. `unbiased`
    moves it to where it belongs, so that the two are right on average for any J; the sum stays.

    References
    ----------
    Geman, Bienenstock and Doursat (1992), "Neural networks and the bias/variance dilemma".
    """

    can_correct = True

    def __init__(self, predictions: np.ndarray, target: Target, unbiased: bool) -> None:
        # Around the mean, or the variance of large predictions would cancel away.
        self.main = predictions.mean(axis=0)
        deviation = predictions - self.main
        loss = (predictions - target.value) ** 2
        self.statistic = np.stack([deviation, deviation**2, loss], axis=1)
        self.target, self.n_corrected = target, len(predictions) if unbiased else None

    def terms(self, mean: np.ndarray) -> dict[str, np.ndarray]:
        """Return each term at each row, given the mean of the statistic over data sets."""
        shift, square, loss = mean
        noise = self.target.noise
        variance = (square - shift**2).mean(axis=1)
        bias = ((self.main + shift - self.target.value) ** 2).mean(axis=1)
        return _sum(loss.mean(axis=1) + noise, noise, bias, variance, self)


class KohaviWolpert:
    r"""The zero-one loss, by squared distances between the distributions of t and of y.

    .. math:: P(y \neq t)
        = \underbrace{\tfrac12 \bigl(1 - {\textstyle\sum_k} P(t{=}k)^2\bigr)}_\text{noise}
        + \underbrace{\tfrac12 {\textstyle\sum_k} (P(t{=}k) - P(y{=}k))^2}_\text{bias}
        + \underbrace{\tfrac12 \bigl(1 - {\textstyle\sum_k} P(y{=}k)^2\bigr)}_\text{variance}

    `unbiased` is the correction of the paper, the same as for the squared error.

    References
    ----------
    Kohavi and Wolpert (1996), "Bias plus variance decomposition for zero-one loss functions".
    """

    can_correct = True

    def __init__(self, predictions: np.ndarray, target: Target, unbiased: bool) -> None:
        self.statistic = _one_hot(predictions, target)
        self.main = self.statistic.mean(axis=0)
        self.target, self.n_corrected = target, len(predictions) if unbiased else None

    def terms(self, frequency: np.ndarray) -> dict[str, np.ndarray]:
        """Return each term at each row, given the share of data sets that predict each class."""
        p = self.target.value
        noise = (1 - (p**2).sum(axis=1)) / 2
        bias = ((p - frequency) ** 2).sum(axis=1) / 2
        variance = (1 - (frequency**2).sum(axis=1)) / 2
        return _sum(1 - (p * frequency).sum(axis=1), noise, bias, variance, self)


class Domingos:
    r"""The zero-one loss, whose main prediction is the most frequent one.

    With N = P(t ≠ y*), B = 1 if :math:`y_m \neq y^*` else 0, and V = :math:`P(y \neq y_m)`,

    .. math:: P(y \neq t) = c_1 N + B + c_2 V, \qquad
        c_1 = P(y{=}y^*) - P(y{\neq}y^*)\,P(y{=}t \mid y{\neq}y^*, t{\neq}y^*), \qquad
        c_2 = \begin{cases} 1 & B = 0 \\ -P(y{=}y^* \mid y{\neq}y_m) & B = 1 \end{cases}

    Where the main prediction is right, variance harms ("unbiased variance"); where it is wrong,
    variance helps ("biased variance"). The *net variance* is what they come to, :math:`c_2 V`;
    with two classes it is their difference.

    References
    ----------
    Domingos (2000), "A unified bias-variance decomposition for zero-one and squared loss".
    """

    can_correct = False

    def __init__(self, predictions: np.ndarray, target: Target, unbiased: bool) -> None:
        self.statistic = _one_hot(predictions, target)
        self.main = self.statistic.mean(axis=0).argmax(axis=1)
        self.target = target

    def terms(self, frequency: np.ndarray) -> dict[str, np.ndarray]:
        """Return each term at each row, given the share of data sets that predict each class."""
        rows, p = np.arange(len(frequency)), self.target.value
        best, main = p.argmax(axis=1), frequency.argmax(axis=1)
        optimal = frequency[rows, best]  # P(y = y*)
        noise = 1 - p[rows, best]
        bias = (main != best).astype(float)
        variance = 1 - frequency[rows, main]
        # P(y = t, y != y*), where a prediction that is not the optimal one happens to be right
        lucky = (p * frequency).sum(axis=1) - p[rows, best] * optimal
        net_noise = noise * optimal - lucky
        net_variance = np.where(bias == 1, -optimal, variance)
        return {
            "error": 1 - (p * frequency).sum(axis=1),
            "noise": noise,
            "bias": bias,
            "variance": variance,
            "net_noise": net_noise,
            "net_variance": net_variance,
            "unbiased_variance": (1 - bias) * variance,
            "biased_variance": bias * variance,
            "c1": _ratio(net_noise, noise),
            "c2": _ratio(net_variance, variance),
        }


class LogLoss:
    r"""The log loss, whose main prediction is the geometric mean :math:`\bar q`, made to sum to 1.

    .. math:: \mathrm E[-\log q_t] = \underbrace{H(p)}_\text{noise} +
        \underbrace{\mathrm{KL}(p \,\|\, \bar q)}_\text{bias} +
        \underbrace{\mathrm E\,\mathrm{KL}(\bar q \,\|\, q)}_\text{variance}, \qquad
        \bar q_k = \frac1Z \exp \mathrm E \log q_k

    in nats, with p the distribution of t. The variance is :math:`-\log Z`.

    References
    ----------
    Heskes (1998), "Bias/variance decompositions for likelihood-based estimators".
    """

    can_correct = False

    def __init__(self, predictions: np.ndarray, target: Target, unbiased: bool) -> None:
        self.statistic = predictions
        self.target = target
        self.n_corrected = None
        log_mean = predictions.mean(axis=0)
        self.main = np.exp(log_mean - logsumexp(log_mean, axis=1, keepdims=True))

    def terms(self, log_mean: np.ndarray) -> dict[str, np.ndarray]:
        """Return each term at each row, given the mean logarithm of each probability."""
        p = self.target.value
        log_z = logsumexp(log_mean, axis=1)
        bias = rel_entr(p, np.exp(log_mean - log_z[:, None])).sum(axis=1)
        return _sum((p * -log_mean).sum(axis=1), entr(p).sum(axis=1), bias, -log_z, self)


DECOMPOSITIONS = {
    "squared_error": SquaredError,
    "zero_one": Domingos,
    "zero_one_kohavi_wolpert": KohaviWolpert,
    "log_loss": LogLoss,
}


def _sum(error, noise, bias, variance, decomposition):
    """Gather the terms of ``error = noise + bias + variance``, each put where it belongs."""
    J, moved = decomposition.n_corrected, decomposition.target.noise_in_value
    if J is not None:
        variance = variance * J / (J - 1)
        bias = bias - variance / J
    noise = np.zeros_like(error) + noise + moved
    return {"error": error, "noise": noise, "bias": bias - moved, "variance": variance}


def _one_hot(predictions, target):
    """Turn class numbers of shape (J, n) into votes of shape (J, n, classes)."""
    return np.eye(target.value.shape[1])[predictions]


def _ratio(numerator, denominator):
    """Divide; NaN where both are 0, and the quotient is not defined."""
    nothing = np.full_like(numerator, np.nan)
    return np.divide(numerator, denominator, out=nothing, where=denominator > 0)
