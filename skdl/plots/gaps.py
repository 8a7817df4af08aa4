"""The two gaps as steps from the Bayes error over the training error to the validation error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator

from skdl.diagnosis.telling.numbers import format_error
from skdl.plots import layout, style
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skdl.diagnosis.gaps import Estimate
    from skdl.diagnosis.result import Diagnosis

__all__ = ["GapsDisplay"]


class GapsDisplay:
    r"""Steps from the Bayes error over the training error to the validation error.

    Make it with :meth:`from_estimator` or :meth:`from_diagnosis`.

    Parameters
    ----------
    bayes_error : float or None
        The best attainable error; None where it is not known. Then there are no steps below the
        training error, but beside the others the bounds of the bias.
    training_error, bias, variance, validation_error : Estimate
        The errors and the gaps.
    tolerance : float
        The size above which a gap counts as high; a dotted line in each gap's column.
    bias_at_least, bias_at_most : Estimate or None, default=None
        What is shown of the bias, and what is possible; None where nothing is.
    error_name : str, default="error"
        The name of the vertical axis.
    in_percent : bool, default=True
        Whether errors are written in percent.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    bars_ : list of matplotlib bars
        The five bars, from left to right.

    See Also
    --------
    LearningCurveDisplay : The same gaps over the number of rows.
    RemediesDisplay : What remedies do to the gaps.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdl.plots import GapsDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> display = GapsDisplay.from_estimator(DecisionTreeClassifier(random_state=0), X, y)
    >>> [label.get_text() for label in display.ax_.get_xticklabels()][:1]
    ['training\n0.0 %']
    """

    def __init__(
        self,
        *,
        bayes_error: float | None,
        training_error: Estimate,
        bias: Estimate,
        variance: Estimate,
        validation_error: Estimate,
        tolerance: float,
        bias_at_least: Estimate | None = None,
        bias_at_most: Estimate | None = None,
        error_name: str = "error",
        in_percent: bool = True,
    ) -> None:
        self.bayes_error = bayes_error
        self.training_error = training_error
        self.bias = bias
        self.variance = variance
        self.validation_error = validation_error
        self.tolerance = tolerance
        self.bias_at_least = bias_at_least
        self.bias_at_most = bias_at_most
        self.error_name = error_name
        self.in_percent = in_percent

    @classmethod
    def from_diagnosis(cls, diagnosis: Diagnosis, *, ax: Axes | None = None) -> GapsDisplay:
        """Draw the gaps of a diagnosis.

        Parameters
        ----------
        diagnosis : Diagnosis
            What to draw.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        names = (
            "training_error",
            "bias",
            "variance",
            "validation_error",
            "tolerance",
            "error_name",
            "in_percent",
        )
        known = diagnosis.bayes.origin != "unknown"
        return cls(
            bayes_error=diagnosis.bayes_error if known else None,
            bias_at_least=diagnosis.verdict.named.get("bias"),
            bias_at_most=diagnosis.verdict.bias_at_most,
            **{name: getattr(diagnosis, name) for name in names},
        ).plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs,
        y: Targets,
        *,
        ax: Axes | None = None,
        **settings: Any,
    ) -> GapsDisplay:
        """Diagnose an estimator and draw its gaps.

        Parameters
        ----------
        estimator, X, y, **settings
            As for :func:`skdl.diagnosis.diagnose`; no learning curve is measured.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        from skdl.diagnosis import diagnose

        diagnosis = diagnose(estimator, X, y, **{"train_sizes": (), **settings})
        return cls.from_diagnosis(diagnosis, ax=ax)

    def plot(self, ax: Axes | None = None) -> GapsDisplay:
        """Draw the five steps with their intervals.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        with style.drawing():
            self.ax_ = ax = style.axes(ax)
            self.figure_ = ax.figure
            steps = self._steps()
            self.bars_ = []
            for place, (_, foot, height, estimate, colour, hatch) in enumerate(steps):
                self._draw_step(place, foot, height, estimate, colour, hatch)
            ax.axhline(0, color=style.INK, lw=0.8)
            ax.tick_params(axis="x", length=0)
            layout.finish(ax, self.error_name, self.in_percent)
            layout.write_ticks(
                ax,
                range(len(steps)),
                [f"{name}\n{self._size(height)}" for name, _, height, *_ in steps],
            )
        return self

    def _steps(self) -> list[tuple]:
        """List the bars from left to right: name, foot, height, estimate, colour, hatch."""
        train, valid = self.training_error, self.validation_error
        blue, orange = style.TRAINING, style.VALIDATION
        # What is between two errors holds noise as well, unless the Bayes error is known.
        gap = "+ gap to\nnew rows" if self.bayes_error is None else "+ variance"
        steps = [
            ("training", 0.0, train.value, train, blue, None),
            (gap, train.value, self.variance.value, self.variance, orange, "..."),
            ("validation", 0.0, valid.value, valid, orange, None),
        ]
        if self.bayes_error is not None:
            bias = ("+ bias", self.bayes_error, self.bias.value, self.bias, blue, "///")
            return [("Bayes", 0.0, self.bayes_error, None, "none", None), bias, *steps]
        for name, bound in (
            ("bias\nat least", self.bias_at_least),
            ("bias\nat most", self.bias_at_most),
        ):
            height = None if bound is None else max(bound.value, 0.0)
            steps.append((name, 0.0, height, bound, blue, "///"))
        return steps

    def _size(self, height: float | None) -> str:
        """Write the size of a bar."""
        return "not shown" if height is None else format_error(height, self.in_percent)

    def _draw_step(self, place, foot, height, estimate, colour, hatch) -> None:
        """Draw one bar: an error from zero up, or a gap (hatched) on the error it adds to."""
        ax = self.ax_
        is_gap = hatch is not None
        self.bars_ += ax.bar(
            place,
            height or 0.0,
            0.62,
            bottom=foot,
            hatch=hatch,
            lw=1.5,
            facecolor="none" if is_gap else colour,
            edgecolor=style.INK if colour == "none" else colour,
        )
        if estimate is not None:
            low, high = foot + estimate.low, foot + estimate.high
            ax.plot(
                [place, place],
                [low if is_gap else max(low, 0.0), high],
                color=style.INK,
                lw=1.4,
                marker="_",
                ms=9,
                label=f"{100 * estimate.confidence:.0f} % interval" if place == 1 else None,
            )
        if is_gap:
            size = format_error(self.tolerance, self.in_percent)
            ax.plot(
                [place - 0.45, place + 0.45],
                2 * [foot + self.tolerance],
                color=style.INK,
                lw=1.6,
                ls=(0, (1, 1.2)),
                label=f"a gap is high above {size}" if place == 1 else None,
            )
