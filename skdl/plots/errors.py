"""The mistakes that are surest: as images, or by what is unusual about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator

from skdl.core.component import Interval
from skdl.estimators.parameters.arguments import check_arguments
from skdl.plots import layout, style
from skdl.tools.checks import refuse
from skdl.tools.rows import rows_of
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from skdl.diagnosis.result import Diagnosis

__all__ = ["ErrorsDisplay"]

RULES = {"most": Interval(1, integer=True)}


class ErrorsDisplay:
    """The rows that a model gets wrong, each with what it is and what was said of it.

    A row is drawn as an image, or as bars: how far each of its values lies from the mean of the
    column, in standard deviations. Each was predicted by a fit that had not seen it. Look at a
    hundred, and count what they have in common. Make it with :meth:`from_diagnosis`.

    Parameters
    ----------
    errors : DataFrame
        What :meth:`skdl.diagnosis.Diagnosis.errors` returned, as many rows as are to be drawn.
    values : ndarray of shape (n_errors, n_features)
        Pixels, or standardised values.
    image_shape : tuple of int, default=None
        Height and width of the image that a row is, and perhaps its colours; None for bars.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The place that was divided.
    axes_ : ndarray of matplotlib Axes
        One for each row.
    figure_ : matplotlib Figure

    See Also
    --------
    PredictionsDisplay : Which class is taken for which.
    skdl.diagnosis.Diagnosis.errors : The same as a table, with rows that are alike.

    References
    ----------
    Ng (2018), *Machine Learning Yearning*, ch. 14-19.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skdl import diagnose
    >>> from skdl.plots import ErrorsDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> diagnosis = diagnose(GaussianNB(), X, y, baselines=False, random_state=0)
    >>> display = ErrorsDisplay.from_diagnosis(diagnosis, image_shape=(8, 8), most=12)
    >>> len(display.axes_)
    12
    """

    def __init__(
        self,
        *,
        errors: pd.DataFrame,
        values: np.ndarray,
        image_shape: tuple[int, ...] | None = None,
    ) -> None:
        self.errors = errors
        self.values = values
        self.image_shape = image_shape

    @classmethod
    def from_diagnosis(
        cls,
        diagnosis: Diagnosis,
        X: Inputs | None = None,
        y: Targets | None = None,
        *,
        image_shape: tuple[int, ...] | None = None,
        most: int = 24,
        ax: Axes | None = None,
    ) -> ErrorsDisplay:
        """Draw the mistakes of a diagnosis, the surest first.

        Parameters
        ----------
        diagnosis : Diagnosis
            What :func:`skdl.diagnosis.diagnose` returned.
        X, y : array-like, default=None
            The rows that were diagnosed; None takes those at hand.
        image_shape : tuple of int, default=None
            Height and width of the image that a row is, and perhaps its colours; None for bars.
        most : int, default=24
            How many to draw.
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.

        Raises
        ------
        ValueError
            If a row has another number of values than such an image, or values that are no numbers.
        """
        check_arguments(cls.__name__, RULES, most=most)
        errors = diagnosis.errors(X, y, n_neighbors=0).head(most)
        if X is None and diagnosis.data_ is None:
            refuse(cls.__name__, "X and y", "given with a diagnosis that was pickled", None)
        inputs = diagnosis.data_[0] if X is None else X
        try:
            values = np.asarray(inputs, dtype=float).reshape(len(inputs), -1)
        except (TypeError, ValueError) as reason:
            raise ValueError(
                f"ErrorsDisplay: X must hold numbers to be drawn: {reason}"
            ) from reason
        if image_shape is None:
            spread = np.nanstd(values, axis=0)
            values = (values - np.nanmean(values, axis=0)) / np.where(spread > 0, spread, 1)
        else:
            n_pixels = values.shape[1]
            layout.check_image_shape(cls.__name__, image_shape, n_pixels, may_have_colours=True)
        values = rows_of(values, errors.index.to_numpy())
        return cls(errors=errors, values=values, image_shape=image_shape).plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs,
        y: Targets,
        *,
        image_shape: tuple[int, ...] | None = None,
        most: int = 24,
        ax: Axes | None = None,
        **settings: Any,
    ) -> ErrorsDisplay:
        """Diagnose an estimator and draw its mistakes on held-out rows.

        Parameters
        ----------
        estimator, X, y, **settings
            As for :func:`skdl.diagnosis.diagnose`; neither a learning curve nor baselines are
            measured.
        image_shape : tuple of int, default=None
            Height and width of the image that a row is, and perhaps its colours; None for bars.
        most : int, default=24
            How many to draw.
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.
        """
        from skdl.diagnosis import diagnose

        found = diagnose(estimator, X, y, **{"train_sizes": (), "baselines": False, **settings})
        return cls.from_diagnosis(found, image_shape=image_shape, most=most, ax=ax)

    def plot(self, ax: Axes | None = None) -> ErrorsDisplay:
        """Draw one small panel for each row.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.
        """
        n = max(len(self.errors), 1)
        with style.drawing():
            width, height = (7.2, 1.3 * -(-n // 6)) if ax is None else layout.inches_of(ax)
            across = int(np.clip(width / 1.2, 1, n))
            down = -(-n // across)
            self.ax_, grid = layout.panels(
                ax, down, across, (width, max(height, 1.3 * down)), sharex=True, sharey=True
            )
            self.figure_, self.axes_ = self.ax_.figure, grid.ravel()[: len(self.errors)]
            for empty in grid.flat[len(self.errors) :]:
                empty.set_axis_off()
            for panel, values, error in zip(
                self.axes_, self.values, self.errors.itertuples(), strict=True
            ):
                self._draw(panel, values)
                panel.set_title(_said(error), size=8, weight="normal", pad=2, loc="center")
            if self.image_shape is None:
                grid[0, 0].set_ylabel("deviation", size=8)
                grid[-1, 0].set_xlabel("features", size=8)
            if not len(self.errors):
                grid[0, 0].set_title("no row is wrong in most fits", size=9, loc="center")
        return self

    def _draw(self, panel: Axes, values: np.ndarray) -> None:
        """Draw a row."""
        panel.set_xticks([])
        if self.image_shape is None:
            panel.axhline(0, color=style.INK, lw=0.6)
            panel.bar(range(len(values)), values, color=style.TRAINING)
            panel.tick_params(labelsize=8)
            return
        panel.set_yticks([])
        panel.spines[:].set_visible(False)
        panel.imshow(values.reshape(self.image_shape), cmap="gray_r")


def _said(error: Any) -> str:
    """Write what a row is, and what was said of it."""
    write = str if hasattr(error, "wrong_in") else "{:.3g}".format
    said = f"{write(error.target)}, not {write(error.predicted)}"
    sure = getattr(error, "certainty", np.nan)
    return said if np.isnan(sure) else f"{said}\n{100 * sure:.0f} % sure"
