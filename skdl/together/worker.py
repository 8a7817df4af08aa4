"""What one worker does with its tasks: prepare, hold, stack.

``fit`` of a network of ours only *prepares* it here: rows are checked and encoded, weights drawn.
Prepared networks are *held* until all tasks are, or memory is full; then those that are alike are
trained as a *stack*, side by side. Anything else is fitted at once, as it is.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from skdl.estimators.base import BaseMLP
from skdl.estimators.fitting.callbacks import with_callbacks
from skdl.estimators.fitting.job import Job, postponed
from skdl.estimators.fitting.stacks import alone_because, stacks, train_together
from skdl.together.callbacks import has_callbacks
from skdl.together.preprocessing import IN_MEMORY, FittedSteps
from skdl.together.tasks import Fitted, Task
from skdl.tools.inside import parts
from skdl.tools.progress import Share, reported_to
from skdl.tools.rows import inputs_of, n_rows, params_of_rows, rows_of

__all__ = ["fit_tasks"]

Then = Callable[[Task, Fitted], Any]


def fit_tasks(
    tasks: Iterable[tuple[int, Task]], X: Any, y: Any, then: Then, share: Share
) -> Iterator[tuple[int, Any]]:
    """Fit tasks in this process; yield the number of each and its result, when it is done.

    Parameters
    ----------
    tasks : iterable of (int, Task)
        Tasks and their numbers; those of one fold should follow each other.
    X, y : array-like
        All rows; each task takes its own.
    then : callable
        ``then(task, fitted)`` makes the result.
    share : callable
        ``share(number, part)`` is told how much of a task is done, from 0 to 1.

    Yields
    ------
    number : int
        Of the task.
    result : object
        What ``then`` returned.

    See Also
    --------
    skdl.together.fit_together : Spreads tasks over workers.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import Ridge
    >>> X = np.arange(6.0)[:, None]
    >>> task = Task(Ridge(alpha=0), fold=0, rows=np.arange(4))
    >>> for number, slope in fit_tasks(
    ...     [(7, task)], X, 3 * X[:, 0], lambda task, fitted: fitted.estimator.coef_[0], print
    ... ):
    ...     print(number, slope)
    7 3.0
    """
    held: list[_Prepared] = []
    n_bytes: dict[int, int] = {}  # of what is held
    rows = None
    for number, task in tasks:
        if rows is None or task.fold != rows.fold:
            rows = _TrainingRows(task, X, y)
        fitted, job = Fitted(), None
        with fitted.recorded(), reported_to(lambda part, number=number: share(number, part)):
            job = rows.fit(task, fitted)
        if job is None:
            yield number, then(task, fitted)
            continue
        prepared = _Prepared(number, task, fitted, job)
        if alone_because(job):
            yield from _train([prepared], then, share)
            continue
        held.append(prepared)
        n_bytes[id(job.fit.data.X)] = job.fit.data.X.nbytes
        n_bytes[id(job)] = (
            4 * job.fit.network.theta.nbytes
        )  # θ, the gradient, the watch's two copies
        if sum(n_bytes.values()) > IN_MEMORY:
            yield from _train_stacks(held, then, share)
            held, n_bytes = [], {}
    yield from _train_stacks(held, then, share)


@dataclass
class _Prepared:
    """A task whose network is yet to be trained."""

    number: int
    task: Task
    fitted: Fitted
    job: Job


class _TrainingRows:
    """The training rows of one fold, and what has been done to them."""

    def __init__(self, task: Task, X: Any, y: Any) -> None:
        self.fold = task.fold
        self.X, self.y = X, y
        self.own: tuple[Any, Any] | None = None
        self.steps = FittedSteps()

    def fit(self, task: Task, fitted: Fitted) -> Job | None:
        """Fit a task but for the training of its network; return the job that is left, if any."""
        estimator = task.estimator
        inside = [part for _, part in parts(estimator, exactly=True)]
        params = _params_of(task, self.X)
        network = inside[-1]
        trains_ours = isinstance(network, BaseMLP) and type(network).fit is BaseMLP.fit
        # Callbacks of its own want to be told of every step.
        if not trains_ours or any(map(has_callbacks, inside)) or _tells_of_networks(task, network):
            # Rows of its own: it may write to them.
            X, y = _take(task, self.X, self.y)
            with task.audience.told(estimator, X, y):
                fitted.estimator = _fit(estimator, (X, y), params)
            return None
        if self.own is None:
            self.own = _take(task, self.X, self.y)
        X, y = self.own
        try:
            with self.steps.shared_by(estimator), postponed() as jobs:
                # A target transformer may write to y.
                fitted.estimator = _fit(estimator, (X, copy.copy(y)), params)
        except Exception:
            with task.audience.told(estimator, X, y):
                raise
        return jobs[0] if jobs else None


def _tells_of_networks(task: Task, network: Any) -> bool:
    """Whether callbacks are to be told of an ensemble, whose tasks are networks, not epochs."""
    return task.audience.context is not None and network.n_networks != 1


def _fit(estimator: Any, rows: tuple[Any, Any], params: dict[str, Any]) -> Any:
    X, y = rows
    return estimator.fit(X, **params) if y is None else estimator.fit(X, y, **params)


def _take(task: Task, X: Any, y: Any) -> tuple[Any, Any]:
    """Return the inputs and the targets that a task learns from."""
    if callable(task.rows):
        return task.rows()
    X_train: Any = inputs_of(task.estimator, X, task.rows, task.rows)
    return X_train, None if y is None else rows_of(y, task.rows)


def _params_of(task: Task, X: Any) -> dict[str, Any]:
    """Return the parameters for ``fit``, cut down to the rows of the task."""
    if callable(task.rows):
        return task.params
    return params_of_rows(task.params, task.rows, n_rows(X))


def _train_stacks(held: list[_Prepared], then: Then, share: Share) -> Iterator[tuple[int, Any]]:
    """Train the networks that are held, those that are alike side by side."""
    of_job = {id(prepared.job): prepared for prepared in held}
    for stack in stacks(prepared.job for prepared in held):
        yield from _train([of_job[id(job)] for job in stack], then, share)


def _train(stack: list[_Prepared], then: Then, share: Share) -> Iterator[tuple[int, Any]]:
    """Train the networks of one stack; yield each task's number and result."""
    jobs = [prepared.job for prepared in stack]
    failure, start = None, perf_counter()
    if len(stack) > 1:
        try:
            with ExitStack() as audiences:
                for prepared in stack:
                    audiences.enter_context(prepared.task.audience.told_of_epochs(prepared.job))
                    _report_epochs(prepared, share)
                train_together(jobs)
        except Exception as error:
            failure = error
    seconds = (perf_counter() - start) / len(stack)
    for prepared in stack:
        prepared.fitted.seconds += seconds
        with prepared.fitted.recorded():
            if failure is not None:
                raise failure
            if len(stack) > 1:
                prepared.job.conclude()
            else:
                _train_alone(prepared, share)
        yield prepared.number, then(prepared.task, prepared.fitted)


def _train_alone(prepared: _Prepared, share: Share) -> None:
    """Train one network as its own ``fit`` would have."""
    job, audience = prepared.job, prepared.task.audience

    def run(estimator: Any) -> None:
        with reported_to(lambda part: share(prepared.number, part)):
            job.run()  # whose bar, if it has listeners, takes the place of the report of epochs

    _report_epochs(prepared, share)
    rows = job.rows()
    with audience.told(job.estimator, rows["X"], rows["y"]):
        with_callbacks(run)(job.estimator)


def _report_epochs(prepared: _Prepared, share: Share) -> None:
    """Let a network that is trained in a stack report how much of it is done."""
    fit, tell, n_done = prepared.job.fit, prepared.job.fit.watch.after_epoch, 0

    def after_epoch(record: dict[str, Any]) -> bool:
        nonlocal n_done
        n_done += 1
        share(prepared.number, n_done / fit.n_epochs)
        return tell is not None and tell(record)

    fit.watch.after_epoch = after_epoch
