"""In words: what is shown, what is only possible, why a model may be no better than guessing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from skdl.diagnosis.telling.numbers import format_error, model_name
from skdl.diagnosis.verdict.gathering import RESIDUALS

if TYPE_CHECKING:
    from skdl.diagnosis.gaps import Estimate
    from skdl.diagnosis.result import Diagnosis

__all__ = [
    "beside_guessing",
    "bounds",
    "error_of",
    "possible",
    "shown",
    "sign",
    "why_no_better_than_guessing",
    "within",
]

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
    v, model = d.verdict, model_name(d.is_network, d.is_read)
    who = ATTAINS.get(v.attained_by, f"{model} attains")
    if v.attained_by.startswith(RESIDUALS):
        learner = v.attained_by.removeprefix(RESIDUALS)
        learns = "learn" if learner.endswith("s") else "learns"
        who = f"{model} together with what {learner} {learns} from its residuals attains"
    return f"{who} {format_error(error_of(d, v.attained_by, v.attained), d.in_percent)}"


def beside_guessing(d: Diagnosis) -> str:
    """Say how a model that is not shown to beat the constant guess stands beside it."""
    over = d.verdict.over_guessing
    if over.high < 0:
        return "worse than guessing"
    if over.value > d.tolerance:
        return "not better than guessing for sure"
    return "no better than guessing, as far as these rows show"


def within(d: Diagnosis, error: float) -> float:
    """Return the upper end of an interval: no more rows can be wrong than there are."""
    return min(error, 1.0) if d.error_name == "error rate" else error


def why_no_better_than_guessing(d: Diagnosis, *, rare_is_told: bool = False) -> str:
    """Say what may be behind it: a fault of the model, or of what it is given."""
    v = d.verdict
    if v.something_to_learn:
        return f"There is something to learn: {_attained(d)} on the same rows."
    said = []
    rare = error_of(d, "constant", v.constant)
    if v.counts_wrong_classes and rare < RARE and not rare_is_told:
        said.append(
            f"Only {format_error(rare, True)} of the rows are not of the most frequent class, and "
            "the error rate hides them: look at balanced accuracy or average precision."
        )
    said.append(
        "Nothing that was tried does better for sure: the columns that tell the target may be left "
        "out, the target may be noise, or the rows too few to see it."
    )
    if v.gap.low > d.tolerance:
        said.append("What it knows of its training rows by heart tells nothing of new ones.")
    return " ".join(said)


def possible(d: Diagnosis) -> str:
    """Say what an error may be, of which no part is shown."""
    noise = "noise, which no model can learn"
    return f"{noise}, or bias" if d.verdict.variance_is == "low" else f"{noise}, bias or variance"


def sign(d: Diagnosis) -> str:
    """Say in a few words what is known of both gaps; nothing where a Bayes error was stated."""
    v = d.verdict
    if not v.better_than_guessing:
        return beside_guessing(d).removesuffix(", as far as these rows show")
    if d.bayes.origin == "given" or d.regime == "no fault shown":
        return ""
    known = {"high": "high {}", "low": "low {}", "open": "{} not shown"}
    return f"{known[v.bias_is].format('bias')}, {known[v.variance_is].format('variance')}"


def shown(d: Diagnosis) -> list[str]:
    """Say of each gap whether it is shown to be high or low, or how large it may be."""
    v, write = d.verdict, partial(format_error, in_percent=d.in_percent)
    at_least, at_most, variance = v.bias_at_least, v.bias_at_most, v.variance
    above = " above the estimated Bayes error" if d.bayes.origin == "estimated" else ""
    range_ = f"{write(at_least.low)} to {write(within(d, at_least.high))}"
    rows, above_that = "the same rows", "your error without the variance is above"
    if v.shown_in_training:
        rows, above_that = "new rows", "your error even on the training rows is above"
    largest = write(within(d, max(at_most.high, 0.0)))
    bias = {
        "high": f"Bias is shown: {_attained(d)} on {rows}, and {above_that} that "
        f"by {write(at_least.value)} ({range_}) or more.",
        "low": f"Bias is low: at most {write(max(at_most.high, 0.0))}{above}.",
        "open": f"Bias is not shown; it may be up to {largest}{above}, or that may be noise: these "
        "data cannot tell.",
    }
    spread = f"{write(variance.low)} to {write(within(d, variance.high))}"
    varies = {
        "high": "Variance is shown: fits to different rows disagree, which makes up "
        f"{write(variance.value)} ({spread}) of the error on new rows.",
        "low": f"Variance is low: row by row, at most {write(max(variance.high, v.gap.high))}.",
        "open": "Variance is neither shown to be high nor to be low.",
    }
    they_differ = "Fits to different rows disagree"
    if v.told_by_gap:
        they_differ = "Errors on new rows and on training rows differ"
        varies["high"] = (
            "Variance is shown: row by row, the error where a row was new is above that where it "
            f"was learned from by {write(variance.value)} ({spread})."
        )
    if v.harmless:
        varies["open"] = f"{they_differ}, but on labels that nothing is shown to tell."
    return [bias[v.bias_is], varies[v.variance_is]]


def bounds(d: Diagnosis) -> list[tuple[str, str, str]]:
    """List the bounds of the bias: name, value, interval."""
    v, write = d.verdict, partial(format_error, in_percent=d.in_percent)
    at_least, at_most = v.bias_at_least, v.bias_at_most
    spread = f"{write(max(at_least.low, 0.0))} to {write(within(d, at_least.high))}"
    least = (write(at_least.value), spread) if v.bias_is == "high" else ("not shown", "")
    varies = f"{write(max(v.variance.low, 0.0))} to {write(within(d, v.variance.high))}"
    return [
        ("bias, at least", *least),
        (
            "bias, at most",
            write(max(at_most.value, 0.0)),
            f"{write(max(at_most.low, 0.0))} to {write(within(d, max(at_most.high, 0.0)))}",
        ),
        (
            "variance, " + ("the gap" if v.told_by_gap else "noise-free"),
            write(max(v.variance.value, 0.0)),
            varies,
        ),
    ]
