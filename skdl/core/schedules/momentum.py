"""Momentum schedules: a momentum may rise while a network learns.

Early on, gradients change fast and an old velocity is wrong; later they agree, and more momentum
helps. Time is measured in epochs, as in :mod:`skdl.core.schedules.rate`.
"""

from __future__ import annotations

import math
from typing import ClassVar

from skdl.core.component import Component, Interval
from skdl.core.schedules.rate import cosine_between, epochs_or_none, epochs_rule

__all__ = ["ConstantMomentum", "MomentumSchedule", "OneCycleMomentum", "Rise", "Sutskever"]


class MomentumSchedule(Component, family=True):
    """The family that ``momentum_schedule=`` chooses from; a momentum may rise.

    See Also
    --------
    Schedule : The same for the learning rate.

    Examples
    --------
    >>> from skdl.core.schedules import MomentumSchedule
    >>> [MomentumSchedule.registry["rise"]().momentum(t, 100, 0.9) for t in (0, 50)]
    [0.5, 0.9]
    """

    def momentum(self, t: float, total: float, momentum: float) -> float:
        """Return the momentum at epoch ``t`` of ``total``, given the estimator's ``momentum``."""
        raise NotImplementedError


class ConstantMomentum(MomentumSchedule, name="constant"):
    """The same momentum throughout.

    See Also
    --------
    Rise : Starts lower.

    Examples
    --------
    >>> ConstantMomentum().momentum(3, 100, 0.9)
    0.9
    """

    def momentum(self, t: float, total: float, momentum: float) -> float:
        """Return ``momentum``."""
        return momentum


class Rise(MomentumSchedule, name="rise"):
    """Rise linearly from a low momentum to the full one.

    Parameters
    ----------
    start : float, default=0.5
        Momentum of the first step.
    epochs : float, optional
        Epochs of rising; a fifth of the planned epochs by default.

    See Also
    --------
    Sutskever : Rises ever more slowly, to a limit.

    References
    ----------
    Hinton (2012), "A practical guide to training restricted Boltzmann machines", section 9.

    Examples
    --------
    >>> [Rise(epochs=10).momentum(t, 100, 0.9) for t in (0, 5, 10, 20)]
    [0.5, 0.7, 0.9, 0.9]
    """

    rules: ClassVar = {"start": Interval(0, 1, closed="left"), "epochs": epochs_or_none}

    def __init__(self, start: float = 0.5, epochs: float | None = None) -> None:
        self.start = start
        self.epochs = epochs

    def momentum(self, t: float, total: float, momentum: float) -> float:
        """Return the momentum at ``t``."""
        return self.start + (momentum - self.start) * min(t / (self.epochs or total / 5), 1)


class Sutskever(MomentumSchedule, name="sutskever"):
    r"""Rise as :math:`\min(1 - 2^{-1-\log_2(\lfloor t/\tau\rfloor + 1)}, \alpha)`.

    Parameters
    ----------
    tau : float, default=5
        Epochs of one stage (250 updates in the paper).

    See Also
    --------
    Rise : Rises evenly.

    References
    ----------
    Sutskever, Martens, Dahl and Hinton (2013), equation 5.

    Examples
    --------
    >>> [Sutskever().momentum(t, 100, 0.99) for t in (0, 5, 20)]
    [0.5, 0.75, 0.9]
    """

    rules: ClassVar = {"tau": epochs_rule}

    def __init__(self, tau: float = 5) -> None:
        self.tau = tau

    def momentum(self, t: float, total: float, momentum: float) -> float:
        """Return the momentum at ``t``."""
        return min(1 - 0.5 / (math.floor(t / self.tau) + 1), momentum)


class OneCycleMomentum(MomentumSchedule, name="one_cycle"):
    """Fall to a low momentum while the rate of :class:`OneCycle` rises, then come back.

    Parameters
    ----------
    rise : float, default=0.3
        Fraction of the planned epochs spent falling (where the rate rises).
    lowest : float, default=0.85
        The low momentum.

    See Also
    --------
    OneCycle : Of the learning rate, which goes the other way.

    References
    ----------
    Smith (2018), "A disciplined approach to neural network hyper-parameters: part 1".

    Examples
    --------
    >>> [round(OneCycleMomentum().momentum(t, 100, 0.95), 3) for t in (0, 30, 100)]
    [0.95, 0.85, 0.95]
    """

    rules: ClassVar = {
        "rise": Interval(0, 1, closed="neither"),
        "lowest": Interval(0, 1, closed="left"),
    }

    def __init__(self, rise: float = 0.3, lowest: float = 0.85) -> None:
        self.rise = rise
        self.lowest = lowest

    def momentum(self, t: float, total: float, momentum: float) -> float:
        """Return the momentum at ``t``."""
        part = min(t / total, 1)
        if part < self.rise:
            return cosine_between(momentum, self.lowest, part / self.rise)
        return cosine_between(self.lowest, momentum, (part - self.rise) / (1 - self.rise))
