"""Stochastic gradient descent: a step against the gradient, with or without momentum."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from skdl.core.optimizers.base import Optimizer, State, move

__all__ = ["SGD"]

Array = np.ndarray


class SGD(Optimizer, name="sgd"):
    r"""Stochastic gradient descent with momentum.

    .. math:: v \leftarrow \alpha v - \epsilon g, \qquad \theta \leftarrow \theta + v

    Under a constant gradient the velocity settles at
    :math:`\epsilon \lVert g\rVert / (1 - \alpha)`. With ``nesterov`` the gradient is taken where
    the momentum is about to lead.

    See Also
    --------
    Adam : A rate for each weight.

    References
    ----------
    Polyak (1964); Nesterov (1983); Sutskever, Martens, Dahl and Hinton (2013), "On the importance
    of initialization and momentum in deep learning".

    Examples
    --------
    >>> theta, sgd = np.array([1.0]), SGD()
    >>> sgd.step(theta, np.array([2.0]), sgd.init(theta), rate=0.1, momentum=0.9, nesterov=False)
    >>> theta.tolist()
    [0.8]
    """

    learning_rate = 0.01
    momentum = 0.9
    nesterov = True
    slots: ClassVar = {"v": 0.0}

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
        d = np.multiply(g, -rate, state["scratch"])
        move(theta, d, state["v"], momentum, nesterov)

    def effective_rate(
        self, g: Array, state: State, rate: float | Array, momentum: float | Array | None = 0.0
    ) -> float | Array:
        """Return ``ε / (1 − α)``."""
        return rate / (1 - momentum)
