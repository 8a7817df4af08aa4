"""``Diagnosis``: what was found, as plain data that can be printed, shown, drawn and kept."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from importlib import import_module

from skdl.diagnosis import words
from skdl.diagnosis.findings import Finding
from skdl.diagnosis.gaps import Estimate
from skdl.diagnosis.inner import is_network
from skdl.diagnosis.remedies import Remedy

__all__ = ["Diagnosis"]


@dataclass(eq=False)
class Diagnosis:
    """What :func:`diagnose` found: plain data that prints as text and shows as HTML in a notebook.

    Attributes
    ----------
    estimator : estimator
        An unfitted clone of what was diagnosed.
    error_name : str
        What is measured: "error rate", "variance unexplained", or named after the scorer.
    bayes_error, tolerance : float
        The best attainable error, and the size up to which a gap counts as small.
    training_error, validation_error : Estimate
        Means over the folds.
    bias, variance : Estimate
        Training error minus Bayes error, and validation error minus training error.
    regime : {"underfitting", "overfitting", "both", "neither"}
        The most likely of the four.
    conclusive : bool
        Whether the intervals of both gaps lie on one side of the tolerance.
    probabilities : dict of str to float
        The probability of each regime.
    findings : list of Finding
        What is wrong with the data and the optimiser, and which simpler models do better: each
        with its evidence in one sentence.
    remedies : list of Remedy
        What to change; valid as ``param_distributions`` of ``RandomizedSearchCV``.
    notes : list of str
        What else was noticed.
    folds_ : DataFrame
        One row for each fit at full size: fold, rows, errors, seconds, converged.
    learning_curve_ : DataFrame or None
        One row for each number of training rows: both errors with their intervals.
    baselines_ : DataFrame
        One row for each baseline: both errors, and the difference of its validation error to the
        diagnosed model's on the same folds, with the interval from low to high.
    """

    estimator: object = field(repr=False)
    error_name: str
    in_percent: bool = field(repr=False)
    n_rows: int
    n_features: int
    bayes_error: float
    tolerance: float
    confidence: float
    training_error: Estimate = field(repr=False)
    validation_error: Estimate = field(repr=False)
    bias: Estimate
    variance: Estimate
    regime: str
    conclusive: bool
    probabilities: dict[str, float] = field(repr=False)
    findings: list[Finding] = field(repr=False)
    remedies: list[Remedy] = field(repr=False)
    notes: list[str] = field(repr=False)
    folds_: object = field(repr=False)
    learning_curve_: object = field(repr=False)
    baselines_: object = field(repr=False)

    @property
    def is_network(self) -> bool:
        """Whether the diagnosed model has hidden layers."""
        return is_network(self.estimator)

    @property
    def headline(self) -> str:
        """What is wrong, in one sentence."""
        return words.headline(self)

    @property
    def explanation(self) -> str:
        """What lies behind it, in one or two sentences: data, optimiser, size or noise."""
        return words.explanation(self)

    def __str__(self) -> str:
        return words.as_text(self)

    def _repr_html_(self) -> str:
        cells = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            for row in words.table(self)
        )
        items = "".join(
            f"<li><b>{html.escape(str(r))}</b><br>{html.escape(r.reason)} "
            f"<small>{html.escape(r.source)}</small></li>"
            for r in self.remedies
        )
        notes = "".join(f"<p>Note: {html.escape(note)}</p>" for note in self.notes)
        return (
            f"<div><p><b>{html.escape(self.headline)}</b></p>"
            f"<table><caption>{html.escape(self.error_name)}, "
            f"{100 * self.confidence:.0f} % interval</caption>{cells}</table>"
            f"<p>{html.escape(words.evidence(self))}</p><ol>{items}</ol>{notes}</div>"
        )

    def to_frame(self):
        """Return one row for each fit at full size: fold, rows, both errors, both gaps, seconds."""
        return self.folds_.assign(
            bias=self.folds_["training_error"] - self.bayes_error,
            variance=self.folds_["validation_error"] - self.folds_["training_error"],
        )

    def plot(self, ax=None):
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
