"""The validation curve: numbers, gaps at the current setting, scales, any estimator."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.datasets import load_iris, make_regression
from sklearn.linear_model import Ridge
from sklearn.model_selection import StratifiedKFold, validation_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdl.estimators.classifier import MLPClassifier
from skdl.plots import ValidationCurveDisplay

X, y = load_iris(return_X_y=True)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def tree_curve(**settings):
    tree = DecisionTreeClassifier(max_depth=3, random_state=0)
    return ValidationCurveDisplay.from_estimator(
        tree,
        X,
        y,
        **{"param_name": "max_depth", "param_range": [1, 2, 3, 6], "random_state": 0} | settings,
    )


def test_errors_are_those_of_scikit_learn_on_the_same_folds():
    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    drawn = tree_curve(cv=folds)
    scores = validation_curve(
        DecisionTreeClassifier(random_state=0),
        X,
        y,
        param_name="max_depth",
        param_range=[1, 2, 3, 6],
        cv=folds,
    )
    for line, score in zip(drawn.lines_, scores, strict=False):
        np.testing.assert_allclose(line.get_ydata(), 1 - score.mean(axis=1), atol=1e-12)
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 6])


def test_the_gaps_are_measured_and_named_at_the_current_setting():
    drawn = tree_curve(bayes_error=0.01)
    now = drawn.curve.iloc[2]
    assert now["value"] == 3 == drawn.current
    assert set(drawn.mark_.get_xdata()) == {3}
    legend = [text.get_text() for text in drawn.ax_.get_legend().get_texts()]
    assert legend == ["training", "validation", "Bayes error", "now: 3"]
    assert set(drawn.lines_[2].get_ydata()) == {0.01}
    bias = 100 * (now["training_error"] - 0.01)
    variance = 100 * (now["validation_error"] - now["training_error"])
    named = [text.get_text() for text in drawn.ax_.texts if text.get_text()]
    assert named == [f"bias\n{bias:.1f} %", f"variance\n{variance:.1f} %"]
    hatches = {area.get_hatch() for area in drawn.ax_.collections}
    assert {"///", "..."} <= hatches


def test_intervals_lie_around_the_errors():
    curve = tree_curve().curve
    for name in ("training", "validation"):
        assert (curve[f"{name}_low"] <= curve[f"{name}_error"]).all()
        assert (curve[f"{name}_error"] < curve[f"{name}_high"]).all()


def test_the_current_setting_is_measured_too_where_it_is_not_in_the_range():
    drawn = tree_curve(param_range=np.array([6, 1]))
    assert drawn.curve["value"].tolist() == [1, 3, 6]
    unlimited = DecisionTreeClassifier(random_state=0)  # max_depth=None is no number
    drawn = ValidationCurveDisplay.from_estimator(
        unlimited, X, y, param_name="max_depth", param_range=[1, 2], random_state=0
    )
    assert drawn.curve["value"].tolist() == [1, 2]
    best = drawn.curve["validation_error"].argmin()
    legend = [text.get_text() for text in drawn.ax_.get_legend().get_texts()]
    assert legend[-1] == f"lowest: {[1, 2][best]}"
    assert set(drawn.mark_.get_xdata()) == {[1, 2][best]}


def test_none_means_the_default_of_the_optimiser():
    mlp = MLPClassifier((4,), max_iter=2, n_iter_no_change=None, optimizer="sgd", random_state=0)
    drawn = ValidationCurveDisplay.from_estimator(
        make_pipeline(StandardScaler(), mlp),
        X,
        y,
        cv=2,
        random_state=0,
        param_name="mlpclassifier__learning_rate",
        param_range=[1e-3, 1e-1, 1.0],
    )
    assert drawn.current == 0.01
    assert drawn.curve["value"].tolist() == [1e-3, 1e-2, 1e-1, 1.0]


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1e-4, 1e-2, 1.0], "log"),
        ([0.0, 1e-3, 1e-2, 1e-1], "symlog"),
        ([0.1, 0.2, 0.3, 0.4], "linear"),
        ([1, 2, 3], "linear"),
    ],
)
def test_the_scale_is_found_from_the_values(values, scale):
    A, b = make_regression(60, 5, noise=10, random_state=0)
    drawn = ValidationCurveDisplay.from_estimator(
        Ridge(values[0]), A, b, param_name="alpha", param_range=values, random_state=0
    )
    assert drawn.ax_.get_xscale() == scale
    assert drawn.ax_.get_xlabel() == "alpha" + (" (log scale)" if "log" in scale else "")
    assert drawn.ax_.get_ylabel() == "variance unexplained"
    left, right = drawn.ax_.get_xlim()
    assert left < min(values) and max(values) < right


def test_names_are_not_joined_by_a_line():
    drawn = tree_curve(param_name="criterion", param_range=["gini", "entropy"])
    assert [line.get_linestyle() for line in drawn.lines_[:2]] == ["None", "None"]
    ticks = [tick.get_text() for tick in drawn.ax_.get_xticklabels()]
    assert ticks == ["gini", "entropy"]
    np.testing.assert_array_equal(drawn.lines_[1].get_ydata(), drawn.curve["validation_error"])
    legend = [text.get_text() for text in drawn.ax_.get_legend().get_texts()]
    assert legend[-1] == "now: gini"


def test_what_is_no_parameter_is_refused():
    with pytest.raises(ValueError, match="param_name must be a parameter .* got 'depth'"):
        tree_curve(param_name="depth")
    with pytest.raises(ValueError, match=r"param_range must hold two values or more; got \[3\]"):
        tree_curve(param_range=[3])
