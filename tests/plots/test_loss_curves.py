"""Loss curves of several fits: bands, axes, errors, and what is said where nothing was recorded."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris

from skdl import MLPClassifier
from skdl.plots import LossCurvesDisplay

X, Y = load_iris(return_X_y=True)
ODD, EVEN = slice(1, None, 2), slice(0, None, 2)


def fitted(seed=0, epochs=5, **settings):
    mlp = MLPClassifier((6,), max_iter=epochs, n_iter_no_change=None, random_state=seed, **settings)
    return mlp.fit(X[ODD], Y[ODD], X_val=X[EVEN], y_val=Y[EVEN])


def legend(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def test_seeds_are_a_mean_in_a_band_from_the_lowest_to_the_highest():
    fits = [fitted(seed, epochs) for seed, epochs in enumerate((5, 7, 6))]
    drawn = LossCurvesDisplay.from_estimators({"a": fits, "b": fits[0]})
    losses = np.stack([mlp.loss_curve_[:5] for mlp in fits])  # as far as all of them go
    line = drawn.lines_["a", "training"]
    np.testing.assert_allclose(line.get_ydata(), losses.mean(axis=0))
    assert line.get_xdata().tolist() == [1, 2, 3, 4, 5]
    (outline,) = (path.vertices for path in drawn.bands_["a", "training"].get_paths())
    for epoch in range(1, 6):
        heights = outline[outline[:, 0] == epoch, 1]
        assert heights.min() == pytest.approx(losses[:, epoch - 1].min())
        assert heights.max() == pytest.approx(losses[:, epoch - 1].max())
    assert legend(drawn) == [
        "a, mean of 3",
        "b",
        "dashed: validation",
        "band: lowest to highest",
    ]
    assert ("b", "training") not in drawn.bands_


def test_the_error_is_one_minus_the_score_of_both_parts():
    mlp = fitted(monitor="accuracy", track="clean", epochs=60)
    assert mlp.score(X[ODD], Y[ODD]) != mlp.score(X[EVEN], Y[EVEN])
    drawn = LossCurvesDisplay.from_estimator(mlp, of="error")
    for kind, rows in (("training", ODD), ("validation", EVEN)):
        line = drawn.lines_["MLPClassifier", kind]
        assert line.get_ydata()[-1] == pytest.approx(1 - mlp.score(X[rows], Y[rows]))
    assert drawn.ax_.get_ylabel() == "1 − score"
    assert legend(drawn) == ["training", "generalisation gap", "validation"]


@pytest.mark.parametrize("early_stopping", [False, True])
def test_validation_rows_are_scored_with_early_stopping_or_without(early_stopping):
    mlp = fitted(monitor="accuracy", track="clean", early_stopping=early_stopping)
    last = mlp.history_[-1]
    if not early_stopping:
        assert last["validation_score"] == mlp.score(X[EVEN], Y[EVEN])
    assert len(mlp.history_.column("validation_score")) == mlp.n_iter_


def test_steps_and_seconds_are_where_each_epoch_ended():
    mlp = fitted(track="steps", batch_size=20)
    drawn = LossCurvesDisplay.from_estimator(mlp, along="step", scale="log-log")
    line = drawn.lines_["MLPClassifier", "training"]
    assert line.get_xdata().tolist() == [4, 8, 12, 16, 20]  # 75 rows
    assert drawn.ax_.get_xlabel() == "step"
    assert (drawn.ax_.get_xscale(), drawn.ax_.get_yscale()) == ("log", "log")
    assert LossCurvesDisplay.from_estimator(mlp, along="seconds", scale="linear").lines_[
        "MLPClassifier", "training"
    ].get_xdata().tolist() == mlp.history_.column("seconds")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"along": "step"}, 'along must be what the fit recorded .this one with track="steps"'),
        ({"along": "seconds"}, 'along must be what the fit recorded .this one with track="clean"'),
        ({"of": "error"}, "of must be what the fit recorded .this one with a scorer as monitor"),
        ({"along": "week"}, "along must be one of epoch, step, seconds; got 'week'"),
        ({"of": "accuracy"}, "of must be one of loss, error; got 'accuracy'"),
        ({"scale": "lin"}, "scale must be one of auto, linear, log, log-log; got 'lin'"),
    ],
    ids=str,
)
def test_what_was_not_recorded_is_said_with_what_records_it(asked, message):
    with pytest.raises(ValueError, match=f"^LossCurvesDisplay: {message}"):
        LossCurvesDisplay.from_estimator(fitted(), **asked)
