"""Targets that mislead a measure of error: rare classes, and a few extreme values."""

from __future__ import annotations

import numpy as np

from skdl.diagnosis.findings.finding import Finding

__all__ = ["heavy_tails", "rare_classes"]

HEAVY = 20.0  # the excess kurtosis of a target above this; that of an exponential one is 6
RARE = 0.1  # the smallest class has less than this share of the rows of the largest


def rare_classes(y: np.ndarray) -> Finding | None:
    """Find classes with few rows."""
    classes, counts = np.unique(y, return_counts=True)
    rare = counts < RARE * counts.max()
    if not rare.any():
        return None
    return Finding(
        "imbalanced classes",
        "data",
        f"Class {classes[counts.argmin()]!s} has {counts.min()} rows and class "
        f"{classes[counts.argmax()]!s} {counts.max()}: the error rate hardly notices the rare one. "
        "Look at the errors by class, or score by balanced accuracy.",
    )


def heavy_tails(y: np.ndarray) -> Finding | None:
    """Find a target with a few extreme values."""
    y = y.astype(np.float64)
    z = (y - y.mean(axis=0)) / np.where(y.std(axis=0) > 0, y.std(axis=0), 1)
    kurtosis = float(np.max(np.mean(z**4, axis=0)) - 3)
    if kurtosis < HEAVY:
        return None
    return Finding(
        "heavy-tailed target",
        "data",
        f"A few targets lie up to {np.abs(z).max():.0f} standard deviations from the mean (excess "
        f"kurtosis {kurtosis:.0f}): they rule the squared error.",
    )
