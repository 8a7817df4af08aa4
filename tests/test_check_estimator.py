"""scikit-learn's own checks of a third party's estimators, for every option of every family.

One test runs all checks for one setting. Two things keep it quick: small networks and few epochs.

One of the checks, that a weight of 2 means the same as writing a row twice, to 1e-7, can hold only
where training draws nothing for single rows: all rows in one batch (there are 15 to 45 rows in that
check), no dropout or noise, no random validation split. Where something is drawn, all other checks
run, and ``test_weights_in_expectation`` and its neighbours say what does hold.
"""

import unittest

import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import estimator_checks_generator

from skdl import MLPClassifier, MLPRegressor
from skdl.core.activations import Activation
from skdl.core.clipping import Clipping
from skdl.core.component import families
from skdl.core.initializers import Initializer
from skdl.core.losses import ClassifierLoss
from skdl.core.optimizers import Optimizer
from skdl.core.regression_losses import RegressorLoss
from skdl.core.schedules import Schedule

BOTH = (MLPClassifier, MLPRegressor)
QUICK = {"hidden_layer_sizes": (8,), "max_iter": 40, "learning_rate": 0.05, "random_state": 0}
# A rate for the optimisers whose steps are not about as long as the learning rate.
RATES = {"adadelta": 50.0, "delta_bar_delta": 0.2, "lion": 0.01, "adagrad": 0.2}
WEIGHT_CHECKS = (
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weight_equivalence_on_sparse_data",
)


def _optimizer_settings():
    for name, optimizer in Optimizer.registry.items():
        if optimizer.order == 2:
            yield {"optimizer": name, "learning_rate": None, "max_iter": 15}
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
                yield {parameter: name}
    for name in families()["MomentumSchedule"].registry:
        yield {"momentum_schedule": name, "optimizer": "sgd", "momentum": 0.8}
    yield from _optimizer_settings()


OTHERS = [
    {},
    {"hidden_layer_sizes": ()},
    {"hidden_layer_sizes": (), "init": "zeros"},
    {"hidden_layer_sizes": 6, "n_hidden_layers": 2},
    {"hidden_layer_sizes": (6, 5), "activation": ["tanh", "relu"]},
    {"hidden_layer_sizes": (), "optimizer": "newton", "learning_rate": None},
    {"hidden_layer_sizes": (), "optimizer": "lbfgs", "learning_rate": None, "l1": 1e-3},
    {"activation": "softplus", "optimizer": "newton_cg", "learning_rate": None, "max_iter": 15},
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
    {"warm_start": True},
    {"verbose": True},
    {"callbacks": [print]},
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
        {"loss": "gaussian_nll", "optimizer": "lbfgs", "learning_rate": None, "max_iter": 15},
    ],
}
# Settings that draw something for single rows.
STOCHASTIC = [
    {"batch_size": 4, "max_iter": 15},
    {"batch_size": 8, "shuffle": False},
    {"shuffle": "replacement", "batch_size": 8},
    {"batch_norm": True, "batch_size": 16},
    {"early_stopping": True},
    {"early_stopping": "rises", "validation_fraction": 0.3},
    {"early_stopping": True, "restore_best": False, "optimizer": "lbfgs", "learning_rate": None},
    {"dropout": 0.2},
    {"dropout": 0.2, "dropout_inference": "weight_scaled"},
    {"dropout": 0.2, "dropout_inference": "averaged"},
    {"input_dropout": 0.1},
    {"input_noise": 0.1},
    {"hidden_noise": 0.1},
]
WATCHED = {MLPClassifier: "accuracy", MLPRegressor: "r2"}


def _cases():
    for cls in BOTH:
        for settings in (*_component_settings(cls), *OTHERS, *OWN[cls]):
            yield cls, settings


def _identify(case):
    if isinstance(case, type):
        return case.__name__
    return "-".join(f"{k}={v}" for k, v in case.items()) or "defaults"


def _build(cls, settings):
    return cls(**{**QUICK, **settings})


def _check(estimator, without=()):
    done = 0
    for fresh, check in estimator_checks_generator(estimator):
        if check.func.__name__ in without:
            continue
        try:
            check(fresh)
        except unittest.SkipTest as skipped:
            assert "SCIPY_ARRAY_API" in str(skipped)
            continue
        except Exception as error:
            raise AssertionError(f"{check.func.__name__}: {error}") from error
        done += 1
    assert done > 50


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("cls", "settings"), _cases(), ids=_identify)
def test_all_checks(cls, settings):
    _check(_build(cls, settings))


def test_there_are_many_settings():
    for cls in BOTH:
        assert sum(case[0] is cls for case in _cases()) >= 40


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("settings", STOCHASTIC, ids=_identify)
@pytest.mark.parametrize("cls", BOTH)
def test_all_checks_but_that_weights_are_repetitions(cls, settings):
    if settings.get("restore_best") is False:
        settings = {**settings, "monitor": WATCHED[cls]}
    _check(_build(cls, settings), without=WEIGHT_CHECKS)
