"""The table of parameters: of each, what it may be, what it does, and when it does nothing.

The signatures of the two estimators hold the defaults; this table holds the rest. Checks, warnings,
the docstrings of both estimators, the documentation and the training of networks side by side read
it, so that a parameter is described once.
"""

from __future__ import annotations

import inspect
import textwrap
from dataclasses import dataclass
from typing import Any, TypeVar

from numpy.random import RandomState

from skdl.core.activations import Activation
from skdl.core.clipping import Clipping
from skdl.core.component import (
    Boolean,
    Component,
    Each,
    Either,
    Function,
    Instance,
    Interval,
    Nothing,
    OneOf,
)
from skdl.core.initializers import Initializer
from skdl.core.losses import Loss
from skdl.core.noise import DropoutInference
from skdl.core.optimizers import Optimizer
from skdl.core.schedules import MomentumSchedule, Schedule
from skdl.estimators.parameters import idle

__all__ = ["PARAMETERS", "Row", "documented"]

TRACKED = ("clean", "steps")

C = TypeVar("C", bound=type)

_rate = Interval(0, 1, closed="left")
_not_negative = Interval(0)
_positive = Interval(0, closed="neither")
_count = Interval(1, integer=True)
_units = Interval(1, 2**31 - 1, integer=True)  # of more, no array has a size


@dataclass(frozen=True)
class Row:
    """What the table says of one parameter.

    Attributes
    ----------
    group : str
        The part of the network that it belongs to.
    rule : rule or None
        What is allowed; None where a component's family or a later step checks it.
    kind : str
        Its type, for the docstring.
    text : str
        What it does.
    family : type or None
        The family of components whose names are allowed.
    stackable : bool
        Whether networks that differ in it can be trained side by side: it changes numbers (rates,
        strengths), where a network starts, what its rows are, weigh and should be, or when it
        stops. Of everything else networks side by side must have the same, so that a parameter
        that is not marked costs speed and never a result.
    idle : tuple of conditions
        When it has no effect (see :mod:`skdl.estimators.parameters.idle`).
    """

    group: str
    rule: Any
    kind: str
    text: str
    family: type[Component] | None = None
    stackable: bool = False
    idle: tuple[idle.Condition, ...] = ()


def _component(
    group: str,
    family: type[Component],
    text: str,
    also: str = "",
    stackable: bool = False,
    idle: tuple[idle.Condition, ...] = (),
) -> Row:
    return Row(group, None, f"str or {family.__name__}{also}", text, family, stackable, idle)


PARAMETERS: dict[str, Row] = {
    # -- architecture
    "hidden_layer_sizes": Row(
        "architecture",
        Either(_units, Each(_units), OneOf(((), [])), Nothing()),
        "int or tuple of int",
        "Units of each hidden layer; an int is repeated ``n_hidden_layers`` times; ``()`` is the "
        "linear model.",
    ),
    "n_hidden_layers": Row(
        "architecture",
        Either(Interval(0, integer=True), Nothing()),
        "int or None",
        "How often an int in ``hidden_layer_sizes`` is repeated; None means once.",
        idle=(idle.given_sizes,),
    ),
    "activation": _component(
        "architecture",
        Activation,
        "What hidden units compute from their pre-activation.",
        also=", or a list with one per hidden layer",
        idle=(idle.no_hidden_layer,),
    ),
    "output_activation": Row(
        "architecture",
        OneOf(("auto", "softmax", "sigmoid")),
        "{'auto', 'softmax', 'sigmoid'}",
        "What turns raw outputs into probabilities. 'auto' is softmax for three classes or more "
        "and sigmoid for two classes or for labels.",
    ),
    "fit_intercept": Row("architecture", Boolean(), "bool", "Whether layers have biases."),
    "batch_norm": Row(
        "architecture",
        Boolean(),
        "bool",
        "Whether pre-activations are normalised over each batch.",
        idle=(idle.no_hidden_layer,),
    ),
    "batch_norm_momentum": Row(
        "architecture",
        _rate,
        "float in [0, 1)",
        "Decay, per batch, of the running mean and variance that prediction uses.",
        stackable=True,
        idle=(idle.where(batch_norm=False),),
    ),
    # -- initialisation
    "init": _component(
        "initialisation",
        Initializer,
        "Where weights start. 'auto' is Glorot uniform, but LeCun normal for SELU and, in "
        "networks of three hidden layers or more, He uniform for rectifiers.",
        stackable=True,
    ),
    "init_scale": Row(
        "initialisation",
        _positive,
        "float > 0",
        "Factor on all initial weights.",
        stackable=True,
    ),
    "bias_init": Row(
        "initialisation",
        Either(OneOf(("auto",)), Interval()),
        "'auto' or float",
        "Where biases start. 'auto' is 0 in hidden layers, and in the output layer the best "
        "prediction that ignores the inputs.",
        stackable=True,
        idle=(idle.where(fit_intercept=False),),
    ),
    # -- loss
    "loss": _component("loss", Loss, "What is minimised."),
    "label_smoothing": Row(
        "loss",
        _rate,
        "float in [0, 1)",
        "ε: targets become (1 − ε)·y + ε/K in training, for K classes.",
        stackable=True,
    ),
    "scale_target": Row(
        "loss",
        Boolean(),
        "bool",
        "Whether the network learns (y − mean)/std instead of y, which makes learning rates, "
        "penalties and losses independent of the unit of y. Predictions, ``coefs_`` and "
        "``intercepts_`` are in the unit of y all the same; ``loss_curve_`` is in standard "
        "deviations. Losses with a logarithmic link (poisson, gamma) never scale.",
        idle=(idle.loss_that_never_scales,),
    ),
    # -- optimiser
    "optimizer": _component("optimiser", Optimizer, "How the gradient becomes a step."),
    "learning_rate": Row(
        "optimiser",
        Either(_positive, Nothing()),
        "float or None",
        "ε; None is the optimiser's own default.",
        stackable=True,
        idle=(idle.second_order,),
    ),
    "momentum": Row(
        "optimiser",
        Either(_rate, Nothing()),
        "float in [0, 1) or None",
        "α, for optimisers that have one; None is the optimiser's own default.",
        stackable=True,
        idle=(idle.second_order, idle.no_momentum),
    ),
    "nesterov": Row(
        "optimiser",
        Either(Boolean(), Nothing()),
        "bool or None",
        "Whether momentum looks ahead; None is the optimiser's own default.",
        idle=(idle.second_order, idle.no_momentum, idle.momentum_of_zero),
    ),
    # -- schedule
    "schedule": _component(
        "schedule", Schedule, "How the learning rate changes.", idle=(idle.second_order,)
    ),
    "momentum_schedule": _component(
        "schedule",
        MomentumSchedule,
        "How the momentum changes; it may rise.",
        idle=(idle.second_order, idle.no_momentum),
    ),
    # -- batches
    "batch_size": Row(
        "batches",
        Either(_count, OneOf(("auto", "full"))),
        "int, 'auto' or 'full'",
        "Rows of each step. 'auto' is all rows for full-batch optimisers, else 64, or all rows "
        "if there are fewer.",
        idle=(idle.second_order, idle.full_batch_optimizer),
    ),
    "shuffle": Row(
        "batches",
        Either(Boolean(), OneOf(("once", "replacement"))),
        "bool, 'once' or 'replacement'",
        "True: a new order each epoch; 'once': one random order; 'replacement': rows are drawn "
        "independently; False: the order of the data.",
        idle=(idle.second_order, idle.one_batch),
    ),
    # -- gradient clipping
    "clip": Row(
        "clipping",
        None,
        "str, Clipping or None",
        "How the gradient of a batch is bounded: by value, by norm or average norm of each "
        "parameter array, or by global norm.",
        Clipping,
        idle=(idle.second_order,),
    ),
    "clip_threshold": Row(
        "clipping", _positive, "float > 0", "The bound.", idle=(idle.where(clip=None),)
    ),
    # -- penalties
    "l1": Row(
        "penalties",
        _not_negative,
        "float >= 0",
        "λ₁ of ``l1·Σ|w|``: weights become exactly 0.",
        stackable=True,
    ),
    "l2": Row(
        "penalties",
        Either(_not_negative, OneOf(("auto",))),
        "float >= 0 or 'auto'",
        "λ₂ of ``½·l2·Σw²``. 'auto' is a quarter of the number of inputs, 5 at most, divided by "
        "the rows of the fit (of ``partial_fit``: by all rows that it was given so far); ``l2_`` "
        "tells it. Weights of rows that are whole numbers count as repetitions.",
        stackable=True,
    ),
    "weight_decay": Row(
        "penalties",
        Either(_not_negative, Nothing()),
        "float >= 0 or None",
        "Decoupled decay: each step multiplies weights by ``1 − learning_rate·weight_decay``. "
        "None is the optimiser's own default (0.01 for adamw, else 0).",
        stackable=True,
        idle=(idle.second_order,),
    ),
    "max_norm": Row(
        "penalties",
        Either(_positive, Nothing()),
        "float > 0 or None",
        "Largest norm of the weights into one unit.",
        idle=(idle.second_order,),
    ),
    "activity_l1": Row(
        "penalties",
        _not_negative,
        "float >= 0",
        "Strength of an L1 penalty on hidden activations (sparse codes).",
        stackable=True,
        idle=(idle.no_hidden_layer,),
    ),
    "penalize_bias": Row(
        "penalties",
        Boolean(),
        "bool",
        "Whether ``l1``, ``l2`` and ``weight_decay`` apply to biases and all other parameters too.",
        idle=(idle.no_penalty,),
    ),
    # -- noise
    "dropout": Row(
        "noise",
        Either(_rate, Each(_rate)),
        "float in [0, 1), or a list with one per hidden layer",
        "Probability that a hidden unit is dropped.",
        stackable=True,
        idle=(idle.no_hidden_layer,),
    ),
    "input_dropout": Row(
        "noise",
        _rate,
        "float in [0, 1)",
        "Probability that an input is dropped.",
        stackable=True,
    ),
    "dropout_inference": _component(
        "noise",
        DropoutInference,
        "What dropout means when predicting.",
        idle=(idle.no_dropout,),
    ),
    "input_noise": Row(
        "noise",
        _not_negative,
        "float >= 0",
        "Standard deviation of Gaussian noise on inputs.",
        stackable=True,
    ),
    "hidden_noise": Row(
        "noise",
        _not_negative,
        "float >= 0",
        "Standard deviation of Gaussian noise on hidden activations.",
        stackable=True,
        idle=(idle.no_hidden_layer,),
    ),
    "weight_noise": Row(
        "noise",
        _not_negative,
        "float >= 0",
        "Standard deviation of Gaussian noise on the weights, drawn anew for each gradient.",
        stackable=True,
    ),
    # -- ensemble
    "n_networks": Row(
        "ensemble",
        _count,
        "int >= 1",
        "Networks to train, alike but for their random numbers. Their raw outputs are averaged, "
        "which takes away the variance that a single initialisation and order of rows add. With "
        "``early_stopping`` each holds out another fold of the rows, so that together they learn "
        "from all, and every row gets an answer from outside (``oof_prediction_``).",
    ),
    # -- data
    "class_weight": Row(
        "data",
        Either(Instance(dict), OneOf(("balanced",)), Nothing()),
        "dict, 'balanced' or None",
        "Weight of each class; 'balanced' is inverse to its frequency.",
        stackable=True,
    ),
    "calibrate": Row(
        "data",
        Either(OneOf(("temperature",)), Nothing()),
        "'temperature' or None",
        "Whether probabilities are corrected by one number, ``temperature_``, that the rows out of "
        "fold tell: it needs several networks with ``early_stopping``.",
        stackable=True,
        idle=(idle.nothing_out_of_fold, idle.no_probabilities),
    ),
    "dtype": Row(
        "data",
        Either(OneOf(("float32", "float64")), Nothing()),
        "'float32', 'float64' or None",
        "Precision of training and prediction, whatever that of X. None keeps float32 as it is and "
        "takes float64 for everything else; a fit that goes on stays in its own. 'float32' is the "
        "easiest way to speed: a large network trains twice as fast on a float64 table, a small "
        "one 1.2 to 1.5 times. Rounding changes a score less than another ``random_state`` does, "
        "if inputs are standardised first; left as they are, numbers that differ by less than a "
        "ten-millionth of their size, such as timestamps, become equal.",
    ),
    # -- stopping
    "max_iter": Row("stopping", _count, "int >= 1", "Largest number of epochs."),
    "tol": Row(
        "stopping",
        _not_negative,
        "float >= 0",
        "Smallest fall of the monitored loss that counts; for second-order solvers the tolerance "
        "of the gradient.",
        stackable=True,
        idle=(idle.never_patient, idle.where(early_stopping="rises")),
    ),
    "early_stopping": Row(
        "stopping",
        Either(Boolean(), OneOf(("rises",))),
        "bool or 'rises'",
        "Whether to watch validation rows instead of the training loss. True: stop after "
        "``n_iter_no_change`` epochs without a fall; 'rises': after that many rises in a row, "
        "which are rewound.",
        stackable=True,
    ),
    "validation_fraction": Row(
        "stopping",
        Interval(0, 1, closed="neither"),
        "float in (0, 1)",
        "Part of the rows that is set aside (stratified by class) when ``fit`` gets no ``X_val``; "
        "of several networks, each holds out a fold instead.",
        stackable=True,
        idle=(idle.own_validation, idle.without_hold_out, idle.folds_instead),
    ),
    "monitor": Row(
        "stopping",
        None,
        "'loss', str or callable",
        "What early stopping watches on the validation rows: the loss, or any scorer; "
        "``track='clean'`` records it for training and validation rows.",
        stackable=True,
        idle=(idle.nothing_scored,),
    ),
    "n_iter_no_change": Row(
        "stopping",
        Either(_count, Nothing()),
        "int or None",
        "Epochs of patience; None never stops before ``max_iter``.",
        stackable=True,
        idle=(idle.solver_without_early_stopping,),
    ),
    "restore_best": Row(
        "stopping",
        Boolean(),
        "bool",
        "Whether early stopping goes back to the best weights it saw.",
        stackable=True,
        idle=(idle.without_early_stopping, idle.where(early_stopping="rises")),
    ),
    # -- the run
    "random_state": Row(
        "run",
        Either(Interval(0, 2**32 - 1, integer=True), Instance(RandomState), Nothing()),
        "int, RandomState or None",
        "Seed of initial weights, validation split, order of rows and noise.",
        stackable=True,
    ),
    "warm_start": Row(
        "run",
        Boolean(),
        "bool",
        "Whether ``fit`` goes on from where the last call ended: the same weights, optimiser state "
        "and validation split.",
    ),
    "verbose": Row(
        "run",
        Either(Boolean(), Interval(0, integer=True)),
        "bool or int",
        "Whether to show a progress bar with loss and time left.",
    ),
    "track": Row(
        "run",
        Either(OneOf(TRACKED), Each(OneOf(TRACKED)), Nothing()),
        "'clean', 'steps', a list of both, or None",
        "What else ``history_`` holds. 'clean': after each epoch, the loss (and the score that "
        "``monitor`` names) of up to 1000 training rows, the same ones, by the network as it will "
        "predict: without dropout, noise and smoothed labels, so that it can be compared with the "
        "validation loss. 'steps': loss and gradient norm of each step. Both add the seconds.",
        idle=(idle.no_steps,),
    ),
    "callbacks": Row(
        "run",
        Either(Each(Function()), OneOf(((), [])), Nothing()),
        "list of callable or None",
        "Called as ``callback(estimator, record)`` after each epoch; one that returns True stops "
        "the fit.",
    ),
}


def documented(cls: C) -> C:
    """Write the parameters of an estimator into its docstring, from the table above."""
    lines = []
    for name, default in inspect.signature(cls.__init__).parameters.items():
        if name == "self":
            continue
        parameter = PARAMETERS[name]
        family = cls._loss_family if name == "loss" else parameter.family
        names = f" One of {', '.join(map(repr, family.registry))}." if family else ""
        lines.append(f"{name} : {parameter.kind}, default={default.default!r}")
        lines += textwrap.wrap(
            parameter.text + names, 90, initial_indent="    ", subsequent_indent="    "
        )
    indented = "\n".join("    " + line for line in lines).strip()
    cls.__doc__ = (cls.__doc__ or "").replace("{parameters}", indented)
    return cls
