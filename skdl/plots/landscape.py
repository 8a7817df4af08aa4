"""The loss landscape around a fitted network, and the optimiser's path in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator

from skdl.core.component import Boolean
from skdl.estimators.parameters.arguments import check_arguments
from skdl.plots import layout, style
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skdl.inspection.landscape import LossLandscape

__all__ = ["LossLandscapeDisplay"]


class LossLandscapeDisplay:
    """Contours of the training loss on a plane through the parameters; dark is low.

    Make it with :meth:`from_estimator` or :meth:`from_landscape`.

    Parameters
    ----------
    landscape : LossLandscape
        What :func:`skdl.inspection.landscape.loss_landscape` measured.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    contours_ : matplotlib contour set
        The filled contours.
    path_ : matplotlib line or None
        The optimiser's path.
    end_ : matplotlib line
        The mark where the fit ended.

    See Also
    --------
    skdl.inspection.loss_landscape : Measures what is drawn.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> from skdl.plots import LossLandscapeDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), max_iter=20, n_iter_no_change=None, random_state=0)
    >>> display = LossLandscapeDisplay.from_estimator(mlp, X, y, resolution=7)
    >>> len(display.path_.get_xdata())
    20
    """

    def __init__(self, *, landscape: LossLandscape) -> None:
        self.landscape = landscape

    @classmethod
    def from_landscape(
        cls, landscape: LossLandscape, *, ax: Axes | None = None
    ) -> LossLandscapeDisplay:
        """Draw what was measured.

        Parameters
        ----------
        landscape : LossLandscape
            What to draw.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        return cls(landscape=landscape).plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs,
        y: Targets,
        *,
        path: bool = True,
        ax: Axes | None = None,
        **settings: Any,
    ) -> LossLandscapeDisplay:
        """Measure the landscape around a network and draw it.

        Parameters
        ----------
        estimator : estimator
            A network of skdl, or a pipeline that ends in one.
        X, y : array-like
            The training rows.
        path : bool, default=True
            Whether to fit a clone of the network, watch it, and show the plane of its path. If not,
            the network must be fitted, and the plane is a random one, filter-normalised.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        **settings
            As for :func:`skdl.inspection.landscape.loss_landscape`.
        """
        from skdl.inspection.landscape import loss_landscape
        from skdl.inspection.network import fit_watched

        check_arguments(cls.__name__, {"path": Boolean()}, path=path)
        snapshots = None
        if path:
            estimator, snapshots = fit_watched(estimator, X, y)
        return cls.from_landscape(
            loss_landscape(estimator, X, y, snapshots=snapshots, **settings), ax=ax
        )

    def plot(self, ax: Axes | None = None) -> LossLandscapeDisplay:
        """Draw the contours, and the path if there is one.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        found = self.landscape
        with style.drawing():
            self.ax_ = ax = style.axes(ax, figsize=(5.2, 3.9))
            self.figure_ = ax.figure
            self._draw_contours()
            self.path_ = None
            if found.path is not None:
                self.path_ = ax.plot(
                    *found.path.T,
                    color="white",
                    lw=1.4,
                    marker=".",
                    ms=5,
                    mfc="white",
                    mec=style.INK,
                    mew=0.6,
                    label="an epoch",
                )[0]
                ax.plot(
                    *found.path[0],
                    marker="o",
                    ms=9,
                    mfc="white",
                    mec=style.INK,
                    ls="none",
                    label=f"epoch {found.epochs[0]}",
                )
            self.end_ = ax.plot(
                0,
                0,
                marker="*",
                ms=15,
                mfc=style.VALIDATION,
                mec=style.INK,
                ls="none",
                label="end of the fit",
            )[0]
            self._name_axes()
            layout.fit(ax)
        return self

    def _draw_contours(self) -> None:
        """Fill between levels, evenly spaced: in the logarithm if the loss spans a lot."""
        from matplotlib.colors import BoundaryNorm

        ax, found = self.ax_, self.landscape
        finite = np.isfinite(found.loss)
        if not finite.any():
            raise ValueError(
                "LossLandscapeDisplay: landscape must hold a finite loss; got none: bring the "
                "inputs, the targets or the weights to a moderate size"
            )
        loss = np.where(finite, found.loss, found.loss[finite].max())
        low, high = loss.min(), loss.max()
        if low > 0 and high > 8 * low:
            levels = np.geomspace(low, high, 13)
        else:
            levels = np.linspace(low, max(high, low + 1e-12), 13)
        norm = BoundaryNorm(levels, 256)  # colours count levels, so that each step is seen
        self.contours_ = ax.contourf(
            found.alpha, found.beta, loss, levels, cmap="cividis", norm=norm, extend="neither"
        )
        ax.contour(found.alpha, found.beta, loss, levels, colors=style.INK, linewidths=0.4)
        bar = self.figure_.colorbar(self.contours_, ax=ax, ticks=levels[::3], pad=0.02)
        bar.ax.yaxis.set_major_formatter("{x:.3g}")
        bar.ax.minorticks_off()
        bar.set_label("training loss")
        bar.outline.set_visible(False)

    def _name_axes(self) -> None:
        """Say what the axes count."""
        ax, found = self.ax_, self.landscape
        if found.explained is None:
            ax.set_xlabel("direction 1 (random, in filter norms)")
            ax.set_ylabel("direction 2")
        else:
            first, second = found.explained
            ax.set_xlabel(f"direction 1 ({100 * first:.0f} % of the path)")
            ax.set_ylabel(f"direction 2 ({100 * second:.0f} %)")
