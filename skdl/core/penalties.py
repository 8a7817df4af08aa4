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
instead (see :class:`skdl.core.optimizers.SignAdaptive`). ``optimizer="lbfgs"`` reaches exact
zeros by splitting each weight into a positive and a negative part with bounds; the other
second-order solvers refuse L1.

Each term is a class below, with its value and its gradient, or its proximal step. A term of one's
own is one more of them: it is handed to :class:`skdl.core.objective.Objective` like the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import numpy as np

__all__ = ["L1", "L2", "L2Towards", "Penalty", "project_to_max_norm", "soft_threshold"]

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Penalty:
    """A term of the objective that depends on the penalised weights w alone.

    A smooth term defines its gradient and the product of its Hessian; one with a corner defines a
    proximal step and a subgradient. Whatever settings a term has beside its strength are arrays in
    the shape of w.

    Parameters
    ----------
    strength : float, or ndarray of shape (..., 1)
        The factor λ of the term (of each network).

    Attributes
    ----------
    is_smooth : bool
        Whether the term has a gradient everywhere.
    """

    strength: Any
    is_smooth: ClassVar[bool] = True

    def value(self, w: Array) -> Array:
        """Return the term for w of shape (..., n_weights), one number for each network."""
        raise NotImplementedError

    def add_gradient(self, w: Array, g: Array, scratch: Array | None = None) -> None:
        """Add the gradient at ``w`` to ``g``, by way of ``scratch``, all in the shape of w."""
        raise NotImplementedError

    def add_hessian_vector(self, w: Array, v: Array, hv: Array) -> None:
        """Add the Hessian at ``w``, times ``v``, to ``hv``."""
        raise NotImplementedError

    def shrink(self, w: Array, eta: float | Array) -> None:
        """Take the proximal step of length ``eta`` (of each weight) in place."""
        raise NotImplementedError

    def add_subgradient(self, w: Array, g: Array) -> None:
        """Add to ``g`` the subgradient that leaves the smallest gradient."""
        raise NotImplementedError

    def of_part(self, part: slice) -> Penalty:
        """Return the term for a part of the weights."""
        arrays = {f.name: getattr(self, f.name)[..., part] for f in fields(self)[1:]}
        return replace(self, **arrays) if arrays else self

    @classmethod
    def stacked(cls, terms: Sequence[Penalty], strength: Any) -> Penalty:
        """Return the term for networks side by side, given their strengths as one."""
        arrays = [np.stack([getattr(t, f.name) for t in terms]) for f in fields(cls)[1:]]
        return cls(strength, *arrays)


class L1(Penalty):
    r"""The sum of absolute weights, :math:`\lambda \sum_j |w_j|`: many weights become exactly 0.

    References
    ----------
    Tibshirani (1996), "Regression shrinkage and selection via the lasso"; Andrew and Gao (2007),
    "Scalable training of L1-regularized log-linear models", for the subgradient.

    Examples
    --------
    >>> l1, w = L1(1.0), np.array([-2.0, 0.0, 0.0])
    >>> float(l1.value(w))
    2.0
    >>> g = np.array([0.5, 0.5, 3.0])
    >>> l1.add_subgradient(w, g)
    >>> g.tolist()
    [-0.5, 0.0, 2.0]
    """

    is_smooth = False

    def value(self, w: Array) -> Array:
        """Return ``λ Σ|w|``."""
        return (self.strength * np.abs(w).sum(axis=-1, keepdims=True))[..., 0]

    def shrink(self, w: Array, eta: float | Array) -> None:
        """Move every weight towards 0 by ``η λ``, and stop there."""
        soft_threshold(w, eta * self.strength)

    def add_subgradient(self, w: Array, g: Array) -> None:
        """Add ``λ sign(w)`` where ``w ≠ 0``; shrink ``|g|`` by λ, at most to 0, where ``w = 0``."""
        l1 = self.strength
        g += np.where(w == 0, -np.clip(g, -l1, l1), l1 * np.sign(w))


class L2(Penalty):
    r"""Half the sum of squared weights, :math:`\tfrac12 \lambda \sum_j w_j^2`: small weights.

    References
    ----------
    Hoerl and Kennard (1970), "Ridge regression: biased estimation for nonorthogonal problems";
    Krogh and Hertz (1991), "A simple weight decay can improve generalization".

    Examples
    --------
    >>> l2, w, g = L2(0.1), np.array([3.0, -4.0]), np.zeros(2)
    >>> float(l2.value(w))
    1.25
    >>> l2.add_gradient(w, g)
    >>> g.round(6).tolist()
    [0.3, -0.4]
    """

    def value(self, w: Array) -> Array:
        """Return ``½ λ Σ w²``."""
        return (self.strength * (0.5 * np.vecdot(w, w, keepdims=True)))[..., 0]

    def add_gradient(self, w: Array, g: Array, scratch: Array | None = None) -> None:
        """Add ``λ w`` to ``g``."""
        g += np.multiply(w, self.strength, scratch)

    def add_hessian_vector(self, w: Array, v: Array, hv: Array) -> None:
        """Add ``λ v`` to ``hv``."""
        hv += self.strength * v


@dataclass(frozen=True, eq=False)
class L2Towards(Penalty):
    r"""L2 around given weights, :math:`\tfrac12 \lambda \lVert w - w_0 \rVert^2`: stay near them.

    What was learned elsewhere is kept unless the data speak against it.

    Parameters
    ----------
    strength : float, or ndarray of shape (..., 1)
        λ.
    start : ndarray of shape (..., n_weights)
        :math:`w_0`, laid out as the penalised part of θ.

    References
    ----------
    Li, Grandvalet and Davoine (2018), "Explicit inductive bias for transfer learning with
    convolutional networks" (L2-SP).

    Examples
    --------
    >>> term = L2Towards(0.5, np.array([1.0, 1.0]))
    >>> w, g = np.array([3.0, 1.0]), np.zeros(2)
    >>> term.add_gradient(w, g)
    >>> float(term.value(w)), g.tolist()
    (1.0, [1.0, 0.0])
    """

    start: Array

    def value(self, w: Array) -> Array:
        """Return ``½ λ ‖w − w₀‖²``."""
        return L2(self.strength).value(w - self.start)

    def add_gradient(self, w: Array, g: Array, scratch: Array | None = None) -> None:
        """Add ``λ (w − w₀)`` to ``g``."""
        away = np.subtract(w, self.start, scratch)
        g += np.multiply(away, self.strength, away)

    def add_hessian_vector(self, w: Array, v: Array, hv: Array) -> None:
        """Add ``λ v`` to ``hv``."""
        hv += self.strength * v


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
