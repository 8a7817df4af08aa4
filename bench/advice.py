"""Does the first advice help? Remedies of problems that can draw fresh rows.

    python bench/advice.py [--quick] [--seeds 103 104] [--most-rows 2000]

The problems are those of ``verdict.py``. Each is diagnosed on rows of its own, and its remedies are
tried on them. The model as it was and as the advice changes it are then fitted to further draws of
as many rows, and compared on thousands of fresh ones. Two advices are judged:

* *first*: the first remedy of ``diagnose`` that changes the model, before anything is tried; of
  several values to try, their mean;
* *tried*: what ``try_remedies`` found to be better for sure; else to leave the model as it is.

Where the verdict names a fault something can be done, and the first advice should lower the error.
A model is *better* if its error is lower by more than a tenth of a point, *worse* if it is higher
by as much. Where imbalanced classes are treated, it is the balanced error rate.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse  # noqa: E402
import warnings  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, machine, write_csv  # noqa: E402
from _problems import FRESH_ROWS, PROBLEMS, Problem  # noqa: E402
from _tables import publish  # noqa: E402
from sklearn.metrics import balanced_accuracy_score  # noqa: E402

from skdl import diagnose  # noqa: E402
from skdl.diagnosis.balance import IMBALANCED  # noqa: E402

N_DRAWS = 5
MARGIN = 0.001


def error_of(problem: Problem, model: Any, balanced: bool = False) -> float:
    """Return the mean error on fresh rows of fits to several draws, the same for all models."""
    rng = np.random.default_rng(987_654_321)
    X, y = problem.law.draw(FRESH_ROWS, rng)
    errors = []
    for _ in range(N_DRAWS):
        predicted = model.fit(*problem.law.draw(problem.n_rows, rng)).predict(X)
        if balanced:
            errors.append(1 - balanced_accuracy_score(y, predicted))
        elif problem.task == "classification":
            errors.append(np.mean(predicted != y))
        else:
            errors.append(np.mean((predicted - y) ** 2) / np.var(y))
    return float(np.mean(errors))


def record_of(problem: Problem, seed: int) -> dict[str, Any]:
    """Diagnose, try the remedies, and hold both advices against fresh rows."""
    X, y = problem.rows(seed)
    found = diagnose(problem.estimator, X, y, random_state=seed)
    changing = [remedy for remedy in found.remedies if remedy.candidates(problem.estimator)]
    balanced = changing[0].treats == IMBALANCED  # it is the rare class that is to gain
    before = error_of(problem, problem.estimator, balanced)
    candidates = changing[0].candidates(problem.estimator)
    first = [error_of(problem, model, balanced) for _, model in candidates]
    trials = found.try_remedies(random_state=seed)
    tried = before if trials.best_ is None else error_of(problem, trials.best_, balanced)
    named = "high" in (found.verdict.bias_is, found.verdict.variance_is)
    return {
        "problem": problem.name,
        "task": problem.task,
        "kind": problem.kind,
        "rows": problem.n_rows,
        "seed": seed,
        "fault_named": int(named),
        "first": changing[0].action,
        "left_alone": int(trials.best_ is None),
        "before": before,
        "after_first": float(np.mean(first)),
        "after_tried": tried,
    }


def judged(records: list[dict[str, Any]], after: str) -> list[str]:
    """Return how many became better and worse, in percent, and the mean change in points."""
    change = np.array([record[after] - record["before"] for record in records])
    return [
        str(len(change)),
        f"{100 * np.mean(change < -MARGIN):.0f}",
        f"{100 * np.mean(change > MARGIN):.0f}",
        f"{100 * change.mean():+.1f}",
    ]


def main(arguments: list[str] | None = None) -> None:
    """Diagnose, change, write the CSV and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two small problems, one draw")
    parser.add_argument("--seeds", type=int, nargs="+", default=[103, 104])
    parser.add_argument("--most-rows", type=int, default=2000)
    parser.add_argument("--output", type=Path, default=RESULTS / "advice.csv")
    options = parser.parse_args(arguments)
    problems = [p for p in PROBLEMS if p.n_rows <= options.most_rows and p.kind == "network"]
    if options.quick:
        problems = sorted(problems, key=lambda problem: problem.n_rows)[:2]
    records = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of networks that were stopped early on purpose
        for problem in problems:
            for seed in options.seeds[: 1 if options.quick else None]:
                records.append(record_of(problem, seed))
                write_csv(options.output, records)
    print(f"{machine(threads=1)}; {len(problems)} networks")
    rows = []
    for named, said in ((1, "a fault is named"), (0, "no fault is named")):
        some = [record for record in records if record["fault_named"] == named]
        if some:
            rows.append([said, "first", *judged(some, "after_first")])
            rows.append([said, "tried", *judged(some, "after_tried")])
    head = ["verdict", "advice", "diagnoses", "better, %", "worse, %", "change, points"]
    publish(options.output, "shares", head, rows)


if __name__ == "__main__":
    main()
