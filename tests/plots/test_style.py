"""The look that all pictures share."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from skdl.diagnosis.telling.words import format_error
from skdl.plots import style


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def lightness(colour):
    """Return CIE L*, from 0 (black) to 100 (white): what is left of a colour in greyscale."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(luminance) - 16


def test_the_two_main_colours_differ_in_greyscale():
    assert lightness("white") == pytest.approx(100, abs=0.01)
    assert lightness(style.VALIDATION) - lightness(style.TRAINING) > 20
    assert lightness(style.TRAINING) - lightness(style.INK) > 20
    assert lightness(style.VALIDATION) < 75  # seen on white


@pytest.mark.parametrize("total", [2, 3, 4, 5])
def test_ordered_lines_differ_in_greyscale_and_in_style(total):
    looks = [style.nth_line(number, total) for number in range(total)]
    shades = [lightness(look["color"]) for look in looks]
    assert np.all(np.diff(shades) > 8) and shades[-1] < 85
    for one, other in zip(looks, looks[1:], strict=False):
        assert one["ls"] != other["ls"]


def test_drawing_leaves_no_settings_behind():
    before = dict(plt.rcParams)
    with pytest.raises(ZeroDivisionError), style.drawing():
        assert plt.rcParams["font.size"] == style.SETTINGS["font.size"]
        1 / 0  # noqa: B018
    assert dict(plt.rcParams) == before


def test_what_pyplot_decides_while_we_draw_stays():
    """In a notebook it becomes interactive when it is first imported, perhaps by us."""
    try:
        with style.drawing():
            plt.ion()
        assert plt.isinteractive()
    finally:
        plt.ioff()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1e-4, 1e-3, 1e-2], True),
        ([1, 2, 4, 8, 16, 32], True),
        ([0.1, 0.2, 0.3, 0.4], False),
        ([1, 10], False),  # two values say nothing
        ([0, 1e-3, 1e-2], False),  # has no logarithm
        ([10, 11, 12.1], False),
    ],
)
def test_is_logarithmic(values, expected):
    assert style.is_logarithmic(values) is expected


@pytest.mark.parametrize(
    ("error", "in_percent", "text"), [(0.0314, True, "3.1 %"), (2.5, False, "2.5")]
)
def test_format_error(error, in_percent, text):
    assert format_error(error, in_percent) == text
