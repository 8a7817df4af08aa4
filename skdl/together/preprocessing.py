"""Preprocessing once: pipelines that are fitted to the same rows share what they do before the end.

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

__all__ = ["IN_MEMORY", "Once"]

IN_MEMORY = 256_000_000  # bytes of inputs, as they come and transformed, that are kept at a time


class Once:
    """What was done to one set of rows.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skdl import MLPRegressor
    >>> X, y, once = [[0.0], [2.0]], [0.0, 1.0], Once()
    >>> for seed in range(3):
    ...     mlp = MLPRegressor(max_iter=1, n_iter_no_change=None, random_state=seed)
    ...     pipeline = make_pipeline(StandardScaler(), mlp)
    ...     with once.shared_by(pipeline):
    ...         pipeline = pipeline.fit(X, y)
    >>> len(once.done)
    1
    """

    def __init__(self) -> None:
        self.done: dict[Any, tuple] = {}

    def keep(self, key: Any, X: Any, transformed: Any, fitted: Any) -> None:
        """Keep a result, and X, so that no other gets its number; forget all if they are many."""
        self.done[key] = X, transformed, fitted
        if sum(_bytes(transformed) for _, transformed, _ in self.done.values()) > IN_MEMORY:
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


def _bytes(X: Any) -> int:
    """Return how large an array or a sparse matrix is (of a data frame, about)."""
    if hasattr(X, "nbytes"):
        return X.nbytes
    return X.data.nbytes if hasattr(X, "indptr") else 8 * getattr(X, "size", 0)


class _Memory:
    """Stands where the ``memory`` of a pipeline was, and uses that for what is new."""

    def __init__(self, once: Once, own: Any) -> None:
        self.once = once
        self.own = own

    def __deepcopy__(self, memo: dict) -> _Memory:
        return self  # a clone of the pipeline shares it

    def cache(self, function: Callable, **options: Any) -> Callable:
        """Return a function that does what ``function`` does, once."""
        new, once = check_memory(self.own).cache(function, **options), self.once

        def fit_transform(transformer: Any, X: Any, y: Any, **rest: Any) -> tuple[Any, Any]:
            try:
                key = content_of((transformer, y, rest.get("params"))), id(X)
            except Exception:  # it cannot be pickled, so it cannot be compared
                key = object()
            if key not in once.done:
                with at_once():  # a network that makes features is needed right away
                    # A transformer may write to its input, and others read it.
                    own = X.copy() if hasattr(X, "copy") else X
                    transformed, fitted = new(transformer, own, y, **rest)
                once.keep(key, X, transformed, fitted)
            else:
                _, transformed, fitted = once.done[key]
            return transformed, copy.deepcopy(fitted)

        return fit_transform
