"""The decomposition over a parameter: closed forms, the same data sets, what is refused."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import make_friedman1, make_moons
from sklearn.linear_model import Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeRegressor

from skdl import MLPRegressor
from skdl.core.schedules import Cosine, Linear, WarmUp
from skdl.decomposition import bias_variance_decomposition, bias_variance_sweep

X, Y = make_friedman1(120, noise=1.0, random_state=0)
TERMS = ["error", "noise", "bias", "variance"]


def stop_after_five(estimator, record):
    return record["epoch"] >= 5


def test_ridge_has_the_bias_and_the_variance_of_its_closed_form():
    rng = np.random.default_rng(0)
    A, new = rng.normal(size=(30, 4)), rng.normal(size=(50, 4))
    w, sigma, alphas = np.array([2.0, -1.0, 0.5, 1.0]), 0.8, [0.1, 10.0, 100.0]

    def sampler(rng):
        return A, A @ w + rng.normal(scale=sigma, size=30)

    found = bias_variance_sweep(
        Ridge(fit_intercept=False),
        param_name="alpha",
        param_range=alphas,
        sampler=sampler,
        X_test=new,
        y_mean=new @ w,
        noise=sigma**2,
        n_datasets=400,
        random_state=0,
    )
    for alpha in alphas:
        hat = new @ np.linalg.solve(A.T @ A + alpha * np.eye(4), A.T)
        bias = np.mean((hat @ A @ w - new @ w) ** 2)
        variance = sigma**2 * np.mean((hat**2).sum(axis=1))
        row = found.loc[alpha]
        assert abs(row["bias"] - bias) < 4 * row["bias_se"] + 1e-4
        assert abs(row["variance"] - variance) < 4 * row["variance_se"]
        assert row["error"] == pytest.approx(row[TERMS[1:]].sum())
    assert found["bias"].is_monotonic_increasing and found["variance"].is_monotonic_decreasing
    assert found.attrs["noise_known"] and found.index.name == "alpha"


def test_each_row_is_the_decomposition_at_its_value():
    tree = DecisionTreeRegressor(random_state=0)
    settings = {"n_datasets": 8, "random_state": 3}
    found = bias_variance_sweep(tree, X, Y, param_name="max_depth", param_range=[1, 5], **settings)
    for depth in (1, 5):
        tree.set_params(max_depth=depth)
        alone = bias_variance_decomposition(tree, X, Y, **settings)
        values = [alone.error, alone.noise, alone.bias, alone.variance]
        assert found.loc[depth, TERMS].tolist() == values
        errors = [found.loc[depth, f"{name}_se"] for name in TERMS]
        assert errors == alone.terms_.loc[TERMS, "standard_error"].tolist()
    assert not found.attrs["noise_known"]
    settings |= {"n_datasets": 2, "noise": "nearest_neighbors"}
    found = bias_variance_sweep(tree, X, Y, param_name="max_depth", param_range=[1], **settings)
    assert found.attrs["noise_known"] and found.attrs["noise_estimated"]


def test_rows_are_a_parameter_too():
    found = bias_variance_sweep(
        DecisionTreeRegressor(random_state=0),
        *make_friedman1(600, noise=1.0, random_state=0),
        param_name="n_rows",
        param_range=[20, 100, 400],
        n_datasets=30,
        random_state=0,
    )
    assert (found["error"].diff().dropna() < 0).all()


def test_epochs_of_a_longer_fit_begin_like_a_shorter_one():
    mlp = MLPRegressor((4,), n_iter_no_change=None, l2=0.01, random_state=0)
    model = make_pipeline(StandardScaler(), mlp)
    sweep = {"param_name": "mlpregressor__max_iter", "n_datasets": 8, "random_state": 0}
    found = bias_variance_sweep(model, X, Y, param_range=[1, 60], **sweep)
    assert found.loc[60, "bias"] < found.loc[1, "bias"]
    # The longer fit, stopped where the shorter one ends, says the same to the last bit.
    stopped = clone(model).set_params(mlpregressor__callbacks=[stop_after_five])
    beginning = bias_variance_sweep(stopped, X, Y, param_range=[60], **sweep)
    short = bias_variance_sweep(model, X, Y, param_range=[5], **sweep)
    assert beginning.loc[60].tolist() == short.loc[5].tolist()


@pytest.mark.parametrize(
    ("setting", "warns"),
    [
        ({"schedule": "constant"}, False),
        ({"schedule": "exponential"}, False),
        ({"schedule": "plateau"}, False),
        ({"schedule": "linear"}, True),
        ({"schedule": Linear(tau=3)}, False),
        ({"schedule": "step"}, True),
        ({"schedule": "cosine"}, True),
        ({"schedule": "one_cycle"}, True),
        ({"schedule": WarmUp(then=Cosine())}, True),
        ({"optimizer": "sgd", "momentum": 0.9, "momentum_schedule": "rise"}, True),
    ],
    ids=str,
)
def test_a_schedule_that_depends_on_the_epochs_planned_is_said(setting, warns):
    mlp = MLPRegressor((2,), n_iter_no_change=None, random_state=0, **setting)
    sweep = {"param_name": "max_iter", "param_range": [1, 2], "n_datasets": 2, "random_state": 0}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bias_variance_sweep(mlp, X, Y, **sweep)
        bias_variance_sweep(mlp, X, Y, **sweep | {"param_name": "l2", "param_range": [0.1]})
    said = [str(w.message) for w in caught if "depends on max_iter" in str(w.message)]
    assert len(said) == warns
    if warns:
        name = "momentum_schedule" if "momentum" in setting else "schedule"
        assert said[0].startswith(f"bias_variance_sweep: {name}={setting[name]!r} depends on")


@pytest.mark.parametrize("loss", ["zero_one", "zero_one_kohavi_wolpert", "log_loss"])
def test_terms_of_classes_add_up(loss):
    found = bias_variance_sweep(
        GaussianNB(),
        *make_moons(300, noise=0.3, random_state=0),
        param_name="var_smoothing",
        param_range=[1e-9, 10.0],
        n_datasets=20,
        random_state=0,
        loss=loss,
    )
    # Of the zero-one loss the noise and the variance may lower the error, and are named so.
    net = "net_" if loss == "zero_one" else ""
    names = ["error", f"{net}noise", "bias", f"{net}variance"]
    assert found.columns.tolist() == names + [f"{name}_se" for name in names]
    np.testing.assert_allclose(found["error"], found[names[1:]].sum(axis=1))
    assert found.attrs == {"loss": loss, "noise_known": False, "noise_estimated": False}


def test_values_that_are_no_numbers_are_named_by_how_they_print():
    mlp = MLPRegressor(max_iter=2, n_iter_no_change=None, random_state=0)
    sizes = [(), 3, (3, 2)]
    found = bias_variance_sweep(
        mlp, X, Y, param_name="hidden_layer_sizes", param_range=sizes, n_datasets=3, random_state=0
    )
    assert found.index.tolist() == ["()", "3", "(3, 2)"]
    assert isinstance(found, pd.DataFrame)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"param_name": "depth"},
            "param_name must be 'n_rows' or a parameter of Decision.*'depth'",
        ),
        ({"param_range": []}, r"param_range must be a sequence of values; got \[\]"),
        ({"random_state": np.random.default_rng(0)}, "random_state must be an int or None"),
        (
            {"param_name": "n_rows", "sampler": lambda rng: (X, Y), "X_test": X, "y_test": Y},
            "param_name must be a parameter with a sampler that makes its own rows",
        ),
    ],
    ids=["name", "range", "seed", "sampler"],
)
def test_what_does_not_fit_is_refused(wrong, message):
    asked = {"param_name": "max_depth", "param_range": [1], **wrong}
    with pytest.raises(ValueError, match=f"^bias_variance_sweep: {message}"):
        bias_variance_sweep(DecisionTreeRegressor(), X, Y, **asked)
