"""The way of one call through the house: how many of our functions, in how many files.

    python bench/walk.py [--details]

Three ways are walked: one epoch of one batch of ``MLPClassifier`` on iris, ``diagnose`` of a linear
model on iris, and ``print`` of what it found. Counted are calls of functions of the package
(comprehensions and generators included) with ``sys.setprofile``: all of them, the files that they
stand in, the calls that lead into another file than the one that called, and those that check
parameters. NumPy alone computes. A reader who follows a call takes this way.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

import skdl
from skdl import MLPClassifier, diagnose

HOUSE = str(Path(skdl.__file__).parent)
CHECKS = "component.py"  # where the rules of parameters are


class Walk:
    """Counts the calls of our functions while it is entered."""

    def __init__(self) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()
        self.into_another_file: Counter[tuple[str, str]] = Counter()

    def _note(self, frame: Any, event: str, _: Any) -> None:
        if event != "call" or not frame.f_code.co_filename.startswith(HOUSE):
            return
        file = frame.f_code.co_filename
        self.calls[file, frame.f_code.co_qualname] += 1
        caller = frame.f_back
        while caller is not None and not caller.f_code.co_filename.startswith(HOUSE):
            caller = caller.f_back
        if caller is not None and caller.f_code.co_filename != file:
            self.into_another_file[caller.f_code.co_filename, file] += 1

    def __enter__(self) -> Walk:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)

    @property
    def files(self) -> set[str]:
        """The files that were entered."""
        return {file for file, _ in self.calls}

    @property
    def checks(self) -> int:
        """How many calls check parameters."""
        return sum(n for (file, _), n in self.calls.items() if Path(file).name == CHECKS)

    def between(self, one: str, other: str) -> int:
        """Count the calls from a file of one name into a file of another, both ways."""
        pairs = self.into_another_file.items()
        return sum(n for (a, b), n in pairs if {Path(a).name, Path(b).name} == {one, other})


def walked(action: Callable[[], Any]) -> Walk:
    """Do something once to warm up and once more while its way is counted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        action()
        with Walk() as walk:
            action()
    return walk


def fit() -> Any:
    """Return what trains for one epoch of one batch."""
    X, y = load_iris(return_X_y=True)
    mlp = MLPClassifier((8,), batch_size=150, max_iter=1)
    return lambda: mlp.fit(X, y)


def diagnosed() -> Any:
    """Diagnose a linear model."""
    X, y = load_iris(return_X_y=True)
    return diagnose(LogisticRegression(max_iter=500), X, y, random_state=0, verbose=0)


def main(details: bool = False) -> None:
    """Print the table, and the calls one by one if asked for."""
    sys.modules["numba"] = None  # an import of it fails, so that the readable code runs
    diagnosis = diagnosed()
    ways = {"fit": fit(), "diagnose": diagnosed, "print(diagnosis)": lambda: str(diagnosis)}
    print(f"{'way':<18} {'calls':>6} {'files':>6} {'into another file':>18} {'checks':>7}")
    for name, action in ways.items():
        walk = walked(action)
        into = walk.into_another_file.total()
        total, files = walk.calls.total(), len(walk.files)
        print(f"{name:<18} {total:>6} {files:>6} {into:>18} {walk.checks:>7}")
        if details:
            for (file, function), n in walk.calls.most_common():
                print(f"    {n:>4} {Path(file).relative_to(HOUSE)}: {function}")


if __name__ == "__main__":
    main(details="--details" in sys.argv)
