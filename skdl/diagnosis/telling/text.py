"""A diagnosis and its trials as plain text: what ``print`` shows."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from skdl.diagnosis.telling import words
from skdl.diagnosis.telling.trial_words import outcome, trial_rows, trials_verdict

if TYPE_CHECKING:
    from skdl.diagnosis.result import Diagnosis
    from skdl.diagnosis.trials import Trials

__all__ = ["diagnosis_as_text", "diagnosis_in_brief", "trials_as_text"]

WIDTH = 88
TOGETHER = "\N{NO-BREAK SPACE}"  # stands between a number and its sign until lines are broken
BRIEF, LINES = 3, 5  # so many remedies are the gist, in so many lines


def _paragraph(*sentences: str, indent: str = "") -> list[str]:
    """Break sentences into lines; what follows the first line is indented as far as that."""
    lines = textwrap.wrap(
        " ".join(filter(None, sentences)).replace(" %", f"{TOGETHER}%"),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(TOGETHER, " ") for line in lines]


def _verdict(d: Diagnosis) -> list[str]:
    """Write the verdict, the numbers, and how sure both are."""
    return [
        *_paragraph(words.headline(d), words.explanation(d)),
        "",
        f"  {d.error_name:<32}    {100 * d.confidence:.0f} % interval",
        *[f"  {name:<20}{value:>12}    {spread}" for name, value, spread in words.table(d)],
        "",
        *_paragraph(words.evidence(d), d.bayes.told),
        "",
    ]


def diagnosis_as_text(d: Diagnosis) -> str:
    """Write the whole diagnosis."""
    lines = _verdict(d)
    for title, findings in words.found(d):
        lines.append(title)
        for finding in findings:
            lines += _paragraph(f"{finding.name}: {finding.evidence}", indent="  - ")
        lines.append("")
    if len(d.baselines_):
        head = ("on the same folds", "training", "validation", "difference")
        for name, old, new, gap in [head, *words.comparison(d)]:
            lines.append(f"  {name:<20}{old:>12}{new:>13}    {gap}".rstrip())
        lines.append("")
    lines += [words.remedies_title(d)]
    for number, remedy in enumerate(d.remedies, start=1):
        change = remedy.change
        lines += _paragraph(remedy.action, indent=f"  {number}. ")
        lines += _paragraph(f"try {change}", indent="     ") if change else []
        lines += _paragraph(outcome(d.trials_, remedy), indent="     ")
        lines += _paragraph(f"{remedy.reason} [{remedy.source}]", indent="     ")
    if d.trials_ is not None:
        lines += ["", trials_as_text(d.trials_)]
    for note in d.notes:
        lines += ["", *_paragraph(f"Note: {note}")]
    return "\n".join(lines)


def diagnosis_in_brief(d: Diagnosis) -> str:
    """Write the gist: the verdict, the gaps, the names of what was found, the first remedies."""
    lines = _verdict(d)
    if d.findings:
        lines += [*_paragraph(f"Found: {', '.join(f.name for f in d.findings)}."), ""]
    lines += [words.remedies_title(d)]
    listed: list[str] = []
    for number, remedy in enumerate(d.remedies, start=1):
        told = outcome(d.trials_, remedy) or (f"Try {remedy.change}." if remedy.change else "")
        new = _paragraph(f"{remedy.action}. {told}".strip(), indent=f"  {number}. ")
        if number > BRIEF or (listed and len(listed) + len(new) > LINES):
            listed += [f"  and {len(d.remedies) - number + 1} more"]
            break
        listed += new
    return "\n".join([*lines, *listed])


def trials_as_text(trials: Trials) -> str:
    """Write what was tried."""
    lines = [
        f"Remedies tried on {trials.measured_on}",
        *textwrap.wrap(trials_verdict(trials), WIDTH),
    ]
    rows = trial_rows(trials)
    if rows:
        share = f"{100 * trials.confidence:.0f} % interval"
        lines += ["", f"  change, with its {share}, of bias / variance / validation error"]
    for remedy, change, told in rows:
        lines += textwrap.wrap(
            f"{remedy}: {change}",
            WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
            break_on_hyphens=False,
        )
        lines.append("    " + " / ".join(told))
    return "\n".join([*lines, *trials.failures])
