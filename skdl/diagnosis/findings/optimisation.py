r"""Is it the optimiser? Signs of bad training, read from the record that a fit leaves.

Each sign is a function of one fit's :class:`TrainingRecord` that returns its numbers, or None
where the fit does not show it; its decorator says in which words. A sign that half of the fits show
or more becomes a :class:`Finding`. The thresholds are the constants below; the tests hold each on
built cases.

References
----------
Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural
networks", for gradients and saturation by layer.
Karpathy (2019), "A recipe for training neural networks".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from skdl.diagnosis.findings.finding import Finding
from skdl.diagnosis.findings.training_record import TrainingRecord

__all__ = ["SIGNS", "find_bad_training"]

FALL = 0.05  # still falling: the last tenth of the epochs lowered the loss by more than this share
FEW = 10  # ... or, where there were fewer epochs than this, lowered it at all
RISES = 0.25  # oscillating: the loss rose in more than this share of the later epochs ...
SWING = 0.1  # ... and moved by more than this share of its value from one epoch to the next
BLOW_UP = 3.0  # the loss of an epoch was this many times that of the constant prediction
DEAD = 0.5  # the share of a layer's units that are silent for every row
FLAT = 0.5  # the share of a layer's slopes that are almost 0, of an activation that saturates
VANISHED = 1 / 20  # ‖gradient‖/‖weights‖ of a layer over that of the output layer
EXPLODED = 20.0  # the same, the other way round
STUCK = 0.9  # the training error is above this share of the constant prediction's

Numbers = dict[str, float]
Sign = Callable[[TrainingRecord], Numbers | None]

# name: the sign and its sentence, the gravest first. Each sign below enters itself.
SIGNS: dict[str, tuple[Sign, str]] = {}


def sign(name: str, sentence: str) -> Callable[[Sign], Sign]:
    """Enter a sign with its name and its sentence, in which its numbers stand."""

    def decorator(function: Sign) -> Sign:
        SIGNS[name] = function, sentence
        return function

    return decorator


# --- the signs of one fit -------------------------------------------------------------------------


@sign(
    "diverged",
    "The loss became infinite or NaN in epoch {epochs:.0f}: the steps are far too large.",
)
def diverged(record: TrainingRecord) -> Numbers | None:
    """Tell whether the loss became infinite or NaN."""
    return {"epochs": len(record.loss) + 1} if record.ended == "diverged" else None


@sign(
    "oscillating",
    "The loss jumps: in the second half of training it rose in {rises:.0%} of the epochs and "
    "changed by {swing:.0%} of its value from one to the next.",
)
def oscillating(record: TrainingRecord) -> Numbers | None:
    """Tell whether the loss jumps up and down in the second half of training."""
    late = np.array(record.loss[len(record.loss) // 2 :])
    if len(late) < 4 or record.has_settled_low:
        return None
    step = np.diff(late)
    rises, swing = float((step > 0).mean()), float(np.abs(step).mean() / np.abs(late).mean())
    return {"rises": rises, "swing": swing} if rises > RISES and swing > SWING else None


@sign(
    "blown up",
    "The loss rose to {times:.2g} times that of a constant prediction.",
)
def blown_up(record: TrainingRecord) -> Numbers | None:
    """Tell whether the loss rose far above that of a constant prediction."""
    if record.ended == "diverged" or not record.loss or not record.null_loss:
        return None
    times = max(record.loss) / record.null_loss
    return {"times": float(times)} if times > BLOW_UP else None


@sign(
    "still falling",
    "Training stopped at the largest number of epochs, {epochs:.0f}, while the loss was still "
    "falling: by {fall:.0%} over the last tenth of them.",
)
def still_falling(record: TrainingRecord) -> Numbers | None:
    """Tell whether training was cut off while the loss fell: by how much in the last tenth."""
    n = len(record.loss)
    if record.ended != "max_iter" or not n or record.has_settled_low:
        return None
    return {"epochs": n, "fall": record.fall} if record.fall > (FALL if n >= FEW else 0) else None


def _worst_layer(values: Sequence[float], threshold: float) -> Numbers | None:
    """Return the layer with the largest share, where that reaches the threshold."""
    if not values or max(values) < threshold:
        return None
    layer = int(np.argmax(values))
    return {"layer": layer + 1, "share": float(values[layer]), "layers": len(values)}


@sign(
    "dead units",
    "{share:.0%} of the units of hidden layer {layer:.0f} are silent for every row: they get "
    "no gradient and cannot learn.",
)
def dead_units(record: TrainingRecord) -> Numbers | None:
    """Tell whether half of a hidden layer or more is silent for every row."""
    return _worst_layer(record.dead, DEAD)


@sign(
    "saturated units",
    "{share:.0%} of the slopes in hidden layer {layer:.0f} are almost 0: its units are "
    "saturated, so hardly any gradient passes.",
)
def saturated_units(record: TrainingRecord) -> Numbers | None:
    """Tell whether half of a hidden layer's slopes or more are almost 0."""
    return _worst_layer(record.flat, FLAT)


def _compare_layers(
    record: TrainingRecord, size: Callable[[np.ndarray], np.ndarray], threshold: float
) -> Numbers | None:
    """Return the layer whose gradient is farthest from the output layer's, relative to weights."""
    speed = np.array(record.relative_gradients)
    if len(speed) < 2 or not (np.isfinite(speed).all() and (speed > 0).all()):
        return None
    times = size(speed[:-1] / speed[-1])
    layer = int(np.argmax(times))
    if times[layer] < threshold:
        return None
    return {"layer": layer + 1, "times": float(times[layer])}


@sign(
    "vanishing gradients",
    "Relative to its weights, the gradient of layer {layer:.0f} is {times:.0f} times smaller "
    "than that of the output layer: the lower layers hardly learn.",
)
def vanishing_gradients(record: TrainingRecord) -> Numbers | None:
    """Tell whether a lower layer learns far more slowly than the output layer."""
    return _compare_layers(record, lambda ratio: 1 / ratio, 1 / VANISHED)


@sign(
    "exploding gradients",
    "Relative to its weights, the gradient of layer {layer:.0f} is {times:.0f} times larger "
    "than that of the output layer: no learning rate suits both.",
)
def exploding_gradients(record: TrainingRecord) -> Numbers | None:
    """Tell whether a lower layer learns far faster than the output layer."""
    return _compare_layers(record, lambda ratio: ratio, EXPLODED)


# --- from all fits to findings ---

NO_LEARNING = ("dead units", "saturated units", "vanishing gradients")


def find_bad_training(
    records: Sequence[TrainingRecord | None],
    *,
    training_error: float | None = None,
    constant_error: float | None = None,
    high_bias: bool = True,
) -> list[Finding]:
    """Turn the records of all fits into findings, the gravest first.

    Parameters
    ----------
    records : sequence of TrainingRecord or None
        One for each fit.
    training_error, constant_error : float or None
        The mean training error, and that of the constant prediction: the network is stuck when it
        is hardly below that, at a rate far from the usual one or with a layer that does not learn.
    high_bias : bool, default=True
        Whether the training error may be too high: it is above the Bayes error, as far as that is
        known. If it is not, the optimiser has done its work and only what went wrong outright is
        told.

    Returns
    -------
    findings : list of Finding
    """
    kept = [record for record in records if record is not None]
    if not kept:
        return []
    findings = []
    for name, (is_seen, sentence) in SIGNS.items():
        if not high_bias and name != "diverged":
            continue
        seen = [found for found in map(is_seen, kept) if found is not None]
        if 2 * len(seen) >= len(kept) and seen:
            median = {key: float(np.median([s[key] for s in seen])) for key in seen[0]}
            evidence = sentence.format(**median).replace("%", " %")
            if len(seen) < len(kept):
                evidence = f"{evidence[:-1]} (in {len(seen)} of {len(kept)} fits)."
            findings.append(Finding(name, "optimiser", evidence))
    if high_bias and training_error is not None and constant_error:
        learns = not any(finding.name in NO_LEARNING for finding in findings)
        if training_error > STUCK * constant_error:
            findings += _stuck(kept, learns)
    return findings


def _stuck(records: list[TrainingRecord], learns: bool) -> list[Finding]:
    """Call a useless network stuck, where its rate or a layer that does not learn tells why."""
    strange = _strange_rate(records[0])
    if learns and not strange:
        return []
    why = f", and the learning rate, {records[0].rate:.3g}, is {strange}" if strange else ""
    evidence = (
        "The network is stuck on a plateau: after "
        f"{np.median([len(r.loss) for r in records]):.0f} epochs it is hardly better than a "
        f"constant prediction{why}."
    )
    return [Finding("stuck", "optimiser", evidence)]


def _strange_rate(record: TrainingRecord) -> str | None:
    """Say how far the rate is from the optimiser's default, where that is ten times or more."""
    if not record.rate or not record.usual_rate:
        return None
    ratio = record.rate / record.usual_rate
    if 0.1 < ratio < 10:
        return None
    times = f"{max(ratio, 1 / ratio):.0f} times"
    return f"{times} {'above' if ratio > 1 else 'below'} the optimiser's default"
