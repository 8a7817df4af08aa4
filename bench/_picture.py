"""The picture of ``epoch.py``: ratios with quartiles, one panel for each number of threads."""

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
    """Draw the ratios of all records; ``shapes`` says what each workload is."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    threads = list(dict.fromkeys(r["threads"] for r in records))
    workloads = list(dict.fromkeys(r["workload"] for r in records))
    names = [who for who in LOOKS if any(r["who"] == who for r in records)]
    figure, panels = plt.subplots(
        ncols=len(threads),
        figsize=(2.4 + 4.2 * len(threads), 1.5 + len(workloads)),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for ax, n in zip(panels[0], threads, strict=True):
        for r in (r for r in records if r["threads"] == n and r["who"] in names):
            _, color, marker = LOOKS[r["who"]]
            double = r["dtype"] == "float64"
            row = workloads.index(r["workload"]) + 0.26 * (names.index(r["who"]) - 1)
            ax.errorbar(
                r["ratio"],
                row + (0.06 if double else -0.06),
                xerr=[[r["ratio"] - r["lower_quartile"]], [r["upper_quartile"] - r["ratio"]]],
                fmt=marker,
                color=color,
                markerfacecolor=color if double else "white",
                markersize=6.5,
                linewidth=1.2,
            )
        for boundary in range(1, len(workloads)):
            ax.axhline(boundary - 0.5, color=GRID, linewidth=0.8)
        ax.axvline(1, color=INK, linewidth=1, linestyle="--")
        ax.set_xscale("log")
        ax.set_xlabel("ratio of times per epoch (log scale)")
        ax.set_title(f"{n} BLAS thread{'s' * (n > 1)}", loc="left", fontweight="bold")
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(axis="x", color=GRID, linewidth=0.6)
        ax.set_axisbelow(True)
    first = panels[0][0]
    low, high = first.get_xlim()
    first.set_xticks([t for t in TICKS if low <= t <= high], minor=False)
    first.xaxis.set_major_formatter(lambda ratio, _: f"{ratio:g}")
    first.xaxis.set_minor_formatter(lambda ratio, _: "")
    first.tick_params(axis="x", which="minor", length=0)
    labels = [f"{w}\n{shapes[w]}".replace(", batch", "\nbatch") for w in workloads]
    first.set_yticks(range(len(workloads)), labels)
    first.set_ylim(len(workloads) - 0.5, -0.5)

    def key(label, color, marker, face):
        return plt.Line2D([], [], color=color, marker=marker, mfc=face, ls="", ms=7, label=label)

    keys = [key(*LOOKS[who], LOOKS[who][1]) for who in names]
    keys += [key("float64", GREY, "D", GREY), key("float32", GREY, "D", "white")]
    figure.legend(handles=keys, loc="outside upper left", ncols=len(keys), frameon=False)
    figure.savefig(path, dpi=110)
    plt.close(figure)
