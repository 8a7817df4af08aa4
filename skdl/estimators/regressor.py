"""``MLPRegressor``: what its targets mean, and what a prediction is.

:mod:`skdl.estimators.base` trains; :mod:`skdl.estimators.parameters.table` says what each parameter
may be.
"""

from __future__ import annotations

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skdl.core.component import check_parameter, resolve
from skdl.core.losses import GaussianNLL, RegressorLoss
from skdl.estimators.base import BaseMLP
from skdl.estimators.parameters.resolve import learns_in_steps
from skdl.estimators.parameters.table import documented
from skdl.tools.rows import random_split

__all__ = ["MLPRegressor"]


@documented
class MLPRegressor(RegressorMixin, BaseMLP):
    r"""Multi-layer perceptron for regression, of one or several targets.

    ``fit`` minimises the weighted mean of the loss plus penalties on the weights w,

    .. math:: J = \frac1n \sum_i \omega_i\,\ell(y_i, r(x_i)) + l_1 \sum |w| + \tfrac12 l_2 \sum w^2

    with r the raw outputs and :math:`\omega` the row weights of mean 1. With several targets
    :math:`\ell` is the sum over them.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    coefs_, intercepts_ : list of ndarray
        Weights, of shape (inputs, units), and biases of each layer, in the unit of y.
    loss_, penalty_ : float
        Loss and penalty of the epoch whose weights were kept.
    loss_curve_, validation_loss_curve_, validation_scores_ : list of float
        One number per epoch.
    history_ : History
        Everything recorded, one dict per epoch; ``history_.to_frame()`` is a DataFrame.
    target_mean_, target_std_ : ndarray of shape (outputs,)
        What ``scale_target`` subtracted and divided by (0 and 1 without it).
    n_iter_, best_iter_ : int
        Epochs done, and the one whose weights were kept.
    networks_ : list of estimators
        The networks, one for each of ``n_networks``; of several, the attributes above describe the
        first.
    n_features_in_, n_outputs_, n_layers_ : int
        Sizes.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from skdl import MLPRegressor
    >>> X, y = make_friedman1(300, random_state=0)
    >>> mlp = MLPRegressor(hidden_layer_sizes=(32,), learning_rate=0.01, random_state=0)
    >>> bool(mlp.fit(X, y).score(X, y) > 0.9)
    True
    """

    _numeric_target = True
    _loss_family = RegressorLoss

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        n_hidden_layers=None,
        activation="relu",
        fit_intercept=True,
        batch_norm=False,
        batch_norm_momentum=0.9,
        init="auto",
        init_scale=1.0,
        bias_init="auto",
        loss="squared_error",
        scale_target=True,
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
        """Return targets of shape (n, outputs)."""
        if fresh:
            self._one_column = y.ndim == 1
        y = y.reshape(len(y), -1)
        rule = self._resolve_loss().target_rule
        for extreme in (float(y.min()), float(y.max())):
            check_parameter(self, f"y with loss={self.loss!r}", extreme, rule)
        if fresh:
            self._n_targets = y.shape[1]
        elif y.shape[1] != self._n_targets:
            raise ValueError(
                f"{type(self).__name__}: y must have {self._n_targets} columns, as at the first "
                f"fit; got {y.shape[1]}"
            )
        return y

    def _resolve_loss(self):
        """Return the loss."""
        return resolve(self, "loss", self._loss_family, self.loss)

    def _n_outputs(self):
        return self._n_targets

    def _learn_target(self, y, weight):
        """Learn the mean and standard deviation of the training targets."""
        self.target_mean_, self.target_std_ = np.zeros(y.shape[1]), np.ones(y.shape[1])
        if self.scale_target and self._loss.scalable:
            w = None if weight is None else weight[:, 0]
            self.target_mean_ = np.average(y, axis=0, weights=w)
            std = np.sqrt(np.average(np.square(y - self.target_mean_), axis=0, weights=w))
            tiny = 10 * np.finfo(y.dtype if y.dtype.kind == "f" else float).eps
            self.target_std_ = np.where(std > tiny * np.abs(self.target_mean_), std, 1.0)

    def _encode(self, y, dtype):
        """Return scaled targets."""
        return ((y - self.target_mean_) / self.target_std_).astype(dtype)

    def _decode(self, y):
        return y[:, 0] if self._one_column else y

    def _split(self, y, rng):
        return random_split(len(y), self.validation_fraction, rng, type(self).__name__)

    @available_if(learns_in_steps)
    def partial_fit(self, X, y, sample_weight=None):
        """Train for one more epoch on the rows given.

        The scale of the target is learned at the first call.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.
        y : array-like of shape (n,) or (n, outputs)
            Targets.
        sample_weight : array-like of shape (n,), optional
            Weights of the rows.

        Returns
        -------
        self : MLPRegressor

        Raises
        ------
        ValueError
            If the data cannot be used.
        AttributeError
            If the optimiser is a second-order one.
        """
        return self._partial_fit(X, y, sample_weight)

    # -- predictions -------------------------------------------------------------------

    def predict(self, X, return_std=False):
        """Return the prediction of each row and, if asked, its standard deviation.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.
        return_std : bool, default=False
            Whether to return σ(x) as well; needs ``loss="gaussian_nll"``.

        Returns
        -------
        y : ndarray of shape (n,) or (n, outputs)
        std : ndarray of the same shape
            Only if ``return_std``.

        Raises
        ------
        ValueError
            If σ(x) is asked for and was not learned.
        """
        if not return_std:
            return self._decode(self._answer(X, self._mean))
        check_is_fitted(self, "_network")
        if not isinstance(self._loss, GaussianNLL):
            raise ValueError(
                f"{type(self).__name__}: return_std must be False unless loss='gaussian_nll'; "
                f"got True with loss={self.loss!r}"
            )
        both = self._answer(X, lambda raw: np.hstack((self._mean(raw), self._std(raw))))
        y, std = (np.ascontiguousarray(half) for half in np.hsplit(both, 2))
        return self._decode(y), self._decode(std)

    def _mean(self, raw):
        y = self._loss.predict(raw) * self.target_std_.astype(raw.dtype)
        return y + self.target_mean_.astype(raw.dtype)

    def _std(self, raw):
        return self._loss.std(raw) * self.target_std_.astype(raw.dtype)

    def _arrays(self, name):
        """Bring the output layer into the unit of y."""
        arrays = super()._arrays(name)
        last, mean, std = arrays[-1], self.target_mean_, self.target_std_
        n = self._n_targets
        scaled = last.copy()  # the log-variances of a Gaussian likelihood follow after n columns
        scaled[..., :n] *= std
        if name == "b":
            scaled[:n] += mean
            if len(scaled) > n:
                scaled[n:] += 2 * np.log(std)
        return [*arrays[:-1], scaled]

    @classmethod
    def from_sklearn(cls, mlp):
        """Take over a scikit-learn ``MLPRegressor``: its settings and, if fitted, its weights.

        Parameters
        ----------
        mlp : sklearn.neural_network.MLPRegressor
            Fitted or not.

        Returns
        -------
        mlp : MLPRegressor
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
        tags.target_tags.multi_output = True
        tags.target_tags.positive_only = getattr(self.loss, "name", self.loss) in (
            "poisson",
            "gamma",
        )
        return tags
