r"""Inputs as the network sees them, after all transformers: unscaled, constant, outlying.

Each sign takes the inputs and the names of the features, and returns a :class:`Finding` or None.
"""

from __future__ import annotations

import numpy as np

from skdl.diagnosis.findings.finding import Finding
from skdl.tools.text import listing

__all__ = ["constant_features", "outliers", "scale_of_inputs", "unscaled_inputs"]

LARGE = 10.0  # a feature's root mean square above this ...
SMALL = 0.01  # ... or all of them below this, or two of them this far apart, count as unscaled
APART = 100.0
MOST = 0.95  # an outlying value is not among so many of the rows, the nearest to the median ...
OUTLYING = 20.0  # ... and so many times farther off than they are


def scale_of_inputs(seen: np.ndarray) -> np.ndarray:
    r"""Return the root mean square of each feature, :math:`\sqrt{\mu^2 + \sigma^2}`.

    Standardised features have 1; a feature far from 0 is as bad as one that varies widely.
    """
    return np.sqrt(np.mean(np.square(seen), axis=0))


def unscaled_inputs(seen: np.ndarray, names: list[str]) -> Finding | None:
    """Find inputs whose scale is far from 1, or far apart."""
    varies = np.ptp(seen, axis=0) > 0
    scale = scale_of_inputs(seen[:, varies])
    if not len(scale):
        return None
    named = [name for name, v in zip(names, varies, strict=True) if v]
    low, high = np.argmin(scale), np.argmax(scale)
    apart = scale[high] > APART * max(scale[low], 1e-300) and scale[high] > 1
    if not (scale[high] > LARGE or scale[high] < SMALL or apart):
        return None
    return Finding(
        "unscaled inputs",
        "data",
        f"The network sees inputs that are not scaled: their root mean squares go from "
        f"{scale[low]:.3g} ({named[low]}) to {scale[high]:.3g} ({named[high]}); near 1 is right.",
    )


def constant_features(seen: np.ndarray, names: list[str]) -> Finding | None:
    """Find inputs that never change."""
    constant = np.ptp(seen, axis=0) == 0
    if not constant.any():
        return None
    which = listing(name for name, c in zip(names, constant, strict=True) if c)
    verb = "never changes" if constant.sum() == 1 else "never change"
    return Finding(
        "constant features", "data", f"{constant.sum()} of {len(names)} inputs {verb}: {which}."
    )


def outliers(seen: np.ndarray, names: list[str]) -> Finding | None:
    r"""Find a few values that lie very far from all others.

    Far is measured by a quantile of :math:`|x - \operatorname{median} x|`: unlike a standard
    deviation, a few values do not stretch it. It is 95 %, or the median of all that is not 0 where
    that is more.

    References
    ----------
    Iglewicz and Hoaglin (1993), "How to detect and handle outliers".
    """
    distance = np.abs(seen - np.array([_quantile(column, 0.5) for column in seen.T]))
    usual = np.array([_quantile(column, MOST) for column in distance.T])
    # Of a column that is mostly one value, what is usual is told by the rest, which may be few.
    rest = np.array([_quantile(column[column > 0], 0.5) for column in distance.T])
    usual = np.maximum(usual, rest)
    times = np.nan_to_num(distance / usual)
    far = times.max(axis=0) > OUTLYING
    # Few different values, such as a category encoded as 0 and 1, are rare, not outlying.
    far[far] = n_different(seen[:, far]) > 10
    if not far.any():
        return None
    worst = int(np.argmax(np.where(far, times.max(axis=0), 0)))
    count = int((times[:, worst] > OUTLYING).sum())
    values = "1 value" if count == 1 else f"{count} values up to"
    others = [name for number, name in enumerate(names) if far[number] and number != worst]
    also = f" {listing(others)} {'hold' if len(others) > 1 else 'holds'} such values, too."
    return Finding(
        "outliers",
        "data",
        f"{names[worst]} holds {values} {times[:, worst].max():.0f} times as far from the median "
        f"as {100 * MOST:.0f} % of the rows are: a mistake, or a code for what is missing? All "
        f"other rows are squeezed together.{also if others else ''}",
    )


def _quantile(values: np.ndarray, share: float) -> float:
    """Return a quantile of what is known; infinity where nothing is."""
    known = values[~np.isnan(values)]
    return float(np.quantile(known, share, method="lower")) if len(known) else np.inf


def n_different(values: np.ndarray) -> np.ndarray:
    """Count the different values of each column."""
    ordered = np.sort(values, axis=0)
    return 1 + (np.diff(ordered, axis=0) != 0).sum(axis=0)
