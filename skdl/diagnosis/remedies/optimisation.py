"""Remedies of optimisation: how a network finds its weights."""

from __future__ import annotations

from skdl.diagnosis.remedies.parameters import (
    default_rate,
    has_hidden_units,
    is_first_order,
    rate_of,
    scaled,
)
from skdl.diagnosis.remedies.remedy import Change, Parameters, remedy
from skdl.diagnosis.remedies.sources import GOODFELLOW, KARPATHY, PLAYBOOK
from skdl.tools.checks import is_number

__all__: list[str] = []


@remedy(
    "underfitting",
    "Lower the learning rate",
    reason="Steps that are too long jump across the valley instead of going down in it. The "
    "learning rate is the first setting to tune.",
    source=GOODFELLOW + "sec. 11.4.1",
    calls=("diverged", "oscillating", "blown up", "dead units"),
)
def lower_rate(p: Parameters) -> Change:
    """Rates down to a hundredth of the current one."""
    name, rate = rate_of(p)
    return None if rate is None else {name: scaled(rate, 0.3, 0.1, 0.01)}


@remedy(
    "underfitting",
    "Bring the learning rate near the optimiser's default",
    reason="So far from it, steps are too short to move or too long to settle.",
    source=KARPATHY,
    calls=("stuck",),
)
def usual_rate(p: Parameters) -> Change:
    """Rates around the optimiser's default."""
    name, rate = rate_of(p)
    usual = default_rate(p)
    if rate is None or 0.1 < rate / usual < 10:
        return None
    return {name: scaled(usual, 0.3, 1, 3)}


@remedy(
    "underfitting",
    "Tune the learning rate",
    reason="Too high a rate bounces, too low a rate crawls; both leave the training error high.",
    source=GOODFELLOW + "sec. 11.4.1",
    calls=("underfitting",),
    unsettled_only=True,
)
def tune_rate(p: Parameters) -> Change:
    """Rates from a tenth to ten times the current one."""
    name, rate = rate_of(p)
    return None if rate is None else {name: scaled(rate, 0.1, 0.3, 3, 10)}


def train_longer(p: Parameters) -> Change:
    """More epochs, and more patience where the network stops early."""
    if not is_number(p.get("max_iter")):
        return None
    longer = {"max_iter": [5 * p["max_iter"]]}
    if is_number(p.get("n_iter_no_change")) and is_first_order(p):
        longer["n_iter_no_change"] = [3 * p["n_iter_no_change"]]
    return longer


@remedy(
    "underfitting",
    "Train longer",
    reason="Training stopped at the largest number of epochs, before the loss had settled: first "
    "find out what the network can do.",
    source=PLAYBOOK,
    calls=("still falling",),
)
def finish_training(p: Parameters) -> Change:
    """More epochs, since the loss was seen to fall."""
    return train_longer(p)


@remedy(
    "underfitting",
    "Train longer",
    reason="The optimiser may have stopped before the training error was as low as it can get.",
    source=PLAYBOOK,
    calls=("unfinished", "underfitting"),
    unsettled_only=True,
)
def train_longer_in_doubt(p: Parameters) -> Change:
    """More epochs, since nothing says that the loss had settled."""
    return train_longer(p)


@remedy(
    "underfitting",
    "Raise the learning rate",
    reason="The loss goes down without jumping; longer steps get there in fewer epochs.",
    source=PLAYBOOK,
    calls=("still falling",),
)
def higher_rate(p: Parameters) -> Change:
    """Three and ten times the rate."""
    name, rate = rate_of(p)
    return None if rate is None else {name: scaled(rate, 3, 10)}


@remedy(
    "underfitting",
    "Start from smaller weights",
    reason="Large initial weights push the units into the flat ends of their curve at once.",
    source=GOODFELLOW + "sec. 8.4",
    calls=("saturated units",),
)
def start_smaller(p: Parameters) -> Change:
    """Take initial weights of the usual size."""
    scale = p.get("init_scale")
    return {"init_scale": [1.0]} if is_number(scale) and scale > 1 else None


@remedy(
    "underfitting",
    "Normalise the hidden layers",
    reason="Batch normalisation keeps the units in their sensitive range, which speeds up "
    "training.",
    source=GOODFELLOW + "sec. 8.7.1",
    calls=(
        "underfitting",
        "stuck",
        "saturated units",
        "vanishing gradients",
        "exploding gradients",
    ),
)
def normalise(p: Parameters) -> Change:
    """Batch normalisation."""
    possible = p.get("batch_norm") is False and has_hidden_units(p) and is_first_order(p)
    return {"batch_norm": [True]} if possible else None


@remedy(
    "underfitting",
    "Clip the gradient",
    reason="A bound on the gradient's norm keeps one steep place from throwing the weights far "
    "away.",
    source=GOODFELLOW + "sec. 10.11.1",
    calls=("diverged", "oscillating", "blown up", "exploding gradients"),
)
def clip(p: Parameters) -> Change:
    """Bound the norm of the whole gradient."""
    possible = "clip" in p and p["clip"] is None and is_first_order(p)
    return {"clip": ["global_norm"]} if possible else None


@remedy(
    "underfitting",
    "Use units that cannot die",
    reason="A leaky rectifier has a slope on its negative side too, so that a silent unit can come "
    "back.",
    source=GOODFELLOW + "sec. 6.3.1",
    calls=("dead units",),
)
def leaky(p: Parameters) -> Change:
    """Leaky rectifiers."""
    dies = "clip" in p and p.get("activation") == "relu"  # scikit-learn's networks have no leaky
    return {"activation": ["leaky_relu"]} if dies and has_hidden_units(p) else None


@remedy(
    "underfitting",
    "Use rectified units",
    reason="A rectifier does not saturate on its positive side, so the gradient passes unharmed.",
    source=GOODFELLOW + "sec. 6.3",
    calls=("saturated units", "vanishing gradients"),
)
def rectify(p: Parameters) -> Change:
    """Rectified units."""
    saturates = p.get("activation") in ("sigmoid", "tanh", "hard_tanh", "logistic", "rbf")
    return {"activation": ["relu"]} if saturates and has_hidden_units(p) else None
