"""How a network's parameters change under each treatment.

Each function takes the diagnosed network's parameters and returns the values to try, or None where
it does not apply: a network without dropout cannot have less of it.
"""

from __future__ import annotations

from numbers import Real

from skdl.core.optimizers import Optimizer

__all__ = [
    "average",
    "clip",
    "drop_out",
    "higher_rate",
    "huber",
    "larger",
    "leaky",
    "learning_rate",
    "linear",
    "lower_rate",
    "normalise",
    "penalise",
    "rectify",
    "regularise_less",
    "smaller",
    "start_smaller",
    "stop_early",
    "train_longer",
    "usual_rate",
]


def _number(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _default_rate(p: dict) -> float | None:
    """Return the default rate of the network's optimiser; None for a second-order one."""
    optimizer = p.get("optimizer", p.get("solver"))
    name = getattr(optimizer, "name", optimizer)
    return getattr(Optimizer.registry.get(name), "learning_rate", None)


def _first_order(p: dict) -> bool:
    """Say whether the network learns in steps that have a rate, noise and patience."""
    return _default_rate(p) is not None


def _has_hidden_units(p: dict) -> bool:
    return p["hidden_layer_sizes"] not in ((), [], 0)


def _scaled(value: float, *factors: float) -> list[float]:
    return [float(f"{value * factor:.3g}") for factor in factors]


# --- treatments of bias ---------------------------------------------------------------------------


def larger(p):
    """Twice as wide, and twice as wide with one layer more."""
    sizes = p["hidden_layer_sizes"]
    one_per_layer = any(isinstance(p.get(n), list | tuple) for n in ("activation", "dropout"))
    if _number(sizes):
        wider = {"hidden_layer_sizes": [2 * sizes]}
        if "n_hidden_layers" in p and not one_per_layer:
            now = p["n_hidden_layers"] or 1
            wider["n_hidden_layers"] = [now, now + 1]
        return wider
    wide = tuple(2 * size for size in sizes) or (100,)
    return {"hidden_layer_sizes": [wide] if one_per_layer else [wide, (*wide, wide[-1])]}


def train_longer(p):
    """More epochs, and more patience where the network stops early."""
    if not _number(p.get("max_iter")):
        return None
    longer = {"max_iter": [5 * p["max_iter"]]}
    if _number(p.get("n_iter_no_change")) and _first_order(p):
        longer["n_iter_no_change"] = [3 * p["n_iter_no_change"]]
    return longer


def _rate(p: dict) -> tuple[str, float | None]:
    """Return the name of the learning rate and its value; None for one that cannot be scaled."""
    name = "learning_rate_init" if "learning_rate_init" in p else "learning_rate"
    if name not in p or not _first_order(p):
        return name, None
    rate = _default_rate(p) if p[name] is None else p[name]
    return name, rate if _number(rate) else None


def learning_rate(p):
    """Rates from a tenth to ten times the current one."""
    name, rate = _rate(p)
    return None if rate is None else {name: _scaled(rate, 0.1, 0.3, 3, 10)}


def lower_rate(p):
    """Rates down to a hundredth of the current one."""
    name, rate = _rate(p)
    return None if rate is None else {name: _scaled(rate, 0.3, 0.1, 0.01)}


def higher_rate(p):
    """Three and ten times the rate."""
    name, rate = _rate(p)
    return None if rate is None else {name: _scaled(rate, 3, 10)}


def usual_rate(p):
    """Rates around the optimiser's default."""
    name, rate = _rate(p)
    usual = _default_rate(p)
    if rate is None or 0.1 < rate / usual < 10:
        return None
    return {name: _scaled(usual, 0.3, 1, 3)}


def clip(p):
    """Bound the norm of the whole gradient."""
    possible = "clip" in p and p["clip"] is None and _first_order(p)
    return {"clip": ["global_norm"]} if possible else None


def leaky(p):
    """Leaky rectifiers."""
    dies = "clip" in p and p.get("activation") == "relu"  # scikit-learn's networks have no leaky
    return {"activation": ["leaky_relu"]} if dies and _has_hidden_units(p) else None


def rectify(p):
    """Rectified units."""
    saturates = p.get("activation") in ("sigmoid", "tanh", "hard_tanh", "logistic", "rbf")
    return {"activation": ["relu"]} if saturates and _has_hidden_units(p) else None


def start_smaller(p):
    """Take initial weights of the usual size."""
    scale = p.get("init_scale")
    return {"init_scale": [1.0]} if _number(scale) and scale > 1 else None


def huber(p):
    """Huber's loss for the squared one."""
    return {"loss": ["huber"]} if p.get("loss") == "squared_error" and "clip" in p else None


def linear(p):
    """No hidden layer."""
    simple = "clip" in p and p.get("n_hidden_layers") is None and isinstance(p["activation"], str)
    return {"hidden_layer_sizes": [()]} if simple and _has_hidden_units(p) else None


def regularise_less(p):
    """Take away what the network has of penalties and noise."""
    noise = ("dropout", "input_dropout", "input_noise", "hidden_noise", "weight_noise")
    # A list, such as one dropout for each layer, is something to take away as well.
    less = {name: [0.0] for name in (*noise, "l1", "weight_decay") if p.get(name)}
    for name in ("l2", "alpha"):
        if _number(p.get(name)) and p[name] >= 5e-3:
            less[name] = _scaled(p[name], 0.01, 0.1)
    return less or None


def normalise(p):
    """Batch normalisation."""
    possible = p.get("batch_norm") is False and _has_hidden_units(p) and _first_order(p)
    return {"batch_norm": [True]} if possible else None


# --- treatments of variance -----------------------------------------------------------------------


def penalise(p):
    """Penalise the squared weights more than now."""
    name = next((name for name in ("l2", "alpha") if _number(p.get(name))), None)
    if name is None:
        return None
    return {name: _scaled(max(p[name], 1e-3), 10, 100)}


def drop_out(p):
    """Dropout of hidden units, more than now."""
    if not _number(p.get("dropout")) or not _has_hidden_units(p) or not _first_order(p):
        return None
    rates = [rate for rate in (0.2, 0.5) if rate > p["dropout"]]
    return {"dropout": rates} if rates else None


def stop_early(p):
    """Early stopping on a validation part."""
    possible = p.get("early_stopping") is False and _first_order(p)
    return {"early_stopping": [True]} if possible else None


def average(p):
    """Five networks in place of one."""
    return {"n_networks": [5]} if p.get("n_networks") == 1 and _has_hidden_units(p) else None


def smaller(p):
    """Half as wide."""
    sizes = p["hidden_layer_sizes"]
    if _number(sizes):
        return {"hidden_layer_sizes": [sizes // 2]} if sizes > 1 else None
    if not sizes or max(sizes) == 1:
        return None
    return {"hidden_layer_sizes": [tuple(max(size // 2, 1) for size in sizes)]}
