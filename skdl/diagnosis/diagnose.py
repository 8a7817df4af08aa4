"""``diagnose``: measure the two gaps of any estimator, name its regime, propose remedies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, clone, is_classifier

from skdl.diagnosis.bayes import BayesEstimate, bayes_of
from skdl.diagnosis.checks import check_codes, check_data, check_settings
from skdl.diagnosis.error_measure import ErrorMeasure
from skdl.diagnosis.findings.baselines import (
    check_baselines,
    try_baselines,
    with_paired_intervals,
)
from skdl.diagnosis.findings.examination import examine
from skdl.diagnosis.findings.mismatch import mismatch_finding
from skdl.diagnosis.fitted_ensemble import FITTED, NOTE, check_nothing_else, folds_of_ensemble
from skdl.diagnosis.folds import (
    HALF,
    TRAIN_SIZES,
    Fold,
    learning_curve_tasks,
    measure,
)
from skdl.diagnosis.gaps import Estimate, most_likely_regime
from skdl.diagnosis.how_much_more import what_would_settle
from skdl.diagnosis.one_split import check_rows_tell
from skdl.diagnosis.predictions import predictions_of
from skdl.diagnosis.remedies.propose import propose
from skdl.diagnosis.result import Diagnosis, How
from skdl.diagnosis.sets import sets_of, with_sets
from skdl.diagnosis.splits import make_splits
from skdl.diagnosis.summary import (
    correlations,
    fold_frame,
    learning_curve,
    more_rows_help,
    notes,
    summarise,
)
from skdl.diagnosis.verdict import Verdict
from skdl.diagnosis.verdict.gathering import gather
from skdl.diagnosis.work import measure_enough
from skdl.estimators.parameters.arguments import check_arguments
from skdl.tools.checks import check_estimator_object
from skdl.tools.inside import is_network
from skdl.tools.types import Inputs, Seed, Targets

if TYPE_CHECKING:
    from sklearn.model_selection import BaseCrossValidator

__all__ = ["diagnose"]


def diagnose(
    estimator: BaseEstimator,
    X: Inputs,
    y: Targets,
    *,
    X_val: Inputs | None = None,
    y_val: Targets | None = None,
    X_train_dev: Inputs | None = None,
    y_train_dev: Targets | None = None,
    X_test: Inputs | None = None,
    y_test: Targets | None = None,
    bayes_error: float | str | None = None,
    tolerance: float | None = None,
    target_error: float | None = None,
    scoring: str | Callable[..., float] | None = None,
    cv: int | str | BaseCrossValidator | Iterable[Any] = 5,
    n_repeats: int | None = None,
    train_sizes: Sequence[float] = TRAIN_SIZES,
    baselines: bool | Sequence[str] = True,
    ignore: Sequence[str] = (),
    confidence: float = 0.95,
    groups: ArrayLike | None = None,
    params: dict | None = None,
    n_jobs: int | None = None,
    random_state: Seed = None,
    verbose: int = 0,
) -> Diagnosis:
    r"""Say whether an estimator underfits or overfits, how sure that is, and what to change.

    .. math:: \text{validation error} =
        \underbrace{\text{Bayes error} + \text{bias}}_{\text{training error}} + \text{variance}

    Both errors come from repeated cross-validation: stratified for classifiers, shuffled. The
    intervals of the gaps are corrected for the overlap of the folds (Nadeau and Bengio, 2003).
    A gap is high when it exceeds the tolerance; that gives four regimes.

    Noise is never called a fault. Unless the Bayes error is stated, bias counts as far as something
    does better on the same rows, and variance as far as fits to different rows disagree; where
    neither is shown there is a fifth regime, "no fault shown", and a bound of what is possible. See
    :mod:`skdl.diagnosis.verdict`.

    Parameters
    ----------
    estimator : scikit-learn classifier, regressor or pipeline
        What to diagnose. It is cloned, never changed.
    X : array-like, sparse matrix or data frame of shape (n_rows, n_features)
        The inputs.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        The targets.
    X_val, y_val : array-like, default=None
        Validation rows of your own (a dev set): the estimator is fitted to X and y alone, and
        judged by these. One split, from them or from `cv`, has no folds to tell how errors vary:
        the intervals are then those of the rows, and do not cover another training set.
    X_train_dev, y_train_dev : array-like, default=None
        Held-out rows of the kind of X, where X_val are rows of the kind that matters and may be
        unlike them: bias and variance are then judged by these, and what the dev rows add to the
        error is *data mismatch*. See :mod:`skdl.diagnosis.sets`.
    X_test, y_test : array-like, default=None
        Rows like X_val that nothing was chosen by: what they add to the error is *overfitting to
        the dev set*.
    bayes_error : float, "estimate" or None, default=None
        The best error that anything could attain, in units of the error: a human's, for example.
        A number is a statement of yours, and decides: what the training error has above it is bias.
        None says that it is not known; then only that bias counts which the folds show.
        "estimate" takes a bound from nearest neighbours; see :mod:`skdl.diagnosis.bayes` for how
        far to trust it. It needs the default `scoring`.
    tolerance : float, default=None
        The size up to which a gap counts as small. None means 0.02: two percentage points of the
        error rate, or 2 % of the variance. A scorer that is a loss (``"neg_..."``) needs a value.
    target_error : float or None, default=None
        An error on new rows that is good enough, in the same unit: the diagnosis then says whether
        it is reached, as far as the interval tells, and which error separates from it; remedies of
        that one come first.
    scoring : str, callable or None, default=None
        None measures the error rate of a classifier and :math:`1 - R^2` of a regressor. Any other
        scorer counts as 1 minus the score, and one whose sign is flipped (``"neg_..."``) as its
        loss.
    cv : int, splitter, iterable or "fitted", default=5
        An int gives that many folds; a splitter is used as it is, also if it gives one split.
        "fitted" reads the folds that a fitted ensemble has held out (``n_networks`` and
        ``early_stopping``), without fitting a network; X and y are the rows that it was fitted to.
    n_repeats : int or None, default=None
        How often to repeat the folds with another shuffle; only for an int `cv`. None means twice;
        but once, where the intervals of 20000 rows or more are narrower than the tolerance then.
    train_sizes : sequence of float in (0, 1), default=(0.1, 0.25, 0.5)
        The shares of the training rows at which the learning curve is measured besides all of them,
        over the first repeat; over its first fold where that many rows leave no doubt, as above.
        ``()`` makes no learning curve, and neither does "fitted".
    baselines : bool or list of str, default=True
        Which simple models to measure on the folds of the first repeat, behind the estimator's own
        transformers: "constant", "linear", "nearest neighbours", "boosted trees". True is all.
        They are fitted without `params`.
    ignore : sequence of str, default=()
        The codes of findings that are known and accepted, such as ``["D06"]``: they are not told,
        and no remedy is drawn from them. Each finding has its ``code``.
    confidence : float in (0, 1), default=0.95
        The coverage of the intervals.
    groups : array-like of shape (n_rows,), default=None
        Rows of one group never sit in both the training and the validation part.
    params : dict, default=None
        Passed on to ``fit`` (and the scorer, with metadata routing), as by ``cross_validate``;
        for example ``{"sample_weight": w}``. Arrays with one entry a row are split with the rows.
    n_jobs : int, default=None
        How many fits run at once.
    random_state : int, Generator or None, default=None
        Decides the folds. The estimator has its own.
    verbose : int, default=0
        1 shows a progress bar, on a terminal or in a notebook.

    Returns
    -------
    diagnosis : Diagnosis
        It prints as text, shows as HTML, draws itself, and can try its remedies.

    Raises
    ------
    ValueError
        If `y` holds a single class, a class has fewer rows than there are folds, a value is not
        finite, or a parameter is out of its range.

    See Also
    --------
    Diagnosis : What it returns, attribute by attribute.
    bias_variance_decomposition : Bias and variance over many training sets.
    skdl.plots.DiagnosisDisplay : The diagnosis as a picture.
    skdl.report.render_report : The diagnosis as a page.

    References
    ----------
    Ng (2018), *Machine Learning Yearning*, ch. 20-32.
    Nadeau and Bengio (2003), "Inference for the generalization error", Machine Learning 52.

    Examples
    --------
    One nearest neighbour remembers its training rows perfectly:

    >>> from sklearn.datasets import make_moons
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> X, y = make_moons(400, noise=0.35, random_state=0)
    >>> diagnosis = diagnose(KNeighborsClassifier(1), X, y, random_state=0)
    >>> diagnosis.regime, diagnosis.conclusive
    ('overfitting', True)
    >>> diagnosis.training_error.value
    0.0
    """
    check_estimator_object("diagnose", estimator)
    common = {"n_jobs": n_jobs, "random_state": random_state, "verbose": verbose}
    check_arguments("diagnose", {}, scoring=scoring, params=params, **common)
    error = ErrorMeasure.make(estimator, scoring)
    rng = np.random.default_rng(random_state)
    others: dict[str, np.ndarray] = {}
    held_out = {"val": (X_val, y_val), "train_dev": (X_train_dev, y_train_dev)}
    held_out["test"] = (X_test, y_test)
    if any(part is not None for pair in held_out.values() for part in pair):
        X, y, cv, others = with_sets(X, y, held_out, cv=cv, groups=groups, params=params)
    at_will, is_read = n_repeats is None, isinstance(cv, str) and cv == FITTED
    if is_read:
        check_nothing_else(n_repeats=n_repeats, train_sizes=train_sizes, groups=groups)
    tolerance, n_repeats = check_settings(
        error=error,
        bayes_error=bayes_error,
        tolerance=tolerance,
        target_error=target_error,
        cv=cv,
        n_repeats=n_repeats,
        train_sizes=train_sizes,
        confidence=confidence,
    )
    baselines = check_baselines(baselines)
    ignored = check_codes(ignore)
    X, y, n_rows, n_features, stratify = check_data(estimator, X, y, groups=groups, cv=cv)

    # 1. Measure: all folds, the learning curve, the baselines.
    resolution = 1 / n_rows if error.name == "error rate" else 0.0
    settings = {"n_rows": n_rows, "confidence": confidence, "resolution": resolution}
    if is_read:
        folds, smaller, left_out = folds_of_ensemble(estimator, X, y, error, params), [], [NOTE]
        first_repeat, splits = folds, [(fold.train, fold.test) for fold in folds]
        train_sizes = ()
    else:
        splits = make_splits(
            X, y, cv=cv, n_repeats=n_repeats, groups=groups, stratify=stratify, rng=rng
        )
        folds = [Fold(number, train, test) for number, (train, test) in enumerate(splits)]
        first_repeat = folds[: cv if isinstance(cv, Integral) else None]
        for fold in first_repeat:
            fold.keeps_outputs, fold.others = True, others
        smaller = learning_curve_tasks(
            first_repeat, y, train_sizes=train_sizes, stratify=stratify, rng=rng
        )
        folds, smaller, left_out = measure_enough(
            lambda fits: measure(
                estimator, X, y, fits, error, params=params, n_jobs=n_jobs, verbose=verbose
            ),
            folds,
            smaller,
            lambda fits: summarise(fits, bayes_error=0.0, **settings),
            n_first=len(first_repeat),
            repeats_at_will=at_will,
            tolerance=tolerance,
            mean_over_rows=error.is_mean_over_rows,
        )
        first_repeat = folds[: len(first_repeat)]
    check_rows_tell("diagnose", folds, error)
    simple = try_baselines(
        baselines,
        estimator,
        X,
        y,
        first_repeat,
        error,
        confidence=confidence,
        n_jobs=n_jobs,
        verbose=verbose,
    )

    # 2. The two gaps, what is shown of them, and the regime.
    compared = simple.table
    bayes = bayes_of(bayes_error, folds, compared, y, estimator)
    settings["bayes_error"] = bayes.value
    gaps = summarise(folds, **settings)
    halves = [fold for fold in smaller if fold.share == HALF]
    evidence = gather(estimator, X, y, first_repeat, halves, simple, error, n_jobs=n_jobs)
    compared = with_paired_intervals(compared, evidence, confidence)
    verdict = Verdict.of(
        evidence, tolerance=tolerance, bayes_error=bayes.value, confidence=confidence
    )
    regime, conclusive, probabilities = (
        most_likely_regime(gaps["bias"], gaps["variance"], tolerance)
        if bayes.origin == "given"
        else (verdict.regime, verdict.conclusive, verdict.probabilities)
    )
    smaller = [fold for fold in smaller if fold.share in train_sizes]
    curve = learning_curve(folds, smaller, **settings) if len(train_sizes) else None

    # 3. What lies behind them, and what to change.
    findings, regions = examine(
        estimator,
        X,
        y,
        folds,
        first_repeat,
        compared,
        error,
        gaps=gaps,
        tolerance=tolerance,
        is_read=is_read,
    )
    sets = sets_of(folds[0], confidence=confidence, resolution=resolution)
    findings += mismatch_finding(sets, X, folds[0], tolerance=tolerance, in_percent=error.best == 1)
    findings = [finding for finding in findings if finding.code not in ignored]
    guessing = regime == "neither" and not verdict.better_than_guessing
    remedies = propose(
        estimator,
        "no fault shown" if guessing else regime,
        findings=findings,
        bias_first=_begins_with_bias(gaps, verdict, bayes, target_error),
        something_to_learn=verdict.something_to_learn,
        fits_its_rows=gaps["bias"].value <= tolerance,
        settled=all(fold.record is not None and not fold.record.unfinished for fold in folds),
        unfinished=any(fold.record is not None and fold.record.unfinished for fold in folds),
        more_rows_help=more_rows_help(curve),
        n_classes=len(np.unique(y)) if stratify else None,
        l2=next((fold.record.l2 for fold in folds if fold.record is not None), None),
    )
    settle = what_would_settle(
        {name: gaps[name] for name in ("bias", "variance")}
        if bayes.origin == "given"
        else verdict.uncertain,
        tolerance,
        curve,
        n_rows=n_rows,
        n_splits=len(first_repeat) if isinstance(cv, Integral) and bayes.origin == "given" else 0,
        correlations=dict(zip(("bias", "variance"), correlations(folds, n_rows), strict=True)),
    )
    # An iterable may be used up; the folds of an ensemble may keep groups together.
    is_reusable = isinstance(cv, Integral) or (hasattr(cv, "split") and not is_read)
    return Diagnosis(
        estimator=clone(estimator),
        is_network=is_network(estimator),
        error_name=error.name,
        in_percent=error.best == 1,
        n_rows=n_rows,
        n_features=n_features,
        bayes=bayes,
        tolerance=tolerance,
        target_error=target_error,
        sets_=sets,
        confidence=confidence,
        **gaps,
        regime=regime,
        conclusive=conclusive,
        probabilities=probabilities,
        verdict=verdict,
        findings=findings,
        remedies=remedies,
        settle=settle,
        notes=notes(folds, smaller, gaps, bayes.value) + left_out + simple.notes,
        folds_=fold_frame(folds),
        learning_curve_=curve,
        baselines_=compared,
        regions_=regions,
        predictions_=predictions_of(
            first_repeat, y, classifier=is_classifier(estimator), repeats=folds
        ),
        records_=[fold.record for fold in folds],
        is_read=is_read,
        how=How(error, cv if is_reusable else splits, stratify),
        data_=(X, y, groups, params),
    )


def _begins_with_bias(
    gaps: dict[str, Estimate], verdict: Verdict, bayes: BayesEstimate, target_error: float | None
) -> bool:
    """Say which gap to treat first: what separates from the target, else the larger one."""
    if target_error is not None:
        return gaps["training_error"].value > target_error
    if bayes.origin == "given":
        return gaps["bias"].value >= gaps["variance"].value
    return verdict.bias_at_least.value >= verdict.variance.value
