r"""Adam and its relatives: momentum and rates for every parameter, from two running means.

The mean of the gradients is the direction, as in momentum; the mean of their squares sets the rate
of each parameter, as in RMSProp. Lion, found by a search over programs, keeps only a sign.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from skdl.core.optimizers.base import (
    Optimizer,
    State,
    accumulate,
    accumulate_square,
    decay_rule,
    positive,
)

__all__ = ["AMSGrad", "AdaMax", "Adam", "AdamW", "Lion", "Nadam"]

Array = np.ndarray


class _Moments(Optimizer):
    """The settings of Adam and its relatives.

    Their default rate is twice that of the papers: on tables of 100 to 20 000 rows it ends within
    200 epochs more often, at the same held-out score (``bench/defaults.py``).
    """

    learning_rate = 0.002
    rules: ClassVar = {"beta_1": decay_rule, "beta_2": decay_rule, "epsilon": positive}

    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8) -> None:
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon


def _root_plus(v, epsilon, out):
    """Return ``√v + ε̂``, written into ``out``."""
    np.sqrt(v, out)
    out += epsilon
    return out


def _settled_rate(optimizer, state, rate):
    """Return ``ε √(1 − β₂ᵗ) / (√v + ε̂)``, written into scratch."""
    scratch = _root_plus(state["v"], optimizer.epsilon, state["scratch"])
    return np.divide(rate * (1 - optimizer.beta_2 ** state["t"]) ** 0.5, scratch, scratch)


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

    See Also
    --------
    AdamW : With decay beside the gradient, not in it.
    AMSGrad : Never takes a larger step again.
    Nadam : Looks ahead.

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

    slots: ClassVar = {"m": 0.0, "v": 0.0}

    def step(
        self,
        theta: Array,
        g: Array,
        state: State,
        rate: float | Array,
        momentum: float | Array | None = None,
        nesterov: bool | None = None,
    ) -> None:
        """Take one step."""
        m, v, scratch = state["m"], state["v"], state["scratch"]
        state["t"] += 1
        accumulate(m, g, self.beta_1, scratch)
        accumulate_square(v, g, self.beta_2, scratch)
        np.divide(m, _root_plus(v, self.epsilon, scratch), scratch)
        scratch *= self.corrected_rate(rate, state["t"])
        theta -= scratch

    def corrected_rate(self, rate: float | Array, t: int) -> float | Array:
        """Return ``ε √(1 − β₂ᵗ) / (1 − β₁ᵗ)``: the means start at 0, and are too small at first."""
        return rate * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)

    def effective_rate(
        self, g: Array, state: State, rate: float | Array, momentum: float | Array | None = None
    ) -> float | Array:
        """Return ``ε √(1 − β₂ᵗ) / (√v + ε̂)``: under a constant gradient m tends to g."""
        return _settled_rate(self, state, rate)


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

    See Also
    --------
    Adam : With the penalty in the gradient.

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

    See Also
    --------
    Adam : By the mean square in place of the largest gradient.

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

    slots: ClassVar = {"m": 0.0, "u": 0.0}

    def step(
        self,
        theta: Array,
        g: Array,
        state: State,
        rate: float | Array,
        momentum: float | Array | None = None,
        nesterov: bool | None = None,
    ) -> None:
        """Take one step."""
        m, u, scratch = state["m"], state["u"], state["scratch"]
        state["t"] += 1
        accumulate(m, g, self.beta_1, scratch)
        u *= self.beta_2
        np.maximum(u, np.abs(g, scratch), out=u)
        np.divide(m, np.add(u, self.epsilon, scratch), scratch)
        scratch *= rate / (1 - self.beta_1 ** state["t"])
        theta -= scratch

    def effective_rate(
        self, g: Array, state: State, rate: float | Array, momentum: float | Array | None = None
    ) -> float | Array:
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

    See Also
    --------
    Adam : Without looking ahead.
    SGD : With ``nesterov=True``.

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

    slots: ClassVar = {"m": 0.0, "v": 0.0, "ahead": 0.0}

    def step(
        self,
        theta: Array,
        g: Array,
        state: State,
        rate: float | Array,
        momentum: float | Array | None = None,
        nesterov: bool | None = None,
    ) -> None:
        """Take one step."""
        m, v, ahead, scratch = state["m"], state["v"], state["ahead"], state["scratch"]
        t = state["t"] = state["t"] + 1
        accumulate(m, g, self.beta_1, scratch)
        accumulate_square(v, g, self.beta_2, scratch)
        np.multiply(m, self.beta_1 / (1 - self.beta_1 ** (t + 1)), ahead)
        ahead += np.multiply(g, (1 - self.beta_1) / (1 - self.beta_1**t), scratch)
        v_hat = np.multiply(v, 1 / (1 - self.beta_2**t), scratch)
        ahead /= _root_plus(v_hat, self.epsilon, scratch)
        ahead *= rate
        theta -= ahead

    def effective_rate(
        self, g: Array, state: State, rate: float | Array, momentum: float | Array | None = None
    ) -> float | Array:
        """Return ``ε √(1 − β₂ᵗ) / (√v + ε̂)``: what stands in brackets tends to g."""
        return _settled_rate(self, state, rate)


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

    See Also
    --------
    Adam : Forgets how large gradients were.

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

    slots: ClassVar = {"m": 0.0, "v": 0.0, "v_hat": 0.0}

    def step(
        self,
        theta: Array,
        g: Array,
        state: State,
        rate: float | Array,
        momentum: float | Array | None = None,
        nesterov: bool | None = None,
    ) -> None:
        """Take one step."""
        m, v, v_hat, scratch = state["m"], state["v"], state["v_hat"], state["scratch"]
        accumulate(m, g, self.beta_1, scratch)
        accumulate_square(v, g, self.beta_2, scratch)
        np.maximum(v_hat, v, out=v_hat)
        np.divide(m, _root_plus(v_hat, self.epsilon, scratch), scratch)
        scratch *= rate
        theta -= scratch

    def effective_rate(
        self, g: Array, state: State, rate: float | Array, momentum: float | Array | None = None
    ) -> float | Array:
        """Return ``ε / (√v̂ + ε̂)``."""
        scratch = _root_plus(state["v_hat"], self.epsilon, state["scratch"])
        return np.divide(rate, scratch, scratch)


class Lion(Optimizer, name="lion"):
    r"""Lion: the sign of an interpolated momentum; every parameter moves by ε at each step.

    .. math:: c \leftarrow \beta_1 m + (1-\beta_1) g, \qquad
              \theta \leftarrow \theta - \epsilon\,\mathrm{sign}(c), \qquad
              m \leftarrow \beta_2 m + (1-\beta_2) g

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.99
        Weight of the momentum in the step, and its decay.

    See Also
    --------
    SGD : By the size of the gradient, not by its sign.
    Adam : Divides where this one takes the sign.

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
    slots: ClassVar = {"m": 0.0, "c": 0.0}
    rules: ClassVar = {"beta_1": decay_rule, "beta_2": decay_rule}

    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.99) -> None:
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def step(
        self,
        theta: Array,
        g: Array,
        state: State,
        rate: float | Array,
        momentum: float | Array | None = None,
        nesterov: bool | None = None,
    ) -> None:
        """Take one step."""
        m, c, scratch = state["m"], state["c"], state["scratch"]
        np.multiply(m, self.beta_1, c)
        c += np.multiply(g, 1 - self.beta_1, scratch)
        theta -= np.multiply(np.sign(c, scratch), rate, scratch)
        accumulate(m, g, self.beta_2, scratch)

    def effective_rate(
        self, g: Array, state: State, rate: float | Array, momentum: float | Array | None = None
    ) -> float | Array:
        """Return ``ε / |c|``: the step is ``−(ε / |c|)·c``."""
        scratch = np.abs(state["c"], state["scratch"])
        np.maximum(scratch, np.finfo(scratch.dtype).tiny, out=scratch)
        return np.divide(rate, scratch, scratch)
