"""One split in place of folds: the same answers, with intervals that the rows tell."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import t
from sklearn.datasets import make_classification, make_friedman1
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import r2_score
from sklearn.model_selection import PredefinedSplit, ShuffleSplit, TimeSeriesSplit
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdl import MLPClassifier, diagnose
from skdl.diagnosis.one_split import joined_sets
from skdl.plots import ValidationCurveDisplay

X, Y = make_classification(500, 6, n_informative=3, flip_y=0.1, random_state=0)
OLD, NEW = slice(350), slice(350, None)
TREE = DecisionTreeClassifier(random_state=0)
QUICK = {"train_sizes": (), "baselines": ["constant"], "random_state": 0}


def dev(estimator=TREE, inputs=X, targets=Y, **settings):
    return diagnose(
        estimator,
        inputs[OLD],
        targets[OLD],
        X_val=inputs[NEW],
        y_val=targets[NEW],
        **{**QUICK, **settings},
    )


def test_the_errors_are_those_of_one_fit():
    found = dev()
    fitted = TREE.fit(X[OLD], Y[OLD])
    wrong = 1.0 * (fitted.predict(X[NEW]) != Y[NEW])
    assert found.training_error.value == 0
    assert found.validation_error.value == pytest.approx(wrong.mean())
    half = t.ppf(0.975, 149) * wrong.std(ddof=1) / np.sqrt(150)
    assert found.validation_error.high - found.validation_error.value == pytest.approx(half)
    assert found.variance.value == pytest.approx(wrong.mean())
    assert found.regime == "overfitting"


def test_of_a_regressor_as_well():
    inputs, targets = make_friedman1(500, noise=1, random_state=0)
    ridge = Ridge().fit(inputs[OLD], targets[OLD])
    found = dev(Ridge(), inputs, targets)
    for part, error in ((OLD, found.training_error), (NEW, found.validation_error)):
        score = r2_score(targets[part], ridge.predict(inputs[part]))
        assert error.value == pytest.approx(1 - score)
        losses = (targets[part] - ridge.predict(inputs[part])) ** 2 / targets[part].var()
        n = len(losses)
        assert error.standard_error == pytest.approx(losses.std(ddof=1) / np.sqrt(n))
    gap = found.variance
    assert gap.value == pytest.approx(found.validation_error.value - found.training_error.value)
    parts = (found.training_error.standard_error, found.validation_error.standard_error)
    assert gap.standard_error == pytest.approx(np.hypot(*parts))


@pytest.mark.parametrize(
    "cv",
    [
        PredefinedSplit(np.repeat([-1, 0], [350, 150])),
        [(np.arange(350), np.arange(350, 500))],
        iter([(list(range(350)), list(range(350, 500)))]),
    ],
    ids=["PredefinedSplit", "list", "iterator"],
)
def test_a_cv_of_one_split_is_the_same(cv):
    found = diagnose(TREE, X, Y, cv=cv, **QUICK)
    assert found.to_json() == dev().to_json()


def test_a_shuffled_split():
    found = diagnose(TREE, X, Y, cv=ShuffleSplit(1, test_size=0.3, random_state=0), **QUICK)
    assert found.regime == "overfitting" and len(found.folds_) == 1


@pytest.mark.parametrize("form", [csr_matrix, pd.DataFrame, np.ndarray.tolist])
def test_any_form_of_rows(form):
    found = diagnose(
        TREE, form(X[OLD]), Y[OLD].tolist(), X_val=form(X[NEW]), y_val=pd.Series(Y[NEW]), **QUICK
    )
    assert found.validation_error.value == dev().validation_error.value


def test_the_interval_holds_the_true_error():
    """Of 200 dev sets, about 95 % must have the error of the one model in their interval."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40_000, 3))
    labels = (rows[:, 0] + rng.logistic(size=40_000) * 0.5 > 0).astype(int)
    model = LogisticRegression().fit(rows[:200], labels[:200])
    truth = np.mean(model.predict(rows[200:]) != labels[200:])
    inside = 0
    for start in range(200, 200 + 60 * 150, 150):
        part = slice(start, start + 150)
        found = diagnose(
            LogisticRegression(),
            rows[:200],
            labels[:200],
            X_val=rows[part],
            y_val=labels[part],
            train_sizes=(),
            baselines=False,
        )
        inside += found.validation_error.low <= truth <= found.validation_error.high
    assert inside >= 53  # of 60; 57 are expected


def test_no_row_wrong_is_told_by_the_rule_of_three():
    rows = np.repeat([[0.0], [1.0]], 100, axis=0)
    labels = np.repeat([0, 1], 100)
    found = diagnose(
        LogisticRegression(), rows, labels, X_val=rows[::2], y_val=labels[::2], **QUICK
    )
    assert found.validation_error.value == 0
    assert found.validation_error.high == pytest.approx(3 / 100, rel=0.05)


def test_what_it_covers_is_said():
    found = dev()
    said = " ".join(str(found).split())
    assert "There is one split: the intervals are those of its 350 training and 150" in said
    assert "They do not cover how much another training set would change." in said
    assert any("one split" in note for note in json.loads(found.to_json())["notes"])
    assert "one split" not in str(diagnose(TREE, X, Y, **QUICK))


def test_everything_else_works_as_with_folds():
    found = dev(train_sizes=(0.25, 0.5), baselines=True)
    curve = found.learning_curve_
    assert curve["n_rows"].tolist() == [88, 175, 350]
    assert np.isfinite(curve.select_dtypes("number")).all().all()
    assert found.baselines_["model"].tolist() == [
        "constant",
        "linear",
        "nearest neighbours",
        "boosted trees",
    ]
    assert np.isfinite(found.baselines_[["low", "high"]]).all().all()
    assert len(found.predictions_) == 150
    assert np.isfinite(found.regions_["variance"]).any()
    assert found.plot().ax_ is not None
    assert "one split" in found.to_html()


def test_remedies_are_tried_on_the_same_split_and_that_is_said():
    mlp = MLPClassifier((30,), max_iter=40, n_iter_no_change=None, random_state=0)
    found = dev(mlp)
    before = found.validation_error.value
    trials = found.try_remedies(remedies=found.remedies[:2], random_state=0)
    assert trials.unchanged["validation_error"] == pytest.approx(before)
    assert "Remedies tried on the same split" in str(trials)
    assert np.isfinite(trials.frame.select_dtypes("number")).all().all()
    first = trials.frame.iloc[0]
    assert first["validation_change"] == pytest.approx(first["validation_error"] - before)
    assert first["variance_change"] == pytest.approx(
        first["validation_change"] - first["bias_change"]
    )
    with pytest.raises(ValueError, match="must have the 500 rows whose splits"):
        found.try_remedies(X[:400], Y[:400])


def test_a_list_of_splits_is_used_again():
    splits = list(TimeSeriesSplit(3).split(X))
    mlp = MLPClassifier((4,), max_iter=5, n_iter_no_change=None, random_state=0)
    found = diagnose(mlp, X, Y, cv=splits, **QUICK)
    trials = found.try_remedies(remedies=found.remedies[:1])
    assert trials.unchanged["validation_error"] == pytest.approx(found.validation_error.value)
    assert "on the same folds" in str(trials)


def test_a_verdict_is_that_of_folds():
    inputs, targets = make_friedman1(900, noise=0.1, random_state=0)
    rows = slice(600), slice(600, None)
    for model in (DecisionTreeRegressor(random_state=0), Ridge()):
        one = diagnose(
            model,
            inputs[rows[0]],
            targets[rows[0]],
            X_val=inputs[rows[1]],
            y_val=targets[rows[1]],
            random_state=0,
        )
        assert one.regime == diagnose(model, inputs, targets, random_state=0).regime


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"y_val": None}, "X_val and y_val must be given together"),
        ({"X_val": None}, "X_val and y_val must be given together"),
        ({"cv": 3}, "cv and groups have no effect beside X_val"),
        ({"groups": np.zeros(350)}, "cv and groups have no effect beside X_val"),
        ({"y_val": Y[:3]}, "y_val must have as many rows as X_val, 150; got 3"),
        ({"X_val": X[NEW, :2]}, "X_val and y_val must suit X and y"),
        ({"params": {"sample_weight": np.ones(350)}}, "an entry for each row of X and then of"),
        ({"n_repeats": 2}, "n_repeats has no effect"),
        ({"scoring": "roc_auc"}, "cv must give two folds or more with a scoring"),
    ],
)
def test_what_cannot_be_is_named(given, said):
    with pytest.raises(ValueError, match=f"^diagnose: .*{said}"):
        settings = {"X_val": X[NEW], "y_val": Y[NEW], **QUICK, **given}
        diagnose(TREE, X[OLD], Y[OLD], **settings)


def test_columns_of_frames_are_compared():
    frame = pd.DataFrame(X, columns=list("abcdef"))
    with pytest.raises(ValueError, match=r"their columns must be \['a', 'b', 'c', 'd', 'e', 'f'\]"):
        diagnose(TREE, frame, Y, X_val=frame[list("fabcde")], y_val=Y)


@pytest.mark.parametrize("rows", [[], [500], [10**6]])
def test_a_split_outside_of_the_rows_is_named(rows):
    with pytest.raises(ValueError, match="cv must give numbers of the 500 rows; the validation"):
        diagnose(TREE, X, Y, cv=[(np.arange(300), rows)])


def test_weights_of_all_rows_are_split_with_them():
    weight = np.random.default_rng(0).uniform(size=500)
    found = dev(params={"sample_weight": weight})
    fitted = DecisionTreeClassifier(random_state=0).fit(X[OLD], Y[OLD], weight[OLD])
    assert found.validation_error.value == pytest.approx(1 - fitted.score(X[NEW], Y[NEW]))
    rows, targets, numbers = joined_sets(
        X[OLD], Y[OLD], {"val": (X[NEW], Y[NEW])}, cv=5, groups=None, params=None
    )
    np.testing.assert_array_equal(rows, X)
    np.testing.assert_array_equal(targets, Y)
    assert {name: len(part) for name, part in numbers.items()} == {"training": 350, "val": 150}


def test_a_validation_curve_of_one_split():
    split = ShuffleSplit(1, test_size=0.3, random_state=0)
    grid = {"param_name": "max_depth", "param_range": [1, 9], "cv": split}
    curve = ValidationCurveDisplay.from_estimator(TREE, X, Y, **grid).curve
    assert np.isfinite(curve.drop(columns="value")).all().all()
    with pytest.raises(ValueError, match="^ValidationCurveDisplay: cv must give two folds or more"):
        ValidationCurveDisplay.from_estimator(TREE, X, Y, scoring="roc_auc", **grid)
