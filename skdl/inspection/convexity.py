r"""Is the objective convex? A test by chords, which can say no for sure, and never yes.

A function is convex if it lies below each of its chords:

.. math:: J\!\left(\frac{a + b}{2}\right) \le \frac{J(a) + J(b)}{2} \qquad \text{for all } a, b.

One chord that lies below the function shows that it is not. A linear model with a usual loss is
convex; a hidden layer makes many chords fail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from skdl.core.component import Interval
from skdl.estimators.parameters.arguments import check_arguments
from skdl.inspection.derivatives import Batch
from skdl.inspection.network import network_and_rows
from skdl.tools.checks import refuse
from skdl.tools.types import Inputs, Seed, Targets

__all__ = ["ChordTest", "chord_test"]

OWNER = "chord_test"
RULES = {"n_chords": Interval(1, integer=True), "radius": Interval(0, closed="neither")}
ROUNDING = 100  # so many times the precision of the network, relative to J, is no violation


@dataclass(frozen=True)
class ChordTest:
    """What :func:`chord_test` found.

    Attributes
    ----------
    n_chords : int
        How many chords were drawn.
    n_below : int
        How many of them lie below the objective in their middle.
    largest : float
        By how much the objective is above the middle of a chord, at most; 0 if nowhere.

    See Also
    --------
    chord_test : Makes it.

    Examples
    --------
    >>> print(ChordTest(100, 0, 0.0))
    None of 100 chords lies below the objective: nothing speaks against its being convex here.
    >>> print(ChordTest(100, 31, 0.25))
    31 of 100 chords lie below the objective, by up to 0.25: it is not convex.
    """

    n_chords: int
    n_below: int
    largest: float

    def __str__(self) -> str:
        if not self.n_below:
            return (
                f"None of {self.n_chords} chords lies below the objective: nothing speaks against "
                "its being convex here."
            )
        lie = "lies" if self.n_below == 1 else "lie"
        return (
            f"{self.n_below} of {self.n_chords} chords {lie} below the objective, by up to "
            f"{self.largest:.3g}: it is not convex."
        )


def chord_test(
    estimator: BaseEstimator,
    X: Inputs,
    y: Targets,
    sample_weight: ArrayLike | None = None,
    *,
    n_chords: int = 100,
    radius: float = 1.0,
    random_state: Seed = None,
) -> ChordTest:
    r"""Draw chords of the objective around where a fit ended, and count those that lie below it.

    The ends of a chord are :math:`\theta + \rho\,\lVert\theta\rVert\,u`, with u drawn for each from
    a normal law of unit length on average.

    Parameters
    ----------
    estimator : estimator
        A fitted network of skdl, or a pipeline that ends in one. It is not changed.
    X : array-like of shape (n_rows, n_features)
        The rows that the objective is a mean over.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        Their targets.
    sample_weight : array-like of shape (n_rows,), default=None
        Their weights.
    n_chords : int, default=100
        How many chords to draw.
    radius : float, default=1.0
        :math:`\rho`: how far the ends are, in lengths of the parameter vector.
    random_state : int, Generator or None, default=None
        Decides the chords.

    Returns
    -------
    found : ChordTest
        How many chords were drawn, and how many lie below the function.

    Raises
    ------
    ValueError
        If a parameter is out of its range.
    TypeError
        If the estimator is something else.

    See Also
    --------
    hessian_eigenvalues : A negative one says the same of the place itself.
    loss_landscape : The objective along two directions.

    References
    ----------
    Boyd and Vandenberghe (2004), "Convex Optimization", section 3.1.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> linear = MLPClassifier((), max_iter=20, n_iter_no_change=None, random_state=0).fit(X, y)
    >>> chord_test(linear, X, y, random_state=0).n_below
    0
    >>> hidden = MLPClassifier((8,), max_iter=20, n_iter_no_change=None, random_state=0).fit(X, y)
    >>> chord_test(hidden, X, y, random_state=0).n_below > 0
    True
    """
    check_arguments(OWNER, RULES, n_chords=n_chords, radius=radius, random_state=random_state)
    batch = Batch(*network_and_rows(OWNER, estimator, X, y, sample_weight))
    theta, rng = batch.network.theta, np.random.default_rng(random_state)
    centre = theta.astype(np.float64)
    with np.errstate(all="ignore"):
        step = radius * max(float(np.linalg.norm(centre)), 1e-8) / np.sqrt(centre.size)
    if not np.isfinite(step):
        allowed = "so small that the ends of a chord are finite numbers"
        refuse(OWNER, "radius", f"{allowed}, with weights of this size", radius)

    def objective(at: np.ndarray) -> float:
        theta[...] = at
        return batch.value()

    n_below, largest = 0, 0.0
    with np.errstate(all="ignore"):  # where it overflows, nothing is counted
        for _ in range(n_chords):
            a, b = centre + step * rng.normal(size=(2, centre.size))
            ends = objective(a), objective(b)
            above = objective((a + b) / 2) - sum(ends) / 2
            if above > ROUNDING * np.finfo(theta.dtype).eps * max(map(abs, ends)):
                n_below += 1
                largest = max(largest, above)
    return ChordTest(n_chords, n_below, largest)
