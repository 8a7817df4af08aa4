"""Remedies of regularisation: what keeps a network from fitting its training rows too closely."""

from __future__ import annotations

from skdl.diagnosis.remedies.parameters import (
    SLIGHT,
    has_hidden_units,
    is_first_order,
    is_penalised,
    scaled,
)
from skdl.diagnosis.remedies.remedy import Change, Parameters, remedy
from skdl.diagnosis.remedies.sources import GOODFELLOW, NG
from skdl.tools.checks import is_number

__all__: list[str] = []

WEAK = 0.02  # a penalty below it hardly keeps a network from its training rows


@remedy(
    "underfitting",
    "Take away regularisation",
    reason="Penalties and noise keep a network from fitting even its training rows.",
    source=NG + "ch. 25",
    calls=("underfitting",),
)
def regularise_less(p: Parameters) -> Change:
    """Take away what the network has of penalties and noise."""
    noise = ("dropout", "input_dropout", "input_noise", "hidden_noise", "weight_noise")
    # A list, such as one dropout for each layer, is something to take away as well.
    less = {name: [0.0] for name in (*noise, "l1", "weight_decay") if p.get(name)}
    for name in ("l2", "alpha"):
        if is_number(p.get(name)) and p[name] >= WEAK:
            less[name] = scaled(p[name], 0.01, 0.1)
    return less or None


@remedy(
    "overfitting",
    "Penalise large weights",
    reason="A squared penalty on the weights makes the function smoother between the training "
    "rows.",
    source=GOODFELLOW + "sec. 7.1",
    calls=("overfitting",),
)
def penalise(p: Parameters) -> Change:
    """Penalise the squared weights more than now: slightly more, where they are penalised."""
    name = next((name for name in ("l2", "alpha") if is_number(p.get(name))), None)
    if name is None:
        return None
    return {name: scaled(p[name], 3, 10) if is_penalised(p) else scaled(SLIGHT, 10, 100)}


@remedy(
    "overfitting",
    "Add dropout",
    reason="Units that may be dropped cannot rely on each other to memorise the training rows.",
    source=GOODFELLOW + "sec. 7.12",
    calls=("overfitting",),
)
def drop_out(p: Parameters) -> Change:
    """Drop out more hidden units than now."""
    if not is_number(p.get("dropout")) or not has_hidden_units(p) or not is_first_order(p):
        return None
    rates = [rate for rate in (0.2, 0.5) if rate > p["dropout"]]
    return {"dropout": rates} if rates else None


@remedy(
    "overfitting",
    "Stop early",
    reason="The error on new rows often rises again while the training error still falls.",
    source=GOODFELLOW + "sec. 7.8",
    calls=("overfitting",),
)
def stop_early(p: Parameters) -> Change:
    """Stop early by a validation part."""
    possible = p.get("early_stopping") is False and is_first_order(p)
    return {"early_stopping": [True]} if possible else None


@remedy(
    "overfitting",
    "Average several networks",
    reason="Networks that differ only in their random numbers err in different ways; their average "
    "loses that part of the variance and keeps the bias, at the price of more training.",
    source=GOODFELLOW + "sec. 7.11",
    calls=("overfitting",),
    leads=is_penalised,  # more of a penalty may do harm then; this has lowered the error throughout
)
def average(p: Parameters) -> Change:
    """Five networks in place of one."""
    return {"n_networks": [5]} if p.get("n_networks") == 1 and has_hidden_units(p) else None
