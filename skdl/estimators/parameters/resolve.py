"""From the parameters of an estimator to checked components: what ``fit`` works with.

Everything that can be wrong with a parameter is found here, before training; and a parameter that
would have no effect beside the others is named in a warning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from skdl.core.activations import Activation
from skdl.core.architecture import Hidden
from skdl.core.batches import Sampler
from skdl.core.clipping import Clipping
from skdl.core.component import check_parameter, resolve
from skdl.core.initializers import Initializer
from skdl.core.noise import DropoutInference
from skdl.core.optimizers import Optimizer
from skdl.core.schedules import MomentumSchedule, Schedule
from skdl.core.training.loop import Training
from skdl.estimators.parameters.settable import signature_of
from skdl.estimators.parameters.table import PARAMETERS
from skdl.tools.warning import warn_user

__all__ = [
    "Settings",
    "auto_batch_size",
    "learns_in_steps",
    "resolve_settings",
    "warn_without_effect",
]


@dataclass
class Settings:
    """The parameters of an estimator, resolved."""

    hidden: list[Hidden]
    output_initializer: Initializer
    optimizer: Optimizer
    training: Training
    dropout_inference: DropoutInference


def auto_batch_size(n: int) -> int:
    """Return the rows of a step for ``batch_size="auto"``.

    Examples
    --------
    >>> auto_batch_size(50), auto_batch_size(100_000)
    (50, 64)
    """
    return min(64, n)


def auto_initializer(activation: Activation, n_hidden_layers: int) -> str:
    """Return the initialiser for ``init="auto"``.

    Each activation names the one that keeps a signal alive through many layers. Rectifiers name
    He's, whose larger weights a network with fewer than three hidden layers does not need: there
    Glorot's generalise better (``bench/defaults.py`` measures by how much).

    Examples
    --------
    >>> from skdl.core.activations import ReLU, SELU
    >>> auto_initializer(ReLU(), 1), auto_initializer(ReLU(), 3), auto_initializer(SELU(), 1)
    ('glorot_uniform', 'he_uniform', 'lecun_normal')
    """
    name = activation.initializer
    return "glorot_uniform" if name == "he_uniform" and n_hidden_layers < 3 else name


def learns_in_steps(estimator: Any) -> bool:
    """Tell whether the optimiser can do one epoch at a time, which ``partial_fit`` needs."""
    optimizer = estimator.optimizer
    if isinstance(optimizer, str):
        optimizer = Optimizer.registry.get(optimizer)
    if getattr(optimizer, "order", 1) == 2:
        raise AttributeError(
            f"{type(estimator).__name__}: partial_fit needs a first-order optimizer; got "
            f"{estimator.optimizer!r}"
        )
    return True


def check_parameters(estimator: Any) -> None:
    """Check every parameter that has a rule."""
    for name in signature_of(type(estimator)):
        if PARAMETERS[name].rule is not None:
            check_parameter(estimator, name, getattr(estimator, name), PARAMETERS[name].rule)
    owner, callbacks, monitor = type(estimator).__name__, estimator.callbacks, estimator.monitor
    if callbacks is not None and not (
        isinstance(callbacks, (list, tuple)) and all(callable(c) for c in callbacks)
    ):
        raise ValueError(f"{owner}: callbacks must be a list of callables; got {callbacks!r}")
    if not (monitor == "loss" or callable(monitor)):
        from sklearn.metrics import get_scorer_names

        if not isinstance(monitor, str) or monitor not in get_scorer_names():
            raise ValueError(
                f"{owner}: monitor must be 'loss', the name of a scorer (see "
                f"sklearn.metrics.get_scorer_names) or a callable; got {monitor!r}"
            )


def hidden_sizes(estimator: Any) -> tuple[int, ...]:
    """Return the units of every hidden layer."""
    sizes, repeats = estimator.hidden_layer_sizes, estimator.n_hidden_layers
    if sizes is None:
        return ()
    if isinstance(sizes, (list, tuple)):
        return tuple(int(n) for n in sizes)
    return (int(sizes),) * (1 if repeats is None else repeats)


def _per_layer(estimator: Any, parameter: str, n_layers: int) -> list[Any]:
    """Return one value for each hidden layer."""
    value = getattr(estimator, parameter)
    if not isinstance(value, (list, tuple)):
        return [value] * n_layers
    if len(value) != n_layers:
        raise ValueError(
            f"{type(estimator).__name__}: {parameter} must be one value or a list with one per "
            f"hidden layer ({n_layers}); got {value!r}"
        )
    return list(value)


def _resolve_hidden(estimator: Any) -> list[Hidden]:
    sizes = hidden_sizes(estimator)
    activations = _per_layer(estimator, "activation", len(sizes))
    dropouts = _per_layer(estimator, "dropout", len(sizes))
    hidden = []
    for units, activation, dropout in zip(sizes, activations, dropouts, strict=True):
        activation = resolve(estimator, "activation", Activation, activation)
        if estimator.batch_norm and activation.pre_activation == "distance":
            raise ValueError(
                f"{type(estimator).__name__}: batch_norm must be False with activation='rbf', "
                "whose pre-activation is a distance; got True"
            )
        init = estimator.init
        if init == "auto":
            init = auto_initializer(activation, len(sizes))
        initializer = resolve(estimator, "init", Initializer, init)
        hidden.append(Hidden(units, activation, initializer, dropout, estimator.hidden_noise))
    if not sizes:  # still check what will not be used
        for activation in _flat(estimator.activation):
            resolve(estimator, "activation", Activation, activation)
    return hidden


def _flat(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def resolve_settings(estimator: Any, n_rows: int) -> Settings:
    """Check and resolve all parameters.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Whose parameters.
    n_rows : int
        Training rows, for ``batch_size``.

    Returns
    -------
    settings : Settings

    Raises
    ------
    ValueError
        If a parameter breaks its rule or contradicts another.
    """
    check_parameters(estimator)
    owner = type(estimator).__name__
    hidden = _resolve_hidden(estimator)
    init = "glorot_uniform" if estimator.init == "auto" else estimator.init
    optimizer = resolve(estimator, "optimizer", Optimizer, estimator.optimizer)
    clipping = None
    if estimator.clip is not None:
        clipping = resolve(estimator, "clip", Clipping, estimator.clip)
    sampler = {True: "each_epoch", False: "keep"}.get(estimator.shuffle, estimator.shuffle)

    def own(parameter: str) -> Any:
        """Return a shared setting, or the optimiser's own default for None."""
        value = getattr(estimator, parameter)
        return getattr(type(optimizer), parameter) if value is None else value

    has_momentum = optimizer.momentum is not None
    batch_size = estimator.batch_size
    if optimizer.full_batch or batch_size == "full":
        batch_size = n_rows
    elif batch_size == "auto":
        batch_size = auto_batch_size(n_rows)
    training = Training(
        optimizer=optimizer,
        learning_rate=own("learning_rate"),
        momentum=own("momentum") if has_momentum else None,
        nesterov=own("nesterov") if has_momentum else None,
        schedule=resolve(estimator, "schedule", Schedule, estimator.schedule),
        momentum_schedule=resolve(
            estimator, "momentum_schedule", MomentumSchedule, estimator.momentum_schedule
        ),
        batch_size=min(int(batch_size), n_rows),
        sampler=Sampler.registry[sampler](),
        clipping=clipping,
        clip_threshold=estimator.clip_threshold,
        weight_decay=own("weight_decay"),
        max_norm=estimator.max_norm,
        weight_noise=estimator.weight_noise,
    )
    noises = ("input_dropout", "input_noise", "hidden_noise", "weight_noise")
    noisy = [name for name in noises if getattr(estimator, name)]
    noisy += ["dropout"] if any(_flat(estimator.dropout)) else []
    if optimizer.order == 2:
        if noisy:
            raise ValueError(
                f"{owner}: {noisy[0]} must be 0 with optimizer={estimator.optimizer!r}, which "
                f"needs a gradient without noise; got {getattr(estimator, noisy[0])!r}"
            )
        if estimator.l1 and not optimizer.handles_l1:
            raise ValueError(
                f"{owner}: l1 must be 0 with optimizer={estimator.optimizer!r}; of the "
                f"second-order solvers only 'lbfgs' takes it; got {estimator.l1!r}"
            )
    return Settings(
        hidden=hidden,
        output_initializer=resolve(estimator, "init", Initializer, init),
        optimizer=optimizer,
        training=training,
        dropout_inference=resolve(
            estimator, "dropout_inference", DropoutInference, estimator.dropout_inference
        ),
    )


def warn_without_effect(estimator: Any, settings: Settings, own_validation: bool) -> None:
    """Warn of every parameter that was given but changes nothing beside the others.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Whose parameters.
    settings : Settings
        The same, resolved.
    own_validation : bool
        Whether ``fit`` was given validation rows.
    """
    signature = signature_of(type(estimator))

    def given(name: str) -> bool:
        return name in signature and getattr(estimator, name) != signature[name].default

    def none_of(reason: str, *names: str) -> list[tuple[str, str]]:
        return [(name, reason) for name in names if given(name)]

    without: list[tuple[str, str]] = []
    optimizer = settings.optimizer
    chosen = f"optimizer={estimator.optimizer!r}"
    if isinstance(estimator.hidden_layer_sizes, (list, tuple)):
        sizes = f"hidden_layer_sizes={estimator.hidden_layer_sizes!r}: it repeats only an int"
        without += none_of(sizes, "n_hidden_layers")
    if not settings.hidden:
        per_layer = ("activation", "dropout", "hidden_noise", "activity_l1", "batch_norm")
        without += none_of("no hidden layer", *per_layer)
    if not estimator.batch_norm:
        without += none_of("batch_norm=False", "batch_norm_momentum")
    if not estimator.fit_intercept:
        without += none_of("fit_intercept=False", "bias_init")
    if not (any(_flat(estimator.dropout)) or estimator.input_dropout):
        without += none_of("dropout=0 and input_dropout=0", "dropout_inference")
    if optimizer.order == 2:
        first_order = ("learning_rate", "momentum", "nesterov", "schedule", "momentum_schedule")
        step = ("clip", "weight_decay", "max_norm", "batch_size", "shuffle")
        without += none_of(chosen, *first_order, *step)
        # None still says that max_iter is meant, so that reaching it is no reason to warn.
        if not estimator.early_stopping and estimator.n_iter_no_change is not None:
            without += none_of(chosen + " and early_stopping=False", "n_iter_no_change")
    else:
        if optimizer.momentum is None:
            without += none_of(chosen, "momentum", "nesterov", "momentum_schedule")
        elif not settings.training.momentum and not given("momentum_schedule"):
            without += none_of("momentum=0", "nesterov")
        if optimizer.full_batch and estimator.batch_size != "full":
            without += none_of(chosen + ", which uses all rows", "batch_size")
        if (optimizer.full_batch or estimator.batch_size == "full") and (
            estimator.shuffle != "replacement"
        ):
            without += none_of("all rows in one batch", "shuffle")
        if estimator.n_iter_no_change is None:
            without += none_of("n_iter_no_change=None", "tol")
    if estimator.clip is None:
        without += none_of("clip=None", "clip_threshold")
    if not (estimator.l1 or estimator.l2 or settings.training.weight_decay):
        without += none_of("l1=0, l2=0 and no weight_decay", "penalize_bias")
    if getattr(estimator.loss, "name", estimator.loss) in ("poisson", "gamma"):
        without += none_of(f"loss={estimator.loss!r}, which never scales", "scale_target")
    if not estimator.early_stopping:
        without += none_of("early_stopping=False", "monitor", "restore_best")
    if own_validation or not estimator.early_stopping:
        reason = "X_val" if own_validation else "early_stopping=False"
        without += none_of(reason, "validation_fraction")
    if estimator.early_stopping == "rises":
        without += none_of("early_stopping='rises'", "restore_best", "tol")
    for name, reason in without:
        warn_user(
            f"{type(estimator).__name__}: {name}={getattr(estimator, name)!r} has no effect "
            f"with {reason}",
        )
