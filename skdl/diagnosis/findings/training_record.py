"""What one fit of a network left behind: losses, rates, gradients and the state of its units."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["TrainingRecord", "read_record"]

SETTLED = 0.01  # a loss below this share of the first one has nothing left to tell
SLIGHT = 0.01  # the last tenth of the epochs lowered the loss by no more: it does not fall


@dataclass
class TrainingRecord:
    """What one fit of a network left behind. A list is empty where the network records no such.

    Parameters
    ----------
    loss : list of float
        The training loss of each epoch.
    ended : {"max_iter", "converged", "diverged"}
        Why training stopped.
    max_iter : int
        The largest number of epochs.
    rate : float or None
        The learning rate of the first epoch.
    usual_rate : float or None
        The optimiser's own default.
    dead, flat : list of float
        For each hidden layer, see :meth:`skdl.core.network.Network.signs`; over the last epochs.
    relative_gradients : list of float
        For each layer ‖gradient‖/‖weights‖, the median over the epochs.
    null_loss : float or None
        The loss of the constant prediction, before training.
    validation_loss : list of float
        The loss, after each epoch, of the rows that the fit itself held out; NaN where it was not
        measured.
    l2 : float or None
        The strength of the squared penalty, also where it was chosen by the fit.
    """

    loss: list[float]
    ended: str
    max_iter: int
    rate: float | None = None
    usual_rate: float | None = None
    dead: list[float] = field(default_factory=list)
    flat: list[float] = field(default_factory=list)
    relative_gradients: list[float] = field(default_factory=list)
    null_loss: float | None = None
    validation_loss: list[float] = field(default_factory=list)
    l2: float | None = None

    @property
    def fall(self) -> float:
        """By which share the last tenth of the epochs lowered the loss; of a single epoch, 1.

        Examples
        --------
        >>> round(TrainingRecord([1.0, 0.9, 0.8, 0.6], "max_iter", 4).fall, 3)
        0.25
        """
        if len(self.loss) < 2:
            return float(len(self.loss))
        width = max(1, len(self.loss) // 10)
        before, after = np.mean(self.loss[-2 * width : -width]), np.mean(self.loss[-width:])
        return float(1 - after / before) if before > 0 else 0.0

    @property
    def has_settled_low(self) -> bool:
        """Whether the loss has all but vanished."""
        return self.loss[-1] < SETTLED * self.loss[0]

    @property
    def unfinished(self) -> bool:
        """Whether the fit ended, by its epochs or its tolerance, while the loss still fell.

        It fell if the last tenth of the epochs lowered it by more than 1 %. What rows of its own
        ended is finished, and so is a fit whose loss has all but vanished.

        Examples
        --------
        >>> TrainingRecord([1.0, 0.9, 0.8, 0.7], "max_iter", 4).unfinished
        True
        >>> TrainingRecord([1.0, 0.9, 0.8, 0.799], "converged", 100).unfinished
        False
        """
        stopped_early = self.ended == "converged" and bool(self.validation_loss)
        if self.ended == "diverged" or stopped_early:
            return False
        return self.fall > SLIGHT and not self.has_settled_low


def read_record(network: Any, y: Any, trouble: str | None = None) -> TrainingRecord | None:
    """Read the record of a fitted network; None where it keeps none.

    Parameters
    ----------
    network : estimator
        skdl's networks keep ``history_``, scikit-learn's ``loss_curve_``.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        The targets that it was trained on.
    trouble : str or None
        The text of the ConvergenceWarning, if there was one.
    """
    history = getattr(network, "history_", None) or []
    loss = [epoch["loss"] for epoch in history] or list(getattr(network, "loss_curve_", []))
    diverged = "finite" in (trouble or "")
    if not loss and not diverged:
        return None
    max_iter = int(network.max_iter)
    ended = "diverged" if diverged else "max_iter" if len(loss) >= max_iter else "converged"
    record = TrainingRecord([float(value) for value in loss], ended, max_iter)
    record.rate, record.usual_rate = _rates(network, history)
    record.l2 = getattr(network, "l2_", None)
    record.null_loss = _null_loss(network, np.asarray(y))
    if history and "validation_loss" in history[-1]:
        record.validation_loss = [float(e.get("validation_loss", np.nan)) for e in history]
    if history and "dead" in history[-1]:
        late = history[-10:]
        record.dead = np.median([epoch["dead"] for epoch in late], axis=0).tolist()
        saturates = _saturating_layers(network, len(record.dead))
        flat = np.median([epoch["flat"] for epoch in late], axis=0)
        record.flat = np.where(saturates, flat, 0.0).tolist()
        gradients, weights = (
            np.array([epoch[name] for epoch in history])
            for name in ("gradient_norms", "weight_norms")
        )
        with np.errstate(all="ignore"):
            record.relative_gradients = np.median(gradients / weights, axis=0).tolist()
    return record


def _null_loss(network, y) -> float | None:
    """Return the loss of the constant prediction where it is simple: entropy, or 1/2 an output."""
    loss = getattr(network, "loss", None)
    if loss == "cross_entropy" and y.ndim == 1:
        share = np.unique(y, return_counts=True)[1] / len(y)
        return float(-(share * np.log(share)).sum())
    if loss == "squared_error" and getattr(network, "scale_target", False):
        return 0.5 * y.reshape(len(y), -1).shape[1]
    return None


def _rates(network, history) -> tuple[float | None, float | None]:
    """Return the rate of the first epoch, and the default of the optimiser."""
    from skdl.core.optimizers import Optimizer

    chosen = getattr(network, "optimizer", getattr(network, "solver", None))
    optimizer = Optimizer.registry.get(getattr(chosen, "name", chosen))
    usual = getattr(optimizer, "learning_rate", None)
    rate = history[0].get("learning_rate") if history else None
    if rate is None and usual is not None:
        rate = getattr(network, "learning_rate_init", None)
    return rate, usual


def _saturating_layers(network, n_layers: int) -> np.ndarray:
    """Say of each hidden layer whether its activation is flat far out on both sides."""
    from skdl.core.activations import Activation

    chosen = network.activation
    chosen = list(chosen) if isinstance(chosen, list | tuple) else [chosen] * n_layers
    far = np.array([-30.0, 30.0])

    def saturates(activation):
        if isinstance(activation, str):
            activation = Activation.registry[activation]()
        if not isinstance(activation, Activation):
            return False  # maxout: pieces, no curve
        slope = activation.derivative(far, activation.value(far))
        return bool(np.abs(slope).max() < 1e-3)

    return np.array([saturates(activation) for activation in chosen])
