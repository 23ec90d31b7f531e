"""A good program for tests to spoil, and what a refusal has to keep to."""

import pytest
from tests.support import programs
from tests.support.programs import segment

from ionto.core import limits, program
from ionto.core.program import Program, ProgramError

BOARD = limits.Board("virtual", 5000, 40000, 40)


def words(segments=1, **changes):
    """A good program of 2 mA on 10 cm2, with words changed by the name of their index."""
    made = programs.words(
        [segment(program.HOLD_CHARGE, 2000, 100, 2_400_000, 0, -1) for _ in range(segments)],
        **{"polarity": -1, "slew_ua_s": 100, "charge_uc": 2_426_000, "time_s": 2440},
        **{"area_mm2": 1000, "probe_min_q4": 80},
    )
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
