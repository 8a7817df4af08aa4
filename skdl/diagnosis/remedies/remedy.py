"""``Remedy``: one change to try; and ``@remedy``, which turns a function into a treatment.

A treatment is a remedy before it has met a model: a function that reads the parameters of a network
and returns the values to try, decorated with all that there is to say about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sklearn.base import BaseEstimator, clone

from skdl.diagnosis.remedies.parameters import in_numbers
from skdl.tools.inside import find_network, parts

__all__ = ["Around", "Change", "Parameters", "Remedy", "Step", "Treatment", "remedy"]


@dataclass(frozen=True)
class Around:
    """What a treatment returns to put something around the whole estimator.

    Parameters
    ----------
    wrapper : estimator class
        Its first parameter is the estimator.
    settings : dict
        The other ones.
    """

    wrapper: type
    settings: dict[str, Any]

    def __str__(self) -> str:
        settings = "".join(f", {name}={value!r}" for name, value in self.settings.items())
        return f"{self.wrapper.__name__}(model{settings})"

    @property
    def code(self) -> str:
        """Python that puts it around ``model``."""
        public = ".".join(part for part in self.wrapper.__module__.split(".") if part[0] != "_")
        return f"from {public} import {self.wrapper.__name__}\n\nmodel = {self}"


@dataclass(frozen=True)
class Step:
    """What a treatment returns to put a transformer right before the network.

    Parameters
    ----------
    name : str
        The name of the step.
    transformer : transformer
        Unfitted.
    """

    name: str
    transformer: Any


class Remedy(dict[str, list[Any]]):
    """A change that treats one regime: a mapping of parameter names to lists of values to try.

    Being a mapping, it is a parameter grid: the list ``diagnosis.remedies`` is valid as
    ``param_distributions`` of a ``RandomizedSearchCV`` over the estimator that was diagnosed. A
    remedy that is not a parameter (collect more rows) is an empty mapping.

    Parameters
    ----------
    parameters : dict of str to list
        The values to try for each parameter, with the prefix it has in the diagnosed estimator.
    action : str
        What to do, in a few words.
    regime : str
        The regime that it treats.
    reason : str
        Why it should help, in one sentence.
    source : str
        Where the advice is from.
    treats : str, default=""
        The finding that it treats, if it is not the regime as such.
    replacement : estimator, default=None
        What to use instead, where the change is not one of parameters: a pipeline with a scaler
        in place of a bare network.
    step : Step, default=None
        The transformer that comes before the network by this change, if one does.
    around : Around, default=None
        What comes around the whole estimator by this change, if something does.

    See Also
    --------
    diagnose : Proposes remedies.
    Diagnosis.try_remedies : Measures what they do to both gaps.

    Examples
    --------
    >>> remedy = Remedy(
    ...     {"mlp__l2": [0.001, 0.01]}, action="Penalise large weights", regime="overfitting",
    ...     reason="Smaller weights make a smoother function.", source="Goodfellow et al. (2016)",
    ... )
    >>> print(remedy)
    Penalise large weights: mlp__l2=0.001 or 0.01
    """

    def __init__(
        self,
        parameters: Mapping[str, list[Any]],
        *,
        action: str,
        regime: str,
        reason: str,
        source: str,
        treats: str = "",
        replacement: BaseEstimator | None = None,
        step: Step | None = None,
        around: Around | None = None,
    ) -> None:
        super().__init__(parameters)
        self.action = action
        self.regime = regime
        self.reason = reason
        self.source = source
        self.treats = treats
        self.replacement = replacement
        self.step = step
        self.around = around

    def __str__(self) -> str:
        return f"{self.action}: {self.change}" if self.change else self.action

    @property
    def change(self) -> str:
        """The change as text."""
        if self.around is not None:
            return str(self.around)
        if self.replacement is not None:
            return short(self.replacement)
        return ", ".join(self._told(name, values) for name, values in self.items())

    def _told(self, name: str, values: list[Any]) -> str:
        """Write a parameter with values to try; of steps, the one that is new."""
        if self.step is not None and isinstance(values[0], list):
            return f"{self.step.transformer!r} before {values[0][-1][0]!r}"
        return f"{name}={' or '.join(map(short, values))}"

    @property
    def code(self) -> str:
        """Python that makes the change to ``model``, the diagnosed estimator; "" for advice.

        Of several values to try it takes the first, and names the others beside it.
        """
        if self.around is not None:
            return self.around.code
        if self.step is not None:
            return self._code_of(self.step)
        lines = []
        for name, (first, *others) in self.items():
            lines += [] if isinstance(first, PLAIN) else [_import(first)]
            comment = "  #" + "".join(f" or {value!r}" for value in others) if others else ""
            lines.append(f"model.set_params({name}={first!r}){comment}")
        return "\n".join(lines)

    def _code_of(self, step: Step) -> str:
        """Write the code that puts a transformer before the network."""
        new, imported = f"({step.name!r}, {step.transformer!r})", _import(step.transformer)
        name, (value,) = next(iter(self.items()), ("", [self.replacement]))
        if isinstance(value, list):
            holder = name.rpartition("__")[0]
            pipeline = f"model.get_params()[{holder!r}]" if holder else "model"
            return f"{imported}\n\n{pipeline}.steps.insert(-1, {new})"
        network = f"model.get_params()[{name!r}]" if name else "model"
        chain = f"Pipeline([{new}, ({value.steps[-1][0]!r}, {network})])"
        change = f"model.set_params({name}={chain})" if name else f"model = {chain}"
        return f"from sklearn.pipeline import Pipeline\n{imported}\n\n{change}"

    def candidates(self, estimator: BaseEstimator) -> list[tuple[str, BaseEstimator]]:
        """List what there is to try, as pairs of the change in words and a changed clone.

        Parameters
        ----------
        estimator : estimator
            What was diagnosed.

        Returns
        -------
        candidates : list of (str, estimator)
            Unfitted; none where the remedy is advice.
        """
        from sklearn.model_selection import ParameterGrid

        if self.replacement is not None:
            return [(self.change, clone(self.replacement))]
        if not self:
            return []
        return [
            (
                ", ".join(self._told(name, [changes[name]]) for name in self),
                clone(estimator).set_params(
                    **{name: clone(value, safe=False) for name, value in changes.items()}
                ),
            )
            for changes in ParameterGrid(dict(self))
        ]


PLAIN = (bool, int, float, str, tuple, list, dict, type(None))  # need no import


def _import(thing: object) -> str:
    """Write the import of the class of a thing, from where it is public."""
    public = [part for part in type(thing).__module__.split(".") if part[0] != "_"]
    return f"from {'.'.join(public)} import {type(thing).__name__}"


def short(value: object) -> str:
    """Write a value to try; of a list of steps, the names and kinds only.

    Examples
    --------
    >>> short(0.1), short([("scale", object())])
    ('0.1', "[('scale', object)]")
    """
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        steps = ", ".join(
            f"({name!r}, {step!r})" if isinstance(step, str) else f"({name!r}, {_kind(step)})"
            for name, step in value
        )
        return f"[{steps}]"
    if getattr(value, "steps", None):
        return " -> ".join(_kind(step) for _, step in value.steps)
    return repr(value)


def _kind(step: Any) -> str:
    """Name the class of a step; of a pipeline, its steps too."""
    if hasattr(step, "steps"):
        return f"Pipeline({short(step.steps)})"
    return type(step).__name__


# --- from a function to a remedy for one estimator ------------------------------------------------

Parameters: TypeAlias = dict[str, Any]


# The values to try, by the name of the parameter; none is advice, and None does not apply.
Change: TypeAlias = Mapping[str, list[Any]] | Step | Around | None


@dataclass(frozen=True)
class Treatment:
    """A remedy before it has met a model; :func:`remedy` makes it and explains the fields."""

    change: Callable[[Parameters], Change]
    regime: str
    action: str
    reason: str
    source: str
    calls: tuple[str, ...]
    any_model: bool
    unsettled_only: bool
    last_resort: bool
    leads: Callable[[Parameters], bool]

    def applied(
        self,
        estimator: Any,
        treats: str = "",
        l2: float | None = None,
        n_classes: int | None = None,
    ) -> Remedy | None:
        """Return the remedy for an estimator; None where the treatment does not apply."""
        network, prefix = find_network(estimator)
        current = in_numbers(network.get_params(deep=False), l2) | {"n_classes": n_classes}
        if not self.any_model and "hidden_layer_sizes" not in current:
            return None
        change = self.change(current)
        if change is None:
            return None
        replacement = step = around = None
        if isinstance(change, Around):
            around, change = change, {}
            if not hasattr(estimator, "predict_proba"):
                return None
            replacement = around.wrapper(clone(estimator), **around.settings)
        elif isinstance(change, Step):
            change, replacement, step = _with_step(change, estimator)
        else:
            change = {prefix + name: values for name, values in change.items()}
        return Remedy(
            change,
            action=self.action,
            regime=self.regime,
            reason=self.reason,
            source=self.source,
            treats=treats,
            replacement=replacement,
            step=step,
            around=around,
        )


def remedy(
    regime: str,
    action: str,
    *,
    reason: str,
    source: str,
    calls: tuple[str, ...],
    any_model: bool = False,
    unsettled_only: bool = False,
    last_resort: bool = False,
    leads: Callable[[Parameters], bool] = lambda p: False,
) -> Callable[[Callable[[Parameters], Change]], Treatment]:
    """Make a treatment of a function from a network's parameters to the values to try.

    The function returns a mapping of parameter names to lists of values, a :class:`Step` to put
    before the network, an :class:`Around` for the whole estimator, an empty mapping where the
    remedy is advice that no parameter can follow, or None where it does not apply: a network
    without dropout cannot have less of it.

    Parameters
    ----------
    regime : {"underfitting", "overfitting", "neither"}
        What it treats.
    action : str
        What to do, in a few words; two treatments of one action are never proposed together.
    reason : str
        Why it should help, in one sentence.
    source : str
        The paper or book that says so, with its year.
    calls : tuple of str
        What calls for it: names of findings; a regime; or one of what closes the list, "bias
        alone", "more rows help" and "more rows do not help".
    any_model : bool, default=False
        Whether it is for models that have no hidden layers, too.
    unsettled_only : bool, default=False
        Whether a loss that had settled speaks against it.
    last_resort : bool, default=False
        Whether a regime calls for it only where there is nothing else to do.
    leads : callable, default=never
        Given the network's parameters, whether it comes before what else its regime calls for.

    Returns
    -------
    decorator : callable

    Examples
    --------
    >>> @remedy(
    ...     "overfitting", "Halve the rate", reason="It may help.", source="A. Uthor (2000)",
    ...     calls=("overfitting",),
    ... )
    ... def halve(p):
    ...     return {"learning_rate": [p["learning_rate"] / 2]}
    >>> from skdl import MLPClassifier
    >>> print(halve.applied(MLPClassifier(learning_rate=0.5)))
    Halve the rate: learning_rate=0.25
    """

    def decorator(change: Callable[[Parameters], Change]) -> Treatment:
        return Treatment(
            change,
            regime,
            action,
            reason,
            source,
            calls,
            any_model,
            unsettled_only,
            last_resort,
            leads,
        )

    return decorator


def _with_step(step: Step, estimator: Any) -> tuple[dict[str, list[Any]], Any, Step]:
    """Put a transformer right before the network: a pipeline's steps, or a new pipeline.

    Returns the parameters to set, or what to use instead, and the step, whose name may be another.
    """
    from sklearn.pipeline import Pipeline

    *above, (prefix, network) = parts(estimator)
    if not above:
        pipeline = Pipeline([(step.name, step.transformer), ("mlp", clone(network))])
        return {}, pipeline, step
    before, holder = above[-1]
    if not getattr(holder, "steps", None):  # a transformer of the target
        pipeline = Pipeline([(step.name, step.transformer), ("mlp", clone(network))])
        return {prefix.removesuffix("__"): [pipeline]}, None, step
    name, taken = step.name, {name for name, _ in holder.steps}
    while name in taken:
        name += "_again"
    steps = [*holder.steps[:-1], (name, step.transformer), holder.steps[-1]]
    return {f"{before}steps": [steps]}, None, replace(step, name=name)
