"""What is known of a session so far, fed one item at a time: for the views and other listeners.

Currents in uA, voltages in mV, charge in uC, times in ms of the board's session clock. Memory is
bounded: the current of the last minutes is kept in full, the whole session in buckets. A bucket
has the least and the greatest current of its span, so that a gap of one sample stays visible in a
session of hours. Must not draw, and has no clock.
"""

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ionto.core import codes
from iontobench import text
from iontobench.link.events import Event, GapNote, Item, LinkNote, LiveFault, Mark, Sample
from iontobench.protocols.timeline import Timeline

from .time_left import TimeLeft

_LINES_KEPT = 50
_BUCKETS_MAX = 512  # a terminal shows at most some 400 braille columns
_WINDOW_SAMPLES = 3600  # 6 min at 10 Hz


class Bucket(NamedTuple):
    """A span of time: its first moment, the least and greatest current, the last set point."""

    t_ms: int
    low_ua: float
    high_ua: float
    set_ua: float


class CurrentHistory:
    """Append samples; read `whole()` or `last(span_ms)`."""

    def __init__(self) -> None:
        self._buckets: list[Bucket] = []
        self._width_ms = 100
        self._recent: deque[Bucket] = deque(maxlen=_WINDOW_SAMPLES)

    def add(self, t_ms: int, current_ua: float, set_ua: float) -> None:
        """Add one sample; `t_ms` never falls."""
        one = Bucket(t_ms, current_ua, current_ua, set_ua)
        self._recent.append(one)
        last = self._buckets[-1] if self._buckets else None
        if last and t_ms < last.t_ms + self._width_ms:
            self._buckets[-1] = _merge(last, one)
            return
        self._buckets.append(one)
        if len(self._buckets) >= _BUCKETS_MAX:
            self._halve()

    def whole(self) -> list[Bucket]:
        """The whole session in at most 512 buckets."""
        return list(self._buckets)

    def last(self, span_ms: int, buckets: int = 256) -> list[Bucket]:
        """The last `span_ms` in at most `buckets` (and one) buckets."""
        if not self._recent:
            return []
        from_ms = self._recent[-1].t_ms - span_ms
        recent = [one for one in self._recent if one.t_ms >= from_ms]
        width = -(-len(recent) // buckets)
        return [_merge_all(recent[at : at + width]) for at in range(0, len(recent), width)]

    def _halve(self) -> None:
        pairs = list(pairwise(self._buckets))[::2]
        rest = self._buckets[-1:] if len(self._buckets) % 2 else []
        self._buckets = [_merge(first, second) for first, second in pairs] + rest
        self._width_ms *= 2


@dataclass(frozen=True)
class SessionFacts:
    """What a view says of the session before it starts."""

    board: str
    protocol: str
    profile: str
    timeline: Timeline


@dataclass
class Progress:
    """The latest sample, the peak, the current over time and the last events in words."""

    about: SessionFacts
    sample: Sample | None = None
    peak_ua: float = 0.0
    missing: int = 0
    fault_line: str | None = None  # the first: it must not scroll away
    history: CurrentHistory = field(default_factory=CurrentHistory)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES_KEPT))
    _time_left: TimeLeft = field(init=False)

    def __post_init__(self) -> None:
        self._time_left = TimeLeft(self.about.timeline)

    def add(self, item: Item) -> str | None:
        """Take one item in; the line of text that it deserves, if it does."""
        self._time_left.add(item)
        if isinstance(item, Sample):
            self.sample = item
            self.peak_ua = max(self.peak_ua, item.current_ua)
            self.history.add(item.t_ms, item.current_ua, item.set_ua)
            return None
        line = f"{text.stamp(item.t_ms)}  {_text(item)}"
        if isinstance(item, GapNote):
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
        return self._time_left.left_ms()


def _merge(first: Bucket, second: Bucket) -> Bucket:
    low_ua = min(first.low_ua, second.low_ua)
    return Bucket(first.t_ms, low_ua, max(first.high_ua, second.high_ua), second.set_ua)


def _merge_all(buckets: list[Bucket]) -> Bucket:
    whole = buckets[0]
    for one in buckets[1:]:
        whole = _merge(whole, one)
    return whole


def _text(item: Event | GapNote | LinkNote | LiveFault | Mark) -> str:
    if isinstance(item, Event):
        return text.event(item)
    if isinstance(item, GapNote):
        return f"{item.count} frames never arrived (from number {item.first_seq})"
    if isinstance(item, LiveFault):
        return text.injected(item.fault)
    if isinstance(item, Mark):
        return text.marked(item.text)
    return f"the link says: {item.text!r}"
