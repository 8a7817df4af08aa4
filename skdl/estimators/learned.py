"""What a fitted network shows of itself: weights, biases, curves; and what a pickle keeps."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

__all__ = ["Learned"]

Array = np.ndarray


class Learned:
    """The attributes of a fitted estimator that are read off its network and its history."""

    def _affine_arrays(self) -> tuple[list[Array], list[Array]]:
        """Return W and b of each layer that has weights, from below, in the unit of y."""
        check_is_fitted(self, "_network")
        layers, dtype = self._network.weighted_layers, self._network.dtype
        W = [layer.W for layer in layers]
        b = [np.zeros(layer.n_out, dtype) if layer.b is None else layer.b[0] for layer in layers]
        W[-1], b[-1] = self._target.output_arrays(W[-1], b[-1])
        return W, b

    @property
    def networks_(self) -> list[Any]:
        """The networks, an estimator each; the estimator itself where it has only one."""
        check_is_fitted(self, "_network")
        return getattr(self, "_members", [self])

    @property
    def coefs_(self) -> list[Array]:
        """The weights of each layer, of shape (inputs, units)."""
        return self._affine_arrays()[0]

    @property
    def intercepts_(self) -> list[Array]:
        """The biases of each layer, of shape (units,); zeros where there are none."""
        return self._affine_arrays()[1]

    @property
    def loss_curve_(self) -> list[float]:
        """The training loss of each epoch, without penalties."""
        return self.history_.column("loss")

    @property
    def validation_loss_curve_(self) -> list[float]:
        """The validation loss of each epoch (empty without validation rows)."""
        return self.history_.column("validation_loss")

    @property
    def validation_scores_(self) -> list[float]:
        """The validation score of each epoch (empty unless ``monitor`` is a scorer)."""
        return self.history_.column("validation_score")

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the optimiser's state unless a later call may go on from it."""
        state = dict(super().__getstate__())
        progress = state.get("_progress")
        if progress is not None and not (self.warm_start or hasattr(self, "_was_partial")):
            state["_progress"] = dataclasses.replace(progress, optimizer_state=None, order=None)
        return state
