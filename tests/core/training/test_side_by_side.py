"""Side by side: every network learns what it learns alone, whatever its neighbours do."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import every_activation, every_loss, loss_id, make_case, make_hidden, members

from skdl.core.activations import Activation, Tanh
from skdl.core.batches import EachEpoch, Keep, Once, Sampler
from skdl.core.clipping import Clipping
from skdl.core.losses import SquaredError
from skdl.core.optimizers import SGD, Optimizer
from skdl.core.schedules import MomentumSchedule, Schedule
from skdl.core.training.fit import Data, Fit, Progress, Training
from skdl.core.training.loop import train
from skdl.core.training.side_by_side import SideBySide, each
from skdl.core.training.stopping import Stopping
from skdl.core.training.watch import Watch

N_EPOCHS = 4
SCHEDULES = [cls() for cls in Schedule.registry.values() if not cls().follows_loss]
FIRST_ORDER = {name: cls for name, cls in Optimizer.registry.items() if cls.order == 1}


def make_training(optimizer=None, **settings):
    optimizer = SGD() if optimizer is None else optimizer
    plain = {
        "learning_rate": 0.05,
        "momentum": None if optimizer.momentum is None else 0.5,
        "nesterov": None if optimizer.momentum is None else True,
        "batch_size": 5,
        "sampler": EachEpoch(),
    }
    return Training(optimizer, **{**plain, **settings})


def make_fit(
    seed=0,
    training=None,
    loss=None,
    hidden=None,
    *,
    rows=None,
    X=None,
    stopping=None,
    held_out=False,
    n_rows=17,
    total=N_EPOCHS,
    **options,
):
    """Make one network, with rows and a start of its own."""
    case = make_case(
        SquaredError() if loss is None else loss,
        [make_hidden(Tanh())] if hidden is None else hidden,
        n_rows=n_rows,
        seed=seed,
        **options,
    )
    data = Data(case.x if X is None else X, case.y, case.weight, rows)
    progress = Progress(np.random.default_rng(seed + 100), np.random.default_rng(seed + 200))
    validation = make_case(case.objective.loss, [], n_rows=9, seed=seed + 300) if held_out else None
    network = case.network

    def validate():
        raw = network.raw(validation.x)
        return {"validation_loss": float(case.objective.loss.value(validation.y, raw, weight))}

    weight = validation.weight if held_out else None
    watch = Watch(
        network,
        progress,
        is_sound=lambda: bool(np.isfinite(network.raw(data.first(64)[0])).all()),
        stopping=stopping() if stopping else None,
        validate=validate if held_out else None,
        monitor="validation_loss" if held_out else "loss",
    )
    own = Data(validation.x, validation.y, validation.weight) if held_out else None
    training = make_training() if training is None else training
    return Fit(case.objective, training, data, progress, N_EPOCHS, total, watch, own)


def train_alone(fit, n_epochs=N_EPOCHS):
    fit.n_epochs = n_epochs
    train(fit)


def same(ours, theirs):
    """Compare two values of a record, numbers or lists of them."""
    return ours == pytest.approx(theirs, rel=1e-10, abs=1e-13, nan_ok=True)


def check(makers, n_epochs=N_EPOCHS):
    """Train each alone, and all side by side, and compare everything that is left of it."""
    alone, together = [make() for make in makers], [make() for make in makers]
    for fit in alone:
        train_alone(fit, n_epochs)
    for fit in together:
        fit.n_epochs = n_epochs
    SideBySide(together).train()
    for ours, theirs in zip(together, alone, strict=True):
        assert same(ours.network.theta, theirs.network.theta)
        assert same(ours.network.running, theirs.network.running)
        assert ours.progress.stopped == theirs.progress.stopped
        assert ours.progress.epoch == theirs.progress.epoch
        assert len(ours.progress.history) == len(theirs.progress.history)
        for record, expected in zip(ours.progress.history, theirs.progress.history, strict=True):
            assert record.keys() == expected.keys()
            for name in expected:
                assert same(record[name], expected[name]), name
                assert type(record[name]) is type(expected[name]), name
        rngs = [(fit.progress.batch_rng, fit.progress.noise_rng) for fit in (ours, theirs)]
        for ours_rng, theirs_rng in zip(*rngs, strict=True):
            assert ours_rng.bit_generator.state == theirs_rng.bit_generator.state
        assert (ours.progress.optimizer_state is None) == (theirs.progress.optimizer_state is None)
        if theirs.progress.optimizer_state is not None:
            (state,), (expected,) = ours.progress.optimizer_state, theirs.progress.optimizer_state
            assert state.keys() == expected.keys()
            for name in expected.keys() - {"scratch", "which"}:
                assert same(state[name], expected[name]), name
    return together


def differing(**settings):
    """Make three networks that differ in rows, start, rate and strengths."""
    return [
        lambda i=i: make_fit(
            seed=i,
            **{
                **settings,
                "training": replace(
                    settings.get("training") or make_training(),
                    learning_rate=0.02 * (i + 1),
                ),
            },
        )
        for i in range(3)
    ]


# --------------------------------------------------------------------------------------
# Every member of every family.


@pytest.mark.parametrize("l1", [0.0, 0.01])
@pytest.mark.parametrize("name", FIRST_ORDER)
def test_optimizers(name, l1):
    cls = FIRST_ORDER[name]
    training = make_training(cls(), batch_size=17 if cls.full_batch else 5)
    check(differing(training=training, l1=l1))


@pytest.mark.parametrize("activation", every_activation(), ids=lambda a: a.name)
def test_activations(activation):
    check(differing(hidden=[make_hidden(activation), make_hidden(activation)]))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", every_loss(), ids=loss_id)
def test_losses(loss, weighted):
    check(differing(loss=loss, weighted=weighted))


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: s.name)
def test_schedules(schedule):
    check(differing(training=make_training(schedule=schedule)))


@pytest.mark.parametrize("name", MomentumSchedule.registry)
def test_momentum_schedules(name):
    schedule = MomentumSchedule.registry[name]()
    trainings = [make_training(momentum=m, momentum_schedule=schedule) for m in (0.5, 0.7, 0.99)]
    check([lambda t=t, i=i: make_fit(i, t) for i, t in enumerate(trainings)])


@pytest.mark.parametrize("batch_size", [1, 5, 17])
@pytest.mark.parametrize("name", Sampler.registry)
def test_samplers(name, batch_size):
    training = make_training(sampler=Sampler.registry[name](), batch_size=batch_size)
    check(differing(training=training))


@pytest.mark.parametrize("name", Clipping.registry)
def test_clipping(name):
    clipping = Clipping.registry[name]()
    threshold = 0.01 if name == "average_norm" else 0.3
    check(differing(training=make_training(clipping=clipping, clip_threshold=threshold)))


# --------------------------------------------------------------------------------------
# What differs between neighbours.


def test_strengths_of_every_kind():
    def make(i):
        training = make_training(
            weight_decay=0.1 * i, weight_noise=0.01 * (i + 1), momentum=0.2 * i, max_norm=1.0
        )
        relu = Activation.registry["relu"]()
        hidden = make_hidden(relu, 4, dropout=0.1 * (i + 1), noise=0.05 + i)
        return make_fit(
            i,
            training,
            hidden=[hidden],
            l1=0.01 * (i + 1),
            l2=0.1 * i,
            activity_l1=0.02 * (i + 1),
            input_dropout=0.1 + 0.1 * i,
            input_noise=0.1 + i,
            batch_norm=True,
            batch_norm_momentum=0.5 + 0.1 * i,
            weighted=i != 1,
        )

    check([lambda i=i: make(i) for i in range(3)])


def test_a_penalty_on_biases():
    check(differing(l1=0.02, l2=0.1, penalize_bias=True))


def test_rows_of_a_common_table_and_of_others():
    common = np.random.default_rng(1).standard_normal((30, 4))
    other = np.random.default_rng(2).standard_normal((17, 4))
    part = np.random.default_rng(3).permutation(30)[:17]
    settings = [
        {"X": common, "rows": np.arange(17)},
        {"X": common, "rows": part},
        {"X": other},
        {"X": other},
        {"X": common, "rows": part[::-1]},
    ]
    for sampler in (EachEpoch(), Keep(), Once()):
        training = make_training(sampler=sampler)
        check([lambda i=i, s=s, t=training: make_fit(i, t, **s) for i, s in enumerate(settings)])


def test_rows_of_zero_weight_teach_batch_normalisation_nothing():
    def make(i):
        fit = make_fit(i, make_training(sampler=Keep()), batch_norm=True)
        if i == 1:
            fit.data.weight[5:10] = 0
        return fit

    check([lambda i=i: make(i) for i in range(3)])


# --------------------------------------------------------------------------------------
# How it ends.


def patience(n=2, tol=1e-4, **options):
    return lambda: Stopping(n_iter_no_change=n, tol=tol, **options)


@pytest.mark.parametrize("keep_best", [False, True])
@pytest.mark.parametrize("rule", ["patience", "rises"])
def test_networks_stop_each_at_its_own_epoch(rule, keep_best):
    makers = [
        lambda i=i, rate=rate: make_fit(
            i,
            make_training(learning_rate=rate),
            held_out=True,
            stopping=patience(2, 1e-3, rule=rule, keep_best=keep_best),
        )
        for i, rate in enumerate([0.5, 0.01, 0.3, 0.05, 0.6])
    ]
    ends = {fit.progress.epoch for fit in check(makers, 12)}
    assert len(ends) > 2


def test_one_diverges_and_the_others_go_on():
    makers = differing(stopping=patience(3))
    makers.insert(1, lambda: make_fit(7, make_training(learning_rate=1e200)))
    makers.append(lambda: make_fit(8, make_training(learning_rate=1e200)))
    fits = check(makers)
    assert [fit.progress.stopped for fit in fits] == [
        "max_iter",
        "diverged",
        "max_iter",
        "max_iter",
        "diverged",
    ]
    assert fits[1].progress.optimizer_state is None


def test_validation_rows_of_different_numbers_are_left_to_each_network():
    def make(i):
        fit = make_fit(i, held_out=True, stopping=patience())
        if i == 1:
            fit.validation = None  # its watch measures them
        return fit

    check([lambda i=i: make(i) for i in range(3)])


def test_a_network_that_left_stays_as_it_is():
    quick = make_fit(0, stopping=patience(1, tol=math.inf))
    fits = [quick, make_fit(1)]
    seen = []
    quick.watch.close = lambda close=quick.watch.close: (
        close(),
        seen.append(quick.network.theta.copy()),
    )
    SideBySide(fits).train()
    assert quick.progress.epoch < fits[1].progress.epoch == N_EPOCHS
    assert np.array_equal(quick.network.theta, seen[0])
    assert quick.network.theta.base is None  # it does not keep the stack alive


def test_while_it_learns_a_network_is_live():
    """Callbacks and scorers see what has been learned by the epoch they are told of."""
    fit, seen = make_fit(0), []
    fit.watch.after_epoch = lambda record: seen.append(fit.network.raw(fit.data.X).copy())
    fits = [fit, make_fit(1)]
    for one in fits:
        one.n_epochs = 3
    SideBySide(fits).train()
    assert not np.array_equal(seen[0], seen[1])
    assert np.array_equal(seen[-1], fit.network.raw(fit.data.X))


def test_a_fit_goes_on_alone_from_where_it_left_the_stack():
    for name, cls in FIRST_ORDER.items():
        training = make_training(cls(), batch_size=17 if cls.full_batch else 5)
        alone, both = make_fit(0, training), [make_fit(0, training), make_fit(1, training)]
        train_alone(alone, 3)
        for fit in both:
            fit.n_epochs = 3
        SideBySide(both).train()
        for fit in (alone, both[0]):
            train_alone(fit, 2)
        assert same(both[0].network.theta, alone.network.theta), name


def test_numbers_that_all_share_stay_one_number():
    """Then the arithmetic, and so every bit, is that of one network."""
    assert each([0.1, 0.1], np.float32) == 0.1
    assert each([None, None], np.float32) is None
    column = each([0.1, 0.2], np.float32, axes=2)
    assert column.shape == (2, 1, 1) and column.dtype == np.float32


# --------------------------------------------------------------------------------------
# Anything beside anything.


@given(st.data())
def test_any_networks_of_one_architecture(data):
    optimizer = data.draw(members(Optimizer).filter(lambda o: o.order == 1))
    activations = data.draw(st.lists(members(Activation), min_size=0, max_size=2))
    distance = any(a.pre_activation == "distance" for a in activations)
    noisy, weighted = data.draw(st.booleans()), data.draw(st.booleans())
    batch_norm = bool(activations) and not distance and data.draw(st.booleans())
    has_l1, penalize_bias = data.draw(st.booleans()), data.draw(st.booleans())
    training = make_training(
        optimizer,
        batch_size=11 if optimizer.full_batch else data.draw(st.integers(1, 11)),
        sampler=Sampler.registry[data.draw(st.sampled_from(sorted(Sampler.registry)))](),
        schedule=data.draw(st.sampled_from(SCHEDULES)),
    )
    strength = st.sampled_from([0.05, 0.1, 0.3])

    def draw_one(i):
        hidden = [
            make_hidden(a, 3, *(data.draw(strength) if noisy else 0.0 for _ in range(2)))
            for a in activations
        ]
        own = replace(
            training,
            learning_rate=data.draw(strength) / 10,
            weight_decay=data.draw(strength),
            weight_noise=data.draw(strength) if noisy else 0.0,
        )
        options = {
            "l1": data.draw(strength) / 10 if has_l1 else 0.0,
            "l2": data.draw(st.sampled_from([0.0, 0.1])),
            "input_dropout": data.draw(strength) if noisy else 0.0,
            "input_noise": data.draw(strength) if noisy else 0.0,
        }
        return lambda: make_fit(
            i,
            own,
            hidden=hidden,
            n_rows=11,
            weighted=weighted and i != 1,
            batch_norm=batch_norm,
            penalize_bias=penalize_bias,
            stopping=patience(1, 0.01),
            held_out=True,
            **options,
        )

    check([draw_one(i) for i in range(data.draw(st.integers(1, 3)))], 3)
