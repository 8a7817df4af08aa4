"""From what is asked for to the table: the file that is named, or what is bundled."""

from __future__ import annotations

import argparse
from typing import Any

from skdl.command_line.bundled import BUNDLED, bundled
from skdl.command_line.table import Table, load_table
from skdl.command_line.target import treat_rare_classes
from skdl.command_line.words import InputError
from skdl.tools.rows import rows_of

__all__ = ["asked_of", "load", "table_of_file"]

# The options that say how a file is read.
READING = ("drop", "keep", "read", "missing", "separator", "encoding", "sheet")


def load(options: argparse.Namespace) -> Table:
    """Load the file that was given, or what is bundled."""
    if options.file is None:
        for option in ("target", *READING):
            given = getattr(options, option)
            if given:
                value = given if isinstance(given, str) else given[0]
                value = value if isinstance(value, str) else "=".join(value)
                raise InputError(f"--{option} {value} needs a file")
        if options.task == "regression":
            raise InputError(f"--task regression needs a file; {BUNDLED} is a classification task")
        return bundled()
    return table_of_file(options.file, options.target, **asked_of(options))


def asked_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return how the file is to be read, as far as it was said, for :func:`table_of_file`."""
    asked = {name: value for name in READING if (value := getattr(options, name))}
    if options.task != "auto":
        asked["task"] = options.task
    if options.read:
        asked["read"] = dict(options.read)
    if options.drop_rare or options.join_rare:
        asked["rare"] = "drop" if options.drop_rare else "join"
    return {**asked, "cv": options.cv}


def table_of_file(
    path: str,
    target: str | None,
    *,
    task: str = "auto",
    separator: str | None = None,
    rare: str | None = None,
    cv: int = 5,
    **reading: Any,
) -> Table:
    r"""Load a file, with enough rows of each class for the folds.

    Parameters
    ----------
    path : str
        The file, or "-" for the standard input.
    target : str or None
        The column to predict.
    task : {"auto", "classification", "regression"}, default="auto"
        What to predict.
    separator : str, default=None
        The sign between cells; ``"\t"`` is a tab.
    rare : {"drop", "join"}, default=None
        What becomes of classes with fewer rows than folds; None refuses them.
    cv : int, default=5
        The number of folds.
    **reading
        Further arguments of :func:`~skdl.command_line.table.load_table`.

    Returns
    -------
    Table
    """
    sign = separator and separator.replace("\\t", "\t")
    if sign and len(sign) != 1:
        raise InputError(f"--separator must be one sign; got {separator!r}")
    table = load_table(path, target, task, separator=sign, **reading)
    if table.task == "classification":
        table.y, rows, told = treat_rare_classes(table.y, target, cv, rare)
        table.X = rows_of(table.X, rows).reset_index(drop=True)
        table.notes += told
    return table
