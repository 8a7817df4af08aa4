"""A look inside a fitted network: its hidden activations, its parameters, its loss elsewhere.

Everything that pictures and measurements need beyond the public attributes of an estimator is read
here, and nowhere else.
"""

from __future__ import annotations

import copy
import functools
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_array

from skdl.core.component import Interval
from skdl.core.training.fit import Data
from skdl.tools.checks import check_estimator_object, refuse
from skdl.tools.given import named_errors
from skdl.tools.inside import find_network, fitted_network, fitted_network_of_skdl
from skdl.tools.types import Inputs, Targets
from skdl.tools.warning import warn_of_overflow

__all__ = [
    "LossSurface",
    "Snapshots",
    "fit_watched",
    "hidden_activations",
    "network_and_rows",
    "similarity",
]

# What scikit-learn's own networks apply to a hidden layer.
SKLEARN_ACTIVATIONS = {
    "identity": lambda z: z,
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
}


def hidden_activations(estimator: BaseEstimator, X: Inputs) -> list[np.ndarray]:
    """Return what the units of each hidden layer put out, as when predicting.

    Parameters
    ----------
    estimator : estimator
        A fitted network of skdl or of scikit-learn, or a pipeline around one.
    X : array-like of shape (n_rows, n_features)
        The inputs.

    Returns
    -------
    activations : list of ndarray of shape (n_rows, n_units)
        One for each hidden layer, from below.

    Raises
    ------
    TypeError
        If the estimator is no network.

    See Also
    --------
    similarity : Which rows a layer takes to be alike.
    skdl.plots.RepresentationDisplay : Draws how a layer represents the rows.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8, 5), max_iter=2, n_iter_no_change=None, random_state=0).fit(X, y)
    >>> [a.shape for a in hidden_activations(mlp, X)]
    [(150, 8), (150, 5)]
    """
    mlp, X = fitted_network(estimator, X)
    if isinstance(mlp, type) or not hasattr(mlp, "coefs_"):
        refuse("hidden_activations", "estimator", "a fitted network", mlp, TypeError)
    if hasattr(mlp, "history_"):  # one of ours
        with np.errstate(all="ignore"):
            hidden = list(mlp._network.hidden(X if hasattr(X, "tocsr") else np.asarray(X)))
        warn_of_overflow("hidden_activations", *hidden)
        return hidden
    f, a, activations = SKLEARN_ACTIVATIONS[mlp.activation], np.asarray(X), []
    for W, b in zip(mlp.coefs_[:-1], mlp.intercepts_[:-1], strict=True):
        a = f(a @ W + b)
        activations.append(a)
    return activations


def similarity(activations: np.ndarray) -> np.ndarray:
    """Return the correlations of all pairs of rows; NaN with a row that is constant.

    Parameters
    ----------
    activations : ndarray of shape (n_rows, n_units)
        What a layer puts out.

    Returns
    -------
    similarity : ndarray of shape (n_rows, n_rows)
        From −1 to 1.

    See Also
    --------
    hidden_activations : What is compared.
    skdl.plots.RepresentationDisplay : Draws it.

    Examples
    --------
    >>> similarity(np.array([[0.0, 1.0, 2.0], [2.0, 4.0, 6.0], [3.0, 2.0, 1.0]])).round(6).tolist()
    [[1.0, 1.0, -1.0], [1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]
    """
    with named_errors("similarity", "activations", "(n_rows, n_units)"):
        given = check_array(activations, input_name="activations", estimator="similarity")
    # In parts of the largest of a row, so that no square overflows.
    largest = np.abs(given).max(axis=1, keepdims=True)
    given = given / np.where(largest == 0, 1, largest)
    centred = given - given.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    length[length == 0] = np.nan
    return np.clip((centred / length) @ (centred / length).T, -1, 1)


class Snapshots:
    """A callback that keeps the parameters of a network after every epoch.

    Parameters
    ----------
    every : int, default=1
        Keep one epoch of so many (and the first).

    Attributes
    ----------
    epochs : list of int
        The epochs that were kept.
    coefs : list of list of ndarray
        ``coefs_`` at each of them.
    parameters : list of ndarray of shape (n_parameters,)
        All that gradients change, as one vector.

    See Also
    --------
    fit_watched : Fits a network with this callback.
    loss_landscape : Shows the path that was kept.
    skdl.plots.SingularModesDisplay : Draws the singular values over the epochs.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> seen = Snapshots(every=2)
    >>> mlp = MLPClassifier((8,), max_iter=5, n_iter_no_change=None, callbacks=[seen])
    >>> _ = mlp.fit(X, y)
    >>> seen.epochs
    [1, 3, 5]
    """

    def __init__(self, every: int = 1) -> None:
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            refuse("Snapshots", "every", "an int >= 1", every)
        self.every = every
        self.epochs: list[int] = []
        self.coefs: list[list[np.ndarray]] = []
        self.parameters: list[np.ndarray] = []

    def __call__(self, estimator, record) -> None:
        """Keep the parameters after an epoch."""
        if (record["epoch"] - 1) % self.every == 0:
            self.epochs.append(record["epoch"])
            self.coefs.append([W.copy() for W in estimator.coefs_])
            self.parameters.append(estimator._network.theta.copy())

    def singular_values(self, layer: int | None = None) -> np.ndarray:
        r"""Return the singular values at each epoch, largest first.

        Parameters
        ----------
        layer : int, default=None
            Of the weights of this layer, counted from 0; None takes the product
            :math:`W_1 W_2 \cdots W_L`, which is the map of a linear network.

        Returns
        -------
        values : ndarray of shape (n_epochs, n_modes)
        """
        if not self.epochs:
            raise ValueError("Snapshots: pass it to a fit first (callbacks=[snapshots])")
        if layer is None:
            matrices = [functools.reduce(np.matmul, coefs) for coefs in self.coefs]
        else:
            n = len(self.coefs[0])
            if not Interval(-n, n - 1, integer=True).allows(layer):
                refuse("Snapshots", "layer", f"an int from 0 to {n - 1}, or None", layer)
            matrices = [coefs[layer] for coefs in self.coefs]
        return np.linalg.svd(np.array(matrices), compute_uv=False)


def fit_watched(
    estimator: BaseEstimator, X: Inputs, y: Targets, *, every: int = 1
) -> tuple[BaseEstimator, Snapshots]:
    """Fit a clone of a network, or of a pipeline around one, and keep snapshots on the way.

    Parameters
    ----------
    estimator : estimator
        It is cloned, never changed.
    X, y : array-like
        The training rows.
    every : int, default=1
        Keep one epoch of so many.

    Returns
    -------
    fitted : estimator
        A fitted clone.
    snapshots : Snapshots
        Its weights at the epochs that were asked for.

    See Also
    --------
    Snapshots : The callback that it adds.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skdl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), max_iter=4, n_iter_no_change=None, random_state=0)
    >>> fitted, snapshots = fit_watched(make_pipeline(StandardScaler(), mlp), X, y)
    >>> snapshots.epochs
    [1, 2, 3, 4]
    """
    check_estimator_object("fit_watched", estimator)
    network, prefix = find_network(estimator)
    if "callbacks" not in network.get_params(deep=False):
        refuse("fit_watched", "estimator", "a network of skdl", network, TypeError)
    watched = [*(network.callbacks or ()), Snapshots(every)]
    fitted = clone(estimator).set_params(**{f"{prefix}callbacks": watched}).fit(X, y)
    # Read back from the fitted network: what wraps it may have cloned it and its callbacks.
    return fitted, fitted_network(fitted)[0].callbacks[-1]


def network_and_rows(
    owner: str,
    estimator: BaseEstimator,
    X: Inputs,
    y: Targets,
    sample_weight: ArrayLike | None = None,
    *,
    training: bool = False,
) -> tuple[Any, Data]:
    """Return a copy of a fitted network, and rows as it sees them.

    Parameters
    ----------
    owner : str
        Who asks, for the messages.
    estimator : estimator
        A fitted network of skdl, or a pipeline that ends in one.
    X, y, sample_weight : array-like
        Rows, as for ``fit``.
    training : bool, default=False
        Whether targets are smoothed, as for training.

    Raises
    ------
    TypeError
        If the estimator is something else, or its network has learned another y.

    Examples
    --------
    >>> from skdl import MLPRegressor
    >>> X, y = [[0.0], [1.0]], [0.0, 2.0]
    >>> mlp = MLPRegressor((2,), max_iter=1, n_iter_no_change=None).fit(X, y)
    >>> network_and_rows("me", mlp, X, y)[1].y[:].ravel().tolist()  # standardised
    [-1.0, 1.0]
    """
    if hasattr(estimator, "regressor_"):
        raise TypeError(
            f"{owner}: estimator must be a network or a pipeline that ends in one; got a "
            "TransformedTargetRegressor, whose network sees another y: pass regressor_"
        )
    mlp, X = fitted_network_of_skdl(estimator, X, owner=owner)
    mlp = copy.deepcopy(mlp)
    mlp.l2 = mlp.l2_  # "auto" is what it was in the fit, however few rows come now
    X, y, weight = mlp._check_rows(X, y, sample_weight, fresh=False)
    return mlp, mlp._data(X, y, mlp._weigh(y, weight), training=training)


class LossSurface:
    """The training loss of a fitted network as a function of its parameters.

    Parameters
    ----------
    estimator : estimator
        A fitted network of skdl, or a pipeline that ends in one. It is not changed.
    X, y, sample_weight : array-like
        The rows on which the loss is measured, without penalties.

    Attributes
    ----------
    parameters : ndarray of shape (n_parameters,)
        Where the fit ended.

    See Also
    --------
    loss_landscape : Measures it on a plane.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), max_iter=5, n_iter_no_change=None, random_state=0).fit(X, y)
    >>> surface = LossSurface(mlp, X, y)
    >>> from sklearn.metrics import log_loss
    >>> bool(abs(surface(surface.parameters) - log_loss(y, mlp.predict_proba(X))) < 1e-9)
    True
    """

    def __init__(
        self,
        estimator: BaseEstimator,
        X: Inputs,
        y: Targets,
        sample_weight: ArrayLike | None = None,
    ) -> None:
        self._mlp, self._data = network_and_rows("LossSurface", estimator, X, y, sample_weight)
        self.parameters = self._mlp._network.theta.copy()

    def __call__(self, parameters) -> float:
        """Return the loss at other parameters."""
        network = self._mlp._network
        network.theta[...] = parameters
        return self._data.mean_loss(self._mlp._loss, network.raw)

    def weights(self, vector: np.ndarray) -> list[np.ndarray]:
        """Return the parts of a vector of parameters that are weight matrices, as views."""
        network = self._mlp._network
        views = zip(network.layers, network.views(vector), strict=True)
        return [of_layer["W"] for layer, of_layer in views if layer.has_weights]
