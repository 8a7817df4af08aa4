"""Values that a rule allows and values that it must refuse; components drawn from their rules."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

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

OBJECTS = {dict: {}, str: "accuracy", np.random.RandomState: np.random.RandomState(0)}


def legal(rule):
    """A strategy of values that keep the rule, of moderate size."""
    match rule:
        case Interval(integer=True):
            low = math.ceil(rule.low) if math.isfinite(rule.low) else -3
            low += rule.low == low and rule.closed in ("right", "neither")
            return st.integers(low, low + 4 if math.isinf(rule.high) else math.floor(rule.high))
        case Interval():
            low = rule.low if math.isfinite(rule.low) else -3.0
            high = rule.high if math.isfinite(rule.high) else low + 3.0
            gap = 0.01 * (high - low)
            return st.floats(
                low if rule.closed in ("both", "left") else low + gap,
                high if rule.closed in ("both", "right") else high - gap,
                allow_subnormal=False,
            )
        case OneOf():
            return st.sampled_from(rule.values)
        case Boolean():
            return st.booleans()
        case Nothing():
            return st.none()
        case Each():
            return st.lists(legal(rule.rule), min_size=1, max_size=4)
        case Rising():
            several = st.lists(legal(rule.rule), min_size=2, max_size=4, unique=True)
            return several.map(sorted)
        case Either():
            return st.one_of(*map(legal, rule.rules))
        case Member():
            return st.sampled_from([cls() for cls in rule.family.registry.values()])
        case Instance():
            return st.just(OBJECTS[rule.cls])
        case Function():
            return st.just(len)
    raise NotImplementedError(rule)


def illegal(rule):
    """Values that break the rule."""
    something_else = ["nonsense", [0.5], {}, object()]
    match rule:
        case Interval():
            values = [*something_else, None, True, math.nan, math.inf, -math.inf, 1j, 10**400]
            if math.isfinite(rule.low):
                values += [rule.low - 1, np.nextafter(rule.low, -math.inf)]
                if rule.closed in ("right", "neither"):
                    values += [rule.low]
            if math.isfinite(rule.high):
                values += [rule.high + 1, np.nextafter(rule.high, math.inf)]
                if rule.closed in ("left", "neither"):
                    values += [rule.high]
            if rule.integer:
                values += [rule.low + 1.5 if math.isfinite(rule.low) else 0.5]
            return values
        case OneOf():
            return [*something_else, None]
        case Boolean():
            return [*something_else, None, 0, 1]
        case Nothing():
            return [*something_else, 0, False]
        case Member():
            return [*something_else, None, rule.family, *rule.family.registry]
        case Instance():
            return [v for v in something_else if not isinstance(v, rule.cls)] + [rule.cls, None]
        case Function():
            return something_else
        case Each():
            inner = illegal(rule.rule)
            return ["nonsense", None, [], (), *([value] for value in inner)]
        case Rising():
            low, high = rule.rule.low, rule.rule.high
            inner = [[low + (high - low) / 3, value] for value in illegal(rule.rule)]
            middle = (low + high) / 2
            return ["nonsense", None, [], [middle], [middle, middle], [middle, low], *inner]
        case Either():
            return [v for r in rule.rules for v in illegal(r) if not rule.allows(v)]
    raise NotImplementedError(rule)


def settings_of(cls, **fixed):
    """A strategy of components of a class, every setting drawn from its rule."""
    drawn = {name: legal(rule) for name, rule in cls.rules.items() if name not in fixed}
    return st.fixed_dictionaries(drawn).map(lambda given: cls(**given, **fixed))
