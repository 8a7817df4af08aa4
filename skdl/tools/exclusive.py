"""One thread at a time: a fit writes to its estimator, so two at once would mix what they learn."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["exclusive"]

Method = TypeVar("Method", bound=Callable[..., Any])

_lock = threading.Lock()
_owners: dict[int, int] = {}  # which thread works on an object; both by their identity


def exclusive(method: Method) -> Method:
    """Decorate a method that only one thread may run on one object at a time.

    A second thread gets an error at once: to wait for the first would only overwrite what that
    learned. The thread that runs the method may call it again, as a callback does.

    Parameters
    ----------
    method : callable
        A method that changes its object.

    Returns
    -------
    method : callable
        The same method; it raises ``RuntimeError`` in a second thread.

    Examples
    --------
    >>> class Counter:
    ...     value = 0
    ...
    ...     @exclusive
    ...     def increase(self):
    ...         self.value += 1
    ...         return self.value
    >>> Counter().increase()
    1
    """

    @functools.wraps(method)
    def alone(self: Any, *args: Any, **kwargs: Any) -> Any:
        me, key = threading.get_ident(), id(self)
        with _lock:
            is_outermost = key not in _owners
            owner = _owners.setdefault(key, me)
        if owner != me:
            raise RuntimeError(
                f"{type(self).__name__}: fit must not run in two threads at once on one estimator; "
                "fit a clone of it in each thread"
            )
        try:
            return method(self, *args, **kwargs)
        finally:
            if is_outermost:
                with _lock:
                    del _owners[key]

    return alone  # type: ignore[return-value]
