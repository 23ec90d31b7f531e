"""Scales, sample layout and the named converters between them.

Every current inside the core is in `_q4`: sixteenths of a microampere, so that a 500 uA range
still resolves 0.06 uA and a 37.5 mA full scale (600 000) leaves room for a gain of 1.0 in Q10
(6.1e8) below 2^30. Scale changes happen here and nowhere else. Not in a tick path: the loops
inline shifts by 4 where a call would cost more than the work.
"""

from .const import const

UA_Q4 = const(16)  # one microampere in _q4
UC_PER_MAMIN = const(60000)  # 1 mA min = 60 mC
MM2_PER_CM2 = const(100)
INT_MAX = const(0x3FFFFFFF)  # the largest small int of a 31-bit MicroPython
TICK_US = const(1000)  # the loop's period: 1 kHz [docs/control.md, The session loop]
WRAP_US = const(0x3FFFFFFF)  # now_us() counts modulo 2^30, as MicroPython's ticks_us does

# The integers that `port.sample(buf)` writes into its list.
SAMPLE_A = const(0)  # sense A, return current, _q4
SAMPLE_B = const(1)  # sense B, after the polarity bridge, signed, _q4
SAMPLE_V = const(2)  # load voltage on the stage's side of the bridge, _mv
SAMPLE_SUPPLY = const(3)  # supply, _mv
SAMPLE_INPUTS = const(4)  # bits INPUT_*
SAMPLE_LEN = const(5)

_LOAD_MAX_MV = const(67000)  # for a resistance

# What `port.timing` tells of the ticks since `begin`.
TIMING_LATE = const(0)  # how many came more than LATE_FROM_US after the one before
TIMING_LONGEST = const(1)  # longest interval between two ticks, us
TIMING_LEAST = const(2)  # least time from a tick's due time to its wake-up, us; -1: no wake-up
TIMING_MOST = const(3)  # and the most
TIMING_LEN = const(4)
LATE_FROM_US = const(1400)

# The current that is expected while a sample is taken.
FLOW_OFF = const(0)  # gate off, or proof: only the current of `allow`
FLOW_STEADY = const(1)  # gate closed: the set point; all checks run
FLOW_EDGE = const(2)  # gate closed, near a pulse's edge: no check for an open lead
FLOW_ZERO = const(3)  # gate closed, between two pulses, after the set-up time: no current

INPUT_STOP = const(1)  # the stop input is pressed
INPUT_LIMITER = const(2)  # the hardware limiter has latched the series switch open


def ua_to_q4(current_ua):
    """Microamperes to `_q4` (exact; |current_ua| <= 67 000 000)."""
    return current_ua * UA_Q4


def q4_to_ua(current_q4):
    """`_q4` to the nearest microampere."""
    return (current_q4 + 8) >> 4


def mamin_to_uc(dose_mamin_x1000):
    """Thousandths of a mA min to microcoulombs: 60 uC each (value <= 17 million)."""
    return dose_mamin_x1000 * 60


def probe_current_q4(probe_mv, probe_ohm, load_mv):
    """Current of the PROBE source into the load, from the load voltage: (E - V) / R.

    mV / ohm is mA, so (mV * 1000 / ohm) is uA. Above its own voltage the source only sinks: 0.
    Bound: (5 000 + 5 000) mV * 16 000 = 1.6e8.
    """
    if load_mv >= probe_mv:
        return 0
    return (probe_mv - load_mv) * (1000 * UA_Q4) // probe_ohm


def load_ohm(load_mv, current_q4):
    """Apparent resistance V / I in ohm; 0 without current or voltage.

    mV / uA is kOhm. Bound: 67 000 mV * 16 000 = 1.07e9 < 2^30. The sense reads up to
    75 000 mV, which no stage makes: more than 67 000 mV counts as 67 000.
    """
    if current_q4 <= 0 or load_mv <= 0:
        return 0
    if load_mv > _LOAD_MAX_MV:
        load_mv = _LOAD_MAX_MV
    return load_mv * (1000 * UA_Q4) // current_q4


def drop_scale(inside_ohm):
    """Multiplier in Q16 that turns `_q4` of sense A into the drop over `inside_ohm`, mV.

    drop = current_q4 * mul >> 16. Bound: 3 000 ohm make 12 288; times 60 000 _q4 that is 7.4e8.
    """
    return ((inside_ohm << 16) + 8000) // (1000 * UA_Q4)


def drive_scale(full_scale_q4, drive_counts):
    """Multiplier and shift that turn `_q4` into drive counts without passing 2^30.

    Returns:
        `(mul, shift)` with `full_scale_q4 * mul < 2^30` and mul / 2^shift as near
        drive_counts / full_scale_q4 as that allows (the trim takes up the rest).
    """
    shift = 0
    while shift < 24 and full_scale_q4 * ((drive_counts << (shift + 1)) // full_scale_q4) < (
        INT_MAX - full_scale_q4
    ):
        shift += 1
    return (drive_counts << shift) // full_scale_q4, shift
