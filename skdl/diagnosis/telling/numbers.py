"""How numbers are written, and what was diagnosed is named."""

from __future__ import annotations

__all__ = ["format_error", "format_tick", "model_name"]

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def format_error(error: float, in_percent: bool) -> str:
    """Write an error: in percent where 1 stands for a model that knows nothing.

    Examples
    --------
    >>> format_error(0.123, True), format_error(0.123, False)
    ('12.3 %', '0.123')
    >>> format_error(28.07, True), format_error(2.1e5, True)
    ('2,807 %', '2.1·10⁷ %')
    """
    if not in_percent:
        return f"{error:.4g}"
    percent = 100 * error
    if abs(percent) < 999.95:
        return f"{percent:.1f} %"
    if abs(percent) < 1e6:
        return f"{percent:,.0f} %"
    return f"{_with_power(percent)} %"


def _with_power(number: float) -> str:
    """Write a very large or a very small number."""
    digits, power = f"{number:.1e}".split("e")
    return f"{digits}·10{str(int(power)).translate(RAISED)}"


def format_tick(error: float) -> str:
    """Write an error on an axis, in percent, with no more digits than it needs.

    Examples
    --------
    >>> format_tick(0.05), format_tick(0.125), format_tick(200_000.0)
    ('5 %', '12.5 %', '2.0·10⁷ %')
    """
    if abs(error) >= 10:
        return format_error(error, True)
    percent = 100 * error
    small = 0 < abs(percent) < 1e-3
    return f"{_with_power(percent) if small else f'{percent:.4g}'} %"


def model_name(is_network: bool, is_read: bool) -> str:
    """Name what was diagnosed: of a fitted ensemble that was read, its networks one by one.

    Examples
    --------
    >>> model_name(True, False), model_name(True, True)
    ('your network', 'a single network of your ensemble')
    """
    if is_read:
        return "a single network of your ensemble"
    return "your network" if is_network else "your model"
