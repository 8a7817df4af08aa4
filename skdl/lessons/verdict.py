r"""A verdict on a claim, computed from what was measured over seeds.

With the values :math:`v_1 … v_n` of n seeds, their mean :math:`\bar v` and standard deviation
:math:`s`, the 95 % interval is :math:`\bar v \pm t_{n-1} s / \sqrt n` (Student, 1908). A claim says
where the value lies; it is confirmed if the whole interval lies there, refuted if none of it does.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from skdl.lessons.claims import Claim, claims
from skdl.lessons.mode import is_short
from skdl.tools.checks import refuse

__all__ = ["Measured", "Verdict", "judge"]

CONFIRMED, REFUTED, DEPENDS, OPEN = "confirmed", "refuted", "it depends", "not settled"


@dataclass(frozen=True)
class Measured:
    r"""What was measured, over seeds, and where the claim expects it.

    The interval is :math:`\bar v \pm t_{n-1} s / \sqrt n`, with 95 % of Student's t distribution.

    Parameters
    ----------
    what : str
        What the values are: "variance with 400 rows, less that with 50".
    values : array of shape (n_seeds,)
        One value a seed; where two things are compared, their difference for the same seed.
    above, below : float
        The claim expects the value between these two, without them.

    Attributes
    ----------
    mean, low, high : float
        The mean over the seeds, and its 95 % interval.
    n_seeds : int
        How many values.
    criterion : str
        What is asked of the interval.
    outcome : {"confirmed", "refuted", "not settled"}
        Confirmed if the whole interval is where it is expected, refuted if none of it is.

    Raises
    ------
    ValueError
        If there are fewer than two values, one is not finite, or neither bound is given.

    See Also
    --------
    judge : The verdict on a claim.

    References
    ----------
    Student (1908), "The probable error of a mean".

    Examples
    --------
    >>> from skdl.lessons import Measured
    >>> print(Measured("new less old", [-0.3, -0.1, -0.2], below=0))
    new less old: -0.2 (95 %: -0.448 to 0.0484; 3 seeds), expected below 0: not settled
    """

    what: str
    values: ArrayLike
    above: float = -math.inf
    below: float = math.inf
    mean: float = field(init=False)
    low: float = field(init=False)
    high: float = field(init=False)
    n_seeds: int = field(init=False)

    def __post_init__(self) -> None:
        from scipy.stats import t

        values = np.asarray(self.values, dtype=float).ravel()
        if len(values) < 2 or not np.isfinite(values).all():
            refuse("Measured", "values", "two or more finite numbers", self.values)
        if self.above >= self.below or (math.isinf(self.above) and math.isinf(self.below)):
            bounds = (self.above, self.below)
            refuse("Measured", "above, below", "a bound or two, the lower one first", bounds)
        mean = float(values.mean())
        half = float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values)))
        found = {"mean": mean, "low": mean - half, "high": mean + half, "n_seeds": len(values)}
        for name, value in found.items():
            object.__setattr__(self, name, value)

    @property
    def criterion(self) -> str:
        if math.isinf(self.above):
            return f"below {self.below:g}"
        if math.isinf(self.below):
            return f"above {self.above:g}"
        return f"between {self.above:g} and {self.below:g}"

    @property
    def outcome(self) -> str:
        if self.above < self.low and self.high < self.below:
            return CONFIRMED
        return REFUTED if self.high <= self.above or self.low >= self.below else OPEN

    def __str__(self) -> str:
        return (
            f"{self.what}: {self.mean:.3g} (95 %: {self.low:.3g} to {self.high:.3g}; "
            f"{self.n_seeds} seeds), expected {self.criterion}: {self.outcome}"
        )


@dataclass(frozen=True)
class Verdict:
    """What the measurements say of a claim; :func:`judge` makes it, ``print`` tells it.

    Attributes
    ----------
    claim : Claim
        What was judged.
    measured : tuple of Measured
        By what.
    outcome : {"confirmed", "refuted", "it depends", "not settled"}
        Confirmed or refuted if all measurements say so; it depends if some confirm and some refute.

    See Also
    --------
    judge : With an example.

    Examples
    --------
    >>> from skdl.lessons import Measured, judge
    >>> verdict = judge("C24", Measured("share", [0.5, 0.51, 0.49], above=0.62, below=0.64))
    >>> verdict.outcome
    'refuted'
    """

    claim: Claim
    measured: tuple[Measured, ...]

    @property
    def outcome(self) -> str:
        found = {one.outcome for one in self.measured}
        if len(found) == 1:
            return found.pop()
        return DEPENDS if {CONFIRMED, REFUTED} <= found else OPEN

    def __str__(self) -> str:
        lines = [str(self.claim), *(f"- {one}" for one in self.measured)]
        lines.append(f"Verdict: {self.outcome}")
        if is_short():
            lines.append("(A short run: fewer seeds than a verdict should have.)")
        return "\n".join(lines)


def judge(claim: str, *measured: Measured) -> Verdict:
    """Settle a claim by measurements, and record the verdict.

    The claim is one of the notes, by its name, or a sentence that the lesson itself claims. Where
    the environment names a file, ``SKDL_VERDICTS``, one line for each measurement is appended to
    it, as JSON.

    Parameters
    ----------
    claim : str
        A name of :func:`claims`, "C24", or a sentence of several words.
    *measured : Measured
        One measurement for each part of the claim.

    Returns
    -------
    Verdict
        With the outcome: confirmed if every measurement confirms, refuted if every one refutes, "it
        depends" if some confirm and others refute, "not settled" otherwise.

    Raises
    ------
    ValueError
        If one word names no claim of the notes, or nothing was measured.

    See Also
    --------
    Measured : A mean over seeds, its interval, and where it is expected.

    Examples
    --------
    >>> from skdl.lessons import Measured, judge
    >>> share = Measured("share of rows", [0.631, 0.633, 0.632], above=0.62, below=0.64)
    >>> print(judge("C24", share))
    C24: a bootstrap sample holds about 2/3 of the distinct rows (0.632)
    - share of rows: 0.632 (95 %: 0.63 to 0.634; 3 seeds), expected between 0.62 and 0.64: confirmed
    Verdict: confirmed
    >>> judge("two thirds of the rows are left out", Measured("", [0.37, 0.36], above=0.6)).outcome
    'refuted'
    """
    known = claims()
    if claim not in known and len(claim.split()) < 2:
        refuse("judge", "claim", f"one of C1 … C{len(known)}, or a sentence", claim)
    if not measured:
        refuse("judge", "measured", "one measurement or more", measured)
    verdict = Verdict(known.get(claim) or Claim.own(claim), measured)
    if file := os.environ.get("SKDL_VERDICTS"):
        record(verdict, Path(file))
    return verdict


def record(verdict: Verdict, file: Path) -> None:
    """Append a line for each measurement."""
    with file.open("a", encoding="utf-8") as lines:
        for one in verdict.measured:
            row = {
                "claim": verdict.claim.name or verdict.claim.text,
                "verdict": verdict.outcome,
                "measured": one.what,
                "mean": f"{one.mean:.4g}",
                "low": f"{one.low:.4g}",
                "high": f"{one.high:.4g}",
                "seeds": one.n_seeds,
                "criterion": one.criterion,
                "outcome": one.outcome,
            }
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
