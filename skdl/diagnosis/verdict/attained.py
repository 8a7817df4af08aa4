"""The error that something attains: the best of several models, chosen on the other folds."""

from __future__ import annotations

import numpy as np

__all__ = ["attained", "best_on_other_folds"]

Array = np.ndarray


def best_on_other_folds(losses: Array, folds: Array) -> Array:
    r"""Choose for each fold the model with the smallest mean loss on the rows of all others.

    .. math:: c_k = \operatorname*{arg\,min}_c \sum_{i:\, k(i) \ne k} \ell_{ci}

    The best of several models on the very rows that choose it looks better than it is. A row that
    has no say in the choice is not fooled by it.

    Parameters
    ----------
    losses : ndarray of shape (n_models, n)
        The loss of each model for each row, measured when the row was held out.
    folds : ndarray of int of shape (n,)
        The fold that held the row out, from 0.

    Returns
    -------
    chosen : ndarray of int of shape (n_folds,)
        The number of the model; the first of equally good ones.

    References
    ----------
    Varma and Simon (2006), "Bias in error estimation when using cross-validation for model
    selection", BMC Bioinformatics 7.

    Examples
    --------
    In fold 0 the second model is better, everywhere else the first:

    >>> losses = np.array([[1.0, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]])
    >>> best_on_other_folds(losses, np.array([0, 0, 1, 1, 2, 2])).tolist()
    [0, 0, 0]
    """
    n_folds = int(folds.max()) + 1
    totals = np.stack([losses[:, folds == k].sum(axis=1) for k in range(n_folds)], axis=1)
    elsewhere = totals.sum(axis=1, keepdims=True) - totals
    return elsewhere.argmin(axis=0)


def attained(losses: Array, folds: Array) -> Array:
    """Return for each row the loss of the model that is best on the other folds.

    Its mean estimates, without optimism, an error that can be reached: an upper bound of the noise.

    Parameters
    ----------
    losses, folds
        As for :func:`best_on_other_folds`.

    Returns
    -------
    loss : ndarray of shape (n,)

    Examples
    --------
    >>> losses = np.array([[1.0, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]])
    >>> attained(losses, np.array([0, 0, 1, 1, 2, 2])).tolist()
    [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    """
    chosen = best_on_other_folds(losses, folds)
    return losses[chosen[folds], np.arange(losses.shape[1])]
