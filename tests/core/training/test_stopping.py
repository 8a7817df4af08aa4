"""Stopping: when training ends, and which epoch is come back to."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skdl.core.training.stopping import Stopping


class Net:
    """Stands for a network: its snapshot is the epoch."""

    epoch = 0

    def snapshot(self, out=None):
        return self.epoch


def watch(losses, **settings):
    """Go through the losses; return the epoch of the stop (None if there was none) and the rule."""
    stopping, net = Stopping(**settings), Net()
    for epoch, loss in enumerate(losses, start=1):
        net.epoch = epoch
        if stopping.update(epoch, loss, net):
            return epoch, stopping
    return None, stopping


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
    at, stopping = watch(losses, n_iter_no_change=n, keep_best=True)
    assert at == stop
    assert (stopping.best_epoch, stopping.best) == (best, losses[best - 1])
    assert stopping.snapshot == best


def test_a_fall_by_less_than_tol_does_not_count_but_is_kept():
    losses = [1.0, 0.995, 0.99, 0.985]
    at, stopping = watch(losses, n_iter_no_change=3, tol=0.01, keep_best=True)
    assert at == 4
    assert stopping.best == 0.985 and stopping.snapshot == 4
    assert watch(losses, n_iter_no_change=3, tol=0.001)[0] is None
    assert watch([0.0, -1.0, -2.0, -3.0], n_iter_no_change=2, tol=0.5)[0] is None  # may be negative


def test_a_fall_by_exactly_tol_does_not_count():
    assert watch([2.0, 1.5, 1.0], n_iter_no_change=2, tol=0.5)[0] == 3


@pytest.mark.parametrize("rule", ["patience", "rises"])
def test_none_never_stops(rule):
    at, stopping = watch([1.0, *range(2, 100)], n_iter_no_change=None, rule=rule, keep_best=True)
    assert at is None and stopping.best_epoch == 1 and stopping.snapshot == 1


@pytest.mark.parametrize("rule", ["patience", "rises"])
def test_nothing_is_kept_unless_it_is_asked_for(rule):
    assert watch([3, 2, 1, 5, 6], n_iter_no_change=2, rule=rule)[1].snapshot is None


@given(losses=st.lists(st.floats(-10, 10), min_size=1, max_size=30), n=st.integers(1, 5))
def test_the_best_epoch_is_the_first_with_the_lowest_loss(losses, n):
    at, stopping = watch(losses, n_iter_no_change=n, tol=0.0, keep_best=True)
    seen = losses[:at]
    assert stopping.best == min(seen)
    assert stopping.best_epoch == stopping.snapshot == seen.index(min(seen)) + 1
    if at is not None:
        assert at - stopping.best_epoch == n


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
    at, stopping = watch(losses, n_iter_no_change=n, rule="rises", keep_best=True)
    assert at == stop
    assert stopping.snapshot == stopping.best_epoch == rewound
    assert stopping.best == losses[rewound - 1]
    if stop is not None:
        assert stop - stopping.snapshot == n


# -- losses that are no numbers -------------------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("rule", ["patience", "rises"])
def test_a_loss_that_is_no_number_is_no_improvement(bad, rule):
    at, stopping = watch([3.0, 2.0, bad, bad], n_iter_no_change=2, rule=rule, keep_best=True)
    if rule == "patience" or math.isnan(bad):
        assert at == 4
        assert (stopping.best, stopping.best_epoch, stopping.snapshot) == (2.0, 2, 2)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("rule", ["patience", "rises"])
def test_training_that_starts_without_a_number_can_recover(bad, rule):
    at, stopping = watch([bad, 2.0, 1.0], n_iter_no_change=3, rule=rule, keep_best=True)
    assert at is None
    assert (stopping.best, stopping.best_epoch, stopping.snapshot) == (1.0, 3, 3)


def test_the_epoch_after_one_without_a_number_is_no_rise():
    at, stopping = watch([3.0, math.nan, 2.0], n_iter_no_change=2, rule="rises", keep_best=True)
    assert at is None
    assert stopping.best_epoch == 3
