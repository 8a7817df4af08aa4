"""From a file to inputs, target, task and notes."""

import numpy as np
import pandas as pd
import pytest

from skdl.command_line.table import load_table
from skdl.command_line.words import InputError
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
    assert table.text == []
    assert len(table.X) == len(table.y) == N - 3
    assert said(table, "3 rows without a value of 'price' left out")
    assert said(table, "Left out (looks like a row identifier; --keep keeps it): house_id, row.")
    assert said(table, "Left out (constant): country.")
    assert table.notes[1].startswith("You lose 'address': text with 197 different values, and few")
    assert said(table, "Left out (no values): nothing.")
    assert said(table, "2 numeric and 3 categorical inputs")
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
    # size, rooms, size is missing | East, North, South, missing | False, True | no, yes
    assert Z.shape == (N - 3, 11)
    assert np.isfinite(Z).all()
    assert Z[:, :3].mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    assert Z[:, :3].std(axis=0) == pytest.approx(np.ones(3))
    assert set(np.unique(Z[:, 3:])) == {0.0, 1.0}
    assert (Z[:, 3:7].sum(axis=1) == 1).all()


def test_preparation_meets_categories_it_has_not_seen():
    X = pd.DataFrame({"a": ["x", "y"] * 50})
    assert preparation(X).fit(X).transform(pd.DataFrame({"a": ["z"]})).tolist() == [[0.0, 0.0]]


def test_preparation_weighs_the_words_of_a_text():
    X = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["red car", "red house", ""]})
    step = preparation(X, ["b"])
    Z = step.fit_transform(X)
    assert [*step.get_feature_names_out()][1:] == [
        f"words of b__{w}" for w in ("car", "house", "red")
    ]
    assert isinstance(Z, np.ndarray)
    assert (Z[:, 1:] > 0).tolist() == [[1, 0, 1], [0, 1, 1], [0, 0, 0]]


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


def column_of(kind, n=60):
    rng = np.random.default_rng(0)
    return {
        "numbers": rng.normal(size=n).round(3),
        "ids": np.arange(n) * 3 + 1000,
        "codes": [f"P-{i:04d}" for i in range(n)],
        "names": [f"Person {chr(65 + i % 26)}{i}" for i in range(n)],
        "remarks": [" ".join(rng.choice("a good bad new old large".split(), 4)) for _ in range(n)],
    }[kind]


@pytest.mark.parametrize(
    ("name", "kind", "outcome"),
    [
        ("customer_id", "ids", "identifier"),
        ("CustomerID", "ids", "identifier"),
        ("x", "ids", "number"),
        ("month", range(60), "number"),
        ("x", range(60), "identifier"),
        ("", range(60), "identifier"),
        ("year of birth", range(1900, 1960), "number"),
        ("order", "codes", "identifier"),
        ("who", "names", "lost"),
        ("remarks", "remarks", "text"),
        ("what", ["same"] * 60, "constant"),
        ("what", [""] * 60, "no values"),
        ("zip", ["01234", "98765"] * 30, "category"),
    ],
)
def test_what_becomes_of_a_column(tmp_path, name, kind, outcome):
    cells = column_of(kind) if isinstance(kind, str) else list(kind)
    frame = pd.DataFrame({name: cells, "size": column_of("numbers"), "y": ["p", "q"] * 30})
    path = tmp_path / "data.csv"
    frame.to_csv(path, index=False)
    table = load_table(path, "y")
    name = name or "column 1"
    kept = outcome in ("number", "text", "category")
    assert (name in table.X) == kept
    assert (name in table.text) == (outcome == "text")
    (row,) = [row for row in table.read if row[0] == name]
    assert row[1] == (outcome if kept else "left out")
    assert {"lost": "few words in common"}.get(outcome, outcome if not kept else "") in row[2]
    if outcome in ("identifier", "lost"):
        kept = load_table(path, "y", keep=[name])
        assert name in kept.X and len(kept.X.columns) == 2
        assert preparation(kept.X, kept.text).fit_transform(kept.X).shape[0] == 60
    if outcome == "lost":
        assert table.notes[1].startswith(f"You lose {name!r}")


def test_columns_are_dropped_and_wrong_names_are_told(houses):
    table = load_table(houses, "price", drop=["district", "sold"])
    assert table.X.columns.tolist() == ["size", "rooms", "garden"]
    assert ("district", "left out", "as asked for") in table.read
    assert said(table, "Left out (as asked for): district, sold.")
    for options, message in (
        ({"drop": ["distrikt"]}, "--drop: no column 'distrikt'; did you mean 'district'"),
        ({"keep": ["zzz"]}, "--keep: no column 'zzz'; there are house_id"),
        ({"read": {"Size": "number"}}, "--read: no column 'Size'; did you mean 'size'"),
        ({"drop": ["price"]}, "--drop price: that is the target"),
        ({"drop": ["size"], "keep": ["size"]}, "--drop and --keep both name size"),
        ({"read": {"district": "number"}}, "--read district=number does not fit: line 22 holds"),
        ({"sheet": "a"}, "--sheet a: .*houses.csv is no Excel file"),
    ):
        with pytest.raises(InputError, match=message):
            load_table(houses, "price", **options)


def test_what_was_read_tells_every_column_in_the_order_of_the_file(tmp_path):
    path = tmp_path / "data.csv"
    cells = [f"{i}.{i % 10}" for i in range(1, 30)]
    when = [f"2024-01-{i:02d}" for i in range(1, 30)]
    lines = [
        f"{cell};{day};{cell.replace('.', ',')} %" for cell, day in zip(cells, when, strict=True)
    ]
    path.write_text("\n".join(["a;when;y", *lines, "<1;2024-02-01;n/a", "-;;7,5 %"]))
    table = load_table(path, "y")
    assert table.read == [
        ("a", "number", "decimal point; 1 missing: '-' 1; does not fit: line 31 '<1'"),
        (
            "when",
            "date",
            "year first; 1 missing; as when (days), when (month), when (day of month), "
            "when (weekday)",
        ),
        ("y", "target, percent", "decimal comma; in percent; 1 missing: 'n/a' 1"),
    ]
