"""Operations that follow each other, compiled into one, if Numba is installed (``skdl[fast]``).

NumPy walks over its arrays once for every operation. Adam and the L2 penalty are twelve walks over
θ; a bias, a rectifier, its slope and the bias's gradient are five over the activations; a softmax
and its slope are eight over the outputs. Compiled, they are one, two and three, with the same
results to rounding; ``bench/epoch.py`` measures what that buys. The readable code stays where it
was and works without Numba; whoever trains asks here for something quicker::

    compiled_steps(optimizer, blocks, penalties)  in place of  Update.step
    compiled_layers(layers)                       in place of  layers
    compiled_gradient(loss)                       in place of  loss.gradient

Compiling takes seconds, once: what was compiled is kept on disk.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np

from skdl.core.activations import ReLU
from skdl.core.layers import Activate, Dense, Layer, Memo, Pass
from skdl.core.losses import CrossEntropy
from skdl.core.optimizers import Adam
from skdl.core.penalties import L2, Penalty

__all__ = ["compiled_gradient", "compiled_layers", "compiled_steps"]


def compiled_steps(
    optimizer: Any, blocks: list[Any], penalties: list[Penalty]
) -> list[Callable[[Any], None]] | None:
    """Return the compiled step of every block of parameters, or None where there is none.

    Parameters
    ----------
    optimizer : Optimizer
        Adam has one; so has AdamW where its decay, a part of the readable step, is 0.
    blocks : list of Block
        What moves (see :mod:`skdl.core.training.update`).
    penalties : list of Penalty
        The smooth terms of the objective: L2 is a part of the compiled step, others are not.

    Returns
    -------
    steps : list of callable, or None
        ``step(rate)`` adds the gradient of the penalties and takes the optimiser's step.
    """
    if compiled_loops() is None or any(type(term) is not L2 for term in penalties):
        return None
    l2, steps = sum(term.strength for term in penalties), []
    for block in blocks:
        step = compiled_step(optimizer, block)
        if step is None:
            return None
        steps.append(partial(step, l2=l2))
    return steps


def compiled_step(optimizer: Any, block: Any) -> Callable[[Any, Any], None] | None:
    """Return the compiled step for a block of parameters, or None where there is none.

    Parameters
    ----------
    optimizer : Optimizer
        Adam has one; so has AdamW where its decay, a part of the readable step, is 0.
    block : Block
        What moves (see :mod:`skdl.core.training.update`).

    Returns
    -------
    step : callable or None
        ``step(rate, l2)`` adds ``l2·w`` to the gradient and takes the optimiser's step.
    """
    loops, state = compiled_loops(), block.state
    if loops is None or not isinstance(optimizer, Adam):
        return None
    arrays = (block.theta, block.g, state["m"], state["v"])
    rows = [a.reshape(-1, a.shape[-1]) for a in arrays]  # one row for each network
    n_weights, dtype = block.weights.stop, block.theta.dtype.type
    beta_1, beta_2, epsilon = optimizer.beta_1, optimizer.beta_2, optimizer.epsilon
    constants = [dtype(c) for c in (beta_1, 1 - beta_1, beta_2, 1 - beta_2, epsilon)]
    rates, strengths = np.empty((2, len(rows[0]), 1), dtype)

    def step(rate, l2):
        state["t"] += 1
        rates[...] = optimizer.corrected_rate(rate, state["t"])
        strengths[...] = l2
        loops.adam(*rows, rates, strengths, n_weights, *constants)

    return step


def compiled_layers(layers: list[Layer]) -> list[Layer]:
    """Return layers for training, in which each bias below a rectifier is one with it.

    Parameters
    ----------
    layers : list of Layer
        Of a network.

    Returns
    -------
    layers : list of Layer
        As many, on the same parameters and memos.
    """
    result, loops = list(layers), compiled_loops()
    if loops is None:
        return result
    for i, (dense, above) in enumerate(pairwise(layers)):
        rectifies = type(above) is Activate and type(above.activation) is ReLU
        if rectifies and type(dense) is Dense and dense.bias is not None:
            result[i] = copy.copy(dense)
            result[i].bias = result[i].db = None
            result[i + 1] = _Rectifier(dense, loops)
    return result


class _Rectifier(Layer):
    """Bias and rectifier, ``a = max(z + b, 0)``, written over z."""

    def __init__(self, dense: Dense, loops: Any) -> None:
        super().__init__(dense.n_out, dense.n_out)
        self.b, self.db = (b.reshape(-1, b.shape[-1]) for b in (dense.b, dense.db))
        self.loops = loops

    def forward(self, z: np.ndarray, memo: Memo, run: Pass) -> np.ndarray:
        """Return a."""
        self.loops.rectify(_stack(z), self.b)
        memo.z = memo.a = z
        return z

    def backward(self, d: np.ndarray, memo: Memo, input_gradient: bool = True) -> np.ndarray:
        """Return ``∂L/∂z = d ∘ [a > 0]``, written over d, and fill ``∂L/∂b = Σ ∂L/∂z``."""
        self.loops.rectified_gradient(_stack(d), _stack(memo.a), self.db)
        return d


def compiled_gradient(loss: Any) -> Callable | None:
    """Return what does what ``loss.gradient`` does, compiled; or None where there is none.

    Parameters
    ----------
    loss : Loss
        Cross-entropy under softmax has one.

    Returns
    -------
    gradient : callable or None
        ``gradient(y, raw, weight, out)``; the classes come first in the memory of all of them.
    """
    loops = compiled_loops()
    if loops is None or type(loss) is not CrossEntropy or loss.link != "softmax":
        return None

    def gradient(y, raw, weight, out):
        p = _stack(out.swapaxes(-1, -2))
        loops.shift(_stack(raw.swapaxes(-1, -2)), p)
        np.exp(p, p)
        loops.softmax_slope(_stack(y.swapaxes(-1, -2)), p)
        if weight is not None:
            out *= weight
        return out

    return gradient


def _stack(a: np.ndarray) -> np.ndarray:
    """Return a view with an axis for the networks, also where there is one network."""
    return a if a.ndim == 3 else a[None]


@cache
def compiled_loops() -> SimpleNamespace | None:
    """Compile the loops, if Numba is installed; in all of them s counts networks."""
    try:
        from numba import njit
    except Exception:  # a broken installation can raise anything; the readable code always works
        return None

    def compiled(loop):
        try:
            return njit(loop, cache=True, error_model="numpy")
        except RuntimeError:  # no folder that may be written to
            return njit(loop, error_model="numpy")

    @compiled
    def adam(thetas, gs, ms, vs, rates, l2, n_weights, beta_1, rest_1, beta_2, rest_2, epsilon):
        for s in range(len(thetas)):
            theta, g, m, v = thetas[s], gs[s], ms[s], vs[s]
            rate, strength = rates[s, 0], l2[s, 0]
            for j in range(theta.size):
                if j < n_weights:
                    g[j] += strength * theta[j]
                m[j] = beta_1 * m[j] + rest_1 * g[j]
                v[j] = beta_2 * v[j] + rest_2 * (g[j] * g[j])
                theta[j] -= rate * m[j] / (np.sqrt(v[j]) + epsilon)

    # What one walk reads or adds to again and again is held in a small array of its own: a slice
    # of θ that may have gaps would not be vectorised, at ten times the time for a stack.

    @compiled
    def rectify(z, b):
        bias = np.empty(z.shape[2], z.dtype)
        for s in range(z.shape[0]):
            bias[:] = b[s]
            for i in range(z.shape[1]):
                for j in range(z.shape[2]):
                    z[s, i, j] += bias[j]
                    if z[s, i, j] < 0:
                        z[s, i, j] = 0

    @compiled
    def rectified_gradient(d, a, db):
        total, zero = np.empty(d.shape[2], d.dtype), d.dtype.type(0)
        for s in range(d.shape[0]):
            total[:] = 0
            for i in range(d.shape[1]):
                for j in range(d.shape[2]):
                    d[s, i, j] = d[s, i, j] if a[s, i, j] > 0 else zero
                    total[j] += d[s, i, j]
            db[s] = total

    @compiled
    def shift(raw, out):
        top = np.empty(raw.shape[2], raw.dtype)
        for s in range(raw.shape[0]):
            top[:] = raw[s, 0]
            for k in range(1, raw.shape[1]):
                for i in range(raw.shape[2]):
                    top[i] = max(top[i], raw[s, k, i])
            for k in range(raw.shape[1]):
                for i in range(raw.shape[2]):
                    out[s, k, i] = raw[s, k, i] - top[i]

    @compiled
    def softmax_slope(y, out):
        target, total = np.empty((2, out.shape[2]), out.dtype)
        per_row = 1 / out.dtype.type(out.shape[2])
        for s in range(out.shape[0]):
            total[:] = 0
            for k in range(out.shape[1]):
                for i in range(out.shape[2]):
                    total[i] += out[s, k, i]
            for i in range(out.shape[2]):
                total[i] = 1 / total[i]
            for k in range(out.shape[1]):
                target[:] = y[s, k]
                for i in range(out.shape[2]):
                    out[s, k, i] = (out[s, k, i] * total[i] - target[i]) * per_row

    return SimpleNamespace(
        adam=adam,
        rectify=rectify,
        rectified_gradient=rectified_gradient,
        shift=shift,
        softmax_slope=softmax_slope,
    )
