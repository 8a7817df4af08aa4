"""``MLPClassifier``: what its targets mean, and what a prediction is.

:mod:`skdl.estimators.base` trains; :mod:`skdl.estimators.parameters.table` says what each parameter
may be.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp
from sklearn.base import ClassifierMixin
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from skdl.core.component import resolve
from skdl.core.losses import ClassifierLoss, log_sigmoid
from skdl.estimators.base import BaseMLP
from skdl.estimators.fitting.weights import weigh_classes
from skdl.estimators.parameters.resolve import learns_in_steps
from skdl.estimators.parameters.table import documented
from skdl.tools.rows import random_split, stratified_split
from skdl.tools.warning import warn_user

__all__ = ["MLPClassifier"]


def _gives_probabilities(estimator: MLPClassifier) -> bool:
    """Tell whether the loss has an output unit that is a probability."""
    loss = estimator.loss
    links = ClassifierLoss.registry[loss].links if loss in ClassifierLoss.registry else None
    links = getattr(loss, "links", ()) if links is None else links
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
    loss_curve_, validation_loss_curve_, validation_scores_ : list of float
        One number per epoch.
    history_ : History
        Everything recorded, one dict per epoch; ``history_.to_frame()`` is a DataFrame.
    n_iter_, best_iter_ : int
        Epochs done, and the one whose weights were kept.
    networks_ : list of estimators
        The networks, one for each of ``n_networks``; of several, the attributes above describe the
        first.
    n_features_in_, n_outputs_, n_layers_ : int
        Sizes.

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

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        n_hidden_layers=None,
        activation="relu",
        output_activation="auto",
        fit_intercept=True,
        batch_norm=False,
        batch_norm_momentum=0.9,
        init="auto",
        init_scale=1.0,
        bias_init="auto",
        loss="cross_entropy",
        label_smoothing=0.0,
        optimizer="adam",
        learning_rate=None,
        momentum=None,
        nesterov=None,
        schedule="constant",
        momentum_schedule="constant",
        batch_size="auto",
        shuffle=True,
        clip=None,
        clip_threshold=1.0,
        l1=0.0,
        l2=1e-3,
        weight_decay=None,
        max_norm=None,
        activity_l1=0.0,
        penalize_bias=False,
        dropout=0.0,
        input_dropout=0.0,
        dropout_inference="inverted",
        input_noise=0.0,
        hidden_noise=0.0,
        weight_noise=0.0,
        n_networks=1,
        class_weight=None,
        dtype=None,
        max_iter=200,
        tol=1e-4,
        early_stopping=False,
        validation_fraction=0.1,
        monitor="loss",
        n_iter_no_change=10,
        restore_best=True,
        random_state=None,
        warm_start=False,
        verbose=0,
        callbacks=None,
    ):
        self._store(locals())

    # -- targets -----------------------------------------------------------------------

    def _check_target(self, y, fresh):
        """Return class numbers, of shape (n,), or 0/1 labels, of shape (n, labels)."""
        owner = type(self).__name__
        kind = type_of_target(y, input_name="y")
        if kind not in ("binary", "multiclass", "multilabel-indicator"):
            check_classification_targets(y)  # raises; else it would only ask for the type again
        if kind == "multiclass-multioutput":
            raise ValueError(
                f"{owner}: y must be one column of classes or a 0/1 matrix of labels; got a "
                "matrix with other values (multiclass-multioutput)"
            )
        multilabel = kind == "multilabel-indicator"
        if multilabel:
            y = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
            labels = np.arange(y.shape[1])
        else:
            if y.ndim == 2:
                y = self._ravel(y)
            labels = np.unique(y)
        given = self.__dict__.pop("_given_classes", None)
        if fresh:
            self._multilabel = multilabel
            self.classes_ = labels if given is None else given
        if multilabel != self._multilabel or not np.isin(labels, self.classes_).all():
            raise ValueError(
                f"{owner}: y must hold only the classes that were announced first, "
                f"{self.classes_}; got {labels}"
            )
        if not multilabel and len(self.classes_) < 2:
            raise ValueError(
                f"{owner}: y must hold two classes or more; got 1 class: {labels.tolist()}"
            )
        return y if multilabel else np.searchsorted(self.classes_, y)

    def _ravel(self, y):
        warn_user(
            "A column-vector y was passed when a 1d array was expected. Please change the shape "
            "of y to (n_samples,), for example using ravel().",
            DataConversionWarning,
        )
        return y.ravel()

    def _resolve_loss(self):
        """Return the loss with the output activation that is meant."""
        loss = resolve(self, "loss", self._loss_family, self.loss)
        link = self.output_activation
        if link == "auto":
            sigmoid = self._multilabel or len(self.classes_) == 2
            link = "sigmoid" if sigmoid and "sigmoid" in loss.links else loss.links[0]
        allowed = loss.links
        if self._multilabel:
            allowed = tuple(name for name in allowed if name != "softmax")
        if link not in allowed:
            names = ", ".join(repr(name) for name in ("auto", *allowed) if name != "identity")
            labels = " and multi-label targets" if self._multilabel else ""
            raise ValueError(
                f"{type(self).__name__}: output_activation must be one of {names} with "
                f"loss={self.loss!r}{labels}; got {link!r}"
            )
        return loss.with_link(link)

    def _n_outputs(self):
        """Return 1 for two classes (unless under softmax), else one per class or label."""
        n = len(self.classes_)
        return 1 if n == 2 and not self._multilabel and self._loss.link != "softmax" else n

    def _encode(self, y, dtype):
        """Return 0/1 columns."""
        if self._multilabel:
            return y.astype(dtype)
        if self._n_outputs() == 1:
            return y[:, None].astype(dtype)
        return np.eye(len(self.classes_), dtype=dtype)[y]

    def _decode(self, y):
        return y if self._multilabel else self.classes_[y]

    def _training_target(self, y):
        """Smooth the labels."""
        if not self.label_smoothing:
            return y
        n_classes = 2 if self._loss.link != "softmax" else y.shape[1]
        smoothed = (1 - self.label_smoothing) * y + self.label_smoothing / n_classes
        return smoothed.astype(y.dtype, copy=False)

    def _row_weight(self, y, sample_weight):
        """Multiply the weights of the rows by those of their classes."""
        if self.class_weight is None:
            return sample_weight
        owner = type(self).__name__
        if self._multilabel:
            raise ValueError(
                f"{owner}: class_weight must be None with multi-label targets, use sample_weight; "
                f"got {self.class_weight!r}"
            )
        return weigh_classes(self.class_weight, self.classes_, y, sample_weight, owner)

    def _split(self, y, rng):
        """Hold out a stratified part (by the most common label sets, for labels)."""
        if not self._multilabel:
            return stratified_split(y, self.validation_fraction, rng, type(self).__name__)
        return random_split(len(y), self.validation_fraction, rng, type(self).__name__)

    @available_if(learns_in_steps)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
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
            self._given_classes = np.unique(classes)
        try:
            return self._partial_fit(X, y, sample_weight)
        finally:
            self.__dict__.pop("_given_classes", None)  # a call that failed announces nothing

    # -- predictions -------------------------------------------------------------------

    def decision_function(self, X):
        """Return the raw outputs.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.

        Returns
        -------
        raw : ndarray of shape (n,) for two classes, else (n, classes)
        """
        return self._answer(X, self._decision)

    def _decision(self, raw):
        if len(self.classes_) == 2 and not self._multilabel:
            return raw[:, 0] if raw.shape[1] == 1 else raw[:, 1] - raw[:, 0]
        return raw

    def predict(self, X):
        """Return the most probable class of each row, or 0/1 for each label.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.

        Returns
        -------
        y : ndarray of shape (n,) or (n, labels)
        """
        choice = self._answer(X, self._choice)
        return choice if self._multilabel else self.classes_[choice]

    def _choice(self, raw):
        raw = self._decision(raw)
        if self._multilabel or raw.ndim == 1:
            return (raw > 0).astype(int)
        return raw.argmax(axis=1)

    @available_if(_gives_probabilities)
    def predict_proba(self, X):
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
        return self._answer(X, self._probabilities)

    def _probabilities(self, raw):
        p = self._loss.predict(raw)
        if self._multilabel or self._loss.link == "softmax":
            return p
        if p.shape[1] == 1:
            return np.hstack((1 - p, p))
        total = p.sum(axis=1, keepdims=True)
        return np.divide(p, total, out=np.full_like(p, 1 / p.shape[1]), where=total > 0)

    @available_if(_gives_probabilities)
    def predict_log_proba(self, X):
        """Return the logarithm of the probabilities, never −inf.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.

        Returns
        -------
        log_p : ndarray of shape (n, classes)
        """
        return self._answer(X, self._log_probabilities)

    def _log_probabilities(self, raw):
        log_p = self._loss.log_predict(raw)
        if self._multilabel or self._loss.link == "softmax":
            return log_p
        if log_p.shape[1] == 1:
            return np.hstack((log_sigmoid(-raw), log_p))
        return log_p - logsumexp(log_p, axis=1, keepdims=True)

    @classmethod
    def from_sklearn(cls, mlp):
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

    def __sklearn_tags__(self):
        """Say what targets the estimator takes."""
        tags = super().__sklearn_tags__()
        labels = self.output_activation != "softmax" and self.class_weight is None
        tags.classifier_tags.multi_label = tags.target_tags.multi_output = labels
        return tags
