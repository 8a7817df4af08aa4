"""Pickles: which version wrote one, and which of the user's functions cannot be in one."""

from __future__ import annotations

import copy
import pickle
import sys
from typing import Any

from skdl.tools.version import version
from skdl.tools.warning import VersionWarning, warn_user

__all__ = ["named", "unnamed", "warn_of_version"]


def warn_of_version(owner: str, written_by: str | None) -> None:
    """Warn if something was written by another version.

    Parameters
    ----------
    owner : str
        What was written.
    written_by : str or None
        The version; None if it is not known.

    Examples
    --------
    >>> warn_of_version("MLPClassifier", version())
    """
    if written_by != version():
        warn_user(
            f"{owner}: written by version {written_by or 'unknown'} of skdl, read by version "
            f"{version()}; it may fail or answer differently. Fit it again, or use the version "
            "that wrote it.",
            VersionWarning,
        )


class _Named:
    """A function of the user's on its way into a pickle: if that fails, the error names it."""

    def __init__(self, value: Any, name: str) -> None:
        self.value = value
        self.name = name

    def __reduce__(self) -> tuple:
        """Return the function itself; try first whether it can be pickled."""
        try:
            pickle.dumps(self.value)
        except Exception as error:
            if not _pickles_all_functions():
                raise pickle.PicklingError(
                    f"{self.name} must be something that can be pickled; got {self.value!r} "
                    f"({error}). Define it at the top of a module, or set it to None before saving"
                ) from error
        return _value, (self.value,)

    def __deepcopy__(self, memo: dict) -> Any:
        return copy.deepcopy(self.value, memo)


def _value(value: Any) -> Any:
    return value


def _pickles_all_functions() -> bool:
    """Tell whether the pickler at work is one that takes functions by value (cloudpickle, dill)."""
    frame = sys._getframe(1)
    while frame is not None:
        parts = frame.f_globals.get("__name__", "").split(".")
        if "cloudpickle" in parts or parts[0] == "dill":
            return True
        frame = frame.f_back
    return False


def named(state: dict[str, Any], owner: str) -> dict[str, Any]:
    """Return a state in which the functions of the user are named in errors of pickle.

    Parameters
    ----------
    state : dict
        The attributes of an estimator.
    owner : str
        Its class.
    """
    state = dict(state)
    if callable(state.get("monitor")):
        state["monitor"] = _Named(state["monitor"], f"{owner}: monitor")
    if isinstance(state.get("callbacks"), list | tuple):
        state["callbacks"] = type(state["callbacks"])(
            [_Named(one, f"{owner}: callbacks[{i}]") for i, one in enumerate(state["callbacks"])]
        )
    return state


def unnamed(state: dict[str, Any]) -> dict[str, Any]:
    """Return the state as it was before :func:`named`, also where it was copied, not pickled."""
    state = dict(state)
    if isinstance(state.get("monitor"), _Named):
        state["monitor"] = state["monitor"].value
    if any(isinstance(one, _Named) for one in state.get("callbacks") or ()):
        given = [one.value if isinstance(one, _Named) else one for one in state["callbacks"]]
        state["callbacks"] = type(state["callbacks"])(given)
    return state
