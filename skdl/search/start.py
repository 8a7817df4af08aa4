"""Settings that worked elsewhere: a search tries them before all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

__all__ = ["first_candidates", "same", "searched_names", "starting_settings"]


def searched_names(spaces: Any) -> list[str]:
    """Return the names of all parameters of a space or a list of spaces, each once.

    Examples
    --------
    >>> searched_names([{"l2": [0.1], "optimizer": ["sgd"]}, {"l2": [0.0]}])
    ['l2', 'optimizer']
    """
    listed = [spaces] if isinstance(spaces, Mapping) else spaces
    return list(dict.fromkeys(name for space in listed for name in space))


def starting_settings(owner: str, start: Any, names: Iterable[str]) -> list[dict[str, Any]]:
    """Return the settings to try first.

    Parameters
    ----------
    owner : str
        The search, for the message.
    start : estimator, dict, list of these, or None
        What worked elsewhere.
    names : iterable of str
        The parameters that are searched.

    Returns
    -------
    settings : list of dict
        Of an estimator, its values of what is searched; a dict as it is.

    Raises
    ------
    ValueError
        If it is something else, or has nothing of what is searched, or a dict has anything else.

    Examples
    --------
    >>> from skdl import MLPClassifier
    >>> worked = MLPClassifier(l2=0.01, dropout=0.2)
    >>> starting_settings("GridSearchCV", [worked, {"l2": 0.0}], ["l2", "dropout"])
    [{'l2': 0.01, 'dropout': 0.2}, {'l2': 0.0}]
    """
    if start is None:
        return []
    names, settings = list(names), []
    for one in start if isinstance(start, (list, tuple)) else [start]:
        if isinstance(one, Mapping):
            setting, fits = dict(one), bool(one) and set(one) <= set(names)
        else:
            is_estimator = hasattr(one, "get_params") and not isinstance(one, type)
            own = one.get_params() if is_estimator else {}
            setting = {name: own[name] for name in names if name in own}
            fits = bool(setting)
        if not fits:
            raise ValueError(
                f"{owner}: start must be an estimator, a dict of values, or a list of these, with "
                f"values of what is searched, which is {names}; got {one!r}"
            )
        settings.append(setting)
    return settings


def first_candidates(
    owner: str, start: Any, spaces: Any, candidates: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the settings that worked elsewhere, then those candidates that are not among them.

    Parameters
    ----------
    owner, start
        As of :func:`starting_settings`.
    spaces : dict or list of dict
        What is searched.
    candidates : iterable of dict
        What the search would try.

    Examples
    --------
    >>> grid = {"l2": [0.0, 0.1]}
    >>> first_candidates("GridSearchCV", {"l2": 0.1}, grid, [{"l2": 0.0}, {"l2": 0.1}])
    [{'l2': 0.1}, {'l2': 0.0}]
    """
    first: list[dict[str, Any]] = []
    settings = starting_settings(owner, start, searched_names(spaces)) if start is not None else []
    for setting in settings:
        if not any(_same_settings(setting, other) for other in first):
            first.append(setting)
    rest = [c for c in candidates if not any(_same_settings(c, other) for other in first)]
    return first + rest


def same(a: Any, b: Any) -> bool:
    """Whether two values of a parameter are the same; arrays are not compared."""
    return a is b or (type(a) is type(b) and not isinstance(a, np.ndarray) and a == b)


def _same_settings(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
