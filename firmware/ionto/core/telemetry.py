"""Builds telemetry frames, one step a call, and counts the host's credit.

A frame is `~`, hexadecimal digits, four digits of CRC-16 over them, and a newline: at most
FRAME_MAX bytes. Its first digit is its type; `fields` has the fields of a sample and of an event.
Frames wait in a ring of 32; at most 4 may be unacknowledged, so a slow host never blocks the loop.
When the ring is full the oldest is dropped, and the host sees the gap in the sequence numbers. A
status is a sample that answers `?`, at most five a second. It needs no credit and no place in the
ring: the link sends it a byte at a time, where there is room.
"""

from .const import const
from .fields import EVENT_WIDTHS, KIND, SAMPLE_WIDTHS, SEQ
from .frame import FRAME_MAX, put, seal

RING = const(32)
CREDIT = const(4)
SAMPLE = const(1)
EVENT = const(2)
STATUS = const(3)
SAMPLE_PERIOD_US = const(100000)  # 10 Hz
STATUS_PERIOD_US = const(200000)
LINK_VERSION = const(4)

STEP_WRITE = const(1)
STEP_DUE = const(2)
STEP_SECOND_HALF = const(4)
STEP_STATUS = const(8)

_SEQ_MASK = const(0xFFFF)
_EVENTS = const(16)  # most events that wait
_REPEATABLE = const(9)  # most of them that repeat: the end needs room
_EVENT_ROWS = const(32)  # more than wait: keeps the one that is being built
_FIELDS_A_TICK = const(4)


class Telemetry:
    """The frames of one session.

    `step` returns the next thing to do. The link then fills `values`; this class puts in type and
    sequence number.
    """

    def __init__(self):
        self._ring = [bytearray(FRAME_MAX) for _ in range(RING)]
        self._lengths = [0] * RING
        self._spare = bytearray(FRAME_MAX)  # for status frames
        self.values = [0] * len(SAMPLE_WIDTHS)
        self._events = [[EVENT] + [0] * (len(EVENT_WIDTHS) - 1) for _ in range(_EVENT_ROWS)]
        self.frame = self._spare
        self.length = 0
        self.reset()

    def reset(self, frames=1):
        """Begin a session: sequence 0, no frames. Without `frames` only a status is built."""
        self._frames = frames
        self._hold = 0  # 1: bytes are being pushed; no frame may come between
        self.head = 0  # next sequence number to fill
        self.tail = 0  # next to send
        self.acked = 0  # first that is not acknowledged
        self._sent = 0  # after the last one sent; drops can put `tail` ahead of it
        self.dropped = 0
        self._queued = 0
        self._first = 0
        self._sample_us = 0
        self._closing = 0
        self._status_us = STATUS_PERIOD_US
        self._status_asked = 0
        self._fields = self.values
        self._widths = SAMPLE_WIDTHS
        self._building = 0  # fields of the frame that is being built; 0 while none is
        self._field = 0  # the next of them to be written
        self._at = 0
        self._due = 0  # the last request: STEP_DUE or STEP_SECOND_HALF; else 0
        self._todo = 0  # 0: only a sample can be next
        self._status = 0

    def event(self, t_ms, code, a, b):
        """Queue an event; the seventeenth that waits is dropped and counted."""
        if not self._frames:
            return
        if self._queued == _EVENTS:
            self.dropped += 1
            return
        queued = self._queued
        values = self._events[(self._first + queued) & (_EVENT_ROWS - 1)]
        values[2] = t_ms
        values[3] = code
        values[4] = a
        values[5] = b
        self._queued = queued + 1
        self._todo = 1

    def repeatable(self, t_ms, code, a, b):
        """Queue an event that a bad load or a held key repeats: not in the last places."""
        if self._queued >= _REPEATABLE:
            self.dropped += 1
        else:
            self.event(t_ms, code, a, b)

    def query(self):
        """Ask for a status frame: the next one to be built, without credit."""
        self._status_asked = 1
        self._todo = 1

    def hold(self, on):
        """Offer no frame while `on`: the bytes that are being pushed must stay together."""
        self._hold = on
        self._todo = 1

    def sample_now(self):
        """Make the next frame a sample."""
        self._sample_us = SAMPLE_PERIOD_US

    def close(self):
        """Build no more samples: the last of the waiting events is the end."""
        self._closing = 1

    def ack(self, seq):
        """Everything up to `seq` has arrived (cumulative; anything not sent is ignored)."""
        ahead = (seq + 1 - self.acked) & _SEQ_MASK
        if seq <= _SEQ_MASK and ahead <= ((self._sent - self.acked) & _SEQ_MASK):
            self.acked = (seq + 1) & _SEQ_MASK
            self._todo = 1

    def is_idle(self):
        """1 when nothing waits to be built, sent or acknowledged."""
        busy = self._queued or self._building or self._due
        return not busy and self.acked == self.head

    def step(self, dt_us):
        """Do one step: build a part of a frame, begin one, or offer one that is ready.

        Returns:
            STEP_WRITE: write `frame[:length]` now.
            STEP_STATUS: the same, but only where there is room.
            STEP_DUE: fill the first half of `values` (from index 2 on) now.
            STEP_SECOND_HALF: fill the second half; its values may be a little younger.
            0: nothing to do.
        """
        sample_us = self._sample_us + dt_us
        self._sample_us = sample_us
        if not self._todo:
            return self._next(sample_us) if sample_us >= SAMPLE_PERIOD_US else 0
        return self._build() if self._building else self._next(sample_us)

    def _next(self, sample_us):
        if self._due == STEP_DUE:
            self._due = STEP_SECOND_HALF
            return STEP_SECOND_HALF
        if self._due:
            self._due = 0
            self._begin_sample()
        elif sample_us >= SAMPLE_PERIOD_US and not self._closing:
            self._due = STEP_DUE
            self._todo = 1
            return STEP_DUE
        elif self._hold:
            self._todo = 0
        elif self._status_asked and self._status_us >= STATUS_PERIOD_US:
            self._status_us = 0
            self._status_asked = 0
            self._status = 1
            self._due = STEP_DUE
            return STEP_DUE
        elif self.tail != self.head and ((self._sent - self.acked) & _SEQ_MASK) < CREDIT:
            return self._offer()
        elif self._queued:
            self._begin_event()
        else:
            self._todo = 0
        return 0

    def _offer(self):
        tail = self.tail
        if self.acked == self._sent:
            self.acked = tail  # frames that were dropped unsent need no acknowledgement
        slot = tail & (RING - 1)
        self.frame = self._ring[slot]
        self.length = self._lengths[slot]
        tail = (tail + 1) & _SEQ_MASK
        self.tail = tail
        self._sent = tail
        return STEP_WRITE

    def _begin_event(self):
        first = self._first
        self._first = (first + 1) & (_EVENT_ROWS - 1)
        self._queued -= 1
        self._begin(self._events[first], EVENT_WIDTHS)

    def _begin_sample(self):
        if self._status:
            self.values[KIND] = STATUS
            self._begin(self.values, SAMPLE_WIDTHS)
            return
        self._sample_us -= SAMPLE_PERIOD_US
        if self._sample_us > SAMPLE_PERIOD_US:
            self._sample_us = SAMPLE_PERIOD_US  # very late ticks: no burst of samples
        if self._status_us < STATUS_PERIOD_US:
            self._status_us += SAMPLE_PERIOD_US
        if self._frames:
            self.values[KIND] = SAMPLE
            self._begin(self.values, SAMPLE_WIDTHS)

    def _begin(self, values, widths):
        head = self.head
        tail = self.tail
        if ((head - tail) & _SEQ_MASK) == RING and not self._status:
            self.tail = (tail + 1) & _SEQ_MASK
            self.dropped += 1
        values[SEQ] = head
        self._fields = values
        self._widths = widths
        self._building = len(widths)
        self._field = 0
        self._at = 1

    def _build(self):
        """Build some of the frame's fields, or its start, CRC and newline."""
        slot = self.head & (RING - 1)
        frame = self._spare if self._status else self._ring[slot]
        first = self._field
        last = self._building
        if first < last:
            if last - first > _FIELDS_A_TICK:
                last = first + _FIELDS_A_TICK
            self._field = last
            self._at = put(frame, self._at, self._fields, self._widths, first, last)
            return 0
        length = seal(frame, self._at)
        self._building = 0
        if self._status:
            self._status = 0
            self.frame = frame
            self.length = length
            return STEP_STATUS
        self._lengths[slot] = length
        self.head = (self.head + 1) & _SEQ_MASK
        return 0
