r"""Optimisers: how the gradient becomes a step. The contract, and what several members share.

An optimiser object holds settings only. What it learns about the landscape (velocities, moments) is
its *state*, made by :meth:`Optimizer.init` and handed to every :meth:`Optimizer.step`, so training
can stop, be saved and go on, and one object can serve many fits.

All parameters of a network lie in one vector θ, so a step is a handful of passes over one array.
Every pass writes in place or into a scratch array of the state: a step allocates nothing. A member
is its equation, line by line; where a line is ``np.multiply(a, b, out)``, read ``out = a·b``.

The learning rate ε and the momentum α are handed to each step, because schedules change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from skdl.core.component import Component, Interval

__all__ = ["Optimizer", "State", "accumulate", "accumulate_square", "move"]

Array = np.ndarray
State = dict[str, Any]

decay_rule = Interval(0, 1, closed="left")
positive = Interval(0, closed="neither")


class Optimizer(Component, family=True):
    """The family that ``optimizer=`` chooses from.

    Attributes
    ----------
    learning_rate, momentum, nesterov, weight_decay
        What the estimator's parameter of that name means when it is None; a momentum or
        ``nesterov`` of None says that the optimiser has no such thing.
    full_batch : bool
        Whether every step needs the gradient of all rows.
    wants_subgradient : bool
        Whether a penalty with a corner joins the gradient; otherwise a proximal step follows.
    slots : mapping of str to float
        The arrays in the shape of θ that make up the state, and the number that each starts at.
    order : int
        1 for the optimisers of this module; 2 for those of :mod:`skdl.core.training.solvers`.

    See Also
    --------
    SGD : The simplest member.
    Adam : The default.

    Examples
    --------
    >>> from skdl.core.optimizers import Optimizer
    >>> Optimizer.registry["adam"].learning_rate, Optimizer.registry["sgd"].momentum
    (0.002, 0.9)
    """

    learning_rate: ClassVar[float | None] = None
    momentum: ClassVar[float | None] = None
    nesterov: ClassVar[bool | None] = None
    weight_decay: ClassVar[float] = 0.0
    full_batch: ClassVar[bool] = False
    wants_subgradient: ClassVar[bool] = False
    slots: ClassVar[Mapping[str, float]] = {}
    order: ClassVar[int] = 1

    def init(self, theta: Array) -> State:
        """Return the state before the first step.

        Parameters
        ----------
        theta : ndarray of shape (..., n_parameters)
            The parameters.

        Returns
        -------
        state : dict
            The slots, the number of steps "t" = 0, and "scratch", an array to compute in.
        """
        state = {name: np.full_like(theta, start) for name, start in self.slots.items()}
        return {**state, "t": 0, "scratch": np.empty_like(theta)}

    def step(
        self,
        theta: Array,
        g: Array,
        state: State,
        rate: float | Array,
        momentum: float | Array | None = None,
        nesterov: bool | None = None,
    ) -> None:
        """Change ``theta`` in place, and the state with it.

        Parameters
        ----------
        theta, g : ndarray of shape (..., n_parameters)
            Parameters and gradient.
        state : dict
            From :meth:`init`.
        rate, momentum : float, or ndarray of shape (..., 1)
            ε and α of this step.
        nesterov : bool
            Whether the momentum looks ahead.
        """
        raise NotImplementedError

    def effective_rate(
        self, g: Array, state: State, rate: float | Array, momentum: float | Array | None = None
    ) -> float | Array:
        """Return η, the length of the step per unit of a gradient that stays as it is.

        A proximal step needs it (see :mod:`skdl.core.penalties`). Called right after
        :meth:`step`; an array result may be the state's scratch array.
        """
        raise NotImplementedError


def accumulate(mean: Array, x: Array, decay: float, scratch: Array) -> None:
    """Update a running mean in place: ``mean = decay·mean + (1 − decay)·x``."""
    mean *= decay
    np.multiply(x, 1 - decay, scratch)
    mean += scratch


def accumulate_square(mean: Array, x: Array, decay: float, scratch: Array) -> None:
    """Update a running mean of squares in place: ``mean = decay·mean + (1 − decay)·x²``."""
    mean *= decay
    np.multiply(x, x, scratch)
    scratch *= 1 - decay
    mean += scratch


def move(theta: Array, d: Array, v: Array, momentum: float | Array, nesterov: bool | None) -> None:
    r"""Add momentum to the plain step ``d``, which is written over, and move θ.

    .. math:: v \leftarrow \alpha v + d, \qquad
              \theta \leftarrow \theta + v \;\text{ or, looking ahead, }\; \theta + \alpha v + d

    With Nesterov's look-ahead, θ stands for the point where the gradient is taken.
    """
    v *= momentum
    v += d
    if nesterov:
        theta += d
        theta += np.multiply(v, momentum, d)
    else:
        theta += v
