"""Fill the page: words from the diagnosis, pictures as SVG inside it, notes and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any

from sklearn.base import is_classifier, is_regressor

from skdl.diagnosis.predictions import confusions
from skdl.diagnosis.telling import verdict_words, words
from skdl.diagnosis.telling.trial_words import outcome, trial_rows, trials_verdict
from skdl.report.columns import columns_of
from skdl.report.rows import worst_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skdl.diagnosis.result import Diagnosis
    from skdl.plots import RemediesDisplay

__all__ = ["render_report"]

MOST_MISTAKES = 5000  # rows in the table that a reader can save

BADGES = {
    "underfitting": ("underfitting", "high bias, low variance"),
    "overfitting": ("overfitting", "low bias, high variance"),
    "both": ("underfitting and overfitting", "high bias, high variance"),
    "neither": ("neither under- nor overfitting", "low bias, low variance"),
    "no fault shown": ("no fault shown", "bias or noise"),
}
MOST_CLASSES = 20  # of more, no confusion matrix is shown

# What a reader may ask for, by the word on which it is offered.
TERMS = {
    "bias": "How far the model is from the best attainable error. Where the Bayes error is stated "
    "it is training error minus Bayes error; else it is shown as far as something does better on "
    "the same rows.",
    "variance": "How much fits to other rows would differ, which adds to the error on new rows: "
    "a part of the generalisation gap, validation error minus training error. Where the Bayes "
    "error is stated, the whole gap counts as variance. The variance of the bias-variance "
    "decomposition, over many training sets, is measured by skdl.bias_variance_decomposition.",
    "Bayes error": "The best error that anything could attain with these columns: what is left is "
    "noise. It is rarely known.",
    "fold": "A part of the rows that is held out while the model is fitted to the others, then "
    "predicted.",
}


def render_report(
    diagnosis: Diagnosis,
    *,
    title: str = "Diagnosis",
    data_notes: Sequence[str] = (),
    settings: Mapping[str, object] | None = None,
    held_out: Any = None,
    read: Sequence[tuple[str, str, str]] = (),
) -> str:
    """Write a diagnosis as a self-contained HTML page.

    Parameters
    ----------
    diagnosis : Diagnosis
        What to report.
    title : str, default="Diagnosis"
        The title of the page, the name of the data set perhaps.
    data_notes : sequence of str
        What was done to the data before.
    settings : mapping of str to object, default=None
        What else made the result: the model, the seed.
    held_out : HeldOut, default=None
        What the test part said, if there was one.
    read : sequence of (str, str, str), default=()
        For each column of a file its name, what it is, and how it was read.

    Returns
    -------
    page : str
        The HTML page, whole: with its styles, its pictures and its script.

    Raises
    ------
    ImportError
        If matplotlib or jinja2 is missing; the message says what to install.

    See Also
    --------
    skdl.diagnosis.diagnose : Makes what is reported.
    skdl.plots.DiagnosisDisplay : The same on one slide.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skdl.diagnosis import diagnose
    >>> X, y = load_iris(return_X_y=True)
    >>> page = render_report(diagnose(KNeighborsClassifier(1), X, y, train_sizes=()))
    >>> page.startswith("<!DOCTYPE html>")
    True
    """
    try:
        import jinja2
    except ImportError as missing:
        raise ImportError(
            'the report needs jinja2; install it with: pip install "skdl[report]"'
        ) from missing
    from skdl.plots.style import svg

    predictions, classifier = diagnosis.predictions_, is_classifier(diagnosis.estimator)
    confusion = confusions(predictions) if predictions is not None and classifier else None
    if confusion is not None and len(confusion) > MOST_CLASSES:
        confusion = None
    trials = diagnosis.trials_
    if trials is not None and len(trials.frame):
        size = (5.6, 1.3 + 0.78 * len(trials.frame))
        tried_picture = svg(_TriedRemedies, diagnosis, figsize=size)
    else:
        tried_picture = None
    rows_at_hand = None if diagnosis.data_ is None else diagnosis.data_[0]
    badge, sign = BADGES[diagnosis.regime]
    sign = verdict_words.sign(diagnosis) or sign
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(
        resources.files("skdl.report").joinpath("report.html").read_text(encoding="utf-8")
    )
    page = template.render(
        d=diagnosis,
        title=title,
        badge=badge,
        sign=sign,
        evidence=words.evidence(diagnosis),
        table=words.table(diagnosis),
        pictures=_pictures(diagnosis),
        found=words.found(diagnosis),
        write=lambda error: words.format_error(error, diagnosis.in_percent),
        outcome=lambda remedy: outcome(trials, remedy),
        remedies_title=words.remedies_title(diagnosis),
        comparison=words.comparison(diagnosis),
        trials=trials,
        trial_rows=trial_rows(trials) if trials is not None else [],
        trials_verdict=trials_verdict(trials) if trials is not None else "",
        tried_picture=tried_picture,
        confusion=confusion,
        worst=[]
        if predictions is None
        else worst_rows(predictions, rows_at_hand, classifier=classifier),
        is_classifier=classifier,
        mistakes="" if predictions is None else _mistakes(diagnosis),
        columns=[] if rows_at_hand is None else columns_of(rows_at_hand),
        regions=_region_rows(diagnosis),
        terms=TERMS,
        held_out=words.held_out(diagnosis, held_out) if held_out is not None else "",
        data_notes=data_notes,
        read=read,
        settings=settings or {},
    )
    return page.replace(" %", "&nbsp;%")  # a number and its sign stay on one line


def _mistakes(diagnosis: Diagnosis) -> str:
    """Write the rows that the model gets wrong as CSV, for a person to sort into kinds."""
    return diagnosis.errors(n_neighbors=0).head(MOST_MISTAKES).to_csv(float_format="%.6g")


def _pictures(diagnosis: Diagnosis) -> list[dict[str, str]]:
    """Draw what there is to see, each with its title and what it shows."""
    from skdl.plots import GapsDisplay, LearningCurveDisplay, LossCurvesDisplay, PredictionsDisplay
    from skdl.plots.style import svg

    has_losses = any(record is not None and record.loss for record in diagnosis.records_)
    known = diagnosis.bayes.origin != "unknown"
    below, between = ("bias", "variance") if known else ("bias or noise", "the gap to new rows")
    has_numbers = diagnosis.predictions_ is not None and is_regressor(diagnosis.estimator)
    pictures = (
        (
            diagnosis.learning_curve_ is not None,
            LearningCurveDisplay,
            "What more rows do",
            "Training and validation error over the number of training rows, with their "
            f"intervals. Hatched: {below}; dotted: {between}.",
        ),
        (
            True,
            GapsDisplay,
            "The two gaps",
            "From the Bayes error, as far as it is known, up to the validation error.",
        ),
        (
            has_losses,
            LossCurvesDisplay,
            "The loss over the epochs",
            "What each fit minimised, and, where the fit held rows out itself, the loss on those.",
        ),
        (
            has_numbers,
            PredictionsDisplay,
            "Predicted against true",
            "Each row when it was held out; on the dashed line the prediction is right.",
        ),
    )
    return [
        {"svg": svg(display, diagnosis), "title": title, "caption": caption}
        for is_there, display, title, caption in pictures
        if is_there
    ]


class _TriedRemedies:
    """Draws what was tried, from the diagnosis that holds it."""

    @staticmethod
    def from_diagnosis(diagnosis: Diagnosis, *, ax: Axes | None = None) -> RemediesDisplay:
        """Draw the trials of a diagnosis."""
        from skdl.plots import RemediesDisplay

        return RemediesDisplay.from_trials(diagnosis.trials_, ax=ax, tolerance=diagnosis.tolerance)


def _region_rows(diagnosis: Diagnosis) -> list[tuple[str, list[tuple]]]:
    """Group the regions by kind: what it is called, and rows of words."""
    regions = diagnosis.regions_
    if regions is None or not len(regions):
        return []
    titles = {
        "class": "By class",
        "target": "By target",
        "cluster": "By cluster",
        "feature": "By feature",
    }
    groups = []
    for kind, title in titles.items():
        rows = [
            (
                row.region,
                row.n_rows,
                *(
                    words.format_error(e, True)
                    for e in (row.training_error, row.validation_error, row.variance)
                ),
                row.stands_out,
            )
            for row in regions[regions["kind"] == kind].itertuples()
        ]
        if rows:
            groups.append((title, rows))
    return groups
