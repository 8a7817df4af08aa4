"""Targets of a regressor: one or several columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from skdl.core.component import Interval, check_parameter
from skdl.estimators.targets.base import Target
from skdl.tools.rows import column_groups
from skdl.tools.scaling import near_one
from skdl.tools.splits import deal, random_split

__all__ = ["Numbers", "read_numbers"]

Array = np.ndarray
LARGEST = float(np.finfo(np.float64).max) / 4  # differences of such numbers are finite, too
FINE = 1e-3  # of a standard deviation: what predictions in float32 may be rounded by


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
    is_scaled : bool
        Whether it is.
    """

    n_columns: int
    is_column: bool
    mean: Array
    std: Array
    is_scaled: bool = False

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
            check_parameter(owner, "y", extreme, Interval(-LARGEST, LARGEST))
        if y.dtype.kind == "f" and y.dtype.itemsize > 8:  # longdouble
            y = y.astype(np.float64)
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
        mean, std = np.zeros(self.n_columns), np.ones(self.n_columns)
        if not (owner.scale_target and loss.scalable):
            return replace(self, mean=mean, std=std, is_scaled=False)
        if weight is not None and weight.min() == 0:
            y, weight = y[weight > 0], weight[weight > 0]
        for some in column_groups(y):
            # Near 1, so that squares stay in the range of float64 whatever the unit of y.
            part, exponent = near_one(y[:, some])
            center = np.average(part, axis=0, weights=weight)
            spread = np.sqrt(np.average(np.square(part - center), axis=0, weights=weight))
            differ = part.max(axis=0) > part.min(axis=0)
            differ &= spread > 10 * np.finfo(np.float64).eps * np.abs(center)
            mean[some] = np.ldexp(center, exponent)
            std[some] = np.where(differ, np.ldexp(spread, exponent), 1.0)
        return replace(self, mean=mean, std=std, is_scaled=True)

    def best_constant(self, y, weight, loss, owner):
        """Return the best constant of every column."""
        weight = None if weight is None else weight[:, None]
        constants = [
            loss.best_constant(self._scale(y[:, j : j + 1], slice(j, j + 1)), weight)
            for j in range(self.n_columns)
        ]
        raw = np.stack(constants, axis=1).ravel()  # all means, then all log-variances
        # The mean of scaled numbers is 0 but for rounding.
        return np.where(np.abs(raw) < 1e-12, 0.0, raw) if self.is_scaled else raw

    def check_range(self, y, dtype, owner):
        """Refuse targets that overflow once they are encoded."""
        largest, scaled = float(np.finfo(dtype).max), "(y − mean) / std" if self.is_scaled else "y"
        for extreme in (y.min(axis=0), y.max(axis=0)):
            worst = np.abs(self._scale(extreme)).argmax()
            value = float(self._scale(extreme)[worst])
            if abs(value) > largest:
                raise ValueError(
                    f"{type(owner).__name__}: {scaled} must be within ±{largest:.2g} to be learned "
                    f"in {np.dtype(dtype)}; got {value:.3g} for y={float(extreme[worst]):.3g}"
                )

    def n_outputs(self, loss):
        """Return one for each column."""
        return self.n_columns

    def encode(self, y, loss, dtype):
        """Return scaled numbers."""
        return self._scale(y).astype(dtype, order="F")

    def _scale(self, y: Array, columns: slice = slice(None)) -> Array:
        """Return ``(y − mean) / std`` in float64, of some columns."""
        with np.errstate(over="ignore"):  # infinite: refused by the limits
            return (y - self.mean[columns]) / self.std[columns]

    def smooth(self, y, loss, owner):
        """Return the targets as they are."""
        return y

    def decode(self, y):
        """Return one axis where y had one."""
        return y[:, 0] if self.is_column else y

    def split(self, y, fraction, rng, owner):
        """Hold out rows at random."""
        return random_split(len(y), fraction, rng, type(owner).__name__)

    def folds(self, y, n_folds, rng):
        """Deal out rows at random."""
        return deal(len(y), n_folds, rng)

    def predict(self, raw, loss):
        """Return the predictions in the unit of y."""
        return self.decode(self.in_unit(loss.predict(raw)))

    def output_arrays(self, W, b, loss):
        """Scale both, and shift b; log-variances of a Gaussian likelihood follow the means."""
        dtype, n = self.unit_dtype(W.dtype), self.n_columns
        W, b = W.astype(dtype), b.astype(dtype)
        W[:, :n] *= self.std
        b[:n] *= self.std
        b[:n] += self.mean
        if loss.log_unit:
            b[n:] += loss.log_unit * np.log(self.std)
        return W, b

    def unit_dtype(self, dtype: np.dtype) -> np.dtype:
        """Return the type of predictions in the unit of y.

        It is that of the network, unless float32 would lose what was learned: where neighbouring
        numbers around the mean are further apart than a thousandth of the standard deviation
        (times in seconds since 1970 are 128 s apart), or where y leaves its range.
        """
        if dtype == np.float64:
            return dtype
        kind, mean = np.finfo(dtype), np.abs(self.mean)
        fine = kind.eps * mean <= FINE * self.std
        in_range = (mean + self.std < FINE * kind.max) & (self.std > kind.tiny / kind.eps)
        return dtype if (fine & in_range).all() else np.dtype(np.float64)

    def in_unit(self, y: Array) -> Array:
        """Return encoded numbers, of shape (rows, columns), in the unit of y."""
        dtype = self.unit_dtype(y.dtype)
        return y.astype(dtype, copy=False) * self.std.astype(dtype) + self.mean.astype(dtype)

    def deviation_in_unit(self, std: Array) -> Array:
        """Return standard deviations of encoded numbers in the unit of y."""
        dtype = self.unit_dtype(std.dtype)
        return std.astype(dtype, copy=False) * self.std.astype(dtype)


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
