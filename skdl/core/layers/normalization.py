r"""Batch normalisation: every unit of every batch gets mean 0 and variance 1, then a learned scale.

In training the mean and the variance are those of the batch; running averages of both are kept, and
prediction uses those, so that a row's prediction does not depend on its neighbours.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from skdl.core.layers.dense import Layer, Parameter

__all__ = ["BatchNorm"]


class BatchNorm(Layer):
    r"""Batch normalisation, :math:`y = \gamma \hat z + \beta`.

    With row weights :math:`\omega_i` that sum to 1 (1/B without weights),

    .. math:: \mu = \sum_i \omega_i z_i, \qquad \sigma^2 = \sum_i \omega_i (z_i - \mu)^2, \qquad
              \hat z = \frac{z - \mu}{\sqrt{\sigma^2 + \epsilon}}

    Parameters
    ----------
    n : int
        Units.
    momentum : float
        Decay of the running averages, per batch.
    shift : bool
        Whether β is learned (it takes the place of the bias of the layer below).

    References
    ----------
    Ioffe and Szegedy (2015), "Batch normalization: accelerating deep network training by reducing
    internal covariate shift".
    """

    epsilon = 1e-5
    strengths = ("momentum",)

    def __init__(self, n: int, momentum: float = 0.9, shift: bool = True) -> None:
        super().__init__(n, n)
        self.momentum = momentum
        self.shift = shift

    def parameters(self):
        """Return γ, and β if it is learned."""
        names = ("gamma", "beta") if self.shift else ("gamma",)
        return [Parameter(name, (1, self.n_out)) for name in names]

    def statistics(self):
        """Return the running mean and variance."""
        return [Parameter("mean", (1, self.n_out)), Parameter("variance", (1, self.n_out))]

    def initialize(self, rng):
        """Start as the identity for standardised inputs."""
        start = {"gamma": np.ones(self.n_out), "variance": np.ones(self.n_out)}
        return {**start, "mean": np.zeros(self.n_out), "beta": np.zeros(self.n_out)}

    def allocate(self, shape, dtype):
        """Make room for ẑ and y."""
        full = (*shape, self.n_out)
        return SimpleNamespace(z_hat=np.empty(full, dtype), y=np.empty(full, dtype))

    def forward(self, z, b, run):
        """Return ``γ ẑ + β``, with the statistics of the batch in training."""
        b.omega = None
        if run.training:
            b.omega, momentum = 1 / z.shape[-2], 0 if run.all_rows else self.momentum
            if run.weight is not None:
                total = run.weight.sum(axis=-2, keepdims=True)
                b.omega = np.where(total > 0, run.weight / np.where(total > 0, total, 1), b.omega)
                # Rows without weight teach nothing.
                momentum = np.where(total > 0, momentum, total.dtype.type(1))
            mean = np.sum(b.omega * z, axis=-2, keepdims=True)
            np.subtract(z, mean, b.z_hat)
            variance = np.sum(b.omega * np.square(b.z_hat), axis=-2, keepdims=True)
            for average, new in ((self.mean, mean), (self.variance, variance)):
                average *= momentum
                average += (1 - momentum) * new
        else:
            variance = self.variance
            np.subtract(z, self.mean, b.z_hat)
        b.scale = 1 / np.sqrt(variance + self.epsilon)
        b.z_hat *= b.scale
        y = np.multiply(b.z_hat, self.gamma, b.y)
        if self.shift:
            y += self.beta
        return y

    def backward(self, d, b, input_gradient=True):
        r"""Return ``∂L/∂z``, written over d.

        With :math:`d\hat z = d \circ \gamma`,
        :math:`\partial L/\partial z_i = [d\hat z_i - \omega_i \sum_j d\hat z_j
        - \omega_i \hat z_i \sum_j d\hat z_j \hat z_j] / \sqrt{\sigma^2 + \epsilon}`.
        """
        np.sum(d * b.z_hat, axis=-2, keepdims=True, out=self.dgamma)
        if self.shift:
            np.sum(d, axis=-2, keepdims=True, out=self.dbeta)
        total = np.sum(d, axis=-2, keepdims=True) * self.gamma
        along = self.dgamma * self.gamma
        d *= self.gamma
        if b.omega is not None:  # when predicting, mean and variance are constants
            d -= b.omega * (total + b.z_hat * along)
        d *= b.scale
        return d
