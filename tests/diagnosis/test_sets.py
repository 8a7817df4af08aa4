"""Four sets: mismatch and overfitting to the dev set are told from variance, as they are known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from skdl import diagnose
from skdl.diagnosis.findings.mismatch import columns_that_differ
from skdl.report import render_report

RNG = np.random.default_rng(0)
QUICK = {"baselines": ["constant"], "train_sizes": (), "random_state": 0}
MODEL = LogisticRegression()


def draw(n, shift=0.0):
    """Rows of three columns, of which the first tells the class; it may be measured differently."""
    X = RNG.normal(size=(n, 3))
    y = np.where(X[:, 0] + 0.3 * RNG.normal(size=n) > 0, "on", "off")
    X[:, 0] += shift
    return pd.DataFrame(X, columns=["light", "size", "age"]), y


TRAIN, LIKE = draw(600), draw(500)


def sets(dev=None, train_dev=None, test=None):
    names = {"val": dev, "train_dev": train_dev, "test": test}
    return {
        f"{part}_{name}": rows[k]
        for name, rows in names.items()
        if rows is not None
        for k, part in enumerate("Xy")
    }


def four(shift=0.0, later=0.0, model=MODEL, **settings):
    given = sets(draw(400, shift), LIKE, draw(400, shift + later))
    return diagnose(model, *TRAIN, **given, **{**QUICK, **settings})


def test_each_error_is_that_of_the_one_fit_and_they_add_up():
    given = sets(draw(400, 1.0), LIKE, draw(300, 1.0))
    found = diagnose(MODEL, *TRAIN, **given, **QUICK)
    fitted = LogisticRegression().fit(*TRAIN)
    errors = {
        name: 1 - fitted.score(given[f"X_{name}"], given[f"y_{name}"])
        for name in ("val", "train_dev", "test")
    }
    assert found.validation_error.value == pytest.approx(errors["train_dev"])
    assert found.sets_.errors["dev"].value == pytest.approx(errors["val"])
    assert found.sets_.errors["test"].value == pytest.approx(errors["test"])
    assert found.sets_.mismatch.value == pytest.approx(errors["val"] - errors["train_dev"])
    assert found.sets_.dev_overfitting.value == pytest.approx(errors["test"] - errors["val"])
    wrong = [fitted.predict(given[f"X_{n}"]) != given[f"y_{n}"] for n in ("val", "train_dev")]
    error = np.sqrt(sum(part.var(ddof=1) / len(part) for part in wrong))
    half = t.ppf(0.975, 399) * error
    assert found.sets_.mismatch.high - found.sets_.mismatch.value == pytest.approx(half)
    told = json.loads(found.to_json())["sets"]
    assert told["mismatch"]["value"] == pytest.approx(found.sets_.mismatch.value)


def test_a_mismatch_comes_first_and_names_the_column():
    found = four(shift=1.5)
    assert found.headline.startswith("The dev rows are unlike the training rows: the error on them")
    text = " ".join(str(found).split())
    assert "Data mismatch is shown: the error on dev rows is above that on train-dev rows" in text
    assert (
        "What differs most, by how often a value of the one is above one of the other: light"
        in text
    )
    assert "size" not in next(f.evidence for f in found.findings if f.name == "data mismatch")
    assert found.remedies[0].action == "Make the training data more like the dev data"
    assert "= train-dev error" in text and "= dev error" in text and "= test error" in text
    assert "Data mismatch is shown" in render_report(found).replace("&nbsp;", " ")
    # It is no variance: that is judged by rows like the training rows.
    assert found.variance.value < 0.05 and found.regime not in ("overfitting", "both")
    # What is good enough is asked of the rows that matter.
    asked = four(shift=1.5, target_error=0.15)
    assert asked.headline.startswith("Not good enough")
    assert "what separates from 15.0 % is data mismatch" in " ".join(str(asked).split())


def test_without_a_mismatch_none_is_claimed():
    found = [four() for _ in range(10)]
    assert not any("data mismatch" in [f.name for f in d.findings] for d in found)
    assert not any(d.headline.startswith("The dev rows") for d in found)
    said = [" ".join(str(d).split()) for d in found]
    assert all("Data mismatch is low" in s or "Data mismatch is neither" in s for s in said)


def test_pure_noise_and_a_tree_that_knows_its_rows_by_heart():
    X = RNG.normal(size=(900, 2))
    y = RNG.integers(2, size=900)
    parts = [(X[i : i + 300], y[i : i + 300]) for i in (0, 300, 600)]
    found = diagnose(
        DecisionTreeClassifier(random_state=0), *parts[0], **sets(parts[1], parts[2]), **QUICK
    )
    assert "Data mismatch is shown" not in " ".join(str(found).split())
    assert found.sets_.mismatch.low < 0.02


def test_test_rows_alone_tell_of_the_dev_set():
    same = diagnose(MODEL, *TRAIN, **sets(LIKE, test=draw(400)), **QUICK)
    assert same.sets_.mismatch is None and "Overfitting to the dev set is shown" not in str(same)
    other = diagnose(MODEL, *TRAIN, **sets(LIKE, test=draw(400, 2.0)), **QUICK)
    assert "Overfitting to the dev set is shown" in " ".join(str(other).split())
    assert "= validation error" in str(other)


def test_no_row_wrong_is_no_certainty():
    X = np.repeat([[0.0], [1.0]], 30, axis=0)
    y = np.repeat(["off", "on"], 30)
    found = diagnose(MODEL, X, y, **sets((X, y), (X, y), (X, y)), target_error=0.01, **QUICK)
    for error in found.sets_.errors.values():
        assert error.value == 0 and 0.04 < error.high < 0.06  # about 3 of 60 rows
    assert found.headline.startswith("Whether it is good enough is open")


def test_weights_of_all_sets_are_cut_in_their_order():
    weight = np.r_[RNG.uniform(size=600), np.ones(1000)]
    given = sets(LIKE, test=draw(500))
    found = diagnose(MODEL, *TRAIN, **given, params={"sample_weight": weight}, **QUICK)
    fitted = LogisticRegression().fit(*TRAIN, sample_weight=weight[:600])
    assert found.validation_error.value == pytest.approx(1 - fitted.score(*LIKE))


def test_numbers_as_well():
    X = RNG.normal(size=(500, 2))
    y = X[:, 0] + RNG.normal(size=500)
    off = (X[:200], y[:200] + 3)
    found = diagnose(LinearRegression(), X[200:], y[200:], **sets(off, (X[:100], y[:100])), **QUICK)
    assert found.sets_.mismatch.low > 0
    assert "No single column of numbers tells them apart" in str(found).replace("\n    ", " ")


def test_nothing_is_said_to_be_well_beside_a_mismatch():
    X = RNG.normal(size=(300, 3))
    y = X @ [1.0, 2.0, 3.0]
    given = sets((30 * X[:60], y[:60]), (X[60:120], y[60:120]))
    found = diagnose(LinearRegression(), X[120:], y[120:], **given, **QUICK)
    assert found.regime == "neither" and found.headline.startswith("The dev rows are unlike")
    assert "nothing to gain from tuning" not in str(found)


def test_columns_by_chance_are_not_named():
    for _ in range(20):
        X = RNG.normal(size=(400, 50))
        assert columns_that_differ(X, np.arange(200), np.arange(200, 400)) == []
        # Where most values are missing, the few that are there are far apart by chance.
        X[RNG.random(X.shape) < 0.95] = np.nan
        assert columns_that_differ(X, np.arange(200), np.arange(200, 400)) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (sets(train_dev=LIKE), "X_train_dev needs the dev rows beside it, X_val and y_val"),
        (sets(test=LIKE), "X_test needs the dev rows beside it"),
        ({**sets(LIKE), "X_test": LIKE[0]}, "X_test and y_test must be given together"),
        (
            sets(LIKE, test=(LIKE[0], LIKE[1][:5])),
            "y_test must have as many rows as X_test, 500; got 5",
        ),
        (sets(LIKE, test=(LIKE[0].iloc[:, :2], LIKE[1])), "X_test and y_test must suit X and y"),
        (
            {**sets(LIKE, test=LIKE), "params": {"sample_weight": np.ones(1100)}},
            r"params\['sample_weight'\] must be an array with an entry for each row of X and then "
            "of X_val and then of X_test, 1600; got '1100 entries'",
        ),
    ],
    ids=["train-dev", "test", "targets", "lengths", "columns", "weights"],
)
def test_sets_that_do_not_fit_are_refused(given, message):
    with pytest.raises(ValueError, match=f"^diagnose: {message}"):
        diagnose(MODEL, *TRAIN, **given, **QUICK)
