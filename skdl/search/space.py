"""``search_space``: the ranges in which the settings of a network are worth looking for."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from skdl.core.optimizers import Optimizer
from skdl.estimators.base import BaseMLP
from skdl.estimators.classifier import MLPClassifier
from skdl.estimators.parameters.table import PARAMETERS
from skdl.estimators.regressor import MLPRegressor
from skdl.search.distributions import (
    Distribution,
    LogUniform,
    OneMinusLogUniform,
    Uniform,
    UniformInteger,
)
from skdl.tools import checks

__all__ = ["SearchSpace", "listed", "search_space"]

NAMES = {"classifier": MLPClassifier, "regressor": MLPRegressor}

ALWAYS = {
    "hidden_layer_sizes": UniformInteger(16, 256),  # of each layer
    "n_hidden_layers": UniformInteger(1, 3),
    "l2": LogUniform(1e-7, 1e-1),
}
FIRST_ORDER = {"learning_rate": LogUniform(1e-5, 1e-1), "dropout": Uniform(0.0, 0.5)}
WITH_MOMENTUM = {"momentum": OneMinusLogUniform(0.9, 0.999)}
WITH_BATCHES = {"batch_size": [16, 32, 64, 128, 256]}

# What matters less, or only now and then.
WIDE = {
    "activation": ["relu", "elu", "gelu", "tanh"],
    "init_scale": LogUniform(0.3, 3.0),
    "batch_norm": [False, True],
    "l1": LogUniform(1e-7, 1e-2),
}
WIDE_OF_STEPS = {
    "schedule": ["constant", "linear", "cosine", "one_cycle"],
    "clip": [None, "global_norm"],
    "input_dropout": Uniform(0.0, 0.3),
    "weight_decay": LogUniform(1e-6, 1e-2),
}

# What a second-order solver has no use for: these groups of parameters, and two penalties.
GROUPS_OF_STEPS = ("optimiser", "schedule", "batches", "clipping", "noise")
PENALTIES_OF_STEPS = ("weight_decay", "max_norm")


class SearchSpace(list):
    """A list of parameter spaces, one for each optimiser: valid as ``param_distributions``.

    Parameters
    ----------
    spaces : list of dict
        Parameter names to distributions, or lists of values.

    See Also
    --------
    search_space : Ships one.

    Examples
    --------
    >>> space = search_space("classifier", optimizers=["adam"])
    >>> space.grid(3, "learning_rate", "l2")
    [{'optimizer': ['adam'], 'l2': [1e-07, 0.0001, 0.1], 'learning_rate': [1e-05, 0.001, 0.1]}]
    """

    def grid(self, n: int, *names: str) -> list[dict[str, list]]:
        """Return the same spaces as lists of values, valid as ``param_grid``.

        Parameters
        ----------
        n : int
            Values for each distribution, its ends included; lists stay as they are.
        *names : str
            The parameters to vary, without prefix; none means all. What an optimiser does not have
            is left out.

        Returns
        -------
        grids : list of dict of str to list
        """
        known = {_last(name) for space in self for name in space}
        if unknown := set(names) - known:
            raise ValueError(
                f"SearchSpace: names must be among {sorted(known)}; got {sorted(unknown)}"
            )

        def varied(name: str, values: Any) -> bool:
            return not names or _last(name) in names or len(listed(values, 2)) == 1

        return [
            {name: listed(values, n) for name, values in space.items() if varied(name, values)}
            for space in self
        ]


def _last(name: str) -> str:
    return name.rpartition("__")[2]


def listed(values: Any, n: int) -> list[Any]:
    """Return the values of a list, or n values of a distribution.

    Examples
    --------
    >>> listed(LogUniform(1e-4, 1e-2), 3), listed([16, 32], 3)
    ([0.0001, 0.001, 0.01], [16, 32])
    """
    return values.grid(n) if isinstance(values, Distribution) else list(values)


def search_space(
    estimator: Any,
    *,
    optimizers: Sequence[str] = ("sgd", "adam"),
    prefix: str | None = None,
    wide: bool = False,
) -> SearchSpace:
    """Return where to look for the settings of a network, for random search or a grid.

    Scales are searched on a logarithmic scale: the learning rate from 1e-5 to 0.1, ``l2`` from 1e-7
    to 0.1, and the momentum by its distance from 1, which is 10 to the power of -3 to -1. Width,
    depth and dropout are uniform. Each optimiser has a space of its own, with only what has an
    effect there: momentum where there is one, no rate, batches and noise for a second-order solver.

    Parameters
    ----------
    estimator : estimator, "classifier" or "regressor"
        What is to be searched: a network of this package, or a pipeline or another meta-estimator
        around one. What it sets itself and has no effect with an optimiser, that optimiser's space
        puts back to the default.
    optimizers : sequence of str, default=("sgd", "adam")
        The optimisers to choose from; each is as likely.
    prefix : str or None, default=None
        What stands before each name, such as ``"mlp__"``. None finds it in the estimator.
    wide : bool, default=False
        Whether to search what matters less, too: the activation, the scale of the initial weights,
        batch normalisation, ``l1`` and, of optimisers that take steps, the schedule, clipping,
        ``input_dropout`` and ``weight_decay``. The more is searched, the more has to be tried:
        ``CoordinateSearchCV(net, space.grid(3)[0], stages=True)`` does so in an order.

    Returns
    -------
    space : SearchSpace
        One dict for each optimiser: ``param_distributions`` of ``RandomizedSearchCV`` and of
        successive halving; ``space.grid(n)`` is ``param_grid`` of ``GridSearchCV``.

    Raises
    ------
    ValueError
        If an optimiser is unknown, or the estimator holds no network of this package, or several.

    See Also
    --------
    skdl.search.optuna_space : The same for Optuna.
    skdl.search.CoordinateSearchCV : One parameter at a time.

    References
    ----------
    Bergstra and Bengio (2012), "Random search for hyper-parameter optimization".
    Goodfellow, Bengio and Courville (2016), *Deep Learning*, sec. 11.4.

    Examples
    --------
    >>> from sklearn.model_selection import ParameterSampler
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skdl import MLPClassifier
    >>> space = search_space(make_pipeline(StandardScaler(), MLPClassifier()))
    >>> [name for name in space[0] if "momentum" in name]
    ['mlpclassifier__momentum']
    >>> [name for name in space[1] if "momentum" in name]
    []
    >>> for sample in ParameterSampler(search_space("regressor"), n_iter=2, random_state=1):
    ...     print(sample["optimizer"], f"{sample['learning_rate']:.5f}")
    adam 0.00004
    sgd 0.00551
    """
    if prefix is not None and not isinstance(prefix, str):
        checks.refuse("search_space", "prefix", "a str such as 'mlp__', or None", prefix)
    network, found = _find_network(estimator, prefix)
    prefix = found if prefix is None else prefix
    allowed = f"a list of names among {sorted(Optimizer.registry)}"
    if not isinstance(wide, bool):
        checks.refuse("search_space", "wide", "True or False", wide)
    names = checks.listed("search_space", "optimizers", optimizers, allowed)
    if not names or not all(isinstance(n, str) and n in Optimizer.registry for n in names):
        checks.refuse("search_space", "optimizers", allowed, optimizers)
    return SearchSpace(
        {prefix + name: values for name, values in _space(network, optimizer, wide).items()}
        for optimizer in names
    )


def _find_network(estimator: Any, prefix: str | None) -> tuple[BaseMLP, str]:
    """Return the network in an estimator, and the prefix of its parameters."""
    if isinstance(estimator, str) and estimator in NAMES:
        return NAMES[estimator](), ""
    if isinstance(estimator, BaseMLP):
        return estimator, ""
    parameters = estimator.get_params() if hasattr(estimator, "get_params") else {}
    inside = {name + "__": p for name, p in parameters.items() if isinstance(p, BaseMLP)}
    if prefix is not None:
        inside = {name: network for name, network in inside.items() if name == prefix}
    if len(inside) != 1:
        several = f"; it holds {list(inside)}, give prefix to choose" if inside else ""
        raise ValueError(
            "search_space: estimator must be 'classifier', 'regressor', or hold one MLPClassifier "
            f"or MLPRegressor{f' at {prefix!r}' if prefix else ''}; got {estimator!r}{several}"
        )
    name, network = next(iter(inside.items()))
    return network, name


def _space(network: Any, name: str, wide: bool) -> dict[str, Any]:
    """Return the space of one optimiser: what it takes, and defaults for what it does not."""
    optimizer = Optimizer.registry[name]
    space = {"optimizer": [name], **ALWAYS}
    if wide:
        space |= WIDE | (WIDE_OF_STEPS if optimizer.order == 1 else {})
        if isinstance(network.activation, (list, tuple)):  # chosen layer by layer
            del space["activation"]
    without: list[str] = []
    if optimizer.order == 1:
        space |= FIRST_ORDER
        rate = FIRST_ORDER["learning_rate"]
        if optimizer.learning_rate > rate.high:  # a rate without a unit, as of adadelta
            space["learning_rate"] = LogUniform(rate.low, optimizer.learning_rate)
        if optimizer.full_batch:
            without += ["batch_size", "shuffle"]
        else:
            space |= WITH_BATCHES
        if optimizer.momentum is None:
            without += ["momentum", "nesterov", "momentum_schedule"]
        else:
            space |= WITH_MOMENTUM
    else:
        without += [n for n, p in PARAMETERS.items() if p.group in GROUPS_OF_STEPS]
        without += PENALTIES_OF_STEPS
        if not getattr(optimizer, "handles_l1", False):
            without += ["l1"]
        if not network.early_stopping:
            without += ["n_iter_no_change"]
    if isinstance(network.activation, (list, tuple)):  # one for each layer
        space["n_hidden_layers"] = [len(network.activation)]
    signature = inspect.signature(type(network).__init__).parameters
    for parameter in without:
        if parameter in space or parameter not in signature:
            continue
        default = signature[parameter].default
        if getattr(network, parameter) != default:
            space[parameter] = [default]
    return space
