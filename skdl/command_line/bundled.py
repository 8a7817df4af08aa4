"""What is diagnosed without a file: a table, and a network with a mistake that people make."""

from __future__ import annotations

from skdl.command_line.table import Table

__all__ = ["BUNDLED", "bundled"]

BUNDLED = "breast cancer"


def bundled() -> Table:
    """Load the bundled table, of which the network gets the columns as they are: the mistake."""
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer(as_frame=True)
    notes = [
        "The task is classification: is a tumour malignant or benign, by 30 measures?",
        "The network gets them unscaled, a mistake that people make. Is it found and mended?",
    ]
    y = data.target_names[data.target]
    return Table(BUNDLED, data.data, y, "classification", notes, as_it_is=True)
