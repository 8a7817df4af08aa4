"""Many fits at once, in this process or over the workers of any joblib backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from joblib import effective_n_jobs

from skdl.together.tasks import Task
from skdl.together.worker import Then, fit_tasks
from skdl.together.workers import cut, fit_in_workers
from skdl.tools.progress import Share, Shares, nobody, progress_bar

__all__ = ["fit_as_completed", "fit_together"]


def fit_together(
    tasks: list[Task],
    X: Any,
    y: Any,
    *,
    then: Then,
    n_jobs: int | None = None,
    pre_dispatch: Any = "2*n_jobs",
    verbose: int = 0,
    description: str = "fits",
    completed: Callable[[int, Any], None] | None = None,
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
        Whether to show a progress bar: fits done, with those that are under way in part.
    description : str
        What it says.
    completed : callable, optional
        ``completed(number, result)`` is called here as each task is completed.

    Returns
    -------
    results : list
        One for each task. They do not depend on how the tasks were spread over workers.

    See Also
    --------
    fit_as_completed : Yields each result as soon as it is there.

    Examples
    --------
    >>> import numpy as np
    >>> from skdl import MLPRegressor
    >>> from skdl.together import Task
    >>> X = np.linspace(-1, 1, 40)[:, None]
    >>> tasks = [
    ...     Task(MLPRegressor((4,), l2=l2, max_iter=2, n_iter_no_change=None), fold, rows)
    ...     for l2 in (0.0, 0.1)
    ...     for fold, rows in enumerate((np.arange(30), np.arange(10, 40)))
    ... ]
    >>> fit_together(tasks, X, X[:, 0], then=lambda task, fitted: fitted.estimator.n_iter_)
    [2, 2, 2, 2]
    """
    results: list[Any] = [None] * len(tasks)
    with progress_bar(len(tasks), verbose=verbose, description=description, digits=1) as bar:
        for number, result in fit_as_completed(
            tasks,
            X,
            y,
            then=then,
            n_jobs=n_jobs,
            pre_dispatch=pre_dispatch,
            share=Shares(bar, [1] * len(tasks)),
        ):
            results[number] = result
            if completed is not None:
                completed(number, result)
    return results


def fit_as_completed(
    tasks: list[Task],
    X: Any,
    y: Any,
    *,
    then: Then,
    n_jobs: int | None = None,
    pre_dispatch: Any = "2*n_jobs",
    share: Share = nobody,
) -> Iterator[tuple[int, Any]]:
    """Fit all estimators; yield the number and the result of each task, as they are completed.

    Parameters
    ----------
    tasks, X, y, then, n_jobs, pre_dispatch
        As of :func:`fit_together`.
    share : callable
        ``share(number, part)`` is told how much of a task is done, from 0 to 1.

    Yields
    ------
    number : int
        Of the task, as it stands in the list.
    result : object
        What ``then`` returned.

    See Also
    --------
    fit_together : Returns all results, in the order of the tasks.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.dummy import DummyRegressor
    >>> from skdl.together import Task
    >>> tasks = [Task(DummyRegressor(), fold, np.arange(fold + 1)) for fold in range(3)]
    >>> y = np.arange(3.0)
    >>> dict(fit_as_completed(tasks, y[:, None], y, then=lambda _, f: f.estimator.constant_.item()))
    {0: 0.0, 1: 0.5, 2: 1.0}
    """
    n_workers: int = effective_n_jobs(n_jobs)  # type: ignore[arg-type]
    if n_workers == 1:
        ordered = [(i, tasks[i]) for piece in cut(tasks, 1) for i in piece]
        completed = fit_tasks(ordered, X, y, then, share)
    else:
        completed = fit_in_workers(
            tasks,
            X,
            y,
            then,
            share,
            n_workers=n_workers,
            n_jobs=n_jobs,
            pre_dispatch=pre_dispatch,
        )
    for number, result in completed:
        share(number, 1.0)
        yield number, result
