"""Error, bias, variance and noise over capacity, rows or epochs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator

from skdl.decomposition.sweep import ROWS, bias_variance_sweep
from skdl.plots import layout, style
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["BiasVarianceDisplay"]

WIDE = 1.96  # standard errors: a 95 % interval


class BiasVarianceDisplay:
    r"""The error of a model and what it consists of, over the values of a parameter.

    .. math:: \text{error} = \text{noise} + \text{bias} + \text{variance}

    Bands are 95 % intervals of the data sets that were drawn, with the rows on which the error is
    measured given. Make it with :meth:`from_estimator`.

    Parameters
    ----------
    terms : DataFrame
        What :func:`skdl.decomposition.bias_variance_sweep` returned.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of str to matplotlib line
        The lines of the terms: error, bias, variance and, where it is known, noise (of the zero-one
        loss "net_variance" and "net_noise").
    bands_ : dict of str to matplotlib collection
        Their intervals.
    minimum_ : object
        The value with the least error.
    mark_ : matplotlib line
        The mark of it.

    See Also
    --------
    FitsDisplay : The fits behind it, drawn over each other.
    ValidationCurveDisplay : Training and validation error over a parameter, from folds.
    skdl.decomposition.bias_variance_sweep : The numbers.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn.tree import DecisionTreeRegressor
    >>> from skdl.plots import BiasVarianceDisplay
    >>> X, y = make_friedman1(300, noise=1.0, random_state=0)
    >>> display = BiasVarianceDisplay.from_estimator(
    ...     DecisionTreeRegressor(random_state=0), X, y, param_name="max_depth",
    ...     param_range=[1, 2, 4, 8], n_datasets=10, random_state=0,
    ... )
    >>> display.minimum_
    4
    """

    def __init__(self, *, terms: pd.DataFrame) -> None:
        self.terms = terms

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs | None = None,
        y: Targets | None = None,
        *,
        param_name: str,
        param_range: Sequence[Any],
        ax: Axes | None = None,
        **settings: Any,
    ) -> BiasVarianceDisplay:
        """Measure and draw.

        Parameters
        ----------
        estimator : scikit-learn classifier, regressor or pipeline
            What is trained.
        X, y : array-like of shape (n_rows, n_features) and (n_rows,)
            The rows that data sets are drawn from.
        param_name : str
            The parameter; "n_rows" for the rows of a data set, "max_iter" for epochs.
        param_range : sequence
            Its values.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        **settings
            Further arguments of :func:`skdl.decomposition.bias_variance_decomposition`: the
            ``sampler``, ``n_datasets``, ``noise``, ``random_state`` …
        """
        terms = bias_variance_sweep(
            estimator, X, y, param_name=param_name, param_range=param_range, **settings
        )
        return cls(terms=terms).plot(ax)

    def plot(self, ax: Axes | None = None) -> BiasVarianceDisplay:
        """Draw the terms.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        known = self.terms.attrs.get("noise_known", False)
        estimated = " (estimated)" if self.terms.attrs.get("noise_estimated", False) else ""
        net, said = ("net_", "net ") if "net_variance" in self.terms else ("", "")
        looks = {
            "error": {"color": style.INK, "lw": 2.4, "label": "error"},
            "bias": {
                "color": style.TRAINING,
                "ls": (0, (6, 2)),
                "label": "bias" if known else "bias, with the noise",
            },
            f"{net}variance": {"color": style.VALIDATION, "label": f"{said}variance"},
            f"{net}noise": {
                "color": style.INK,
                "ls": (0, (1, 1.5)),
                "lw": 1.4,
                "label": f"{said}noise{estimated}",
            },
        }
        with style.drawing():
            self.ax_ = ax = style.axes(ax)
            self.figure_ = ax.figure
            self.lines_, self.bands_ = {}, {}
            x = self._place(ax)
            for name, look in looks.items():
                if name == f"{net}noise" and not known:
                    continue
                value, wide = self.terms[name], WIDE * self.terms[f"{name}_se"]
                self.lines_[name] = ax.plot(x, value, marker="o", ms=4, **look)[0]
                look = {"color": look["color"], "alpha": 0.15, "lw": 0}
                self.bands_[name] = ax.fill_between(x, value - wide, value + wide, **look)
            best = int(np.argmin(self.terms["error"]))
            self.minimum_ = self.terms.index.tolist()[best]
            self.mark_ = ax.plot(
                [x[best]],
                [self.terms["error"].iloc[best]],
                marker="v",
                ms=10,
                color=style.INK,
                ls="none",
                label=f"least error: {self.minimum_}",
            )[0]
            ax.set_ylim(bottom=min(0, ax.get_ylim()[0]))
            name = str(self.terms.index.name).rpartition("__")[2]
            ax.set_xlabel({ROWS: "training rows", "max_iter": "epochs"}.get(name, name))
            ax.set_ylabel("error on new rows")
            layout.fit(ax)
        return self

    def _place(self, ax: Axes) -> np.ndarray:
        """Return where the values stand: along the axis as numbers, or side by side by name."""
        from pandas.api.types import is_numeric_dtype

        index = self.terms.index
        if is_numeric_dtype(index):
            values = index.to_numpy(dtype=float)
            if style.is_logarithmic(values):
                style.make_logarithmic(ax, "x", values)
            return values
        places = np.arange(len(index))
        ax.set_xticks(places, list(index))
        return places
