"""A Sphinx extension that writes equations as MathML: no script, and nothing from the network.

Browsers have set MathML themselves since 2023; docutils translates it from LaTeX.
"""

import html
import re
from xml.etree import ElementTree

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

# What LaTeX knows and docutils reads otherwise: a fraction of two bare digits (docutils takes both
# for the numerator), and the thin space between the name of a function and its argument.
IN_FULL = {
    r"(\\[dt]?frac)\s*(\d)\s*(\d)": r"\1{\2}{\3}",
    r"(\\(?:cosh|exp|log|max|min|tanh))\s*(?=[\\a-zA-Z\d])": r"\1\\,",
    "…": r"\\ldots ",
}


NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ElementTree.register_namespace("", NAMESPACE)


def below_braces(text):
    """Put what a brace says below it; docutils puts it beside, as an index."""
    # XML knows three entities by name; docutils writes others too.
    text = re.sub(r"&(?!amp;|lt;|gt;)\w+;", lambda name: html.unescape(name[0]), text)
    tree = ElementTree.fromstring(text)
    for index in tree.iter(f"{{{NAMESPACE}}}msub"):
        base = index[0]
        if base.tag.endswith("}munder") and base[-1].text == "⏟":
            index.tag = base.tag
    return ElementTree.tostring(tree, encoding="unicode")


def mathml(latex, *, block):
    """Translate an equation."""
    for short, full in IN_FULL.items():
        latex = re.sub(short, full, latex)
    if re.search(r"[_^]\d\d", latex):
        raise ValueError(f"{latex!r}: put braces around an index of two digits, or between them")
    return below_braces(tex2mathml(latex.strip(), as_block=block))


def visit_inline(translator, node):
    """Write an equation in a line of text."""
    translator.body.append(mathml(node.astext(), block=False))
    raise nodes.SkipNode


def visit_block(translator, node):
    """Write an equation that stands by itself."""
    translator.body.append(f'<div class="math">{mathml(node.astext(), block=True)}</div>')
    raise nodes.SkipNode


def setup(app):
    """Offer the renderer; conf.py chooses it."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
