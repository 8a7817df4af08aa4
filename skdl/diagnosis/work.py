r"""How much is measured: everything, or less where many rows have told it already.

The intervals of errors and gaps shrink as :math:`1/\sqrt n`. With many rows those of one repeat can
be narrower than the tolerance; then further fits cost as much as the first ones, and change nothing
that is said. Rows, fits and intervals decide this, never the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from skdl.diagnosis.folds import HALF, Fold
from skdl.diagnosis.gaps import Estimate
from skdl.diagnosis.one_split import is_one_split
from skdl.diagnosis.splits import MANY, nested_order

__all__ = ["enough_rows", "measure_enough", "most_work", "trial_rows", "widest"]

ONE_FOLD = (
    "The intervals of the first folds are narrower than the tolerance, so less was measured: "
)
TRAIN_SIZES = (0.1, 0.25, HALF)


def widest(*estimates: Estimate) -> float:
    """Return the width of the widest of several intervals.

    Examples
    --------
    >>> print(f"{widest(Estimate(0.1, 0.0, df=4), Estimate(0.2, 0.001, df=4)):.4f}")
    0.0056
    """
    return max(estimate.high - estimate.low for estimate in estimates)


def measure_enough(
    fit: Callable[[list[Fold]], list[Fold]],
    folds: list[Fold],
    smaller: list[Fold],
    gaps_of: Callable[[list[Fold]], Mapping[str, Estimate]],
    *,
    n_first: int,
    repeats_at_will: bool,
    tolerance: float,
    mean_over_rows: bool,
) -> tuple[list[Fold], list[Fold], list[str]]:
    """Measure the folds and the smaller fits, or as many of them as are still needed.

    Parameters
    ----------
    fit : callable
        ``fit(folds)`` measures them.
    folds, smaller : list of Fold
        What can be measured: at full size, and at parts of the rows.
    gaps_of : callable
        ``gaps_of(folds)`` gives errors and gaps with their intervals.
    n_first : int
        How many folds the first repeat has.
    repeats_at_will : bool
        Whether further repeats may be left out: nobody asked for them.
    tolerance : float
        The size up to which a gap counts as small.
    mean_over_rows : bool
        Whether the error is a mean over rows, so that the rows of one fold tell how it varies.

    Returns
    -------
    folds, smaller : list of Fold
        Measured.
    notes : list of str
        What was left out, and why.
    """
    n_rows = len(folds[0].train) + len(folds[0].test)
    if n_rows < MANY or is_one_split(folds):
        done = fit(folds + smaller)
        return done[: len(folds)], done[len(folds) :], []
    first = fit(folds[:n_first])
    rest, left_out = folds[n_first:], []
    gaps = gaps_of(first)
    if widest(*gaps.values()) < tolerance:
        if repeats_at_will and rest:
            rest = []
            left_out.append("the folds were not repeated")
        if smaller and mean_over_rows and first[0].losses is not None:
            smaller, told = _few(smaller, gaps["variance"].high < tolerance)
            left_out += told
    done = fit(rest + smaller)
    notes = [ONE_FOLD + "; ".join(left_out) + "."] if left_out else []
    return first + done[: len(rest)], done[len(rest) :], notes


def _few(smaller: Sequence[Fold], small_gap: bool) -> tuple[list[Fold], list[str]]:
    """Return those of the first fold, with the halves of the others where the variance needs them.

    Where the whole gap is small for sure, so is the variance, and nothing has to measure it better.
    """
    told = [
        "the learning curve is that of one fold, and its intervals at fewer rows, which the "
        "validation rows of this fold tell, do not cover another training set"
    ]
    if small_gap:
        told.append(
            "the gap of the two errors, which is below the tolerance for sure, stands for the "
            "variance, in place of fits to both halves of the rows"
        )
    kept = []
    for fold in smaller:
        if fold.fold == 0 and not (small_gap and fold.part):
            kept.append(replace(fold, keeps_losses=True))
        elif fold.share == HALF and not small_gap:
            kept.append(fold)
    return kept, told


def enough_rows(n_rows: int, width: float, tolerance: float) -> int:
    r"""Return how many rows would tell enough: an interval is then as wide as the tolerance.

    With all n rows it has the width w, so these are :math:`n (w / \text{tolerance})^2`; but not
    fewer than `MANY`, and not more than there are.

    Examples
    --------
    >>> enough_rows(100_000, 0.01, 0.02), enough_rows(100_000, 0.001, 0.02), enough_rows(9, 1, 1)
    (25000, 20000, 9)
    """
    share = min(1.0, (width / tolerance) ** 2)
    return min(n_rows, max(MANY, int(np.ceil(n_rows * share))))


def trial_rows(labels: np.ndarray, n_rows: int, rng: np.random.Generator) -> np.ndarray | None:
    """Draw the rows on which remedies are tried; None where it takes all of them.

    Parameters
    ----------
    labels : ndarray
        The classes, which keep their proportions; all equal for a regressor.
    n_rows : int
        How many to draw.
    rng : Generator
        Draws them.
    """
    return None if n_rows >= len(labels) else np.sort(nested_order(labels, rng)[:n_rows])


def most_work(n_rows: int, cv: int) -> tuple[int, int]:
    """Return how many fits of a network a diagnosis makes at most, and their rows on average.

    Parameters
    ----------
    n_rows : int
        The number of rows.
    cv : int
        The number of folds; everything else has its default.

    Examples
    --------
    >>> most_work(1000, cv=5)
    (30, 447)
    """
    shares = [1.0] * 2 * cv + [*TRAIN_SIZES, HALF] * cv
    return len(shares), round(float(np.mean(shares)) * (1 - 1 / cv) * n_rows)
