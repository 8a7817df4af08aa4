r"""The objective: one number for how bad the parameters are, and its derivatives.

.. math:: J(\theta) = L(\theta) + \lambda_1 \sum_j |w_j| + \tfrac12\lambda_2 \sum_j w_j^2
          + \lambda_a \tfrac1B \sum_i w_i \lVert a_i\rVert_1

with L the mean of the loss and the penalties of :mod:`skdl.core.penalties`. The corner of
:math:`|w|` is no gradient's business: ``gradient`` leaves such terms out, and the update takes them
as a proximal step.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from skdl.core.fast import compiled_gradient
from skdl.core.layers import Pass
from skdl.core.losses import Loss
from skdl.core.network import Network, Workspace
from skdl.core.penalties import Penalty

__all__ = ["Objective"]

Array = np.ndarray


class Objective:
    r"""A network, a loss and penalties.

    Parameters
    ----------
    network : Network
        Its θ is where derivatives are taken.
    loss : Loss
        The loss.
    penalties : sequence of Penalty
        The terms that are added to the loss.
    penalize_bias : bool
        Whether the penalties apply to every parameter, not only to the weights.

    Attributes
    ----------
    penalized : slice
        The part of θ that the penalties apply to.
    smooth_terms, corner_terms : list of Penalty
        The penalties with and without a gradient everywhere; those of strength 0 are left out.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        penalties: Sequence[Penalty] = (),
        penalize_bias: bool = False,
    ) -> None:
        self.network = network
        self.loss = loss
        self.penalties = tuple(penalties)
        self.penalized = slice(0, network.n_parameters if penalize_bias else network.n_weights)
        self.smooth_terms: list[Penalty] = []
        self.corner_terms: list[Penalty] = []
        for term in penalties:
            if np.any(term.strength):
                (self.smooth_terms if term.is_smooth else self.corner_terms).append(term)
        self._gradient_of_loss = compiled_gradient(loss) or loss.gradient

    def loss_gradient(
        self, x: Array, y: Array, weight: Array | None, work: Workspace, run: Pass
    ) -> Array:
        """Fill ``network.gradient`` with the gradient of L (and of the activities); return raw."""
        raw = self.network.forward(x, work, run)
        if work.delta is None:
            work.delta = np.empty_like(raw)
        self.network.backward(self._gradient_of_loss(y, raw, weight, work.delta), work)
        return raw

    def add_penalty_gradient(self) -> None:
        """Add the gradient of the smooth penalties to ``network.gradient``."""
        w = self.network.theta[..., self.penalized]
        for term in self.smooth_terms:
            term.add_gradient(w, self.network.gradient[..., self.penalized])

    def smooth_penalty(self) -> Any:
        """Return the sum of the penalties that have a gradient (of each network)."""
        w = self.network.theta[..., self.penalized]
        return sum(term.value(w) for term in self.smooth_terms)

    def penalty(self) -> Any:
        """Return the sum of all penalties on weights (of each network)."""
        w, total = self.network.theta[..., self.penalized], 0.0
        for term in (*self.corner_terms, *self.smooth_terms):
            total = total + term.value(w)
        return total

    # -- for second-order solvers and gradient checks ----------------------------------

    def value(self, x: Array, y: Array, weight: Array | None, work: Workspace, run: Pass) -> Any:
        """Return J for one batch."""
        raw = self.network.forward(x, work, run)
        activity = self.network.activity_penalty(work)
        return self.loss.value(y, raw, weight) + activity + self.penalty()

    def gradient(
        self, x: Array, y: Array, weight: Array | None, work: Workspace, run: Pass
    ) -> Array:
        """Return ``network.gradient``, filled with the gradient of J without terms with corners."""
        self.loss_gradient(x, y, weight, work, run)
        self.add_penalty_gradient()
        return self.network.gradient

    @property
    def exact_curvature(self) -> bool:
        """Whether Hessian-vector products are exact."""
        return self.loss.exact_curvature and self.network.exact_curvature

    def hessian_vector(
        self,
        v: Array,
        x: Array,
        y: Array,
        weight: Array | None,
        work: Workspace,
        run: Pass,
    ) -> Array:
        r"""Return :math:`Hv`, exactly by the R-operator or by central differences of the gradient.

        Exact where every layer and the loss define their part: dense layers, all element-wise
        activations, PReLU, maxout, activity penalties, and all losses but focal. Batch
        normalisation, RBF units and the focal loss take central differences,
        :math:`[\nabla J(\theta + hv) - \nabla J(\theta - hv)] / 2h` with a step of relative size
        :math:`\epsilon^{1/3}`.
        """
        network = self.network
        if not self.exact_curvature:
            return self.difference_hessian_vector(v, x, y, weight, work, run)
        raw = network.forward(x, work, run)
        hv = network.hessian_vector(
            v,
            self.loss.gradient(y, raw, weight),
            lambda r_raw: self.loss.hessian_vector(y, raw, weight, r_raw),
            work,
        )
        w, v = network.theta[..., self.penalized], v[..., self.penalized]
        for term in self.smooth_terms:
            term.add_hessian_vector(w, v, hv[..., self.penalized])
        return hv

    def difference_hessian_vector(
        self,
        v: Array,
        x: Array,
        y: Array,
        weight: Array | None,
        work: Workspace,
        run: Pass,
    ) -> Array:
        """Return ``Hv`` by central differences of the gradient."""
        theta = self.network.theta
        start, running = theta.copy(), self.network.running.copy()
        length = np.linalg.norm(v)
        if length == 0:
            return np.zeros_like(v)
        h = np.finfo(theta.dtype).eps ** (1 / 3) * (1 + np.linalg.norm(start)) / length
        same_noise = replace(run, rng=deepcopy(run.rng))
        np.add(start, h * v, theta)
        ahead = self.gradient(x, y, weight, work, run).copy()
        np.subtract(start, h * v, theta)
        hv = (ahead - self.gradient(x, y, weight, work, same_noise)) / (2 * h)
        self.network.restore((start, running))
        return hv
