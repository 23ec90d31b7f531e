"""A good program for tests to spoil, and what a refusal has to keep to."""

import pytest

from ionto.core import limits, program
from ionto.core.program import Program, ProgramError

BOARD = limits.Board("virtual", 5000, 40000, 40)


def words(segments=1, **changes):
    """A good program of 2 mA on 10 cm2, with words changed by the name of their index."""
    made = [program.VERSION, segments, -1, 2000, 100, 100, 2426000, 2440, 1000, 500, 80, 0, 6]
    for _ in range(segments):
        made += [program.HOLD_CHARGE, 2000, 100, 2400000, 0, -1, 0, 0, 0, 0, 0, 0]
    for name, value in changes.items():
        base = program.HEADER_LEN if name.startswith("S_") else 0
        made[base + getattr(program, name)] = value
    return made


def refused(made, text):
    """Refused in one line that begins with `text`."""
    with pytest.raises(ProgramError) as caught:
        Program(made, BOARD)
    assert str(caught.value).startswith(text)
    assert "\n" not in str(caught.value)
