"""What to change: each remedy names its regime, the parameters, the reason and the source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from skdl.diagnosis import treatments

__all__ = ["Remedy", "find_network", "propose"]

NG = "Ng (2018), Machine Learning Yearning, "
GOODFELLOW = "Goodfellow, Bengio and Courville (2016), Deep Learning, "
PLAYBOOK = "Godbole et al. (2023), Deep Learning Tuning Playbook"


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

    Examples
    --------
    >>> remedy = Remedy(
    ...     {"mlp__l2": [0.001, 0.01]}, action="Penalise large weights", regime="overfitting",
    ...     reason="Smaller weights make a smoother function.", source="Goodfellow et al. (2016)",
    ... )
    >>> print(remedy)
    Penalise large weights: mlp__l2=0.001 or 0.01
    """

    def __init__(self, parameters, *, action: str, regime: str, reason: str, source: str):
        super().__init__(parameters)
        self.action = action
        self.regime = regime
        self.reason = reason
        self.source = source

    def __str__(self) -> str:
        return f"{self.action}: {self.change}" if self else self.action

    @property
    def change(self) -> str:
        """The change of parameters as text."""
        return ", ".join(f"{k}={' or '.join(f'{v!r}' for v in vs)}" for k, vs in self.items())


def find_network(estimator) -> tuple[object, str]:
    """Return the model at the end of pipelines and target transformers, and its parameters' prefix.

    Examples
    --------
    >>> from sklearn.neural_network import MLPClassifier
    >>> from sklearn.pipeline import Pipeline
    >>> find_network(Pipeline([("mlp", MLPClassifier())]))
    (MLPClassifier(), 'mlp__')
    """
    prefix = ""
    while True:
        if getattr(estimator, "steps", None):  # a Pipeline
            name, estimator = estimator.steps[-1]
        elif getattr(estimator, "regressor", None) is not None:  # a TransformedTargetRegressor
            name, estimator = "regressor", estimator.regressor
        else:
            return estimator, prefix
        prefix += f"{name}__"


@dataclass(frozen=True)
class Treatment:
    """A remedy before it has met a network. ``change`` is None where no parameter is meant."""

    regime: str
    action: str
    reason: str
    source: str
    change: Callable[[dict], dict | None] | None = None

    def remedy(self, parameters: dict, prefix: str) -> Remedy | None:
        """Fit the treatment to the network's parameters; None where it does not apply."""
        changes = self.change(parameters) if self.change else {}
        if changes is None:
            return None
        return Remedy(
            {prefix + name: values for name, values in changes.items()},
            action=self.action, regime=self.regime, reason=self.reason, source=self.source,
        )  # fmt: skip


UNFINISHED = Treatment(
    "underfitting", "Train longer",
    "Some fits stopped at the largest number of epochs, before the loss had settled.",
    PLAYBOOK, treatments.train_longer,
)  # fmt: skip
BIAS = [
    Treatment(
        "underfitting", "Take away regularisation",
        "Penalties and noise keep a network from fitting even its training rows.",
        NG + "ch. 25", treatments.regularise_less,
    ),
    Treatment(
        "underfitting", "Make the network larger",
        "A network that cannot fit its training rows needs more hidden units or layers.",
        NG + "ch. 25", treatments.larger,
    ),
    Treatment(
        "underfitting", "Tune the learning rate",
        "Too high a rate bounces, too low a rate crawls; both leave the training error high.",
        GOODFELLOW + "sec. 11.4.1", treatments.learning_rate,
    ),
    Treatment(
        "underfitting", "Train longer",
        "The optimiser may have stopped before the training error was as low as it can get.",
        PLAYBOOK, treatments.train_longer,
    ),
    Treatment(
        "underfitting", "Normalise the hidden layers",
        "Batch normalisation keeps the units in their sensitive range, which speeds up training.",
        GOODFELLOW + "sec. 8.7.1", treatments.normalise,
    ),
]  # fmt: skip
VARIANCE = [
    Treatment(
        "overfitting", "Penalise large weights",
        "A squared penalty on the weights makes the function smoother between the training rows.",
        GOODFELLOW + "sec. 7.1", treatments.penalise,
    ),
    Treatment(
        "overfitting", "Add dropout",
        "Units that may be dropped cannot rely on each other to memorise the training rows.",
        GOODFELLOW + "sec. 7.12", treatments.drop_out,
    ),
    Treatment(
        "overfitting", "Stop early",
        "The error on new rows often rises again while the training error still falls.",
        GOODFELLOW + "sec. 7.8", treatments.stop_early,
    ),
    Treatment(
        "overfitting", "Make the network smaller",
        "Fewer weights memorise less; try it after regularisation, since it may add bias.",
        NG + "ch. 27", treatments.smaller,
    ),
]  # fmt: skip
RICHER = Treatment(
    "underfitting", "Use a more flexible model or richer features",
    "The model cannot express what separates its own training rows.", NG + "ch. 25",
)  # fmt: skip
SIMPLER = Treatment(
    "overfitting", "Use a simpler or more strongly regularised model",
    "The model follows its training rows more closely than they deserve.", NG + "ch. 27",
)  # fmt: skip
MORE_ROWS = Treatment(
    "overfitting", "Collect more rows",
    "The validation error still falls as rows are added, so more of them should lower it further.",
    NG + "ch. 27",
)  # fmt: skip
FEWER_FEATURES = Treatment(
    "overfitting", "Leave out features that do not matter",
    "More rows no longer help much, and each useless feature is one more thing to memorise.",
    NG + "ch. 27",
)  # fmt: skip
CHECK_ERRORS = Treatment(
    "underfitting", "Look at wrong predictions by hand",
    "Wrong labels and missing features set a floor that no setting of the model can break.",
    NG + "ch. 14",
)  # fmt: skip
KEEP = Treatment(
    "neither", "Keep the model, and measure it once on rows that played no part in building it",
    "Both gaps are small; further tuning would fit the validation rows.",
    NG + "ch. 7",
)  # fmt: skip
NEW_INFORMATION = Treatment(
    "neither", "To get lower still, improve the data: better features, cleaner labels",
    "Near the best attainable error, only what the model is told can lower it, no setting.",
    NG + "ch. 22",
)  # fmt: skip


def propose(
    estimator,
    regime: str,
    *,
    bias_first: bool = True,
    cut_short: bool = False,
    more_rows_help: bool | None = None,
) -> list[Remedy]:
    """List the remedies for a regime, the most promising first.

    Parameters
    ----------
    estimator : estimator
        The diagnosed estimator, a pipeline perhaps.
    regime : {"underfitting", "overfitting", "both", "neither"}
        Its regime.
    bias_first : bool, default=True
        Whether bias is the larger gap; it is treated first.
    cut_short : bool, default=False
        Whether a fit ran out of epochs.
    more_rows_help : bool or None, default=None
        Whether the validation error still falls with more rows; None where this is not known.

    Returns
    -------
    remedies : list of Remedy
        Two or three changes for each gap that is high, then what to do about the data.
    """
    network, prefix = find_network(estimator)
    parameters = network.get_params(deep=False)

    def fitting(candidates, most, otherwise):
        """Keep the first treatments that this network can take; others get a general one."""
        known = candidates if "hidden_layer_sizes" in parameters else []
        found = {}
        for treatment in known:
            remedy = treatment.remedy(parameters, prefix)
            if remedy is not None:
                found.setdefault(remedy.action, remedy)
        return list(found.values())[:most] or [otherwise.remedy({}, "")]

    if regime == "neither":
        return [KEEP.remedy({}, ""), NEW_INFORMATION.remedy({}, "")]
    most = 2 if regime == "both" else 3
    remedies = []
    if regime != "overfitting":
        remedies += fitting([UNFINISHED, *BIAS] if cut_short else BIAS, most, RICHER)
    if regime != "underfitting":
        against_variance = fitting(VARIANCE, most, SIMPLER)
        remedies = remedies + against_variance if bias_first else against_variance + remedies
    if regime == "underfitting":
        remedies.append(CHECK_ERRORS.remedy({}, ""))
    elif more_rows_help is not None:
        remedies.append((MORE_ROWS if more_rows_help else FEWER_FEATURES).remedy({}, ""))
    return remedies
