r"""Side by side: many small networks trained at once, along a leading axis.

A step of a small network is a few dozen calls of a few microseconds, and most of that is the calls.
Networks of one architecture can share them: with θ of shape (S, n_parameters), every layer, loss
and optimiser does the same to S networks in one call. Each network keeps what is its own: rows and
their order, noise, strengths and rates, the watch that ends its training. A network that has ended
leaves, and the others go on. What each learns is what it would have learned alone.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, final

import numpy as np
from scipy.sparse import issparse

from skdl.core.batches import CHUNK, take_rows
from skdl.core.layers import Pass
from skdl.core.network import Network
from skdl.core.objective import Objective
from skdl.core.schedules import ConstantMomentum
from skdl.core.training.fit import Data, Fit, Progress
from skdl.core.training.loop import Loop

__all__ = ["SideBySide", "each", "stacked"]

Array = np.ndarray
State = dict[str, Any]


def each(values: Sequence[Any], dtype: Any, axes: int = 1) -> Any:
    """Return one number for each network, of shape (S, 1, …), or the number that all share.

    Examples
    --------
    >>> each([0.5, 0.5], float), each([0.5, 0.25], float).tolist()
    (0.5, [[0.5], [0.25]])
    """
    with np.errstate(over="ignore"):  # too large for float32 is infinite, as it is for one alone
        if all(value == values[0] for value in values):
            return values[0]
        return np.array(values, dtype).reshape(-1, *[1] * axes)


def stacked(networks: Sequence[Network]) -> Network:
    """Return a network that does what S networks of one architecture do, side by side.

    What they have learned moves into it: their own θ become views of its rows.
    """
    layers = []
    for alike in zip(*(network.layers for network in networks), strict=True):
        layer = copy.copy(alike[0])
        for name in layer.strengths:
            values = [getattr(other, name) for other in alike]
            setattr(layer, name, each(values, networks[0].dtype, axes=2))
        layers.append(layer)
    stack = Network(layers, networks[0].dtype, (len(networks),))
    for network, theta, running in zip(networks, stack.theta, stack.running, strict=True):
        network.move_to(theta, running)
    return stack


class Generators:
    """Random numbers for S networks, each network's from its own generator."""

    def __init__(self, generators: list[np.random.Generator]) -> None:
        self.generators = generators

    def random(self, out: Array, dtype: Any) -> None:
        """Fill ``out`` with uniform numbers."""
        for generator, part in zip(self.generators, out, strict=True):
            generator.random(out=part, dtype=dtype)

    def standard_normal(self, out: Array, dtype: Any) -> None:
        """Fill ``out`` with normal numbers."""
        for generator, part in zip(self.generators, out, strict=True):
            generator.standard_normal(out=part, dtype=dtype)


class Inputs:
    """The inputs of S networks; those that share their X lie side by side."""

    def __init__(self, data: Sequence[Data], dtype: np.dtype) -> None:
        self.n, self.n_features, self.dtype = len(data), data[0].X.shape[1], dtype
        cuts = [i for i in range(1, self.n) if data[i].X is not data[i - 1].X]
        self.groups = [
            (data[start].X, slice(start, end))
            for start, end in zip([0, *cuts], [*cuts, self.n], strict=True)
        ]

    def buffer(self, size: int) -> Array:
        """Return room for a batch of each network."""
        return np.empty((self.n, size, self.n_features), self.dtype)

    def take(self, rows: Array, out: Array) -> Array:
        """Fill ``out`` with the rows of each network; ``rows`` has shape (S, batch)."""
        for X, group in self.groups:
            take_rows(X, rows[group], out[group])
        return out


class Targets:
    """The targets of S networks, each network's encoded when they are taken."""

    def __init__(self, data: Sequence[Data], dtype: np.dtype) -> None:
        self.parts = [part.y for part in data]
        self.shape, self.dtype = (len(data), *data[0].y.shape), dtype

    def buffer(self, size: int) -> Array:
        """Return room for so many rows of each network, column by column in memory."""
        return np.moveaxis(np.empty((self.shape[-1], self.shape[0], size), self.dtype), 0, -1)

    def take(self, rows: Array, out: Array) -> Array:
        """Fill ``out`` with the targets of each network; ``rows`` has shape (S, size)."""
        for own, which, part in zip(out, rows, self.parts, strict=True):
            own[...] = part[which]
        return out


def stacked_weights(data: Sequence[Data], dtype: np.dtype) -> Array | None:
    """Return the weights of S networks, of shape (S, n, 1), or None if all rows weigh the same."""
    if all(part.weight is None for part in data):
        return None
    weight = np.ones((len(data), data[0].n, 1), dtype)
    for own, part in zip(weight, data, strict=True):
        own[...] = 1 if part.weight is None else part.weight
    return weight


@final
class SideBySide(Loop):
    """Trains S networks at once.

    Parameters
    ----------
    fits : sequence of Fit
        The networks, alike in all but what :mod:`skdl.estimators.fitting.stacks` names as free; at
        their first epoch.
    """

    def __init__(self, fits: Sequence[Fit]) -> None:
        self._assemble(list(fits), None, epoch=0)

    def _assemble(self, fits: list[Fit], states: list[State] | None, epoch: int) -> None:
        """Stack what the networks have, and begin (or go on) with it."""
        self.fits = fits
        first, dtype = fits[0], fits[0].network.dtype

        def of_each(owner: str, name: str, dtype: Any = dtype) -> Any:
            return each([getattr(getattr(fit, owner), name) for fit in fits], dtype)

        network = stacked([fit.network for fit in fits])
        penalties = [
            type(terms[0]).stacked(terms, each([term.strength for term in terms], dtype))
            for terms in zip(*(fit.objective.penalties for fit in fits), strict=True)
        ]
        every = first.objective.penalized.stop == network.n_parameters
        objective = Objective(network, first.objective.loss, penalties, penalize_bias=every)
        training = replace(
            first.training,
            learning_rate=of_each("training", "learning_rate", np.float64),
            momentum=of_each("training", "momentum", np.float64),
            weight_decay=of_each("training", "weight_decay"),
            weight_noise=of_each("training", "weight_noise"),
        )
        noise = Generators([fit.progress.noise_rng for fit in fits])
        progress = Progress(None, noise, epoch=epoch, optimizer_state=states)
        data = [fit.data for fit in fits]
        # The inputs stay where they are: they are gathered batch by batch.
        rows = Data(None, Targets(data, dtype), stacked_weights(data, dtype))
        super().__init__(Fit(objective, training, rows, progress, first.n_epochs, first.total))
        self.inputs = Inputs(data, dtype)
        self._encoded = self.data.y.buffer(self._raw.shape[-2])
        self._orders, self._which = np.empty((2, len(fits), self.data.n), np.intp)
        self._held_out = self._gather([fit.validation for fit in fits])

    def _gather(self, data: list[Data | None]) -> tuple | None:
        """Put the validation rows side by side, if all have as many, none sparse."""
        if any(part is None or issparse(part.X) for part in data):
            return None
        if any(part.n != data[0].n or part.n > CHUNK for part in data):
            return None
        n, dtype = data[0].n, self.network.dtype
        inputs, targets, rows = Inputs(data, dtype), Targets(data, dtype), np.arange(n)
        rows = np.tile(rows, (len(data), 1))
        x, y = inputs.take(rows, inputs.buffer(n)), targets.take(rows, targets.buffer(n))
        return x, y, stacked_weights(data, dtype), self.network.workspace(n, self._layers)

    # -- epochs ------------------------------------------------------------------------

    def train(self) -> None:
        """Do epoch after epoch; each network leaves when its watch says so, or all are done."""
        with np.errstate(all="ignore"):  # as for one network: reported once, at the end
            try:
                for _ in range(self.fits[0].n_epochs):
                    ended = self._note(self._split(self.epoch() | self._pace))
                    if any(ended):
                        self._part(ended)
                    if not self.fits:
                        return
            except KeyboardInterrupt:
                for fit in self.fits:
                    fit.watch.interrupt()
            self._part([True] * len(self.fits))

    def _note(self, records: list[dict[str, Any]]) -> list[bool]:
        """Let each network's watch take note of its record; return which networks have ended."""
        notes = zip(self.fits, records, self._validate(), strict=True)
        return [fit.watch.note(record, validation) for fit, record, validation in notes]

    def _split(self, record: dict[str, Any]) -> list[dict[str, Any]]:
        """Cut the record of all networks into one for each."""
        n = len(self.fits)

        def for_each(value: Any) -> list[Any]:
            if isinstance(value, list):  # of one entry for each layer
                return np.stack(value, axis=-1).tolist() if value else [[] for _ in range(n)]
            return np.broadcast_to(np.ravel(value), n).tolist()

        columns = [for_each(value) for value in record.values()]
        return [dict(zip(record, row, strict=True)) for row in zip(*columns, strict=True)]

    def _validate(self) -> list[dict[str, float] | None]:
        """Measure the validation rows of all networks; None leaves it to each one's watch."""
        if self._held_out is None:
            return [None] * len(self.fits)
        x, y, weight, work = self._held_out
        loss = self.fit.objective.loss.value(y, self.network.forward(x, work, Pass()), weight)
        return [{"validation_loss": value} for value in loss.tolist()]

    def _part(self, ended: list[bool]) -> None:
        """Let the networks go that have ended, with all that is theirs; the others go on."""
        for i, fit in enumerate(self.fits):
            if ended[i]:
                fit.network.move_to(fit.network.theta.copy(), fit.network.running.copy())
                fit.progress.optimizer_state = self._states_of(i)
                fit.watch.close()
        stay = [i for i, has_ended in enumerate(ended) if not has_ended]
        if stay:
            fits = [self.fits[i] for i in stay]
            self._assemble(fits, self._states_of(stay), self.fit.progress.epoch)
        else:
            self.fits = []

    def _states_of(self, which: Any) -> list[State]:
        """Copy the optimiser's state of some networks: what has the shape of θ has their rows."""
        return [
            {
                name: value[which].copy() if np.shape(value) == self.network.theta.shape else value
                for name, value in state.items()
            }
            for state in self.update.states
        ]

    # -- what an epoch of several networks does ----------------------------------------

    def _shuffle(self):
        """Return the rows of X in the order of each network."""
        for i, fit in enumerate(self.fits):
            order = self._order(fit.progress)
            self._orders[i] = order = np.arange(self.data.n) if order is None else order
            self._which[i] = order if fit.data.rows is None else fit.data.rows[order]
        return self._which

    def _targets(self, rows, order):
        """Return encoded targets and weights, each network's in its own order."""
        which, weight = self._orders[:, rows], self.data.weight
        if weight is not None:
            weight = np.take_along_axis(weight, which[..., None], axis=1)
        return self.data.y.take(which, self._encoded[:, : which.shape[1]]), weight

    def _batch(self, rows, order):
        """Return the buffers for a batch, and the inputs of each network."""
        size = rows.stop - rows.start
        if size not in self._work:
            work = self.network.workspace(size, self._layers)
            self._work[size] = work, self.inputs.buffer(size)
        work, x = self._work[size]
        return work, self.inputs.take(order[:, rows], x)

    def _loss(self, y, raw, weight):
        """Return the loss of each network."""
        # One after the other: arrays of all rows of 16 networks leave the cache, at twice the time.
        value = self.fit.objective.loss.value
        weights = [None] * len(y) if weight is None else weight
        return np.array([value(*own) for own in zip(y, raw, weights, strict=True)])

    def _follow_schedules(self, t):
        """Set the learning rate and the momentum of each network, in the type of θ."""
        training, dtype = self.fit.training, self.network.dtype
        rate = training.learning_rate * training.schedule.factor(t, self.fit.total)
        momentum = training.momentum
        if momentum is not None:
            momentum = self._momentum(t, momentum)
        self._pace = {"learning_rate": rate, "momentum": math.nan if momentum is None else momentum}
        self.rate, self.momentum = (
            value.astype(dtype, copy=False) if np.ndim(value) else value
            for value in (rate, momentum)
        )

    def _momentum(self, t: float, momentum: Any) -> Any:
        """Return the momentum of each network."""
        schedule, total = self.fit.training.momentum_schedule, self.fit.total
        if not np.ndim(momentum) or isinstance(schedule, ConstantMomentum):
            return schedule.momentum(t, total, momentum)
        momenta = [schedule.momentum(t, total, own) for own in momentum[:, 0].tolist()]
        return np.array(momenta)[:, None]
