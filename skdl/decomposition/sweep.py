"""Bias, variance and noise over capacity: the decomposition at every value of a parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, clone

from skdl.core.component import resolve
from skdl.core.schedules import MomentumSchedule, Schedule
from skdl.decomposition.decomposition import bias_variance_decomposition
from skdl.tools.checks import check_estimator_object, listed, refuse
from skdl.tools.inside import find_network
from skdl.tools.types import Inputs, Targets
from skdl.tools.warning import warn_user

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ROWS", "bias_variance_sweep"]

OWNER = "bias_variance_sweep"
ROWS = "n_rows"  # not a parameter of the model, but the size of its data sets
TERMS = ("error", "noise", "bias", "variance")
# Of the zero-one loss, noise and variance may lower the error: what they come to adds up.
NET_TERMS = ("error", "net_noise", "bias", "net_variance")


def bias_variance_sweep(
    estimator: BaseEstimator,
    X: Inputs | None = None,
    y: Targets | None = None,
    *,
    param_name: str,
    param_range: Sequence[Any],
    **settings: Any,
) -> pd.DataFrame:
    r"""Split the error into noise, bias and variance at each value of a parameter.

    .. math:: \text{error}(v) = \text{noise} + \text{bias}(v) + \text{variance}(v)

    The data sets are the same for all values, so what differs between two of them is due to the
    parameter. More epochs are a parameter as well: of ``MLPRegressor(n_iter_no_change=None)`` with
    a constant rate, a fit with ``max_iter=10`` is the beginning of one with ``max_iter=100``. With
    a schedule that depends on the epochs planned it is another fit, and a warning says so.

    Parameters
    ----------
    estimator : scikit-learn classifier, regressor or pipeline
        What is trained.
    X, y : array-like of shape (n_rows, n_features) and (n_rows,)
        As for :func:`bias_variance_decomposition`.
    param_name : str
        The parameter, as for ``set_params``: a capacity (``hidden_layer_sizes``,
        ``n_hidden_layers``), a penalty, ``max_iter``; or "n_rows", the rows of a data set.
    param_range : sequence
        Its values, in the order to show.
    **settings
        Further arguments of :func:`bias_variance_decomposition`. Without a ``random_state`` one
        is drawn, once for all values.

    Returns
    -------
    terms : DataFrame
        One row for each value, which is the index: error, noise, bias and variance, and their
        standard errors, ``error_se`` and so on. For the zero-one loss, where noise and variance may
        lower the error, ``net_noise`` and ``net_variance`` stand in their place, which add up.
        ``attrs`` has the ``loss``; ``noise_known``, without which the noise is part of the bias;
        and ``noise_estimated``.

    Raises
    ------
    ValueError
        If the estimator has no such parameter, or there are no values.

    See Also
    --------
    bias_variance_decomposition : At one value, with all that it found.
    skdl.plots.BiasVarianceDisplay : Draws it.

    References
    ----------
    Geman, Bienenstock and Doursat (1992), "Neural networks and the bias/variance dilemma".

    Examples
    --------
    The more neighbours, the smoother the fit: more bias, less variance.

    >>> from sklearn.neighbors import KNeighborsRegressor
    >>> def sampler(rng):
    ...     X = rng.uniform(0, 6, size=(50, 1))
    ...     return X, np.sin(X[:, 0]) + rng.normal(scale=0.5, size=50)
    >>> terms = bias_variance_sweep(
    ...     KNeighborsRegressor(), param_name="n_neighbors", param_range=[1, 10, 40],
    ...     sampler=sampler, X_test=np.linspace(0, 6, 50)[:, None],
    ...     y_mean=lambda X: np.sin(X[:, 0]), noise=0.5**2, random_state=0,
    ... )
    >>> terms[["bias", "variance"]].round(2).T.to_dict("list")
    {1: [0.0, 0.27], 10: [0.02, 0.03], 40: [0.33, 0.03]}
    """
    import pandas as pd

    check_estimator_object(OWNER, estimator)
    values = listed(OWNER, "param_range", param_range, "a sequence of values")
    if not values:
        refuse(OWNER, "param_range", "a sequence of values", param_range)
    names = {ROWS, *estimator.get_params()}
    if not isinstance(param_name, str) or param_name not in names:
        known = f"{ROWS!r} or a parameter of {type(estimator).__name__}"
        refuse(OWNER, "param_name", known, param_name)
    if param_name == ROWS and callable(settings.get("sampler")):
        refuse(OWNER, "param_name", "a parameter with a sampler that makes its own rows", ROWS)
    if settings.get("random_state") is None:
        settings["random_state"] = int(np.random.default_rng().integers(2**31))
    elif not isinstance(settings["random_state"], (int, np.integer)):
        refuse(OWNER, "random_state", "an int or None", settings["random_state"])
    if param_name.endswith("max_iter"):
        _warn_of_plans(estimator, param_name)
    rows, attrs = [], {}
    for value in values:
        model, changed = clone(estimator), dict(settings)
        if param_name == ROWS:
            changed["train_size"] = value
        else:
            model.set_params(**{param_name: clone(value, safe=False)})
        found = bias_variance_decomposition(model, X, y, **changed)
        attrs = {name: getattr(found, name) for name in ("loss", "noise_known", "noise_estimated")}
        terms = found.terms_.loc[list(NET_TERMS if found.loss == "zero_one" else TERMS)]
        rows.append(dict(terms["value"]) | dict(terms["standard_error"].add_suffix("_se")))
    index = pd.Index(_labels(values), name=param_name, tupleize_cols=False)
    table = pd.DataFrame(rows, index=index)
    table.attrs.update(attrs)
    return table


def _warn_of_plans(estimator: BaseEstimator, param_name: str) -> None:
    """Say so where a shorter fit is not the beginning of a longer one."""
    network, prefix = find_network(estimator)
    if param_name != f"{prefix}max_iter":
        return
    for name, family in (("schedule", Schedule), ("momentum_schedule", MomentumSchedule)):
        if hasattr(network, name):
            value = getattr(network, name)
            schedule = resolve(network, name, family, value)
            if _follows_plan(schedule):
                warn_user(
                    f"{OWNER}: {name}={value!r} depends on max_iter, so a shorter fit is not the "
                    "beginning of a longer one: differences along max_iter are not those of epochs "
                    "alone"
                )


def _follows_plan(schedule: Schedule | MomentumSchedule) -> bool:
    """Say whether more epochs planned change what holds in the same epoch."""
    if isinstance(schedule, Schedule):
        return any(schedule.factor(t, 10.0) != schedule.factor(t, 20.0) for t in (1.0, 5.0, 9.0))
    return any(
        schedule.momentum(t, 10.0, 0.9) != schedule.momentum(t, 20.0, 0.9) for t in (1.0, 5.0, 9.0)
    )


def _labels(values: list[Any]) -> list[Any]:
    """Return numbers as they are, and anything else by how it prints."""
    number = (int, float, np.integer, np.floating)
    if all(isinstance(value, number) and not isinstance(value, bool) for value in values):
        return values
    return [value if isinstance(value, str) else str(value) for value in values]
