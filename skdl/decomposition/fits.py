"""The fits of one model to many data sets, on a grid of one or two inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, is_classifier

from skdl.core.component import Interval
from skdl.decomposition.data_sets import Resampler, Sampler, plain_rows, predict_all, rows_to_draw
from skdl.estimators.parameters.arguments import check_arguments
from skdl.tools.checks import check_estimator_object, refuse
from skdl.tools.given import named_errors
from skdl.tools.types import Inputs, Seed, Targets

__all__ = ["Fits", "fits_on_grid"]

OWNER = "FitsDisplay"
RULES = {"n_datasets": Interval(2, integer=True)}
ALONG = {1: 200, 2: 120}  # points of the grid along an input
MARGIN = 0.05  # of the range of the data, on both sides


@dataclass
class Fits:
    """What many fits say on a grid.

    Attributes
    ----------
    grid : ndarray of shape (n_points, n_inputs)
        Where they were asked: in order along one input, or row by row over two.
    predictions : ndarray of shape (n_datasets, n_points)
        Predicted values, or the numbers of predicted classes.
    X, y : ndarray of shape (n_rows, n_inputs) and (n_rows,)
        One of the data sets, or the rows that they are drawn from.
    classes : ndarray or None
        The class labels of a classifier.
    """

    grid: np.ndarray
    predictions: np.ndarray
    X: np.ndarray
    y: np.ndarray
    classes: np.ndarray | None

    @property
    def main(self) -> np.ndarray:
        """The mean prediction at each point; the number of the most frequent class."""
        if self.classes is None:
            return self.predictions.mean(axis=0)
        votes = [(self.predictions == k).sum(axis=0) for k in range(len(self.classes))]
        return np.argmax(votes, axis=0)


def fits_on_grid(
    estimator: BaseEstimator,
    X: Inputs | None = None,
    y: Targets | None = None,
    *,
    sampler: str | Callable[[np.random.Generator], tuple[Any, Any]] = "bootstrap",
    n_datasets: int = 20,
    train_size: int | float | None = None,
    n_jobs: int | None = None,
    random_state: Seed = None,
) -> Fits:
    """Fit clones to many data sets and ask them on a grid over the inputs.

    Parameters
    ----------
    estimator : scikit-learn classifier, regressor or pipeline
        What is trained.
    X, y : array-like of shape (n_rows, 1 or 2) and (n_rows,), default=None
        The rows that data sets are drawn from; None with a `sampler` that makes its own.
    sampler : {"bootstrap", "subsample"} or callable, default="bootstrap"
        As for :func:`bias_variance_decomposition`.
    n_datasets : int, default=20
        Data sets, and fits.
    train_size : int or float, default=None
        Rows of a data set that is drawn from X.
    n_jobs : int, default=None
        How many fits run at once.
    random_state : int, Generator or None, default=None
        Decides the data sets.

    Raises
    ------
    ValueError
        If there are more than two inputs, or several outputs.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> X, y = np.arange(6.0)[:, None], np.array([0.0, 1.0, 4.0, 9.0, 16.0, 25.0])
    >>> fits = fits_on_grid(LinearRegression(), X, y, n_datasets=3, random_state=0)
    >>> fits.grid.shape, fits.predictions.shape
    ((200, 1), (3, 200))
    """
    check_estimator_object(OWNER, estimator)
    check_arguments(OWNER, RULES, n_datasets=n_datasets, n_jobs=n_jobs, random_state=random_state)
    rng = np.random.default_rng(random_state)
    if callable(sampler):
        if X is not None or y is not None:
            refuse(OWNER, "X and y", "None with a sampler that makes its own data sets", "some")
        draw: Any = Sampler(estimator, sampler)
        X, y = draw(rng)
    elif X is None or y is None:
        refuse(OWNER, "X and y", f"given with sampler={sampler!r}", None)
    else:
        X, y = plain_rows(estimator, X, y, ("X", "y"))
        size = rows_to_draw(sampler, train_size, len(y))
        draw = Resampler(X, y, sampler == "bootstrap", size)
    if issparse(X):
        refuse(OWNER, "X", "a dense array or a frame", type(X).__name__)
    with named_errors(OWNER, "X"):
        values, y = np.asarray(X, dtype=float), np.asarray(y)
    if values.ndim != 2 or values.shape[1] not in ALONG or y.ndim > 1:
        refuse(OWNER, "X", "of one or two inputs, with one output", f"shape {values.shape}")
    grid = _grid(values)
    loss = "zero_one" if is_classifier(estimator) else "squared_error"
    predictions, classes = predict_all(
        estimator,
        draw,
        grid,
        loss,
        labels=[y],
        n_datasets=n_datasets,
        rng=rng,
        n_jobs=n_jobs,
        verbose=0,
    )
    return Fits(grid, predictions.reshape(n_datasets, len(grid)), values, y, classes)


def _grid(X: np.ndarray) -> np.ndarray:
    """Return points that cover the data: along one input, or row by row over two."""
    low, high = X.min(axis=0), X.max(axis=0)
    low, high = low - MARGIN * (high - low), high + MARGIN * (high - low)
    n = ALONG[X.shape[1]]
    axes = [np.linspace(a, b, n) for a, b in zip(low, high, strict=True)]
    return np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, X.shape[1])
