"""A diagnosis as JSON: the numbers of the diagnosis, for any program that reads JSON."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_regression
from sklearn.linear_model import LinearRegression

from skdl import MLPClassifier
from skdl.diagnosis import diagnose


@pytest.fixture(scope="module")
def diagnosis():
    X, y = load_iris(return_X_y=True)
    mlp = MLPClassifier((8,), max_iter=5, n_iter_no_change=None, random_state=0)
    found = diagnose(mlp, X, y, random_state=0)
    found.try_remedies(remedies=found.remedies[:1], random_state=0)
    return found


def strict(text):
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_it_holds_what_the_diagnosis_holds(diagnosis):
    told = strict(diagnosis.to_json())
    assert told["headline"] == diagnosis.headline and told["regime"] == diagnosis.regime
    for name in ("training_error", "validation_error", "bias", "variance"):
        estimate = getattr(diagnosis, name)
        expected = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
        assert told[name] == pytest.approx(expected)
    assert [f["code"] for f in told["findings"]] == [f.code for f in diagnosis.findings]
    assert [r["change"] for r in told["remedies"]] == [r.change for r in diagnosis.remedies]
    assert len(told["folds"]) == len(diagnosis.folds_)
    assert len(told["trials"]["tried"]) == len(diagnosis.trials_.frame)


def test_equal_data_give_equal_text_and_a_file_holds_it(tmp_path):
    X, y = make_regression(60, 3, noise=1.0, random_state=0)
    settings = {"train_sizes": (0.5,), "random_state": 0}
    one, two = (diagnose(LinearRegression(), X, y, **settings).to_json() for _ in range(2))
    assert one == two
    path = tmp_path / "found.json"
    found = diagnose(LinearRegression(), X, y, **settings)
    assert found.to_json(path) == path.read_text("utf-8") == one


def test_what_is_not_finite_is_null(diagnosis):
    odd = diagnosis.folds_.assign(training_error=np.nan, n_test=np.inf)
    told = strict(replace(diagnosis, folds_=odd, n_rows=np.float32(150)).to_json())
    assert told["n_rows"] == 150
    assert told["folds"][0]["training_error"] is told["folds"][0]["n_test"] is None


def test_the_page_is_written_too(diagnosis, tmp_path):
    path = tmp_path / "page.html"
    page = diagnosis.to_html(path, title="iris")
    assert path.read_text("utf-8") == page
    assert diagnosis.headline in page.replace("&nbsp;", " ") and "<title>iris" in page
