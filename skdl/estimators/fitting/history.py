"""The record of a fit: one entry per epoch."""

from __future__ import annotations

from typing import Any

__all__ = ["RECENT", "History"]

RECENT = 256  # calls of partial_fit whose records are kept; a stream of rows may never end


class History(list):
    """A list of dicts, one per epoch, that can show itself as a DataFrame.

    Examples
    --------
    >>> history = History([{"epoch": 1, "loss": 0.7}, {"epoch": 2, "loss": 0.5}])
    >>> history[-1]["loss"], history.column("loss")
    (0.5, [0.7, 0.5])
    >>> history.to_frame().shape
    (2, 2)
    """

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
