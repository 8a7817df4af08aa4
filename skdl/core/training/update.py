r"""The update: how a gradient moves θ.

The gradients of the smooth penalties join, decoupled weight decay shrinks the weights, the
optimiser takes its step, and the proximal step of a penalty with a corner ends it (see
:mod:`skdl.core.penalties`).

All of this is a dozen passes over θ, its gradient and the optimiser's state, so a long θ is updated
a *block* at a time: every pass but the first then finds its block in the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skdl.core.fast import compiled_steps
from skdl.core.objective import Objective
from skdl.core.optimizers import Optimizer, State
from skdl.core.penalties import Penalty

__all__ = ["Block", "Update"]

Array = np.ndarray

BLOCK = 32_768  # parameters; saves 15 % (float32) and 26 % (float64) of Adam on 269 322 of them


@dataclass
class Block:
    """A part of θ and of its gradient, and the penalised weights in it (all views)."""

    theta: Array
    g: Array
    state: State
    weights: slice
    smooth_terms: Sequence[Penalty] = ()
    corner_terms: Sequence[Penalty] = ()

    def __post_init__(self) -> None:
        self.w, self.dw = self.theta[..., self.weights], self.g[..., self.weights]
        self.scratch = self.state["scratch"][..., self.weights]


def parts(network: Any) -> list[Any]:
    """Cut θ into blocks; networks side by side stay together."""
    n = network.n_parameters
    if network.stack:
        return [slice(0, n)]
    return [slice(i, min(i + BLOCK, n)) for i in range(0, n, BLOCK)]


class Update:
    """Moves θ, step by step.

    Parameters
    ----------
    objective : Objective
        Has the network and the penalties.
    training : Training
        Has the optimiser, the nesterov flag and the weight decay.
    states : list of dict, optional
        The optimiser's state of each block, to go on from.

    Attributes
    ----------
    states : list of dict
        The same, brought up to date by every step.
    """

    def __init__(self, objective: Objective, training: Any, states: list[State] | None) -> None:
        self.objective = objective
        self.training = training
        network = objective.network
        cuts = parts(network)
        if states is None:
            states = [training.optimizer.init(network.theta[..., cut]) for cut in cuts]
        # One scratch array serves all: it stays in the cache. A state to go on from has none.
        scratch = np.empty_like(network.theta[..., cuts[0]])
        for cut, state in zip(cuts, states, strict=True):
            state["scratch"] = scratch[..., : cut.stop - cut.start]
        self.states = states
        end = objective.penalized.stop
        self.blocks = []
        for cut, state in zip(cuts, states, strict=True):
            weights = slice(cut.start, max(cut.start, min(end, cut.stop)))
            block = Block(
                network.theta[..., cut],
                network.gradient[..., cut],
                state,
                slice(0, weights.stop - cut.start),
                [term.of_part(weights) for term in objective.smooth_terms],
                [term.of_part(weights) for term in objective.corner_terms],
            )
            self.blocks.append(block)
        self.decays = bool(np.any(training.weight_decay))
        self.compiled = None
        if not (self.decays or objective.corner_terms):
            self.compiled = compiled_steps(training.optimizer, self.blocks, objective.smooth_terms)

    def step(self, rate: Any, momentum: Any) -> None:
        """Move θ by one step.

        Parameters
        ----------
        rate, momentum : float, or ndarray of shape (..., 1)
            The learning rate ε and the momentum α of this step.
        """
        if self.compiled:
            for step in self.compiled:
                step(rate)
            return
        training = self.training
        for block in self.blocks:
            for term in block.smooth_terms:
                term.add_gradient(block.w, block.dw, block.scratch)
            if self.decays:
                block.w *= 1 - rate * training.weight_decay
            pace = rate, momentum, training.nesterov
            if block.corner_terms:
                step_with_corners(training.optimizer, block, *pace)
            else:
                training.optimizer.step(block.theta, block.g, block.state, *pace)

    def flush(self) -> None:
        """Set to 0 what has become too small for the type (subnormal numbers).

        Weights that a penalty takes to 0, and the moments of units that are silent, shrink for
        ever; arithmetic on subnormal numbers is so slow that, on digits in float32 with the default
        penalty, an epoch took ten times as long after 450 epochs.
        """
        for block in self.blocks:
            learned = [a for name, a in block.state.items() if name != "scratch" and np.ndim(a)]
            for array in (block.theta, *learned):
                tiny = np.abs(array) < np.finfo(block.theta.dtype).tiny
                if tiny.any():
                    array[tiny] = 0


def step_with_corners(
    optimizer: Optimizer, block: Block, rate: Any, momentum: Any, nesterov: bool | None
) -> None:
    """Take a step of the optimiser, and of the penalties that have a corner.

    A proximal step follows; it goes as far as the optimiser goes per unit of a gradient. Where the
    optimiser wants the subgradient, that joins the gradient, and a weight that would change its
    sign stops at 0.
    """
    theta, g, w, state = block.theta, block.g, block.w, block.state
    if optimizer.wants_subgradient:
        before = w.copy()
        for term in block.corner_terms:
            term.add_subgradient(w, block.dw)
        optimizer.step(theta, g, state, rate, momentum, nesterov)
        w[w * before < 0] = 0
        return
    optimizer.step(theta, g, state, rate, momentum, nesterov)
    eta = optimizer.effective_rate(g, state, rate, momentum)
    if np.shape(eta) == theta.shape:
        eta = eta[..., block.weights]
    for term in block.corner_terms:
        term.shrink(w, eta)
