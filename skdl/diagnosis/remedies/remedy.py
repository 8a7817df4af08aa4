"""What to change: each remedy names what it treats, the parameters, the reason and the source."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.base import clone

from skdl.diagnosis.findings.finding import Finding
from skdl.diagnosis.remedies import catalogue
from skdl.diagnosis.remedies.catalogue import Treatment
from skdl.tools.inside import find_network

__all__ = ["Remedy", "find_network", "propose"]


class Remedy(dict):
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
        parameters,
        *,
        action: str,
        regime: str,
        reason: str,
        source: str,
        treats: str = "",
        replacement=None,
    ):
        super().__init__(parameters)
        self.action = action
        self.regime = regime
        self.reason = reason
        self.source = source
        self.treats = treats
        self.replacement = replacement

    def __str__(self) -> str:
        return f"{self.action}: {self.change}" if self.change else self.action

    @property
    def change(self) -> str:
        """The change as text."""
        if self.replacement is not None:
            return short(self.replacement)
        return ", ".join(
            f"{k}={' or '.join(short(v) for v in values)}" for k, values in self.items()
        )

    def candidates(self, estimator) -> list[tuple[str, object]]:
        """List what there is to try, as pairs of the change in words and a changed clone.

        Parameters
        ----------
        estimator : estimator
            What was diagnosed.
        """
        from sklearn.model_selection import ParameterGrid

        if self.replacement is not None:
            return [(self.change, clone(self.replacement))]
        if not self:
            return []
        return [
            (
                ", ".join(f"{name}={short(changes[name])}" for name in self),
                clone(estimator).set_params(
                    **{name: clone(value, safe=False) for name, value in changes.items()}
                ),
            )
            for changes in ParameterGrid(dict(self))
        ]


def short(value) -> str:
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


def _kind(step) -> str:
    if hasattr(step, "steps"):
        return f"Pipeline({short(step.steps)})"
    return type(step).__name__


# --- from the catalogue to this estimator ---------------------------------------------------------


def _make(treatment: Treatment, estimator, treats: str = "") -> Remedy | None:
    """Fit a treatment to the estimator; None where it does not apply."""
    parameters, replacement = {}, None
    network, prefix = find_network(estimator)
    if treatment.insert:
        parameters, replacement = _inserted(treatment.insert, estimator)
    elif treatment.change:
        current = network.get_params(deep=False)
        changes = treatment.change(current) if "hidden_layer_sizes" in current else None
        if changes is None:
            return None
        parameters = {prefix + name: values for name, values in changes.items()}
    return Remedy(
        parameters,
        action=treatment.action,
        regime=treatment.regime,
        reason=treatment.reason,
        source=treatment.source,
        treats=treats,
        replacement=replacement,
    )


def _inserted(kind: str, estimator) -> tuple[dict, object]:
    """Put a transformer right before the network: a pipeline's steps, or a new pipeline."""
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import PowerTransformer, StandardScaler

    name, transformer = {
        "standard": ("scale", StandardScaler()),
        "power": ("power", PowerTransformer()),
    }[kind]
    network, prefix = find_network(estimator)
    path = prefix.split("__")[:-1]
    if not path:
        return {}, Pipeline([(name, transformer), ("mlp", clone(network))])
    holder = estimator
    for part in path[:-1]:
        holder = holder.get_params(deep=False)[part] if part == "regressor" else holder[part]
    above = "".join(f"{part}__" for part in path[:-1])
    if path[-1] == "regressor":
        return {
            f"{above}regressor": [Pipeline([(name, transformer), ("mlp", clone(network))])]
        }, None
    taken = {step for step, _ in holder.steps}
    while name in taken:
        name += "_again"
    return {f"{above}steps": [[*holder.steps[:-1], (name, transformer), holder.steps[-1]]]}, None


def propose(
    estimator,
    regime: str,
    *,
    findings: Sequence[Finding] = (),
    bias_first: bool = True,
    settled: bool = False,
    more_rows_help: bool | None = None,
) -> list[Remedy]:
    """List the remedies for what was found and for the regime, the most promising first.

    Faults of data and optimiser come first: until they are mended, the gaps say little about the
    network. Then come two or three changes for each gap that is high, then the data.

    Parameters
    ----------
    estimator : estimator
        The diagnosed estimator, a pipeline perhaps.
    regime : {"underfitting", "overfitting", "both", "neither"}
        Its regime.
    findings : sequence of Finding
        What was found; each kind has its own treatments.
    bias_first : bool, default=True
        Whether bias is the larger gap; it is treated first.
    settled : bool, default=False
        Whether training records were read; where they show nothing wrong, the loss had settled,
        and neither more epochs nor another rate are called for.
    more_rows_help : bool or None, default=None
        Whether the validation error still falls with more rows; None where this is not known.

    Returns
    -------
    remedies : list of Remedy
    """
    remedies: dict[str, Remedy] = {}

    def add(chosen, most=99, otherwise=None, treats=""):
        """Add the first treatments that this network can take; others get a general one."""
        known = [_make(treatment, estimator, treats) for treatment in chosen]
        new = {r.action: r for r in known if r is not None and r.action not in remedies}
        remedies.update(list(new.items())[:most])
        if not new and otherwise is not None and not remedies:
            remedies[otherwise.action] = _make(otherwise, estimator)

    names = [finding.name for finding in findings]
    for name, chosen in catalogue.FOR_FINDING.items():
        harmless = regime == "neither" and chosen[0].regime != "neither"
        if name in names and not harmless:
            add(chosen, treats=name)
    remedies = dict(list(remedies.items())[:4])
    n_first = len(remedies)
    if regime == "neither":
        add([catalogue.KEEP, catalogue.NEW_INFORMATION])
        return list(remedies.values())

    most = (2 if regime == "both" else 3) - (n_first > 2)
    bias = catalogue.BIAS
    if settled or n_first:
        bias = [t for t in bias if t.action not in ("Tune the learning rate", "Train longer")]
    against = {
        "underfitting": lambda: add(bias, most, catalogue.RICHER),
        "overfitting": lambda: add(catalogue.VARIANCE, most, catalogue.SIMPLER),
    }
    order = ["underfitting", "overfitting"] if bias_first else ["overfitting", "underfitting"]
    for gap in order:
        if regime in (gap, "both"):
            against[gap]()
    if "beaten by a linear model" in names:
        add([catalogue.LINEAR], treats="beaten by a linear model")
    if regime == "underfitting":
        add([catalogue.CHECK_ERRORS])
    elif more_rows_help is not None:
        add([catalogue.MORE_ROWS if more_rows_help else catalogue.FEWER_FEATURES])
    return list(remedies.values())
