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
OUTLYING = 15.0  # standard deviations from the mean


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
    """Find values that lie many standard deviations from their mean."""
    spread = seen.std(axis=0)
    z = np.abs(seen - seen.mean(axis=0)) / np.where(spread > 0, spread, np.inf)
    # Few different values, such as a category encoded as 0 and 1, are rare, not outlying.
    far = (z.max(axis=0) > OUTLYING) & (n_different(seen) > 10)
    if not far.any():
        return None
    worst = int(np.argmax(np.where(far, z.max(axis=0), 0)))
    return Finding(
        "outliers",
        "data",
        f"{listing(n for n, f in zip(names, far, strict=True) if f)} "
        f"{'holds' if far.sum() == 1 else 'hold'} values up to {z[:, worst].max():.0f} standard "
        "deviations from the mean: the rest is squeezed together.",
    )


def n_different(values: np.ndarray) -> np.ndarray:
    """Count the different values of each column."""
    ordered = np.sort(values, axis=0)
    return 1 + (np.diff(ordered, axis=0) != 0).sum(axis=0)
