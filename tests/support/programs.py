"""Boards, programs and samples for tests of every folder. Units as in `ionto.core`.

The one place of the tests that knows in which order a program has its words. It shares nothing
with the compiler of protocols, which it is there to test.
"""

from ionto.core import limits, program
from ionto.core.program import Program
from ionto.core.units import SAMPLE_A, SAMPLE_B, SAMPLE_INPUTS, SAMPLE_LEN, SAMPLE_SUPPLY, SAMPLE_V

SMALL = limits.Board("small", 5000, 40000, 37)
LARGE = limits.Board("large", 30000, 60000, 240, proof_scale=6)
RESEARCH = limits.Board("research", 500, 40000, 4)
UNPROVABLE = limits.Board("no lim_test", 5000, 40000, 37, lim_test=False)
BOARDS = [SMALL, LARGE, RESEARCH]
NAMES = [board.name for board in BOARDS]


def segment(
    kind=program.HOLD_TIME, level_ua=2000, slew_ua_s=1000, charge_uc=0, time_ms=1000, polarity=0
):
    """The words of one hold; polarity 0 is the program's own."""
    if kind == program.HOLD_CHARGE:
        time_ms = 0
    return [kind, level_ua, slew_ua_s, charge_uc, time_ms, polarity, 0, 0, 0, 0, 0, 0]


def hold_time(level_ua, time_ms, slew_ua_s=500, polarity=1):
    """The words of a hold for a time."""
    return segment(program.HOLD_TIME, level_ua, slew_ua_s, 0, time_ms, polarity)


def hold_charge(level_ua, charge_uc, slew_ua_s=500, polarity=1):
    """The words of a hold until its charge."""
    return segment(program.HOLD_CHARGE, level_ua, slew_ua_s, charge_uc, 0, polarity)


def pulses(on_ms, off_ms, edge_ms, count, level_ua=2000, slew_ua_s=0, polarity=0):
    """The words of a train of pulses; slew 0 is the whole amplitude at once."""
    shape = [on_ms, off_ms, edge_ms, count, 0, 0]
    return [program.PULSES, level_ua, slew_ua_s, 0, 0, polarity, *shape]


def train(level_ua, on_ms, off_ms, count, edge_ms=5, slew_ua_s=0, polarity=1):
    """As `pulses`, its level first, as the other segments have it."""
    return pulses(on_ms, off_ms, edge_ms, count, level_ua, slew_ua_s, polarity)


def off(time_ms, polarity=0):
    """The words of a segment that keeps the gate low."""
    return [program.OFF, 0, 0, 0, time_ms, polarity, 0, 0, 0, 0, 0, 0]


def words(segments=None, peak_ua=2000, slew_ua_s=1000, **header):
    """The words of a program: peak for a second between ramps of `slew`, unless told otherwise."""
    if segments is None:
        segments = [segment(level_ua=peak_ua, slew_ua_s=slew_ua_s)]
    made = {
        "version": program.VERSION,
        "segments": len(segments),
        "polarity": 1,
        "peak_ua": peak_ua,
        "slew_ua_s": slew_ua_s,
        "down_slew_ua_s": slew_ua_s,
        "charge_uc": 100_000,
        "time_s": 60,
        "area_mm2": 20_000,
        "density_ua_cm2": 500,
        "probe_min_q4": 40,
        "least_ohm": 0,
        "lift_percent": 6,
    }
    unknown = set(header) - set(made)
    if unknown:
        raise KeyError(unknown)
    made.update(header)
    for one in segments:
        one[program.S_POLARITY] = one[program.S_POLARITY] or made["polarity"]
    return [*made.values(), *(word for one in segments for word in one)]


def protocol_words(segments, **header):
    """A program for the tests of protocols: up and down at slews of its own, walls far away."""
    usual = {
        **{"peak_ua": 2000, "slew_ua_s": 500, "down_slew_ua_s": 400, "charge_uc": 10**7},
        **{"area_mm2": 1000, "density_ua_cm2": 2000, "probe_min_q4": 80},
        "polarity": segments[0][program.S_POLARITY],
    }
    return words(segments, **{**usual, **header})


def make_program(board=SMALL, segments=None, **header):
    """A checked program for `board`."""
    return Program(words(segments, **header), board)


def sample(current_q4=0, load_mv=0, second_q4=None, inputs=0, supply_mv=12000):
    """A sample buffer; sense B agrees with A unless told otherwise."""
    buf = [0] * SAMPLE_LEN
    buf[SAMPLE_A] = current_q4
    buf[SAMPLE_B] = current_q4 if second_q4 is None else second_q4
    buf[SAMPLE_V] = load_mv
    buf[SAMPLE_SUPPLY] = supply_mv
    buf[SAMPLE_INPUTS] = inputs
    return buf
