"""Shared preprocessing: pipelines on the same rows share what they do before their last step.

It goes through the pipeline's own parameter ``memory``: what has a method ``cache(func)`` may
remember the results of fitting a step.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from joblib import hash as content_of
from sklearn.utils.validation import check_memory

from skdl.estimators.fitting.job import at_once
from skdl.tools.inside import parts

__all__ = ["IN_MEMORY", "FittedSteps", "size_of"]

IN_MEMORY = 256_000_000  # bytes of inputs, as they come and transformed, that are kept at a time


class FittedSteps:
    """The steps of pipelines that were fitted to one set of rows, each once.

    See Also
    --------
    skdl.together.fit_together : Has one for each fold.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skdl import MLPRegressor
    >>> X, y, steps = [[0.0], [2.0]], [0.0, 1.0], FittedSteps()
    >>> for seed in range(3):
    ...     mlp = MLPRegressor(max_iter=1, n_iter_no_change=None, random_state=seed)
    ...     pipeline = make_pipeline(StandardScaler(), mlp)
    ...     with steps.shared_by(pipeline):
    ...         pipeline = pipeline.fit(X, y)
    >>> len(steps.done)
    1
    """

    def __init__(self) -> None:
        self.done: dict[Any, tuple] = {}

    def keep(self, key: Any, X: Any, transformed: Any, fitted: Any) -> None:
        """Keep a result, and X, so that no other gets its number; forget all if they are many."""
        self.done[key] = X, transformed, fitted
        if sum(size_of(transformed) for _, transformed, _ in self.done.values()) > IN_MEMORY:
            self.done.clear()

    @contextmanager
    def shared_by(self, estimator: Any) -> Iterator[None]:
        """Let the pipelines in an estimator look here first while it is fitted."""
        pipelines = [p for _, p in parts(estimator, exactly=True) if hasattr(p, "memory")]
        for pipeline in pipelines:
            pipeline.memory = _Memory(self, pipeline.memory)
        try:
            yield
        finally:
            fitted = [part for _, part in parts(estimator, exactly=True)]
            for part in [*pipelines, *fitted]:
                if isinstance(getattr(part, "memory", None), _Memory):
                    part.memory = part.memory.own


def size_of(X: Any) -> int:
    """Return the bytes of an array or a sparse matrix (of a data frame, about).

    Parameters
    ----------
    X : array-like
        Rows; of what is no array, the answer is 0.

    Returns
    -------
    n_bytes : int

    Examples
    --------
    >>> import numpy as np
    >>> size_of(np.zeros((10, 2)))
    160
    """
    if hasattr(X, "nbytes"):
        return X.nbytes
    return X.data.nbytes if hasattr(X, "indptr") else 8 * getattr(X, "size", 0)


class _Memory:
    """Stands where the ``memory`` of a pipeline was, and uses that for what is new."""

    def __init__(self, steps: FittedSteps, own: Any) -> None:
        self.steps = steps
        self.own = own

    def __deepcopy__(self, memo: dict) -> _Memory:
        return self  # a clone of the pipeline shares it

    def cache(self, function: Callable, **options: Any) -> Callable:
        """Return a function that does what ``function`` does, once."""
        new, steps = check_memory(self.own).cache(function, **options), self.steps

        def fit_transform(transformer: Any, X: Any, y: Any, **rest: Any) -> tuple[Any, Any]:
            try:
                key = content_of((transformer, y, rest.get("params"))), id(X)
            except Exception:  # it cannot be pickled, so it cannot be compared
                key = object()
            if key not in steps.done:
                with at_once():  # a network that makes features is needed right away
                    # A transformer may write to its input, and others read it.
                    own = X.copy() if hasattr(X, "copy") else X
                    transformed, fitted = new(transformer, own, y, **rest)
                steps.keep(key, X, transformed, fitted)
            else:
                _, transformed, fitted = steps.done[key]
            return transformed, copy.deepcopy(fitted)

        return fit_transform
