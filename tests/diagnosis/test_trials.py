"""try_remedies: fresh folds, paired differences, the best first; what it says."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, MLPRegressor, diagnose
from skdl.diagnosis import Remedy
from skdl.diagnosis.telling.trial_words import by_outcome, outcome, trials_verdict
from skdl.diagnosis.trials import Trials, count_fits, fresh_folds

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (300, 2))
Y = ((X[:, 0] > 0) ^ (RNG.random(300) < 0.2)).astype(int)
SETTINGS = {"train_sizes": (), "baselines": False, "random_state": 0, "n_repeats": 1}


def remedy(**parameters):
    return Remedy(
        parameters, action="Smooth", regime="overfitting", reason="It averages.", source="A book"
    )


@pytest.fixture(scope="module")
def found():
    return diagnose(KNeighborsClassifier(1), X, Y, **SETTINGS)


@pytest.fixture(scope="module")
def trials(found):
    return found.try_remedies(X, Y, remedies=[remedy(n_neighbors=[2, 15])], random_state=0)


def test_one_row_for_each_value_best_first(trials):
    frame = trials.to_frame()
    assert set(frame["change"]) == {"n_neighbors=2", "n_neighbors=15"}
    assert frame["validation_error"].is_monotonic_increasing
    assert frame["change"].iloc[0] == "n_neighbors=15"
    assert frame["treats"].tolist() == ["overfitting"] * 2


def test_changes_are_paired_differences_on_the_same_folds():
    cv = StratifiedKFold(5, shuffle=True, random_state=7)
    found = diagnose(KNeighborsClassifier(1), X, Y, cv=cv, train_sizes=(), baselines=False)
    trials = found.try_remedies(X, Y, remedies=[remedy(n_neighbors=[15])], random_state=0)
    seed = np.random.default_rng([0x7F1A15, 0]).integers(2**31)
    cv = StratifiedKFold(5, shuffle=True, random_state=int(seed))
    old, new = (
        cross_validate(KNeighborsClassifier(k), X, Y, cv=cv, return_train_score=True)
        for k in (1, 15)
    )
    (row,) = trials.to_frame().to_dict("records")
    moved = (1 - new["test_score"]) - (1 - old["test_score"])
    assert row["validation_change"] == pytest.approx(moved.mean())
    half = 2.7764451 * np.sqrt((1 / 5 + 1 / 4) * moved.var(ddof=1))
    assert row["validation_change_high"] == pytest.approx(moved.mean() + half)
    gap = (new["train_score"] - new["test_score"]) - (old["train_score"] - old["test_score"])
    assert row["variance_change"] == pytest.approx(gap.mean())
    assert row["variance"] == pytest.approx((new["train_score"] - new["test_score"]).mean())
    assert row["bias_change"] + row["variance_change"] == pytest.approx(row["validation_change"])
    assert trials.unchanged["validation_error"] == pytest.approx(1 - old["test_score"].mean())


def test_folds_are_fresh_even_with_the_same_seed(found, trials):
    assert found.validation_error.value != trials.unchanged["validation_error"]
    again = found.try_remedies(X, Y, remedies=[remedy(n_neighbors=[2, 15])], random_state=0)
    assert (
        again.to_frame()
        .drop(columns="fit_seconds")
        .equals(trials.to_frame().drop(columns="fit_seconds"))
    )


def test_fresh_folds_keep_what_has_no_seed():
    rng = np.random.default_rng(0)
    plain, seeded = KFold(3), KFold(3, shuffle=True, random_state=0)
    assert fresh_folds(5, rng) == 5
    assert fresh_folds(seeded, rng).random_state != 0 and seeded.random_state == 0
    assert next(fresh_folds(plain, rng).split(X))[1].tolist() == list(range(100))


def test_words(found, trials):
    text = str(trials)
    assert text.startswith("Remedies tried on fresh folds\nBest of what was tried: Smooth (n_nei")
    assert "95 % interval" in text and " to -" in text
    page = trials._repr_html_()
    assert page.count("<tr>") == 3 and "n_neighbors=15" in page
    assert max(map(len, text.splitlines())) <= 100
    found.trials_ = trials
    assert text in str(found) and page in found._repr_html_()
    found.trials_ = None


def test_best_is_a_changed_estimator_only_if_it_is_better_for_sure(found, trials):
    assert trials.best_.n_neighbors == 15
    worse = found.try_remedies(X, Y, remedies=[remedy(p=[2.0])], random_state=0)
    assert worse.best_ is None
    assert "Nothing that was tried lowers the validation error" in str(worse)


def test_the_best_is_the_first_that_is_better_for_sure():
    frame = pd.DataFrame(
        {
            "remedy": ["A", "B"],
            "change": ["a=1", "b=1"],
            "validation_error": [0.1, 0.12],
            "validation_change": [-0.1, -0.08],
            "validation_change_high": [0.01, -0.01],
        }
    )
    trials = Trials(frame, {"validation_error": 0.2}, 0.95, True, ["first", "second"], [])
    assert (trials.best_row_, trials.best_) == (1, "second")
    assert trials_verdict(trials) == (
        "Best of what was tried: B (b=1). The validation error: 20.0 % -> 12.0 %."
    )


def test_advice_is_not_tried(found):
    trials = found.try_remedies(X, Y)  # general advice only, for a model that is no network
    assert len(trials.to_frame()) == 0
    assert "None of the remedies can be tried." in str(trials)
    assert trials.best_ is None


def test_what_cannot_be_fitted_is_told(found):
    trials = found.try_remedies(X, Y, remedies=[remedy(n_neighbors=[5, 1000])])
    assert len(trials.to_frame()) == 1
    assert "Smooth (n_neighbors=1000) could not be fitted: Expected n_neighbors" in str(trials)


def test_remedies_of_a_network_in_a_pipeline():
    A, y = (part[:300] for part in load_digits(return_X_y=True))
    model = make_pipeline(StandardScaler(), MLPClassifier((20,), max_iter=3, random_state=0))
    found = diagnose(model, A, y, cv=3, **SETTINGS)
    trials = found.try_remedies(A, y, n_jobs=2, random_state=1)
    frame = trials.to_frame()
    assert count_fits(model, found.remedies, 3) == 3 * (len(frame) + 1)
    assert np.isfinite(frame.select_dtypes("number").to_numpy()).all()
    longer = frame[frame["remedy"] == "Train longer"].iloc[0]
    assert longer["bias_change"] < 0
    copy = pickle.loads(pickle.dumps(found))
    assert str(copy.trials_) == str(trials)


def test_a_scaler_is_put_before_a_bare_network_and_helps():
    A, y = load_breast_cancer(return_X_y=True)
    network = MLPClassifier((10,), random_state=0, max_iter=50)
    found = diagnose(network, A, y, **SETTINGS)
    assert "Scale the inputs first" in found.explanation
    trials = found.try_remedies(A, y, remedies=found.remedies[:1], random_state=0)
    (row,) = trials.to_frame().to_dict("records")
    assert row["change"] == "StandardScaler -> MLPClassifier"
    assert row["validation_change"] < 0


def test_data_that_do_not_fit_are_refused(found):
    with pytest.raises(ValueError, match="y must have as many rows as X"):
        found.try_remedies(X, Y[:10])


def test_a_failing_estimator_is_named():
    found = diagnose(KNeighborsClassifier(60), X, Y, **SETTINGS)
    with pytest.raises(ValueError, match="try_remedies: the unchanged estimator failed: Expected"):
        found.try_remedies(X[:40], Y[:40], remedies=[remedy(n_neighbors=[2])])


def test_linear_model_has_nothing_to_try():
    found = diagnose(LogisticRegression(), X, Y, **SETTINGS)
    assert len(found.try_remedies(X, Y).to_frame()) == 0


def tried(**rows):
    """Make trials of given changes: {remedy: (error, change, upper end of the change)}."""
    frame = pd.DataFrame(
        [
            {
                "remedy": name,
                "change": f"{name}=1",
                "validation_error": error,
                "validation_change": change,
                "validation_change_high": high,
            }
            for name, (error, change, high) in rows.items()
        ]
    )
    return Trials(frame, {"validation_error": 0.2}, 0.95, True, list(rows), [])


def called(action):
    return Remedy({}, action=action, regime="both", reason="It is so.", source="A book")


def test_remedies_stand_in_the_order_of_what_they_did():
    trials = tried(a=(0.25, 0.05, 0.1), b=(0.19, -0.01, 0.02), c=(0.1, -0.1, -0.05))
    ordered = by_outcome([called(name) for name in "abcd"], trials)
    assert [remedy.action for remedy in ordered] == ["c", "b", "d", "a"]
    assert [outcome(trials, remedy) for remedy in ordered] == [
        "Measured: c=1 lowers the validation error from 20.0 % to 10.0 %.",
        "Tried: b=1 gives 19.0 % in place of 20.0 %; that may be chance.",
        "",
        "Tried: it does not lower the validation error, 20.0 %.",
    ]
    assert outcome(None, called("a")) == ""


def test_the_diagnosis_learns_from_its_trials(found):
    again = pickle.loads(pickle.dumps(found))
    again.remedies = [called("Look at the data"), remedy(n_neighbors=[2, 15])]
    again.try_remedies(X, Y, remedies=again.remedies[1:], random_state=0)
    assert "Measured on fresh folds: Smooth (n_neighbors=15) lowers" in again.explanation
    assert [r.action for r in again.remedies] == ["Smooth", "Look at the data"]
    for told in (str(again), again._repr_html_(), again.to_json()):
        assert "Measured: n_neighbors=15 lowers the validation error" in " ".join(told.split())
    again.try_remedies(X, Y, remedies=[remedy(p=[1.0])], random_state=0)
    assert "The change that was tried does not lower the validation error" in again.explanation
    again.try_remedies(X, Y, remedies=[remedy(p=[1.0, 3.0])], random_state=0)
    assert "None of the 2 changes that were tried lowers the validation" in again.explanation


def test_a_spiral_that_was_left_too_early_is_told_to_go_on():
    rng = np.random.default_rng(0)
    arm, t = rng.integers(2, size=500), rng.uniform(0.5, 3.5, 500)
    angle = np.pi * (arm + 1.2 * t)
    spiral = t[:, None] * np.c_[np.cos(angle), np.sin(angle)] + rng.normal(
        scale=0.05, size=(500, 2)
    )
    mlp = MLPClassifier((32, 32), max_iter=100, batch_size=50, l2=1e-3, random_state=0)
    found = diagnose(mlp, spiral, arm, train_sizes=(0.5,), random_state=0)
    longer = [remedy for remedy in found.remedies if remedy.action == "Train longer"]
    trials = found.try_remedies(remedies=longer, random_state=0)
    assert trials.frame["validation_error"][0] < 0.5 * trials.unchanged["validation_error"]
    assert "Train longer" in found.explanation and found.remedies[0].action == "Train longer"


def test_what_helps_less_than_a_guess_is_not_called_help():
    """On noise a stronger penalty brings the error down, and it may still be above a guess's."""
    rng = np.random.default_rng(0)
    A, noise = rng.normal(size=(200, 4)), rng.normal(size=200)
    mlp = MLPRegressor((16,), max_iter=60, n_iter_no_change=None, random_state=0)
    found = diagnose(mlp, A, noise, random_state=0, train_sizes=())
    assert not found.verdict.better_than_guessing
    for error, is_told in ((1.1, False), (0.5, True)):
        found.trials_ = tried(a=(error, -0.1, -0.05))
        assert ("Measured" in found.explanation) == is_told
        assert "the target may be noise" in found.explanation


def test_nobody_is_told_to_leave_what_another_model_does_better():
    rng = np.random.default_rng(0)
    A = rng.normal(size=(200, 4))
    y = (A[:, 0] + A[:, 1] > 1.3).astype(int)
    guess = MLPClassifier((16,), max_iter=30, l2=1e6, n_iter_no_change=None, random_state=0)
    found = diagnose(guess, A, y, random_state=0, train_sizes=())
    found.try_remedies(
        remedies=[Remedy({"l2": [1e5]}, action="a", regime="both", reason="r.", source="s")],
        random_state=0,
    )
    assert "does not lower the validation error" in found.explanation
    assert "leave it as it is" not in found.explanation
    assert "There is something to learn" in found.explanation
