"""Telemetry frames, one act a tick, and the credit that keeps a host from blocking us.

A frame is `~`, hexadecimal digits, four digits of CRC-16 over them, and a newline: at most
FRAME_MAX bytes. Its first digit is its type; `fields` has the fields of a sample and of an event.
Frames wait in a ring of 32; at most 4 may be unacknowledged. When the ring is full the oldest is
dropped and the host sees the gap in the sequence numbers. A status is a sample that answers `?`,
at most five a second, without credit and not in the ring: the link sends it a byte at a time,
where there is room.
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
_EVENTS = const(16)  # events that may wait
_REPEATABLE = const(9)  # of them, those that may come again and again: the end needs room
_EVENT_ROWS = const(32)  # more than may wait: the one being built is not overwritten
_FIELDS_A_TICK = const(4)


class Telemetry:
    """Builds frames and says when one may be sent.

    `step` says what is to be done. `values` is filled from outside when it says so: type and
    sequence number are put in here.
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
        """Begin a session: sequence 0, nothing waiting. Without `frames` only status is told."""
        self._frames = frames
        self._hold = 0  # 1: something is on its way a byte at a time, no frame may come between
        self.head = 0  # next sequence number to fill
        self.tail = 0  # next to send
        self.acked = 0  # first that is not acknowledged
        self._sent = 0  # after the last that was sent; `tail` may be ahead of it by drops
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
        self._due = 0  # STEP_DUE or STEP_SECOND_HALF when that was the last that was asked for
        self._todo = 0  # 0: nothing but a sample can be next
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
        """Queue an event that a bad load or a held key repeats: never into the last places."""
        if self._queued >= _REPEATABLE:
            self.dropped += 1
        else:
            self.event(t_ms, code, a, b)

    def query(self):
        """A status frame is wanted, credit or not: the next that is begun."""
        self._status_asked = 1
        self._todo = 1

    def hold(self, on):
        """Offer no frame while `on`; what is being sent must not be torn."""
        self._hold = on
        self._todo = 1

    def sample_now(self):
        """The next frame to be built is a sample."""
        self._sample_us = SAMPLE_PERIOD_US

    def close(self):
        """No samples after the events that wait now: the last of them is the end."""
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
        """One tick, one act: write a frame, begin one, or offer one that is ready.

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
            self.acked = tail  # nobody waits for what was dropped unsent
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
            self._sample_us = SAMPLE_PERIOD_US  # ticks so slow that no sample is in time
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
        """Some of the frame's fields, or what goes around them."""
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
