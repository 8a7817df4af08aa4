"""Numbers in units of their middle half, with outliers brought near."""

from __future__ import annotations

import numpy as np

from skdl.core.component import Interval, check_parameter
from skdl.tables.column_encoder import ColumnEncoder

__all__ = ["SmoothClipScaler"]

Array = np.ndarray


class SmoothClipScaler(ColumnEncoder):
    r"""Scale by median and quartiles, then pull outliers in smoothly.

    .. math::

        z = \frac{x - \text{median}}{q_{3/4} - q_{1/4}}, \qquad
        f(z) = \frac{z}{\sqrt{1 + (z/c)^2}}

    Near the median f(z) is z; however large z is, f(z) stays between −c and c, and its order is
    kept. A single absurd number can so neither squeeze the others together, as it does under
    :class:`sklearn.preprocessing.StandardScaler`, nor saturate a unit.

    Where the quartiles are equal, half the range stands in for their distance.

    Parameters
    ----------
    bound : float, default=3.0
        c.

    Attributes
    ----------
    center_, scale_ : ndarray of shape (columns,)
        Median and distance of the quartiles of each column.
    n_features_in_ : int
        Columns seen by ``fit``.

    See Also
    --------
    sklearn.preprocessing.RobustScaler : The same without the bound.
    PiecewiseLinearEncoder : Bins, for columns that are not smooth.

    References
    ----------
    Holzmüller, Grinsztajn and Steinwart (2024), "Better by Default: Strong Pre-Tuned MLPs and
    Boosted Trees on Tabular Data".

    Examples
    --------
    >>> import numpy as np
    >>> from skdl.tables import SmoothClipScaler
    >>> x = np.array([[0.0], [1.0], [2.0], [3.0], [1e6]])
    >>> SmoothClipScaler().fit_transform(x).ravel().round(2).tolist()
    [-0.95, -0.49, 0.0, 0.49, 3.0]
    """

    def __init__(self, bound: float = 3.0) -> None:
        self.bound = bound

    @property
    def center_(self) -> Array:
        """The median of each column."""
        return self._column_of(0)

    @property
    def scale_(self) -> Array:
        """The distance of the quartiles of each column."""
        return self._column_of(1)

    def _column_of(self, place: int) -> Array:
        if not hasattr(self, "_learned"):
            raise AttributeError(f"{type(self).__name__}: center_ and scale_ are there after fit")
        return np.array([learned[place] for learned in self._learned])

    def _check_parameters(self):
        check_parameter(self, "bound", self.bound, Interval(0, closed="neither"))

    def _learn(self, x, y, rng):
        low, median, high = np.quantile(x.astype(np.float64), [0.25, 0.5, 0.75])
        scale = high - low or (float(x.max()) - float(x.min())) / 2 or 1.0
        return float(median), float(scale)

    def _encode(self, x, learned):
        median, scale = learned
        # Clipped where the square of z would not be a number; what comes out is at the bound long
        # before.
        z = np.clip((x[:, None] - median) / scale, -1e150, 1e150)
        return (z / np.hypot(1, z / self.bound)).astype(x.dtype, copy=False)

    def _names(self, name, learned):
        return [name]
