"""Alike: what may go side by side, and that nothing that may not ever does."""

from __future__ import annotations

import inspect
import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_digits, make_regression

from skdl import MLPClassifier, MLPRegressor
from skdl.core.activations import ReLU
from skdl.core.optimizers import Optimizer
from skdl.core.schedules import Plateau, WarmUp
from skdl.estimators.fitting.job import postponed
from skdl.estimators.fitting.stacks import STACKABLE, alone_because, kind, stacks, train_together
from skdl.estimators.parameters.table import PARAMETERS

X, Y = load_digits(return_X_y=True)
X, Y = X[:120] / 16, Y[:120]
SMALL = {
    "hidden_layer_sizes": (6,),
    "batch_size": 16,
    "max_iter": 4,
    "n_iter_no_change": 2,
    "learning_rate": 0.01,
}

# Another value of every parameter, and what must be set for it to matter.
EARLY = {"early_stopping": True}
SGD = {"optimizer": "sgd"}
OTHER = {
    "hidden_layer_sizes": ((5,), {}),
    "n_hidden_layers": (2, {"hidden_layer_sizes": 6}),
    "activation": ("tanh", {}),
    "output_activation": ("sigmoid", {}),
    "fit_intercept": (False, {}),
    "batch_norm": (True, {}),
    "batch_norm_momentum": (0.3, {"batch_norm": True}),
    "init": ("he_normal", {}),
    "init_scale": (0.5, {}),
    "bias_init": (0.1, {}),
    "loss": ("squared_error", {}),
    "label_smoothing": (0.1, {}),
    "scale_target": (False, {}),
    "optimizer": ("rmsprop", {}),
    "learning_rate": (0.02, {}),
    "momentum": (0.5, SGD),
    "nesterov": (False, SGD),
    "schedule": ("linear", {}),
    "momentum_schedule": ("rise", SGD),
    "batch_size": (20, {}),
    "shuffle": ("once", {}),
    "clip": ("norm", {"clip_threshold": 0.01}),
    "clip_threshold": (0.01, {"clip": "norm"}),
    "l1": (0.01, {}),
    "l2": (0.1, {}),
    "weight_decay": (0.1, {}),
    "max_norm": (0.3, {}),
    "activity_l1": (0.01, {}),
    "penalize_bias": (True, {"l2": 0.1, "bias_init": 1.0}),
    "dropout": (0.2, {}),
    "input_dropout": (0.2, {}),
    "dropout_inference": ("weight_scaled", {"dropout": 0.3}),
    "input_noise": (0.1, {}),
    "hidden_noise": (0.1, {}),
    "weight_noise": (0.1, {}),
    "n_networks": (2, {}),
    "class_weight": ({0: 5.0}, {}),
    "calibrate": ("temperature", {}),
    "dtype": ("float32", {}),
    "max_iter": (2, {}),
    "tol": (10.0, {}),
    "early_stopping": (True, {}),
    "validation_fraction": (0.3, EARLY),
    "monitor": ("accuracy", EARLY),
    "n_iter_no_change": (1, {"tol": 10.0}),
    "restore_best": (False, {**EARLY, "learning_rate": 3.0}),
    "random_state": (5, {}),
    "warm_start": (True, {}),
    "verbose": (1, {}),
    "track": ("clean", {}),
    "callbacks": ([lambda mlp, record: record["epoch"] == 2], {}),
}
WITHOUT_EFFECT = {
    "warm_start",
    "verbose",
    "track",
    "n_networks",
    "calibrate",
}  # on what is learned, by the first


def prepare(*networks, X=X, y=Y, **params):
    with postponed() as jobs, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for network in networks:
            network.fit(X, y, **params)
    return jobs


def train(jobs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for job in jobs:
            if alone_because(job):
                job.run()
        for stack in stacks(job for job in jobs if not alone_because(job)):
            train_together(stack)
            for job in stack:
                job.conclude()


def fit_alone(network, y=Y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return network.fit(X, y)


def learned(network):
    return np.concatenate([network._network.theta, network._network.running])


def test_another_value_of_every_parameter_is_known_here():
    assert OTHER.keys() == PARAMETERS.keys()
    assert STACKABLE <= PARAMETERS.keys()


@pytest.mark.parametrize("name", PARAMETERS)
def test_networks_that_differ_in_one_parameter(name):
    value, beside = OTHER[name]
    cls, y = (MLPRegressor, np.sqrt(Y)) if name == "scale_target" else (MLPClassifier, Y)
    base = {**SMALL, **beside, "random_state": 0}
    if name == "nesterov":
        base["momentum"] = 0.9
    settings = [base, {**base, name: value}, {**base, "random_state": 1}, {**base, name: value}]
    alone = [fit_alone(cls(**own), y) for own in settings]
    together = [cls(**own) for own in settings]
    train(prepare(*together, y=y))
    for ours, theirs in zip(together, alone, strict=True):
        tight = 1e-10 if ours.coefs_[0].dtype == np.float64 else 1e-3
        assert learned(ours) == pytest.approx(learned(theirs), rel=tight, abs=tight)
        assert ours.n_iter_ == theirs.n_iter_ and ours.best_iter_ == theirs.best_iter_
        assert ours.loss_ == pytest.approx(theirs.loss_, rel=tight)
        assert len(ours.history_) == len(theirs.history_)
        assert [r.keys() for r in ours.history_] == [r.keys() for r in theirs.history_]
        for key in theirs.history_[-1].keys() - {"seconds"}:
            last, expected = ours.history_[-1][key], theirs.history_[-1][key]
            assert last == pytest.approx(expected, rel=tight, abs=tight, nan_ok=True), key
    if name not in WITHOUT_EFFECT:  # else this would show nothing
        one, other = learned(alone[0]), learned(alone[1])
        assert one.shape != other.shape or not np.array_equal(one, other)


@pytest.mark.parametrize("name", sorted(STACKABLE))
def test_free_parameters_do_not_part_networks(name):
    """Unless one has a layer, or rows, that the other has not."""
    value, beside = OTHER[name]
    base = {**SMALL, **beside, "random_state": 0}
    start = {"input_dropout": 0.1, "dropout": 0.1, "l1": 0.02, "activity_l1": 0.02}
    start |= {"input_noise": 0.2, "hidden_noise": 0.2, "weight_noise": 0.2}
    if name in start:
        base[name] = start[name]
    one, other = prepare(MLPClassifier(**base), MLPClassifier(**{**base, name: value}))
    assert (kind(one) == kind(other)) == (name not in ("early_stopping", "validation_fraction"))
    assert alone_because(one) is None


def test_an_ensemble_trains_its_own_networks_at_once():
    mlp = MLPClassifier(**SMALL, n_networks=2)
    assert prepare(mlp) == []
    assert all(network.n_iter_ == mlp.n_iter_ for network in mlp.networks_)


@pytest.mark.parametrize("name", sorted(PARAMETERS.keys() - STACKABLE - {"n_networks"}))
def test_all_other_parameters_part_networks(name):
    value, beside = OTHER[name]
    cls = MLPRegressor if name == "scale_target" else MLPClassifier
    base = {**SMALL, **beside}
    one, other = prepare(cls(**base), cls(**{**base, name: value}))
    assert kind(one) != kind(other)


def test_labels_and_classes_part_networks():
    """The parameters are the same, and so are the shapes, but not what 'auto' makes of them."""
    labels = np.random.default_rng(0).integers(2, size=(120, 10))
    (one,), (other,) = prepare(MLPClassifier(**SMALL)), prepare(MLPClassifier(**SMALL), y=labels)
    assert one.fit.data.y.shape == other.fit.data.y.shape
    assert kind(one) != kind(other)


def test_components_with_equal_settings_are_alike():
    def kind_of(**own):
        return kind(prepare(MLPClassifier(**{**SMALL, **own}))[0])

    adam = Optimizer.registry["adam"]
    assert kind_of(optimizer=adam(beta_1=0.8)) == kind_of(optimizer=adam(beta_1=0.8))
    assert kind_of(optimizer=adam(beta_1=0.8)) != kind_of(optimizer=adam())
    assert kind_of(activation=[ReLU()]) == kind_of(activation=[ReLU()])


def test_penalties_of_zero_are_not_mixed_with_others_where_that_would_matter():
    kinds = [
        kind(job)
        for job in prepare(
            MLPClassifier(**SMALL, l1=0.0),
            MLPClassifier(**SMALL, l1=0.1),
            MLPClassifier(**SMALL, l2=0.0),
            MLPClassifier(**SMALL, weight_noise=0.1),
        )
    ]
    assert kinds[0] == kinds[2]
    assert len(set(kinds)) == 3


def test_a_schedule_takes_the_seat_of_none():
    one, other = prepare(*(MLPClassifier(**SMALL, schedule=WarmUp(epochs=n)) for n in (1, 2)))
    assert kind(one) != kind(other)


class OwnReLU(ReLU):
    """An activation of a user's own."""


class OwnClassifier(MLPClassifier):
    """A network of a user's own."""


@pytest.mark.parametrize(
    "network, because",
    [
        (MLPClassifier(callbacks=[print]), "it has callbacks"),
        (MLPClassifier(verbose=1), "it shows its progress"),
        (MLPClassifier(optimizer="lbfgs"), "its optimiser works on one network"),
        (MLPClassifier(schedule="plateau"), "its schedule follows its own loss"),
        (MLPClassifier(schedule=WarmUp(then=Plateau())), "its schedule follows its own loss"),
        (MLPClassifier(activation=OwnReLU()), "it is, or has, a class of your own"),
        (MLPClassifier(activation=[OwnReLU()]), "it is, or has, a class of your own"),
        (OwnClassifier(), "it is, or has, a class of your own"),
        (MLPClassifier((500, 500)), "it is large enough to be fast"),
        (MLPClassifier(), None),
    ],
)
def test_who_is_trained_alone(network, because):
    (job,) = prepare(network)
    assert alone_because(job) == because


def test_rows_that_are_sparse_or_on_disk(tmp_path):
    (job,) = prepare(MLPClassifier(), X=csr_array(X))
    assert alone_because(job) == "its rows are sparse"
    on_disk = np.memmap(tmp_path / "rows", X.dtype, "w+", shape=X.shape)
    (job,) = prepare(MLPClassifier(), X=on_disk)
    assert alone_because(job) == "its rows are on disk"


def test_a_fit_that_goes_on():
    network = fit_alone(MLPClassifier(**SMALL, warm_start=True))
    (job,) = prepare(network)
    assert alone_because(job) == "it goes on from an earlier fit"
    with postponed() as jobs:
        MLPClassifier(**SMALL).partial_fit(X, Y)
    assert alone_because(jobs[0]) == "it goes on from an earlier fit"


def test_callbacks_of_scikit_learn():
    callback = pytest.importorskip("sklearn.callback")
    network = MLPClassifier(**SMALL).set_callbacks(callback.ProgressBar())
    seen = []
    with postponed(unless=lambda job: seen.append(alone_because(job)) or True):
        fit_alone(network)
    assert seen == ["it has callbacks"]


def test_every_network_is_in_one_stack_and_stacks_are_even():
    networks = [MLPClassifier(**{**SMALL, "hidden_layer_sizes": (n,)}) for n in [6] * 40 + [7] * 3]
    jobs = prepare(*networks)
    parts = stacks(jobs)
    assert sorted(map(len, parts)) == [3, 20, 20]
    assert {id(job) for part in parts for job in part} == {id(job) for job in jobs}


def test_networks_on_the_same_rows_lie_side_by_side():
    other = X[::-1].copy()
    jobs = [prepare(MLPClassifier(**SMALL), X=rows)[0] for rows in (X, other, X, other, X)]
    (stack,) = stacks(jobs)
    assert [job.fit.data.X is X for job in stack] == [True, True, True, False, False]


def test_regression_with_weights_and_validation_rows():
    A, b = make_regression(80, 5, random_state=0)
    rng = np.random.default_rng(0)
    weights = [None, rng.random(60), rng.random(60)]
    validation = {"X_val": A[60:], "y_val": b[60:]}

    def make():
        return [
            MLPRegressor(
                (5,),
                max_iter=20,
                early_stopping=True,
                n_iter_no_change=n,
                tol=0.05,
                learning_rate=0.05,
                dropout=0.1,
                dropout_inference=inference,
                random_state=n,
            )
            for n, inference in zip((1, 2, 3), ("averaged",) * 3, strict=True)
        ]

    alone, together = make(), make()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for network, weight in zip(alone, weights, strict=True):
            network.fit(A[:60], b[:60], weight, **validation)
        with postponed() as jobs:
            for network, weight in zip(together, weights, strict=True):
                network.fit(A[:60], b[:60], weight, **validation)
    (stack,) = stacks(jobs)
    train(stack)
    for ours, theirs in zip(together, alone, strict=True):
        assert learned(ours) == pytest.approx(learned(theirs), rel=1e-10)
        assert ours.validation_loss_curve_ == pytest.approx(theirs.validation_loss_curve_)


def test_signatures_hold_no_parameter_that_the_table_does_not():
    for cls in (MLPClassifier, MLPRegressor):
        assert set(inspect.signature(cls).parameters) <= PARAMETERS.keys()
