"""The record of a fit: one entry per epoch."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skdl.plots import LossCurvesDisplay

__all__ = ["RECENT", "History"]

SHOWN = 10  # epochs that a table shows: the first and the last of more
RECENT = 256  # calls of partial_fit whose records are kept; a stream of rows may never end


class History(list):
    """A list of dicts, one per epoch, that shows itself as a short table and draws itself.

    See Also
    --------
    skdl.plots.LossCurvesDisplay : Draws it, and several fits over each other.

    Examples
    --------
    >>> history = History([{"epoch": 1, "loss": 0.7}, {"epoch": 2, "loss": 0.5}])
    >>> history
     epoch  loss
         1   0.7
         2   0.5
    >>> history[-1]["loss"], history.column("loss")
    (0.5, [0.7, 0.5])
    >>> history.to_frame().shape
    (2, 2)
    """

    def __repr__(self) -> str:
        table = self._table()
        return "no epochs" if table.empty else table.to_string(index=False, **self._look())

    def _repr_html_(self) -> str:
        table = self._table()
        return "no epochs" if table.empty else table.to_html(index=False, **self._look())

    def _table(self) -> Any:
        """Return what a person reads: a row for each epoch, without the records of its steps."""
        frame = self.to_frame()
        return frame[[name for name in frame if not name.startswith("step_")]]

    def _look(self) -> dict[str, Any]:
        """Return how the table prints: the first and the last epochs of many, short numbers."""
        return {"max_rows": SHOWN, "float_format": "{:.4g}".format, "na_rep": ""}

    def plot(self, ax: Axes | None = None) -> LossCurvesDisplay:
        """Draw the losses over the epochs.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : skdl.plots.LossCurvesDisplay

        Examples
        --------
        >>> history = History([{"epoch": 1, "loss": 0.7}, {"epoch": 2, "loss": 0.5}])
        >>> display = history.plot()
        >>> display.lines_["fit", "training"].get_ydata().tolist()
        [0.7, 0.5]
        """
        # By name, when asked for: pictures are drawn from records, so they import them.
        return import_module("skdl.plots").LossCurvesDisplay.from_history(self, ax=ax)

    def column(self, name: str) -> list[float]:
        """Return one entry of every epoch that has it."""
        return [record[name] for record in self if name in record]

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with one row per epoch."""
        import pandas as pd

        return pd.DataFrame(list(self))

    def steps(self) -> Any:
        """Return a pandas DataFrame with one row per step, where ``track="steps"`` kept them.

        Its columns are step (from 1), epoch, loss and gradient_norm, before clipping.

        Examples
        --------
        >>> from skdl import MLPClassifier
        >>> mlp = MLPClassifier(track="steps", batch_size=2, max_iter=3, n_iter_no_change=None)
        >>> mlp.fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1]).history_.steps()["epoch"].tolist()
        [1, 1, 2, 2, 3, 3]
        """
        import pandas as pd

        columns: dict[str, list[Any]] = {"epoch": [], "loss": [], "gradient_norm": []}
        for record in self:
            losses = record.get("step_loss", [])
            columns["epoch"] += [record["epoch"]] * len(losses)
            columns["loss"] += losses
            columns["gradient_norm"] += record.get("step_gradient_norm", [])
        frame = pd.DataFrame(columns)
        frame.insert(0, "step", range(1, len(frame) + 1))
        return frame
