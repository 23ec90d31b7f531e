"""One session of the firmware's `bench`, stepped from outside the VM. Runs in MicroPython.

`loop.py` and `bench.py` are the firmware's own, but that the loop gives way where it would wait
(`iontobench.page.vm`, `STEPPED`). So `bench.run` is a generator here, and whatever ends a wait on
the chip is thrown into it.
"""

import json

from bit_flips import bit_flips
from board import BOARD
from crossing import (
    CUT,
    GOES_ON,
    NOTHING,
    OFF_AT_ONCE,
    OVER,
    POWER_CUT,
    CrossingPort,
    new_words,
)
from uctypes import addressof

from ionto.bench import Bench


class PowerLost(Exception):
    """The processor lost its power: nothing of it runs on."""


class Stepped:
    """A bench of this board; `ask` as of the port, `data` and `crc` as of `bench.load`."""

    def __init__(self, ask, data, crc):
        self.words = new_words()
        self.bench = Bench(CrossingPort(self.words, ask), BOARD)
        self.bench.load(data, crc)
        self._flip = bit_flips(self.bench)
        self._run = self.bench.run(True)

    def address(self):
        """Where `words` begin in the VM's memory."""
        return addressof(self.words)

    def value(self, name):
        """JSON of what `last` or `snapshot` of the bench says; of `flip WHAT VALUE` after it."""
        what = name.split()
        if what[0] == "flip":
            self._flip(what[1], int(what[2]))
            return "null"
        return json.dumps(getattr(self.bench, name)())

    def step(self, ends=NOTHING):
        """One tick; `ends` is what ended the wait before it."""
        try:
            if ends == OFF_AT_ONCE:
                self._run.throw(KeyboardInterrupt())
            elif ends == POWER_CUT:
                self._run.throw(PowerLost())
            else:
                next(self._run)
        except StopIteration:
            return OVER
        except PowerLost:
            return CUT
        return GOES_ON
