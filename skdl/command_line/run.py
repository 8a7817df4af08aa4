"""From what is asked for to the answer: diagnose, print the text, write the page."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import sys
import tempfile
import textwrap
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from skdl.command_line.keep import pickled_model, script_of
from skdl.command_line.loading import load
from skdl.command_line.options import parser, scorer_of, set_parameters
from skdl.command_line.words import InputError, listing, plural
from skdl.command_line.work import is_small, work_note
from skdl.tools.preparation import preparation
from skdl.tools.rows import rows_of

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from skdl.command_line.table import Table

__all__ = ["build_pipeline", "main", "run"]

WIDTH = 88  # of what is printed, at most
VERSION = sys.modules["skdl"].__version__


class OutputError(Exception):
    """The answer was found, and a part of it could not be handed over."""


def build_pipeline(table: Table, seed: int, given: Sequence[tuple[str, str]] = ()) -> Pipeline:
    """Chain the preparation and our default network, which is the last step and named ``mlp``.

    Parameters
    ----------
    table : Table
    seed : int
        Decides the initial weights.
    given : sequence of (str, str), default=()
        Parameters of the network and their values, as text.

    Returns
    -------
    Pipeline
    """
    from sklearn.pipeline import Pipeline

    from skdl.estimators import MLPClassifier, MLPRegressor

    network = MLPClassifier if table.task == "classification" else MLPRegressor
    made = set_parameters(network(random_state=seed), list(given), len(table.y))
    prepare = [] if table.as_it_is else [("prepare", preparation(table.X, table.text))]
    return Pipeline([*prepare, ("mlp", made)])


def _check(options) -> None:
    """Find out before the long run whether options fit, and the report can be drawn and written."""
    missing = [name for name in ("matplotlib", "jinja2") if not importlib.util.find_spec(name)]
    if missing:
        raise InputError(
            f'the report needs {" and ".join(missing)}; install with: pip install "skdl[report]"'
        )
    for name in ("output", "save", "script"):
        path = getattr(options, name)
        if path is not None and path.is_dir():
            raise InputError(f"--{name} {path} is a directory")
        if path is not None and not path.absolute().parent.is_dir():
            raise InputError(f"--{name} {path}: no such directory: {path.absolute().parent}")
    if options.script is not None and options.file == "-":
        raise InputError("--script needs a file that can be read again; got the standard input")
    if not 0 <= options.test < 1:
        raise InputError(f"--test must be in [0, 1); got {options.test}")
    if options.drop_rare and options.join_rare:
        raise InputError("--drop-rare and --join-rare exclude each other")


def _say(text: str) -> None:
    """Print a text; where that fails, the run goes on, and `_hand_over` complains at its end."""
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader, such as `head`, has had enough
        _silence()
    except OSError as reason:
        _silence()
        _say.complaint = f"cannot print: {reason.strerror}"


_say.complaint = None


def _silence() -> None:
    """Let nothing more be printed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_note(note: str) -> None:
    """Print a note, wrapped, with a dash before it."""
    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 0)).columns)
    _say(textwrap.fill(f"- {note}", width, subsequent_indent="  ", break_on_hyphens=False))


def _test_note(table: Table, work, test, share: float) -> str:
    """Say what was held out."""
    if not len(test):
        few = round(share * len(table.y)) < 20
        return "No test part was held out" + (
            (
                ", since it would have fewer than 20 rows."
                if few
                else ", since too few rows are left."
            )
            if share
            else ", as asked for."
        )
    note = f"{len(test)} rows were held out for a test at the very end; all else is on the others."
    if table.task == "classification":
        absent = [label for label in np.unique(table.y) if label not in table.y[test]]
        if absent:
            note += (
                f" None of them is of {'class' if len(absent) == 1 else 'the classes'} "
                f"{listing(absent)}: the folds need all its rows."
            ).replace("all its rows", "all its rows" if len(absent) == 1 else "all their rows")
    return note


def _measure_once(diagnosis, table: Table, work, test):
    """Measure, on the test part, the network as it is, and with the remedy that worked."""
    from skdl.command_line.held_out import final_test

    rows = (table.X, table.y, work, test, diagnosis.how.measure)
    trials = diagnosis.trials_
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what training has to say was said in the diagnosis
        unchanged = final_test(diagnosis.estimator, *rows, "the network as it is")
        if trials is None or trials.best_row_ is None:
            return unchanged
        change = trials.frame["change"].iloc[trials.best_row_]
        return replace(final_test(trials.best_, *rows, f"with {change}"), before=unchanged)


def run(options: argparse.Namespace) -> None:
    """Diagnose, print the text and write the page.

    Parameters
    ----------
    options : Namespace
        From :func:`~skdl.command_line.options.parser`.

    Raises
    ------
    InputError
        If something has to be corrected first.
    OutputError
        If the answer could not be printed or written whole.
    """
    from skdl.command_line.held_out import split_test_rows
    from skdl.diagnosis import diagnose
    from skdl.diagnosis.telling import words
    from skdl.diagnosis.telling.text import diagnosis_in_brief

    if options.version:
        print(f"skdl {VERSION}")
        return
    _say.complaint = None
    _check(options)
    table = load(options)
    pipeline = build_pipeline(table, options.seed, options.set)
    scoring = scorer_of(options.scoring, options.positive, table.y, table.task)
    network = type(pipeline[-1]).__name__
    notes = list(table.notes)
    if options.positive is not None:
        notes.append(f"The error is 1 minus {options.scoring} of class {options.positive}.")
    _say(f"{table.name}: {table.X.shape[0]} rows, {plural(table.X.shape[1], 'input')}; {network}")
    work, test = split_test_rows(
        table.y,
        options.test,
        stratify=table.task == "classification",
        seed=options.seed,
        least=options.cv,
    )
    notes.append(_test_note(table, work, test, options.test))
    for note in notes:
        _say_note(note)
    X, y = rows_of(table.X, work), table.y[work]
    told = work_note(len(y), options.cv, pipeline[-1].max_iter)
    if told:  # printed only: where there is a terminal, a bar tells the time left as well
        _say_note(told)
    how = {"n_jobs": options.jobs, "verbose": 0 if options.quiet else 1}
    try:
        diagnosis = diagnose(
            pipeline,
            X,
            y,
            bayes_error=options.bayes_error,
            tolerance=options.tolerance,
            target_error=options.target_error,
            scoring=scoring,
            cv=options.cv,
            random_state=options.seed,
            baselines=options.baselines,
            **how,
        )
    except ValueError as reason:
        raise InputError(str(reason)) from reason
    small, fits = is_small(diagnosis, options.cv)
    if options.try_remedies or (options.try_remedies is None and fits and small):
        diagnosis.try_remedies(X, y, random_state=options.seed, **how)
    elif fits:
        notes.append(f"The remedies were not tried; --try measures them, with {fits} fits.")
        _say_note(notes[-1])
    held_out = _measure_once(diagnosis, table, work, test) if len(test) else None
    _say(f"\n{diagnosis if options.details else diagnosis_in_brief(diagnosis)}")
    if held_out is not None:
        _say("\n" + "\n".join(textwrap.wrap(words.held_out(diagnosis, held_out), WIDTH)))

    from skdl.report import render_report

    settings = {"Network": str(pipeline[-1]), "Seed": options.seed, "skdl": VERSION}
    page = render_report(
        diagnosis,
        title=f"{table.name}, {network}",
        data_notes=notes,
        settings=settings,
        held_out=held_out,
        read=table.read,
    )
    _hand_over(options.output, page.encode(), "The report with pictures is in {}")
    if options.script is not None:
        script = script_of(options, diagnosis, len(test)).encode()
        _hand_over(options.script, script, "A script that does the same is in {}")
    if options.save is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what training has to say was said in the diagnosis
            model = pickled_model(diagnosis, table)
        _hand_over(options.save, model, "The model, fitted to all rows, is in {}: pickle loads it")
    if _say.complaint is not None:
        raise OutputError(f"{_say.complaint}; the report is in {options.output}")


def _hand_over(path: Path, content: bytes, said: str) -> None:
    """Write a file, and say so."""
    try:
        _write(path, content)
    except OSError as reason:
        raise OutputError(f"cannot write {path}: {reason.strerror}; all else is printed") from None
    _say("\n" + said.format(path))


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: an older one stays until the new one is complete."""
    if path.exists() and not path.is_file():  # a device or a pipe takes it as it comes
        path.write_bytes(content)
        return
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, default=None
        None takes them from the shell.

    Returns
    -------
    status : int
        0; 1 where the answer could not be printed or written whole; 2 after bad input; 130 after
        Ctrl-C.
    """
    try:
        run(parser().parse_args(arguments))
    except InputError as complaint:
        print(f"skdl: {' '.join(str(complaint).split())}", file=sys.stderr)
        return 2
    except OutputError as complaint:
        print(f"skdl: {complaint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("skdl: interrupted; no report was written", file=sys.stderr)
        return 130
    return 0
