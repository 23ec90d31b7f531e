"""Hypothesis strategies for inputs of the core: dense at the boundaries, sparse between.

Ranges are those that the modules' docstrings promise to take; samples are whatever an ADC of the
largest board can return. All integers, units in the names.
"""

from hypothesis import strategies as st

from ionto.core import program as p
from ionto.core.crc import crc16
from ionto.core.limits import DOWN_MAX_S, LEAST_MAX_OHM, LIFT_MAX_PERCENT

CURRENT_MAX_Q4 = 600_000  # 37.5 mA, the full scale of a 30 mA board
CURRENT_MIN_Q4 = -30_000  # an offset of 5 % below zero
# V's scale: -5 V ... 1.25 x 60 V [docs/control.md, The stage]
LOAD_MIN_MV, LOAD_MAX_MV = -5_000, 75_000

# max _ua, compliance _mv, sigma _q4, proof scale
BOARDS = ([5000, 40_000, 16, 1], [30_000, 60_000, 96, 6], [500, 40_000, 2, 1])


def near(low, high, *centres):
    """Integers of low..high, half of them within one of the ends or of a centre."""
    dense = sorted({c + d for c in (low, high, *centres) for d in (-1, 0, 1)})
    return st.one_of(
        st.sampled_from([value for value in dense if low <= value <= high]),
        st.integers(low, high),
    )


def often(value, other):
    """Mostly `value`, sometimes drawn from `other`."""
    return st.one_of(st.just(value), st.just(value), st.just(value), other)


def stretches(row, max_stretches, max_ticks):
    """Rows that stay the same for a while: what counters and windows need."""
    stretch = st.tuples(st.one_of(st.just(1), near(1, max_ticks, 5)), row)
    lists = st.lists(stretch, min_size=1, max_size=max_stretches)
    return lists.map(lambda parts: [list(row) for ticks, row in parts for _ in range(ticks)])


def episodes(quiet, event, max_episodes, max_ticks):
    """Quiet ticks, then one tick of an event, and again: what state machines need."""
    episode = st.tuples(near(0, max_ticks, 5, 95, 230), quiet, event)
    lists = st.lists(episode, min_size=1, max_size=max_episodes)
    return lists.map(
        lambda parts: [
            list(row) for ticks, calm, shock in parts for row in [calm] * ticks + [shock]
        ]
    )


def batch(params, rows, cases=4):
    """Some cases for one request to the VM."""
    return st.lists(st.tuples(params, rows), min_size=cases, max_size=cases)


currents_q4 = near(CURRENT_MIN_Q4, CURRENT_MAX_Q4, 0, 16_000, 32_000)
set_points_q4 = near(0, CURRENT_MAX_Q4, 16, 480, 32_000)
loads_mv = near(LOAD_MIN_MV, LOAD_MAX_MV, 0, 5000, 32_000, 38_000, 48_000, 57_000)
slews_ua_s = near(1, 10_000, 63, 1000)
dts_us = often(1000, near(0, 100_000, 999, 1001, 2000, 3000, 20_000))
boards = st.sampled_from(BOARDS)


@st.composite
def programs(draw, board, walls=True):
    """Words of a program that `board` accepts; without `walls` none ends its session early."""
    max_ua = board[0]
    peak_ua = draw(near(1, max_ua, max_ua // 2))
    slowest_ua_s = -(-peak_ua // DOWN_MAX_S)
    slew_ua_s = max(slowest_ua_s, draw(often(10_000, slews_ua_s)))
    count = draw(st.integers(1, 4))
    words = [0] * p.HEADER_LEN
    words[p.H_VERSION] = p.VERSION
    words[p.H_SEGMENTS] = count
    words[p.H_POLARITY] = draw(st.sampled_from([1, -1]))
    words[p.H_PEAK_UA] = peak_ua
    words[p.H_SLEW_UA_S] = slew_ua_s
    words[p.H_DOWN_SLEW_UA_S] = draw(near(slowest_ua_s, slew_ua_s))
    words[p.H_CHARGE_UC] = draw(near(1, 100_000_000, 2000)) if walls else 100_000_000
    words[p.H_TIME_S] = draw(near(1, 14_000)) if walls else 14_000
    words[p.H_AREA_MM2] = 200_000
    words[p.H_DENSITY_UA_CM2] = 2000
    words[p.H_PROBE_MIN_Q4] = draw(near(1, 80))
    words[p.H_LEAST_OHM] = draw(often(0, near(0, LEAST_MAX_OHM, 600, 3000)))
    words[p.H_LIFT_PERCENT] = draw(near(1, LIFT_MAX_PERCENT, 4, 6))
    for index in range(count):
        words += draw(segments(words, index == 0))
    return words


@st.composite
def segments(draw, header, is_first):
    """Words of one segment that fits a header; the first keeps its polarity and is not OFF."""
    kinds = [p.HOLD_CHARGE, p.HOLD_TIME, p.PULSES, *([] if is_first else [p.OFF])]
    segment = [0] * p.SEGMENT_LEN
    segment[p.S_KIND] = kind = draw(st.sampled_from(kinds))
    turned = draw(often(1, st.just(-1)))
    segment[p.S_POLARITY] = header[p.H_POLARITY] * (1 if is_first else turned)
    if kind == p.OFF:
        segment[p.S_TIME_MS] = draw(near(1, 100_000, 200))
        return segment
    segment[p.S_LEVEL_UA] = draw(near(1, header[p.H_PEAK_UA]))
    segment[p.S_SLEW_UA_S] = draw(near(1, header[p.H_SLEW_UA_S]))
    if kind == p.HOLD_CHARGE:
        segment[p.S_CHARGE_UC] = draw(near(1, header[p.H_CHARGE_UC]))
    elif kind == p.HOLD_TIME:
        segment[p.S_TIME_MS] = draw(near(1, 14_400_000, 200))
    else:
        segment[p.S_SLEW_UA_S] *= draw(st.sampled_from([0, 1]))
        segment[p.S_ON_MS] = draw(near(p.PULSE_MIN_MS, p.PULSE_MAX_MS, 50))
        segment[p.S_OFF_MS] = draw(near(p.PULSE_MIN_MS, p.PULSE_MAX_MS, 50))
        segment[p.S_EDGE_MS] = draw(near(1, p.EDGE_MAX_MS, 2))
        segment[p.S_COUNT] = draw(near(1, p.COUNT_MAX, 3))
    return segment


@st.composite
def boards_with_programs(draw):
    """Params of the drivers that run a program: a board, then the words."""
    board = draw(boards)
    return [*board, *draw(programs(board))]


@st.composite
def damaged_programs(draw):
    """Words of a program with at most two of them wrong, or some missing."""
    words = draw(programs(BOARDS[0]))
    for _ in range(draw(st.integers(0, 2))):
        wrong = st.one_of(near(-0x40000001, 0x40000000, 0), st.integers(-40_000, 40_000))
        words[draw(st.integers(0, len(words) - 1))] = draw(wrong)
    return words[: draw(often(len(words), st.integers(0, len(words))))]


def _with_crc(line):
    return b"%s*%04x" % (line, crc16(line))


_words = st.sampled_from([b"stop", b"pause", b"resume", b"?", b"set", b"beat", b"st", b"sets"])
_numbers = st.one_of(st.just(b""), near(0, 10**9, 1500, 99_999).map(lambda n: b" %d" % n))
_plain = st.tuples(_words, _numbers).map(b"".join)
lines = st.one_of(_plain, _plain.map(_with_crc), st.binary(max_size=12)).map(lambda b: b + b"\n")
byte_rows = st.lists(lines, min_size=1, max_size=12).map(
    lambda parts: [[byte] for byte in b"".join(parts)]
)
