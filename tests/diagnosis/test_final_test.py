"""The last test: the error of a fitted model, with an interval, said in a sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.datasets import load_iris, make_friedman1
from sklearn.exceptions import DataConversionWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import r2_score

import skdl
from skdl.diagnosis import final_test

X, Y = load_iris(return_X_y=True)
TRAIN, TEST = slice(0, None, 2), slice(1, None, 2)
MODEL = LogisticRegression(max_iter=500).fit(X[TRAIN], Y[TRAIN])


def test_an_error_rate_has_wilsons_interval():
    found = skdl.final_test(MODEL, X[TEST], Y[TEST])
    wrong = int((MODEL.predict(X[TEST]) != Y[TEST]).sum())
    known = binomtest(wrong, 75).proportion_ci(method="wilson")
    assert found.error == pytest.approx(wrong / 75) and found.n_rows == 75
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-6)
    assert str(found) == (
        f"error rate of the model on 75 rows held out: {100 * found.error:.1f} % (95 % interval "
        f"{100 * known.low:.1f} % to {100 * known.high:.1f} %)"
    )
    with pytest.warns(DataConversionWarning, match="final_test: A column-vector y was passed"):
        as_column = final_test(MODEL, X[TEST], pd.DataFrame({"y": Y[TEST]}))
    assert as_column == found


def test_of_numbers_it_is_a_bootstrap_over_the_rows():
    inputs, y = make_friedman1(400, noise=1.0, random_state=0)
    model = LinearRegression().fit(inputs[:200], y[:200])
    found = final_test(model, inputs[200:], y[200:])
    assert found.error == pytest.approx(1 - r2_score(y[200:], model.predict(inputs[200:])))
    assert found.low < found.error < found.high and "variance unexplained" in str(found)
    absolute = final_test(model, inputs[200:], y[200:], scoring="neg_mean_absolute_error")
    assert not absolute.in_percent and "%" not in str(absolute).split("(")[0]
    # Of many draws of the rows, most intervals hold the error on all rows there are.
    inside, (many, target) = 0, make_friedman1(20_000, noise=1.0, random_state=1)
    truth = 1 - r2_score(target, model.predict(many))
    for k in range(60):
        rows = slice(300 * k, 300 * k + 300)
        tested = final_test(model, many[rows], target[rows])
        inside += tested.low <= truth <= tested.high
    assert inside >= 50


def test_the_interval_holds_the_error():
    half = np.random.default_rng(0).normal(size=(30, 3))
    inputs = np.vstack([half, -half])  # so that the targets have the mean 0
    model = LinearRegression().fit(inputs, inputs @ [1.0, 2.0, 3.0])
    found = final_test(model, 30 * inputs, inputs @ [1.0, 2.0, 3.0])  # another unit: 84,100 %
    assert found.low <= found.error <= found.high


def test_what_does_not_fit_is_refused():
    for given, message in (
        ((MODEL, X, Y[:5]), "final_test: y_test must be a target for each of 150 rows; got 5"),
        ((MODEL, X[:1], Y[:1]), "final_test: X_test must be two rows or more; got 1"),
    ):
        with pytest.raises(ValueError, match=message):
            final_test(*given)
    with pytest.raises((TypeError, ValueError), match="final_test: estimator must be"):
        final_test("model", X, Y)
    with pytest.raises(ValueError, match="scoring"):
        final_test(MODEL, X, Y, scoring="nonsense")
    assert np.isfinite(final_test(MODEL, X, Y).error)
