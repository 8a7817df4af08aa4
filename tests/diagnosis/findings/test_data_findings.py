"""Mistakes in the data: each planted one is found, and named; sound data gives none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_iris, make_regression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from skdl import MLPClassifier, diagnose
from skdl.diagnosis.findings.examination import examine_data
from skdl.diagnosis.findings.leakage import error_alone
from skdl.diagnosis.findings.scale import outliers
from skdl.diagnosis.folds import Fold

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4))
CLASSES = (X[:, 0] + RNG.normal(size=300) > 0).astype(int)
NUMBERS = X[:, 0] + RNG.normal(size=300)


def signs(X=X, y=CLASSES, seen=None, classifier=True, network=True, names="abcdefgh"):
    folds = [
        Fold(i, *split) for i, split in enumerate(KFold(5, shuffle=True, random_state=0).split(X))
    ]
    n = X.shape[1]
    found = examine_data(
        X,
        y,
        X if seen is None else seen,
        list(names[:n]),
        list(names),
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


DRAWN = {
    "normal": lambda rng, n: rng.normal(50, 3, size=n),
    "uniform": lambda rng, n: rng.uniform(-1, 1, size=n),
    "exponential": lambda rng, n: rng.exponential(40.0, size=n),
    "lognormal": lambda rng, n: rng.lognormal(3, 0.8, size=n),
    "counts": lambda rng, n: rng.poisson(30, size=n) * 1.0,
    "mostly nothing": lambda rng, n: rng.exponential(40.0, size=n) * (rng.random(n) < 0.1),
    "two groups": lambda rng, n: rng.normal(size=n) + 1000.0 * (rng.random(n) < 0.3),
}


@pytest.mark.parametrize("kind", DRAWN)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(200, 2000),
    count=st.integers(1, 5),
    code=st.sampled_from([99999.0, -99999.0, 1e6]),
    scaled=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_a_few_values_far_off_are_found_and_only_they(kind, seed, n, count, code, scaled):
    """Five values of 99999 in 800 rows widen the standard deviation, and hide behind it."""
    rng = np.random.default_rng(seed)
    column, others = DRAWN[kind](rng, n), rng.normal(size=(n, 2))
    assume(len(np.unique(column)) > 12)  # fewer are a category

    def look(values):
        table = np.column_stack([others, values])
        return outliers(StandardScaler().fit_transform(table) if scaled else table, list("abc"))

    assert look(column) is None
    column[rng.choice(n, size=count, replace=False)] = code
    found = look(column)
    assert found.name == "outliers"
    number = "1 value" if count == 1 else f"{count} values up to"
    assert found.evidence.startswith(f"c holds {number} ")
    assert "too." not in found.evidence


def test_outlying_columns_are_all_named():
    seen = X.copy()
    seen[5, 3], seen[6, 1], seen[7, 0] = 5000.0, 1000.0, 1000.0
    assert signs(seen=seen)["outliers"].endswith(" a and b hold such values, too.")


def test_rare_categories_are_no_outliers():
    assert signs(seen=changed(3, np.arange(300) < 3)) == {}


def test_missing_values_are_no_outliers():
    seen = X.copy()
    seen[::7, 1], seen[:, 2] = np.nan, np.nan
    assert outliers(seen, list("abcd")) is None


def columns_in_another_order():
    """Categories first, then the numbers from the last to the first."""
    return make_column_transformer(
        (OneHotEncoder(sparse_output=False), ["colour"]),
        (StandardScaler(), ["rate", "debt", "income", "age"]),
    )


@pytest.mark.parametrize("column", ["age", "income", "debt", "rate"])
@pytest.mark.parametrize("categories", [["red"], ["blue", "red"]], ids=len)
def test_a_column_keeps_its_name_through_transformers(column, categories):
    """As many columns come out as went in, or more: in no case are names taken by their place."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(200, 4)), columns=["age", "income", "debt", "rate"])
    frame["colour"] = rng.choice(categories, size=200)
    target = (frame["age"] + frame["debt"] > 0).to_numpy()
    frame.loc[:3, column] = 99999.0
    model = make_pipeline(columns_in_another_order(), LogisticRegression())
    found = diagnose(model, frame, target, n_repeats=1, train_sizes=(), random_state=0)
    (outlying,) = [f for f in found.findings if f.name == "outliers"]
    assert outlying.evidence.startswith(f"{column} holds")


def test_a_transformer_that_knows_no_names_has_its_outputs_numbered():
    model = make_pipeline(FunctionTransformer(lambda X: X[:, ::-1]), LogisticRegression())
    found = diagnose(model, changed(0, 7.0), CLASSES, n_repeats=1, train_sizes=(), random_state=0)
    (constant,) = [f for f in found.findings if f.name == "constant features"]
    assert constant.evidence == "1 of 4 inputs never changes: input 3."


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
