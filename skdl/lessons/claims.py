"""The claims that the lessons settle, as the notes make them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Claim", "claims"]

FILE = Path(__file__).with_name("claims.csv")


@dataclass(frozen=True)
class Claim:
    """A sentence that an experiment can settle: of the notes, or of a lesson.

    Attributes
    ----------
    name : str
        "C1" … "C104"; empty for what a lesson itself claims.
    group : str
        What it is about.
    text : str
        What is claimed.
    experiment : str
        The measurement that was proposed to settle it.
    doubted : bool
        Whether the claim is garbled, or contradicted elsewhere in the notes.

    See Also
    --------
    claims : All of them.

    Examples
    --------
    >>> from skdl.lessons import claims
    >>> claims()["C47"].text
    'XOR needs a hidden layer'
    """

    name: str
    group: str
    text: str
    experiment: str
    doubted: bool

    @classmethod
    def own(cls, text: str) -> Claim:
        """Make the claim of a lesson, which is none of the notes'."""
        return cls(name="", group="", text=text, experiment="", doubted=False)

    def __str__(self) -> str:
        return f"{self.name}: {self.text}" if self.name else self.text


def claims() -> dict[str, Claim]:
    """Return all claims by name.

    Returns
    -------
    dict
        A :class:`Claim` for each name, in the order of the notes.

    See Also
    --------
    judge : Settle one.

    Examples
    --------
    >>> from skdl.lessons import claims
    >>> claims()["C24"].text
    'a bootstrap sample holds about 2/3 of the distinct rows (0.632)'
    """
    with FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["claim"]: Claim(
                row["claim"], row["group"], row["text"], row["experiment"], bool(row["doubted"])
            )
            for row in csv.DictReader(file)
        }
