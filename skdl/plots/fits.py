"""The fits of one model to many data sets, drawn over each other: bias and variance to be seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator

from skdl.decomposition.fits import Fits, fits_on_grid
from skdl.plots import layout, style
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FitsDisplay"]


class FitsDisplay:
    r"""The fits of one model to many data sets, their mean, and the truth where it is known.

    How far the mean lies from the truth is the bias, how far the fits spread around their mean the
    variance:

    .. math:: \bar f(x) = \frac1k \sum_{i=1}^{k} f_i(x), \qquad
        \text{bias}(x) = (\bar f(x) - f^*(x))^2, \qquad
        \text{variance}(x) = \frac1k \sum_{i=1}^{k} (f_i(x) - \bar f(x))^2

    In place of the mean, classes have the one that most fits say. With two inputs the boundaries
    between classes are drawn, one for each fit, or lines of equal values. Make it with
    :meth:`from_estimator`.

    Parameters
    ----------
    fits : Fits
        What the fits say on a grid, and the points of one data set.
    truth : ndarray of shape (n_points,), default=None
        What is true there.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib lines, or of contours
        One for each fit.
    mean_ : matplotlib line or contour
        Their mean; of classes, what most of them say.
    truth_ : matplotlib line or None
        The true function.
    points_ : matplotlib collection
        The points of one data set.

    See Also
    --------
    BiasVarianceDisplay : Bias and variance as numbers, over a parameter.
    skdl.decomposition.bias_variance_decomposition : The same at one value.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> from skdl.plots import FitsDisplay
    >>> def sampler(rng):
    ...     X = rng.uniform(0, 6, size=(40, 1))
    ...     return X, np.sin(X[:, 0]) + rng.normal(scale=0.2, size=40)
    >>> display = FitsDisplay.from_estimator(
    ...     DecisionTreeRegressor(), sampler=sampler, truth=lambda X: np.sin(X[:, 0]),
    ...     n_datasets=10, random_state=0,
    ... )
    >>> len(display.lines_)
    10
    """

    def __init__(self, *, fits: Fits, truth: np.ndarray | None = None) -> None:
        self.fits = fits
        self.truth = truth

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs | None = None,
        y: Targets | None = None,
        *,
        truth: Callable[[np.ndarray], Any] | None = None,
        ax: Axes | None = None,
        **settings: Any,
    ) -> FitsDisplay:
        """Fit many data sets and draw what came of them.

        Parameters
        ----------
        estimator : scikit-learn classifier, regressor or pipeline
            What is trained.
        X, y : array-like of shape (n_rows, 1 or 2) and (n_rows,), default=None
            The rows that data sets are drawn from; None with a `sampler` that makes its own.
        truth : callable, default=None
            The true function: inputs of shape (n, 1 or 2) to values, or classes.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        **settings
            How data sets are made: ``sampler``, ``n_datasets``, ``train_size``, ``n_jobs`` and
            ``random_state``, as for :func:`skdl.decomposition.bias_variance_decomposition`.
        """
        fits = fits_on_grid(estimator, X, y, **settings)
        return cls(fits=fits, truth=None if truth is None else np.asarray(truth(fits.grid))).plot(
            ax
        )

    def plot(self, ax: Axes | None = None) -> FitsDisplay:
        """Draw the fits.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        with style.drawing():
            self.ax_ = style.axes(ax)
            self.figure_ = self.ax_.figure
            self.truth_ = None
            if self.fits.grid.shape[1] == 1:
                self._draw_curves()
            else:
                self._draw_boundaries()
            layout.fit(self.ax_)
        return self

    def _numbers(self, y: Any) -> np.ndarray:
        """Return values as they are, and classes by their numbers."""
        classes = self.fits.classes
        return np.asarray(y) if classes is None else np.searchsorted(classes, y)

    @property
    def _main(self) -> str:
        """What stands for all fits, in the legend."""
        return "their mean" if self.fits.classes is None else "what most say"

    def _draw_curves(self) -> None:
        """Draw the fits over one input."""
        ax, fits, x = self.ax_, self.fits, self.fits.grid[:, 0]
        look = {"color": style.INK, "s": 12, "alpha": 0.5, "zorder": 1, "lw": 0}
        self.points_ = ax.scatter(fits.X[:, 0], self._numbers(fits.y), label="one data set", **look)
        thin = {"color": style.TRAINING, "lw": 0.8, "alpha": 0.45}
        self.lines_ = [ax.plot(x, fit, **thin)[0] for fit in fits.predictions]
        self.lines_[0].set_label(f"{len(fits.predictions)} fits")
        self.mean_ = ax.plot(x, fits.main, color=style.TRAINING, lw=3, label=self._main)[0]
        if self.truth is not None:
            look = {"color": style.VALIDATION, "ls": (0, (6, 2)), "lw": 2.4, "label": "the truth"}
            self.truth_ = ax.plot(x, self._numbers(self.truth), **look)[0]
        # The points, the truth and the median fit say what is to be seen: a wild fit, and the mean
        # that it takes along, may leave the view.
        shown = [self._numbers(fits.y), np.median(fits.predictions, axis=0)]
        if self.truth_ is not None:
            shown.append(self.truth_.get_ydata())
        low, high = min(map(np.min, shown)), max(map(np.max, shown))
        ax.set_ylim(low - 0.1 * (high - low), high + 0.1 * (high - low))
        ax.set_xlabel("input")
        if fits.classes is None:
            ax.set_ylabel("output")
        else:
            ax.set_yticks(range(len(fits.classes)), [str(label) for label in fits.classes])
            ax.set_ylabel("class")

    def _draw_boundaries(self) -> None:
        """Draw the boundaries between classes, or lines of equal values, over two inputs."""
        ax, fits = self.ax_, self.fits
        n = round(np.sqrt(len(fits.grid)))
        x, y = (fits.grid[:, j].reshape(n, n) for j in (0, 1))
        mean = fits.main.reshape(n, n)
        if fits.classes is None:
            levels = np.unique(np.linspace(*np.quantile(mean, (0.05, 0.95)), 5))
        else:
            levels = np.arange(len(fits.classes) - 1) + 0.5
        numbers = self._numbers(fits.y)
        colours = [
            style.nth_line(int(k), 2 if fits.classes is None else len(fits.classes))["color"]
            for k in (numbers if fits.classes is not None else np.zeros(len(numbers)))
        ]
        self.points_ = ax.scatter(*fits.X.T, c=colours, s=12, alpha=0.6, lw=0, label="one data set")
        thin = {"levels": levels, "colors": [style.TRAINING], "linewidths": 0.8, "alpha": 0.45}
        self.lines_ = [ax.contour(x, y, fit.reshape(n, n), **thin) for fit in fits.predictions]
        self.mean_ = ax.contour(x, y, mean, levels=levels, colors=[style.TRAINING], linewidths=3)
        ax.plot([], [], color=style.TRAINING, lw=0.8, label=f"{len(fits.predictions)} fits")
        ax.plot([], [], color=style.TRAINING, lw=3, label=self._main)
        if self.truth is not None:
            truth = self._numbers(self.truth).reshape(n, n)
            look = {"levels": levels, "colors": [style.VALIDATION], "linewidths": 2.4}
            self.truth_ = ax.contour(x, y, truth, linestyles="dashed", **look)
            ax.plot([], [], color=style.VALIDATION, ls=(0, (6, 2)), lw=2.4, label="the truth")
        ax.set_xlabel("first input")
        ax.set_ylabel("second input")
