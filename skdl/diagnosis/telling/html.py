"""A diagnosis and its trials as compact HTML: what a notebook shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from skdl.diagnosis.telling import trial_words, words

if TYPE_CHECKING:
    from skdl.diagnosis.result import Diagnosis
    from skdl.diagnosis.trials import Trials

__all__ = ["diagnosis_as_html", "trials_as_html"]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table."""

    def line(cells: Sequence[object], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(str(c))}</{tag}>" for c in cells) + "</tr>"

    body = "".join(line(row, "td") for row in rows)
    return f"<table><thead>{line(head, 'th')}</thead><tbody>{body}</tbody></table>"


def _folded(title: str, content: str, is_open: bool = False) -> str:
    """Fold content under its title."""
    opened = " open" if is_open else ""
    return f"<details{opened}><summary>{escape(title)}</summary>{content}</details>"


def diagnosis_as_html(d: Diagnosis) -> str:
    """Show the verdict, the gaps, the findings and the remedies; what is longer is folded."""
    head = (d.error_name, "estimate", f"{100 * d.confidence:.0f} % interval")
    parts = [
        f"<p><b>{escape(words.headline(d))}</b> {escape(words.explanation(d))}</p>",
        _table(head, words.table(d)),
        f"<p>{escape(words.evidence(d))} {escape(d.bayes.told)}</p>",
    ]
    for title, findings in words.found(d):
        items = "".join(f"<li><b>{escape(f.name)}</b>: {escape(f.evidence)}</li>" for f in findings)
        parts.append(f"<p>{escape(title)}</p><ul>{items}</ul>")
    items = "".join(
        f"<li><b>{escape(str(r))}</b><br>{escape(trial_words.outcome(d.trials_, r))} "
        f"{escape(r.reason)} <small>{escape(r.source)}</small></li>"
        for r in d.remedies
    )
    parts.append(f"<p>{escape(words.remedies_title(d))}</p><ol>{items}</ol>")
    if len(d.baselines_):
        head = ("on the same folds", "training", "validation", "difference")
        parts.append(_folded("Other models", _table(head, words.comparison(d))))
    if d.trials_ is not None:
        parts.append(trials_as_html(d.trials_))
    parts += [f"<p>Note: {escape(note)}</p>" for note in d.notes]
    return f"<div>{''.join(parts)}</div>"


def trials_as_html(trials: Trials) -> str:
    """Show what was tried as a table."""
    share = f"{100 * trials.confidence:.0f} % interval"
    head = ("remedy", "change", f"bias ({share})", "variance", "validation error")
    rows = [(remedy, change, *told) for remedy, change, told in trial_words.trial_rows(trials)]
    return _folded(
        f"Remedies tried on {trials.measured_on}",
        f"<p>{escape(trial_words.trials_verdict(trials))}</p>{_table(head, rows)}",
        is_open=True,
    )
