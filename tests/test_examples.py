"""The examples that prove something are run, on fewer rows."""

import importlib.util
from pathlib import Path

import pytest

import skdl

EXAMPLES = Path(skdl.__file__).parents[1] / "examples"

if not EXAMPLES.is_dir():
    pytest.skip("the examples are not installed", allow_module_level=True)


def load(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


six_problems = load("diagnosis/plot_six_problems")
PROBLEMS = list(six_problems.problems(n_rows=500))


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_the_fault_is_found_and_its_first_remedy_works(problem):
    outcome = six_problems.judge(problem)
    assert outcome.good, f"{outcome.diagnosis}\n{outcome.gap}: {outcome.closed:.0%} closed"


def test_there_are_six_and_the_table_tells_each(capsys, monkeypatch):
    assert len({problem.name for problem in PROBLEMS}) == 6
    last = PROBLEMS[-1]
    monkeypatch.setattr(six_problems, "problems", lambda n_rows: [last])
    assert six_problems.main() == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == [
        *last.name.split(),
        "neither",
        "nothing",
        "to",
        "gain",
        "good",
    ]


def test_a_problem_that_is_not_solved_fails():
    problem = PROBLEMS[0]
    problem.action = "Collect more rows"
    assert not six_problems.judge(problem).good
