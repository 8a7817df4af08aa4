"""Search spaces: every point is valid, and a random one beats a grid of the same size."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import make_classification
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    ParameterGrid,
    ParameterSampler,
    RandomizedSearchCV,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, MLPRegressor
from skdl.core.optimizers import Optimizer
from skdl.estimators.parameters.resolve import resolve_settings, warn_of_idle_parameters
from skdl.search import SearchSpace, optuna_space, search_space
from skdl.search.distributions import LogUniform

# Settings that have no effect with some optimisers, or may not be there at all.
BUSY = {
    "momentum": 0.8,
    "nesterov": True,
    "momentum_schedule": "rise",
    "schedule": "cosine",
    "learning_rate": 0.1,
    "batch_size": 10,
    "shuffle": "once",
    "clip": "norm",
    "clip_threshold": 2.0,
    "weight_decay": 0.1,
    "max_norm": 3.0,
    "l1": 1e-3,
    "dropout": [0.2, 0.1],
    "activation": ["relu", "tanh"],
    "input_noise": 0.1,
    "weight_noise": 0.1,
    "n_iter_no_change": 5,
    "hidden_layer_sizes": (20, 10),
}
NETWORKS = {
    "classifier": MLPClassifier(),
    "regressor": MLPRegressor(),
    "busy classifier": MLPClassifier(**BUSY),
    "stops early": MLPRegressor(early_stopping=True, n_iter_no_change=5, batch_size="full"),
}


def complaints(network):
    """Return what the settings of a network warn of; raise what they refuse."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_of_idle_parameters(network, resolve_settings(network, 1000, 10), own_validation=False)
    return [str(warning.message) for warning in caught]


@pytest.mark.parametrize("optimizer", Optimizer.registry)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_point_of_a_space_is_valid_and_each_parameter_has_an_effect(name, optimizer):
    network = NETWORKS[name]
    space = search_space(network, optimizers=[optimizer])
    for sample in ParameterSampler(space, n_iter=200, random_state=0):
        assert complaints(clone(network).set_params(**sample)) == []
    for point in ParameterGrid(space.grid(2)):
        assert complaints(clone(network).set_params(**point)) == []


def test_a_busy_network_does_complain_without_a_space():
    with pytest.raises(ValueError, match="must be 0 with optimizer='lbfgs'"):
        complaints(clone(NETWORKS["busy classifier"]).set_params(optimizer="lbfgs"))
    assert complaints(MLPClassifier(momentum=0.8))


def test_what_the_spaces_hold():
    sgd, adam, lbfgs, rprop = search_space(
        "classifier", optimizers=["sgd", "adam", "lbfgs", "rprop"]
    )
    rate, l2, momentum = sgd["learning_rate"], sgd["l2"], sgd["momentum"]
    assert isinstance(rate, LogUniform) and (rate.low, rate.high) == (1e-5, 1e-1)
    assert isinstance(l2, LogUniform) and (l2.low, l2.high) == (1e-7, 1e-1)
    assert np.log10([1 - momentum.low, 1 - momentum.high]) == pytest.approx([-1, -3])
    assert "momentum" not in adam and "batch_size" in adam
    assert not {"learning_rate", "momentum", "batch_size", "dropout"} & set(lbfgs)
    assert "learning_rate" in rprop and "batch_size" not in rprop
    for space in (sgd, adam, lbfgs, rprop):
        assert {"hidden_layer_sizes", "n_hidden_layers", "l2"} < set(space)


def test_each_optimiser_is_as_likely():
    drawn = ParameterSampler(search_space("regressor"), n_iter=400, random_state=0)
    assert sum(sample["optimizer"] == "sgd" for sample in drawn) == pytest.approx(200, abs=40)


@pytest.mark.parametrize(
    ("estimator", "prefix"),
    [
        ("classifier", ""),
        (MLPClassifier(), ""),
        (make_pipeline(StandardScaler(), MLPClassifier()), "mlpclassifier__"),
        (TransformedTargetRegressor(MLPRegressor()), "regressor__"),
        (TransformedTargetRegressor(Pipeline([("net", MLPRegressor())])), "regressor__net__"),
        (BaggingClassifier(MLPClassifier()), "estimator__"),
    ],
)
def test_the_prefix_is_found(estimator, prefix):
    space = search_space(estimator)
    assert all(name.startswith(prefix) for one in space for name in one)
    if not isinstance(estimator, str):
        for sample in ParameterSampler(space, n_iter=5, random_state=0):
            clone(estimator).set_params(**sample)
    assert {f"{prefix}optimizer", f"{prefix}l2"} <= set(space.grid(2, "l2")[0])


def test_a_prefix_can_be_given():
    assert "mlp__l2" in search_space("classifier", prefix="mlp__")[0]
    both = Pipeline([("a", MLPClassifier()), ("b", MLPClassifier())])
    assert "b__l2" in search_space(both, prefix="b__")[0]
    with pytest.raises(ValueError, match=r"it holds \['a__', 'b__'\], give prefix to choose"):
        search_space(both)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"estimator": "network"}, "estimator must be 'classifier', 'regressor', or hold"),
        ({"estimator": LogisticRegression()}, "got LogisticRegression()"),
        ({"optimizers": "adam"}, "optimizers must be a list of names among"),
        ({"optimizers": ["adma"]}, r"got \['adma'\]"),
        ({"optimizers": []}, "optimizers must be a list"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=f"^search_space: .*{message}"):
        search_space(**{"estimator": "classifier", **arguments})


def test_a_grid_of_some_parameters():
    space = search_space("classifier")
    assert isinstance(space, SearchSpace)
    sgd, adam = space.grid(4, "momentum", "learning_rate")
    assert set(sgd) == {"optimizer", "momentum", "learning_rate"}
    assert set(adam) == {"optimizer", "learning_rate"}
    assert len(ParameterGrid([sgd, adam])) == 4 * 4 + 4
    with pytest.raises(ValueError, match="SearchSpace: names must be among .*got \\['rate'\\]"):
        space.grid(4, "rate")


@pytest.mark.parametrize("n", [3, 4])
def test_random_search_beats_a_grid_where_few_parameters_matter(n):
    """Bergstra and Bengio (2012): the loss depends on one of three, and nobody knows which one.

    A grid of n³ points tries n values of it, as many random points try n³. The loss is the distance
    from the best value, as a share of the range; averaged over the places of the best.
    """
    names = ["learning_rate", "l2", "dropout"]
    space = search_space("classifier", optimizers=["adam"])
    on_grid = list(ParameterGrid(space.grid(n, *names)))
    at_random = list(ParameterSampler(space, n_iter=n**3, random_state=0))
    assert len(on_grid) == len(at_random) == n**3

    def regret(candidates, name):
        shares = np.linspace(0, 1, 1001)
        values = [space[0][name].quantile(share) for share in shares]
        tried = np.interp([candidate[name] for candidate in candidates], values, shares)
        best = np.linspace(0, 1, 101)
        return np.abs(best[:, None] - tried).min(axis=1).mean()

    for name in names:
        assert regret(at_random, name) < regret(on_grid, name) / 2


def test_the_searches_of_scikit_learn_take_a_space():
    X, y = make_classification(60, random_state=0)
    net = MLPClassifier(max_iter=2, n_iter_no_change=None, random_state=0)
    pipe = make_pipeline(StandardScaler(), net)
    space = search_space(pipe)
    random = RandomizedSearchCV(pipe, space, n_iter=4, cv=2, random_state=0, error_score="raise")
    assert set(random.fit(X, y).best_params_) <= set(space[0]) | set(space[1])
    grid = GridSearchCV(pipe, space.grid(2, "l2"), cv=2, error_score="raise").fit(X, y)
    assert len(grid.cv_results_["params"]) == 4


@pytest.mark.parametrize("optimizer", Optimizer.registry)
def test_optuna_draws_from_the_same_ranges(optimizer):
    optuna = pytest.importorskip("optuna")
    network = NETWORKS["busy classifier"]
    space = optuna_space(network, optimizer=optimizer)
    ours = search_space(network, optimizers=[optimizer])[0]
    assert set(space) == set(ours)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(20):
        point = study.ask(space).params
        assert complaints(clone(network).set_params(**point)) == []
    assert (space["l2"].low, space["l2"].high, space["l2"].log) == (1e-7, 1e-1, True)
