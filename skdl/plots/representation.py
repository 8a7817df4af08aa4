"""Which rows look alike to a hidden layer: the representational similarity matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator, is_classifier

from skdl.core.component import Interval
from skdl.estimators.parameters.arguments import check_arguments
from skdl.plots import layout, style
from skdl.tools.checks import refuse
from skdl.tools.given import as_column, kind_of_target, plain_target
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["RepresentationDisplay"]

RULES = {"layer": Interval(integer=True), "max_rows": Interval(1, integer=True)}


class RepresentationDisplay:
    """Correlation of the activations of a hidden layer between all pairs of rows.

    Rows are sorted by class, so a layer that tells classes apart shows light blocks along the
    diagonal (Kriegeskorte, Mur and Bandettini, 2008, "Representational similarity analysis").
    Make it with :meth:`from_estimator`.

    Parameters
    ----------
    similarity : ndarray of shape (n_rows, n_rows)
        Correlations, of sorted rows.
    y : array-like of shape (n_rows,), default=None
        The target of each row, sorted.
    by_class : bool, default=True
        Whether y holds classes; then their borders are drawn.
    layer_name : str, default="hidden layer"
        What the title says.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    image_ : matplotlib image

    See Also
    --------
    skdl.inspection.hidden_activations : What the units put out.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> from skdl.plots import RepresentationDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), max_iter=20, n_iter_no_change=None, random_state=0).fit(X, y)
    >>> display = RepresentationDisplay.from_estimator(mlp, X, y)
    >>> display.similarity.shape
    (150, 150)
    """

    def __init__(
        self,
        *,
        similarity: np.ndarray,
        y: Targets | None = None,
        by_class: bool = True,
        layer_name: str = "hidden layer",
    ) -> None:
        self.similarity = similarity
        self.y = y
        self.by_class = by_class
        self.layer_name = layer_name

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs,
        y: Targets | None = None,
        *,
        layer: int = -1,
        max_rows: int = 400,
        ax: Axes | None = None,
    ) -> RepresentationDisplay:
        """Draw how a fitted network represents rows.

        Parameters
        ----------
        estimator : estimator
            A fitted network of skdl or of scikit-learn, or a pipeline or search around one.
        X : array-like of shape (n_rows, n_features)
            The rows.
        y : array-like of shape (n_rows,), default=None
            Classes or numbers to sort the rows by.
        layer : int, default=-1
            The hidden layer, counted from 0 below; -1 is the last.
        max_rows : int, default=400
            Of more rows, so many are shown, evenly spaced in their order.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        from skdl.inspection.network import hidden_activations, similarity

        check_arguments(cls.__name__, RULES, layer=layer, max_rows=max_rows)
        activations = hidden_activations(estimator, X)
        if not -len(activations) <= layer < len(activations):
            raise ValueError(
                f"{cls.__name__}: layer must be one of {len(activations)} hidden layers, from "
                f"{-len(activations)} to {len(activations) - 1}; got {layer!r}"
            )
        a = activations[layer]
        if y is not None:
            owner = cls.__name__
            y = as_column(owner, plain_target(owner, y, numeric=False), warns=False)
            if y.shape != (len(a),):
                refuse(owner, "y", f"of shape ({len(a)},), as there are rows", y.shape)
            kind_of_target(owner, y)
        order = np.arange(len(a)) if y is None else np.argsort(y, kind="stable")
        order = order[np.linspace(0, len(order) - 1, min(len(order), max_rows)).round().astype(int)]
        return cls(
            similarity=similarity(a[order]),
            y=None if y is None else y[order],
            by_class=is_classifier(estimator),
            layer_name=f"hidden layer {layer % len(activations) + 1} of {len(activations)}",
        ).plot(ax)

    def plot(self, ax: Axes | None = None) -> RepresentationDisplay:
        """Draw the matrix.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        with style.drawing():
            self.ax_ = ax = style.axes(ax, figsize=(4.7, 3.9))
            self.figure_ = ax.figure
            self.image_ = ax.imshow(
                self.similarity,
                cmap="cividis",
                vmin=np.nanmin(self.similarity, initial=0),
                vmax=1,
                interpolation="nearest",
            )
            bar = self.figure_.colorbar(self.image_, ax=ax, pad=0.02, label="correlation")
            bar.outline.set_visible(False)
            ax.spines[:].set_visible(False)
            ax.set_title(self.layer_name)
            self._label_rows()
        return self

    def _label_rows(self) -> None:
        """Name the classes at their blocks, and draw the borders; or say what sorts the rows."""
        ax = self.ax_
        if self.y is None or not self.by_class:
            ax.set_xlabel("row" if self.y is None else "row, by rising y")
            ax.set_ylabel(ax.get_xlabel())
            return
        classes, first, count = np.unique(self.y, return_index=True, return_counts=True)
        for border in first[1:] - 0.5:
            ax.axhline(border, color="white", lw=0.8)
            ax.axvline(border, color="white", lw=0.8)
        names = [str(name) for name in classes]
        ax.set_yticks(first + count / 2 - 0.5, names)
        ax.set_ylabel("class of the row")
        ax.set_xlabel("class of the other row")
        ax.tick_params(length=0)
        layout.write_ticks(ax, first + count / 2 - 0.5, names)
