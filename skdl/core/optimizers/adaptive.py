r"""Adaptive optimisers: every parameter gets a rate of its own, from the gradients it has seen.

Steep directions get small rates and flat ones large rates, so that one ε serves all parameters.
AdaGrad adds up all squared gradients; RMSProp and AdaDelta forget the old ones.
:mod:`skdl.core.optimizers.adam` goes on from there.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from skdl.core.optimizers.base import (
    Optimizer,
    State,
    accumulate_square,
    decay_rule,
    move,
    positive,
)

__all__ = [
    "AdaDelta",
    "AdaGrad",
    "RMSProp",
]

Array = np.ndarray


class AdaGrad(Optimizer, name="adagrad"):
    r"""AdaGrad: rates shrink with the sum of all squared gradients so far.

    .. math:: r \leftarrow r + g^2, \qquad
              \theta \leftarrow \theta - \frac{\epsilon}{\delta + \sqrt r}\, g

    Parameters
    ----------
    delta : float, default=1e-7
        Keeps the division defined.

    See Also
    --------
    RMSProp : Forgets old gradients, so that the rate can recover.

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
    slots: ClassVar = {"r": 0.0}
    rules: ClassVar = {"delta": positive}

    def __init__(self, delta: float = 1e-7) -> None:
        self.delta = delta

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
        r, scratch = state["r"], state["scratch"]
        r += np.multiply(g, g, scratch)
        np.sqrt(r, scratch)
        scratch += self.delta
        np.divide(g, scratch, scratch)
        scratch *= rate
        theta -= scratch

    def effective_rate(
        self, g: Array, state: State, rate: float | Array, momentum: float | Array | None = None
    ) -> float | Array:
        """Return ``ε / (δ + √r)``."""
        scratch = np.sqrt(state["r"], state["scratch"])
        scratch += self.delta
        return np.divide(rate, scratch, scratch)


class AdaDelta(Optimizer, name="adadelta"):
    r"""AdaDelta: the ratio of two running root mean squares replaces the learning rate.

    .. math:: r \leftarrow \rho r + (1-\rho) g^2, \quad
              d = \frac{\sqrt{u + \delta}}{\sqrt{r + \delta}}\, g, \quad
              u \leftarrow \rho u + (1-\rho) d^2, \quad \theta \leftarrow \theta - \epsilon d

    Parameters
    ----------
    rho : float, default=0.95
        Decay of both means.
    delta : float, default=1e-6
        Starts the first steps and keeps the division defined.

    See Also
    --------
    RMSProp : With a learning rate in place of the second average.

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
    slots: ClassVar = {"r": 0.0, "u": 0.0, "d": 0.0}
    rules: ClassVar = {"rho": decay_rule, "delta": positive}

    def __init__(self, rho: float = 0.95, delta: float = 1e-6) -> None:
        self.rho = rho
        self.delta = delta

    def _ratio(self, u, r, out, spare):
        """Return ``√(u + δ) / √(r + δ)``, written into ``out``."""
        np.add(u, self.delta, out)
        out /= np.add(r, self.delta, spare)
        return np.sqrt(out, out)

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
        r, u, d, scratch = state["r"], state["u"], state["d"], state["scratch"]
        accumulate_square(r, g, self.rho, scratch)
        self._ratio(u, r, d, scratch)
        d *= g
        accumulate_square(u, d, self.rho, scratch)
        theta -= np.multiply(d, rate, scratch)

    def effective_rate(
        self, g: Array, state: State, rate: float | Array, momentum: float | Array | None = None
    ) -> float | Array:
        """Return ``ε √(u + δ) / √(r + δ)``."""
        eta = self._ratio(state["u"], state["r"], state["scratch"], state["d"])
        eta *= rate
        return eta


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

    See Also
    --------
    AdaGrad : Remembers all gradients.
    Adam : Averages the gradient, too.

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
    slots: ClassVar = {"r": 0.0, "v": 0.0}
    rules: ClassVar = {"rho": decay_rule, "delta": positive}

    def __init__(self, rho: float = 0.9, delta: float = 1e-6) -> None:
        self.rho = rho
        self.delta = delta

    def step(
        self,
        theta: Array,
        g: Array,
        state: State,
        rate: float | Array,
        momentum: float | Array | None = 0.0,
        nesterov: bool | None = False,
    ) -> None:
        """Take one step."""
        r, scratch = state["r"], state["scratch"]
        accumulate_square(r, g, self.rho, scratch)
        np.sqrt(np.add(r, self.delta, scratch), scratch)
        np.divide(g, scratch, scratch)
        scratch *= -rate
        move(theta, scratch, state["v"], momentum, nesterov)

    def effective_rate(
        self, g: Array, state: State, rate: float | Array, momentum: float | Array | None = 0.0
    ) -> float | Array:
        """Return ``ε / ((1 − α) √(δ + r))``."""
        scratch = state["scratch"]
        np.sqrt(np.add(state["r"], self.delta, scratch), scratch)
        return np.divide(rate / (1 - momentum), scratch, scratch)
