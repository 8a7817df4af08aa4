"""The validation curve: both errors and their gaps over the values of one parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from skdl.diagnosis.validation_curve import all_numbers
from skdl.plots import layout, style
from skdl.plots.gap_curves import draw_errors, limit_errors, name_gaps, shade_gaps
from skdl.tools.checks import is_number
from skdl.tools.types import Inputs, Seed, Targets

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from sklearn.model_selection import BaseCrossValidator

__all__ = ["ValidationCurveDisplay"]


class ValidationCurveDisplay:
    """Training and validation error over one parameter, with their two gaps.

    The gaps are measured and named at the current setting; without one, where the validation error
    is lowest. Make it with :meth:`from_estimator`.

    Parameters
    ----------
    curve : DataFrame
        One row for each value, with the columns value, training_error, training_low,
        training_high, and the same three for validation.
    param_name : str
        The name of the parameter.
    current : object, default=None
        The value that the estimator has now, if it is one of those in `curve`.
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
    mark_ : matplotlib line
        The vertical line at the current or the best setting.

    See Also
    --------
    LearningCurveDisplay : The same errors over the number of rows.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdl.plots import ValidationCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> tree = DecisionTreeClassifier(max_depth=3, random_state=0)
    >>> display = ValidationCurveDisplay.from_estimator(
    ...     tree, X, y, param_name="max_depth", param_range=[1, 2, 5], random_state=0
    ... )
    >>> display.curve["value"].tolist()
    [1, 2, 3, 5]
    """

    def __init__(
        self,
        *,
        curve: pd.DataFrame,
        param_name: str,
        current: object = None,
        bayes_error: float = 0.0,
        error_name: str = "error",
        in_percent: bool = True,
    ) -> None:
        self.curve = curve
        self.param_name = param_name
        self.current = current
        self.bayes_error = bayes_error
        self.error_name = error_name
        self.in_percent = in_percent

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs,
        y: Targets,
        *,
        param_name: str,
        param_range: Sequence[Any] | np.ndarray,
        ax: Axes | None = None,
        bayes_error: float = 0.0,
        scoring: str | Callable[..., float] | None = None,
        cv: int | BaseCrossValidator | Iterable[Any] = 5,
        n_repeats: int | None = 1,
        confidence: float = 0.95,
        groups: ArrayLike | None = None,
        params: dict[str, Any] | None = None,
        n_jobs: int | None = None,
        random_state: Seed = None,
        verbose: int = 0,
    ) -> ValidationCurveDisplay:
        """Measure an estimator at each value of a parameter, on the same folds, and draw it.

        Parameters
        ----------
        estimator : scikit-learn classifier, regressor or pipeline
            It is cloned, never changed.
        X, y : array-like
            The rows.
        param_name : str
            The parameter, with its prefix in a pipeline.
        param_range : sequence
            Its values. The current one is measured as well if it is of their kind.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        bayes_error, scoring, cv, confidence, groups, params, n_jobs, random_state, verbose
            As for :func:`skdl.diagnosis.diagnose`.
        n_repeats : int, default=1
            How often to repeat the folds with another shuffle; only for an int `cv`.
        """
        from skdl.diagnosis.validation_curve import measure_values

        curve, current, error = measure_values(
            estimator,
            X,
            y,
            param_name=param_name,
            param_range=param_range,
            bayes_error=bayes_error,
            scoring=scoring,
            cv=cv,
            n_repeats=n_repeats,
            confidence=confidence,
            groups=groups,
            params=params,
            n_jobs=n_jobs,
            random_state=random_state,
            verbose=verbose,
        )
        return cls(
            curve=curve,
            param_name=param_name,
            current=current,
            bayes_error=float(bayes_error),
            error_name=error.name,
            in_percent=error.best == 1,
        ).plot(ax)

    def plot(self, ax: Axes | None = None) -> ValidationCurveDisplay:
        """Draw the curves, their intervals, the two gaps and the current setting.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        curve, bayes = self.curve, self.bayes_error
        values = curve["value"].tolist()
        numeric = all_numbers(values)
        x = np.array(values if numeric else range(len(values)), dtype=float)
        found = [i for i, value in enumerate(values) if value == self.current]
        at = found[0] if found else int(curve["validation_error"].argmin())
        with style.drawing():
            self.ax_ = ax = style.axes(ax)
            self.figure_ = ax.figure
            self.lines_ = draw_errors(ax, x, curve, bayes, connected=numeric)
            # Values that make the model useless must not flatten the ones that matter.
            most = 6 * curve["validation_error"][at] if numeric else np.inf
            limit_errors(ax, curve, bayes, most=most)
            shade_gaps(ax, x, curve, bayes, connected=numeric)
            self._scale_axis(x, numeric)
            self.mark_ = ax.axvline(
                x[at],
                color=style.INK,
                lw=1.2,
                ls=(0, (1, 1.5)),
                marker="^",
                ms=8,
                clip_on=False,
                markevery=[0],
                label=f"{'now' if found else 'lowest'}: {_name(values[at])}",
            )
            # The levels at the mark, led to where they are measured.
            levels = [bayes, *curve.loc[at, ["training_error", "validation_error"]]]
            ax.hlines(levels, x[at], ax.get_xlim()[1], color=style.INK, lw=0.8, ls=(0, (1, 2.5)))
            name_gaps(ax, curve, bayes, at=at, in_percent=self.in_percent)
            layout.finish(ax, self.error_name, self.in_percent)
            if not numeric or len(values) <= 7:
                names = [_name(value) for value in values]
                layout.write_ticks(ax, x, names, all_needed=not numeric)
        return self

    def _scale_axis(self, x, numeric) -> None:
        """Choose the scale of the parameter, and leave some room at the ends."""
        ax = self.ax_
        scale = ""
        positive = x[x > 0]
        if numeric and style.is_logarithmic(positive) and x.min() >= 0:
            scale = " (log scale)"
            if x.min() > 0:
                ax.set_xscale("log")
            else:  # 0 stands one step to the left of the smallest rate
                ax.set_xscale("symlog", linthresh=positive.min(), linscale=0.5)
        room = 0.05 if numeric else 0.5 / max(len(x) - 1, 1)
        where = ax.transData.transform(np.column_stack((x, np.zeros_like(x))))[:, 0]
        ends = np.array([where.min(), where.max()]) + room * np.ptp(where) * np.array([-1, 1])
        left, right = ax.transData.inverted().transform([(end, 0.0) for end in ends])[:, 0]
        ax.set_xlim(left, right)
        ax.set_xlabel(self.param_name + scale)


def _name(value) -> str:
    """Write a value of the parameter under its tick."""
    if is_number(value) and not isinstance(value, Integral):
        return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e")
    return str(value)
