"""Training: the loop over batches and epochs, the step it takes, and when it ends."""

from skdl.core.training.fit import Data, Fit, Progress, Training
from skdl.core.training.loop import Loop, Trainer, train
from skdl.core.training.side_by_side import SideBySide
from skdl.core.training.solvers import BFGS, CG, LBFGS, Newton, NewtonCG, SecondOrder
from skdl.core.training.stopping import Stopping
from skdl.core.training.update import Update
from skdl.core.training.watch import Watch

__all__ = [
    "BFGS",
    "CG",
    "Data",
    "Fit",
    "LBFGS",
    "Loop",
    "Newton",
    "NewtonCG",
    "Progress",
    "SecondOrder",
    "SideBySide",
    "Stopping",
    "Trainer",
    "Training",
    "Update",
    "Watch",
    "train",
]
