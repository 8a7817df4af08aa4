r"""Rows that are set aside: a part of them for one network, a fold for each of several.

A network that stops early needs rows that it does not learn from. Of one network they are lost to
learning. Of k networks, each can set aside another fold, the i-th of k: together they learn from
all rows, their average gains more, for they differ in their rows as well, and every row has been
seen by one network from outside (*out of fold*). What that network says of it,

.. math:: \hat y_i = f_{-\kappa(i)}(x_i), \qquad \kappa(i) \text{ the fold of row } i,

is what cross-validation would have said, at no further cost. It is slightly too good, for the fold
has also chosen the epoch that is kept.

Stone (1974), "Cross-validatory choice and assessment of statistical predictions"; Krogh and
Vedelsby (1995), "Neural network ensembles, cross validation, and active learning".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import is_classifier

from skdl.core.batches import in_chunks
from skdl.estimators.fitting.calibration import temperature
from skdl.tools.checks import refuse
from skdl.tools.splits import grouped_folds, grouped_split

__all__ = ["Part", "make_parts", "out_of_fold"]

Array = np.ndarray


@dataclass(frozen=True)
class Part:
    """Rows that a network learns from, and those that it is watched on.

    Attributes
    ----------
    rows : ndarray of int or None
        Numbers of the rows to learn from; None for all of them.
    y, weight : ndarray, and ndarray or None
        Their checked targets and their weights.
    held_out : tuple or None
        Inputs, checked targets and weights of the rows to be watched on.
    fold : ndarray of int or None
        Numbers of these, where they are a fold: the first of them, if one more row is watched.
    """

    rows: Array | None
    y: Array
    weight: Array | None
    held_out: tuple | None
    fold: Array | None = None


def _cut(
    learner: Any,
    X: Any,
    y: Array,
    weight: Array | None,
    rows: Array,
    fold: Array,
    extra: Array | None = None,
) -> Part:
    """Return the part that learns from some rows and is watched on a fold, and on extra rows."""
    watched = fold if extra is None else np.concatenate([fold, extra])
    ours, theirs = (None, None) if weight is None else (weight[rows], weight[watched])
    if weight is not None and (ours.max() == 0 or theirs.max() == 0):
        raise ValueError(
            f"{type(learner).__name__}: early_stopping split the rows so that one part has only "
            "zero weights; pass X_val, y_val"
        )
    return Part(rows, y[rows], ours, (X[watched], y[watched], theirs), fold)


def held_out_part(learner: Any, X: Any, y: Array, weight: Array | None, groups: Any) -> Part:
    """Set validation rows aside, the same ones whenever the fit goes on.

    Parameters
    ----------
    learner : MLPClassifier or MLPRegressor
        Who learns.
    X : ndarray or CSR of shape (n, features)
        Inputs.
    y : ndarray of shape (n,) or (n, outputs)
        Checked targets.
    weight : ndarray of shape (n,) or None
        Weights of the rows.
    groups : ndarray of shape (n,) or None
        Rows of one group stay together.
    """
    rng = np.random.default_rng(learner._split_seed)
    fraction, owner = learner.validation_fraction, type(learner).__name__
    if groups is None:
        rows, held_out = learner._target.split(y, fraction, rng, learner)
    else:
        rows, held_out = grouped_split(groups, fraction, rng, owner)
    return _cut(learner, X, y, weight, rows, held_out)


def fold_parts(
    learner: Any, X: Any, y: Array, weight: Array | None, groups: Any, n_folds: int
) -> list[Part]:
    """Return one part for each fold, the same ones whenever the fit goes on.

    Parameters
    ----------
    learner, X, y, weight, groups
        As for :func:`held_out_part`.
    n_folds : int
        How many.

    Raises
    ------
    ValueError
        If there are fewer rows, or groups, than folds.
    """
    rng, owner = np.random.default_rng(learner._split_seed), type(learner).__name__
    if len(y) < n_folds:
        allowed = f"at most n_samples={len(y)} with early_stopping, which holds out folds"
        refuse(owner, "n_networks", allowed, n_folds)
    if groups is not None:
        number = grouped_folds(groups, n_folds, owner)
        parts = [
            (np.flatnonzero(number != i), np.flatnonzero(number == i), None) for i in range(n_folds)
        ]
    else:
        number = learner._target.folds(y, n_folds, rng)
        parts = [_of_one_size(number, i, y, rng) for i in range(n_folds)]
    return [_cut(learner, X, y, weight, *part) for part in parts]


def _of_one_size(
    number: Array, fold: int, y: Array, rng: np.random.Generator
) -> tuple[Array, Array, Array | None]:
    """Return the rows to learn from, those of the fold, and one more to watch if it is a short one.

    So all networks have as many rows and train in one stack, at 0.8 to 0.9 of the time of two. No
    class loses its last row by it: the row is of the most frequent class.
    """
    inside, outside = np.flatnonzero(number == fold), np.flatnonzero(number != fold)
    if len(inside) == np.bincount(number).max():
        return outside, inside, None
    labels = y[outside] if y.ndim == 1 and y.dtype.kind in "iu" else np.zeros(len(outside), int)
    extra = rng.choice(outside[labels == np.bincount(labels).argmax()], 1)
    return outside[outside != extra], inside, extra


def make_parts(
    learner: Any,
    X: Any,
    y: Array,
    weight: Array | None,
    groups: Any,
    held_out: tuple | None,
    is_whole_fit: bool,
) -> list[Part]:
    """Return one part for each fold, or one for all networks.

    Parameters
    ----------
    learner, X, y, weight, groups
        As for :func:`held_out_part`.
    held_out : tuple or None
        The user's own validation rows, checked.
    is_whole_fit : bool
        Whether it is a fit to the end, which may stop early, and not a number of epochs.
    """
    sets_aside = bool(learner.early_stopping) and is_whole_fit and held_out is None
    groups = _check_groups(type(learner).__name__, groups, X.shape[0], sets_aside)
    if not sets_aside:
        return [Part(None, y, weight, held_out)]
    if learner.n_networks > 1:
        return fold_parts(learner, X, y, weight, groups, learner.n_networks)
    return [held_out_part(learner, X, y, weight, groups)]


def _check_groups(owner: str, groups: Any, n: int, used: bool) -> Array | None:
    """Return the groups of n rows as an array, or None where there are none.

    Parameters
    ----------
    owner : str
        Who asks, for the message.
    groups : array-like of shape (n,) or None
        What came.
    n : int
        Rows.
    used : bool
        Whether rows are set aside at all.

    Raises
    ------
    ValueError
        If there is not one group for each row, or no rows are set aside.

    Examples
    --------
    >>> _check_groups("MLPClassifier", ["a", "b", "b"], 2, True)
    Traceback (most recent call last):
    ValueError: MLPClassifier: groups must have one entry for each of 2 rows; got 3
    """
    if groups is None:
        return None
    if not used:
        raise ValueError(
            f"{owner}: groups must be None unless early_stopping sets rows aside, which it does "
            "not in this fit; got some"
        )
    values = np.asarray(groups)
    if values.ndim != 1 or len(values) != n:
        came = len(values) if values.ndim == 1 else f"an array of shape {values.shape}"
        raise ValueError(f"{owner}: groups must have one entry for each of {n} rows; got {came}")
    return values


def out_of_fold(
    mlp: Any, parts: list[Part], X: Array, y: Array, weight: Array | None
) -> dict[str, Any]:
    """Return what an ensemble says of every row by the network that has not learned from it.

    Parameters
    ----------
    mlp : MLPClassifier or MLPRegressor
        Fitted, with one network for each part.
    parts : list of Part
        The folds.
    X : ndarray or CSR of shape (n, features)
        Inputs.
    y : ndarray of shape (n,) or (n, outputs)
        Checked targets.
    weight : ndarray of shape (n,) or None
        Weights of the rows.

    Returns
    -------
    attributes : dict
        ``oof_prediction_``, ``oof_fold_``, ``oof_score_`` and, of a classifier,
        ``oof_decision_function_`` and perhaps ``temperature_``, of a regressor ``oof_residual_``.
    """
    from sklearn.metrics import accuracy_score, r2_score

    target, loss, raw = mlp._target, mlp._loss, None
    fold = np.empty(X.shape[0], np.intp)
    for number, part in enumerate(parts):
        fold[part.fold] = number
    with np.errstate(all="ignore"):  # who diverged has been told so
        for member, part in zip(mlp.networks_, parts, strict=True):
            own = in_chunks(member._raw, part.held_out[0])
            if raw is None:
                raw = np.empty((X.shape[0], own.shape[1]), own.dtype)
            raw[part.fold] = own[: len(part.fold)]
        prediction, truth = target.predict(raw, loss), target.decode(y)
    if not is_classifier(mlp):
        finite = np.isfinite(prediction).all()
        score = r2_score(truth, prediction, sample_weight=weight) if finite else np.nan
        return {
            "oof_prediction_": prediction,
            "oof_fold_": fold,
            "oof_residual_": truth - prediction,
            "oof_score_": float(score),
        }
    score = accuracy_score(truth, prediction, sample_weight=weight)
    told = {
        "oof_prediction_": prediction,
        "oof_fold_": fold,
        "oof_decision_function_": target.decide(raw, loss),
        "oof_score_": float(score),
    }
    if mlp.calibrate is not None and loss.link != "identity":
        rows = mlp._data(X, y, mlp._weigh(y, weight))
        told["temperature_"] = temperature(rows.y[:], raw, rows.weight, loss.link)
    return told
