"""Targets of a regressor: one or several columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from skdl.core.component import check_parameter
from skdl.estimators.targets.base import Target
from skdl.tools.rows import random_split

__all__ = ["Numbers", "read_numbers"]

Array = np.ndarray


@dataclass(frozen=True)
class Numbers(Target):
    """One or several columns of numbers, of which the network may learn ``(y − mean) / std``.

    Attributes
    ----------
    n_columns : int
        Columns.
    is_column : bool
        Whether y had one axis, so that predictions have one, too.
    mean, std : ndarray of shape (n_columns,), float64
        Of the training rows; 0 and 1 where the target is not scaled.
    """

    n_columns: int
    is_column: bool
    mean: Array
    std: Array

    @classmethod
    def first(cls, y: Array, classes: Array | None) -> Self:
        """Count the columns."""
        n = y.reshape(len(y), -1).shape[1]
        return cls(n, y.ndim == 1, np.zeros(n), np.ones(n))

    def check(self, y, kind, owner, loss):
        """Return a matrix, of shape (rows, columns)."""
        y = y.reshape(len(y), -1)
        for extreme in (float(y.min()), float(y.max())):
            check_parameter(owner, f"y with loss={owner.loss!r}", extreme, loss.target_rule)
        if y.shape[1] != self.n_columns:
            raise ValueError(
                f"{type(owner).__name__}: y must have {self.n_columns} columns, as at the first "
                f"fit; got {y.shape[1]}"
            )
        return y

    def link(self, loss, owner):
        """Return the loss: a regression loss has one output activation."""
        return loss

    def weigh(self, y, sample_weight, owner):
        """Return the weights of the rows."""
        return sample_weight

    def learn(self, y, weight, loss, owner):
        """Return the target with the mean and the standard deviation of the training rows."""
        if not (owner.scale_target and loss.scalable):
            return replace(self, mean=np.zeros(self.n_columns), std=np.ones(self.n_columns))
        w = None if weight is None else weight[:, 0]
        mean = np.average(y, axis=0, weights=w)
        std = np.sqrt(np.average(np.square(y - mean), axis=0, weights=w))
        tiny = 10 * np.finfo(y.dtype if y.dtype.kind == "f" else float).eps
        return replace(self, mean=mean, std=np.where(std > tiny * np.abs(mean), std, 1.0))

    def n_outputs(self, loss):
        """Return one for each column."""
        return self.n_columns

    def encode(self, y, loss, dtype):
        """Return scaled numbers."""
        return ((y - self.mean) / self.std).astype(dtype)

    def smooth(self, y, loss, owner):
        """Return the targets as they are."""
        return y

    def decode(self, y):
        """Return one axis where y had one."""
        return y[:, 0] if self.is_column else y

    def split(self, y, fraction, rng, owner):
        """Hold out rows at random."""
        return random_split(len(y), fraction, rng, type(owner).__name__)

    def predict(self, raw, loss):
        """Return the predictions in the unit of y."""
        return self.decode(self.in_unit(loss.predict(raw)))

    def output_arrays(self, W, b):
        """Scale both, and shift b; log-variances of a Gaussian likelihood follow the means."""
        n, W, b = self.n_columns, W.copy(), b.copy()
        W[:, :n] *= self.std
        b[:n] *= self.std
        b[:n] += self.mean
        if len(b) > n:
            b[n:] += 2 * np.log(self.std)
        return W, b

    def in_unit(self, y: Array) -> Array:
        """Return encoded numbers, of shape (rows, columns), in the unit of y."""
        return y * self.std.astype(y.dtype) + self.mean.astype(y.dtype)


def read_numbers(owner: Any, y: Array) -> tuple[Array, type[Numbers]]:
    """Return y as it is: numbers.

    Examples
    --------
    >>> from skdl import MLPRegressor
    >>> from skdl.core.losses import SquaredError
    >>> y, loss = np.array([1.0, 3.0]), SquaredError()
    >>> target = Numbers.first(y, None).learn(y[:, None], None, loss, MLPRegressor())
    >>> target.encode(y[:, None], loss, float).ravel().tolist(), target.mean.tolist()
    ([-1.0, 1.0], [2.0])
    """
    return y, Numbers
