"""What is said of a fit that did not end well: what happened, and what to change first."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.exceptions import ConvergenceWarning

from skdl.core.training.fit import Data, Fit
from skdl.tools.warning import warn_user

__all__ = ["far_from_standardised", "warn_of_ending"]

LOOKED_AT = 1000  # rows whose scale is looked at: a warning needs no exact one
FAR = 10.0  # standard deviations, or units, from what a network expects
NOTHING = 1e-3  # of the constant guess's loss: who gains less has learned nothing


def far_from_standardised(X: Any, names: Any = None) -> str:
    """Name the column that is farthest from mean 0 and standard deviation 1, if one is far.

    Parameters
    ----------
    X : ndarray or CSR of shape (rows, features)
        Inputs; the first thousand rows are looked at.
    names : sequence of str, optional
        Of the columns; else they are numbered.

    Returns
    -------
    advice : str
        A sentence; empty if all columns are of a usual size.

    Examples
    --------
    >>> far_from_standardised(np.array([[1990.0, 1], [2020, 0]]), ["year", "sold"])
    "The inputs are not standardised ('year' has mean 2e+03 and standard deviation 15): ...
    >>> far_from_standardised(np.array([[-1.0], [1.0]]))
    ''
    """
    rows = X[:LOOKED_AT]
    rows = np.asarray(rows.toarray() if issparse(rows) else rows, np.float64)
    with np.errstate(all="ignore"):  # numbers so large that their squares overflow are far as well
        mean, spread = rows.mean(0), rows.std(0)
    size = np.maximum(np.abs(mean), spread)
    if not size.size or size.max() < FAR:
        return ""
    column = int(size.argmax())
    name = f"column {column}" if names is None else repr(str(names[column]))
    return (
        f"The inputs are not standardised ({name} has mean {mean[column]:.3g} and standard "
        f"deviation {spread[column]:.3g}): put a StandardScaler before the network."
    )


def _loss_of_constant(learner: Any, data: Data, y: Any) -> float:
    """Return the training loss of the best guess that ignores the inputs."""
    weight = None if data.weight is None else data.weight.ravel().astype(np.float64)
    constant = np.atleast_1d(learner._target.best_constant(y, weight, learner._loss, learner))
    no_inputs = np.empty((data.n, 0))
    guesses = Data(no_inputs, data.y, data.weight)
    return guesses.mean_loss(learner._loss, lambda X: np.tile(constant, (len(X), 1)))


def _has_learned_nothing(learner: Any, fit: Fit, y: Any) -> bool:
    """Say whether a fit that converged predicts its own rows no better than a constant."""
    with np.errstate(all="ignore"):
        guess = _loss_of_constant(learner, fit.data, y)
    enough = guess - NOTHING * abs(guess)
    if guess == 0 or learner.loss_ < enough:
        return False
    # What was recorded is a mean over an epoch, noise included; what counts is the network's own.
    with np.errstate(all="ignore"):
        return fit.data.mean_loss(learner._loss, learner._network.raw) >= enough


def _rate_to_usual(fit: Fit) -> float:
    """Return how many times higher the learning rate is than the optimiser's own."""
    usual = fit.training.optimizer.learning_rate
    return 1.0 if usual is None else float(np.max(fit.training.learning_rate)) / usual


def _has_risen(fit: Fit) -> bool:
    """Say whether the last epoch of a fit has a higher loss than its first."""
    history = fit.progress.history
    return len(history) > 1 and history[-1]["loss"] > history[0]["loss"]


def _hardly_moved(fit: Fit) -> bool:
    """Say whether a rate far below the usual one has left the loss where it was."""
    history = fit.progress.history
    if not history:  # a solver that had nowhere to go
        return False
    first, last = history[0]["loss"], history[-1]["loss"]
    return _rate_to_usual(fit) < 0.1 and abs(last - first) < NOTHING * abs(first)


def _what_to_change(learner: Any, fit: Fit) -> str:
    """Return what to change first about a network that has learned nothing."""
    ratio = _rate_to_usual(fit)
    if learner.tol > NOTHING:
        return f"lower tol ({learner.tol:g}), which has ended the fit"
    if ratio > 1:
        return f"lower learning_rate ({ratio:.3g} times higher than usual)"
    if fit.objective.smooth_terms or fit.objective.corner_terms:
        return "lower the penalties, or see whether the inputs tell anything about the target"
    return "see whether the inputs tell anything about the target"


def warn_of_ending(learner: Any, fit: Fit, y: Any, ends_itself: bool) -> None:
    """Warn if a fit did not end well, and say what to change.

    Parameters
    ----------
    learner : MLPClassifier or MLPRegressor
        Who has learned.
    fit : Fit
        What it was trained with.
    y : ndarray of shape (n,) or (n, outputs)
        The checked targets of the training rows.
    ends_itself : bool
        Whether the fit was meant to end by itself.
    """
    owner, stopped, n_iter = type(learner).__name__, fit.progress.stopped, learner.n_iter_
    if stopped == "interrupted":
        warn_user(
            f"{owner}: interrupted after {n_iter} epochs; the weights learned so far are kept."
        )
        return
    suspicious = stopped == "converged" or (stopped == "max_iter" and _rate_to_usual(fit) > 1)
    if ends_itself and stopped == "converged" and _hardly_moved(fit):
        told = (
            f"the loss has hardly changed in {n_iter} epochs; raise learning_rate "
            f"({1 / _rate_to_usual(fit):.3g} times lower than usual)."
        )
    elif ends_itself and suspicious and _has_learned_nothing(learner, fit, y):
        told = (
            f"the network has learned nothing: after {n_iter} epochs it predicts its own training "
            f"rows no better than a constant guess; {_what_to_change(learner, fit)}."
        )
    elif stopped == "diverged":
        told = (
            f"the loss is no longer finite in epoch {n_iter + 1}; training stopped, and the last "
            "finite weights are kept. To mend it: scale the inputs (StandardScaler), lower "
            "learning_rate, set clip='global_norm', or lower init_scale."
        )
    elif stopped == "max_iter" and ends_itself and _has_risen(fit):
        told = (
            f"stopped at max_iter={learner.max_iter} with a higher loss than in the first epoch; "
            "lower learning_rate."
        )
    elif stopped == "max_iter" and ends_itself:
        told = (
            f"stopped at max_iter={learner.max_iter} while the loss was still changing; raise "
            "max_iter or learning_rate, or set n_iter_no_change=None to train for exactly "
            "max_iter epochs."
        )
    else:
        return
    scale = far_from_standardised(fit.data.X, getattr(learner, "feature_names_in_", None))
    warn_user(f"{owner}: {told}{scale and ' ' + scale}", ConvergenceWarning)
