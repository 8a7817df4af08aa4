"""``final_test``: the error on rows that nothing was chosen by, measured once, at the very end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, is_classifier, is_regressor

from skdl.diagnosis.error_measure import ErrorMeasure
from skdl.diagnosis.telling.numbers import format_error
from skdl.tools.checks import check_estimator_object, refuse
from skdl.tools.given import as_column, plain_inputs, plain_target
from skdl.tools.rows import n_rows, rows_of
from skdl.tools.types import Inputs, Targets

__all__ = ["HeldOut", "final_test", "measure_once", "wilson_interval"]

N_DRAWS = 200


@dataclass(frozen=True)
class HeldOut:
    """What rows that were held out said: prints as a sentence.

    Parameters
    ----------
    what : str
        What was tested: the model, or with which change.
    n_rows : int
        The number of rows in the test part.
    error, low, high : float
        The error, with its 95 % interval.
    before : HeldOut or None, default=None
        What it said of the model unchanged, where it was changed.
    error_name : str, default="error rate"
        What the error is.
    in_percent : bool, default=True
        Whether it is written in percent.

    See Also
    --------
    final_test : Makes it.

    Examples
    --------
    >>> print(HeldOut("the model", 100, 0.02, 0.006, 0.07))
    error rate of the model on 100 rows held out: 2.0 % (95 % interval 0.6 % to 7.0 %)
    """

    what: str
    n_rows: int
    error: float
    low: float
    high: float
    before: HeldOut | None = None
    error_name: str = "error rate"
    in_percent: bool = True

    def __str__(self) -> str:
        error, low, high = (
            format_error(value, self.in_percent) for value in (self.error, self.low, self.high)
        )
        return (
            f"{self.error_name} of {self.what} on {self.n_rows} rows held out: {error} (95 % "
            f"interval {low} to {high})"
        )


def wilson_interval(errors: int, n: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval for a share of rows.

    Parameters
    ----------
    errors : int
        Rows that are wrong.
    n : int
        Rows.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference".

    Examples
    --------
    >>> print("{:.3f} {:.3f}".format(*wilson_interval(0, 100)))
    0.000 0.037
    """
    z2 = 1.959964**2
    centre = (errors + z2 / 2) / (n + z2)
    half = np.sqrt(z2) / (n + z2) * np.sqrt(errors * (n - errors) / n + z2 / 4)
    return float(max(centre - half, 0)), float(min(centre + half, 1))


def measure_once(fitted: Any, X: Any, y: Any, measure: ErrorMeasure, what: str) -> HeldOut:
    """Measure a fitted estimator on rows that were held out.

    The interval of an error rate is Wilson's, of any other error that of a bootstrap over the rows.

    Parameters
    ----------
    fitted : estimator
        Fitted to other rows.
    X, y : array-like
        The rows that were held out.
    measure : ErrorMeasure
        The error.
    what : str
        What is tested, in words.
    """
    error = measure.error(measure.scorer(fitted, X, y))
    if measure.name == "error rate":
        low, high = wilson_interval(round(error * len(y)), len(y))
    else:
        rng = np.random.default_rng(0)
        draws = [rng.integers(len(y), size=len(y)) for _ in range(N_DRAWS)]
        errors = [measure.error(measure.scorer(fitted, rows_of(X, d), y[d])) for d in draws]
        low, high = np.quantile(errors, [0.025, 0.975])
        # A ratio such as 1 − R² may be smallest on the rows as they are, not redrawn.
        low, high = min(low, error), max(high, error)
    values = (float(error), float(low), float(high))
    return HeldOut(what, len(y), *values, None, measure.name, measure.best == 1)


def final_test(
    estimator: BaseEstimator,
    X_test: Inputs,
    y_test: Targets,
    *,
    scoring: str | Callable[..., float] | None = None,
) -> HeldOut:
    """Measure a fitted estimator on rows that nothing was chosen by: once, at the very end.

    Set these rows aside before you look at anything (``train_test_split``). An error that was used
    to choose between models is too low: the more were compared, the more so.

    Parameters
    ----------
    estimator : estimator
        Fitted to other rows.
    X_test : array-like, sparse matrix or data frame of shape (n_rows, n_features)
        The inputs that were held out.
    y_test : array-like of shape (n_rows,) or (n_rows, n_outputs)
        Their targets.
    scoring : str, callable or None, default=None
        As for :func:`diagnose`: None measures the error rate, or :math:`1 - R^2`.

    Returns
    -------
    tested : HeldOut
        The error with its 95 % interval: Wilson's for an error rate, else a bootstrap over rows.

    Raises
    ------
    ValueError
        If there are fewer than two rows, or not as many targets.

    See Also
    --------
    diagnose : What to do before, on the other rows.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference".

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import train_test_split
    >>> X, X_test, y, y_test = train_test_split(*load_iris(return_X_y=True), random_state=0)
    >>> print(final_test(LogisticRegression(max_iter=500).fit(X, y), X_test, y_test))
    error rate of the model on 38 rows held out: 2.6 % (95 % interval 0.5 % to 13.5 %)
    """
    check_estimator_object("final_test", estimator)
    measure = ErrorMeasure.make(estimator, scoring)
    X, numeric = plain_inputs("final_test", X_test), is_regressor(estimator)
    y = plain_target("final_test", y_test, numeric=numeric)
    y = as_column("final_test", y, warns=is_classifier(estimator))
    if n_rows(X) != len(y):
        refuse("final_test", "y_test", f"a target for each of {n_rows(X)} rows", len(y))
    if len(y) < 2:
        refuse("final_test", "X_test", "two rows or more", len(y))
    return measure_once(estimator, X, y, measure, "the model")
