"""Stopping: when training ends, and which epoch is come back to."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skdl.core.training.stopping import Stopping


def watch(losses, **settings):
    """Return the epoch of the stop (None if there was none) and what was seen.

    The snapshot of each epoch is its number.
    """
    stopping = Stopping(**settings)
    for epoch, loss in enumerate(losses, start=1):
        if stopping.update(epoch, loss, epoch):
            return epoch, stopping.seen
    return None, stopping.seen


# -- patience -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("losses", "n", "stop", "best"),
    [
        ([5, 4, 3, 2, 1], 2, None, 5),
        ([3, 2, 2, 2, 1], 2, 4, 2),
        ([3, 2, 2, 1, 1, 1], 2, 6, 4),
        ([3, 4, 5, 6], 3, 4, 1),
        ([3, 3], 1, 2, 1),
    ],
)
def test_patience_waits_n_epochs_for_a_fall(losses, n, stop, best):
    at, seen = watch(losses, n_iter_no_change=n, keep_best=True)
    assert at == stop
    assert (seen.best_epoch, seen.best) == (best, losses[best - 1])
    assert seen.snapshot == best


def test_a_fall_by_less_than_tol_does_not_count_but_is_kept():
    losses = [1.0, 0.995, 0.99, 0.985]
    at, seen = watch(losses, n_iter_no_change=3, tol=0.01, keep_best=True)
    assert at == 4
    assert seen.best == 0.985 and seen.snapshot == 4
    assert watch(losses, n_iter_no_change=3, tol=0.001)[0] is None
    assert watch([0.0, -1.0, -2.0, -3.0], n_iter_no_change=2, tol=0.5)[0] is None  # may be negative


def test_a_fall_by_exactly_tol_does_not_count():
    assert watch([2.0, 1.5, 1.0], n_iter_no_change=2, tol=0.5)[0] == 3


@pytest.mark.parametrize("rule", ["patience", "rises"])
def test_none_never_stops(rule):
    at, seen = watch([1.0, *range(2, 100)], n_iter_no_change=None, rule=rule, keep_best=True)
    assert at is None and seen.best_epoch == 1 and seen.snapshot == 1


@pytest.mark.parametrize("rule", ["patience", "rises"])
def test_nothing_is_kept_unless_it_is_asked_for(rule):
    assert watch([3, 2, 1, 5, 6], n_iter_no_change=2, rule=rule)[1].snapshot is None


@given(losses=st.lists(st.floats(-10, 10), min_size=1, max_size=30), n=st.integers(1, 5))
def test_the_best_epoch_is_the_first_with_the_lowest_loss(losses, n):
    at, seen = watch(losses, n_iter_no_change=n, tol=0.0, keep_best=True)
    told = losses[:at]
    assert seen.best == min(told)
    assert seen.best_epoch == seen.snapshot == told.index(min(told)) + 1
    if at is not None:
        assert at - seen.best_epoch == n


# -- rises ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("losses", "n", "stop", "rewound"),
    [
        ([5, 4, 3, 4, 5], 2, 5, 3),
        ([5, 4, 5, 4, 5, 6, 7], 3, 7, 4),
        ([3, 2, 2, 2, 2, 2], 2, None, 6),  # staying is not rising
        ([1, 2, 3], 2, 3, 1),
        ([9, 1, 5, 4, 6, 7], 2, 6, 4),  # rewinds n epochs, not to the lowest loss
    ],
)
def test_rises_in_a_row_are_counted_and_rewound(losses, n, stop, rewound):
    at, seen = watch(losses, n_iter_no_change=n, rule="rises", keep_best=True)
    assert at == stop
    assert seen.snapshot == seen.best_epoch == rewound
    assert seen.best == losses[rewound - 1]
    if stop is not None:
        assert stop - seen.snapshot == n


# -- losses that are no numbers -------------------------------------------------------------------


def test_an_infinite_loss_is_no_improvement():
    at, seen = watch([3.0, 2.0, math.inf, math.inf], n_iter_no_change=2, keep_best=True)
    assert at == 4
    assert (seen.best, seen.best_epoch, seen.snapshot) == (2.0, 2, 2)


@given(
    losses=st.lists(st.floats(-10, 10) | st.just(math.nan), min_size=1, max_size=30),
    n=st.integers(1, 4),
    rule=st.sampled_from(["patience", "rises"]),
)
def test_an_epoch_whose_loss_is_undefined_counts_for_nothing(losses, n, rule):
    """The rule sees what it would have seen without those epochs."""
    defined = [(epoch, loss) for epoch, loss in enumerate(losses, 1) if not math.isnan(loss)]
    at, seen = watch(losses, n_iter_no_change=n, rule=rule, keep_best=True)
    without, expected = watch([loss for _, loss in defined], n_iter_no_change=n, rule=rule)
    assert at == (None if without is None else defined[without - 1][0])
    assert (seen.best, seen.count) == (expected.best, expected.count)
    if seen.best_epoch:
        assert seen.best_epoch == seen.snapshot == defined[expected.best_epoch - 1][0]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("rule", ["patience", "rises"])
def test_training_that_starts_without_a_number_can_recover(bad, rule):
    at, seen = watch([bad, 2.0, 1.0], n_iter_no_change=3, rule=rule, keep_best=True)
    assert at is None
    assert (seen.best, seen.best_epoch, seen.snapshot) == (1.0, 3, 3)


def test_the_epoch_after_one_without_a_number_is_no_rise():
    at, seen = watch([3.0, math.nan, 2.0], n_iter_no_change=2, rule="rises", keep_best=True)
    assert at is None
    assert seen.best_epoch == 3
