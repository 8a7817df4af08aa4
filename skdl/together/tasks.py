"""A task, which is one fit to be done, and what comes of it."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from skdl.together.callbacks import Audience

__all__ = ["Fitted", "Task"]


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
        Whatever its maker wants to find again in the result.
    audience : Audience
        Scikit-learn's callbacks that are told of the fit.

    See Also
    --------
    skdl.together.fit_together : Carries tasks out.

    Examples
    --------
    >>> import numpy as np
    >>> from skdl import MLPClassifier
    >>> task = Task(MLPClassifier((8,)), fold=0, rows=np.arange(100), label="the first hundred")
    >>> task.params
    {}
    """

    estimator: Any
    fold: Hashable
    rows: Any
    params: dict[str, Any] = field(default_factory=dict)
    label: Any = None
    audience: Audience = field(default_factory=Audience)


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

    See Also
    --------
    skdl.together.fit_together : Hands it to the function that makes results.

    Examples
    --------
    >>> fitted = Fitted()
    >>> with fitted.recorded():
    ...     raise ValueError("no rows")
    >>> fitted.error
    ValueError('no rows')
    """

    estimator: Any = None
    error: Exception | None = None
    warnings: list[tuple[type[Warning], str]] = field(default_factory=list)
    seconds: float = 0.0
    traceback: str = ""

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Record the time, the warnings and the error of what is done for the task.

        Raises
        ------
        KeyboardInterrupt
            If a network was interrupted: it keeps its weights and only warns, but all tasks end.
        """
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
            raise KeyboardInterrupt
