"""A score that is no number is never an answer: the fold that has it is named."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_regression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import LeaveOneOut, TimeSeriesSplit

from skdl import bias_variance_decomposition, diagnose

QUICK = {"baselines": False, "train_sizes": (), "random_state": 0}
X, y = make_regression(30, 3, noise=5.0, random_state=0)


@pytest.mark.filterwarnings("ignore:R.2 score is not well-defined")
def test_leave_one_out_leaves_no_r2():
    with pytest.raises(ValueError, match=r"^diagnose: every fold must give a score, but fold 0, "):
        diagnose(Ridge(), X, y, cv=LeaveOneOut(), **QUICK)


def test_a_fold_of_one_class_is_named():
    X = load_iris().data[:100]
    y = np.r_[np.zeros(40), np.arange(60) % 2].astype(int)
    with pytest.raises(ValueError, match=r"fold 0, with 20 training and 16 validation rows"):
        diagnose(LogisticRegression(), X, y, cv=TimeSeriesSplit(5), **QUICK)


@pytest.mark.parametrize("score", [np.nan, np.inf, None, "high", True])
def test_a_scorer_must_return_a_number(score):
    with pytest.raises(ValueError, match="every fold must give a score"):
        diagnose(Ridge(), X, y, scoring=lambda *_: score, n_repeats=1, **QUICK)


def test_a_learning_curve_leaves_out_what_has_no_score():
    def scorer(model, X, y):
        return np.nan if len(y) < 12 else 0.5

    found = diagnose(
        Ridge(),
        X=np.r_[X, X],
        y=np.r_[y, y],
        scoring=scorer,
        cv=2,
        n_repeats=1,
        baselines=False,
        train_sizes=(0.99,),
        random_state=0,
    )
    assert np.isfinite(found.learning_curve_["validation_error"]).all()


class Lost(Ridge):
    """Predicts NaN."""

    def predict(self, X):
        return np.full(len(X), np.nan)


def test_a_decomposition_of_nan_is_refused():
    with pytest.raises(ValueError, match="estimator must predict finite numbers; after data set"):
        bias_variance_decomposition(Lost(), X, y, n_datasets=2, random_state=0)


def test_squared_errors_that_overflow_are_refused():
    with pytest.raises(ValueError, match="y must be of a size whose squared errors are finite"):
        bias_variance_decomposition(Ridge(), X, 1e200 * y, n_datasets=2, random_state=0)
