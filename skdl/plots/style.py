"""One look for every picture: for colour-blind people, in greyscale, on light and dark paper.

The colours are from Okabe and Ito (2008), "Color universal design". Whatever a colour says, a
marker, a line style or a name beside it says too.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from skdl.diagnosis.result import Diagnosis

__all__ = [
    "INK",
    "TRAINING",
    "VALIDATION",
    "axes",
    "drawing",
    "is_logarithmic",
    "make_logarithmic",
    "nth_line",
    "svg",
]

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
def drawing() -> Iterator[None]:
    """Draw in this style, and leave the user's settings alone.

    Only what is set here is set back. ``rc_context`` sets back everything, also what pyplot itself
    decides when it is first imported: then a notebook is no longer interactive, and shows no plot
    from there on, not even the user's own.
    """
    try:
        import matplotlib
    except ImportError as missing:
        raise ImportError(
            'drawing needs matplotlib; install it with: pip install "skdl[plot]"'
        ) from missing
    before = {name: matplotlib.rcParams[name] for name in SETTINGS}
    matplotlib.rcParams.update(SETTINGS)
    try:
        with np.errstate(all="ignore"):  # matplotlib's powers of huge numbers overflow
            yield
    except OverflowError as reason:
        raise ValueError(
            "skdl.plots: numbers must be of a size that matplotlib can draw; got some near the "
            f"largest of all ({reason})"
        ) from reason
    finally:
        matplotlib.rcParams.update(before)


def axes(ax: Axes | None = None, figsize: tuple[float, float] = (4.9, 3.6)) -> Axes:
    """Return `ax`, or the axes of a new figure."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=figsize, layout="constrained")[1]


def nth_line(number: int, total: int) -> dict:
    """Return colour and line style of one of several ordered lines, dark to light in greyscale."""
    from matplotlib import colormaps

    colour = colormaps["cividis"](0.8 * number / max(total - 1, 1))
    styles = ("-", (0, (6, 2)), (0, (2, 1.2)), (0, (6, 2, 1.5, 2)))
    return {"color": colour, "ls": styles[number % len(styles)]}


def make_logarithmic(ax: Axes, which: str, values: ArrayLike) -> None:
    """Make an axis logarithmic, with plain numbers at the powers of ten, and at 2 and 5 times them.

    The latter are left out where the values span more than a factor of a hundred.

    Parameters
    ----------
    ax : matplotlib Axes
        Where.
    which : {"x", "y"}
        Which axis.
    values : array-like
        What is drawn along it.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    getattr(ax, f"set_{which}scale")("log")
    axis = getattr(ax, f"{which}axis")
    seen = np.asarray(values, dtype=float)
    seen = seen[np.isfinite(seen) & (seen > 0)]
    spans = len(seen) > 0 and seen.max() > 100 * seen.min()
    axis.set_major_locator(LogLocator(subs=(1.0,) if spans else (1.0, 2.0, 5.0)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def is_logarithmic(values: ArrayLike) -> bool:
    """Say whether numbers are spread more evenly on a logarithmic axis than on a linear one.

    Examples
    --------
    >>> is_logarithmic([1e-4, 1e-3, 1e-2]), is_logarithmic([0.1, 0.2, 0.3, 0.4])
    (True, False)
    """
    values = np.unique(np.asarray(values, dtype=np.float64))
    if len(values) < 3 or values[0] <= 0 or values[-1] < 10 * values[0]:
        return False
    steps, factors = np.diff(values / values[-1]), np.diff(np.log(values))
    return bool(factors.std() / factors.mean() < steps.std() / steps.mean())


def svg(display: Any, diagnosis: Diagnosis, figsize: tuple[float, float] = (4.9, 3.6)) -> str:
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
