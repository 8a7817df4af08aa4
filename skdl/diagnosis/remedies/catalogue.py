"""The catalogue of treatments: what each treats, what it changes, why it should help, who says so.

The reasons are our words; the sources say more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from skdl.diagnosis.remedies import treatments

__all__ = [
    "BIAS",
    "CHECK_ERRORS",
    "FEWER_FEATURES",
    "FOR_FINDING",
    "KEEP",
    "MORE_ROWS",
    "NEW_INFORMATION",
    "RICHER",
    "SIMPLER",
    "Treatment",
    "UNFINISHED",
    "VARIANCE",
]

NG = "Ng (2018), Machine Learning Yearning, "
GOODFELLOW = "Goodfellow, Bengio and Courville (2016), Deep Learning, "
PLAYBOOK = "Godbole et al. (2023), Deep Learning Tuning Playbook"
KARPATHY = "Karpathy (2019), A Recipe for Training Neural Networks"
LECUN = "LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, "


@dataclass(frozen=True)
class Treatment:
    """A remedy before it has met a network.

    ``change`` turns the network's parameters into the values to try, None where the treatment does
    not apply; a treatment without it is advice. ``insert`` names a transformer to put before the
    network instead.
    """

    regime: str
    action: str
    reason: str
    source: str
    change: Callable[[dict], dict | None] | None = None
    insert: str | None = None


# --- what a finding calls for ---------------------------------------------------------------------

SCALE = Treatment(
    "underfitting",
    "Standardise the inputs",
    "Inputs of other scales make directions in which one learning rate is too high and another too "
    "low; with mean 0 and variance 1 a network learns fastest.",
    LECUN + "sec. 4.3",
    insert="standard",
)
SQUASH = Treatment(
    "underfitting",
    "Transform inputs with outliers",
    "A few extreme values fill the scale, so that all others look alike to the network.",
    LECUN + "sec. 4.3",
    insert="power",
)
LOWER_RATE = Treatment(
    "underfitting",
    "Lower the learning rate",
    "Steps that are too long jump across the valley instead of going down in it. The learning rate "
    "is the first setting to tune.",
    GOODFELLOW + "sec. 11.4.1",
    treatments.lower_rate,
)
HIGHER_RATE = Treatment(
    "underfitting",
    "Raise the learning rate",
    "The loss goes down without jumping; longer steps get there in fewer epochs.",
    PLAYBOOK,
    treatments.higher_rate,
)
OTHER_RATE = Treatment(
    "underfitting",
    "Bring the learning rate near the optimiser's default",
    "So far from it, steps are too short to move or too long to settle.",
    KARPATHY,
    treatments.usual_rate,
)
CLIP = Treatment(
    "underfitting",
    "Clip the gradient",
    "A bound on the gradient's norm keeps one steep place from throwing the weights far away.",
    GOODFELLOW + "sec. 10.11.1",
    treatments.clip,
)
UNFINISHED = Treatment(
    "underfitting",
    "Train longer",
    "Training stopped at the largest number of epochs, before the loss had settled: first find out "
    "what the network can do.",
    PLAYBOOK,
    treatments.train_longer,
)
LEAKY = Treatment(
    "underfitting",
    "Use units that cannot die",
    "A leaky rectifier has a slope on its negative side too, so that a silent unit can come back.",
    GOODFELLOW + "sec. 6.3.1",
    treatments.leaky,
)
RECTIFY = Treatment(
    "underfitting",
    "Use rectified units",
    "A rectifier does not saturate on its positive side, so the gradient passes unharmed.",
    GOODFELLOW + "sec. 6.3",
    treatments.rectify,
)
START_SMALLER = Treatment(
    "underfitting",
    "Start from smaller weights",
    "Large initial weights push the units into the flat ends of their curve at once.",
    GOODFELLOW + "sec. 8.4",
    treatments.start_smaller,
)
NORMALISE = Treatment(
    "underfitting",
    "Normalise the hidden layers",
    "Batch normalisation keeps the units in their sensitive range, which speeds up training.",
    GOODFELLOW + "sec. 8.7.1",
    treatments.normalise,
)
HUBER = Treatment(
    "overfitting",
    "Use a loss that a few extreme targets do not rule",
    "The Huber loss grows linearly for large errors, the squared error with their square.",
    GOODFELLOW + "sec. 6.2.1",
    treatments.huber,
)
LINEAR = Treatment(
    "overfitting",
    "Start from the linear model",
    "It does better on the same folds: build up from the simplest model that works.",
    KARPATHY,
    treatments.linear,
)
LEAVE_OUT = Treatment(
    "neither",
    "Find out whether the leaking feature is known in time, else leave it out",
    "A feature that is made from the target makes every number here too good.",
    KARPATHY,
)
NO_COPIES = Treatment(
    "neither",
    "Keep copies of a row in one fold, or remove them",
    "A row that was trained on says nothing about new ones.",
    NG + "ch. 5",
)

# A finding's treatments, the best one first. Those of earlier findings come first.
FOR_FINDING: dict[str, list[Treatment]] = {
    "leaking feature": [LEAVE_OUT],
    "copies across folds": [NO_COPIES],
    "unscaled inputs": [SCALE],
    "outliers": [SQUASH],
    "diverged": [LOWER_RATE, CLIP],
    "oscillating": [LOWER_RATE, CLIP],
    "blown up": [LOWER_RATE, CLIP],
    "stuck": [OTHER_RATE, NORMALISE],
    "dead units": [LOWER_RATE, LEAKY],
    "saturated units": [START_SMALLER, NORMALISE, RECTIFY],
    "vanishing gradients": [NORMALISE, RECTIFY],
    "exploding gradients": [NORMALISE, CLIP],
    "still falling": [UNFINISHED, HIGHER_RATE],
    "heavy-tailed target": [HUBER],
}

# --- what a regime calls for ----------------------------------------------------------------------

BIAS = [
    Treatment(
        "underfitting",
        "Take away regularisation",
        "Penalties and noise keep a network from fitting even its training rows.",
        NG + "ch. 25",
        treatments.regularise_less,
    ),
    Treatment(
        "underfitting",
        "Make the network larger",
        "A network that cannot fit its training rows needs more hidden units or layers.",
        NG + "ch. 25",
        treatments.larger,
    ),
    Treatment(
        "underfitting",
        "Tune the learning rate",
        "Too high a rate bounces, too low a rate crawls; both leave the training error high.",
        GOODFELLOW + "sec. 11.4.1",
        treatments.learning_rate,
    ),
    Treatment(
        "underfitting",
        "Train longer",
        "The optimiser may have stopped before the training error was as low as it can get.",
        PLAYBOOK,
        treatments.train_longer,
    ),
    NORMALISE,
]
VARIANCE = [
    Treatment(
        "overfitting",
        "Penalise large weights",
        "A squared penalty on the weights makes the function smoother between the training rows.",
        GOODFELLOW + "sec. 7.1",
        treatments.penalise,
    ),
    Treatment(
        "overfitting",
        "Add dropout",
        "Units that may be dropped cannot rely on each other to memorise the training rows.",
        GOODFELLOW + "sec. 7.12",
        treatments.drop_out,
    ),
    Treatment(
        "overfitting",
        "Stop early",
        "The error on new rows often rises again while the training error still falls.",
        GOODFELLOW + "sec. 7.8",
        treatments.stop_early,
    ),
    Treatment(
        "overfitting",
        "Average several networks",
        "Networks that differ only in their random numbers err in different ways; their average "
        "loses that part of the variance and keeps the bias, at the price of more training.",
        GOODFELLOW + "sec. 7.11",
        treatments.average,
    ),
    Treatment(
        "overfitting",
        "Make the network smaller",
        "Fewer weights memorise less; try it after regularisation, since it may add bias.",
        NG + "ch. 27",
        treatments.smaller,
    ),
]
RICHER = Treatment(
    "underfitting",
    "Use a more flexible model or richer features",
    "The model cannot express what separates its own training rows.",
    NG + "ch. 25",
)
SIMPLER = Treatment(
    "overfitting",
    "Use a simpler or more strongly regularised model",
    "The model follows its training rows more closely than they deserve.",
    NG + "ch. 27",
)
MORE_ROWS = Treatment(
    "overfitting",
    "Collect more rows",
    "The validation error still falls as rows are added, so more of them should lower it further.",
    NG + "ch. 27",
)
FEWER_FEATURES = Treatment(
    "overfitting",
    "Leave out features that do not matter",
    "More rows no longer help much, and each useless feature is one more thing to memorise.",
    NG + "ch. 27",
)
CHECK_ERRORS = Treatment(
    "underfitting",
    "Look at wrong predictions by hand",
    "Wrong labels and missing features set a floor that no setting of the model can break.",
    NG + "ch. 14",
)
KEEP = Treatment(
    "neither",
    "Keep the model, and measure it once on rows that played no part in building it",
    "Both gaps are small; further tuning would fit the validation rows.",
    NG + "ch. 7",
)
NEW_INFORMATION = Treatment(
    "neither",
    "To get lower still, improve the data: better features, cleaner labels",
    "Near the best attainable error, only what the model is told can lower it, no setting.",
    NG + "ch. 22",
)
