"""Schedules of the learning rate and of the momentum: known values, monotone stretches, bounds."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from rules import settings_of

from skdl.core.schedules import (
    Constant,
    Cosine,
    Exponential,
    InvScaling,
    Linear,
    MomentumSchedule,
    OneCycle,
    OneCycleMomentum,
    Plateau,
    Rise,
    Schedule,
    Step,
    Sutskever,
    WarmUp,
)

every_schedule = pytest.mark.parametrize("cls", Schedule.registry.values(), ids=Schedule.registry)
every_momentum = pytest.mark.parametrize(
    "cls", MomentumSchedule.registry.values(), ids=MomentumSchedule.registry
)
few = run(max_examples=30)
times = st.floats(0, 400, allow_subnormal=False)
totals = st.integers(1, 300)
losses = st.lists(st.floats(0, 10), max_size=40)
close = pytest.approx


def history(losses):
    return [{"epoch": i, "monitored": loss} for i, loss in enumerate(losses, start=1)]


# -- every schedule -------------------------------------------------------------------------------


@every_schedule
@given(data=st.data(), t=times, total=totals, past=losses)
@few
def test_a_factor_lies_between_zero_and_one(cls, data, t, total, past):
    schedule = data.draw(settings_of(cls))
    factor = schedule.factor(t, total, history(past))
    assert isinstance(factor, float | int)
    assert 0 <= factor <= 1 + 1e-12


# Name: the factor after 0, 1/4, 1/2, 3/4 and all of 100 epochs, default settings.
KNOWN = {
    "constant": [1, 1, 1, 1, 1],
    "linear": [1, 0.7525, 0.505, 0.2575, 0.01],
    "step": [1, 1, 0.1, 0.01, 0.001],
    "exponential": [1, 0.98**25, 0.98**50, 0.98**75, 0.98**100],
    "invscaling": [1, 26**-0.5, 51**-0.5, 76**-0.5, 101**-0.5],
    "cosine": [1, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2, 0],
    "one_cycle": [
        0.04,
        0.04 + 0.96 * (1 - math.cos(math.pi * 25 / 30)) / 2,
        1e-4 + (1 - 1e-4) * (1 + math.cos(math.pi * 20 / 70)) / 2,
        1e-4 + (1 - 1e-4) * (1 + math.cos(math.pi * 45 / 70)) / 2,
        1e-4,
    ],
    "warm_up": [0, 1, 1, 1, 1],
    "plateau": [1, 1, 1, 1, 1],
}


@pytest.mark.parametrize("name", Schedule.registry)
def test_known_factors(name):
    schedule = Schedule.registry[name]()
    factors = [schedule.factor(t, 100) for t in (0, 25, 50, 75, 100)]
    assert factors == close(KNOWN[name], abs=1e-12)


@every_schedule
@given(data=st.data(), total=st.integers(10, 300))
@few
def test_what_falls_never_rises(cls, data, total):
    """Outside the rising part of a cycle or a warm-up and the restarts of a short period."""
    schedule = data.draw(
        settings_of(cls, **{Cosine: {"period": None}, WarmUp: {"then": None}}.get(cls, {}))
    )
    start = {OneCycle: getattr(schedule, "rise", 0) * total, WarmUp: getattr(schedule, "epochs", 0)}
    start = start.get(cls, 0)
    grid = [start + i * (1.2 * total - start) / 200 for i in range(201)]
    factors = [schedule.factor(t, total) for t in grid if t >= start]
    assert all(b <= a + 1e-12 for a, b in itertools.pairwise(factors))
    rising = [schedule.factor(i * start / 50, total) for i in range(51)]
    assert all(b >= a - 1e-12 for a, b in itertools.pairwise(rising))


@every_schedule
@given(data=st.data(), total=totals)
@few
def test_after_the_planned_epochs_a_schedule_goes_on(cls, data, total):
    """A fit that is continued asks for times beyond the end: no error, no leap upwards."""
    schedule = data.draw(settings_of(cls))
    for t in (total, total + 0.5, 2 * total, 10 * total + 3):
        assert 0 <= schedule.factor(t, total) <= 1


# -- one by one -----------------------------------------------------------------------------------


def test_constant_is_one():
    assert Constant().factor(17.3, 100) == 1


def test_linear_reaches_its_final_value_after_tau_and_stays():
    schedule = Linear(tau=40, final=0.2)
    factors = [schedule.factor(t, 100) for t in (0, 10, 20, 40, 60, 100)]
    assert factors == close([1, 0.8, 0.6, 0.2, 0.2, 0.2])
    assert Linear().factor(100, 100) == close(0.01)  # one per cent after all planned epochs


def test_steps_divide_by_ten():
    assert [Step().factor(t, 90) for t in (0, 29.99, 30, 59, 60, 89)] == close(
        [1, 1, 0.1, 0.1, 0.01, 0.01]
    )
    assert [Step(every=7, gamma=0.5).factor(t, 90) for t in (6, 7, 14)] == [1, 0.5, 0.25]


@given(gamma=st.floats(0.01, 1), t=st.floats(0, 50))
@few
def test_exponential_decay_multiplies_by_gamma_each_epoch(gamma, t):
    schedule = Exponential(gamma=gamma)
    assert schedule.factor(0, 10) == 1
    assert schedule.factor(t + 1, 10) == close(gamma * schedule.factor(t, 10))


def test_inverse_scaling():
    assert [InvScaling(power=1.0).factor(t, 10) for t in (0, 1, 3)] == close([1, 1 / 2, 1 / 4])
    assert InvScaling(power=0.0).factor(9, 10) == 1


def test_cosine_restarts_with_a_period():
    schedule = Cosine(period=10, final=0.2)
    assert [schedule.factor(t, 100) for t in (0, 5, 10, 15, 20)] == close([1, 0.6, 1, 0.6, 1])
    assert schedule.factor(9.999, 100) == close(0.2, abs=1e-5)
    assert Cosine(final=0.2).factor(300, 100) == close(0.2)  # without a period it stays at the end


def test_one_cycle_rises_to_one_and_falls_far_below_the_start():
    schedule = OneCycle(rise=0.4, start=0.1, final=0.001)
    assert [schedule.factor(t, 50) for t in (0, 10, 20, 35, 50)] == close(
        [0.1, 0.55, 1, 0.5005, 0.001]
    )


@pytest.mark.parametrize("then", [None, *(cls() for cls in Schedule.registry.values())], ids=str)
def test_a_warm_up_rises_then_hands_over(then):
    warm, after = WarmUp(epochs=4, then=then), then or Constant()
    assert warm.factor(0, 24) == 0
    # The docstring's equation, with f_then(0) while it rises.
    for t in (0, 1, 2, 3.5, 4, 5, 14, 24):
        expected = min(t / 4, 1) * after.factor(max(t - 4, 0), 20)
        assert warm.factor(t, 24) == close(expected, abs=1e-12), t
    # No leap where it hands over.
    assert warm.factor(4 - 1e-9, 24) == close(warm.factor(4, 24), abs=1e-6)


def test_a_warm_up_passes_the_history_on():
    stuck = history([1.0] * 20)
    assert WarmUp(epochs=4, then=Plateau(patience=5)).factor(20, 100, stuck) == close(
        Plateau(patience=5).factor(20, 100, stuck)
    )


# -- plateau --------------------------------------------------------------------------------------


def plateau(losses, **settings):
    """The factor after each epoch of a made history."""
    schedule = Plateau(**settings)
    return [schedule.factor(i, 100, history(losses[:i])) for i in range(len(losses) + 1)]


def test_plateau_waits_and_reduces():
    falling = [5.0, 4.0, 3.0, 2.0, 1.0]
    assert plateau(falling, patience=2) == [1] * 6
    # The best loss comes first; after two epochs without a fall, a fifth; and again.
    assert plateau([1.0] * 6, patience=2) == close([1, 1, 1, 0.2, 0.2, 0.04, 0.04])
    # A fall starts the wait anew.
    assert plateau([3.0, 3.0, 2.0, 2.0, 2.0], patience=2) == close([1, 1, 1, 1, 1, 0.2])


def test_plateau_counts_relative_falls_only():
    slow = [1 - 0.001 * i for i in range(7)]
    assert plateau(slow, patience=3, threshold=0.0)[-1] == 1
    assert plateau(slow, patience=3, threshold=0.01)[-1] == close(0.04)
    assert plateau([-1.0, -1.5, -2.0, -2.5], patience=1)[-1] == 1  # losses may be negative


def test_plateau_never_goes_below_its_final_factor():
    assert plateau([1.0] * 50, patience=1, gamma=0.5, final=0.1)[-1] == 0.1


def test_plateau_takes_a_loss_that_is_no_number_for_no_fall():
    assert plateau([1.0, math.nan, math.nan, 0.5], patience=2) == close([1, 1, 1, 0.2, 0.2])


@given(past=losses)
@few
def test_plateau_never_grows_back(past):
    factors = plateau(past, patience=2)
    assert all(b <= a for a, b in itertools.pairwise(factors))


# -- momentum -------------------------------------------------------------------------------------


@every_momentum
@given(data=st.data(), t=times, total=totals, momentum=st.floats(0, 0.999))
@few
def test_a_momentum_lies_between_zero_and_one(cls, data, t, total, momentum):
    schedule = data.draw(settings_of(cls))
    value = schedule.momentum(t, total, momentum)
    assert 0 <= value < 1
    if cls in (Rise, OneCycleMomentum):
        bounds = [momentum, schedule.start if cls is Rise else schedule.lowest]
        assert min(bounds) - 1e-12 <= value <= max(bounds) + 1e-12
    else:
        assert value <= momentum


# Name: the momentum after 0, 1/4, 1/2 and all of 100 epochs, default settings, full momentum 0.95.
KNOWN_MOMENTA = {
    "constant": [0.95, 0.95, 0.95, 0.95],
    "rise": [0.5, 0.95, 0.95, 0.95],
    "sutskever": [0.5, 1 - 0.5 / 6, 0.95, 0.95],
    "one_cycle": [
        0.95,
        0.85 + 0.1 * (1 + math.cos(math.pi * 25 / 30)) / 2,
        0.85 + 0.1 * (1 - math.cos(math.pi * 20 / 70)) / 2,
        0.95,
    ],
}


@pytest.mark.parametrize("name", MomentumSchedule.registry)
def test_known_momenta(name):
    schedule = MomentumSchedule.registry[name]()
    momenta = [schedule.momentum(t, 100, 0.95) for t in (0, 25, 50, 100)]
    assert momenta == close(KNOWN_MOMENTA[name], abs=1e-12)


def test_momentum_rises_in_a_straight_line():
    schedule = Rise(start=0.2, epochs=10)
    assert [schedule.momentum(t, 100, 0.9) for t in (0, 2.5, 5, 10, 50)] == close(
        [0.2, 0.375, 0.55, 0.9, 0.9]
    )
    assert Rise().momentum(10, 100, 0.9) == close(0.7)  # half of a fifth of the planned epochs


def test_sutskevers_momentum_is_the_equation_of_the_paper():
    for t in range(0, 60):
        expected = min(1 - 2 ** (-1 - math.log2(math.floor(t / 5) + 1)), 0.95)
        assert Sutskever(tau=5).momentum(t, 100, 0.95) == close(expected)


def test_the_momentum_of_one_cycle_mirrors_the_rate():
    rate, momentum = OneCycle(), OneCycleMomentum()
    grid = [i / 2 for i in range(201)]
    rates = [rate.factor(t, 100) for t in grid]
    momenta = [momentum.momentum(t, 100, 0.95) for t in grid]
    for (r, s), (m, n) in zip(itertools.pairwise(rates), itertools.pairwise(momenta), strict=True):
        assert (s - r) * (n - m) < 0
