"""A moment as numbers that a network can learn from: days elapsed, month, day, weekday, hour."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import validate_data

from skdl.tables.column_encoder import ColumnEncoder
from skdl.tables.kinds import moments
from skdl.tools.given import named_errors

__all__ = ["DateEncoder"]

Array = np.ndarray
DAY = 86_400  # seconds
FARTHEST = 253_402_300_800.0  # seconds from 1970 to the year 10 000


class DateEncoder(ColumnEncoder):
    """Encode dates and times by their parts.

    ``days`` counts from the first date of the training rows, ``month`` from 1 to 12, ``day`` of the
    month from 1 to 31, ``weekday`` from 1, Monday, to 7; ``hour`` has minutes and seconds as its
    fraction. Parts that are the same in all training rows are left out, but for the days. The clock
    is the one of the column's own time zone. Missing dates give missing parts (nan).

    Attributes
    ----------
    n_features_in_ : int
        Columns seen by ``fit``.

    See Also
    --------
    PiecewiseLinearEncoder : Lets a network bend at any hour or day.
    PeriodicEncoder : Lets December be next to January.

    Examples
    --------
    >>> import pandas as pd
    >>> from skdl.tables import DateEncoder
    >>> X = pd.DataFrame({"sold": pd.to_datetime(["2020-01-01", "2020-02-03", "2020-02-05"])})
    >>> encoder = DateEncoder().fit(X)
    >>> encoder.get_feature_names_out().tolist()
    ['sold days', 'sold month', 'sold day', 'sold weekday']
    >>> encoder.transform(X)
    array([[ 0.,  1.,  1.,  3.],
           [33.,  2.,  3.,  1.],
           [35.,  2.,  5.,  3.]])
    """

    def _check_columns(self, X, y=None, *, fresh):
        """Return seconds since 1970, nan where a date is missing; numbers are taken as such."""
        X = moments(X, type(self).__name__)
        with named_errors(type(self).__name__, "X"):
            X = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=fresh)
        if np.nanmax(np.abs(X), initial=0) > FARTHEST:
            raise ValueError(
                f"{type(self).__name__}: X must hold dates, or seconds since 1970 that are "
                f"{FARTHEST:g} at most; got {np.nanmax(np.abs(X)):g}"
            )
        return X, None

    def _learn(self, x, y, rng):
        known = x[~np.isnan(x)]
        first = float(known.min(initial=np.inf)) if len(known) else 0.0
        varying = [n for n, part in _parts(known, first).items() if n == "days" or _varies(part)]
        return first, varying

    def _encode(self, x, learned):
        first, varying = learned
        parts = _parts(x, first)
        return np.column_stack([parts[name] for name in varying])

    def _names(self, name, learned):
        return [f"{name} {part}" for part in learned[1]]

    def __sklearn_tags__(self) -> Any:
        """Say what data the transformer takes."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64"]
        return tags


def _varies(part: Array) -> bool:
    return len(part) > 0 and bool((part != part[0]).any())


def _parts(seconds: Array, first: float) -> dict[str, Array]:
    """Return the parts of moments, nan where one is missing."""
    missing = np.isnan(seconds)
    moment = np.where(missing, 0, seconds)
    day = np.floor(moment / DAY).astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    parts = {
        "days": (moment - first) / DAY,
        "month": month.astype(int) % 12 + 1.0,
        "day": (day - month).astype(int) + 1.0,
        "weekday": (day.astype(int) + 3) % 7 + 1.0,  # 1 January 1970 was a Thursday
        "hour": moment % DAY / 3600,
    }
    return {name: np.where(missing, np.nan, part) for name, part in parts.items()}
