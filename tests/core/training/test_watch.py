"""The watch over a fit: what is kept of epochs that went wrong, and when that is found out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from skdl.core.training.fit import Progress
from skdl.core.training.stopping import Stopping
from skdl.core.training.watch import Watch


class Net:
    """As much of a network as a watch needs: three parameters."""

    def __init__(self):
        self.theta = np.zeros(3)

    def snapshot(self):
        return (self.theta.copy(),)

    def restore(self, snapshot):
        self.theta[...] = snapshot[0]


def run_epochs(losses, *, sound=lambda theta: True, interrupt=False):
    """Let epoch e set θ to e and report ``losses[e − 1]``; return network and progress."""
    net, progress = Net(), Progress(None, None)
    progress.optimizer_state = []
    asked = []

    def is_sound():
        asked.append(net.theta[0])
        return sound(net.theta[0])

    def run(note):
        for epoch, loss in enumerate(losses, start=1):
            net.theta[...] = epoch
            if note({"epoch": epoch, "loss": loss}):
                return
        if interrupt:
            net.theta[...] = len(losses) + 0.5
            raise KeyboardInterrupt

    with Watch(net, progress, is_sound=is_sound) as watch:
        run(watch.note)
    return net, progress, asked


def test_a_sound_fit_is_asked_about_once_at_the_end():
    net, progress, asked = run_epochs([3.0, 2.0, 1.0])
    assert (net.theta[0], progress.epoch, progress.stopped) == (3, 3, "max_iter")
    assert asked == [3]
    assert progress.optimizer_state == []


def test_a_last_epoch_that_left_an_infinite_loss_is_undone():
    net, progress, _ = run_epochs([3.0, 2.0, 1.0], sound=lambda theta: theta != 3)
    assert (net.theta[0], progress.epoch, progress.stopped) == (2, 2, "diverged")
    assert progress.optimizer_state is None


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_an_infinite_loss_undoes_its_epoch(bad):
    net, progress, _ = run_epochs([3.0, 2.0, bad])
    assert (net.theta[0], progress.epoch, progress.stopped) == (2, 2, "diverged")


def test_an_infinite_loss_undoes_the_epoch_that_left_it_as_well():
    net, progress, _ = run_epochs([3.0, 2.0, math.inf], sound=lambda theta: theta != 2)
    assert (net.theta[0], progress.epoch, progress.stopped) == (1, 1, "diverged")


def test_a_fit_that_fails_at_once_keeps_the_start():
    net, progress, _ = run_epochs([math.nan], sound=lambda theta: False)
    assert (net.theta[0], progress.epoch, progress.stopped) == (0, 0, "diverged")


def test_ctrl_c_undoes_the_epoch_that_it_comes_in():
    net, progress, _ = run_epochs([3.0, 2.0], interrupt=True)
    assert (net.theta[0], progress.epoch, progress.stopped) == (2, 2, "interrupted")
    net, progress, _ = run_epochs([3.0, 2.0], interrupt=True, sound=lambda theta: theta < 2)
    assert (net.theta[0], progress.epoch, progress.stopped) == (1, 1, "interrupted")


@pytest.mark.parametrize("undone", ["diverged", "interrupted"])
def test_an_epoch_that_is_undone_was_not_the_best(undone):
    """The stopping rule goes back with the weights: it names no epoch that is not there."""
    net, progress = Net(), Progress(None, None)
    stopping = Stopping(keep_best=True)
    watch = Watch(net, progress, is_sound=lambda: net.theta[0] != 2, stopping=stopping)
    with watch:
        for epoch, loss in ((1, 3.0), (2, 2.0)):
            net.theta[...] = epoch
            watch.note({"epoch": epoch, "loss": loss})
        if undone == "interrupted":
            raise KeyboardInterrupt
    assert (net.theta[0], len(progress.history), stopping.seen.best_epoch) == (1, 1, 1)
    assert progress.stopped == undone
