"""A step of θ: in blocks as in one piece, without new arrays, and nothing subnormal is left."""

from __future__ import annotations

import numpy as np
import pytest
from memory import peak_of
from strategies import make_case, make_hidden

from skdl.core.activations import Tanh
from skdl.core.losses import SquaredError
from skdl.core.optimizers import Optimizer
from skdl.core.training import update
from skdl.core.training.fit import Data, Fit, Progress, Training
from skdl.core.training.loop import Trainer
from skdl.core.training.update import Update

FIRST_ORDER = {name: cls for name, cls in Optimizer.registry.items() if cls.order == 1}


def training_with(optimizer, **settings):
    cls = type(optimizer)
    own = {"learning_rate": cls.learning_rate, "momentum": cls.momentum, "nesterov": cls.nesterov}
    return Training(optimizer, **{**own, **settings})


def trained(name, *, n_epochs=3, **case_options):
    case = make_case(SquaredError(), [make_hidden(Tanh(), 7)], n_rows=20, **case_options)
    training = training_with(FIRST_ORDER[name](), weight_decay=0.01, batch_size=20)
    progress = Progress(np.random.default_rng(0), np.random.default_rng(1))
    trainer = Trainer(Fit(case.objective, training, Data(*case.batch), progress, n_epochs))
    trainer.run()
    return case.network.theta.copy(), trainer


@pytest.mark.parametrize("penalize_bias", [False, True])
@pytest.mark.parametrize("l1", [0.0, 0.01])
@pytest.mark.parametrize("name", sorted(FIRST_ORDER))
def test_blocks_give_what_one_piece_gives(name, l1, penalize_bias, monkeypatch):
    options = {"l1": l1, "l2": 0.1, "penalize_bias": penalize_bias}
    whole, one = trained(name, **options)
    monkeypatch.setattr(update, "BLOCK", 10)
    pieces, many = trained(name, **options)
    assert len(one.update.blocks) == 1
    assert len(many.update.blocks) == -(-len(whole) // 10) > 3
    np.testing.assert_array_equal(pieces, whole)


def test_networks_side_by_side_are_one_block(monkeypatch):
    monkeypatch.setattr(update, "BLOCK", 10)
    case = make_case(SquaredError(), [make_hidden(Tanh(), 7)], stack=(3,))
    made = Update(case.objective, training_with(FIRST_ORDER["adam"]()), None)
    assert [block.theta.shape for block in made.blocks] == [case.network.theta.shape]


@pytest.mark.parametrize("name", sorted(FIRST_ORDER))
def test_a_step_allocates_nothing_that_grows_with_the_parameters(name):
    case = make_case(SquaredError(), [make_hidden(Tanh(), 20_000)], l2=0.1)
    optimizer = FIRST_ORDER[name]()
    moves = Update(case.objective, training_with(optimizer, weight_decay=0.01), None)
    case.network.gradient[...] = 1.0
    pace = type(optimizer).learning_rate, type(optimizer).momentum
    moves.step(*pace)
    # NumPy casts masks in pieces of its own, of some ten kilobytes. What follows the signs of
    # full-batch gradients takes one step an epoch: it may make a few arrays.
    most = case.network.theta.nbytes * (4 if optimizer.full_batch else 1 / 8)
    assert peak_of(lambda: moves.step(*pace)) < most


def test_all_blocks_share_one_scratch_array(monkeypatch):
    monkeypatch.setattr(update, "BLOCK", 10)
    _, trainer = trained("adam")
    scratches = [state["scratch"] for state in trainer.update.states]
    assert all(np.shares_memory(scratch, scratches[0]) for scratch in scratches)


@pytest.mark.parametrize("name", sorted(FIRST_ORDER))
def test_after_an_epoch_nothing_is_subnormal(name):
    """Arithmetic on subnormal numbers takes ten times as long, and more."""
    _, trainer = trained(name)
    tiny = np.finfo(float).tiny
    theta = trainer.network.theta
    theta[:3] = [tiny / 8, -tiny / 8, tiny]
    arrays = [theta]
    for slot in FIRST_ORDER[name].slots:
        if slot in trainer.update.states[0]:
            arrays.append(trainer.update.states[0][slot])
            arrays[-1][:3] = [tiny / 8, -tiny / 8, tiny]
    trainer.update.flush()
    for array in arrays:
        assert array[:3].tolist() == [0, 0, tiny]


def test_an_epoch_ends_with_that(monkeypatch):
    _, trainer = trained("sgd")
    done = []
    monkeypatch.setattr(trainer.update, "flush", lambda: done.append(True))
    trainer.epoch()
    assert done == [True]
