"""Where things go: panels, legends, ticks and names of axes that fit, however narrow the place."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from skdl.core.component import Interval
from skdl.diagnosis.telling.numbers import format_tick
from skdl.plots import style
from skdl.tools.checks import listed, refuse

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["check_image_shape", "finish", "fit", "inches_of", "panels", "text_width", "write_ticks"]


def panels(
    ax: Axes | None,
    n_rows: int,
    n_columns: int,
    figsize: tuple[float, float],
    *,
    headline: str = "",
    **shared: Any,
) -> tuple[Axes, np.ndarray]:
    """Divide a place into a headline and panels below it.

    Parameters
    ----------
    ax : matplotlib Axes or None
        The place; None makes a figure.
    n_rows, n_columns : int
        How many panels.
    figsize : tuple of float
        Width and height of a new figure, in inches.
    headline : str, default=""
        It is broken into lines that fit.
    **shared
        As for ``GridSpec.subplots``: sharex, sharey.

    Returns
    -------
    host : matplotlib Axes
        The place: invisible, it shows only the headline.
    panels : ndarray of matplotlib Axes, of shape (n_rows, n_columns)
    """
    host = style.axes(ax, figsize)
    place = host.get_subplotspec()
    if place is None:
        raise ValueError("ax must be a subplot, which can be divided; got axes placed by hand")
    host.set_axis_off()
    if headline:
        width, height = inches_of(host)
        size = 12 if width > 4 else 10
        letter = 1.15 * text_width(headline, size) / len(headline)  # bold is wider
        lines = textwrap.wrap(headline, max(int(width / letter), 16))
        strip = 0.0175 * size * len(lines)
        above, place = place.subgridspec(2, 1, height_ratios=[strip, max(height - strip, strip)])
        host.set_subplotspec(above)
        host.text(
            0,
            1,
            "\n".join(lines),
            transform=host.transAxes,
            va="top",
            weight="bold",
            size=size,
            linespacing=1.15,
            in_layout=False,
        )
    return host, place.subgridspec(n_rows, n_columns).subplots(squeeze=False, **shared)


def inches_of(ax: Axes) -> tuple[float, float]:
    """Return how wide and high axes are, in inches, with all that has been drawn so far."""
    figure = ax.figure
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
    place = ax.get_position()
    return place.width * figure.get_figwidth(), place.height * figure.get_figheight()


def text_width(text: str, size: float) -> float:
    """Return how wide the widest line of a text is, in inches; `size` is in points."""
    from matplotlib.textpath import TextPath

    lines = [line for line in text.split("\n") if line.strip()]
    return max((TextPath((0, 0), line, size).get_extents().width for line in lines), default=0) / 72


def finish(ax: Axes, error_name: str, in_percent: bool) -> None:
    """Label the error axis, and put the legend above the picture, where it covers nothing."""
    if in_percent:
        ax.yaxis.set_major_formatter(lambda error, _: format_tick(error))
    ax.set_ylabel(error_name)
    fit(ax)


def check_image_shape(
    owner: str, shape: Any, n_pixels: int, *, may_have_colours: bool = False
) -> None:
    """Refuse what is not the shape of an image with so many pixels.

    Parameters
    ----------
    owner : str
        Who asks, for the message.
    shape : sequence of int
        Height and width, and perhaps the number of colours.
    n_pixels : int
        Features: one for each pixel, and colour.
    may_have_colours : bool, default=False
        Whether a third number may follow.

    Examples
    --------
    >>> check_image_shape("Display", (8, 8), 60)
    Traceback (most recent call last):
    ValueError: Display: image_shape must be a height and a width with 60 pixels, one for each \
feature; got (8, 8)
    """
    colours = ", and perhaps colours," if may_have_colours else ""
    allowed = f"a height and a width{colours} with {n_pixels} pixels, one for each feature"
    sides = listed(owner, "image_shape", shape, allowed)
    whole = all(Interval(1, integer=True).allows(side) for side in sides)
    known = len(sides) == 2 or (may_have_colours and len(sides) == 3)
    if not (known and whole) or math.prod(map(int, sides)) != n_pixels:
        refuse(owner, "image_shape", allowed, shape)


def fit(ax: Axes) -> None:
    """Break the names of axes that are too long, and add the legend: the last thing to draw."""
    for axis, inches in zip((ax.xaxis, ax.yaxis), inches_of(ax), strict=True):
        text, size = axis.get_label_text(), axis.label.get_size()
        # A name may stand out a little: beside it lie ticks and margins.
        if text and text_width(text, size) > inches + 0.5:
            letters = int(len(text) * inches / text_width(text, size))
            axis.set_label_text(textwrap.fill(text, max(letters, 8), break_long_words=False))
    legend(ax)


def legend(ax: Axes) -> None:
    """Put the legend above the picture, in as many columns as have room, none if it is empty."""
    handles, labels = ax.get_legend_handles_labels()
    if not handles:
        return
    inches_of(ax)  # lays out
    room = (ax.get_tightbbox().x1 - ax.bbox.x0) / ax.figure.dpi  # up to the end of what is beside
    for size in (10, 9, 8):
        column = max(text_width(label, size) for label in labels) + 3.8 * size / 72
        columns = int(np.clip(room // column, 1, min(len(labels), 4)))
        if columns > 1:
            break
    columns = -(-len(labels) // -(-len(labels) // columns))  # columns of equal length
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.03), ncols=columns, fontsize=size)


def write_ticks(ax: Axes, places: ArrayLike, labels: list[str], *, all_needed: bool = True) -> None:
    """Write labels under places on the horizontal axis, whatever room there is.

    Parameters
    ----------
    ax : matplotlib Axes
        Its limits and scale must be set.
    places : array-like of shape (n,)
        Where the ticks are, in data units.
    labels : list of str
        What they say.
    all_needed : bool, default=True
        Whether each must be read: then they shrink, or else lean; otherwise some are left out.
    """
    places = np.asarray(places, dtype=np.float64)
    pixels = ax.transAxes.inverted().transform(
        ax.transData.transform(np.column_stack((places, np.zeros_like(places))))
    )[:, 0]
    ax.set_xticks(places, labels)
    ax.set_xticks([], minor=True)
    inches = inches_of(ax)[0]
    gaps = np.diff(pixels) * inches
    if not len(gaps):
        return
    for size in (10, 9, 8, 7):
        widths = np.array([text_width(label, size) + 0.06 for label in labels])
        if np.all((widths[1:] + widths[:-1]) / 2 <= gaps):
            ax.tick_params(axis="x", labelsize=size)
            return
    if all_needed:
        labels = [label.replace("\n", " ") for label in labels]
        ax.set_xticks(places, labels, rotation=35, ha="right", rotation_mode="anchor")
        ax.tick_params(axis="x", labelsize=9)
        return
    widths = [text_width(label, 9) + 0.08 for label in labels]
    shown, end = [], -np.inf
    for label, width, place in zip(labels, widths, pixels * inches, strict=True):
        fits = place - width / 2 >= end
        shown.append(label if fits else "")
        end = place + width / 2 if fits else end
    ax.set_xticks(places, shown)
    ax.tick_params(axis="x", labelsize=9)
