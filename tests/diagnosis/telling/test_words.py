"""Every sentence is true of its numbers: for noise, constant guesses, and errors beyond reason."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdl import MLPClassifier, diagnose
from skdl.diagnosis.telling.numbers import format_error, format_tick

QUICK = {"n_repeats": 1, "train_sizes": (), "random_state": 0}


def said(diagnosis):
    """Return all that is printed, on one line."""
    return " ".join(str(diagnosis).split())


@given(error=st.floats(-1e30, 1e30))
def test_no_percentage_is_longer_than_a_column_or_in_the_notation_of_computers(error):
    for text in (format_error(error, True), format_tick(error)):
        assert text.endswith(" %") and "e" not in text
        assert len(text) <= 13


@given(error=st.floats(1e-3, 1e12))
def test_a_written_percentage_can_be_read_back(error):
    text = format_error(error, True).removesuffix(" %").replace(",", "")
    digits, _, power = text.partition("·10")
    exponent = int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")) or 0)
    assert float(digits) * 10.0**exponent == pytest.approx(100 * error, rel=0.06, abs=0.06)


@pytest.mark.parametrize("times", [1.5, 28.07, 1e3, 1e5])
def test_nothing_is_unexplained_by_more_than_all(times):
    """28 times the variance of the target is no part of it that a model leaves unexplained."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 1)), rng.normal(size=60)
    X[::7] *= 50 * np.sqrt(times)
    y[::7] = rng.normal(size=9)
    wide = np.column_stack([X, rng.standard_t(1, size=(60, 40)) * times])
    found = diagnose(LinearRegression(), wide, y, **QUICK)
    assert found.validation_error.value > 1
    assert "unexplained" not in found.headline
    assert "of the target's variance on new rows" in found.headline
    assert "e+" not in said(found)


@pytest.mark.parametrize("share", [0.02, 0.1])
def test_a_rare_class_comes_before_all_other_reasons(share):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(800, 3)), rng.random(800) < share
    found = diagnose(DummyClassifier(), X, y, **QUICK)
    assert "guessing" in found.headline
    first = (
        r"Class by class it gets 50\.0 % right .* and of class True, \d\.\d % of the rows, 0\.0 %"
    )
    assert re.match(first, found.explanation)
    assert "Only" not in found.explanation  # said once


def test_a_class_that_is_not_quite_rare_is_told_as_well():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(800, 3)), rng.random(800) < 0.15
    found = diagnose(DummyClassifier(), X, y, **QUICK)
    assert re.match(r"Only 1\d\.\d % of the rows are not of the most frequent", found.explanation)


@pytest.mark.parametrize(
    "model", [LogisticRegression(), DecisionTreeClassifier(), KNeighborsClassifier(1)], ids=repr
)
def test_evidence_is_conclusive_only_for_what_is_shown(model):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2))
    y = (X[:, 0] * X[:, 1] > 0) ^ (rng.random(400) < 0.2)
    found = diagnose(model, X, y, **QUICK)
    text = said(found)
    assert ("For what is shown, the evidence is conclusive" in text) == found.conclusive
    if found.verdict.variance_is == "open":
        assert "Variance is neither shown" in text
    assert "Training went as it should" not in text and "hardly help" not in text


def test_a_larger_network_is_no_advice_where_the_training_rows_are_fitted():

    X, y = load_breast_cancer(return_X_y=True)
    found = diagnose(make_pipeline(StandardScaler(), MLPClassifier(random_state=0)), X, y, **QUICK)
    assert found.training_error.value < 0.02
    assert "cannot fit its training rows" not in said(found)


def test_no_more_rows_are_wrong_than_there_are():
    """24 rows of noise: the intervals themselves reach beyond all rows."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(24, 2)), np.arange(24) % 2
    ends = []
    for seed in range(8):
        tree, labels = DecisionTreeClassifier(random_state=0), rng.permutation(y)
        found = diagnose(tree, X, labels, cv=4, train_sizes=(), baselines=False, random_state=seed)
        ends += [found.validation_error.high, found.verdict.bias_at_most.high]
        percentages = [float(number) for number in re.findall(r"([\d.]+) %", said(found))]
        assert max(percentages) <= 100.0
    assert max(ends) > 1.0  # else this would prove nothing


def test_a_good_error_on_few_rows_is_not_called_a_bad_one():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 4))
    y = (X[:, 0] + rng.normal(size=60) > 0).astype(int)
    found = diagnose(LogisticRegression(), X, y, **QUICK)
    assert found.verdict.over_guessing.value > 0.1 and found.verdict.over_guessing.low < 0
    assert found.headline.startswith("Your model is not better than guessing for sure: it gets")
    noise = diagnose(DummyClassifier(), X, y, **QUICK)
    assert "is no better than guessing, as far as these rows show" in noise.headline


def test_an_error_below_what_is_stated_to_be_possible_is_noted():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    y = (X[:, 0] > 0).astype(int)
    note = "The error on new rows is below the Bayes error, which no model can be"
    found = diagnose(LogisticRegression(), X, y, **QUICK, bayes_error=0.4)
    assert any(text.startswith(note) for text in found.notes)
    honest = diagnose(LogisticRegression(), X, y, **QUICK, bayes_error=0.0)
    assert not any(text.startswith(note) for text in honest.notes)
