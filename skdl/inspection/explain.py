"""What a name means: its equation, its settings, where it comes from; from the registries."""

from __future__ import annotations

import html
import inspect
import re
from dataclasses import dataclass
from typing import Any

from skdl.core.component import address, families
from skdl.core.foreign import PARAMETERS as FOREIGN_PARAMETERS
from skdl.core.foreign import VALUES, nearest, plain
from skdl.estimators.parameters.table import PARAMETERS
from skdl.tools.checks import refuse

__all__ = ["Explanation", "explain"]

MOST = 5  # names that are offered where none is known
INLINE = "math"  # how docstrings mark equations, in a sentence and set apart
ROLE = re.compile(r":\w+(?::\w+)*:`~?([^`]*)`")
EQUATION = re.compile(rf"^\.\. {INLINE}::(.*(?:\n(?:[ \t]+.*)?)*)", re.MULTILINE)


@dataclass(frozen=True)
class Explanation:
    """What a name of the library means: prints as text, shows as HTML in a notebook.

    Parameters
    ----------
    name : str
        The name.
    title : str
        What kind of thing it is.
    text : str
        What it does, with its equation in LaTeX, and its source.
    settings : dict of str to str
        Its settings with their defaults and what they may be.
    use : str
        How to ask for it, in Python.

    See Also
    --------
    explain : Makes them.

    Examples
    --------
    >>> from skdl import explain
    >>> explain("huber").settings
    {'delta': '1.35 (> 0)'}
    """

    name: str
    title: str
    text: str
    settings: dict[str, str]
    use: str

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.title}", "", ROLE.sub(r"\1", self.text), ""]
        lines += [f"  {name} = {told}" for name, told in self.settings.items()]
        return "\n".join([*lines, *[""] * bool(self.settings), f"To use it: {self.use}"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        text = EQUATION.sub(lambda block: f"$${' '.join(block[1].split())}$$\n\n", self.text)
        text = re.sub(rf":{INLINE}:`([^`]*)`", r"$\1$", text)
        text = ROLE.sub(r"\1", text).replace("``", "")
        paragraphs = "".join(
            f"<p>{html.escape(part, quote=False)}</p>" for part in text.split("\n\n") if part
        )
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{html.escape(told)}</td></tr>"
            for name, told in self.settings.items()
        )
        table = f"<table>{rows}</table>" if rows else ""
        title = f"<b>{html.escape(self.name)}</b>: {html.escape(self.title)}"
        use = f"<p>To use it: <code>{html.escape(self.use)}</code></p>"
        return f"<div><p>{title}</p>{paragraphs}{table}{use}</div>"


def explain(name: str) -> Explanation:
    """Say what a name means: a component of a network, or a parameter of the estimators.

    Parameters
    ----------
    name : str
        Such as "rmsprop", "glorot_uniform", "huber" or "dropout"; case and underscores do not
        matter, and names of other libraries ("xavier", "mse", "lr") are known.

    Returns
    -------
    explanation : Explanation
        What it does, its equation, its settings, its source.

    Raises
    ------
    ValueError
        If nothing has that name; the message has the nearest ones.

    See Also
    --------
    skdl.inspection.trace : Shows a step of a network with all that is between.

    Examples
    --------
    >>> from skdl import explain
    >>> print(explain("RMSProp"))
    rmsprop: an Optimizer
    ...
    >>> explain("xavier").name
    'glorot_uniform'
    """
    if not isinstance(name, str):
        refuse("explain", "name", "a str", name)
    known = _known()
    found = known.get(plain(name))
    if found is None:
        found = next((known[one] for one in map(plain, _foreign(name)) if one in known), None)
    if found is None:
        names = {entry.name for entry in known.values()}
        near = nearest(name, names, MOST) or nearest(name.strip("0123456789"), names, MOST)
        hint = f"the nearest are {', '.join(map(repr, near))}" if near else "nothing is near"
        raise ValueError(
            f"explain: name must be that of a component or of a parameter; got {name!r} ({hint})"
        )
    return found


def _known() -> dict[str, Explanation]:
    """Return every explanation by its plain name: of components, then of parameters."""
    found = {}
    for parameter, row in PARAMETERS.items():
        found[plain(parameter)] = Explanation(
            parameter,
            f"a parameter ({row.group})",
            f"{row.text}\n\nIt may be {row.kind}.",
            {},
            f"MLPClassifier({parameter}=…)",
        )
    for family, base in families().items():
        for name, cls in base.registry.items():
            found[plain(name)] = _of_component(name, family, cls)
    return found


def _of_component(name: str, family: str, cls: Any) -> Explanation:
    """Explain a component by its docstring."""
    doc = inspect.getdoc(cls) or ""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}$", doc, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    source = " ".join(sections.get("References", "").split())
    text = parts[0].strip() + (f"\n\nSource: {source}" if source else "")
    rules = cls.rules
    settings = {
        parameter: f"{value.default!r} ({rules[parameter]})"
        for parameter, value in inspect.signature(cls).parameters.items()
        if parameter in rules
    }
    owner = next((p for p, row in PARAMETERS.items() if _takes(row, base=families()[family])), "")
    use = f"{owner}={name!r}" if owner else f"{cls.__name__}()"
    if settings:
        first = next(iter(settings))
        use += f", or {cls.__name__}({first}=…) from {address(cls)}"
    article = "an" if family[0] in "AEIOU" else "a"
    return Explanation(name, f"{article} {family}", text, settings, use)


def _takes(row: Any, base: type) -> bool:
    """Say whether a parameter takes components of a family."""
    return row.family is not None and issubclass(base, row.family)


def _foreign(name: str) -> list[str]:
    """Return what another library's name may be here: a component, or else its parameter."""
    for foreign in (FOREIGN_PARAMETERS, *VALUES.values()):
        for theirs, row in foreign.items():
            if plain(theirs) == plain(name):
                return [*re.findall(r"'(\w+)'", row.here), row.here.partition("=")[0]]
    return []
