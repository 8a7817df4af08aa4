"""Splits: which rows are set aside, by class or by group; folds set aside each row once."""

from __future__ import annotations

import numpy as np

from skdl.tools.checks import refuse

__all__ = ["deal", "grouped_folds", "grouped_split", "random_split", "stratified_split"]

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
    """Refuse a split that leaves no validation rows."""
    if n_held == 0:
        raise ValueError(
            f"{owner}: early_stopping needs validation rows, but validation_fraction={fraction} of "
            f"n_samples={n} leaves none; raise validation_fraction or pass X_val, y_val"
        )


def deal(n: int, n_folds: int, rng: np.random.Generator, classes: Array | None = None) -> Array:
    """Deal n rows to folds like cards, class by class: sizes differ by one row at most.

    Parameters
    ----------
    n, n_folds : int
        Rows, and folds.
    rng : numpy.random.Generator
        Source of randomness.
    classes : ndarray of shape (n,), optional
        Class numbers. So every fold has about the same part of each class.

    Returns
    -------
    fold : ndarray of int of shape (n,)
        The number of the fold of each row.

    Examples
    --------
    >>> classes = np.repeat([0, 1], [8, 4])
    >>> fold = deal(12, 4, np.random.default_rng(0), classes)
    >>> [np.bincount(classes[fold == i]).tolist() for i in range(4)]
    [[2, 1], [2, 1], [2, 1], [2, 1]]
    """
    order = rng.permutation(n)
    if classes is not None:
        order = order[np.argsort(classes[order], kind="stable")]
    fold = np.empty(n, np.intp)
    fold[order] = np.arange(n) % n_folds
    return fold


def grouped_split(
    groups: Array, fraction: float, rng: np.random.Generator, owner: str
) -> tuple[Array, Array]:
    """Split rows so that no group is on both sides; parameters as for :func:`stratified_split`.

    Parameters
    ----------
    groups : ndarray of shape (n,)
        The group of each row.
    fraction : float
        Part of the groups that is held out: one at least, and one stays.
    rng : numpy.random.Generator
        Source of randomness.
    owner : str
        Who asks, for the message.

    Returns
    -------
    rows, held_out : ndarray of int

    Raises
    ------
    ValueError
        If there is one group only.

    Examples
    --------
    >>> groups = np.array(["a", "a", "b", "c", "c"])
    >>> rows, held_out = grouped_split(groups, 0.3, np.random.default_rng(0), "fit")
    >>> set(groups[rows]) & set(groups[held_out])
    set()
    """
    names, number = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        refuse(owner, "groups", "at least two groups", names.tolist())
    held_out = random_split(len(names), fraction, rng, owner)[1]
    is_held = np.isin(number, held_out)
    return np.flatnonzero(~is_held), np.flatnonzero(is_held)


def grouped_folds(groups: Array, n_folds: int, owner: str) -> Array:
    """Return the fold of each row; no group is in two, and folds are of about the same size.

    Parameters
    ----------
    groups : ndarray of shape (n,)
        The group of each row.
    n_folds : int
        Folds. With as many groups as folds, every group is one.
    owner : str
        Who asks, for the message.

    Returns
    -------
    fold : ndarray of int of shape (n,)

    Raises
    ------
    ValueError
        If there are fewer groups than folds.

    See Also
    --------
    sklearn.model_selection.GroupKFold : Makes the folds.

    Examples
    --------
    >>> grouped_folds(np.array([7, 7, 7, 8, 9, 9]), 3, "fit").tolist()
    [0, 0, 0, 2, 1, 1]
    """
    from sklearn.model_selection import GroupKFold

    n_groups = len(np.unique(groups))
    if n_groups < n_folds:
        allowed = f"of at least {n_folds} kinds, one for each of as many networks"
        refuse(owner, "groups", allowed, f"{n_groups} kinds")
    fold = np.empty(len(groups), np.intp)
    for i, (_, held_out) in enumerate(GroupKFold(n_folds).split(groups, groups=groups)):
        fold[held_out] = i
    return fold
