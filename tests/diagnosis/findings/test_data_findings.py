"""Mistakes in the data: each planted one is found, and named; sound data gives none."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_breast_cancer, load_iris, make_regression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, diagnose
from skdl.diagnosis.findings.examination import examine_data
from skdl.diagnosis.findings.leakage import error_alone
from skdl.diagnosis.folds import Fold

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4))
CLASSES = (X[:, 0] + RNG.normal(size=300) > 0).astype(int)
NUMBERS = X[:, 0] + RNG.normal(size=300)


def signs(X=X, y=CLASSES, seen=None, classifier=True, network=True, names="abcdefgh"):
    folds = [Fold(i, *split) for i, split in enumerate(KFold(5, shuffle=True).split(X))]
    n = X.shape[1]
    found = examine_data(
        X,
        y,
        X if seen is None else seen,
        list(names[:n]),
        classifier=classifier,
        network=network,
        folds=folds,
    )
    return {finding.name: finding.evidence for finding in found}


def changed(column, values):
    other = X.copy()
    other[:, column] = values
    return other


@pytest.mark.parametrize(("y", "classifier"), [(CLASSES, True), (NUMBERS, False)])
def test_sound_data_shows_nothing(y, classifier):
    assert signs(y=y, classifier=classifier) == {}


@pytest.mark.parametrize(
    "seen",
    [changed(1, 50 * X[:, 1]), changed(1, X[:, 1] + 20), X * 0.001],
    ids=["wide", "far", "low"],
)
def test_unscaled_inputs(seen):
    assert "near 1 is right" in signs(seen=seen)["unscaled inputs"]
    assert "unscaled inputs" not in signs(seen=seen, network=False)
    assert "unscaled inputs" not in signs(seen=StandardScaler().fit_transform(seen))


def test_unscaled_inputs_are_named():
    assert "(b); near 1" in signs(seen=changed(1, 50 * X[:, 1]))["unscaled inputs"]


def test_constant_features():
    assert signs(seen=changed(2, 7.0))["constant features"] == "1 of 4 inputs never changes: c."


def test_outliers_but_not_rare_categories():
    values = X[:, 3].copy()
    values[5] = 1000.0
    assert (
        "d holds values up to 17 standard deviations" in signs(seen=changed(3, values))["outliers"]
    )
    assert signs(seen=changed(3, np.arange(300) == 5)) == {}


def test_a_feature_that_leaks_the_class():
    found = signs(changed(2, 10 * CLASSES + 0.1 * X[:, 2]), seen=X)
    assert found["leaking feature"].startswith("c alone predicts the target almost perfectly")


def test_a_feature_that_leaks_the_number():
    found = signs(changed(2, NUMBERS**3), seen=X, y=NUMBERS, classifier=False)
    assert "c alone" in found["leaking feature"]


def test_a_category_leaks_too():
    frame = pd.DataFrame(X, columns=list("abcd")).assign(e=np.where(CLASSES == 1, "yes", "no"))
    assert "e alone" in signs(frame, seen=X)["leaking feature"]


def test_real_data_of_good_features_do_not_leak():
    for load in (load_iris, load_breast_cancer):
        A, y = load(return_X_y=True)
        assert "leaking feature" not in signs(A, y, names=[str(i) for i in range(30)])


def test_purity_of_a_feature_that_says_nothing_is_near_one():
    assert error_alone(RNG.normal(size=2000), RNG.integers(0, 2, 2000), True) > 0.7
    assert error_alone(RNG.normal(size=2000), RNG.normal(size=2000), False) > 0.85
    assert error_alone(np.arange(2000.0), np.arange(2000.0), False) < 1e-3


def test_copies_across_folds():
    twice = np.vstack([X, X[:30]])
    found = signs(twice, np.r_[CLASSES, CLASSES[:30]])
    assert "of the validation rows also are training rows" in found["copies across folds"]
    other = signs(twice, np.r_[CLASSES, 1 - CLASSES[:30]])
    assert "copies across folds" not in other  # another target: two measurements, not a copy


def test_copies_kept_together_by_groups_are_no_fault():
    twice, y = np.vstack([X, X]), np.r_[CLASSES, CLASSES]
    model = make_pipeline(StandardScaler(), LogisticRegression())
    settings = {"train_sizes": (), "baselines": False, "random_state": 0}
    apart = diagnose(model, twice, y, **settings)
    assert "Distrust these numbers" in apart.explanation
    assert apart.remedies[0].action.startswith("Keep copies of a row in one fold")
    together = diagnose(model, twice, y, groups=np.tile(np.arange(300), 2), **settings)
    assert [f.name for f in together.findings if f.about == "data"] == []


def test_a_table_of_few_possible_rows_has_no_copies():
    A = RNG.integers(0, 3, (300, 3)).astype(float)
    assert "copies across folds" not in signs(A, (A[:, 0] > 1).astype(int))


def test_rare_classes():
    y = np.r_[np.zeros(290, int), np.ones(10, int)]
    assert "Class 1 has 10 rows and class 0 290" in signs(y=y)["imbalanced classes"]


def test_heavy_tailed_target():
    y = NUMBERS.copy()
    y[0] = 1000
    assert "up to 17 standard deviations" in signs(y=y, classifier=False)["heavy-tailed target"]


def test_sparse_and_many_outputs_are_looked_at_as_far_as_they_can_be():
    found = signs(csr_array(100 * X))
    assert list(found) == ["unscaled inputs"]
    A, Y = make_regression(100, 4, n_targets=2, random_state=0)
    assert signs(A, Y, classifier=False) == {}


def test_inputs_are_judged_as_the_network_sees_them():
    wide = 1000 * X
    settings = {"train_sizes": (), "baselines": False, "cv": 2, "n_repeats": 1}
    bare = MLPClassifier((5,), tol=0.1, random_state=0)
    found = diagnose(bare, wide, CLASSES, **settings)
    assert "unscaled inputs" in [f.name for f in found.findings]
    first = found.remedies[0]
    assert first.treats == "unscaled inputs" and not first
    assert first.change == "StandardScaler -> MLPClassifier"
    found = diagnose(make_pipeline(StandardScaler(), bare), wide, CLASSES, **settings)
    assert "unscaled inputs" not in [f.name for f in found.findings]


def test_a_feature_that_varies_only_in_other_rows_is_not_unscaled():
    """A scaler leaves what never changed in its rows as it is; a second one would help nothing."""
    rare = np.zeros((len(X), 1))
    rare[-1] = 0.05
    half = np.arange(len(X)) % 2 == 0
    half[-1] = False
    splits = [(np.flatnonzero(half), np.flatnonzero(~half))]
    splits.append(splits[0][::-1])
    scaled = make_pipeline(StandardScaler(), MLPClassifier((5,), tol=0.1, random_state=0))
    found = diagnose(
        scaled, np.hstack([X, rare]), CLASSES, cv=splits, train_sizes=(), baselines=False
    )
    assert "unscaled inputs" not in [f.name for f in found.findings]
    assert "constant features" in [f.name for f in found.findings]
