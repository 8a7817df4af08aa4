"""Training and validation error over something, the two gaps between them shaded and named.

Shared by the learning curve and the validation curve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from skdl.diagnosis.telling.numbers import format_error
from skdl.plots import layout, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["draw_errors", "limit_errors", "name_gaps", "shade_gaps"]

CURVES = (("training", style.TRAINING, "o"), ("validation", style.VALIDATION, "s"))


def gaps(
    curve: pd.DataFrame, bayes_error: float | None
) -> tuple[tuple[str, np.ndarray, np.ndarray, str, str], ...]:
    """Return name, lower end, upper end, colour and hatch of the two gaps.

    Where the Bayes error is not known, None, what lies below the training error is bias or noise.
    """
    training, validation = (curve[f"{name}_error"].to_numpy() for name, *_ in CURVES)
    bottom = np.broadcast_to(bayes_error or 0.0, training.shape)
    return (
        (
            "bias or noise" if bayes_error is None else "bias",
            bottom,
            training,
            style.TRAINING,
            "///",
        ),
        (
            "gap to new rows" if bayes_error is None else "variance",
            training,
            validation,
            style.VALIDATION,
            "...",
        ),
    )


def draw_errors(
    ax: Axes,
    x: ArrayLike,
    curve: pd.DataFrame,
    bayes_error: float | None,
    *,
    connected: bool = True,
) -> list:
    """Draw both errors with their intervals and the Bayes line; return the lines.

    Parameters
    ----------
    ax : matplotlib Axes
        Where to draw.
    x : array-like of shape (n_points,)
        Where the points lie.
    curve : DataFrame
        Columns training_error, training_low, training_high, and the same for validation.
    bayes_error : float or None
        The best attainable error; None draws no line.
    connected : bool, default=True
        Whether the points lie on a scale; names of things are not joined by lines.
    """
    lines = []
    for (name, colour, marker), aside in zip(CURVES, (-0.1, 0.1), strict=True):
        at = x if connected else np.asarray(x) + aside
        low, high = curve[f"{name}_low"], curve[f"{name}_high"]
        if connected:
            ax.fill_between(x, low, high, color=colour, alpha=0.3, lw=0)
        else:
            ax.vlines(at, low, high, color=colour, lw=2)
        lines += ax.plot(
            at,
            curve[f"{name}_error"],
            color=colour,
            marker=marker,
            label=name,
            ls="-" if connected else "none",
        )
    if bayes_error is not None:
        lines.append(
            ax.axhline(bayes_error, color=style.INK, ls=(0, (4, 3)), lw=1.2, label="Bayes error")
        )
    return lines


def limit_errors(
    ax: Axes, curve: pd.DataFrame, bayes_error: float | None, *, most: float = np.inf
) -> None:
    """Show the curves up to `most`; the wide interval of few rows may leave the picture."""
    errors = curve[["training_error", "validation_error"]].to_numpy()
    low = min(errors.min(), bayes_error or 0.0)
    span = max(min(errors.max(), most) - low, 1e-9)
    # Without a Bayes line nothing else brings 0 into view, from which the gap is shaded.
    bottom = low if bayes_error is None else max(ax.get_ylim()[0], low - 0.12 * span)
    ax.set_ylim(bottom, min(ax.get_ylim()[1], low + 1.4 * span))


def shade_gaps(
    ax: Axes,
    x: ArrayLike,
    curve: pd.DataFrame,
    bayes_error: float | None,
    *,
    connected: bool = True,
) -> None:
    """Shade the gaps along the curves, or at each of several names."""
    for _, low, high, colour, hatch in gaps(curve, bayes_error):
        look = {"facecolor": "none", "edgecolor": colour, "hatch": hatch, "alpha": 0.35, "lw": 0}
        if connected:
            ax.fill_between(x, low, high, **look)
        else:
            ax.bar(x, high - low, 0.6, bottom=low, **look)


def name_gaps(
    ax: Axes, curve: pd.DataFrame, bayes_error: float | None, *, at: int, in_percent: bool
) -> None:
    """Measure and name the gaps at one point of the curve, in the right margin."""
    names = []
    bottom, top = ax.get_ylim()
    for name, low, high, colour, _ in gaps(curve, bayes_error):
        ax.annotate(
            "",
            (1.03, low[at]),
            (1.03, high[at]),
            xycoords=ax.get_yaxis_transform(),
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "|-|,widthA=0.25,widthB=0.25",
                "color": colour,
                "lw": 2,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
        size = format_error(high[at] - low[at], in_percent)
        middle = float(np.clip((low[at] + high[at]) / 2, bottom, top))  # of a gap out of sight
        names.append((middle, f"{name}\n{size}"))
    # Two lines of text need this much room, however low the picture is.
    room = (top - bottom) * min(0.54 / layout.inches_of(ax)[1], 0.4)
    (bias, _), (variance, _) = names
    if variance - bias < room:
        bias = max(bias - (room - (variance - bias)) / 2, bottom + room / 3)
        variance = bias + room
    for height, (_, text) in zip((bias, variance), names, strict=True):
        ax.text(
            1.06, height, text, transform=ax.get_yaxis_transform(), va="center", linespacing=1.1
        )
