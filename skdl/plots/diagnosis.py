"""A diagnosis on one slide: the headline, the learning curve and the gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator

from skdl.plots import layout, style
from skdl.plots.gaps import GapsDisplay
from skdl.plots.learning_curve import LearningCurveDisplay
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skdl.diagnosis.result import Diagnosis

__all__ = ["DiagnosisDisplay"]


class DiagnosisDisplay:
    """What is wrong in one sentence, the learning curve, and the gaps, on one figure.

    Make it with :meth:`from_estimator` or :meth:`from_diagnosis`.

    Parameters
    ----------
    diagnosis : Diagnosis
        What to draw.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The whole place; it carries the headline.
    axes_ : list of matplotlib Axes
        The panels.
    figure_ : matplotlib Figure
    learning_curve_ : LearningCurveDisplay or None
        The left panel, if the diagnosis holds a learning curve.
    gaps_ : GapsDisplay
        The right panel.

    See Also
    --------
    LearningCurveDisplay : The left panel by itself.
    GapsDisplay : The right panel by itself.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdl.plots import DiagnosisDisplay
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> tree = DecisionTreeClassifier(random_state=0)
    >>> display = DiagnosisDisplay.from_estimator(tree, X, y, random_state=0)
    >>> display.ax_.texts[0].get_text().startswith("Your model")
    True
    """

    def __init__(self, *, diagnosis: Diagnosis) -> None:
        self.diagnosis = diagnosis

    @classmethod
    def from_diagnosis(cls, diagnosis: Diagnosis, *, ax: Axes | None = None) -> DiagnosisDisplay:
        """Draw a diagnosis.

        Parameters
        ----------
        diagnosis : Diagnosis
            What to draw.
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.
        """
        return cls(diagnosis=diagnosis).plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs,
        y: Targets,
        *,
        ax: Axes | None = None,
        **settings: Any,
    ) -> DiagnosisDisplay:
        """Diagnose an estimator and draw what was found.

        Parameters
        ----------
        estimator, X, y, **settings
            As for :func:`skdl.diagnosis.diagnose`.
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.
        """
        from skdl.diagnosis import diagnose

        return cls.from_diagnosis(diagnose(estimator, X, y, **settings), ax=ax)

    def plot(self, ax: Axes | None = None) -> DiagnosisDisplay:
        """Draw the headline and the panels.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            A subplot to divide; None makes a figure.
        """
        found = self.diagnosis
        displays = [LearningCurveDisplay, GapsDisplay]
        if found.learning_curve_ is None:
            displays = [GapsDisplay]
        with style.drawing():
            wide = ax is None or layout.inches_of(ax)[0] > 5.5
            shape = (1, len(displays)) if wide else (len(displays), 1)
            self.ax_, grid = layout.panels(
                ax, *shape, figsize=(4.8 * shape[1], 4.4), headline=found.headline
            )
            self.figure_ = self.ax_.figure
            self.axes_ = list(grid.flat)
            drawn = [
                display.from_diagnosis(found, ax=panel)
                for display, panel in zip(displays, self.axes_, strict=True)
            ]
            self.learning_curve_ = drawn[0] if len(drawn) == 2 else None
            self.gaps_ = drawn[-1]
        return self
