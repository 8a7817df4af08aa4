"""How the weights of each layer are distributed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator, clone

from skdl.core.component import Interval
from skdl.estimators.parameters.arguments import check_arguments
from skdl.plots import layout, style
from skdl.tools.inside import fitted_network
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["WeightsDisplay"]

RULES = {"bins": Interval(1, integer=True)}


class WeightsDisplay:
    """A histogram of the weights for each layer, from below, on a common axis.

    Make it with :meth:`from_estimator`.

    Parameters
    ----------
    coefs : list of ndarray of shape (n_inputs, n_units)
        The weights of each layer.
    bins : int, default=60
        Bins of each histogram.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The whole place.
    axes_ : list of matplotlib Axes
        The panels, from the lowest layer.
    figure_ : matplotlib Figure
    counts_ : list of ndarray of shape (bins,)
        The heights of the histograms.

    See Also
    --------
    HiddenUnitsDisplay : What single units look at.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> from skdl.plots import WeightsDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), max_iter=5, n_iter_no_change=None, random_state=0)
    >>> display = WeightsDisplay.from_estimator(mlp, X, y)
    >>> [int(counts.sum()) for counts in display.counts_]
    [32, 24]
    """

    def __init__(self, *, coefs: list[np.ndarray], bins: int = 60) -> None:
        self.coefs = coefs
        self.bins = bins

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs | None = None,
        y: Targets | None = None,
        *,
        bins: int = 60,
        ax: Axes | None = None,
    ) -> WeightsDisplay:
        """Draw the weights of a network.

        Parameters
        ----------
        estimator : estimator
            A network of skdl or of scikit-learn, or a pipeline or search around one; fitted, unless
            X and y are given.
        X, y : array-like, default=None
            With them a clone is fitted first.
        bins : int, default=60
            Bins of each histogram.
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.
        """
        check_arguments(cls.__name__, RULES, bins=bins)
        if X is not None:
            estimator = clone(estimator).fit(X, y)
        model = fitted_network(estimator)[0]
        if not hasattr(model, "coefs_"):
            raise TypeError(f"{cls.__name__}: estimator must be a fitted network; got {model!r}")
        return cls(coefs=[np.asarray(W) for W in model.coefs_], bins=bins).plot(ax)

    def plot(self, ax: Axes | None = None) -> WeightsDisplay:
        """Draw one panel for each layer.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.
        """
        reach = max(np.abs(W).max() for W in self.coefs)
        with style.drawing():
            rows = len(self.coefs)
            self.ax_, grid = layout.panels(
                ax, rows, 1, figsize=(4.9, 0.9 + 1.25 * rows), sharex=True
            )
            self.figure_ = self.ax_.figure
            self.axes_ = list(grid[:, 0])
            self.counts_: list[np.ndarray] = []
            for number, (panel, W) in enumerate(zip(self.axes_, self.coefs, strict=True), start=1):
                name = "output" if number == rows else f"layer {number}"
                counts = panel.hist(
                    W.ravel(), self.bins, range=(-reach, reach), color=style.TRAINING
                )[0]
                self.counts_.append(counts)
                self._describe(panel, name, W)
            self.axes_[-1].set_xlabel("weight")
            self.axes_[rows // 2].set_ylabel("weights per bin")
        return self

    def _describe(self, ax, name, W) -> None:
        """Write the name, the shape, the spread and the share of zeros into a panel."""
        ax.axvline(0, color=style.INK, lw=0.8, ls=(0, (4, 3)))
        zeros = np.mean(W == 0)
        with np.errstate(over="ignore"):  # of huge weights it is infinite
            said = [f"std {W.std():.3g}"] + ([f"{100 * zeros:.0f} % are 0"] if zeros else [])
        for place, align, text in (
            (0.01, "left", f"{name}\n{W.shape[0]} × {W.shape[1]}"),
            (0.99, "right", "\n".join(said)),
        ):
            ax.text(place, 0.97, text, transform=ax.transAxes, ha=align, va="top", size=9)
        ax.set_ylim(0, 1.15 * max(ax.get_ylim()[1], 1))
