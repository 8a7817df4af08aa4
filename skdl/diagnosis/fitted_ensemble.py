r"""A diagnosis for the price of a fit: read off the folds that an ensemble has held out.

With ``early_stopping``, each of k networks learns without another fold of the rows. So both errors
of each are there to be read, of the rows that it learned from and of those that it did not:

.. math:: e_t = \frac1k \sum_k \operatorname{error}(f_k, \text{its training rows}), \qquad
    e_v = \frac1k \sum_k \operatorname{error}(f_k, \text{its fold}).

They are the errors of one network, as of a cross-validation with k folds. The ensemble averages the
networks and is mostly better; no row can tell its error: k − 1 networks have learned from each.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from skdl.diagnosis.error_measure import ErrorMeasure
from skdl.diagnosis.folds import TRAIN_SIZES, Fold, read_folds
from skdl.together import Fitted
from skdl.tools.checks import listed, refuse
from skdl.tools.inside import fitted_network, parts
from skdl.tools.rows import rows_of

__all__ = ["FITTED", "NOTE", "check_nothing_else", "folds_of_ensemble"]

FITTED = "fitted"
NOTE = (
    "The networks were not fitted again: each one of the ensemble is judged by the fold that it "
    "held out. That is the error of one network; their average is mostly better. The fold has also "
    "chosen the epoch that is kept, so the validation error is slightly too low."
)


def check_nothing_else(*, n_repeats: Any, train_sizes: Any, groups: Any) -> None:
    """Refuse what would need further fits, or other folds.

    Raises
    ------
    ValueError
        If such a parameter is given.
    """
    sizes = listed("diagnose", "train_sizes", train_sizes, "a sequence of shares in (0, 1], or ()")
    given = {
        "n_repeats": n_repeats is not None,
        "train_sizes": tuple(sizes) not in (TRAIN_SIZES, ()),
        "groups": groups is not None,
    }
    for name in [name for name, is_given in given.items() if is_given]:
        raise ValueError(
            f"diagnose: {name} has no effect with cv={FITTED!r}, which reads the folds that the "
            "ensemble has held out"
        )


def folds_of_ensemble(
    estimator: Any, X: Any, y: Any, error: ErrorMeasure, params: dict[str, Any] | None
) -> list[Fold]:
    """Return the measured folds of a fitted ensemble.

    Parameters
    ----------
    estimator : estimator
        A network of skdl that was fitted with ``early_stopping`` and ``n_networks``, or a pipeline
        or target transformer around one.
    X, y : array-like
        The rows that it was fitted to, in their order.
    error : ErrorMeasure
        The error.
    params : dict or None
        For the scorer, with metadata routing.

    Raises
    ------
    ValueError
        If it is no such ensemble, or the rows are not those that it was fitted to.
    """
    ensemble, _ = fitted_network(estimator, in_search=False)
    number = getattr(ensemble, "oof_fold_", None)
    if number is None:
        allowed = (
            f"a fitted ensemble that held out folds with cv={FITTED!r} (n_networks=5 and "
            "early_stopping=True, without X_val)"
        )
        refuse("diagnose", "estimator", allowed, estimator)
    if len(number) != len(y):
        refuse("diagnose", "X", f"the {len(number)} rows that the ensemble was fitted to", len(y))
    folds = [
        Fold(k, np.flatnonzero(number != k), np.flatnonzero(number == k), keeps_outputs=True)
        for k in range(len(ensemble.networks_))
    ]
    whole = [with_network(estimator, network) for network in ensemble.networks_]
    for fold, one in zip(folds, whole, strict=True):
        network, rows = fitted_network(one, rows_of(X, fold.test), in_search=False)
        if not _agree(network.predict(rows), ensemble.oof_prediction_[fold.test]):
            allowed = "the rows that the ensemble was fitted to, in their order"
            refuse("diagnose", "X", allowed, "rows of which it says something else")
    has_own_targets = not any(hasattr(part, "regressor_") for _, part in parts(estimator))
    if has_own_targets and hasattr(ensemble, "oof_residual_"):
        residual = np.asarray(y, np.float64) - ensemble.oof_prediction_
        if not _agree(residual, ensemble.oof_residual_):
            allowed = "the targets that the ensemble was fitted to, in their order"
            refuse("diagnose", "y", allowed, "others")
    fits = [
        Fitted(one, warnings=_ending(network), seconds=np.nan)
        for one, network in zip(whole, ensemble.networks_, strict=True)
    ]
    return read_folds(fits, X, y, folds, error, params)


def _ending(network: Any) -> list[tuple[type[Warning], str]]:
    """Say why a network did not converge, as its fit warned of it."""
    stopped = network._progress.stopped
    if stopped == "diverged":
        told = "the loss is no longer finite; the last finite weights are kept."
    elif stopped == "max_iter" and network.n_iter_no_change is not None:
        told = f"stopped at max_iter={network.max_iter} while the loss was still changing."
    else:
        return []
    return [(ConvergenceWarning, told)]


def _agree(said: np.ndarray, known: np.ndarray) -> bool:
    """Say whether predictions are the same, numbers up to rounding."""
    if said.dtype.kind == "f":
        spread = np.std(known, where=np.isfinite(known))
        return np.allclose(said, known, rtol=1e-4, atol=1e-4 * spread, equal_nan=True)
    return np.array_equal(said, known)


def with_network(fitted: Any, network: Any) -> Any:
    """Return a fitted estimator with another fitted network at its end; all else is shared."""
    if isinstance(fitted, Pipeline):
        *before, (name, last) = fitted.steps
        whole = copy.copy(fitted)
        whole.steps = [*before, (name, with_network(last, network))]
        return whole
    if isinstance(fitted, TransformedTargetRegressor):
        whole = copy.copy(fitted)
        whole.regressor_ = with_network(fitted.regressor_, network)
        return whole
    return network
