"""Pieces of reStructuredText, as lists of lines."""


def heading(text, mark="="):
    """Return a title, and the empty line after it."""
    return [text, mark * len(text), ""]


def toctree(names):
    """Return a tree of pages that only the side bar shows."""
    return [".. toctree::", "   :hidden:", "", *(f"   {name}" for name in names), ""]


def table(columns, rows):
    """Return a list-table; each cell is one line of reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", "   :class: components", ""]
    for row in (columns, *rows):
        first, *rest = row
        lines += [f"   * - {first}", *(f"     - {cell}" for cell in rest)]
    return [*lines, ""]


def indented(lines, by="   "):
    """Return lines as the content of a directive."""
    return [by + line if line else line for line in lines]


def container(name, lines):
    """Return lines in a box of a class, for the style sheet."""
    return [f".. container:: {name}", "", *indented(lines), ""]
