"""The two numbers of an event under names with units, for programs. Must not say them in words."""

from ionto.core import codes, units
from iontobench.link.events import Event

# Names of an event's two numbers; one that ends in _q4 is told in microamperes.
_NAMES = {
    codes.EVENT_START: ("polarity", "segments"),
    codes.EVENT_STATE: ("state_code", "segment_index"),
    codes.EVENT_PROBE: ("current_q4", "load_ohm"),
    codes.EVENT_LIMITED: ("current_q4", "load_mv"),
    codes.EVENT_LIMITED_END: ("limited_ms", None),
    codes.EVENT_CONTACT: ("set_q4", "glitches"),
    codes.EVENT_GLITCH: ("glitches", None),
    codes.EVENT_DIP: ("dips", None),
    codes.EVENT_FAULT: ("fault_code", "current_q4"),
    codes.EVENT_LATE: ("interval_us", None),
    codes.EVENT_COMMAND: ("command_code", "set_ua"),
    codes.EVENT_COMPLIANCE: ("load_mv", None),
    codes.EVENT_HOST_LOST: (None, None),
    codes.EVENT_LINK: (None, None),
    codes.EVENT_LAST_CURRENT: ("current_q4", "peak_q4"),
    codes.EVENT_DOSE: ("anodal_uc", "cathodal_uc"),
    codes.EVENT_END: ("outcome_code", "fault_code"),
    codes.EVENT_PROOF: ("proven_bits", "current_q4"),
    codes.EVENT_DRIFT: ("load_before_ohm", "load_ohm"),
    codes.EVENT_NOISE: ("step_q4", None),
    codes.EVENT_POLARITY: ("polarity", None),
    codes.EVENT_LIFT: ("load_before_ohm", "load_ohm"),
    codes.EVENT_LOW: ("load_before_ohm", "load_ohm"),
    codes.EVENT_OVER: ("current_q4", "expected_q4"),
}
_PLAIN = ("a", "b")  # of an event that this program does not know


def event_values(event: Event) -> dict[str, float]:
    """The numbers of one event by name."""
    values: dict[str, float] = {}
    for name, value in zip(_NAMES.get(event.code, _PLAIN), (event.a, event.b), strict=True):
        if name is not None and name.endswith("_q4"):
            values[name.removesuffix("_q4") + "_ua"] = value / units.UA_Q4
        elif name is not None:
            values[name] = value
    return values
