"""The host's side of a running session, without any input or output of its own.

`on_bytes` and `on_time` take what arrived and what time it is (us, any clock that only goes
up), and return items for the listeners; `outgoing()` returns the bytes to send. The virtual
bench and the emulated chip step it in their own time, which keeps them deterministic; only
`sessions.serial` has a clock.
"""

from collections.abc import Iterable

import msgspec

from ionto.core.codes import EVENT_END
from ionto.core.telemetry import STATUS

from .clock_check import SPAN_US, ClockCheck
from .events import Event, GapNote, Item, LinkNote, Sample
from .frames import command_line, decode

BEAT_PERIOD_US = 200_000
_LINE_MAX = 4096
_SEQ_SPAN = 1 << 16
_CLOCK_SPAN_MS = 1 << 24  # 4.7 h on the wire; a paused session lasts longer
_NOTE_CHARS = 60


class HostSession:
    """Follows one session from its first frame to its `end` event.

    Attributes:
        ended: the `end` event, once it has arrived.
        clock_is_wrong: the board's clock is off by more than 0.5 %; it was told to stop.
        status: the newest status frame (sent without credit), if any.
    """

    def __init__(self) -> None:
        self.ended: Event | None = None
        self.status: Sample | None = None
        self.clock_is_wrong = False
        self._clock_check = ClockCheck()
        self._pending = b""
        self._outgoing = bytearray()
        self._next_seq = 0
        self._next_beat_us: int | None = None
        self._t_ms = 0

    def on_bytes(self, data: bytes, t_us: int) -> list[Item]:
        """Take bytes that arrived at `t_us`; return what they meant, in order."""
        self._clock_check.alive(t_us)
        lines = (self._pending + data).split(b"\n")
        self._pending = lines.pop()[-_LINE_MAX:]
        items: list[Item] = []
        for line in lines:
            items.extend(self._line(line.rstrip(b"\r"), t_us))
        return items

    def on_time(self, t_us: int) -> None:
        """Let time pass: a beat is due every 200 ms until the session has ended."""
        self._clock_check.alive(t_us)
        if self._next_beat_us is None:
            self._next_beat_us = t_us
        if self.ended is None and t_us >= self._next_beat_us:
            self._next_beat_us = t_us + BEAT_PERIOD_US
            self._beat()

    def send(self, command: str) -> None:
        """Queue an operator's command: `stop`, `pause`, `resume` or `set 1500`."""
        self._outgoing += command_line(command)

    def outgoing(self) -> bytes:
        """The bytes to send now; each is returned once."""
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data

    def _beat(self) -> None:
        acknowledged = (self._next_seq - 1) % _SEQ_SPAN
        self._outgoing += command_line(f"beat {acknowledged}")

    def _line(self, line: bytes, t_us: int) -> Iterable[Item]:
        if not line:
            return
        decoded = decode(line)
        if decoded is None:
            text = line[:_NOTE_CHARS].decode("ascii", "backslashreplace")
            yield LinkNote(self._t_ms, f"not a frame: {text!r}")
            return
        kind, item = decoded
        if kind == STATUS:
            self.status = item  # type: ignore[assignment]
            return
        ahead = (item.seq - self._next_seq) % _SEQ_SPAN
        if ahead >= _SEQ_SPAN // 2:
            return  # seen before
        if ahead:
            yield GapNote(self._t_ms, self._next_seq, ahead)
        self._next_seq += ahead + 1
        # An event may be a little older than the sample before it.
        later_ms = (item.t_ms - self._t_ms + _CLOCK_SPAN_MS // 2) % _CLOCK_SPAN_MS
        self._t_ms += later_ms - _CLOCK_SPAN_MS // 2
        item = msgspec.structs.replace(item, seq=self._next_seq - 1, t_ms=self._t_ms)
        if isinstance(item, Event) and item.code == EVENT_END:
            self.ended = item
            self._beat()  # the last acknowledgement lets the board leave its loop at once
        yield item
        if isinstance(item, Sample):
            yield from self._compare(item.t_ms, t_us)

    def _compare(self, t_ms: int, t_us: int) -> Iterable[Item]:
        """A dose is counted by the board's clock: where that is wrong, the session ends."""
        gained_us = self._clock_check.drift_us(t_ms, t_us)
        if gained_us is None or self.clock_is_wrong:
            return
        self.clock_is_wrong = True
        self.send("stop")
        percent = 100 * abs(gained_us) / SPAN_US
        how = "fast" if gained_us > 0 else "slow"
        text = f"the board's clock is {percent:.1f} % {how} against the host's: told to stop"
        yield LinkNote(t_ms, text)
