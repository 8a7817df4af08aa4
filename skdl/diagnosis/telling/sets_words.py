"""What dev and test rows add to the error, in words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from skdl.diagnosis.telling.numbers import format_error

if TYPE_CHECKING:
    from skdl.diagnosis.gaps import Estimate
    from skdl.diagnosis.result import Diagnosis

__all__ = ["of_mismatch", "of_sets", "rows_of_sets"]

# Of each gap: what it is called, the two sets, and what may be behind it.
MISMATCH = ("Data mismatch", "dev", "train-dev", "dev rows are unlike the training rows")
DEV_OVERFITTING = (
    "Overfitting to the dev set",
    "test",
    "dev",
    "choices were made by the dev rows, or the test rows are unlike them",
)


def of_sets(d: Diagnosis) -> str:
    """Say of data mismatch and of overfitting to the dev set whether they are shown."""
    if d.sets_ is None:
        return ""
    gaps = [(d.sets_.mismatch, MISMATCH), (d.sets_.dev_overfitting, DEV_OVERFITTING)]
    return " ".join(_told(d, gap, *about) for gap, about in gaps if gap is not None)


def of_mismatch(d: Diagnosis) -> str:
    """Begin with what matters most, where dev rows are shown to be unlike the training rows."""
    sets = d.sets_
    if sets is None or sets.mismatch is None or sets.mismatch.low <= d.tolerance:
        return ""
    dev, like = (
        format_error(e.value, d.in_percent) for e in (sets.errors["dev"], d.validation_error)
    )
    return (
        f"The dev rows are unlike the training rows: the error on them is {dev}, on new rows like "
        f"the training rows {like}."
    )


def _told(d: Diagnosis, gap: Estimate, name: str, new: str, old: str, behind: str) -> str:
    """Say whether a gap is shown to be high or low."""
    write = partial(format_error, in_percent=d.in_percent)
    spread = f"{write(gap.low)} to {write(gap.high)}"
    if gap.low > d.tolerance:
        return (
            f"{name} is shown: the error on {new} rows is above that on {old} rows by "
            f"{write(gap.value)} ({spread}): {behind}."
        )
    if gap.high < d.tolerance:
        return f"{name} is low: at most {write(max(gap.high, 0.0))}."
    return f"{name} is neither shown to be high nor to be low: {spread}."


def rows_of_sets(d: Diagnosis) -> list[tuple[str, str, str]]:
    """List the further errors, and what separates them: name, value, interval."""
    if d.sets_ is None:
        return []
    write = partial(format_error, in_percent=d.in_percent)

    def row(name: str, estimate: Estimate) -> tuple[str, str, str]:
        return name, write(estimate.value), f"{write(estimate.low)} to {write(estimate.high)}"

    rows = []
    if d.sets_.mismatch is not None:
        rows += [row("+ data mismatch", d.sets_.mismatch)]
        rows += [row("= dev error", d.sets_.errors["dev"])]
    if d.sets_.dev_overfitting is not None:
        rows += [row("+ overfitting to dev", d.sets_.dev_overfitting)]
        rows += [row("= test error", d.sets_.errors["test"])]
    return rows
