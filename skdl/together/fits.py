"""Together: many fits, of any estimators, where our networks train side by side.

A search, a diagnosis, a decomposition each make a list of tasks: an estimator and the rows it is to
learn from. Networks of ours, alone, at the end of a pipeline or under a target transformer, are
first only prepared (:mod:`skdl.estimators.fitting.job`), then trained in stacks of those that are
alike (:mod:`skdl.estimators.fitting.stacks`); all else is fitted as it is. What a pipeline does
before its network is done once for each set of rows. What comes out is what fits one by one give.
"""

from __future__ import annotations

import copy
import traceback
import warnings
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed

from skdl.estimators.base import BaseMLP
from skdl.estimators.fitting.job import Job, postponed
from skdl.estimators.fitting.stacks import alone_because, parameters_key, stacks, train_together
from skdl.together.preprocessing import IN_MEMORY, Once
from skdl.tools.inside import parts
from skdl.tools.progress import progress_bar
from skdl.tools.rows import inputs_of, n_rows, params_of_rows, rows_of

__all__ = ["Fitted", "Task", "as_they_come", "fit_together"]

PIECES = 4  # for each worker: one that is done early takes another
LEAST = 16  # tasks in a piece; with fewer, stacks get thin


@dataclass
class Task:
    """One fit to be done.

    Attributes
    ----------
    estimator : estimator
        Unfitted, with its parameters set; it is fitted itself, not a clone.
    fold : hashable
        Tasks with the same fold have the same training rows.
    rows : ndarray of int, or callable
        Numbers of the training rows; or a function that makes them: ``X, y = rows()``.
    params : dict
        Parameters for ``fit``; those with one entry for each row of X are cut down to ``rows``.
    label : object
        For the caller.
    """

    estimator: Any
    fold: Hashable
    rows: Any
    params: dict[str, Any] = field(default_factory=dict)
    label: Any = None


@dataclass
class Fitted:
    """What came of a task.

    Attributes
    ----------
    estimator : estimator or None
        Fitted; None if that failed.
    error : Exception or None
        Why it failed.
    warnings : list of (category, message)
        What it warned of.
    seconds : float
        How long it took: what it took to prepare, and its share of the training of its stack.
    traceback : str
        Where it failed.
    """

    estimator: Any = None
    error: Exception | None = None
    warnings: list[tuple[type[Warning], str]] = field(default_factory=list)
    seconds: float = 0.0
    traceback: str = ""

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note the time, the warnings and the error of what is done for the task."""
        start = perf_counter()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                yield
            except Exception as error:  # it must not hurt the other tasks
                self.error, self.traceback = error, traceback.format_exc()
                self.estimator = None
        self.seconds += perf_counter() - start
        self.warnings += [(w.category, str(w.message)) for w in caught]
        if any("interrupted" in message for _, message in self.warnings):
            # Networks keep their weights at Ctrl-C and only warn; here it has to end all tasks.
            raise KeyboardInterrupt


def fit_together(
    tasks: list[Task],
    X: Any,
    y: Any,
    *,
    then: Callable[[Task, Fitted], Any],
    n_jobs: int | None = None,
    pre_dispatch: Any = "2*n_jobs",
    verbose: int = 0,
    description: str = "fits",
) -> list[Any]:
    """Fit all estimators; return what ``then`` makes of each, in the order of the tasks.

    Parameters
    ----------
    tasks : list of Task
        What to fit.
    X, y : array-like
        All rows; each task takes its own.
    then : callable
        ``then(task, fitted)`` is called in the worker that fitted, and its result sent back.
    n_jobs, pre_dispatch
        Workers, and pieces sent out at a time, as in scikit-learn.
    verbose : int
        Whether to show a progress bar.
    description : str
        What it says.

    Returns
    -------
    results : list
        One for each task. They do not depend on how the tasks were spread over workers.
    """
    results: list[Any] = [None] * len(tasks)
    with progress_bar(len(tasks), verbose=verbose, description=description) as bar:
        for number, result in as_they_come(
            tasks, X, y, then=then, n_jobs=n_jobs, pre_dispatch=pre_dispatch
        ):
            results[number] = result
            bar.update(1)
    return results


def as_they_come(
    tasks: list[Task], X: Any, y: Any, *, then: Any, n_jobs: Any, pre_dispatch: Any = "2*n_jobs"
) -> Iterator[tuple[int, Any]]:
    """Do what :func:`fit_together` does; yield the number of a task and its result, when done."""
    n_workers = effective_n_jobs(n_jobs)
    pieces = [[(i, tasks[i]) for i in piece] for piece in cut(tasks, n_workers)]
    if n_workers == 1:
        for piece in pieces:
            yield from _fit_piece(piece, X, y, then)
        return
    parallel = Parallel(n_jobs=n_jobs, pre_dispatch=pre_dispatch, return_as="generator")
    for done in parallel(delayed(_whole_piece)(piece, X, y, then) for piece in pieces):
        yield from done


def cut(tasks: list[Task], n_workers: int) -> list[list[int]]:
    """Cut tasks into pieces of about the same size, each with few folds and few kinds."""
    folds: dict[Hashable, int] = {}
    kinds: dict[Hashable, int] = {}
    places = []
    for i, task in enumerate(tasks):
        _, network = parts(task.estimator, exactly=True)[-1]
        key = parameters_key(network) if isinstance(network, BaseMLP) else None
        place = folds.setdefault(task.fold, len(folds)), kinds.setdefault(key, len(kinds)), i
        places.append(place)
    order = [i for *_, i in sorted(places)]
    n_pieces = 1
    if n_workers > 1:
        n_pieces = min(len(order), max(n_workers, min(PIECES * n_workers, len(order) // LEAST)))
    return [part.tolist() for part in np.array_split(order, max(n_pieces, 1)) if len(part)]


def _whole_piece(piece: list[tuple[int, Task]], X: Any, y: Any, then: Any) -> list[Any]:
    return list(_fit_piece(piece, X, y, then))


def _fit_piece(piece: list, X: Any, y: Any, then: Any) -> Iterator[tuple[int, Any]]:
    """Fit the tasks of one worker: prepare what can be trained together until memory is full."""
    waiting: list[_Waiting] = []
    held: dict[int, int] = {}  # bytes of what waits
    rows = None
    for number, task in piece:
        if rows is None or task.fold != rows.fold:
            rows = _Rows(task, X, y)
        fitted, job = Fitted(), None
        with fitted.noting():
            job = rows.fit(task, fitted)
        if job is None:
            yield number, then(task, fitted)
            continue
        waiting.append(_Waiting(number, task, fitted, job))
        held[id(job.fit.data.X)] = job.fit.data.X.nbytes
        held[id(job)] = 4 * job.fit.network.theta.nbytes  # θ, the gradient, the watch's two copies
        if sum(held.values()) > IN_MEMORY:
            yield from _train(waiting, then)
            waiting, held = [], {}
    yield from _train(waiting, then)


@dataclass
class _Waiting:
    """A task whose network is yet to be trained."""

    number: int
    task: Task
    fitted: Fitted
    job: Job


class _Rows:
    """The training rows of one fold, and what has been done to them."""

    def __init__(self, task: Task, X: Any, y: Any) -> None:
        self.fold = task.fold
        self.X, self.y = X, y
        self.own: tuple[Any, Any] | None = None
        self.once = Once()

    def fit(self, task: Task, fitted: Fitted) -> Job | None:
        """Fit a task but for the training of its network; return the job that is left, if any."""
        estimator = task.estimator
        inside = [part for _, part in parts(estimator, exactly=True)]
        params = _params_of(task, self.X)
        trains_ours = isinstance(inside[-1], BaseMLP) and type(inside[-1]).fit is BaseMLP.fit
        # scikit-learn's callbacks want to be told of every step.
        if not trains_ours or any(getattr(part, "_skl_callbacks", None) for part in inside):
            # Rows of its own: it may write to them.
            fitted.estimator = _fit(estimator, _take(task, self.X, self.y), params)
            return None
        if self.own is None:
            self.own = _take(task, self.X, self.y)
        X, y = self.own
        with self.once.shared_by(estimator), postponed(unless=alone_because) as jobs:
            # A target transformer may write to y.
            fitted.estimator = _fit(estimator, (X, copy.copy(y)), params)
        return jobs[0] if jobs else None


def _fit(estimator: Any, rows: tuple[Any, Any], params: dict[str, Any]) -> Any:
    X, y = rows
    return estimator.fit(X, **params) if y is None else estimator.fit(X, y, **params)


def _take(task: Task, X: Any, y: Any) -> tuple[Any, Any]:
    """Return the inputs and the targets that a task learns from."""
    if callable(task.rows):
        return task.rows()
    X = inputs_of(task.estimator, X, task.rows, task.rows)
    return X, None if y is None else rows_of(y, task.rows)


def _params_of(task: Task, X: Any) -> dict[str, Any]:
    """Return the parameters for ``fit``, cut down to the rows of the task."""
    if callable(task.rows):
        return task.params
    return params_of_rows(task.params, task.rows, n_rows(X))


def _train(waiting: list[_Waiting], then: Any) -> Iterator[tuple[int, Any]]:
    """Train the networks that wait, stack by stack; yield each task's number and result."""
    of_job = {id(w.job): w for w in waiting}
    for stack in stacks(w.job for w in waiting):
        failure, start = None, perf_counter()
        if len(stack) > 1:
            try:
                train_together(stack)
            except Exception as error:
                failure = error
        share = (perf_counter() - start) / len(stack)
        for job in stack:
            w = of_job[id(job)]
            w.fitted.seconds += share
            with w.fitted.noting():
                if failure is not None:
                    raise failure
                job.conclude() if len(stack) > 1 else job.run()
            yield w.number, then(w.task, w.fitted)
