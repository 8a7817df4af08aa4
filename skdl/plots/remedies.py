"""What each remedy did to the two gaps: before and after, with intervals."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator

from skdl.diagnosis.telling.numbers import format_error, format_tick
from skdl.plots import layout, style
from skdl.tools.types import Inputs, Targets

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from skdl.diagnosis.trials import Trials

__all__ = ["RemediesDisplay"]

GAPS = (("bias", style.TRAINING, "o", 0.08), ("variance", style.VALIDATION, "s", 0.32))


class RemediesDisplay:
    """Both gaps before and after each remedy: an arrow from the hollow mark to the filled one.

    Make it with :meth:`from_estimator`, :meth:`from_trials` or :meth:`from_frame`.

    Parameters
    ----------
    frame : DataFrame
        One row for each remedy: its name (remedy) and perhaps its change, the gaps after it (bias,
        variance) and what it changed of them (bias_change, variance_change). The ends of the
        changes' intervals, if there are any, are in bias_change_low, bias_change_high, and the
        same for variance.
    tolerance : float, default=None
        The size above which a gap counts as high; a dotted line.
    gap_name : str, default="gap"
        The name of the horizontal axis.
    in_percent : bool, default=True
        Whether gaps are written in percent.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    before_, after_ : dict of str to matplotlib line
        The marks of "bias" and of "variance", one for each remedy from the top.
    intervals_ : dict of str to matplotlib collection
        The intervals of the changes, drawn around the marks after.

    See Also
    --------
    skdl.diagnosis.Diagnosis.try_remedies : Measures what is drawn.

    Examples
    --------
    >>> import pandas as pd
    >>> from skdl.plots import RemediesDisplay
    >>> tried = pd.DataFrame({
    ...     "remedy": ["Add dropout"], "bias": [0.02], "variance": [0.05],
    ...     "bias_change": [0.01], "variance_change": [-0.04],
    ... })
    >>> RemediesDisplay.from_frame(tried).before_["variance"].get_xdata().round(6).tolist()
    [0.09]
    """

    def __init__(
        self,
        *,
        frame: pd.DataFrame,
        tolerance: float | None = None,
        gap_name: str = "gap",
        in_percent: bool = True,
    ) -> None:
        self.frame = frame
        self.tolerance = tolerance
        self.gap_name = gap_name
        self.in_percent = in_percent

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        ax: Axes | None = None,
        tolerance: float | None = None,
        gap_name: str = "gap",
        in_percent: bool = True,
    ) -> RemediesDisplay:
        """Draw what was measured of remedies.

        Parameters
        ----------
        frame : DataFrame
            One row for each remedy; see the class.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        tolerance, gap_name, in_percent
            As for the class.
        """
        needed = ("remedy", *(f"{name}{end}" for name, *_ in GAPS for end in ("", "_change")))
        missing = [name for name in needed if name not in frame]
        if missing or len(frame) == 0:
            raise ValueError(
                f"RemediesDisplay: frame must have rows and the columns {', '.join(needed)}; got "
                f"{len(frame)} rows and the columns {', '.join(map(str, frame.columns))}"
            )
        return cls(frame=frame, tolerance=tolerance, gap_name=gap_name, in_percent=in_percent).plot(
            ax
        )

    @classmethod
    def from_trials(
        cls, trials: Trials, *, ax: Axes | None = None, tolerance: float | None = None
    ) -> RemediesDisplay:
        """Draw what ``Diagnosis.try_remedies`` measured.

        Parameters
        ----------
        trials : Trials
            What to draw.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        tolerance : float, default=None
            The size above which a gap counts as high.
        """
        return cls.from_frame(
            trials.to_frame(), ax=ax, tolerance=tolerance, in_percent=trials.in_percent
        )

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: Inputs,
        y: Targets,
        *,
        ax: Axes | None = None,
        **settings: Any,
    ) -> RemediesDisplay:
        """Diagnose an estimator, try the remedies, and draw what they did.

        Parameters
        ----------
        estimator, X, y, **settings
            As for :func:`skdl.diagnosis.diagnose`; no learning curve is measured.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        from skdl.diagnosis import diagnose

        found = diagnose(estimator, X, y, **{"train_sizes": (), **settings})
        trials = found.try_remedies(X, y, random_state=settings.get("random_state"))
        return cls.from_trials(trials, ax=ax, tolerance=found.tolerance)

    def plot(self, ax: Axes | None = None) -> RemediesDisplay:
        """Draw a row for each remedy.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.
        """
        frame = self.frame
        rows = np.arange(len(frame))
        with style.drawing():
            self.ax_ = ax = style.axes(ax, figsize=(4.9, 1.3 + 0.78 * len(frame)))
            self.figure_ = ax.figure
            self.before_, self.after_, self.intervals_ = {}, {}, {}
            self._reach = np.ptp(
                [frame[n] - frame[f"{n}_change"] * k for n, *_ in GAPS for k in (0, 1)]
            )
            for name, colour, marker, offset in GAPS:
                self._draw_gap(name, colour, marker, rows + offset)
            ax.vlines(0 * rows, rows - 0.1, rows + 0.5, color=style.INK, lw=0.8)
            if self.tolerance is not None:
                size = format_error(self.tolerance, self.in_percent)
                ax.vlines(
                    0 * rows + self.tolerance,
                    rows - 0.1,
                    rows + 0.5,
                    color=style.INK,
                    lw=1.6,
                    ls=(0, (1, 1.2)),
                    label=f"high above {size}",
                )
            ax.set_yticks([])
            ax.set_ylim(len(frame) - 0.5, -0.5)
            ax.hlines(
                rows[:-1] + 0.5,
                0,
                1,
                color=style.INK,
                alpha=0.15,
                lw=0.8,
                transform=ax.get_yaxis_transform(),
            )
            if self.in_percent:
                ax.xaxis.set_major_formatter(lambda gap, _: format_tick(gap))
            ax.set_xlabel(self.gap_name)
            self._write_names()
            layout.fit(ax)
        return self

    def _write_names(self) -> None:
        """Write remedy and change above the marks of each row: beside them is no room."""
        names = self.frame["remedy"].astype(str)
        if "change" in self.frame:
            names = names + ": " + self.frame["change"].astype(str)
        inches = layout.inches_of(self.ax_)[0]
        for row, name in enumerate(names.str.removesuffix(": ")):
            letters = max(int(len(name) * inches / layout.text_width(name, 9)), 16)
            self.ax_.text(
                0.01,
                row - 0.46,
                textwrap.fill(name, letters, break_long_words=False),
                transform=self.ax_.get_yaxis_transform(),
                va="top",
                size=9,
                in_layout=False,
            )

    def _draw_gap(self, name, colour, marker, heights) -> None:
        """Draw one gap: hollow before, filled after, an arrow between, the interval behind."""
        ax, frame = self.ax_, self.frame
        after = frame[name].to_numpy()
        before = after - frame[f"{name}_change"].to_numpy()
        ends = [f"{name}_change_{end}" for end in ("low", "high")]
        if all(end in frame for end in ends):
            low, high = (before + frame[end].to_numpy() for end in ends)
            self.intervals_[name] = ax.hlines(heights, low, high, color=colour, alpha=0.35, lw=7)
        for height, start, stop in zip(heights, before, after, strict=True):
            if abs(stop - start) < 0.04 * self._reach:
                continue  # no room for an arrow between the marks
            ax.annotate(
                "",
                (stop, height),
                (start, height),
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": style.INK,
                    "lw": 1,
                    "shrinkA": 4,
                    "shrinkB": 4,
                },
            )
        look = {"ls": "none", "marker": marker, "mec": colour, "ms": 7}
        self.before_[name] = ax.plot(
            before, heights, mfc="none", mew=1.5, label=f"{name} before", **look
        )[0]
        self.after_[name] = ax.plot(after, heights, mfc=colour, label=f"{name} after", **look)[0]
