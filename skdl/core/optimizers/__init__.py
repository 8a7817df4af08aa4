"""Optimisers: how the gradient becomes a step."""

from skdl.core.optimizers.adam import Adam, AdaMax, AdamW, AMSGrad, Lion, Nadam
from skdl.core.optimizers.adaptive import AdaDelta, AdaGrad, RMSProp
from skdl.core.optimizers.base import Optimizer, State
from skdl.core.optimizers.sgd import SGD
from skdl.core.optimizers.sign_adaptive import DeltaBarDelta, RProp, SignAdaptive

__all__ = [
    "AMSGrad",
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "DeltaBarDelta",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSProp",
    "RProp",
    "SGD",
    "SignAdaptive",
    "State",
]
