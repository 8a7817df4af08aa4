"""What the displays of a network show is what the network is."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier as SklearnMLP
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdl.diagnosis import diagnose
from skdl.estimators.classifier import MLPClassifier
from skdl.inspection.landscape import LossLandscape
from skdl.inspection.network import Snapshots
from skdl.inspection.range_test import find_learning_rate
from skdl.plots import (
    HiddenUnitsDisplay,
    LayerSignsDisplay,
    LearningRateDisplay,
    LossCurvesDisplay,
    LossLandscapeDisplay,
    RepresentationDisplay,
    SingularModesDisplay,
    WeightsDisplay,
)

X, y = load_iris(return_X_y=True)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def network(hidden=(6, 4), epochs=6, **settings):
    mlp = MLPClassifier(hidden, max_iter=epochs, n_iter_no_change=None, random_state=0)
    return mlp.set_params(**settings)


def legend(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


# -- loss curves -----------------------------------------------------------------------


def test_loss_curves_are_those_of_the_history_and_the_best_epoch_is_marked():
    mlp = network(
        epochs=60, early_stopping=True, n_iter_no_change=3, learning_rate=0.1, l2=0.01
    ).fit(X, y)
    drawn = LossCurvesDisplay.from_estimator(mlp)
    lines = {kind: line for (_, kind), line in drawn.lines_.items()}
    np.testing.assert_array_equal(lines["training"].get_ydata(), mlp.loss_curve_)
    np.testing.assert_array_equal(lines["validation"].get_ydata(), mlp.validation_loss_curve_)
    np.testing.assert_array_equal(lines["penalty"].get_ydata(), mlp.history_.column("penalty"))
    assert lines["training"].get_xdata().tolist() == list(range(1, mlp.n_iter_ + 1))
    mark = drawn.marks_["MLPClassifier"]
    assert mlp.best_iter_ < mlp.n_iter_
    assert mark.get_xdata() == [mlp.best_iter_]
    assert mark.get_ydata() == [mlp.validation_loss_curve_[mlp.best_iter_ - 1]]
    assert legend(drawn) == ["training", "validation", "penalty", f"best epoch: {mlp.best_iter_}"]


def test_several_fits_lie_over_each_other():
    fits = {f"rate {rate}": network(learning_rate=rate).fit(X, y) for rate in (0.001, 0.1)}
    drawn = LossCurvesDisplay.from_estimators(fits)
    assert list(drawn.lines_) == [("rate 0.001", "training"), ("rate 0.1", "training")]
    for (name, _), line in drawn.lines_.items():
        np.testing.assert_array_equal(line.get_ydata(), fits[name].loss_curve_)
    assert legend(drawn) == ["rate 0.001", "rate 0.1"]
    looks = {line.get_color() for line in drawn.lines_.values()}
    assert len(looks) == 2


def test_the_axis_is_logarithmic_where_the_losses_span_decades():
    def scale(*losses):
        record = pd.DataFrame({"epoch": [1, 2], "loss": losses, "penalty": [1e-9, 1e-9]})
        return LossCurvesDisplay(records={"fit": record}).plot().ax_.get_yscale()

    assert scale(2.0, 0.1) == "log"
    assert scale(2.0, 0.5) == "linear"
    assert scale(2.0, -0.5) == "linear"  # a log-likelihood may be negative


def test_loss_curves_look_into_pipelines_searches_and_scikit_learn():
    theirs = SklearnMLP((4,), max_iter=300, tol=1e-2, random_state=0)
    search = GridSearchCV(make_pipeline(StandardScaler(), theirs), {}, cv=2).fit(X, y)
    drawn = LossCurvesDisplay.from_estimator(search)
    np.testing.assert_array_equal(
        drawn.lines_["MLPClassifier", "training"].get_ydata(),
        search.best_estimator_[-1].loss_curve_,
    )
    with pytest.raises(TypeError, match="LossCurvesDisplay: estimator must be a fitted network"):
        LossCurvesDisplay.from_estimator(DecisionTreeClassifier().fit(X, y))


# -- learning rate and landscape ----------------------------------------------------------


def test_the_range_test_is_drawn_with_its_readings():
    found = find_learning_rate(network(), X, y, random_state=0)
    drawn = LearningRateDisplay.from_test(found)
    np.testing.assert_array_equal(drawn.points_.get_xdata(), found.rates)
    np.testing.assert_array_equal(drawn.points_.get_ydata(), found.losses)
    np.testing.assert_array_equal(drawn.line_.get_ydata(), found.smoothed)
    for name in ("lowest", "steepest", "suggestion", "current"):
        assert set(drawn.marks_[name].get_xdata()) == {getattr(found, name)}
    assert drawn.marks_["lowest"].get_ydata() == [found.smoothed.min()]
    assert drawn.ax_.get_xscale() == "log"
    assert drawn.ax_.get_xlabel() == "learning_rate (log scale)"
    assert f"suggestion: {found.suggestion:.2g}" in legend(drawn)
    assert f"now: {found.current:.2g}" in legend(drawn)


def test_the_landscape_shows_path_and_end():
    axis = np.linspace(-1.0, 1.0, 5)
    loss = 1 + axis[:, None] ** 2 + axis**2
    path = np.array([[0.9, 0.5], [0.4, 0.1], [0.0, 0.0]])
    drawn = LossLandscapeDisplay.from_landscape(
        LossLandscape(axis, axis, loss, np.eye(2), path, [1, 2, 3], np.array([0.9, 0.1]))
    )
    np.testing.assert_array_equal(np.array(drawn.path_.get_data()).T, path)
    assert [float(value[0]) for value in drawn.end_.get_data()] == [0, 0]
    np.testing.assert_allclose(drawn.contours_.levels, np.linspace(1, 3, 13))
    assert drawn.ax_.get_xlabel() == "direction 1 (90 % of the path)"
    assert legend(drawn) == ["an epoch", "epoch 1", "end of the fit"]
    steep = LossLandscapeDisplay.from_landscape(LossLandscape(axis, axis, loss**5, np.eye(2)))
    np.testing.assert_allclose(steep.contours_.levels, np.geomspace(1, 3**5, 13))
    assert steep.path_ is None


def test_a_landscape_that_overflows_is_drawn():
    loss = np.array([[1.0, 2.0, np.inf], [1.0, 0.5, 2.0], [np.nan, 1.0, 2.0]])
    axis = np.arange(3.0)
    drawn = LossLandscapeDisplay.from_landscape(LossLandscape(axis, axis, loss, np.eye(2)))
    assert np.isfinite(drawn.contours_.levels).all()


# -- layers and units ------------------------------------------------------------------


def test_signs_are_those_of_the_history():
    mlp = network().fit(X, y)
    drawn = LayerSignsDisplay.from_estimator(mlp)
    for sign, lines in drawn.lines_.items():
        values = np.array(mlp.history_.column(sign))
        np.testing.assert_array_equal([line.get_ydata() for line in lines], values.T)
        assert lines[0].get_xdata().tolist() == [1, 2, 3, 4, 5, 6]
    first = drawn.axes_["gradient_norms"].get_legend()
    assert [text.get_text() for text in first.get_texts()] == ["layer 1", "layer 2", "output layer"]
    one = LayerSignsDisplay.from_estimator(mlp, signs=("dead",))
    assert list(one.axes_) == ["dead"] and len(one.lines_["dead"]) == 2
    assert one.axes_["dead"].get_ylabel() == "dead units"


def test_a_network_without_hidden_layers_has_no_units_to_show():
    drawn = LayerSignsDisplay.from_estimator(network(hidden=()), X, y)
    assert list(drawn.axes_) == ["gradient_norms", "weight_norms"]


def test_signs_that_are_unknown_or_not_recorded_are_refused():
    with pytest.raises(ValueError, match="signs must be some of gradient_norms, .* got"):
        LayerSignsDisplay.from_estimator(network(), X, y, signs=("loss",))
    with pytest.raises(TypeError, match="LayerSignsDisplay: estimator must be a network of skdl"):
        LayerSignsDisplay.from_estimator(DecisionTreeClassifier(), X, y)


def test_histograms_count_the_weights():
    mlp = network().fit(X, y)
    mlp.coefs_[1][:, :2] = 0
    drawn = WeightsDisplay.from_estimator(mlp, bins=10)
    reach = max(np.abs(W).max() for W in mlp.coefs_)
    for W, counts in zip(mlp.coefs_, drawn.counts_, strict=True):
        np.testing.assert_array_equal(counts, np.histogram(W, 10, (-reach, reach))[0])
    said = [text.get_text() for text in drawn.axes_[1].texts]
    assert said == ["layer 2\n6 × 4", f"std {mlp.coefs_[1].std():.3g}\n50 % are 0"]
    assert drawn.axes_[2].texts[0].get_text() == "output\n4 × 3"


def test_units_are_images_of_their_weights_the_strongest_first():
    A, b = load_digits(return_X_y=True)
    mlp = network(hidden=(12,), epochs=2).fit(A / 16, b)
    drawn = HiddenUnitsDisplay.from_estimator(mlp, image_shape=(8, 8), n_units=5)
    first, second = mlp.coefs_
    strength = np.linalg.norm(first, axis=0) * np.linalg.norm(second, axis=1)
    assert drawn.units.tolist() == np.argsort(-strength)[:5].tolist()
    for unit, image in zip(drawn.units, drawn.artists_, strict=True):
        np.testing.assert_array_equal(image.get_array(), first[:, unit].reshape(8, 8))
        assert image.get_clim() == (-image.get_clim()[1], np.abs(first[:, drawn.units]).max())
    titles = [ax.get_title() for ax in drawn.axes_]
    assert titles[0] == f"unit {drawn.units[0]}" and titles[1] == str(drawn.units[1])
    with pytest.raises(ValueError, match="image_shape must be .* with 64 pixels, .* got .9, 9."):
        HiddenUnitsDisplay.from_estimator(mlp, image_shape=(9, 9))


def test_units_are_bars_with_the_names_of_the_features():
    frame, target = load_iris(return_X_y=True, as_frame=True)
    mlp = network(hidden=(6,)).fit(frame, target)
    drawn = HiddenUnitsDisplay.from_estimator(mlp, n_units=3)
    for unit, bars in zip(drawn.units, drawn.artists_, strict=True):
        np.testing.assert_array_equal([bar.get_height() for bar in bars], mlp.coefs_[0][:, unit])
    names = [tick.get_text() for tick in drawn.axes_[-1].get_xticklabels()]
    assert names == list(frame.columns)
    with pytest.raises(TypeError, match="a fitted network with a hidden layer"):
        HiddenUnitsDisplay.from_estimator(network(hidden=()).fit(X, y))


def test_maxout_units_keep_their_pieces():
    mlp = network(hidden=(5,), activation="maxout").fit(X, y)
    drawn = HiddenUnitsDisplay.from_estimator(mlp, n_units=10)
    assert sorted(drawn.units) == list(range(10))


@pytest.mark.parametrize("kind", [MLPClassifier, SklearnMLP])
def test_rows_are_compared_by_a_hidden_layer(kind):
    settings = {"activation": "tanh", "random_state": 0, "max_iter": 300, "tol": 1e-2}
    mlp = make_pipeline(StandardScaler(), kind((8, 5), **settings)).fit(X, y)
    shuffled = np.random.default_rng(0).permutation(len(y))
    drawn = RepresentationDisplay.from_estimator(mlp, X[shuffled], y[shuffled], layer=0)
    assert (np.diff(drawn.y) >= 0).all()
    order = shuffled[np.argsort(y[shuffled], kind="stable")]
    net = mlp[-1]
    a = np.tanh(mlp[0].transform(X[order]) @ net.coefs_[0] + net.intercepts_[0])
    np.testing.assert_allclose(drawn.image_.get_array(), np.corrcoef(a), atol=1e-9)
    ticks = [tick.get_text() for tick in drawn.ax_.get_yticklabels()]
    assert ticks == ["0", "1", "2"]
    assert drawn.ax_.get_title(loc="left") == "hidden layer 1 of 2"
    few = RepresentationDisplay.from_estimator(mlp, X, max_rows=20)
    assert few.similarity.shape == (20, 20) and few.ax_.get_xlabel() == "row"
    with pytest.raises(ValueError, match="layer must be one of 2 hidden layers"):
        RepresentationDisplay.from_estimator(mlp, X, layer=2)


def test_modes_are_the_singular_values_of_the_weights():
    seen = Snapshots()
    mlp = network(activation="identity", callbacks=[seen]).fit(X, y)
    drawn = SingularModesDisplay.from_snapshots(seen)
    W = mlp.coefs_[0] @ mlp.coefs_[1] @ mlp.coefs_[2]
    last = [line.get_ydata()[-1] for line in drawn.lines_]
    np.testing.assert_allclose(last, np.linalg.svd(W, compute_uv=False), rtol=1e-10)
    assert drawn.lines_[0].get_xdata().tolist() == [1, 2, 3, 4, 5, 6]
    one = SingularModesDisplay.from_snapshots(seen, layer=1, n_modes=2)
    expected = np.linalg.svd(mlp.coefs_[1], compute_uv=False)[:2]
    np.testing.assert_allclose([line.get_ydata()[-1] for line in one.lines_], expected)
    assert one.ax_.get_ylabel().replace("\n", " ") == "singular value, weights of layer 2"
    watched = SingularModesDisplay.from_estimator(network(activation="identity"), X, y)
    np.testing.assert_allclose(watched.values, drawn.values)


def test_the_losses_of_a_diagnosis_are_those_of_its_fits():
    mlp = MLPClassifier((4,), max_iter=6, early_stopping=True, random_state=0)
    found = diagnose(mlp, X, y, n_repeats=1, train_sizes=(), baselines=False, random_state=0)
    drawn = LossCurvesDisplay.from_diagnosis(found)
    for number, record in enumerate(found.records_, start=1):
        for kind, losses in (("training", record.loss), ("validation", record.validation_loss)):
            line = drawn.lines_[f"fit {number}", kind]
            assert line.get_xdata().tolist() == list(range(1, len(losses) + 1))
            assert line.get_ydata().tolist() == losses
    told = [text.get_text() for text in drawn.ax_.get_legend().get_texts()]
    assert told == ["training", "validation"]


def test_a_diagnosis_of_what_has_no_loss_is_refused():
    found = diagnose(DecisionTreeClassifier(), X, y, n_repeats=1, train_sizes=(), random_state=0)
    with pytest.raises(ValueError, match="diagnosis must be that of a network"):
        LossCurvesDisplay.from_diagnosis(found)
