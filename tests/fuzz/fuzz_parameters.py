"""All parameters, drawn from their rules: allowed values, and now and then others."""

from __future__ import annotations

import math

import numpy as np
from rules import illegal

from skdl.core.component import (
    Boolean,
    Each,
    Either,
    Function,
    Instance,
    Interval,
    Member,
    Nothing,
    OneOf,
    Rising,
)
from skdl.estimators.parameters.settable import signature_of
from skdl.estimators.parameters.table import PARAMETERS

# What decides how long a fit takes is small.
SMALL = {
    "max_iter": (1, 2, 3),
    "hidden_layer_sizes": ((), (3,), (2, 3), 4, [2], None, np.int64(3)),
    "n_hidden_layers": (None, 0, 1, 2),
    "n_networks": (1, 1, 2),
}
SCORERS = ("loss", "accuracy", "r2", "neg_mean_squared_error", "roc_auc", "neg_log_loss", "nix", 3)


def allowed(random, rule):
    """Draw a value that keeps a rule."""
    match rule:
        case Interval(integer=True):
            low = int(rule.low) if math.isfinite(rule.low) else -3
            low += rule.closed in ("right", "neither")
            value = low + random.randrange(4)
            return random.choice((value, value, np.int32(value)))
        case Interval():
            low = rule.low if math.isfinite(rule.low) else -1e3
            high = rule.high if math.isfinite(rule.high) else random.choice((low + 1, 1e6, 1e300))
            value = low + (high - low) * random.choice((random.random(), 1e-3, 1e-12))
            ends = [e for e in (low, high) if rule.allows(e)]
            value = random.choice([value, value, value, *ends])
            kind = random.choice((float, float, np.float64, np.float32, np.longdouble))
            return kind(value) if rule.allows(kind(value)) else value
        case OneOf():
            value = random.choice(rule.values)
            return np.str_(value) if isinstance(value, str) and random.random() < 0.3 else value
        case Boolean():
            return random.choice((True, False, np.True_))
        case Nothing():
            return None
        case Each():
            return [allowed(random, rule.rule) for _ in range(random.randrange(1, 3))]
        case Rising():
            several = sorted({float(allowed(random, rule.rule)) for _ in range(4)})
            return several if len(several) > 1 else [rule.rule.high / 3, rule.rule.high / 2]
        case Either():
            return allowed(random, random.choice(rule.rules))
        case Member():
            return component(random, rule.family)
        case Instance():
            return {0: 2.0, 1: 0.5} if rule.cls is dict else np.random.RandomState(0)
        case Function():
            return lambda *_: None
    raise NotImplementedError(rule)


def component(random, family):
    """Draw a name of a family, or a member with its settings drawn."""
    name = random.choice(list(family.registry))
    if random.random() < 0.5:
        return random.choice((name, np.str_(name)))
    cls = family.registry[name]
    settings = {
        setting: allowed(random, rule)
        for setting, rule in cls.rules.items()
        if random.random() < 0.5
    }
    return cls(**settings)


def value_of(random, cls, name):
    """Draw a value of one parameter of an estimator."""
    row = PARAMETERS[name]
    family = cls._loss_family if name == "loss" else row.family
    if name in SMALL and random.random() < 0.95:
        return random.choice(SMALL[name])
    if name == "monitor":
        return random.choice(SCORERS)
    if random.random() < 0.02:
        wrong = [5.5, "nonsense", {}, None, [1]] if row.rule is None else illegal(row.rule)
        wrong = [v for v in wrong if name not in SMALL or not isinstance(v, int) or v < 1000]
        return random.choice(wrong)
    if family is not None:
        if name == "clip" and random.random() < 0.3:
            return None
        if name == "init" and random.random() < 0.3:
            return "auto"
        return component(random, family)
    return allowed(random, row.rule)


def estimator(random, cls, **fixed):
    """Draw an estimator: a few of its parameters are given, the others left alone."""
    share = random.choice((0.0, 0.1, 0.3))
    given = {"max_iter": random.choice(SMALL["max_iter"]), "hidden_layer_sizes": (3,)}
    given["random_state"] = random.randrange(3)
    for name in signature_of(cls):
        if name != "verbose" and random.random() < share:
            given[name] = value_of(random, cls, name)
    return cls(**{**given, **fixed})
