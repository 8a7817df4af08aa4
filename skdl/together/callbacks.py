"""Scikit-learn's callbacks, told of a fit that is carried out for somebody else, such as a search.

Since its version 1.9 an estimator with ``set_callbacks(ProgressBar())`` tells them of its tasks: a
search of its evaluations, an evaluation of the epochs of its network. Each task is a *context*, a
node in a tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from skdl.estimators.fitting.callbacks import CALLBACK_STATE, Listeners
from skdl.tools.inside import parts
from skdl.tools.progress import progress_bar

__all__ = ["Audience", "SearchAudiences", "has_callbacks"]


def has_callbacks(estimator: Any) -> bool:
    """Whether scikit-learn's callbacks were set on an estimator.

    Examples
    --------
    >>> from skdl import MLPClassifier
    >>> has_callbacks(MLPClassifier())
    False
    """
    return bool(getattr(estimator, "_skl_callbacks", None))


@dataclass
class Audience:
    """Who is told of one fit: the callbacks of a search, or nobody.

    Attributes
    ----------
    context : sklearn.callback.CallbackContext or None
        The fit's own node in the tree of tasks, a leaf; None if nobody is told.
    caller : estimator or None
        On whose behalf the fit is done.

    See Also
    --------
    skdl.together.Task : Has one.

    Examples
    --------
    >>> with Audience().told(None, X=None, y=None):
    ...     pass  # the fit
    """

    context: Any = None
    caller: Any = None

    def begin(self, X: Any, y: Any) -> None:
        """Tell that the fit begins; X and y are rows, or functions that return them."""
        if self.context is not None:
            self.context.call_on_fit_task_begin(estimator=self.caller, X=X, y=y)

    def end(self, X: Any, y: Any) -> None:
        """Tell that the fit has ended, well or not."""
        if self.context is not None:
            self.context.call_on_fit_task_end(estimator=self.caller, X=X, y=y)

    @contextmanager
    def told(self, estimator: Any, X: Any, y: Any) -> Iterator[None]:
        """Tell of a fit that is done within, and let the estimator tell of its own tasks."""
        if self.context is None:
            yield
            return
        try:
            with self.context.propagate_callback_context(estimator):
                self.begin(X, y)
                yield
        finally:
            self.end(X, y)

    @contextmanager
    def told_of_epochs(self, job: Any) -> Iterator[None]:
        """Tell of the epochs of a network that is trained within, alone or in a stack."""
        if self.context is None:
            yield
            return
        network, rows = job.estimator, job.rows()
        with ExitStack() as on_exit:
            on_exit.callback(self.end, **rows)
            # What fit itself would remove, had the network been trained there.
            for name in CALLBACK_STATE:
                on_exit.callback(vars(network).pop, name, None)
            on_exit.enter_context(self.context.propagate_callback_context(network))
            self.begin(**rows)
            n = job.fit.n_epochs
            listeners = Listeners(network, job.learner, n, rows, progress_bar(n, verbose=0))
            on_exit.callback(listeners.close)
            job.fit.watch.after_epoch = listeners.end_epoch
            yield


class SearchAudiences:
    """Those who are told of the fits of a search: the callbacks of it, and of its estimator.

    Parameters
    ----------
    search : estimator
        The search.
    root : sklearn.callback.CallbackContext or None
        The search's own node; None before scikit-learn 1.9.

    See Also
    --------
    Audience : Of one fit.

    Examples
    --------
    >>> audiences = SearchAudiences(None, root=None)
    >>> audiences.invite([], is_all=True)
    >>> audiences.end()
    """

    def __init__(self, search: Any, root: Any) -> None:
        self.search = search
        watched = (
            [] if root is None else [part for _, part in parts(search.estimator, exactly=True)]
        )
        self.root = root if any(map(has_callbacks, [search, *watched])) else None
        self.context: Any = None
        self.n_invited = 0

    def invite(self, tasks: Sequence[Any], *, is_all: bool) -> None:
        """Give each task its audience; `is_all` tells that no more tasks will follow."""
        if self.root is None:
            return
        if self.context is None:
            self.context = self.root.subcontext(
                task_name="search",
                max_subtasks=len(tasks) if is_all else None,
                sequential_subtasks=False,
            ).call_on_fit_task_begin(estimator=self.search)
        for number, task in enumerate(tasks, start=self.n_invited):
            context = self.context.subcontext(
                task_name="candidate-split-evaluation", task_id=number
            )
            task.audience = Audience(context, self.search)
        self.n_invited += len(tasks)

    def end(self) -> None:
        """Tell that the last fit is done."""
        if self.context is not None:
            self.context.call_on_fit_task_end(estimator=self.search)
