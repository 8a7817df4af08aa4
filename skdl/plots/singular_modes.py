"""How the singular values of the weights grow while a network learns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator

from skdl.core.component import Interval
from skdl.estimators.parameters.arguments import check_arguments
from skdl.plots import layout, style
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skdl.inspection.network import Snapshots

__all__ = ["SingularModesDisplay"]

RULES = {"n_modes": Interval(1, integer=True)}


class SingularModesDisplay:
    """Singular values of a layer's weights, or of the product of all, over the epochs.

    In a deep linear network the strongest mode of the data is learned first, then the next, each in
    a sudden rise (Saxe, McClelland and Ganguli, 2014, "Exact solutions to the nonlinear dynamics of
    learning in deep linear neural networks"). Make it with :meth:`from_estimator` or
    :meth:`from_snapshots`.

    Parameters
    ----------
    epochs : sequence of int
        The epochs.
    values : ndarray of shape (n_epochs, n_modes)
        The singular values, largest first.
    name : str, default="weights"
        Whose singular values they are.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib lines
        One for each mode, the strongest first.

    See Also
    --------
    skdl.inspection.Snapshots : Keeps what is drawn.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> from skdl.plots import SingularModesDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier(
    ...     (8,), activation="identity", max_iter=5, n_iter_no_change=None, random_state=0
    ... )
    >>> SingularModesDisplay.from_estimator(mlp, X, y).values.shape
    (5, 3)
    """

    def __init__(self, *, epochs: Sequence[int], values: np.ndarray, name: str = "weights") -> None:
        self.epochs = epochs
        self.values = values
        self.name = name

    @classmethod
    def from_snapshots(
        cls,
        snapshots: Snapshots,
        *,
        layer: int | None = None,
        n_modes: int = 8,
        ax: Axes | None = None,
    ) -> SingularModesDisplay:
        """Draw what the callback :class:`skdl.inspection.network.Snapshots` kept.

        Parameters
        ----------
        snapshots : Snapshots
            The record of a fit.
        layer : int, default=None
            The layer, counted from 0 below; None takes the product of the weights of all layers.
        n_modes : int, default=8
            How many modes, the strongest first.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        check_arguments(cls.__name__, RULES, n_modes=n_modes)
        values = snapshots.singular_values(layer)[:, :n_modes]
        name = "product of all weights" if layer is None else f"weights of layer {layer + 1}"
        return cls(epochs=list(snapshots.epochs), values=values, name=name).plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs,
        y: Targets,
        *,
        layer: int | None = None,
        n_modes: int = 8,
        ax: Axes | None = None,
    ) -> SingularModesDisplay:
        """Fit a clone, watch its weights, and draw their singular values.

        Parameters
        ----------
        estimator : estimator
            A network of skdl, or a pipeline that ends in one.
        X, y : array-like
            The training rows.
        layer, n_modes
            As for :meth:`from_snapshots`.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        from skdl.inspection.network import fit_watched

        _, snapshots = fit_watched(estimator, X, y)
        return cls.from_snapshots(snapshots, layer=layer, n_modes=n_modes, ax=ax)

    def plot(self, ax: Axes | None = None) -> SingularModesDisplay:
        """Draw one line for each mode.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        with style.drawing():
            self.ax_ = ax = style.axes(ax)
            self.figure_ = ax.figure
            n_modes = self.values.shape[1]
            self.lines_ = []
            for mode, heights in enumerate(self.values.T):
                look = style.nth_line(mode, n_modes)
                self.lines_ += ax.plot(self.epochs, heights, label=f"mode {mode + 1}", **look)
            ax.set_ylim(bottom=0)
            ax.set_xlabel("epoch")
            ax.set_ylabel(f"singular value,\n{self.name}")
            layout.fit(ax)
        return self
