"""A table as it comes, through ``tabular_pipeline``: columns of every type, with gaps."""

import datetime
import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_score

from skdl import MLPClassifier, MLPRegressor, diagnose, tabular_pipeline
from skdl.tables.kinds import kind_of

QUICK = {"random_state": 0, "n_networks": 1, "max_iter": 30, "hidden_layer_sizes": (16,)}
pytestmark = pytest.mark.filterwarnings("ignore:.*max_iter:sklearn.exceptions.ConvergenceWarning")


def mixed(n=240, seed=0):
    """Return a table with a column of each kind, and gaps; and a target that depends on it."""
    rng = np.random.default_rng(seed)

    def gaps(values):
        values = np.array(values, dtype=object)
        values[rng.random(n) < 0.1] = None
        return values.tolist()

    hour = rng.integers(24, size=n)
    colour = rng.choice(["red", "green", "blue", "rare"], p=[0.4, 0.3, 0.296, 0.004], size=n)
    columns = {
        "size": gaps(rng.normal(size=n)),
        "count": rng.integers(100, size=n).tolist(),
        "colour": gaps(colour),
        "town": gaps([f"town {i}" for i in rng.integers(60, size=n)]),
        "old": gaps(rng.random(n) < 0.5),
        "when": [datetime.datetime(2020, 1, 1 + int(h), int(h)) for h in hour],
        "took": [datetime.timedelta(minutes=int(m)) for m in rng.integers(90, size=n)],
        "nothing": [None] * n,
    }
    y = 3.0 * (hour > 12) + (colour == "red") + rng.normal(scale=0.1, size=n)
    return columns, y


def pandas_frame(columns):
    X = pd.DataFrame(columns)
    return X.assign(
        colour=X["colour"].astype("category"),
        town=X["town"].astype("string").astype("category"),
        old=X["old"].astype("boolean"),
        size=X["size"].astype(float),
    )


def polars_frame(columns):
    return pl.DataFrame(columns).with_columns(pl.col("town").cast(pl.Categorical))


FRAMES = [pandas_frame, polars_frame]


@pytest.mark.parametrize("frame", FRAMES)
def test_a_table_of_all_kinds_is_learned(frame):
    columns, y = mixed(600)
    X, rows = frame(columns), np.arange(600)
    model = tabular_pipeline("regressor", random_state=0, n_networks=2).fit(X[:450], y[:450])
    assert model.score(X[450:], y[450:]) > 0.85
    kinds = {name: columns for name, _, columns in model["columns"].transformers_}
    assert kinds["numbers"] == kinds["missing"] == [0, 1, 6]
    assert (kinds["few"], kinds["many"], kinds["dates"]) == ([2, 4], [3], [5])
    assert rows.shape == model.predict(X).shape


def test_both_libraries_give_the_same_inputs():
    columns, y = mixed()
    encoded = [tabular_pipeline(Ridge())[0].fit_transform(f(columns), y) for f in FRAMES]
    np.testing.assert_allclose(encoded[0], encoded[1])


def test_every_input_has_a_name_and_is_finite():
    columns, y = mixed()
    step = tabular_pipeline("classifier")[0]
    encoded = step.fit_transform(pandas_frame(columns), y > 2)
    names = step.get_feature_names_out().tolist()
    assert len(set(names)) == len(names) == encoded.shape[1]
    assert np.isfinite(encoded).all()
    expected = {
        "numbers__size",
        "numbers__size bin 16",
        "missing__missingindicator_size",
        "few__colour_red",
        "few__colour_None",
        "few__colour_infrequent_sklearn",
        "few__old_True",
        "dates__when hour",
        "many__town",
    }
    assert expected <= set(names)
    one_hot = encoded[:, [name.startswith("few__") for name in names]]
    assert set(np.unique(one_hot)) == {0.0, 1.0}


def test_it_clones_and_pickles_and_prints():
    columns, y = mixed()
    X = pandas_frame(columns)
    model = tabular_pipeline("classifier", **QUICK).fit(X, y > 2)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    twin = clone(model).fit(X, y > 2)
    np.testing.assert_array_equal(twin.predict_proba(X), model.predict_proba(X))
    assert "n_networks" in repr(clone(tabular_pipeline("classifier"))["network"])


def test_new_rows_may_hold_what_was_never_seen():
    columns, y = mixed()
    X = pandas_frame(columns)
    model = tabular_pipeline("regressor", **QUICK).fit(X, y)
    new = X.iloc[:4].assign(
        colour=["violet", None, "red", "red"],
        town=["elsewhere", None, "town 1", "town 2"],
        count=[None, 1e9, 3, 4],
        when=[None, *pd.to_datetime(["2030-05-05", "2020-01-05", "2020-01-06"])],
        nothing=["now", None, None, None],
    )
    assert np.isfinite(model.predict(new)).all()
    shuffled = X[list(reversed(X.columns))]
    np.testing.assert_array_equal(model.predict(shuffled), model.predict(X))


def test_a_gap_in_whole_numbers_does_not_rename_categories():
    X = pd.DataFrame({"grade": pd.Series([1, 2, 3, 1] * 30).astype("category")})
    y = np.array([0, 1, 0, 0] * 30)
    model = tabular_pipeline(LogisticRegression()).fit(X, y)
    gappy = pd.DataFrame({"grade": [1.0, None, 2.0]})
    told = model["columns"].transform(gappy)
    assert told.tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_an_array_and_decimals_are_numbers():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 2))
    decimals = pd.DataFrame({"a": [Decimal(str(v)) for v in X[:, 0]], "b": X[:, 1]})
    encoded = [tabular_pipeline(Ridge())[0].fit_transform(table) for table in (X, decimals)]
    np.testing.assert_allclose(*encoded)


KINDS = [
    (pd.Series([1, 2, 3]), "number"),
    (pd.Series([1, None], dtype="Int64"), "number"),
    (pd.Series([1.5, None], dtype=object), "number"),
    (pd.Series(pd.to_timedelta([1, None], unit="D")), "number"),
    (pd.Series([True, None], dtype="boolean"), "few"),
    (pd.Series([True, False]), "few"),
    (pd.Series(["a", None]), "few"),
    (pd.Series([1, "a"]), "few"),
    (pd.Series([1, 2]).astype("category"), "few"),
    (pd.Series(range(50)).astype("category"), "many"),
    (pd.Series([f"v{i % 40}" for i in range(200)]), "many"),
    (pd.Series(pd.to_datetime(["2020-01-01", None])), "date"),
    (pd.Series([datetime.date(2020, 1, 1), None]), "date"),
    (pd.Series(pd.period_range("2020-01", periods=2, freq="M")), "date"),
    (pd.Series(pd.to_datetime(["2020-01-01"]).tz_localize("UTC")), "date"),
    (pd.Series([None, np.nan], dtype=object), "empty"),
]


@pytest.mark.parametrize(("column", "kind"), KINDS, ids=lambda v: v if isinstance(v, str) else "")
def test_a_column_is_what_its_values_are(column, kind):
    assert kind_of("x", column) == kind


def test_text_is_refused_with_advice():
    X = pd.DataFrame({"size": range(60), "note": [f"note {i}" for i in range(60)]})
    with pytest.raises(ValueError, match="column 'note' holds 60 different texts in 60"):
        tabular_pipeline("classifier").fit(X, np.arange(60) % 2)
    X["note"] = X["note"].astype("category")
    assert tabular_pipeline("classifier")[0].fit(X, np.arange(60) % 2) is not None


WRONG = [
    (pd.DataFrame({"a": [[1], [2]] * 20}), "column 'a' must hold numbers, dates, truth values"),
    (pd.DataFrame({"a": [1.0, np.inf] * 20}), "column 'a' must hold finite numbers"),
    (pd.DataFrame({"a": [1j, 2j] * 20}), "column 'a' must hold numbers, dates, truth values"),
]


@pytest.mark.parametrize(("X", "complaint"), WRONG, ids=["lists", "infinite", "complex"])
def test_what_cannot_be_learned_from_is_named(X, complaint):
    with pytest.raises(ValueError, match=complaint):
        tabular_pipeline("regressor").fit(X, np.arange(40.0))


def test_a_column_that_has_changed_its_kind_is_named():
    X = pd.DataFrame({"a": np.arange(40.0), "d": pd.date_range("2020-01-01", periods=40)})
    model = tabular_pipeline(Ridge()).fit(X, np.arange(40.0))
    with pytest.raises(ValueError, match="column 'a' must hold numbers, as when it was fitted"):
        model.predict(X.assign(a="much"))
    with pytest.raises(ValueError, match="column 'd' must hold dates; got"):
        model.predict(X.assign(d="soon"))


def test_words_stand_for_networks_and_anything_else_is_refused():
    assert isinstance(tabular_pipeline("classifier")["network"], MLPClassifier)
    assert isinstance(tabular_pipeline("regressor")["network"], MLPRegressor)
    assert tabular_pipeline("regressor", n_networks=3)["network"].n_networks == 3
    own = Ridge()
    assert tabular_pipeline(own)["network"] is own
    for wrong in ("ridge", 3, Ridge):
        with pytest.raises((ValueError, TypeError), match="tabular_pipeline: estimator must be"):
            tabular_pipeline(wrong)
    with pytest.raises(ValueError, match="changes must be left out with an estimator"):
        tabular_pipeline(own, n_networks=3)


def test_what_takes_pipelines_takes_this_one():
    columns, y = mixed(120)
    X = pandas_frame(columns)
    model = tabular_pipeline("regressor", **QUICK)
    assert np.isfinite(cross_val_score(model, X, y, cv=2)).all()
    found = diagnose(model, X, y, cv=2, random_state=0, bayes_error=0.0)
    assert found.training_error.value < 1
