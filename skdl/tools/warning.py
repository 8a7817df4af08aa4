"""Warnings that point at the line of the user who caused them, not at ours."""

from __future__ import annotations

import sys
import warnings

from sklearn.exceptions import ConvergenceWarning

__all__ = ["VersionWarning", "warn_of_ending", "warn_user"]


class VersionWarning(UserWarning):
    """Something was written by another version of skdl than the one that reads it.

    A pickle or a checkpoint may then fail, or answer differently.

    Parameters
    ----------
    message : str
        Which versions they are, and what to do.

    Examples
    --------
    To make it an error:

    >>> import warnings
    >>> from skdl import VersionWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", VersionWarning)
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn from the first frame outside this package (and outside what decorates ``fit``).

    Parameters
    ----------
    message : str
        The text.
    category : type
        The kind of warning.
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(
        ("skdl.", "sklearn.callback")
    ):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def warn_of_ending(owner: str, stopped: str, n_iter: int, max_iter: int, stops_early: bool) -> None:
    """Warn if a fit did not end well, and say what to change.

    Parameters
    ----------
    owner : str
        The estimator's class.
    stopped : str
        Why training ended (see :class:`skdl.core.training.loop.Progress`).
    n_iter, max_iter : int
        Epochs done and allowed.
    stops_early : bool
        Whether the fit was meant to end by itself.
    """
    if stopped == "diverged":
        warn_user(
            f"{owner}: the loss is no longer finite in epoch {n_iter + 1}; training stopped, and "
            "the last finite weights are kept. To mend it: scale the inputs (StandardScaler), "
            "lower learning_rate, set clip='global_norm', or lower init_scale.",
            ConvergenceWarning,
        )
    elif stopped == "interrupted":
        warn_user(
            f"{owner}: interrupted after {n_iter} epochs; the weights learned so far are kept."
        )
    elif stopped == "max_iter" and stops_early:
        warn_user(
            f"{owner}: stopped at max_iter={max_iter} while the loss was still changing; raise "
            "max_iter or learning_rate, or set n_iter_no_change=None to train for exactly "
            "max_iter epochs.",
            ConvergenceWarning,
        )
