"""Stopping: when a fit has learned what it can, and which weights to keep.

Two rules watch one number that should fall, the *monitored* loss (on validation rows if there are
any): ``"patience"`` stops after n epochs without a fall by more than ``tol``; ``"rises"`` stops
when it rose n times in a row, and rewinds those n epochs.
"""

from __future__ import annotations

import math
from typing import Any

__all__ = ["Stopping"]


class Stopping:
    """Watches the monitored loss of one fit.

    Parameters
    ----------
    n_iter_no_change : int or None
        n; None never stops.
    tol : float
        Smallest fall that counts (rule "patience").
    rule : {"patience", "rises"}
        See above.
    keep_best : bool
        Whether weights worth coming back to are kept.

    Attributes
    ----------
    best : float
        The best monitored loss.
    best_epoch : int
        Its epoch, from 1.
    snapshot : object or None
        What was learned by then.

    Examples
    --------
    >>> class Net:
    ...     def snapshot(self, out=None): return "weights"
    >>> stopping = Stopping(n_iter_no_change=2)
    >>> [stopping.update(epoch, loss, Net()) for epoch, loss in enumerate([3, 2, 2, 2], start=1)]
    [False, False, False, True]
    """

    def __init__(
        self,
        n_iter_no_change: int = 10,
        tol: float = 1e-4,
        rule: str = "patience",
        keep_best: bool = False,
    ) -> None:
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.rule = rule
        self.keep_best = keep_best
        self.best = math.inf
        self.best_epoch = 0
        self.count = 0
        self.last = math.inf
        self.snapshot: Any = None

    def update(self, epoch: int, monitored: float, network: Any) -> bool:
        """Take note of an epoch; return True to stop."""
        if self.rule == "rises":
            better = worth_keeping = monitored <= self.last
            if math.isfinite(monitored):
                self.last = monitored
        else:
            better, worth_keeping = monitored < self.best - self.tol, monitored < self.best
            if self.best == math.inf and math.isfinite(monitored):
                better = True
        self.count = 0 if better else self.count + 1
        if worth_keeping:
            self.best, self.best_epoch = monitored, epoch
            if self.keep_best:
                self.snapshot = network.snapshot(self.snapshot)
        return self.n_iter_no_change is not None and self.count >= self.n_iter_no_change
