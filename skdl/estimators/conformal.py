r"""Intervals from what a network got wrong on rows that it had not learned from.

Let :math:`r_{(1)} \le r_{(2)} \le \cdots \le r_{(n)}` be the sizes of n such residuals. A new
row's is as likely to fall into any of the n + 1 gaps between them as into any other, if rows are
exchangeable, whatever their distribution and whatever the network. So

.. math:: \hat y(x) \pm r_{(k)}, \qquad k = \lceil (n + 1)\,c \rceil

holds the target of a new row with a probability of c or more.
"""

from __future__ import annotations

import math

import numpy as np

from skdl.core.component import Interval, check_parameter

__all__ = ["half_width"]

Array = np.ndarray


def half_width(residuals: Array, coverage: float, owner: str) -> Array:
    """Return how far an interval reaches to either side of a prediction.

    Parameters
    ----------
    residuals : ndarray of shape (n,) or (n, outputs)
        Of rows that were not learned from.
    coverage : float in (0, 1)
        The probability that an interval holds the target.
    owner : str
        Who asks, for the message.

    Returns
    -------
    half : ndarray of shape () or (outputs,)

    Raises
    ------
    ValueError
        If ``coverage`` is out of its range, or n residuals are too few for it.

    References
    ----------
    Papadopoulos, Proedrou, Vovk and Gammerman (2002), "Inductive confidence machines for
    regression"; Barber, Candès, Ramdas and Tibshirani (2021), "Predictive inference with the
    jackknife+".

    Examples
    --------
    >>> float(half_width(np.array([1.0, -3.0, 2.0, -4.0]), 0.6, "predict_interval"))
    3.0
    """
    n = len(residuals)
    check_parameter(owner, "coverage", coverage, Interval(0, 1, closed="neither"))
    k = math.ceil((n + 1) * coverage * (1 - 1e-12))  # 0.6 of 5 is 3, also where it rounds up
    if k > n:
        raise ValueError(
            f"{owner}: coverage must be at most {n / (n + 1):.3g}, which {n} rows out of fold can "
            f"tell; got {coverage!r}"
        )
    return np.sort(np.abs(residuals), axis=0)[k - 1]
