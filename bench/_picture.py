"""The picture of ``epoch.py``: ratios of times with their quartiles."""

from __future__ import annotations

from pathlib import Path

INK, GRID, GREY = "#202124", "#DDDDDD", "#777777"
LOOKS = {  # colours of Okabe and Ito; the marker says the same
    "scikit-learn": ("scikit-learn / skdl", "#0072B2", "o"),
    "PyTorch": ("PyTorch / skdl", "#D55E00", "s"),
    "limit": ("skdl / limit", INK, "^"),
}
TICKS = (0.5, 0.7, 1, 1.5, 2, 3, 4, 5, 7, 10, 15)


def draw(records: list[dict], shapes: dict[str, str], path: Path) -> None:
    """Draw the ratios of all records; ``shapes`` says what each workload is.

    NumPy alone is on the left; beside it, if Numba is installed, is what it compiles.
    """
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    groups = list(dict.fromkeys((r["workload"], r["threads"]) for r in records))
    names = [who for who in LOOKS if any(r["who"] == who for r in records)]
    shown = [r for r in records if r["who"] in names]
    panels = ["NumPy alone"]
    if all(r["ratio_with_fast"] != "" for r in shown):
        panels.append("with what Numba compiles")
    size = (3.6 + 4.2 * len(panels), 1.8 + 0.9 * len(groups))
    figure, axes = plt.subplots(
        1, len(panels), sharex=True, sharey=True, squeeze=False, figsize=size, layout="constrained"
    )
    for title, ax in zip(panels, axes[0], strict=True):
        for r in shown:
            row = groups.index((r["workload"], r["threads"])) + 0.26 * (names.index(r["who"]) - 1)
            row += 0.06 if r["dtype"] == "float64" else -0.06
            _point(ax, r, row, compiled=title != panels[0])
        _frame(ax, title, len(groups))
    low, high = axes[0, 0].get_xlim()
    axes[0, 0].set_xticks([t for t in TICKS if low <= t <= high], minor=False)
    labels = [
        f"{workload}, {threads} BLAS thread{'s' * (threads > 1)}\n{shapes[workload]}".replace(
            ", batch", "\nbatch"
        )
        for workload, threads in groups
    ]
    axes[0, 0].set_yticks(range(len(groups)), labels)
    axes[0, 0].set_ylim(len(groups) - 0.5, -0.5)
    figure.supxlabel("ratio of times per epoch, median, left with quartiles (log scale)", size=10)

    def key(label, color, marker, face):
        return plt.Line2D([], [], color=color, marker=marker, mfc=face, ls="", ms=7, label=label)

    keys = [key(*LOOKS[who], LOOKS[who][1]) for who in names]
    keys += [key("float64", GREY, "D", GREY), key("float32", GREY, "D", "white")]
    keys.append(key("goal", GREY, "|", GREY))
    options = {"ncols": len(keys), "frameon": False, "columnspacing": 1.2, "handletextpad": 0.3}
    figure.legend(handles=keys, loc="outside upper left", **options)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _point(ax, r: dict, row: float, compiled: bool) -> None:
    """Draw one ratio, and its goal."""
    _, color, marker = LOOKS[r["who"]]
    ratio = r["ratio_with_fast"] if compiled else r["ratio"]
    spread = None
    if not compiled:
        spread = [[ratio - r["lower_quartile"]], [r["upper_quartile"] - ratio]]
    if r["goal"]:
        ax.plot(float(r["goal"].split()[1]), row, "|", color=color, ms=9, mew=1.6, alpha=0.6)
    ax.errorbar(
        ratio,
        row,
        xerr=spread,
        fmt=marker,
        color=color,
        markerfacecolor=color if r["dtype"] == "float64" else "white",
        markersize=6.5,
        linewidth=1.2,
    )


def _frame(ax, title: str, n_groups: int) -> None:
    """Draw what is around the points."""
    for boundary in range(1, n_groups):
        ax.axhline(boundary - 0.5, color=GRID, linewidth=0.8)
    ax.axvline(1, color=INK, linewidth=1, linestyle="--")
    ax.set_title(title, size=10, loc="left")
    ax.set_xscale("log")
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="x", color=GRID, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.xaxis.set_major_formatter(lambda ratio, _: f"{ratio:g}")
    ax.xaxis.set_minor_formatter(lambda ratio, _: "")
    ax.tick_params(axis="x", which="minor", length=0)
