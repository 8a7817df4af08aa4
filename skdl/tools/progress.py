"""One progress bar for all that takes long; silent where standard error is no terminal."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["progress_bar"]


class SilentBar:
    """A bar that shows nothing: the same methods as tqdm's, so that callers need no ``if``."""

    def update(self, n: int = 1) -> None:
        """Count `n` more steps as done."""

    def set_postfix_str(self, text: str = "", refresh: bool = False) -> None:
        """Show `text` at the right end of the bar."""

    def close(self) -> None:
        """End the bar."""

    def __enter__(self) -> SilentBar:
        return self

    def __exit__(self, *exc_info) -> None:
        self.close()


def progress_bar(total: int, *, verbose: int = 1, description: str = "") -> Any:
    """Open a bar of `total` steps on the standard error stream: what is done, the time left.

    It has ``update(n)``, ``set_postfix_str(text)`` and ``close()``, and is a context manager.
    It shows nothing with ``verbose=0``, where the stream is no terminal, or without tqdm.

    Examples
    --------
    >>> with progress_bar(3, verbose=0, description="MLPClassifier") as bar:
    ...     for epoch in range(3):
    ...         bar.set_postfix_str(f"loss {1 / (epoch + 1):.3f}")
    ...         bar.update(1)
    """
    stream = sys.stderr
    if not verbose or stream is None or not stream.isatty():
        return SilentBar()
    try:
        from tqdm import tqdm
    except ImportError:
        return SilentBar()

    class Bar(tqdm):
        def set_postfix_str(self, text: str = "", refresh: bool = False) -> None:
            # Shown with the next update: a short epoch does not pay for writing to a terminal.
            super().set_postfix_str(text, refresh)

    text = "{desc} {percentage:3.0f} % |{bar}| {n_fmt}/{total_fmt}, {remaining} left{postfix}"
    return Bar(
        total=total, desc=description, bar_format=text, file=stream, dynamic_ncols=True, leave=False
    )
