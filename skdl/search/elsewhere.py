"""Our search space in the words of other libraries: Optuna and scikit-optimize."""

from __future__ import annotations

from typing import Any

from skdl.search.distributions import LogUniform, Uniform, UniformInteger
from skdl.search.space import listed, search_space

__all__ = ["optuna_space", "skopt_space"]

CHOICES = 17  # of a scale that the others do not have: the distance from 1, on a logarithmic scale


def _missing(function: str, package: str, reason: ImportError) -> ImportError:
    """Return the error that names the extra."""
    return ImportError(
        f'{function} needs {package}; install it with: pip install "skdl[search]" ({reason})'
    )


def _space_of(estimator: Any, optimizer: str, prefix: str | None) -> dict[str, Any]:
    """Return the space of the one optimiser."""
    (space,) = search_space(estimator, optimizers=[optimizer], prefix=prefix)
    return space


def optuna_space(
    estimator: Any, *, optimizer: str = "adam", prefix: str | None = None
) -> dict[str, Any]:
    """Return the space of one optimiser as Optuna's distributions.

    Optuna has no distance from 1 on a logarithmic scale; there it gets 17 values to choose from.

    Parameters
    ----------
    estimator, prefix
        As of :func:`search_space`.
    optimizer : str, default="adam"
        The one optimiser: ``OptunaSearchCV`` takes no space that depends on another choice.

    Returns
    -------
    space : dict of str to optuna.distributions.BaseDistribution
        ``param_distributions`` of ``OptunaSearchCV`` (from the package optuna-integration).

    Raises
    ------
    ImportError
        If Optuna is not installed: it comes with ``skdl[search]``.

    See Also
    --------
    skopt_space : The same for scikit-optimize.
    search_space : The same for scikit-learn's searches and ours.

    Examples
    --------
    >>> optuna_space("classifier")["l2"]  # doctest: +SKIP
    FloatDistribution(high=0.1, log=True, low=1e-07, step=None)
    """
    try:
        from optuna.distributions import (
            CategoricalDistribution,
            FloatDistribution,
            IntDistribution,
        )
    except ImportError as reason:
        raise _missing("optuna_space", "Optuna", reason) from reason

    def translated(values: Any) -> Any:
        if isinstance(values, UniformInteger):
            return IntDistribution(values.low, values.high)
        if isinstance(values, Uniform | LogUniform):
            return FloatDistribution(values.low, values.high, log=isinstance(values, LogUniform))
        return CategoricalDistribution(listed(values, CHOICES))

    space = _space_of(estimator, optimizer, prefix)
    return {name: translated(values) for name, values in space.items()}


def skopt_space(
    estimator: Any, *, optimizer: str = "adam", prefix: str | None = None
) -> dict[str, Any]:
    """Return the space of one optimiser as dimensions of scikit-optimize.

    Parameters
    ----------
    estimator, prefix
        As of :func:`search_space`.
    optimizer : str, default="adam"
        The one optimiser; several spaces are the values of a list for ``BayesSearchCV``.

    Returns
    -------
    space : dict of str to skopt.space.Dimension
        ``search_spaces`` of ``BayesSearchCV``.

    Raises
    ------
    ImportError
        If scikit-optimize is not installed: it comes with ``skdl[search]``.

    See Also
    --------
    optuna_space : The same for Optuna.
    search_space : The same for scikit-learn's searches and ours.

    Examples
    --------
    >>> skopt_space("classifier")["l2"]  # doctest: +SKIP
    Real(low=1e-07, high=0.1, prior='log-uniform', transform='identity')
    """
    try:
        from skopt.space import Categorical, Integer, Real
    except ImportError as reason:
        raise _missing("skopt_space", "scikit-optimize", reason) from reason

    def translated(values: Any) -> Any:
        if isinstance(values, UniformInteger):
            return Integer(values.low, values.high)
        if isinstance(values, LogUniform):
            return Real(values.low, values.high, prior="log-uniform")
        if isinstance(values, Uniform):
            return Real(values.low, values.high)
        return Categorical(listed(values, CHOICES))

    space = _space_of(estimator, optimizer, prefix)
    return {name: translated(values) for name, values in space.items()}
