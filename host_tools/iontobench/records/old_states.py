"""Translates the state numbers of old records to today's (`ionto.core.codes.STATE_*`).

Version 1 was written by two firmwares: the first had eleven states. A record lists the names of
its states in its header, so their count tells the two apart. Must not know today's numbers.
"""

from collections.abc import Mapping
from typing import Any

from ionto.core import codes

# Where a state stood is its old number.
_ELEVEN_STATES = (
    codes.STATE_IDLE,
    codes.STATE_PROBE,
    codes.STATE_RAMP,
    codes.STATE_HOLD,
    codes.STATE_RAMP_DOWN,
    codes.STATE_PAUSING,
    codes.STATE_PAUSED,
    codes.STATE_CONTACT,
    codes.STATE_REST,
    codes.STATE_DONE,
    codes.STATE_FAULT,
)
OLD_STATES = (
    codes.STATE_IDLE,
    codes.STATE_PROBE,
    codes.STATE_PROOF,
    codes.STATE_RAMP,
    codes.STATE_HOLD,
    codes.STATE_PULSE,
    codes.STATE_RAMP_DOWN,
    codes.STATE_TURNING,
    codes.STATE_PAUSING,
    codes.STATE_PAUSED,
    codes.STATE_CONTACT,
    codes.STATE_REST,
    codes.STATE_OFF,
    codes.STATE_DONE,
    codes.STATE_FAULT,
)
UNKNOWN = -1  # an old number without a state: today's state of that number would be a lie


def old_states(header: Mapping[str, Any]) -> tuple[int, ...] | None:
    """Today's number of each state number of a record; None where the record has today's."""
    version = header.get("format_version")
    if version not in (1, 2):
        return None
    columns = header.get("columns")
    names = columns.get("states") if isinstance(columns, dict) else None
    has_eleven = isinstance(names, list) and len(names) == len(_ELEVEN_STATES)
    return _ELEVEN_STATES if version == 1 and has_eleven else OLD_STATES


def todays_state(states: tuple[int, ...] | None, number: int) -> int:
    """Today's number of the state `number` of a record; `states` is what `old_states` gave."""
    if states is None:
        return number
    return states[number] if 0 <= number < len(states) else UNKNOWN
