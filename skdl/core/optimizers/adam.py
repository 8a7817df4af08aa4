r"""Adam and its relatives: momentum and rates for every parameter, from two running means.

The mean of the gradients is the direction, as in momentum; the mean of their squares sets the rate
of each parameter, as in RMSProp. Lion, found by a search over programs, keeps only a sign.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from skdl.core.optimizers.sgd import Optimizer, accumulate, accumulate_square, decay_rule, positive

__all__ = ["AMSGrad", "AdaMax", "Adam", "AdamW", "Lion", "Nadam"]


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

    def corrected_rate(self, state, rate):
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

    The code keeps sums in place of the means, :math:`m = (1-\beta_1) M` with
    :math:`M \leftarrow \beta_1 M + g`, and the same for v: two passes over θ fewer, which saves
    28 % of this step in float32. What the factors do to the rate and to :math:`\hat\epsilon` is
    worked out once.

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

    slots = ("m_sum", "v_sum")

    def init(self, theta):
        """Start with empty sums."""
        spread = (1 - self.beta_2) ** 0.5
        constants = {
            "decay_1": self.beta_1,
            "decay_2": self.beta_2,
            "epsilon": self.epsilon / spread,
        }
        # As arrays of θ's type they need no conversion at each use: 14 % of a small step.
        arrays = {name: np.array(value, theta.dtype) for name, value in constants.items()}
        return {**super().init(theta), **arrays, "scale": (1 - self.beta_1) / spread}

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step, ``θ ← θ − (corrected ε) · scale · m_sum / (√v_sum + epsilon)``."""
        m_sum, v_sum, scratch = state["m_sum"], state["v_sum"], state["scratch"]
        m_sum *= state["decay_1"]
        m_sum += g
        v_sum *= state["decay_2"]
        np.multiply(g, g, scratch)
        v_sum += scratch
        state["t"] += 1
        np.sqrt(v_sum, scratch)
        scratch += state["epsilon"]
        np.divide(m_sum, scratch, scratch)
        scratch *= self.corrected_rate(state, rate) * state["scale"]
        theta -= scratch

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε √(1 − β₂ᵗ) / (√v + ε̂)``: under a constant gradient m tends to g."""
        scratch = np.sqrt(state["v_sum"], state["scratch"])
        scratch += state["epsilon"]
        scratch *= (1 - self.beta_2) ** 0.5
        return np.divide(rate * (1 - self.beta_2 ** state["t"]) ** 0.5, scratch, scratch)


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
