"""A program: a protocol compiled to integers. The firmware runs nothing else.

Wire form: little-endian int32 words, each within +-2^30, checked by CRC-16/CCITT-FALSE over the
bytes. Words 0..HEADER_LEN-1 are the header, then SEGMENT_LEN words a segment. Parsing checks
every word against `limits` and the board, and refuses a program that could pass a limit.
Units: _ua, _ua_s, _uc, _ms, _s, _mm2, _ua_cm2. Not in a tick path: it may raise and format.
"""

from . import limits
from .const import const
from .crc import crc16 as crc16  # the wire form's own check

VERSION = const(3)

# Header words.
H_VERSION = const(0)
H_SEGMENTS = const(1)  # how many segments follow
H_POLARITY = const(2)  # of the first segment; the active electrode is +1 the anode, -1 the cathode
H_PEAK_UA = const(3)  # most level of any segment, and of any live adjustment
H_SLEW_UA_S = const(4)  # most slew of any segment
H_DOWN_SLEW_UA_S = const(5)  # the ramp down at the end
H_CHARGE_UC = const(6)  # limit of the gross charge; above it is a fault
H_TIME_S = const(7)  # limit of the energised time: then the session ramps down
H_AREA_MM2 = const(8)  # the smaller electrode
H_DENSITY_UA_CM2 = const(9)  # limit of peak / area
H_PROBE_MIN_Q4 = const(10)  # a probe current below it is an open lead
H_LEAST_OHM = const(11)  # the least load that the site can have, settled; 0: not known
H_LIFT_PERCENT = const(12)  # a steady voltage that rises by more tells of a lift
HEADER_LEN = const(13)

# Segment words. Those that a kind does not use are 0.
S_KIND = const(0)
S_LEVEL_UA = const(1)  # PULSES: of the flat part
S_SLEW_UA_S = const(2)  # to the level, from wherever the set point is; PULSES: of the amplitude
S_CHARGE_UC = const(3)  # HOLD_CHARGE: gross charge, ramps included
S_TIME_MS = const(4)  # HOLD_TIME: from the end of the ramp as programmed; OFF: gate low
S_POLARITY = const(5)  # +1 or -1; another one than before is a reversal, at zero current
S_ON_MS = const(6)  # PULSES: the flat part
S_OFF_MS = const(7)  # PULSES: at 0, the gate closed
S_EDGE_MS = const(8)  # PULSES: each edge, by the drive
S_COUNT = const(9)  # PULSES: how many
SEGMENT_LEN = const(12)  # two spare words
SEGMENTS_MAX = const(32)

# Kinds of segment.
HOLD_CHARGE = const(1)  # hold up to a charge; a ramp down to 0 that follows adds the last of it
HOLD_TIME = const(2)  # hold for a time
OFF = const(3)  # gate low for a time: sham, or a gap between phases
PULSES = const(4)  # pulses of one direction; slew 0: the first one has the whole amplitude

PULSE_MIN_MS = const(10)  # shorter ones need a gate in hardware [docs/control.md, Waveforms]
PULSE_MAX_MS = const(480000)  # a period in us stays below 2^30
EDGE_MAX_MS = const(1000)  # 1 000 000 us * 1024 < 2^30
COUNT_MAX = const(100000)

_FIELDS = (
    "kind level_ua slew_ua_s charge_uc time_ms polarity on_ms off_ms edge_ms count spare spare"
).split()
_WORD_MAX = const(0x3FFFFFFF)


class ProgramError(ValueError):
    """A program that this firmware refuses; the text names the word and its range."""


def pack(words):
    """Little-endian int32 bytes of a list of words (each within +-2^30).

    Raises:
        ProgramError: a word out of range.
    """
    data = bytearray(4 * len(words))
    for index, word in enumerate(words):
        if not -_WORD_MAX <= word <= _WORD_MAX:
            raise ProgramError("word %d: %d is beyond +-2^30" % (index, word))
        for byte in range(4):
            data[4 * index + byte] = (word >> (8 * byte)) & 0xFF
    return bytes(data)


def unpack(data):
    """The words of a packed program.

    Raises:
        ProgramError: a length that is no multiple of four, or a word beyond +-2^30.
    """
    if len(data) % 4:
        raise ProgramError("%d bytes are not whole 32-bit words" % len(data))
    words = []
    for at in range(0, len(data), 4):
        high = data[at + 3]
        high -= (high & 0x80) << 1
        low = data[at] | data[at + 1] << 8 | data[at + 2] << 16
        if not -0x40 <= high < 0x40 or (high == -0x40 and low == 0):
            raise ProgramError("word %d is beyond +-2^30" % (at // 4))
        words.append(low | high << 24)
    return words


class Program:
    """A checked program: the header as attributes, the segments as one flat list of words.

    Args:
        words: header and segments, as `unpack` returns them.
        board: the `limits.Board` that will run it.

    Raises:
        ProgramError: anything out of its range; nothing is kept.
    """

    def __init__(self, words, board):
        _check_shape(words)
        self.words = words
        self.crc = crc16(pack(words))  # `integrity` compares the words in memory with it
        self.polarity = _in(words, H_POLARITY, -1, 1, "polarity")
        if self.polarity == 0:
            raise ProgramError("polarity: 0 is neither +1 nor -1")
        self.peak_ua = _in(words, H_PEAK_UA, 1, board.max_ua, "peak_ua")
        slew_max = limits.SLEW_MAX_UA_S
        self.slew_ua_s = _in(words, H_SLEW_UA_S, limits.SLEW_MIN_UA_S, slew_max, "slew_ua_s")
        # A ramp down from the peak must end before the supervisor's time limit.
        slowest_ua_s = -(-self.peak_ua // limits.DOWN_MAX_S)
        down_slew = _in(words, H_DOWN_SLEW_UA_S, slowest_ua_s, self.slew_ua_s, "down_slew_ua_s")
        self.down_slew_ua_s = down_slew
        self.charge_uc = _in(words, H_CHARGE_UC, 1, limits.CHARGE_MAX_UC, "charge_uc")
        self.time_s = _in(words, H_TIME_S, 1, limits.TIME_WALL_S, "time_s")
        area_min, area_max = limits.AREA_MIN_MM2, limits.AREA_MAX_MM2
        self.area_mm2 = _in(words, H_AREA_MM2, area_min, area_max, "area_mm2")
        density_max = limits.DENSITY_MAX_UA_CM2
        density = _in(words, H_DENSITY_UA_CM2, 1, density_max, "density_ua_cm2")
        if limits.density_ua_cm2(self.peak_ua, self.area_mm2) > density:
            raise ProgramError(
                "peak_ua: %d on %d mm2 is above %d uA/cm2" % (self.peak_ua, self.area_mm2, density)
            )
        self.probe_min_q4 = _in(words, H_PROBE_MIN_Q4, 1, 5 * 16, "probe_min_q4")
        self.least_ohm = _in(words, H_LEAST_OHM, 0, limits.LEAST_MAX_OHM, "least_ohm")
        self.lift_percent = _in(words, H_LIFT_PERCENT, 1, limits.LIFT_MAX_PERCENT, "lift_percent")
        self.segments = words[H_SEGMENTS]
        off_ms = 0
        for segment in range(self.segments):
            self._check_segment(segment)
            if self.word(segment, S_POLARITY) < 0 and not board.bridge:
                raise ProgramError("segment %d polarity: -1 needs a bridge" % segment)
            if self.word(segment, S_KIND) == OFF:
                off_ms += self.word(segment, S_TIME_MS)
        if self.time_s + off_ms // 1000 > limits.TIME_WALL_S:
            raise ProgramError("time_s and the times of OFF segments pass the wall of 4 h")

    def word(self, segment, field):
        """One word of one segment (0-based)."""
        return self.words[HEADER_LEN + segment * SEGMENT_LEN + field]

    def is_to_zero(self, segment):
        """Whether `segment` ends at 0: it is the last, or the next cannot start from a level.

        Only a hold that follows a hold of the same polarity ramps from level to level.
        """
        following = segment + 1
        return (
            following == self.segments
            or self.word(segment, S_KIND) > HOLD_TIME
            or self.word(following, S_KIND) > HOLD_TIME
            or self.word(following, S_POLARITY) != self.word(segment, S_POLARITY)
        )

    def _check_segment(self, segment):
        base = HEADER_LEN + segment * SEGMENT_LEN
        name = "segment %d " % segment
        words = self.words
        kind = _in(words, base + S_KIND, HOLD_CHARGE, PULSES, name + "kind")
        first = segment == 0
        if kind == OFF and first:
            raise ProgramError(name + "kind: a program does not begin with OFF")
        polarity = _in(words, base + S_POLARITY, -1, 1, name + "polarity")
        if polarity == 0 or (first and polarity != self.polarity):
            raise ProgramError(name + "polarity: %d is not the header's +1 or -1" % polarity)
        if kind == OFF:
            used = (S_TIME_MS,)
        elif kind == HOLD_CHARGE:
            used = (S_LEVEL_UA, S_SLEW_UA_S, S_CHARGE_UC)
        elif kind == HOLD_TIME:
            used = (S_LEVEL_UA, S_SLEW_UA_S, S_TIME_MS)
        else:
            used = (S_LEVEL_UA, S_SLEW_UA_S, S_ON_MS, S_OFF_MS, S_EDGE_MS, S_COUNT)
        for field in range(S_LEVEL_UA, SEGMENT_LEN):
            if field in used:
                low, high = self._range(field)
                low = 0 if field == S_SLEW_UA_S and kind == PULSES else low
                _in(words, base + field, low, high, name + _FIELDS[field])
            elif field != S_POLARITY:
                _in(words, base + field, 0, 0, name + _FIELDS[field])

    def _range(self, field):
        """(low, high) of a segment's word where its kind uses it."""
        if field == S_LEVEL_UA:
            return 1, self.peak_ua
        if field == S_SLEW_UA_S:
            return limits.SLEW_MIN_UA_S, self.slew_ua_s
        if field == S_CHARGE_UC:
            return 1, self.charge_uc
        if field == S_TIME_MS:
            return 1, limits.TIME_WALL_S * 1000
        if field == S_EDGE_MS:
            return 1, EDGE_MAX_MS
        if field == S_COUNT:
            return 1, COUNT_MAX
        return PULSE_MIN_MS, PULSE_MAX_MS


def _check_shape(words):
    if len(words) < HEADER_LEN:
        raise ProgramError("%d words are less than a header of %d" % (len(words), HEADER_LEN))
    _in(words, H_VERSION, VERSION, VERSION, "version")
    count = _in(words, H_SEGMENTS, 1, SEGMENTS_MAX, "segments")
    if len(words) != HEADER_LEN + count * SEGMENT_LEN:
        raise ProgramError("%d words do not hold %d segments" % (len(words), count))


def _in(words, index, low, high, name):
    value = words[index]
    if not low <= value <= high:
        raise ProgramError("%s: %d is not within %d..%d" % (name, value, low, high))
    return value
