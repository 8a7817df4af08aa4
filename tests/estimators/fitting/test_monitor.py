"""The monitor: tried before the first epoch, and never taken for what it does not say."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_classification
from sklearn.metrics import get_scorer

from skdl import MLPClassifier, MLPRegressor

X, Y = make_classification(60, 4, n_informative=3, n_redundant=0, n_classes=3, random_state=0)
PLAIN = {"hidden_layer_sizes": (4,), "max_iter": 6, "n_iter_no_change": None, "random_state": 0}
NEEDS_ALL_CLASSES = ["neg_log_loss", "roc_auc_ovr", "roc_auc_ovo", "roc_auc_ovr_weighted"]


def fails_first(cls, X, y, message, **own):
    """Assert that a fit fails before its first epoch, and that nothing is lost."""
    told = []
    mlp = cls(**{**PLAIN, "early_stopping": True, **own})
    mlp.callbacks = [lambda estimator, record: told.append(record)]
    with pytest.raises(ValueError, match=f"^{cls.__name__}: monitor must be .*{message}"):
        mlp.fit(X, y)
    assert told == [] and not hasattr(mlp, "_network")


@pytest.mark.parametrize("n", [2, 5, 14])
def test_r2_of_one_row(n):
    y = X[:n, 0]
    fails_first(MLPRegressor, X[:n], y, "'r2', which on 1 validation row gives nan", monitor="r2")
    MLPRegressor(**PLAIN, early_stopping=True, monitor="neg_mean_squared_error").fit(X[:n], y)


@pytest.mark.parametrize("monitor", NEEDS_ALL_CLASSES)
@settings(max_examples=5)
@given(label=st.sampled_from([3, -1, 10**6]), n=st.integers(1, 2))
def test_a_class_that_is_missing(monitor, label, n):
    y = Y.copy()
    y[:n] = label
    fails_first(MLPClassifier, X, y, f"without class {label} gives ValueError", monitor=monitor)


def test_a_score_of_two_classes():
    fails_first(MLPClassifier, X, Y, "got 'roc_auc', which on 6 validation rows", monitor="roc_auc")


def broken(error):
    def monitor(estimator, X, y):
        raise error

    return monitor


@pytest.mark.parametrize("error", [ZeroDivisionError("mine"), KeyError("mine"), MemoryError()])
@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_one_that_raises(cls, error):
    with pytest.raises(ValueError, match=type(error).__name__) as caught:
        cls(**PLAIN, early_stopping=True, monitor=broken(error)).fit(X, Y)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("given", [None, "much", [1.0, 2.0]])
def test_one_that_gives_no_number(given):
    monitor = lambda estimator, X, y: given  # noqa: E731
    fails_first(MLPClassifier, X, Y, "which on 6 validation rows gives", monitor=monitor)


class Undefined:
    """A score that is NaN at some calls, the first of which is before training."""

    def __init__(self, calls):
        self.calls = calls
        self.n = 0

    def __call__(self, estimator, X, y):
        self.n += 1
        return math.nan if self.n - 1 in self.calls else estimator.score(X, y)


@settings(max_examples=15)
@given(epochs=st.sets(st.integers(1, 12), min_size=1, max_size=12))
def test_an_epoch_without_a_score_counts_for_nothing_and_is_told(epochs):
    own = {**PLAIN, "max_iter": 12, "n_iter_no_change": 50, "learning_rate": 1e-12}
    mlp = MLPClassifier(**own, early_stopping=True, monitor=Undefined(epochs))
    with pytest.warns(UserWarning) as caught:
        mlp.fit(X, Y)
    told = [str(w.message) for w in caught if "undefined" in str(w.message)]
    assert told[0].endswith(
        f"was undefined (NaN) in {len(epochs)} of 12 epochs; they do not count against "
        "n_iter_no_change."
    )
    # Nothing is learned at this rate: the first epoch with a score is the best, if there is one.
    defined = [epoch for epoch in range(1, 13) if epoch not in epochs]
    assert mlp.best_iter_ == (defined[0] if defined else 12)
    own |= {"n_iter_no_change": 3}
    mlp = MLPClassifier(**own, early_stopping=True, monitor=Undefined(epochs))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlp.fit(X, Y)
    assert mlp.n_iter_ == (defined[3] if len(defined) > 3 else 12)


@pytest.mark.parametrize("name", ["accuracy", "f1_macro", "balanced_accuracy", "neg_log_loss"])
def test_a_monitor_that_fits_is_the_score(name):
    mlp = MLPClassifier(**PLAIN, early_stopping=True, monitor=name, restore_best=False)
    own = {"X_val": X, "y_val": Y}
    mlp.set_params(early_stopping=True).fit(X, Y, **own)
    assert mlp.validation_scores_[-1] == pytest.approx(get_scorer(name)(mlp, X, Y))


def test_a_network_that_is_infinite_is_not_the_monitors_fault():
    mlp = MLPRegressor(**PLAIN, early_stopping=True, monitor="r2", init_scale=1e308)
    with pytest.warns(UserWarning, match="no longer finite in epoch 1"), np.errstate(all="ignore"):
        mlp.fit(1e3 * X, Y)
