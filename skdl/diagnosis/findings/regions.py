"""Where the errors are: by class, cluster, feature. A network can underfit one, overfit another.

The loss of each row is known as a training row and as a validation row, averaged over the fits. In
a region, the mean of the first is its training error, and what the second adds is its variance.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse
from scipy.special import ndtri

from skdl.diagnosis.findings.finding import Finding
from skdl.tools.given import column_values
from skdl.tools.text import listing

if TYPE_CHECKING:
    import pandas as pd

    from skdl.diagnosis.folds import Fold

__all__ = ["find_regions", "region_findings", "row_errors"]

MOST_FEATURES = 30  # of more, those are kept whose bins differ most
N_BINS = 4
LEAST_ROWS = 20
TOLD = 3  # so many regions are named in the report


def row_errors(folds: list[Fold], n_rows: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Average each row's loss over the fits: as a training row, and as a validation row."""
    if any(fold.losses is None for fold in folds):
        return None
    total, count = np.zeros((2, n_rows)), np.zeros((2, n_rows))
    for fold in folds:
        for kind, rows, losses in (
            (0, fold.train, fold.training_losses),
            (1, fold.test, fold.losses),
        ):
            np.add.at(total[kind], rows, losses)
            np.add.at(count[kind], rows, 1)
    with np.errstate(invalid="ignore"):
        training, validation = total / count
    return training, validation


def _bins(values) -> list[tuple[str, np.ndarray]]:
    """Cut a column into quarters, or into its values if they are few or no numbers."""
    found, count = np.unique(values, return_counts=True)
    if len(found) <= 6 or values.dtype.kind not in "fiub":
        common = found[np.argsort(-count)][:10]
        return [(f"= {_short(value)}", values == value) for value in common]
    values = values.astype(np.float64)
    edges = np.unique(np.nanquantile(values, np.linspace(0, 1, N_BINS + 1)))
    bins = []
    for number, (low, high) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        inside = (values > low) & (values <= high)
        if number == 0:
            inside |= values == low
        bins.append((f"from {_short(low)} to {_short(high)}", inside))
    return bins


def _short(value) -> str:
    """Write a value of a feature in a few characters."""
    return f"{value:.3g}" if isinstance(value, float | np.floating) else str(value)


def _clusters(seen, names) -> list[tuple[str, np.ndarray]]:
    """Group the rows by what the model sees; name a group by how it differs from the mean."""
    from sklearn.cluster import KMeans

    if issparse(seen):
        return []
    seen = np.asarray(seen)
    n_clusters = min(6, len(seen) // 50)
    if n_clusters < 2 or seen.ndim != 2 or seen.dtype.kind not in "fiub" or seen.shape[1] > 2000:
        return []
    seen = seen.astype(np.float64)
    spread = seen.std(axis=0)
    z = (seen - seen.mean(axis=0)) / np.where(spread > 0, spread, 1)
    if not np.isfinite(z).all():
        return []
    some = np.random.default_rng(0).permutation(len(z))[:5000]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there may be fewer different rows than clusters
        label = KMeans(n_clusters, n_init=1, random_state=0).fit(z[some]).predict(z)
    groups = []
    for number in range(n_clusters):
        inside = label == number
        if not inside.any():
            continue
        centre = z[inside].mean(axis=0)
        top = np.argsort(-np.abs(centre))[:2]
        marks = " and ".join(f"{'high' if centre[j] > 0 else 'low'} {names[j]}" for j in top)
        groups.append((f"{number + 1}: {marks}", inside))
    return groups


def find_regions(
    X: Any,
    y: Any,
    seen: Any,
    seen_names: list[str],
    names: list[str],
    errors: tuple[np.ndarray, np.ndarray],
    *,
    classifier: bool,
    scale: float,
    tolerance: float,
) -> pd.DataFrame:
    """Measure both errors in every region.

    Parameters
    ----------
    X, y : array-like
        Inputs as they came, and targets.
    seen : array-like or None
        Inputs as the model sees them, for the clusters.
    seen_names, names : list of str
        The names of the features in `seen` and in `X`.
    errors : pair of arrays of shape (n_rows,)
        From :func:`row_errors`.
    classifier : bool
        Whether to take regions by class, or by the size of the target.
    scale : float
        What a loss is divided by: the variance of the target, or 1.
    tolerance : float
        The size up to which a difference counts as small.

    Returns
    -------
    regions : DataFrame
        One row for each region: kind, region, n_rows, training_error, validation_error, variance,
        and stands_out: "" or what is higher there than elsewhere, "bias" or "variance", by more
        than the tolerance and more than chance allows for so many regions.
    """
    import pandas as pd

    columns = [
        "kind",
        "region",
        "n_rows",
        "training_error",
        "validation_error",
        "variance",
        "stands_out",
    ]
    y = np.asarray(y)
    if y.ndim > 1 or len(X.shape) > 2:
        return pd.DataFrame(columns=columns)
    kind = "class" if classifier else "target"
    masks = [
        (kind, text.removeprefix("= "), inside)
        for text, inside in (_classes(y) if classifier else _bins(y))
    ]
    if seen is not None:
        masks += [("cluster", text, inside) for text, inside in _clusters(seen, seen_names)]
    training, validation = (np.asarray(part) / scale for part in errors)
    masks += _features(X, names, validation)
    gap = validation - training
    bound = -ndtri(0.025 / max(len(masks), 1))  # Bonferroni's: so many regions, one false alarm

    rows = []
    for kind, region, inside in masks:
        if not inside.any():
            continue
        high = [
            name
            for name, values in (("bias", training), ("variance", gap))
            if _stands_out(values, inside, bound, tolerance)
        ]
        old, new = _mean(training[inside]), _mean(validation[inside])
        both = np.isfinite(gap[inside]).any()  # of one split, no row is in training and held out
        between = _mean(gap[inside]) if both else new - old
        rows.append((kind, region, int(inside.sum()), old, new, between, " and ".join(high)))
    return pd.DataFrame(rows, columns=columns)


def _mean(values: np.ndarray) -> float:
    """Return the mean of what is known; NaN where nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def _classes(y):
    """List the classes with the rows of each."""
    return [(str(label), y == label) for label in np.unique(y)]


def _features(X, names, losses):
    """List the bins of the features; of many features, those whose bins differ most."""
    if issparse(X):
        return []
    found = []
    for number, name in enumerate(names[:2000]):
        bins = [b for b in _bins(column_values(X, number)) if b[1].sum() >= LEAST_ROWS]
        if len(bins) > 1:
            means = [_mean(losses[inside]) for _, inside in bins]
            found.append(
                (np.nan_to_num(np.ptp(means)), [("feature", f"{name} {t}", i) for t, i in bins])
            )
    found.sort(key=lambda item: -item[0])
    return [region for _, bins in found[:MOST_FEATURES] for region in bins]


def _stands_out(values, inside, bound, tolerance) -> bool:
    """Say whether the mean inside is higher than outside, beyond tolerance and chance."""
    known = np.isfinite(values)
    a, b = values[known & inside], values[known & ~inside]
    if len(a) < LEAST_ROWS or len(b) < len(a):  # most of the rows are no region
        return False
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    difference = a.mean() - b.mean()
    return bool(difference > tolerance and difference > bound * error)


def region_findings(regions: pd.DataFrame, write: Callable[[float], str]) -> list[Finding]:
    """Name the regions that stand out most, one finding for each gap.

    Parameters
    ----------
    regions : DataFrame
        From :func:`find_regions`.
    write : callable
        Writes an error.
    """
    findings = []
    for gap, column in (("bias", "training_error"), ("variance", "variance")):
        high = regions[[gap in text for text in regions["stands_out"]]]
        if not len(high):
            continue
        worst = high.sort_values(column, ascending=False).head(TOLD)
        told = listing(
            (
                f"{row.region if row.region.startswith(row.kind) else f'{row.kind} {row.region}'} ("
                f"{write(getattr(row, column))}, {row.n_rows} rows)"
                for row in worst.itertuples()
            ),
            most=TOLD,
        )
        more = f", and {len(high) - TOLD} more regions" if len(high) > TOLD else ""
        what = "training error" if gap == "bias" else "gap"
        beyond = " to new rows" if gap == "variance" else ""
        findings.append(
            Finding(
                f"{what} by region",
                "region",
                f"The {what}{beyond} is higher than elsewhere in {told}{more}.",
            )
        )
    return findings
