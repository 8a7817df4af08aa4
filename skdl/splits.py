"""Splits: which rows are set aside to validate on."""

from __future__ import annotations

import numpy as np

__all__ = ["random_split", "stratified_split"]

Array = np.ndarray


def stratified_split(
    classes: Array, fraction: float, rng: np.random.Generator, owner: str = "stratified_split"
) -> tuple[Array, Array]:
    """Split rows so that every class gives about the same fraction; one row at least stays.

    Parameters
    ----------
    classes : ndarray of shape (n,)
        Class numbers.
    fraction : float
        Part of the rows that is held out.
    rng : numpy.random.Generator
        Source of randomness.
    owner : str
        Who asks, for the message.

    Returns
    -------
    rows, held_out : ndarray of int
        Row numbers, in increasing order.

    Raises
    ------
    ValueError
        If no row could be held out.

    Examples
    --------
    >>> rows, held_out = stratified_split(np.repeat([0, 1], [8, 4]), 0.25, np.random.default_rng(0))
    >>> len(held_out), int(sum(held_out < 8))
    (3, 2)
    """
    held_out = []
    owed = 0.0  # what rounding has kept back so far, so that rare classes add up
    for label in np.unique(classes):
        rows = rng.permutation(np.flatnonzero(classes == label))
        owed += fraction * len(rows)
        take = min(round(owed), len(rows) - 1)
        owed -= take
        held_out.append(rows[:take])
    held = np.sort(np.concatenate(held_out))
    _check_split(len(held), len(classes), fraction, owner)
    return np.setdiff1d(np.arange(len(classes)), held), held


def random_split(
    n: int, fraction: float, rng: np.random.Generator, owner: str = "random_split"
) -> tuple[Array, Array]:
    """Split n rows at random; parameters and results as for :func:`stratified_split`.

    Examples
    --------
    >>> rows, held_out = random_split(10, 0.2, np.random.default_rng(0))
    >>> len(rows), len(held_out)
    (8, 2)
    """
    order = rng.permutation(n)
    n_held = min(max(round(fraction * n), 1), n - 1)
    _check_split(n_held, n, fraction, owner)
    return np.sort(order[n_held:]), np.sort(order[:n_held])


def _check_split(n_held: int, n: int, fraction: float, owner: str) -> None:
    if n_held == 0:
        raise ValueError(
            f"{owner}: early_stopping needs validation rows, but validation_fraction={fraction} of "
            f"{n} rows leaves none; raise validation_fraction or pass X_val, y_val"
        )
