"""Pictures of bias and variance: the sweep over a parameter, and the fits drawn over each other."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_friedman1, make_moons
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdl.decomposition import bias_variance_sweep
from skdl.decomposition.fits import Fits
from skdl.plots import BiasVarianceDisplay, FitsDisplay

X, Y = make_friedman1(150, noise=1.0, random_state=0)
TREE = DecisionTreeRegressor(random_state=0)
SWEEP = {"param_name": "max_depth", "n_datasets": 8, "random_state": 0}


def legend(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def test_terms_of_the_zero_one_loss_are_net():
    tree = DecisionTreeClassifier(random_state=0)
    drawn = BiasVarianceDisplay.from_estimator(
        tree, *make_moons(100, noise=0.3, random_state=0), param_range=[1, 4], **SWEEP
    )
    assert legend(drawn)[:3] == ["error", "bias, with the noise", "net variance"]
    terms = drawn.terms
    np.testing.assert_array_equal(drawn.lines_["net_variance"].get_ydata(), terms["net_variance"])


def line_data(x):
    return 3 * x[:, 0]


def sampler(rng):
    inputs = rng.uniform(0, 1, size=(20, 1))
    return inputs, line_data(inputs) + rng.normal(scale=0.1, size=20)


def test_the_lines_are_the_terms_and_the_least_error_is_marked():
    terms = bias_variance_sweep(TREE, X, Y, param_range=[1, 2, 4, 8], **SWEEP)
    drawn = BiasVarianceDisplay.from_estimator(TREE, X, Y, param_range=[1, 2, 4, 8], **SWEEP)
    for name, line in drawn.lines_.items():
        np.testing.assert_array_equal(line.get_ydata(), terms[name])
        assert line.get_xdata().tolist() == [1, 2, 4, 8]
    assert drawn.minimum_ == terms["error"].idxmin()
    assert drawn.mark_.get_xdata() == [drawn.minimum_]
    assert drawn.mark_.get_ydata() == [terms["error"].min()]
    # The noise is not known: it is not drawn as if it were 0, and what has it says so.
    expected = ["error", "bias, with the noise", "variance", f"least error: {drawn.minimum_}"]
    assert legend(drawn) == expected
    assert drawn.ax_.get_xlabel() == "max_depth"
    (outline,) = (path.vertices for path in drawn.bands_["error"].get_paths())
    at_four = outline[outline[:, 0] == 4, 1]
    low, high = terms.loc[4, "error"] + np.array([-1.96, 1.96]) * terms.loc[4, "error_se"]
    assert (at_four.min(), at_four.max()) == (pytest.approx(low), pytest.approx(high))


def test_known_noise_is_drawn_and_names_stand_side_by_side():
    settings = SWEEP | {"param_name": "criterion", "noise": 1.0}
    names = ["squared_error", "absolute_error"]
    drawn = BiasVarianceDisplay.from_estimator(TREE, X, Y, param_range=names, **settings)
    assert legend(drawn)[:4] == ["error", "bias", "variance", "noise"]
    assert set(drawn.lines_["noise"].get_ydata()) == {1.0}
    settings |= {"noise": "nearest_neighbors"}
    drawn = BiasVarianceDisplay.from_estimator(TREE, X, Y, param_range=names, **settings)
    assert legend(drawn)[:4] == ["error", "bias", "variance", "noise (estimated)"]
    assert [tick.get_text() for tick in drawn.ax_.get_xticklabels()] == names


@pytest.mark.parametrize(
    ("name", "shown"), [("n_rows", "training rows"), ("max_depth", "max_depth")]
)
def test_the_axis_says_what_varies(name, shown):
    settings = SWEEP | {"param_name": name}
    drawn = BiasVarianceDisplay.from_estimator(TREE, X, Y, param_range=[10, 50], **settings)
    assert drawn.ax_.get_xlabel() == shown


def test_fits_are_drawn_with_their_mean_and_the_truth():
    drawn = FitsDisplay.from_estimator(
        LinearRegression(), sampler=sampler, truth=line_data, n_datasets=30, random_state=0
    )
    heights = np.stack([line.get_ydata() for line in drawn.lines_])
    np.testing.assert_allclose(drawn.mean_.get_ydata(), heights.mean(axis=0))
    x = drawn.mean_.get_xdata()
    np.testing.assert_allclose(drawn.truth_.get_ydata(), 3 * x)
    assert np.abs(drawn.mean_.get_ydata() - 3 * x).max() < 0.1  # a line has no bias here
    assert heights.std(axis=0).max() < 0.2
    assert legend(drawn) == ["one data set", "30 fits", "their mean", "the truth"]
    assert len(drawn.points_.get_offsets()) == 20


def test_a_wild_fit_does_not_take_the_view():
    grid = np.linspace(0, 1, 50)[:, None]
    fits = np.stack([line_data(grid)] * 4 + [np.full(50, 1e6)])
    inputs, y = sampler(np.random.default_rng(0))
    drawn = FitsDisplay(fits=Fits(grid, fits, inputs, y, None), truth=line_data(grid)).plot()
    low, high = drawn.ax_.get_ylim()
    assert -1 < low < 0 and 3 < high < 4  # the line goes from 0 to 3
    assert drawn.mean_.get_ydata().min() > 1e5


@pytest.mark.parametrize("n_inputs", [1, 2])
def test_what_most_fits_say_is_a_class_that_some_fit_says(n_inputs):
    # Half say "a" and half "c": their numbers average to "b", which nobody says.
    classes = np.array(["a", "b", "c"])
    axes = [np.linspace(0, 1, 11)] * n_inputs
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, n_inputs)
    right = grid[:, 0] > 0.5
    fits = np.stack([np.where(right, 2, 0), np.where(right, 2, 0), np.where(right, 0, 2)])
    fits = Fits(grid, fits, grid[:3], classes, classes)
    np.testing.assert_array_equal(fits.main, np.where(right, 2, 0))
    drawn = FitsDisplay(fits=fits).plot()
    assert legend(drawn) == ["one data set", "3 fits", "what most say"]
    if n_inputs == 1:
        assert set(drawn.mean_.get_ydata()) == {0, 2}


def test_boundaries_of_classes_over_two_inputs():
    inputs, names = make_moons(80, noise=0.1, random_state=0)
    names = np.array(["up", "down"])[names]
    drawn = FitsDisplay.from_estimator(
        DecisionTreeClassifier(max_depth=1, random_state=0),
        inputs,
        names,
        truth=lambda x: np.where(x[:, 1] > 0.25, "up", "down"),
        n_datasets=5,
        random_state=0,
    )
    assert len(drawn.lines_) == 5 and drawn.truth_ is not None
    # A tree of one split has straight boundaries.
    for contour in drawn.lines_:
        points = np.concatenate([path.vertices for path in contour.get_paths()])
        assert min(np.ptp(points, axis=0)) < 0.05
    assert legend(drawn)[:3] == ["one data set", "5 fits", "what most say"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"X": X, "y": Y}, "X must be of one or two inputs, with one output; got .*5"),
        ({}, "X and y must be given with sampler='bootstrap'"),
        ({"X": X, "y": Y, "sampler": sampler}, "X and y must be None with a sampler"),
        ({"X": X[:, :1], "y": Y, "n_datasets": 1}, "n_datasets must be"),
    ],
    ids=["five inputs", "no rows", "rows and a sampler", "one data set"],
)
def test_fits_that_cannot_be_drawn_are_refused(asked, message):
    with pytest.raises(ValueError, match=f"^FitsDisplay: {message}"):
        FitsDisplay.from_estimator(LinearRegression(), **asked)
