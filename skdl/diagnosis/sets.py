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
from skdl.diagnosis.one_split import with_dev_set
from skdl.tools.rows import joined, n_rows

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
    dev: tuple[Any, Any],
    train_dev: tuple[Any, Any],
    test: tuple[Any, Any],
    *,
    cv: Any,
    groups: Any,
    params: dict[str, Any] | None,
) -> tuple[Any, Any, Any, dict[str, np.ndarray]]:
    """Return all rows, their targets, the one split, and the numbers of the further rows.

    Parameters
    ----------
    X, y : array-like
        The training rows.
    dev, train_dev, test : pair of array-like or None
        The inputs and targets of the other sets.
    cv, groups, params
        As for :func:`skdl.diagnosis.diagnose`.

    Raises
    ------
    ValueError
        If a set is incomplete or does not suit the others, or there is no dev set.
    """
    for name, (inputs, targets) in {"train_dev": train_dev, "test": test}.items():
        if (inputs is None) != (targets is None):
            raise ValueError(f"diagnose: X_{name} and y_{name} must be given together")
        if inputs is not None and dev[0] is None:
            raise ValueError(f"diagnose: X_{name} needs the dev rows beside it, X_val and y_val")
    held_out, further = dev, {"test": test}
    if train_dev[0] is not None:
        held_out, further = train_dev, {"dev": dev, "test": test}
    rows, targets, split = with_dev_set(X, y, *held_out, cv=cv, groups=groups, params=params)
    others = {}
    for name, (inputs, labels) in further.items():
        if inputs is None:
            continue
        n, own = n_rows(rows), n_rows(inputs)
        if n_rows(labels) != own:
            raise ValueError(f"diagnose: the {name} set must have a target for each of {own} rows")
        try:
            rows, targets = joined(rows, inputs), joined(targets, labels)
        except ValueError as reason:
            raise ValueError(f"diagnose: the {name} set must suit X and y: {reason}") from reason
        others[name] = np.arange(n, n + own)
    return rows, targets, split, others


def sets_of(fold: Fold, *, confidence: float) -> Sets | None:
    """Estimate the errors on further rows, and what separates them; None where there are none.

    Parameters
    ----------
    fold : Fold
        The one fit.
    confidence : float
        The coverage of the intervals, which the rows of each set tell.
    """
    if not fold.others:
        return None
    validation = (fold.validation_error, fold.losses)
    known = {name: _scaled(*found) for name, found in fold.other_errors.items()}
    known["validation"] = _scaled(*validation)
    dev = "dev" if "dev" in known else "validation"
    errors = {name: _mean(known[name], confidence) for name in known if name != "validation"}
    mismatch = (
        _difference(known["dev"], known["validation"], confidence) if "dev" in known else None
    )
    test = _difference(known["test"], known[dev], confidence) if "test" in known else None
    return Sets(errors, mismatch, test)


def _scaled(error: float, losses: np.ndarray) -> np.ndarray:
    """Return the losses of rows in the unit of the error."""
    mean = losses.mean()
    return losses * (error / mean) if mean > 0 else losses


def _mean(losses: np.ndarray, confidence: float) -> Estimate:
    """Return the mean over rows."""
    return _difference(losses, np.zeros(1), confidence)


def _difference(one: np.ndarray, other: np.ndarray, confidence: float) -> Estimate:
    """Return the difference of two means over different rows."""
    spread = [part.var(ddof=1) / len(part) if len(part) > 1 else 0.0 for part in (one, other)]
    error = float(np.sqrt(np.sum(spread)))
    degrees = max(min(len(part) for part in (one, other) if len(part) > 1) - 1, 1)
    return Estimate(float(one.mean() - other.mean()), error, degrees, confidence)
