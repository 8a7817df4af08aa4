"""The view of the columns: counted by hand, and of tables drawn at random."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from skdl.report.columns import MOST, columns_of


def test_numbers_are_counted_and_spread():
    column = columns_of(pd.DataFrame({"age": [1.0, 1.0, 1.0, 5.0, np.nan]}))[0]
    assert column == ("age", 0.2, 2, "1 to 5, median 1", [1.0, *[0] * 10, pytest.approx(1 / 3)])


def test_words_are_counted_the_most_frequent_first():
    cells = ["b"] * 700 + ["a"] * 299 + ["c"] + [None] * 1000
    column = columns_of(pd.DataFrame({"kind": cells}))[0]
    assert column == ("kind", 0.5, 3, "b (70 %), a (30 %), c (< 1 %)", [])


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([3.0, 3.0], (0.0, 1, "always 3")),
        ([np.nan, np.nan], (1.0, 0, "")),
        ([True, False], (0.0, 2, "True (50 %), False (50 %)")),
        ([-1.7e308, 1.7e308], (0.0, 2, "-1.7e+308 to 1.7e+308, median 0")),
    ],
)
def test_odd_columns(cells, told):
    column = columns_of(np.array(cells)[:, None])[0]
    assert (column.missing, column.n_different, column.values) == told
    assert column.bars == []


def test_the_median_of_huge_numbers_is_none_that_is_infinite():
    column = columns_of(np.array([[1.5e308], [1.7e308]]))[0]
    assert column.values == "1.5e+308 to 1.7e+308, median 1.6e+308"


def test_what_is_no_table_has_no_view_and_a_wide_one_is_cut():
    assert columns_of(csr_matrix(np.eye(3))) == []
    assert columns_of(np.zeros((2, 3, 3))) == []
    assert len(columns_of(np.zeros((2, MOST + 5)))) == MOST


@given(st.lists(st.floats(width=32) | st.sampled_from(["a", None, (1, 2)]), min_size=1))
def test_any_column_has_a_view(cells):
    column = columns_of(pd.DataFrame({"x": pd.Series(cells, dtype=object)}))[0]
    assert 0 <= column.missing <= 1 and column.n_different <= len(cells)
