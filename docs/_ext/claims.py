"""A Sphinx extension that writes the table of all claims, with the verdicts of the lessons.

The claims are those of :func:`skdl.lessons.claims`, the verdicts those that ``examples/run.py``
wrote: what a lesson says in its own page may come from a short run.
"""

import csv
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from skdl.lessons import Claim, claims

OWN = "What lessons claim themselves"
EXAMPLES = Path(__file__).parents[2] / "examples"


def verdicts():
    """Return the measurements of the lessons, by claim: a name, or a sentence of a lesson's own."""
    with (EXAMPLES / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    said = dict.fromkeys([*claims(), *(row["claim"] for row in rows)])
    return {claim: [row for row in rows if row["claim"] == claim] for claim in said}


def title_of(lesson):
    """Return the first line of a lesson: its question."""
    text = (EXAMPLES / f"{lesson}.py").read_text("utf-8")
    return text.split('"""')[1].strip().splitlines()[0]


def measured(row):
    """Tell one measurement: what, how much, the interval, the seeds, the criterion."""
    numbers = f"{row['mean']} (95 %: {row['low']} to {row['high']}; {row['seeds']} seeds)"
    return f"| {row['measured']}: {numbers}, expected {row['criterion']}: {row['outcome']}"


def cell(claim, rows, linked):
    """Return the lines of the last cell: the verdict, by what, and where."""
    if not rows:
        return ["| not settled yet. The experiment:", f"| {claim.experiment}"]
    lines = [f"| **{rows[0]['verdict']}**", *(measured(row) for row in rows)]
    for lesson in dict.fromkeys(row["lesson"] for row in rows):
        title = title_of(lesson)
        lines.append(f"| :doc:`{title} </gallery/{lesson}>`" if linked else f"| {title}")
    return lines


def claims_table(linked=True):
    """Return the tables of all claims, one for each group, and of what lessons claim themselves."""
    found, lines = verdicts(), []
    own = [replace(Claim.own(said), group=OWN) for said in found if said not in claims()]
    for group, members in groupby([*claims().values(), *own], key=lambda claim: claim.group):
        lines += [group, "-" * len(group), ""]
        lines += [".. list-table::", "   :header-rows: 1", "   :widths: 7 38 55"]
        lines += ["   :class: claims", "", "   * - ", "     - claim", "     - verdict"]
        for claim in members:
            first, *rest = cell(claim, found[claim.name or claim.text], linked)
            lines += [f"   * - {claim.name}{'‡' * claim.doubted}", f"     - {escaped(claim.text)}"]
            lines += [f"     - {first}", *(f"       {line}" for line in rest)]
        lines.append("")
    return lines


def escaped(text):
    """Return text in which no character is markup."""
    return "".join(f"\\{c}" if c in "\\*`|_" else c for c in text)


def write_pages(app, config):
    """Write the table; without sphinx-gallery, also a page in the place of the lessons."""
    linked = "sphinx_gallery.gen_gallery" in config.extensions
    write(Path(app.srcdir, "claims.inc"), "\n".join(claims_table(linked)))
    if not linked:
        told = "These pages were built without sphinx-gallery, which sets the lessons."
        text = f"Lessons\n=======\n\n{told}\n"
        write(Path(app.srcdir, "gallery", "index.rst"), text)


def write(path, text):
    """Write a file, if it changed."""
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def setup(app):
    """Tell Sphinx what to call, and when."""
    app.connect("config-inited", write_pages)
    return {"parallel_read_safe": True}
