"""What a fit does: seeds, splits, going on, stopping, saving, and leaving things alone."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris, make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import check_scoring

from skdl import MLPClassifier, MLPRegressor
from skdl.core.activations import LeakyReLU
from skdl.core.initializers import Normal
from skdl.core.optimizers import Adam, Optimizer
from skdl.core.schedules import Cosine, Exponential, WarmUp
from skdl.estimators.parameters.table import PARAMETERS

BOTH = (MLPClassifier, MLPRegressor)
FIXED = {"hidden_layer_sizes": (6,), "max_iter": 10, "n_iter_no_change": None, "random_state": 0}
FIRST_ORDER = [name for name, o in Optimizer.registry.items() if o.order == 1]


def _data(cls, n=80):
    if cls is MLPClassifier:
        return make_classification(n, 5, flip_y=0.2, random_state=0)
    X, y = make_regression(n, 5, noise=20.0, random_state=0)
    return X, y


def _mlp(cls, **settings):
    return cls(**{**FIXED, **settings})


def _weights(mlp):
    return np.concatenate([a.ravel() for a in (*mlp.coefs_, *mlp.intercepts_)])


# Randomness.


@pytest.mark.parametrize("state", [3, np.random.RandomState], ids=["int", "RandomState"])
@pytest.mark.parametrize("cls", BOTH)
def test_the_same_seed_gives_the_same_fit(cls, state):
    X, y = _data(cls)
    noisy = {"dropout": 0.2, "early_stopping": True, "batch_size": 16, "weight_noise": 0.01}
    make = (lambda: state) if isinstance(state, int) else (lambda: state(3))
    one, two = (_weights(_mlp(cls, random_state=make(), **noisy).fit(X, y)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    other = _weights(_mlp(cls, random_state=4, **noisy).fit(X, y))
    assert not np.allclose(one, other)


def test_a_random_state_object_goes_on():
    X, y = _data(MLPClassifier)
    mlp = _mlp(MLPClassifier, random_state=np.random.RandomState(0))
    assert not np.allclose(_weights(mlp.fit(X, y)), _weights(mlp.fit(X, y)))


def test_none_draws_anew():
    X, y = _data(MLPClassifier)
    mlp = _mlp(MLPClassifier, random_state=None)
    assert not np.allclose(_weights(mlp.fit(X, y)), _weights(mlp.fit(X, y)))


def test_the_global_generator_is_left_alone():
    X, y = _data(MLPClassifier)
    np.random.seed(0)
    expected = np.random.uniform()
    np.random.seed(0)
    _mlp(MLPClassifier, dropout=0.2).fit(X, y)
    assert np.random.uniform() == expected


def test_a_source_of_noise_does_not_disturb_the_others():
    """The initial weights and the split are the same with and without dropout."""
    X, y = _data(MLPClassifier)
    still = {"learning_rate": 1e-300, "max_iter": 1, "early_stopping": True, "batch_size": 16}
    one = _mlp(MLPClassifier, **still).fit(X, y)
    two = _mlp(MLPClassifier, **still, dropout=0.3, shuffle=False).fit(X, y)
    np.testing.assert_allclose(_weights(one), _weights(two), atol=1e-250)
    assert one.validation_loss_curve_ == two.validation_loss_curve_


# Nothing of the user's is changed.


@pytest.mark.parametrize("cls", BOTH)
def test_fit_changes_no_parameter_and_no_component(cls):
    X, y = _data(cls)
    parts = {
        "optimizer": Adam(beta_1=0.8),
        "activation": [LeakyReLU(0.1)],
        "init": Normal(0.1),
        "schedule": WarmUp(2, then=Cosine()),
        "dropout": [0.1],
        "callbacks": [],
    }
    mlp = _mlp(cls, **parts)
    before = copy.deepcopy({**mlp.get_params(), **{k: vars(v) for k, v in _objects(parts)}})
    mlp.fit(X, y).partial_fit(X, y)
    after = {**mlp.get_params(), **{k: vars(v) for k, v in _objects(parts)}}
    for name, value in before.items():
        assert repr(after[name]) == repr(value), name
    for name, part in parts.items():
        assert getattr(mlp, name) is part


def _objects(parts):
    return [(f"{k}.vars", v) for k, v in parts.items() if hasattr(v, "get_params")]


@pytest.mark.parametrize("cls", BOTH)
def test_fit_changes_no_data(cls):
    X, y = _data(cls)
    weight = np.linspace(0.5, 2, len(y))
    given = [a.copy() for a in (X, y, weight)]
    settings = {"input_dropout": 0.2, "input_noise": 0.1, "batch_norm": True}
    _mlp(cls, **settings).fit(X, y, weight, X_val=X, y_val=y, sample_weight_val=weight)
    for array, before in zip((X, y, weight), given, strict=True):
        np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("cls", BOTH)
def test_predictions_are_the_users_own(cls):
    """Writing into a prediction changes no later one."""
    X, y = _data(cls)
    mlp = _mlp(cls).fit(X, y)
    method = mlp.decision_function if cls is MLPClassifier else mlp.predict
    first = method(X)
    kept = first.copy()
    first[:] = 1e9
    np.testing.assert_array_equal(method(X), kept)
    second = method(X[:10])
    np.testing.assert_array_equal(second, method(X[:10]))


def test_two_fits_do_not_share_a_component():
    X, y = _data(MLPClassifier)
    adam = Adam()
    one, two = (_mlp(MLPClassifier, optimizer=adam).fit(X, y) for _ in range(2))
    np.testing.assert_array_equal(_weights(one), _weights(two))


@pytest.mark.parametrize("cls", BOTH)
def test_a_call_that_fails_leaves_what_was_learned(cls):
    X, y = _data(cls)
    mlp = _mlp(cls).fit(X, y)
    expected, history = mlp.predict(X), len(mlp.history_)
    for bad in (lambda: mlp.fit(X[:, :2] * np.nan, y), lambda: mlp.partial_fit(X[:, :2], y)):
        with pytest.raises(ValueError):
            bad()
    with pytest.raises(ValueError):
        mlp.set_params(dropout=2).fit(X, y)
    np.testing.assert_array_equal(mlp.predict(X), expected)
    assert len(mlp.history_) == history


@pytest.mark.parametrize("cls", BOTH)
def test_not_fitted(cls):
    X, _ = _data(cls)
    for method in ("predict", "decision_function", "predict_proba", "predict_log_proba"):
        if hasattr(cls(), method):
            with pytest.raises(NotFittedError):
                getattr(cls(), method)(X)
    with pytest.raises((NotFittedError, AttributeError)):
        cls().coefs_  # noqa: B018


# Going on.


@pytest.mark.parametrize("optimizer", FIRST_ORDER)
@pytest.mark.parametrize("cls", BOTH)
def test_two_fits_of_five_are_one_of_ten(cls, optimizer):
    X, y = _data(cls)
    settings = {"optimizer": optimizer, "shuffle": "once", "learning_rate": 0.01}
    if not Optimizer.registry[optimizer].full_batch:
        settings["batch_size"] = 16
    else:
        del settings["shuffle"]
    whole = _mlp(cls, **settings).fit(X, y)
    halves = _mlp(cls, **settings, max_iter=5, warm_start=True).fit(X, y).fit(X, y)
    np.testing.assert_allclose(_weights(halves), _weights(whole), rtol=0, atol=1e-12)
    np.testing.assert_allclose(halves.loss_curve_, whole.loss_curve_, rtol=1e-12)
    assert halves.n_iter_ == 10


@pytest.mark.parametrize("settings", [{}, {"dropout": 0.3}, {"batch_norm": True}], ids=repr)
@pytest.mark.parametrize("cls", BOTH)
def test_shuffling_and_noise_go_on_too(cls, settings):
    X, y = _data(cls)
    settings = {**settings, "batch_size": 16}
    whole = _mlp(cls, **settings).fit(X, y)
    halves = _mlp(cls, **settings, max_iter=5, warm_start=True).fit(X, y).fit(X, y)
    np.testing.assert_allclose(_weights(halves), _weights(whole), rtol=0, atol=1e-12)


def test_going_on_keeps_the_held_out_rows():
    X, y = _data(MLPClassifier)
    whole = _mlp(MLPClassifier, early_stopping=True, restore_best=False).fit(X, y)
    halves = _mlp(
        MLPClassifier, early_stopping=True, restore_best=False, max_iter=5, warm_start=True
    )
    halves.fit(X, y).fit(X, y)
    np.testing.assert_allclose(
        halves.validation_loss_curve_, whole.validation_loss_curve_, rtol=1e-12
    )


def test_without_warm_start_a_fit_starts_anew():
    X, y = _data(MLPClassifier)
    mlp = _mlp(MLPClassifier)
    one = _weights(mlp.fit(X, y)).copy()
    np.testing.assert_array_equal(_weights(mlp.fit(X, y)), one)
    assert mlp.n_iter_ == 10


def test_moments_of_another_optimizer_are_not_used():
    X, y = _data(MLPClassifier)
    mlp = _mlp(MLPClassifier, warm_start=True, max_iter=5).fit(X, y)
    fresh = pickle.loads(pickle.dumps(mlp))
    fresh._progress.optimizer_state = None
    for one in (mlp, fresh):
        one.set_params(optimizer="sgd").fit(X, y)
    np.testing.assert_array_equal(_weights(mlp), _weights(fresh))


@pytest.mark.parametrize("second", ["lbfgs", "newton_cg"])
def test_from_steps_to_a_solver_and_back(second):
    X, y = _data(MLPClassifier)
    mlp = _mlp(MLPClassifier, warm_start=True, l2=0.1).fit(X, y)
    first = mlp.loss_ + mlp.penalty_
    mlp.set_params(optimizer=second).fit(X, y)
    assert mlp.loss_ + mlp.penalty_ < first
    assert [r["epoch"] for r in mlp.history_] == list(range(1, len(mlp.history_) + 1))
    mlp.set_params(optimizer="adam").fit(X, y)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"hidden_layer_sizes": (7,)}, "another architecture"),
        ({"batch_norm": True}, "another arch"),
    ],
    ids=repr,
)
def test_another_architecture_cannot_go_on(changed, message):
    X, y = _data(MLPClassifier)
    mlp = _mlp(MLPClassifier, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=f"MLPClassifier: the network cannot go on .*{message}"):
        mlp.set_params(**changed).fit(X, y)


# partial_fit.


@pytest.mark.parametrize("optimizer", FIRST_ORDER)
@pytest.mark.parametrize("cls", BOTH)
def test_partial_fits_are_epochs_of_one_fit(cls, optimizer):
    X, y = _data(cls)
    # An automatic penalty is for other rows at every call: partial_fit cannot tell old ones.
    settings = {"optimizer": optimizer, "learning_rate": 0.01, "l2": 1e-3}
    whole = _mlp(cls, **settings).fit(X, y)
    parts = _mlp(cls, **settings)
    for _ in range(10):
        parts.partial_fit(X, y)
    np.testing.assert_allclose(_weights(parts), _weights(whole), rtol=0, atol=1e-12)
    assert parts.n_iter_ == 10


def test_partial_fit_does_not_shuffle_alike_at_every_call():
    X, y = _data(MLPClassifier)
    mlp = _mlp(MLPClassifier, batch_size=16)
    orders = [tuple(mlp.partial_fit(X, y)._progress.order) for _ in range(5)]
    assert len(set(orders)) == 5


@pytest.mark.parametrize("cls", BOTH)
def test_partial_fit_on_pieces(cls):
    X, y = _data(cls)
    mlp = _mlp(cls, learning_rate=0.03)
    for _ in range(20):
        for rows in np.array_split(np.arange(80), 4):
            mlp.partial_fit(X[rows], y[rows])
    assert mlp.score(X, y) > 0.8
    assert mlp.n_iter_ == 80


def test_partial_fit_takes_row_weights():
    X, y = _data(MLPRegressor)
    weight = (np.arange(80) < 40).astype(float)
    one = _mlp(MLPRegressor, batch_size="full").partial_fit(X, y, sample_weight=weight)
    two = _mlp(MLPRegressor, batch_size="full").partial_fit(X[:40], y[:40])
    np.testing.assert_allclose(_weights(one), _weights(two), rtol=1e-9)


@pytest.mark.parametrize("optimizer", [n for n, o in Optimizer.registry.items() if o.order == 2])
def test_solvers_have_no_partial_fit(optimizer):
    mlp = _mlp(MLPClassifier, optimizer=optimizer)
    assert not hasattr(mlp, "partial_fit")
    with pytest.raises(AttributeError) as error:
        mlp.partial_fit  # noqa: B018
    cause = f"MLPClassifier: partial_fit needs a first-order optimizer; got {optimizer!r}"
    assert str(error.value.__cause__) == cause


# Stopping.


def _overfitting(cls, **settings):
    X, y = _data(cls, 120)
    X_val, y_val = X[60:], y[60:]
    fast = {"hidden_layer_sizes": (50,), "learning_rate": 0.05, "max_iter": 300, "l2": 0.0}
    mlp = cls(**{**fast, "random_state": 0, "early_stopping": True, **settings})
    return mlp.fit(X[:60], y[:60], X_val=X_val, y_val=y_val), X_val, y_val


@pytest.mark.parametrize("cls", BOTH)
def test_early_stopping_restores_the_best_weights(cls):
    mlp, X_val, y_val = _overfitting(cls)
    curve = np.array(mlp.validation_loss_curve_)
    assert mlp.best_iter_ == curve.argmin() + 1
    assert mlp.best_iter_ < mlp.n_iter_ < 300
    if cls is MLPClassifier:
        loss = -mlp.predict_log_proba(X_val)[np.arange(60), y_val].mean()
    else:
        loss = 0.5 * np.square((mlp.predict(X_val) - y_val) / mlp.target_std_[0]).mean()
    assert loss == pytest.approx(curve.min(), rel=1e-9)
    assert mlp.loss_ == mlp.loss_curve_[mlp.best_iter_ - 1]


@pytest.mark.parametrize("cls", BOTH)
def test_early_stopping_without_restoring(cls):
    mlp, X_val, y_val = _overfitting(cls, restore_best=False)
    assert mlp.best_iter_ == mlp.n_iter_
    assert mlp.loss_ == mlp.loss_curve_[-1]


def test_patience_counts_epochs_without_a_fall():
    mlp, *_ = _overfitting(MLPRegressor, n_iter_no_change=7, tol=0.0)
    assert mlp.n_iter_ == mlp.best_iter_ + 7


def test_rises_in_a_row_are_rewound():
    mlp, *_ = _overfitting(MLPRegressor, early_stopping="rises", n_iter_no_change=3)
    curve = mlp.validation_loss_curve_
    assert all(b > a for a, b in zip(curve[-4:], curve[-3:], strict=False))
    assert mlp.best_iter_ == mlp.n_iter_ - 3


def _negative_error(estimator, X, y, sample_weight=None):
    return -np.abs(estimator.predict(X) - y).mean()


@pytest.mark.parametrize(
    ("cls", "monitor"),
    [
        (MLPClassifier, "accuracy"),
        (MLPClassifier, "neg_log_loss"),
        (MLPRegressor, "r2"),
        (MLPRegressor, "neg_mean_absolute_error"),
        (MLPRegressor, _negative_error),
    ],
)
def test_any_scorer_can_be_monitored(cls, monitor):
    mlp, X_val, y_val = _overfitting(cls, monitor=monitor)
    scores = mlp.validation_scores_
    assert len(scores) == mlp.n_iter_
    assert mlp.best_iter_ == np.argmax(scores) + 1
    scorer = check_scoring(mlp, monitor)
    assert scorer(mlp, X_val, y_val) == pytest.approx(max(scores), rel=1e-9)


def test_the_scorer_gets_the_weights_of_validation_rows():
    X, y = _data(MLPRegressor)
    seen = []

    def scorer(estimator, X, y, sample_weight=None):
        seen.append(sample_weight)
        return -np.abs(estimator.predict(X) - y).mean()

    mlp = _mlp(MLPRegressor, early_stopping=True, monitor=scorer)
    weight = np.linspace(1, 2, 80)
    mlp.fit(X, y, X_val=X, y_val=y, sample_weight_val=weight)
    np.testing.assert_array_equal(seen[0], weight)


@pytest.mark.parametrize("cls", BOTH)
def test_without_early_stopping_own_rows_are_only_recorded(cls):
    X, y = _data(cls)
    mlp = _mlp(cls).fit(X, y, X_val=X[:20], y_val=y[:20])
    plain = _mlp(cls).fit(X, y)
    np.testing.assert_array_equal(_weights(mlp), _weights(plain))
    assert len(mlp.validation_loss_curve_) == 10


def test_own_rows_come_in_pairs():
    X, y = _data(MLPClassifier)
    for half in ({"X_val": X}, {"y_val": y}, {"sample_weight_val": np.ones(80)}):
        with pytest.raises(ValueError, match="X_val and y_val must be given together"):
            _mlp(MLPClassifier).fit(X, y, **half)


def test_all_rows_train_when_validation_rows_are_given():
    X, y = _data(MLPClassifier)
    own = _mlp(MLPClassifier, early_stopping=True, restore_best=False, batch_size="full")
    own.fit(X, y, X_val=X[:5], y_val=y[:5])
    plain = _mlp(MLPClassifier, batch_size="full").fit(X, y)
    np.testing.assert_array_equal(_weights(own), _weights(plain))


@pytest.mark.parametrize("optimizer", ["lbfgs", "newton"])
def test_solvers_stop_early_too(optimizer):
    X, y = _data(MLPClassifier, 120)
    mlp = MLPClassifier(
        (8,), optimizer=optimizer, early_stopping=True, l2=0.0, max_iter=200, random_state=0
    )
    mlp.fit(X[:60], y[:60], X_val=X[60:], y_val=y[60:])
    assert mlp.best_iter_ == np.argmin(mlp.validation_loss_curve_) + 1
    assert mlp.best_iter_ <= mlp.n_iter_ < 200


@pytest.mark.parametrize("cls", BOTH)
def test_max_iter_warns_and_says_what_to_change(cls):
    X, y = _data(cls)
    with pytest.warns(ConvergenceWarning, match=rf"^{cls.__name__}: stopped at max_iter=3 while"):
        cls((4,), max_iter=3).fit(X, y)
    cls((4,), max_iter=3, n_iter_no_change=None).fit(X, y)


# Divergence.


@pytest.mark.filterwarnings("ignore:.*has no effect")
@pytest.mark.parametrize("optimizer", Optimizer.registry)
@pytest.mark.parametrize("cls", BOTH)
def test_absurd_settings_never_leave_nan(cls, optimizer):
    X, y = _data(cls)
    settings = {"optimizer": optimizer, "init_scale": 1e3, "max_iter": 20}
    if Optimizer.registry[optimizer].order == 1:
        settings["learning_rate"] = 1e30
    mlp = _mlp(cls, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlp.fit(1e8 * X, y)
        assert np.isfinite(mlp.predict(X / 1e8)).all()
    assert np.isfinite(_weights(mlp)).all()


@pytest.mark.parametrize("cls", BOTH)
def test_divergence_stops_at_once_and_says_what_to_change(cls):
    X, y = _data(cls)
    mlp = _mlp(
        cls, optimizer="sgd", learning_rate=1e20, activation="identity", loss="squared_error"
    )
    if cls is MLPClassifier:
        mlp.set_params(learning_rate=1e200, activation="relu")
    with pytest.warns(ConvergenceWarning) as caught:
        mlp.fit(X, y)
    (message,) = [str(w.message) for w in caught if w.category is ConvergenceWarning]
    assert message.startswith(f"{cls.__name__}: the loss is no longer finite in epoch ")
    for knob in ("StandardScaler", "learning_rate", "clip='global_norm'", "init_scale"):
        assert knob in message
    assert mlp.n_iter_ < 10
    assert np.isfinite(_weights(mlp)).all()
    assert np.isfinite(mlp.loss_curve_).all()


def test_a_fit_goes_on_after_divergence():
    X, y = _data(MLPRegressor)
    mlp = _mlp(MLPRegressor, optimizer="sgd", learning_rate=1e20, warm_start=True, l2=0.0)
    with pytest.warns(ConvergenceWarning, match="no longer finite"):
        mlp.fit(X, y)
    before = mlp.n_iter_
    mlp.set_params(learning_rate=1e-8).fit(X, y)
    assert mlp.n_iter_ == before + 10
    assert np.isfinite(mlp.loss_curve_).all()


# Saving.


@pytest.mark.parametrize("cls", BOTH)
def test_a_pickle_is_about_as_large_as_the_parameters(cls):
    X, y = _data(cls)
    mlp = cls((300, 300), max_iter=2, n_iter_no_change=None).fit(X, y)
    n_bytes = 8 * _weights(mlp).size
    assert n_bytes < len(pickle.dumps(mlp)) < 1.02 * n_bytes + 20_000


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_what_may_go_on_keeps_the_state_of_the_optimizer(optimizer):
    X, y = _data(MLPClassifier)
    mlp = MLPClassifier(
        (300, 300), optimizer=optimizer, max_iter=2, n_iter_no_change=None, warm_start=True
    )
    small = len(pickle.dumps(clone(mlp).set_params(warm_start=False).fit(X, y)))
    slots = len(Optimizer.registry[optimizer].slots)
    assert (slots + 0.9) * small < len(pickle.dumps(mlp.fit(X, y))) < (slots + 2.1) * small


@pytest.mark.parametrize("cls", BOTH)
def test_a_pickle_predicts_the_same_and_goes_on_the_same(cls):
    X, y = _data(cls)
    settings = {"batch_norm": True, "dropout": 0.1, "batch_size": 16}
    mlp = _mlp(cls, **settings, max_iter=5, warm_start=True).fit(X, y)
    loaded = pickle.loads(pickle.dumps(mlp))
    np.testing.assert_array_equal(loaded.predict(X), mlp.predict(X))
    np.testing.assert_array_equal(_weights(loaded.fit(X, y)), _weights(mlp.fit(X, y)))


def test_a_pickle_after_partial_fit_goes_on_the_same():
    X, y = _data(MLPClassifier)
    mlp = _mlp(MLPClassifier).partial_fit(X, y)
    loaded = pickle.loads(pickle.dumps(mlp))
    np.testing.assert_array_equal(
        _weights(loaded.partial_fit(X, y)), _weights(mlp.partial_fit(X, y))
    )


def test_a_deep_copy_is_independent():
    X, y = _data(MLPClassifier)
    mlp = _mlp(MLPClassifier).fit(X, y)
    before = _weights(mlp).copy()
    copy.deepcopy(mlp).partial_fit(X, y)
    np.testing.assert_array_equal(_weights(mlp), before)


# set_params.


@pytest.mark.parametrize("Estimator", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("parameter", [n for n, row in PARAMETERS.items() if row.family])
def test_a_setting_of_a_name_makes_it_an_instance(Estimator, parameter):
    """Each member of each family, each of its settings: the default, so that it is allowed."""
    loss = Estimator._loss_family
    family = loss if parameter == "loss" else PARAMETERS[parameter].family
    for name, cls in family.registry.items():
        for setting, default in cls().get_params(deep=False).items():
            mlp = Estimator(**{parameter: name})
            given = {f"{parameter}__{setting}": default}
            assert getattr(mlp, parameter) == name
            component = getattr(mlp.set_params(**given), parameter)
            assert type(component) is cls
            assert component.get_params(deep=False) == cls().get_params(deep=False)
            assert type(getattr(clone(mlp), parameter)) is cls


def test_settings_of_names():
    mlp = MLPClassifier(schedule="step").set_params(schedule__every=7, schedule__gamma=0.5)
    assert (mlp.schedule.every, mlp.schedule.gamma) == (7, 0.5)
    # The name may come with its settings, before or after them; what was set before is gone.
    mlp.set_params(schedule__gamma=0.9, schedule="exponential")
    assert type(mlp.schedule).__name__ == "Exponential" and mlp.schedule.gamma == 0.9
    mlp.set_params(schedule="step", schedule__gamma=0.3)
    assert (mlp.schedule.every, mlp.schedule.gamma) == (None, 0.3)
    # It is what an instance written by hand is: the fits are equal.
    five = {"max_iter": 5, "n_iter_no_change": None, "random_state": 0}
    X, y = load_iris(return_X_y=True)
    named, written = (
        MLPClassifier((4,), schedule=schedule, **five)
        for schedule in ("exponential", Exponential(gamma=0.5))
    )
    named.set_params(schedule__gamma=0.5).fit(X, y)
    np.testing.assert_array_equal(_weights(named), _weights(written.fit(X, y)))
    usual = MLPClassifier((4,), schedule="exponential", **five).fit(X, y)
    assert not np.array_equal(_weights(named), _weights(usual))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"loss__gamma": 1.0},
            "MLPClassifier: loss__gamma must be a setting of loss, but 'cross_entropy' has none "
            "of that name; 'focal' would have it",
        ),
        (
            {"optimizer": "no such", "optimizer__color": 3},
            "MLPClassifier: optimizer__color must be a setting of optimizer, but 'no such' has "
            "none of that name",
        ),
        (
            {"batch_size": "full", "batch_size__size": 3},
            "MLPClassifier: batch_size__size must be a setting of batch_size, but 'full' has none "
            "of that name",
        ),
    ],
)
def test_a_setting_that_a_name_does_not_have(params, message):
    mlp = MLPClassifier()
    with pytest.raises(ValueError) as error:
        mlp.set_params(**params)
    assert str(error.value) == message
    assert mlp.get_params() == MLPClassifier().get_params()  # nothing was set


def test_a_setting_of_a_name_that_only_a_subclass_has():
    class Coloured(MLPClassifier):
        def __init__(self, colour="red"):
            super().__init__()
            self.colour = colour

    with pytest.raises(ValueError, match="setting of colour, but 'red' has none of that name$"):
        Coloured().set_params(colour__hue=1)


def test_settings_of_instances():
    mlp = MLPClassifier(optimizer=Adam()).set_params(optimizer__beta_1=0.7)
    assert mlp.optimizer.beta_1 == 0.7
    mlp = MLPClassifier().set_params(optimizer=Adam(), optimizer__beta_2=0.9)
    assert mlp.optimizer.beta_2 == 0.9
    with pytest.raises(ValueError, match="Invalid parameter 'gamma'"):
        mlp.set_params(optimizer__gamma=1)
    with pytest.raises(ValueError, match="Invalid parameter 'gamma'"):
        mlp.set_params(gamma=1)
