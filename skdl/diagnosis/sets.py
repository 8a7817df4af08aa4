r"""Four sets: where the rows that matter come from elsewhere than the rows to learn from.

With rows like the training rows that were held out (*train-dev*), rows of the kind that matters
(*dev*) and more of these that nothing was chosen by (*test*), what adds to the error can be told
apart:

.. math:: e_\text{test} = e_\text{training} +
    \underbrace{(e_\text{train-dev} - e_\text{training})}_\text{variance} +
    \underbrace{(e_\text{dev} - e_\text{train-dev})}_\text{data mismatch} +
    \underbrace{(e_\text{test} - e_\text{dev})}_\text{overfitting to the dev set}

Bias and variance are then those on rows like the training rows. Ng (2018), *Machine Learning
Yearning*, ch. 40-42.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from skdl.diagnosis.gaps import Estimate
from skdl.diagnosis.one_split import in_unit, joined_sets, less, mean_of_rows

if TYPE_CHECKING:
    from skdl.diagnosis.folds import Fold

__all__ = ["Sets", "sets_of", "with_sets"]


@dataclass(frozen=True)
class Sets:
    """The errors on further rows, and what separates them.

    Attributes
    ----------
    errors : dict of str to Estimate
        Of "dev" (where there are train-dev rows) and "test".
    mismatch : Estimate or None
        Dev error minus train-dev error.
    dev_overfitting : Estimate or None
        Test error minus dev error.

    See Also
    --------
    diagnose : Makes it, with ``X_train_dev`` or ``X_test``.

    Examples
    --------
    >>> Sets({}, None, None).mismatch is None
    True
    """

    errors: dict[str, Estimate]
    mismatch: Estimate | None
    dev_overfitting: Estimate | None


def with_sets(
    X: Any,
    y: Any,
    held_out: dict[str, tuple[Any, Any]],
    *,
    cv: Any,
    groups: Any,
    params: dict[str, Any] | None,
) -> tuple[Any, Any, list[tuple[np.ndarray, np.ndarray]], dict[str, np.ndarray]]:
    """Return all rows, their targets, the one split, and the numbers of the further rows.

    Parameters
    ----------
    X, y, held_out, cv, groups, params
        As for :func:`skdl.diagnosis.one_split.joined_sets`; the sets are "val" (the dev rows),
        "train_dev" and "test".

    Raises
    ------
    ValueError
        If a set is incomplete or does not suit the others, or there is no dev set.
    """
    given = [name for name, pair in held_out.items() if any(part is not None for part in pair)]
    if given[0] != "val":
        raise ValueError(f"diagnose: X_{given[0]} needs the dev rows beside it, X_val and y_val")
    rows, targets, numbers = joined_sets(X, y, held_out, cv=cv, groups=groups, params=params)
    others = {name: numbers[name] for name in ("test",) if name in numbers}
    judge = "val"
    if "train_dev" in numbers:
        judge, others = "train_dev", {"dev": numbers["val"], **others}
    return rows, targets, [(numbers["training"], numbers[judge])], others


def sets_of(fold: Fold, *, confidence: float, resolution: float) -> Sets | None:
    """Estimate the errors on further rows, and what separates them; None where there are none.

    Parameters
    ----------
    fold : Fold
        The one fit.
    confidence : float
        The coverage of the intervals, which the rows of each set tell.
    resolution : float
        0 where an error may have any size; else a row is right or wrong.
    """
    if not fold.others:
        return None
    countable = 1.0 if resolution else 0.0
    errors = {
        name: mean_of_rows(in_unit(losses, error), confidence, countable)
        for name, (error, losses) in fold.other_errors.items()
    }
    losses = in_unit(fold.losses, fold.validation_error)
    validation = mean_of_rows(losses, confidence, countable)
    dev, test = errors.get("dev"), errors.get("test")
    return Sets(
        errors,
        mismatch=None if dev is None else less(dev, validation),
        dev_overfitting=None if test is None else less(test, dev or validation),
    )
