"""The two numbers of an event under names with units, for programs. Must not say them in words."""

from ionto.core import faults, units
from iontobench.device.events import Event

# Names of an event's two numbers; one that ends in _q4 is told in microamperes.
_NAMES = {
    faults.EV_START: ("polarity", "segments"),
    faults.EV_STATE: ("state_code", "segment_index"),
    faults.EV_PROBE: ("current_q4", "load_ohm"),
    faults.EV_LIMITED: ("current_q4", "load_mv"),
    faults.EV_LIMITED_END: ("limited_ms", None),
    faults.EV_CONTACT: ("set_q4", "glitches"),
    faults.EV_GLITCH: ("glitches", None),
    faults.EV_DIP: ("dips", None),
    faults.EV_FAULT: ("fault_code", "current_q4"),
    faults.EV_LATE: ("interval_us", None),
    faults.EV_COMMAND: ("command_code", "set_ua"),
    faults.EV_COMPLIANCE: ("load_mv", None),
    faults.EV_HOST_LOST: (None, None),
    faults.EV_LINK: (None, None),
    faults.EV_LAST_CURRENT: ("current_q4", "peak_q4"),
    faults.EV_DOSE: ("anodal_uc", "cathodal_uc"),
    faults.EV_END: ("outcome_code", "fault_code"),
    faults.EV_PROOF: ("proven_bits", "current_q4"),
    faults.EV_DRIFT: ("load_before_ohm", "load_ohm"),
    faults.EV_NOISE: ("step_q4", None),
    faults.EV_POLARITY: ("polarity", None),
    faults.EV_LIFT: ("load_before_ohm", "load_ohm"),
    faults.EV_LOW: ("load_before_ohm", "load_ohm"),
    faults.EV_OVER: ("current_q4", "expected_q4"),
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
