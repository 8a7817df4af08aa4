"""What a classifier and a regressor have in common: validate, encode, train, predict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import assert_all_finite, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from skdl.core.architecture import build
from skdl.core.batches import BLOCK, in_blocks
from skdl.core.component import check_parameter
from skdl.core.layers import Pass
from skdl.core.losses import Loss
from skdl.core.training.loop import Data, Progress
from skdl.estimators.fitting.callbacks import CallbackSupportMixin, with_callbacks
from skdl.estimators.fitting.ensemble import make_members, train_members
from skdl.estimators.fitting.history import History
from skdl.estimators.fitting.job import Job, run_or_postpone
from skdl.estimators.fitting.weights import check_weight
from skdl.estimators.learned import Learned
from skdl.estimators.parameters.resolve import Settings, resolve_settings, warn_without_effect
from skdl.estimators.parameters.settable import Settable
from skdl.estimators.parameters.table import PARAMETERS
from skdl.tools.blas import threads_for
from skdl.tools.rows import in_precision
from skdl.tools.warning import warn_user

__all__ = ["BaseMLP"]

Array = np.ndarray
FLOATS = (np.float64, np.float32)  # what is used as it is; all else becomes the first


class BaseMLP(Learned, Settable, CallbackSupportMixin, BaseEstimator):
    """A multi-layer perceptron with scikit-learn's interface.

    Subclasses say how targets are encoded (``_encode``), which loss is meant (``_resolve_loss``)
    and what a prediction is.
    """

    # -- what subclasses define --------------------------------------------------------

    def _check_target(self, y: Array, fresh: bool) -> Array:
        raise NotImplementedError

    def _resolve_loss(self) -> Loss:
        raise NotImplementedError

    def _encode(self, y: Array, dtype: Any) -> Array:
        raise NotImplementedError

    def _n_outputs(self) -> int:
        raise NotImplementedError

    def _row_weight(self, y: Array, sample_weight: Array | None) -> Array | None:
        return sample_weight

    def _training_target(self, y: Array) -> Array:
        return y

    def _split(self, y: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        raise NotImplementedError

    # -- fit ---------------------------------------------------------------------------

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
    ) -> BaseMLP:
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

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            If a parameter or the data cannot be used.

        Warns
        -----
        UserWarning
            If a parameter has no effect beside the others, or Ctrl-C ended the fit.
        ConvergenceWarning
            If ``max_iter`` epochs were too few, or the loss became infinite or NaN; the last
            finite weights are kept.
        """
        go_on = self.warm_start and hasattr(self, "_network")
        return self._fit(X, y, sample_weight, (X_val, y_val, sample_weight_val), go_on=go_on)

    def _fit(self, X, y, sample_weight, validation, *, go_on, n_epochs=None):
        """Prepare and train: to the end, or for n_epochs (0 only builds the network)."""
        before = dict(self.__dict__)
        try:
            jobs = self._prepare(X, y, sample_weight, validation, go_on, n_epochs)
        except Exception:
            self.__dict__.clear()
            self.__dict__.update(before)  # what an earlier fit learned is still there
            raise
        if self.n_networks > 1:
            self._become([job.estimator for job in jobs])
        if n_epochs != 0:
            run_or_postpone(jobs[0]) if self.n_networks == 1 else train_members(self, jobs)
        return self

    def _prepare(self, X, y, sample_weight, validation, go_on, n_epochs):
        """Check, split and encode the rows, resolve the parameters, build the networks."""
        earlier = self.networks_ if go_on else []
        if not go_on:
            self._forget()
        X, y, weight = self._check_rows(X, y, sample_weight, fresh=not go_on)
        own = any(part is not None for part in validation)
        if own and (validation[0] is None or validation[1] is None):
            raise ValueError(f"{type(self).__name__}: X_val and y_val must be given together")
        held_out = self._check_rows(*validation, fresh=False) if own else None
        settings = resolve_settings(self, X.shape[0])
        if n_epochs is None:
            warn_without_effect(self, settings, own_validation=own)
        self._loss = self._resolve_loss()
        rng = check_random_state(self.random_state)
        if not go_on:
            self._set_seeds(rng)
        rows = None
        if self.early_stopping and n_epochs is None and not own:
            rows, y, weight, held_out = self._hold_out(X, y, weight)
        data = self._data(X, y, weight, rows=rows, in_training=True, fresh=not go_on)
        single = self.n_networks == 1 and len(earlier) <= 1
        networks = [self] if single else make_members(self, rng, earlier)
        for network in networks:
            network._build(settings, data, keep_weights=go_on)
        return [Job(network, settings, data, y, held_out, n_epochs) for network in networks]

    def _become(self, members: list[BaseMLP]) -> None:
        """Be an ensemble: what describes one network describes the first."""
        self.__dict__.update(vars(members[0]), n_networks=self.n_networks, _members=members)

    @with_callbacks
    def _partial_fit(self, X, y, sample_weight):
        """Train for one epoch, from where the last call ended."""
        if self.early_stopping:
            given = f"early_stopping={self.early_stopping!r}"
            warn_user(f"{type(self).__name__}: {given} has no effect with partial_fit")
        go_on = hasattr(self, "_network")
        self._fit(X, y, sample_weight, (None, None, None), go_on=go_on, n_epochs=1)
        for network in (self, *self.networks_):
            network._was_partial = True
        return self

    def _forget(self) -> None:
        """Drop what an earlier fit learned."""
        for name in ("_network", "_members", "_progress", "_loss", "history_", "_was_partial"):
            self.__dict__.pop(name, None)

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

    def _check_rows(self, X, y, sample_weight, *, fresh):
        """Check inputs, targets and weights; return them as arrays."""
        on_disk = isinstance(X, np.memmap)
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
        if not on_disk:  # what is on disk is converted batch by batch
            X = in_precision(X, self._precision(X))
        y = self._check_target(y, fresh)
        if sample_weight is not None:
            sample_weight = check_weight(sample_weight, X.shape[0], type(self).__name__)
        return X, y, sample_weight

    def _precision(self, X):
        """Return the floating type to train in."""
        check_parameter(self, "dtype", self.dtype, PARAMETERS["dtype"].rule)
        if self.dtype is not None:
            return np.dtype(self.dtype)
        if hasattr(self, "_network"):
            return self._network.dtype  # a fit that goes on stays what it is
        return X.dtype if X.dtype == np.float32 else np.dtype(np.float64)

    def _hold_out(self, X, y, weight):
        """Set validation rows aside, the same ones whenever the fit goes on."""
        rows, held_out = self._split(y, np.random.default_rng(self._split_seed))
        w = (None, None) if weight is None else (weight[rows], weight[held_out])
        if weight is not None and (w[0].max() == 0 or w[1].max() == 0):
            raise ValueError(
                f"{type(self).__name__}: early_stopping split the rows so that one part has only "
                "zero weights; pass X_val, y_val"
            )
        return rows, y[rows], w[0], (X[held_out], y[held_out], w[1])

    def _data(self, X, y, weight, *, rows=None, in_training=False, fresh=False):
        """Encode targets and bring weights to mean 1."""
        dtype = self._precision(X)
        weight = self._row_weight(y, weight)
        if weight is not None:
            weight = (weight / weight.mean()).astype(dtype)[:, None]
        if fresh:
            self._learn_target(y, weight)
        y = self._encode(y, dtype)
        if in_training:
            y = self._training_target(y)
        return Data(X, y, weight, rows)

    def _learn_target(self, y: Array, weight: Array | None) -> None:
        """Learn what encoding needs from the training targets."""

    def _build(self, settings: Settings, data: Data, keep_weights: bool) -> None:
        """Make the network; take over the weights of an earlier fit if it goes on."""
        old, loss = self._network if keep_weights else None, self._loss
        output_bias = self.bias_init
        if output_bias == "auto":
            output_bias = loss.best_constant(data.y, data.weight)
        n_outputs = self._n_outputs() * loss.outputs_per_target
        network = build(
            data.X.shape[1],
            settings.hidden,
            n_outputs,
            output_initializer=settings.output_initializer,
            dtype=data.y.dtype,
            fit_intercept=self.fit_intercept,
            bias_init=0.0 if self.bias_init == "auto" else self.bias_init,
            output_bias=output_bias,
            init_scale=self.init_scale,
            batch_norm=self.batch_norm,
            batch_norm_momentum=self.batch_norm_momentum,
            activity_l1=self.activity_l1,
            input_dropout=self.input_dropout,
            input_noise=self.input_noise,
            dropout_inference=settings.dropout_inference,
        )
        if old is None:
            network.initialize(np.random.default_rng(self._init_seed))
        else:
            shapes = [[a.shape for a in net.arrays(net.theta)] for net in (old, network)]
            if shapes[0] != shapes[1]:
                raise ValueError(
                    f"{type(self).__name__}: the network cannot go on learning with another "
                    f"architecture or number of outputs: its arrays have shapes {shapes[0]}, "
                    f"the new ones would have {shapes[1]}"
                )
            network.restore((old.theta, old.running))
            if old.dtype != network.dtype:
                self._progress.optimizer_state = None  # moments of another precision
        self._network = network
        self.n_outputs_ = n_outputs
        self.n_layers_ = len(settings.hidden) + 2
        drops = any(layer.dropout for layer in settings.hidden) or self.input_dropout
        self._n_sub_networks = settings.dropout_inference.n_networks if drops else 0

    # -- predict -----------------------------------------------------------------------

    def _raw(self, X: Array) -> Array:
        """Return raw outputs: the average over the networks, or over sub-networks of dropout."""
        if hasattr(self, "_members"):
            return sum(member._raw(X) for member in self._members) / len(self._members)
        if not self._n_sub_networks:
            return self._network.raw(X, Pass)
        # Fixed seeds: every row meets the same sub-networks, and always gets the same answer.
        total = 0.0
        for seed in range(self._n_sub_networks):
            total = total + self._network.raw(
                X, lambda seed=seed: Pass(sub_network=True, rng=np.random.default_rng(seed))
            )
        return total / self._n_sub_networks

    def _answer(self, X: Any, link: Callable[[Array], Array]) -> Array:
        """Check rows and return ``link(raw outputs)``, for which raw outputs live only in blocks.

        Whole, they would be read again from memory, where a block is still in the cache.
        """
        if not hasattr(self, "_network"):  # asking first is quicker than the check itself
            check_is_fitted(self, "_network")
        X = self._check_inputs(X)
        if X.shape[0] <= BLOCK:
            return np.ascontiguousarray(link(self._raw(X)))
        widths = [layer.n_out for layer in self._network.weighted_layers]
        with threads_for(BLOCK, [self.n_features_in_, *widths]):
            return in_blocks(lambda rows: link(self._raw(rows)), X)

    def _check_inputs(self, X: Any) -> Array:
        """Check rows to predict for."""
        if (
            type(X) is np.ndarray
            and X.dtype in FLOATS
            and X.ndim == 2
            and X.shape[1] == self.n_features_in_
            and len(X) > 0
            and not hasattr(self, "feature_names_in_")
        ):
            # Nothing to convert, no names to compare: 2 times as fast for one row.
            assert_all_finite(X, estimator_name=type(self).__name__, input_name="X")
            return X
        dtype = "numeric" if isinstance(X, np.memmap) else FLOATS
        return validate_data(self, X, accept_sparse="csr", dtype=dtype, reset=False)

    def __sklearn_tags__(self) -> Any:
        """Say what data the estimator takes."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
