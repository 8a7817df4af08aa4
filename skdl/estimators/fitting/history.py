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
