"""Which columns a network can learn from: not a constant, not an identifier, not text alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from skdl.command_line.columns import Column

__all__ = ["Use", "use_of"]

ID_WORDS = {
    "id",
    "ids",
    "index",
    "key",
    "no",
    "nr",
    "num",
    "number",
    "row",
    "rownames",
    "uuid",
    "guid",
}
TIME_WORDS = set(
    "time day week month quarter year hour minute second date period step epoch age dose t tag "
    "woche monat jahr stunde zeit semaine mois jour".split()
)
FREQUENT = (0.02, 0.98)  # a word is of use when it is in more rows than this, and in fewer
LEAST_WORDS = 3


@dataclass
class Use:
    """What becomes of a column.

    Parameters
    ----------
    column : Column
    kept : bool
        Whether it is an input.
    why : str
        Why it is not.
    lost : bool
        Whether it may hold something that is lost with it.
    """

    column: Column
    kept: bool = True
    why: str = ""
    lost: bool = False

    def parts(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return the inputs that the column gives, at some rows."""
        return {name: v[rows] for name, v in self.column.parts().items()} if self.kept else {}


def use_of(column: Column, rows: np.ndarray, *, keep: bool) -> Use:
    """Decide whether a column is an input.

    Parameters
    ----------
    column : Column
    rows : array of int
        The rows that have a target.
    keep : bool
        Whether a person asks for it: only what cannot be learnt from at all is then left out.

    Returns
    -------
    Use

    Examples
    --------
    >>> rows = np.arange(30)
    >>> use_of(Column("house_id", "number", 7.0 + 10 * rows), rows, keep=False).why
    'looks like a row identifier; --keep keeps it'
    >>> use_of(Column("month", "number", 1.0 + rows), rows, keep=False).kept
    True
    """
    values = column.values.to_numpy() if column.kind == "date" else column.values
    values = values[rows]
    filled = values[~_is_empty(values)]
    different = len(set(filled))
    if not len(filled):
        return Use(column, False, "no values")
    if different == 1 and len(filled) == len(values):
        return Use(column, False, "constant")
    if keep:
        if column.kind == "category" and _all_rare(filled, len(values)):
            column.kind = "text"
        if column.kind == "text" and not any(re.search(r"\w", text) for text in filled):
            return Use(column, False, "no words in it")
        return Use(column)
    if _is_identifier(column, filled, different):
        return Use(column, False, "looks like a row identifier; --keep keeps it")
    if column.kind == "text" and not _has_frequent_words(filled):
        return Use(
            column, False, f"text with {different} different values, and few words in common", True
        )
    if column.kind == "category" and _all_rare(filled, len(values)):
        why = f"{different} different values, each of them in fewer than 1 % of the rows"
        return Use(column, False, why, True)
    return Use(column)


def _is_empty(values: np.ndarray) -> np.ndarray:
    """Mark what is missing in an array of any kind."""
    import pandas as pd

    return np.asarray(pd.isna(values))


def _words_of(name: str) -> set[str]:
    """Split a column's name into its words, also where capitals part them."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return set(re.split(r"[\W_]+", parted.lower())) - {""}


def _is_identifier(column: Column, filled: np.ndarray, different: int) -> bool:
    """Tell whether nearly all values differ, and the column's name or their steps say why."""
    n = len(filled)
    words = _words_of(column.name)
    named = bool(words & ID_WORDS) or bool(re.fullmatch(r"column \d+", column.name)) or not words
    if n <= 20 or different < 0.9 * n:
        return False
    if column.kind == "number":
        whole = bool((filled == np.round(filled)).all())
        steps = different == n and bool((np.abs(np.diff(filled)) == 1).all())
        return whole and (named or (steps and not words & TIME_WORDS))
    if column.kind == "text":
        single = not any(" " in text for text in filled)
        return single and (named or all(any(map(str.isdigit, text)) for text in filled))
    return False


def _has_frequent_words(filled: np.ndarray) -> bool:
    """Tell whether several words are in many texts, but not in all."""
    counts: dict[str, int] = {}
    for text in filled:
        for word in set(re.findall(r"\w\w+", text.lower())):
            counts[word] = counts.get(word, 0) + 1
    low, high = (share * len(filled) for share in FREQUENT)
    return sum(max(low, 2) <= n <= high for n in counts.values()) >= LEAST_WORDS


def _all_rare(filled: np.ndarray, n: int) -> bool:
    """Tell whether every category is so rare that the encoder takes them all together."""
    _, counts = np.unique(filled.astype(str), return_counts=True)
    return bool(counts.max() < 0.01 * n)
