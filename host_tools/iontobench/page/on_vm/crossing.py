"""The port of a bench that is on the other side of the VM's wall: one crossing a tick.

It keeps the contract of `ionto/port.py`. What the firmware asks of its pins is written down in
`words`, in order, and acted on over there after the tick; what it reads there was put in before.
What cannot wait is asked for at once by `ask`. Units are the contract's. Runs in MicroPython.
"""

from array import array

from ionto.core.units import SAMPLE_LEN

# Places in `words`: what comes in, then what goes out.
NOW, FRESH, HAS_BYTES, SAMPLE = 0, 1, 2, 3
COUNT = SAMPLE + SAMPLE_LEN
ACTS = COUNT + 1
LENGTH = 512
MOST = LENGTH - 70  # then what is written down is acted on early

# What is asked of the pins: a number each, and how many numbers follow it.
OFF, ACTUATE, PROVE, FEED, PUMP, POLARITY, PROBE, LIM_TEST, REARM, WRITE = range(10)
# What is asked for at once: what is left is in `words`, or the answer itself.
BEGIN, END, SAMPLE_NOW, RESAMPLE, READ, TIMING, FLUSH = range(7)

GOES_ON, OVER, CUT = range(3)  # what a step says
NOTHING, OFF_AT_ONCE, POWER_CUT = range(3)  # what ends a wait


class CrossingPort:
    """A port without pins.

    Args:
        words: `LENGTH` integers of 32 bits, which both sides see.
        ask: asks the other side at once: a number of the above, and a value.
    """

    def __init__(self, words, ask):
        self._words = words
        self._ask = ask
        words[COUNT] = 0

    def begin(self):
        """Take the pins."""
        self._ask(BEGIN, 0)

    def end(self):
        """Release them."""
        self._ask(END, 0)

    def off(self):
        """Everything off."""
        self._put(OFF)

    def now_us(self):
        """Time modulo 2^30 us."""
        return self._words[NOW]

    def wait(self):
        """Never called: the loop gives way to the other side instead."""
        raise RuntimeError("the loop waits on the other side")

    def timing(self, which):
        """One figure of the ticks since `begin`."""
        return self._ask(TIMING, which)

    def sample(self, buf):
        """The integers of this tick."""
        words = self._words
        if not words[FRESH]:
            self._ask(SAMPLE_NOW, 0)
        words[FRESH] = 0
        for index in range(SAMPLE_LEN):
            buf[index] = words[SAMPLE + index]

    def resample(self, buf):
        """Current A again."""
        buf[0] = self._ask(RESAMPLE, 0)

    def actuate(self, gate, drive):
        """Gate and drive."""
        words = self._words
        at = words[COUNT]
        words[ACTS + at] = ACTUATE
        words[ACTS + at + 1] = gate
        words[ACTS + at + 2] = drive
        words[COUNT] = at + 3

    def prove(self, gate, drive):
        """Gate and drive, in the proof."""
        words = self._words
        at = words[COUNT]
        words[ACTS + at] = PROVE
        words[ACTS + at + 1] = gate
        words[ACTS + at + 2] = drive
        words[COUNT] = at + 3

    def set_polarity(self, sign):
        """The bridge."""
        self._put_one(POLARITY, sign)

    def probe(self, on):
        """The PROBE source."""
        self._put_one(PROBE, on)

    def lim_test(self, on):
        """The limiter's threshold."""
        self._put_one(LIM_TEST, on)

    def rearm(self):
        """Re-arm the limiter."""
        self._put(REARM)

    def feed(self):
        """Feed the watchdog."""
        self._put(FEED)

    def pump(self):
        """One edge of ENABLE."""
        self._put(PUMP)

    def read(self, buf):
        """At most one byte."""
        if not self._words[HAS_BYTES]:
            return 0
        byte = self._ask(READ, 0)
        if byte < 0:
            self._words[HAS_BYTES] = 0
            return 0
        buf[0] = byte
        return 1

    def write(self, buf, count):
        """The first `count` bytes."""
        words = self._words
        at = words[COUNT]
        if at + count > MOST:
            self._ask(FLUSH, 0)
            at = 0
        words[ACTS + at] = WRITE
        words[ACTS + at + 1] = count
        at += 2
        for index in range(count):
            words[ACTS + at + index] = buf[index]
        words[COUNT] = at + count
        return count

    def put(self, buf):
        """One byte."""
        return self.write(buf, 1)

    def _put(self, act):
        words = self._words
        at = words[COUNT]
        words[ACTS + at] = act
        words[COUNT] = at + 1

    def _put_one(self, act, value):
        words = self._words
        at = words[COUNT]
        words[ACTS + at] = act
        words[ACTS + at + 1] = value
        words[COUNT] = at + 2


def new_words():
    """The integers that both sides see."""
    return array("i", [0] * LENGTH)
