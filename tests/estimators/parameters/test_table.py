"""Every parameter of the signatures is described, does something, and refuses what it must."""

import inspect
import math
import re
import warnings

import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning

from skdl import MLPClassifier, MLPRegressor
from skdl.core.clipping import ByNorm
from skdl.core.optimizers import Adam
from skdl.core.schedules import WarmUp
from skdl.estimators.parameters.settable import signature_of
from skdl.estimators.parameters.table import PARAMETERS

BOTH = (MLPClassifier, MLPRegressor)


def _signature(cls):
    return {n: p.default for n, p in inspect.signature(cls).parameters.items()}


ALL = sorted({name for cls in BOTH for name in _signature(cls)})


# The table.


def test_the_table_describes_every_parameter_and_no_other():
    assert sorted(PARAMETERS) == ALL


@pytest.mark.parametrize("cls", BOTH)
def test_the_docstring_has_every_parameter_with_its_default(cls):
    for name, default in _signature(cls).items():
        assert f"\n    {name} : {PARAMETERS[name].kind}, default={default!r}\n" in cls.__doc__
    assert "{" + "parameters}" not in cls.__doc__


@pytest.mark.parametrize("cls", BOTH)
def test_defaults_keep_their_rules(cls):
    for name, default in _signature(cls).items():
        rule = PARAMETERS[name].rule
        assert rule is None or rule.allows(default), name


def test_shared_parameters_have_one_default():
    ours, theirs = map(_signature, BOTH)
    for name in set(ours) & set(theirs) - {"loss"}:
        assert ours[name] == theirs[name], name


# Each does something.

BASE = {
    "hidden_layer_sizes": (6, 5),
    "learning_rate": 0.03,
    "batch_size": 20,
    "max_iter": 6,
    "n_iter_no_change": None,
    "random_state": 0,
}
HARD = {"n_iter_no_change": 2, "max_iter": 30, "learning_rate": 0.3}
WATCH = {**HARD, "early_stopping": True, "validation_fraction": 0.3}
# For each parameter two values, and what they need around them.
EFFECT = {
    "hidden_layer_sizes": ((6, 5), (6, 4), {}),
    "n_hidden_layers": (1, 2, {"hidden_layer_sizes": 5}),
    "activation": ("relu", ["relu", "tanh"], {}),
    "output_activation": ("softmax", "sigmoid", {}),
    "fit_intercept": (True, False, {}),
    "batch_norm": (False, True, {}),
    "batch_norm_momentum": (0.9, 0.5, {"batch_norm": True}),
    "init": ("he_normal", "orthogonal", {}),
    "init_scale": (1.0, 2.0, {}),
    "bias_init": ("auto", 0.3, {}),
    "loss": ("squared_error", None, {}),
    "label_smoothing": (0.0, 0.2, {}),
    "scale_target": (True, False, {}),
    "optimizer": ("adam", Adam(beta_1=0.5), {}),
    "learning_rate": (0.03, 0.02, {}),
    "momentum": (0.9, 0.5, {"optimizer": "sgd"}),
    "nesterov": (True, False, {"optimizer": "sgd"}),
    "schedule": ("constant", WarmUp(epochs=3), {}),
    "momentum_schedule": ("constant", "rise", {"optimizer": "sgd"}),
    "batch_size": (20, 25, {}),
    "shuffle": (True, "once", {}),
    "clip": (None, ByNorm(), {"init_scale": 10.0}),
    "clip_threshold": (0.01, 0.02, {"clip": "global_norm", "optimizer": "sgd"}),
    "l1": (0.0, 0.01, {}),
    "l2": (0.0, 0.1, {}),
    "weight_decay": (0.0, 0.1, {}),
    "max_norm": (None, 0.5, {}),
    "activity_l1": (0.0, 0.1, {}),
    "penalize_bias": (False, True, {"l2": 0.1}),
    "dropout": (0.1, [0.1, 0.2], {}),
    "input_dropout": (0.0, 0.2, {}),
    "dropout_inference": ("inverted", "weight_scaled", {"dropout": 0.3}),
    "input_noise": (0.0, 0.2, {}),
    "hidden_noise": (0.0, 0.2, {}),
    "weight_noise": (0.0, 0.1, {}),
    "n_networks": (1, 2, {}),
    "class_weight": (None, {0: 3.0}, {}),
    "dtype": ("float64", "float32", {}),
    "max_iter": (6, 7, {}),
    "tol": (1e-4, 0.5, HARD),
    "early_stopping": (True, False, HARD),
    "validation_fraction": (0.3, 0.4, WATCH),
    "monitor": ("loss", None, WATCH),
    "n_iter_no_change": (None, 1, HARD),
    "restore_best": (True, False, WATCH),
    "random_state": (0, 1, {}),
}
# These change no weights of a single fit, but something else that their tests look at.
ELSEWHERE = {
    "calibrate": "tests/estimators/fitting/test_calibration.py",
    "warm_start": "tests/test_base.py",
    "verbose": "tests/test_callbacks.py",
    "track": "tests/estimators/fitting/test_tracking.py",
    "callbacks": "tests/test_callbacks.py",
}
OTHER = {
    "loss": {MLPClassifier: "cross_entropy", MLPRegressor: "huber"},
    "monitor": {MLPClassifier: "accuracy", MLPRegressor: "r2"},
}


def _data(cls):
    if cls is MLPClassifier:
        return make_classification(60, 5, flip_y=0.3, random_state=0)
    X, y = make_regression(60, 5, noise=50.0, random_state=0)
    return X, y / 10


def _outcome(cls, settings):
    X, y = _data(cls)
    mlp = cls(**{**BASE, **settings}).fit(X, y)
    curve = [record["monitored"] for record in mlp.history_]
    output = mlp.decision_function(X) if cls is MLPClassifier else mlp.predict(X)
    return np.concatenate([np.ravel(output), *map(np.ravel, mlp.coefs_), curve])


def test_the_effect_of_every_parameter_is_tested():
    assert sorted({*EFFECT, *ELSEWHERE}) == ALL


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", EFFECT)
@pytest.mark.parametrize("cls", BOTH)
def test_has_an_effect(cls, name):
    """The same value twice gives the same fit to the last bit; another value does not."""
    if name not in _signature(cls):
        pytest.skip("not a parameter of this one")
    one, other, needed = EFFECT[name]
    other = OTHER[name][cls] if name in OTHER else other
    first, again = (_outcome(cls, {**needed, name: one}) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    second = _outcome(cls, {**needed, name: other})
    assert first.shape != second.shape or not np.allclose(first, second, rtol=1e-6)


@pytest.mark.parametrize("cls", BOTH)
def test_none_means_the_optimizers_own_default(cls):
    own = {"learning_rate": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.0}
    given = _outcome(cls, {"optimizer": "sgd", **own})
    left = _outcome(cls, {"optimizer": "sgd", **dict.fromkeys(own)})
    np.testing.assert_array_equal(given, left)
    adamw = _outcome(cls, {"optimizer": "adamw"})
    np.testing.assert_array_equal(
        adamw, _outcome(cls, {"optimizer": "adamw", "weight_decay": 0.01})
    )


# Each refuses what it must, and says so.

MISTAKES = {
    "hidden_layer_sizes": (0, -3, 2.5, (5, 0), "100", (5, 2.0)),
    "n_hidden_layers": (-1, 1.5, "2"),
    "activation": ("rellu", None, 3, ["relu"], ["relu", "rellu"]),
    "output_activation": ("identity", None, "soft"),
    "fit_intercept": ("yes", None, 1),
    "batch_norm": ("yes", None, 0),
    "batch_norm_momentum": (1.0, -0.1, "0.9", None),
    "init": ("xavier", None, 0.1),
    "init_scale": (0, -1.0, "1"),
    "bias_init": ("zero", None, math.nan),
    "loss": ("mse", None, "hinge-loss"),
    "label_smoothing": (1.0, -0.1, None),
    "scale_target": ("yes", None),
    "optimizer": ("adamm", None, Adam),
    "learning_rate": (0, -0.1, "0.1", math.inf),
    "momentum": (1.0, -0.1, "0.9"),
    "nesterov": ("yes", 2),
    "schedule": ("step_wise", None, 0.1),
    "momentum_schedule": ("rising", None, 0.1),
    "batch_size": (0, -1, 2.5, "all", None),
    "shuffle": ("always", None, 1),
    "clip": ("l2", 1.0),
    "clip_threshold": (0, -1.0, None),
    "l1": (-1e-3, None, math.inf),
    "l2": (-1e-3, None, math.nan),
    "weight_decay": (-1e-3, "0.1"),
    "max_norm": (0, -1.0),
    "activity_l1": (-1.0, None),
    "penalize_bias": ("yes", None),
    "dropout": (1.0, 1.5, -0.1, None, "0.5", [0.1, 1.0], [0.1]),
    "input_dropout": (1.0, -0.1, None),
    "dropout_inference": ("mean", None),
    "input_noise": (-0.1, None),
    "hidden_noise": (-0.1, None),
    "weight_noise": (-0.1, None),
    "n_networks": (0, 1.5, None, "3"),
    "class_weight": ("uniform", 3, {7: 1.0}, {0: -1.0}),
    "calibrate": ("platt", True, 1.0),
    "dtype": ("float16", "single", np.float32, float, 32),
    "max_iter": (0, -1, 1.5, None),
    "tol": (-1e-4, None, math.nan),
    "early_stopping": ("yes", None, 1, "rise"),
    "validation_fraction": (0.0, 1.0, None),
    "monitor": ("acuracy", None, 3),
    "n_iter_no_change": (0, 1.5, "5"),
    "restore_best": ("yes", None),
    "random_state": ("zero", -1, 0.5),
    "warm_start": ("yes", None),
    "verbose": ("yes", -1, None),
    "track": ("dirty", 3, ["clean", "x"]),
    "callbacks": (["print"], 3, print),
}


def test_the_mistakes_cover_every_parameter():
    assert sorted(MISTAKES) == ALL


@pytest.mark.parametrize(
    ("name", "value"), [(n, v) for n, values in MISTAKES.items() for v in values], ids=repr
)
@pytest.mark.parametrize("cls", BOTH)
def test_a_mistake_is_named(cls, name, value):
    if name not in _signature(cls):
        pytest.skip("not a parameter of this one")
    X, y = _data(cls)
    around = {"early_stopping": True} if name in ("monitor", "validation_fraction") else {}
    mlp = cls(**{**BASE, **around, name: value})
    with pytest.raises(ValueError) as error:
        mlp.fit(X, y)
    if name != "random_state":  # scikit-learn's own message
        message = str(error.value)
        assert re.match(rf"{cls.__name__}: {name} must ", message), message
        part = [*value][-1] if isinstance(value, (list, tuple)) else value
        came = message.rpartition("; got ")[2]
        told = [repr(value), repr(part), "[7]"]
        assert any(came == one or came.startswith(f"{one}. ") for one in told), message  # a hint
    assert not hasattr(mlp, "_network")


@pytest.mark.parametrize("cls", BOTH)
def test_the_message_of_the_specification(cls):
    with pytest.raises(ValueError) as error:
        cls(dropout=1.5).fit(*_data(cls))
    assert str(error.value) == (
        f"{cls.__name__}: dropout must be in [0, 1), or a list of values, each in [0, 1); got 1.5"
    )


@pytest.mark.parametrize("cls", BOTH)
def test_a_component_names_itself(cls):
    with pytest.raises(ValueError, match=r"^Adam: beta_1 must be in \[0, 1\); got 1.5$"):
        cls(optimizer=Adam(beta_1=1.5)).fit(*_data(cls))


class Named(MLPClassifier):
    """A classifier with a parameter of its own."""

    def __init__(self, title="", l2=1e-3):
        super().__init__(l2=l2)
        self.title = title


def test_a_subclass_may_have_parameters_of_its_own():
    X, y = [[0.0], [1.0]] * 4, [0, 1] * 4
    mlp = Named(title="mine", l2=0.1).set_params(l2=0.2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        mlp.fit(X, y)
    assert (mlp.title, mlp.get_params()) == ("mine", {"title": "mine", "l2": 0.2})
    with pytest.raises(ValueError, match="Named: l2 must be >= 0, or one of 'auto'; got -1"):
        Named(l2=-1).fit(X, y)


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_the_defaults_keep_their_rules(cls):
    """They are not checked in a fit."""
    for name, parameter in signature_of(cls).items():
        rule = PARAMETERS[name].rule
        assert rule is None or rule.allows(parameter.default), name
