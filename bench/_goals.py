"""The goals, in one place: what each ratio of times should be, and where it is read."""

from __future__ import annotations

EPOCH = {  # (against whom, dtype): ratio for each workload
    ("scikit-learn", "float32"): {"S32": 4.5, "S200": 3, "R": 4, "M": 1.6, "L": 1.3},
    ("scikit-learn", "float64"): {"S32": 3, "S200": 2, "R": 2.3, "M": 1.2, "L": 1.15},
    ("PyTorch", "float32"): {"S32": 6, "S200": 3, "R": 4.5, "M": 1.2, "L": 1},
    ("limit", "float32"): {"S32": 3, "S200": 1.6, "R": 2, "M": 1.35, "L": 1.1},
}
SEARCH = {"S32": 8, "S32, 32 units": 15, "S200": 4.5}  # of scikit-learn's time, either dtype
BEST_IF_LARGE = {"scikit-learn", "PyTorch"}  # their time over ours; "limit" is ours over the limit


def threads_of(who: str, workload: str) -> int:
    """Return the BLAS threads with which a goal is read: two, where they are of use to anybody."""
    return 2 if workload in ("M", "L") and who != "limit" else 1


def epoch_goal(who: str, dtype: str, workload: str, threads: int) -> float | None:
    """Return the goal for one comparison, if there is one."""
    if threads != threads_of(who, workload):
        return None
    return EPOCH.get((who, dtype), {}).get(workload)


def verdict(who: str, ratio: float, goal: float) -> tuple[str, bool]:
    """Return the goal as text, and whether it is met.

    >>> verdict("scikit-learn", 4.6, 4.5), verdict("limit", 3.5, 3)
    (('≥ 4.5', True), ('≤ 3', False))
    """
    if who in BEST_IF_LARGE:
        return f"≥ {goal:g}", ratio >= goal
    return f"≤ {goal:g}", ratio <= goal


def judged(who: str, ratio: float, goal: float, with_fast: float | str = "") -> str:
    """Return the ratio with its goal beside it, and the ratio that the compiled step gives.

    >>> judged("limit", 1.25, 1.1, 1.05)
    '1.25 (≤ 1.1: not met); with Numba 1.05 (met)'
    """
    (text, met), words = verdict(who, ratio, goal), {True: "met", False: "not met"}
    compiled = ""
    if with_fast != "":
        compiled = f"; with Numba {with_fast:.2f} ({words[verdict(who, with_fast, goal)[1]]})"
    return f"{ratio:.2f} ({text}: {words[met]}){compiled}"
