"""The displays: what a person sees on them, on given and on new axes."""

import inspect

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import load_iris, make_regression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier

import skdl.plots
from skdl.diagnosis import diagnose
from skdl.plots import GapsDisplay, LearningCurveDisplay
from skdl.plots.style import svg

DISPLAYS = [getattr(skdl.plots, name) for name in skdl.plots.__all__]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def diagnosis():
    X, y = load_iris(return_X_y=True)
    tree = DecisionTreeClassifier(max_depth=2, random_state=0)
    return diagnose(tree, X, y, bayes_error=0.01, random_state=0)


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


@pytest.mark.parametrize("display", DISPLAYS)
def test_convention(display, diagnosis):
    before = dict(matplotlib.rcParams)
    ax = plt.figure().add_subplot()
    drawn = display.from_diagnosis(diagnosis, ax=ax)
    assert isinstance(drawn, display)
    assert drawn.ax_ is ax and drawn.figure_ is ax.figure
    again = drawn.plot()
    assert again is drawn and again.ax_ is not ax
    assert again.ax_.get_ylabel() == "error rate"
    assert dict(matplotlib.rcParams) == before
    for name in inspect.signature(display).parameters:
        assert hasattr(drawn, name)
    X, y = load_iris(return_X_y=True)
    tree = DecisionTreeClassifier(random_state=0)
    fresh = display.from_estimator(tree, X, y, n_repeats=1, random_state=0)
    assert fresh.ax_.get_ylabel() == "error rate"


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


def test_named_gaps_do_not_cover_each_other(diagnosis):
    drawn = LearningCurveDisplay.from_diagnosis(diagnosis)
    drawn.figure_.canvas.draw()
    bias, variance = (text.get_window_extent() for text in drawn.ax_.texts if text.get_text())
    assert bias.y1 <= variance.y0
    assert variance.x1 <= drawn.figure_.bbox.x1


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


def test_a_loss_is_not_shown_in_percent():
    X, y = make_regression(100, 3, random_state=0)
    found = diagnose(KNeighborsRegressor(), X, y, scoring="neg_mean_absolute_error", tolerance=1.0)
    for display in DISPLAYS:
        drawn = display.from_diagnosis(found)
        drawn.figure_.canvas.draw()
        shown = [tick.get_text() for tick in drawn.ax_.get_yticklabels()] + texts(drawn.ax_)
        assert shown and not any("%" in text for text in shown)
        assert drawn.ax_.get_ylabel() == "mean_absolute_error"


def test_diagnosis_plots_the_curve_or_else_the_gaps(diagnosis):
    assert isinstance(diagnosis.plot(), LearningCurveDisplay)
    X, y = load_iris(return_X_y=True)
    found = diagnose(DecisionTreeClassifier(), X, y, train_sizes=())
    assert isinstance(found.plot(), GapsDisplay)
    with pytest.raises(ValueError, match="LearningCurveDisplay: .* made with train_sizes="):
        LearningCurveDisplay.from_diagnosis(found)


@pytest.mark.parametrize("display", DISPLAYS)
def test_svg_takes_the_colour_of_its_page(display, diagnosis):
    before = plt.get_fignums()
    picture = svg(display, diagnosis)
    assert picture.startswith("<svg") and picture.rstrip().endswith("</svg>")
    assert "currentColor" in picture
    assert picture == svg(display, diagnosis)
    assert plt.get_fignums() == before
