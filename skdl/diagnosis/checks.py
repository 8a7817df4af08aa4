"""What ``diagnose`` refuses, and the message that says why."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_classifier, is_regressor
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from skdl.core.component import Interval
from skdl.diagnosis.findings.finding import CODES
from skdl.diagnosis.fitted_ensemble import FITTED
from skdl.tools.checks import listed, refuse
from skdl.tools.given import as_column, kind_of_target, plain_inputs, plain_target

if TYPE_CHECKING:
    from skdl.diagnosis.error_measure import ErrorMeasure

__all__ = ["check_codes", "check_data", "check_settings"]


def _real(value) -> bool:
    """Say whether a value is a finite number."""
    return Interval().allows(value)


def check_settings(
    *,
    error: ErrorMeasure,
    bayes_error: Any,
    tolerance: Any,
    target_error: Any,
    cv: Any,
    n_repeats: Any,
    train_sizes: Any,
    confidence: Any,
) -> tuple[float, int]:
    """Check the parameters of ``diagnose``; return the tolerance and the number of repeats."""
    upper = 1 if error.best == 1 else np.inf
    an_error = "in [0, 1)" if upper == 1 else "a number >= 0"
    if isinstance(bayes_error, str) and bayes_error == "estimate":
        if not error.is_mean_over_rows:
            raise ValueError(
                'diagnose: bayes_error="estimate" needs the default scoring, an error rate or a '
                f"share of the variance; got the error {error.name!r}"
            )
    elif bayes_error is not None and not (_real(bayes_error) and 0 <= bayes_error < upper):
        refuse("diagnose", "bayes_error", f'{an_error}, "estimate" or None', bayes_error)
    if target_error is not None and not (_real(target_error) and 0 <= target_error < upper):
        refuse("diagnose", "target_error", f"{an_error} or None", target_error)
    if tolerance is None:
        if error.best != 1:
            raise ValueError(
                f"diagnose: tolerance must be given with the loss {error.name!r}, which has no "
                "natural scale: the size, in its units, up to which a gap is small; got None"
            )
        tolerance = 0.02
    if not _real(tolerance) or tolerance <= 0:
        refuse("diagnose", "tolerance", "a number > 0 or None", tolerance)
    wrong_name = isinstance(cv, str) and cv != FITTED
    if wrong_name or isinstance(cv, bool) or (isinstance(cv, Integral) and cv < 2) or cv is None:
        allowed = f"an int >= 2, a splitter, an iterable of splits or {FITTED!r}"
        refuse("diagnose", "cv", allowed, cv)
    if n_repeats is not None:
        if not isinstance(n_repeats, Integral) or isinstance(n_repeats, bool) or n_repeats < 1:
            refuse("diagnose", "n_repeats", "an int >= 1 or None", n_repeats)
        if not isinstance(cv, Integral):
            raise ValueError(
                "diagnose: n_repeats has no effect with a cv that is not an int; use a splitter "
                f"that repeats itself, as RepeatedKFold does; got {n_repeats=} and {cv=}"
            )
    allowed = "a sequence of shares in (0, 1], or ()"
    sizes = listed("diagnose", "train_sizes", train_sizes, allowed)
    if not all(_real(size) and 0 < size <= 1 for size in sizes):
        refuse("diagnose", "train_sizes", allowed, train_sizes)
    if not _real(confidence) or not 0 < confidence < 1:
        refuse("diagnose", "confidence", "in (0, 1)", confidence)
    return float(tolerance), 2 if n_repeats is None else int(n_repeats)


def check_codes(ignore: Any) -> set[str]:
    """Check the codes of findings; return them as a set."""
    known = list(CODES.values())
    allowed = f"a sequence of codes from {', '.join(known)}"
    codes = listed("diagnose", "ignore", ignore, allowed)
    if not all(isinstance(code, str) and code in known for code in codes):
        refuse("diagnose", "ignore", allowed, ignore)
    return set(codes)


def _first_bad_value(X, allow_nan: bool) -> str | None:
    """Name the first kind of non-finite number in `X`; None if there is none."""
    if hasattr(X, "select_dtypes"):
        X = X.select_dtypes("number").to_numpy(dtype=np.float64, na_value=np.nan)
    values = X.data if issparse(X) else np.asarray(X)
    if values.dtype.kind != "f":
        return None
    if np.isinf(values).any():
        return "infinity"
    return "NaN" if not allow_nan and np.isnan(values).any() else None


def _check_target(y, classifier: bool, cv) -> bool:
    """Check `y`; return whether the folds can be stratified by it."""
    values = np.asarray(y)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ValueError("diagnose: y must be finite; got NaN or infinity")
    if not classifier:
        if values.ndim == 1 and len(np.unique(values)) == 1:
            raise ValueError(f"diagnose: y must hold more than one value; got only {values[0]!s}")
        if isinstance(cv, Integral) and len(values) < 2 * cv:
            raise ValueError(
                f"diagnose: cv={cv} needs at least {2 * cv} rows, two a part; got {len(values)}"
            )
        return False
    kind = kind_of_target("diagnose", y)
    if kind.startswith("continuous"):
        raise ValueError("diagnose: y must hold class labels for a classifier; got real numbers")
    if kind not in ("binary", "multiclass"):
        return False
    classes, counts = np.unique(values, return_counts=True)
    if len(classes) < 2:
        raise ValueError(f"diagnose: y must hold at least two classes; got only {classes[0]!s}")
    if isinstance(cv, Integral) and counts.min() < cv:
        rarest = classes[counts.argmin()]
        raise ValueError(
            f"diagnose: cv={cv} needs at least {cv} rows of each class; "
            f"class {rarest!s} has {counts.min()}"
        )
    return True


def check_data(
    estimator: Any, X: Any, y: Any, *, groups: Any, cv: Any
) -> tuple[object, object, int, int, bool]:
    """Check the data; return X, y, the numbers of rows and features, and whether to stratify."""
    X, classifier = plain_inputs("diagnose", X), is_classifier(estimator)
    y = plain_target("diagnose", y, numeric=is_regressor(estimator))
    y = as_column("diagnose", y, warns=classifier)
    if groups is not None and np.ndim(groups) != 1:
        refuse("diagnose", "groups", "an array with one entry a row, or None", groups)
    n_rows, n_features = X.shape[0], int(np.prod(X.shape[1:]))
    if n_rows == 0 or n_features == 0:
        raise ValueError(f"diagnose: X must have at least one row and one feature; got {X.shape}")
    for name, part in (("y", y), ("groups", groups)):
        if part is not None and len(part) != n_rows:
            raise ValueError(
                f"diagnose: {name} must have as many rows as X, {n_rows}; got {len(part)}"
            )
    n_groups = np.inf if groups is None else len(np.unique(groups))
    if isinstance(cv, Integral) and n_groups < cv:
        raise ValueError(f"diagnose: cv={cv} needs at least {cv} groups; got {n_groups}")
    stratify = _check_target(y, classifier, cv)
    # A pipeline may impute; then its first step, not we, decide what is missing.
    allow_nan = isinstance(estimator, Pipeline) or get_tags(estimator).input_tags.allow_nan
    bad = _first_bad_value(X, allow_nan)
    if bad:
        raise ValueError(f"diagnose: X must be finite; got {bad}")
    return X, y, n_rows, n_features, stratify
