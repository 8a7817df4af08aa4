"""What was predicted for the rows when they were held out, against what is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator, is_classifier

from skdl.diagnosis.predictions import confusions
from skdl.plots import layout, style
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from skdl.diagnosis.result import Diagnosis

__all__ = ["PredictionsDisplay"]

MANY = 2000  # points above this are drawn as one picture: an SVG of so many is slow


class PredictionsDisplay:
    """Predicted against true for numbers; for classes, which one is taken for which.

    Every row was predicted by a fit that had not seen it. Make it with :meth:`from_estimator` or
    :meth:`from_diagnosis`.

    Parameters
    ----------
    predictions : DataFrame
        The columns target and predicted; ``predictions_`` of a diagnosis.
    classes : bool
        Whether they are classes.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    GapsDisplay : How large the errors are.
    sklearn.metrics.PredictionErrorDisplay : Draws the numbers.
    sklearn.metrics.ConfusionMatrixDisplay : Draws the classes.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdl.plots import PredictionsDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> tree = DecisionTreeClassifier(random_state=0)
    >>> display = PredictionsDisplay.from_estimator(tree, X, y, random_state=0)
    >>> [label.get_text() for label in display.ax_.get_xticklabels()]
    ['0', '1', '2']
    """

    def __init__(self, *, predictions: pd.DataFrame, classes: bool) -> None:
        self.predictions = predictions
        self.classes = classes

    @classmethod
    def from_diagnosis(cls, diagnosis: Diagnosis, *, ax: Axes | None = None) -> PredictionsDisplay:
        """Draw the predictions of a diagnosis.

        Parameters
        ----------
        diagnosis : Diagnosis
            What to draw.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Raises
        ------
        ValueError
            If its rows have several targets.
        """
        if diagnosis.predictions_ is None:
            raise ValueError(
                "PredictionsDisplay: diagnosis must be of one target a row, which its model "
                "predicts; got one without predictions_"
            )
        classes = is_classifier(diagnosis.estimator)
        return cls(predictions=diagnosis.predictions_, classes=classes).plot(ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs,
        y: Targets,
        *,
        ax: Axes | None = None,
        **settings: Any,
    ) -> PredictionsDisplay:
        """Diagnose an estimator and draw what it predicted for held-out rows.

        Parameters
        ----------
        estimator, X, y, **settings
            As for :func:`skdl.diagnosis.diagnose`; neither a learning curve nor baselines are
            measured.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        from skdl.diagnosis import diagnose

        settings = {"train_sizes": (), "baselines": False, **settings}
        return cls.from_diagnosis(diagnose(estimator, X, y, **settings), ax=ax)

    def plot(self, ax: Axes | None = None) -> PredictionsDisplay:
        """Draw the predictions.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        with style.drawing():
            self.ax_ = ax = style.axes(ax)
            self.figure_ = ax.figure
            (self._draw_classes if self.classes else self._draw_numbers)(ax)
            ax.set(xlabel="predicted", ylabel="true")
            layout.fit(ax)
        return self

    def _draw_classes(self, ax: Axes) -> None:
        """Draw the matrix of counts."""
        from sklearn.metrics import ConfusionMatrixDisplay

        counts = confusions(self.predictions)
        names = [str(name) for name in counts.columns]
        ConfusionMatrixDisplay(counts.to_numpy(), display_labels=names).plot(
            ax=ax,
            cmap="Blues",
            colorbar=False,
            xticks_rotation="vertical" if max(map(len, names)) * len(names) > 40 else "horizontal",
            values_format="d",
        )
        ax.spines[:].set_visible(False)

    def _draw_numbers(self, ax: Axes) -> None:
        """Draw a point for each row, and the line on which the prediction is right."""
        from matplotlib.ticker import AutoLocator
        from sklearn.metrics import PredictionErrorDisplay

        seen = self.predictions
        points = {"color": style.TRAINING, "s": 14, "linewidths": 0, "rasterized": len(seen) > MANY}
        points["alpha"] = min(0.8, max(0.1, 60 / len(seen) ** 0.75))  # many points overlap
        PredictionErrorDisplay(y_true=seen["target"], y_pred=seen["predicted"]).plot(
            ax=ax,
            kind="actual_vs_predicted",
            scatter_kwargs=points,
            line_kwargs={"color": style.INK, "lw": 1.2},
        )
        for axis in (ax.xaxis, ax.yaxis):  # scikit-learn marks five values, round or not
            axis.set_major_locator(AutoLocator())
