"""From single fits to estimates, curve, notes."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold

from skdl.diagnosis.folds import Fold
from skdl.diagnosis.gaps import Estimate
from skdl.diagnosis.summary import (
    learning_curve,
    more_rows_help,
    notes,
    paired_gaps,
    summarise,
)

SETTINGS = {"n_rows": 50, "bayes_error": 0.05, "confidence": 0.95, "resolution": 0.0}
TRAINING = [0.10, 0.12, 0.11, 0.09, 0.13]
VALIDATION = [0.20, 0.25, 0.30, 0.22, 0.28]


@pytest.fixture
def folds():
    splits = enumerate(KFold(5).split(np.zeros(50)))
    return [
        Fold(i, train, test, training_error=TRAINING[i], validation_error=VALIDATION[i])
        for i, (train, test) in splits
    ]


def test_training_error_correlates_by_its_shared_rows_and_validation_by_the_test_share(folds):
    found = summarise(folds, **SETTINGS)
    # Five folds: training parts share 3/4 of their rows, rho/(1-rho) = 3; a test part is 1/5: 1/4.
    for name, values, factor in (
        ("training_error", np.array(TRAINING), 1 / 5 + 3),
        ("validation_error", np.array(VALIDATION), 1 / 5 + 1 / 4),
        ("bias", np.array(TRAINING) - 0.05, 1 / 5 + 3),
        ("variance", np.array(VALIDATION) - np.array(TRAINING), 1 / 5 + 1 / 4),
    ):
        assert found[name].value == pytest.approx(values.mean())
        assert found[name].standard_error ** 2 == pytest.approx(factor * values.var(ddof=1))


def with_losses(folds, predictor_is_wrong):
    """Give each fold the row losses of a predictor that does not depend on its training rows."""
    for fold in folds:
        fold.training_losses, fold.losses = (
            predictor_is_wrong[rows] for rows in (fold.train, fold.test)
        )
        fold.training_error, fold.validation_error = (
            np.mean(losses) for losses in (fold.training_losses, fold.losses)
        )
    return folds


def test_the_gap_of_a_fixed_predictor_has_no_spread(folds):
    wrong = np.random.default_rng(0).random(50) < 0.3
    found = summarise(with_losses(folds, wrong), **SETTINGS)
    assert found["variance"].standard_error == pytest.approx(0, abs=1e-12)
    assert found["variance"].value == pytest.approx(0, abs=1e-12)
    assert found["validation_error"].standard_error > 0.01


def test_gaps_are_paired_by_row_only_where_the_error_is_a_mean_over_rows(folds):
    wrong = np.arange(50.0)
    assert paired_gaps(folds, 50) is None
    assert paired_gaps(with_losses(folds, wrong), 50) == pytest.approx(np.zeros(5), abs=1e-12)
    folds[0].losses = folds[0].losses + 2  # now wrong by 2 on the rows that are new to it
    folds[0].validation_error += 2
    assert paired_gaps(folds, 50) == pytest.approx([2, 0, 0, 0, 0], abs=1e-12)
    folds[0].validation_error += 1
    assert paired_gaps(folds, 50) is None
    never = with_losses(folds[:1], wrong)  # its validation rows are trained on nowhere
    assert paired_gaps(never, 50) is None


def test_interval_of_the_gap_covers_it_as_often_as_it_says():
    # Nearest neighbours: the gap on new data is known from many rows.
    from sklearn.neighbors import KNeighborsClassifier

    from skdl.diagnosis import diagnose

    rng = np.random.default_rng(0)

    def draw(n):
        X = rng.normal(size=(n, 2))
        return X, (X[:, 0] > 0) ^ (rng.random(n) < 0.2)

    model, (X_new, y_new) = KNeighborsClassifier(7), draw(4000)
    true = []
    for _ in range(60):
        X, y = draw(80)
        model.fit(X, y)
        true.append(model.score(X, y) - model.score(X_new, y_new))
    covered, width = 0, []
    for seed in range(60):
        X, y = draw(100)
        gap = diagnose(model, X, y, train_sizes=(), baselines=False, random_state=seed).variance
        covered += gap.low <= np.mean(true) <= gap.high
        width.append(gap.high - gap.low)
    assert 52 <= covered <= 60  # 57 expected
    assert np.mean(width) < 0.2  # 0.24 without pairing the rows


def test_resolution_bounds_every_standard_error(folds):
    found = summarise(folds, **{**SETTINGS, "resolution": 0.5})
    assert {estimate.standard_error for estimate in found.values()} == {0.5}


def test_curve_goes_from_few_rows_to_all_and_skips_failures(folds):
    smaller = [
        Fold(i, fold.train[:n], fold.test, share=n / 40, training_error=0.0, validation_error=0.4)
        for n in (20, 10)
        for i, fold in enumerate(folds)
    ]
    for fold in smaller[5:]:
        fold.failure = "too few rows"
    curve = learning_curve(folds, smaller, **SETTINGS)
    assert curve["n_rows"].tolist() == [20, 40]
    assert curve["validation_error"].tolist() == pytest.approx([0.4, np.mean(VALIDATION)])
    assert (curve["training_low"] >= 0).all()
    (note,) = notes(folds, smaller, Estimate(0.1, 0.01, 4), 0.0)
    assert note == "Fits on 10 rows failed and are not on the curve: too few rows"


@pytest.mark.parametrize(
    ("rows", "errors", "helps"),
    [
        ([100, 200], [0.20, 0.17], True),
        ([100, 200], [0.20, 0.19], False),
        ([100, 200], [0.20, 0.21], False),
        ([100, 400], [0.20, 0.17], False),  # two doublings
        ([100], [0.20], None),
    ],
)
def test_more_rows_help_when_a_doubling_saves_a_tenth(rows, errors, helps):
    assert more_rows_help(pd.DataFrame({"n_rows": rows, "validation_error": errors})) is helps
    assert more_rows_help(None) is None


def test_trouble_is_told_in_its_own_words(folds):
    folds[1].trouble = "stopped at max_iter=5"
    folds[3].trouble = "stopped at max_iter=5"
    (note,) = notes(folds, [], Estimate(0.1, 0.01, 4), 0.0)
    assert note == "2 of 5 fits did not converge: stopped at max_iter=5"


def test_resolution_of_an_error_rate_is_one_row():
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    from skdl.diagnosis import diagnose

    X = np.arange(100.0)[:, None]
    found = diagnose(KNeighborsClassifier(1), X, X[:, 0] > 49, train_sizes=())
    assert found.training_error.standard_error == 1 / 100
    found = diagnose(KNeighborsRegressor(1), X, X[:, 0], train_sizes=())
    assert found.training_error.standard_error == 0.0
