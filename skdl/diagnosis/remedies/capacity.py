"""Remedies of capacity: how much a model can express."""

from __future__ import annotations

from skdl.diagnosis.remedies.parameters import has_hidden_units
from skdl.diagnosis.remedies.remedy import Change, Parameters, remedy
from skdl.diagnosis.remedies.sources import KARPATHY, NG
from skdl.tools.checks import is_number

__all__: list[str] = []


@remedy(
    "underfitting",
    "Make the network larger",
    reason="A network that cannot fit its training rows needs more hidden units or layers.",
    source=NG + "ch. 25",
    calls=("underfitting",),
)
def larger(p: Parameters) -> Change:
    """Twice as wide, and twice as wide with one layer more."""
    sizes = p["hidden_layer_sizes"]
    one_per_layer = any(isinstance(p.get(n), list | tuple) for n in ("activation", "dropout"))
    if is_number(sizes):
        wider = {"hidden_layer_sizes": [2 * sizes]}
        if "n_hidden_layers" in p and not one_per_layer:
            now = p["n_hidden_layers"] or 1
            wider["n_hidden_layers"] = [now, now + 1]
        return wider
    wide = tuple(2 * size for size in sizes or ()) or (100,)
    return {"hidden_layer_sizes": [wide] if one_per_layer else [wide, (*wide, wide[-1])]}


@remedy(
    "overfitting",
    "Make the network smaller",
    reason="Fewer weights memorise less; try it after regularisation, since it may add bias.",
    source=NG + "ch. 27",
    calls=("overfitting",),
)
def smaller(p: Parameters) -> Change:
    """Half as wide."""
    sizes = p["hidden_layer_sizes"]
    if is_number(sizes):
        return {"hidden_layer_sizes": [sizes // 2]} if sizes > 1 else None
    if not sizes or max(sizes) == 1:
        return None
    return {"hidden_layer_sizes": [tuple(max(size // 2, 1) for size in sizes)]}


@remedy(
    "overfitting",
    "Start from the linear model",
    reason="It does better on the same folds: build up from the simplest model that works.",
    source=KARPATHY,
    calls=("beaten by a linear model",),
)
def linear(p: Parameters) -> Change:
    """No hidden layer."""
    simple = "clip" in p and p.get("n_hidden_layers") is None and isinstance(p["activation"], str)
    return {"hidden_layer_sizes": [()]} if simple and has_hidden_units(p) else None


@remedy(
    "underfitting",
    "Use a more flexible model or richer features",
    reason="The model cannot express what separates its own training rows.",
    source=NG + "ch. 25",
    calls=("underfitting",),
    any_model=True,
    last_resort=True,
)
def richer(p: Parameters) -> Change:
    """Advice: what is more flexible depends on the model."""
    return {}


@remedy(
    "overfitting",
    "Use a simpler or more strongly regularised model",
    reason="The model follows its training rows more closely than they deserve.",
    source=NG + "ch. 27",
    calls=("overfitting",),
    any_model=True,
    last_resort=True,
)
def simpler(p: Parameters) -> Change:
    """Advice: what is simpler depends on the model."""
    return {}
