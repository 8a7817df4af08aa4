"""Stacks: which fits can be trained side by side, and how many at a time.

Networks go side by side if they differ only in numbers that the training loop can hold one of for
each network. The table of parameters marks those as stackable; of everything else, whatever it is,
both must have the same, so a parameter that is not marked costs speed and never a result.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
from scipy.sparse import issparse

from skdl.core.component import Component
from skdl.core.training.side_by_side import SideBySide
from skdl.core.training.update import BLOCK
from skdl.estimators.fitting.job import Job
from skdl.estimators.parameters.table import PARAMETERS
from skdl.tools.rows import is_on_disk

__all__ = ["STACKABLE", "alone_because", "kind", "parameters_key", "stacks", "train_together"]

# Parameters that networks side by side may differ in.
STACKABLE = frozenset(name for name, row in PARAMETERS.items() if row.stackable)

CACHE = 4_000_000  # bytes; more networks than fit in here gain nothing, or lose (S200 in float64)
MOST = 32  # networks in a stack; from 16 on, one more costs as much as it would alone


def _key(value: Any) -> Hashable:
    """Return something hashable that two values share only if they mean the same."""
    if isinstance(value, Component):
        return type(value), tuple(sorted((name, _key(v)) for name, v in vars(value).items()))
    if isinstance(value, list | tuple):
        return tuple(_key(item) for item in value)
    if value is None or isinstance(value, bool | int | float | str | np.generic):
        return type(value).__name__, value
    return id(value)


def parameters_key(estimator: Any) -> Hashable:
    """Return what the parameters of two networks must share so that they go side by side."""
    fixed = {n: v for n, v in estimator.get_params(deep=False).items() if n not in STACKABLE}
    return type(estimator), tuple((name, _key(fixed[name])) for name in sorted(fixed))


def kind(job: Job) -> Hashable:
    """Return what two jobs must share so that they go side by side."""
    fit, network = job.fit, job.fit.network
    training, objective, data = fit.training, fit.objective, fit.data
    layers = [(type(layer), layer.n_in, layer.n_out) for layer in network.layers]
    return (
        parameters_key(job.learner),
        tuple(layers),
        network.dtype,
        (data.n, data.X.shape[1], data.X.dtype, data.y.shape[1]),
        (fit.n_epochs, fit.total, training.batch_size, training.nesterov),
        _key(objective.loss),
        # A penalty or a noise of 0 is not the same as none of it: the one draws or cuts, to no end.
        (bool(objective.corner_terms), bool(training.weight_noise)),
    )


def _components(value: Any) -> Iterable[Component]:
    """Yield the components in a value, and those in their settings."""
    if isinstance(value, Component):
        yield value
        for setting in vars(value).values():
            yield from _components(setting)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _components(item)


def _ours(value: Any) -> bool:
    return type(value).__module__.startswith("skdl.")


def alone_because(job: Job) -> str | None:
    """Return why a job has to be trained alone, or None.

    Examples
    --------
    >>> from skdl import MLPClassifier
    >>> from skdl.estimators.fitting.job import postponed
    >>> with postponed() as jobs:
    ...     mlp = MLPClassifier(optimizer="lbfgs").fit([[0.0], [1.0]], [0, 1])
    >>> alone_because(jobs[0])
    'its optimiser works on one network'
    """
    estimator, training, X = job.estimator, job.fit.training, job.fit.data.X
    parameters = estimator.get_params(deep=False).values()
    own = [part for value in parameters for part in _components(value) if not _ours(part)]
    reasons = {
        "it is, or has, a class of your own": own or not _ours(estimator),
        "it has callbacks": estimator.callbacks or getattr(estimator, "_skl_callbacks", None),
        "it shows its progress": estimator.verbose,
        "it goes on from an earlier fit": job.fit.progress.epoch or job.n_epochs is not None,
        "its optimiser works on one network": training.optimizer.order != 1,
        "its schedule follows its own loss": training.schedule.follows_loss,
        "its rows are sparse": issparse(X),
        "its rows are on disk": is_on_disk(X),
        "it is large enough to be fast": how_many(job) < 2,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def how_many(job: Job) -> int:
    """Return how many networks of a kind fit in the cache."""
    network, training, data = job.fit.network, job.fit.training, job.fit.data
    if network.n_parameters > BLOCK:
        return 1
    slots = len(training.optimizer.slots)
    parameters = network.n_parameters * (3 + slots)  # θ, gradient, scratch, and the state
    values = sum(layer.n_out for layer in network.layers)
    batch = min(training.batch_size, data.n) * (data.X.shape[1] + 2 * values)
    return min(MOST, CACHE // ((parameters + batch) * network.dtype.itemsize))


def stacks(jobs: Iterable[Job]) -> list[list[Job]]:
    """Group jobs of one kind into stacks that fit in the cache, with their rows side by side."""
    kinds: dict[Hashable, list[Job]] = {}
    for job in jobs:
        kinds.setdefault(kind(job), []).append(job)
    result = []
    for alike in kinds.values():
        seen: dict[int, int] = {}
        alike.sort(key=lambda job: seen.setdefault(id(job.fit.data.X), len(seen)))  # noqa: B023
        n_stacks = -(-len(alike) // how_many(alike[0]))
        result += [part.tolist() for part in np.array_split(np.array(alike, object), n_stacks)]
    return result


def train_together(jobs: list[Job]) -> None:
    """Train jobs of one kind side by side; conclude them yourself."""
    with jobs[0].threads():
        SideBySide([job.fit for job in jobs]).train()
