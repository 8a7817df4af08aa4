"""Findings have codes that never change, and may be ignored by them."""

import ast
from pathlib import Path

import numpy as np
import pytest

import skdl.diagnosis.findings as findings
from skdl import MLPClassifier
from skdl.diagnosis import diagnose
from skdl.diagnosis.findings.baselines import ARTICLE
from skdl.diagnosis.findings.finding import ABOUT, CODES
from skdl.diagnosis.findings.optimisation import SIGNS

# The codes as they were given; a line may be added, never changed.
GIVEN = {
    "unscaled inputs": "D01",
    "leaking feature": "D04",
    "imbalanced classes": "D06",
    "diverged": "O01",
    "still falling": "O04",
    "stuck": "O09",
    "beaten by a constant prediction": "B01",
    "beaten by boosted trees": "B04",
    "training error by region": "R01",
    "gap by region": "R02",
}


def names_in_the_source():
    """Return the names that findings are made with, as far as the source has them as text."""
    names = set()
    for path in Path(findings.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                if isinstance(node.args[0], ast.Constant):
                    names.add(node.args[0].value)
    return names


def test_every_finding_has_a_code_and_every_code_one_finding():
    made = names_in_the_source() | set(SIGNS) | {f"beaten by {name}" for name in ARTICLE.values()}
    assert made | {"training error by region", "gap by region"} == set(CODES)
    assert len(set(CODES.values())) == len(CODES)
    assert GIVEN.items() <= CODES.items()
    assert {code[0] for code in CODES.values()} == {about[0].upper() for about in ABOUT}


def test_what_is_ignored_is_neither_told_nor_treated():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3)) * [1, 1000, 1]
    y = (X[:, 0] > 0).astype(int)
    mlp = MLPClassifier((4,), max_iter=5, n_iter_no_change=None, random_state=0)
    settings = {"n_repeats": 1, "train_sizes": (), "random_state": 0}
    all_of_it = diagnose(mlp, X, y, **settings)
    assert "D01" in [f.code for f in all_of_it.findings]
    assert any("StandardScaler" in remedy.change for remedy in all_of_it.remedies)
    less = diagnose(mlp, X, y, ignore=["D01"], **settings)
    assert [f for f in all_of_it.findings if f.code != "D01"] == less.findings
    assert "Scale the inputs first" in all_of_it.explanation
    assert "Scale the inputs first" not in less.explanation
    assert not any("StandardScaler" in remedy.change for remedy in less.remedies)


@pytest.mark.parametrize("ignore", ["D01", ["D99"], [1], 3, None, ["unscaled inputs"]])
def test_a_code_that_is_none_is_refused(ignore):
    with pytest.raises((ValueError, TypeError), match=r"diagnose: ignore must be .*D01.*got"):
        diagnose(MLPClassifier(), np.zeros((4, 1)), [0, 0, 1, 1], ignore=ignore)
