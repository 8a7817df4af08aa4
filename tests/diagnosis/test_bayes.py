"""The Bayes error: known noise is found again, and it is said how far to trust the estimate."""

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from skdl.diagnosis import diagnose
from skdl.diagnosis.bayes import cover_hart, estimate_bayes_error, gamma_test

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("bayes", "n_classes"), [(0.1, 2), (0.3, 2), (0.2, 5), (0.0, 3)])
def test_cover_and_harts_bound_is_tight_where_all_wrong_classes_are_as_likely(bayes, n_classes):
    # Neighbours with the same probabilities p disagree with probability 1 - sum p².
    p = np.r_[1 - bayes, np.full(n_classes - 1, bayes / (n_classes - 1))]
    assert cover_hart(1 - np.square(p).sum(), n_classes) == pytest.approx(bayes, abs=1e-12)


def test_an_error_beyond_chance_gives_the_bound_of_chance():
    assert cover_hart(0.9, 2) == 0.5


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.5])
def test_variance_of_the_noise_despite_a_steep_function(noise):
    x = RNG.uniform(-1, 1, (2000, 2))
    y = np.sin(5 * x[:, 0]) * x[:, 1] + RNG.normal(0, noise, 2000)
    assert gamma_test(x, y) == pytest.approx(noise**2, rel=0.15, abs=1e-3)


def test_diagnosis_measures_the_bias_from_the_estimate():
    X = RNG.uniform(-1, 1, (2000, 1))
    y = (X[:, 0] > 0) ^ (RNG.random(2000) < 0.2)
    settings = {"bayes_error": "estimate", "train_sizes": (), "random_state": 0}
    found = diagnose(LogisticRegression(), X, y, baselines=["nearest neighbours"], **settings)
    assert found.bayes_error == pytest.approx(0.2, abs=0.02)
    assert found.bayes.origin == "estimated"
    assert found.regime in ("no fault shown", "neither")
    assert found.verdict.bias_at_most.value == pytest.approx(0.0, abs=0.03)
    assert "Cover and Hart, 1967" in found.bayes.told and "can be trusted" in found.bayes.told
    assert " ".join(str(found).split()).count(found.bayes.told) == 1
    assert found.bayes.upper == min(
        found.validation_error.value, *found.baselines_["validation_error"]
    )


def test_regression_in_units_of_the_variance():
    X = RNG.uniform(-1, 1, (1000, 1))
    y = 3 * np.sin(4 * X[:, 0]) + RNG.normal(0, 1, 1000)
    found = diagnose(
        KNeighborsRegressor(30), X, y, bayes_error="estimate", train_sizes=(), baselines=False
    )
    assert found.bayes_error == pytest.approx(1 / y.var(), rel=0.15)


def test_never_above_what_a_model_reached_and_doubtful_in_many_dimensions():
    X = RNG.normal(size=(300, 40))
    y = X[:, 0] > 0  # no noise at all, but neighbours are far away
    estimate = estimate_bayes_error(X, y, classifier=True, lowest_error=0.05)
    assert estimate.value == 0.05
    assert "too high" in estimate.told


def test_given_and_unknown():
    X, y = load_iris(return_X_y=True)
    for bayes_error, origin in ((None, "unknown"), (0.0, "given"), (0.01, "given")):
        found = diagnose(
            KNeighborsClassifier(), X, y, bayes_error=bayes_error, train_sizes=(), baselines=False
        )
        assert (found.bayes_error, found.bayes.origin) == (bayes_error or 0.0, origin)
        assert ("bias, at most" in str(found)) == (origin == "unknown")
        assert (found.regime == found.verdict.regime) or origin == "given"
