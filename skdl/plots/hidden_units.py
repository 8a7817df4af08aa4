"""What the units of the first layer look for: their weights as images or as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, clone

from skdl.core.component import Interval
from skdl.estimators.parameters.arguments import check_arguments
from skdl.plots import layout, style
from skdl.tools.checks import listed, refuse
from skdl.tools.inside import fitted_network
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["HiddenUnitsDisplay"]

RULES = {"n_units": Interval(1, integer=True)}


class HiddenUnitsDisplay:
    """The incoming weights of hidden units, as grey images (white positive) or as bars.

    Make it with :meth:`from_estimator`.

    Parameters
    ----------
    weights : ndarray of shape (n_features, n_units)
        The weights of the first layer.
    units : array-like of int
        The units to show, in this order.
    image_shape : tuple of int, default=None
        Height and width of an image whose pixels are the features; None draws bars.
    feature_names : sequence of str, default=None
        What the bars are called; their numbers by default.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The whole place.
    axes_ : ndarray of matplotlib Axes
        The panels, one for each unit.
    figure_ : matplotlib Figure
    artists_ : list of matplotlib images or lists of bars
        What is drawn in each panel.

    See Also
    --------
    WeightsDisplay : How the weights of all layers are distributed.
    RepresentationDisplay : What a layer makes of the rows.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdl import MLPClassifier
    >>> from skdl.plots import HiddenUnitsDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> mlp = MLPClassifier((20,), max_iter=2, n_iter_no_change=None, random_state=0)
    >>> display = HiddenUnitsDisplay.from_estimator(mlp, X, y, image_shape=(8, 8), n_units=10)
    >>> len(display.artists_)
    10
    """

    def __init__(
        self,
        *,
        weights: np.ndarray,
        units: ArrayLike,
        image_shape: tuple[int, ...] | None = None,
        feature_names: Sequence[str] | None = None,
    ) -> None:
        self.weights = weights
        self.units = units
        self.image_shape = image_shape
        self.feature_names = feature_names

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs | None = None,
        y: Targets | None = None,
        *,
        image_shape: tuple[int, ...] | None = None,
        n_units: int = 16,
        feature_names: Sequence[str] | None = None,
        ax: Axes | None = None,
    ) -> HiddenUnitsDisplay:
        """Draw the units that matter most to the layer above.

        Parameters
        ----------
        estimator : estimator
            A network of skdl or of scikit-learn, or a pipeline or search around one; fitted, unless
            X and y are given.
        X, y : array-like, default=None
            With them a clone is fitted first.
        image_shape : tuple of int, default=None
            Height and width of an image whose pixels are the features; None draws bars.
        n_units : int, default=16
            How many units: those with the largest product of the norms of their incoming and their
            outgoing weights.
        feature_names : sequence of str, default=None
            What the bars are called; by default what the network was told, or numbers.
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.
        """
        if X is not None:
            estimator = clone(estimator).fit(X, y)
        model = fitted_network(estimator)[0]
        if len(getattr(model, "coefs_", ())) < 2:
            raise TypeError(
                f"{cls.__name__}: estimator must be a fitted network with a hidden layer; got "
                f"{model!r}"
            )
        first, second = (np.asarray(W) for W in model.coefs_[:2])
        check_arguments(cls.__name__, RULES, n_units=n_units)
        owner, n = cls.__name__, len(first)
        if image_shape is not None:
            layout.check_image_shape(owner, image_shape, n)
        if feature_names is not None:
            allowed = f"a sequence of {n} names"
            if len(listed(owner, "feature_names", feature_names, allowed)) != n:
                refuse(owner, "feature_names", allowed, feature_names)
        with np.errstate(over="ignore"):  # of huge weights, infinite is the largest
            incoming = np.linalg.norm(first, axis=0)
            # Of maxout, each piece counts with the weights of its unit.
            outgoing = np.repeat(np.linalg.norm(second, axis=1), len(incoming) // len(second))
            units = np.argsort(-incoming * outgoing, kind="stable")[:n_units]
        if feature_names is None:
            feature_names = getattr(model, "feature_names_in_", None)
        return cls(
            weights=first, units=units, image_shape=image_shape, feature_names=feature_names
        ).plot(ax)

    def plot(self, ax: Axes | None = None) -> HiddenUnitsDisplay:
        """Draw one small panel for each unit.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.
        """
        shown = self.weights[:, self.units]
        reach = np.abs(shown).max() or 1.0
        n = len(self.units)
        with style.drawing():
            width, height = (4.9, 4.4) if ax is None else layout.inches_of(ax)
            columns = int(np.clip(round(np.sqrt(n * width / height)), 1, n))
            self.ax_, grid = layout.panels(
                ax, -(-n // columns), columns, (width, height), sharex=True, sharey=True
            )
            self.figure_ = self.ax_.figure
            for empty in grid.flat[n:]:
                empty.set_axis_off()
            self.axes_ = grid.ravel()[:n]
            draw = self._bars if self.image_shape is None else self._image
            self.artists_ = []
            for unit, panel, w in zip(self.units, self.axes_, shown.T, strict=True):
                self.artists_.append(draw(panel, w, reach))
                name = f"{unit}" if self.artists_[1:] else f"unit {unit}"
                panel.set_title(name, size=8, weight="normal", pad=2, loc="center")
            if self.image_shape is None:
                self._label_bars(grid, columns)
            else:
                bar = self.figure_.colorbar(
                    self.artists_[0], ax=list(grid.flat), shrink=0.8, pad=0.02, label="weight"
                )
                bar.outline.set_visible(False)
        return self

    def _image(self, ax, w, reach):
        """Draw the weights of a unit as an image."""
        ax.set_xticks([])
        ax.set_yticks([])
        ax.spines[:].set_visible(False)
        return ax.imshow(w.reshape(self.image_shape), cmap="gray", vmin=-reach, vmax=reach)

    def _bars(self, ax, w, reach):
        """Draw the weights of a unit as bars."""
        ax.axhline(0, color=style.INK, lw=0.6)
        ax.set_ylim(-1.05 * reach, 1.05 * reach)
        ax.tick_params(labelsize=8)
        colours = [style.TRAINING if weight >= 0 else style.VALIDATION for weight in w]
        return ax.bar(range(len(w)), w, color=colours)

    def _label_bars(self, grid, columns) -> None:
        """Name the features below the lowest panels, where there are few; the axes once each."""
        names = self.feature_names
        few = len(self.weights) <= 12
        for panel in grid[-1]:
            if few and names is not None:
                short = [f"{name:.17s}…" if len(str(name)) > 18 else str(name) for name in names]
                panel.set_xticks(range(len(names)), short, rotation=90)
            elif few:
                panel.set_xticks(range(len(self.weights)))
        if not (few and names is not None):
            grid[-1, columns // 2].set_xlabel("feature")
        grid[len(grid) // 2, 0].set_ylabel("weight")
