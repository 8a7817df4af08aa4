"""Against scikit-learn: its MLP step by step, and its linear models at the minimum."""

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.datasets import make_classification, make_multilabel_classification, make_regression
from sklearn.linear_model import (
    GammaRegressor,
    Lasso,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    QuantileRegressor,
    Ridge,
)
from sklearn.neural_network import MLPClassifier as SklearnClassifier
from sklearn.neural_network import MLPRegressor as SklearnRegressor
from sklearn.utils.validation import has_fit_parameter

from skdl import MLPClassifier, MLPRegressor
from skdl.core.losses import Focal, Huber, Quantile

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

N = 120
OPTIMIZERS = {
    "adam": {"solver": "adam", "learning_rate_init": 0.01, "beta_1": 0.8, "beta_2": 0.99},
    "momentum": {"solver": "sgd", "nesterovs_momentum": False, "learning_rate_init": 0.05},
    "nesterov": {"solver": "sgd", "nesterovs_momentum": True, "learning_rate_init": 0.05},
    "plain": {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.05},
}


def _classes(n_classes):
    return make_classification(
        N, 8, n_informative=5, n_classes=n_classes, random_state=0, flip_y=0.1
    )


def _targets(n_targets):
    X, y = make_regression(N, 8, n_targets=n_targets, noise=20.0, random_state=0)
    return X, y / y.std()


DATA = {
    "binary": lambda: _classes(2),
    "multiclass": lambda: _classes(4),
    "labels": lambda: make_multilabel_classification(N, 8, n_classes=3, random_state=0),
    "one target": lambda: _targets(1),
    "three targets": lambda: _targets(3),
}


# Twenty epochs, step by step.


def _two_fits(kind, weights=False, **settings):
    """Start both from the same weights and fresh moments, then train both for 20 epochs."""
    X, y = DATA[kind]()
    cls, ours = (
        (SklearnRegressor, MLPRegressor) if "target" in kind else (SklearnClassifier, MLPClassifier)
    )
    if kind == "labels":
        X = X / 10
    theirs = cls(
        hidden_layer_sizes=(9, 6),
        max_iter=1,
        shuffle=False,
        random_state=0,
        n_iter_no_change=np.inf,
        **settings,
    ).fit(X, y)
    mine = ours.from_sklearn(theirs).set_params(warm_start=True, max_iter=20)
    theirs.set_params(warm_start=True, max_iter=20)
    # Its MLP takes row weights since version 1.7.
    given = {"sample_weight": np.random.default_rng(0).uniform(0.5, 2, N)} if weights else {}
    theirs.fit(X, y, **given)
    mine.fit(X, y, **given)
    return theirs, mine


def _assert_same_weights(mine, theirs, atol=1e-10):
    learned = mine.coefs_ + mine.intercepts_, theirs.coefs_ + theirs.intercepts_
    for a, b in zip(*learned, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=atol)


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic"])
@pytest.mark.parametrize("batch_size", [30, N])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("kind", DATA)
def test_the_same_weights_after_20_epochs(kind, optimizer, batch_size, activation):
    theirs, mine = _two_fits(
        kind, activation=activation, batch_size=batch_size, alpha=2.0, **OPTIMIZERS[optimizer]
    )
    assert mine.l2 == 2.0 / batch_size
    _assert_same_weights(mine, theirs)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("kind", DATA)
def test_the_same_loss_in_all_20_epochs(kind, optimizer):
    theirs, mine = _two_fits(kind, alpha=0.0, batch_size=30, **OPTIMIZERS[optimizer])
    # Its squared error is a mean over targets (though its gradient is that of the sum).
    factor = 3 if kind == "three targets" else 1
    expected = factor * np.array(theirs.loss_curve_[1:])
    np.testing.assert_allclose(mine.loss_curve_[1:], expected, rtol=0, atol=1e-10)
    assert len(expected) == 20


def test_the_same_penalty():
    """With all rows in a batch, its loss is ours plus the penalty before the step."""
    theirs, mine = _two_fits("binary", alpha=2.0, batch_size=N, **OPTIMIZERS["adam"])
    penalty = np.array(mine.history_.column("penalty"))[1:-1]
    np.testing.assert_allclose(
        np.array(mine.loss_curve_[2:]) + penalty, theirs.loss_curve_[2:], rtol=0, atol=1e-10
    )


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("kind", DATA)
def test_the_same_weights_with_row_weights(kind, optimizer):
    """All rows in one batch: else it divides by the batch's weight, and we by its rows."""
    if not has_fit_parameter(SklearnClassifier(), "sample_weight"):
        pytest.skip("this scikit-learn has no row weights")
    theirs, mine = _two_fits(kind, weights=True, alpha=0.0, batch_size=N, **OPTIMIZERS[optimizer])
    _assert_same_weights(mine, theirs)


# Linear models: where the objective is smallest.

SOLVERS = ["lbfgs", "bfgs", "newton_cg", "newton"]
LINEAR = {
    "hidden_layer_sizes": (),
    "tol": 1e-9,
    "max_iter": 2000,
    "n_iter_no_change": 10,
    "random_state": 0,
}


def _linear(cls, optimizer, **settings):
    return cls(**LINEAR, optimizer=optimizer, **settings)


def _row_weight(weighted):
    return np.random.default_rng(1).uniform(0.2, 3, N) if weighted else None


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("optimizer", SOLVERS)
@pytest.mark.parametrize("n_classes", [2, 4])
def test_logistic_regression(n_classes, optimizer, weighted):
    X, y = _classes(n_classes)
    weight, C = _row_weight(weighted), 0.3
    total = N if weight is None else weight.sum()
    theirs = LogisticRegression(C=C, tol=1e-12, max_iter=10_000).fit(X, y, weight)
    mine = _linear(MLPClassifier, optimizer, l2=1 / (C * total)).fit(X, y, weight)
    np.testing.assert_allclose(mine.coefs_[0].T, theirs.coef_, rtol=0, atol=2e-5)
    np.testing.assert_allclose(mine.predict_proba(X), theirs.predict_proba(X), rtol=0, atol=2e-5)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("optimizer", [*SOLVERS, "cg"])
@pytest.mark.parametrize("n_targets", [1, 3])
def test_ridge(n_targets, optimizer, weighted):
    X, y = _targets(n_targets)
    weight, alpha = _row_weight(weighted), 7.0
    total = N if weight is None else weight.sum()
    theirs = Ridge(alpha).fit(X, y, weight)
    mine = _linear(MLPRegressor, optimizer, l2=alpha / total, scale_target=False).fit(X, y, weight)
    coef, intercept = np.atleast_2d(theirs.coef_), np.atleast_1d(theirs.intercept_)
    np.testing.assert_allclose(mine.coefs_[0].T, coef, rtol=0, atol=1e-7)
    np.testing.assert_allclose(mine.intercepts_[0], intercept, rtol=0, atol=1e-7)
    np.testing.assert_allclose(mine.predict(X), theirs.predict(X), rtol=0, atol=1e-7)


def test_ridge_with_a_scaled_target_has_the_same_penalty():
    """y/std scales loss and penalty alike, so the minimum is Ridge's all the same."""
    X, y = _targets(1)
    y = 1000 + 50 * y
    theirs = Ridge(7.0).fit(X, y)
    mine = _linear(MLPRegressor, "lbfgs", l2=7.0 / N).fit(X, y)
    np.testing.assert_allclose(mine.coefs_[0][:, 0], theirs.coef_, rtol=1e-6)
    assert mine.intercepts_[0][0] == pytest.approx(theirs.intercept_, rel=1e-8)


def test_penalised_intercept():
    """It is a weight to an input that is always 1."""
    X, y = _targets(1)
    ones = np.column_stack((X, np.ones(N)))
    theirs = Ridge(7.0, fit_intercept=False).fit(ones, y)
    mine = _linear(MLPRegressor, "lbfgs", l2=7.0 / N, penalize_bias=True, scale_target=False)
    mine.fit(X, y)
    learned = [*mine.coefs_[0][:, 0], mine.intercepts_[0][0]]
    np.testing.assert_allclose(learned, theirs.coef_, atol=1e-7)


def test_least_squares_without_intercept():
    X, y = _targets(2)
    theirs = LinearRegression(fit_intercept=False).fit(X, y)
    mine = _linear(MLPRegressor, "newton", l2=0.0, scale_target=False, fit_intercept=False)
    np.testing.assert_allclose(mine.fit(X, y).coefs_[0].T, theirs.coef_, atol=1e-9)
    assert mine.intercepts_[0].tolist() == [0, 0]


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rprop", "amsgrad"])
def test_ridge_by_first_order_steps(optimizer):
    X, y = _targets(1)
    theirs = Ridge(7.0).fit(X, y)
    mine = MLPRegressor(
        (),
        optimizer=optimizer,
        learning_rate=0.01,
        schedule="linear",
        batch_size="full",
        l2=7.0 / N,
        max_iter=2000,
        n_iter_no_change=None,
    ).fit(X, y)
    np.testing.assert_allclose(mine.coefs_[0][:, 0], theirs.coef_, atol=1e-4)


def test_lasso_by_proximal_steps_and_by_lbfgs():
    X, y = _targets(1)
    theirs = Lasso(0.1, tol=1e-10).fit(X, y)
    assert 0 < np.sum(theirs.coef_ == 0) < 8
    steps = {"optimizer": "sgd", "learning_rate": 0.1, "batch_size": "full", "momentum": 0.0}
    for how in ({"optimizer": "lbfgs", "tol": 1e-9}, {**steps, "n_iter_no_change": None}):
        mine = MLPRegressor((), l1=0.1, l2=0.0, scale_target=False, max_iter=2000, **how)
        mine.fit(X, y)
        np.testing.assert_allclose(mine.coefs_[0][:, 0], theirs.coef_, atol=1e-6)
        np.testing.assert_array_equal(mine.coefs_[0][:, 0] == 0, theirs.coef_ == 0)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("optimizer", SOLVERS)
@pytest.mark.parametrize(
    ("loss", "model"), [("poisson", PoissonRegressor), ("gamma", GammaRegressor)]
)
def test_generalised_linear_models(loss, model, optimizer, weighted):
    X, y = _targets(1)
    y = np.exp(0.5 * y)
    if loss == "poisson":
        y = np.random.default_rng(0).poisson(y).astype(float)
        assert y.min() == 0
    weight = _row_weight(weighted)
    theirs = model(alpha=0.05, tol=1e-10, max_iter=10_000).fit(X, y, weight)
    # Its penalty is ½α‖w‖² beside the mean of half the deviance, as ours.
    mine = _linear(MLPRegressor, optimizer, loss=loss, l2=0.05).fit(X, y, weight)
    np.testing.assert_allclose(mine.coefs_[0][:, 0], theirs.coef_, atol=1e-5)
    np.testing.assert_allclose(mine.predict(X), theirs.predict(X), rtol=1e-4)


@pytest.mark.parametrize("quantile", [0.2, 0.5, 0.9])
def test_quantile_regression(quantile):
    """No curvature: a falling rate ends close to the linear programme's minimum."""
    X, y = _targets(1)
    theirs = QuantileRegressor(quantile=quantile, alpha=0.0).fit(X, y)
    mine = MLPRegressor(
        (),
        loss=Quantile(quantile),
        l2=0.0,
        learning_rate=0.05,
        schedule="linear",
        batch_size="full",
        max_iter=2000,
        n_iter_no_change=None,
    ).fit(X, y)

    def pinball(model):
        e = y - model.predict(X)
        return np.maximum(quantile * e, (quantile - 1) * e).mean()

    assert pinball(theirs) <= pinball(mine) < 1.002 * pinball(theirs)
    assert np.mean(y <= mine.predict(X)) == pytest.approx(quantile, abs=0.08)


def test_absolute_error_is_twice_the_median_loss():
    X, y = _targets(1)
    steps = {"learning_rate": 0.01, "max_iter": 20, "n_iter_no_change": None, "random_state": 0}
    absolute = MLPRegressor((4,), loss="absolute_error", optimizer="sgd", l2=0.0, **steps)
    median = MLPRegressor((4,), loss="quantile", optimizer="sgd", l2=0.0, **steps)
    absolute.set_params(learning_rate=0.005).fit(X, y)
    median.fit(X, y)
    np.testing.assert_allclose(absolute.loss_curve_, 2 * np.array(median.loss_curve_), rtol=1e-9)
    np.testing.assert_allclose(absolute.predict(X), median.predict(X), rtol=1e-9)


@pytest.mark.parametrize(
    ("loss", "of_error"),
    [
        (Huber(0.5), lambda e: np.where(np.abs(e) <= 0.5, e**2 / 2, 0.5 * (np.abs(e) - 0.25))),
        ("log_cosh", lambda e: np.log(np.cosh(e))),
    ],
)
@pytest.mark.parametrize("optimizer", ["lbfgs", "newton_cg"])
def test_robust_regression(loss, of_error, optimizer):
    """The minimum that SciPy finds for the written objective, outliers included."""
    X, y = _targets(1)
    y[:10] += 5
    mine = _linear(MLPRegressor, optimizer, loss=loss, l2=0.01, scale_target=False).fit(X, y)

    def objective(w):
        return of_error(X @ w[1:] + w[0] - y).mean() + 0.005 * w[1:] @ w[1:]

    best = minimize(objective, np.zeros(9), tol=1e-10)
    np.testing.assert_allclose(mine.coefs_[0][:, 0], best.x[1:], atol=1e-4)
    assert mine.loss_ + mine.penalty_ == pytest.approx(best.fun, rel=1e-6)


def test_hinge_is_a_linear_support_vector_machine():
    X, y = _classes(2)
    mine = MLPClassifier(
        (),
        loss="hinge",
        optimizer="sgd",
        momentum=0.0,
        learning_rate=0.2,
        schedule="linear",
        batch_size="full",
        l2=0.05,
        max_iter=3000,
        n_iter_no_change=None,
    ).fit(X, y)

    def objective(w):
        return np.maximum(0, 1 - (2 * y - 1) * (X @ w[1:] + w[0])).mean() + 0.025 * w[1:] @ w[1:]

    ours = objective(np.r_[mine.intercepts_[0], mine.coefs_[0][:, 0]])
    best = min(minimize(objective, np.ones(9) * s, method="Powell").fun for s in (0, 0.1))
    assert ours < best + 1e-3
    assert mine.loss_ + mine.penalty_ == pytest.approx(ours, abs=1e-3)


def test_focal_without_focus_is_cross_entropy():
    X, y = _classes(4)
    focal = _linear(MLPClassifier, "lbfgs", loss=Focal(gamma=0.0), l2=0.1).fit(X, y)
    plain = _linear(MLPClassifier, "lbfgs", l2=0.1).fit(X, y)
    np.testing.assert_allclose(focal.predict_proba(X), plain.predict_proba(X), atol=1e-6)


def test_gaussian_likelihood_beats_least_squares():
    """With a linear model for log σ² as well, the data are at least as likely as with one σ."""
    X, y = _targets(1)
    least = LinearRegression().fit(X, y)
    variance = np.square(y - least.predict(X)).mean()
    mine = _linear(MLPRegressor, "lbfgs", loss="gaussian_nll", l2=0.0).fit(X, y)
    with_one_sigma = 0.5 * (np.log(variance) + 1 + np.log(2 * np.pi))
    std = mine.target_std_[0]
    assert with_one_sigma - 0.1 < mine.loss_ + np.log(std) < with_one_sigma
    mean, sigma = mine.predict(X, return_std=True)
    nll = np.mean(np.log(sigma) + 0.5 * np.square((y - mean) / sigma) + 0.5 * np.log(2 * np.pi))
    assert mine.loss_ + np.log(std) == pytest.approx(nll, rel=1e-6)
