"""The learning curve, with the bias gap and the variance gap shaded and named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator

from skdl.plots import layout, style
from skdl.plots.gap_curves import draw_errors, limit_errors, name_gaps, shade_gaps
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from skdl.diagnosis.result import Diagnosis

__all__ = ["LearningCurveDisplay"]


class LearningCurveDisplay:
    """Training and validation error over the number of training rows, with their two gaps.

    Make it with :meth:`from_estimator` or :meth:`from_diagnosis`.

    Parameters
    ----------
    curve : DataFrame
        ``Diagnosis.learning_curve_``: one row for each size, with the columns n_rows,
        training_error, training_low, training_high, and the same three for validation.
    bayes_error : float or None, default=0
        The best attainable error.
    error_name : str, default="error"
        The name of the vertical axis.
    in_percent : bool, default=True
        Whether errors are written in percent.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib lines
        The training curve, the validation curve and the Bayes line.

    See Also
    --------
    ValidationCurveDisplay : The same errors over a parameter.
    GapsDisplay : The gaps at full size.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdl.plots import LearningCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> display = LearningCurveDisplay.from_estimator(DecisionTreeClassifier(random_state=0), X, y)
    >>> display.curve["n_rows"].tolist()
    [30, 60, 120]
    """

    def __init__(
        self,
        *,
        curve: pd.DataFrame,
        bayes_error: float | None = 0.0,
        error_name: str = "error",
        in_percent: bool = True,
    ) -> None:
        self.curve = curve
        self.bayes_error = bayes_error
        self.error_name = error_name
        self.in_percent = in_percent

    @classmethod
    def from_diagnosis(
        cls, diagnosis: Diagnosis, *, ax: Axes | None = None
    ) -> LearningCurveDisplay:
        """Draw the learning curve of a diagnosis.

        Parameters
        ----------
        diagnosis : Diagnosis
            It must hold a learning curve.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        if diagnosis.learning_curve_ is None:
            raise ValueError(
                f"{cls.__name__}: the diagnosis must hold a learning curve; "
                "it was made with train_sizes=()"
            )
        return cls(
            curve=diagnosis.learning_curve_,
            bayes_error=None if diagnosis.bayes.origin == "unknown" else diagnosis.bayes_error,
            error_name=diagnosis.error_name,
            in_percent=diagnosis.in_percent,
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
    ) -> LearningCurveDisplay:
        """Diagnose an estimator and draw its learning curve.

        Parameters
        ----------
        estimator, X, y, **settings
            As for :func:`skdl.diagnosis.diagnose`.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        from skdl.diagnosis import diagnose

        return cls.from_diagnosis(diagnose(estimator, X, y, **settings), ax=ax)

    def plot(self, ax: Axes | None = None) -> LearningCurveDisplay:
        """Draw the curves, their intervals and the two gaps.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        with style.drawing():
            self.ax_ = style.axes(ax)
            self.figure_ = self.ax_.figure
            x, curve = self.curve["n_rows"], self.curve
            self.lines_ = draw_errors(self.ax_, x, curve, self.bayes_error)
            limit_errors(self.ax_, curve, self.bayes_error)
            shade_gaps(self.ax_, x, curve, self.bayes_error)
            name_gaps(self.ax_, curve, self.bayes_error, at=-1, in_percent=self.in_percent)
            layout.finish(self.ax_, self.error_name, self.in_percent)
            self._label_rows()
        return self

    def _label_rows(self) -> None:
        """Write the numbers of rows under a logarithmic axis."""
        ax, n_rows = self.ax_, self.curve["n_rows"]
        ax.set_xscale("log")
        names = [f"{n:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") for n in n_rows]
        layout.write_ticks(ax, n_rows, names, all_needed=False)
        ax.set_xlabel("training rows (log scale)")
