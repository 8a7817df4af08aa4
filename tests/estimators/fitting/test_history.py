"""The record of a fit."""

import numpy as np
import pytest
from sklearn.datasets import make_classification

from skdl import MLPClassifier
from skdl.estimators.fitting.history import History
from skdl.plots import LossCurvesDisplay

X, y = make_classification(40, 4, random_state=0)


def _fit(**settings):
    fixed = {"max_iter": 4, "n_iter_no_change": None, "random_state": 0}
    return MLPClassifier((4,), **{**fixed, **settings}).fit(X, y)


def test_one_record_for_each_epoch():
    mlp = _fit(learning_rate=0.01)
    assert isinstance(mlp.history_, History)
    assert [record["epoch"] for record in mlp.history_] == [1, 2, 3, 4]
    assert mlp.history_.column("learning_rate") == [0.01] * 4
    assert mlp.history_.column("loss") == mlp.loss_curve_
    assert mlp.history_.column("monitored") == mlp.loss_curve_
    assert len(mlp.history_.column("gradient_norm")) == 4
    assert mlp.validation_loss_curve_ == mlp.validation_scores_ == []


def test_a_data_frame():
    mlp = _fit(early_stopping=True, monitor="accuracy")
    frame = mlp.history_.to_frame()
    assert len(frame) == 4
    expected = {"epoch", "loss", "penalty", "learning_rate", "validation_loss", "validation_score"}
    assert expected <= set(frame.columns)
    np.testing.assert_array_equal(frame["validation_score"], mlp.validation_scores_)
    np.testing.assert_array_equal(frame["monitored"], -frame["validation_score"])


def test_an_empty_one():
    assert History().to_frame().empty
    assert History().column("loss") == []


def test_a_column_skips_records_without_it():
    assert History([{"a": 1}, {"b": 2}, {"a": 3}]).column("a") == [1, 3]


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "lbfgs", "newton"])
def test_loss_and_penalty_belong_to_the_weights(optimizer):
    """Of all rows in one batch: the loss before the step, the penalty after it."""
    full = {} if optimizer in ("lbfgs", "newton") else {"batch_size": "full"}
    mlp = _fit(optimizer=optimizer, l2=0.1, l1=0.01 if optimizer == "lbfgs" else 0.0, **full)
    w = np.concatenate([W.ravel() for W in mlp.coefs_])
    penalty = 0.05 * w @ w + (0.01 * np.abs(w).sum() if optimizer == "lbfgs" else 0.0)
    assert mlp.penalty_ == pytest.approx(penalty, rel=1e-9)
    if optimizer in ("lbfgs", "newton"):
        loss = -mlp.predict_log_proba(X)[np.arange(40), y].mean()
        assert mlp.loss_ == pytest.approx(loss, rel=1e-9)
    assert mlp.loss_ == mlp.loss_curve_[-1]


def test_numbers_are_plain_floats():
    """So a record can be written as JSON."""
    import json

    assert json.loads(json.dumps(_fit(optimizer="sgd").history_)) == _fit(optimizer="sgd").history_


@pytest.mark.parametrize("show", [repr, History._repr_html_])
def test_many_epochs_print_as_a_short_table_without_their_steps(show):
    mlp = _fit(max_iter=40, track="steps")
    shown = show(mlp.history_)
    assert len(shown) < 6000 and "step_loss" not in shown
    first, last = (f"{mlp.loss_curve_[k]:.4g}" for k in (0, -1))
    assert first in shown and last in shown
    assert f"{mlp.loss_curve_[20]:.4g}" not in shown
    assert show(History()) == "no epochs"


def test_it_draws_itself_as_its_network_is_drawn():
    mlp = _fit(early_stopping=True)
    alone, whole = mlp.history_.plot(), LossCurvesDisplay.from_estimator(mlp)
    for kind in ("training", "validation"):
        ours, theirs = alone.lines_["fit", kind], whole.lines_["MLPClassifier", kind]
        np.testing.assert_array_equal(ours.get_xydata(), theirs.get_xydata())
    with pytest.raises(ValueError, match="history must be a record of at least one epoch"):
        History().plot()
