"""From parameters to components, and the warnings of parameters that have no effect."""

import inspect
import re
import warnings

import numpy as np
import pytest
from sklearn.datasets import make_classification

from skdl import MLPClassifier, MLPRegressor
from skdl.core.activations import ReLU, Tanh
from skdl.core.optimizers import Adam, Optimizer
from skdl.estimators.parameters.resolve import hidden_sizes, resolve_settings

BOTH = (MLPClassifier, MLPRegressor)
QUICK = {"hidden_layer_sizes": (4,), "max_iter": 2, "random_state": 0}
NO_MOMENTUM = [
    name for name, o in Optimizer.registry.items() if o.order == 1 and o.momentum is None
]
FULL = [name for name, o in Optimizer.registry.items() if o.order == 1 and o.full_batch]
SOLVERS = [name for name, o in Optimizer.registry.items() if o.order == 2]

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def _fit(cls, **settings):
    X, y = make_classification(40, 4, random_state=0)
    return cls(**{**QUICK, **settings}).fit(X, y)


# For each rule: what is given, the parameter without effect, and what takes its effect away.
WITHOUT_EFFECT = [
    ({"hidden_layer_sizes": (4, 3), "n_hidden_layers": 2}, "n_hidden_layers", "(4, 3)"),
    ({"hidden_layer_sizes": (), "activation": "tanh"}, "activation", "no hidden layer"),
    ({"hidden_layer_sizes": (), "dropout": 0.5}, "dropout", "no hidden layer"),
    ({"hidden_layer_sizes": (), "hidden_noise": 0.5}, "hidden_noise", "no hidden layer"),
    ({"hidden_layer_sizes": (), "activity_l1": 0.5}, "activity_l1", "no hidden layer"),
    ({"hidden_layer_sizes": (), "batch_norm": True}, "batch_norm", "no hidden layer"),
    ({"batch_norm_momentum": 0.5}, "batch_norm_momentum", "batch_norm=False"),
    ({"fit_intercept": False, "bias_init": 1.0}, "bias_init", "fit_intercept=False"),
    ({"dropout_inference": "averaged"}, "dropout_inference", "dropout=0 and input_dropout=0"),
    ({"clip_threshold": 2.0}, "clip_threshold", "clip=None"),
    ({"l2": 0.0, "penalize_bias": True}, "penalize_bias", "l1=0, l2=0 and no weight_decay"),
    ({"monitor": "neg_log_loss"}, "monitor", "early_stopping=False"),
    ({"restore_best": False}, "restore_best", "early_stopping=False"),
    ({"validation_fraction": 0.2}, "validation_fraction", "early_stopping=False"),
    (
        {"early_stopping": "rises", "restore_best": False},
        "restore_best",
        "early_stopping='rises'",
    ),
    ({"early_stopping": "rises", "tol": 0.1}, "tol", "early_stopping='rises'"),
    ({"n_iter_no_change": None, "tol": 0.1}, "tol", "n_iter_no_change=None"),
    ({"batch_size": "full", "shuffle": False}, "shuffle", "all rows in one batch"),
    ({"optimizer": "sgd", "momentum": 0.0, "nesterov": False}, "nesterov", "momentum=0"),
    *[
        ({"optimizer": optimizer, name: value}, name, f"optimizer={optimizer!r}")
        for optimizer in NO_MOMENTUM
        for name, value in (("momentum", 0.5), ("nesterov", True), ("momentum_schedule", "rise"))
    ],
    *[
        ({"optimizer": optimizer, name: value}, name, reason)
        for optimizer in FULL
        for name, value, reason in (
            ("batch_size", 10, f"optimizer={optimizer!r}, which uses all rows"),
            ("shuffle", False, "all rows in one batch"),
        )
    ],
    *[
        ({"optimizer": optimizer, name: value}, name, f"optimizer={optimizer!r}")
        for optimizer in SOLVERS
        for name, value in (
            ("learning_rate", 0.1),
            ("momentum", 0.5),
            ("nesterov", True),
            ("schedule", "cosine"),
            ("momentum_schedule", "rise"),
            ("clip", "value"),
            ("weight_decay", 0.1),
            ("max_norm", 1.0),
            ("batch_size", 10),
            ("shuffle", False),
            ("n_iter_no_change", 3),
        )
    ],
]


@pytest.mark.parametrize(("settings", "name", "reason"), WITHOUT_EFFECT, ids=repr)
@pytest.mark.parametrize("cls", BOTH)
def test_a_parameter_without_effect_is_named_once(cls, settings, name, reason):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _fit(cls, **settings)
    messages = [str(w.message) for w in caught if "has no effect" in str(w.message)]
    assert len(messages) == 1, messages
    start = f"{cls.__name__}: {name}={settings[name]!r} has no effect with "
    assert messages[0].startswith(start)
    assert reason in messages[0]


@pytest.mark.parametrize(("settings", "name", "reason"), WITHOUT_EFFECT, ids=repr)
def test_it_really_has_no_effect(settings, name, reason):
    without = {k: v for k, v in settings.items() if k != name}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one, other = _fit(MLPRegressor, **settings), _fit(MLPRegressor, **without)
    for a, b in zip(one.coefs_, other.coefs_, strict=True):
        assert (a == b).all()
    assert one.loss_curve_ == other.loss_curve_


@pytest.mark.parametrize("cls", BOTH)
def test_own_validation_rows_take_the_place_of_a_fraction(cls):
    X, y = make_classification(40, 4, random_state=0)
    mlp = cls(**QUICK, early_stopping=True, validation_fraction=0.2)
    with pytest.warns(UserWarning, match="validation_fraction=0.2 has no effect with X_val"):
        mlp.fit(X, y, X_val=X, y_val=y)


@pytest.mark.parametrize("optimizer", Optimizer.registry)
@pytest.mark.parametrize("cls", BOTH)
def test_defaults_never_warn(cls, optimizer):
    _fit(cls, optimizer=optimizer)  # warnings are errors


def test_the_warning_points_at_the_users_line():
    X, y = make_classification(40, 4, random_state=0)
    with pytest.warns(UserWarning, match="clip_threshold") as caught:
        line = inspect.currentframe().f_lineno + 1
        MLPClassifier(**QUICK, clip_threshold=2.0).fit(X, y)
    assert [(w.filename, w.lineno) for w in caught if "clip" in str(w.message)] == [
        (__file__, line)
    ]


@pytest.mark.parametrize(
    ("sizes", "repeats", "expected"),
    [
        ((5, 3), None, (5, 3)),
        ([5, 3], None, (5, 3)),
        (4, None, (4,)),
        (4, 3, (4, 4, 4)),
        (4, 0, ()),
        ((), None, ()),
        ([], None, ()),
        (None, None, ()),
    ],
)
def test_hidden_sizes(sizes, repeats, expected):
    assert hidden_sizes(MLPClassifier(sizes, n_hidden_layers=repeats)) == expected


def test_a_name_is_a_component_with_default_settings_and_an_instance_is_used():
    adam = Adam(beta_1=0.5)
    one = resolve_settings(
        MLPClassifier((3, 2), activation=["relu", Tanh()], optimizer=adam), 50, 5
    )
    assert one.training.optimizer is adam
    assert [type(layer.activation) for layer in one.hidden] == [ReLU, Tanh]
    assert resolve_settings(MLPClassifier(optimizer="adam"), 50, 5).training.optimizer.beta_1 == 0.9


@pytest.mark.parametrize(
    ("settings", "rows", "expected"),
    [
        ({"batch_size": 16}, 100, 16),
        ({"batch_size": 160}, 100, 100),
        ({"batch_size": "full"}, 100, 100),
        ({"batch_size": "full"}, 10_000, 10_000),
        ({"optimizer": "rprop"}, 10_000, 10_000),
        ({"optimizer": "rprop", "batch_size": 16}, 100, 100),
    ],
)
def test_batch_size(settings, rows, expected):
    assert resolve_settings(MLPClassifier(**settings), rows, 5).training.batch_size == expected


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"dropout": 0.5}, "dropout"),
        ({"dropout": [0.5]}, "dropout"),
        ({"input_dropout": 0.5}, "input_dropout"),
        ({"input_noise": 0.5}, "input_noise"),
        ({"hidden_noise": 0.5}, "hidden_noise"),
        ({"weight_noise": 0.5}, "weight_noise"),
    ],
)
def test_second_order_solvers_refuse_noise(solver, settings, name):
    value = re.escape(repr(settings[name]))
    with pytest.raises(ValueError, match=f"{name} must be 0 with optimizer='{solver}'.*{value}"):
        _fit(MLPClassifier, optimizer=solver, **settings)


def test_only_lbfgs_among_the_solvers_takes_l1():
    _fit(MLPClassifier, optimizer="lbfgs", l1=0.1)
    for solver in set(SOLVERS) - {"lbfgs"}:
        with pytest.raises(ValueError, match=f"l1 must be 0 with optimizer='{solver}'.*got 0.1"):
            _fit(MLPClassifier, optimizer=solver, l1=0.1)


def test_rbf_refuses_batch_norm():
    with pytest.raises(ValueError, match="batch_norm must be False with activation='rbf'"):
        _fit(MLPClassifier, activation="rbf", batch_norm=True)


@pytest.mark.parametrize("parameter", ["activation", "dropout"])
def test_one_value_per_hidden_layer(parameter):
    values = {"activation": ["relu", "tanh"], "dropout": [0.1, 0.2]}[parameter]
    _fit(MLPClassifier, hidden_layer_sizes=(4, 3), **{parameter: values})
    with pytest.raises(ValueError, match=rf"{parameter} must be one value or .*layer \(3\)"):
        _fit(MLPClassifier, hidden_layer_sizes=(4, 3, 2), **{parameter: values})


def test_partial_fit_says_that_it_does_not_stop_early():
    X, y = np.eye(4), np.arange(4.0)
    with pytest.warns(UserWarning, match="early_stopping=True has no effect with partial_fit"):
        MLPRegressor((2,), early_stopping=True).partial_fit(X, y)


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_losses_with_a_logarithmic_link_never_scale(loss):
    X, y = np.eye(4), np.arange(1.0, 5.0)
    mlp = MLPRegressor((2,), loss=loss, scale_target=False, max_iter=2, n_iter_no_change=None)
    with pytest.warns(UserWarning, match="scale_target=False has no effect with loss="):
        mlp.fit(X, y)


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_the_penalty_that_fades_with_the_rows(cls):
    X = np.random.default_rng(0).normal(size=(50, 3))
    y = (X[:, 0] > 0).astype(float)
    settings = {"max_iter": 5, "n_iter_no_change": None, "random_state": 0}
    fitted = cls(**settings).fit(X, y)
    assert fitted.l2_ == 0.75 / 50  # a quarter of a row for each input
    by_hand = cls(l2=0.015, **settings).fit(X, y)
    np.testing.assert_array_equal(fitted.coefs_[0], by_hand.coefs_[0])
    assert by_hand.l2_ == 0.015
    assert cls(n_networks=2, **settings).fit(X, y).l2_ == 0.015
    assert cls(**settings).fit(np.tile(X, (1, 10)), y).l2_ == 5 / 50  # five rows at most


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_the_rows_that_an_automatic_penalty_goes_by(cls):
    X = np.random.default_rng(0).normal(size=(60, 4))
    y = (X[:, 0] > 0).astype(float)
    mlp = cls(max_iter=2, n_iter_no_change=None)
    for weight, rows in [
        (np.full(60, 2.0), 120),  # whole numbers are repetitions
        (np.full(60, 0.5), 60),  # others have only ratios
        (np.repeat([0.5, 0.0], 30), 30),
        (np.full(60, 2.0**60), 60),  # so large that every number is whole
    ]:
        assert mlp.fit(X, y, weight).l2_ == 1 / rows
    mlp.fit(X, y)
    for k, piece in enumerate(np.array_split(np.arange(60), 3), 1):
        mlp.partial_fit(X[piece], y[piece])
        assert mlp.l2_ == 1 / (60 + 20 * k)  # all that it was given
    streamed = cls().partial_fit(
        X[:20], y[:20], **({} if cls is MLPRegressor else {"classes": [0, 1]})
    )
    assert streamed.l2_ == 1 / 20
    assert streamed.partial_fit(X[20:], y[20:]).l2_ == 1 / 60
