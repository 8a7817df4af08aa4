"""How much work is ahead: told beforehand, and too much of it is not begun unasked.

Work is counted in rows that the fits see, all epochs together, and not timed, so that the same data
give the same report on any machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skdl.diagnosis.splits import MANY
from skdl.diagnosis.trials import count_fits
from skdl.diagnosis.work import most_work

if TYPE_CHECKING:
    from skdl.diagnosis import Diagnosis

__all__ = ["is_small", "work_note"]

MOST_WORK = 5e7  # of the trials, when nobody asks for them: about a minute of one core
MUCH_WORK = MOST_WORK / 2  # from here on the diagnosis itself is told beforehand


def work_note(n_rows: int, cv: int, epochs: int) -> str:
    """Say how much work a diagnosis is at most; nothing where it is little.

    Parameters
    ----------
    n_rows : int
        The number of rows.
    cv : int
        The number of folds.
    epochs : int
        How many epochs a fit has at most.

    Examples
    --------
    >>> work_note(1000, cv=5, epochs=200)
    ''
    >>> work_note(200_000, cv=5, epochs=200)[:66]
    'This may take minutes: the network is fitted up to 30 times, to 89'
    """
    fits, rows = most_work(n_rows, cv)
    if fits * rows * epochs < MUCH_WORK:
        return ""
    less = f"; less, if the first {cv} leave no doubt" if n_rows >= MANY else ""
    return (
        f"This may take minutes: the network is fitted up to {fits} times, to {rows} rows on "
        f"average, up to {epochs} epochs each{less}."
    )


def is_small(diagnosis: Diagnosis, cv: int) -> tuple[bool, int]:
    """Tell whether trying the remedies is little work, and how many fits it is.

    Parameters
    ----------
    diagnosis : Diagnosis
        Of a pipeline that ends in a network.
    cv : int
        The number of folds.
    """
    fits = count_fits(diagnosis.estimator, diagnosis.remedies, cv)
    fits = 0 if fits == cv else fits  # the unchanged network alone
    network = diagnosis.estimator[-1]
    return fits * diagnosis.enough_rows * network.max_iter <= MOST_WORK, fits
