"""The loss over the epochs of one fit or of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator, clone

from skdl.plots import layout, style
from skdl.plots.loss_records import OF, averaged, frame, placed, record_of, record_of_history
from skdl.tools.checks import refuse
from skdl.tools.inside import fitted_network
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from skdl.diagnosis.result import Diagnosis
    from skdl.estimators.fitting.history import History

__all__ = ["LossCurvesDisplay"]

SCALES = ("auto", "linear", "log", "log-log")


class LossCurvesDisplay:
    """Training loss, validation loss and penalty over the epochs; the best epoch is marked.

    One fit is drawn with training and validation in their own colours, and so are the folds of one
    setting, with thin lines; several settings have a colour each, and the validation loss is
    dashed. Several fits of one setting, such as seeds, are a mean in a band from the lowest to the
    highest. Make it with :meth:`from_estimator`, :meth:`from_estimators` or :meth:`from_diagnosis`.

    Parameters
    ----------
    records : dict of str to DataFrame or list of DataFrame
        For each fit, or for several of one setting, their epochs: the columns epoch and loss,
        perhaps validation_loss, penalty, and clean_loss (``track="clean"``), which is drawn as the
        training loss in place of what was minimised: with the validation loss it encloses the
        generalisation gap.
    best : dict of str to int, default=None
        The epoch of each fit whose weights were kept.
    folds : bool, default=False
        Whether the fits are folds of one setting.
    along : {"epoch", "step", "seconds"}, default="epoch"
        What the curves are drawn against; the steps are recorded by ``track="steps"``, the seconds
        by any ``track``.
    of : {"loss", "error"}, default="loss"
        What is drawn. The error is 1 − score, where a scorer whose best is 1 was the ``monitor``.
    scale : {"auto", "linear", "log", "log-log"}, default="auto"
        Whether the axis of the loss, or both, are logarithmic. "auto" makes that of the loss so
        where it spans a factor of ten.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : dict of tuple to matplotlib line
        The line of each fit and kind, such as ``("mlp", "validation")``.
    marks_ : dict of str to matplotlib line
        The mark of the best epoch of each fit.
    bands_ : dict of tuple to matplotlib collection
        The band of each setting with several fits, and kind.
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
        records: dict[str, pd.DataFrame | Sequence[pd.DataFrame]],
        best: dict[str, int] | None = None,
        folds: bool = False,
        along: str = "epoch",
        of: str = "loss",
        scale: str = "auto",
    ) -> None:
        self.records = records
        self.best = best
        self.folds = folds
        self.along = along
        self.of = of
        self.scale = scale

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs | None = None,
        y: Targets | None = None,
        *,
        along: str = "epoch",
        of: str = "loss",
        scale: str = "auto",
        ax: Axes | None = None,
    ) -> LossCurvesDisplay:
        """Draw the loss curves of one fit.

        Parameters
        ----------
        estimator : estimator
            A network, or a pipeline or search around one; fitted, unless X and y are given.
        X, y : array-like, default=None
            With them a clone is fitted first.
        along : {"epoch", "step", "seconds"}, default="epoch"
            What the curves are drawn against.
        of : {"loss", "error"}, default="loss"
            What is drawn.
        scale : {"auto", "linear", "log", "log-log"}, default="auto"
            The axes.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        if X is not None:
            estimator = clone(estimator).fit(X, y)
        named = {type(fitted_network(estimator)[0]).__name__: estimator}
        return cls.from_estimators(named, along=along, of=of, scale=scale, ax=ax)

    @classmethod
    def from_history(
        cls,
        history: History,
        *,
        along: str = "epoch",
        of: str = "loss",
        scale: str = "auto",
        ax: Axes | None = None,
    ) -> LossCurvesDisplay:
        """Draw what a fit recorded, without its network: ``history.plot()``.

        Parameters
        ----------
        history : History
            The ``history_`` of a fitted network.
        along : {"epoch", "step", "seconds"}, default="epoch"
            What the curves are drawn against.
        of : {"loss", "error"}, default="loss"
            What is drawn.
        scale : {"auto", "linear", "log", "log-log"}, default="auto"
            The axes.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Raises
        ------
        ValueError
            If it has no epochs.
        """
        if not history:
            refuse("LossCurvesDisplay", "history", "a record of at least one epoch", history)
        records = {"fit": record_of_history(history)}
        return cls(records=records, along=along, of=of, scale=scale).plot(ax)

    @classmethod
    def from_estimators(
        cls,
        estimators: dict[str, BaseEstimator | Sequence[BaseEstimator]],
        *,
        along: str = "epoch",
        of: str = "loss",
        scale: str = "auto",
        ax: Axes | None = None,
    ) -> LossCurvesDisplay:
        """Draw the loss curves of several fits over each other.

        Parameters
        ----------
        estimators : dict of str to estimator, or to a list of them
            Fitted networks, or pipelines or searches around them, by the names to show. A list has
            fits of one setting that differ by chance, such as seeds: their mean is drawn, in a
            band from the lowest to the highest, as far as all of them go.
        along : {"epoch", "step", "seconds"}, default="epoch"
            What the curves are drawn against.
        of : {"loss", "error"}, default="loss"
            What is drawn.
        scale : {"auto", "linear", "log", "log-log"}, default="auto"
            The axes.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        records, best = {}, {}
        for name, given in estimators.items():
            if isinstance(given, (list, tuple)):
                records[name] = [record_of(fitted_network(one)[0]) for one in given]
                continue
            model = fitted_network(given)[0]
            records[name] = record_of(model)
            best_epoch = getattr(model, "best_iter_", None)
            if best_epoch is not None and best_epoch != model.n_iter_:
                best[name] = best_epoch
        return cls(records=records, best=best, along=along, of=of, scale=scale).plot(ax)

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
                records[f"fit {number}"] = frame(epochs)
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
        if not isinstance(self.scale, str) or self.scale not in SCALES:
            refuse("LossCurvesDisplay", "scale", f"one of {', '.join(SCALES)}", self.scale)
        with style.drawing():
            self.ax_ = ax = style.axes(ax)
            self.figure_ = ax.figure
            self.lines_, self.marks_, self.bands_, self.gap_ = {}, {}, {}, None
            if self.folds:
                self._draw_folds()
            elif len(self.records) == 1 and not self._has_seeds():
                self._draw_one(*next(iter(self.records.items())))
            else:
                self._draw_several()
            self._choose_scale()
            ax.set_xlabel(self.along)
            ax.set_ylabel(OF[self.of][-1])
            layout.fit(ax)
        return self

    def _has_seeds(self) -> bool:
        """Say whether a setting has several fits."""
        return any(isinstance(given, (list, tuple)) for given in self.records.values())

    def _draw(self, name, kind, record, column, **look) -> None:
        """Draw one curve of a record, if it was kept."""
        rows = record[record[column].notna()]
        self.lines_[name, kind] = self.ax_.plot(rows[self.along], rows[column], **look)[0]

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
        record = placed(record, self.along, self.of)
        training, validation, minimised, _ = OF[self.of]
        look = {"color": style.TRAINING, "label": "training"}
        if training in record:
            self._draw(name, "training", record, training, **look)
            look = {"color": style.TRAINING, "lw": 1.1, "ls": (0, (1, 1)), "label": "as minimised"}
        if minimised is not None:
            kind = "minimised" if training in record else "training"
            self._draw(name, kind, record, minimised, **look)
        if {training, validation} <= set(record):
            self.gap_ = self.ax_.fill_between(
                record[self.along],
                record[training],
                record[validation],
                color=style.VALIDATION,
                alpha=0.15,
                lw=0,
                label="generalisation gap",
            )
        if validation in record:
            look = {"color": style.VALIDATION, "ls": (0, (6, 2)), "label": "validation"}
            self._draw(name, "validation", record, validation, **look)
        if self.of == "loss" and "penalty" in record and record["penalty"].gt(0).any():
            look = {"color": style.INK, "ls": (0, (1, 1.5)), "lw": 1.4, "label": "penalty"}
            self._draw(name, "penalty", record, "penalty", **look)
        self._mark(name, record, color=style.INK)

    def _draw_several(self) -> None:
        """Draw the curves of several fits, or settings, each in its own colour."""
        training, validation, minimised, _ = OF[self.of]
        for number, (name, given) in enumerate(self.records.items()):
            colour = style.nth_line(number, len(self.records))["color"]
            fits = given if isinstance(given, (list, tuple)) else [given]
            tables = averaged([placed(record, self.along, self.of) for record in fits], self.along)
            record = tables["mean"] if len(fits) > 1 else fits[0]
            label = name if len(fits) == 1 else f"{name}, mean of {len(fits)}"
            for kind, column, look in (
                ("training", training if training in record else minimised, {}),
                ("validation", validation, {"ls": (0, (4, 2)), "lw": 1.6}),
            ):
                if column not in record:
                    continue
                self._draw(name, kind, record, column, color=colour, label=label, **look)
                label = None
                if len(fits) > 1:
                    self.bands_[name, kind] = self.ax_.fill_between(
                        record[self.along],
                        tables["lowest"][column],
                        tables["highest"][column],
                        color=colour,
                        alpha=0.18,
                        lw=0,
                    )
            self._mark(name, record, color=colour)
        if any(kind == "validation" for _, kind in self.lines_):
            self.ax_.plot([], [], color=style.INK, ls=(0, (4, 2)), label="dashed: validation")
        if self.bands_:
            look = {"color": style.INK, "alpha": 0.18, "lw": 0}
            self.ax_.fill_between([], [], [], label="band: lowest to highest", **look)

    def _mark(self, name, record, color) -> None:
        """Mark the epoch whose weights were kept, on the curve that decided."""
        epoch = (self.best or {}).get(name)
        training, validation, minimised, _ = OF[self.of]
        column = next((c for c in (validation, minimised, training) if c in record), None)
        if epoch is None or column is None:
            return
        row = record[record["epoch"] == epoch]
        self.marks_[name] = self.ax_.plot(
            row[self.along],
            row[column],
            marker="v",
            ms=10,
            color=color,
            mec=style.INK,
            ls="none",
            zorder=3,
            label=f"best epoch: {epoch}" if len(self.records) == 1 else None,
        )[0]

    def _choose_scale(self) -> None:
        """Set the axes; a loss is drawn on a logarithmic one where it spans a factor of ten."""
        losses = np.concatenate(
            [line.get_ydata() for (_, kind), line in self.lines_.items() if kind != "penalty"]
        )
        finite = losses[np.isfinite(losses)]
        spans = finite.size and finite.min() > 0 and finite.max() > 10 * finite.min()
        if self.scale in ("log", "log-log") or (self.scale == "auto" and spans):
            style.make_logarithmic(self.ax_, "y", finite)
        if self.scale == "log-log":
            places = [line.get_xdata() for line in self.lines_.values()]
            style.make_logarithmic(self.ax_, "x", np.concatenate(places))
        elif self.along != "seconds":
            self.ax_.xaxis.get_major_locator().set_params(integer=True)
