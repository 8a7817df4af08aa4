"""What a classifier and a regressor have in common: validate, encode, train, predict.

``fit`` makes a *learner*, a copy of the estimator; checks the rows; lets the target
(:mod:`skdl.estimators.targets`) encode y; resolves the parameters
(:mod:`skdl.estimators.parameters.resolve`); builds the network; and hands all of it to a job
(:mod:`skdl.estimators.fitting.job`), which trains, and lets the estimator become its learner.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from os import PathLike
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import validate_data

from skdl.core.architecture import build
from skdl.core.component import check_parameter, resolve
from skdl.core.losses import Loss
from skdl.core.training.fit import Data, Progress
from skdl.estimators.answers import FLOATS, Answers
from skdl.estimators.checkpoint import Checkpoint, Saved, writers_of
from skdl.estimators.fitting.callbacks import CallbackSupportMixin, with_callbacks
from skdl.estimators.fitting.ensemble import make_members, train_members
from skdl.estimators.fitting.folds import make_parts, out_of_fold
from skdl.estimators.fitting.history import History
from skdl.estimators.fitting.job import Job, become, make_job, make_learner, run_or_postpone
from skdl.estimators.fitting.weights import check_weight, count_rows
from skdl.estimators.learned import Learned
from skdl.estimators.parameters.resolve import (
    Settings,
    resolve_settings,
    warn_of_idle_parameters,
)
from skdl.estimators.parameters.settable import Settable, with_hints
from skdl.estimators.parameters.table import PARAMETERS
from skdl.tools.exclusive import exclusive
from skdl.tools.given import check_sparse, named_errors, plain_target
from skdl.tools.rows import in_precision
from skdl.tools.warning import warn_user

__all__ = ["BaseMLP"]

Array = np.ndarray


class BaseMLP(Learned, Answers, Settable, CallbackSupportMixin, BaseEstimator):
    """A multi-layer perceptron with scikit-learn's interface.

    Subclasses say how y is read, from which family the loss comes, and what can be predicted; the
    outputs that predictions are made of come from :mod:`skdl.estimators.answers`.
    """

    _loss_family: ClassVar[type[Loss]]
    _numeric_target: ClassVar[bool]
    _read_target: ClassVar[Callable]
    # A search that splits by groups has them for itself, unless set_fit_request asks for them.
    __metadata_request__fit: ClassVar = {"groups": False}

    # -- fit ---------------------------------------------------------------------------

    @with_hints
    @with_callbacks
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
        groups: Any = None,
        resume_from: str | PathLike | None = None,
    ) -> Self:
        """Train on rows X with targets y.

        Parameters
        ----------
        X : array-like, sparse matrix or memory map of shape (n, features)
            Inputs. float32 and float64 are used as they are unless ``dtype`` says otherwise, CSR
            is not made dense, and a memory map of any number type is read and converted batch by
            batch.
        y : array-like of shape (n,) or (n, outputs)
            Targets.
        sample_weight : array-like of shape (n,), optional
            Weights of the rows; only their ratios matter.
        X_val, y_val, sample_weight_val : array-like, optional
            Validation rows of your own, instead of a part of X.
        groups : array-like of shape (n,), optional
            The group of each row, such as a patient: where ``early_stopping`` sets rows aside, no
            group is on both sides. With as many groups as networks, every group is a fold.
        resume_from : str or path, optional
            A file written by a :class:`skdl.Checkpoint` during the same fit, with the same
            parameters and data: it goes on from there.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            If a parameter, the data or a checkpoint cannot be used. The estimator is then what it
            was before, as after any other exception.
        KeyboardInterrupt
            If Ctrl-C came before the first epoch had ended.

        Warns
        -----
        UserWarning
            If a parameter has no effect beside the others, or Ctrl-C ended the fit.
        ConvergenceWarning
            If ``max_iter`` epochs were too few, or the loss became infinite or NaN; the last
            finite weights are kept.
        """
        validation, saved = (X_val, y_val, sample_weight_val), None
        if resume_from is not None:
            saved = Saved(resume_from, self)
        go_on = saved is None and self.warm_start and hasattr(self, "_network")
        rest = {"groups": groups, "saved": saved}
        return self._fit(X, y, sample_weight, validation, go_on=go_on, **rest)

    @exclusive
    def _fit(
        self,
        X,
        y,
        sample_weight,
        validation,
        *,
        go_on,
        n_epochs=None,
        classes=None,
        groups=None,
        saved=None,
    ):
        """Prepare and train: to the end, or for n_epochs (0 only builds the network)."""
        jobs = self._prepare(
            X, y, sample_weight, validation, go_on, n_epochs, classes, groups, saved
        )
        if saved is not None:
            saved.restore(jobs)
        if n_epochs is None and self.callbacks:
            writers = writers_of(self, jobs)
            for job in jobs:
                job.writers = writers
        if n_epochs == 0:
            become(self, jobs[0].learner)
        elif self.n_networks == 1:
            run_or_postpone(jobs[0])
        else:
            train_members(self, jobs, self.networks_ if go_on else [])
        return self

    def _prepare(
        self, X, y, sample_weight, validation, go_on, n_epochs, classes, groups, saved
    ) -> list[Job]:
        """Check, split and encode the rows, resolve the parameters, build the networks."""
        learner = make_learner(self, go_on)
        earlier = self.networks_ if go_on else []
        X, y, weight = learner._check_rows(X, y, sample_weight, fresh=not go_on, classes=classes)
        X_val, y_val, weight_val = validation
        own = not (X_val is None and y_val is None and weight_val is None)
        if own and (X_val is None or y_val is None):
            raise ValueError(f"{type(self).__name__}: X_val and y_val must be given together")
        held_out = learner._check_rows(*validation) if own else None
        learner._n_counted = count_rows(weight, X.shape[0])
        if go_on and n_epochs is not None:  # partial_fit sees the data in pieces
            learner._n_counted += self._n_counted
        settings = resolve_settings(self, *X.shape, learner._n_counted)
        if n_epochs is None:
            warn_of_idle_parameters(self, settings, own_validation=own)
        learner.l2_ = settings.l2
        rng = check_random_state(self.random_state)
        if not go_on:
            learner._set_seeds(rng)
        if saved is not None:  # the rows that were held out then
            learner._init_seed, learner._split_seed = saved.init_seed, saved.split_seed
        parts = make_parts(learner, X, y, weight, groups, held_out, n_epochs is None)
        if len(parts) == 1:
            y, weight = parts[0].y, parts[0].weight
        weights = [learner._weigh(part.y, part.weight) for part in parts]
        # Of folds, all rows say what the target is like: the outputs of the networks are averaged.
        all_weights = learner._weigh(y, weight) if len(parts) > 1 else weights[0]
        if not go_on:
            learner._target = learner._target.learn(y, all_weights, learner._loss, learner)
        output_bias = 0.0 if go_on else self.bias_init  # weights that are kept have theirs
        if isinstance(output_bias, str):
            output_bias = learner._target.best_constant(y, all_weights, learner._loss, learner)
        alone = self.n_networks == 1 and len(earlier) <= 1
        learners = [learner] if alone else make_members(learner, rng, earlier)
        data = [
            learner._data(X, part.y, w, part.rows, training=True)
            for part, w in zip(parts, weights, strict=True)
        ]
        jobs = []
        for i, one in enumerate(learners):
            of = i % len(parts)
            one._build(settings, data[of], output_bias, keep_weights=go_on)
            rows = data[of], parts[of], weights[of]
            jobs.append(make_job(self if alone else one, one, settings, *rows, n_epochs))
        if len(parts) > 1:
            jobs[0].look_back = partial(out_of_fold, parts=parts, X=X, y=y, weight=weight)
        return jobs

    @with_callbacks
    def _partial_fit(self, X, y, sample_weight, classes=None):
        """Train for one epoch, from where the last call ended."""
        if self.early_stopping:
            given = f"early_stopping={self.early_stopping!r}"
            warn_user(f"{type(self).__name__}: {given} has no effect with partial_fit")
        callbacks = self.callbacks if isinstance(self.callbacks, (list, tuple)) else ()
        if any(isinstance(callback, Checkpoint) for callback in callbacks):
            warn_user(f"{type(self).__name__}: a Checkpoint has no effect with partial_fit")
        go_on, none = hasattr(self, "_network"), (None, None, None)
        return self._fit(X, y, sample_weight, none, go_on=go_on, n_epochs=1, classes=classes)

    def _set_seeds(self, rng: np.random.RandomState) -> None:
        """Draw one seed for each source of randomness, so that none disturbs another."""
        seeds = rng.randint(2**31 - 1, size=4)
        self._init_seed, self._split_seed = int(seeds[0]), int(seeds[1])
        self.history_ = History()
        self._progress = Progress(
            batch_rng=np.random.default_rng(seeds[2]),
            noise_rng=np.random.default_rng(seeds[3]),
            history=self.history_,
        )

    # -- rows --------------------------------------------------------------------------

    def _check_rows(self, X, y, sample_weight, *, fresh=False, classes=None):
        """Check inputs, targets and weights; return them as arrays."""
        on_disk, owner = isinstance(X, np.memmap), type(self).__name__
        if issparse(X):
            X = check_sparse(owner, "X", X)
        if y is not None and (self._numeric_target or issparse(y) or not hasattr(y, "shape")):
            y = plain_target(owner, y, numeric=self._numeric_target)
        # Sums of huge numbers may overflow, which is fine.
        with named_errors(owner, "X"), np.errstate(all="ignore"):
            X, y = validate_data(
                self,
                X,
                y,
                accept_sparse="csr",
                dtype="numeric" if on_disk else FLOATS,
                multi_output=True,
                y_numeric=self._numeric_target,
                reset=fresh,
            )
        dtype = self._precision(X)
        if X.dtype != dtype or not (issparse(X) or X.flags.c_contiguous):
            X = in_precision(X, dtype)
        y, kind = self._read_target(y)
        loss = resolve(self, "loss", self._loss_family, self.loss)
        if fresh:
            self._target = kind.first(y, classes)
        elif classes is not None and not np.array_equal(classes, self._target.classes):
            raise ValueError(
                f"{type(self).__name__}: classes must be those of the first call, "
                f"{self._target.classes}; got {classes}"
            )
        y = self._target.check(y, kind, self, loss)
        self._loss = self._target.link(loss, self)
        if sample_weight is not None:
            sample_weight = check_weight(sample_weight, X.shape[0], type(self).__name__)
        return X, y, sample_weight

    def _precision(self, X: Array) -> np.dtype:
        """Return the floating type to train in."""
        if self.dtype is not None:
            check_parameter(self, "dtype", self.dtype, PARAMETERS["dtype"].rule)
            return np.dtype(self.dtype)
        if hasattr(self, "_network"):
            return self._network.dtype  # a fit that goes on stays what it is
        return X.dtype if X.dtype == np.float32 else np.dtype(np.float64)

    def _weigh(self, y: Array, weight: Array | None) -> Array | None:
        """Return the weights of rows with checked targets, in float64, brought to mean 1."""
        weight = self._target.weigh(y, weight, self)
        return None if weight is None else weight / weight.mean()

    def _data(self, X, y, weight, rows=None, *, training=False) -> Data:
        """Bring rows to the precision of the network, and let the target encode checked targets.

        Weights have mean 1, as ``_weigh`` returns them.
        """
        dtype = self._precision(X)
        self._target.check_range(y, dtype, self)
        targets = self._target.encoded(y, self._loss, dtype, self, training)
        weight = None if weight is None else weight.astype(dtype)[:, None]
        return Data(X if X.dtype == dtype else in_precision(X, dtype), targets, weight, rows)

    # -- the network -------------------------------------------------------------------

    def _build(self, settings: Settings, data: Data, output_bias: Any, keep_weights: bool) -> None:
        """Make the network; take over the weights of an earlier fit if it goes on."""
        loss, n_features = self._loss, data.X.shape[1]
        n_outputs = data.y.shape[-1] * loss.outputs_per_target
        network = build(
            n_features,
            settings.hidden,
            n_outputs,
            dtype=data.y.dtype,
            output_bias=output_bias,
            **settings.network,
        )
        if keep_weights:
            self._keep_weights(network)
        else:
            network.initialize(np.random.default_rng(self._init_seed))
        self._network = network
        self.n_outputs_ = n_outputs
        self.n_layers_ = len(settings.hidden) + 2
        self._widths = [n_features, *[layer.units for layer in settings.hidden], n_outputs]
        self._n_sub_networks = settings.n_sub_networks

    def _keep_weights(self, network: Any) -> None:
        """Put the weights of an earlier fit into a network."""
        old = self._network
        shapes = [[a.shape for a in net.arrays(net.theta)] for net in (old, network)]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"{type(self).__name__}: the network cannot go on learning with another "
                f"architecture or number of outputs: its arrays have shapes {shapes[0]}, "
                f"the new ones would have {shapes[1]}"
            )
        with np.errstate(over="ignore"):  # said below
            network.restore((old.theta, old.running))
        if not np.isfinite(network.theta).all():
            raise ValueError(
                f"{type(self).__name__}: dtype must hold the weights of the earlier fit, which "
                f"overflow in {network.dtype}; got {self.dtype!r}"
            )
        if old.dtype != network.dtype:
            self._progress.optimizer_state = None  # moments of another precision

    def __sklearn_tags__(self) -> Any:
        """Say what data the estimator takes."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
