"""How much is measured: less where many rows leave no doubt, and then it is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier

from skdl import MLPClassifier, diagnose
from skdl.diagnosis import splits, trials, work
from skdl.diagnosis.findings import baselines
from skdl.diagnosis.folds import Fold
from skdl.diagnosis.gaps import Estimate
from skdl.diagnosis.remedies.remedy import Remedy
from skdl.diagnosis.splits import MANY, some_rows
from skdl.diagnosis.work import enough_rows, measure_enough, most_work, trial_rows

SIZES = (0.1, 0.5)


def tasks(n_rows, n_folds=3, n_repeats=2):
    """Return folds, and fits to parts of their rows."""
    train, test = np.arange(n_rows - 10), np.arange(n_rows - 10, n_rows)
    folds = [Fold(number, train, test) for number in range(n_folds * n_repeats)]
    parts = [(0.1, 0), (0.5, 0), (0.5, 1)]
    smaller = [
        Fold(number, train[: round(share * n_rows)], test, share, part)
        for number in range(n_folds)
        for share, part in parts
    ]
    return folds, smaller


def measured(n_rows, width, gap=0.0, *, at_will=True, mean=True):
    """Return what is fitted, as (fold, share, part), and the notes, when intervals are so wide."""
    folds, smaller = tasks(n_rows)
    half = width / 2

    def gaps_of(fits):
        of = Estimate(gap, half / 1.959964, df=10**6)
        return {"bias": of, "variance": of}

    def fit(fits):
        return [replace(fold, losses=np.zeros(1)) for fold in fits]

    done = measure_enough(
        fit,
        folds,
        smaller,
        gaps_of,
        n_first=3,
        repeats_at_will=at_will,
        tolerance=0.02,
        mean_over_rows=mean,
    )
    whole, parts, notes = done
    return len(whole), [(f.fold, f.share, f.part) for f in parts], notes


ALL_PARTS = [(fold, *part) for fold in range(3) for part in [(0.1, 0), (0.5, 0), (0.5, 1)]]


@pytest.mark.parametrize(("n_rows", "width"), [(MANY - 1, 0.001), (MANY, 0.021)])
def test_everything_is_measured_of_few_rows_or_where_intervals_are_wide(n_rows, width):
    assert measured(n_rows, width) == (6, ALL_PARTS, [])


def test_where_nothing_is_open_one_repeat_and_one_fold_of_the_curve_are_enough():
    n, parts, notes = measured(MANY, 0.019)
    assert (n, parts) == (3, [(0, 0.1, 0), (0, 0.5, 0)])
    (note,) = notes
    assert "narrower than the tolerance" in note
    assert "the folds were not repeated; the learning curve is that of one fold" in note
    assert "stands for the variance" in note


def test_a_large_gap_is_still_measured_by_halves_in_every_fold():
    n, parts, notes = measured(MANY, 0.019, gap=0.1)
    halves = [(fold, 0.5, part) for fold in range(3) for part in (0, 1)]
    assert n == 3
    assert parts == [(0, 0.1, 0), *halves]
    assert "stands for the variance" not in notes[0]


def test_repeats_that_were_asked_for_are_made():
    n, _, (note,) = measured(MANY, 0.019, at_will=False)
    assert n == 6
    assert "not repeated" not in note


def test_a_score_that_is_no_mean_over_rows_needs_every_fold_of_the_curve():
    n, parts, notes = measured(MANY, 0.019, mean=False)
    assert (n, parts) == (3, ALL_PARTS)
    assert "learning curve" not in notes[0]


def line(n):
    """Return rows of a line with noise of a tenth of the variance."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, 2))
    return X, X[:, 0] * 3 + rng.standard_normal(n)


def few(monkeypatch, n):
    """Let so few rows be many."""
    for module in (splits, work, baselines):
        monkeypatch.setattr(module, "MANY", n)
    monkeypatch.setattr(some_rows, "__defaults__", (n,))


def test_a_diagnosis_of_many_rows_says_what_was_left_out_and_finds_the_same(monkeypatch):
    X, y = line(4000)
    settings = {"random_state": 0, "tolerance": 0.05}
    whole = diagnose(LinearRegression(), X, y, **settings)
    few(monkeypatch, 2000)
    less = diagnose(LinearRegression(), X, y, **settings)
    assert len(whole.folds_) == 10
    assert len(less.folds_) == 5
    assert less.folds_.drop(columns="fit_seconds").equals(
        whole.folds_[:5].drop(columns="fit_seconds")
    )
    assert less.regime == whole.regime
    assert less.learning_curve_["n_rows"].tolist() == whole.learning_curve_["n_rows"].tolist()
    assert whole.notes == []
    text = " ".join(str(less).split())
    assert "Note: The intervals of the first folds are narrower than the tolerance" in text
    assert "The training errors of the simple models are those of 2000 of their rows." in text
    curve = less.learning_curve_
    inside = (curve["validation_low"] < curve["validation_error"]) & (
        curve["validation_error"] < curve["validation_high"]
    )
    assert inside.all()
    assert np.isfinite(curve.to_numpy()).all()


def test_a_large_gap_gives_the_same_verdict_with_less(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((4000, 2))
    y = (X[:, 0] > 0) ^ (rng.random(4000) < 0.2)
    settings = {"random_state": 0, "tolerance": 0.15, "baselines": False}
    whole = diagnose(KNeighborsClassifier(1), X, y, **settings)
    few(monkeypatch, 2000)
    less = diagnose(KNeighborsClassifier(1), X, y, **settings)
    assert (len(whole.folds_), len(less.folds_)) == (10, 5)
    assert whole.regime == less.regime == "overfitting"
    assert less.verdict.variance == whole.verdict.variance


def test_the_rows_that_are_enough():
    assert enough_rows(10**6, 0.01, 0.02) == 250_000
    assert enough_rows(10**6, 0.04, 0.02) == 10**6
    assert enough_rows(10**6, 1e-9, 0.02) == MANY
    labels = np.repeat([0, 1], [300, 100])
    rows = trial_rows(labels, 40, np.random.default_rng(0))
    assert np.bincount(labels[rows]).tolist() == [30, 10]
    assert len(set(rows)) == 40
    assert trial_rows(labels, 400, np.random.default_rng(0)) is None


def test_trials_of_many_rows_take_some_and_say_it(monkeypatch):
    few(monkeypatch, 500)
    seen = []

    class Counted(MLPClassifier):
        def fit(self, X, y, sample_weight=None, **rest):
            seen.append((len(y), len(sample_weight), self.l2))
            return super().fit(X, y, sample_weight, **rest)

    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, 2))
    y = X[:, 0] > 0
    settings = {"max_iter": 3, "n_iter_no_change": None, "random_state": 0}
    model = Counted((2,), learning_rate=0.05, **settings)
    found = diagnose(
        model,
        X,
        y,
        tolerance=0.4,
        baselines=False,
        random_state=0,
        train_sizes=(),
        params={"sample_weight": np.ones(2000)},
    )
    assert found.enough_rows == 500
    remedies = [
        Remedy({"l2": [0.1]}, action="Penalise", regime="overfitting", reason="", source="")
    ]
    seen.clear()
    tried = found.try_remedies(remedies=remedies, random_state=0)
    assert tried.measured_on == "fresh folds of 500 of the rows"
    assert "Remedies tried on fresh folds of 500 of the rows" in str(tried)
    assert {n for n, *_ in seen} == {400}
    assert {weights for _, weights, _ in seen} == {400}
    # The automatic penalty is that of all rows, also where it is not the remedy.
    assert {l2 for *_, l2 in seen} == {found.records_[0].l2, 0.1}
    assert tried.estimators[0].l2 == 0.1
    assert (
        found.try_remedies(remedies=remedies, random_state=0)
        .frame.drop(columns="fit_seconds")
        .equals(tried.frame.drop(columns="fit_seconds"))
    )


def test_splits_that_were_given_are_kept(monkeypatch):
    few(monkeypatch, 100)
    X, y = line(400)
    halves = [(np.arange(200), np.arange(200, 400)), (np.arange(200, 400), np.arange(200))]
    found = diagnose(LinearRegression(), X, y, cv=halves, tolerance=0.9, random_state=0)
    assert found.enough_rows < 400
    tried = found.try_remedies(remedies=[], random_state=0)
    assert tried.measured_on == "the same folds"


def test_only_automatic_penalties_are_fixed():
    assert trials.with_penalty(MLPClassifier(l2=0.5), 0.001).l2 == 0.5
    assert trials.with_penalty(MLPClassifier(), None).l2 == "auto"


def test_the_most_work_is_what_a_diagnosis_of_few_rows_makes():
    fits = []

    class Counted(LinearRegression):
        def fit(self, X, y):
            fits.append(len(y))
            return super().fit(X, y)

    X, y = line(1000)
    diagnose(Counted(), X, y, baselines=False, random_state=0)
    assert most_work(1000, 5) == (len(fits), round(np.mean(fits)))
