"""diagnose: the regime on problems built to show it, the numbers, the words, what it refuses."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_digits, load_iris, make_classification, make_regression
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import RepeatedStratifiedKFold, ShuffleSplit
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import skdl
from skdl.diagnosis import Diagnosis, diagnose


@pytest.fixture(scope="module")
def digits():
    return load_digits(n_class=10, return_X_y=True)


@pytest.fixture(scope="module")
def overfitted():
    X, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    y = np.where(rng.random(len(y)) < 0.3, rng.integers(0, 10, len(y)), y)
    return diagnose(KNeighborsClassifier(1), X[:600], y[:600], random_state=0)


def test_one_hidden_unit_underfits(digits):
    X, y = digits
    network = skdl.MLPClassifier(hidden_layer_sizes=(1,), max_iter=30, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = diagnose(
            make_pipeline(StandardScaler(), network), X[:600], y[:600], n_repeats=1, train_sizes=()
        )
    assert found.regime == "underfitting" or found.bias.value > 0.2
    assert found.bias.value > 0.2
    assert found.learning_curve_ is None
    widths = [r for r in found.remedies if "mlpclassifier__hidden_layer_sizes" in r]
    assert widths[0]["mlpclassifier__hidden_layer_sizes"] == [(2,), (2, 2)]
    assert "Your network" in found.headline and "underfits" in found.headline


def test_nearest_neighbour_on_wrong_labels_overfits(overfitted):
    found = overfitted
    assert found.regime == "overfitting" and found.conclusive
    assert found.training_error.value == 0.0
    assert found.variance.value == pytest.approx(found.validation_error.value)
    assert found.validation_error.value > 0.25
    assert found.headline.startswith("Your model overfits: it gets 0.0 % wrong on the rows")


def test_noise_at_the_bayes_error_leaves_nothing_to_gain():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (4000, 1))
    y = (X[:, 0] > 0) ^ (rng.random(4000) < 0.2)
    found = diagnose(LogisticRegression(), X, y, bayes_error=0.2, random_state=0)
    assert found.regime == "neither"
    assert found.bias.value == pytest.approx(found.training_error.value - 0.2)
    assert abs(found.bias.value) < 0.02
    assert "the best attainable is 20.0 %" in found.headline
    assert not any(found.remedies)
    perfect = diagnose(LogisticRegression(), X, y, bayes_error=0.0, random_state=0)
    assert perfect.regime == "underfitting" and perfect.conclusive


def test_a_linear_model_of_a_linear_target_is_well():
    X, y = make_regression(400, 5, noise=1.0, random_state=0)
    found = diagnose(LinearRegression(), X, y, random_state=0)
    assert found.regime == "neither" and found.conclusive
    assert found.error_name == "variance unexplained"
    assert found.headline.startswith("Your model fits well: it leaves 0.0 % of the variance")


def test_a_constant_explains_nothing():
    X, y = make_regression(100, 5, random_state=0)
    found = diagnose(DummyRegressor(), X, y, random_state=0)
    assert found.regime == "underfitting" or found.regime == "both"
    assert found.training_error.value == pytest.approx(1)


def test_errors_are_those_of_a_loop_by_hand():
    X, y = load_iris(return_X_y=True)
    cv = RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0)
    found = diagnose(KNeighborsClassifier(3), X, y, cv=cv, train_sizes=())
    frame = found.to_frame()
    for (train, test), (_, row) in zip(cv.split(X, y), frame.iterrows(), strict=True):
        model = KNeighborsClassifier(3).fit(X[train], y[train])
        assert row["training_error"] == pytest.approx(np.mean(model.predict(X[train]) != y[train]))
        assert row["validation_error"] == pytest.approx(np.mean(model.predict(X[test]) != y[test]))
    assert found.validation_error.value == pytest.approx(frame["validation_error"].mean())
    assert frame["variance"].tolist() == pytest.approx(
        (frame["validation_error"] - frame["training_error"]).tolist()
    )
    assert found.variance.value == pytest.approx(frame["variance"].mean())
    assert found.variance.df == 5
    wrong = {"train": np.full((6, 150), np.nan), "test": np.full((6, 150), np.nan)}
    for fold, (train, test) in enumerate(cv.split(X, y)):
        model = KNeighborsClassifier(3).fit(X[train], y[train])
        wrong["train"][fold, train] = model.predict(X[train]) != y[train]
        wrong["test"][fold, test] = model.predict(X[test]) != y[test]
    paired = np.nanmean(wrong["test"] - np.nanmean(wrong["train"], axis=0), axis=1)
    assert found.variance.standard_error == pytest.approx(
        np.sqrt((1 / 6 + 1 / 2) * paired.var(ddof=1))
    )


def test_the_ladder_adds_up(overfitted):
    d = overfitted
    assert d.bayes_error + d.bias.value == pytest.approx(d.training_error.value)
    assert d.training_error.value + d.variance.value == pytest.approx(d.validation_error.value)


def test_learning_curve(overfitted):
    curve = overfitted.learning_curve_
    assert curve["n_rows"].tolist() == [48, 120, 240, 480]
    assert (curve["training_error"] == 0).all()
    assert curve["validation_error"].iloc[-1] < curve["validation_error"].iloc[0]
    assert (curve["validation_low"] < curve["validation_error"]).all()
    assert (curve["validation_error"] < curve["validation_high"]).all()
    assert curve["validation_error"].iloc[-1] == pytest.approx(overfitted.validation_error.value)


def test_same_seed_same_diagnosis_and_jobs_do_not_matter():
    X, y = load_iris(return_X_y=True)
    one, two, other = (
        diagnose(DecisionTreeClassifier(random_state=0), X, y, random_state=seed, n_jobs=jobs)
        for seed, jobs in ((0, None), (0, 2), (1, None))
    )
    pd.testing.assert_frame_equal(one.learning_curve_, two.learning_curve_)
    assert one.folds_["validation_error"].tolist() == two.folds_["validation_error"].tolist()
    assert one.folds_["validation_error"].tolist() != other.folds_["validation_error"].tolist()


def test_the_estimator_is_left_alone():
    X, y = load_iris(return_X_y=True)
    model = DecisionTreeClassifier(max_depth=3)
    found = diagnose(model, X, y, train_sizes=())
    assert not hasattr(model, "tree_") and not hasattr(found.estimator, "tree_")
    assert found.estimator is not model


@pytest.mark.parametrize("kind", ["list", "frame", "sparse", "multilabel", "strings"])
def test_kinds_of_data(kind):
    X, y = load_iris(return_X_y=True)
    if kind == "list":
        X, y = X.tolist(), y.tolist()
    elif kind == "frame":
        X, y = load_iris(return_X_y=True, as_frame=True)
    elif kind == "sparse":
        X = csr_array(X)
    elif kind == "multilabel":
        y = np.eye(3, dtype=int)[y]
    else:
        y = np.array(["setosa", "versicolor", "virginica"])[y]
    found = diagnose(KNeighborsClassifier(3), X, y, random_state=0)
    assert (found.n_rows, found.n_features) == (150, 4)
    assert 0 < found.validation_error.value < 0.15


def test_missing_values_are_the_pipelines_business():
    X, y = load_iris(return_X_y=True)
    X[::7, 0] = np.nan
    assert diagnose(make_pipeline(SimpleImputer(), KNeighborsClassifier()), X, y, train_sizes=())
    with pytest.raises(ValueError, match="diagnose: X must be finite; got NaN"):
        diagnose(KNeighborsClassifier(), X, y)


def test_groups_keep_copies_out_of_the_validation_part():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 3)).repeat(4, axis=0), rng.integers(0, 2, 100).repeat(4)
    leaked = diagnose(KNeighborsClassifier(1), X, y, train_sizes=(), random_state=0)
    honest = diagnose(
        KNeighborsClassifier(1),
        X,
        y,
        groups=np.arange(100).repeat(4),
        train_sizes=(),
        random_state=0,
    )
    assert leaked.validation_error.value < 0.05
    assert honest.validation_error.value > 0.3


def test_sample_weight_reaches_fit_with_its_rows():
    X, y = load_iris(return_X_y=True)
    weight = np.where(y == 0, 1.0, 0.0)  # a tree that sees class 0 only predicts it everywhere
    found = diagnose(
        DecisionTreeClassifier(), X, y, params={"sample_weight": weight}, train_sizes=()
    )
    assert found.validation_error.value == pytest.approx(2 / 3)


def test_fits_cut_short_are_noted_and_not_warned_about():
    X, y = load_iris(return_X_y=True)
    network = SklearnMLPClassifier((3,), max_iter=2, random_state=0)
    found = diagnose(network, X, y, train_sizes=())  # a ConvergenceWarning would be an error here
    assert not found.folds_["converged"].any()
    assert found.notes[0].startswith("10 of 10 fits did not converge: Stochastic Optimizer")
    assert found.remedies[0].action == "Train longer"


class Talkative(ClassifierMixin, BaseEstimator):
    """Predicts a constant; warns, is interrupted, or refuses few rows."""

    def __init__(self, message=None, minimum=0):
        self.message = message
        self.minimum = minimum

    def fit(self, X, y):
        if len(X) < self.minimum:
            raise ValueError(f"needs {self.minimum} rows")
        if self.message:
            warnings.warn(self.message, UserWarning, stacklevel=2)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def test_other_warnings_are_passed_on_once():
    X, y = load_iris(return_X_y=True)
    with pytest.warns(UserWarning, match="look out") as caught:
        diagnose(Talkative("look out"), X, y)
    assert len(caught) == 1


def test_an_interrupted_fit_ends_the_whole_run():
    X, y = load_iris(return_X_y=True)
    with pytest.raises(KeyboardInterrupt):
        diagnose(Talkative("Training interrupted by user."), X, y)


def test_sizes_whose_fit_fails_are_noted():
    X, y = load_iris(return_X_y=True)
    found = diagnose(Talkative(minimum=50), X, y)
    assert found.learning_curve_["n_rows"].tolist() == [60, 120]
    assert found.notes == ["Fits on 30 rows failed and are not on the curve: needs 50 rows"]
    with pytest.raises(ValueError, match="needs 500 rows"):
        diagnose(Talkative(minimum=500), X, y)


def test_a_loss_needs_a_tolerance_and_is_not_shown_in_percent():
    X, y = make_regression(200, 3, noise=20.0, random_state=0)
    model, scoring = KNeighborsRegressor(2), "neg_root_mean_squared_error"
    with pytest.raises(ValueError, match="diagnose: tolerance must be given with the loss"):
        diagnose(model, X, y, scoring=scoring)
    found = diagnose(model, X, y, scoring=scoring, tolerance=5.0, bayes_error=20.0, random_state=0)
    assert found.error_name == "root_mean_squared_error"
    assert "%" not in found.headline
    assert found.variance.value > 5


def test_notes_a_training_error_below_the_bayes_error():
    X, y = load_iris(return_X_y=True)
    found = diagnose(KNeighborsClassifier(1), X, y, bayes_error=0.2, train_sizes=())
    assert "below the Bayes error" in found.notes[0]


def test_text(overfitted):
    text = str(overfitted)
    assert text.splitlines()[0].startswith("Your model overfits")
    for part in ("training error", "+ gap to new rows", "= validation error", "bias, at most"):
        assert f"\n  {part}" in text
    assert "95 % interval" in text and "conclusive" in text
    assert "What to change" in text and "Machine Learning Yearning" in text
    assert max(map(len, text.splitlines())) <= 100


def test_inconclusive_text_says_so():
    X, y = load_iris(return_X_y=True)
    found = diagnose(RandomForestClassifier(10, random_state=0), X, y, random_state=0)
    assert not found.conclusive and found.regime == "no fault shown"
    assert found.headline.startswith("No fault of your model is shown")
    found = diagnose(
        RandomForestClassifier(10, random_state=0), X, y, bayes_error=0.0, random_state=0
    )
    assert not found.conclusive
    assert "probably" in found.headline
    assert "does not suffice" in str(found)


def test_html_is_escaped_and_complete(overfitted):
    page = overfitted._repr_html_()
    assert page.startswith("<div>") and page.endswith("</div>")
    assert overfitted.headline in page
    tables = len(overfitted.baselines_) + 1 + 6 + 2  # with the model itself; the ladder; two heads
    assert page.count("<tr>") == page.count("</tr>") == tables
    assert page.count("<li>") == len(overfitted.remedies) + len(overfitted.findings)


def test_a_diagnosis_survives_pickling(overfitted):
    copy = pickle.loads(pickle.dumps(overfitted))
    assert isinstance(copy, Diagnosis)
    assert str(copy) == str(overfitted)


X_OK, Y_OK = make_classification(60, random_state=0)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (X_OK, np.zeros(60, int), "y must hold at least two classes; got only 0"),
        (np.empty((0, 3)), np.empty(0, int), r"X must have at least one row.*got \(0, 3\)"),
        (np.empty((60, 0)), Y_OK, r"X must have at least one row and one feature; got \(60, 0\)"),
        (X_OK[:, 0], Y_OK, r"X must have two dimensions.*got \(60,\)"),
        (X_OK, Y_OK[:50], "y must have as many rows as X, 60; got 50"),
        (X_OK, np.r_[["a"] * 57, ["b"] * 3], "needs at least 5 rows of each class; class b has 3"),
        (np.where(X_OK > 2, np.inf, X_OK), Y_OK, "X must be finite; got infinity"),
        (np.where(X_OK > 2, np.nan, X_OK), Y_OK, "X must be finite; got NaN"),
        (X_OK, np.where(Y_OK == 1, np.nan, 0), "y must be finite; got NaN or infinity"),
        (X_OK, X_OK[:, 0], "y must hold class labels for a classifier; got real numbers"),
    ],
)
def test_bad_data(X, y, message):
    with pytest.raises(ValueError, match=f"^diagnose: .*{message}"):
        diagnose(LogisticRegression(), X, y)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bayes_error": 1.0}, r'bayes_error must be in \[0, 1\), "estimate" or None; got 1.0'),
        ({"baselines": "best"}, "baselines must be True, False or a list of 'constant', 'linear'"),
        (
            {"bayes_error": "estimate", "scoring": "f1"},
            "bayes_error=\"estimate\" needs the default scoring, .* got the error '1 - f1'",
        ),
        (
            {"bayes_error": float("nan")},
            r'bayes_error must be in \[0, 1\), "estimate" or None; got nan',
        ),
        ({"tolerance": 0}, "tolerance must be a number > 0 or None; got 0"),
        ({"cv": 1}, "cv must be an int >= 2, a splitter, an iterable of splits or 'fitted'; got 1"),
        ({"cv": []}, "cv must give at least one split; got none"),
        ({"n_repeats": 0}, "n_repeats must be an int >= 1 or None; got 0"),
        ({"n_repeats": 2, "cv": ShuffleSplit(3)}, "n_repeats has no effect with a cv that is not"),
        ({"train_sizes": (0.5, 2)}, r"train_sizes must be a sequence of shares.*got \(0.5, 2\)"),
        ({"confidence": 95}, r"confidence must be in \(0, 1\); got 95"),
        ({"cv": 50}, "cv=50 needs at least 50 rows of each class"),
        ({"groups": np.zeros(60, int)}, "cv=5 needs at least 5 groups; got 1"),
        ({"cv": RepeatedStratifiedKFold(n_splits=50)}, "cv=.* does not fit the data: n_splits=50"),
    ],
    ids=str,
)
def test_bad_settings(settings, message):
    with pytest.raises(ValueError, match=f"^diagnose: {message}"):
        diagnose(LogisticRegression(), X_OK, Y_OK, **settings)


def test_regression_needs_rows_and_spread():
    with pytest.raises(ValueError, match="diagnose: y must hold more than one value; got only 1.0"):
        diagnose(LinearRegression(), X_OK, np.ones(60))
    with pytest.raises(
        ValueError, match="diagnose: cv=5 needs at least 10 rows, two a part; got 9"
    ):
        diagnose(LinearRegression(), X_OK[:9], X_OK[:9, 0])


def test_an_estimator_of_no_kind_needs_scoring():
    with pytest.raises(ValueError, match="diagnose: scoring must be given.*StandardScaler"):
        diagnose(StandardScaler(), X_OK, Y_OK)


def test_a_constant_classifier_is_no_network():
    found = diagnose(DummyClassifier(), X_OK, Y_OK, random_state=0, train_sizes=())
    assert not found.is_network
    assert found.headline.startswith("Your model")
    assert issubclass(ConvergenceWarning, Warning)
