"""How much memory a call takes, as NumPy and Python report it to tracemalloc."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable


def peak_of(function: Callable[[], object]) -> int:
    """Return the most bytes that were allocated at a time while ``function()`` ran."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
