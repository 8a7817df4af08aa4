"""The learning-rate range test: the loss while the rate grows, and the rate it suggests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator

from skdl.plots import layout, style
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skdl.inspection.range_test import LearningRateTest

__all__ = ["LearningRateDisplay"]


class LearningRateDisplay:
    """Loss over a growing learning rate, smoothed, with what is read from it.

    Make it with :meth:`from_estimator` or :meth:`from_test`.

    Parameters
    ----------
    test : LearningRateTest
        What :func:`skdl.inspection.range_test.find_learning_rate` found.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    line_ : matplotlib line
        The smoothed loss.
    points_ : matplotlib line
        The losses of the mini-batches.
    marks_ : dict of str to matplotlib line
        Where the smoothed loss falls fastest and is lowest; the suggestion and the current rate.

    See Also
    --------
    skdl.inspection.find_learning_rate : Measures what is drawn.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> from skdl.plots import LearningRateDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), random_state=0)
    >>> display = LearningRateDisplay.from_estimator(mlp, X, y, random_state=0)
    >>> list(display.marks_)
    ['lowest', 'steepest', 'suggestion', 'current']
    """

    def __init__(self, *, test: LearningRateTest) -> None:
        self.test = test

    @classmethod
    def from_test(cls, test: LearningRateTest, *, ax: Axes | None = None) -> LearningRateDisplay:
        """Draw a range test.

        Parameters
        ----------
        test : LearningRateTest
            What to draw.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        return cls(test=test).plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs,
        y: Targets,
        *,
        ax: Axes | None = None,
        **settings: Any,
    ) -> LearningRateDisplay:
        """Run a range test and draw it.

        Parameters
        ----------
        estimator, X, y, **settings
            As for :func:`skdl.inspection.range_test.find_learning_rate`.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        from skdl.inspection.range_test import find_learning_rate

        return cls.from_test(find_learning_rate(estimator, X, y, **settings), ax=ax)

    def plot(self, ax: Axes | None = None) -> LearningRateDisplay:
        """Draw the losses, the smoothed loss and the readings.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        test = self.test
        with style.drawing():
            self.ax_ = ax = style.axes(ax)
            self.figure_ = ax.figure
            self.points_ = ax.plot(
                test.rates,
                test.losses,
                ls="none",
                marker=".",
                ms=4,
                color=style.INK,
                alpha=0.4,
                label="mini-batch",
            )[0]
            self.line_ = ax.plot(
                test.smoothed_rates, test.smoothed, color=style.TRAINING, label="smoothed"
            )[0]
            self._mark_readings()
            ax.set_xscale("log")
            # A mini-batch or two far above the curve may leave the picture, its explosion too.
            start, low = test.smoothed[0], test.smoothed.min()
            high = max(start, np.quantile(test.losses[test.rates <= test.lowest], 0.95))
            ax.set_ylim(low - 0.12 * (high - low), high + 0.35 * (high - low))
            ax.set_xlabel(f"{test.parameter} (log scale)")
            ax.set_ylabel("training loss")
            layout.fit(ax)
        return self

    def _mark_readings(self) -> None:
        """Mark the rates that are read off the curve."""
        ax, test = self.ax_, self.test
        self.marks_ = {}
        for name, rate, marker in (("lowest", test.lowest, "s"), ("steepest", test.steepest, "D")):
            height = test.smoothed[np.argmin(np.abs(test.smoothed_rates - rate))]
            self.marks_[name] = ax.plot(
                [rate],
                [height],
                ls="none",
                marker=marker,
                ms=8,
                mfc="none",
                mec=style.INK,
                mew=1.6,
                label=f"{name}: {rate:.2g}",
            )[0]
        self.marks_["suggestion"] = ax.axvline(
            test.suggestion,
            color=style.VALIDATION,
            lw=2.5,
            label=f"suggestion: {test.suggestion:.2g}",
        )
        self.marks_["current"] = ax.axvline(
            test.current,
            color=style.INK,
            lw=1.2,
            ls=(0, (1, 1.5)),
            marker="^",
            ms=8,
            markevery=[0],
            clip_on=False,
            label=f"now: {test.current:.2g}",
        )
