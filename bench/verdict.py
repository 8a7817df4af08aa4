"""Is the verdict true? Diagnoses of problems whose noise, bias and variance are known.

    python bench/verdict.py [--quick] [--seeds 103 104]

The problems are in ``_problems.py``. Each is diagnosed for several draws of its rows; the rule was
chosen on seeds below 103, and the tables are of seeds that were not looked at. Three rules read the
same fits, and another product is asked beside them:

* *shown*: the verdict of ``diagnose``;
* *gaps*: what ``diagnose`` does with ``bayes_error=0``: all training error is bias;
* *gaps, estimate*: the same with the estimate of nearest neighbours as the Bayes error;
* *skore*, where it is installed: its checks SKD001 (overfitting) and SKD002 (underfitting), on five
  folds of its own. A check that is passed counts as no claim, so none of those is false.

A rule claims that a gap is high or low, or claims nothing. A claim is *false* if the gap is on the
other side of the tolerance, two points; *false beyond a point* if it is there by more than one. A
verdict is *useful* if nothing in it is false beyond a point, and it names a fault if there is one,
and none if there is none. It is *silent* if there is a fault and it names none.
"""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
from _common import RESULTS, machine, write_csv  # noqa: E402
from _problems import PROBLEMS, Problem, Truth, truth_of  # noqa: E402
from _tables import publish  # noqa: E402

from skdl import Diagnosis, diagnose  # noqa: E402
from skdl.diagnosis.bayes import estimate_bayes_error  # noqa: E402
from skdl.diagnosis.gaps import most_likely_regime  # noqa: E402

TOLERANCE, POINT = 0.02, 0.01
Claims = tuple[str, str]  # of bias and variance: "high", "low" or "open"


def claims_of_gaps(diagnosis: Diagnosis, bayes_error: float) -> Claims:
    """Return what the two gaps alone say, above some Bayes error."""
    bias = replace(diagnosis.bias, value=diagnosis.training_error.value - bayes_error)
    regime, _, _ = most_likely_regime(bias, diagnosis.variance, TOLERANCE)
    high = {"underfitting": (1, 0), "overfitting": (0, 1), "both": (1, 1), "neither": (0, 0)}
    return tuple("high" if gap else "low" for gap in high[regime])


def claims_of_skore(problem: Problem, X: np.ndarray, y: np.ndarray) -> dict[str, Claims]:
    """Return what skore's checks say of the same rows; nothing where it is not installed."""
    try:
        from skore import CrossValidationReport
    except ImportError:
        return {}
    checks = CrossValidationReport(problem.estimator, X, y, splitter=5).checks
    others = [name.split()[0] for name in checks.available()]
    others = [code for code in others if code not in ("SKD001", "SKD002")]
    found = checks.summarize(ignore=others).frame().set_index("code")["section"]
    said = ["high" if found[code] == "issue" else "open" for code in ("SKD002", "SKD001")]
    return {"skore": (said[0], said[1])}


def all_claims(problem: Problem, seed: int) -> dict[str, Claims]:
    """Diagnose once; return what each rule claims."""
    X, y = problem.rows(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of networks that were stopped early on purpose
        found = diagnose(problem.estimator, X, y, random_state=seed)
    lowest = min([found.validation_error.value, *found.baselines_["validation_error"]])
    estimate = estimate_bayes_error(
        X, y, classifier=problem.task == "classification", lowest_error=lowest
    )
    return {
        "shown": (found.verdict.bias_is, found.verdict.variance_is),
        "gaps": claims_of_gaps(found, 0.0),
        "gaps, estimate": claims_of_gaps(found, estimate.value),
        **claims_of_skore(problem, X, y),
    }


def judge(claims: Claims, truth: Truth) -> dict[str, int]:
    """Hold claims against the truth."""
    gaps = (truth.bias, truth.variance)

    def wrong(claim: str, gap: float, slack: float) -> bool:
        high_but_small = claim == "high" and gap <= TOLERANCE - slack
        return high_but_small or (claim == "low" and gap > TOLERANCE + slack)

    false = any(wrong(claim, gap, 0.0) for claim, gap in zip(claims, gaps, strict=True))
    beyond = any(wrong(claim, gap, POINT) for claim, gap in zip(claims, gaps, strict=True))
    fault = max(gaps) > TOLERANCE
    named = any(c == "high" and gap > TOLERANCE for c, gap in zip(claims, gaps, strict=True))
    right = named if fault else "high" not in claims
    return {
        "false": int(false),
        "false_beyond_a_point": int(beyond),
        "useful": int(right and not beyond),
        "silent": int(fault and "high" not in claims),
        "noise_called_bias": int(claims[0] == "high" and truth.bias <= POINT),
    }


def records_of(problem: Problem, seed: int) -> list[dict]:
    """Diagnose a problem once and judge each rule."""
    truth = truth_of(problem)
    return [
        {
            "problem": problem.name,
            "task": problem.task,
            "kind": problem.kind,
            "rows": problem.n_rows,
            "seed": seed,
            "noise": truth.noise,
            "bias": truth.bias,
            "variance": truth.variance,
            "rule": rule,
            "says_bias": claims[0],
            "says_variance": claims[1],
            **judge(claims, truth),
        }
        for rule, claims in all_claims(problem, seed).items()
    ]


COUNTED = ("false", "false_beyond_a_point", "useful", "silent", "noise_called_bias")


def shares(records: list[dict]) -> list[str]:
    """Write the number of diagnoses and the shares of those counted, in percent."""
    return [str(len(records))] + [
        f"{100 * np.mean([record[name] for record in records]):.1f}" for name in COUNTED
    ]


def main(arguments: list[str] | None = None) -> None:
    """Diagnose, judge, write the CSV and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="four small problems, one draw")
    parser.add_argument("--seeds", type=int, nargs="+", default=[103, 104])
    parser.add_argument("--output", type=Path, default=RESULTS / "verdict.csv")
    options = parser.parse_args(arguments)
    small = [p for p in PROBLEMS if p.n_rows <= 300 and p.kind != "network"][:4]
    problems, seeds = (small, [103]) if options.quick else (PROBLEMS, options.seeds)
    records, begin = [], time.process_time()
    for problem in problems:
        for seed in seeds[:1] if problem.n_rows > 5000 else seeds:
            records += records_of(problem, seed)
    print(f"{machine(threads=1)}; {len(problems)} problems, {time.process_time() - begin:.0f} s")
    tell(records, options.output)


def tell(records: list[dict], output: Path) -> None:
    """Write the CSV and print the tables."""
    write_csv(output, records)
    rules = list(dict.fromkeys(record["rule"] for record in records))
    head = ["diagnoses", *(name.replace("_", " ") for name in COUNTED)]
    of_rule = {rule: [r for r in records if r["rule"] == rule] for rule in rules}
    publish(output, "rules", ["rule, %", *head], [[r, *shares(of_rule[r])] for r in rules])
    shown = of_rule["shown"]
    groups = [*dict.fromkeys((r["task"], r["kind"]) for r in shown)]
    rows = [
        [*group, *shares([r for r in shown if (r["task"], r["kind"]) == group])]
        for group in sorted(groups)
    ]
    publish(output, "kinds", ["task", "model, %", *head], rows)
    print(f"Every diagnosis is in {output}")


if __name__ == "__main__":
    main()
