"""A fit: everything that training needs, in one record, and how far it has come.

Whoever trains is handed a fit and brings its progress up to date: :mod:`skdl.core.training.loop`
one network, :mod:`skdl.core.training.side_by_side` several at once, a solver of
:mod:`skdl.core.training.solvers` one network with its curvature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skdl.core.batches import STRETCH, EachEpoch, Sampler, slices
from skdl.core.clipping import Clipping
from skdl.core.losses import Loss
from skdl.core.network import Network
from skdl.core.objective import Objective
from skdl.core.optimizers import Optimizer
from skdl.core.schedules import Constant, ConstantMomentum, MomentumSchedule, Schedule
from skdl.core.training.watch import Watch

__all__ = ["Data", "Fit", "Progress", "Training"]

Array = np.ndarray


@dataclass(frozen=True)
class Data:
    """Rows: inputs, encoded targets, weights of mean 1 (None for equal ones).

    Attributes
    ----------
    X : ndarray, memory map or CSR of shape (n or more, features)
        Inputs. Where ``rows`` is given, only those rows belong here (the others validate): X
        itself is never copied, it may be a memory map larger than memory.
    y : ndarray of shape (n, outputs), or what encodes it when it is asked
        Encoded targets. They are asked for a stretch of rows at a time (``y[rows]``), so they may
        be something smaller until then, such as class numbers; beside that they have a ``shape``
        and a ``dtype``.
    weight : ndarray of shape (n, 1) or None
        Weights of the rows.
    rows : ndarray of int of shape (n,) or None
        Numbers of the rows of X.
    """

    X: Array
    y: Array
    weight: Array | None = None
    rows: Array | None = None

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.y.shape[-2]

    def mean_loss(self, loss: Loss, raw_of: Callable[[Array], Array]) -> float:
        """Return the weighted mean of a loss over all rows, a stretch at a time.

        Parameters
        ----------
        loss : Loss
            The loss.
        raw_of : callable
            Returns the raw outputs for inputs.
        """
        total = 0.0
        for rows in slices(self.n, max(1, STRETCH // self.y.shape[-1])):
            n = rows.stop - rows.start
            X = self.X if n == self.n and self.rows is None else self.X[self._of(rows)]
            weight = None if self.weight is None else self.weight[rows]
            total += loss.value(self.y[rows], raw_of(X), weight) * (n / self.n)
        return float(total)

    def _of(self, rows: slice | Array) -> Any:
        """Return the places in X of some of the rows."""
        return rows if self.rows is None else self.rows[rows]

    def take(self, which: Array) -> Data:
        """Return some of the rows, by their numbers; a number may come more than once."""
        weight = None if self.weight is None else self.weight[which]
        return Data(self.X[self._of(which)], self.y[which], weight)

    def first(self, n: int) -> tuple[Array, Array]:
        """Return the inputs and the targets of the first n rows."""
        return self.X[self._of(slice(n))], self.y[:n]

    def whole(self) -> Data:
        """Return the same data with X cut down to its rows, in the type of y, all at once."""
        if self.rows is None and self.X.dtype == self.y.dtype:
            return self
        X = self.X if self.rows is None else self.X[self.rows]
        return Data(X.astype(self.y.dtype, copy=False), self.y, self.weight)


@dataclass
class Training:
    """How to train: every setting of the loop, resolved and checked.

    Rates and strengths are numbers, or arrays of shape (S, 1) for S networks side by side.
    """

    optimizer: Optimizer
    learning_rate: Any
    momentum: Any = None
    nesterov: bool | None = None
    schedule: Schedule = field(default_factory=Constant)
    momentum_schedule: MomentumSchedule = field(default_factory=ConstantMomentum)
    batch_size: int = 32
    sampler: Sampler = field(default_factory=EachEpoch)
    clipping: Clipping | None = None
    clip_threshold: float = 1.0
    weight_decay: Any = 0.0
    max_norm: float | None = None
    weight_noise: Any = 0.0
    tracks_steps: bool = False
    tol: float = 1e-4  # of the gradient, for solvers with curvature


@dataclass
class Progress:
    """What a fit has reached, so that another call can go on from there.

    Attributes
    ----------
    epoch : int
        Epochs done.
    history : list of dict
        One record per epoch.
    optimizer_state : list of dict or None
        Moments and the like, for each block of parameters (see :mod:`skdl.core.training.update`).
    optimizer_name : str
        Whose.
    batch_rng, noise_rng : numpy.random.Generator
        Sources of the order of rows and of noise.
    order : ndarray or None
        The order of rows of the last epoch.
    stopped : str
        Why training ended: "converged", "max_iter", "callback", "interrupted" or "diverged".
    n_whole : int
        How many records at the beginning of the history come from whole fits, and stay.
    """

    batch_rng: np.random.Generator
    noise_rng: np.random.Generator
    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    optimizer_state: list[dict[str, Any]] | None = None
    optimizer_name: str = ""
    order: Array | None = None
    stopped: str = ""
    n_whole: int = 0

    def forget(self) -> None:
        """Forget what only training that goes on needs and what is as large as the data or θ."""
        self.optimizer_state = self.order = None


@dataclass
class Fit:
    """One network's training.

    Attributes
    ----------
    objective : Objective
        What to minimise; has the network.
    training : Training
        How.
    data : Data
        The rows to learn from.
    progress : Progress
        Where to go on from.
    n_epochs : int
        At most so many epochs now.
    total : int, optional
        Epochs planned in all, for schedules; by default those done and those to come.
    watch : Watch, optional
        Takes note of every epoch, and ends the fit; by default one that only keeps the record.
    validation : Data or None
        The rows that the watch validates on, where one plain pass does it.
    """

    objective: Objective
    training: Training
    data: Data
    progress: Progress
    n_epochs: int
    total: int | None = None
    watch: Watch | None = None
    validation: Data | None = None

    def __post_init__(self) -> None:
        if self.total is None:
            self.total = self.progress.epoch + self.n_epochs
        if self.watch is None and not self.network.stack:  # networks side by side have their own
            self.watch = Watch(self.network, self.progress)

    @property
    def network(self) -> Network:
        """The network."""
        return self.objective.network
