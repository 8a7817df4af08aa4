r"""The Bayes error, bounded by nearest neighbours: what no model can beat.

Two equal inputs with different targets cannot both be predicted, so targets of close neighbours
tell how much is noise.

*Classification* (Cover and Hart, 1967). With many rows the error :math:`R` of the one-nearest-
neighbour rule lies between the Bayes error :math:`R^*` and :math:`R^*(2 - \tfrac{K}{K-1}R^*)`, for
:math:`K` classes. Solved for the Bayes error,

.. math:: R^* \ge \frac{K-1}{K}\Bigl(1 - \sqrt{1 - \tfrac{K}{K-1}R}\Bigr).

*Regression* (the Gamma test of Stefánsson, Končar and Jones, 1997; Evans and Jones, 2002). With
:math:`j(i,k)` the :math:`k`-th neighbour of row :math:`i`, half the mean squared difference of
targets :math:`\gamma_k` falls to the noise variance as the mean squared distance :math:`\delta_k`
falls to 0: the intercept of the line through :math:`(\delta_k, \gamma_k)`.

How far to trust them: neighbours must be close. In many dimensions or with few rows they are not,
and both estimates are too high, which makes the bias look too small. So they are bounded by the
lowest validation error that any model reached, and it is said how far away the neighbours are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_classifier

from skdl.tools.checks import refuse

if TYPE_CHECKING:
    import pandas as pd

    from skdl.diagnosis.folds import Fold

__all__ = ["BayesEstimate", "bayes_of", "cover_hart", "estimate_bayes_error", "gamma_test"]

MOST_ROWS = 5000
NEIGHBOURS = 10  # of the Gamma test
CLOSE = 0.05  # neighbours are, if their distance is below this share of that of any two rows


@dataclass(frozen=True)
class BayesEstimate:
    """The Bayes error, estimated.

    Parameters
    ----------
    value : float
        The estimate that the bias is measured from: the lower bound.
    upper : float
        An upper bound: the lowest validation error of any model, so what is known to be possible.
    origin : {"unknown", "given", "estimated"}
        Where it is from; where it is unknown, the value is 0.
    told : str
        How it was estimated and how far to trust it, in a sentence or two.
    """

    value: float
    upper: float
    origin: str
    told: str


def cover_hart(error: float, n_classes: int) -> float:
    """Return the lower bound on the Bayes error from that of one nearest neighbour.

    Examples
    --------
    Labels of two classes, a fifth of them wrong: two neighbours disagree with probability 0.32.

    >>> round(cover_hart(0.32, 2), 3)
    0.2
    """
    most = (n_classes - 1) / n_classes
    return float(most * (1 - np.sqrt(max(0.0, 1 - error / most))))


def gamma_test(X: Any, y: Any) -> float:
    """Return the variance of the noise in `y`.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    y : array of shape (n_rows,)

    Examples
    --------
    >>> x = np.linspace(0, 1, 1000)
    >>> noise = np.where(np.arange(1000) % 2, 0.1, -0.1)  # its variance is 0.01
    >>> print(f"{gamma_test(x[:, None], np.sin(6 * x) + noise):.2f}")
    0.01
    """
    from sklearn.neighbors import NearestNeighbors

    k = min(NEIGHBOURS, len(y) - 1)
    distance, neighbour = NearestNeighbors(n_neighbors=k).fit(X).kneighbors()
    delta = np.mean(np.square(distance), axis=0)
    gamma = 0.5 * np.mean(np.square(y[neighbour] - y[:, None]), axis=0)
    if np.ptp(delta) == 0:
        return float(gamma[0])
    slope, intercept = np.polyfit(delta, gamma, 1)
    return float(np.clip(intercept, 0, gamma[0]) if slope > 0 else gamma.mean())


def estimate_bayes_error(X: Any, y: Any, *, classifier: bool, lowest_error: float) -> BayesEstimate:
    """Estimate the error rate, or the share of the variance, that no model can go below.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_rows, n_features)
        The inputs as the model sees them.
    y : array-like of shape (n_rows,)
        The targets.
    classifier : bool
        Whether `y` holds classes.
    lowest_error : float
        The lowest validation error of any model that was measured.

    Returns
    -------
    BayesEstimate

    References
    ----------
    Cover and Hart (1967), "Nearest neighbor pattern classification".
    Evans and Jones (2002), "A proof of the Gamma test".
    """
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import StandardScaler

    y = np.asarray(y)
    rows = np.random.default_rng(0).permutation(len(y))[:MOST_ROWS]
    X = X.tocsr()[rows].toarray() if issparse(X) else np.asarray(X, dtype=np.float64)[rows]
    X, y = StandardScaler().fit_transform(X), y[rows]
    closeness = _closeness(X)
    if classifier:
        neighbour = NearestNeighbors(n_neighbors=1).fit(X).kneighbors(return_distance=False)[:, 0]
        error = float(np.mean(y[neighbour] != y))
        low = cover_hart(error, len(np.unique(y)))
        how = f"from the error of one nearest neighbour, {100 * error:.1f} % (Cover and Hart, 1967)"
    else:
        low = min(1.0, gamma_test(X, y.astype(np.float64)) / y.var())
        how = "from the targets of close rows (the Gamma test, Evans and Jones, 2002)"
    value = min(low, max(lowest_error, 0.0))
    trust = (
        f"A row's nearest neighbour is {100 * closeness:.0f} % as far away as any other row: "
        + (
            "close, so the estimate can be trusted."
            if closeness < CLOSE
            else "not close, so the estimate tends to be too high and the bias to look too small."
        )
    )
    told = (
        f"The Bayes error is estimated {how}; it lies below {100 * lowest_error:.1f} %, which a "
        f"model reached. {trust}"
    )
    return BayesEstimate(float(value), float(lowest_error), "estimated", told)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # refused, if it comes to nothing
def bayes_of(
    bayes_error: float | str | None,
    folds: list[Fold],
    compared: pd.DataFrame,
    y: Any,
    estimator: Any,
) -> BayesEstimate:
    """Take what the user says, or estimate.

    Parameters
    ----------
    bayes_error : float, "estimate" or None
        A parameter of ``diagnose``.
    folds : list of Fold
        The measured folds; the first one holds the inputs.
    compared : DataFrame
        The baselines.
    y : array-like
        The targets.
    estimator : estimator
        What is diagnosed.
    """
    if bayes_error is None:
        return BayesEstimate(0.0, np.nan, "unknown", "")
    if bayes_error != "estimate":
        return BayesEstimate(float(bayes_error), np.nan, "given", "")
    if np.ndim(y) > 1:
        refuse("diagnose", "bayes_error", "a number with several outputs or labels", bayes_error)
    own = float(np.mean([fold.validation_error for fold in folds]))
    lowest = min([own, *compared["validation_error"]])
    found = estimate_bayes_error(
        folds[0].inputs, y, classifier=is_classifier(estimator), lowest_error=lowest
    )
    if not np.isfinite(found.value):
        allowed = "a number where close rows tell nothing, because their numbers overflow"
        refuse("diagnose", "bayes_error", allowed, bayes_error)
    return found


def _closeness(X) -> float:
    """Return the median distance to the nearest neighbour over that to any row."""
    from sklearn.neighbors import NearestNeighbors

    X = np.ldexp(X, -np.frexp(np.abs(X).max())[1])  # near 1: squares of huge numbers overflow
    near = np.median(NearestNeighbors(n_neighbors=1).fit(X).kneighbors()[0])
    other = np.random.default_rng(0).permutation(len(X))
    far = np.median(np.linalg.norm(X - X[other], axis=1))
    return float(near / far) if far > 0 else 1.0
