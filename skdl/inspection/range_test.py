r"""Learning-rate range test: one short run in which the rate grows until the loss explodes.

The rate of mini-batch k of K is :math:`\epsilon_k = \epsilon_0 (\epsilon_K/\epsilon_0)^{k/K}`. The
losses are smoothed by an exponential average, and so are the logarithms of their rates, with the
same weights: so the average does not lag behind,

.. math:: s_k = \frac{\sum_{i\le k} \beta^{k-i} \ell_i}{\sum_{i\le k} \beta^{k-i}}, \qquad
          \log r_k = \frac{\sum_{i\le k} \beta^{k-i} \log\epsilon_i}{\sum_{i\le k} \beta^{k-i}}.

Too low a rate leaves the loss where it is; a good one brings it down; beyond the largest stable one
it rises again. Two readings of the curve are in use: the rate at which the smoothed loss falls
fastest per factor of the rate, and a tenth of the rate at which it is lowest. At the lowest point
the steps are already about to become unstable, so the tenth keeps a distance from that edge; it
moves less with the noise of the batches than the slope does, and is what is suggested.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator, clone, is_classifier, is_regressor
from sklearn.exceptions import ConvergenceWarning

from skdl.core.component import Interval
from skdl.estimators.parameters.arguments import check_arguments
from skdl.estimators.parameters.resolve import resolve_settings
from skdl.tools.checks import check_estimator_object, refuse
from skdl.tools.given import as_column, kind_of_target, plain_inputs, plain_target
from skdl.tools.inside import find_network
from skdl.tools.progress import progress_bar
from skdl.tools.rows import n_rows
from skdl.tools.types import Inputs, Seed, Targets

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LearningRateTest", "find_learning_rate"]

_rate = Interval(0, closed="neither")
RULES = {
    "start": _rate,
    "stop": _rate,
    "n_steps": Interval(10, integer=True),
    "smoothing": Interval(0, 1, closed="left"),
}
BLOWN_UP = 4.0  # the test ends where the loss is this many times the lowest one, if that is > 0


@dataclass(eq=False)
class LearningRateTest:
    """What :func:`find_learning_rate` measured.

    Attributes
    ----------
    rates, losses : ndarray of shape (n_steps,)
        The learning rate of each mini-batch, and its loss before the step.
    smoothed_rates, smoothed : ndarray of shape (n_steps,)
        The smoothed loss, and the mean rate of the mini-batches that it averages.
    lowest : float
        The rate at which the smoothed loss is lowest.
    steepest : float
        The rate at which it falls fastest per factor of the rate.
    suggestion : float
        A tenth of `lowest`, to two digits.
    current : float
        The rate that the estimator has now.
    parameter : str
        The name of the parameter, with the prefix it has in a pipeline.
    exploded : bool
        Whether the test ended because the loss had grown too far, as it should.

    See Also
    --------
    find_learning_rate : Makes it.
    skdl.plots.LearningRateDisplay : Draws it.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdl import MLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> test = find_learning_rate(MLPClassifier(random_state=0), X / 16, y, random_state=0)
    >>> test.parameter, test.current
    ('learning_rate', 0.001)
    >>> list(test.to_frame())
    ['rates', 'losses', 'smoothed_rates', 'smoothed']
    """

    rates: np.ndarray = field(repr=False)
    losses: np.ndarray = field(repr=False)
    smoothed_rates: np.ndarray = field(repr=False)
    smoothed: np.ndarray = field(repr=False)
    lowest: float
    steepest: float
    suggestion: float
    current: float
    parameter: str
    exploded: bool

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas DataFrame with one row for each mini-batch."""
        import pandas as pd

        names = ("rates", "losses", "smoothed_rates", "smoothed")
        return pd.DataFrame({name: getattr(self, name) for name in names})


def find_learning_rate(
    estimator: BaseEstimator,
    X: Inputs,
    y: Targets,
    *,
    start: float = 1e-06,
    stop: float = 10.0,
    n_steps: int = 150,
    smoothing: float = 0.9,
    random_state: Seed = None,
    verbose: int = 0,
) -> LearningRateTest:
    """Run a learning-rate range test and suggest a rate.

    Parameters
    ----------
    estimator : estimator
        A network of skdl with a first-order optimiser, or a pipeline that ends in one. It is
        cloned, never changed; its schedule is not followed.
    X, y : array-like
        The training rows.
    start, stop : float, default=1e-6 and 10
        The first and the last rate. The test ends before where the loss explodes.
    n_steps : int, default=150
        Mini-batches; the rows are gone through as often as it takes.
    smoothing : float in [0, 1), default=0.9
        The weight of the past in the smoothed loss.
    random_state : int, Generator or None, default=None
        Decides the order of the rows. The network has its own.
    verbose : int, default=0
        1 shows a progress bar, on a terminal or in a notebook.

    Returns
    -------
    test : LearningRateTest
        The losses over the rates, and what they suggest.

    Raises
    ------
    TypeError
        If the estimator is no network of skdl.
    ValueError
        If its optimiser has no learning rate, or a parameter is out of its range.

    See Also
    --------
    LearningRateTest : What it returns.
    skdl.plots.LearningRateDisplay : Runs the test and draws it.

    References
    ----------
    Smith (2017), "Cyclical learning rates for training neural networks".

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skdl import MLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> found = find_learning_rate(MLPClassifier(random_state=0), X / 16, y, random_state=0)
    >>> bool(1e-3 <= found.suggestion <= 1e-1)
    True
    """
    owner = "find_learning_rate"
    check_estimator_object(owner, estimator)
    check_arguments(owner, RULES, start=start, stop=stop, n_steps=n_steps, smoothing=smoothing)
    check_arguments(owner, {}, random_state=random_state, verbose=verbose)
    if start >= stop:
        refuse(owner, "stop", f"a number > start={start!r}", stop)
    X = plain_inputs(owner, X)
    y = plain_target(owner, y, numeric=is_regressor(estimator))
    if n_rows(X) != len(y):
        refuse(owner, "y", f"as long as X, {n_rows(X)} rows", len(y))
    y = as_column(owner, y, warns=is_classifier(estimator))
    if is_classifier(estimator):
        kind_of_target(owner, y)
    mlp, X, y, name = _prepare(estimator, X, y)
    settings = resolve_settings(mlp, *X.shape)
    if settings.training.optimizer.order == 2:
        raise ValueError(
            "find_learning_rate: optimizer must be a first-order one, which has a learning rate; "
            f"got {mlp.optimizer!r}"
        )
    rng = np.random.default_rng(random_state)
    rates = np.geomspace(start, stop, n_steps)
    batches = _batches(X.shape[0], settings.training.batch_size, n_steps, rng)
    losses, exploded = _ramp(mlp, X, y, rates, batches, smoothing, verbose)
    if len(losses) < 10:
        raise ValueError(
            "find_learning_rate: start must be a rate at which the loss stays finite; from "
            f"{start!r} it exploded within {len(losses)} steps (are the inputs scaled?)"
        )
    rates, smoothed = rates[: len(losses)], smooth(losses, smoothing)
    smoothed_rates = np.exp(smooth(np.log(rates), smoothing))
    lowest, steepest = _read(smoothed_rates, smoothed)
    return LearningRateTest(
        rates=rates,
        losses=losses,
        smoothed_rates=smoothed_rates,
        smoothed=smoothed,
        lowest=lowest,
        steepest=steepest,
        suggestion=float(f"{lowest / 10:.1e}"),
        current=float(np.ravel(settings.training.learning_rate)[0]),
        parameter=name,
        exploded=exploded,
    )


def smooth(losses: np.ndarray, beta: float) -> np.ndarray:
    """Return the exponential average of the numbers so far, unbiased from the first on.

    Examples
    --------
    >>> smooth(np.array([2.0, 2.0, 5.0]), 0.5).round(6).tolist()
    [2.0, 2.0, 3.714286]
    """
    total = weight = 0.0
    smoothed = np.empty(len(losses))
    for k, loss in enumerate(losses):
        total, weight = beta * total + loss, beta * weight + 1
        smoothed[k] = total / weight
    return smoothed


def _prepare(estimator, X, y):
    """Return a clone of the network for any batch, its inputs and targets, its rate's name."""
    network, prefix = find_network(estimator)
    if "momentum_schedule" not in network.get_params(deep=False) or not (
        prefix == "" or hasattr(estimator, "steps")
    ):
        raise TypeError(
            "find_learning_rate: estimator must be a network of skdl or a pipeline that ends in "
            f"one; got {estimator!r}"
        )
    mlp = clone(network).set_params(schedule="constant", callbacks=None, verbose=0)
    if hasattr(estimator, "steps"):
        for _, step in clone(estimator).steps[:-1]:
            if hasattr(step, "fit_resample"):  # a sampler of imbalanced-learn
                X, y = step.fit_resample(X, y)
            elif step is not None and step != "passthrough":
                X = step.fit_transform(X, y)
    X = X.tocsr() if hasattr(X, "tocsr") else np.asarray(X)
    if getattr(mlp, "class_weight", None) == "balanced":  # of all rows, not of each batch
        from sklearn.utils.class_weight import compute_class_weight

        classes = np.unique(y)
        weights = compute_class_weight("balanced", classes=classes, y=np.asarray(y))
        mlp.set_params(class_weight=dict(zip(classes.tolist(), weights.tolist(), strict=True)))
    return mlp, X, np.asarray(y), f"{prefix}learning_rate"


def _batches(n_rows: int, size: int, n_steps: int, rng):
    """Yield the rows of each mini-batch, going through shuffled rows as often as needed."""
    per_epoch = max(n_rows // size, 1)  # a last batch that is smaller would be noisier: left out
    for step in range(n_steps):
        if step % per_epoch == 0:
            order = rng.permutation(n_rows)
        first = step % per_epoch * size
        yield order[first : first + size]


def _ramp(mlp, X, y, rates, batches, smoothing, verbose) -> tuple[np.ndarray, bool]:
    """Take one step at each rate; return the losses before the steps, and whether they exploded."""
    # A first step too small to matter, on all rows: it learns classes and the scale of y.
    mlp.set_params(learning_rate=rates[0] * 1e-9, batch_size="full")
    mlp.partial_fit(
        X, y, **({"classes": np.unique(y)} if is_classifier(mlp) and y.ndim == 1 else {})
    )
    losses: list[float] = []
    with (
        warnings.catch_warnings(),
        progress_bar(len(rates), verbose=verbose, description="find_learning_rate") as bar,
    ):
        warnings.simplefilter("ignore", ConvergenceWarning)  # that it diverges is the point
        for rate, rows in zip(rates, batches, strict=True):
            before = mlp.n_iter_
            mlp.set_params(learning_rate=float(rate)).partial_fit(X[rows], y[rows])
            if mlp.n_iter_ == before:  # no longer finite
                return np.array(losses), True
            losses.append(mlp.history_[-1]["loss"])
            smoothed = smooth(np.array(losses), smoothing)
            lowest = smoothed.min()
            most = BLOWN_UP * lowest if lowest > 0 else losses[0] + abs(losses[0])
            if smoothed[-1] > most:
                return np.array(losses), True
            bar.set_postfix_str(f"rate {rate:.2g}, loss {losses[-1]:.4g}")
            bar.update(1)
    return np.array(losses), False


def _read(rates: np.ndarray, smoothed: np.ndarray) -> tuple[float, float]:
    """Return where the smoothed loss is lowest, and before that where it falls fastest."""
    lowest = int(np.argmin(smoothed))
    slope = np.gradient(smoothed, np.log(rates))
    steepest = int(np.argmin(slope[: lowest + 1]))
    return float(rates[lowest]), float(rates[steepest])
