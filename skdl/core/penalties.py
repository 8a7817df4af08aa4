r"""Penalties: a price on weights, so that a network prefers the simpler of two explanations.

The objective of a fit is

.. math:: J(\theta) = L(\theta) + \lambda_1 \sum_j |w_j| + \tfrac12 \lambda_2 \sum_j w_j^2
          + \lambda_a \frac{1}{B}\sum_i \lVert a_i \rVert_1

with :math:`L` the weighted mean of the loss, :math:`w` the weights (without biases, unless
``penalize_bias``) and :math:`a_i` the hidden activations of row i. It does not depend on the batch
size.

**L1 and exact zeros.** :math:`|w|` has a corner at 0, and a gradient step would jump over it for
ever. First-order optimisers therefore take the L1 term not as a gradient but as a *proximal step*
after each update: every weight moves towards 0 by :math:`\eta_j \lambda_1` and stays at 0 when it
gets there, with :math:`\eta_j` the step that the optimiser takes per unit of constant gradient. For
plain SGD :math:`\eta` is the learning rate; with momentum α it is :math:`\epsilon/(1-\alpha)`.
Under Adam and its relatives each weight has its own, :math:`\eta_j = \epsilon / (\sqrt{\hat v_j} +
\delta)`, so that the fit still ends where the objective above is smallest; a weight whose gradient
is always zero is then set to 0 at once. ``rprop`` and ``delta_bar_delta`` take a subgradient
instead (see :class:`skdl.core.optimizers.sgd.SignAdaptive`). ``optimizer="lbfgs"`` reaches exact
zeros by splitting each weight into a positive and a negative part with bounds; the other
second-order solvers refuse L1.
"""

from __future__ import annotations

import numpy as np

__all__ = [
    "add_l1_subgradient",
    "l1_value",
    "l2_value",
    "project_to_max_norm",
    "soft_threshold",
]

Array = np.ndarray


def l1_value(w: Array) -> Array:
    r"""Return :math:`\sum_j |w_j|` over the last axis.

    Parameters
    ----------
    w : ndarray of shape (..., n_weights)
        Weights.

    Returns
    -------
    value : ndarray of shape (...)

    Examples
    --------
    >>> float(l1_value(np.array([3.0, -4.0])))
    7.0
    """
    return np.abs(w).sum(axis=-1)


def l2_value(w: Array) -> Array:
    r"""Return :math:`\tfrac12 \sum_j w_j^2` over the last axis; its gradient is :math:`w`.

    Parameters
    ----------
    w : ndarray of shape (..., n_weights)
        Weights.

    Returns
    -------
    value : ndarray of shape (...)

    Examples
    --------
    >>> float(l2_value(np.array([3.0, -4.0])))
    12.5
    """
    return 0.5 * np.vecdot(w, w)


def soft_threshold(w: Array, threshold: Array | float) -> None:
    r"""Move every weight towards 0 by ``threshold``, in place, and stop there.

    .. math:: w \leftarrow \mathrm{sign}(w)\max(|w| - t, 0)
              = \arg\min_u \tfrac12 (u - w)^2 + t |u|

    Parameters
    ----------
    w : ndarray of shape (..., n_weights)
        Weights.
    threshold : float or ndarray of shape (..., n_weights)
        How far.

    References
    ----------
    Beck and Teboulle (2009), "A fast iterative shrinkage-thresholding algorithm".

    Examples
    --------
    >>> w = np.array([3.0, -0.5, -4.0])
    >>> soft_threshold(w, 1.0)
    >>> w.tolist()
    [2.0, 0.0, -3.0]
    """
    w -= np.clip(w, -threshold, threshold)


def add_l1_subgradient(g: Array, w: Array, l1: Array | float) -> None:
    r"""Add the subgradient of :math:`\lambda_1 |w|` that leaves the smallest gradient, in place.

    .. math:: g \leftarrow g + \lambda_1\,\mathrm{sign}(w) \;\text{ where } w \ne 0, \qquad
              g \leftarrow \mathrm{sign}(g)\max(|g| - \lambda_1, 0) \;\text{ where } w = 0

    Parameters
    ----------
    g : ndarray of shape (..., n_weights)
        Gradient without the penalty.
    w : ndarray of shape (..., n_weights)
        Weights.
    l1 : float
        :math:`\lambda_1`.

    References
    ----------
    Andrew and Gao (2007), "Scalable training of L1-regularized log-linear models".

    Examples
    --------
    >>> g = np.array([0.5, 0.5, 3.0])
    >>> add_l1_subgradient(g, np.array([-2.0, 0.0, 0.0]), 1.0)
    >>> g.tolist()
    [-0.5, 0.0, 2.0]
    """
    g += np.where(w == 0, -np.clip(g, -l1, l1), l1 * np.sign(w))


def project_to_max_norm(W: Array, max_norm: float) -> None:
    r"""Shrink, in place, every unit whose incoming weights are longer than ``max_norm``.

    Parameters
    ----------
    W : ndarray of shape (..., inputs, units)
        Weights of a layer.
    max_norm : float
        Largest Euclidean norm of a column.

    References
    ----------
    Srebro, Rennie and Jaakkola (2004); Srivastava et al. (2014), "Dropout", section 5.1.

    Examples
    --------
    >>> W = np.array([[3.0, 0.1], [4.0, 0.1]])
    >>> project_to_max_norm(W, 1.0)
    >>> W.round(3).tolist()
    [[0.6, 0.1], [0.8, 0.1]]
    """
    norm = np.sqrt(np.square(W).sum(axis=-2, keepdims=True))
    W *= max_norm / np.maximum(norm, max_norm)
