"""Schedules: how the learning rate and the momentum change while a network learns."""

from skdl.core.schedules.momentum import (
    ConstantMomentum,
    MomentumSchedule,
    OneCycleMomentum,
    Rise,
    Sutskever,
)
from skdl.core.schedules.rate import (
    Constant,
    Cosine,
    Exponential,
    InvScaling,
    Linear,
    OneCycle,
    Plateau,
    Schedule,
    Step,
    WarmUp,
)

__all__ = [
    "Constant",
    "ConstantMomentum",
    "Cosine",
    "Exponential",
    "InvScaling",
    "Linear",
    "MomentumSchedule",
    "OneCycle",
    "OneCycleMomentum",
    "Plateau",
    "Rise",
    "Schedule",
    "Step",
    "Sutskever",
    "WarmUp",
]
