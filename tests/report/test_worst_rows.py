"""The worst rows: the surest mistakes and the largest errors first, with what is unusual."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from skdl.report.rows import MOST, worst_rows


def predictions(**columns):
    n = len(columns["loss"])
    return pd.DataFrame({"row": np.arange(n), "fold": 0, "certainty": np.nan, **columns})


def test_the_surest_mistakes_come_first_and_right_answers_never():
    seen = predictions(
        target=list("abcd"), predicted=list("bbad"), loss=[1, 0, 1, 0], certainty=[0.6, 1, 0.9, 1]
    )
    rows = worst_rows(seen, None, classifier=True)
    assert [row[:4] for row in rows] == [(2, "c", "a", "90 %"), (0, "a", "b", "60 %")]


def test_the_largest_errors_come_first_and_a_row_once():
    seen = predictions(target=np.arange(20.0), predicted=np.zeros(20), loss=np.arange(20.0) ** 2)
    rows = worst_rows(pd.concat([seen, seen]), None, classifier=False)
    assert [row.row for row in rows] == list(range(19, 19 - MOST, -1))
    assert rows[0] == (19, "19", "0", "", "")


def test_unusual_values_are_named_with_their_side():
    X = pd.DataFrame(
        {"low": [0.0, 1, 2, 3, -90], "flat": 7.0, "word": list("abcde"), "high": [0, 1, 2, 3, 40]}
    )
    seen = predictions(target=np.zeros(5), predicted=np.ones(5), loss=[0, 0, 0, 0, 1.0])
    assert worst_rows(seen, X, classifier=False)[0].unusual == "low -90 (low), high 40 (high)"
    assert worst_rows(seen, csr_matrix(np.eye(5)), classifier=False)[0].unusual == ""
