"""The learning curve, with the bias gap and the variance gap shaded and named."""

from __future__ import annotations

import numpy as np

from skdl.plots import style

__all__ = ["LearningCurveDisplay"]


class LearningCurveDisplay:
    """Training and validation error over the number of training rows, with their two gaps.

    Make it with :meth:`from_estimator` or :meth:`from_diagnosis`.

    Parameters
    ----------
    curve : DataFrame
        ``Diagnosis.learning_curve_``: one row for each size, with the columns n_rows,
        training_error, training_low, training_high, and the same three for validation.
    bayes_error : float, default=0
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

    def __init__(self, *, curve, bayes_error=0.0, error_name="error", in_percent=True):
        self.curve = curve
        self.bayes_error = bayes_error
        self.error_name = error_name
        self.in_percent = in_percent

    @classmethod
    def from_diagnosis(cls, diagnosis, *, ax=None) -> LearningCurveDisplay:
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
            bayes_error=diagnosis.bayes_error,
            error_name=diagnosis.error_name,
            in_percent=diagnosis.in_percent,
        ).plot(ax)

    @classmethod
    def from_estimator(cls, estimator, X, y, *, ax=None, **settings) -> LearningCurveDisplay:
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

    def plot(self, ax=None) -> LearningCurveDisplay:
        """Draw the curves, their intervals and the two gaps.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        with style.drawing():
            self.ax_ = style.axes(ax)
            self.figure_ = self.ax_.figure
            self._draw_curves()
            self._limit_errors()
            self._draw_gaps()
            self._label_rows()
            style.finish(self.ax_, self.error_name, self.in_percent)
        return self

    def _draw_curves(self) -> None:
        ax, curve = self.ax_, self.curve
        n_rows = curve["n_rows"]
        self.lines_ = []
        for name, colour, marker in (
            ("training", style.TRAINING, "o"),
            ("validation", style.VALIDATION, "s"),
        ):
            ax.fill_between(
                n_rows, curve[f"{name}_low"], curve[f"{name}_high"], color=colour, alpha=0.3, lw=0
            )
            self.lines_ += ax.plot(
                n_rows, curve[f"{name}_error"], color=colour, marker=marker, label=name
            )
        self.lines_.append(
            ax.axhline(
                self.bayes_error, color=style.INK, ls=(0, (4, 3)), lw=1.2, label="Bayes error"
            )
        )

    def _draw_gaps(self) -> None:
        """Shade the gaps along the curves, and measure and name them at the right end."""
        ax, curve = self.ax_, self.curve
        bottom = self.bayes_error
        training, validation = (curve[f"{n}_error"].to_numpy() for n in ("training", "validation"))
        gaps = (
            ("bias", bottom, training, style.TRAINING, "///"),
            ("variance", training, validation, style.VALIDATION, "..."),
        )
        names = []
        for name, low, high, colour, hatch in gaps:
            low = np.broadcast_to(low, high.shape)
            ax.fill_between(
                curve["n_rows"], low, high, facecolor="none", edgecolor=colour, hatch=hatch,
                alpha=0.35, lw=0,
            )  # fmt: skip
            ax.annotate(
                "", (1.03, low[-1]), (1.03, high[-1]), xycoords=ax.get_yaxis_transform(),
                annotation_clip=False,
                arrowprops={"arrowstyle": "|-|,widthA=0.25,widthB=0.25", "color": colour, "lw": 2,
                            "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip
            size = style.format_error(high[-1] - low[-1], self.in_percent)
            names.append(((low[-1] + high[-1]) / 2, f"{name}\n{size}"))
        low, high = ax.get_ylim()
        above = names[0][0] + 0.16 * (high - low)  # two lines of text need this much room
        heights = [names[0][0], max(names[1][0], above)]
        for height, (_, text) in zip(heights, names, strict=True):
            ax.text(
                1.06, height, text, transform=ax.get_yaxis_transform(), va="center", linespacing=1.1
            )

    def _limit_errors(self) -> None:
        """Show the curves whole; the wide interval of few rows may leave the picture."""
        ax, curve = self.ax_, self.curve
        errors = curve[["training_error", "validation_error"]].to_numpy()
        low = min(errors.min(), self.bayes_error)
        span = max(errors.max() - low, 1e-9)
        ax.set_ylim(
            max(ax.get_ylim()[0], low - 0.12 * span), min(ax.get_ylim()[1], low + 1.4 * span)
        )

    def _label_rows(self) -> None:
        ax, n_rows = self.ax_, self.curve["n_rows"]
        ax.set_xscale("log")
        ax.set_xticks(n_rows, [f"{n:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") for n in n_rows])
        ax.set_xticks([], minor=True)
        ax.set_xlabel("training rows (log scale)")
