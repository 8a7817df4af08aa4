r"""Losses: what a fit minimises, and how raw outputs become predictions.

A network ends in raw outputs :math:`r`, any real numbers. A loss owns its *link*, the map from raw
outputs to predictions (:meth:`Loss.predict`), and its gradient is taken with respect to the *raw*
outputs, so every pairing of loss and output unit is right, and stable, by construction.

For rows :math:`i` with weights :math:`w_i` (of mean 1), :math:`B` rows in the batch and a loss
:math:`\ell_i` that sums over the outputs of a row, all losses report the mean

.. math:: L = \frac{1}{B} \sum_i w_i\, \ell(y_i, r_i).

Targets and raw outputs have shape (..., rows, outputs); weights have shape (rows, 1) or are None.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from skdl.core.component import Component

__all__ = ["Loss"]

Array = np.ndarray


class Loss(Component):
    """Base of both families of losses.

    Attributes
    ----------
    exact_curvature : bool
        Whether :meth:`curvature` is defined.
    outputs_per_target : int
        Raw outputs for each target (2 for a mean and a variance).
    log_unit : float
        What further raw outputs gain, in units of log s, where y is multiplied by s: 2 for the
        logarithm of a variance.

    See Also
    --------
    ClassifierLoss : Losses over raw outputs and classes.
    RegressorLoss : Losses over predictions and numbers.

    Examples
    --------
    >>> from skdl.core.losses import SquaredError
    >>> loss, y, raw = SquaredError(), np.array([[1.0]]), np.array([[3.0]])
    >>> loss.per_row(y, raw).tolist(), loss.slope(y, raw).tolist()
    ([[2.0]], [[2.0]])
    """

    exact_curvature: bool = True
    outputs_per_target: ClassVar[int] = 1
    log_unit: ClassVar[float] = 0.0

    def predict(self, raw: Array) -> Array:
        """Apply the link: raw outputs to predictions."""
        return raw

    def per_row(self, y: Array, raw: Array) -> Array:
        """Return the loss of every row, summed over outputs, of shape (..., rows, 1)."""
        raise NotImplementedError

    def slope(self, y: Array, raw: Array, out: Array | None = None) -> Array:
        """Return ``∂ℓ/∂raw`` of every row, in the shape of ``raw``."""
        raise NotImplementedError

    def curvature(self, y: Array, raw: Array, v: Array) -> Array:
        """Return the Hessian of ℓ with respect to ``raw``, times ``v``, row by row."""
        raise NotImplementedError

    def pieces(self, y: Array, raw: Array) -> Array | None:
        """Tell on which side of each kink a row lies (None for a smooth loss)."""
        return None

    def best_constant(self, y: Array, weight: Array | None) -> Array:
        """Return the raw outputs with the least mean loss when no input is known.

        Parameters
        ----------
        y : ndarray of shape (rows, outputs), float64
            Targets. Of classes the mean says it all, so that one row of class frequencies will do.
        weight : ndarray of shape (rows, 1) or None
            Weights of the rows.

        Returns
        -------
        raw : ndarray of shape (outputs,)
            0 for a loss that does not know better.
        """
        return np.zeros(y.shape[-1] * self.outputs_per_target)

    # The three that training calls; the same for every loss.

    def value(self, y: Array, raw: Array, weight: Array | None = None) -> Array:
        """Return the weighted mean of the loss over the rows (one number per network)."""
        loss = self.per_row(y, raw)
        if weight is not None:
            loss = loss * weight
        return loss.mean(axis=(-2, -1))

    def gradient(
        self, y: Array, raw: Array, weight: Array | None = None, out: Array | None = None
    ) -> Array:
        """Return the derivative of :meth:`value` with respect to ``raw``."""
        out = self.slope(y, raw, out)
        if weight is not None:
            out *= weight
        out *= 1 / raw.shape[-2]
        return out

    def hessian_vector(self, y: Array, raw: Array, weight: Array | None, v: Array) -> Array:
        """Return the Hessian of :meth:`value` with respect to ``raw``, times ``v``."""
        out = self.curvature(y, raw, v) / raw.shape[-2]
        return out if weight is None else out * weight
