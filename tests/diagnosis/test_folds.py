"""Errors fold by fold: the splits, the nested subsets, scores turned into errors."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score, make_scorer, mean_squared_error

from skdl.diagnosis.error_measure import ErrorMeasure
from skdl.diagnosis.folds import Fold, learning_curve_tasks
from skdl.diagnosis.splits import make_splits, nested_order


def test_every_first_part_of_the_order_keeps_the_proportions():
    labels = np.repeat(["a", "b", "c"], [60, 30, 10])
    order = nested_order(labels, np.random.default_rng(0))
    assert sorted(order) == list(range(100))
    for size in range(3, 101):
        for label, share in (("a", 0.6), ("b", 0.3), ("c", 0.1)):
            assert abs((labels[order[:size]] == label).sum() - share * size) <= 2
    other = nested_order(labels, np.random.default_rng(1))
    assert not np.array_equal(order, other)


def test_splits_are_stratified_shuffled_and_repeated():
    y = np.repeat([0, 1], [80, 20])
    rng = np.random.default_rng(0)
    splits = make_splits(y[:, None], y, cv=5, n_repeats=3, groups=None, stratify=True, rng=rng)
    assert len(splits) == 15
    assert {int(y[test].sum()) for _, test in splits} == {4}
    for repeat in range(3):
        tests = [test for _, test in splits[5 * repeat : 5 * repeat + 5]]
        assert sorted(np.concatenate(tests)) == list(range(100))
    assert not np.array_equal(splits[0][1], splits[5][1])


@pytest.mark.parametrize("stratify", [True, False])
def test_rows_of_a_group_stay_together(stratify):
    y = np.tile([0, 1], 50)
    groups = np.repeat(np.arange(20), 5)
    rng = np.random.default_rng(0)
    splits = make_splits(
        y[:, None], y, cv=4, n_repeats=1, groups=groups, stratify=stratify, rng=rng
    )
    for train, test in splits:
        assert not set(groups[train]) & set(groups[test])


def test_smaller_sizes_are_nested_and_leave_out_what_says_nothing():
    y = np.tile([0, 1], 100)
    folds = [Fold(0, np.arange(160), np.arange(160, 200))]
    rng = np.random.default_rng(0)
    tasks = learning_curve_tasks(
        folds, y, train_sizes=(0.5, 0.01, 0.25, 1.0), stratify=True, rng=rng
    )
    assert [len(task.train) for task in tasks] == [40, 80, 80]
    assert set(tasks[0].train) < set(tasks[1].train) < set(range(160))
    assert np.bincount(y[tasks[0].train]).tolist() == [20, 20]
    assert set(tasks[1].train) | set(tasks[2].train) == set(range(160))  # two halves
    assert [task.part for task in tasks] == [0, 0, 1]


@pytest.mark.parametrize(
    ("estimator", "scoring", "score", "error", "name"),
    [
        (LogisticRegression(), None, 0.9, 0.1, "error rate"),
        (Ridge(), None, 0.7, 0.3, "variance unexplained"),
        (LogisticRegression(), "f1_macro", 0.8, 0.2, "1 - f1_macro"),
        (LogisticRegression(), "neg_log_loss", -0.4, 0.4, "log_loss"),
        (LogisticRegression(), make_scorer(f1_score), 0.8, 0.2, "1 - score"),
        (Ridge(), make_scorer(mean_squared_error, greater_is_better=False), -3.0, 3.0, "loss"),
    ],
    ids=str,
)
def test_scores_become_errors(estimator, scoring, score, error, name):
    measure = ErrorMeasure.make(estimator, scoring)
    assert measure.error(score) == pytest.approx(error)
    assert measure.name == name


def test_default_measures_are_error_rate_and_unexplained_variance():
    X, y = make_classification(100, random_state=0)
    constant = DummyClassifier(strategy="constant", constant=1).fit(X, y)
    measure = ErrorMeasure.make(constant, None)
    assert measure.error(measure.scorer(constant, X, y)) == pytest.approx(np.mean(y != 1))
    mean = DummyRegressor().fit(X, y)
    measure = ErrorMeasure.make(mean, None)
    assert measure.error(measure.scorer(mean, X, y)) == pytest.approx(1)


def test_a_score_above_its_best_value_is_refused():
    measure = ErrorMeasure.make(Ridge(), lambda estimator, X, y: 3.2)
    with pytest.raises(ValueError, match=r"diagnose: scoring must have the best value 1.*3\.2"):
        measure.error(3.2)
