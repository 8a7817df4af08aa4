r"""Batch normalisation: every unit of every batch gets mean 0 and variance 1, then a learned scale.

In training the mean and the variance are those of the batch; running averages of both are kept, and
prediction uses those, so that a row's prediction does not depend on its neighbours.

Rows that are few say little about a variance, and one says nothing: its own would be 0. So a last
batch of fewer than 8 rows joins the batch before it (see :func:`skdl.core.batches.slices`). A row
that is alone in its batch, as with ``batch_size=1``, is normalised by the running averages, which
then take an eighth of their usual step. ``bench/last_batch.py`` measures what else could be done.
"""

from __future__ import annotations

import numpy as np

from skdl.core.layers.base import Layer, Memo, Parameter, Pass

__all__ = ["BatchNorm"]

Array = np.ndarray


class BatchNorm(Layer):
    r"""Batch normalisation, :math:`y = \gamma \hat z + \beta`.

    With row weights :math:`\omega_i` that sum to 1 (1/B without weights),

    .. math:: \mu = \sum_i \omega_i z_i, \qquad \sigma^2 = \sum_i \omega_i (z_i - \mu)^2, \qquad
              \hat z = \frac{z - \mu}{\sqrt{\sigma^2 + \epsilon}}

    Where one row alone has a weight, :math:`\mu` and :math:`\sigma^2` are the running averages so
    far, as constants; they then take in z and :math:`(z - \mu)^2`, with an eighth of the weight
    of a batch.

    Parameters
    ----------
    n : int
        Units.
    momentum : float
        Decay of the running averages, per batch.
    shift : bool
        Whether β is learned (it takes the place of the bias of the layer below).

    See Also
    --------
    Dense : The layer below, whose bias it makes idle.

    References
    ----------
    Ioffe and Szegedy (2015), "Batch normalization: accelerating deep network training by reducing
    internal covariate shift".

    Examples
    --------
    >>> layer = BatchNorm(1, momentum=0.9)
    >>> layer.gamma, layer.beta = np.array([[2.0]]), np.array([[10.0]])
    >>> layer.mean, layer.variance = np.zeros((1, 1)), np.ones((1, 1))
    >>> memo = layer.allocate((2,), np.dtype(float))
    >>> layer.forward(np.array([[3.0], [5.0]]), memo, Pass(training=True)).round(2).tolist()
    [[8.0], [12.0]]
    """

    epsilon = 1e-5
    strengths = ("momentum",)
    least_rows = 8
    gamma: Array
    beta: Array
    mean: Array
    variance: Array
    dgamma: Array | None = None
    dbeta: Array | None = None

    def __init__(self, n: int, momentum: float = 0.9, shift: bool = True) -> None:
        super().__init__(n, n)
        self.momentum = momentum
        self.shift = shift

    def parameters(self) -> list[Parameter]:
        """Return γ, and β if it is learned."""
        names = ("gamma", "beta") if self.shift else ("gamma",)
        return [Parameter(name, (1, self.n_out)) for name in names]

    def statistics(self) -> list[Parameter]:
        """Return the running mean and variance."""
        return [Parameter("mean", (1, self.n_out)), Parameter("variance", (1, self.n_out))]

    def initialize(self, rng: np.random.Generator) -> dict[str, Array]:
        """Start as the identity for standardised inputs."""
        zeros, ones = np.zeros(self.n_out), np.ones(self.n_out)
        return {"gamma": ones, "beta": zeros, "mean": zeros, "variance": ones}

    def allocate(self, shape: tuple[int, ...], dtype: np.dtype) -> Memo:
        """Make room for ẑ and y."""
        full = (*shape, self.n_out)
        return Memo(z_hat=np.empty(full, dtype), y=np.empty(full, dtype))

    def forward(self, z: Array, memo: Memo, run: Pass) -> Array:
        """Return ``γ ẑ + β``, with the statistics of the batch in training."""
        memo.omega = None
        if run.training:
            memo.omega, momentum = 1 / z.shape[-2], 0 if run.all_rows else self.momentum
            if run.weight is not None:
                total = run.weight.sum(axis=-2, keepdims=True)
                counts = total > 0  # rows without weight teach nothing
                memo.omega = np.where(counts, run.weight / np.where(counts, total, 1), memo.omega)
                momentum = np.where(counts, momentum, total.dtype.type(1))
            mean = center = np.sum(memo.omega * z, axis=-2, keepdims=True)
            alone = self.is_alone(z, run)
            if np.any(alone):
                center = np.where(alone, self.mean, mean)
                slow = 1 - (1 - momentum) / self.least_rows
                momentum = np.where(alone, slow, momentum).astype(z.dtype, copy=False)
            np.subtract(z, center, memo.z_hat)
            new = np.sum(memo.omega * np.square(memo.z_hat), axis=-2, keepdims=True)
            variance = np.where(alone, self.variance, new) if np.any(alone) else new
            for average, now in ((self.mean, mean), (self.variance, new)):
                average *= momentum
                average += (1 - momentum) * now
            if np.any(alone):
                memo.omega = np.where(alone, z.dtype.type(0), memo.omega)
        else:
            variance = self.variance
            np.subtract(z, self.mean, memo.z_hat)
        memo.scale = 1 / np.sqrt(variance + self.epsilon)
        memo.z_hat *= memo.scale
        y = np.multiply(memo.z_hat, self.gamma, memo.y)
        if self.shift:
            y += self.beta
        return y

    @staticmethod
    def is_alone(z: Array, run: Pass) -> bool | Array:
        """Tell whether no more than one row of the batch (of each network) has a weight."""
        if run.all_rows:  # a solver's objective must not change from one look to the next
            return False
        if run.weight is None or z.shape[-2] == 1:
            return z.shape[-2] == 1
        return np.count_nonzero(run.weight, axis=-2, keepdims=True) <= 1

    def backward(self, d: Array, memo: Memo, input_gradient: bool = True) -> Array | None:
        r"""Return ``∂L/∂z``, written over d.

        With :math:`d\hat z = d \circ \gamma`,
        :math:`\partial L/\partial z_i = [d\hat z_i - \omega_i \sum_j d\hat z_j
        - \omega_i \hat z_i \sum_j d\hat z_j \hat z_j] / \sqrt{\sigma^2 + \epsilon}`.
        """
        along = np.sum(d * memo.z_hat, axis=-2, keepdims=True)
        total = np.sum(d, axis=-2, keepdims=True)
        if self.dgamma is not None:
            self.dgamma[...] = along
        if self.dbeta is not None:
            self.dbeta[...] = total
        d *= self.gamma
        if memo.omega is not None:  # when predicting, mean and variance are constants
            d -= memo.omega * (self.gamma * total + memo.z_hat * (self.gamma * along))
        d *= memo.scale
        return d
