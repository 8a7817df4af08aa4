"""From a CSV file to inputs, target, task and notes."""

import numpy as np
import pandas as pd
import pytest

from skdl.command_line.csv_file import InputError
from skdl.command_line.table import load_table
from skdl.tools.preparation import preparation

N = 200


@pytest.fixture
def houses(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "house_id": np.arange(N) * 10 + 7,
            "row": np.arange(N) + 1000,
            "size": rng.normal(100, 20, N).round(1),
            "rooms": rng.integers(1, 7, N),
            "district": rng.choice(["North", "South", "East"], N),
            "garden": rng.choice([True, False], N),
            "country": "X",
            "address": [f"Street {i}" for i in range(N)],
            "nothing": np.nan,
            "price": rng.normal(3e5, 1e5, N).round(2),
            "sold": rng.choice(["yes", "no"], N),
        }
    )
    frame.loc[:9, "size"] = np.nan
    frame.loc[:19, "district"] = np.nan
    frame.loc[N - 3 :, "price"] = np.nan
    path = tmp_path / "houses.csv"
    frame.to_csv(path, index=False)
    return path


def said(table, text):
    return any(text in note for note in table.notes)


def test_regression_table(houses):
    table = load_table(houses, "price")
    assert table.task == "regression" and table.y.dtype == np.float64
    assert table.notes[0].startswith("The task is regression, since 'price' holds 197 different")
    assert table.X.columns.tolist() == ["size", "rooms", "district", "garden", "sold"]
    assert len(table.X) == len(table.y) == N - 3
    assert said(table, "3 rows without a value of 'price' left out")
    assert said(table, "Left out (looks like a row identifier): house_id, row.")
    assert said(table, "Left out (constant): country.")
    assert said(table, "Left out (text with a different value in most rows")
    assert said(table, "Left out (no values): nothing.")
    assert said(table, "3 numeric and 2 categorical columns")
    assert said(table, "Missing values in district (20), size (10)")


def test_classification_table(houses):
    table = load_table(houses, "sold")
    assert table.task == "classification"
    assert set(table.y) == {"yes", "no"}
    assert table.notes[0] == "The task is classification, since 'sold' holds 2 different labels."


def test_whole_numbers_are_classes_unless_told_otherwise(houses):
    table = load_table(houses, "rooms")
    assert table.task == "classification" and table.y.dtype == np.int64
    assert "6 different whole numbers (--task regression overrides that)" in table.notes[0]
    table = load_table(houses, "rooms", task="regression")
    assert table.task == "regression"
    assert table.notes[0] == "The task is regression, as asked for."


def test_preparation_fills_marks_scales_and_encodes(houses):
    X = load_table(houses, "price").X
    Z = preparation(X).fit(X).transform(X)
    # size, rooms, garden, size is missing | East, North, South, missing | no, yes
    assert Z.shape == (N - 3, 10)
    assert np.isfinite(Z).all()
    assert Z[:, :4].mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-12)
    assert Z[:, :4].std(axis=0) == pytest.approx(np.ones(4))
    assert set(np.unique(Z[:, 4:])) == {0.0, 1.0}
    assert (Z[:, 4:8].sum(axis=1) == 1).all()


def test_preparation_meets_categories_it_has_not_seen():
    X = pd.DataFrame({"a": ["x", "y"] * 50})
    assert preparation(X).fit(X).transform(pd.DataFrame({"a": ["z"]})).tolist() == [[0.0, 0.0]]


def test_repeated_rows_and_rare_classes_are_said(tmp_path):
    path = tmp_path / "rare.csv"
    X = np.arange(50) % 7
    pd.DataFrame({"a": X, "y": np.where(np.arange(50) < 5, "b", "a")}).to_csv(path, index=False)
    table = load_table(path, "y")
    assert said(table, "38 rows repeat another one exactly")
    assert said(table, "90.0 % of the rows are of class a")


@pytest.mark.parametrize(
    ("target", "task", "message"),
    [
        (None, "auto", "--target is needed: the column to predict, one of house_id, row"),
        ("Prices", "auto", "no column 'Prices' in .*; did you mean 'price'"),
        ("zzz", "auto", "no column 'zzz' in .*; there are house_id, row"),
        ("nothing", "auto", "the target column 'nothing' holds no values"),
        ("country", "auto", "the target column 'country' holds one value only, X"),
        ("sold", "regression", "regression needs numbers in 'sold'; got '(yes|no)'"),
    ],
)
def test_what_is_refused(houses, target, task, message):
    with pytest.raises(InputError, match=message):
        load_table(houses, target, task)


def test_nothing_to_learn_from(tmp_path):
    path = tmp_path / "flat.csv"
    path.write_text("a,y\n" + "1,0\n1,1\n" * 10)
    with pytest.raises(InputError, match="no column of .* but 'y' can be learnt from"):
        load_table(path, "y")
