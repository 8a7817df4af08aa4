r"""Schedules: how the learning rate changes while a network learns.

Time t is measured in epochs, with fractions (after half of the first epoch t = 0.5), so that a
schedule means the same whatever the batch size. The learning rate of a step is
:math:`\epsilon(t) = \epsilon \cdot \mathrm{factor}(t)`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from skdl.core.component import Component, Either, Interval, Member, Nothing

__all__ = [
    "Constant",
    "Cosine",
    "Exponential",
    "InvScaling",
    "Linear",
    "OneCycle",
    "Plateau",
    "Schedule",
    "Step",
    "WarmUp",
    "cosine_between",
]

epochs_rule = Interval(0, closed="neither")
epochs_or_none = Either(epochs_rule, Nothing())
_fraction = Interval(0, 1)


class Schedule(Component, family=True):
    """The family that ``schedule=`` chooses from: a factor on the learning rate.

    Attributes
    ----------
    follows_loss : bool
        Whether the factor depends on the record of the fit.

    See Also
    --------
    MomentumSchedule : The same for the momentum.

    Examples
    --------
    >>> from skdl.core.schedules import Schedule
    >>> [Schedule.registry["cosine"]().factor(t, 100) for t in (0, 50, 100)]
    [1.0, 0.5, 0.0]
    """

    follows_loss: bool = False

    def factor(self, t: float, total: float, history: Sequence[Any] = ()) -> float:
        """Return the factor on the learning rate.

        Parameters
        ----------
        t : float
            Epochs done.
        total : float
            Epochs planned (``max_iter``).
        history : sequence of dict
            One record for each finished epoch, with the monitored loss under "monitored".

        Returns
        -------
        factor : float
        """
        raise NotImplementedError


class Constant(Schedule, name="constant"):
    """No change: the factor is 1.

    See Also
    --------
    Plateau : Lowers the rate only where the loss stands still.

    Examples
    --------
    >>> Constant().factor(10, 100)
    1.0
    """

    def factor(self, t: float, total: float, history: Sequence[Any] = ()) -> float:
        """Return 1."""
        return 1.0


class Linear(Schedule, name="linear"):
    r"""Linear decay to a final fraction, then constant.

    .. math:: f(t) = 1 - (1 - f_\tau)\min(t/\tau, 1)

    Parameters
    ----------
    tau : float, optional
        Epochs until the final value; all planned epochs by default.
    final : float, default=0.01
        :math:`f_\tau`.

    See Also
    --------
    Cosine : Falls slowly at both ends.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), "Deep Learning", equation 8.14.

    Examples
    --------
    >>> Linear(tau=10).factor(5, 100), Linear(tau=10).factor(50, 100)
    (0.505, 0.01)
    """

    rules: ClassVar = {"tau": epochs_or_none, "final": _fraction}

    def __init__(self, tau: float | None = None, final: float = 0.01) -> None:
        self.tau = tau
        self.final = final

    def factor(self, t: float, total: float, history: Sequence[Any] = ()) -> float:
        """Return the factor at ``t``."""
        return 1 - (1 - self.final) * min(t / (self.tau or total), 1)


class Step(Schedule, name="step"):
    r"""Divide the rate by ten every so many epochs, :math:`f(t) = \gamma^{\lfloor t/\tau \rfloor}`.

    Parameters
    ----------
    every : float, optional
        :math:`\tau` in epochs; a third of the planned epochs by default.
    gamma : float, default=0.1
        Factor of each step.

    See Also
    --------
    Exponential : Falls by a factor in every epoch.
    Plateau : Falls where the loss stands still.

    Examples
    --------
    >>> [round(Step(every=10).factor(t, 30), 3) for t in (9, 10, 20)]
    [1.0, 0.1, 0.01]
    """

    rules: ClassVar = {"every": epochs_or_none, "gamma": _fraction}

    def __init__(self, every: float | None = None, gamma: float = 0.1) -> None:
        self.every = every
        self.gamma = gamma

    def factor(self, t: float, total: float, history: Sequence[Any] = ()) -> float:
        """Return the factor at ``t``."""
        return self.gamma ** math.floor(t / (self.every or total / 3))


class Exponential(Schedule, name="exponential"):
    r"""Exponential decay, :math:`f(t) = \gamma^t`.

    Parameters
    ----------
    gamma : float, default=0.98
        Factor per epoch.

    See Also
    --------
    Step : Falls in steps.
    InvScaling : Falls ever more slowly.

    Examples
    --------
    >>> Exponential(gamma=0.5).factor(2, 100)
    0.25
    """

    rules: ClassVar = {"gamma": Interval(0, 1, closed="right")}

    def __init__(self, gamma: float = 0.98) -> None:
        self.gamma = gamma

    def factor(self, t: float, total: float, history: Sequence[Any] = ()) -> float:
        """Return the factor at ``t``."""
        return self.gamma**t


class InvScaling(Schedule, name="invscaling"):
    r"""Inverse scaling, :math:`f(t) = (1 + t)^{-p}`; t counts epochs, not rows as in scikit-learn.

    Parameters
    ----------
    power : float, default=0.5
        p; rates with 0.5 < p ≤ 1 satisfy the conditions of Robbins and Monro.

    See Also
    --------
    Exponential : Falls by the same factor in every epoch.

    References
    ----------
    Robbins and Monro (1951), "A stochastic approximation method".

    Examples
    --------
    >>> InvScaling().factor(3, 100)
    0.5
    """

    rules: ClassVar = {"power": Interval(0)}

    def __init__(self, power: float = 0.5) -> None:
        self.power = power

    def factor(self, t: float, total: float, history: Sequence[Any] = ()) -> float:
        """Return the factor at ``t``."""
        return (1 + t) ** -self.power


class Cosine(Schedule, name="cosine"):
    r"""Cosine annealing, :math:`f(t) = f_T + \tfrac12 (1 - f_T)(1 + \cos(\pi t / T))`.

    Parameters
    ----------
    period : float, optional
        T in epochs; all planned epochs by default. A shorter period restarts (SGDR).
    final : float, default=0.0
        :math:`f_T`.

    See Also
    --------
    Linear : Falls evenly.
    OneCycle : Rises first.

    References
    ----------
    Loshchilov and Hutter (2017), "SGDR: stochastic gradient descent with warm restarts".

    Examples
    --------
    >>> round(Cosine().factor(50, 100), 3), Cosine(period=10).factor(10, 100)
    (0.5, 1.0)
    """

    rules: ClassVar = {"period": epochs_or_none, "final": _fraction}

    def __init__(self, period: float | None = None, final: float = 0.0) -> None:
        self.period = period
        self.final = final

    def factor(self, t: float, total: float, history: Sequence[Any] = ()) -> float:
        """Return the factor at ``t``."""
        done = t % self.period / self.period if self.period else min(t / total, 1)
        return self.final + 0.5 * (1 - self.final) * (1 + math.cos(math.pi * done))


def cosine_between(start: float, end: float, part: float) -> float:
    """Go from ``start`` to ``end`` along half a cosine as ``part`` goes from 0 to 1."""
    return end + 0.5 * (start - end) * (1 + math.cos(math.pi * part))


class OneCycle(Schedule, name="one_cycle"):
    r"""One cycle: rise from a small rate to the full one, then fall far below the start.

    Parameters
    ----------
    rise : float, default=0.3
        Fraction of the planned epochs spent rising.
    start : float, default=0.04
        First factor.
    final : float, default=0.0001
        Last factor.

    See Also
    --------
    OneCycleMomentum : Goes the other way at the same time.
    WarmUp : The rise alone, before any schedule.

    References
    ----------
    Smith and Topin (2019), "Super-convergence".

    Examples
    --------
    >>> [round(OneCycle().factor(t, 100), 4) for t in (0, 30, 100)]
    [0.04, 1.0, 0.0001]
    """

    rules: ClassVar = {
        "rise": Interval(0, 1, closed="neither"),
        "start": _fraction,
        "final": _fraction,
    }

    def __init__(self, rise: float = 0.3, start: float = 0.04, final: float = 1e-4) -> None:
        self.rise = rise
        self.start = start
        self.final = final

    def factor(self, t: float, total: float, history: Sequence[Any] = ()) -> float:
        """Return the factor at ``t``."""
        part = min(t / total, 1)
        if part < self.rise:
            return cosine_between(self.start, 1.0, part / self.rise)
        return cosine_between(1.0, self.final, (part - self.rise) / (1 - self.rise))


class WarmUp(Schedule, name="warm_up"):
    r"""Rise linearly for the first epochs, then follow another schedule.

    .. math:: f(t) = \min(t / \tau, 1) \cdot f_{then}(\max(t - \tau, 0))

    Parameters
    ----------
    epochs : float, default=5
        :math:`\tau`.
    then : Schedule, optional
        What follows, over the epochs that are left; constant by default.

    See Also
    --------
    OneCycle : Rises and falls in one.

    References
    ----------
    Goyal et al. (2017), "Accurate, large minibatch SGD".

    Examples
    --------
    >>> [WarmUp(epochs=4).factor(t, 100) for t in (0, 1, 4, 50)]
    [0.0, 0.25, 1.0, 1.0]
    """

    rules: ClassVar = {"epochs": epochs_rule, "then": Either(Member(Schedule), Nothing())}

    def __init__(self, epochs: float = 5, then: Schedule | None = None) -> None:
        self.epochs = epochs
        self.then = then

    @property
    def follows_loss(self) -> bool:
        """Whether the schedule that follows does."""
        return self.then is not None and self.then.follows_loss

    def factor(self, t: float, total: float, history: Sequence[Any] = ()) -> float:
        """Return the factor at ``t``."""
        rise = min(t / self.epochs, 1.0)
        if self.then is None:
            return rise
        after = max(t - self.epochs, 0)
        return rise * self.then.factor(after, max(total - self.epochs, 1), history)


class Plateau(Schedule, name="plateau"):
    """Shrink the rate whenever the monitored loss has stopped falling.

    Parameters
    ----------
    gamma : float, default=0.2
        Factor of each reduction.
    patience : int, default=5
        Epochs without improvement before a reduction.
    threshold : float, default=1e-4
        Smallest fall that counts, relative to the best loss.
    final : float, default=1e-4
        The factor never gets smaller.

    See Also
    --------
    Step : At epochs that are given.

    Examples
    --------
    >>> history = [{"monitored": 1.0}] * 7
    >>> Plateau(patience=5).factor(7, 100, history)
    0.2
    """

    follows_loss = True
    rules: ClassVar = {
        "gamma": Interval(0, 1, closed="neither"),
        "patience": Interval(1, integer=True),
        "threshold": Interval(0),
        "final": _fraction,
    }

    def __init__(
        self, gamma: float = 0.2, patience: int = 5, threshold: float = 1e-4, final: float = 1e-4
    ) -> None:
        self.gamma = gamma
        self.patience = patience
        self.threshold = threshold
        self.final = final

    def factor(self, t: float, total: float, history: Sequence[Any] = ()) -> float:
        """Return the factor after the finished epochs of ``history``."""
        best, waited, factor = math.inf, 0, 1.0
        for record in history:
            loss = record["monitored"]
            if best == math.inf or loss < best - self.threshold * abs(best):
                best, waited = loss, 0
            else:
                waited += 1
            if waited >= self.patience:
                factor, waited = max(factor * self.gamma, self.final), 0
        return factor
