"""One look for every picture: for colour-blind people, in greyscale, on light and dark paper.

The colours are from Okabe and Ito (2008), "Color universal design". Whatever a colour says, a
marker, a line style or a name beside it says too.
"""

from __future__ import annotations

import io
from contextlib import contextmanager

__all__ = ["INK", "TRAINING", "VALIDATION", "axes", "drawing", "finish", "format_error", "svg"]

TRAINING = "#0072B2"  # blue, the darker one in greyscale
VALIDATION = "#E69F00"  # orange, the lighter one
INK = "#202124"  # text, axes and the Bayes line

SETTINGS = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.facecolor": "none",
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "ytick.color": INK,
    "lines.linewidth": 2,
    "lines.markersize": 6,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "legend.handlelength": 1.6,
    "legend.columnspacing": 1.2,
    "legend.borderaxespad": 0,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "skdl",
}


@contextmanager
def drawing():
    """Draw in this style, and leave the user's settings alone."""
    try:
        import matplotlib
    except ImportError as missing:
        raise ImportError(
            'drawing needs matplotlib; install it with: pip install "skdl[plot]"'
        ) from missing
    with matplotlib.rc_context(SETTINGS):
        yield


def axes(ax=None, figsize=(4.9, 3.6)):
    """Return `ax`, or the axes of a new figure."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=figsize, layout="constrained")[1]


def format_error(error: float, in_percent: bool) -> str:
    """Write an error as in the text of a diagnosis."""
    return f"{100 * error:.1f} %" if in_percent else f"{error:.4g}"


def finish(ax, error_name: str, in_percent: bool) -> None:
    """Label the error axis, and put the legend above the picture, where it covers nothing."""
    if in_percent:
        ax.yaxis.set_major_formatter(lambda error, _: f"{100 * error:.4g} %")
    ax.set_ylabel(error_name)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.03), ncols=3)


def svg(display, diagnosis, figsize=(4.9, 3.6)) -> str:
    """Draw a diagnosis as an SVG element for a page; text and axes take the page's text colour.

    Parameters
    ----------
    display : type
        The Display class that draws it.
    diagnosis : Diagnosis
        What is drawn.
    figsize : tuple of float, default=(4.9, 3.6)
        Width and height in inches.
    """
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=figsize, layout="constrained")  # not pyplot's: no window, no state
        display.from_diagnosis(diagnosis, ax=figure.subplots())
        text = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(text, format="svg", transparent=True, metadata=nothing)
    picture = text.getvalue()
    return picture[picture.index("<svg") :].replace(INK, "currentColor")
