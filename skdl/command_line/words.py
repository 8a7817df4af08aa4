"""Words of the command line: its complaint, listings, and names and labels in one spelling."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

from skdl.tools import text

__all__ = ["InputError", "did_you_mean", "listing", "plural", "quoted", "tidy"]

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


class InputError(ValueError):
    """Input that a person has to correct; its message is one line."""


def tidy(cell: str) -> str:
    """Return a name or a label as it looks: composed letters, nothing invisible, no blanks around.

    Examples
    --------
    >>> tidy(" gro\u0308\u00dfe\u200b ") == "gr\u00f6\u00dfe"
    True
    """
    if not cell.isascii():
        cell = unicodedata.normalize("NFC", cell.translate(INVISIBLE)).replace("\u00a0", " ")
    return cell.strip()


def plural(n: int, noun: str) -> str:
    """Count things.

    Examples
    --------
    >>> plural(1, "row"), plural(2, "class"), plural(3, "category")
    ('1 row', '2 classes', '3 categories')
    """
    if n == 1:
        return f"1 {noun}"
    if noun.endswith("y"):
        return f"{n} {noun[:-1]}ies"
    return f"{n} {noun}es" if noun.endswith("s") else f"{n} {noun}s"


def listing(names: Iterable[object], most: int = 8) -> str:
    """List names with commas: more fit in a line than in a sentence.

    Examples
    --------
    >>> listing("abc"), listing("abcd", most=2)
    ('a, b, c', 'a, b and 2 more')
    """
    return text.listing(names, most, last=", ")


def quoted(cell: object, most: int = 40) -> str:
    """Show a cell in quotes, cut where it is long.

    Examples
    --------
    >>> quoted("<0.1"), quoted("x" * 50, most=5)
    ("'<0.1'", "'xxxx…'")
    """
    shown = " ".join(str(cell).split())
    return repr(shown if len(shown) <= most else shown[: most - 1] + "…")


def did_you_mean(given: str, names: Iterable[str]) -> str:
    """Propose names that are like a given one; a name that only looks the same is told apart.

    Examples
    --------
    >>> did_you_mean("Prices", ["price", "size"])
    "did you mean 'price'?"
    >>> did_you_mean("zzz", ["price", "size"])
    'there are price, size'
    >>> did_you_mean("page", ["p\u0430ge"])  # a Cyrillic letter
    "did you mean 'p\u0430ge' (its character 2 is CYRILLIC SMALL LETTER A)?"
    """
    names = list(names)
    lower: dict[str, list[str]] = {}
    for name in names:
        lower.setdefault(name.casefold(), []).append(name)
    cutoff = 0.6 if len(given) > 3 else 0.5
    close = difflib.get_close_matches(given.casefold(), lower, n=3, cutoff=cutoff)
    if not close:
        return f"there are {listing(names)}"
    proposals = [name for key in close for name in lower[key]]
    return f"did you mean {' or '.join(_told_apart(name, given) for name in proposals)}?"


def _told_apart(name: str, given: str) -> str:
    """Quote a name; say which of its characters differs where eyes cannot see it."""
    differing = [i for i, pair in enumerate(zip(name, given, strict=False)) if pair[0] != pair[1]]
    if len(name) == len(given) and differing:
        letter = name[differing[0]]
        if not (letter.isascii() and given[differing[0]].isascii()):
            called = unicodedata.name(letter, f"U+{ord(letter):04X}")
            return f"{name!r} (its character {differing[0] + 1} is {called})"
    return repr(name)
