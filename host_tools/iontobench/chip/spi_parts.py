"""The parts on a board's SPI: a DAC8562 and an ADS8688, as models of their frames.

Each sees what a real one sees: its select line, 16-bit words of the bus, its own pins. Codes and
commands are those of the data sheets [docs/platform.md, SPI converters]. Volts, and ns of the
emulated chip. Faults are attributes that may be set at any time. Neither knows a chip, a board or
what its channels mean.
"""

from collections.abc import Callable

_WORD_BITS = 16
_DAC_BITS = 24
_DAC_REFERENCE_V = 2.5
_DAC_ZERO, _DAC_GAINS_ADDRESS = 0, 2
_WRITE_INPUT, _UPDATE, _WRITE_AND_UPDATE_ALL, _WRITE_AND_UPDATE = 0, 1, 2, 3
_POWER, _SOFT_RESET, _REFERENCE = 4, 5, 7  # 6, LDAC: its pin is tied to ground
_DAC_A, _DAC_BOTH = 0, 7

_ADC_REFERENCE_V = 4.096
_CODES = 1 << 16
_STDBY, _PWR_DN, _RST, _AUTO_RST = 0x82, 0x83, 0x85, 0xA0
_AUTO_SEQ_EN, _RANGE_AT, _CHANNELS = 0x01, 0x05, 8
# Range register: (lowest, highest input) in references.
_RANGES = {
    0: (-2.5, 2.5),
    1: (-1.25, 1.25),
    2: (-0.625, 0.625),
    5: (0.0, 2.5),
    6: (0.0, 1.25),
}
IDLE, MANUAL, AUTO, STANDBY, POWERED_DOWN = "idle", "manual", "auto", "standby", "powered down"


class Dac8562:
    """Output A of a DAC8562 at power-up: zero, the reference off, gain 1.

    Args:
        changed: called with the output's volts whenever they change.

    Faults: `is_dead` (it drives nothing), `is_deaf` (it keeps its last code, /CLR too),
    `reference_v` (of its own reference).
    """

    def __init__(self, changed: Callable[[float], None]):
        self._changed = changed
        self.is_deaf = False
        self._is_dead = False
        self._reference_v = _DAC_REFERENCE_V
        self._selected = False
        self._shift = self._bits = 0
        self._volts = 0.0
        self._power_up()

    @property
    def volts(self) -> float:
        """The output."""
        return self._volts

    @property
    def is_dead(self) -> bool:
        """Whether it drives nothing, whatever it is told."""
        return self._is_dead

    @is_dead.setter
    def is_dead(self, dead: bool) -> None:
        self._is_dead = dead
        self._drive()

    @property
    def reference_v(self) -> float:
        """What its reference makes when it is on."""
        return self._reference_v

    @reference_v.setter
    def reference_v(self, volts: float) -> None:
        self._reference_v = volts
        self._drive()

    def _power_up(self) -> None:
        self._is_on = True
        self._has_reference = False
        self._gain = 1
        self._input = self._code = 0

    def select(self, is_low: bool) -> None:
        """The line /SYNC: a falling edge begins a frame; a rising one before the 24th clock ends
        it without effect."""
        self._selected = is_low
        self._shift = self._bits = 0

    def clear(self) -> None:
        """A falling edge of /CLR: inputs and outputs to zero."""
        if not self.is_deaf:
            self._input = self._code = 0
            self._shift = self._bits = 0
            self._drive()

    def clock(self, word: int) -> None:
        """Sixteen clocks; what follows the 24th of a frame has no effect."""
        if not self._selected or self._bits >= _DAC_BITS:
            return
        for bit in range(_WORD_BITS - 1, -1, -1):
            self._shift = self._shift << 1 | (word >> bit & 1)
            self._bits += 1
            if self._bits == _DAC_BITS:
                if not self.is_deaf:
                    self._execute(self._shift)
                return

    def _execute(self, frame: int) -> None:
        command, address, data = frame >> 19 & 7, frame >> 16 & 7, frame & 0xFFFF
        mine = address in (_DAC_A, _DAC_BOTH)
        if command == _WRITE_INPUT and address == _DAC_GAINS_ADDRESS:
            self._gain = 1 if data & 1 else 2
        elif command in (_WRITE_INPUT, _WRITE_AND_UPDATE_ALL, _WRITE_AND_UPDATE) and mine:
            self._input = data
        if command == _WRITE_AND_UPDATE_ALL or (command in (_UPDATE, _WRITE_AND_UPDATE) and mine):
            self._code = self._input
        elif command == _POWER and data & 1:
            self._is_on = data & 0x30 == 0
        elif command == _SOFT_RESET:
            if data & 1:
                self._power_up()
            self._input = self._code = 0
        elif command == _REFERENCE:
            self._has_reference = bool(data & 1)
            self._gain = 2 if data & 1 else 1
        self._drive()

    def _drive(self) -> None:
        reference_v = self._reference_v if self._has_reference else 0.0
        volts = self._code / _CODES * reference_v * self._gain
        if self._is_dead or not self._is_on:
            volts = 0.0
        if volts != self._volts:
            self._volts = volts
            self._changed(volts)


class Ads8688:
    """An ADS8688 at power-up: idle, every range +-2.5 x its reference.

    Args:
        read: the volts at an input, as its number is given, now.

    Faults: `reference_v` (0: none), `is_swapped` (the multiplexer takes the neighbour: 0 for 1,
    2 for 3). `settled_ns` is the least time from selecting a channel to converting it, so far.
    """

    def __init__(self, read: Callable[[int], float]):
        self._read = read
        self.reference_v = _ADC_REFERENCE_V
        self.is_swapped = False
        self.settled_ns: float | None = None
        self.mode = IDLE
        self._registers = {_AUTO_SEQ_EN: 0xFF}
        self._channel = 0
        self._next_at = 0  # in the automatic sequence
        self._words: list[int] = []
        self._code = 0
        self._selected = False
        self._selected_ns: float | None = None

    def range_of(self, channel: int) -> int:
        """The range register of a channel."""
        return self._registers.get(_RANGE_AT + channel, 0)

    def select(self, is_low: bool, now_ns: float) -> None:
        """The line /CS: it falls, and the selected channel is converted; it rises, and the frame's
        command is executed."""
        if is_low and not self._selected:
            self._words = []
            self._code = self._convert(now_ns)
        elif self._selected and not is_low and self._words:
            self._execute(self._words[0], now_ns)
        self._selected = is_low

    def clock(self, word: int) -> int:
        """Sixteen clocks: what comes back; zero in the first sixteen of a frame."""
        if not self._selected:
            return 0
        self._words.append(word)
        if len(self._words) != 2:
            return 0
        first = self._words[0]
        if self._is_of_register(first):
            return self._accessed(first) << 8
        return self._code

    @staticmethod
    def _is_of_register(word: int) -> bool:
        return word > 0 and not word & 0x8000

    def _accessed(self, word: int) -> int:
        address, data = word >> 9, word & 0xFF
        if word & 0x100:
            self._registers[address] = data
        return self._registers.get(address, 0)

    def _execute(self, word: int, now_ns: float) -> None:
        command = word >> 8
        if command == _RST:
            self._registers = {_AUTO_SEQ_EN: 0xFF}
            self.mode = IDLE
        elif command == _STDBY:
            self.mode = STANDBY
        elif command == _PWR_DN:
            self.mode = POWERED_DOWN
            self._registers = {_AUTO_SEQ_EN: 0xFF}
        elif command == _AUTO_RST:
            self.mode, self._next_at = AUTO, 0
            self._channel = self._of_sequence()
        elif command & 0xE3 == 0xC0:
            self.mode, self._channel = MANUAL, command >> 2 & 7
        elif self.mode == AUTO and word == 0:
            self._channel = self._of_sequence()
        self._selected_ns = now_ns

    def _of_sequence(self) -> int:
        enabled = self._registers[_AUTO_SEQ_EN]
        channels = [channel for channel in range(_CHANNELS) if enabled >> channel & 1] or [0]
        channel = channels[self._next_at % len(channels)]
        self._next_at += 1
        return channel

    def _convert(self, now_ns: float) -> int:
        if self.mode not in (MANUAL, AUTO):
            return 0  # no conversion: nothing that means anything comes out
        if self._selected_ns is not None:
            took_ns = now_ns - self._selected_ns
            self.settled_ns = min(took_ns, took_ns if self.settled_ns is None else self.settled_ns)
        channel = self._channel ^ 1 if self.is_swapped else self._channel
        volts = self._read(channel)
        low, high = _RANGES.get(self.range_of(self._channel), _RANGES[0])
        if self.reference_v <= 0:
            return _CODES - 1 if volts > 0 else 0
        share = (volts / self.reference_v - low) / (high - low)
        return min(_CODES - 1, max(0, round(share * _CODES)))
