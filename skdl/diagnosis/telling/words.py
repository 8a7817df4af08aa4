"""The words and numbers in which a diagnosis is told: shared by text, notebook and report."""

from __future__ import annotations

import textwrap

from skdl.diagnosis.findings.finding import ABOUT

__all__ = [
    "as_text",
    "comparison",
    "evidence",
    "explanation",
    "format_error",
    "found",
    "held_out",
    "headline",
    "interval",
    "quantity",
    "remedies_title",
    "table",
]

VERB = {
    "underfitting": "underfits",
    "overfitting": "overfits",
    "both": "both underfits and overfits",
    "neither": "fits well",
}


def format_error(error: float, in_percent: bool) -> str:
    """Write an error: in percent where 1 stands for a model that knows nothing."""
    return f"{100 * error:.1f} %" if in_percent else f"{error:.4g}"


def quantity(diagnosis, error: float) -> str:
    """Write an error of a diagnosis."""
    return format_error(error, diagnosis.in_percent)


def interval(diagnosis, estimate) -> str:
    """Write a confidence interval; an error itself is never below 0."""
    low = estimate.low
    if estimate in (diagnosis.training_error, diagnosis.validation_error):
        low = max(low, 0.0)
    return f"{quantity(diagnosis, low)} to {quantity(diagnosis, estimate.high)}"


def _wrong(diagnosis, error: float) -> str:
    """Say what an error means for rows: "gets 2.1 % wrong on"."""
    value = quantity(diagnosis, error)
    if diagnosis.error_name == "error rate":
        return f"gets {value} wrong on"
    if diagnosis.error_name == "variance unexplained":
        return f"leaves {value} of the variance unexplained on"
    return f"has an error ({diagnosis.error_name}) of {value} on"


def headline(diagnosis) -> str:
    """Say in one sentence what is wrong."""
    d = diagnosis
    model = "network" if d.is_network else "model"
    likely = "" if d.conclusive else "probably "
    start = f"Your {model} {likely}{VERB[d.regime]}:"
    train, unseen = (_wrong(d, e.value) for e in (d.training_error, d.validation_error))
    old, new = (quantity(d, e.value) for e in (d.training_error, d.validation_error))
    best = f", where the best attainable is {quantity(d, d.bayes_error)}" if d.bayes_error else ""
    sentence = {
        "underfitting": f"it {train} the very rows it was trained on, and {new} on new rows{best}.",
        "overfitting": f"it {train} the rows it was trained on, but {new} on new rows{best}.",
        "both": f"it {train} the very rows it was trained on, and even {new} on new rows{best}.",
        "neither": f"it {unseen} new rows, and {old} on the rows it was trained on{best}.",
    }
    return f"{start} {sentence[d.regime]}"


def explanation(diagnosis) -> str:
    """Say what lies behind the regime: the data, the optimiser, the network's size, or noise."""
    d = diagnosis
    names = {finding.name for finding in d.findings}
    said = []
    if names & {"leaking feature", "copies across folds"}:
        said.append("Distrust these numbers until the data are in order: see what was found.")
    optimiser = [f.name for f in d.findings if f.about == "optimiser"]
    if d.regime == "neither":
        said.append("There is nothing to gain from tuning: both gaps are small.")
    elif "unscaled inputs" in names:
        said.append("Scale the inputs first: until then, nothing else can be judged.")
    elif d.regime in ("underfitting", "both") and optimiser:
        said.append(
            f"It is the optimiser ({', '.join(optimiser)}), not necessarily the network's size: "
            "mend the training first."
        )
    elif d.regime in ("underfitting", "both") and d.is_network:
        said.append(
            "Training went as it should, so more epochs will hardly help: the network is too small "
            "or held back too much, or its inputs do not tell enough."
        )
    elif d.regime == "overfitting":
        said.append(
            f"The {'network' if d.is_network else 'model'} knows its training rows by heart: it "
            "needs more of them, or to be held back; a larger one would not help."
        )
    return " ".join(said)


def remedies_title(diagnosis) -> str:
    """Head the list of remedies."""
    return "What next" if diagnosis.regime == "neither" else "What to change"


def found(diagnosis) -> list[tuple[str, list]]:
    """Group the findings by what they are about: pairs of a title and its findings."""
    groups = [
        (title, [f for f in diagnosis.findings if f.about == about])
        for about, title in ABOUT.items()
    ]
    return [(title, findings) for title, findings in groups if findings]


def comparison(diagnosis) -> list[tuple[str, str, str, str]]:
    """List baselines and the diagnosed model, the best first: name, both errors, difference."""
    d = diagnosis
    if not len(d.baselines_):
        return []
    rows = [
        (
            row.validation_error,
            row.model,
            quantity(d, row.training_error),
            quantity(d, row.validation_error),
            f"{quantity(d, row.low)} to {quantity(d, row.high)}",
        )
        for row in d.baselines_.itertuples()
    ]
    own = d.validation_error.value
    name = "your network" if d.is_network else "your model"
    rows.append((own, name, quantity(d, d.training_error.value), quantity(d, own), ""))
    return [row[1:] for row in sorted(rows, key=lambda row: row[0])]


def held_out(diagnosis, test) -> str:
    """Tell what the test part said, once."""
    d = diagnosis
    known = d.validation_error
    spread = f"{quantity(d, test.low)} to {quantity(d, test.high)}"
    told = (
        f"On the test part, {test.n_rows} rows that nothing has looked at until now, {test.what} "
        f"has an error of {quantity(d, test.error)} ({d.error_name}; 95 % interval {spread})."
    )
    if test.low > known.high:
        return f"{told} That is more than the folds promised: the choices made here fit them."
    return told


def evidence(diagnosis) -> str:
    """Say how sure the regime is, and by which yardstick."""
    d = diagnosis
    yardstick = f"A gap counts as high above {quantity(d, d.tolerance)}."
    if d.conclusive:
        return f"{yardstick} Both intervals lie on one side of that: the evidence is conclusive."
    chances = sorted(d.probabilities.items(), key=lambda item: -item[1])
    said = ", ".join(f"{regime} {100 * p:.0f} %" for regime, p in chances if p >= 0.005)
    open_gaps = [n for n in ("bias", "variance") if not getattr(d, n).excludes(d.tolerance)]
    verb = "includes" if len(open_gaps) == 1 else "include"
    return (
        f"{yardstick} The interval of {' and of '.join(open_gaps)} {verb} that value, so the "
        f"evidence does not suffice ({said}). {d.settle}"
    )


def table(diagnosis) -> list[tuple[str, str, str]]:
    """List the ladder from the Bayes error to the validation error: name, value, interval."""
    d = diagnosis
    rows = [("Bayes error", quantity(d, d.bayes_error), d.bayes.origin)]
    for name, estimate in (
        ("+ bias", d.bias),
        ("= training error", d.training_error),
        ("+ variance", d.variance),
        ("= validation error", d.validation_error),
    ):
        rows.append((name, quantity(d, estimate.value), interval(d, estimate)))
    return rows


def as_text(diagnosis, width: int = 88) -> str:
    """Write the whole diagnosis as plain text."""
    d = diagnosis

    def paragraph(text, indent=""):
        return textwrap.wrap(
            text,
            width,
            initial_indent=indent,
            subsequent_indent=" " * len(indent),
            break_long_words=False,
            break_on_hyphens=False,
        )

    lines = [*paragraph(" ".join(filter(None, [d.headline, d.explanation]))), ""]
    lines += [f"  {d.error_name:<32}    {100 * d.confidence:.0f} % interval"]
    lines += [f"  {name:<20}{value:>12}    {spread}" for name, value, spread in table(d)]
    lines += ["", *paragraph(" ".join(filter(None, [evidence(d), d.bayes.told]))), ""]
    for title, findings in found(d):
        lines.append(title)
        for finding in findings:
            lines += paragraph(f"{finding.name}: {finding.evidence}", "  - ")
        lines.append("")
    if len(d.baselines_):
        head = ("on the same folds", "training", "validation", "difference")
        for name, old, new, gap in [head, *comparison(d)]:
            lines.append(f"  {name:<20}{old:>12}{new:>13}    {gap}".rstrip())
        lines.append("")
    lines += [remedies_title(d)]
    for number, remedy in enumerate(d.remedies, start=1):
        lines += paragraph(remedy.action, f"  {number}. ")
        lines += paragraph(f"try {remedy.change}", "     ") if remedy.change else []
        lines += paragraph(f"{remedy.reason} [{remedy.source}]", "     ")
    if d.trials_ is not None:
        lines += ["", str(d.trials_)]
    for note in d.notes:
        lines += ["", *paragraph(f"Note: {note}")]
    return "\n".join(lines)
