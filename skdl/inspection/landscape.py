r"""The loss landscape: the training loss on a plane through the parameters of a fitted network.

A point of the plane is :math:`\theta^* + \alpha\delta + \beta\eta`, with :math:`\theta^*` where the
fit ended. Two choices of the directions are useful:

- **random, filter-normalised**: the weights that lead into one unit are, in the direction, as long
  as in the network, :math:`\lVert\delta_j\rVert = \lVert w_j\rVert`. Without that the picture shows
  the scale of the weights, which a ReLU network can choose freely, not the shape of the minimum.
- **along the optimiser's path**: the two principal components of :math:`\theta_t - \theta^*` over
  the epochs, so that the plane shows as much of the path as a plane can.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from skdl.core.component import Either, Instance, Interval, Nothing
from skdl.estimators.parameters.arguments import check_arguments
from skdl.inspection.network import LossSurface, Snapshots
from skdl.tools.progress import progress_bar
from skdl.tools.types import Inputs, Seed, Targets

__all__ = ["LossLandscape", "filter_normalised", "loss_landscape", "path_directions"]

RULES = {
    "resolution": Interval(3, integer=True),
    "extent": Either(Interval(0, closed="neither"), Nothing()),
    "snapshots": Either(Instance(Snapshots), Nothing()),
}


@dataclass(eq=False)
class LossLandscape:
    """What :func:`loss_landscape` measured.

    Attributes
    ----------
    alpha, beta : ndarray of shape (resolution,)
        Coordinates; the fit ended at (0, 0).
    loss : ndarray of shape (resolution, resolution)
        The loss, with one row for each beta.
    directions : ndarray of shape (2, n_parameters)
        What alpha and beta count.
    path : ndarray of shape (n_snapshots, 2) or None
        The optimiser's path in the plane.
    epochs : list of int or None
        The epochs of its points.
    explained : ndarray of shape (2,) or None
        The share of the path's squared length that each direction shows.

    See Also
    --------
    loss_landscape : Measures it.
    skdl.plots.LossLandscapeDisplay : Draws it.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), max_iter=20, n_iter_no_change=None, random_state=0).fit(X, y)
    >>> landscape = loss_landscape(mlp, X, y, resolution=3, random_state=0)
    >>> landscape.alpha.tolist()
    [-1.0, 0.0, 1.0]
    """

    alpha: np.ndarray = field(repr=False)
    beta: np.ndarray = field(repr=False)
    loss: np.ndarray = field(repr=False)
    directions: np.ndarray = field(repr=False)
    path: np.ndarray | None = field(default=None, repr=False)
    epochs: list[int] | None = field(default=None, repr=False)
    explained: np.ndarray | None = None


def filter_normalised(surface: LossSurface, rng: np.random.Generator) -> np.ndarray:
    r"""Draw a random direction in which every unit's weights are as long as in the network.

    .. math:: \delta_j \leftarrow \delta_j \, \lVert w_j \rVert / \lVert \delta_j \rVert

    for the weights :math:`w_j` into unit j. Biases and all other parameters stay where they are.

    Parameters
    ----------
    surface : LossSurface
        Whose parameters.
    rng : numpy.random.Generator
        Draws the direction.

    Returns
    -------
    direction : ndarray of shape (n_parameters,)

    References
    ----------
    Li, Xu, Taylor, Studer and Goldstein (2018), "Visualizing the loss landscape of neural nets".
    """
    direction = np.zeros_like(surface.parameters)
    for W, d in zip(surface.weights(surface.parameters), surface.weights(direction), strict=True):
        d[...] = rng.standard_normal(d.shape)
        d *= np.linalg.norm(W, axis=0) / np.linalg.norm(d, axis=0)
    return direction


def path_directions(steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the two principal directions of a path that ends at 0, and what they show of it.

    Parameters
    ----------
    steps : ndarray of shape (n_snapshots, n_parameters)
        :math:`\theta_t - \theta^*`. The mean is not subtracted: the plane must hold the end.

    Returns
    -------
    directions : ndarray of shape (2, n_parameters)
        Orthonormal; the path starts on the side of positive coordinates.
    explained : ndarray of shape (2,)
        The share of the squared length :math:`\sum_t \lVert\theta_t - \theta^*\rVert^2`.

    Examples
    --------
    >>> directions, explained = path_directions(np.array([[3.0, 0, 0], [0, 1, 0], [0, 0, 0]]))
    >>> abs(directions).round(6).tolist(), explained.tolist()
    ([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [0.9, 0.1])
    """
    _, scale, directions = np.linalg.svd(steps.astype(np.float64), full_matrices=False)
    directions = directions[:2] * np.where(directions[:2] @ steps[0] < 0, -1.0, 1.0)[:, None]
    return directions, scale[:2] ** 2 / np.sum(scale**2)


def loss_landscape(
    estimator: BaseEstimator,
    X: Inputs,
    y: Targets,
    *,
    sample_weight: ArrayLike | None = None,
    snapshots: Snapshots | None = None,
    extent: float | None = None,
    resolution: int = 31,
    random_state: Seed = None,
    verbose: int = 0,
) -> LossLandscape:
    """Measure the training loss, without penalties, on a plane through a fitted network.

    Parameters
    ----------
    estimator : estimator
        A fitted network of skdl, or a pipeline that ends in one. It is not changed.
    X, y, sample_weight : array-like
        The rows on which the loss is measured.
    snapshots : Snapshots, default=None
        The record of the fit (the callback): the plane then holds as much of the optimiser's path
        as it can. Without it the plane is random and filter-normalised.
    extent : float, default=None
        How far the plane reaches from the end of the fit: by default 1 (every unit's weights
        changed by their own length) on a random plane, and a quarter beyond the path on the other.
    resolution : int, default=31
        Points along each side.
    random_state : int, Generator or None, default=None
        Draws the random directions.
    verbose : int, default=0
        1 shows a progress bar, on a terminal or in a notebook.

    Returns
    -------
    landscape : LossLandscape
        The objective on a grid around the weights.

    Raises
    ------
    TypeError
        If the estimator is no network of skdl.
    ValueError
        If there are fewer than three snapshots, or a parameter is out of its range.

    See Also
    --------
    LossLandscape : What it returns.
    Snapshots : The record of a fit whose path the plane can show.
    skdl.plots.LossLandscapeDisplay : Measures and draws it.

    References
    ----------
    Goodfellow, Vinyals and Saxe (2015), "Qualitatively characterizing neural network optimization
    problems"; Li, Xu, Taylor, Studer and Goldstein (2018), "Visualizing the loss landscape of
    neural nets".

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), max_iter=50, n_iter_no_change=None, random_state=0).fit(X, y)
    >>> found = loss_landscape(mlp, X, y, resolution=5, random_state=0)
    >>> found.loss.shape, bool(found.loss[2, 2] < found.loss[0, 0])
    ((5, 5), True)
    """
    check_arguments("loss_landscape", RULES, resolution=resolution, extent=extent)
    check_arguments("loss_landscape", RULES, snapshots=snapshots)
    check_arguments("loss_landscape", {}, random_state=random_state, verbose=verbose)
    surface = LossSurface(estimator, X, y, sample_weight)
    centre, path, epochs, explained = surface.parameters, None, None, None
    if snapshots is None:
        rng = np.random.default_rng(random_state)
        with np.errstate(all="ignore"):  # of huge weights, directions may overflow
            directions = np.stack([filter_normalised(surface, rng) for _ in range(2)])
        reach = 1.0 if extent is None else extent
        ends = [(-reach, reach)] * 2
    else:
        steps = _steps(snapshots, centre)
        directions, explained = path_directions(steps)
        path, epochs = steps @ directions.T, list(snapshots.epochs)
        ends = [_around(path[:, i], extent) for i in range(2)]
    alpha, beta = (np.linspace(*end, resolution) for end in ends)
    loss = np.empty((resolution, resolution))
    with (
        np.errstate(all="ignore"),  # far away, a loss may overflow
        progress_bar(resolution, verbose=verbose, description="loss_landscape") as bar,
    ):
        for row, b in enumerate(beta):
            for column, a in enumerate(alpha):
                loss[row, column] = surface(centre + a * directions[0] + b * directions[1])
            bar.update(1)
    return LossLandscape(alpha, beta, loss, directions, path, epochs, explained)


def _steps(snapshots: Snapshots, centre: np.ndarray) -> np.ndarray:
    """Return the path relative to where the fit ended."""
    if len(snapshots.parameters) < 3:
        raise ValueError(
            "loss_landscape: snapshots must hold three epochs or more; got "
            f"{len(snapshots.parameters)}"
        )
    path = np.array(snapshots.parameters)
    if path.shape[1] != len(centre):
        raise ValueError(
            f"loss_landscape: snapshots must be of this network, with {len(centre)} parameters; "
            f"got {path.shape[1]}"
        )
    return path - centre


def _around(path: np.ndarray, extent: float | None) -> tuple[float, float]:
    """Return the ends of an axis that shows the path, 0, and some room."""
    if extent is not None:
        return -extent, extent
    low, high = min(path.min(), 0.0), max(path.max(), 0.0)
    room = 0.25 * max(high - low, 1e-12)
    return low - room, high + room
