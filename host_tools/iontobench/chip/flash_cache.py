"""A model of the RP2040's flash cache: which accesses miss, and for how long the processor waits.

16 kB in 1024 sets of two ways; a line has 8 bytes, in two halves of 4 that are valid apart (the
chip's designer, raspberrypi/pico-feedback#307) [docs/platform.md, Flash cache]. It models time,
not contents: the emulator reads its flash as ever. Sizes in bytes, times in cycles of the system
clock. This file runs as plain Python; `cache_build` compiles it, with the types of
`flash_cache.pxd`, into the emulator. It must not import anything but `array`.
"""

from array import array

SETS = 1024
FLASH_BYTES = 2 << 20  # of a Pico
RAM_BYTES = 264 << 10

_REGISTER_MAX = 0xFFFFFFFF
_RAM_START = 0x20000000
_BOTH_HALVES = 3
_FIRST_SEED = 12345


class FlashCache:
    """The cache and what it has counted. It is off until `configure`.

    `stall_clk` is the wait that the processor has not yet served. `hits` and `accesses` are the
    chip's own counters CTR_HIT and CTR_ACC, which stop at their end. `misses` counts for good.
    """

    def __init__(self):
        self.is_on = False
        self.is_enabled = True  # the chip's own bit, XIP_CTRL.EN
        self.cycle_ns = 8.0  # 125 MHz
        self.penalty_clk = 0
        self.fills_line = False
        self.is_random = False
        self.prefetches = False
        self.stall_clk = 0
        self.hits = 0
        self.accesses = 0
        self.misses = 0
        self.code_start = _RAM_START
        self._tags = array("I", bytes(4 * 2 * SETS))
        self._valid = array("B", bytes(2 * SETS))
        self._next = array("B", bytes(SETS))
        self._seed = _FIRST_SEED
        self._fetched = 0
        self._caller = 0
        self._is_interrupt = False
        self._missed_at = array("I", bytes(FLASH_BYTES))
        self._missed_by = array("I", bytes(RAM_BYTES * 2))
        self.missed_in_interrupts = 0

    def configure(self, penalty_clk, fills_line, is_random, prefetches, cycle_ns):
        """Switch on, empty, with all counts at 0.

        Args:
            penalty_clk: how long the processor waits for one fill.
            fills_line: a miss fills all 8 bytes, not 4.
            is_random: which way is replaced: by a seeded generator, else the least recently used.
            prefetches: a fetch brings in the next 4 bytes too, and the processor waits for both.
            cycle_ns: one cycle of the system clock.
        """
        self.penalty_clk = penalty_clk
        self.fills_line = fills_line
        self.is_random = is_random
        self.prefetches = prefetches
        self.cycle_ns = cycle_ns
        self.stall_clk = 0
        self._seed = _FIRST_SEED
        self._fetched = 0
        self.flush()
        self.clear_counts()
        self.is_on = True

    def flush(self):
        """Forget every line."""
        for way in range(2 * SETS):
            self._valid[way] = 0

    def clear_counts(self):
        """Count from 0 again, by address too; the lines stay."""
        self.hits = 0
        self.accesses = 0
        self.misses = 0
        self.missed_in_interrupts = 0
        for word in range(FLASH_BYTES >> 2):
            self._missed_at[word] = 0
        for half in range(RAM_BYTES >> 1):
            self._missed_by[half] = 0

    def missed_at(self):
        """Misses by 4 bytes of flash, as unsigned integers of 4 bytes."""
        return bytes(self._missed_at)

    def missed_by(self):
        """The same by 2 bytes of RAM: where the processor was last, from `code_start` on."""
        return bytes(self._missed_by)

    def fetch(self, address, ipsr):
        """The processor fetches an instruction: 4 bytes at once, which serve two short ones.

        Args:
            address: where from; anything but flash costs nothing.
            ipsr: the number of the exception that runs, 0 = none.
        """
        if address >> 28 != 1:
            self._fetched = 0
            if address >> 28 == 2 and ipsr == 0 and address >= self.code_start:
                self._caller = (address - _RAM_START) >> 1
            return
        if address >> 2 == self._fetched:
            return
        self._fetched = address >> 2
        self._is_interrupt = ipsr != 0
        self.read(address)
        if self.prefetches:
            self.read(address + 4)

    def read(self, address):
        """Read at most 4 bytes of flash, as the processor's data or its instructions."""
        if self.accesses < _REGISTER_MAX:
            self.accesses += 1
        if self._is_hit(address):
            if self.hits < _REGISTER_MAX:
                self.hits += 1
            return
        self.misses += 1
        self.stall_clk += self.penalty_clk
        word = (address & 0xFFFFFF) >> 2
        if word < FLASH_BYTES >> 2:
            self._missed_at[word] += 1
        if self._is_interrupt:
            self.missed_in_interrupts += 1
        elif self._caller < RAM_BYTES >> 1:
            self._missed_by[self._caller] += 1

    def take_stall(self):
        """The wait since the last call, in cycles: the instruction takes that much longer."""
        stall_clk = self.stall_clk
        self.stall_clk = 0
        return stall_clk

    def _is_hit(self, address):
        """Look up, and fill where the address allocates: 0x10.. does, 0x11.. does not."""
        window = address >> 24
        if window > 0x11 or not self.is_enabled:
            return False
        line = (address & 0xFFFFFF) >> 3
        number = line & (SETS - 1)
        half = _BOTH_HALVES if self.fills_line else 1 << ((address >> 2) & 1)
        way = 2 * number
        if not (self._valid[way] and self._tags[way] == line):
            way += 1
        if self._valid[way] and self._tags[way] == line:
            hit = self._valid[way] & half
            if hit or window == 0x10:
                self._valid[way] |= half
                self._next[number] = 1 - (way & 1)
            return hit != 0
        if window == 0x10:
            way = self._replaced(number)
            self._tags[way] = line
            self._valid[way] = half
            self._next[number] = 1 - (way & 1)
        return False

    def _replaced(self, number):
        """The way of a set that a new line takes: a free one first."""
        way = 2 * number
        if not self._valid[way]:
            return way
        if not self._valid[way + 1]:
            return way + 1
        if self.is_random:
            self._seed = (self._seed * 1664525 + 1013904223) & _REGISTER_MAX
            return way + ((self._seed >> 17) & 1)
        return way + self._next[number]
