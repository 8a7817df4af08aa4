"""From the fits to the evidence: what was measured for each row, put side by side.

Where the error is no mean over rows (the area under a curve, a score of one's own), or an estimator
says nothing of single rows, there is one value for each fold instead of each row. Then the halves
and the residuals say nothing, and the evidence is weaker, not wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.utils.parallel import delayed

from skdl.diagnosis.findings.baselines import behind_transformers, quiet
from skdl.diagnosis.findings.leakage import repeated_inputs
from skdl.diagnosis.splits import some_rows
from skdl.diagnosis.verdict.attained import attained, best_on_other_folds
from skdl.diagnosis.verdict.disagreement import (
    class_disagreement,
    number_disagreement,
    observed_excess,
    variance_share,
)
from skdl.diagnosis.verdict.outputs import classes_of, losses_of, targets_of
from skdl.diagnosis.verdict.residuals import add_learned_residual, residual_learners
from skdl.diagnosis.verdict.verdict import Evidence
from skdl.together.workers import results_of
from skdl.tools.rows import rows_of
from skdl.tools.splits import deal

if TYPE_CHECKING:
    from skdl.diagnosis.error_measure import ErrorMeasure
    from skdl.diagnosis.findings.baselines import Baselines
    from skdl.diagnosis.folds import Fold

__all__ = ["RESIDUALS", "gather"]

Array = np.ndarray
RESIDUALS = "residuals: "  # begins the name of the model itself, corrected by a learner
PARTS = 5  # of the validation rows of one split
MOST_OUTPUTS = 20  # with more classes or targets the residuals cost more than all else


def gather(
    estimator: Any,
    X: Any,
    y: Any,
    folds: Sequence[Fold],
    halves: Sequence[Fold],
    baselines: Baselines,
    measure: ErrorMeasure,
    *,
    n_jobs: int | None = None,
) -> Evidence:
    """Put the evidence together.

    Parameters
    ----------
    estimator, X, y
        What is diagnosed.
    folds : list of Fold
        The measured folds of one repeat, with their outputs.
    halves : list of Fold
        The fits to halves of their training rows.
    baselines : Baselines
        What simple models do on the same folds.
    measure : ErrorMeasure
        The error.
    n_jobs : int, default=None
        How many fits run at once.

    Returns
    -------
    Evidence
    """
    n_train, n_test = (
        np.mean([len(rows) for rows in parts])
        for parts in ([f.train for f in folds], [f.test for f in folds])
    )
    # The rows of one split tell nothing of other training sets.
    correlation = 0.0 if len(folds) == 1 else min(n_test / (n_train + n_test), 0.99)
    known = all(f.outputs is not None and f.losses is not None for f in folds)
    if not (measure.is_mean_over_rows and known):
        return _of_folds(folds, baselines, correlation)
    return _of_rows(estimator, X, y, folds, halves, baselines, correlation, n_jobs)


def _of_folds(folds: Sequence[Fold], baselines: Baselines, correlation: float) -> Evidence:
    """Take the errors of the folds."""
    own, training = (
        np.array([getattr(fold, f"{name}_error") for fold in folds])
        for name in ("validation", "training")
    )
    others = {name: np.array(errors)[:, 1] for name, errors in baselines.errors.items()}
    number, names = np.arange(len(folds)), ["", *others]
    losses = np.stack([own, *others.values()])
    return Evidence(
        held_out=own,
        training=training,
        attained=attained(losses, number),
        attained_by=_most_frequent(names, best_on_other_folds(losses, number)),
        constant=others.get("constant"),
        disagreement=None,
        shrinkage=1.0,
        folds=number,
        correlation=correlation,
    )


def _of_rows(estimator, X, y, folds, halves, baselines, correlation, n_jobs) -> Evidence:
    """Take the losses of the rows, one after the other as the folds hold them out."""
    classifier, classes = is_classifier(estimator), classes_of(y)
    targets = targets_of(y, classes, classifier)
    scale = np.ones(1) if classifier else _spread(targets)
    targets = targets / scale
    rows = np.concatenate([fold.test for fold in folds])
    number = np.repeat(np.arange(len(folds)), [len(fold.test) for fold in folds])
    if len(folds) == 1:  # the best of several must not be chosen on the rows that it is judged by
        number = deal(len(rows), min(PARTS, len(rows)), np.random.default_rng(0))

    outputs = {"": [fold.outputs for fold in folds], **baselines.outputs}
    outputs["constant"] = [_guess(targets, fold, classifier) * scale for fold in folds]
    outputs |= _corrected(estimator, X, folds, targets * scale, n_jobs)
    outputs = {name: np.concatenate(parts) / scale for name, parts in outputs.items()}
    losses = {name: losses_of(o, targets[rows], classifier) for name, o in outputs.items()}
    if classifier:  # an estimator may predict another class than the most probable one
        losses[""] = np.concatenate([fold.losses for fold in folds])
    all_losses = np.stack(list(losses.values()))
    chosen = best_on_other_folds(all_losses, number)
    lowest = attained(all_losses, number)

    disagreement = None
    pairs = _pairs_of_halves(folds, halves)
    if pairs is not None:
        first, second = (np.concatenate([p.outputs for p in pair]) / scale for pair in pairs)
        if classifier:
            best = np.stack(list(outputs.values()))[chosen[number], np.arange(len(rows))]
            votes, right = (
                (first.argmax(axis=1), second.argmax(axis=1)),
                targets[rows].argmax(axis=1),
            )
            told = (
                class_disagreement(*votes, np.clip(best, 0, 1)),
                observed_excess(*votes, right, lowest),
            )
            # Either may be too low, and then the bias would look too large: the larger one counts.
            disagreement = max(told, key=np.mean)
        else:
            disagreement = number_disagreement(first, second)
    return Evidence(
        held_out=losses[""],
        training=_trained_on(folds, targets, scale, classifier)[rows],
        attained=lowest,
        attained_by=_most_frequent(list(losses), chosen),
        constant=losses["constant"],
        disagreement=disagreement,
        shrinkage=1.0 if pairs is None else variance_share(_gap(folds), _gap(sum(pairs, []))),
        folds=number,
        correlation=correlation,
        repeated=repeated_inputs(X)[rows],
        counts_wrong_classes=classifier,
        of_baselines={name: losses[name] for name in baselines.errors if name in losses},
    )


def _spread(targets: Array) -> Array:
    """Return the standard deviation of each target; 1 for one that never varies."""
    spread = targets.std(axis=0)
    return np.where(spread > 0, spread, 1.0)


def _guess(targets: Array, fold: Fold, classifier: bool) -> Array:
    """Guess for the validation rows of a fold: the most frequent class, or the mean."""
    guess = targets[fold.train].mean(axis=0)
    if classifier:
        guess = (np.arange(len(guess)) == guess.argmax()).astype(np.float64)
    return np.broadcast_to(guess, (len(fold.test), len(guess)))


def _trained_on(folds: Sequence[Fold], targets: Array, scale: Array, classifier: bool) -> Array:
    """Return each row's mean loss in the fits that learned from it; their mean where none did."""
    total, count = np.zeros(len(targets)), np.zeros(len(targets))
    for fold in folds:
        loss = fold.training_losses
        if not classifier:
            loss = losses_of(fold.training_outputs / scale, targets[fold.train], False)
        total[fold.train] += loss
        count[fold.train] += 1
    return np.where(count > 0, total / np.maximum(count, 1), total.sum() / count.sum())


def _pairs_of_halves(
    folds: Sequence[Fold], halves: Sequence[Fold]
) -> tuple[list[Fold], list[Fold]] | None:
    """Return, fold by fold, the fits to both halves; None where one is missing."""
    done = {(half.fold, half.part): half for half in halves if half.outputs is not None}
    try:
        return tuple([done[fold.fold, part] for fold in folds] for part in (0, 1))
    except KeyError:
        return None


def _gap(folds: Sequence[Fold]) -> float:
    """Return the mean gap between validation and training error."""
    return float(np.mean([fold.validation_error - fold.training_error for fold in folds]))


def _most_frequent(names: Sequence[str], chosen: Array) -> str:
    """Return the name of what was chosen most often; the model itself only where nothing else was.

    The model's own name is empty and comes first.
    """
    count = np.bincount(chosen, minlength=len(names))
    return names[int(count[1:].argmax()) + 1] if count[1:].any() else names[0]


def _corrected(
    estimator: Any, X: Any, folds: Sequence[Fold], targets: Array, n_jobs: int | None
) -> dict[str, list[Array]]:
    """Return the outputs after what each learner finds in the residuals is added, fold by fold."""
    if targets.shape[1] > MOST_OUTPUTS:
        return {}
    learners = residual_learners(min(len(fold.train) for fold in folds))
    chains = {name: behind_transformers(m, estimator, X, True) for name, m in learners.items()}
    calls = (
        delayed(_correct)(
            chain,
            X,
            f.train[used],
            f.test,
            targets[f.train[used]] - f.training_outputs[used],
            f.outputs,
        )
        for name, chain in chains.items()
        for f in folds
        for used in [_used_rows(name, len(f.train))]
    )
    done = list(results_of(calls, n_jobs, ordered=True))
    parts = {
        name: done[place * len(folds) : (place + 1) * len(folds)]
        for place, name in enumerate(chains)
    }
    return {
        f"{RESIDUALS}{name}": outputs
        for name, outputs in parts.items()
        if all(output is not None for output in outputs)
    }


def _used_rows(name: str, n_rows: int) -> Array:
    """Return which training rows a learner of residuals gets.

    The kernel ridge has 300 weights, which MANY rows tell as well as more of them; with all its
    features of many rows it would be what takes most memory in a diagnosis.
    """
    return np.arange(n_rows) if name == "boosted trees" else some_rows(np.arange(n_rows))


def _correct(
    learner: Any, X: Any, train: Array, test: Array, residual: Array, outputs: Array
) -> Array | None:
    """Learn the residuals of a fold's training rows; None where that is not possible."""
    with quiet(len(train)):
        try:
            return add_learned_residual(
                clone(learner), rows_of(X, train), residual, rows_of(X, test), outputs
            )
        except (ValueError, TypeError):  # inputs that this learner cannot take
            return None
