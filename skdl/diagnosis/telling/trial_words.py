"""The words and numbers in which tried remedies are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skdl.diagnosis.telling.numbers import format_error

if TYPE_CHECKING:
    from skdl.diagnosis.trials import Trials

__all__ = ["trial_rows", "trials_verdict"]


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
    before, after = (
        format_error(error, trials.in_percent)
        for error in (trials.unchanged["validation_error"], best["validation_error"])
    )
    change = f"{best['remedy']} ({best['change']})"
    if best["validation_change"] >= 0:
        return f"Nothing that was tried lowers the validation error, {before}."
    if sure:
        return f"Best of what was tried: {change}. The validation error: {before} -> {after}."
    return (
        f"Nothing that was tried lowers the validation error, {before}, for sure; best is {change} "
        f"with {after}, which may be chance."
    )
