"""Callbacks: what is told after each epoch, and may stop the fit.

A callback of ours is any callable ``callback(estimator, record)``. Callbacks that follow
scikit-learn's own convention (since its version 1.9, ``estimator.set_callbacks(ProgressBar())``)
work as well.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # scikit-learn < 1.9

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Stands in where scikit-learn has no callbacks yet."""

    def with_callbacks(method: Callable) -> Callable:
        """Return the method as it is."""
        return method


from skdl.estimators.checkpoint import Checkpoint

__all__ = [
    "CALLBACK_STATE",
    "FIT_CONTEXT",
    "CallbackSupportMixin",
    "Listeners",
    "someone_listens",
    "with_callbacks",
]

# What scikit-learn's callbacks keep in the estimator while it is fitted, and what they keep in all.
FIT_CONTEXT = ("_callback_fit_ctx", "_skl_callbacks_to_teardown")
CALLBACK_STATE = ("_skl_callbacks", "_parent_callback_ctx", *FIT_CONTEXT)
LEARNED = ("_network", "_members", "_loss", "_target", "_n_sub_networks", "_widths")


def someone_listens(estimator: Any) -> bool:
    """Tell whether a fit of the estimator is shown or told to anybody."""
    theirs = hasattr(estimator, "_skl_callbacks") or hasattr(estimator, "_parent_callback_ctx")
    return bool(estimator.verbose or estimator.callbacks or theirs)


class Listeners:
    """All who are told of one fit: our callbacks, scikit-learn's, and the progress bar.

    Parameters
    ----------
    estimator : estimator
        Who is being fitted: scikit-learn's callbacks were set on it.
    learner : estimator
        Who learns, with the weights of the moment: our callbacks are handed it.
    n_tasks : int
        Epochs planned; of an ensemble, networks.
    data : dict
        "X" and "y", or functions that return them, for callbacks that want them.
    bar : progress bar
        Has ``update``, ``set_postfix_str`` and ``close``.
    task : str
        What one task is called.
    """

    def __init__(
        self,
        estimator: Any,
        learner: Any,
        n_tasks: int,
        data: dict[str, Any],
        bar: Any,
        task: str = "epoch",
    ) -> None:
        self.estimator = estimator
        self.learner = learner
        self.data = data
        self.bar = bar
        self.task_name = task
        self.context = self.task = None
        if hasattr(estimator, "_init_callback_context"):
            self.context = estimator._init_callback_context(max_subtasks=n_tasks)
            self.context.call_on_fit_task_begin(estimator=estimator, **data)
            # Without listeners there is no need of a task for each epoch: 4 % of a small fit.
            if getattr(self.context, "_callbacks", True):
                self._begin()

    def _begin(self) -> None:
        self.task = self.context.subcontext(task_name=self.task_name)
        self.task.call_on_fit_task_begin(estimator=self.estimator, **self.data)

    def _fitted(self) -> dict[str, Any]:
        """Return a copy of what has been learned, from which an estimator can be made."""
        learned = vars(self.learner).items()
        return copy.deepcopy({n: v for n, v in learned if n.endswith("_") or n in LEARNED})

    def end_epoch(self, record: dict[str, float]) -> bool:
        """Tell everyone of an epoch; return True if one of them wants to stop."""
        self.bar.set_postfix_str(f"loss {record['loss']:.4g}")
        self.bar.update(1)
        stop = False
        for callback in self.estimator.callbacks or ():
            if not isinstance(callback, Checkpoint):  # the job sees to those
                stop |= bool(callback(self.learner, record))
        return self.end_task(stop)

    def end_task(self, stop: bool = False) -> bool:
        """Tell scikit-learn's callbacks of a task; return True if anyone wants to stop."""
        if self.task is not None:
            stop |= bool(
                self.task.call_on_fit_task_end(
                    estimator=self.estimator, reconstruction_attributes=self._fitted, **self.data
                )
            )
            if not stop and self.task.task_id + 1 < self.context.max_subtasks:
                self._begin()
        return stop

    def close(self) -> None:
        """Tell everyone that the fit has ended."""
        self.bar.close()
        if self.context is not None:
            self.context.call_on_fit_task_end(
                estimator=self.estimator, reconstruction_attributes=self._fitted, **self.data
            )
