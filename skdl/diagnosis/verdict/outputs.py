"""What a fitted estimator says of rows, as numbers: predictions, or probabilities of classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_regressor

__all__ = ["classes_of", "losses_of", "outputs_of", "targets_of"]

Array = np.ndarray


def classes_of(y: Any) -> Array | None:
    """Return the distinct values of the targets, the classes; None where a row has several."""
    y = np.asarray(y)
    return np.unique(y) if y.ndim == 1 else None


def outputs_of(
    fitted: Any, X: Any, classes: Array | None, probabilities: bool = True
) -> Array | None:
    """Return predictions, or a probability for each class.

    Parameters
    ----------
    fitted : estimator
        Fitted.
    X : array-like of shape (n, n_features)
        The inputs.
    classes : ndarray of shape (n_classes,) or None
        All classes; the estimator may have seen fewer.
    probabilities : bool, default=True
        False gives probability 1 to the predicted class; so does an estimator that knows none.

    Returns
    -------
    outputs : ndarray of shape (n, n_outputs) or (n, n_classes), or None
        None where the estimator predicts neither numbers nor one class for each row, or fails to.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> guess = DummyClassifier().fit([[0], [0], [0], [0]], ["b", "b", "b", "c"])
    >>> outputs_of(guess, [[0]], np.array(["a", "b", "c"])).tolist()
    [[0.0, 0.75, 0.25]]
    """
    try:
        return _outputs(fitted, X, classes, probabilities)
    except Exception:  # another's method, which the score does without: the diagnosis goes on
        return None


def _outputs(fitted: Any, X: Any, classes: Array | None, probabilities: bool) -> Array | None:
    """Ask the estimator."""
    if is_regressor(fitted):
        predicted = np.asarray(fitted.predict(X), dtype=np.float64)
        return predicted.reshape(len(predicted), -1)
    if not is_classifier(fitted) or classes is None:
        return None
    if probabilities and hasattr(fitted, "predict_proba"):
        given, seen = fitted.predict_proba(X), fitted.classes_
        outputs = np.zeros((len(given), len(classes)))
        outputs[:, np.searchsorted(classes, seen)] = given
        return outputs
    predicted = np.asarray(fitted.predict(X))
    return (predicted[:, None] == classes).astype(np.float64)


def targets_of(y: Any, classes: Array | None, classifier: bool) -> Array:
    """Return the targets as perfect outputs: numbers, or 1 for the right class and else 0."""
    y = np.asarray(y)
    if classifier:
        return (y[:, None] == classes).astype(np.float64)
    return y.astype(np.float64).reshape(len(y), -1)


def losses_of(outputs: Array, targets: Array, classifier: bool) -> Array:
    """Return the loss of each row: 1 for a wrong class, or the squared error.

    Parameters
    ----------
    outputs, targets : ndarray of shape (n, k)
        From :func:`outputs_of` and :func:`targets_of`.
    classifier : bool
        Whether they stand for classes.

    Examples
    --------
    >>> losses_of(np.array([[0.7, 0.3], [0.6, 0.4]]), np.eye(2), True).tolist()
    [0.0, 1.0]
    >>> losses_of(np.array([[1.0], [2.0]]), np.array([[1.0], [5.0]]), False).tolist()
    [0.0, 9.0]
    """
    if classifier:
        return (outputs.argmax(axis=1) != targets.argmax(axis=1)).astype(np.float64)
    return np.square(outputs - targets).mean(axis=1)
