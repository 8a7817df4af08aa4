"""A job: one fit of one network, ready to run. ``fit`` prepares one, and runs it or lets it wait.

What is learned is learned by a *learner*, a copy of the estimator; when it has ended, the estimator
takes over all that describes it, in one step. So an estimator is at any moment what it was before,
or what it is after, and a fit that fails changes nothing.

Whoever trains many networks at once (:mod:`skdl.together.fits`) lets ``fit`` only prepare, and
trains the jobs side by side (:mod:`skdl.core.training.side_by_side`)::

    with postponed() as jobs:
        for mlp in candidates:
            mlp.fit(X, y)
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skdl.core.objective import Objective
from skdl.core.training.fit import Data, Fit
from skdl.core.training.loop import train
from skdl.estimators.fitting.callbacks import CALLBACK_STATE, Listeners, someone_listens
from skdl.estimators.fitting.ending import warn_of_ending
from skdl.estimators.fitting.folds import Part
from skdl.estimators.fitting.history import RECENT, History
from skdl.estimators.fitting.monitor import make_scorer, make_watch, warn_of_undefined
from skdl.estimators.fitting.tracking import tracker
from skdl.estimators.parameters.settable import signature_of
from skdl.tools.blas import threads_for
from skdl.tools.progress import progress_bar

__all__ = [
    "Job",
    "at_once",
    "become",
    "make_job",
    "make_learner",
    "postponed",
    "run_or_postpone",
    "take_progress",
]

# What is learned, beside the attributes whose names end with an underscore.
LEARNED = (
    "_init_seed",
    "_loss",
    "_n_counted",
    "_n_sub_networks",
    "_network",
    "_progress",
    "_split_seed",
    "_target",
    "_widths",
)
# What only the whole has, and no learner.
WHOLE = ("_members", *CALLBACK_STATE)

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
    if postpone is not None and postpone(job):
        become(job.estimator, job.learner)  # prepared: its sizes are known, its weights to come
    else:
        job.run()


def make_learner(estimator: Any, go_on: bool) -> Any:
    """Return a copy of an estimator that will learn: anew, or from where its last fit ended."""
    learner = object.__new__(type(estimator))
    unwanted = WHOLE if go_on else (*WHOLE, *LEARNED)
    vars(learner).update(
        {
            name: value
            for name, value in vars(estimator).items()
            if name not in unwanted and (go_on or not name.endswith("_"))
        }
    )
    if go_on:
        take_progress(learner, estimator)
    return learner


def take_progress(learner: Any, other: Any) -> None:
    """Let a learner go on from where another ended, and leave the other untouched."""
    progress = other._progress
    learner.history_ = History(progress.history)
    learner._progress = replace(
        progress,
        batch_rng=copy.deepcopy(progress.batch_rng),
        noise_rng=copy.deepcopy(progress.noise_rng),
        history=learner.history_,
        optimizer_state=copy.deepcopy(progress.optimizer_state),
    )


def become(estimator: Any, learner: Any) -> None:
    """Let an estimator take over all that its learner is, in one step: never seen half done."""
    if learner is not estimator:
        own = (*signature_of(type(estimator)), *CALLBACK_STATE)
        kept = {name: value for name, value in vars(estimator).items() if name in own}
        estimator.__dict__ = vars(learner) | kept


@dataclass(eq=False)
class Job:
    """One fit of one network.

    Attributes
    ----------
    estimator : MLPClassifier or MLPRegressor
        Who is being fitted: callbacks are told of it, and at the end it becomes the learner.
    learner : MLPClassifier or MLPRegressor
        Has the network, the target and the history.
    fit : Fit
        What the trainer needs.
    y : ndarray of shape (n,) or (n, outputs)
        The checked targets of the training rows.
    n_epochs : int or None
        Exactly so many epochs; None trains until there is a reason to stop.
    writers : sequence of Writer
        Who writes checkpoints of the fit that this job belongs to.
    look_back : callable or None
        Of the first of several networks that set folds aside: returns of the fitted ensemble what
        it says of these rows, by name.
    """

    estimator: Any
    learner: Any
    fit: Fit
    y: Any
    n_epochs: int | None
    writers: Sequence[Any] = ()
    look_back: Callable[[Any], dict[str, Any]] | None = None

    def threads(self) -> Any:
        """Return the context with the BLAS threads that suit the products of a step."""
        return threads_for(self.fit.training.batch_size, self.learner._widths)

    def rows(self) -> dict[str, Callable[[], Any]]:
        """Return functions that make the rows, for callbacks that ask for them."""
        fit, learner = self.fit, self.learner
        return {"X": lambda: fit.data.whole().X, "y": lambda: learner._target.decode(self.y)}

    def run(self) -> None:
        """Train alone, to the end."""
        estimator = self.estimator
        if not someone_listens(estimator):
            with self.threads():
                train(self.fit)
        else:
            n, name = self.fit.n_epochs, type(estimator).__name__
            bar = progress_bar(n, verbose=estimator.verbose, description=name)
            listeners = Listeners(estimator, self.learner, n, self.rows(), bar)

            def after_epoch(record: dict[str, float]) -> bool:
                stop = listeners.end_epoch(record)
                for writer in self.writers:  # when it is known whether the fit goes on
                    writer.end_epoch(self, self.fit.progress.epoch, stop)
                return stop

            self.fit.watch.after_epoch = after_epoch
            try:
                with self.threads():
                    train(self.fit)
            finally:
                self.fit.watch.after_epoch = None
                listeners.close()
        self.conclude()

    def conclude(self) -> None:
        """Write down how the fit ended, let the estimator take over, and warn of a bad end.

        Raises
        ------
        KeyboardInterrupt
            If Ctrl-C came before the first epoch had ended: then nothing has been learned.
        """
        learner, progress, watch = self.learner, self.fit.progress, self.fit.watch
        if progress.stopped == "interrupted" and not watch.has_learned:
            raise KeyboardInterrupt
        learner.n_iter_ = learner.best_iter_ = progress.epoch
        if watch.stopping is not None and watch.stopping.seen.snapshot is not None:
            learner.best_iter_ = watch.stopping.seen.best_epoch
        self._describe()
        self._forget()
        become(self.estimator, learner)
        if progress.stopped != "callback":
            ends_itself = self.n_epochs is None and learner.n_iter_no_change is not None
            warn_of_ending(learner, self.fit, self.y, ends_itself)
        if self.fit.watch.monitor == "validation_error":  # a score, which may be undefined
            warn_of_undefined(learner, self.fit)

    def _describe(self) -> None:
        """Write down the loss of the epoch whose weights are kept."""
        learner, kept = self.learner, {"loss": np.nan, "penalty": np.nan}
        if learner.history_:
            kept = learner.history_[learner.best_iter_ - learner.n_iter_ - 1]
        learner.loss_, learner.penalty_ = kept["loss"], kept["penalty"]

    def _forget(self) -> None:
        """Keep of the progress what a later call goes on from, so that a pickle is as small."""
        progress, is_partial = self.fit.progress, self.n_epochs is not None
        if not is_partial:
            progress.n_whole = len(progress.history)
        elif not self.fit.training.schedule.follows_loss:
            del progress.history[progress.n_whole : -RECENT]
        if not (is_partial or self.learner.warm_start):
            progress.forget()
        elif progress.optimizer_state is not None:
            progress.optimizer_state = [
                {name: value for name, value in state.items() if name != "scratch"}
                for state in progress.optimizer_state
            ]


def make_job(
    estimator: Any,
    learner: Any,
    settings: Any,
    data: Data,
    part: Part,
    weight: Any,
    n_epochs: int | None,
) -> Job:
    """Put together what the trainer needs.

    Parameters
    ----------
    estimator, learner : MLPClassifier or MLPRegressor
        Who is being fitted, and the copy that has the network.
    settings : Settings
        Its parameters, resolved.
    data : Data
        The rows to learn from.
    part : Part
        What they are, and the validation rows.
    weight : ndarray of shape (n,) or None
        Their weights, of mean 1.
    n_epochs : int or None
        Exactly so many epochs; None trains until there is a reason to stop.
    """
    objective = Objective(
        learner._network, learner._loss, settings.penalties, settings.penalize_bias
    )
    progress = learner._progress
    if progress.optimizer_name != repr(settings.training.optimizer):
        progress.optimizer_state = None  # moments mean nothing to another optimiser
        progress.optimizer_name = repr(settings.training.optimizer)
    validation = None
    if part.held_out is not None:
        X_val, y_val, weight_val = part.held_out
        validation = learner._data(X_val, y_val, learner._weigh(y_val, weight_val))
    n = learner.max_iter if n_epochs is None else n_epochs
    total = learner.max_iter if n_epochs is not None else progress.epoch + n
    tracked = None
    if learner.track is not None:
        tracked = tracker(learner, data.X, part, weight, make_scorer)
    watch, plain = make_watch(learner, settings, data, validation, part.held_out, n_epochs, tracked)
    fit = Fit(
        objective, settings.training, data, progress, n, total, watch, validation if plain else None
    )
    return Job(estimator, learner, fit, part.y, n_epochs)
