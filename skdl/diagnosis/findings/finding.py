"""``Finding``: one thing that is wrong (or worth knowing), with its evidence in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ABOUT", "Finding"]

# What a finding is about, in the order in which they are told.
ABOUT = {
    "data": "The data",
    "optimiser": "The optimiser",
    "baseline": "Other models on the same folds",
    "region": "Where the errors are",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Parameters
    ----------
    name : str
        What it is, in a few words; the same words every time.
    about : {"data", "optimiser", "baseline", "region"}
        Where the fault lies.
    evidence : str
        One plain sentence with the numbers.

    Examples
    --------
    >>> print(Finding("constant features", "data", "2 of 30 features never change."))
    constant features: 2 of 30 features never change.
    """

    name: str
    about: str
    evidence: str

    def __str__(self) -> str:
        return f"{self.name}: {self.evidence}"
