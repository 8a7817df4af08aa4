r"""Optimisers: how the gradient becomes a step.

An optimiser object holds settings only. What it learns about the landscape (velocities, moments) is
its *state*, made by :meth:`Optimizer.init` and handed to every :meth:`Optimizer.step`, so training
can stop, be saved and go on, and one object can serve many fits.

All parameters of a network lie in one vector θ, so a step is a handful of passes over one array.
Every pass writes in place or into a scratch array of the state: a step allocates nothing.

The learning rate ε and the momentum α are handed to each step, because schedules change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from skdl.core.component import Component, Interval

__all__ = [
    "SGD",
    "DeltaBarDelta",
    "Optimizer",
    "RProp",
    "SignAdaptive",
    "accumulate",
    "accumulate_square",
    "move",
]

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


class SGD(Optimizer, name="sgd"):
    r"""Stochastic gradient descent with momentum.

    .. math:: v \leftarrow \alpha v - \epsilon g, \qquad \theta \leftarrow \theta + v

    Under a constant gradient the velocity settles at
    :math:`\epsilon \lVert g\rVert / (1 - \alpha)`. With ``nesterov`` the gradient is taken where
    the momentum is about to lead.

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

    def step(self, theta, g, state, rate, momentum=0.0, nesterov=False):
        """Take one step."""
        d = np.multiply(g, -rate, state["scratch"])
        move(theta, d, state["v"], momentum, nesterov)

    def effective_rate(self, g, state, rate, momentum=0.0):
        """Return ``ε / (1 − α)``."""
        return rate / (1 - momentum)


class SignAdaptive(Optimizer):
    """Optimisers whose rates follow the signs of successive gradients of all rows.

    Their gradient must include an L1 penalty, or a weight at rest under it, whose smooth gradient
    never changes sign, would get an ever larger rate. So they want the subgradient of smallest
    norm (see :func:`skdl.core.training.update.step_with_corners`).
    """

    full_batch = True
    wants_subgradient = True


class DeltaBarDelta(SignAdaptive, name="delta_bar_delta"):
    r"""Delta-bar-delta: every parameter has its own rate, which grows while the sign of g persists.

    .. math:: \epsilon_j \leftarrow \begin{cases}
        \epsilon_j + \kappa\epsilon & \bar\delta_j g_j > 0 \\
        (1 - \phi)\,\epsilon_j & \bar\delta_j g_j < 0 \end{cases}, \qquad
        \theta_j \leftarrow \theta_j - \epsilon_j g_j, \qquad
        \bar\delta \leftarrow \vartheta\bar\delta + (1 - \vartheta) g

    Needs the gradient of all rows: the signs of noisy gradients say nothing. The code keeps the
    *gains* :math:`\epsilon_j / \epsilon`, which start at 1, so that a schedule may change ε.

    Parameters
    ----------
    kappa : float, default=0.05
        Growth, as a fraction of the learning rate ε.
    phi : float, default=0.1
        Shrinkage, in (0, 1).
    theta : float, default=0.7
        Decay of the average gradient :math:`\bar\delta`.

    References
    ----------
    Jacobs (1988), "Increased rates of convergence through learning rate adaptation".

    Examples
    --------
    >>> theta, dbd = np.array([1.0]), DeltaBarDelta()
    >>> dbd.step(theta, np.array([2.0]), dbd.init(theta), rate=0.1)
    >>> theta.tolist()
    [0.8]
    """

    learning_rate = 0.05
    slots: ClassVar = {"gain": 1.0, "mean": 0.0}
    rules: ClassVar = {
        "kappa": Interval(0, closed="left"),
        "phi": Interval(0, 1, closed="neither"),
        "theta": decay_rule,
    }

    def __init__(self, kappa: float = 0.05, phi: float = 0.1, theta: float = 0.7) -> None:
        self.kappa = kappa
        self.phi = phi
        self.theta = theta

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        gain, mean = state["gain"], state["mean"]
        agreement = mean * g
        gain[agreement > 0] += self.kappa
        gain[agreement < 0] *= 1 - self.phi
        theta -= rate * (gain * g)
        mean[...] = self.theta * mean + (1 - self.theta) * g


class RProp(SignAdaptive, name="rprop"):
    r"""Resilient propagation: only the signs of g count; every parameter has its own step.

    .. math:: \Delta_j \leftarrow \begin{cases}
        \eta^+ \Delta_j & g_j g_j' > 0 \\ \eta^- \Delta_j & g_j g_j' < 0 \end{cases}, \qquad
        \theta_j \leftarrow \theta_j - \Delta_j\,\mathrm{sign}(g_j)

    where g' is the previous gradient; a parameter whose gradient changed sign rests for one step
    (the variant iRprop−). Needs the gradient of all rows. Steps start at the learning rate; the
    code keeps the *gains* :math:`\Delta_j / \epsilon`, so that a schedule may change ε.

    Parameters
    ----------
    increase, decrease : float, default=1.2 and 0.5
        :math:`\eta^+ > 1` and :math:`\eta^- < 1`.
    smallest, largest : float, default=1e-5 and 500
        Bounds of the steps, at most and at least 1, in units of the learning rate.

    References
    ----------
    Riedmiller and Braun (1993); Igel and Hüsken (2000), "Improving the Rprop learning algorithm".

    Examples
    --------
    >>> theta, rprop = np.array([1.0]), RProp()
    >>> rprop.step(theta, np.array([200.0]), rprop.init(theta), rate=0.1)
    >>> theta.tolist()
    [0.9]
    """

    learning_rate = 0.01
    slots: ClassVar = {"gain": 1.0, "previous": 0.0}
    rules: ClassVar = {
        "increase": Interval(1, closed="neither"),
        "decrease": Interval(0, 1, closed="neither"),
        "smallest": Interval(0, 1, closed="right"),
        "largest": Interval(1),
    }

    def __init__(
        self,
        increase: float = 1.2,
        decrease: float = 0.5,
        smallest: float = 1e-5,
        largest: float = 500.0,
    ) -> None:
        self.increase = increase
        self.decrease = decrease
        self.smallest = smallest
        self.largest = largest

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        gain, previous = state["gain"], state["previous"]
        agreement = g * previous
        gain[agreement > 0] *= self.increase
        gain[agreement < 0] *= self.decrease
        np.clip(gain, self.smallest, self.largest, gain)
        previous[...] = np.where(agreement < 0, 0, g)
        theta -= rate * (gain * np.sign(previous))
