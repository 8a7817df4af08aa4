"""Labels that fit, however narrow the place."""

import matplotlib.pyplot as plt
import pytest

from skdl.plots import layout


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_labels_shrink_then_lean_then_are_left_out():
    names = ["logistic", "hyperbolic tangent", "rectified linear"]

    def written(width, **settings):
        ax = plt.figure(figsize=(width, 2), layout="constrained").add_subplot()
        ax.set_xlim(-0.5, 2.5)
        layout.write_ticks(ax, range(3), names, **settings)
        return ax.get_xticklabels()

    assert [label.get_rotation() for label in written(9)] == [0, 0, 0]
    assert [label.get_text() for label in written(2)] == names
    assert [label.get_rotation() for label in written(2)] == [35, 35, 35]
    shown = [label.get_text() for label in written(2, all_needed=False)]
    assert shown[0] == names[0] and shown[1] == ""


def test_long_names_of_axes_are_broken_into_lines():
    ax = plt.figure(figsize=(2, 2), layout="constrained").add_subplot()
    ax.set_xlabel("a very long name of an axis that is not broken")
    layout.fit(ax)
    assert ax.get_xlabel().count("\n") >= 1
    assert ax.get_xlabel().replace("\n", " ") == "a very long name of an axis that is not broken"
