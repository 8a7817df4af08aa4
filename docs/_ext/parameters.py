"""The pages of the parameters, which the search finds by the names that other libraries have.

Every name of :mod:`skdl.core.foreign` is an entry of the index, on the page of the parameter that
it is called here, as it is written and in separate words: ``weight_init`` and "weight init".
"""

import inspect
import re

from rst import heading, table, toctree

from skdl import MLPClassifier, MLPRegressor
from skdl.core import foreign
from skdl.estimators.parameters.table import PARAMETERS

ELSEWHERE = "None of the parameters"


def parameter_of(row):
    """Return the parameter that a foreign name belongs to: the first that its entry names."""
    return next((word for word in re.findall(r"\w+", row.here) if word in PARAMETERS), ELSEWHERE)


def names_elsewhere():
    """Return the foreign names of each parameter: the name, how it is given, its entry."""
    found = {name: [] for name in (*PARAMETERS, ELSEWHERE)}
    for name, row in foreign.PARAMETERS.items():
        found[parameter_of(row)].append((name, name, row))
    for parameter, rows in foreign.VALUES.items():
        for name, row in rows.items():
            found[parameter_of(row)].append((name, f"{parameter}='{name}'", row))
    return found


def entries(names):
    """Return the entries of the index, as they are written and in separate words."""
    words = dict.fromkeys(word for name in names for word in (name, name.replace("_", " ")))
    return [".. index::", *(f"   ! single: {word}" for word in words), ""] if words else []


def default_of(name):
    """Return the default as Python writes it; both, where the estimators differ."""
    kinds = (MLPClassifier, MLPRegressor)
    found = {
        f"``{kind.__name__}``": f"``{signature.parameters[name].default!r}``"
        for kind in kinds
        for signature in [inspect.signature(kind)]
        if name in signature.parameters
    }
    values = list(dict.fromkeys(found.values()))
    if len(found) == len(kinds) and len(values) == 1:
        return values[0]
    return ", ".join(f"{value} in {kind}" for kind, value in found.items())


def elsewhere(names):
    """Return the table of what a parameter, or a value of it, is called elsewhere."""
    rows = [
        (row.library, f"``{there}``", f"``{row.here}``{row.because and ', ' + row.because}")
        for _, there, row in names
    ]
    return table(("said by", "there", "here"), rows) if rows else []


def one_page(name, row, names):
    """Return the page of one parameter."""
    components = ["Its values by name: :doc:`/api/generated/components`.", ""] if row.family else []
    return [
        *heading(f"Parameter {name}"),
        *entries([name, *(there for there, _, _ in names)]),
        f"*{row.kind}*, default {default_of(name)}",
        "",
        row.text,
        "",
        *components,
        *elsewhere(names),
    ]


def in_a_line(row, names):
    """Return what a parameter is, and its names elsewhere."""
    there = ", ".join(f"``{name}``" for name in dict.fromkeys(name for name, _, _ in names))
    return f"{row.text} *Elsewhere:* {there}." if there else row.text


def overview(called):
    """Return the page of all parameters."""
    lines = [
        *heading("All parameters"),
        "Of :class:`~skdl.MLPClassifier` and :class:`~skdl.MLPRegressor`, and what other libraries",
        "call them. The search finds a parameter by any of its names: try ``alpha``, ``epochs`` or",
        "``early stopping rounds``.",
        "",
    ]
    for group in dict.fromkeys(row.group for row in PARAMETERS.values()):
        rows = [
            (f":doc:`{name} <parameters/{name}>`", in_a_line(row, called[name]))
            for name, row in PARAMETERS.items()
            if row.group == group
        ]
        lines += [*heading(group.capitalize(), "-"), *table(("name", "what it is"), rows)]
    lines += entries(there for there, _, _ in called[ELSEWHERE])
    lines += [*heading(ELSEWHERE, "-"), *elsewhere(called[ELSEWHERE])]
    return [*lines, *toctree(f"parameters/{name}" for name in PARAMETERS)]


def pages():
    """Yield the page of all parameters, and that of each."""
    called = names_elsewhere()
    yield "parameters", overview(called)
    for name, row in PARAMETERS.items():
        yield f"parameters/{name}", one_page(name, row, called[name])
