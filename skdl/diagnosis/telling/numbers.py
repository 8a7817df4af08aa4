"""How numbers are written."""

from __future__ import annotations

__all__ = ["format_error"]


def format_error(error: float, in_percent: bool) -> str:
    """Write an error: in percent where 1 stands for a model that knows nothing.

    Examples
    --------
    >>> format_error(0.123, True), format_error(0.123, False)
    ('12.3 %', '0.123')
    """
    return f"{100 * error:.1f} %" if in_percent else f"{error:.4g}"
