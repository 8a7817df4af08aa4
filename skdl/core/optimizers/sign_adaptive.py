"""Optimisers that follow signs: a rate grows while its gradient keeps its sign, and shrinks else.

They predate the running means of :mod:`skdl.core.optimizers.adaptive`. The signs of noisy gradients
say nothing, so each step takes the gradient of all rows.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from skdl.core.component import Interval
from skdl.core.optimizers.base import Optimizer, State, decay_rule

__all__ = ["DeltaBarDelta", "RProp", "SignAdaptive"]

Array = np.ndarray


class SignAdaptive(Optimizer):
    """Optimisers whose rates follow the signs of successive gradients of all rows.

    Their gradient must include an L1 penalty, or a weight at rest under it, whose smooth gradient
    never changes sign, would get an ever larger rate. So they want the subgradient of smallest
    norm (see :func:`skdl.core.training.update.step_with_corners`).

    See Also
    --------
    RProp : A member.
    DeltaBarDelta : A member.

    Examples
    --------
    >>> from skdl import MLPRegressor
    >>> rprop = {"optimizer": "rprop", "max_iter": 20, "n_iter_no_change": None}
    >>> mlp = MLPRegressor((4,), **rprop, random_state=0).fit([[-1.0], [0.0], [1.0]], [1, 0, 1])
    >>> mlp.loss_curve_[-1] < mlp.loss_curve_[0]
    True
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

    See Also
    --------
    RProp : By the sign alone.

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

    See Also
    --------
    DeltaBarDelta : By the gradient, with rates that adapt to its sign.
    RMSProp : Carries the idea over to batches.

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
        gain, previous = state["gain"], state["previous"]
        agreement = g * previous
        gain[agreement > 0] *= self.increase
        gain[agreement < 0] *= self.decrease
        np.clip(gain, self.smallest, self.largest, gain)
        previous[...] = np.where(agreement < 0, 0, g)
        theta -= rate * (gain * np.sign(previous))
