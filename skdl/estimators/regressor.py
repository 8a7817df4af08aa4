"""``MLPRegressor``: the parameters of a regressor, and what it predicts.

:mod:`skdl.estimators.base` trains, :mod:`skdl.estimators.targets` says what a column of numbers
means, :mod:`skdl.estimators.parameters.table` what each parameter may be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self, overload

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skdl.core.losses import GaussianNLL, Quantiles, RegressorLoss
from skdl.estimators.base import BaseMLP
from skdl.estimators.conformal import half_width
from skdl.estimators.parameters.resolve import learns_in_steps
from skdl.estimators.parameters.table import documented
from skdl.estimators.targets import read_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from skdl.core.activations import Activation
    from skdl.core.clipping import Clipping
    from skdl.core.initializers import Initializer
    from skdl.core.noise import DropoutInference
    from skdl.core.optimizers import Optimizer
    from skdl.core.schedules import MomentumSchedule, Schedule

__all__ = ["MLPRegressor"]

Array = np.ndarray


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
    loss_curve_, clean_loss_curve_, validation_loss_curve_, validation_scores_ : list of float
        One number per epoch.
    history_ : History
        Everything recorded, one dict per epoch; ``history_.to_frame()`` is a DataFrame.
    target_mean_, target_std_ : ndarray of shape (outputs,)
        What ``scale_target`` subtracted and divided by (0 and 1 without it).
    n_iter_, best_iter_ : int
        Epochs done, and the one whose weights were kept.
    l2_ : float
        The strength of the penalty, also where ``l2`` is 'auto'.
    networks_ : list of estimators
        The networks, one for each of ``n_networks``; of several, the attributes above describe the
        first.
    oof_prediction_ : ndarray of shape (n,) or (n, outputs)
        What each row was predicted by the network that had not learned from it; only of several
        networks with ``early_stopping``, after a fit without ``X_val``.
    oof_fold_ : ndarray of int of shape (n,)
        The number of that network in ``networks_``.
    oof_score_ : float
        R² of these predictions. That of the ensemble is mostly higher: it averages.
    oof_residual_ : ndarray of the same shape
        What y had more than they say.
    n_features_in_, n_outputs_, n_layers_ : int
        Sizes.

    See Also
    --------
    MLPClassifier : The same network for classes.
    tabular_pipeline : A table as it is: missing values, categories, dates.
    diagnose : Is it bias or variance, and what to change.

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
    _read_target = read_numbers

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] | None = (100,),
        *,
        n_hidden_layers: int | None = None,
        activation: str | Activation | Sequence[str | Activation] = "relu",
        fit_intercept: bool = True,
        batch_norm: bool = False,
        batch_norm_momentum: float = 0.9,
        init: str | Initializer = "auto",
        init_scale: float = 1.0,
        bias_init: str | float = "auto",
        loss: str | RegressorLoss = "squared_error",
        scale_target: bool = True,
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
    def target_mean_(self) -> Array:
        """What ``scale_target`` subtracted from y; 0 without it."""
        return self._target.mean

    @property
    def target_std_(self) -> Array:
        """What ``scale_target`` divided y by; 1 without it."""
        return self._target.std

    @available_if(learns_in_steps)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
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

    @overload
    def predict(self, X: Any, return_std: Literal[False] = False) -> Array: ...

    @overload
    def predict(self, X: Any, return_std: Literal[True]) -> tuple[Array, Array]: ...

    def predict(self, X: Any, return_std: bool = False) -> Array | tuple[Array, Array]:
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
            return self._answer(X, "predict")
        check_is_fitted(self, "_network")
        if not isinstance(self._loss, GaussianNLL):
            raise ValueError(
                f"{type(self).__name__}: return_std must be False unless loss='gaussian_nll'; "
                f"got True with loss={self.loss!r}"
            )
        target = self._target

        def both(raw: Array, loss: GaussianNLL) -> Array:
            std = target.deviation_in_unit(loss.std(raw))
            return np.hstack((target.in_unit(loss.predict(raw)), std))

        mean, std = np.hsplit(self._answer(X, both), 2)
        return tuple(np.ascontiguousarray(target.decode(part)) for part in (mean, std))

    def predict_quantiles(self, X: Any) -> Array:
        """Return the quantiles of each row, in the order of the levels of the loss.

        They cannot cross. What they promise they hold as far as the network has learned it: on new
        rows of an over-trained one they lie too close together.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.

        Returns
        -------
        quantiles : ndarray of shape (n, levels) or (n, outputs, levels)
            In the unit of y.

        Raises
        ------
        ValueError
            If the loss is another than ``Quantiles``.

        See Also
        --------
        predict_interval : Intervals of one width, from the residuals out of fold.

        Examples
        --------
        The noise grows with x, and the quantiles part:

        >>> import numpy as np
        >>> from skdl import MLPRegressor
        >>> from skdl.core.losses import Quantiles
        >>> rng = np.random.default_rng(0)
        >>> X = rng.uniform(0, 1, size=(2000, 1))
        >>> y = X[:, 0] * rng.normal(size=2000)
        >>> mlp = MLPRegressor((16,), loss=Quantiles([0.1, 0.5, 0.9]), max_iter=300, random_state=0)
        >>> low, middle, high = mlp.fit(X, y).predict_quantiles([[0.25], [0.75]]).T
        >>> (high - low).round(1).tolist()  # 0.64 and 1.92 of the distribution
        [0.6, 1.9]
        """
        check_is_fitted(self, "_network")
        if not isinstance(self._loss, Quantiles):
            raise ValueError(
                f"{type(self).__name__}: predict_quantiles needs loss='quantiles' or an instance "
                f"of Quantiles; got {self.loss!r}"
            )
        target = self._target

        def all_levels(raw: Array, loss: Quantiles) -> Array:
            levels = np.moveaxis(loss.quantiles(raw), -1, 0)
            return np.hstack([target.in_unit(quantile) for quantile in levels])

        by_level = np.split(self._answer(X, all_levels), self._loss.outputs_per_target, axis=1)
        return np.stack([target.decode(quantile) for quantile in by_level], axis=-1)

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Array:
        r"""Return an interval for each row that holds its target with a given probability.

        It reaches as far as the residuals out of fold say (split conformal prediction):

        .. math:: \hat y(x) \pm r_{(k)}, \qquad k = \lceil (n + 1)\,c \rceil

        with :math:`r_{(k)}` the k-th smallest of the n absolute residuals. The coverage holds on
        average over rows like those of the fit, whatever their noise; all intervals of an output
        are of the same width. They tend to be wide rather than narrow, for the residuals are those
        of single networks, and the prediction is their average.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n, features)
            Inputs.
        coverage : float in (0, 1), default=0.9
            The probability, of each output by itself.

        Returns
        -------
        interval : ndarray of shape (n, 2) or (n, outputs, 2)
            Lower and upper ends.

        Raises
        ------
        ValueError
            If ``coverage`` is out of its range, or the rows are too few for it.
        AttributeError
            If no rows were held out in folds: it needs ``n_networks`` of two or more, with
            ``early_stopping``.

        References
        ----------
        Papadopoulos, Proedrou, Vovk and Gammerman (2002), "Inductive confidence machines for
        regression".

        Examples
        --------
        >>> from sklearn.datasets import make_friedman1
        >>> from skdl import MLPRegressor
        >>> X, y = make_friedman1(1000, noise=1.0, random_state=0)
        >>> mlp = MLPRegressor(n_networks=5, early_stopping=True, max_iter=500, random_state=0)
        >>> low, high = mlp.fit(X[:500], y[:500]).predict_interval(X[500:]).T
        >>> float(np.mean((low <= y[500:]) & (y[500:] <= high)).round(2))
        0.9
        """
        check_is_fitted(self, "_network")
        owner = f"{type(self).__name__}.predict_interval"
        if not hasattr(self, "oof_residual_"):
            raise AttributeError(
                f"{owner} needs residuals out of fold: fit with n_networks=5 (or another number "
                "from 2 on) and early_stopping=True, without X_val"
            )
        half = half_width(self.oof_residual_, coverage, owner)
        prediction = self.predict(X)
        return np.stack((prediction - half, prediction + half), axis=-1)

    @classmethod
    def from_sklearn(cls, mlp: Any) -> Self:
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

    def __sklearn_tags__(self) -> Any:
        """Say what targets the estimator takes."""
        tags = super().__sklearn_tags__()
        positive = getattr(self.loss, "name", self.loss) in ("poisson", "gamma")
        tags.target_tags.multi_output, tags.target_tags.positive_only = True, positive
        return tags
