r"""Training: the loop. Batch, forward, loss, backward, clip, penalise, step.

One epoch of a first-order optimiser is :meth:`Trainer.epoch`; read that first. How many epochs
there are, and what is kept when a fit is interrupted or diverges, is for
:mod:`skdl.core.training.watch` to say; how a gradient moves θ, for
:mod:`skdl.core.training.update`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skdl.core.batches import EachEpoch, Sampler, slices, take_rows
from skdl.core.clipping import Clipping
from skdl.core.fast import compiled_layers
from skdl.core.layers import Pass, norm
from skdl.core.network import Workspace
from skdl.core.noise import draw_normal
from skdl.core.objective import Objective
from skdl.core.optimizers import Optimizer
from skdl.core.penalties import project_to_max_norm
from skdl.core.schedules import Constant, ConstantMomentum, MomentumSchedule, Schedule
from skdl.core.training.update import Update

__all__ = ["Data", "Progress", "Trainer", "Training", "plain"]

Array = np.ndarray


@dataclass(frozen=True)
class Data:
    """Rows: inputs, encoded targets, weights of mean 1 (None for equal ones).

    Where ``rows`` is given, only those rows of X belong here (the others validate): X itself is
    never copied, it may be a memory map larger than memory.
    """

    X: Array
    y: Array
    weight: Array | None = None
    rows: Array | None = None

    @property
    def n(self) -> int:
        """Number of rows."""
        return self.y.shape[-2]

    def first(self, n: int) -> tuple[Array, Array]:
        """Return the inputs and the targets of the first n rows."""
        which = slice(n) if self.rows is None else self.rows[:n]
        return self.X[which], self.y[:n]

    def whole(self) -> Data:
        """Return the same data with X cut down to its rows, in the type of y, all at once."""
        if self.rows is None and self.X.dtype == self.y.dtype:
            return self
        X = self.X if self.rows is None else self.X[self.rows]
        return Data(X.astype(self.y.dtype, copy=False), self.y, self.weight)


@dataclass
class Training:
    """How to train: every setting of the loop, resolved and checked."""

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
    """

    batch_rng: np.random.Generator
    noise_rng: np.random.Generator
    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    optimizer_state: list[dict[str, Any]] | None = None
    optimizer_name: str = ""
    order: Array | None = None
    stopped: str = ""


class Trainer:
    """Runs epochs of a first-order optimiser.

    Parameters
    ----------
    objective : Objective
        What to minimise.
    training : Training
        How.
    data : Data
        The rows.
    progress : Progress
        Where to go on from.
    total : int
        Epochs planned, for schedules.
    """

    def __init__(
        self, objective: Objective, training: Training, data: Data, progress: Progress, total: int
    ) -> None:
        self.objective = objective
        self.network = objective.network
        self.training = training
        self.batch_size = min(training.batch_size, data.n)
        self.data = data.whole() if self.batch_size == data.n else data
        self.progress = progress
        self.total = total
        self.rate = training.learning_rate
        self.momentum = training.momentum
        self.update = Update(objective, training, progress.optimizer_state)
        progress.optimizer_state = self.update.states
        self._work: dict[int, tuple[Workspace, Array | None]] = {}
        self._layers = compiled_layers(self.network.layers)
        self._parts = self.network.arrays(self.network.gradient)
        self._weight_matrices = [layer.W for layer in self.network.weighted_layers]
        self._raw: Array | None = None
        self._noisy = bool(np.any(training.weight_noise))
        self._steady = isinstance(training.schedule, Constant) and isinstance(
            training.momentum_schedule, ConstantMomentum
        )
        self._slices = list(slices(data.n, self.batch_size))
        self._pass = Pass(training=True, rng=progress.noise_rng)
        # Column by column, as the raw outputs are: the loss of the epoch takes half the time.
        self._targets = np.ascontiguousarray(np.moveaxis(data.y, -1, 0))
        self._shuffled = np.empty_like(self._targets)

    def run(self, n_epochs: int, note: Callable[[dict[str, Any]], bool]) -> None:
        """Do up to ``n_epochs`` epochs; stop when ``note`` says so."""
        for _ in range(n_epochs):
            if note(plain(self.epoch())):
                return

    # -- one epoch ---------------------------------------------------------------------

    def epoch(self) -> dict[str, Any]:
        """Go through the rows once; return the record of the epoch (of every network)."""
        order, y, weight = self._shuffle()
        activity, n_batches = 0.0, len(self._slices)
        for step, rows in enumerate(self._slices):
            if step == 0 or not self._steady:
                self._follow_schedules(self.progress.epoch + step / n_batches)
            work, x = self._batch(rows, order)
            w = None if weight is None else weight[..., rows, :]
            raw = self._gradient(x, y[..., rows, :], w, work)
            self._keep_raw(rows, raw)
            activity += self.network.activity_penalty(work) * (rows.stop - rows.start)
            self._step()
        self.update.flush()
        self.progress.epoch += 1
        return {
            "epoch": self.progress.epoch,
            "loss": self._loss(y, weight),
            "penalty": self.objective.penalty() + activity / self.data.n,
            "learning_rate": self.rate,
            "momentum": math.nan if self.momentum is None else self.momentum,
            "gradient_norm": norm(self.network.gradient),
            # Read off the last batch of full size, so that a look inside the layers costs little.
            **self.network.signs(self._work[self.batch_size][0]),
        }

    def _loss(self, y: Array, weight: Array | None) -> Any:
        """Return the mean of the losses of the batches, each at its time."""
        # One pass over all raw outputs, not one per batch: the logarithms cost a tenth of a step.
        return self.objective.loss.value(y, self._raw, weight)

    def _gradient(self, x: Array, y: Array, w: Array | None, work: Workspace) -> Array:
        """Fill the gradient of the loss, at weights with noise if that is asked for."""
        run = self._pass
        run.weight = w
        if not self._noisy:
            return self.objective.loss_gradient(x, y, w, work, run)
        weights = self.network.weights
        clean, noise = weights.copy(), np.empty(weights.shape, weights.dtype)
        weights += draw_normal(run.rng, self.training.weight_noise, noise)
        try:
            return self.objective.loss_gradient(x, y, w, work, run)
        finally:
            weights[...] = clean  # after Ctrl-C too

    def _step(self) -> None:
        """Bound the gradient of the loss, move θ, bound the weights."""
        training, network = self.training, self.network
        if training.clipping is not None:
            training.clipping.apply(network.gradient, self._parts, training.clip_threshold)
        self.update.step(self.rate, self.momentum)
        if training.max_norm is not None:
            for W in self._weight_matrices:
                project_to_max_norm(W, training.max_norm)

    # -- rows --------------------------------------------------------------------------

    def _shuffle(self) -> tuple[Array | None, Array, Array | None]:
        """Return the order of the rows, and targets and weights in that order."""
        order, weight = self._order(self.progress), self.data.weight
        if order is None:
            return None, np.moveaxis(self._targets, 0, -1), weight
        y = self._targets.take(order, -1, self._shuffled, "clip")
        return order, np.moveaxis(y, 0, -1), None if weight is None else weight[order]

    def _order(self, progress: Progress) -> Array | None:
        """Draw the order of the rows of one epoch."""
        n, sampler = self.data.n, self.training.sampler
        if self.batch_size == n and sampler.name != "replacement":
            return None  # one batch: its order means nothing
        progress.order = sampler.order(n, progress.batch_rng, progress.order)
        return progress.order

    def _batch(self, rows: slice, order: Array | None) -> tuple[Workspace, Array]:
        """Return the buffers for a batch, and its inputs."""
        X, size, dtype = self.data.X, rows.stop - rows.start, self.network.dtype
        as_it_is = order is None and self.data.rows is None and X.dtype == dtype
        if size not in self._work:
            gathers = isinstance(X, np.ndarray) and not as_it_is
            x = np.empty((size, X.shape[1]), dtype) if gathers else None
            self._work[size] = self.network.workspace(size, self._layers), x
        work, buffer = self._work[size]
        if as_it_is:
            return work, X if size == self.data.n else X[rows]
        which = np.arange(rows.start, rows.stop) if order is None else order[rows]
        if self.data.rows is not None:
            which = self.data.rows[which]
        return work, take_rows(X, which, buffer)

    def _keep_raw(self, rows: slice, raw: Array) -> None:
        """Remember the raw outputs of a batch for the loss of the epoch."""
        if self._raw is None:
            shape = (raw.shape[-1], *raw.shape[:-2], self.data.n)
            self._raw = np.moveaxis(np.empty(shape, raw.dtype), 0, -1)
        self._raw[..., rows, :] = raw

    def _follow_schedules(self, t: float) -> None:
        """Set learning rate and momentum for the time ``t``, in epochs."""
        training = self.training
        factor = training.schedule.factor(t, self.total, self.progress.history)
        self.rate = training.learning_rate * factor
        if training.momentum is not None:
            self.momentum = training.momentum_schedule.momentum(t, self.total, training.momentum)


def plain(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record of one network in Python's own numbers."""

    def number(value):
        return value.item() if hasattr(value, "item") else value

    return {
        name: [number(v) for v in value] if isinstance(value, list) else number(value)
        for name, value in record.items()
    }
