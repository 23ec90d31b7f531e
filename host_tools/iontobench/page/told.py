"""A session in words for the page: its state, its figures, its events; for both kinds of board.

Wording is `text`'s, numbers are `Progress`'s. `tone` stands beside a word and never instead of it.
Must not know a browser.
"""

from ionto.core import codes
from ionto.core.fields import FLAG_DIP, FLAG_LIMITED, FLAG_NEAR_COMPLIANCE
from iontobench import signs, text
from iontobench.link.events import Event, GapNote, Item, LinkNote, LiveFault
from iontobench.sessions.controls import ENERGISED
from iontobench.sessions.progress import Progress

PLAIN, GOOD, WARNING, BAD, OFF = "plain", "good", "warning", "bad", "off"
_BAD_STATES = (
    *(codes.STATE_FAULT, codes.STATE_CONTACT, codes.STATE_CONTACT_PAUSING),
    codes.STATE_CONTACT_ENDING,
)

_WARNED = FLAG_LIMITED | FLAG_NEAR_COMPLIANCE | FLAG_DIP
_TONES = {
    codes.EVENT_FAULT: BAD,
    **dict.fromkeys(
        (
            *(codes.EVENT_LIMITED, codes.EVENT_CONTACT, codes.EVENT_GLITCH, codes.EVENT_DIP),
            *(codes.EVENT_LATE, codes.EVENT_COMPLIANCE, codes.EVENT_HOST_LOST, codes.EVENT_LINK),
            *(codes.EVENT_DRIFT, codes.EVENT_NOISE, codes.EVENT_LIFT, codes.EVENT_LOW),
            codes.EVENT_OVER,
        ),
        WARNING,
    ),
}


def state(progress: Progress) -> dict[str, str]:
    """The state's name, the state in words, and its tone."""
    sample = progress.sample
    return {
        "name": text.state_name(progress.state),
        "text": text.state(sample) if sample else "starting",
        "tone": _tone(progress),
    }


def readouts(progress: Progress, speed: str | None) -> list[dict[str, str]]:
    """The latest figures, the most important first; a real board has no speed to choose."""
    sample, planned_uc = progress.sample, progress.about.timeline.planned_uc
    total = text.clock(progress.about.timeline.total_ms)
    if sample is None:
        return []
    left = progress.left_ms
    dose = f"{text.mamin(sample.dose_uc)} of {text.mamin(planned_uc)} {signs.MAMIN}"
    rows = [
        ("set", "set point", text.milliamps(sample.set_ua)),
        ("current", "current", text.milliamps(sample.current_ua)),
        ("peak", "peak", text.milliamps(progress.peak_ua)),
        ("voltage", "voltage", text.volts(sample.load_mv)),
        ("load", "load", text.kilohms(sample.load_ohm)),
        ("dose", "dose", dose),
        ("time", "time", f"{text.clock(sample.t_ms)} of about {total}"),
        ("left", "left", "-" if left is None else text.clock(left)),
    ]
    if speed is not None:
        rows.append(("speed", "speed", speed))
    if progress.missing:
        rows.append(("lost", "frames lost", str(progress.missing)))
    return [{"key": key, "label": label, "text": told} for key, label, told in rows]


def done_share(progress: Progress) -> float | None:
    """How much of the planned dose has been delivered, 0 to 1; None where none is planned."""
    planned_uc = progress.about.timeline.planned_uc
    if not planned_uc or progress.sample is None:
        return None
    return min(max(progress.sample.dose_uc / planned_uc, 0.0), 1.0)


def can(progress: Progress, is_simulated: bool) -> dict[str, bool]:
    """Which controls would do something now."""
    now = progress.state
    is_over = now in (codes.STATE_DONE, codes.STATE_FAULT)
    return {
        "pause": now in ENERGISED,
        "resume": now == codes.STATE_PAUSED,
        "set": now in ENERGISED,
        "stop": not is_over,
        "inject": is_simulated and not is_over,
    }


def event(item: Item, line: str) -> dict[str, str]:
    """One line of `Progress.add` with its time apart, and its tone."""
    stamp = text.stamp(item.t_ms)
    return {"time": stamp.strip(), "text": line.removeprefix(stamp).strip(), "tone": tone(item)}


def tone(item: Item) -> str:
    """Of an event."""
    if isinstance(item, Event):
        if item.code == codes.EVENT_END:
            return GOOD if item.a == codes.OUTCOME_COMPLETE else WARNING
        return _TONES.get(item.code, PLAIN)
    return WARNING if isinstance(item, GapNote | LinkNote | LiveFault) else PLAIN


def _tone(progress: Progress) -> str:
    sample = progress.sample
    if progress.state in _BAD_STATES:
        return BAD
    if sample is not None and sample.flags & _WARNED:
        return WARNING
    return GOOD if progress.state in ENERGISED else OFF


def is_proof(item: Event) -> bool:
    """Whether an event tells what the proof has shown."""
    return item.code == codes.EVENT_PROOF
