"""``python -m skdl``: diagnose a neural network on a data set, from a shell.

Without a file it diagnoses the bundled digits; with a CSV file, a network on your own data.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import textwrap
from pathlib import Path

from skdl.command_line.csv_file import InputError
from skdl.command_line.table import Table, load_table
from skdl.tools.preparation import preparation

VERSION = sys.modules["skdl"].__version__


QUICK = 60  # seconds that trying the remedies may take unasked


class OneLineParser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str):
        raise InputError(f"{message} (see python -m skdl --help)")


def _bayes_error(text: str) -> float | str:
    return text if text == "estimate" else float(text)


_bayes_error.__name__ = "float"  # what argparse calls the kind in its complaint


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(
        prog="python -m skdl",
        description="Say whether a neural network underfits or overfits, and what to change.",
    )
    add = parser.add_argument
    add("csv", nargs="?", metavar="CSV", help="a CSV file with a header; without it: digits")
    add("--target", metavar="COLUMN", help="the column to predict (needed with a CSV)")
    add(
        "--task",
        choices=("auto", "classification", "regression"),
        default="auto",
        help="auto: classification for text and for up to 20 different whole numbers",
    )
    add("--cv", type=int, default=5, metavar="K", help="the number of folds (default: 5)")
    add(
        "--bayes-error",
        type=_bayes_error,
        default=0.0,
        metavar="E",
        help="the best attainable error, such as a human's, as a share from 0 to 1 (default: 0), "
        "or estimate: bounded by nearest neighbours",
    )
    add(
        "--test",
        type=float,
        default=0.2,
        metavar="SHARE",
        help="the share of rows held out (stratified by class) and measured once, at the very "
        "end; 0 holds none out (default: 0.2)",
    )
    add(
        "--baselines",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="compare with simple models on the same folds (default: yes)",
    )
    add(
        "--try",
        dest="try_remedies",
        action=argparse.BooleanOptionalAction,
        default=None,
        help=f"try the remedies on fresh folds (default: if that takes less than {QUICK} seconds)",
    )
    add("--jobs", type=int, default=1, metavar="N", help="how many fits run at once (default: 1)")
    add("--seed", type=int, default=0, help="decides folds and initial weights (default: 0)")
    add(
        "--output",
        type=Path,
        default=Path("skdl-report.html"),
        metavar="FILE",
        help="where the report goes (default: skdl-report.html)",
    )
    add("--quiet", action="store_true", help="no progress bar")
    add("--version", action="store_true", help="print the version and stop")
    return parser


def _digits() -> Table:
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    notes = ["The task is classification: which of ten digits is on an image of 8 by 8 pixels."]
    return Table("digits", X, y, "classification", notes)


def _load(options) -> Table:
    if options.csv is not None:
        return load_table(options.csv, options.target, options.task)
    if options.target is not None:
        raise InputError(f"--target {options.target} needs a CSV file")
    if options.task == "regression":
        raise InputError("--task regression needs a CSV file; digits is a classification task")
    return _digits()


def build_pipeline(table: Table, seed: int):
    """Chain the preparation and our default network, which is the last step and named ``mlp``."""
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    from skdl.estimators import MLPClassifier, MLPRegressor

    prepare = preparation(table.X) if hasattr(table.X, "columns") else StandardScaler()
    network = MLPClassifier if table.task == "classification" else MLPRegressor
    return Pipeline([("prepare", prepare), ("mlp", network(random_state=seed))])


def _check_output(path: Path) -> None:
    """Find out before the long run whether the report can be drawn and written."""
    missing = [name for name in ("matplotlib", "jinja2") if not importlib.util.find_spec(name)]
    if missing:
        raise InputError(
            f'the report needs {" and ".join(missing)}; install with: pip install "skdl[report]"'
        )
    if path.is_dir():
        raise InputError(f"--output {path} is a directory")
    if not path.absolute().parent.is_dir():
        raise InputError(f"--output {path}: no such directory: {path.absolute().parent}")


def _say(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader, such as `head`, has had enough; the report goes on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _test_note(n_rows: int, share: float) -> str:
    """Say what was held out."""
    if not n_rows:
        return "No test part was held out" + (
            ", since it would have fewer than 20 rows." if share else ", as asked for."
        )
    return f"{n_rows} rows were held out for a test at the very end; all else is on the others."


def _seconds_of_trials(diagnosis, options) -> float:
    """Estimate how long trying the remedies takes; 0 where there is none to try."""
    from skdl.diagnosis.trials import count_fits

    fits = count_fits(diagnosis.estimator, diagnosis.remedies, options.cv)
    if fits == options.cv:
        return 0.0
    return fits * diagnosis.folds_["fit_seconds"].mean() / max(options.jobs, 1)


def _measure_once(diagnosis, table: Table, work, test):
    """Measure, on the test part, the network as it is or with the remedy that worked."""
    import warnings

    from skdl.command_line.held_out import final_test

    best = diagnosis.trials_.best_ if diagnosis.trials_ is not None else None
    what = "the network as it is"
    if best is not None:
        row = diagnosis.trials_.best_row_
        what = f"the network with {diagnosis.trials_.frame['change'].iloc[row]}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what training has to say was said in the diagnosis
        return final_test(
            diagnosis.estimator if best is None else best,
            table.X,
            table.y,
            work,
            test,
            diagnosis.how.measure,
            what,
        )


def run(options) -> None:
    """Diagnose, print the text and write the page."""
    from skdl.command_line.held_out import split_test_rows
    from skdl.diagnosis import diagnose
    from skdl.diagnosis.telling import words
    from skdl.tools.rows import rows_of

    if options.version:
        print(f"skdl {VERSION}")
        return
    _check_output(options.output)
    if not 0 <= options.test < 1:
        raise InputError(f"--test must be in [0, 1); got {options.test}")
    table = _load(options)
    pipeline = build_pipeline(table, options.seed)
    network = type(pipeline[-1]).__name__
    _say(f"{table.name}: {table.X.shape[0]} rows, {table.X.shape[1]} columns; {network}")
    for note in table.notes:
        _say(f"- {note}")
    work, test = split_test_rows(
        table.y, options.test, stratify=table.task == "classification", seed=options.seed
    )
    notes = [*table.notes, _test_note(len(test), options.test)]
    _say(f"- {notes[-1]}")
    X, y = rows_of(table.X, work), table.y[work]
    how = {"n_jobs": options.jobs, "verbose": 0 if options.quiet else 1}
    try:
        diagnosis = diagnose(
            pipeline,
            X,
            y,
            bayes_error=options.bayes_error,
            cv=options.cv,
            random_state=options.seed,
            baselines=options.baselines,
            **how,
        )
    except ValueError as reason:
        raise InputError(str(reason)) from reason
    seconds = _seconds_of_trials(diagnosis, options)
    if options.try_remedies or (options.try_remedies is None and 0 < seconds < QUICK):
        diagnosis.try_remedies(X, y, random_state=options.seed, **how)
    elif seconds:
        notes.append(
            f"The remedies were not tried; that takes about {seconds:.0f} seconds (--try does it)."
        )
        _say(f"- {notes[-1]}")
    held_out = _measure_once(diagnosis, table, work, test) if len(test) else None

    from skdl.report import render_report

    settings = {"Network": str(pipeline[-1]), "Seed": options.seed, "skdl": VERSION}
    page = render_report(
        diagnosis,
        title=f"{table.name}, {network}",
        data_notes=notes,
        settings=settings,
        held_out=held_out,
    )
    try:
        options.output.write_text(page, encoding="utf-8")
    except OSError as reason:
        raise InputError(f"cannot write {options.output}: {reason.strerror}") from None
    _say(f"\n{diagnosis}")
    if held_out is not None:
        _say("\n" + "\n".join(textwrap.wrap(words.held_out(diagnosis, held_out), 88)))
    _say(f"\nThe report with pictures is in {options.output}")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, default=None
        None takes them from the shell.

    Returns
    -------
    status : int
        0, or 2 after bad input, or 130 after Ctrl-C.
    """
    try:
        run(_parser().parse_args(arguments))
    except InputError as complaint:
        print(f"skdl: {' '.join(str(complaint).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("skdl: interrupted; no report was written", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # a column may be named what a terminal cannot show
    sys.exit(main())
