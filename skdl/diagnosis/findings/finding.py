"""``Finding``: one thing that is wrong (or worth knowing), with its evidence in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ABOUT", "CODES", "Finding"]

# What a finding is about, in the order in which they are told.
ABOUT = {
    "data": "The data",
    "optimiser": "The optimiser",
    "baseline": "Other models on the same folds",
    "region": "Where the errors are",
}

# The code of each finding. A code is never given to another finding, so that ``ignore`` keeps its
# meaning: new ones go to the end of their part.
CODES = {
    "unscaled inputs": "D01",
    "constant features": "D02",
    "outliers": "D03",
    "leaking feature": "D04",
    "copies across folds": "D05",
    "imbalanced classes": "D06",
    "heavy-tailed target": "D07",
    "data mismatch": "D08",
    "diverged": "O01",
    "oscillating": "O02",
    "blown up": "O03",
    "still falling": "O04",
    "dead units": "O05",
    "saturated units": "O06",
    "vanishing gradients": "O07",
    "exploding gradients": "O08",
    "stuck": "O09",
    "beaten by a constant prediction": "B01",
    "beaten by a linear model": "B02",
    "beaten by nearest neighbours": "B03",
    "beaten by boosted trees": "B04",
    "training error by region": "R01",
    "gap by region": "R02",
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
    >>> finding = Finding("constant features", "data", "2 of 30 features never change.")
    >>> print(finding)
    constant features: 2 of 30 features never change.
    >>> finding.code
    'D02'
    """

    name: str
    about: str
    evidence: str

    @property
    def code(self) -> str:
        """The short name by which ``diagnose(ignore=...)`` leaves it out; it never changes."""
        return CODES[self.name]

    def __str__(self) -> str:
        return f"{self.name}: {self.evidence}"
