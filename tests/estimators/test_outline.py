"""The outline counts what there is."""

from __future__ import annotations

import pytest
from sklearn.datasets import load_iris, make_friedman1
from sklearn.exceptions import NotFittedError

from skdl import MLPClassifier, MLPRegressor
from skdl.estimators.parameters.resolve import auto_l2

FIXED = {"max_iter": 3, "n_iter_no_change": None, "random_state": 0}
IRIS, FRIEDMAN = load_iris(return_X_y=True), make_friedman1(50, random_state=0)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"hidden_layer_sizes": ()},
        {"hidden_layer_sizes": (7, 5), "activation": ["prelu", "maxout"]},
        {"batch_norm": True, "dropout": 0.2, "l1": 0.01},
        {"fit_intercept": False, "n_networks": 2},
        {"optimizer": "lbfgs"},
        {"loss": "squared_error", "l2": "auto"},
    ],
    ids=str,
)
@pytest.mark.parametrize(("cls", "data"), [(MLPClassifier, IRIS), (MLPRegressor, FRIEDMAN)])
def test_all_parameters_are_counted(cls, data, settings):
    mlp = cls(**{**FIXED, **settings}).fit(*data)
    told = mlp.summary()
    assert told.n_parameters == mlp.networks_[0]._network.n_parameters
    assert told.layers[0] == ("inputs", data[0].shape[1], 0)
    assert told.layers[-1][1] == mlp.n_outputs_
    assert f"{told.n_parameters:,}" in str(told) and f"{told.n_parameters:,}" in told._repr_html_()
    assert told._repr_html_().count("<tr>") == len(told.layers) + 2


def test_the_objective_has_the_values_of_the_estimator():
    mlp = MLPClassifier((4,), l1=0.25, l2=0.5, activity_l1=0.125, **FIXED).fit(*IRIS)
    expected = "J(w) = mean cross_entropy(y, r(x)) + 0.25·Σ|w| + ½·0.5·Σw² + 0.125·mean Σ|a|"
    assert mlp.summary().objective == expected
    plain = MLPRegressor((4,), l2=0.0, **FIXED).fit(*FRIEDMAN).summary()
    assert plain.objective == "J(w) = mean squared_error(y, r(x))"
    assert plain.how == "minimised by adam in 3 epochs"
    auto = MLPRegressor((4,), l2="auto", **FIXED).fit(*FRIEDMAN).summary()
    assert f"½·{auto_l2(*FRIEDMAN[0].shape):.4g}·Σw²" in auto.objective


def test_a_gaussian_has_two_outputs_and_an_ensemble_says_so():
    told = MLPRegressor((4,), loss="gaussian_nll", n_networks=3, **FIXED).fit(*FRIEDMAN).summary()
    assert told.title == "MLPRegressor: r(x) has 2 outputs, in float64"
    assert told.how.startswith("3 networks like this one, averaged; minimised by adam")


def test_it_needs_a_fit():
    with pytest.raises(NotFittedError):
        MLPClassifier().summary()
