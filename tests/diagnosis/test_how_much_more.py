"""How many repeats or rows would settle it: the answer, carried out, settles it."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skdl.diagnosis.gaps import Estimate
from skdl.diagnosis.how_much_more import (
    power_law,
    repeats_needed,
    rows_needed,
    what_would_settle,
)

CORRELATION = 0.2  # of five folds


def estimate(value, spread, n_folds):
    factor = 1 / n_folds + CORRELATION / (1 - CORRELATION)
    return Estimate(value, spread * np.sqrt(factor), n_folds - 1)


@pytest.mark.parametrize("gap", [0.041, 0.045, 0.05])
def test_with_so_many_repeats_the_interval_excludes_the_threshold_and_not_with_one_less(gap):
    now = estimate(gap, 0.02, 5)
    assert not now.excludes(0.02)
    repeats = repeats_needed(now, 0.02, n_splits=5, correlation=CORRELATION)
    assert repeats > 1
    assert estimate(gap, 0.02, 5 * repeats).excludes(0.02)
    assert not estimate(gap, 0.02, 5 * (repeats - 1)).excludes(0.02)


def test_no_number_of_repeats_gets_below_what_the_rows_share():
    now = estimate(0.025, 0.02, 5)
    assert repeats_needed(now, 0.02, n_splits=5, correlation=CORRELATION) is None


def test_rows_of_a_gap_that_stays():
    now = Estimate(0.03, 0.01, 9)
    half = 0.01 * stats.t.ppf(0.975, 9)
    rows = rows_needed(now, 0.02, n_rows=1000)
    assert rows == pytest.approx(1000 * (half / 0.01) ** 2, rel=0.15)


def test_a_gap_that_falls_with_the_rows_goes_below():
    now = Estimate(0.022, 0.004, 9)  # 0.011 with twice the rows
    assert rows_needed(now, 0.02, n_rows=1000, exponent=1.0) < 2500
    assert rows_needed(now, 0.02, n_rows=1000, exponent=0.0) > 10000
    times = np.linspace(1, 5, 10000)
    half = 0.004 * stats.t.ppf(0.975, 9)
    settled = np.abs(0.022 / times - 0.02) > half / np.sqrt(times)
    first = times[np.argmax(settled)]
    assert rows_needed(now, 0.02, n_rows=1000, exponent=1.0) == pytest.approx(1000 * first, rel=0.1)


def test_power_law():
    rows = np.array([50, 100, 300])
    assert power_law(rows, 3 * rows**-0.5) == pytest.approx(0.5)
    assert power_law(rows, [-1, 0, 0.1]) == 0.0


@pytest.mark.parametrize(
    ("gap", "n_splits", "told"),
    [
        (0.10, 5, ""),
        (0.045, 5, "About n_repeats="),
        (0.026, 5, "More repeats would not settle it; about "),
        (0.035, 0, "about "),
        (0.0201, 5, "The gap lies so near that value that neither"),
    ],
)
def test_in_words(gap, n_splits, told):
    gaps = {"bias": Estimate(0.0, 1e-4, 4), "variance": estimate(gap, 0.02, 5)}
    curve = pd.DataFrame(
        {"n_rows": [50, 100], "training_error": [0, 0], "validation_error": [0.05, 0.05]}
    )
    said = what_would_settle(
        gaps,
        0.02,
        curve,
        n_rows=100,
        n_splits=n_splits,
        correlations={"bias": 0.75, "variance": CORRELATION},
    )
    assert told in said and bool(told) == bool(said)
