r"""Temperature scaling: one number that makes probabilities mean what they say.

A network that has seen its rows many times is too sure of itself, and an average of several may be
too unsure. Dividing the raw outputs by a temperature T changes how sure it is, and never which
class it predicts:

.. math:: p(x) = \mathrm{softmax}(r(x) / T), \qquad
    T = \arg\min_T \frac1n \sum_i -\log p_{y_i}(x_i)

over rows that it has not learned from. In 1/T this is a convex problem with one unknown.

Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks".
"""

from __future__ import annotations

import numpy as np

from skdl.core.losses import ClassifierLoss

__all__ = ["temperature"]

Array = np.ndarray
WIDEST = np.log(20.0)  # of log T, on both sides: beyond it rows are too few to tell


def temperature(y: Array, raw: Array, weight: Array | None, link: str) -> float:
    """Return the temperature with the least log loss.

    Parameters
    ----------
    y : ndarray of shape (n, outputs)
        Targets, 0 or 1.
    raw : ndarray of shape (n, outputs)
        Raw outputs for rows that were not learned from.
    weight : ndarray of shape (n, 1) or None
        Weights of the rows, of mean 1.
    link : {"softmax", "sigmoid"}
        What makes probabilities of raw outputs.

    Returns
    -------
    T : float
        Between 1/20 and 20; 1 if the raw outputs are not finite.

    Examples
    --------
    Four of five are right at odds of e⁴, which says 98 %; the temperature makes 80 % of it:

    >>> y = np.array([[1.0], [1.0], [1.0], [1.0], [0.0]])
    >>> T = temperature(y, np.full((5, 1), 4.0), None, "sigmoid")
    >>> round(float(1 / (1 + np.exp(-4.0 / T))), 3)
    0.8
    """
    from scipy.optimize import minimize_scalar

    y, raw = y.astype(np.float64), raw.astype(np.float64)
    if not np.isfinite(raw).all():
        return 1.0
    loss = ClassifierLoss.registry["cross_entropy"]().with_link(link)

    def log_loss(log_t: float) -> float:
        return float(loss.value(y, raw / np.exp(log_t), weight))

    found = minimize_scalar(log_loss, bounds=(-WIDEST, WIDEST), method="bounded")
    return float(np.exp(found.x))
