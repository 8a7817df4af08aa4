"""A number as waves: known periods (an hour of the day), or random ones."""

from __future__ import annotations

import numpy as np

from skdl.core.component import Either, Interval, Nothing, check_parameter
from skdl.tables.column_encoder import ColumnEncoder

__all__ = ["PeriodicEncoder"]

Array = np.ndarray


class PeriodicEncoder(ColumnEncoder):
    r"""Encode a number by sines and cosines of several frequencies.

    .. math:: \phi(x) = (\sin 2\pi c_1 x, \cos 2\pi c_1 x, \ldots, \sin 2\pi c_K x, \cos 2\pi c_K x)

    With a ``period`` P the frequencies are :math:`c_k = k / P`, the first terms of a Fourier
    series: 23 o'clock is then next to 0 o'clock. Without one they are drawn from a normal
    distribution, :math:`c_k \sim N(0, (\text{scale} / s)^2)` with s the standard deviation of the
    column.

    Parameters
    ----------
    n_frequencies : int, default=4
        K; a column becomes 2 K columns.
    period : float or None, default=None
        What after which everything repeats, in the unit of x; None draws frequencies.
    scale : float, default=0.2
        Standard deviation of the frequencies that are drawn, in waves for each standard deviation
        of the column. Without effect where a ``period`` is given.
    random_state : int, RandomState or None, default=None
        Seed of the frequencies that are drawn.

    Attributes
    ----------
    frequencies_ : list of ndarray
        The frequencies of each column.
    n_features_in_ : int
        Columns seen by ``fit``.

    See Also
    --------
    PiecewiseLinearEncoder : Bins instead of waves.
    DateEncoder : The parts of a date.

    References
    ----------
    Gorishniy, Rubachev and Babenko (2022), "On Embeddings for Numerical Features in Tabular Deep
    Learning"; there the frequencies are learned from this start.

    Examples
    --------
    >>> import numpy as np
    >>> from skdl.tables import PeriodicEncoder
    >>> hours = np.array([[0.0], [6.0], [12.0], [24.0]])
    >>> PeriodicEncoder(1, period=24).fit_transform(hours).round(2) + 0.0
    array([[ 0.,  1.],
           [ 1.,  0.],
           [ 0., -1.],
           [ 0.,  1.]])
    """

    def __init__(
        self,
        n_frequencies: int = 4,
        *,
        period: float | None = None,
        scale: float = 0.2,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_frequencies = n_frequencies
        self.period = period
        self.scale = scale
        self.random_state = random_state

    @property
    def frequencies_(self) -> list[Array]:
        """The frequencies of each column."""
        if not hasattr(self, "_learned"):
            raise AttributeError(f"{type(self).__name__}: frequencies_ are there after fit")
        return self._learned

    def _check_parameters(self):
        positive = Interval(0, closed="neither")
        check_parameter(self, "n_frequencies", self.n_frequencies, Interval(1, integer=True))
        check_parameter(self, "period", self.period, Either(positive, Nothing()))
        check_parameter(self, "scale", self.scale, positive)

    def _learn(self, x, y, rng):
        if self.period is not None:
            return np.arange(1, self.n_frequencies + 1) / self.period
        spread = float(x.std()) or 1.0
        return rng.normal(scale=self.scale / spread, size=self.n_frequencies)

    def _encode(self, x, learned):
        angles = 2 * np.pi * x[:, None].astype(np.float64) * learned
        waves = np.stack([np.sin(angles), np.cos(angles)], axis=2)
        return waves.reshape(len(x), -1).astype(x.dtype, copy=False)

    def _names(self, name, learned):
        waves = range(1, len(learned) + 1)
        return [f"{name} {wave} {k}" for k in waves for wave in ("sin", "cos")]
