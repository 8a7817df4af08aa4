"""The words and numbers in which a diagnosis is told: shared by text, notebook and report.

Each function reads the plain result, here called ``d``, and nothing else.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from skdl.diagnosis.balance import IMBALANCED
from skdl.diagnosis.findings.finding import ABOUT, Finding
from skdl.diagnosis.telling import verdict_words
from skdl.diagnosis.telling.numbers import format_error, model_name
from skdl.diagnosis.telling.sets_words import of_mismatch, of_sets, rows_of_sets
from skdl.diagnosis.telling.target_words import is_reached, of_target, what_separates
from skdl.diagnosis.telling.trial_words import measured, outcome

if TYPE_CHECKING:
    from skdl.diagnosis.gaps import Estimate
    from skdl.diagnosis.result import Diagnosis

__all__ = [
    "comparison",
    "evidence",
    "explanation",
    "format_error",
    "found",
    "held_out",
    "headline",
    "remedies_title",
    "table",
]

VERB = {
    "underfitting": "underfits",
    "overfitting": "overfits",
    "both": "both underfits and overfits",
    "neither": "fits well",
}
TITLE = {"neither": "What next", "no fault shown": "What could be tried"}


def _wrong(d: Diagnosis, value: str) -> str:
    """Say what an error means for rows: "gets 2.1 % wrong on"."""
    if d.error_name == "error rate":
        return f"gets {value} wrong on"
    if d.error_name == "variance unexplained":
        if max(d.training_error.value, d.validation_error.value) > 1:
            return f"has a squared error of {value} of the target's variance on"
        return f"leaves {value} of the variance unexplained on"
    return f"has an error ({d.error_name}) of {value} on"


def headline(d: Diagnosis) -> str:
    """Say in a sentence what is wrong; before it, whether a target is reached, and a mismatch."""
    return " ".join(filter(None, [of_target(d), of_mismatch(d), _what_is_wrong(d)]))


def _what_is_wrong(d: Diagnosis) -> str:
    """Say it; that the model is no better than guessing comes first."""
    model = model_name(d.is_network, d.is_read)
    write = partial(format_error, in_percent=d.in_percent)
    old, new, floor = (
        write(e) for e in (d.training_error.value, d.validation_error.value, d.bayes.value)
    )
    train, unseen = _wrong(d, old), _wrong(d, new)
    if not d.verdict.better_than_guessing:
        guess = write(verdict_words.error_of(d, "constant", d.verdict.constant))
        beside = verdict_words.beside_guessing(d)
        return f"{_capital(model)} is {beside}: it {unseen} new rows; a constant guess has {guess}."
    known = "is" if d.bayes.origin == "given" else "is estimated at"
    best = f", where the best attainable {known} {floor}" if d.bayes.value else ""
    if d.regime == "no fault shown":
        return (
            f"No fault of {model} is shown: it {unseen} new rows, and {old} on the rows it "
            f"was trained on{best}."
        )
    likely = "" if d.conclusive else "probably "
    start = f"{_capital(model)} {likely}{VERB[d.regime]}:"
    sentence = {
        "underfitting": f"it {train} the very rows it was trained on, and {new} on new rows{best}.",
        "overfitting": f"it {train} the rows it was trained on, but {new} on new rows{best}.",
        "both": f"it {train} the very rows it was trained on, and even {new} on new rows{best}.",
        "neither": f"it {unseen} new rows, and {old} on the rows it was trained on{best}.",
    }
    return f"{start} {sentence[d.regime]}"


def _capital(text: str) -> str:
    """Begin a sentence."""
    return text[0].upper() + text[1:]


def explanation(d: Diagnosis) -> str:
    """Say what lies behind the regime: the data, the optimiser, the network's size, or noise."""
    names = {finding.name for finding in d.findings}
    hidden = [balance(d)] if IMBALANCED in names and d.balance is not None else []
    separates = what_separates(d)
    said = [*filter(None, [separates]), *hidden]
    if names & {"leaking feature", "copies across folds"}:
        said.append("Distrust these numbers until the data are in order: see what was found.")
    optimiser = ", ".join(f.name for f in d.findings if f.about == "optimiser")
    balanced: list[str] = []
    if d.trials_ is not None and len(d.trials_.frame):
        fair = d.verdict.better_than_guessing and d.regime not in ("underfitting", "both")
        balanced = [outcome(d.trials_, r) for r in d.remedies if r.treats == IMBALANCED]
        fair = fair and not any(balanced)
        said += [measured(d.trials_, d.tolerance, may_be_left=fair)] * _is_worth_telling(d)
        said += balanced
    elif "unscaled inputs" in names and d.regime != "neither":
        said.append("Scale the inputs first: until then, nothing else can be judged.")
    elif d.regime == "neither" and d.verdict.better_than_guessing:
        if not (separates or of_mismatch(d)):  # then it is something else that matters
            said.append("There is nothing to gain from tuning: both gaps are small.")
    elif d.regime in ("underfitting", "both") and optimiser:
        said.append(
            f"It is the optimiser ({optimiser}), not necessarily the network's size: mend the "
            "training first."
        )
    elif d.regime in ("underfitting", "both") and d.is_network:
        said.append(
            "Its training shows no sign of trouble: the network is too small, held back too much "
            "or trained too briefly."
        )
    elif d.regime == "overfitting" and d.verdict.better_than_guessing:
        said.append(
            f"The {'network' if d.is_network else 'model'} learns what is peculiar to its training "
            "rows: it needs more of them, or to be held back."
        )
    elif d.regime == "no fault shown" and optimiser:
        said.append(f"It may be the optimiser ({optimiser}): mend the training first.")
    elif d.regime == "no fault shown" and d.verdict.better_than_guessing:
        said.append(f"What is left may be {verdict_words.possible(d)}: these data cannot tell.")
    if not d.verdict.better_than_guessing:
        helped = any(said_of.startswith("Measured") for said_of in balanced)
        if not helped:  # class by class it is better than a guess then
            told = len(hidden) > 0
            said.append(verdict_words.why_no_better_than_guessing(d, rare_is_told=told))
    return " ".join(said)


def balance(d: Diagnosis) -> str:
    """Say what the error rate hides: how the rare class fares."""
    b, write = d.balance, partial(format_error, in_percent=True)
    told = (
        f"Class by class it gets {write(b.balanced_accuracy)} right (balanced accuracy; a constant "
        f"guess has {write(1 / b.n_classes)}), and of class {b.rare!s}, {write(b.share)} of the "
        f"rows, {write(b.recall)}"
    )
    if b.average_precision == b.average_precision:
        told += f", with an average precision of {write(b.average_precision)}"
    return f"{told}."


def _is_worth_telling(d: Diagnosis) -> bool:
    """Say whether what helped is more than a guess: else it is nothing to begin with."""
    trials = d.trials_
    if d.verdict.better_than_guessing or trials.best_row_ is None:
        return True
    guess = verdict_words.error_of(d, "constant", d.verdict.constant)
    return bool(trials.frame["validation_error"].iloc[trials.best_row_] < guess)


def remedies_title(d: Diagnosis) -> str:
    """Head the list of remedies."""
    if is_reached(d):
        return "What could be tried"
    return TITLE.get(d.regime, "What to change")


def found(d: Diagnosis) -> list[tuple[str, list[Finding]]]:
    """Group the findings by what they are about: pairs of a title and its findings."""
    groups = [
        (title, [f for f in d.findings if f.about == about]) for about, title in ABOUT.items()
    ]
    return [(title, findings) for title, findings in groups if findings]


def comparison(d: Diagnosis) -> list[tuple[str, str, str, str]]:
    """List baselines and the diagnosed model, the best first: name, both errors, difference."""
    if not len(d.baselines_):
        return []
    write = partial(format_error, in_percent=d.in_percent)
    rows = [
        (
            row.validation_error,
            row.model,
            write(row.training_error),
            write(row.validation_error),
            f"{write(row.low)} to {write(row.high)}" if row.low == row.low else "",
        )
        for row in d.baselines_.itertuples()
    ]
    own = d.validation_error.value
    name = "a single network" if d.is_read else model_name(d.is_network, d.is_read)
    rows.append((own, name, write(d.training_error.value), write(own), ""))
    return [row[1:] for row in sorted(rows, key=lambda row: row[0])]


def held_out(d: Diagnosis, test: Any) -> str:
    """Tell what the test part said, once."""
    known = d.validation_error
    write = partial(format_error, in_percent=d.in_percent)
    first = test.before or test
    spread = f"{write(first.low)} to {write(first.high)}"
    told = (
        f"On the test part, {test.n_rows} rows that nothing has looked at until now, {first.what} "
        f"has an error of {write(first.error)} ({d.error_name}; 95 % interval {spread})"
    )
    if test.before is not None:
        spread = f"{write(test.low)} to {write(test.high)}"
        told += f", and {test.what} one of {write(test.error)} ({spread})"
    told += "."
    if test.low > known.high:
        return f"{told} That is more than the folds promised: the choices made here fit them."
    return told


def evidence(d: Diagnosis) -> str:
    """Say how sure the regime is, and by which yardstick."""
    yardstick = f"A gap counts as high above {format_error(d.tolerance, d.in_percent)}."
    if d.bayes.origin != "given":
        told = [yardstick, *verdict_words.shown(d), of_sets(d), _chances(d), d.settle]
        return " ".join(filter(None, told))
    if d.conclusive:
        sure = "Both intervals lie on one side of that: the evidence is conclusive."
        return " ".join(filter(None, [yardstick, sure, of_sets(d)]))
    open_gaps = [n for n in ("bias", "variance") if not getattr(d, n).excludes(d.tolerance)]
    verb = "includes" if len(open_gaps) == 1 else "include"
    return (
        f"{yardstick} The interval of {' and of '.join(open_gaps)} {verb} that value, so the "
        f"evidence does not suffice. {_chances(d)} {d.settle} {of_sets(d)}"
    ).strip()


def _chances(d: Diagnosis) -> str:
    """Say how sure the regime is."""
    if d.conclusive:
        return "For what is shown, the evidence is conclusive."
    if d.regime == "no fault shown":
        return ""
    chances = sorted(d.probabilities.items(), key=lambda item: -item[1])
    said = ", ".join(f"{regime} {100 * p:.0f} %" for regime, p in chances if p >= 0.005)
    return f"It is not conclusive: {said}."


def table(d: Diagnosis) -> list[tuple[str, str, str]]:
    """List the ladder up to the validation error, and what is shown: name, value, interval."""
    write = partial(format_error, in_percent=d.in_percent)
    errors = (d.training_error, d.validation_error)

    def row(name: str, estimate: Estimate) -> tuple[str, str, str]:
        """Write an estimate; an error is never below 0, nor an error rate above 1."""
        low = max(estimate.low, 0.0) if estimate in errors else estimate.low
        high = verdict_words.within(d, estimate.high)
        return name, write(estimate.value), f"{write(low)} to {write(high)}"

    known = d.bayes.origin != "unknown"
    rows = [("Bayes error", write(d.bayes.value), d.bayes.origin), row("+ bias", d.bias)] * known
    rows += [row("= training error" if known else "training error", d.training_error)]
    # What is between two errors holds noise as well, unless the Bayes error is known.
    gap = "+ variance" if known else "+ gap to new rows"
    has_train_dev = d.sets_ is not None and d.sets_.mismatch is not None
    new = "= train-dev error" if has_train_dev else "= validation error"
    rows += [row(gap, d.variance), row(new, d.validation_error), *rows_of_sets(d)]
    return rows if d.bayes.origin == "given" else rows + verdict_words.bounds(d)
