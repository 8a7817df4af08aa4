"""One progress bar for all that takes long; silent where standard error is no terminal.

Who carries out many tasks shows a bar for all of them. To let it move while one task is at work,
that task's own bar reports to it (:func:`reported_to`), whether it is shown or not.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

__all__ = ["Share", "Shares", "SilentBar", "nobody", "progress_bar", "reported_to"]

Share = Callable[[int, float], None]  # the number of a task, and how much of it is done, 0 to 1


def nobody(number: int, part: float) -> None:
    """Be told how much of a task is done, and show it to nobody."""


_report: ContextVar[Callable[[float], None] | None] = ContextVar("report", default=None)


class SilentBar:
    """A bar that shows nothing: the same methods as tqdm's, so that callers need no ``if``."""

    def update(self, n: float = 1) -> None:
        """Count `n` more steps as done."""

    def set_postfix_str(self, text: str = "", refresh: bool = False) -> None:
        """Show `text` at the right end of the bar."""

    def close(self) -> None:
        """End the bar."""

    def __enter__(self) -> SilentBar:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class _ReportingBar:
    """A bar that also reports how much is done; bars that are opened meanwhile do not report."""

    def __init__(self, bar: Any, total: float, report: Callable[[float], None]) -> None:
        self.bar, self.total, self.report = bar, total, report
        self.n = 0.0
        _report.set(None)

    def update(self, n: float = 1) -> None:
        self.bar.update(n)
        self.n += n
        self.report(min(self.n / self.total, 1.0))

    def set_postfix_str(self, text: str = "", refresh: bool = False) -> None:
        self.bar.set_postfix_str(text, refresh)

    def close(self) -> None:
        self.bar.close()
        _report.set(self.report)

    def __enter__(self) -> _ReportingBar:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def progress_bar(total: int, *, verbose: int = 1, description: str = "", digits: int = 0) -> Any:
    """Open a bar of `total` steps: what is done, the time left.

    It is a line on the standard error stream, or a widget in a notebook that has widgets.

    It has ``update(n)``, ``set_postfix_str(text)`` and ``close()``, and is a context manager.
    It shows nothing with ``verbose=0``, where nobody looks on (the stream is neither a terminal nor
    that of a notebook), or without tqdm.

    Parameters
    ----------
    total : int
        The number of steps.
    verbose : int
        Whether to show it.
    description : str
        What takes long.
    digits : int
        Digits after the point of the number of steps done.

    Returns
    -------
    bar : progress bar

    Examples
    --------
    >>> with progress_bar(3, verbose=0, description="MLPClassifier") as bar:
    ...     for epoch in range(3):
    ...         bar.set_postfix_str(f"loss {1 / (epoch + 1):.3f}")
    ...         bar.update(1)
    """
    bar, report = _shown_bar(total, verbose, description, digits), _report.get()
    return bar if report is None or not total else _ReportingBar(bar, total, report)


def _shown_bar(total: int, verbose: int, description: str, digits: int) -> Any:
    """Open the bar that is seen, or one that is not."""
    stream = sys.stderr
    if not verbose or stream is None or not (stream.isatty() or _in_notebook()):
        return SilentBar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # without widgets, a notebook gets the line of text
            from tqdm.auto import tqdm
    except ImportError:
        return SilentBar()

    class Bar(tqdm):
        def set_postfix_str(self, text: str = "", refresh: bool = False) -> None:
            # Shown with the next update: a short epoch does not pay for writing to a terminal.
            super().set_postfix_str(text, refresh)

    done = f"{{n:.{digits}f}}/{{total_fmt}}"
    text = "{desc} {percentage:3.0f} % |{bar}| " + done + ", {remaining} left{postfix}"
    return Bar(
        total=total, desc=description, bar_format=text, file=stream, dynamic_ncols=True, leave=False
    )


def _in_notebook() -> bool:
    """Say whether this is the kernel of a notebook, whose streams are shown to a person."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return "IPKernelApp" in getattr(shell, "config", ())


@contextmanager
def reported_to(report: Callable[[float], None]) -> Iterator[None]:
    """Report how much of the work within is done, as its first bar counts it.

    Parameters
    ----------
    report : callable
        ``report(part)`` with the part that is done, from 0 to 1.

    Examples
    --------
    >>> with reported_to(print), progress_bar(4, verbose=0) as bar:
    ...     bar.update(1)
    ...     bar.update(3)
    0.25
    1.0
    """
    before = _report.get()
    _report.set(report)
    try:
        yield
    finally:
        _report.set(before)


class Shares:
    """Moves a bar by how much of each of many tasks is done.

    Parameters
    ----------
    bar : progress bar
        Its steps are those of all tasks.
    steps : sequence of float
        The steps of each task.

    Examples
    --------
    >>> shares = Shares(progress_bar(2, verbose=0), [1, 1])
    >>> shares(0, 0.5)
    >>> shares(1, 1.0)
    """

    def __init__(self, bar: Any, steps: Sequence[float]) -> None:
        self.bar, self.steps = bar, steps
        self.done = [0.0] * len(steps)
        self.lock = threading.Lock()  # workers may be threads

    def __call__(self, number: int, part: float) -> None:
        """Note that this part of a task is done; it never gets less."""
        with self.lock:
            more = max(part - self.done[number], 0.0)
            self.done[number] += more
            if more:
                self.bar.update(more * self.steps[number])
