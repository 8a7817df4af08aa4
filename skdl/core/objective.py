r"""The objective: one number for how bad the parameters are, and its derivatives.

.. math:: J(\theta) = L(\theta) + \lambda_1 \sum_j |w_j| + \tfrac12\lambda_2 \sum_j w_j^2
          + \lambda_a \tfrac1B \sum_i w_i \lVert a_i\rVert_1

The corner of :math:`|w|` is no gradient's business: ``gradient`` leaves the L1 term out, and the
training loop takes it as a proximal step (see :mod:`skdl.core.penalties`).
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np

from skdl.core.fast import compiled_gradient
from skdl.core.layers import Pass
from skdl.core.losses import Loss
from skdl.core.network import Network, Workspace
from skdl.core.penalties import l1_value, l2_value

__all__ = ["Objective"]

Array = np.ndarray


def _each(strength: Any) -> Any:
    """Return one number for each network."""
    return strength[..., 0] if np.ndim(strength) else strength


class Objective:
    r"""A network, a loss and penalties.

    Parameters
    ----------
    network : Network
        Its θ is where derivatives are taken.
    loss : Loss
        The loss.
    l1, l2 : float, or ndarray of shape (..., 1)
        :math:`\lambda_1` and :math:`\lambda_2` (of each network).
    penalize_bias : bool
        Whether the penalties apply to every parameter, not only to the weights.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        l1: Any = 0.0,
        l2: Any = 0.0,
        penalize_bias: bool = False,
    ) -> None:
        self.network = network
        self.loss = loss
        self.l1 = l1
        self.l2 = l2
        self.penalized = slice(0, network.n_parameters if penalize_bias else network.n_weights)
        self.has_l1, self.has_l2 = bool(np.any(l1)), bool(np.any(l2))
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

    def add_l2_gradient(self) -> None:
        """Add ``λ₂ w`` to ``network.gradient``."""
        w = self.network.theta[..., self.penalized]
        self.network.gradient[..., self.penalized] += self.l2 * w

    def penalty(self) -> Any:
        """Return ``λ₁ Σ|w| + ½ λ₂ Σ w²``."""
        w = self.network.theta[..., self.penalized]
        value = 0.0
        if self.has_l1:
            value = value + _each(self.l1) * l1_value(w)
        if self.has_l2:
            value = value + _each(self.l2) * l2_value(w)
        return value

    # -- for second-order solvers and gradient checks ----------------------------------

    def value(self, x, y, weight, work, run) -> Any:
        """Return J for one batch."""
        raw = self.network.forward(x, work, run)
        activity = self.network.activity_penalty(work)
        return self.loss.value(y, raw, weight) + activity + self.penalty()

    def gradient(self, x, y, weight, work, run) -> Array:
        """Return the gradient of J without its L1 term, as a view of ``network.gradient``."""
        self.loss_gradient(x, y, weight, work, run)
        if self.has_l2:
            self.add_l2_gradient()
        return self.network.gradient

    @property
    def exact_curvature(self) -> bool:
        """Whether Hessian-vector products are exact."""
        return self.loss.exact_curvature and self.network.exact_curvature

    def hessian_vector(self, v, x, y, weight, work, run) -> Array:
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
        hv[..., self.penalized] += self.l2 * v[..., self.penalized]
        return hv

    def difference_hessian_vector(self, v, x, y, weight, work, run) -> Array:
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
