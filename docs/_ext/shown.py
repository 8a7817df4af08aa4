"""A Sphinx extension for examples that are run: ``.. shown::`` has what they print and draw.

The content is a doctest, which may leave numbers out (``...``) and is tested as all are. The page
shows what came out in full, in a box that scrolls, and the figure that was drawn, if any.
"""

import contextlib
import doctest
import hashlib
import io
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

import skdl


def run(text):
    """Run a doctest; return it with what it printed, and the figures that it drew."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    pyplot.close("all")
    names, lines = {}, []
    for example in doctest.DocTestParser().get_examples(text):
        first, *rest = example.source.splitlines()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(example.source, "shown", "single"), names)
        lines += [f">>> {first}", *(f"... {line}" for line in rest)]
        lines += printed.getvalue().splitlines()
    figures = [pyplot.figure(number) for number in pyplot.get_fignums()]
    pyplot.close("all")
    return "\n".join(lines), figures


class Shown(SphinxDirective):
    """Examples with what they print and draw."""

    has_content = True

    def run(self):
        """Return the figures, and the examples with what they printed."""
        for path in Path(skdl.__file__).parent.rglob("*.py"):
            self.env.note_dependency(str(path))
        content = "\n".join(self.content)
        text, figures = run(content)
        found = nodes.container(classes=["shown"])
        folder = Path(self.env.srcdir, "api", "generated", "pictures")
        folder.mkdir(parents=True, exist_ok=True)
        for number, figure in enumerate(figures):
            name = f"shown_{hashlib.sha256(content.encode()).hexdigest()[:8]}_{number}.png"
            figure.savefig(folder / name, dpi=160)
            uri = f"/api/generated/pictures/{name}"
            found += nodes.image(uri=uri, alt="What is drawn", classes=["display"])
        found += nodes.literal_block(text, text, language="pycon")
        return [found]


def setup(app):
    """Tell Sphinx of the directive."""
    app.add_directive("shown", Shown)
    return {"parallel_read_safe": True}
