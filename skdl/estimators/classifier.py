"""``MLPClassifier``: the parameters of a classifier, and what it predicts.

:mod:`skdl.estimators.base` trains, :mod:`skdl.estimators.targets` says what classes and labels
mean, :mod:`skdl.estimators.parameters.table` what each parameter may be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if

from skdl.core.component import shown
from skdl.core.losses import ClassifierLoss
from skdl.estimators.base import BaseMLP
from skdl.estimators.parameters.resolve import learns_in_steps
from skdl.estimators.parameters.table import documented
from skdl.estimators.targets import read_categories
from skdl.tools.given import plain_target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from skdl.core.activations import Activation
    from skdl.core.clipping import Clipping
    from skdl.core.initializers import Initializer
    from skdl.core.noise import DropoutInference
    from skdl.core.optimizers import Optimizer
    from skdl.core.schedules import MomentumSchedule, Schedule

__all__ = ["MLPClassifier"]

Array = np.ndarray


def _gives_probabilities(estimator: MLPClassifier) -> bool:
    """Tell whether the loss has an output unit that is a probability."""
    loss = estimator.loss
    known = isinstance(loss, str) and loss in ClassifierLoss.registry
    links = ClassifierLoss.registry[loss].links if known else getattr(loss, "links", ())
    if "identity" in links:
        raise AttributeError(
            f"{type(estimator).__name__}: loss={loss!r} gives no probabilities; use "
            "decision_function, or loss='cross_entropy'"
        )
    return True


@documented
class MLPClassifier(ClassifierMixin, BaseMLP):
    r"""Multi-layer perceptron for classification: two classes, many classes, or labels.

    ``fit`` minimises the weighted mean of the loss plus penalties on the weights w,

    .. math:: J = \frac1n \sum_i \omega_i\,\ell(y_i, r(x_i)) + l_1 \sum |w| + \tfrac12 l_2 \sum w^2

    with r the raw outputs and :math:`\omega` the row weights of mean 1. The penalties do not depend
    on the batch size.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels; 0 … K − 1 for multi-label targets.
    coefs_, intercepts_ : list of ndarray
        Weights, of shape (inputs, units), and biases of each layer.
    loss_, penalty_ : float
        Loss and penalty of the epoch whose weights were kept.
    loss_curve_, clean_loss_curve_, validation_loss_curve_, validation_scores_ : list of float
        One number per epoch.
    history_ : History
        Everything recorded, one dict per epoch; ``history_.to_frame()`` is a DataFrame.
    n_iter_, best_iter_ : int
        Epochs done, and the one whose weights were kept.
    l2_ : float
        The strength of the penalty, also where ``l2`` is 'auto'.
    networks_ : list of estimators
        The networks, one for each of ``n_networks``; of several, the attributes above describe the
        first.
    oof_prediction_ : ndarray of shape (n,) or (n, labels)
        What each row was predicted by the network that had not learned from it; only of several
        networks with ``early_stopping``, after a fit without ``X_val``.
    oof_fold_ : ndarray of int of shape (n,)
        The number of that network in ``networks_``.
    oof_score_ : float
        Accuracy of these predictions. That of the ensemble is mostly higher: it averages.
    oof_decision_function_ : ndarray of shape (n,) or (n, classes)
        The raw outputs behind them.
    temperature_ : float
        What raw outputs are divided by before probabilities are made of them; only with
        ``calibrate="temperature"``, and where there are rows out of fold.
    n_features_in_, n_outputs_, n_layers_ : int
        Sizes.

    See Also
    --------
    MLPRegressor : The same network for numbers.
    tabular_pipeline : A table as it is: missing values, categories, dates.
    diagnose : Is it bias or variance, and what to change.

    Examples
    --------
    >>> from sklearn.datasets import make_moons
    >>> from skdl import MLPClassifier
    >>> X, y = make_moons(200, noise=0.1, random_state=0)
    >>> mlp = MLPClassifier((16,), learning_rate=0.03, max_iter=100, random_state=0)
    >>> mlp = mlp.set_params(n_iter_no_change=None)  # exactly 100 epochs
    >>> bool(mlp.fit(X, y).score(X, y) > 0.95)
    True
    """

    _numeric_target = False
    _loss_family = ClassifierLoss
    _read_target = read_categories

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] | None = (100,),
        *,
        n_hidden_layers: int | None = None,
        activation: str | Activation | Sequence[str | Activation] = "relu",
        output_activation: str = "auto",
        fit_intercept: bool = True,
        batch_norm: bool = False,
        batch_norm_momentum: float = 0.9,
        init: str | Initializer = "auto",
        init_scale: float = 1.0,
        bias_init: str | float = "auto",
        loss: str | ClassifierLoss = "cross_entropy",
        label_smoothing: float = 0.0,
        optimizer: str | Optimizer = "adam",
        learning_rate: float | None = None,
        momentum: float | None = None,
        nesterov: bool | None = None,
        schedule: str | Schedule = "constant",
        momentum_schedule: str | MomentumSchedule = "constant",
        batch_size: int | str = "auto",
        shuffle: bool | str = True,
        clip: str | Clipping | None = None,
        clip_threshold: float = 1.0,
        l1: float = 0.0,
        l2: float | str = "auto",
        weight_decay: float | None = None,
        max_norm: float | None = None,
        activity_l1: float = 0.0,
        penalize_bias: bool = False,
        dropout: float | Sequence[float] = 0.0,
        input_dropout: float = 0.0,
        dropout_inference: str | DropoutInference = "inverted",
        input_noise: float = 0.0,
        hidden_noise: float = 0.0,
        weight_noise: float = 0.0,
        n_networks: int = 1,
        class_weight: dict[Any, float] | str | None = None,
        calibrate: str | None = None,
        dtype: str | None = None,
        max_iter: int = 200,
        tol: float = 1e-4,
        early_stopping: bool | str = False,
        validation_fraction: float = 0.1,
        monitor: str | Callable[..., float] = "loss",
        n_iter_no_change: int | None = 10,
        restore_best: bool = True,
        random_state: int | np.random.RandomState | None = None,
        warm_start: bool = False,
        verbose: bool | int = 0,
        track: str | Sequence[str] | None = None,
        callbacks: Sequence[Callable[..., Any]] | None = None,
    ) -> None:
        self._store(locals())

    @property
    def classes_(self) -> Array:
        """The class labels; 0 … K − 1 for multi-label targets."""
        return self._target.classes

    @available_if(learns_in_steps)
    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one more epoch on the rows given.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.
        y : array-like of shape (n,) or (n, labels)
            Targets.
        classes : array-like of shape (n_classes,), optional
            All classes that will ever occur; needed at the first call unless y holds them all.
        sample_weight : array-like of shape (n,), optional
            Weights of the rows.

        Returns
        -------
        self : MLPClassifier

        Raises
        ------
        ValueError
            If the data cannot be used.
        AttributeError
            If the optimiser is a second-order one.
        """
        if classes is not None:
            classes = self._check_classes(classes)
        return self._partial_fit(X, y, sample_weight, classes)

    def _check_classes(self, classes: Any) -> Array:
        """Return announced classes in increasing order; they are those of the first call."""
        owner = type(self).__name__
        labels = plain_target(owner, classes, numeric=False, name="classes")
        if labels.ndim != 1 or not len(labels):
            raise ValueError(
                f"{owner}: classes must be a list of labels, or None; got {shown(classes)}"
            )
        try:
            labels = np.unique(labels)
        except TypeError as reason:
            raise ValueError(
                f"{owner}: classes must be labels of one type; got {shown(classes)}"
            ) from reason
        if hasattr(self, "_network") and not np.array_equal(labels, self.classes_):
            raise ValueError(
                f"{owner}: classes must be those of the first call, {self.classes_}; got {labels}"
            )
        return labels

    # -- predictions -------------------------------------------------------------------

    def decision_function(self, X: Any) -> Array:
        """Return the raw outputs.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.

        Returns
        -------
        raw : ndarray of shape (n,) for two classes, else (n, classes)
        """
        return self._answer(X, "decide")

    def predict(self, X: Any) -> Array:
        """Return the most probable class of each row, or 0/1 for each label.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.

        Returns
        -------
        y : ndarray of shape (n,) or (n, labels)
        """
        return self._answer(X, "predict")

    def _calibrated(self, answer: str) -> str | Callable[[Array, ClassifierLoss], Array]:
        """Return what makes probabilities of raw outputs, at the temperature that was found."""
        if not hasattr(self, "temperature_"):
            return answer
        link = getattr(self._target, answer)
        return lambda raw, loss: link(raw / self.temperature_, loss)

    @available_if(_gives_probabilities)
    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, or of each label.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.

        Returns
        -------
        p : ndarray of shape (n, classes)
            Rows sum to 1, except for labels.
        """
        return self._answer(X, self._calibrated("probabilities"))

    @available_if(_gives_probabilities)
    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithm of the probabilities, never −inf.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.

        Returns
        -------
        log_p : ndarray of shape (n, classes)
        """
        return self._answer(X, self._calibrated("log_probabilities"))

    @classmethod
    def from_sklearn(cls, mlp: Any) -> Self:
        """Take over a scikit-learn ``MLPClassifier``: its settings and, if fitted, its weights.

        Parameters
        ----------
        mlp : sklearn.neural_network.MLPClassifier
            Fitted or not.

        Returns
        -------
        mlp : MLPClassifier
            Fitted if the other one was; then it predicts the same.

        Raises
        ------
        TypeError
            If ``mlp`` is something else.
        """
        from skdl.estimators.from_sklearn import convert

        return convert(cls, mlp)

    def __sklearn_tags__(self) -> Any:
        """Say what targets the estimator takes."""
        tags = super().__sklearn_tags__()
        labels = self.output_activation != "softmax" and self.class_weight is None
        tags.classifier_tags.multi_label = tags.target_tags.multi_output = labels
        return tags
