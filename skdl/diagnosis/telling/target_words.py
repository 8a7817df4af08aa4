"""Whether an error that was to be reached is reached, and what separates from it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skdl.diagnosis.telling.numbers import format_error
from skdl.diagnosis.telling.verdict_words import within

if TYPE_CHECKING:
    from skdl.diagnosis.gaps import Estimate
    from skdl.diagnosis.result import Diagnosis

__all__ = ["is_reached", "of_target", "what_separates"]


def error_that_matters(d: Diagnosis) -> Estimate:
    """Return the error on new rows of the kind that matters: dev rows, if they are a set apart."""
    dev = None if d.sets_ is None else d.sets_.errors.get("dev")
    return d.validation_error if dev is None else dev


def is_reached(d: Diagnosis) -> bool | None:
    """Say whether the target is reached; None where the interval of the error leaves it open.

    It is where the whole interval of the error on new rows is at or below it.
    """
    error, target = error_that_matters(d), d.target_error
    if target is None or error.low <= target < error.high:
        return None
    return error.high <= target


def of_target(d: Diagnosis) -> str:
    """Say whether the target is reached; nothing where there is none."""
    if d.target_error is None:
        return ""
    error = error_that_matters(d)
    target, low, high = (
        format_error(e, d.in_percent)
        for e in (d.target_error, max(error.low, 0.0), within(d, error.high))
    )
    spread = f"the error on new rows is {low} to {high}"
    return {
        True: f"Good enough: {spread}, and {target} was to be reached.",
        False: f"Not good enough: {spread}, and {target} was to be reached.",
        None: f"Whether it is good enough is open: {spread}, and {target} was to be reached.",
    }[is_reached(d)]


def what_separates(d: Diagnosis) -> str:
    """Say of which error to begin with, where the target is not shown to be reached."""
    if d.target_error is None or is_reached(d):
        return ""
    training, target = (
        format_error(e, d.in_percent) for e in (d.training_error.value, d.target_error)
    )
    if d.training_error.value > d.target_error:
        return (
            f"The error on the training rows, {training}, is above {target} already: begin there."
        )
    if error_that_matters(d).value <= d.target_error:
        return ""
    if d.validation_error.value <= d.target_error:  # it is another error that matters
        like = format_error(d.validation_error.value, d.in_percent)
        return (
            f"The error on new rows like the training rows, {like}, would do: what separates from "
            f"{target} is data mismatch."
        )
    return (
        f"The error on the training rows, {training}, would do: what separates from {target} "
        "is the gap to new rows."
    )
