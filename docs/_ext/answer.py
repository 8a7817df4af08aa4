"""A Sphinx extension for exercises: ``.. answer::`` folds its content away, in notebooks too."""

import json
import re
import textwrap
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

OPEN, CLOSE = "<details class='answer'><summary>Answer</summary>", "</details>"


class Answer(SphinxDirective):
    """The answer to an exercise."""

    has_content = True

    def run(self):
        """Return the content between the tags that fold it."""
        content = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, content)
        opened, closed = (nodes.raw("", text, format="html") for text in (OPEN, CLOSE))
        return [opened, *content.children, closed]


def folded(text):
    """Return the text of a notebook's cell, its answers folded away."""
    answer = re.compile(r"^\.\. answer::\n((?:[ \t]+.*\n?|\s*\n)+)", re.MULTILINE)
    return answer.sub(lambda found: f"{OPEN}\n\n{textwrap.dedent(found[1])}\n{CLOSE}\n", text)


def fold_notebooks(app):
    """Fold the answers of the notebooks that sphinx-gallery wrote."""
    for path in Path(app.srcdir, "gallery").rglob("*.ipynb"):
        notebook = json.loads(path.read_text("utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = [folded("".join(cell["source"]))]
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


def setup(app):
    """Tell Sphinx of the directive, and to fold after sphinx-gallery has written."""
    app.add_directive("answer", Answer)
    app.connect("builder-inited", fold_notebooks, priority=900)
    return {"parallel_read_safe": True}
