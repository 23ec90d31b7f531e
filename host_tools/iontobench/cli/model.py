"""What a view knows of the session so far, fed one item at a time; no drawing and no clock here.

Currents in uA, voltages in mV, charge in uC, times in ms of the board's session clock.
"""

from collections import deque
from dataclasses import dataclass, field

from ionto.core import codes
from iontobench import words
from iontobench.course import Course
from iontobench.device.events import Event, Gap, Item, LinkNote, LiveFault, Sample

from .trace import Trace

_LINES_KEPT = 50


@dataclass(frozen=True)
class About:
    """What a view says of the session before it starts."""

    board: str
    protocol: str
    profile: str
    course: Course


@dataclass
class Model:
    """The latest sample, the peak, the current over time and the last events in words."""

    about: About
    sample: Sample | None = None
    peak_ua: float = 0.0
    missing: int = 0
    fault_line: str | None = None  # the first: it must not scroll away
    trace: Trace = field(default_factory=Trace)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES_KEPT))

    def add(self, item: Item) -> str | None:
        """Take one item in; the line of text that it deserves, if it does."""
        if isinstance(item, Sample):
            self.sample = item
            self.peak_ua = max(self.peak_ua, item.current_ua)
            self.trace.add(item.t_ms, item.current_ua, item.set_ua)
            return None
        line = f"{words.stamp(item.t_ms)}  {_text(item)}"
        if isinstance(item, Gap):
            self.missing += item.count
        elif isinstance(item, Event) and item.code == codes.EVENT_FAULT:
            self.fault_line = self.fault_line or line
        self.lines.append(line)
        return line

    @property
    def state(self) -> int:
        """The session's state, `codes.STATE_IDLE` before the first sample."""
        return self.sample.state if self.sample else codes.STATE_IDLE

    @property
    def left_ms(self) -> float | None:
        """Time left as planned, or None while nobody can say."""
        if self.sample is None:
            return None
        return self.about.course.left_ms(self.sample)


def _text(item: Event | Gap | LinkNote | LiveFault) -> str:
    if isinstance(item, Event):
        return words.event(item)
    if isinstance(item, Gap):
        return f"{item.count} frames never arrived (from number {item.first_seq})"
    if isinstance(item, LiveFault):
        return words.injected(item.fault)
    return f"the link says: {item.text!r}"
