"""Verdicts come from intervals, and are recorded as they are told."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from skdl.lessons import Measured, claims, is_short, judge, seeds
from skdl.lessons.verdict import CONFIRMED, DEPENDS, OPEN, REFUTED

VALUES = np.random.default_rng(0).normal(-1, 0.5, size=12)


def test_the_interval_is_that_of_scipy():
    found = Measured("difference", VALUES, below=0)
    wanted = stats.ttest_1samp(VALUES, 0).confidence_interval(0.95)
    np.testing.assert_allclose([found.low, found.high], [wanted.low, wanted.high])
    assert (found.mean, found.n_seeds) == (pytest.approx(VALUES.mean()), 12)


@pytest.mark.parametrize(
    ("bounds", "outcome"),
    [
        ({"below": 0}, CONFIRMED),
        ({"above": 0}, REFUTED),
        ({"above": 0, "below": 1}, REFUTED),
        ({"above": -2, "below": 0}, CONFIRMED),
        ({"below": VALUES.mean()}, OPEN),
        ({"above": VALUES.mean(), "below": 5}, OPEN),
    ],
)
def test_an_outcome_is_where_the_whole_interval_lies(bounds, outcome):
    assert Measured("difference", VALUES, **bounds).outcome == outcome


def test_no_difference_at_all_is_not_above_nothing():
    assert Measured("difference", np.zeros(10), above=0).outcome == REFUTED


YES, NO = Measured("a", VALUES, below=0), Measured("b", VALUES, above=0)
MAYBE = Measured("c", VALUES, below=VALUES.mean())


@pytest.mark.parametrize(
    ("measured", "outcome"),
    [
        ([YES, YES], CONFIRMED),
        ([NO, NO], REFUTED),
        ([YES, NO], DEPENDS),
        ([YES, NO, MAYBE], DEPENDS),
        ([YES, MAYBE], OPEN),
        ([NO, MAYBE], OPEN),
    ],
)
def test_a_claim_is_judged_by_all_its_parts(measured, outcome):
    assert judge("C1", *measured).outcome == outcome


def test_a_verdict_is_recorded_where_the_environment_says(tmp_path, monkeypatch):
    file = tmp_path / "verdicts.jsonl"
    monkeypatch.setenv("SKDL_VERDICTS", str(file))
    judge("C65", YES, NO)
    judge("C28", YES)
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [(r["claim"], r["measured"], r["outcome"], r["verdict"]) for r in rows] == [
        ("C65", "a", CONFIRMED, DEPENDS),
        ("C65", "b", REFUTED, DEPENDS),
        ("C28", "a", CONFIRMED, CONFIRMED),
    ]
    assert rows[0]["criterion"] == "below 0"
    assert rows[0]["seeds"] == 12
    assert float(rows[0]["low"]) == pytest.approx(YES.low, rel=1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: judge("C999", YES), "judge: claim must be one of C1 … C104, or a sentence; got"),
        (lambda: judge("C1"), r"judge: measured must be one measurement or more; got \(\)"),
        (lambda: Measured("a", [1.0], above=0), "Measured: values must be two or more finite"),
        (lambda: Measured("a", [1.0, np.nan], above=0), "values must be two or more finite"),
        (lambda: Measured("a", VALUES), "Measured: above, below must be a bound or two"),
        (lambda: Measured("a", VALUES, above=1, below=0), "the lower one first; got"),
    ],
)
def test_what_cannot_be_judged_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_sentence_of_a_lesson_is_judged_and_recorded_as_it_is(tmp_path, monkeypatch):
    file = tmp_path / "verdicts.jsonl"
    monkeypatch.setenv("SKDL_VERDICTS", str(file))
    verdict = judge("the remedy helps", YES)
    assert str(verdict).startswith("the remedy helps\n- a: ")
    assert (verdict.claim.name, verdict.outcome) == ("", CONFIRMED)
    assert json.loads(file.read_text("utf-8"))["claim"] == "the remedy helps"


def test_a_short_run_has_fewer_seeds_and_says_so(monkeypatch):
    assert "short run" not in str(judge("C1", YES))
    monkeypatch.setenv("SKDL_SHORT", "1")
    assert is_short()
    assert list(seeds(10)) == [0, 1, 2]
    assert list(seeds(10, short=5)) == [0, 1, 2, 3, 4]
    assert "short run" in str(judge("C1", YES))
    monkeypatch.setenv("SKDL_SHORT", "0")
    assert list(seeds(10)) == list(range(10))


def test_the_claims_are_those_of_the_notes():
    assert list(claims()) == [f"C{number}" for number in range(1, 105)]
    assert {claim.name for claim in claims().values() if claim.doubted} == {
        "C3",
        "C5",
        "C48",
        "C58",
        "C60",
        "C71",
        "C102",
    }
    assert all(claim.text and claim.experiment and claim.group for claim in claims().values())
