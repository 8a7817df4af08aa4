"""What a fit watches: its loss, or a loss or score of validation rows; and when that ends the fit.

A score may be undefined: R² of one row, the area under the curve where a class is missing. Then it
says nothing, neither that the network learns nor that it does not. A monitor is therefore tried
before the first epoch, and an epoch without a score does not count against the patience.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from skdl.core.training.fit import Data, Fit
from skdl.core.training.stopping import Stopping
from skdl.core.training.watch import Watch
from skdl.tools.warning import warn_user

__all__ = ["make_scorer", "make_watch", "warn_of_undefined"]

Scorer = Callable[[], dict[str, float]]

CHECKED = 64  # rows whose loss tells, after an epoch, whether its last step went astray


def make_watch(
    learner: Any,
    settings: Any,
    data: Data,
    validation: Data | None,
    held_out: Any,
    n_epochs: Any,
    tracked: Callable[[], dict[str, float]] | None = None,
) -> tuple[Watch, bool]:
    """Return the watch, and whether its validation is one plain pass and its loss.

    Parameters
    ----------
    learner : MLPClassifier or MLPRegressor
        Who learns.
    settings : Settings
        Its parameters, resolved.
    data : Data
        The rows to learn from.
    validation : Data or None
        The validation rows, encoded.
    held_out : tuple or None
        Inputs, checked targets and weights of the validation rows.
    n_epochs : int or None
        Exactly so many epochs; None trains until there is a reason to stop.
    tracked : callable, optional
        Returns what else is to be recorded after an epoch.

    Raises
    ------
    ValueError
        If the monitor cannot score the validation rows.
    """
    network, loss = learner._network, learner._loss
    watches = bool(learner.early_stopping) and held_out is not None
    scorer, monitored = None, "loss"
    if watches:
        by_loss = isinstance(learner.monitor, str) and learner.monitor == "loss"
        monitored = "validation_loss" if by_loss else "validation_error"
        scorer = None if by_loss else make_scorer(learner, *held_out)

    def is_sound() -> bool:
        """Tell whether the loss of the first rows is finite, by one plain pass."""
        X, y = data.first(CHECKED)
        return bool(np.isfinite(loss.value(y, network.raw(X))))

    def validate() -> dict[str, float]:
        """Measure the validation rows, and what else is tracked."""
        record = {} if tracked is None else tracked()
        if validation is not None:
            record["validation_loss"] = float(validation.mean_loss(loss, learner._raw))
        return record if scorer is None else record | scorer()

    stopping = None
    if n_epochs is None and (settings.training.optimizer.order == 1 or watches):
        rises = learner.early_stopping == "rises"
        stopping = Stopping(
            learner.n_iter_no_change,
            learner.tol,
            rule="rises" if rises else "patience",
            keep_best=watches and (learner.restore_best or rises),
        )
    watch = Watch(
        network,
        learner._progress,
        is_sound=is_sound,
        stopping=stopping,
        validate=None if held_out is None and tracked is None else validate,
        monitor=monitored,
    )
    return watch, scorer is None and tracked is None and not learner._n_sub_networks


def make_scorer(learner: Any, X: Any, y: Any, weight: Any) -> Scorer:
    """Return the function that scores the learner on validation rows, after it was tried.

    Parameters
    ----------
    learner : MLPClassifier or MLPRegressor
        Whose ``monitor`` it is.
    X, y, weight : ndarray, ndarray, and ndarray or None
        Inputs, checked targets and weights of the rows.
    """
    from sklearn.metrics import check_scoring

    scorer = check_scoring(learner, scoring=learner.monitor)
    y, kwargs = learner._target.decode(y), {} if weight is None else {"sample_weight": weight}

    def score() -> dict[str, float]:
        with warnings.catch_warnings():  # the rows were checked: an array has no names
            warnings.filterwarnings("ignore", "X does not have valid feature names")
            value = float(scorer(learner, X, y, **kwargs))
        return {"validation_score": value, "validation_error": -value}

    _try(score, learner, X, y)
    return score


def _try(score: Scorer, learner: Any, X: Any, y: Any) -> None:
    """Score the network before it has learned; raise a ``ValueError`` if that is not possible."""
    cause = None
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # what untrained predictions lack is no news
        try:
            value = score()["validation_score"]
        except Exception as error:
            value, cause = f"{type(error).__name__}: {error}", error
        if cause is None and not math.isnan(value):
            return
        if not np.isfinite(learner._raw(X)).all():
            return  # the network is at fault: training will end, and say so
    owner, rows = type(learner).__name__, _describe(learner, y)
    raise ValueError(
        f"{owner}: monitor must be 'loss' or a score that is defined on the validation rows; got "
        f"{learner.monitor!r}, which on {rows} gives {value}. Choose another monitor, raise "
        "validation_fraction, or pass X_val, y_val"
    ) from cause


def _describe(learner: Any, y: Any) -> str:
    """Say how many validation rows there are, and which classes they lack."""
    rows = f"{len(y)} validation row{'s' * (len(y) > 1)}"
    classes = getattr(learner._target, "classes", None)
    if classes is None or np.ndim(y) > 1:
        return rows
    missing = classes[~np.isin(classes, y)].tolist()
    if not missing:
        return rows
    return f"{rows} without class{'es' * (len(missing) > 1)} {', '.join(map(repr, missing))}"


def warn_of_undefined(learner: Any, fit: Fit) -> None:
    """Warn if the monitor was NaN in epochs of this fit.

    Parameters
    ----------
    learner : MLPClassifier or MLPRegressor
        Who has learned.
    fit : Fit
        How.
    """
    epochs = fit.progress.history[fit.watch.start.n_records :]
    n = sum(math.isnan(record["monitored"]) for record in epochs)
    if n:
        warn_user(
            f"{type(learner).__name__}: monitor={learner.monitor!r} was undefined (NaN) in {n} of "
            f"{len(epochs)} epochs; they do not count against n_iter_no_change."
        )
