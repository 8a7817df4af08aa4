r"""Training: the loop. Batch, forward, loss, backward, clip, penalise, step.

One epoch of a first-order optimiser is :meth:`Loop.epoch`; read that first. :class:`Trainer` is the
loop for one network, :class:`skdl.core.training.side_by_side.SideBySide` for several at once: they
differ in how rows are gathered and in how many losses and rates there are. How many epochs there
are, and what is kept when a fit is interrupted or diverges, is for :mod:`skdl.core.training.watch`
to say; how a gradient moves θ, for :mod:`skdl.core.training.update`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, final

import numpy as np

from skdl.core.batches import slices, stretches, take_rows
from skdl.core.fast import compiled_layers
from skdl.core.layers import Pass, norm
from skdl.core.network import Workspace
from skdl.core.noise import draw_normal
from skdl.core.penalties import project_to_max_norm
from skdl.core.schedules import Constant, ConstantMomentum
from skdl.core.training.fit import Fit, Progress
from skdl.core.training.update import Update

__all__ = ["Loop", "Trainer", "train"]

Array = np.ndarray
Record = dict[str, Any]


class Loop(ABC):
    """Runs epochs of a first-order optimiser.

    Parameters
    ----------
    fit : Fit
        What to minimise, how, on which rows, and where to go on from.
    """

    def __init__(self, fit: Fit) -> None:
        training, network = fit.training, fit.objective.network
        self.fit = fit
        self.network = network
        self.data = fit.data
        self.n_rows = n_rows = fit.data.n
        size = min(training.batch_size, n_rows)
        least = min(size, max([layer.least_rows for layer in network.layers]))
        batches = list(slices(n_rows, size, least))
        self.batch_size = batches[0].stop
        self.rate = training.learning_rate
        self.momentum = training.momentum
        self.update = Update(fit.objective, training, fit.progress.optimizer_state)
        fit.progress.optimizer_state = self.update.states
        self._work: dict[int, tuple[Workspace, Array | None]] = {}
        self._layers = compiled_layers(network.layers)
        self._parts = network.arrays(network.gradient) if training.clipping is not None else []
        self._norm_before: Any = None
        self._noisy = bool(np.any(training.weight_noise))
        self._steady = isinstance(training.schedule, Constant) and isinstance(
            training.momentum_schedule, ConstantMomentum
        )
        self._pass = Pass(training=True, rng=fit.progress.noise_rng)
        width = network.layers[-1].n_out
        self._stretches = stretches(batches, width)
        longest = max([stretch.rows.stop - stretch.rows.start for stretch in self._stretches])
        # Column by column, as the targets are: the loss of a stretch takes half the time.
        raw = np.empty((width, *network.stack, longest), network.dtype)
        self._raw = np.moveaxis(raw, 0, -1)

    # -- what one network and several do differently -----------------------------------

    @abstractmethod
    def _shuffle(self) -> Array | None:
        """Return the order of the rows of an epoch."""

    @abstractmethod
    def _targets(self, rows: slice, order: Array | None) -> tuple[Array, Array | None]:
        """Return encoded targets and weights of a stretch of rows of the epoch."""

    @abstractmethod
    def _batch(self, rows: slice, order: Array | None) -> tuple[Workspace, Array]:
        """Return the buffers for a batch, and its inputs."""

    @abstractmethod
    def _loss(self, y: Array, raw: Array, weight: Array | None) -> Any:
        """Return the mean of the losses of the batches of a stretch, each at its time."""

    @abstractmethod
    def _follow_schedules(self, t: float) -> None:
        """Set learning rate and momentum for the time ``t``, in epochs."""

    # -- one epoch ---------------------------------------------------------------------

    @final
    def epoch(self) -> Record:
        """Go through the rows once; return the record of the epoch (of every network)."""
        fit, network = self.fit, self.network
        order, n = self._shuffle(), self.n_rows
        loss, activity, step = 0.0, 0.0, 0
        signs: Record = {}
        steps: Record = {"step_loss": [], "step_gradient_norm": []}
        n_batches = sum(len(stretch.batches) for stretch in self._stretches)
        for stretch in self._stretches:
            y, weight = self._targets(stretch.rows, order)
            for rows, part in stretch.batches:
                if step == 0 or not self._steady:
                    self._follow_schedules(fit.progress.epoch + step / n_batches)
                work, x = self._batch(rows, order)
                w = None if weight is None else weight[..., part, :]
                raw = self._gradient(x, y[..., part, :], w, work)
                self._keep_raw(part, raw)
                activity += network.activity_penalty(work) * (rows.stop - rows.start)
                if fit.training.tracks_steps:
                    steps["step_loss"].append(fit.objective.loss.value(y[..., part, :], raw, w))
                    steps["step_gradient_norm"].append(norm(network.gradient))
                step += 1
                if step == n_batches:  # before the update adds what the penalties ask for
                    # Read off the last batch of full size: a look inside the layers costs little.
                    signs = network.signs(self._work[self.batch_size][0])
                self._step()
            length = stretch.rows.stop - stretch.rows.start
            loss += self._loss(y, self._raw[..., :length, :], weight) * (length / n)
        self.update.flush()
        fit.progress.epoch += 1
        return {
            "epoch": fit.progress.epoch,
            "loss": loss,
            "penalty": fit.objective.penalty() + activity / n,
            "learning_rate": self.rate,
            "momentum": math.nan if self.momentum is None else self.momentum,
            **self._gradient_norms(),
            **(steps if fit.training.tracks_steps else {}),
            **signs,
        }

    @final
    def _gradient_norms(self) -> Record:
        """Return the norm of the last gradient: as it was, and where it is clipped, after that."""
        after = norm(self.network.gradient)
        if self.fit.training.clipping is None:
            return {"gradient_norm": after}
        return {"gradient_norm": self._norm_before, "clipped_gradient_norm": after}

    @final
    def _gradient(self, x: Array, y: Array, w: Array | None, work: Workspace) -> Array:
        """Fill the gradient of the loss, at weights with noise if that is asked for."""
        run = self._pass
        run.weight = w
        if not self._noisy:
            return self.fit.objective.loss_gradient(x, y, w, work, run)
        weights = self.network.weights
        clean, noise = weights.copy(), np.empty(weights.shape, weights.dtype)
        weights += draw_normal(run.rng, self.fit.training.weight_noise, noise)
        try:
            return self.fit.objective.loss_gradient(x, y, w, work, run)
        finally:
            weights[...] = clean  # after Ctrl-C too

    @final
    def _step(self) -> None:
        """Bound the gradient of the loss, move θ, bound the weights."""
        training, network = self.fit.training, self.network
        if training.clipping is not None:
            self._norm_before = norm(network.gradient)
            training.clipping.apply(network.gradient, self._parts, training.clip_threshold)
        self.update.step(self.rate, self.momentum)
        if training.max_norm is not None:
            for layer in network.weighted_layers:
                project_to_max_norm(layer.W, training.max_norm)

    @final
    def _order(self, progress: Progress) -> Array | None:
        """Draw the order of the rows of one epoch, of one network."""
        n, sampler = self.n_rows, self.fit.training.sampler
        if self.batch_size == n and sampler.name != "replacement":
            return None  # one batch: its order means nothing
        progress.order = sampler.order(n, progress.batch_rng, progress.order)
        return progress.order

    @final
    def _keep_raw(self, part: slice, raw: Array) -> None:
        """Remember the raw outputs of a batch for the loss of its stretch."""
        self._raw[..., part, :] = raw


@final
class Trainer(Loop):
    """Runs epochs of a first-order optimiser for one network.

    Parameters
    ----------
    fit : Fit
        What to minimise, how, on which rows, and where to go on from.
    """

    def __init__(self, fit: Fit) -> None:
        super().__init__(fit)
        self._as_they_lie: tuple[Array, Array | None] | None = None
        if self.batch_size == self.n_rows:
            self.data = fit.data.whole()

    def run(self) -> None:
        """Do epoch after epoch until the watch ends the fit, or all are done."""
        for _ in range(self.fit.n_epochs):
            if self.fit.watch.note(plain(self.epoch())):
                return

    def _shuffle(self):
        """Return the order of the rows, None as they lie."""
        return self._order(self.fit.progress)

    def _targets(self, rows, order):
        """Return encoded targets and weights; those of rows in one stretch that lie are kept."""
        y, weight = self.data.y, self.data.weight
        if order is not None:
            which = order[rows]
            return np.asfortranarray(y[which]), None if weight is None else weight[which]
        if self._as_they_lie is None or len(self._stretches) > 1:
            cut = None if weight is None else weight[rows]
            self._as_they_lie = np.asfortranarray(y[rows]), cut
        return self._as_they_lie

    def _batch(self, rows, order):
        """Return the buffers for a batch, and its inputs, gathered only where they must be."""
        X, size, dtype = self.data.X, rows.stop - rows.start, self.network.dtype
        as_it_is = order is None and self.data.rows is None and X.dtype == dtype
        if size not in self._work:
            gathers = isinstance(X, np.ndarray) and not as_it_is
            x = np.empty((size, X.shape[1]), dtype) if gathers else None
            self._work[size] = self.network.workspace(size, self._layers), x
        work, buffer = self._work[size]
        if as_it_is:
            return work, X if size == self.n_rows else X[rows]
        which = np.arange(rows.start, rows.stop) if order is None else order[rows]
        if self.data.rows is not None:
            which = self.data.rows[which]
        return work, take_rows(X, which, buffer)

    def _loss(self, y, raw, weight):
        """Return the mean of the losses of the batches of a stretch, each at its time."""
        return self.fit.objective.loss.value(y, raw, weight)

    def _follow_schedules(self, t):
        """Set learning rate and momentum for the time ``t``, in epochs."""
        training, total = self.fit.training, self.fit.total
        factor = training.schedule.factor(t, total, self.fit.progress.history)
        self.rate = training.learning_rate * factor
        if training.momentum is not None:
            self.momentum = training.momentum_schedule.momentum(t, total, training.momentum)


def plain(record: Record) -> Record:
    """Return the record of one network in Python's own numbers.

    Examples
    --------
    >>> plain({"loss": np.float32(0.5), "dead": [np.float64(0.0), np.float64(1.0)]})
    {'loss': 0.5, 'dead': [0.0, 1.0]}
    """
    return {name: np.asarray(value).tolist() for name, value in record.items()}


def train(fit: Fit) -> None:
    """Train until there is a reason to stop.

    Parameters
    ----------
    fit : Fit
        Its optimiser is a first-order one, whose steps :class:`Trainer` takes, or a solver with
        curvature, which knows its own way.
    """
    optimizer = fit.training.optimizer
    with np.errstate(all="ignore"), fit.watch:  # a loss that overflows is reported at the end
        Trainer(fit).run() if optimizer.order == 1 else optimizer.minimize(fit)
