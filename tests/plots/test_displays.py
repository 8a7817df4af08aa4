"""Every display: scikit-learn's convention, nothing cut off, nothing changed elsewhere."""

import inspect

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris, make_classification, make_regression
from sklearn.linear_model import LinearRegression
from sklearn.metrics import confusion_matrix
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import skdl.plots
from skdl.diagnosis import diagnose
from skdl.estimators.classifier import MLPClassifier
from skdl.plots import (
    BiasVarianceDisplay,
    DiagnosisDisplay,
    ErrorsDisplay,
    FitsDisplay,
    GapsDisplay,
    HiddenUnitsDisplay,
    LearningCurveDisplay,
    LossLandscapeDisplay,
    PredictionsDisplay,
    RemediesDisplay,
    ValidationCurveDisplay,
)
from skdl.plots.style import svg

DISPLAYS = [getattr(skdl.plots, name) for name in skdl.plots.__all__]
OF_A_DIAGNOSIS = [display for display in DISPLAYS if hasattr(display, "from_diagnosis")]
# What from_estimator of a display needs besides the estimator and the rows, where it is not the
# same for all; that it is quick.
SETTINGS = {
    BiasVarianceDisplay: {
        "param_name": "mlpclassifier__l2",
        "param_range": [1e-4, 1e-2, 1.0],
        "n_datasets": 3,
        "random_state": 0,
    },
    DiagnosisDisplay: {"n_repeats": 1, "random_state": 0},
    FitsDisplay: {"n_datasets": 3, "random_state": 0},
    GapsDisplay: {"n_repeats": 1, "random_state": 0},
    HiddenUnitsDisplay: {"n_units": 5},
    LearningCurveDisplay: {"n_repeats": 1, "random_state": 0},
    PredictionsDisplay: {"n_repeats": 1, "random_state": 0},
    ErrorsDisplay: {"n_repeats": 1, "random_state": 0, "most": 5},
    LossLandscapeDisplay: {"resolution": 5},
    RemediesDisplay: {"cv": 2, "n_repeats": 1, "random_state": 0},
    ValidationCurveDisplay: {
        "param_name": "mlpclassifier__l2",
        "param_range": [1e-4, 1e-2, 1.0],
        "cv": 2,
        "random_state": 0,
    },
}

X, y = load_iris(return_X_y=True)
ROWS = {FitsDisplay: X[:, 2:]}  # of one input or two


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def network():
    mlp = MLPClassifier((6, 4), max_iter=4, n_iter_no_change=None, random_state=0)
    return make_pipeline(StandardScaler(), mlp).fit(X, y)


@pytest.fixture(scope="module")
def drawn(network):
    """Every display, drawn once into a figure of its own."""
    plt.close("all")  # those that other modules left behind
    made = {
        d: d.from_estimator(network, ROWS.get(d, X), y, **SETTINGS.get(d, {})) for d in DISPLAYS
    }
    plt.close("all")
    return made


@pytest.fixture(scope="module")
def diagnosis():
    tree = DecisionTreeClassifier(max_depth=2, random_state=0)
    return diagnose(tree, X, y, bayes_error=0.01, random_state=0)


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


@pytest.mark.parametrize("display", DISPLAYS)
def test_convention(display, drawn):
    it = drawn[display]
    assert isinstance(it, display)
    assert it.figure_ is it.ax_.figure
    for name in inspect.signature(display).parameters:
        assert hasattr(it, name)
    assert display.__doc__.count("Examples\n") == 1
    settings = dict(matplotlib.rcParams)
    ax = plt.figure().add_subplot()
    before = plt.get_fignums()
    assert it.plot(ax) is it
    assert it.ax_ is ax and it.figure_ is ax.figure
    assert plt.get_fignums() == before  # no figure beside the one that was given
    it.plot()
    assert it.ax_ is not ax and len(plt.get_fignums()) == len(before) + 1
    assert dict(matplotlib.rcParams) == settings


@pytest.mark.parametrize("display", DISPLAYS)
def test_from_estimator_draws_into_given_axes_and_changes_no_estimator(display, network):
    ax = plt.figure().add_subplot()
    before = repr(network.get_params()), [W.copy() for W in network[-1].coefs_]
    rows = ROWS.get(display, X)
    it = display.from_estimator(network, rows, y, ax=ax, **SETTINGS.get(display, {}))
    assert it.ax_ is ax
    assert repr(network.get_params()) == before[0]
    for now, then in zip(network[-1].coefs_, before[1], strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("width", [None, 3.3], ids=["default", "narrow"])
@pytest.mark.parametrize("display", DISPLAYS)
def test_nothing_is_cut_off_and_axes_have_names(display, width, drawn):
    it = drawn[display]
    if width is None:
        figure = it.plot().figure_
    else:
        figure = plt.figure(figsize=(width, 2 * width), layout="constrained")
        it.plot(figure.add_subplot())
    figure.canvas.draw()
    box, (wide, high) = figure.get_tightbbox(), figure.get_size_inches()
    slack = 0.06
    assert box.x0 >= -slack and box.y0 >= -slack
    assert box.x1 <= wide + slack and box.y1 <= high + slack
    panels = [ax for ax in figure.axes if ax.axison]
    assert any(ax.get_ylabel() for ax in panels) or display is RemediesDisplay  # its rows are named
    assert any(ax.get_xlabel() for ax in panels) or display in (GapsDisplay, HiddenUnitsDisplay)


def test_a_display_of_several_panels_refuses_axes_that_it_cannot_divide(drawn):
    ax = plt.figure().add_axes((0.1, 0.1, 0.8, 0.8))
    with pytest.raises(ValueError, match="ax must be a subplot"):
        drawn[DiagnosisDisplay].plot(ax)


def test_learning_curve_shows_curves_bayes_line_and_named_gaps(diagnosis):
    drawn = LearningCurveDisplay.from_diagnosis(diagnosis)
    training, validation, bayes = drawn.lines_
    curve = diagnosis.learning_curve_
    np.testing.assert_array_equal(training.get_xdata(), curve["n_rows"])
    np.testing.assert_array_equal(training.get_ydata(), curve["training_error"])
    np.testing.assert_array_equal(validation.get_ydata(), curve["validation_error"])
    assert set(bayes.get_ydata()) == {0.01}
    legend = [text.get_text() for text in drawn.ax_.get_legend().get_texts()]
    assert legend == ["training", "validation", "Bayes error"]
    bias = 100 * diagnosis.bias.value
    variance = 100 * diagnosis.variance.value
    assert texts(drawn.ax_) == [f"bias\n{bias:.1f} %", f"variance\n{variance:.1f} %"]
    ticks = [tick.get_text() for tick in drawn.ax_.get_xticklabels()]
    assert ticks == [str(n) for n in curve["n_rows"]]


def test_learning_curve_shades_the_gaps_and_the_intervals(diagnosis):
    drawn = LearningCurveDisplay.from_diagnosis(diagnosis)
    curve = diagnosis.learning_curve_
    low, high = {}, {}
    for area in drawn.ax_.collections:
        name = area.get_hatch() or tuple(np.round(area.get_facecolor()[0][:3], 2))
        corners = area.get_paths()[0].vertices
        at_the_end = corners[corners[:, 0] == curve["n_rows"].iloc[-1], 1]
        low[name], high[name] = at_the_end.min(), at_the_end.max()
    last = curve.iloc[-1]
    assert (low["///"], high["///"]) == (0.01, last["training_error"])
    assert (low["..."], high["..."]) == (last["training_error"], last["validation_error"])
    intervals = sorted((low[name], high[name]) for name in low if isinstance(name, tuple))
    assert intervals == [
        (last["training_low"], last["training_high"]),
        (last["validation_low"], last["validation_high"]),
    ]


def test_named_gaps_do_not_cover_each_other(diagnosis):
    for width in (3.3, 4.9):
        ax = plt.figure(figsize=(width, 2.8), layout="constrained").add_subplot()
        drawn = LearningCurveDisplay.from_diagnosis(diagnosis, ax=ax)
        drawn.figure_.canvas.draw()
        bias, variance = (text.get_window_extent() for text in ax.texts if text.get_text())
        assert bias.y1 <= variance.y0
        assert variance.x1 <= drawn.figure_.bbox.x1


def test_without_a_bayes_error_the_bounds_of_the_bias_stand_beside_the_steps():
    X, y = make_classification(300, n_informative=5, flip_y=0.2, random_state=0)
    found = diagnose(DecisionTreeClassifier(max_depth=1), X, y, random_state=0)
    drawn = GapsDisplay.from_diagnosis(found)
    *_, least, most = drawn.bars_
    verdict = found.verdict
    assert most.get_height() == pytest.approx(verdict.bias_at_most.value)
    shown = verdict.bias_at_least.value if verdict.bias_is == "high" else 0.0
    assert least.get_height() == pytest.approx(shown)
    ticks = [tick.get_text() for tick in drawn.ax_.get_xticklabels()]
    assert ticks[0].startswith("training")
    assert ("not shown" in ticks[3]) == (verdict.bias_is != "high")
    curve = LearningCurveDisplay.from_diagnosis(found)
    assert [line.get_label() for line in curve.lines_] == ["training", "validation"]
    assert texts(curve.ax_)[0].startswith("bias or noise")


def test_gaps_are_steps_that_meet(diagnosis):
    drawn = GapsDisplay.from_diagnosis(diagnosis)
    bayes, bias, training, variance, validation = drawn.bars_

    def ends(bar):
        return bar.get_y(), bar.get_y() + bar.get_height()

    assert ends(bayes) == (0, 0.01)
    assert ends(bias) == pytest.approx((0.01, diagnosis.training_error.value))
    assert ends(training) == pytest.approx((0, diagnosis.training_error.value))
    assert ends(variance) == pytest.approx(
        (diagnosis.training_error.value, diagnosis.validation_error.value)
    )
    assert ends(validation) == pytest.approx((0, diagnosis.validation_error.value))
    whiskers = [line.get_ydata() for line in drawn.ax_.lines if line.get_marker() == "_"]
    foot = diagnosis.training_error.value
    assert whiskers[2] == pytest.approx(
        [foot + diagnosis.variance.low, foot + diagnosis.variance.high]
    )
    labels = [tick.get_text() for tick in drawn.ax_.get_xticklabels()]
    assert labels[0] == "Bayes\n1.0 %"
    assert labels[4] == f"validation\n{100 * diagnosis.validation_error.value:.1f} %"
    legend = [text.get_text() for text in drawn.ax_.get_legend().get_texts()]
    assert legend == ["95 % interval", "a gap is high above 2.0 %"]


def test_the_slide_has_the_headline_the_curve_and_the_gaps(diagnosis):
    drawn = DiagnosisDisplay.from_diagnosis(diagnosis)
    headline = texts(drawn.ax_)[0]
    assert headline.replace("\n", " ") == diagnosis.headline
    assert drawn.learning_curve_.ax_ is drawn.axes_[0] and drawn.gaps_.ax_ is drawn.axes_[1]
    drawn.figure_.canvas.draw()
    words = drawn.ax_.texts[0].get_window_extent()
    for panel in drawn.axes_:
        assert panel.get_legend().get_window_extent().y1 <= words.y0  # not over the headline
    without_curve = diagnose(DecisionTreeClassifier(), X, y, train_sizes=())
    alone = DiagnosisDisplay.from_diagnosis(without_curve)
    assert alone.learning_curve_ is None and len(alone.axes_) == 1


def test_a_loss_is_not_shown_in_percent():
    X, y = make_regression(100, 3, random_state=0)
    found = diagnose(KNeighborsRegressor(), X, y, scoring="neg_mean_absolute_error", tolerance=1.0)
    for display in (LearningCurveDisplay, GapsDisplay):
        drawn = display.from_diagnosis(found)
        drawn.figure_.canvas.draw()
        shown = [tick.get_text() for tick in drawn.ax_.get_yticklabels()] + texts(drawn.ax_)
        assert shown and not any("%" in text for text in shown)
        assert drawn.ax_.get_ylabel() == "mean_absolute_error"


def test_diagnosis_plots_the_curve_or_else_the_gaps(diagnosis):
    assert isinstance(diagnosis.plot(), LearningCurveDisplay)
    found = diagnose(DecisionTreeClassifier(), X, y, train_sizes=())
    assert isinstance(found.plot(), GapsDisplay)
    with pytest.raises(ValueError, match="LearningCurveDisplay: .* made with train_sizes="):
        LearningCurveDisplay.from_diagnosis(found)


@pytest.mark.parametrize("display", OF_A_DIAGNOSIS)
def test_svg_takes_the_colour_of_its_page(display, network):
    diagnosis = diagnose(network, X, y, n_repeats=1, train_sizes=(0.5,), random_state=0)
    before = plt.get_fignums()
    picture = svg(display, diagnosis)
    assert picture.startswith("<svg") and picture.rstrip().endswith("</svg>")
    assert "currentColor" in picture
    assert picture == svg(display, diagnosis)
    assert plt.get_fignums() == before


TRIED = pd.DataFrame(
    {
        "remedy": ["Add dropout", "Penalise large weights"],
        "change": ["dropout=0.5", ""],
        "bias": [0.03, 0.01],
        "variance": [0.05, 0.08],
        "bias_change": [0.02, 0.0],
        "variance_change": [-0.04, -0.01],
        "variance_change_low": [-0.06, -0.03],
        "variance_change_high": [-0.02, 0.01],
    }
)


def test_remedies_show_before_after_and_intervals():
    drawn = RemediesDisplay.from_frame(TRIED, tolerance=0.02)
    for name in ("bias", "variance"):
        after, change = TRIED[name], TRIED[f"{name}_change"]
        np.testing.assert_allclose(drawn.after_[name].get_xdata(), after)
        np.testing.assert_allclose(drawn.before_[name].get_xdata(), after - change)
    assert list(drawn.intervals_) == ["variance"]
    ends = [part[:, 0] for part in drawn.intervals_["variance"].get_segments()]
    np.testing.assert_allclose(ends, [[0.03, 0.07], [0.06, 0.10]])
    names = [text.replace("\n", " ") for text in texts(drawn.ax_)]
    assert names == ["Add dropout: dropout=0.5", "Penalise large weights"]
    assert drawn.ax_.yaxis_inverted()  # the first remedy is on top
    legend = [text.get_text() for text in drawn.ax_.get_legend().get_texts()]
    assert "high above 2.0 %" in legend


def test_remedies_that_were_not_measured_are_refused():
    with pytest.raises(ValueError, match="RemediesDisplay: frame must have rows and the columns"):
        RemediesDisplay.from_frame(TRIED.drop(columns="bias_change"))
    with pytest.raises(ValueError, match="got 0 rows"):
        RemediesDisplay.from_frame(TRIED[:0])


def test_remedies_are_taken_from_trials(diagnosis):
    model = make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=3, n_iter_no_change=None))
    found = diagnose(model, X, y, cv=2, n_repeats=1, train_sizes=(), random_state=0)
    trials = found.try_remedies(X, y, random_state=0)
    drawn = RemediesDisplay.from_trials(trials, tolerance=found.tolerance)
    np.testing.assert_allclose(drawn.after_["bias"].get_xdata(), trials.to_frame()["bias"])
    assert set(drawn.intervals_) == {"bias", "variance"}


def test_predictions_of_classes_are_counted_and_of_numbers_drawn(diagnosis):
    drawn = PredictionsDisplay.from_diagnosis(diagnosis)
    seen = diagnosis.predictions_
    counts = confusion_matrix(seen["target"], seen["predicted"])
    assert [int(t.get_text()) for t in drawn.ax_.texts] == counts.ravel().tolist()
    numbers = PredictionsDisplay.from_estimator(LinearRegression(), X[:, :3], X[:, 3])
    points = numbers.ax_.collections[0].get_offsets()
    seen = numbers.predictions[["predicted", "target"]]
    np.testing.assert_allclose(points, seen)


def test_predictions_of_several_targets_cannot_be_drawn():
    found = diagnose(LinearRegression(), X[:, :2], X[:, 2:], train_sizes=(), random_state=0)
    with pytest.raises(ValueError, match="PredictionsDisplay: diagnosis must be of one target"):
        PredictionsDisplay.from_diagnosis(found)
