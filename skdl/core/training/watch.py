"""The watch over one fit: it keeps the record, ends the fit when there is a reason, loses nothing.

The end of an epoch is one value (:class:`End`): the weights, and all that describes them. An epoch
whose loss or parameters are not finite is undone, and training ends; Ctrl-C undoes the epoch that
it comes in, and ends training too. To undo is to go back to an earlier end, so weights are never
seen with a record that is not theirs. At last the best weights are restored if ``stopping`` kept
them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from skdl.core.training.stopping import Seen, Stopping

__all__ = ["End", "Watch"]

Record = dict[str, Any]


class End(NamedTuple):
    """Where an epoch ended.

    Attributes
    ----------
    n_records : int
        Length of the history.
    weights : object
        The snapshot of the network; nobody writes over it.
    seen : Seen or None
        What the stopping rule had seen.
    """

    n_records: int
    weights: Any
    seen: Seen | None


class Watch:
    """Takes note of every epoch of one network; train under it: ``with watch: …``.

    Parameters
    ----------
    network : Network
        What learns.
    progress : Progress
        Is brought up to date.
    is_sound : callable
        Tells whether the loss is finite now: that of an epoch was measured before its last step,
        so the next epoch tells, and of the last one this function.
    stopping : Stopping, optional
        Watches the monitored loss.
    validate : callable, optional
        Returns what to add to the record (validation loss and score).
    monitor : str
        The entry of the record that should fall; written to the record as "monitored".
    after_epoch : callable, optional
        Told the record; returns True to stop.
    """

    def __init__(
        self,
        network: Any,
        progress: Any,
        *,
        is_sound: Callable[[], bool] = lambda: True,
        stopping: Stopping | None = None,
        validate: Callable[[], Record] | None = None,
        monitor: str = "loss",
        after_epoch: Callable[[Record], bool] | None = None,
    ) -> None:
        self.network = network
        self.progress = progress
        self.is_sound = is_sound
        self.stopping = stopping
        self.validate = validate
        self.monitor = monitor
        self.after_epoch = after_epoch
        # The end of the last epoch, and of the one before; the latter is known to be sound, for the
        # epoch after it had a finite loss.
        self.start = self.last = self.sound = self._end()
        progress.stopped = "max_iter"

    def _end(self) -> End:
        """Return where training stands, as one value."""
        seen = None if self.stopping is None else self.stopping.seen
        return End(len(self.progress.history), self.network.snapshot(), seen)

    @property
    def has_learned(self) -> bool:
        """Whether an epoch was finished under this watch."""
        return self.last.n_records > self.start.n_records

    def note(self, record: Record, validation: Record | None = None) -> bool:
        """Take note of an epoch; return True if it was the last.

        Parameters
        ----------
        record : dict
            Of the epoch; more is added to it.
        validation : dict, optional
            What ``validate`` would return, if it is known already.
        """
        network, progress = self.network, self.progress
        if not (math.isfinite(record["loss"]) and np.isfinite(network.theta).all()):
            self._go_back(self.last)
            self._check()
            progress.stopped = "diverged"
            return True
        self.sound = self.last
        if self.validate is not None:
            record.update(self.validate() if validation is None else validation)
        record["monitored"] = monitored = record[self.monitor]
        weights, seen, has_converged = network.snapshot(), None, False
        if self.stopping is not None:
            has_converged = self.stopping.update(record["epoch"], monitored, weights)
            seen = self.stopping.seen
        progress.history.append(record)
        self.last = End(len(progress.history), weights, seen)  # from here on the epoch counts
        if has_converged:
            progress.stopped = "converged"
        if self.after_epoch is not None and self.after_epoch(record):
            progress.stopped = "callback"
        return progress.stopped != "max_iter"

    def interrupt(self) -> None:
        """End the fit where its last epoch ended."""
        self._go_back(self.last)
        self._check()
        self.progress.stopped = "interrupted"

    def close(self) -> None:
        """Leave the network as it should be."""
        progress = self.progress
        if progress.stopped not in ("diverged", "interrupted"):
            self._check()
        if progress.stopped == "diverged":
            progress.optimizer_state = None  # its moments are not finite either
        progress.epoch = progress.history[-1]["epoch"] if progress.history else 0
        if self.stopping is not None and self.stopping.seen.snapshot is not None:
            self.network.restore(self.stopping.seen.snapshot)

    def _go_back(self, end: End) -> None:
        """Undo what came after the end of an epoch."""
        self.network.restore(end.weights)
        del self.progress.history[end.n_records :]
        if self.stopping is not None:
            self.stopping.seen = end.seen
        self.last = end

    def _check(self) -> None:
        """Undo the last epoch if the loss is not finite after it."""
        if self.progress.history and not self.is_sound():
            self.progress.stopped = "diverged"
            self._go_back(self.sound)

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> bool:
        """End the fit, also after Ctrl-C; any other exception passes."""
        if kind is not None and not issubclass(kind, KeyboardInterrupt):
            return False
        if kind is not None:
            self.interrupt()
        self.close()
        return True
