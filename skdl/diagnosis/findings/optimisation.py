r"""Is it the optimiser? Signs of bad training, read from the record that a fit leaves.

Each sign is a function of one fit's :class:`TrainingRecord` that returns its numbers, or None
where the fit does not show it. A sign that half of the fits show or more becomes a
:class:`Finding`. The thresholds are the constants below; the tests hold each on built cases.

References
----------
Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural
networks", for gradients and saturation by layer.
Karpathy (2019), "A recipe for training neural networks".
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from skdl.diagnosis.findings.finding import Finding

__all__ = ["TrainingRecord", "read_record", "read_signs"]

FALL = 0.05  # still falling: the last tenth of the epochs lowered the loss by more than this share
FEW = 10  # ... or, where there were fewer epochs than this, lowered it at all
RISES = 0.25  # oscillating: the loss rose in more than this share of the later epochs ...
SWING = 0.1  # ... and moved by more than this share of its value from one epoch to the next
BLOW_UP = 3.0  # the loss of an epoch was this many times that of the constant prediction
SETTLED = 0.01  # a loss below this share of the first one has nothing left to tell
DEAD = 0.5  # the share of a layer's units that are silent for every row
FLAT = 0.5  # the share of a layer's slopes that are almost 0, of an activation that saturates
VANISHED = 1 / 20  # ‖gradient‖/‖weights‖ of a layer over that of the output layer
EXPLODED = 20.0  # the same, the other way round
STUCK = 0.9  # the training error is above this share of the constant prediction's


@dataclass
class TrainingRecord:
    """What one fit of a network left behind. A list is empty where the network records no such.

    Parameters
    ----------
    loss : list of float
        The training loss of each epoch.
    ended : {"max_iter", "converged", "diverged"}
        Why training stopped.
    max_iter : int
        The largest number of epochs.
    rate : float or None
        The learning rate of the first epoch.
    usual_rate : float or None
        The optimiser's own default.
    dead, flat : list of float
        For each hidden layer, see :meth:`skdl.core.network.Network.signs`; over the last
        epochs.
    relative_gradients : list of float
        For each layer ‖gradient‖/‖weights‖, the median over the epochs.
    null_loss : float or None
        The loss of the constant prediction, before training.
    """

    loss: list[float]
    ended: str
    max_iter: int
    rate: float | None = None
    usual_rate: float | None = None
    dead: list[float] = field(default_factory=list)
    flat: list[float] = field(default_factory=list)
    relative_gradients: list[float] = field(default_factory=list)
    null_loss: float | None = None


def read_record(network, y, trouble: str | None = None) -> TrainingRecord | None:
    """Read the record of a fitted network; None where it keeps none.

    Parameters
    ----------
    network : estimator
        skdl's networks keep ``history_``, scikit-learn's ``loss_curve_``.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        The targets that it was trained on.
    trouble : str or None
        The text of the ConvergenceWarning, if there was one.
    """
    history = getattr(network, "history_", None) or []
    loss = [epoch["loss"] for epoch in history] or list(getattr(network, "loss_curve_", []))
    diverged = "finite" in (trouble or "")
    if not loss and not diverged:
        return None
    max_iter = int(network.max_iter)
    ended = "diverged" if diverged else "max_iter" if len(loss) >= max_iter else "converged"
    record = TrainingRecord([float(value) for value in loss], ended, max_iter)
    record.rate, record.usual_rate = _rates(network, history)
    record.null_loss = _null_loss(network, np.asarray(y))
    if history and "dead" in history[-1]:
        late = history[-10:]
        record.dead = np.median([epoch["dead"] for epoch in late], axis=0).tolist()
        saturates = _saturating_layers(network, len(record.dead))
        flat = np.median([epoch["flat"] for epoch in late], axis=0)
        record.flat = np.where(saturates, flat, 0.0).tolist()
        gradients, weights = (
            np.array([epoch[name] for epoch in history])
            for name in ("gradient_norms", "weight_norms")
        )
        with np.errstate(all="ignore"):
            record.relative_gradients = np.median(gradients / weights, axis=0).tolist()
    return record


def _null_loss(network, y) -> float | None:
    """Return the loss of the constant prediction where it is simple: entropy, or 1/2 an output."""
    loss = getattr(network, "loss", None)
    if loss == "cross_entropy" and y.ndim == 1:
        share = np.unique(y, return_counts=True)[1] / len(y)
        return float(-(share * np.log(share)).sum())
    if loss == "squared_error" and getattr(network, "scale_target", False):
        return 0.5 * y.reshape(len(y), -1).shape[1]
    return None


def _rates(network, history) -> tuple[float | None, float | None]:
    from skdl.core.optimizers import Optimizer

    chosen = getattr(network, "optimizer", getattr(network, "solver", None))
    optimizer = Optimizer.registry.get(getattr(chosen, "name", chosen))
    usual = getattr(optimizer, "learning_rate", None)
    rate = history[0].get("learning_rate") if history else None
    if rate is None and usual is not None:
        rate = getattr(network, "learning_rate_init", None)
    return rate, usual


def _saturating_layers(network, n_layers: int) -> np.ndarray:
    """Say of each hidden layer whether its activation is flat far out on both sides."""
    from skdl.core.activations import Activation

    chosen = network.activation
    chosen = list(chosen) if isinstance(chosen, list | tuple) else [chosen] * n_layers
    far = np.array([-30.0, 30.0])

    def saturates(activation):
        if isinstance(activation, str):
            activation = Activation.registry[activation]()
        if not isinstance(activation, Activation):
            return False  # maxout: pieces, no curve
        slope = activation.derivative(far, activation.value(far))
        return bool(np.abs(slope).max() < 1e-3)

    return np.array([saturates(activation) for activation in chosen])


# --- the signs of one fit -------------------------------------------------------------------------


def _has_settled_low(record: TrainingRecord) -> bool:
    return record.loss[-1] < SETTLED * record.loss[0]


def still_falling(record: TrainingRecord) -> dict | None:
    """Tell whether training was cut off while the loss fell: by how much in the last tenth."""
    n, loss = len(record.loss), record.loss
    if record.ended != "max_iter" or not n or _has_settled_low(record):
        return None
    if n == 1:
        return {"epochs": 1, "fall": 1.0}
    width = max(1, n // 10)
    before, after = np.mean(loss[-2 * width : -width]), np.mean(loss[-width:])
    fall = 1 - after / before if before > 0 else 0.0
    return {"epochs": n, "fall": float(fall)} if fall > (FALL if n >= FEW else 0) else None


def oscillating(record: TrainingRecord) -> dict | None:
    """Tell whether the loss jumps up and down in the second half of training."""
    late = np.array(record.loss[len(record.loss) // 2 :])
    if len(late) < 4 or _has_settled_low(record):
        return None
    step = np.diff(late)
    rises, swing = float((step > 0).mean()), float(np.abs(step).mean() / np.abs(late).mean())
    return {"rises": rises, "swing": swing} if rises > RISES and swing > SWING else None


def blown_up(record: TrainingRecord) -> dict | None:
    """Tell whether the loss rose far above that of a constant prediction."""
    if record.ended == "diverged" or not record.loss or not record.null_loss:
        return None
    times = max(record.loss) / record.null_loss
    return {"times": float(times)} if times > BLOW_UP else None


def diverged(record: TrainingRecord) -> dict | None:
    """Tell whether the loss became infinite or NaN."""
    return {"epochs": len(record.loss) + 1} if record.ended == "diverged" else None


def _worst_layer(values, threshold) -> dict | None:
    if not values or max(values) < threshold:
        return None
    layer = int(np.argmax(values))
    return {"layer": layer + 1, "share": float(values[layer]), "layers": len(values)}


def dead_units(record: TrainingRecord) -> dict | None:
    """Tell whether half of a hidden layer or more is silent for every row."""
    return _worst_layer(record.dead, DEAD)


def saturated_units(record: TrainingRecord) -> dict | None:
    """Tell whether half of a hidden layer's slopes or more are almost 0."""
    return _worst_layer(record.flat, FLAT)


def vanishing_gradients(record: TrainingRecord) -> dict | None:
    """Tell whether a lower layer learns far more slowly than the output layer."""
    return _compare_layers(record, lambda ratio: 1 / ratio, 1 / VANISHED)


def exploding_gradients(record: TrainingRecord) -> dict | None:
    """Tell whether a lower layer learns far faster than the output layer."""
    return _compare_layers(record, lambda ratio: ratio, EXPLODED)


def _compare_layers(record, size, threshold) -> dict | None:
    speed = np.array(record.relative_gradients)
    if len(speed) < 2 or not (np.isfinite(speed).all() and (speed > 0).all()):
        return None
    times = size(speed[:-1] / speed[-1])
    layer = int(np.argmax(times))
    if times[layer] < threshold:
        return None
    return {"layer": layer + 1, "times": float(times[layer])}


# --- from all fits to findings --------------------------------------------------------------------

SIGNS = {  # name: (sign, one sentence)
    "diverged": (
        diverged,
        "The loss became infinite or NaN in epoch {epochs:.0f}: the steps are far too large.",
    ),
    "oscillating": (
        oscillating,
        "The loss jumps: in the second half of training it rose in {rises:.0%} of the epochs and "
        "changed by {swing:.0%} of its value from one to the next.",
    ),
    "blown up": (
        blown_up,
        "The loss rose to {times:.2g} times that of a constant prediction.",
    ),
    "still falling": (
        still_falling,
        "Training stopped at the largest number of epochs, {epochs:.0f}, while the loss was still "
        "falling: by {fall:.0%} over the last tenth of them.",
    ),
    "dead units": (
        dead_units,
        "{share:.0%} of the units of hidden layer {layer:.0f} are silent for every row: they get "
        "no gradient and cannot learn.",
    ),
    "saturated units": (
        saturated_units,
        "{share:.0%} of the slopes in hidden layer {layer:.0f} are almost 0: its units are "
        "saturated, so hardly any gradient passes.",
    ),
    "vanishing gradients": (
        vanishing_gradients,
        "Relative to its weights, the gradient of layer {layer:.0f} is {times:.0f} times smaller "
        "than that of the output layer: the lower layers hardly learn.",
    ),
    "exploding gradients": (
        exploding_gradients,
        "Relative to its weights, the gradient of layer {layer:.0f} is {times:.0f} times larger "
        "than that of the output layer: no learning rate suits both.",
    ),
}


NO_LEARNING = ("dead units", "saturated units", "vanishing gradients")


def read_signs(
    records: list[TrainingRecord | None],
    *,
    training_error: float | None = None,
    constant_error: float | None = None,
    high_bias: bool = True,
) -> list[Finding]:
    """Turn the records of all fits into findings, the gravest first.

    Parameters
    ----------
    records : list of TrainingRecord or None
        One for each fit.
    training_error, constant_error : float or None
        The mean training error, and that of the constant prediction: the network is stuck when it
        is hardly below that, at a rate far from the usual one or with a layer that does not learn.
    high_bias : bool, default=True
        Whether the training error is too high. If it is not, the optimiser has done its work and
        only what went wrong outright is told.

    Returns
    -------
    findings : list of Finding
    """
    records = [record for record in records if record is not None]
    if not records:
        return []
    findings = []
    for name, (sign, sentence) in SIGNS.items():
        if not high_bias and name != "diverged":
            continue
        seen = [found for found in map(sign, records) if found is not None]
        if 2 * len(seen) >= len(records) and seen:
            median = {key: float(np.median([s[key] for s in seen])) for key in seen[0]}
            evidence = sentence.format(**median).replace("%", " %")
            if len(seen) < len(records):
                evidence = f"{evidence[:-1]} (in {len(seen)} of {len(records)} fits)."
            findings.append(Finding(name, "optimiser", evidence))
    if high_bias and training_error is not None and constant_error:
        stuck = training_error > STUCK * constant_error
        strange = _strange_rate(records[0])
        if stuck and (strange or any(f.name in NO_LEARNING for f in findings)):
            why = f", and the learning rate, {records[0].rate:.3g}, is {strange}" if strange else ""
            findings.append(
                Finding(
                    "stuck",
                    "optimiser",
                    "The network is stuck on a plateau: after "
                    f"{np.median([len(r.loss) for r in records]):.0f} epochs it is hardly better "
                    f"than a constant prediction{why}.",
                )
            )
    return findings


def _strange_rate(record: TrainingRecord) -> str | None:
    """Say how far the rate is from the optimiser's default, where that is ten times or more."""
    if not record.rate or not record.usual_rate:
        return None
    ratio = record.rate / record.usual_rate
    if 0.1 < ratio < 10:
        return None
    times = f"{max(ratio, 1 / ratio):.0f} times"
    return f"{times} {'above' if ratio > 1 else 'below'} the optimiser's default"
