"""``Diagnosis``: what was found, as plain data that can be printed, shown, drawn and kept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, is_classifier

from skdl.core.component import Interval, check_parameter
from skdl.diagnosis.balance import Balance, balance_of
from skdl.diagnosis.bayes import BayesEstimate
from skdl.diagnosis.checks import check_data
from skdl.diagnosis.error_measure import ErrorMeasure
from skdl.diagnosis.errors import errors_of
from skdl.diagnosis.findings.finding import Finding
from skdl.diagnosis.findings.training_record import TrainingRecord
from skdl.diagnosis.gaps import Estimate
from skdl.diagnosis.predictions import confusions
from skdl.diagnosis.remedies.remedy import Remedy
from skdl.diagnosis.sets import Sets
from skdl.diagnosis.telling import words
from skdl.diagnosis.telling.html import diagnosis_as_html
from skdl.diagnosis.telling.json import diagnosis_as_json
from skdl.diagnosis.telling.text import diagnosis_as_text
from skdl.diagnosis.telling.trial_words import by_outcome
from skdl.diagnosis.trials import Trials, try_out
from skdl.diagnosis.verdict import Verdict
from skdl.diagnosis.work import enough_rows, widest
from skdl.tools.types import Inputs, Seed, Targets

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from skdl.plots import GapsDisplay, LearningCurveDisplay

__all__ = ["Diagnosis", "How"]

TRIALS = 0x7F1A15  # begins the seed of the trials, so that they never get the diagnosis's folds


@dataclass(frozen=True)
class How:
    """How a diagnosis was made, as far as its remedies have to be tried in the same way."""

    measure: ErrorMeasure
    cv: Any
    stratify: bool


@dataclass(eq=False)
class Diagnosis:
    """What :func:`diagnose` found: plain data that prints as text and shows as HTML in a notebook.

    Attributes
    ----------
    estimator : estimator
        An unfitted clone of what was diagnosed.
    is_network : bool
        Whether the model at its end has hidden layers.
    error_name : str
        What is measured: "error rate", "variance unexplained", or named after the scorer.
    bayes : BayesEstimate
        The best attainable error: its value, where it is from, how far to trust it.
    tolerance : float
        The size up to which a gap counts as small.
    target_error : float or None
        The error that was to be reached.
    training_error, validation_error : Estimate
        Means over the folds.
    bias, variance : Estimate
        Training error minus Bayes error, and validation error minus training error. Where the Bayes
        error is not known it counts as 0, and the first is bias and noise together.
    regime : {"underfitting", "overfitting", "both", "neither", "no fault shown"}
        The faults that are shown; with a stated Bayes error, the most likely of the first four.
    conclusive : bool
        Whether that is certain: the intervals of the faults exclude the tolerance.
    probabilities : dict of str to float
        The probability of each regime.
    verdict : Verdict
        What the folds show of bias and variance, and how large a bias is possible; see
        :class:`skdl.diagnosis.verdict.Verdict`.
    findings : list of Finding
        What is wrong with the data and the optimiser, and which simpler models do better: each
        with its evidence in one sentence.
    remedies : list of Remedy
        What to change; valid as ``param_distributions`` of ``RandomizedSearchCV``.
    balance : Balance or None
        Of a classifier, what stands beside the error rate: balanced accuracy, and how the rarest
        class fares.
    settle : str
        How many repeats or rows would make it conclusive; empty where it is.
    notes : list of str
        What else was noticed.
    folds_ : DataFrame
        One row for each fit at full size: fold, rows, errors, seconds, converged.
    learning_curve_ : DataFrame or None
        One row for each number of training rows: both errors with their intervals.
    baselines_ : DataFrame
        One row for each baseline: both errors, and the difference of its validation error to the
        diagnosed model's on the same folds, with the interval from low to high.
    regions_ : DataFrame or None
        One row for each class, cluster and bin of a feature: rows, both errors (of rows: the error
        rate, or the squared error over the target's variance), and what stands out there.
    predictions_ : DataFrame or None
        What was predicted for each row of the first repeat's folds when it was held out: row, fold,
        target, predicted, loss (1 for a wrong class, else the squared error), mean_loss over all
        repeats, and certainty, the probability that a classifier gave to its answer. None where a
        row has several targets.
    records_ : list of TrainingRecord or None
        For each fit at full size what its network recorded: losses, rates, state of its units.
    trials_ : Trials or None
        What :meth:`try_remedies` measured last.
    is_read : bool
        Whether the folds were read off a fitted ensemble: the errors are those of a single network.
    sets_ : Sets or None
        The errors on dev and test rows beside train-dev rows, and what separates them.
    data_ : tuple or None
        The rows that were diagnosed, not a copy; a pickle leaves them out.

    See Also
    --------
    diagnose : Makes it.
    skdl.diagnosis.Remedy : What it proposes.
    skdl.report.render_report : Writes it as a page.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from skdl import diagnose
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> diagnosis = diagnose(DecisionTreeClassifier(random_state=0), X, y, random_state=0)
    >>> diagnosis.regime, diagnosis.training_error.value
    ('overfitting', 0.0)
    >>> diagnosis.remedies[0].action
    'Use a simpler or more strongly regularised model'
    """

    estimator: BaseEstimator = field(repr=False)
    is_network: bool = field(repr=False)
    error_name: str
    in_percent: bool = field(repr=False)
    n_rows: int
    n_features: int
    bayes: BayesEstimate = field(repr=False)
    tolerance: float
    confidence: float
    training_error: Estimate = field(repr=False)
    validation_error: Estimate = field(repr=False)
    bias: Estimate
    variance: Estimate
    regime: str
    conclusive: bool
    probabilities: dict[str, float] = field(repr=False)
    verdict: Verdict = field(repr=False)
    findings: list[Finding] = field(repr=False)
    remedies: list[Remedy] = field(repr=False)
    settle: str = field(repr=False)
    notes: list[str] = field(repr=False)
    folds_: pd.DataFrame = field(repr=False)
    learning_curve_: pd.DataFrame | None = field(repr=False)
    baselines_: pd.DataFrame = field(repr=False)
    regions_: pd.DataFrame | None = field(repr=False)
    predictions_: pd.DataFrame | None = field(repr=False)
    records_: list[TrainingRecord | None] = field(repr=False)
    how: How = field(repr=False)
    is_read: bool = field(default=False, repr=False)
    target_error: float | None = None
    sets_: Sets | None = field(default=None, repr=False)
    trials_: Trials | None = field(default=None, repr=False)
    data_: tuple[Any, Any, Any, Any] | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "data_": None}

    @property
    def bayes_error(self) -> float:
        """The best attainable error."""
        return self.bayes.value

    @cached_property
    def balance(self) -> Balance | None:
        """The error class by class, with what stands beside it; None of a regressor."""
        return balance_of(self.predictions_) if is_classifier(self.estimator) else None

    @property
    def enough_rows(self) -> int:
        """How many rows make intervals that are not wider than the tolerance; 20000 at least."""
        gaps = (self.training_error, self.validation_error, self.bias, self.variance)
        return enough_rows(self.n_rows, widest(*gaps), self.tolerance)

    @property
    def headline(self) -> str:
        """What is wrong, in one sentence."""
        return words.headline(self)

    @property
    def explanation(self) -> str:
        """What lies behind it, in one or two sentences: data, optimiser, size or noise."""
        return words.explanation(self)

    def __str__(self) -> str:
        return diagnosis_as_text(self)

    def _repr_html_(self) -> str:
        return diagnosis_as_html(self)

    def try_remedies(
        self,
        X: Inputs | None = None,
        y: Targets | None = None,
        *,
        remedies: Sequence[Remedy] | None = None,
        n_repeats: int = 1,
        groups: ArrayLike | None = None,
        params: dict[str, Any] | None = None,
        n_jobs: int | None = None,
        random_state: Seed = None,
        verbose: int = 0,
    ) -> Trials:
        """Measure what each remedy does to both gaps, on fresh folds.

        They are the same folds where the diagnosis was given its splits, or read them off a fitted
        ensemble.

        Every value of every remedy is tried by itself, on the same folds as the unchanged
        estimator; the folds are not those of the diagnosis. Never hand in a test part: the best of
        several is chosen here, so its error looks a little too good.

        Of more than 20000 rows :attr:`enough_rows` are drawn, and the trials say it. The gap is
        larger with fewer rows.

        Parameters
        ----------
        X, y : as for diagnose
            None takes the rows that were diagnosed, with their groups and params.
        remedies : list of Remedy, default=None
            None tries all of the diagnosis that are more than advice.
        n_repeats : int, default=1
            How often to repeat the folds with another shuffle, where `cv` was an int.
        groups, params
            As for :func:`diagnose`.
        n_jobs : int, default=None
            How many fits run at once.
        random_state : int, Generator or None, default=None
            Decides the folds. The same int as in `diagnose` gives other folds.
        verbose : int, default=0
            1 shows a progress bar, on a terminal or in a notebook.

        Returns
        -------
        trials : Trials
            It prints as text, shows as HTML, and ``to_frame()`` is a DataFrame, best first. It is
            kept as ``trials_``, and the diagnosis learns from it: its explanation says what was
            measured, and its remedies stand in the order of what they did.
        """
        if X is None:
            X, y, groups, params = self._rows_at_hand("try_remedies")
        X, y, n_rows, *_ = check_data(self.estimator, X, y, groups=groups, cv=self.how.cv)
        if isinstance(self.how.cv, list) and n_rows != self.n_rows:
            raise ValueError(
                f"try_remedies: X must have the {self.n_rows} rows whose splits the diagnosis was "
                f"given; got {n_rows}"
            )
        if isinstance(random_state, Integral):
            random_state = [TRIALS, int(random_state)]
        self.trials_ = try_out(
            self.estimator,
            self.remedies if remedies is None else remedies,
            X,
            y,
            measure=self.how.measure,
            bayes_error=self.bayes_error,
            cv=self.how.cv,
            n_repeats=n_repeats,
            stratify=self.how.stratify,
            groups=groups,
            params=params,
            confidence=self.confidence,
            rng=np.random.default_rng(random_state),
            n_jobs=n_jobs,
            verbose=verbose,
            most_rows=self.enough_rows,
            l2=next((record.l2 for record in self.records_ if record is not None), None),
        )
        self.remedies = by_outcome(self.remedies, self.trials_)
        return self.trials_

    def _rows_at_hand(self, use: str) -> tuple[Any, Any, Any, Any]:
        """Return the rows that were diagnosed, their targets, groups and parameters."""
        if self.data_ is None:
            raise ValueError(
                f"Diagnosis: X and y must be given to {use} of a diagnosis that was pickled; got "
                "None"
            )
        return self.data_

    @property
    def confusion_(self) -> pd.DataFrame | None:
        """Of a classifier, a row for each class and a column for what was predicted: counts."""
        known = self.predictions_ is not None and is_classifier(self.estimator)
        return confusions(self.predictions_) if known else None

    def errors(
        self, X: Inputs | None = None, y: Targets | None = None, *, n_neighbors: int = 3
    ) -> pd.DataFrame:
        """Return the rows that the model gets wrong, to be sorted into kinds by a person.

        What many of them share is worth mending first: look at a hundred, and count the kinds. A
        row whose neighbours are of another class may bear a wrong label.

        Parameters
        ----------
        X, y : array-like, default=None
            The rows that were diagnosed; None takes those at hand, which a pickle leaves out.
        n_neighbors : int, default=3
            How many rows to list beside each that are like it, as the model's transformers see
            them; 0 for none.

        Returns
        -------
        errors : DataFrame
            By the number of the row: fold (of the first repeat), target, predicted, certainty (the
            probability that was given to the prediction), and wrong_in, the share of the fits that
            had not seen the row and were wrong; only rows with more than half of them, the surest
            first. Of a regressor all rows, with the mean squared error (mean_loss) in place of the
            last two, the largest first. Then neighbors and neighbor_targets, a list in each row.

        Raises
        ------
        ValueError
            If the rows are not at hand or are others, or there are several targets a row.

        See Also
        --------
        skdl.plots.ErrorsDisplay : Draws those that are images.

        References
        ----------
        Ng (2018), *Machine Learning Yearning*, ch. 14-19.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.neighbors import KNeighborsClassifier
        >>> from skdl import diagnose
        >>> X, y = load_iris(return_X_y=True)
        >>> diagnosis = diagnose(KNeighborsClassifier(5), X, y, random_state=0)
        >>> errors = diagnosis.errors()
        >>> errors[["target", "predicted"]].value_counts().to_dict()
        {(1, 2): 2, (2, 1): 1}
        """
        check_parameter(self, "n_neighbors", n_neighbors, Interval(0, integer=True))
        if self.predictions_ is None:
            raise ValueError("Diagnosis.errors: it needs one prediction for one target a row")
        if (X is None) != (y is None):
            raise ValueError("Diagnosis.errors: X and y must be given together")
        if X is None and n_neighbors:
            X, y, *_ = self._rows_at_hand("errors")
        return errors_of(
            self.predictions_,
            self.estimator,
            X,
            y,
            classifier=is_classifier(self.estimator),
            n_neighbors=n_neighbors,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each fit at full size: fold, rows, both errors, both gaps, seconds."""
        return self.folds_.assign(
            bias=self.folds_["training_error"] - self.bayes_error,
            variance=self.folds_["validation_error"] - self.folds_["training_error"],
        )

    def plot(self, ax: Axes | None = None) -> LearningCurveDisplay | GapsDisplay:
        """Draw the learning curve with its two gaps, or the gaps alone without a learning curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a figure.

        Returns
        -------
        display : skdl.plots.LearningCurveDisplay or skdl.plots.GapsDisplay
        """
        # By name, when asked for: pictures are drawn from a diagnosis, so they import it.
        plots = import_module("skdl.plots")
        name = "GapsDisplay" if self.learning_curve_ is None else "LearningCurveDisplay"
        return getattr(plots, name).from_diagnosis(self, ax=ax)

    def to_html(self, path: str | os.PathLike | None = None, *, title: str = "Diagnosis") -> str:
        """Write the report: one page that needs nothing from elsewhere.

        Parameters
        ----------
        path : str or path-like, default=None
            Where to write the page; None only returns it.
        title : str, default="Diagnosis"
            The title of the page, the name of the data set perhaps.

        Returns
        -------
        page : str

        Raises
        ------
        ImportError
            If matplotlib or jinja2 is missing; the message says what to install.

        See Also
        --------
        skdl.report.render_report : With more about data and settings.
        """
        page = import_module("skdl.report").render_report(self, title=title)
        return _written(page, path)

    def to_json(self, path: str | os.PathLike | None = None) -> str:
        """Write what was found as JSON: verdict, errors, findings with codes, remedies, trials.

        Parameters
        ----------
        path : str or path-like, default=None
            Where to write it; None only returns it.

        Returns
        -------
        text : str
            A JSON object, named as the attributes are; numbers that are not finite are null.

        Examples
        --------
        >>> import json
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.neighbors import KNeighborsClassifier
        >>> from skdl import diagnose
        >>> X, y = load_iris(return_X_y=True)
        >>> found = diagnose(KNeighborsClassifier(1), X, y, train_sizes=(), random_state=0)
        >>> json.loads(found.to_json())["training_error"]["value"]
        0.0
        """
        return _written(diagnosis_as_json(self), path)


def _written(text: str, path: str | os.PathLike | None) -> str:
    """Write a text to a file, if one is named, and return it."""
    if path is not None:
        Path(path).write_text(text, encoding="utf-8")
    return text
