r"""Take over a scikit-learn MLP: the same settings, the same weights, the same predictions.

Architecture, weights, Adam, SGD, batches and patience are taken over as they are. Other terms:

* ``l2 = alpha / rows``: scikit-learn divides by a batch's rows. Exact for full batches of equal
  weights whose size is known, from ``batch_size`` or a fitted model; else (and for ``lbfgs``, whose
  models do not say) 200 rows are assumed.
* ``learning_rate="invscaling"`` counts epochs here and rows there: the rate falls more slowly;
  ``"adaptive"`` is a plateau schedule with the same epochs, but for the tolerance (relative here).
* Biases start at 0 here and at random there; ``max_fun`` has no counterpart.
* Losses on record include scikit-learn's penalty, so the penalty beside them is 0. A fit that goes
  on keeps the weights, but starts its moments anew.
"""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.neural_network import MLPClassifier, MLPRegressor

from skdl.core.optimizers import Adam
from skdl.core.schedules import InvScaling, Plateau

__all__ = ["convert"]


def convert(cls: type, mlp: Any) -> Any:
    """Return a ``cls`` that stands in for ``mlp``; raise a ``TypeError`` for anything else.

    Parameters
    ----------
    cls : type
        ``skdl.MLPClassifier`` or ``skdl.MLPRegressor``.
    mlp : sklearn.neural_network.MLPClassifier or sklearn.neural_network.MLPRegressor
        Of the same kind as ``cls``; fitted or not. It is not changed.

    Returns
    -------
    estimator : cls
        Fitted if ``mlp`` is.

    Examples
    --------
    >>> from skdl import MLPRegressor as Ours
    >>> convert(Ours, MLPRegressor(activation="logistic", batch_size=50)).activation
    'sigmoid'
    """
    expected = MLPClassifier if issubclass(cls, ClassifierMixin) else MLPRegressor
    if not isinstance(mlp, expected):
        raise TypeError(
            f"{cls.__name__}: from_sklearn needs a sklearn.neural_network.{expected.__name__}; got "
            f"{mlp!r}"
        )
    settings = _shared(mlp) | ({"optimizer": "lbfgs"} if mlp.solver == "lbfgs" else _steps(mlp))
    if expected is MLPRegressor:
        settings |= {"loss": getattr(mlp, "loss", "squared_error"), "scale_target": False}
    estimator = cls(**settings)
    if hasattr(mlp, "coefs_"):
        _take_weights(estimator, mlp)
        _take_record(estimator, mlp)
    return estimator


def _shared(mlp: Any) -> dict[str, Any]:
    """Return the settings that matter to every solver."""
    logistic = mlp.activation == "logistic"
    return {
        "hidden_layer_sizes": tuple(np.ravel(mlp.hidden_layer_sizes).astype(int).tolist()),
        "activation": "sigmoid" if logistic else mlp.activation,
        "init": "glorot_uniform",
        "init_scale": math.sqrt(1 / 3) if logistic else 1.0,
        "bias_init": 0.0,
        "l2": mlp.alpha / _rows_of_a_step(mlp),
        "max_iter": mlp.max_iter,
        "tol": mlp.tol,
        "random_state": copy.deepcopy(mlp.random_state),  # not one stream for two estimators
        "warm_start": mlp.warm_start,
        "verbose": mlp.verbose,
    }


def _rows_of_a_step(mlp: Any) -> float:
    rows = 200 if mlp.solver == "lbfgs" or mlp.batch_size == "auto" else mlp.batch_size
    if getattr(mlp, "loss_curve_", None):
        rows = min(rows, mlp.t_ / len(mlp.loss_curve_))  # t_ counts the rows of all epochs
    return rows


def _steps(mlp: Any) -> dict[str, Any]:
    """Return the settings of Adam or SGD, of batches and of stopping."""
    settings: dict[str, Any] = {
        "learning_rate": mlp.learning_rate_init,
        "batch_size": 200 if mlp.batch_size == "auto" else mlp.batch_size,
        "shuffle": mlp.shuffle,
        "n_iter_no_change": None if mlp.n_iter_no_change == math.inf else mlp.n_iter_no_change,
    }
    if mlp.early_stopping:
        monitor = "accuracy" if isinstance(mlp, MLPClassifier) else "r2"
        fraction = mlp.validation_fraction
        settings |= {"early_stopping": True, "validation_fraction": fraction, "monitor": monitor}
    if mlp.solver == "adam":
        return {**settings, "optimizer": Adam(mlp.beta_1, mlp.beta_2, mlp.epsilon)}
    settings |= {"optimizer": "sgd", "momentum": mlp.momentum}
    if mlp.momentum:
        settings["nesterov"] = mlp.nesterovs_momentum
    if mlp.learning_rate == "invscaling":
        settings["schedule"] = InvScaling(power=mlp.power_t)
    if mlp.learning_rate == "adaptive" and settings["n_iter_no_change"] is not None:
        # A plateau divides the rate by five; only one at a rate of 1e-6 or less ends the fit.
        patience = mlp.n_iter_no_change + 1
        cuts = max(math.ceil(math.log(mlp.learning_rate_init / 1e-6, 5)), 0)
        settings["schedule"] = Plateau(0.2, patience, threshold=mlp.tol, final=0.2**cuts)
        settings["n_iter_no_change"] = (cuts + 1) * patience
    return settings


def _take_weights(estimator: Any, mlp: Any) -> None:
    """Fit for no epoch, to rows that only say how many inputs and which targets there are."""
    n_outputs, classes = mlp.n_outputs_, getattr(mlp, "classes_", None)
    if classes is None:
        y = np.ones((3, n_outputs)) if n_outputs > 1 else np.ones(3)
    else:
        if len(classes) < 2:
            raise ValueError(
                f"{type(estimator).__name__}: from_sklearn needs a network that was fitted to two "
                f"classes or more; got one of {classes.tolist()}"
            )
        multilabel = mlp.out_activation_ == "logistic" and n_outputs > 1
        y = np.eye(n_outputs, dtype=int) if multilabel else np.repeat(classes, 3)
    X = np.zeros((len(y), mlp.n_features_in_), mlp.coefs_[0].dtype)
    estimator._fit(X, y, None, (None, None, None), go_on=False, n_epochs=0)
    network, names = estimator._network, getattr(mlp, "feature_names_in_", None)
    learned = [array for pair in zip(mlp.coefs_, mlp.intercepts_, strict=True) for array in pair]
    for view, array in zip(network.arrays(network.theta), learned, strict=True):
        view[...] = array
    if names is not None:
        estimator.feature_names_in_ = names


def _take_record(estimator: Any, mlp: Any) -> None:
    """Take over the loss and the validation score of every epoch."""
    history, scores = estimator.history_, getattr(mlp, "validation_scores_", None) or []
    for epoch, loss in enumerate(getattr(mlp, "loss_curve_", ()), start=1):
        history.append({"epoch": epoch, "loss": loss, "penalty": 0.0, "monitored": loss})
    for record, score in zip(history, scores, strict=bool(scores)):
        record |= {"validation_score": score, "validation_error": -score, "monitored": -score}
    estimator._progress.epoch = len(history)
    estimator.n_iter_ = len(history) or mlp.n_iter_
    estimator.best_iter_ = int(np.argmax(scores)) + 1 if scores else estimator.n_iter_
    estimator.loss_, estimator.penalty_ = mlp.loss_, 0.0
