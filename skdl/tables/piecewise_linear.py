"""A number as the bins that it has passed, so that a network can bend where the data does."""

from __future__ import annotations

import numpy as np

from skdl.core.component import Interval, OneOf, check_parameter
from skdl.tables.column_encoder import ColumnEncoder

__all__ = ["PiecewiseLinearEncoder"]

Array = np.ndarray


class PiecewiseLinearEncoder(ColumnEncoder):
    r"""Encode a number by how far it has gone through each of several bins.

    With edges :math:`b_0 < b_1 < \ldots < b_T` of a column, a number x becomes T numbers,

    .. math:: \phi_t(x) = \frac{x - b_{t-1}}{b_t - b_{t-1}} \text{ clipped to } [0, 1],

    0 before the bin, 1 behind it, in between the part that is done. The first is not clipped at 0
    and the last not at 1, so that what lies outside of the training rows goes on. A weighted sum of
    them is a function of x with a kink at each edge: what a smooth network would need many units
    for (an hour of the day, a price that jumps) is now linear.

    Parameters
    ----------
    n_bins : int, default=16
        Largest number of bins of a column, T. A column with few different values gets fewer.
    bins : {'quantile', 'classifier', 'regressor'}, default='quantile'
        Where the edges are. 'quantile' puts as many rows into each bin. 'classifier' and
        'regressor' take the thresholds of a decision tree of that kind with ``n_bins`` leaves, so
        that the bins are narrow where y changes; they need y.

    Attributes
    ----------
    edges_ : list of ndarray
        The edges of each column, in increasing order.
    n_features_in_ : int
        Columns seen by ``fit``.

    See Also
    --------
    PeriodicEncoder : Waves instead of bins.
    skdl.tabular_pipeline : Uses it on the numbers of a table.

    References
    ----------
    Gorishniy, Rubachev and Babenko (2022), "On Embeddings for Numerical Features in Tabular Deep
    Learning".

    Examples
    --------
    >>> import numpy as np
    >>> from skdl.tables import PiecewiseLinearEncoder
    >>> x = np.array([[0.0], [1.0], [2.0], [10.0], [20.0]])
    >>> encoder = PiecewiseLinearEncoder(n_bins=2).fit(x)
    >>> encoder.edges_[0].tolist()
    [0.0, 2.0, 20.0]
    >>> encoder.transform([[1.0], [11.0], [38.0]])
    array([[0.5, 0. ],
           [1. , 0.5],
           [1. , 2. ]])

    Every piecewise linear function with kinks at the edges is a weighted sum; x itself is one:

    >>> widths = np.diff(encoder.edges_[0])
    >>> bool(np.allclose(encoder.transform(x) @ widths + encoder.edges_[0][0], x.ravel()))
    True
    """

    def __init__(self, n_bins: int = 16, *, bins: str = "quantile") -> None:
        self.n_bins = n_bins
        self.bins = bins

    @property
    def edges_(self) -> list[Array]:
        """The edges of each column, in increasing order."""
        if not hasattr(self, "_learned"):
            raise AttributeError(f"{type(self).__name__}: edges_ are there after fit")
        return self._learned

    def _check_parameters(self):
        check_parameter(self, "n_bins", self.n_bins, Interval(1, integer=True))
        check_parameter(self, "bins", self.bins, OneOf(("quantile", "classifier", "regressor")))

    def _needs_target(self):
        return self.bins != "quantile"

    def _learn(self, x, y, rng):
        lowest, highest = float(x.min()), float(x.max())
        if lowest == highest:
            return np.array([lowest, lowest + max(1.0, abs(lowest))])
        if y is None:
            edges = np.quantile(x.astype(np.float64), np.linspace(0, 1, self.n_bins + 1))
        else:
            edges = [lowest, *self._thresholds(x, y), highest]
        edges = np.unique(np.asarray(edges, np.float64))
        # Edges that agree to the last digits of x would make a bin that nothing lies in.
        apart = np.diff(edges, prepend=-np.inf) > np.finfo(x.dtype).eps * (highest - lowest)
        return edges[apart]

    def _thresholds(self, x: Array, y: Array) -> Array:
        """Return where a decision tree on one column splits it."""
        if self.n_bins == 1:
            return np.array([])
        from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

        kind = DecisionTreeClassifier if self.bins == "classifier" else DecisionTreeRegressor
        # A leaf of one row would be an edge at somebody's noise.
        fewest = max(1, len(x) // (16 * self.n_bins))
        tree = kind(max_leaf_nodes=self.n_bins, min_samples_leaf=fewest, random_state=0)
        tree = tree.fit(x[:, None], y).tree_
        return tree.threshold[tree.children_left != tree.children_right]

    def _encode(self, x, learned):
        left, right = learned[:-1], learned[1:]
        done = (x[:, None] - left) / (right - left)
        done[:, 1:] = np.maximum(done[:, 1:], 0)
        done[:, :-1] = np.minimum(done[:, :-1], 1)
        return done.astype(x.dtype, copy=False)

    def _names(self, name, learned):
        return [f"{name} bin {t}" for t in range(1, len(learned))]
