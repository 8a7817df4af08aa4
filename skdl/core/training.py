r"""Training: the loop. Batch, forward, loss, backward, clip, penalise, step.

One epoch of a first-order optimiser is :meth:`Trainer.epoch`; read that first. The rest keeps the
record, watches for the end, and makes sure that nothing learned is lost when a fit is interrupted
or diverges.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skdl.core.batches import EachEpoch, Sampler, slices, take_rows
from skdl.core.clipping import Clipping
from skdl.core.layers import Pass
from skdl.core.momentum_schedules import ConstantMomentum, MomentumSchedule
from skdl.core.network import Workspace
from skdl.core.noise import draw_normal
from skdl.core.objective import Objective
from skdl.core.optimizers import Optimizer
from skdl.core.penalties import project_to_max_norm
from skdl.core.schedules import Constant, Schedule
from skdl.core.stopping import Stopping
from skdl.core.vital_signs import vital_signs

__all__ = ["Data", "Progress", "Trainer", "Training", "train"]

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
        return len(self.y)

    def whole(self) -> Data:
        """Return the same data with X cut down to its rows, for those who need all at once."""
        return self if self.rows is None else Data(self.X[self.rows], self.y, self.weight)


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
    optimizer_state : dict or None
        Moments and the like.
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
    optimizer_state: dict[str, Any] | None = None
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
        if progress.optimizer_state is None:
            progress.optimizer_state = training.optimizer.init(self.network.theta)
        self.state = progress.optimizer_state
        self._work: dict[int, tuple[Workspace, Array | None]] = {}
        self._parts = self.network.arrays(self.network.gradient)
        views = zip(self.network.layers, self.network.views(self.network.theta), strict=True)
        self._weight_matrices = [v["W"] for _, v in views if "W" in v]
        self._decays = bool(np.any(training.weight_decay))
        self._raw: Array | None = None

    def run(self, n_epochs: int, note: Callable[[dict[str, float]], bool]) -> None:
        """Do up to ``n_epochs`` epochs; stop when ``note`` says so."""
        for _ in range(n_epochs):
            if note(self.epoch()):
                return

    # -- one epoch ---------------------------------------------------------------------

    def epoch(self) -> dict[str, float]:
        """Go through the rows once; return the record of the epoch."""
        order, y, weight = self._shuffle()
        activity, n_batches = 0.0, -(-self.data.n // self.batch_size)
        for step, rows in enumerate(slices(self.data.n, self.batch_size)):
            self._follow_schedules(self.progress.epoch + step / n_batches)
            work, x = self._batch(rows, order)
            w = None if weight is None else weight[rows]
            raw = self._gradient(x, y[rows], w, work)
            self._keep_raw(rows, raw)
            activity += self.network.activity_penalty(work) * (rows.stop - rows.start)
            self._clip()
            self._step()
        self.progress.epoch += 1
        # One pass over all raw outputs, not one per batch: the logarithms cost a tenth of a step.
        loss = self.objective.loss.value(y, self._raw, weight)
        return {
            "epoch": self.progress.epoch,
            "loss": float(loss),
            "penalty": float(self.objective.penalty() + activity / self.data.n),
            "learning_rate": float(self.rate),
            "momentum": math.nan if self.momentum is None else float(self.momentum),
            "gradient_norm": float(np.linalg.norm(self.network.gradient)),
            **vital_signs(self.network, self._work[self.batch_size][0]),
        }

    def _gradient(self, x: Array, y: Array, w: Array | None, work: Workspace) -> Array:
        """Fill the gradient of the loss, at weights with noise if that is asked for."""
        run = Pass(training=True, weight=w, rng=self.progress.noise_rng)
        if not self.training.weight_noise:
            return self.objective.loss_gradient(x, y, w, work, run)
        weights = self.network.weights
        clean, noise = weights.copy(), np.empty(weights.shape, weights.dtype)
        weights += draw_normal(run.rng, self.training.weight_noise, noise)
        try:
            return self.objective.loss_gradient(x, y, w, work, run)
        finally:
            weights[...] = clean  # after Ctrl-C too

    def _clip(self) -> None:
        """Bound the gradient of the loss, then add that of the L2 penalty."""
        training = self.training
        if training.clipping is not None:
            training.clipping.apply(self.network.gradient, self._parts, training.clip_threshold)
        if self.objective.has_l2:
            self.objective.add_l2_gradient()

    def _step(self) -> None:
        """Move θ: the optimiser, decoupled decay, the proximal step of L1, the largest norm."""
        training, theta, g = self.training, self.network.theta, self.network.gradient
        pace = (self.state, self.rate, self.momentum, training.nesterov)
        if self._decays:
            theta[..., self.objective.penalized] *= 1 - self.rate * training.weight_decay
        if self.objective.has_l1:
            l1, weights = self.objective.l1, self.objective.penalized
            training.optimizer.step_with_l1(theta, g, *pace, l1, weights)
        else:
            training.optimizer.step(theta, g, *pace)
        if training.max_norm is not None:
            for W in self._weight_matrices:
                project_to_max_norm(W, training.max_norm)

    # -- rows --------------------------------------------------------------------------

    def _shuffle(self) -> tuple[Array | None, Array, Array | None]:
        """Return the order of the rows, and targets and weights in that order."""
        data, progress = self.data, self.progress
        if self.batch_size == data.n and not self.training.sampler.name == "replacement":
            return None, data.y, data.weight  # one batch: its order means nothing
        order = self.training.sampler.order(data.n, progress.batch_rng, progress.order)
        progress.order = order
        if order is None:
            return None, data.y, data.weight
        weight = None if data.weight is None else data.weight[order]
        return order, data.y[order], weight

    def _batch(self, rows: slice, order: Array | None) -> tuple[Workspace, Array]:
        """Return the buffers for a batch, and its inputs."""
        X, size = self.data.X, rows.stop - rows.start
        if size not in self._work:
            gathers = isinstance(X, np.ndarray) and not (order is None and self.data.rows is None)
            x = np.empty((size, X.shape[1]), X.dtype) if gathers else None
            self._work[size] = self.network.workspace(size), x
        work, buffer = self._work[size]
        if order is None and self.data.rows is None:
            return work, X if size == self.data.n else X[rows]
        which = np.arange(rows.start, rows.stop) if order is None else order[rows]
        if self.data.rows is not None:
            which = self.data.rows[which]
        return work, take_rows(X, which, buffer)

    def _keep_raw(self, rows: slice, raw: Array) -> None:
        """Remember the raw outputs of a batch for the loss of the epoch."""
        if self._raw is None:
            shape = (*raw.shape[:-2], raw.shape[-1], self.data.n)
            self._raw = np.empty(shape, raw.dtype).swapaxes(-1, -2)
        self._raw[..., rows, :] = raw

    def _follow_schedules(self, t: float) -> None:
        """Set learning rate and momentum for the time ``t``, in epochs."""
        training = self.training
        factor = training.schedule.factor(t, self.total, self.progress.history)
        self.rate = training.learning_rate * factor
        if training.momentum is not None:
            self.momentum = training.momentum_schedule.momentum(t, self.total, training.momentum)


def train(
    run: Callable[[Callable[[dict[str, float]], bool]], None],
    network: Any,
    progress: Progress,
    *,
    is_sound: Callable[[], bool] = lambda: True,
    stopping: Stopping | None = None,
    validate: Callable[[], dict[str, float]] | None = None,
    monitor: str = "loss",
    after_epoch: Callable[[dict[str, float]], bool] | None = None,
) -> None:
    """Run epochs until there is a reason to stop.

    Parameters
    ----------
    run : callable
        Does epoch after epoch, hands the record of each to the function it is given, and returns
        when that returns True: ``Trainer.run`` or a second-order solver.
    network : Network
        What learns.
    progress : Progress
        Is brought up to date.
    is_sound : callable
        Tells whether the loss is finite now: that of an epoch was measured before its last step.
    stopping : Stopping, optional
        Watches the monitored loss.
    validate : callable, optional
        Returns what to add to the record (validation loss and score).
    monitor : str
        The entry of the record that should fall; written to the record as "monitored".
    after_epoch : callable, optional
        Told the record; returns True to stop.

    Notes
    -----
    An epoch whose loss or parameters are not finite is undone, and training ends. Ctrl-C ends it
    too, with the weights of that moment. Either way the best weights are restored at the end if
    ``stopping`` kept them.
    """
    good = network.snapshot()
    progress.stopped = "max_iter"

    def note(record: dict[str, float]) -> bool:
        finite = math.isfinite(record["loss"]) and np.isfinite(network.theta).all()
        if not (finite and is_sound()):
            progress.stopped = "diverged"
            network.restore(good)
            return True
        network.snapshot(good)
        if validate is not None:
            record.update(validate())
        record["monitored"] = record[monitor]
        progress.history.append(record)
        if stopping is not None and stopping.update(record["epoch"], record["monitored"], network):
            progress.stopped = "converged"
        if after_epoch is not None and after_epoch(record):
            progress.stopped = "callback"
        return progress.stopped != "max_iter"

    try:
        with np.errstate(all="ignore"):  # a loss that overflows is reported once, at the end
            run(note)
    except KeyboardInterrupt:
        progress.stopped = "interrupted"
        if not np.isfinite(network.theta).all():
            network.restore(good)
    if progress.stopped == "diverged":
        progress.optimizer_state = None  # its moments are not finite either
    progress.epoch = len(progress.history)
    if stopping is not None and stopping.snapshot is not None:
        network.restore(stopping.snapshot)
