"""scikit-learn's own checks of a third party's estimators, for every option of every family.

One test runs all checks for one setting. Two things keep it quick: small networks and few epochs.

One of the checks, that a weight of 2 means the same as writing a row twice, to 1e-7, can hold only
where training draws nothing for single rows: all rows in one batch (there are 15 to 45 rows in that
check), no dropout or noise, no random validation split. Where something is drawn, all other checks
run, and ``test_weights_in_expectation`` and its neighbours say what does hold.
"""

import unittest
import warnings

import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression
from sklearn.utils.estimator_checks import estimator_checks_generator

from skdl import MLPClassifier, MLPRegressor
from skdl.core.activations import Activation
from skdl.core.clipping import Clipping
from skdl.core.component import families
from skdl.core.initializers import Initializer
from skdl.core.losses import ClassifierLoss, RegressorLoss
from skdl.core.optimizers import Optimizer
from skdl.core.schedules import Schedule

BOTH = (MLPClassifier, MLPRegressor)
QUICK = {"hidden_layer_sizes": (8,), "max_iter": 40, "learning_rate": 0.03, "random_state": 0}
# A rate for the optimisers whose steps are not about as long as the learning rate.
RATES = {"adadelta": 50.0, "delta_bar_delta": 0.2, "lion": 0.01, "adagrad": 0.2}
SOLVER = {"learning_rate": None, "max_iter": 15, "l2": 0.01}
# What some parts need to pass the checks of the score in 40 epochs.
NEEDED = {
    "gamma": {"activation": "tanh"},
    "unit_normal": {"init_scale": 0.3},
    "truncated_normal": {"learning_rate": 0.02},
}
WEIGHT_CHECKS = (
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weight_equivalence_on_sparse_data",
)


def _optimizer_settings():
    for name, optimizer in Optimizer.registry.items():
        if optimizer.order == 2:
            few = {"max_iter": 6} if name == "newton" else {}
            yield {"optimizer": name, **SOLVER, **few, "hidden_layer_sizes": (3,)}
        else:
            yield {"optimizer": name, "learning_rate": RATES.get(name, QUICK["learning_rate"])}
            if optimizer.momentum is not None:
                yield {"optimizer": name, "momentum": 0.5, "nesterov": True}
                yield {"optimizer": name, "momentum": 0.5, "nesterov": False}


def _component_settings(cls):
    loss = ClassifierLoss if cls is MLPClassifier else RegressorLoss
    for parameter, family in (
        ("activation", Activation),
        ("init", Initializer),
        ("loss", loss),
        ("schedule", Schedule),
        ("clip", Clipping),
    ):
        for name in family.registry:
            if (parameter, name) != ("init", "zeros"):  # without hidden layers, see OTHERS
                yield {parameter: name, **NEEDED.get(name, {})}
    for name in families()["MomentumSchedule"].registry:
        yield {"momentum_schedule": name, "optimizer": "sgd", "momentum": 0.8}
    yield from _optimizer_settings()


def _listen(estimator, record):
    assert np.isfinite(record["loss"])


OTHERS = [
    {},
    {"hidden_layer_sizes": ()},
    {"hidden_layer_sizes": (), "init": "zeros"},
    {"hidden_layer_sizes": 6, "n_hidden_layers": 2},
    {"hidden_layer_sizes": (6, 5), "activation": ["tanh", "relu"]},
    {"hidden_layer_sizes": (), "optimizer": "newton", **SOLVER, "penalize_bias": True, "tol": 1e-9},
    {"hidden_layer_sizes": (), "optimizer": "lbfgs", **SOLVER, "l1": 1e-3},
    {"activation": "softplus", "optimizer": "newton_cg", **SOLVER, "max_iter": 6},
    {"fit_intercept": False},
    {"batch_norm": True},
    {"batch_norm": True, "batch_norm_momentum": 0.5, "fit_intercept": False},
    {"init_scale": 0.5, "bias_init": 0.1},
    {"batch_size": "full"},
    {"batch_size": 64},
    {"shuffle": False},
    {"shuffle": "once"},
    {"l1": 1e-3},
    {"l1": 1e-3, "optimizer": "sgd"},
    {"l2": 0.1, "penalize_bias": True},
    {"weight_decay": 0.01},
    {"max_norm": 2.0},
    {"activity_l1": 1e-3},
    {"n_iter_no_change": None},
    {"n_iter_no_change": 2, "tol": 1e-2},
    {"n_networks": 3},
    {"n_networks": 2, "optimizer": "lbfgs", **SOLVER},
    {"verbose": True},
    {"callbacks": [_listen], "l2": 1e-3},
]
OWN = {
    MLPClassifier: [
        {"output_activation": "softmax"},
        {"output_activation": "sigmoid"},
        {"output_activation": "softmax", "loss": "squared_error"},
        {"output_activation": "sigmoid", "loss": "focal"},
        {"label_smoothing": 0.1},
        {"class_weight": "balanced"},
    ],
    MLPRegressor: [
        {"scale_target": False, "learning_rate": 0.3, "max_iter": 200},
        {"loss": "gaussian_nll", "optimizer": "lbfgs", **SOLVER},
    ],
}
# Settings that draw something for single rows.
STOCHASTIC = [
    {"batch_size": 4, "max_iter": 15},
    {"batch_size": 8, "shuffle": False, "learning_rate": 0.02},
    {"shuffle": "replacement", "batch_size": 8},
    {"batch_norm": True, "batch_size": 16},
    {"dtype": "float32"},  # draws nothing, but rounds to 1e-7
    {"early_stopping": True, "n_iter_no_change": 20},
    {"early_stopping": "rises", "validation_fraction": 0.3},
    {"early_stopping": True, "restore_best": False, "validation_fraction": 0.3},
    {"early_stopping": True, "optimizer": "lbfgs", **SOLVER},
    {"n_networks": 2, "early_stopping": True},
    {"n_networks": 2, "dropout": 0.2},
    {"dropout": 0.2},
    {"dropout": 0.2, "dropout_inference": "weight_scaled"},
    {"dropout": 0.2, "dropout_inference": "averaged"},
    {"input_dropout": 0.1},
    {"input_noise": 0.1},
    {"hidden_noise": 0.1},
]
WATCHED = {MLPClassifier: "accuracy", MLPRegressor: "r2"}


CASES = [
    (cls, settings) for cls in BOTH for settings in (*_component_settings(cls), *OTHERS, *OWN[cls])
]


def _identify(case):
    if isinstance(case, type):
        return case.__name__
    return "-".join(f"{k}={v}" for k, v in case.items() if k != "callbacks") or "defaults"


def _build(cls, settings):
    return cls(**{**QUICK, **settings})


def _check(estimator, without=()):
    """Run all of scikit-learn's checks; none may fail, and only two may find nothing to do."""
    done = 0
    for fresh, check in estimator_checks_generator(estimator):
        name = check.func.__name__
        if name in without:
            continue
        try:
            with warnings.catch_warnings():  # it says that it does, and then learns it
                warnings.filterwarnings("ignore", "MLPClassifier: y holds one class only")
                check(fresh)
            done += 1
        except unittest.SkipTest as skipped:
            no_probabilities = "predict_proba" in name and not hasattr(estimator, "predict_proba")
            assert no_probabilities or "SCIPY_ARRAY_API" in str(skipped)
        except Exception as error:
            raise AssertionError(f"{name}: {error}") from error
    assert done > 50


quietly = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",  # few epochs
    "ignore:.*has no effect:UserWarning",  # some checks set n_iter_no_change for any solver
)


@quietly
@pytest.mark.parametrize(("cls", "settings"), CASES, ids=_identify)
def test_all_checks(cls, settings):
    # The check of several targets draws negative ones, whatever the tag `positive_only` says.
    positive = settings.get("loss") in ("poisson", "gamma")
    without = ("check_regressor_multioutput",) if positive else ()
    _check(_build(cls, settings), without)


def test_there_are_many_settings():
    for cls in BOTH:
        assert sum(case[0] is cls for case in CASES) >= 40


@quietly
@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_several_positive_targets(loss):
    X, y = make_regression(50, 5, n_targets=3, random_state=0)
    y = np.exp(y / 100)
    mlp = _build(MLPRegressor, {"loss": loss, "optimizer": "lbfgs", **SOLVER}).fit(X, y)
    assert mlp.predict(X).shape == y.shape
    assert mlp.score(X, y) > 0.8


@quietly
@pytest.mark.parametrize("settings", STOCHASTIC, ids=_identify)
@pytest.mark.parametrize("cls", BOTH)
def test_all_checks_but_that_weights_are_repetitions(cls, settings):
    # One of the checks wants predictions in float64, whatever was asked for.
    without = ("check_regressor_multioutput",) if "dtype" in settings else ()
    if settings.get("restore_best") is False:
        settings = {**settings, "monitor": WATCHED[cls]}
    _check(_build(cls, settings), without=WEIGHT_CHECKS + without)


# What weights mean where rows are drawn.


def _weighted_rows(cls, seed=0):
    if cls is MLPClassifier:
        X, y = make_classification(40, 5, random_state=seed)
    else:
        X, y = make_regression(40, 5, noise=5.0, random_state=seed)
    weight = np.random.default_rng(seed).integers(0, 4, len(y)).astype(float)
    return X, y, weight, np.repeat(np.arange(len(y)), weight.astype(int))


SMALL_STEPS = {
    "hidden_layer_sizes": (),
    "init": "zeros",
    "optimizer": "sgd",
    "momentum": 0.0,
    "learning_rate": 1e-7,
    "l2": 0.0,
    "n_iter_no_change": None,
    "max_iter": 1,
}


@pytest.mark.parametrize("shuffle", [True, False, "replacement"])
@pytest.mark.parametrize("cls", BOTH)
def test_an_epoch_follows_the_weighted_gradient(cls, shuffle):
    """Ten batches of 4 rows take ten small steps: together, ten times the step of all 40 rows.

    Drawn with replacement, on average.
    """
    X, y, weight, repeated = _weighted_rows(cls)
    whole = cls(**SMALL_STEPS, batch_size="full").fit(X[repeated], y[repeated]).coefs_[0]
    n_draws = 400 if shuffle == "replacement" else 1
    mean = np.mean(
        [
            cls(**SMALL_STEPS, batch_size=4, shuffle=shuffle, random_state=seed)
            .fit(X, y, weight)
            .coefs_[0]
            for seed in range(n_draws)
        ],
        axis=0,
    )
    tolerance = 0.1 if shuffle == "replacement" else 1e-5
    assert np.linalg.norm(mean / 10 - whole) < tolerance * np.linalg.norm(whole)


@quietly
@pytest.mark.parametrize("early_stopping", [True, "rises"])
@pytest.mark.parametrize("cls", BOTH)
def test_weights_are_repetitions_with_early_stopping_on_own_rows(cls, early_stopping):
    X, y, weight, repeated = _weighted_rows(cls)
    X_val, y_val, weight_val, repeated_val = (
        X + 0.1,
        y,
        weight[::-1],
        np.repeat(np.arange(40), weight[::-1].astype(int)),
    )
    settings = QUICK | {"max_iter": 200, "l2": 1e-3, "n_iter_no_change": 3}
    mlp = cls(**settings, early_stopping=early_stopping)
    weighted = mlp.fit(
        X, y, weight, X_val=X_val, y_val=y_val, sample_weight_val=weight_val
    ).predict(X)
    curve = mlp.validation_loss_curve_
    mlp.fit(X[repeated], y[repeated], X_val=X_val[repeated_val], y_val=y_val[repeated_val])
    assert len(mlp.validation_loss_curve_) < 200 or early_stopping == "rises"
    np.testing.assert_allclose(mlp.validation_loss_curve_, curve, rtol=1e-7)
    np.testing.assert_allclose(mlp.predict(X), weighted, rtol=1e-7)


@pytest.mark.parametrize("cls", BOTH)
def test_a_batch_without_weight_changes_nothing(cls):
    """Rows 4 to 7 make up a batch of weight 0: plain steps as if it were not there."""
    X, y, weight, _ = _weighted_rows(cls)
    weight = np.ones(40)
    weight[4:8] = 0
    settings = SMALL_STEPS | {"learning_rate": 0.01, "max_iter": 5}
    mlp = cls(**settings, batch_size=4, shuffle=False)
    with_it = mlp.fit(X, y, weight).coefs_[0].copy()
    kept = weight > 0
    # Weights have mean 1 over all rows, so the nine batches left weigh 10/9 each.
    mlp.set_params(learning_rate=0.01 * 10 / 9).fit(X[kept], y[kept])
    np.testing.assert_allclose(with_it, mlp.coefs_[0], rtol=1e-10)


@pytest.mark.parametrize("cls", BOTH)
def test_a_random_split_keeps_weights_with_their_rows(cls):
    """Rows of weight 0 are spread far away; they can only harm if a weight meets another row."""
    X, y, weight, _ = _weighted_rows(cls)
    weight = (np.arange(40) % 4 > 0).astype(float)
    spoiled = X.copy()
    spoiled[weight == 0] = 1e3
    mlp = cls(**QUICK | {"max_iter": 200}, early_stopping=True, validation_fraction=0.3)
    same = mlp.fit(X, y, weight).validation_loss_curve_
    assert mlp.fit(spoiled, y, weight).validation_loss_curve_ == same
