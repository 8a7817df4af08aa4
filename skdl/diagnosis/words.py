"""The words and numbers in which a diagnosis is told: shared by text, notebook and report."""

from __future__ import annotations

import textwrap

__all__ = ["as_text", "evidence", "headline", "interval", "quantity", "table"]

VERB = {
    "underfitting": "underfits",
    "overfitting": "overfits",
    "both": "both underfits and overfits",
    "neither": "fits well",
}


def quantity(diagnosis, error: float) -> str:
    """Write an error: in percent where 1 stands for a model that knows nothing."""
    return f"{100 * error:.1f} %" if diagnosis.in_percent else f"{error:.4g}"


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
        f"evidence does not suffice ({said}). More rows or more repeats narrow the intervals."
    )


def table(diagnosis) -> list[tuple[str, str, str]]:
    """List the ladder from the Bayes error to the validation error: name, value, interval."""
    d = diagnosis
    origin = "given" if d.bayes_error else "assumed"
    rows = [("Bayes error", quantity(d, d.bayes_error), origin)]
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
            text, width, initial_indent=indent, subsequent_indent=" " * len(indent),
            break_on_hyphens=False,
        )  # fmt: skip

    lines = [*paragraph(d.headline), ""]
    lines += [f"  {d.error_name:<32}    {100 * d.confidence:.0f} % interval"]
    lines += [f"  {name:<20}{value:>12}    {spread}" for name, value, spread in table(d)]
    lines += ["", *paragraph(evidence(d)), ""]
    lines += ["What next" if d.regime == "neither" else "What to change"]
    for number, remedy in enumerate(d.remedies, start=1):
        lines += paragraph(remedy.action, f"  {number}. ")
        lines += [f"     try {remedy.change}"] if remedy else []
        lines += paragraph(f"{remedy.reason} [{remedy.source}]", "     ")
    for note in d.notes:
        lines += ["", *paragraph(f"Note: {note}")]
    return "\n".join(lines)
