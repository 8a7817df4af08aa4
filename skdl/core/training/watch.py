"""The watch over one fit: it keeps the record, ends the fit when there is a reason, loses nothing.

An epoch whose loss or parameters are not finite is undone, and training ends. Ctrl-C ends it too,
with the weights of that moment. Either way the best weights are restored at the end if ``stopping``
kept them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from skdl.core.training.stopping import Stopping

__all__ = ["Watch"]

Record = dict[str, Any]


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
        # θ after the last epoch, and after the one before; the latter is known to be sound, for
        # the epoch after it had a finite loss.
        self._last, self._sound = network.snapshot(), network.snapshot()
        progress.stopped = "max_iter"

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
            network.restore(self._last)
            self._check()
            progress.stopped = "diverged"
            return True
        self._last, self._sound = network.snapshot(self._sound), self._last
        if self.validate is not None:
            record.update(self.validate() if validation is None else validation)
        record["monitored"] = monitored = record[self.monitor]
        progress.history.append(record)
        if self.stopping is not None and self.stopping.update(record["epoch"], monitored, network):
            progress.stopped = "converged"
        if self.after_epoch is not None and self.after_epoch(record):
            progress.stopped = "callback"
        return progress.stopped != "max_iter"

    def interrupt(self) -> None:
        """End the fit where it stands, in the middle of an epoch."""
        if not (np.isfinite(self.network.theta).all() and self.is_sound()):
            self.network.restore(self._last)
            self._check()
        self.progress.stopped = "interrupted"

    def close(self) -> None:
        """Leave the network as it should be."""
        progress, stopping = self.progress, self.stopping
        if progress.stopped not in ("diverged", "interrupted"):
            self._check()
        if progress.stopped == "diverged":
            progress.optimizer_state = None  # its moments are not finite either
        progress.epoch = len(progress.history)
        if stopping is not None and stopping.snapshot is not None:
            self.network.restore(stopping.snapshot)

    def _check(self) -> None:
        """Undo the last epoch if the loss is not finite after it."""
        if self.progress.history and not self.is_sound():
            self.progress.stopped = "diverged"
            self.progress.history.pop()
            self.network.restore(self._sound)

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
