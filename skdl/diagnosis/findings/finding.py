"""``Finding``: one thing that is wrong (or worth knowing), with its evidence in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ABOUT", "Finding", "listing"]

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


def listing(names, most: int = 5) -> str:
    """Join names; beyond `most` of them, say how many more there are.

    Examples
    --------
    >>> listing("abcd", most=2)
    'a, b and 2 more'
    """
    names = [str(name) for name in names]
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
