"""Calls with drawn data and parameters end in an answer, or in an error that names what is wrong.

`bench/fuzz.py` makes many more of them, and counts.
"""

import random

import fuzz_calls
import numpy as np
import pytest
from fuzz_calls import KINDS, run
from fuzz_data import SPARSE
from hypothesis import given, settings
from hypothesis import strategies as st

from skdl.inspection.range_test import smooth
from skdl.tools import warning
from skdl.tools.rows import rows_of

CALLS = {"fit": 60, "validation": 30, "partial_fit": 40, "warm": 30, "other": 15}
CALLS |= {"inspection": 20, "function": 30, "table": 20}


@pytest.mark.parametrize("kind", KINDS)
def test_drawn_calls_end_well(kind):
    @settings(max_examples=CALLS.get(kind, 8), derandomize=True, database=None)
    @given(st.integers(0, 2**20))
    def calls(number):
        found = run(kind, random.Random(number))
        assert not found.is_fault, f"random.Random({number}): {found.outcome}: {found.text}"

    calls()


# The judge itself: planted faults are found.


def judged(monkeypatch, call, *given_data):
    monkeypatch.setattr(fuzz_calls, "draw", lambda kind, random: (list(given_data), call))
    return run("fit", random.Random(0)).outcome


def test_a_foreign_error_is_found(monkeypatch):
    assert judged(monkeypatch, lambda: {}["nothing"]) == "foreign"
    assert judged(monkeypatch, lambda: rows_of({}, [0])) == "foreign"  # unhashable type
    assert judged(monkeypatch, lambda: smooth(np.ones(2), np.ones(3))) == "foreign"  # a broadcast


def test_an_error_of_ours_is_no_fault(monkeypatch):
    from skdl import MLPClassifier

    mlp = MLPClassifier(dropout=1.5)
    assert judged(monkeypatch, lambda: mlp.fit([[0.0], [1.0]], [0, 1])) == "error"


def test_changed_data_is_found(monkeypatch):
    X = np.zeros(2)

    def call():
        X[0] = 1.0
        return []

    assert judged(monkeypatch, call, X) == "changed"


def test_silent_nan_is_found_and_a_word_makes_it_none(monkeypatch):
    def call():
        warning.warn_user("it overflows")
        return [np.array([np.nan])]

    assert judged(monkeypatch, lambda: [np.array([np.nan])]) == "not finite"
    assert judged(monkeypatch, call) == "warning"


def test_every_sparse_format_is_checked_for_broken_indices():
    """Formats that hold indices in arrays of their own are checked before anything is computed."""
    from skdl.tools.given import check_sparse

    for make in SPARSE:
        matrix = make(np.eye(3))
        assert check_sparse("me", "X", matrix).format == "csr"
        if matrix.format in ("csr", "csc"):
            matrix.indices[0] = 99
        elif matrix.format == "coo":
            matrix.coords[1][0] = 99
        else:
            continue  # lists and dicts, which SciPy checks at every step
        with pytest.raises(ValueError, match=r"^me: X must be a sparse matrix whose indices lie"):
            check_sparse("me", "X", matrix)
