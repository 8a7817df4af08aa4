"""The gallery of displays: every picture of ``examples/pictures.py``, and the call that draws it.

The displays are those that :mod:`skdl.plots` hands on; ``tests/test_docs.py`` fails when one of
them, or a picture, is missing.
"""

import ast
import inspect
import re
from pathlib import Path

from rst import container, heading, indented

from skdl import plots

PICTURES = Path(__file__).parents[2] / "examples" / "pictures.py"


def calls():
    """Return the call that draws each picture, by the picture's name."""
    assigned = [n for n in ast.parse(PICTURES.read_text("utf-8")).body if isinstance(n, ast.Assign)]
    pictures = next(n.value for n in assigned if ast.unparse(n.targets[0]) == "PICTURES")
    names = [key.value for key in pictures.keys]
    return dict(zip(names, (shown(value.elts[2].body) for value in pictures.values), strict=True))


def shown(call):
    """Return a call as a reader would write it: axes are for this script."""
    call.keywords = [keyword for keyword in call.keywords if keyword.arg != "ax"]
    name, _, arguments = ast.unparse(call).partition("(")
    one_line = f"{name}({arguments}"
    return one_line if len(one_line) <= 56 else f"{name}(\n    {arguments[:-1]}\n)"


def pictures_of(display):
    """Return the names of a display's pictures: LossCurvesDisplay has loss_curves…"""
    stem = re.sub(r"(?<!^)(?=[A-Z])", "_", display.removesuffix("Display")).lower()
    return [name for name in calls() if name == stem or name.startswith(stem + "_")]


def image(picture, *options):
    """Return a picture of a display."""
    return [f".. image:: /api/generated/pictures/{picture}.png", *options, "   :class: display", ""]


def tile(display, picture, call):
    """Return one picture, whose it is, and the call that draws it."""
    doc = inspect.cleandoc(getattr(plots, display).__doc__)
    summary = " ".join(doc.split("\n\n")[0].split())
    first = picture == pictures_of(display)[0]
    return [
        *image(picture, f"   :alt: {display}", f"   :target: skdl.plots/{display}.html"),
        f":class:`~skdl.plots.{display}`{'. ' + summary if first else ', otherwise'}",
        "",
        ".. code-block:: python",
        "",
        *indented(call.splitlines()),
        "",
    ]


def page():
    """Return the page of all displays."""
    found = calls()
    tiles = [
        line
        for display in plots.__all__
        for picture in pictures_of(display)
        for line in container("tile", tile(display, picture, found[picture]))
    ]
    return [
        *heading("All displays"),
        "Each picture is one call, in scikit-learn's convention: what it returns has matplotlib's",
        "``ax_`` and ``figure_``. A click leads to the page of the display. What the calls are",
        "given, ``found``, ``deep`` and the others, stands at the end.",
        "",
        *container("tiles", tiles),
        *heading("What they draw", "-"),
        ".. literalinclude:: /../examples/pictures.py",
        "   :start-after: from skdl.plots import style",
        "   :end-before: PICTURES = {",
        "",
    ]
