"""A job: a fit that is ready to run. ``fit`` prepares one, and runs it, unless it is to wait.

Whoever trains many networks at once (:mod:`skdl.together.fits`) lets ``fit`` only prepare, and
trains the jobs side by side (:mod:`skdl.core.training.side_by_side`)::

    with postponed() as jobs:
        for mlp in candidates:
            mlp.fit(X, y)
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from skdl.core.objective import Objective
from skdl.core.penalties import L1, L2
from skdl.core.training.loop import Data, Trainer
from skdl.core.training.stopping import Stopping
from skdl.core.training.watch import Watch, train
from skdl.estimators.fitting.callbacks import Listeners
from skdl.estimators.parameters.resolve import Settings
from skdl.tools.blas import threads_for
from skdl.tools.progress import progress_bar
from skdl.tools.warning import warn_of_ending

__all__ = ["Job", "at_once", "postponed", "run_or_postpone"]

CHECKED = 64  # rows whose loss tells, after an epoch, whether its last step went astray

_postpone: ContextVar[Callable[[Job], bool] | None] = ContextVar("postpone", default=None)


@contextmanager
def postponed(unless: Callable[[Job], Any] | None = None) -> Iterator[list[Job]]:
    """Let ``fit`` prepare its job and add it to a list instead of training.

    Parameters
    ----------
    unless : callable, optional
        ``unless(job)`` says which jobs are to run at once all the same.
    """
    jobs: list[Job] = []

    def postpone(job: Job) -> bool:
        if unless is not None and unless(job):
            return False
        jobs.append(job)
        return True

    token = _postpone.set(postpone)
    try:
        yield jobs
    finally:
        _postpone.reset(token)


@contextmanager
def at_once() -> Iterator[None]:
    """Let ``fit`` train after all: what is fitted here is used right afterwards."""
    token = _postpone.set(None)
    try:
        yield
    finally:
        _postpone.reset(token)


def run_or_postpone(job: Job) -> None:
    """Run a job now, unless its fit was told to wait."""
    postpone = _postpone.get()
    if postpone is None or not postpone(job):
        job.run()


class Job:
    """One fit of one estimator.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Has its network, its loss and its progress.
    settings : Settings
        Its parameters, resolved.
    data : Data
        The rows to learn from.
    y : ndarray
        Their targets, not encoded.
    held_out : tuple or None
        Inputs, targets and weights of the validation rows.
    n_epochs : int or None
        Exactly so many epochs; None trains until there is a reason to stop.
    """

    def __init__(
        self, estimator: Any, settings: Settings, data: Data, y: Any, held_out: Any, n_epochs: Any
    ) -> None:
        self.estimator = estimator
        self.settings = settings
        self.training = settings.training
        self.data = data
        self.y = y
        self.held_out = held_out
        self.n_epochs = n_epochs
        self.network, self.progress = estimator._network, estimator._progress
        self.objective = Objective(
            self.network,
            estimator._loss,
            [L1(estimator.l1), L2(estimator.l2)],
            estimator.penalize_bias,
        )
        self.n = estimator.max_iter if n_epochs is None else n_epochs
        self.total = estimator.max_iter if n_epochs is not None else self.progress.epoch + self.n
        self.widths = [
            data.X.shape[1],
            *(layer.units for layer in settings.hidden),
            estimator.n_outputs_,
        ]
        if self.progress.optimizer_name != repr(settings.optimizer):
            self.progress.optimizer_state = None  # moments mean nothing to another optimiser
            self.progress.optimizer_name = repr(settings.optimizer)
        self.validation = None if held_out is None else estimator._data(*held_out)
        self.scorer = None
        self.watches = bool(estimator.early_stopping) and held_out is not None
        if self.watches and estimator.monitor != "loss":
            from sklearn.metrics import check_scoring

            self.scorer = check_scoring(estimator, scoring=estimator.monitor)
        self.watch = Watch(
            self.network,
            self.progress,
            is_sound=self.is_sound,
            stopping=self._stopping(),
            validate=None if held_out is None else self.validate,
            monitor=self._monitored(),
        )

    def _stopping(self) -> Stopping | None:
        estimator, watches = self.estimator, self.watches
        if self.n_epochs is not None or not (self.settings.optimizer.order == 1 or watches):
            return None
        rises = estimator.early_stopping == "rises"
        return Stopping(
            estimator.n_iter_no_change,
            estimator.tol,
            rule="rises" if rises else "patience",
            keep_best=watches and (estimator.restore_best or rises),
        )

    def _monitored(self) -> str:
        if not self.watches:
            return "loss"
        return "validation_loss" if self.estimator.monitor == "loss" else "validation_error"

    def is_sound(self) -> bool:
        """Tell whether the loss of the first rows is finite, by one plain pass."""
        X, y = self.data.first(CHECKED)
        return bool(np.isfinite(self.estimator._loss.value(y, self.network.raw(X))))

    def validate(self) -> dict[str, float]:
        """Measure the validation rows."""
        data, estimator = self.validation, self.estimator
        loss = estimator._loss.value(data.y, estimator._raw(data.X), data.weight)
        record = {"validation_loss": float(loss)}
        return record if self.scorer is None else {**record, **self._score()}

    def _score(self) -> dict[str, float]:
        estimator, (X, y, weight) = self.estimator, self.held_out
        kwargs = {} if weight is None else {"sample_weight": weight}
        with warnings.catch_warnings():  # the rows were checked: an array has no names
            warnings.filterwarnings("ignore", "X does not have valid feature names")
            score = float(self.scorer(estimator, X, estimator._decode(y), **kwargs))
        return {"validation_score": score, "validation_error": -score}

    @property
    def one_pass_validates(self) -> bool:
        """Whether ``validate`` is one plain pass and its loss."""
        return self.scorer is None and not self.estimator._n_sub_networks

    # -- alone -------------------------------------------------------------------------

    def threads(self) -> Any:
        """Return the context with the BLAS threads that suit the products of a step."""
        return threads_for(self.training.batch_size, self.widths)

    def rows(self) -> dict[str, Callable[[], Any]]:
        """Return functions that make the rows, for callbacks that ask for them."""
        return {"X": lambda: self.data.whole().X, "y": lambda: self.estimator._decode(self.y)}

    def run(self) -> None:
        """Train alone, to the end."""
        estimator = self.estimator
        bar = progress_bar(self.n, verbose=estimator.verbose, description=type(estimator).__name__)
        listeners = Listeners(estimator, self.n, self.rows(), bar)
        self.watch.after_epoch = listeners.end_epoch
        try:
            with self.threads():
                train(self._epochs, self.watch)
        finally:
            listeners.close()
        self.conclude()

    def _epochs(self, note: Any) -> None:
        settings, objective, data, progress = (
            self.settings,
            self.objective,
            self.data,
            self.progress,
        )
        if settings.optimizer.order == 2:
            tol = self.estimator.tol
            settings.optimizer.minimize(objective, data, progress, self.n, tol, note)
        else:
            Trainer(objective, self.training, data, progress, self.total).run(self.n, note)

    def conclude(self) -> None:
        """Set what a fit leaves behind, and warn if it did not end well."""
        estimator, progress, stopping = self.estimator, self.progress, self.watch.stopping
        history = estimator.history_
        estimator.n_iter_ = len(history)
        estimator.best_iter_ = estimator.n_iter_
        if stopping is not None and stopping.snapshot is not None:
            estimator.best_iter_ = stopping.best_epoch
        kept = {"loss": np.nan, "penalty": np.nan}
        if history:
            kept = history[estimator.best_iter_ - 1]
        estimator.loss_, estimator.penalty_ = kept["loss"], kept["penalty"]
        stops_early = self.n_epochs is None and estimator.n_iter_no_change is not None
        owner = type(estimator).__name__
        warn_of_ending(owner, progress.stopped, estimator.n_iter_, estimator.max_iter, stops_early)
