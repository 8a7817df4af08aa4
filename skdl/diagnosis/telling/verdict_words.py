"""In words: what is shown, what is only possible, why a model may be no better than guessing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from skdl.diagnosis.telling.numbers import format_error
from skdl.diagnosis.verdict.gathering import RESIDUALS

if TYPE_CHECKING:
    from skdl.diagnosis.gaps import Estimate
    from skdl.diagnosis.result import Diagnosis

__all__ = ["bounds", "error_of", "shown", "why_no_better_than_guessing"]

ATTAINS = {
    "constant": "a constant guess attains",
    "linear": "a linear model attains",
    "nearest neighbours": "nearest neighbours attain",
    "boosted trees": "boosted trees attain",
}
RARE = 0.2  # with fewer rows of all other classes than this, the error rate hides them


def error_of(d: Diagnosis, baseline: str, otherwise: Estimate) -> float:
    """Return the error of a baseline as it stands in the table of them, if it does."""
    errors = dict(zip(d.baselines_["model"], d.baselines_["validation_error"], strict=True))
    return errors.get(baseline, otherwise.value)


def _attained(d: Diagnosis) -> str:
    """Say who attains which error."""
    v, model = d.verdict, "network" if d.is_network else "model"
    who = ATTAINS.get(v.attained_by, f"your {model} attains")
    if v.attained_by.startswith(RESIDUALS):
        learner = v.attained_by.removeprefix(RESIDUALS)
        learns = "learn" if learner.endswith("s") else "learns"
        who = f"your {model} together with what {learner} {learns} from its residuals attains"
    return f"{who} {format_error(error_of(d, v.attained_by, v.attained), d.in_percent)}"


def why_no_better_than_guessing(d: Diagnosis) -> str:
    """Say what may be behind it: a fault of the model, or of what it is given."""
    v = d.verdict
    if v.something_to_learn:
        return f"There is something to learn: {_attained(d)} on the same rows."
    causes = ["the columns that tell the target are left out", "the target is noise"]
    rare = error_of(d, "constant", v.constant)
    if v.counts_wrong_classes and rare < RARE:
        others = format_error(rare, True)
        causes.insert(
            0,
            f"only {others} of the rows are not of the most frequent class, so that the error rate "
            "hides them (balanced accuracy and average precision do not)",
        )
    reason = f"Nothing that was tried does better for sure. It may be that {', that '.join(causes)}"
    said = [f"{reason}, or that there are too few rows to see it."]
    if v.gap.low > d.tolerance:
        said.append("What it knows of its training rows by heart tells nothing of new ones.")
    return " ".join(said)


def shown(d: Diagnosis) -> list[str]:
    """Say of each gap whether it is shown to be high or low, or how large it may be."""
    v, write = d.verdict, partial(format_error, in_percent=d.in_percent)
    at_least, at_most, variance = v.bias_at_least, v.bias_at_most, v.variance
    above = " above the estimated Bayes error" if d.bayes.origin == "estimated" else ""
    range_ = f"{write(at_least.low)} to {write(at_least.high)}"
    rows, above_that = "the same rows", "your error without the variance is above"
    if v.shown_in_training:
        rows, above_that = "new rows", "your error even on the training rows is above"
    bias = {
        "high": f"Bias is shown: {_attained(d)} on {rows}, and {above_that} that "
        f"by {write(at_least.value)} ({range_}) or more.",
        "low": f"Bias is low: at most {write(max(at_most.high, 0.0))}{above}.",
        "open": f"Bias is not shown; it may be up to {write(max(at_most.high, 0.0))}{above}: "
        "bias or noise, these data cannot tell.",
    }
    spread = f"{write(variance.low)} to {write(variance.high)}"
    varies = {
        "high": "Variance is shown: that the fit depends on which rows it learned from costs "
        f"{write(variance.value)} ({spread}).",
        "low": f"Variance is low: row by row, at most {write(max(variance.high, v.gap.high))}.",
        "open": "Variance is neither shown to be high nor to be low.",
    }
    return [bias[v.bias_is], varies[v.variance_is]]


def bounds(d: Diagnosis) -> list[tuple[str, str, str]]:
    """List the bounds of the bias: name, value, interval."""
    v, write = d.verdict, partial(format_error, in_percent=d.in_percent)
    at_least, at_most = v.bias_at_least, v.bias_at_most
    spread = f"{write(max(at_least.low, 0.0))} to {write(at_least.high)}"
    least = (write(at_least.value), spread) if v.bias_is == "high" else ("not shown", "")
    return [
        ("bias, at least", *least),
        (
            "bias, at most",
            write(max(at_most.value, 0.0)),
            f"{write(max(at_most.low, 0.0))} to {write(max(at_most.high, 0.0))}",
        ),
    ]
