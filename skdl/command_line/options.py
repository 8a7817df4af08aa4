"""What can be asked for on the command line, and the complaints about it."""

from __future__ import annotations

import argparse
import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from skdl.command_line.columns import HOW
from skdl.command_line.words import InputError, did_you_mean, listing

if TYPE_CHECKING:
    from skdl.estimators.base import BaseMLP

__all__ = ["parser", "scorer_of", "set_parameters"]

# Scorers of two classes that ask which of them is the one that is looked for.
OF_THE_POSITIVE = {
    "f1": "f1_score",
    "precision": "precision_score",
    "recall": "recall_score",
    "jaccard": "jaccard_score",
    "average_precision": "average_precision_score",
}


class OneLineParser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see python -m skdl --help)")


def _bayes_error(text: str) -> float | str:
    """Read a number or "estimate"."""
    return text if text == "estimate" else float(text)


_bayes_error.__name__ = "float"  # what argparse calls the kind in its complaint


def _pair(text: str) -> tuple[str, str]:
    """Split NAME=VALUE at its last sign of equality: a column's name may hold one too."""
    name, sign, value = text.rpartition("=")
    if not sign or not name or not value:
        raise argparse.ArgumentTypeError(f"NAME=VALUE is needed; got {text!r}")
    return name, value


def _reading(text: str) -> tuple[str, str]:
    """Read COLUMN=HOW."""
    name, how = _pair(text)
    if how not in HOW:
        raise argparse.ArgumentTypeError(f"{text!r}: HOW must be one of {', '.join(HOW)}")
    return name, how


def parser() -> argparse.ArgumentParser:
    """Make the parser.

    Returns
    -------
    ArgumentParser

    Examples
    --------
    >>> parser().parse_args(["a.csv", "--target", "y", "--set", "l2=0.01"]).set
    [('l2', '0.01')]
    """
    made = OneLineParser(
        prog="python -m skdl",
        description="Say whether a neural network underfits or overfits, and what to change.",
    )
    _file_options(made.add_argument_group("the file and its columns").add_argument, made)
    _diagnosis_options(made.add_argument_group("the network and its diagnosis").add_argument)
    _report_options(made.add_argument_group("the report").add_argument)
    return made


def _file_options(add, made) -> None:
    """Add what says how a file is read."""
    made.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="a table with a header: .csv, .tsv, .txt (also .gz, .zip), .parquet, .xlsx, or - for "
        "the standard input; without it: breast cancer, with a mistake that people make",
    )
    add("--target", metavar="COLUMN", help="the column to predict (needed with a file)")
    add(
        "--task",
        choices=("auto", "classification", "regression"),
        default="auto",
        help="auto: classification for text and for up to 20 different whole numbers",
    )
    several = {"action": "append", "default": []}
    add("--drop", metavar="COLUMN", **several, help="leave a column out (repeatable)")
    add("--keep", metavar="COLUMN", **several, help="keep an identifier or a text (repeatable)")
    add(
        "--read",
        metavar="COLUMN=HOW",
        type=_reading,
        **several,
        help=f"how a column is read: {', '.join(HOW)} (repeatable)",
    )
    add("--missing", metavar="WORD", **several, help="a word that means missing (repeatable)")
    add("--drop-rare", action="store_true", help="leave out classes with fewer rows than folds")
    add("--join-rare", action="store_true", help="make one class of such classes")
    add("--separator", metavar="SIGN", help=r"the sign between cells; \t is a tab")
    add("--encoding", metavar="NAME", help="the encoding of the text")
    add("--sheet", metavar="NAME", help="the sheet of an Excel file")


def _diagnosis_options(add) -> None:
    """Add what says which network is diagnosed, and how."""
    add(
        "--set",
        metavar="PARAMETER=VALUE",
        type=_pair,
        action="append",
        default=[],
        help="a parameter of the network, such as l2=0.01 (repeatable)",
    )
    add("--cv", type=int, default=5, metavar="K", help="the number of folds (default: 5)")
    add("--scoring", metavar="NAME", help="a scorer of scikit-learn, such as balanced_accuracy")
    add("--positive", metavar="CLASS", help="of two classes the one that --scoring looks for")
    add(
        "--tolerance",
        type=float,
        metavar="T",
        help="the size up to which a gap counts as small (default: 0.02)",
    )
    add(
        "--bayes-error",
        type=_bayes_error,
        default=None,
        metavar="E",
        help="the best attainable error, such as a human's, as a share from 0 to 1 (default: "
        "not known), or estimate: bounded by nearest neighbours",
    )
    add(
        "--target-error",
        type=float,
        metavar="E",
        help="an error on new rows that is good enough: is it reached?",
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
        help="try the remedies on fresh folds (default: if the table is not large)",
    )
    add("--jobs", type=int, default=1, metavar="N", help="how many fits run at once (default: 1)")
    add("--seed", type=int, default=0, help="decides folds and initial weights (default: 0)")


def _report_options(add) -> None:
    """Add where the report goes."""
    add(
        "--output",
        type=Path,
        default=Path("skdl-report.html"),
        metavar="FILE",
        help="where the report goes (default: skdl-report.html)",
    )
    add("--save", type=Path, metavar="FILE", help="pickle the model, fitted to all rows")
    add("--script", type=Path, metavar="FILE", help="write a Python script that does the same")
    add("--details", action="store_true", help="print all that the report says, not the gist")
    add("--quiet", action="store_true", help="no progress bar")
    add("--version", action="store_true", help="print the version and stop")


def set_parameters(network: BaseMLP, given: list[tuple[str, str]], n_rows: int) -> BaseMLP:
    """Set parameters of a network from text, and check them before the long run.

    Parameters
    ----------
    network : MLPClassifier or MLPRegressor
    given : list of (str, str)
        Names and values: a number, True, False, None, a tuple, or else a word.
    n_rows : int
        How many rows it will learn from.

    Returns
    -------
    network
        The one that came.

    Raises
    ------
    InputError
        If there is no such parameter, or its value is not allowed.

    Examples
    --------
    >>> from skdl.estimators import MLPClassifier
    >>> set_parameters(MLPClassifier(), [("l2", "0.01"), ("activation", "tanh")], 100)
    MLPClassifier(activation='tanh', l2=0.01)
    """
    from skdl.estimators.parameters.resolve import resolve_settings

    names = network.get_params(deep=False)
    owner = type(network).__name__
    for name, text in given:
        if name.partition("__")[0] not in names:
            raise InputError(
                f"--set: {owner} has no parameter {name!r}; {did_you_mean(name, names)}"
            )
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            value = text
        try:
            network.set_params(**{name: value})
        except (ValueError, AttributeError, TypeError) as reason:
            raise InputError(f"--set {name}={text}: {reason}") from None
    try:
        resolve_settings(network, n_rows, n_features=1)
    except (ValueError, TypeError) as reason:
        raise InputError(f"--set: {reason}" if given else str(reason)) from None
    return network


def scorer_of(scoring: str | None, positive: str | None, y: Any, task: str) -> Any:
    """Return what `scoring` of a diagnosis should be.

    Parameters
    ----------
    scoring : str or None
        The name of a scorer.
    positive : str or None
        Of two classes, the one that is looked for.
    y : array
        The target.
    task : {"classification", "regression"}

    Returns
    -------
    scoring : str, scorer or None

    Raises
    ------
    InputError
        If there is no such scorer, or no such class.

    Examples
    --------
    >>> scorer_of("balanced_accuracy", None, ["a", "b"], "classification")
    'balanced_accuracy'
    """
    import numpy as np
    from sklearn import metrics

    classes = list(np.unique(y)) if task == "classification" else []
    if positive is not None:
        if scoring not in OF_THE_POSITIVE:
            raise InputError(
                "--positive needs a --scoring that looks for one class: "
                + ", ".join(OF_THE_POSITIVE)
            )
        if len(classes) != 2:
            raise InputError(f"--positive needs a target of two classes; got {len(classes)}")
        if positive not in map(str, classes):
            raise InputError(f"--positive {positive}: no such class; there are {listing(classes)}")
    if scoring is None:
        return None
    names = metrics.get_scorer_names()
    if scoring not in names:
        raise InputError(f"--scoring: no scorer {scoring!r}; {did_you_mean(scoring, names)}")
    if scoring not in OF_THE_POSITIVE or not classes:
        return scoring
    if len(classes) != 2:
        raise InputError(
            f"--scoring {scoring} needs a target of two classes; got {len(classes)} "
            "(balanced_accuracy and the scorers whose names end in _macro take more)"
        )
    if positive is None:
        raise InputError(
            f"--scoring {scoring} looks for one class: say --positive {classes[0]} or "
            f"--positive {classes[1]}"
        )
    return _scorer_for(scoring, next(label for label in classes if str(label) == positive))


def _scorer_for(scoring: str, label):
    """Make scikit-learn's scorer for one class of two."""
    from sklearn import metrics

    function = getattr(metrics, OF_THE_POSITIVE[scoring])
    if scoring == "average_precision":
        responses = ("predict_proba", "decision_function")
        return metrics.make_scorer(function, response_method=responses, pos_label=label)
    return metrics.make_scorer(function, pos_label=label, zero_division=0)
