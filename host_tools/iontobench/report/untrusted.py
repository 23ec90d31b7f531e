"""Takes values out of a record that may hold anything: the right type, or nothing.

Nothing here raises on odd data, and nothing converts units.
"""

from typing import Any

_HUGE = 1e15
NONE = "–"  # what a table shows where there is no value


def number(value: Any) -> float | None:
    """A finite number of a believable size, which true and false are not."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and abs(value) < _HUGE else None


def table(value: Any) -> dict[str, Any]:
    """A table, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


def named(value: Any) -> str | None:
    """A name: the value itself, or the `name` of a table."""
    name = value.get("name") if isinstance(value, dict) else value
    return None if name is None else str(name)


def hexadecimal(value: Any) -> str | None:
    """A whole number as 0x and at least four digits."""
    return f"{value:#06x}" if isinstance(value, int) else None
