"""The loss over the epochs of one fit or of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, clone

from skdl.plots import layout, style
from skdl.tools.inside import fitted_network
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from skdl.diagnosis.result import Diagnosis

__all__ = ["LossCurvesDisplay"]


class LossCurvesDisplay:
    """Training loss, validation loss and penalty over the epochs; the best epoch is marked.

    One fit is drawn with training and validation in their own colours, and so are the folds of one
    setting, with thin lines; several settings have a colour each, and the validation loss is
    dashed. Make it with :meth:`from_estimator`, :meth:`from_estimators` or :meth:`from_diagnosis`.

    Parameters
    ----------
    records : dict of str to DataFrame
        For each fit its epochs: the columns epoch and loss, perhaps validation_loss, penalty, and
        clean_loss (``track="clean"``), which is drawn as the training loss in place of what was
        minimised: with the validation loss it encloses the generalisation gap.
    best : dict of str to int, default=None
        The epoch of each fit whose weights were kept.
    folds : bool, default=False
        Whether the fits are folds of one setting.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of tuple to matplotlib line
        The line of each fit and kind, such as ``("mlp", "validation")``.
    marks_ : dict of str to matplotlib line
        The mark of the best epoch of each fit.
    gap_ : matplotlib collection or None
        The shaded generalisation gap, of one fit whose clean loss was tracked.

    See Also
    --------
    LayerSignsDisplay : What each layer does over the same epochs.
    LearningCurveDisplay : Errors over rows, not over epochs.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> from skdl.plots import LossCurvesDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), max_iter=5, n_iter_no_change=None, random_state=0)
    >>> display = LossCurvesDisplay.from_estimator(mlp, X, y)
    >>> display.lines_["MLPClassifier", "training"].get_xdata().tolist()
    [1, 2, 3, 4, 5]
    """

    def __init__(
        self,
        *,
        records: dict[str, pd.DataFrame],
        best: dict[str, int] | None = None,
        folds: bool = False,
    ) -> None:
        self.records = records
        self.best = best
        self.folds = folds

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs | None = None,
        y: Targets | None = None,
        *,
        ax: Axes | None = None,
    ) -> LossCurvesDisplay:
        """Draw the loss curves of one fit.

        Parameters
        ----------
        estimator : estimator
            A network, or a pipeline or search around one; fitted, unless X and y are given.
        X, y : array-like, default=None
            With them a clone is fitted first.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        if X is not None:
            estimator = clone(estimator).fit(X, y)
        return cls.from_estimators({type(fitted_network(estimator)[0]).__name__: estimator}, ax=ax)

    @classmethod
    def from_estimators(
        cls, estimators: dict[str, BaseEstimator], *, ax: Axes | None = None
    ) -> LossCurvesDisplay:
        """Draw the loss curves of several fits over each other.

        Parameters
        ----------
        estimators : dict of str to estimator
            Fitted networks, or pipelines or searches around them, by the names to show.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        records, best = {}, {}
        for name, estimator in estimators.items():
            model = fitted_network(estimator)[0]
            records[name] = _record(model)
            best_epoch = getattr(model, "best_iter_", None)
            if best_epoch is not None and best_epoch != model.n_iter_:
                best[name] = best_epoch
        return cls(records=records, best=best).plot(ax)

    @classmethod
    def from_diagnosis(cls, diagnosis: Diagnosis, *, ax: Axes | None = None) -> LossCurvesDisplay:
        """Draw the losses of all folds of a diagnosed network.

        Parameters
        ----------
        diagnosis : Diagnosis
            What :func:`skdl.diagnosis.diagnose` returned for a network.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Raises
        ------
        ValueError
            If its model recorded no loss: it is no network, or one without epochs.
        """
        records = {}
        for number, record in enumerate(diagnosis.records_, start=1):
            if record is not None and record.loss:
                epochs = {"epoch": np.arange(1, len(record.loss) + 1), "loss": record.loss}
                if record.validation_loss:
                    epochs["validation_loss"] = record.validation_loss
                records[f"fit {number}"] = _frame(epochs)
        if not records:
            raise ValueError(
                "LossCurvesDisplay: diagnosis must be that of a network that records its loss; "
                f"got {diagnosis.estimator!r}"
            )
        return cls(records=records, folds=True).plot(ax)

    def plot(self, ax: Axes | None = None) -> LossCurvesDisplay:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        with style.drawing():
            self.ax_ = ax = style.axes(ax)
            self.figure_ = ax.figure
            self.lines_, self.marks_, self.gap_ = {}, {}, None
            if self.folds:
                self._draw_folds()
            elif len(self.records) == 1:
                self._draw_one(*next(iter(self.records.items())))
            else:
                self._draw_several()
            self._choose_scale()
            ax.set_xlabel("epoch")
            ax.set_ylabel("loss")
            layout.fit(ax)
        return self

    def _draw(self, name, kind, record, column, **look) -> None:
        """Draw one curve of a record, if it was kept."""
        rows = record[record[column].notna()]
        self.lines_[name, kind] = self.ax_.plot(rows["epoch"], rows[column], **look)[0]

    def _draw_folds(self) -> None:
        """Draw the folds of one setting as thin lines in the colours of training and validation."""
        named = set()
        for name, record in self.records.items():
            for kind, column, look in (
                ("training", "loss", {"color": style.TRAINING}),
                ("validation", "validation_loss", {"color": style.VALIDATION, "ls": (0, (6, 2))}),
            ):
                if column in record:
                    label = kind if kind not in named else None
                    named.add(kind)
                    self._draw(name, kind, record, column, lw=1.1, alpha=0.7, label=label, **look)

    def _draw_one(self, name, record) -> None:
        """Draw all curves of a single fit."""
        if "clean_loss" in record:
            look = {"color": style.TRAINING, "label": "training"}
            self._draw(name, "training", record, "clean_loss", **look)
            look = {"color": style.TRAINING, "lw": 1.1, "ls": (0, (1, 1)), "label": "as minimised"}
            self._draw(name, "minimised", record, "loss", **look)
        else:
            self._draw(name, "training", record, "loss", color=style.TRAINING, label="training")
        if {"clean_loss", "validation_loss"} <= set(record):
            self.gap_ = self.ax_.fill_between(
                record["epoch"],
                record["clean_loss"],
                record["validation_loss"],
                color=style.VALIDATION,
                alpha=0.15,
                lw=0,
                label="generalisation gap",
            )
        if "validation_loss" in record:
            look = {"color": style.VALIDATION, "ls": (0, (6, 2)), "label": "validation"}
            self._draw(name, "validation", record, "validation_loss", **look)
        if "penalty" in record and record["penalty"].gt(0).any():
            look = {"color": style.INK, "ls": (0, (1, 1.5)), "lw": 1.4, "label": "penalty"}
            self._draw(name, "penalty", record, "penalty", **look)
        self._mark(name, record, color=style.INK)

    def _draw_several(self) -> None:
        """Draw the curves of several fits, each in its own colour."""
        for number, (name, record) in enumerate(self.records.items()):
            colour = style.nth_line(number, len(self.records))["color"]
            column = "clean_loss" if "clean_loss" in record else "loss"
            self._draw(name, "training", record, column, color=colour, label=name)
            if "validation_loss" in record:
                look = {"color": colour, "ls": (0, (4, 2)), "lw": 1.6}
                self._draw(name, "validation", record, "validation_loss", **look)
            self._mark(name, record, color=colour)
        if any(kind == "validation" for _, kind in self.lines_):
            self.ax_.plot([], [], color=style.INK, ls=(0, (4, 2)), label="dashed: validation")

    def _mark(self, name, record, color) -> None:
        """Mark the epoch whose weights were kept, on the curve that decided."""
        epoch = (self.best or {}).get(name)
        if epoch is None:
            return
        column = "validation_loss" if "validation_loss" in record else "loss"
        height = record.loc[record["epoch"] == epoch, column]
        self.marks_[name] = self.ax_.plot(
            [epoch],
            height,
            marker="v",
            ms=10,
            color=color,
            mec=style.INK,
            ls="none",
            zorder=3,
            label=f"best epoch: {epoch}" if len(self.records) == 1 else None,
        )[0]

    def _choose_scale(self) -> None:
        """Take a logarithmic axis where the losses span more than a factor of ten."""
        losses = np.concatenate(
            [line.get_ydata() for (_, kind), line in self.lines_.items() if kind != "penalty"]
        )
        finite = losses[np.isfinite(losses)]
        if finite.size and finite.min() > 0 and finite.max() > 10 * finite.min():
            self.ax_.set_yscale("log")
            self.ax_.yaxis.set_major_formatter("{x:.3g}")


def _record(model):
    """Return the epochs of a fit as a DataFrame."""
    if hasattr(model, "history_"):
        return model.history_.to_frame()
    if hasattr(model, "loss_curve_"):  # scikit-learn's networks
        losses = model.loss_curve_
        return _frame({"epoch": range(1, len(losses) + 1), "loss": losses})
    raise TypeError(
        f"LossCurvesDisplay: estimator must be a fitted network with a loss curve; got {model!r}"
    )


def _frame(columns: dict[str, Any]) -> pd.DataFrame:
    """Make a table of epochs."""
    import pandas as pd

    return pd.DataFrame(columns)
