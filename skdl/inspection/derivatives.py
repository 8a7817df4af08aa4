r"""Derivatives of the objective of a fitted network: gradient, curvature, condition, noise.

At a minimum the gradient is 0 and no eigenvalue of the Hessian is negative. The ratio of the
largest to the smallest in size, the *condition number*, says how much slower the flattest direction
is than the steepest: gradient descent needs about so many steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from skdl.core.component import Interval
from skdl.core.layers import Pass
from skdl.core.objective import Objective
from skdl.core.training.fit import Data
from skdl.estimators.parameters.arguments import check_arguments
from skdl.estimators.parameters.resolve import resolve_settings
from skdl.inspection.network import network_and_rows
from skdl.tools.checks import listed, refuse
from skdl.tools.given import named_errors
from skdl.tools.inside import fitted_network_of_skdl
from skdl.tools.types import Inputs, Targets
from skdl.tools.warning import warn_of_overflow

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Curvature",
    "gradient_noise",
    "hessian_eigenvalues",
    "hessian_vector_product",
    "layer_norms",
    "loss_and_gradient",
]

DENSE = 50  # with fewer parameters the Hessian is made whole, for Lanczos needs room


class Batch:
    """The objective of a network on some rows, without dropout and noise."""

    def __init__(self, mlp: Any, data: Data) -> None:
        settings = resolve_settings(mlp, data.n, mlp.n_features_in_)
        self.network = mlp._network
        self.objective = Objective(
            mlp._network, mlp._loss, settings.penalties, settings.penalize_bias
        )
        data = data.whole()
        self.rows = data.X, np.asarray(data.y[:]), data.weight
        self.work = self.network.workspace(data.n)

    def value(self) -> float:
        """Return J."""
        return float(self.objective.value(*self.rows, self.work, Pass(weight=self.rows[2])))

    def gradient(self) -> np.ndarray:
        """Return the gradient of J."""
        run = Pass(weight=self.rows[2])
        return self.objective.gradient(*self.rows, self.work, run).astype(np.float64)

    def product(self, v: np.ndarray) -> np.ndarray:
        """Return H v."""
        run, v = Pass(weight=self.rows[2]), np.asarray(v, self.network.dtype).ravel()
        hv = self.objective.hessian_vector(v, *self.rows, self.work, run)
        return hv.astype(np.float64)


def loss_and_gradient(
    estimator: BaseEstimator, X: Inputs, y: Targets, sample_weight: ArrayLike | None = None
) -> tuple[float, np.ndarray]:
    r"""Return the objective J on some rows, and its gradient, where the fit ended.

    .. math:: J = \frac1n \sum_i \omega_i\,\ell(y_i, r(x_i)) + \text{penalties}

    Parameters
    ----------
    estimator : estimator
        A fitted network of skdl, or a pipeline that ends in one. It is not changed.
    X : array-like of shape (n_rows, n_features)
        The rows.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        Their targets.
    sample_weight : array-like of shape (n_rows,), default=None
        Their weights.

    Returns
    -------
    value : float
        The objective: the weighted mean loss and the penalties.
    gradient : ndarray of shape (n_parameters,), float64
        In the order of the network's parameter vector: all weights, then all else. A penalty with
        a corner (``l1``) is in the value, but not in the gradient.

    See Also
    --------
    hessian_vector_product : The second derivative, in a direction.
    trace : Shows all that is between.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((4,), optimizer="lbfgs", l2=0.1, max_iter=500, random_state=0).fit(X, y)
    >>> value, gradient = loss_and_gradient(mlp, X, y)
    >>> bool(np.linalg.norm(gradient) < 1e-2)
    True
    """
    batch = Batch(*network_and_rows("loss_and_gradient", estimator, X, y, sample_weight))
    with np.errstate(all="ignore"):
        value, gradient = batch.value(), batch.gradient().copy()
    warn_of_overflow("loss_and_gradient", value, gradient)
    return value, gradient


def hessian_vector_product(
    estimator: BaseEstimator,
    X: Inputs,
    y: Targets,
    v: ArrayLike,
    sample_weight: ArrayLike | None = None,
) -> np.ndarray:
    r"""Return :math:`H v`, with H the Hessian of the objective on some rows (Pearlmutter, 1994).

    Parameters
    ----------
    estimator, X, y, sample_weight
        As for :func:`loss_and_gradient`.
    v : array-like of shape (n_parameters,)
        The direction.

    Returns
    -------
    product : ndarray of shape (n_parameters,), float64
        In the order of the network's parameter vector.

    Raises
    ------
    ValueError
        If ``v`` has another shape.

    See Also
    --------
    hessian_eigenvalues : The extreme curvatures.

    References
    ----------
    Pearlmutter (1994), "Fast exact multiplication by the Hessian".

    Examples
    --------
    >>> from skdl import MLPRegressor
    >>> mlp = MLPRegressor((), l2=0.0, max_iter=1, n_iter_no_change=None, scale_target=False)
    >>> mlp = mlp.fit([[1.0], [2.0]], [0.0, 1.0])
    >>> v = [1.0, 0.0]  # gives the means of x² and of x
    >>> hessian_vector_product(mlp, [[1.0], [2.0]], [0.0, 1.0], v).tolist()
    [2.5, 1.5]
    """
    batch = Batch(*network_and_rows("hessian_vector_product", estimator, X, y, sample_weight))
    n = batch.network.n_parameters
    with named_errors("hessian_vector_product", "v", f"({n},)"):
        direction = np.asarray(v, np.float64)
    if direction.shape != (n,):
        refuse("hessian_vector_product", "v", f"of shape ({n},)", direction.shape)
    with np.errstate(all="ignore"):
        product = batch.product(direction)
    warn_of_overflow("hessian_vector_product", product)
    return product


@dataclass(frozen=True)
class Curvature:
    """The extreme eigenvalues of a Hessian, and what they say of the point.

    Parameters
    ----------
    smallest, largest : ndarray
        The smallest and the largest eigenvalues, each in increasing order.
    gradient_norm : float
        Of the same objective at the same point.

    See Also
    --------
    hessian_eigenvalues : Makes it.

    Examples
    --------
    >>> saddle = Curvature(np.array([-1.0]), np.array([4.0]), gradient_norm=0.0)
    >>> saddle.point, saddle.condition
    ('saddle', 4.0)
    """

    smallest: np.ndarray
    largest: np.ndarray
    gradient_norm: float

    @property
    def condition(self) -> float:
        """The largest eigenvalue over the smallest, both in size, of those that were computed."""
        sizes = np.abs([self.smallest[0], self.largest[-1]])
        return float(sizes.max() / sizes.min()) if sizes.min() > 0 else float("inf")

    @property
    def point(self) -> str:
        """What the point is, if the gradient is 0: "minimum", "maximum", "saddle" or "flat".

        Eigenvalues within a millionth of the largest in size count as 0; "flat" is a point that
        has such, and else only positive ones (or negative ones): the Hessian cannot tell.
        """
        low, high = self.smallest[0], self.largest[-1]
        zero = 1e-6 * max(abs(low), abs(high))
        if low < -zero and high > zero:
            return "saddle"
        if low > zero:
            return "minimum"
        return "maximum" if high < -zero else "flat"


def hessian_eigenvalues(
    estimator: BaseEstimator,
    X: Inputs,
    y: Targets,
    *,
    k: int = 1,
    sample_weight: ArrayLike | None = None,
) -> Curvature:
    """Return the extreme eigenvalues of the Hessian of the objective, by Lanczos' method.

    Parameters
    ----------
    estimator, X, y, sample_weight
        As for :func:`loss_and_gradient`.
    k : int, default=1
        How many from each end.

    Returns
    -------
    curvature : Curvature
        It has the condition number, and says what kind of point it is.

    Raises
    ------
    ValueError
        If ``k`` is no integer from 1 to the number of parameters.

    See Also
    --------
    scipy.sparse.linalg.eigsh : Finds them from Hessian-vector products.
    loss_landscape : Draws the objective in two directions.

    References
    ----------
    Lanczos (1950), "An iteration method for the solution of the eigenvalue problem".

    Examples
    --------
    Inputs of unit variance, of correlation 0.9: the curvatures are 1.9 and 0.1.

    >>> from skdl import MLPRegressor
    >>> X = np.array([[1.0, 1], [-1, -1]] * 19 + [[1, -1], [-1, 1]])
    >>> mlp = MLPRegressor((), l2=0.0, fit_intercept=False, scale_target=False, max_iter=1)
    >>> mlp = mlp.set_params(n_iter_no_change=None).fit(X, X[:, 0])
    >>> found = hessian_eigenvalues(mlp, X, X[:, 0])
    >>> found.smallest.round(3).tolist(), found.largest.round(3).tolist(), round(found.condition, 3)
    ([0.1], [1.9], 19.0)
    """
    from scipy.sparse.linalg import LinearOperator, eigsh

    batch = Batch(*network_and_rows("hessian_eigenvalues", estimator, X, y, sample_weight))
    n = batch.network.n_parameters
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 1 <= k <= n:
        refuse("hessian_eigenvalues", "k", f"an int from 1 to {n}, the number of parameters", k)

    def product(v: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            Hv = batch.product(v)
        if not np.isfinite(Hv).all():
            raise ValueError(
                "hessian_eigenvalues: the second derivative must be finite on these rows; it "
                "overflows: bring the inputs, the targets or the weights to a moderate size"
            )
        return Hv

    with np.errstate(all="ignore"):
        norm = float(np.linalg.norm(batch.gradient()))
    if n <= DENSE or 2 * k >= n:
        H = np.stack([product(e) for e in np.eye(n)])
        values = np.linalg.eigvalsh(0.5 * H + 0.5 * H.T)
        return Curvature(values[:k], values[-k:], norm)
    H = LinearOperator((n, n), matvec=product, dtype=np.float64)
    start = np.random.default_rng(0).normal(size=n)  # the same answer each time
    ends = [
        np.sort(eigsh(H, k, which=which, v0=start, return_eigenvectors=False))
        for which in ("SA", "LA")
    ]
    return Curvature(*ends, norm)


def gradient_noise(
    estimator: BaseEstimator,
    X: Inputs,
    y: Targets,
    batch_sizes: ArrayLike = (1, 4, 16, 64),
    *,
    n_batches: int = 50,
    random_state: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    r"""Measure how far the gradient of a batch is from that of all rows, by the batch's size.

    Batches are drawn with replacement, so that the expected squared distance is
    :math:`\operatorname{tr}\Sigma / B`: four times the rows halve the distance, whatever they cost.

    Parameters
    ----------
    estimator, X, y
        As for :func:`loss_and_gradient`.
    batch_sizes : sequence of int, default=(1, 4, 16, 64)
        Rows of a batch, B.
    n_batches : int, default=50
        Batches of each size.
    random_state : int, Generator or None, default=None
        Draws them.

    Returns
    -------
    table : DataFrame
        One row for each size: batch_size, distance (the root of the mean squared distance) and
        relative (to the norm of the gradient of all rows).

    Raises
    ------
    ValueError
        If a size or ``n_batches`` is no integer of 1 or more.

    See Also
    --------
    loss_and_gradient : The gradient itself.

    References
    ----------
    Bottou, Curtis and Nocedal (2018), "Optimization methods for large-scale machine learning",
    section 4.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((4,), max_iter=5, n_iter_no_change=None, random_state=0).fit(X, y)
    >>> noise = gradient_noise(mlp, X, y, [4, 64], n_batches=200, random_state=0)
    >>> bool(3 < noise["distance"][0] / noise["distance"][1] < 5)  # the root of 16 is 4
    True
    """
    import pandas as pd

    owner = "gradient_noise"
    check_arguments(owner, {}, random_state=random_state)
    sizes = listed(owner, "batch_sizes", batch_sizes, "a sequence of int >= 1")
    whole = Interval(1, integer=True)
    for name, values in (("batch_sizes", sizes), ("n_batches", [n_batches])):
        for value in values:
            if not whole.allows(value):
                refuse(owner, name, "int >= 1", value)
    rng = np.random.default_rng(random_state)
    mlp, data = network_and_rows(owner, estimator, X, y)
    rows = []
    with np.errstate(all="ignore"):
        mean = Batch(mlp, data).gradient().copy()
        for size in sizes:
            squares = []
            for _ in range(n_batches):
                batch = Batch(mlp, data.take(rng.integers(data.n, size=size)))
                squares.append(np.sum((batch.gradient() - mean) ** 2))
            distance = float(np.sqrt(np.mean(squares)))
            rows.append((int(size), distance, distance / max(float(np.linalg.norm(mean)), 1e-300)))
    warn_of_overflow(owner, rows)
    return pd.DataFrame(rows, columns=["batch_size", "distance", "relative"])


def layer_norms(estimator: BaseEstimator) -> pd.DataFrame:
    r"""Return norms of the weights of each layer: how many, how large, how large at most.

    Parameters
    ----------
    estimator : estimator
        A fitted network, or a pipeline that ends in one.

    Returns
    -------
    table : DataFrame
        One row for each layer, from below: inputs, units, L0 (weights that are not 0), L1 (sum of
        sizes), Frobenius (root of the sum of squares), spectral (the largest singular value) and
        Linf (the largest size).

    See Also
    --------
    skdl.plots.WeightsDisplay : Draws the weights.

    Examples
    --------
    >>> from skdl import MLPRegressor
    >>> mlp = MLPRegressor((), max_iter=1, n_iter_no_change=None, fit_intercept=False)
    >>> mlp = mlp.set_params(scale_target=False).fit([[1.0, 0], [0, 1]], [0.0, 1.0])
    >>> mlp._network.theta[...] = [3.0, -4.0]
    >>> layer_norms(mlp)[["L0", "L1", "frobenius", "Linf"]].iloc[0].tolist()
    [2.0, 7.0, 5.0, 4.0]
    """
    import pandas as pd

    mlp, _ = fitted_network_of_skdl(estimator, owner="layer_norms")
    with np.errstate(all="ignore"):
        rows = [
            (
                *W.shape,
                int(np.count_nonzero(W)),
                float(np.abs(W).sum()),
                float(np.linalg.norm(W)),
                float(np.linalg.norm(W, 2)),
                float(np.abs(W).max()),
            )
            for W in mlp.coefs_
        ]
    warn_of_overflow("layer_norms", rows)
    columns = ["inputs", "units", "L0", "L1", "frobenius", "spectral", "Linf"]
    return pd.DataFrame(rows, columns=columns)
