"""The test part: stratified, apart from the rest, and measured as it should be."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.datasets import load_diabetes, load_iris, make_regression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier

from skdl.command_line.held_out import final_test, split_test_rows
from skdl.diagnosis import diagnose
from skdl.diagnosis.error_measure import ErrorMeasure
from skdl.diagnosis.final_test import HeldOut, wilson_interval
from skdl.diagnosis.telling import words


def test_parts_are_disjoint_whole_and_stratified():
    y = np.repeat(["a", "b"], [150, 50])
    work, test = split_test_rows(y, 0.2, stratify=True, seed=0)
    assert sorted([*work, *test]) == list(range(200))
    assert (y[test] == "b").sum() == 10 and len(test) == 40
    other = split_test_rows(y, 0.2, stratify=True, seed=1)[1]
    assert set(test) != set(other)


def test_nothing_is_held_out_of_few_rows_and_a_single_row_of_a_class_is_no_obstacle():
    assert len(split_test_rows(np.zeros(90), 0.2, stratify=True, seed=0)[1]) == 0
    assert len(split_test_rows(np.zeros(900), 0.0, stratify=True, seed=0)[1]) == 0
    y = np.r_[np.zeros(199), 1]
    assert len(split_test_rows(y, 0.2, stratify=True, seed=0)[1]) == 40


@pytest.mark.parametrize("n_rare", [1, 2, 4, 5, 6, 7, 20])
def test_no_class_has_too_few_rows_left_to_work_with(n_rare):
    y = np.repeat(["usual", "other", "rare"], [100, 80, n_rare])
    work, test = split_test_rows(y, 0.2, stratify=True, seed=0, least=5)
    assert sorted([*work, *test]) == list(range(len(y)))
    assert len(test) == round(0.2 * len(y))
    assert (y[work] == "rare").sum() >= min(n_rare, 5)
    assert bool((y[test] == "rare").any()) == (n_rare >= 7)


@pytest.mark.parametrize(("errors", "n"), [(0, 30), (3, 30), (30, 30), (50, 100)])
def test_wilsons_interval(errors, n):
    known = binomtest(errors, n).proportion_ci(method="wilson")
    assert wilson_interval(errors, n) == pytest.approx((known.low, known.high), abs=1e-6)


def test_error_of_a_fit_on_the_other_rows():
    X, y = load_iris(return_X_y=True)
    work, test = split_test_rows(y, 0.3, stratify=True, seed=0)
    y = np.where(np.arange(150) % 5 == 0, 1, y)  # wrong labels, which the nearest row remembers
    model = KNeighborsClassifier(1)
    found = final_test(model, X, y, work, test, ErrorMeasure.make(model, None), "it")
    wrong = np.mean(model.fit(X[work], y[work]).predict(X[test]) != y[test])
    assert wrong > 0.05
    assert (found.error, found.n_rows) == (pytest.approx(wrong), 45)


def test_interval_of_a_regression_is_about_as_wide_as_the_error_varies():
    X, y = load_diabetes(return_X_y=True)
    errors, halves = [], []
    for seed in range(20):
        work, test = split_test_rows(y, 0.3, stratify=False, seed=seed)
        found = final_test(Ridge(), X, y, work, test, ErrorMeasure.make(Ridge(), None), "it")
        errors.append(found.error)
        halves.append((found.high - found.low) / 2)
        assert found.low < found.error < found.high
    assert np.mean(halves) == pytest.approx(2 * np.std(errors), rel=0.6)


def test_words_warn_when_the_test_is_worse_than_the_folds():
    X, y = load_iris(return_X_y=True)
    found = diagnose(LogisticRegression(max_iter=500), X, y, train_sizes=(), baselines=False)
    good = HeldOut("the network as it is", 30, 0.03, 0.0, 0.2)
    bad = HeldOut("the network with l2=0.1", 30, 0.5, 0.4, 0.6)
    assert words.held_out(found, good).endswith("(error rate; 95 % interval 0.0 % to 20.0 %).")
    assert words.held_out(found, bad).endswith("the choices made here fit them.")


def test_the_test_part_says_before_and_after():
    found = diagnose(Ridge(), *make_regression(60, 3, noise=1.0, random_state=0), random_state=0)
    before = HeldOut("the network as it is", 30, 0.2, 0.1, 0.4)
    told = words.held_out(found, HeldOut("with l2=0.1", 30, 0.1, 0.05, 0.3, before))
    assert "the network as it is has an error of 20.0 % (" in told
    assert (
        "95 % interval 10.0 % to 40.0 %), and with l2=0.1 one of 10.0 % (5.0 % to 30.0 %)." in told
    )
