"""A program: a protocol compiled to integers, the only thing that the firmware runs.

Wire form: little-endian int32 words, each within +-2^30, checked by CRC-16/CCITT-FALSE over the
bytes. Words 0..HEADER_LEN-1 are the header, then SEGMENT_LEN words a segment. Parsing checks
every word against `limits` and the board; a program that could pass a wall is refused here.
Units: _ua, _ua_s, _uc, _ms, _s, _mm2, _ua_cm2. Not in a tick path: it may raise and format.
"""

from . import limits
from .const import const
from .crc import crc16 as crc16  # the wire form's own check

VERSION = const(1)

# Header words.
H_VERSION = const(0)
H_SEGMENTS = const(1)  # how many segments follow
H_POLARITY = const(2)  # +1: the active electrode is the anode, -1: the cathode
H_PEAK_UA = const(3)  # no segment's level is above it
H_SLEW_UA_S = const(4)  # no envelope is faster
H_DOWN_SLEW_UA_S = const(5)  # the ramp down at the end
H_CHARGE_UC = const(6)  # wall on the gross charge; passing it is a fault
H_TIME_S = const(7)  # energised time after which the session ramps down, short or not
H_AREA_MM2 = const(8)  # the smaller electrode
H_DENSITY_UA_CM2 = const(9)  # wall on peak / area
H_PROBE_MIN_Q4 = const(10)  # a probe current below it is an open lead
HEADER_LEN = const(12)  # one spare word

# Segment words.
S_KIND = const(0)
S_LEVEL_UA = const(1)
S_SLEW_UA_S = const(2)  # to the level, from wherever the set point is
S_CHARGE_UC = const(3)  # HOLD_CHARGE: gross charge, ramps included
S_TIME_MS = const(4)  # HOLD_TIME: from the moment the level is reached
SEGMENT_LEN = const(8)  # three spare words
SEGMENTS_MAX = const(32)

# Kinds of segment.
HOLD_CHARGE = const(1)  # hold until the charge, the last ramp down completing it
HOLD_TIME = const(2)  # hold for a time

_WORD_MAX = const(0x3FFFFFFF)


class ProgramError(ValueError):
    """A program that this firmware will not run; the text names the word and its range."""


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
        low = data[at] | data[at + 1] << 8 | data[at + 2] << 16
        if 0x40 <= high < 0xC0 or (high == 0xC0 and low == 0):
            raise ProgramError("word %d is beyond +-2^30" % (at // 4))
        if high >= 0x80:
            high -= 256
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
        self.polarity = _in(words, H_POLARITY, -1, 1, "polarity")
        if self.polarity == 0:
            raise ProgramError("polarity: 0 is neither +1 nor -1")
        self.peak_ua = _in(words, H_PEAK_UA, 1, board.max_ua, "peak_ua")
        slew_max = limits.SLEW_MAX_UA_S
        self.slew_ua_s = _in(words, H_SLEW_UA_S, limits.SLEW_MIN_UA_S, slew_max, "slew_ua_s")
        self.down_slew_ua_s = _in(words, H_DOWN_SLEW_UA_S, 1, self.slew_ua_s, "down_slew_ua_s")
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
        self.segments = words[H_SEGMENTS]
        for segment in range(self.segments):
            self._check_segment(segment)

    def word(self, segment, field):
        """One word of one segment (0-based)."""
        return self.words[HEADER_LEN + segment * SEGMENT_LEN + field]

    def _check_segment(self, segment):
        base = HEADER_LEN + segment * SEGMENT_LEN
        name = "segment %d " % segment
        kind = _in(self.words, base + S_KIND, HOLD_CHARGE, HOLD_TIME, name + "kind")
        _in(self.words, base + S_LEVEL_UA, 1, self.peak_ua, name + "level_ua")
        _in(self.words, base + S_SLEW_UA_S, 1, self.slew_ua_s, name + "slew_ua_s")
        if kind == HOLD_CHARGE:
            _in(self.words, base + S_CHARGE_UC, 1, self.charge_uc, name + "charge_uc")
        else:
            time_max = limits.TIME_WALL_S * 1000
            _in(self.words, base + S_TIME_MS, 1, time_max, name + "time_ms")


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
