r"""How many repeats or rows would settle an open question.

A gap's interval is :math:`t_{J-1} S \sqrt{1/J + \rho/(1-\rho)}` wide on each side. More repeats
raise :math:`J`, which leaves :math:`\rho/(1-\rho)`; only more rows lower :math:`S^2`, as 1/n does.
With the rows the gap itself changes: along the power law :math:`a\,n^{-b}` of the learning curve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

if TYPE_CHECKING:
    import pandas as pd

    from skdl.diagnosis.gaps import Estimate

__all__ = ["power_law", "repeats_needed", "rows_needed", "what_would_settle"]

MOST_REPEATS = 50
MOST_TIMES = 100


def repeats_needed(
    estimate: Estimate, threshold: float, *, n_splits: int, correlation: float
) -> int | None:
    r"""Return how many repeats bring the interval off the threshold; None if none would.

    Parameters
    ----------
    estimate : Estimate
        The gap, from some number of folds.
    threshold : float
        The tolerance.
    n_splits : int
        Folds in one repeat.
    correlation : float
        That of two folds, :math:`\rho`.
    """
    ratio = correlation / (1 - correlation)
    n_folds = estimate.df + 1
    spread = estimate.standard_error / np.sqrt(1 / n_folds + ratio)
    distance = abs(estimate.value - threshold)
    for repeats in range(1, MOST_REPEATS + 1):
        folds = n_splits * repeats
        half = stdtrit(folds - 1, 0.5 + estimate.confidence / 2) * spread
        if folds > n_folds and half * np.sqrt(1 / folds + ratio) < distance:
            return repeats
    return None


def power_law(rows: ArrayLike, values: ArrayLike) -> float:
    """Return the exponent b of values ~ rows^-b by least squares; 0 where it cannot be told.

    Examples
    --------
    >>> print(f"{power_law([100, 200, 400], [0.4, 0.2, 0.1]):.1f}")
    1.0
    """
    rows, values = np.asarray(rows, dtype=np.float64), np.asarray(values, dtype=np.float64)
    usable = values > 0
    if usable.sum() < 2:
        return 0.0
    return float(-np.polyfit(np.log(rows[usable]), np.log(values[usable]), 1)[0])


def rows_needed(
    estimate: Estimate, threshold: float, *, n_rows: int, exponent: float = 0.0
) -> int | None:
    """Return how many rows bring the interval off the threshold; None if 100 times do not.

    Parameters
    ----------
    estimate : Estimate
        The gap, from `n_rows` rows.
    threshold : float
        The tolerance.
    n_rows : int
        The number of rows now.
    exponent : float
        That of the gap's fall with the rows.
    """
    half = estimate.high - estimate.value
    for times in np.geomspace(1, MOST_TIMES, 60)[1:]:
        gap = estimate.value * times**-exponent if estimate.value > 0 else estimate.value
        if abs(gap - threshold) > half / np.sqrt(times):
            n = n_rows * times
            digits = 10 ** max(int(np.log10(n)) - 1, 0)
            return int(np.ceil(n / digits) * digits)  # two figures: it is an extrapolation
    return None


def what_would_settle(
    gaps: dict[str, Estimate],
    tolerance: float,
    curve: pd.DataFrame | None,
    *,
    n_rows: int,
    n_splits: int,
    correlations: dict[str, float],
) -> str:
    """Say what would make the diagnosis conclusive.

    Parameters
    ----------
    gaps : dict of str to Estimate
        "bias" and "variance".
    tolerance : float
        The size above which a gap is high.
    curve : DataFrame or None
        The learning curve.
    n_rows, n_splits : int
        The number of rows, and of folds in one repeat (0 where repeating is not possible).
    correlations : dict of str to float
        The correlation of two folds' gaps.

    Returns
    -------
    told : str
        One sentence; empty where both gaps are settled.
    """
    unsettled = {name: gap for name, gap in gaps.items() if not gap.excludes(tolerance)}
    if not unsettled:
        return ""
    repeats, rows = [], []
    for name, gap in unsettled.items():
        exponent = 0.0
        if curve is not None and len(curve) > 1 and name == "variance":
            exponent = power_law(
                curve["n_rows"], curve["validation_error"] - curve["training_error"]
            )
        repeats.append(
            repeats_needed(gap, tolerance, n_splits=n_splits, correlation=correlations[name])
            if n_splits
            else None
        )
        rows.append(rows_needed(gap, tolerance, n_rows=n_rows, exponent=max(exponent, 0.0)))
    if None not in repeats:
        return f"About n_repeats={max(repeats)} would settle it."
    if None not in rows:
        return (
            f"More repeats would not settle it; about {max(rows)} rows would, if the learning "
            "curve goes on as it does."
        )
    return "The gap lies so near that value that neither more repeats nor more rows settle it."
