"""Our space for other libraries' searches: every point is valid, and a missing one is named."""

from __future__ import annotations

import sys

import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier
from skdl.core.optimizers import Optimizer
from skdl.search import optuna_space, search_space, skopt_space

NETWORK = MLPClassifier(max_iter=3, n_iter_no_change=None, random_state=0)


@pytest.mark.parametrize("optimizer", Optimizer.registry)
def test_scikit_optimize_draws_from_the_same_ranges(optimizer):
    skopt = pytest.importorskip("skopt")
    space = skopt_space(NETWORK, optimizer=optimizer)
    assert set(space) == set(search_space(NETWORK, optimizers=[optimizer])[0])
    for point in skopt.Space(list(space.values())).rvs(20, random_state=0):
        clone(NETWORK).set_params(**dict(zip(space, point, strict=True)))
    assert (space["l2"].low, space["l2"].high, space["l2"].prior) == (1e-7, 1e-1, "log-uniform")


def test_its_search_takes_the_space():
    skopt = pytest.importorskip("skopt")
    X, y = make_classification(60, 4, random_state=0)
    model = make_pipeline(StandardScaler(), NETWORK)
    search = skopt.BayesSearchCV(model, skopt_space(model), n_iter=2, cv=2, random_state=0)
    assert search.fit(X, y).best_score_ > 0.3


@pytest.mark.parametrize(
    ("function", "package"), [(optuna_space, "optuna"), (skopt_space, "skopt")]
)
def test_what_is_missing_is_named_with_its_extra(function, package, monkeypatch):
    for name in [package, *[m for m in sys.modules if m.startswith(f"{package}.")]]:
        monkeypatch.setitem(sys.modules, name, None)
    message = rf'^{function.__name__} needs .*pip install "skdl\[search\]"'
    with pytest.raises(ImportError, match=message):
        function("classifier")
