r"""The verdict: which faults are shown, and how large one may be that is not.

On rows that were held out, and with the variance V of a fit to half of the rows,

.. math::
    \underbrace{\max(\text{error} - V, \text{training error})
        - \text{attained error}}_{\text{bias at least}}
    \;\le\; \text{bias} \;\le\;
    \underbrace{\text{error} - \tfrac12 V - \text{Bayes error}}_{\text{bias at most}} .

The left side holds because the noise is not above an error that something attains, because a fit to
all rows does not vary more than one to half of them, and because a model that does not even fit the
rows it was trained on as well as something fits new ones has too little room, or was trained badly.
The right side holds because a fit to all rows varies at least half as much. Without a statement
about the Bayes error it counts as 0: then what lies between is bias or noise, and the data cannot
tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from skdl.diagnosis.gaps import REGIMES as FOUR_REGIMES
from skdl.diagnosis.gaps import Estimate
from skdl.diagnosis.verdict.paired import paired_estimate

__all__ = ["REGIMES", "Evidence", "Verdict"]

REGIMES = (*FOUR_REGIMES, "no fault shown")


@dataclass(frozen=True)
class Evidence:
    """What the folds say of each row, in units of the error; of each fold, where it has no rows.

    Parameters
    ----------
    held_out : ndarray of shape (n,)
        The loss of the model when the row was held out.
    training : ndarray of shape (n,)
        Its loss when it had learned from the row.
    attained : ndarray of shape (n,)
        The held-out loss of the best that was found; see :mod:`skdl.diagnosis.verdict.attained`.
    attained_by : str
        What that was, most often: the name of a baseline; nothing for the model itself; for the
        model with its residuals corrected, "residuals: " and the name of what learned them.
    constant : ndarray of shape (n,) or None
        The held-out loss of the constant guess; None where that cannot be scored.
    disagreement : ndarray of shape (n,) or None
        The variance of a fit to half the rows; see :mod:`skdl.diagnosis.verdict.disagreement`.
        None where it was not measured: then the gap stands for it.
    shrinkage : float
        By what it shrinks from half the rows to all.
    folds : ndarray of int of shape (n,)
        The fold that held the row out, from 0.
    correlation : float
        The correlation of two folds.
    repeated : ndarray of bool of shape (n,) or None
        Whether another row has the same inputs. No model can fit what contradicts itself, so the
        loss of such rows when trained on shows no bias.
    counts_wrong_classes : bool
        Whether the loss is 1 for a wrong class, so that to guess between equally likely classes
        costs nothing.
    of_baselines : dict of str to ndarray of shape (n,)
        The held-out loss of each baseline.
    """

    held_out: np.ndarray
    training: np.ndarray
    attained: np.ndarray
    attained_by: str
    constant: np.ndarray | None
    disagreement: np.ndarray | None
    shrinkage: float
    folds: np.ndarray
    correlation: float
    repeated: np.ndarray | None = None
    counts_wrong_classes: bool = False
    of_baselines: dict[str, np.ndarray] = field(default_factory=dict)

    def beside(self, baseline: str, confidence: float) -> Estimate:
        """Return by how much the loss of a baseline is above that of the model, row by row.

        Parameters
        ----------
        baseline : str
            Its name.
        confidence : float
            The coverage of the interval.
        """
        return paired_estimate(
            self.of_baselines[baseline] - self.held_out,
            self.folds,
            self.correlation,
            confidence=confidence,
            resolution=1 / len(self.folds) if self.counts_wrong_classes else 0.0,
        )


def _lower_end(estimate: Estimate) -> float:
    """Return what an estimate is at least."""
    return estimate.low


def _value(estimate: Estimate) -> float:
    """Return what is estimated."""
    return estimate.value


@dataclass(frozen=True)
class Verdict:
    """What is shown of bias and variance, and what is possible.

    A fault is *named* when its estimate exceeds the tolerance and the interval excludes 0; it is
    *certain* when the interval excludes the tolerance itself.

    Parameters
    ----------
    bias_at_least, bias_at_most : Estimate
        The bounds of the bias.
    shown_in_training : bool
        Whether the error on the training rows is what shows the bias best.
    variance : Estimate
        The variance, free of noise; the gap, where `told_by_gap`.
    variance_at_least : Estimate
        Half of that of a fit to half the rows.
    gap : Estimate
        Validation error minus training error.
    attained : Estimate
        The error that something attains on new rows: an upper bound of the noise.
    attained_by : str
        What attains it; see :class:`Evidence`.
    constant : Estimate or None
        The error of the constant guess.
    over_guessing : Estimate or None
        By how much the model is better than the constant guess.
    learnable : Estimate or None
        By how much what attains the lowest error is better than the constant guess.
    tolerance : float
        The size up to which a gap counts as small.
    counts_wrong_classes : bool
        See :class:`Evidence`.
    of_numbers : bool, default=False
        Whether the variance is measured, by how far apart predicted numbers are.
    mostly_repeated : bool, default=False
        Whether most rows have the inputs of another one.
    told_by_gap : bool, default=False
        Whether there were no fits to halves of the rows, so that the gap stands for the variance.
    """

    bias_at_least: Estimate
    bias_at_most: Estimate
    shown_in_training: bool
    variance: Estimate
    variance_at_least: Estimate
    gap: Estimate
    attained: Estimate
    attained_by: str
    constant: Estimate | None
    over_guessing: Estimate | None
    learnable: Estimate | None
    tolerance: float
    counts_wrong_classes: bool = False
    of_numbers: bool = False
    mostly_repeated: bool = False
    told_by_gap: bool = False

    @classmethod
    def of(
        cls,
        evidence: Evidence,
        *,
        tolerance: float,
        bayes_error: float = 0.0,
        confidence: float = 0.95,
    ) -> Verdict:
        """Weigh the evidence.

        Parameters
        ----------
        evidence : Evidence
        tolerance : float
            The size up to which a gap counts as small.
        bayes_error : float, default=0
            What the noise is known, or believed, to be at least.
        confidence : float, default=0.95
            The coverage of the intervals.

        Examples
        --------
        Of an error of 30 % on new rows, another model attains 10 % on the same rows, and the fits
        to two halves agree everywhere: 20 % are bias.

        >>> rows = np.arange(1000)
        >>> wrong = 1.0 * (rows % 10 < 3)
        >>> evidence = Evidence(
        ...     held_out=wrong, training=wrong, constant=1.0 * (rows % 2),
        ...     attained=1.0 * (rows % 10 < 1), attained_by="boosted trees",
        ...     disagreement=np.zeros(1000), shrinkage=1.0,
        ...     folds=rows % 5, correlation=0.2, counts_wrong_classes=True,
        ... )
        >>> verdict = Verdict.of(evidence, tolerance=0.02)
        >>> round(verdict.bias_at_least.value, 3), round(verdict.bias_at_most.value, 3)
        (0.2, 0.3)
        >>> verdict.bias_is, verdict.regime
        ('high', 'underfitting')
        """
        e = evidence
        gap = e.held_out - e.training
        of_half = gap if e.disagreement is None else e.disagreement
        least = np.zeros_like(gap) if e.disagreement is None else e.disagreement / 2

        def mean(differences: np.ndarray) -> Estimate:
            """Average over the rows."""
            return paired_estimate(
                differences,
                e.folds,
                e.correlation,
                confidence=confidence,
                resolution=1 / len(e.folds) if e.counts_wrong_classes else 0.0,
            )

        at_least = mean(e.held_out - of_half - e.attained)
        in_training = e.training - e.attained
        if e.repeated is not None:
            in_training = np.where(e.repeated, 0.0, in_training)
        in_training = min(mean(in_training), mean(e.held_out - e.attained), key=_lower_end)
        shown_in_training = in_training.low > at_least.low
        at_least = in_training if shown_in_training else at_least
        return cls(
            bias_at_least=at_least,
            shown_in_training=shown_in_training,
            bias_at_most=max(mean(e.held_out - least - bayes_error), at_least, key=_value),
            variance=mean(of_half * e.shrinkage),
            variance_at_least=mean(least),
            gap=mean(gap),
            attained=mean(e.attained),
            attained_by=e.attained_by,
            constant=None if e.constant is None else mean(e.constant),
            over_guessing=None if e.constant is None else mean(e.constant - e.held_out),
            learnable=None if e.constant is None else mean(e.constant - e.attained),
            tolerance=tolerance,
            counts_wrong_classes=e.counts_wrong_classes,
            of_numbers=e.disagreement is not None and not e.counts_wrong_classes,
            mostly_repeated=e.repeated is not None and np.mean(e.repeated) > 0.5,
            told_by_gap=e.disagreement is None,
        )

    @property
    def better_than_guessing(self) -> bool:
        """Whether the model is shown to be better than the constant guess, if that is known."""
        return self.over_guessing is None or self.over_guessing.low > 0

    @property
    def something_to_learn(self) -> bool:
        """Whether anything that was tried is shown to be better than the constant guess."""
        return self.learnable is None or self.learnable.low > 0 or self.better_than_guessing

    @property
    def bias_is(self) -> str:
        """Whether the bias is shown to be "high" or "low", or is "open"."""
        if self._exceeds(self.bias_at_least):
            return "high"
        return "low" if self.bias_at_most.high < self.tolerance else "open"

    @property
    def harmless(self) -> bool:
        """Whether it costs nothing that fits disagree: no class is told better than by a guess."""
        worse = self.over_guessing is not None and self.over_guessing.high < 0
        return self.counts_wrong_classes and not self.something_to_learn and not worse

    @property
    def variance_is(self) -> str:
        """Whether the variance is shown to be "high" or "low", or is "open".

        Between numbers the disagreement is the variance. Between classes it may be bias, where fits
        lean to a wrong one, and costs nothing where it is :attr:`harmless`: so the gap has to show
        it, too. Where most rows repeat no gap can, new rows are old ones; then bias must not show.
        """
        in_the_gap = self.gap.low > self.tolerance and self.gap.value >= self.variance.value
        certain = self.of_numbers and self.variance_at_least.low > self.tolerance
        plain = certain or (self.mostly_repeated and self.bias_is != "high")
        if self._exceeds(self.variance) and (plain or in_the_gap) and not self.harmless:
            return "high"
        small = max(self.variance.high, self.gap.high) < self.tolerance
        return "low" if small else "open"

    def _exceeds(self, estimate: Estimate) -> bool:
        """Say whether an estimate is above the tolerance, and not by chance alone."""
        return estimate.value > self.tolerance and estimate.low > 0

    @property
    def regime(self) -> str:
        """The faults that are shown: one of `REGIMES`."""
        small = self.bias_is == self.variance_is == "low" and self.better_than_guessing
        return {
            (True, False): "underfitting",
            (False, True): "overfitting",
            (True, True): "both",
            (False, False): "neither" if small else "no fault shown",
        }[self.bias_is == "high", self.variance_is == "high"]

    @property
    def named(self) -> dict[str, Estimate]:
        """The faults that the regime names: "bias", as far as it is shown, and "variance"."""
        gaps = (
            ("bias", self.bias_is, self.bias_at_least),
            ("variance", self.variance_is, self.variance),
        )
        return {name: estimate for name, size, estimate in gaps if size == "high"}

    @property
    def uncertain(self) -> dict[str, Estimate]:
        """The named faults whose interval does not exclude the tolerance."""
        return {name: gap for name, gap in self.named.items() if gap.low <= self.tolerance}

    @property
    def conclusive(self) -> bool:
        """Whether what the regime says is certain: every fault it names, or that there is none."""
        return not self.uncertain and self.regime != "no fault shown"

    @property
    def probabilities(self) -> dict[str, float]:
        """The probability of each regime; a fault that is not named adds to "no fault shown"."""
        above = {name: gap.probability_above(self.tolerance) for name, gap in self.named.items()}
        small = 0.0
        if self.regime == "neither":
            bounds = (self.bias_at_most, self.variance)
            small = float(np.prod([1 - b.probability_above(self.tolerance) for b in bounds]))
        bias, variance = above.get("bias", 0.0), above.get("variance", 0.0)
        chances = {
            "underfitting": bias * (1 - variance),
            "overfitting": (1 - bias) * variance,
            "both": bias * variance,
            "neither": small,
        }
        return {**chances, "no fault shown": 1 - sum(chances.values())}
