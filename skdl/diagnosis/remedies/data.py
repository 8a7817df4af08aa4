"""Remedies of the data: what the network is told, before how it learns."""

from __future__ import annotations

from skdl.diagnosis.remedies.remedy import Around, Change, Parameters, Step, remedy
from skdl.diagnosis.remedies.sources import GOODFELLOW, KARPATHY, LECUN, NG

__all__: list[str] = []


@remedy(
    "neither",
    "Find out whether the leaking feature is known in time, else leave it out",
    reason="A feature that is made from the target makes every number here too good.",
    source=KARPATHY,
    calls=("leaking feature",),
    any_model=True,
)
def leave_out_leaks(p: Parameters) -> Change:
    """Advice: only the user knows what is known in time."""
    return {}


@remedy(
    "neither",
    "Keep copies of a row in one fold, or remove them",
    reason="A row that was trained on says nothing about new ones.",
    source=NG + "ch. 5",
    calls=("copies across folds",),
    any_model=True,
)
def remove_copies(p: Parameters) -> Change:
    """Advice: no parameter removes rows."""
    return {}


@remedy(
    "underfitting",
    "Standardise the inputs",
    reason="Inputs of other scales make directions in which one learning rate is too high and "
    "another too low; with mean 0 and variance 1 a network learns fastest.",
    source=LECUN + "sec. 4.3",
    calls=("unscaled inputs",),
    any_model=True,
)
def standardise(p: Parameters) -> Change:
    """Put a scaler before the network."""
    from sklearn.preprocessing import StandardScaler

    return Step("scale", StandardScaler())


@remedy(
    "underfitting",
    "Transform inputs with outliers",
    reason="A few extreme values fill the scale, so that all others look alike to the network.",
    source=LECUN + "sec. 4.3",
    calls=("outliers",),
    any_model=True,
)
def squash_outliers(p: Parameters) -> Change:
    """Put a power transform before the network."""
    from sklearn.preprocessing import PowerTransformer

    return Step("power", PowerTransformer())


@remedy(
    "overfitting",
    "Use a loss that a few extreme targets do not rule",
    reason="The Huber loss grows linearly for large errors, the squared error with their square.",
    source=GOODFELLOW + "sec. 6.2.1",
    calls=("heavy-tailed target",),
)
def huber(p: Parameters) -> Change:
    """Huber's loss for the squared one."""
    return {"loss": ["huber"]} if p.get("loss") == "squared_error" and "clip" in p else None


@remedy(
    "underfitting",
    "Look at wrong predictions by hand",
    reason="Wrong labels and missing features set a floor that no setting of the model can break.",
    source=NG + "ch. 14",
    calls=("bias alone",),
    any_model=True,
)
def check_errors(p: Parameters) -> Change:
    """Advice: nobody else can see what is wrong with a label."""
    return {}


@remedy(
    "overfitting",
    "Collect more rows",
    reason="The validation error still falls as rows are added, so more of them should lower it "
    "further.",
    source=NG + "ch. 27",
    calls=("more rows help",),
    any_model=True,
)
def collect_rows(p: Parameters) -> Change:
    """Advice: rows are no parameter."""
    return {}


@remedy(
    "overfitting",
    "Leave out features that do not matter",
    reason="More rows no longer help much, and each useless feature is one more thing to memorise.",
    source=NG + "ch. 27",
    calls=("more rows do not help",),
    any_model=True,
)
def leave_out_features(p: Parameters) -> Change:
    """Advice: columns are no parameter."""
    return {}


@remedy(
    "neither",
    "Keep the model, and measure it once on rows that played no part in building it",
    reason="Both gaps are small; further tuning would fit the validation rows.",
    source=NG + "ch. 7",
    calls=("neither",),
    any_model=True,
)
def keep(p: Parameters) -> Change:
    """Advice: change nothing."""
    return {}


@remedy(
    "neither",
    "To get lower still, improve the data: better features, cleaner labels",
    reason="Near the best attainable error, only what the model is told can lower it, no setting.",
    source=NG + "ch. 22",
    calls=("neither",),
    any_model=True,
)
def tell_more(p: Parameters) -> Change:
    """Advice: what the model is told is no parameter."""
    return {}


@remedy(
    "neither",
    "Give the model columns that tell more of the target, or cleaner labels",
    reason="What nothing that was tried gets right may be noise beside these columns, and other "
    "columns may tell it.",
    source=NG + "ch. 22",
    calls=("no fault shown",),
    any_model=True,
)
def tell_what_is_missing(p: Parameters) -> Change:
    """Advice: what is not in the data is no parameter."""
    return {}


@remedy(
    "neither",
    "Weigh the classes alike",
    reason="Where a class is rare, the fewest mistakes are made by never naming it; weights make a "
    "mistake on it cost as much as many on the others.",
    source=GOODFELLOW + "sec. 11.1",
    calls=("imbalanced classes",),
    any_model=True,
)
def weigh_classes(p: Parameters) -> Change:
    """Weigh each class by one over its frequency."""
    return {"class_weight": ["balanced"]} if p.get("class_weight", 0) is None else None


@remedy(
    "neither",
    "Choose the threshold of the probability",
    reason="The probabilities may be right where the answers favour the frequent class: another "
    "threshold, chosen by cross-validation inside the training rows, makes other answers of them.",
    source="Elkan (2001), The foundations of cost-sensitive learning",
    calls=("imbalanced classes",),
    any_model=True,
)
def choose_threshold(p: Parameters) -> Change:
    """Say the rare class from another probability on than one half."""
    from sklearn.model_selection import TunedThresholdClassifierCV

    if p["n_classes"] != 2:
        return None
    return Around(TunedThresholdClassifierCV, {"scoring": "balanced_accuracy"})


@remedy(
    "neither",
    "Make the training data more like the dev data",
    reason="What a model has learned of other rows than those that matter helps as far as they are "
    "alike: collect or make rows of the kind that matters, or leave out what differs.",
    source=NG + "ch. 42",
    calls=("data mismatch",),
    any_model=True,
)
def match_data(p: Parameters) -> Change:
    """Advice."""
    return {}
