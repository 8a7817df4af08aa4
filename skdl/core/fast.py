"""Adam's step as one compiled pass, if Numba is installed (``pip install skdl[fast]``).

The readable step in :mod:`skdl.core.adam` walks over θ ten times, and the L2 penalty twice more.
Compiled, both are one walk with the same results to rounding; ``bench/epoch.py`` measures what it
buys. Compiling takes a second, once: what was compiled is kept on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from skdl.core.adam import Adam

__all__ = ["compiled_step"]


def compiled_step(optimizer: Any, block: Any) -> Callable[[Any, Any], None] | None:
    """Return the compiled step for a block of parameters, or None where there is none.

    Parameters
    ----------
    optimizer : Optimizer
        Adam has one; so has AdamW where its decay, a part of the readable step, is 0.
    block : Block
        What moves (see :mod:`skdl.core.update`).

    Returns
    -------
    step : callable or None
        ``step(rate, l2)`` adds ``l2·w`` to the gradient and takes the optimiser's step.
    """
    if not isinstance(optimizer, Adam):
        return None
    walk, state = _compile(), block.state
    if walk is None:
        return None
    arrays = (block.theta, block.g, state["m_sum"], state["v_sum"])
    rows = [a.reshape(-1, a.shape[-1]) for a in arrays]  # one row for each network
    n_weights, dtype = block.weights.stop, block.theta.dtype.type
    constants = [dtype(state[name]) for name in ("decay_1", "decay_2", "epsilon")]
    rates, strengths = np.empty((2, len(rows[0]), 1), dtype)

    def step(rate, l2):
        state["t"] += 1
        rates[...] = optimizer.corrected_rate(state, rate) * state["scale"]
        strengths[...] = l2
        walk(*rows, rates, strengths, n_weights, *constants)

    return step


@cache
def _compile() -> Callable | None:
    """Compile the walk over the parameters of every network, if Numba is installed."""
    try:
        from numba import njit
    except Exception:  # a broken installation can raise anything; the readable step always works
        return None

    @njit(cache=True, error_model="numpy")
    def walk(thetas, gradients, m_sums, v_sums, rates, l2, n_weights, decay_1, decay_2, epsilon):
        for i in range(len(thetas)):
            theta, g, m_sum, v_sum = thetas[i], gradients[i], m_sums[i], v_sums[i]
            rate, strength = rates[i, 0], l2[i, 0]
            for j in range(theta.size):
                if j < n_weights:
                    g[j] += strength * theta[j]
                m_sum[j] = decay_1 * m_sum[j] + g[j]
                v_sum[j] = decay_2 * v_sum[j] + g[j] * g[j]
                theta[j] -= rate * m_sum[j] / (np.sqrt(v_sum[j]) + epsilon)

    return walk
