"""The words and numbers in which tried remedies are told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from skdl.diagnosis.balance import IMBALANCED
from skdl.diagnosis.telling.numbers import format_error

if TYPE_CHECKING:
    from skdl.diagnosis.remedies.remedy import Remedy
    from skdl.diagnosis.trials import Trials

__all__ = ["by_outcome", "measured", "outcome", "trial_rows", "trials_verdict"]


def _tried(trials: Trials, remedy: Remedy) -> dict[str, Any] | None:
    """Return the row of a remedy's best change: one that lowers the error for sure, if there is."""
    rows = [r for r in trials.frame.to_dict("records") if r["remedy"] == remedy.action]
    sure = [row for row in rows if row["validation_change_high"] < 0]
    return min(sure or rows, key=lambda row: row["validation_error"], default=None)


def _before_and_after(trials: Trials, row: Mapping[str, Any]) -> tuple[str, str]:
    """Write the validation error unchanged and with the change of a row."""
    errors = (trials.unchanged["validation_error"], row["validation_error"])
    before, after = (format_error(error, trials.in_percent) for error in errors)
    return before, after


def outcome(trials: Trials | None, remedy: Remedy) -> str:
    """Say what trying a remedy gave; nothing where it was not tried."""
    row = None if trials is None else _tried(trials, remedy)
    if row is None:
        return ""
    before, after = _before_and_after(trials, row)
    if _is_balanced(row, remedy):
        return _balanced_outcome(trials, row, f"the error rate: {before} -> {after}")
    if row["validation_change_high"] < 0:
        return f"Measured: {row['change']} lowers the validation error from {before} to {after}."
    if row["validation_change"] < 0:
        return f"Tried: {row['change']} gives {after} in place of {before}; that may be chance."
    return f"Tried: it does not lower the validation error, {before}."


def _is_balanced(row: Mapping[str, Any], remedy: Remedy) -> bool:
    """Say whether a remedy is judged class by class: it may cost errors of the frequent one."""
    return remedy.treats == IMBALANCED and row.get("balanced_error", math.nan) >= 0


def _balanced_outcome(trials: Trials, row: Mapping[str, Any], besides: str) -> str:
    """Say what a remedy did to the balanced error rate."""
    before, after = (
        format_error(row[name], trials.in_percent) for name in ("balanced_before", "balanced_error")
    )
    if row["balanced_change_high"] < 0:
        return (
            f"Measured: {row['change']} lowers the balanced error rate from {before} to {after} "
            f"({besides})."
        )
    return f"Tried: it does not lower the balanced error rate, {before}, for sure ({besides})."


def by_outcome(remedies: list[Remedy], trials: Trials) -> list[Remedy]:
    """Order remedies by what was measured: what helps, what may, what is open, what did not."""

    def turn(remedy: Remedy) -> tuple[int, float]:
        row = _tried(trials, remedy)
        if row is None:
            return 2, 0.0
        if _is_balanced(row, remedy):
            return (0, row["balanced_error"]) if row["balanced_change_high"] < 0 else (3, 0.0)
        if row["validation_change_high"] < 0:
            return 0, row["validation_error"]
        return (1, row["validation_error"]) if row["validation_change"] < 0 else (3, 0.0)

    return sorted(remedies, key=turn)


def trial_rows(trials: Trials) -> list[tuple[str, str, list[str]]]:
    """List what was tried: remedy, change, and for each error its change with the interval."""
    rows = []
    for row in trials.frame.to_dict("records"):
        told = []
        for name in ("bias", "variance", "validation"):
            value, low, high = (
                signed(row[f"{name}_change{end}"], trials.in_percent)
                for end in ("", "_low", "_high")
            )
            told.append(f"{value} ({low} to {high})")
        rows.append((row["remedy"], row["change"], told))
    return rows


def signed(error: float, in_percent: bool) -> str:
    """Write the change of an error, with its sign."""
    text = format_error(abs(error), in_percent)
    nothing = not any(digit in text for digit in "123456789")
    return f"{'' if nothing else '-' if error < 0 else '+'}{text}"


def trials_verdict(trials: Trials) -> str:
    """Say in one sentence which remedy worked."""
    if not len(trials.frame):
        return "None of the remedies can be tried."
    sure = trials.best_row_ is not None
    best = trials.frame.iloc[trials.best_row_ or 0]
    before, after = _before_and_after(trials, best)
    change = f"{best['remedy']} ({best['change']})"
    if best["validation_change"] >= 0:
        return f"Nothing that was tried lowers the validation error, {before}."
    if sure:
        told = f"Best of what was tried: {change}. The validation error: {before} -> {after}."
        if trials.measured_on.startswith("the same"):
            told += " The same rows have chosen it, so that looks a little too good."
        return told
    return (
        f"Nothing that was tried lowers the validation error, {before}, for sure; best is {change} "
        f"with {after}, which may be chance."
    )


def measured(trials: Trials, tolerance: float, *, may_be_left: bool) -> str:
    """Say what the trials gave, of which there are some: it counts more than any sign.

    Parameters
    ----------
    trials : Trials
        What was measured.
    tolerance : float
        The size up to which a change counts as small.
    may_be_left : bool
        Whether to leave the model as it is, if nothing helps, is good advice: nothing else is
        known to do better.
    """
    best = trials.frame.iloc[trials.best_row_ or 0]
    before, after = _before_and_after(trials, best)
    if trials.best_row_ is not None:
        return (
            f"Measured on {trials.measured_on}: {best['remedy']} ({best['change']}) lowers the "
            f"validation error from {before} to {after}."
        )
    n = len(trials.frame)
    tried = f"None of the {n} changes that were tried lowers"
    said = (
        f"{tried if n > 1 else 'The change that was tried does not lower'} the validation error, "
        f"{before} on {trials.measured_on}, for sure"
    )
    if best["validation_change"] < -tolerance:
        return (
            f"{said}. {best['remedy']} gives {after}, which may be chance: more repeats of the "
            "folds would tell."
        )
    return f"{said}: leave it as it is, or collect rows." if may_be_left else f"{said}."
