r"""Adaptive optimisers: every parameter gets a rate of its own, from the gradients it has seen.

Steep directions get small rates and flat ones large rates, so that one ε serves all parameters.
AdaGrad adds up all squared gradients; RMSProp and AdaDelta forget the old ones; Adam and its
relatives also average the gradient itself, which is momentum; Lion keeps only the sign.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from skdl.core.optimizers import (
    Optimizer,
    accumulate,
    accumulate_square,
    decay_rule,
    move,
    positive,
)

__all__ = [
    "AMSGrad",
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "Lion",
    "Nadam",
    "RMSProp",
]


class AdaGrad(Optimizer, name="adagrad"):
    r"""AdaGrad: rates shrink with the sum of all squared gradients so far.

    .. math:: r \leftarrow r + g^2, \qquad
              \theta \leftarrow \theta - \frac{\epsilon}{\delta + \sqrt r}\, g

    Parameters
    ----------
    delta : float, default=1e-7
        Keeps the division defined.

    References
    ----------
    Duchi, Hazan and Singer (2011), "Adaptive subgradient methods".

    Examples
    --------
    >>> theta, adagrad = np.array([1.0]), AdaGrad()
    >>> adagrad.step(theta, np.array([200.0]), adagrad.init(theta), rate=0.1)
    >>> theta.round(6).tolist()
    [0.9]
    """

    learning_rate = 0.01
    slots = ("r",)
    rules: ClassVar = {"delta": positive}

    def __init__(self, delta: float = 1e-7):
        self.delta = delta

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        r, scratch = state["r"], state["scratch"]
        np.multiply(g, g, scratch)
        r += scratch
        np.sqrt(r, scratch)
        scratch += self.delta
        np.divide(g, scratch, scratch)
        scratch *= rate
        theta -= scratch

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε / (δ + √r)``."""
        scratch = np.sqrt(state["r"], state["scratch"])
        scratch += self.delta
        return np.divide(rate, scratch, scratch)


class AdaDelta(Optimizer, name="adadelta"):
    r"""AdaDelta: the ratio of two running root mean squares replaces the learning rate.

    .. math:: r \leftarrow \rho r + (1-\rho) g^2, \quad
              d = -\frac{\sqrt{u + \delta}}{\sqrt{r + \delta}}\, g, \quad
              u \leftarrow \rho u + (1-\rho) d^2, \quad \theta \leftarrow \theta + \epsilon d

    Parameters
    ----------
    rho : float, default=0.95
        Decay of both means.
    delta : float, default=1e-6
        Starts the first steps and keeps the division defined.

    References
    ----------
    Zeiler (2012), "ADADELTA: an adaptive learning rate method" (where ε = 1).

    Examples
    --------
    >>> theta, adadelta = np.array([1.0]), AdaDelta()
    >>> adadelta.step(theta, np.array([2.0]), adadelta.init(theta), rate=1.0)
    >>> theta.round(5).tolist()
    [0.99553]
    """

    learning_rate = 1.0
    slots = ("r", "u", "d")
    rules: ClassVar = {"rho": decay_rule, "delta": positive}

    def __init__(self, rho: float = 0.95, delta: float = 1e-6):
        self.rho = rho
        self.delta = delta

    def _ratio(self, state, out):
        np.add(state["u"], self.delta, out)
        out /= state["r"] + self.delta
        return np.sqrt(out, out)

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        d, scratch = state["d"], state["scratch"]
        accumulate_square(state["r"], g, self.rho, scratch)
        self._ratio(state, d)
        d *= g
        accumulate_square(state["u"], d, self.rho, scratch)
        d *= rate
        theta -= d

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε √(u + δ) / √(r + δ)``."""
        out = self._ratio(state, state["scratch"])
        out *= rate
        return out


class RMSProp(Optimizer, name="rmsprop"):
    r"""RMSProp: like AdaGrad, but it forgets; with or without (Nesterov) momentum.

    .. math:: r \leftarrow \rho r + (1-\rho) g^2, \qquad
              v \leftarrow \alpha v - \frac{\epsilon}{\sqrt{\delta + r}}\, g, \qquad
              \theta \leftarrow \theta + v

    Parameters
    ----------
    rho : float, default=0.9
        Decay of the mean square.
    delta : float, default=1e-6
        Keeps the division defined.

    References
    ----------
    Hinton (2012), Coursera lecture 6; Goodfellow, Bengio and Courville (2016), algorithms 8.5, 8.6.

    Examples
    --------
    >>> theta, rmsprop = np.array([1.0]), RMSProp(rho=0.75)
    >>> rmsprop.step(theta, np.array([2.0]), rmsprop.init(theta), rate=0.1, momentum=0.0)
    >>> theta.round(4).tolist()
    [0.8]
    """

    learning_rate = 0.001
    momentum = 0.0
    nesterov = False
    slots = ("r", "v")
    rules: ClassVar = {"rho": decay_rule, "delta": positive}

    def __init__(self, rho: float = 0.9, delta: float = 1e-6):
        self.rho = rho
        self.delta = delta

    def step(self, theta, g, state, rate, momentum=0.0, nesterov=False):
        """Take one step."""
        scratch = state["scratch"]
        accumulate_square(state["r"], g, self.rho, scratch)
        np.add(state["r"], self.delta, scratch)
        np.sqrt(scratch, scratch)
        np.divide(g, scratch, scratch)
        scratch *= -rate
        move(theta, scratch, state, momentum, nesterov)

    def effective_rate(self, g, state, rate, momentum=0.0):
        """Return ``ε / ((1 − α) √(δ + r))``."""
        scratch = np.add(state["r"], self.delta, state["scratch"])
        np.sqrt(scratch, scratch)
        return np.divide(rate / (1 - momentum), scratch, scratch)


class _Moments(Optimizer):
    """What Adam and its relatives share: running means of g and of g².

    Their default rate is twice that of the papers: on tables of 100 to 20 000 rows it ends within
    200 epochs more often, at the same held-out score (``bench/defaults.py``).
    """

    learning_rate = 0.002
    slots = ("m", "v")
    rules: ClassVar = {"beta_1": decay_rule, "beta_2": decay_rule, "epsilon": positive}

    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8):
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def _update_moments(self, g, state):
        """Update m and v, count the step, and return the scratch array."""
        scratch = state["scratch"]
        accumulate(state["m"], g, self.beta_1, scratch)
        accumulate_square(state["v"], g, self.beta_2, scratch)
        state["t"] += 1
        return scratch

    def _corrected_rate(self, state, rate):
        """Return ``ε √(1 − β₂ᵗ) / (1 − β₁ᵗ)``: the correction for moments that start at 0."""
        t = state["t"]
        return rate * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)

    def _denominator(self, v, out):
        """Return ``√v + ε`` in ``out``."""
        np.sqrt(v, out)
        out += self.epsilon
        return out

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε √(1 − β₂ᵗ) / (√v + δ)``: under a constant gradient m tends to g."""
        scratch = self._denominator(state["v"], state["scratch"])
        return np.divide(rate * (1 - self.beta_2 ** state["t"]) ** 0.5, scratch, scratch)


class Adam(_Moments, name="adam"):
    r"""Adam: momentum and rescaling by running means of g and g², corrected for their start at 0.

    .. math:: m \leftarrow \beta_1 m + (1-\beta_1) g, \quad
              v \leftarrow \beta_2 v + (1-\beta_2) g^2, \quad
              \theta \leftarrow \theta - \epsilon
              \frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t} \frac{m}{\sqrt v + \hat\epsilon}

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Decay of the two means, in [0, 1).
    epsilon : float, default=1e-8
        :math:`\hat\epsilon`, keeps the division defined.

    References
    ----------
    Kingma and Ba (2014), "Adam: a method for stochastic optimization", in the efficient form given
    at the end of section 2 (as in scikit-learn).

    Examples
    --------
    >>> theta, adam = np.array([1.0]), Adam()
    >>> adam.step(theta, np.array([200.0]), adam.init(theta), rate=0.1)
    >>> theta.round(6).tolist()
    [0.9]
    """

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        scratch = self._update_moments(g, state)
        self._denominator(state["v"], scratch)
        np.divide(state["m"], scratch, scratch)
        scratch *= self._corrected_rate(state, rate)
        theta -= scratch


class AdamW(Adam, name="adamw"):
    r"""Adam with decoupled weight decay: ``weight_decay`` is 0.01 unless it is given.

    The decay multiplies the weights by :math:`1 - \epsilon\lambda` beside Adam's step, so that it
    is not divided by :math:`\sqrt v` as the gradient of an L2 penalty is.

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Decay of the two means, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the division defined.

    References
    ----------
    Loshchilov and Hutter (2019), "Decoupled weight decay regularization".

    Examples
    --------
    >>> AdamW.weight_decay
    0.01
    """

    weight_decay = 0.01


class AdaMax(_Moments, name="adamax"):
    r"""AdaMax: Adam with the infinity norm in place of the root mean square.

    .. math:: u \leftarrow \max(\beta_2 u, |g|), \qquad
              \theta \leftarrow \theta - \frac{\epsilon}{1-\beta_1^t}\frac{m}{u + \hat\epsilon}

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Decay of the mean and of the maximum, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the division defined.

    References
    ----------
    Kingma and Ba (2014), section 7.1.

    Examples
    --------
    >>> theta, adamax = np.array([1.0]), AdaMax()
    >>> adamax.step(theta, np.array([200.0]), adamax.init(theta), rate=0.1)
    >>> theta.round(6).tolist()
    [0.9]
    """

    learning_rate = 0.002
    slots = ("m", "u")

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        m, u, scratch = state["m"], state["u"], state["scratch"]
        accumulate(m, g, self.beta_1, scratch)
        u *= self.beta_2
        np.abs(g, scratch)
        np.maximum(u, scratch, out=u)
        state["t"] += 1
        np.add(u, self.epsilon, scratch)
        np.divide(m, scratch, scratch)
        scratch *= rate / (1 - self.beta_1 ** state["t"])
        theta -= scratch

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε / (u + ε̂)``."""
        scratch = np.add(state["u"], self.epsilon, state["scratch"])
        return np.divide(rate, scratch, scratch)


class Nadam(_Moments, name="nadam"):
    r"""Nadam: Adam that looks ahead, as Nesterov's momentum does.

    .. math:: \theta \leftarrow \theta - \frac{\epsilon}{\sqrt{\hat v} + \hat\epsilon}
              \left( \frac{\beta_1 m}{1-\beta_1^{t+1}} + \frac{(1-\beta_1) g}{1-\beta_1^t} \right),
              \qquad \hat v = \frac{v}{1-\beta_2^t}

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Decay of the two means, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the division defined.

    References
    ----------
    Dozat (2016), "Incorporating Nesterov momentum into Adam" (with a constant β₁).

    Examples
    --------
    >>> theta, nadam = np.array([1.0]), Nadam()
    >>> nadam.step(theta, np.array([200.0]), nadam.init(theta), rate=0.1)
    >>> theta.round(6).tolist()
    [0.852632]
    """

    slots = ("m", "v", "ahead")

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        scratch, ahead = self._update_moments(g, state), state["ahead"]
        t, beta = state["t"], self.beta_1
        np.multiply(state["m"], beta / (1 - beta ** (t + 1)), ahead)
        np.multiply(g, (1 - beta) / (1 - beta**t), scratch)
        ahead += scratch
        np.multiply(state["v"], 1 / (1 - self.beta_2**t), scratch)
        self._denominator(scratch, scratch)
        ahead /= scratch
        ahead *= rate
        theta -= ahead


class AMSGrad(_Moments, name="amsgrad"):
    r"""AMSGrad: Adam whose rates never grow again.

    .. math:: \hat v \leftarrow \max(\hat v, v), \qquad
              \theta \leftarrow \theta - \epsilon \frac{m}{\sqrt{\hat v} + \hat\epsilon}

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Decay of the two means, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the division defined.

    References
    ----------
    Reddi, Kale and Kumar (2018), "On the convergence of Adam and beyond" (without bias correction).

    Examples
    --------
    >>> theta, amsgrad = np.array([1.0]), AMSGrad()
    >>> amsgrad.step(theta, np.array([200.0]), amsgrad.init(theta), rate=0.1)
    >>> theta.round(4).tolist()
    [0.6838]
    """

    slots = ("m", "v", "largest")

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        scratch = self._update_moments(g, state)
        np.maximum(state["largest"], state["v"], out=state["largest"])
        self._denominator(state["largest"], scratch)
        np.divide(state["m"], scratch, scratch)
        scratch *= rate
        theta -= scratch

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε / (√v̂ + ε̂)``."""
        scratch = self._denominator(state["largest"], state["scratch"])
        return np.divide(rate, scratch, scratch)


class Lion(Optimizer, name="lion"):
    r"""Lion: the sign of an interpolated momentum; every parameter moves by ε at each step.

    .. math:: \theta \leftarrow \theta - \epsilon\,\mathrm{sign}(\beta_1 m + (1-\beta_1) g), \qquad
              m \leftarrow \beta_2 m + (1-\beta_2) g

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.99
        Weight of the momentum in the step, and its decay.

    References
    ----------
    Chen et al. (2023), "Symbolic discovery of optimization algorithms".

    Examples
    --------
    >>> theta, lion = np.array([1.0]), Lion()
    >>> lion.step(theta, np.array([200.0]), lion.init(theta), rate=0.1)
    >>> theta.tolist()
    [0.9]
    """

    learning_rate = 0.0003
    slots = ("m", "c")
    rules: ClassVar = {"beta_1": decay_rule, "beta_2": decay_rule}

    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.99):
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        m, c, scratch = state["m"], state["c"], state["scratch"]
        np.multiply(m, self.beta_1, c)
        np.multiply(g, 1 - self.beta_1, scratch)
        c += scratch
        np.sign(c, scratch)
        scratch *= rate
        theta -= scratch
        accumulate(m, g, self.beta_2, scratch)

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε / |c|``: the step is ``−(ε / |c|)·c``."""
        scratch = np.abs(state["c"], state["scratch"])
        np.maximum(scratch, np.finfo(scratch.dtype).tiny, out=scratch)
        return np.divide(rate, scratch, scratch)
