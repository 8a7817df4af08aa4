"""The rule itself: bounds that hold, faults that are named, silence where nothing is shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skdl.diagnosis.gaps import corrected_estimate
from skdl.diagnosis.verdict import Evidence, Verdict
from skdl.diagnosis.verdict.paired import paired_estimate
from skdl.diagnosis.verdict.verdict import REGIMES

N = 2000
FOLDS = np.arange(N) % 5


def wrong(rate, seed=0):
    """Draw the losses of a classifier that gets a share of the rows wrong, nested in the rate."""
    return (np.random.default_rng(seed).permutation(N) < round(rate * N)).astype(float)


def evidence(held_out, training, attained, constant=0.5, disagreement=0.0, **changes):
    """Make evidence of error rates: the same rows are wrong as far as they can be."""
    losses = {
        "held_out": wrong(held_out),
        "training": wrong(training),
        "attained": wrong(attained),
        "constant": wrong(constant),
        "disagreement": np.full(N, disagreement),
    }
    settings = {
        "attained_by": "linear",
        "shrinkage": 1.0,
        "folds": FOLDS,
        "correlation": 0.2,
        "counts_wrong_classes": True,
    }
    return Evidence(**losses, **(settings | changes))


@pytest.mark.parametrize(
    "rates, regime",
    [
        ({"held_out": 0.3, "training": 0.3, "attained": 0.1}, "underfitting"),
        ({"held_out": 0.3, "training": 0.1, "attained": 0.2, "disagreement": 0.1}, "overfitting"),
        ({"held_out": 0.4, "training": 0.2, "attained": 0.1, "disagreement": 0.1}, "both"),
        ({"held_out": 0.002, "training": 0.001, "attained": 0.002}, "neither"),
        # A bias of a point and a half is there for sure, and small.
        ({"held_out": 0.215, "training": 0.215, "attained": 0.2}, "no fault shown"),
        # An error that nothing beats: bias or noise.
        ({"held_out": 0.3, "training": 0.3, "attained": 0.3}, "no fault shown"),
        # Labels of a coin, known by heart.
        (
            {"held_out": 0.5, "training": 0.0, "attained": 0.5, "disagreement": 0.03},
            "no fault shown",
        ),
        # A constant guess of a rare class.
        (
            {"held_out": 0.027, "training": 0.027, "attained": 0.027, "constant": 0.027},
            "no fault shown",
        ),
        # The fits disagree, but no gap shows it: the disagreement is not what makes the error.
        (
            {"held_out": 0.3, "training": 0.3, "attained": 0.3, "disagreement": 0.1},
            "no fault shown",
        ),
    ],
)
def test_regimes(rates, regime):
    verdict = Verdict.of(evidence(**rates), tolerance=0.02)
    assert verdict.regime == regime
    assert verdict.regime in REGIMES
    assert verdict.conclusive == (regime != "no fault shown")


@given(
    noise=st.floats(0, 0.4),
    bias=st.floats(0, 0.3),
    variance=st.floats(0, 0.2),
    beyond=st.floats(0, 0.1),
)
def test_the_bias_lies_between_its_bounds(noise, bias, variance, beyond):
    """Whatever is attained above the noise, and wherever the halves vary between V and 2 V."""
    rng = np.random.default_rng(0)
    centred = rng.normal(size=N) * 0.01
    centred -= centred.mean()
    total = noise + bias + variance
    for share in (1.0, 1.5, 2.0):
        found = Verdict.of(
            Evidence(
                held_out=total + centred,
                training=total - variance + centred,
                attained=noise + beyond + centred,
                attained_by="linear",
                constant=np.ones(N),
                disagreement=np.full(N, variance * share),
                shrinkage=1 / share,
                folds=FOLDS,
                correlation=0.2,
            ),
            tolerance=0.02,
        )
        assert found.bias_at_least.value <= bias + 1e-9
        assert found.bias_at_most.value >= bias - 1e-9
        assert found.variance.value == pytest.approx(variance)
        assert found.bias_at_least.value <= found.bias_at_most.value + 1e-9


@given(
    held_out=st.floats(0, 0.5),
    training=st.floats(0, 0.5),
    attained=st.floats(0, 0.5),
    disagreement=st.floats(0, 0.2),
)
def test_a_fault_is_named_only_above_the_tolerance(held_out, training, attained, disagreement):
    verdict = Verdict.of(
        evidence(held_out, training, attained, disagreement=disagreement), tolerance=0.02
    )
    assert (verdict.bias_is == "high") == (verdict.regime in ("underfitting", "both"))
    assert (verdict.variance_is == "high") == (verdict.regime in ("overfitting", "both"))
    if verdict.bias_is == "high":
        assert verdict.bias_at_least.value > 0.02
        assert held_out > attained
    if verdict.variance_is == "high":
        assert verdict.gap.low > 0.02
    if verdict.bias_is == "low":
        assert verdict.bias_at_most.high < 0.02


def test_what_nothing_improves_on_is_never_underfitting():
    """The attained error is the model's own: whatever the noise, there is no bias to show."""
    for rate in np.linspace(0, 0.5, 11):
        verdict = Verdict.of(evidence(rate, rate, rate), tolerance=0.02)
        assert verdict.bias_is != "high"


def test_where_rows_repeat_the_gap_need_not_show_what_fits_disagree_on():
    """New rows are old ones, so a model that knows them by heart has the same error on both."""
    known = evidence(0.3, 0.29, 0.15, disagreement=0.1)
    for share, variance in ((0.0, "open"), (1.0, "high")):
        repeated = np.arange(N) < share * N
        verdict = Verdict.of(
            replace(known, attained=wrong(0.29), repeated=repeated), tolerance=0.02
        )
        assert verdict.variance_is == variance
        assert verdict.bias_is != "high"
    # Disagreement where bias is shown may be bias: fits that lean to a wrong class.
    biased = Verdict.of(replace(known, repeated=np.ones(N, dtype=bool)), tolerance=0.02)
    assert biased.bias_is == "high" and biased.variance_is == "open"


def test_fits_of_numbers_that_disagree_vary_whatever_the_gap():
    numbers = evidence(0.3, 0.3, 0.3, disagreement=0.1, counts_wrong_classes=False)
    assert Verdict.of(numbers, tolerance=0.02).variance_is == "high"


def test_a_training_error_that_something_beats_on_new_rows_is_bias_however_the_fits_disagree():
    """A network too small lands elsewhere with every half: that hides no bias."""
    small = evidence(0.52, 0.47, 0.03, disagreement=0.49)
    verdict = Verdict.of(small, tolerance=0.02)
    assert verdict.regime == "underfitting" and verdict.shown_in_training
    assert verdict.bias_at_least.value == pytest.approx(0.44)
    # What rows with the same inputs leave is their own contradiction.
    repeated = replace(small, repeated=np.ones(N, dtype=bool))
    assert Verdict.of(repeated, tolerance=0.02).bias_is != "high"


def test_memorised_noise_costs_where_it_is_worse_than_guessing():
    for held_out, variance in ((0.1, "open"), (0.2, "high")):
        verdict = Verdict.of(
            evidence(held_out, 0.0, 0.1, constant=0.1, disagreement=0.1), tolerance=0.02
        )
        assert not verdict.something_to_learn
        assert verdict.variance_is == variance


def test_without_halves_the_gap_stands_for_the_variance():
    known = evidence(0.3, 0.2, 0.1)
    verdict = Verdict.of(replace(known, disagreement=None), tolerance=0.02)
    assert verdict.bias_at_least.value == pytest.approx(0.1)  # training error minus attained
    assert verdict.bias_at_most.value == pytest.approx(0.3)
    assert verdict.variance.value == pytest.approx(verdict.gap.value)


def test_a_stated_noise_lowers_what_is_possible_only():
    without, stated = (
        Verdict.of(evidence(0.3, 0.3, 0.2), tolerance=0.02, bayes_error=b) for b in (0.0, 0.15)
    )
    assert stated.bias_at_least == without.bias_at_least
    assert stated.bias_at_most.value == pytest.approx(without.bias_at_most.value - 0.15)


def test_one_value_a_fold_is_the_estimate_of_folds():
    values = np.array([0.10, 0.12, 0.11, 0.09, 0.13])
    found = paired_estimate(values, np.arange(5), 0.2)
    assert found == corrected_estimate(values, 0.2)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_rows_tell_what_folds_tell_with_more_degrees_of_freedom(seed):
    """For independent rows both estimate the same standard error."""
    rows = np.random.default_rng(seed).normal(size=5000)
    folds = np.arange(5000) % 100
    of_rows = paired_estimate(rows, folds, 0.2)
    of_folds = corrected_estimate([rows[folds == k].mean() for k in range(100)], 0.2)
    assert of_rows.value == pytest.approx(of_folds.value)
    assert of_rows.standard_error == pytest.approx(of_folds.standard_error, rel=0.35)
    assert of_rows.df == 4999
