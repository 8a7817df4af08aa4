"""Stopping: when a fit has learned what it can, and which weights to keep.

Two rules watch one number that should fall, the *monitored* loss (on validation rows if there are
any): ``"patience"`` stops after n epochs without a fall by more than ``tol``; ``"rises"`` stops
when it rose n times in a row, and rewinds those n epochs.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

__all__ = ["Seen", "Stopping"]


class Seen(NamedTuple):
    """What a rule has seen so far: one value, so that going back to an earlier one loses nothing.

    Attributes
    ----------
    best : float
        The best monitored loss.
    best_epoch : int
        Its epoch, from 1.
    count : int
        Epochs without progress in a row.
    last : float
        The last monitored loss that was a number.
    snapshot : object or None
        What was learned by the best epoch, if it is kept.
    """

    best: float = math.inf
    best_epoch: int = 0
    count: int = 0
    last: float = math.inf
    snapshot: Any = None


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
    seen : Seen
        What has been seen so far; replaced by every epoch, never written over.

    Examples
    --------
    >>> stopping = Stopping(n_iter_no_change=2)
    >>> [stopping.update(epoch, loss, "weights") for epoch, loss in enumerate([3, 2, 2, 2], 1)]
    [False, False, False, True]
    >>> stopping.seen.best_epoch
    2
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
        self.seen = Seen()

    def update(self, epoch: int, monitored: float, snapshot: Any) -> bool:
        """Take note of an epoch; return True to stop.

        Parameters
        ----------
        epoch : int
            Its number, from 1.
        monitored : float
            The loss after it. NaN says nothing: such an epoch is neither progress nor none.
        snapshot : object
            What has been learned by now; nobody writes over it.
        """
        seen = self.seen
        if math.isnan(monitored):
            return False
        if self.rule == "rises":
            better = worth_keeping = monitored <= seen.last
        else:
            better = monitored < seen.best - self.tol or seen.best == math.inf > monitored
            worth_keeping = monitored < seen.best
        count = 0 if better else seen.count + 1
        last = monitored if math.isfinite(monitored) else seen.last
        self.seen = seen._replace(count=count, last=last)
        if worth_keeping:
            kept = snapshot if self.keep_best else None
            self.seen = self.seen._replace(best=monitored, best_epoch=epoch, snapshot=kept)
        return self.n_iter_no_change is not None and count >= self.n_iter_no_change
