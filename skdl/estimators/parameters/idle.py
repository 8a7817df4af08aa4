"""When a parameter is idle: which others leave it without effect, and how to say so.

Each condition looks at what was chosen and returns its reason, or None while the parameter has an
effect. The table of parameters names the conditions of each row; a parameter that was given all the
same is warned of, once for each reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skdl.core.losses import ClassifierLoss

__all__ = ["Chosen", "Condition"]


@dataclass(frozen=True)
class Chosen:
    """What the conditions look at.

    Attributes
    ----------
    estimator : MLPClassifier or MLPRegressor
        Its parameters as they were given.
    settings : Settings
        The same, resolved.
    own_validation : bool
        Whether ``fit`` was given validation rows.
    given : set of str
        The parameters that are not at their defaults.
    """

    estimator: Any
    settings: Any
    own_validation: bool
    given: set[str]

    @property
    def optimizer(self) -> str:
        """The choice of the optimiser, as it was written."""
        return f"optimizer={self.estimator.optimizer!r}"


def is_any(value: Any) -> bool:
    """Tell whether a number, or one of a list with one per hidden layer, is not 0.

    Examples
    --------
    >>> is_any(0.0), is_any([0.0, 0.5])
    (False, True)
    """
    return any(value) if isinstance(value, list | tuple) else bool(value)


Condition = Callable[[Chosen], str | None]


def where(**wanted: Any) -> Condition:
    """Return the condition that a parameter has one value, which leaves another idle.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> chosen = Chosen(SimpleNamespace(clip=None), None, False, set())
    >>> where(clip=None)(chosen)
    'clip=None'
    """
    ((name, value),) = wanted.items()

    def condition(chosen: Chosen) -> str | None:
        return f"{name}={value!r}" if getattr(chosen.estimator, name) == value else None

    return condition


def without_early_stopping(chosen: Chosen) -> str | None:
    """Say that early stopping alone needs it."""
    return None if chosen.estimator.early_stopping else "early_stopping=False"


def nothing_scored(chosen: Chosen) -> str | None:
    """Say that no rows are scored: neither to stop early nor to be tracked."""
    tracks = "clean" in (chosen.estimator.track or ())
    return None if tracks else without_early_stopping(chosen)


def given_sizes(chosen: Chosen) -> str | None:
    """Say that a list of sizes is not repeated."""
    sizes = chosen.estimator.hidden_layer_sizes
    if isinstance(sizes, list | tuple):
        return f"hidden_layer_sizes={sizes!r}: it repeats only an int"
    return None


def no_hidden_layer(chosen: Chosen) -> str | None:
    """Say that a linear model has nothing for it to act on."""
    return None if chosen.settings.hidden else "no hidden layer"


def no_dropout(chosen: Chosen) -> str | None:
    """Say that nothing is dropped."""
    drops = is_any(chosen.estimator.dropout) or chosen.estimator.input_dropout
    return None if drops else "dropout=0 and input_dropout=0"


def second_order(chosen: Chosen) -> str | None:
    """Say that solvers with curvature take no steps of this kind."""
    return chosen.optimizer if chosen.settings.training.optimizer.order == 2 else None


def solver_without_early_stopping(chosen: Chosen) -> str | None:
    """Say that solvers with curvature end by themselves."""
    # None still says that max_iter is meant, so that reaching it is no reason to warn.
    patient = chosen.estimator.n_iter_no_change is not None
    if second_order(chosen) and patient and not chosen.estimator.early_stopping:
        return f"{chosen.optimizer} and early_stopping=False"
    return None


def no_momentum(chosen: Chosen) -> str | None:
    """Say that the optimiser has no momentum."""
    optimizer = chosen.settings.training.optimizer
    return chosen.optimizer if optimizer.order == 1 and optimizer.momentum is None else None


def momentum_of_zero(chosen: Chosen) -> str | None:
    """Say that there is no momentum to look ahead with."""
    training = chosen.settings.training
    at_zero = training.optimizer.order == 1 and training.momentum == 0
    return "momentum=0" if at_zero and "momentum_schedule" not in chosen.given else None


def full_batch_optimizer(chosen: Chosen) -> str | None:
    """Say that the optimiser needs all rows."""
    optimizer = chosen.settings.training.optimizer
    needs_all = optimizer.order == 1 and optimizer.full_batch
    if needs_all and chosen.estimator.batch_size != "full":
        return f"{chosen.optimizer}, which uses all rows"
    return None


def one_batch(chosen: Chosen) -> str | None:
    """Say that all rows are in one batch, so that their order means nothing."""
    optimizer, shuffle = chosen.settings.training.optimizer, chosen.estimator.shuffle
    whole = optimizer.full_batch or chosen.estimator.batch_size == "full"
    if optimizer.order == 1 and whole and shuffle != "replacement":
        return "all rows in one batch"
    return None


def never_patient(chosen: Chosen) -> str | None:
    """Say that nothing waits for a fall of the loss."""
    steps = chosen.settings.training.optimizer.order == 1
    return "n_iter_no_change=None" if steps and chosen.estimator.n_iter_no_change is None else None


def no_penalty(chosen: Chosen) -> str | None:
    """Say that there is no penalty."""
    estimator, decay = chosen.estimator, chosen.settings.training.weight_decay
    return None if estimator.l1 or estimator.l2 or decay else "l1=0, l2=0 and no weight_decay"


def loss_that_never_scales(chosen: Chosen) -> str | None:
    """Say that the loss needs y in its own unit."""
    loss = chosen.estimator.loss
    if getattr(loss, "name", loss) in ("poisson", "gamma"):
        return f"loss={loss!r}, which never scales"
    return None


def own_validation(chosen: Chosen) -> str | None:
    """Say that the validation rows were given."""
    return "X_val" if chosen.own_validation else None


def without_hold_out(chosen: Chosen) -> str | None:
    """Say that no rows are set aside."""
    return None if chosen.own_validation else without_early_stopping(chosen)


def folds_instead(chosen: Chosen) -> str | None:
    """Say that each of several networks sets a fold aside."""
    n = chosen.estimator.n_networks
    sets_aside = n > 1 and without_hold_out(chosen) is None and not chosen.own_validation
    return f"n_networks={n}, each of which holds out one of {n} folds" if sets_aside else None


def nothing_out_of_fold(chosen: Chosen) -> str | None:
    """Say that no network has seen the others' folds from outside."""
    if chosen.own_validation:
        return "validation rows of your own: no folds are held out"
    n = chosen.estimator.n_networks
    return f"n_networks={n}" if n == 1 else without_early_stopping(chosen)


def no_probabilities(chosen: Chosen) -> str | None:
    """Say that the loss has no output unit that is a probability."""
    loss = chosen.estimator.loss
    kind = ClassifierLoss.registry[loss] if isinstance(loss, str) else loss
    links = getattr(kind, "links", ())
    return f"loss={loss!r}" if "identity" in links else None


def no_steps(chosen: Chosen) -> str | None:
    """Say that an epoch of a solver with curvature is a step."""
    asked = chosen.estimator.track
    return second_order(chosen) if asked is not None and "clean" not in asked else None
