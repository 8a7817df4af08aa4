"""``bias_variance_decomposition``: train on many data sets, split the error into three parts."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, is_classifier, is_regressor

from skdl.core.component import Boolean, Either, Interval, Nothing
from skdl.decomposition.data_sets import (
    OWNER,
    Resampler,
    Sampler,
    plain_rows,
    predict_all,
    rows_to_draw,
    split_evaluation_rows,
)
from skdl.decomposition.target import make_target
from skdl.decomposition.terms import DECOMPOSITIONS
from skdl.estimators.parameters.arguments import check_arguments
from skdl.tools.checks import check_estimator_object, refuse
from skdl.tools.types import Inputs, Seed, Targets

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BiasVarianceDecomposition", "bias_variance_decomposition"]

N_BOOTSTRAP = 200  # the standard errors are then themselves known to 5 %
RULES = {
    "n_datasets": Interval(2, integer=True),
    "unbiased": Either(Boolean(), Nothing()),
    "train_size": Either(Interval(), Nothing()),
    "test_size": Either(Interval(1, integer=True), Interval(0, 1, closed="neither"), Nothing()),
}


@dataclass(eq=False)
class BiasVarianceDecomposition:
    """What :func:`bias_variance_decomposition` found: prints as text, shows as HTML in a notebook.

    Attributes
    ----------
    loss : str
        The loss that was decomposed.
    error, noise, bias, variance : float
        The terms, averaged over the evaluation rows; `bias` is the squared bias for the squared
        error. ``error = noise + bias + variance``, except for "zero_one".
    terms_ : DataFrame
        The averaged terms and their standard errors over the data sets, the evaluation rows being
        given: one row a term. For "zero_one" it also holds ``net_noise`` and ``net_variance``, with
        ``error = net_noise + bias + net_variance``, and ``unbiased_variance`` (where the main
        prediction is right) and ``biased_variance`` (where it is wrong), which add up to the
        variance.
    samples_ : DataFrame
        The terms at each evaluation row; for "zero_one" with Domingos' factors ``c1`` and ``c2``,
        NaN where what they multiply is 0. The index is the row in X, where X was split.
    main_prediction_ : ndarray of shape (n,), (n, outputs) or (n, classes)
        The mean prediction; the most frequent class; the share of data sets that predict each class
        (Kohavi and Wolpert); the geometric mean of the probabilities.
    predictions_ : ndarray of shape (n_datasets, n, ...)
        What was predicted from each data set; logarithms of probabilities for the log loss.
    classes_ : ndarray or None
        The class labels, in the order of the columns of probabilities.
    n_datasets : int
        The number of data sets.
    noise_known : bool
        Whether there is anything to tell the noise from the bias by: `y_mean` or `noise`.
    noise_estimated : bool
        Whether that is an estimate from rows that lie close together.

    See Also
    --------
    bias_variance_decomposition : Makes it.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> found = bias_variance_decomposition(
    ...     DecisionTreeClassifier(random_state=0), X, y, n_datasets=20, random_state=0,
    ...     loss="zero_one_kohavi_wolpert",
    ... )
    >>> bool(abs(found.error - (found.noise + found.bias + found.variance)) < 1e-12)
    True
    """

    loss: str
    error: float
    noise: float
    bias: float
    variance: float
    terms_: pd.DataFrame = field(repr=False)
    samples_: pd.DataFrame = field(repr=False)
    main_prediction_: np.ndarray = field(repr=False)
    predictions_: np.ndarray = field(repr=False)
    classes_: np.ndarray | None = field(repr=False)
    n_datasets: int = 0
    noise_known: bool = field(default=False, repr=False)
    noise_estimated: bool = field(default=False, repr=False)

    @property
    def _title(self) -> str:
        """What was measured, in one line."""
        rows = len(self.samples_)
        return f"{self.loss}: {self.n_datasets} data sets, {rows} evaluation rows"

    @property
    def _lines(self) -> list[tuple[str, str, str]]:
        """The equation, a term a line: its name, its value, its standard error."""
        net = "net_" if self.loss == "zero_one" else ""
        names = {"error": "  ", f"{net}noise": "= ", "bias": "+ ", f"{net}variance": "+ "}
        return [
            (sign + name, f"{value:.4g}", f"{standard_error:.2g}")
            for name, sign in names.items()
            for value, standard_error in [self.terms_.loc[name]]
        ]

    @property
    def _note(self) -> str:
        """What the reader has to know of the noise."""
        if self.noise_estimated:
            return "The noise is an estimate from rows that lie close together, often too high."
        return "" if self.noise_known else "The noise is not known, so it is part of the bias."

    def __str__(self) -> str:
        width = max(len(name) for name, _, _ in self._lines)
        lines = [f"{name:{width}}  {v:>9} ± {se}" for name, v, se in self._lines]
        return "\n".join([self._title, *lines, *filter(None, [self._note])])

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{value}</td><td>± {standard_error}</td></tr>"
            for name, value, standard_error in self._lines
        )
        title = f"{html.escape(self._title)}; ± is one standard error"
        return f"<table><caption>{title}</caption>{cells}</table><p>{self._note}</p>"


def bias_variance_decomposition(
    estimator: BaseEstimator,
    X: Inputs | None = None,
    y: Targets | None = None,
    *,
    loss: str = "auto",
    sampler: str | Callable[[np.random.Generator], tuple[Any, Any]] = "bootstrap",
    n_datasets: int = 100,
    train_size: int | float | None = None,
    X_test: Inputs | None = None,
    y_test: Targets | None = None,
    test_size: int | float | None = None,
    y_mean: ArrayLike | Callable[[Any], ArrayLike] | None = None,
    noise: float | ArrayLike | str | None = None,
    unbiased: bool | None = None,
    n_jobs: int | None = None,
    random_state: Seed = None,
    verbose: int = 0,
) -> BiasVarianceDecomposition:
    r"""Train on many data sets, and split the error on new rows into noise, bias and variance.

    For the squared error, with t the target, y the prediction from a random data set,
    :math:`y^* = \mathrm E\,t` and :math:`\bar y = \mathrm E\,y`,

    .. math:: \mathrm E (t - y)^2 = \underbrace{\mathrm E (t - y^*)^2}_\text{noise}
        + \underbrace{(\bar y - y^*)^2}_\text{bias}
        + \underbrace{\mathrm E (y - \bar y)^2}_\text{variance}

    The equations of the other losses are in :mod:`skdl.decomposition.terms`.

    Parameters
    ----------
    estimator : scikit-learn classifier, regressor or pipeline
        What is trained: a clone on each data set. If its ``random_state`` is None, the variance
        includes that of its initial weights.
    X, y : array-like of shape (n_rows, n_features) and (n_rows,)
        The rows that data sets are drawn from, and the evaluation part is taken from, unless there
        is `X_test`. None with a `sampler` that is a callable.
    loss : str, default="auto"
        "squared_error"; "zero_one" (Domingos); "zero_one_kohavi_wolpert"; "log_loss" (Heskes).
        "auto" is "zero_one" for a classifier, "squared_error" otherwise.
    sampler : {"bootstrap", "subsample"} or callable, default="bootstrap"
        Where data sets come from: rows of X, drawn with or without replacement; or
        ``sampler(rng) -> (X, y)``, which makes a fresh data set from a NumPy Generator. Data sets
        from the same rows resemble each other, so fresh ones have more variance.
    n_datasets : int, default=100
        The number of data sets, and of fits.
    train_size : int or float in (0, 1], default=None
        The rows of a data set that is drawn from X, as a number or a share of those that are not
        held out. None is all for "bootstrap" and half for "subsample".
    X_test, y_test : array-like, default=None
        The evaluation rows. None holds out a part of X, or draws one more data set from the
        callable. `y_test` may be left out where `y_mean` is given.
    test_size : int or float in (0, 1), default=None
        The evaluation part of X, where there is no `X_test`; stratified for a classifier. None is
        a quarter.
    y_mean : array-like of shape (n,) or (n, n_classes), or callable, default=None
        The mean of the target, which is the true function: at each row of `X_test`, or of X where
        that is split. For a classifier the probability of each class, in sorted order. A callable
        gets the evaluation inputs: ``reference.predict_proba``, of a model trained on far more
        data, makes an estimate. None takes `y_test` for the truth.
    noise : float, array-like of shape (n,) or "nearest_neighbors", default=None
        The noise of the loss: the variance of the target for the squared error. Without `y_mean` it
        is taken out of the bias, which would contain it; that is right on average, not at each
        row. "nearest_neighbors" estimates it from rows that lie close together (squared error and
        Kohavi-Wolpert only), somewhat too high. Beside the `y_mean` of a regressor, None measures
        it by ``(y_test - y_mean) ** 2``. The `y_mean` of a classifier tells it already.
    unbiased : bool, default=None
        Whether to move variance / n_datasets from the bias to the variance: the main prediction of
        few data sets is itself off by that much. Their sum stays. The bias may then come out below
        0. None does so for the losses that allow it, the squared error and Kohavi-Wolpert.
    n_jobs : int, default=None
        How many fits run at once. It does not change the result.
    random_state : int, Generator or None, default=None
        Decides the data sets. The estimator has its own.
    verbose : int, default=0
        1 shows a progress bar, on a terminal or in a notebook.

    Returns
    -------
    found : BiasVarianceDecomposition
        The terms, averaged and at each row.

    Raises
    ------
    ValueError
        If a parameter is out of its range, or does not go with another.

    See Also
    --------
    skdl.diagnosis.diagnose : Bias and variance as two gaps, from one data set, and what to change.

    References
    ----------
    Geman, Bienenstock and Doursat (1992), "Neural networks and the bias/variance dilemma".
    Domingos (2000), "A unified bias-variance decomposition for zero-one and squared loss".
    Kohavi and Wolpert (1996), "Bias plus variance decomposition for zero-one loss functions".
    Heskes (1998), "Bias/variance decompositions for likelihood-based estimators".

    Examples
    --------
    A straight line cannot follow a parabola: nearly all of its error is bias.

    >>> import numpy as np
    >>> from sklearn.linear_model import LinearRegression
    >>> def sampler(rng):
    ...     X = rng.uniform(-1, 1, size=(50, 1))
    ...     return X, X[:, 0] ** 2 + rng.normal(scale=0.1, size=50)
    >>> X_test = np.linspace(-1, 1, 41)[:, None]
    >>> found = bias_variance_decomposition(
    ...     LinearRegression(), sampler=sampler, X_test=X_test,
    ...     y_mean=lambda X: X[:, 0] ** 2, noise=0.1**2, random_state=0,
    ... )
    >>> print(found)
    squared_error: 100 data sets, 41 evaluation rows
      error        0.1145 ± 0.001
    = noise          0.01 ± 0
    + bias        0.09839 ± 0.00024
    + variance   0.006059 ± 0.00089
    """
    check_estimator_object(OWNER, estimator)
    common = {"n_jobs": n_jobs, "random_state": random_state, "verbose": verbose}
    check_arguments(OWNER, RULES, n_datasets=n_datasets, unbiased=unbiased, **common)
    check_arguments(OWNER, RULES, train_size=train_size, test_size=test_size)
    loss, unbiased = _check_settings(estimator, loss, unbiased)
    _check_data(X, y, X_test, y_test, y_mean, sampler, train_size, test_size)
    X, y = plain_rows(estimator, X, y, ("X", "y"))
    X_test, y_test = plain_rows(estimator, X_test, y_test, ("X_test", "y_test"))
    rng = np.random.default_rng(random_state)
    source, rows, draw = (X, y), None, sampler
    if callable(sampler):
        draw = Sampler(estimator, sampler)
    if X_test is None and callable(sampler):
        source = X_test, y_test = draw(rng)
    elif X_test is None:
        X, y, X_test, y_test, rows = split_evaluation_rows(estimator, X, y, test_size, rng)
    if not callable(sampler):
        size = rows_to_draw(sampler, train_size, len(y))
        draw = Resampler(X, y, sampler == "bootstrap", size)
    predictions, classes = predict_all(
        estimator,
        draw,
        X_test,
        loss,
        labels=[part for part in (source[1], y_test) if part is not None],
        n_datasets=n_datasets,
        rng=rng,
        n_jobs=n_jobs,
        verbose=verbose,
    )
    n_columns = predictions.shape[2] if classes is None else len(classes)
    target = make_target(
        loss,
        (X_test, y_test),
        classes,
        (predictions.shape[1], n_columns),
        y_mean=y_mean,
        noise=noise,
        rows=rows,
        source=source,
    )
    with np.errstate(over="ignore", invalid="ignore"):
        decomposition = DECOMPOSITIONS[loss](predictions, target, unbiased)
    with np.errstate(over="ignore", invalid="ignore"):  # said below
        samples, terms = _average(decomposition, rows, rng)
    if not np.isfinite(terms["value"]).all():
        raise ValueError(
            f"{OWNER}: y must be of a size whose squared errors are finite; they overflow: divide "
            "y by its standard deviation"
        )
    return BiasVarianceDecomposition(
        loss=loss,
        **terms["value"][["error", "noise", "bias", "variance"]].to_dict(),
        terms_=terms,
        samples_=samples,
        main_prediction_=_as_predicted(decomposition.main, loss, classes),
        predictions_=_as_predicted(predictions, loss, classes),
        classes_=classes,
        n_datasets=n_datasets,
        noise_known=y_mean is not None or noise is not None,
        noise_estimated=isinstance(noise, str),
    )


def _check_settings(estimator, loss, unbiased) -> tuple[str, bool]:
    """Choose what is left open, and refuse what does not go together."""
    if isinstance(loss, str) and loss == "auto":
        loss = "zero_one" if is_classifier(estimator) else "squared_error"
    if not isinstance(loss, str) or loss not in DECOMPOSITIONS:
        refuse(OWNER, "loss", "one of " + ", ".join(map(repr, ["auto", *DECOMPOSITIONS])), loss)
    if loss != "squared_error" and is_regressor(estimator):
        refuse(OWNER, "loss", "'squared_error' with a regressor", loss)
    if loss == "squared_error" and is_classifier(estimator):
        refuse(OWNER, "loss", "a loss for classes with a classifier", loss)
    if loss == "log_loss" and not hasattr(estimator, "predict_proba"):
        refuse(OWNER, "loss", "'zero_one' with an estimator that has no predict_proba", loss)
    can_correct = DECOMPOSITIONS[loss].can_correct
    if unbiased is None:
        return loss, can_correct
    if unbiased and not can_correct:
        refuse(
            OWNER,
            "unbiased",
            f"False or None with loss={loss!r}, which has no correction",
            unbiased,
        )
    return loss, bool(unbiased)


def _check_data(X, y, X_test, y_test, y_mean, sampler, train_size, test_size) -> None:
    """Refuse what is missing, and what would have no effect."""
    if callable(sampler):
        for name, value in (("X", X), ("y", y), ("train_size", train_size)):
            if value is not None:
                refuse(OWNER, name, "None with a sampler that makes its own data sets", value)
    elif not isinstance(sampler, str) or sampler not in ("bootstrap", "subsample"):
        refuse(OWNER, "sampler", "'bootstrap', 'subsample' or a callable rng -> (X, y)", sampler)
    elif X is None or y is None:
        refuse(OWNER, "X and y", f"given with sampler={sampler!r}", None)
    if test_size is not None and (X_test is not None or callable(sampler)):
        refuse(OWNER, "test_size", "None unless evaluation rows are held out of X", test_size)
    if X_test is None and y_test is not None:
        refuse(OWNER, "X_test", "given with y_test", None)
    if X_test is not None and y_test is None and y_mean is None:
        refuse(OWNER, "y_test", "given with X_test, unless y_mean is", None)


def _as_predicted(values, loss, classes):
    """Undo what was done to predictions to count and average them."""
    if loss == "squared_error" and values.shape[-1] == 1:
        return values[..., 0]
    if np.issubdtype(values.dtype, np.integer):
        return classes[values]
    return values


def _average(decomposition, rows, rng):
    """Return the terms at each row, and averaged with their standard errors.

    The standard errors are those of the bootstrap over data sets.
    """
    from pandas import DataFrame

    statistic = decomposition.statistic
    n_datasets = len(statistic)
    samples = DataFrame(decomposition.terms(statistic.mean(axis=0)), index=rows)
    shares = rng.multinomial(n_datasets, np.full(n_datasets, 1 / n_datasets), size=N_BOOTSTRAP)
    means = (np.tensordot(share / n_datasets, statistic, axes=1) for share in shares)
    redrawn = DataFrame(
        {name: term.mean() for name, term in decomposition.terms(mean).items()} for mean in means
    )
    averaged = samples.columns.drop(["c1", "c2"], errors="ignore")
    value = samples[averaged].mean()
    # Around the value, so that what does not depend on the data sets has exactly 0.
    standard_error = (redrawn[averaged] - value).std()
    return samples, DataFrame({"value": value, "standard_error": standard_error})
