"""Training: the loop over batches and epochs, the step it takes, and when it ends."""

from skdl.core.training.loop import Data, Progress, Trainer, Training
from skdl.core.training.side_by_side import Fit, SideBySide
from skdl.core.training.solvers import BFGS, CG, LBFGS, Newton, NewtonCG, SecondOrder
from skdl.core.training.stopping import Stopping
from skdl.core.training.update import Update
from skdl.core.training.watch import Watch, train

__all__ = [
    "BFGS",
    "CG",
    "Data",
    "Fit",
    "LBFGS",
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
