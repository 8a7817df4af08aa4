r"""The contract of a target: what y means to a network, and what its raw outputs mean in return.

Three forms of y occur: as the user *gave* it; *checked* (class numbers, a matrix of labels or of
numbers); and *encoded*, of shape (rows, outputs) in the floating type of the network. The last is
made of a stretch of rows when it is needed (:class:`skdl.estimators.targets.encoded.Encoded`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, final

import numpy as np

from skdl.core.losses import Loss
from skdl.estimators.targets.encoded import Encoded

__all__ = ["Target"]

Array = np.ndarray


class Target(ABC):
    """The contract of a target; ``owner`` is the estimator, whose parameters are read here."""

    @classmethod
    @abstractmethod
    def first(cls, y: Array, classes: Array | None) -> Target:
        """Make a target from the first y, and from the classes where they were announced."""

    @abstractmethod
    def check(self, y: Array, kind: type[Target], owner: Any, loss: Loss) -> Array:
        """Return the checked form of a y of some kind; raise a ``ValueError`` if it is foreign."""

    @abstractmethod
    def link(self, loss: Loss, owner: Any) -> Loss:
        """Return the loss with the output activation that is meant."""

    @abstractmethod
    def weigh(self, y: Array, sample_weight: Array | None, owner: Any) -> Array | None:
        """Return the weights of the rows of a checked y, of shape (rows,), or None."""

    @abstractmethod
    def learn(self, y: Array, weight: Array | None, loss: Loss, owner: Any) -> Target:
        """Return the target with what encoding needs of the checked training rows.

        Parameters
        ----------
        y : ndarray of shape (rows,) or (rows, columns)
            Checked targets.
        weight : ndarray of shape (rows,), float64, or None
            Weights of the rows.
        loss : Loss
            The loss.
        owner : MLPClassifier or MLPRegressor
            The estimator.
        """

    @abstractmethod
    def best_constant(self, y: Array, weight: Array | None, loss: Loss, owner: Any) -> Array:
        """Return the best raw outputs that ignore the inputs; parameters as for ``learn``."""

    @abstractmethod
    def check_range(self, y: Array, dtype: Any, owner: Any) -> None:
        """Raise a ``ValueError`` if the encoded form of a checked y is too large for a type."""

    @abstractmethod
    def n_outputs(self, loss: Loss) -> int:
        """Return the columns of the encoded form."""

    @abstractmethod
    def encode(self, y: Array, loss: Loss, dtype: Any) -> Array:
        """Return the encoded form of a checked y, column by column in memory."""

    @final
    def encoded(self, y: Array, loss: Loss, dtype: Any, owner: Any, training: bool) -> Encoded:
        """Return a checked y that encodes its rows when it is asked for them."""

        def encode(rows: Array) -> Array:
            columns = self.encode(rows, loss, dtype)
            return self.smooth(columns, loss, owner) if training else columns

        return Encoded(y, encode, self.n_outputs(loss), dtype)

    @abstractmethod
    def smooth(self, y: Array, loss: Loss, owner: Any) -> Array:
        """Return encoded training targets, smoothed where the owner asks for it."""

    @abstractmethod
    def decode(self, y: Array) -> Array:
        """Return a checked y as the user gave it."""

    @abstractmethod
    def split(
        self, y: Array, fraction: float, rng: np.random.Generator, owner: Any
    ) -> tuple[Array, Array]:
        """Return the rows to train on, and those held out to validate on."""

    @abstractmethod
    def folds(self, y: Array, n_folds: int, rng: np.random.Generator) -> Array:
        """Return the number of the fold of each row; sizes differ by one row at most."""

    @abstractmethod
    def predict(self, raw: Array, loss: Loss) -> Array:
        """Return predictions in the form that the user gave, from raw outputs of some rows."""

    @abstractmethod
    def output_arrays(self, W: Array, b: Array, loss: Loss) -> tuple[Array, Array]:
        """Return weights and biases of the output layer in the unit of y."""
