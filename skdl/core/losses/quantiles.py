"""Several quantiles at once, which cannot cross."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from skdl.core.component import Interval, Rising
from skdl.core.losses.constants import weighted_quantile
from skdl.core.losses.regression import RegressorLoss

__all__ = ["Quantiles"]

Array = np.ndarray
SMALLEST = 1e-6  # the distance at which neighbouring quantiles start that are the same


def softplus(r: Array) -> Array:
    """Return ``log(1 + exp r)``."""
    return np.logaddexp(0, r)


def sigmoid(r: Array) -> Array:
    """Return its derivative, ``1 / (1 + exp(−r))``."""
    return np.exp(-np.logaddexp(0, -r))


class Quantiles(RegressorLoss, name="quantiles"):
    r"""The sum of the pinball losses of several levels, whose quantiles cannot cross.

    The network has a raw output for each level. The one of the level nearest to 0.5, the *middle*,
    is its quantile; each of the others is a distance from the next quantile towards the middle,
    made positive by :math:`\zeta(r) = \log(1 + e^r)`:

    .. math:: q_j = r_m + \sum_{m < i \le j} \zeta(r_i) \quad (j \ge m), \qquad
        q_j = r_m - \sum_{j \le i < m} \zeta(r_i) \quad (j < m)

    .. math:: \ell = \sum_j \max(\tau_j e_j, (\tau_j - 1) e_j), \qquad e_j = y - q_j

    ``predict`` returns the middle quantile, :meth:`skdl.MLPRegressor.predict_quantiles` all.

    Parameters
    ----------
    levels : sequence of float, default=(0.05, 0.5, 0.95)
        The levels τ, in (0, 1), in rising order.

    See Also
    --------
    Quantile : One level.
    skdl.MLPRegressor.predict_interval : Intervals of one width, with a coverage that is promised.

    References
    ----------
    Koenker and Bassett (1978), "Regression quantiles".
    Park, Maddix, Aubet, Kan, Gasthaus and Wang (2022), "Learning quantile functions without
    quantile crossing for distribution-free time series forecasting".

    Examples
    --------
    >>> loss = Quantiles(levels=(0.1, 0.5, 0.9))
    >>> raw = np.array([[3.0, 0.0, 0.0]])  # the middle, and two distances of log 2
    >>> loss.quantiles(raw).round(2).tolist()
    [[[2.31, 3.0, 3.69]]]
    >>> float(loss.value(np.array([[3.0]]), raw).round(4))
    0.1386
    """

    rules: ClassVar = {"levels": Rising(Interval(0, 1, closed="neither"))}

    def __init__(self, levels: Sequence[float] = (0.05, 0.5, 0.95)) -> None:
        self.levels = levels

    @property
    def outputs_per_target(self) -> int:
        """One for each level."""
        return len(self.levels)

    @property
    def middle(self) -> int:
        """The number of the level nearest to 0.5."""
        return int(np.argmin(np.abs(np.asarray(self.levels) - 0.5)))

    def _split(self, raw: Array) -> list[Array]:
        """Return the raw outputs in the order of the levels; the middle one comes first in raw."""
        first, *others = np.split(raw, len(self.levels), axis=-1)
        return [*others[: self.middle], first, *others[self.middle :]]

    def _join(self, parts: list[Array], out: Array | None = None) -> Array:
        """Put the parts, in the order of the levels, back into that of the raw outputs."""
        m = self.middle
        return np.concatenate([parts[m], *parts[:m], *parts[m + 1 :]], axis=-1, out=out)

    def quantiles(self, raw: Array) -> Array:
        """Return the quantiles, of shape (..., rows, outputs, levels)."""
        parts, m = self._split(raw), self.middle
        below = [-softplus(r) for r in parts[:m][::-1]]
        above = [softplus(r) for r in parts[m + 1 :]]
        downwards = np.cumsum([parts[m], *below], axis=0)[::-1]
        upwards = np.cumsum([parts[m], *above], axis=0)
        return np.moveaxis(np.concatenate([downwards, upwards[1:]]), 0, -1)

    def predict(self, raw: Array) -> Array:
        """Return the middle quantile."""
        return self._split(raw)[self.middle]

    def _errors(self, y: Array, raw: Array) -> tuple[Array, Array]:
        """Return ``y − q`` and the levels, in the type of raw."""
        return y[..., None] - self.quantiles(raw), np.asarray(self.levels, raw.dtype)

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return ``Σ max(τ e, (τ − 1) e)``."""
        e, tau = self._errors(y, raw)
        return np.maximum(tau * e, (tau - 1) * e).sum(axis=-1).sum(axis=-1, keepdims=True)

    def _beyond(self, y: Array, raw: Array) -> list[Array]:
        """Return, for each level, ``Σ ∂ℓ/∂q`` over the quantiles that its raw output moves up.

        The middle moves all; a distance those beyond it, and below the middle it moves them down.
        """
        e, tau = self._errors(y, raw)
        slopes = np.moveaxis((e < 0) - np.where(e == 0, 0, tau).astype(raw.dtype), -1, 0)
        m = self.middle
        below = -np.cumsum(slopes[:m], axis=0)
        above = np.cumsum(slopes[m + 1 :][::-1], axis=0)[::-1]
        return [*below, slopes.sum(axis=0), *above]

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return ``σ(r)`` times the slopes of all quantiles beyond; of the middle, their sum."""
        parts, beyond = self._split(raw), self._beyond(y, raw)
        slopes = [b if j == self.middle else b * sigmoid(parts[j]) for j, b in enumerate(beyond)]
        return self._join(slopes, out)

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return ``σ'(r) v`` times these slopes; of the middle, 0."""
        parts, beyond, v_parts = self._split(raw), self._beyond(y, raw), self._split(v)
        bends = [sigmoid(r) * sigmoid(-r) for r in parts]
        bends[self.middle] = np.zeros_like(parts[self.middle])
        return self._join([b * s * u for b, s, u in zip(bends, beyond, v_parts, strict=True)])

    def pieces(self, y: Array, raw: Array) -> Array:
        """Tell on which side of the target each quantile lies."""
        e, _ = self._errors(y, raw)
        return (e < 0).reshape(*e.shape[:-2], -1)

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the middle quantile, and the raw outputs of the distances of the others."""
        values = [weighted_quantile(y, level, weight) for level in self.levels]
        gaps = np.maximum(np.diff(values, axis=0), SMALLEST)
        raw = list(gaps + np.log(-np.expm1(-gaps)))  # the inverse of softplus
        raw.insert(self.middle, values[self.middle])
        return self._join(raw)
