"""What a bench did about a fault, from its link and, where the link itself is broken, its pins.

Times in us of the plant. Knows the firmware's events by their own table only.
"""

from typing import NamedTuple

from ionto.core import codes

from .rig import Seen

_ORDINARY = (
    *(codes.EVENT_START, codes.EVENT_STATE, codes.EVENT_PROBE, codes.EVENT_COMMAND),
    *(codes.EVENT_PROOF, codes.EVENT_POLARITY),
    *(codes.EVENT_LAST_CURRENT, codes.EVENT_DOSE, codes.EVENT_END, codes.EVENT_LIMITED_END),
)
_RAMPS = (codes.EVENT_HOST_LOST, codes.EVENT_LINK)
_ACTS = (codes.EVENT_FAULT, codes.EVENT_CONTACT)
_NEAR = -1  # no event: the flag of samples above 80 % of compliance
_LEVEL_SHARE = 0.97  # a drive below this share of its highest is on its way down


class Reaction(NamedTuple):
    """One of refused, trip, cut, ramp, warn, reset; and when."""

    t_us: int
    name: str


def reactions(seen: Seen, plain: Seen, clock_us: int, at_us: int) -> list[Reaction]:
    """Everything that answered a fault, in order of time; an event is at most 1 ms old.

    A warning that the run without a fault (`plain`) has too is no answer.
    """
    told = _told(seen, warnings(plain), clock_us, at_us)
    found = [Reaction(t_us, name) for t_us, name in told if t_us >= at_us - 1000]
    off_us = _called_off_us(seen, at_us)
    for index, one in enumerate(found):
        if one.name in ("trip", "refused"):  # its own millisecond may be a wrong clock's
            found[index] = Reaction(off_us, one.name)
    if seen.reset:
        found.append(Reaction(seen.ended_us, "reset"))
    elif seen.last:
        found += _untold(seen, {one.name for one in found}, at_us)
    return sorted(Reaction(max(one.t_us, at_us), one.name) for one in found)


def warnings(seen: Seen) -> set[int]:
    """Codes of the events that only warn; _NEAR for the flag of samples."""
    told = {item.code for item in seen.ear.events} - {*_ORDINARY, *_ACTS, *_RAMPS}
    return told | {_NEAR} if seen.ear.near_ms else told


def _told(seen: Seen, known: set[int], clock_us: int, at_us: int) -> list[tuple[int, str]]:
    stopped = seen.last is not None and seen.last["outcome"] == "stopped"
    refused = seen.last is not None and seen.last["outcome"] == "refused"
    near_ms = [] if _NEAR in known else seen.ear.near_ms
    told = [(t_ms * 1000 + clock_us, "warn") for t_ms in near_ms]
    for item in seen.ear.events:
        t_us = item.t_ms * 1000 + clock_us
        if item.code == codes.EVENT_FAULT:
            told.append((t_us, "refused" if refused else "trip"))
        elif item.code == codes.EVENT_CONTACT:
            told.append((t_us, "cut"))
        elif item.code in _RAMPS or (
            item.code == codes.EVENT_STATE
            and stopped
            and item.a in (codes.STATE_RAMP_DOWN, codes.STATE_DONE)
        ):
            told.append((_off_before_us(seen, at_us, t_us, item.a), "ramp"))
        elif item.code not in _ORDINARY and item.code not in known:
            told.append((t_us, "warn"))
    return told


def _off_before_us(seen: Seen, at_us: int, t_us: int, state: int) -> int:
    """When the gate went low for good, where a session is stopped without a ramp down.

    A proof that is left arms the limiter again before the session is told done.
    """
    edges = [] if state == codes.STATE_RAMP_DOWN else seen.plant.gates
    lows = [low_us for low_us, on in edges if not on and at_us <= low_us <= t_us]
    return lows[-1] if lows else t_us


def _untold(seen: Seen, names: set[str], at_us: int) -> list[Reaction]:
    """What its own words and its pins show where the link was the one to break."""
    last = seen.last or {}
    off_us = _called_off_us(seen, at_us)
    if last["outcome"] == "fault" and not names & {"trip", "cut"}:
        return [Reaction(off_us, "trip")]
    if last["outcome"] == "refused" and "refused" not in names:
        return [Reaction(off_us, "refused")]
    if last["outcome"] == "stopped" and "ramp" not in names:
        return [Reaction(_turned_us(seen, at_us), "ramp")]
    return []


def _turned_us(seen: Seen, at_us: int) -> int:
    """When the drive last stood at its level; when it was called off where it never did."""
    moments = [one for one in seen.plant.moments if one.t_us <= seen.ended_us]
    highest_ua = max((one.drive_ua for one in moments), default=0.0)
    level = [one.t_us for one in moments if one.drive_ua >= _LEVEL_SHARE * highest_ua > 0.0]
    return level[-1] if level else _called_off_us(seen, at_us)


def _called_off_us(seen: Seen, at_us: int) -> int:
    """When the controller first called its port off after the onset."""
    return next((t_us for t_us in seen.plant.offs_us if t_us >= at_us), seen.ended_us)
