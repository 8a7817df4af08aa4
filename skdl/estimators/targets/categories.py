"""Targets of a classifier: one column of classes, or a 0/1 matrix of labels."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
from scipy.special import logsumexp
from sklearn.exceptions import DataConversionWarning
from sklearn.utils.multiclass import check_classification_targets

from skdl.core.losses import Loss, log_sigmoid
from skdl.estimators.fitting.weights import weigh_classes
from skdl.estimators.targets.base import Target
from skdl.tools.given import kind_of_target
from skdl.tools.rows import column_means
from skdl.tools.splits import deal, random_split, stratified_split
from skdl.tools.warning import warn_user

__all__ = ["Classes", "Labels", "read_categories"]

Array = np.ndarray
MANY, FEW = 20, 5  # so many classes of so few rows each look like numbers to be predicted


@dataclass(frozen=True)
class _Categories(Target):
    """What one column of classes and a matrix of labels have in common."""

    classes: Array

    @abstractmethod
    def links(self, loss: Loss) -> tuple[str, ...]:
        """Return the output activations that suit, the usual one first."""

    @abstractmethod
    def decide(self, raw: Array, loss: Loss) -> Array:
        """Return raw outputs as a ``decision_function`` has them."""

    @abstractmethod
    def probabilities(self, raw: Array, loss: Loss) -> Array:
        """Return probabilities."""

    @abstractmethod
    def log_probabilities(self, raw: Array, loss: Loss) -> Array:
        """Return their logarithms, never −inf."""

    @final
    def link(self, loss, owner):
        """Return the loss with the output activation that is wanted, or the usual one."""
        allowed, wanted = self.links(loss), owner.output_activation
        if wanted not in ("auto", *allowed):
            names = ", ".join(repr(name) for name in ("auto", *allowed) if name != "identity")
            labels = " and multi-label targets" if isinstance(self, Labels) else ""
            raise ValueError(
                f"{type(owner).__name__}: output_activation must be one of {names} with "
                f"loss={owner.loss!r}{labels}; got {wanted!r}"
            )
        return loss.with_link(allowed[0] if wanted == "auto" else wanted)

    @final
    def best_constant(self, y, weight, loss, owner):
        """Return the best raw outputs for the frequencies in the training rows."""
        frequency = self.smooth(self.frequencies(y, weight, loss)[None], loss, owner)
        return loss.best_constant(frequency, None)

    @abstractmethod
    def frequencies(self, y: Array, weight: Array | None, loss: Loss) -> Array:
        """Return the mean of every column of the encoded form."""

    @final
    def check_range(self, y, dtype, owner):
        """Accept everything: 0 and 1 fit any type."""

    @final
    def output_arrays(self, W, b, loss):
        """Return both as they are: raw outputs have no unit."""
        return W, b

    @final
    def check(self, y, kind, owner, loss):
        """Return class numbers, or the matrix of labels."""
        labels = kind.first(y, None).classes
        # As Python's own values: NumPy finds no type for some that are of two kinds.
        if kind is not type(self) or not set(labels.tolist()) <= set(self.classes.tolist()):
            raise ValueError(
                f"{type(owner).__name__}: y must hold only the classes that were announced first, "
                f"{self.classes}; got {labels}"
            )
        return self.numbers(y, owner)

    @abstractmethod
    def numbers(self, y: Array, owner: Any) -> Array:
        """Return class numbers, or the matrix of labels, of a y that holds only known ones."""


def _smoothed(y: Array, epsilon: float, n_classes: int) -> Array:
    """Return ``(1 − ε)·y + ε/K``, in the type of y."""
    if not epsilon:
        return y
    return ((1 - epsilon) * y + epsilon / n_classes).astype(y.dtype, copy=False)


@dataclass(frozen=True)
class Classes(_Categories):
    """One column of labels; checked, they are class numbers.

    A single class is learned, too: a fold may hold no other, and then it is the best prediction.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, in increasing order.
    """

    @classmethod
    def first(cls, y: Array, classes: Array | None) -> Self:
        """Take the classes that occur, unless they were announced."""
        return cls(np.unique(y) if classes is None else classes)

    def numbers(self, y, owner):
        """Return class numbers, of shape (rows,)."""
        return np.searchsorted(self.classes, y)

    def learn(self, y, weight, loss, owner):
        """Return the target as it is: its classes are all that encoding needs."""
        if len(self.classes) == 1:
            warn_user(
                f"{type(owner).__name__}: y holds one class only, {self.classes.tolist()}, which "
                "will be predicted for every row"
            )
        elif len(self.classes) > max(MANY, len(y) / FEW) and self.classes.dtype.kind in "iuf":
            warn_user(
                f"{type(owner).__name__}: y holds {len(self.classes)} different numbers in "
                f"{len(y)} rows, and each is taken for a class; MLPRegressor predicts numbers"
            )
        return self

    def links(self, loss):
        """Prefer one sigmoid for two classes, and what the loss prefers (softmax) for more."""
        if len(self.classes) == 2 and "sigmoid" in loss.links:
            return ("sigmoid", *(link for link in loss.links if link != "sigmoid"))
        return loss.links

    def has_one_unit(self, loss: Loss) -> bool:
        """Tell whether one unit tells two classes apart, as under all links but softmax."""
        return len(self.classes) == 2 and loss.link != "softmax"

    def n_outputs(self, loss):
        """Return one for each class, unless one unit tells two apart."""
        return 1 if self.has_one_unit(loss) else len(self.classes)

    def encode(self, y, loss, dtype):
        """Return 0/1 columns."""
        if self.has_one_unit(loss):
            return y[:, None].astype(dtype)
        columns = np.zeros((len(self.classes), len(y)), dtype)
        columns[y, np.arange(len(y))] = 1
        return columns.T

    def frequencies(self, y, weight, loss):
        """Return the part of the rows, by weight, of every class (of the second of two)."""
        total = np.bincount(y, weights=weight, minlength=len(self.classes))
        frequency = total / total.sum()
        return frequency[1:] if self.has_one_unit(loss) else frequency

    def decode(self, y):
        """Return the labels."""
        return self.classes[y]

    def smooth(self, y, loss, owner):
        """Move the targets towards 1/K; each sigmoid unit tells two classes apart."""
        return _smoothed(y, owner.label_smoothing, y.shape[1] if loss.link == "softmax" else 2)

    def weigh(self, y, sample_weight, owner):
        """Multiply the weights of the rows by those of their classes."""
        if owner.class_weight is None:
            return sample_weight
        name = type(owner).__name__
        return weigh_classes(owner.class_weight, self.classes, y, sample_weight, name)

    def split(self, y, fraction, rng, owner):
        """Hold out about the same fraction of every class."""
        return stratified_split(y, fraction, rng, type(owner).__name__)

    def folds(self, y, n_folds, rng):
        """Deal out the rows class by class."""
        return deal(len(y), n_folds, rng, y)

    def decide(self, raw, loss):
        """Return one column for two classes."""
        if len(self.classes) > 2:
            return raw
        return raw[:, 0] if raw.shape[1] == 1 else raw[:, 1] - raw[:, 0]

    def predict(self, raw, loss):
        """Return the most probable class of each row."""
        if len(self.classes) == 2:
            return self.classes[(self.decide(raw, loss) > 0).astype(int)]
        return self.classes[raw.argmax(axis=1)]

    def probabilities(self, raw, loss):
        """Return one column for each class; rows sum to 1."""
        p = loss.predict(raw)
        if loss.link == "softmax":
            return p
        if self.has_one_unit(loss):
            return np.hstack((1 - p, p))
        total = p.sum(axis=1, keepdims=True)
        return np.divide(p, total, out=np.full_like(p, 1 / p.shape[1]), where=total > 0)

    def log_probabilities(self, raw, loss):
        """Return the logarithms of the same."""
        log_p = loss.log_predict(raw)
        if loss.link == "softmax":
            return log_p
        if self.has_one_unit(loss):
            return np.hstack((log_sigmoid(-raw), log_p))
        return log_p - logsumexp(log_p, axis=1, keepdims=True)


@dataclass(frozen=True)
class Labels(_Categories):
    """A 0/1 matrix: any number of labels for each row, one output unit for each.

    Attributes
    ----------
    classes : ndarray of shape (n_labels,)
        The numbers of the labels, 0 to n_labels − 1.
    """

    @classmethod
    def first(cls, y: Array, classes: Array | None) -> Self:
        """Count the columns from 0, unless they were announced."""
        return cls(np.arange(y.shape[1]) if classes is None else classes)

    def numbers(self, y, owner):
        """Return the matrix, of shape (rows, labels)."""
        if y.shape[1] != len(self.classes):
            raise ValueError(
                f"{type(owner).__name__}: y must have {len(self.classes)} columns, one for each "
                f"label of the first fit; got {y.shape[1]}"
            )
        return y

    def learn(self, y, weight, loss, owner):
        """Return the target as it is: its labels are all that encoding needs."""
        return self

    def links(self, loss):
        """Leave out softmax, whose units exclude each other."""
        allowed = tuple(link for link in loss.links if link != "softmax")
        return tuple(sorted(allowed, key=lambda link: link != "sigmoid"))

    def n_outputs(self, loss):
        """Return one for each label."""
        return len(self.classes)

    def encode(self, y, loss, dtype):
        """Return the matrix."""
        return y.astype(dtype, order="F")

    def frequencies(self, y, weight, loss):
        """Return the part of the rows, by weight, that have each label."""
        return column_means(y, weight)

    def decode(self, y):
        """Return the matrix."""
        return y

    def smooth(self, y, loss, owner):
        """Move the targets towards one half."""
        return _smoothed(y, owner.label_smoothing, 2)

    def weigh(self, y, sample_weight, owner):
        """Return the weights of the rows; labels have none of their own."""
        if owner.class_weight is not None:
            raise ValueError(
                f"{type(owner).__name__}: class_weight must be None with multi-label targets, use "
                f"sample_weight; got {owner.class_weight!r}"
            )
        return sample_weight

    def split(self, y, fraction, rng, owner):
        """Hold out rows at random."""
        return random_split(len(y), fraction, rng, type(owner).__name__)

    def folds(self, y, n_folds, rng):
        """Deal out rows at random."""
        return deal(len(y), n_folds, rng)

    def decide(self, raw, loss):
        """Return the raw outputs."""
        return raw

    def predict(self, raw, loss):
        """Return 0 or 1 for each label."""
        return (raw > 0).astype(int)

    def probabilities(self, raw, loss):
        """Return the probability of each label."""
        return loss.predict(raw)

    def log_probabilities(self, raw, loss):
        """Return its logarithm."""
        return loss.log_predict(raw)


def read_categories(owner: Any, y: Any) -> tuple[Array, type[_Categories]]:
    """Return y as one column or as a dense matrix of labels, and which of the two it is.

    Parameters
    ----------
    owner : MLPClassifier
        Is named in messages.
    y : ndarray of shape (rows,) or (rows, labels), or sparse matrix of labels
        As it was given.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> y, kind = read_categories(None, np.array(["no", "yes", "no"]))
    >>> target = kind.first(y, None)
    >>> target.classes.tolist(), target.check(y, kind, None, None).tolist()
    (['no', 'yes'], [0, 1, 0])
    """
    kind = kind_of_target(type(owner).__name__, y)
    if kind == "multilabel-indicator":
        y = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
        if not ((y == 0) | (y == 1)).all():  # any two values are labels to scikit-learn
            kind = "multiclass-multioutput"
    if kind not in ("binary", "multiclass", "multilabel-indicator"):
        check_classification_targets(y)  # raises; else it would only ask for the type again
    if kind == "multiclass-multioutput":
        raise ValueError(
            f"{type(owner).__name__}: y must be one column of classes or a 0/1 matrix of labels; "
            "got a matrix with other values (multiclass-multioutput)"
        )
    if kind == "multilabel-indicator":
        return y, Labels
    if y.ndim == 2:
        warn_user(
            "A column-vector y was passed when a 1d array was expected. Please change the shape "
            "of y to (n_samples,), for example using ravel().",
            DataConversionWarning,
        )
        y = y.ravel()
    return y, Classes
