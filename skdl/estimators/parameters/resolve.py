"""From the parameters of an estimator to checked components: what ``fit`` works with.

Everything that can be wrong with a parameter is found here, before training; and a parameter that
would have no effect beside the others is named in a warning. Only parameters that were given are
looked at: the defaults are known to be right, and to be meant for whatever is there.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from inspect import signature
from typing import Any

from skdl.core.activations import Activation
from skdl.core.architecture import Hidden, build
from skdl.core.batches import Sampler
from skdl.core.clipping import Clipping
from skdl.core.component import Component, check_parameter, hint, resolve, resolve_each
from skdl.core.initializers import Initializer
from skdl.core.optimizers import Optimizer
from skdl.core.penalties import L1, L2, Penalty
from skdl.core.training.fit import Training
from skdl.estimators.parameters.idle import Chosen, is_any
from skdl.estimators.parameters.settable import signature_of
from skdl.estimators.parameters.table import PARAMETERS
from skdl.tools.warning import warn_user

__all__ = [
    "Settings",
    "auto_batch_size",
    "auto_l2",
    "learns_in_steps",
    "resolve_settings",
    "warn_of_idle_parameters",
]

NOISES = ("input_dropout", "input_noise", "hidden_noise", "weight_noise")

# What the network and the training take as it was given: their own parameters of the same name.
# Those that are resolved on the way are named below.
RESOLVED = {
    "batch_size",
    "bias_init",
    "dtype",
    "dropout_inference",
    "learning_rate",
    "momentum",
    "momentum_schedule",
    "nesterov",
    "optimizer",
    "schedule",
    "weight_decay",
}
# The components that every fit has one of, whatever its layers and its target are.
SINGLE = ("optimizer", "schedule", "momentum_schedule", "dropout_inference")
FAMILIES = {name: PARAMETERS[name].family for name in SINGLE}
OF_NETWORK = [n for n in signature(build).parameters if n in PARAMETERS.keys() - RESOLVED]
OF_TRAINING = [f.name for f in fields(Training) if f.name in PARAMETERS.keys() - RESOLVED]


@dataclass
class Settings:
    """The parameters of an estimator, resolved.

    Attributes
    ----------
    hidden : list of Hidden
        The hidden layers, from below.
    network : dict
        What else the network is built from, for :func:`skdl.core.architecture.build`.
    penalties : list of Penalty
        The terms of the objective beside the loss.
    penalize_bias : bool
        Whether they apply to every parameter, not only to the weights.
    training : Training
        How to train.
    n_sub_networks : int
        Networks drawn by dropout whose outputs a prediction averages; 0 for the network itself.
    l2 : float
        The strength of the squared penalty.
    """

    hidden: list[Hidden]
    network: dict[str, Any]
    penalties: list[Penalty]
    penalize_bias: bool
    training: Training
    n_sub_networks: int
    l2: float


def auto_batch_size(n: int) -> int:
    """Return the rows of a step for ``batch_size="auto"``.

    Examples
    --------
    >>> auto_batch_size(50), auto_batch_size(100_000)
    (50, 64)
    """
    return min(64, n)


def auto_l2(n: int, n_features: int) -> float:
    """Return λ₂ for ``l2="auto"``: the weight of some rows, so that it fades as rows come in.

    A penalty stands for what was known before the data came; n rows outweigh it in proportion to n
    (MacKay, 1992, "A practical Bayesian framework for backpropagation networks"). It weighs a
    quarter of a row for each input, and five rows at most: many inputs leave much room to learn
    noise, and in a plane the truth is often steep. ``bench/tables.py`` measured it.

    Examples
    --------
    >>> auto_l2(100, n_features=2), auto_l2(100_000, n_features=30)
    (0.005, 5e-05)
    """
    return min(n_features / 4, 5) / n


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
    """Check every parameter that was given and has a rule."""
    for name, parameter in signature_of(type(estimator)).items():
        value = getattr(estimator, name)
        if name in PARAMETERS and value is not parameter.default:  # a subclass may have its own
            rule = PARAMETERS[name].rule
            if rule is not None:
                check_parameter(estimator, name, value, rule)
    owner, monitor = type(estimator).__name__, estimator.monitor
    if not (callable(monitor) or (isinstance(monitor, str) and monitor == "loss")):
        from sklearn.metrics import get_scorer_names

        names = get_scorer_names()
        if not isinstance(monitor, str) or monitor not in names:
            raise ValueError(
                f"{owner}: monitor must be 'loss', the name of a scorer (see "
                f"sklearn.metrics.get_scorer_names) or a callable; got {monitor!r}"
                + hint("monitor", monitor, names)
            )


def hidden_sizes(estimator: Any) -> tuple[int, ...]:
    """Return the units of every hidden layer."""
    sizes, repeats = estimator.hidden_layer_sizes, estimator.n_hidden_layers
    if sizes is None:
        return ()
    if isinstance(sizes, (list, tuple)):
        return tuple(map(int, sizes))
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
    """Return the hidden layers."""
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
        if isinstance(init, str) and init == "auto":
            init = auto_initializer(activation, len(sizes))
        initializer = resolve(estimator, "init", Initializer, init)
        hidden.append(Hidden(units, activation, initializer, dropout, estimator.hidden_noise))
    if not sizes:  # still check what will not be used
        given = estimator.activation
        for activation in given if isinstance(given, (list, tuple)) else [given]:
            resolve(estimator, "activation", Activation, activation)
    return hidden


def _resolve_network(estimator: Any, components: dict[str, Component]) -> dict[str, Any]:
    """Return what the network is built from beside its hidden layers and its sizes."""
    auto_init = isinstance(estimator.init, str) and estimator.init == "auto"
    init = "glorot_uniform" if auto_init else estimator.init
    return {
        **{name: getattr(estimator, name) for name in OF_NETWORK},
        "output_initializer": resolve(estimator, "init", Initializer, init),
        "bias_init": 0.0 if estimator.bias_init == "auto" else estimator.bias_init,
        "dropout_inference": components["dropout_inference"],
    }


def _resolve_training(estimator: Any, components: dict[str, Component], n_rows: int) -> Training:
    """Return how to train on so many rows."""
    optimizer = components["optimizer"]
    clipping = None
    if estimator.clip is not None:
        clipping = resolve(estimator, "clip", Clipping, estimator.clip)
    sampler = {True: "each_epoch", False: "keep"}.get(estimator.shuffle, estimator.shuffle)
    # None as a shared setting means the default of the optimiser that was chosen.
    shared = {
        name: getattr(type(optimizer) if getattr(estimator, name) is None else estimator, name)
        for name in ("learning_rate", "momentum", "nesterov", "weight_decay")
    }
    if optimizer.momentum is None:
        shared |= {"momentum": None, "nesterov": None}
    batch_size = estimator.batch_size
    if optimizer.full_batch or batch_size == "full":
        batch_size = n_rows
    elif batch_size == "auto":
        batch_size = auto_batch_size(n_rows)
    return Training(
        optimizer=optimizer,
        **shared,
        schedule=components["schedule"],
        momentum_schedule=components["momentum_schedule"],
        batch_size=min(int(batch_size), n_rows),
        sampler=Sampler.registry[sampler](),
        clipping=clipping,
        tracks_steps=estimator.track is not None and "steps" in estimator.track,
        **{name: getattr(estimator, name) for name in OF_TRAINING},
    )


def _check_second_order(estimator: Any, optimizer: Optimizer) -> None:
    """Refuse what a solver with curvature cannot have."""
    owner, chosen = type(estimator).__name__, f"optimizer={estimator.optimizer!r}"
    noisy = [name for name in NOISES if getattr(estimator, name)]
    noisy += ["dropout"] if is_any(estimator.dropout) else []
    if noisy:
        raise ValueError(
            f"{owner}: {noisy[0]} must be 0 with {chosen}, which needs a gradient without noise; "
            f"got {getattr(estimator, noisy[0])!r}"
        )
    if estimator.l1 and not optimizer.handles_l1:
        raise ValueError(
            f"{owner}: l1 must be 0 with {chosen}; of the second-order solvers only 'lbfgs' takes "
            f"it; got {estimator.l1!r}"
        )


def resolve_settings(
    estimator: Any, n_rows: int, n_features: int, n_counted: int | None = None
) -> Settings:
    """Check and resolve all parameters.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Whose parameters.
    n_rows : int
        Training rows, for ``batch_size``.
    n_features : int
        Inputs, for ``l2``.
    n_counted : int, default=None
        Rows that outweigh the penalty of ``l2="auto"``, where they are others: repetitions, or
        those of earlier calls of ``partial_fit``, count as well.

    Returns
    -------
    settings : Settings

    Raises
    ------
    ValueError
        If a parameter breaks its rule or contradicts another.
    """
    check_parameters(estimator)
    hidden = _resolve_hidden(estimator)
    components = resolve_each(estimator, FAMILIES)
    training = _resolve_training(estimator, components, n_rows)
    if training.optimizer.order == 2:
        _check_second_order(estimator, training.optimizer)
    dropout = estimator.dropout
    l2 = auto_l2(n_counted or n_rows, n_features) if isinstance(estimator.l2, str) else estimator.l2
    drops = estimator.input_dropout or (hidden and dropout and is_any(dropout))
    return Settings(
        hidden,
        _resolve_network(estimator, components),
        [L1(estimator.l1), L2(l2)],
        estimator.penalize_bias,
        training,
        n_sub_networks=components["dropout_inference"].n_networks if drops else 0,
        l2=l2,
    )


def warn_of_idle_parameters(estimator: Any, settings: Settings, own_validation: bool) -> None:
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
    given = {
        name
        for name, parameter in signature_of(type(estimator)).items()
        for value in [getattr(estimator, name)]
        if value is not parameter.default and value != parameter.default
    }
    chosen = Chosen(estimator, settings, own_validation, given)
    for name in sorted(given & PARAMETERS.keys()):
        for condition in PARAMETERS[name].idle:
            reason = condition(chosen)
            if reason is not None:
                warn_user(
                    f"{type(estimator).__name__}: {name}={getattr(estimator, name)!r} has no "
                    f"effect with {reason}",
                )
