"""Parameters of an estimator: storing them, and setting those of its components."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache, wraps
from typing import Any, ClassVar, TypeVar, cast

from skdl.core.component import Component
from skdl.core.foreign import parameter_here
from skdl.estimators.parameters.table import PARAMETERS

__all__ = ["Settable", "signature_of", "with_hints"]

M = TypeVar("M", bound=Callable[..., Any])


@cache
def signature_of(cls: type) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of ``cls.__init__`` by name, without self; read off it only once."""
    signature = inspect.signature(cls.__init__).parameters
    return {name: parameter for name, parameter in signature.items() if name != "self"}


def _hints(cls: type, names: Iterable[str]) -> str:
    """Say of each name that is no parameter what it is called here, where that is known."""
    known = signature_of(cls)
    hints = (parameter_here(name, known) for name in names if name not in known)
    return " ".join(hint for hint in hints if hint)


def with_hints(method: M) -> M:
    """Let the error of ``__init__`` or ``fit`` about a wrong argument say what it is called here.

    Parameters
    ----------
    method : callable
        A method of an estimator.

    Returns
    -------
    method : callable
        Does the same, with the same signature.

    Examples
    --------
    >>> from skdl import MLPClassifier
    >>> MLPClassifier(solver="adam")
    Traceback (most recent call last):
    TypeError: MLPClassifier.__init__() got an unexpected keyword argument 'solver'. solver is
    optimizer here (scikit-learn).
    """
    known = frozenset(inspect.signature(method).parameters)

    @wraps(method)
    def hinting(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except TypeError as reason:
            cls, strangers = type(self), kwargs.keys() - known
            own = sorted(strangers & signature_of(cls).keys())
            if own:
                hint = f"{own[0]} is a parameter of {cls.__name__}({own[0]}=…)."
            elif method.__name__ == "__init__" and len(args) > 1:
                sizes = all(isinstance(argument, int) for argument in args)
                layers = f"Several layers are one tuple: {cls.__name__}({args})."
                hint = layers if sizes else "All others are given by name."
            else:
                hint = _hints(cls, sorted(strangers))
            if hint:
                raise TypeError(f"{reason}. {hint}") from None
            raise

    return cast(M, hinting)


class Settable:
    """What ``__init__`` and ``set_params`` do, for an estimator whose components may be names."""

    _loss_family: ClassVar[type[Component]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):
            cls.__init__ = with_hints(cls.__init__)

    def _store(self, arguments: dict[str, Any]) -> None:
        """Store the arguments of ``__init__`` under their names."""
        for name, value in arguments.items():
            if name not in ("self", "__class__"):
                setattr(self, name, value)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, and those of components that are instances.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include ``optimizer__beta_1`` where ``optimizer`` is an instance, and so on.

        Returns
        -------
        params : dict
            Values by name.
        """
        # As in BaseEstimator, which reads the signature each time: in a search over small networks
        # that took a tenth of it.
        params = {}
        for name in sorted(signature_of(type(self))):
            value = params[name] = getattr(self, name)
            if deep and hasattr(value, "get_params") and not isinstance(value, type):
                params |= {f"{name}__{key}": v for key, v in value.get_params().items()}
        return params

    def set_params(self, **params: Any) -> Settable:
        """Set parameters, and the settings of components.

        Parameters
        ----------
        **params : dict
            Values by name; ``optimizer__beta_1`` is the setting ``beta_1`` of ``optimizer``. A
            component that is a name becomes an instance, with its default settings but those
            that are given.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            If there is no such parameter, or the component has no such setting.

        Examples
        --------
        >>> from skdl import MLPClassifier
        >>> MLPClassifier(schedule="exponential").set_params(schedule__gamma=0.9).schedule
        Exponential(gamma=0.9)
        """
        instances = {}
        for name in params:
            parameter, _, setting = name.partition("__")
            component = params.get(parameter, getattr(self, parameter, None))
            if setting and isinstance(component, str):
                instances[parameter] = self._instance(parameter, component, setting)
        try:
            return super().set_params(**{**params, **instances})
        except ValueError as reason:
            hint = _hints(type(self), (name.partition("__")[0] for name in params))
            if hint:
                raise ValueError(f"{reason} {hint}") from None
            raise

    def _instance(self, parameter: str, name: str, setting: str) -> Component:
        """Return the component of this name, with default settings, if it has this one."""
        row = PARAMETERS.get(parameter)  # none, if a subclass has it
        family = self._loss_family if parameter == "loss" else row and row.family
        registry = family.registry if family else {}
        having = [n for n, cls in registry.items() if setting in cls().get_params(deep=False)]
        if name in having:
            return registry[name]()
        known = f"; {' and '.join(map(repr, having))} would have it" if having else ""
        raise ValueError(
            f"{type(self).__name__}: {parameter}__{setting} must be a setting of {parameter}, but "
            f"{name!r} has none of that name{known}"
        )
