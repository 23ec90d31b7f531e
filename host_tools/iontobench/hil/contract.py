"""The rules of the port contract that a chip can show with its output off.

A script runs on the board: the port's own calls, at 1 kHz, with the gate low, the drive 0, ENABLE
still and the probe off. The names are those of `testing.PortRules`. What needs a current is left
to the firmware's own sessions, or named as not shown. Times in us, currents in 1/16 uA, voltages
in mV.
"""

from collections.abc import Mapping
from typing import Any

from ionto.core.limits import Board
from ionto.core.units import TICK_US, UA_Q4, WRAP_US
from iontobench import signs
from iontobench.device.connection import Connection
from iontobench.testing import CALLS, PortRules

JITTER_US = 300  # of a chip's own timer, under USB
LONGEST_US = 1900  # above 2 ms the supervisor warns
_TICKS = 200
_STALE = 0x2BADBAD
_SUPPLY_MAX_MV = 65_000
_COUNTED_US = 20 * TICK_US

SCRIPT = """
from array import array
def _contract(calls, stale, ticks):
    port = bench._port
    told = {'missing': [name for name in calls if not hasattr(port, name)]}
    kept = [getattr(port, name) for name in calls if hasattr(port, name)]
    for _ in range(3):
        port.off()
    buf, byte, line = array('i', [stale] * 5), bytearray(b'?'), bytearray(b'\\n')
    times, times_again, found = array('i', [0] * 10), array('i', [0] * 9), array('i', [0] * 9)
    now_us, wait, sample, feed = port.now_us, port.wait, port.sample, port.feed
    try:
        port.begin()
        for at in range(8):
            wait()
            sample(buf)
            feed()
        for one in buf:
            if one == stale:
                found[0] += 1
        for at in range(12):
            wait()
            sample(buf)
            feed()
        times[0] = now_us()
        for at in range(20):
            wait()
            sample(buf)
            feed()
        times[1] = now_us()
        wait()
        times_again[0] = now_us()
        for at in range(8):
            sample(buf)
            port.resample(buf)
            feed()
            wait()
            times_again[at + 1] = now_us()
        sample(buf)
        feed()
        found[1] = port.read(byte)
        wait()
        sample(buf)
        feed()
        times[2] = now_us()
        port.put(line)
        times[3] = now_us()
        for at in range(ticks):
            wait()
            sample(buf)
            feed()
        for at in range(4):
            found[2 + at] = port.timing(at)
    finally:
        port.off()
        port.end()
    told['replaced'] = [
        name for name, one in zip(calls, kept) if getattr(port, name) != one
    ] if not told['missing'] else []
    told['stale'] = found[0]
    told['ticks'] = [times[0], times[1]]
    told['again'] = list(times_again)
    told['rest'] = list(buf)
    told['read'] = [found[1], bytes(byte) == b'?']
    told['put'] = [times[2], times[3]]
    told['timing'] = list(found[2:6])
    return told
"""


def ask(connection: Connection) -> dict[str, Any]:
    """What the board's port did.

    Raises:
        BoardError: the port raised, or the firmware has none.
    """
    connection.repl.do(SCRIPT)
    return connection.value(f"_contract({CALLS!r}, {_STALE}, {_TICKS})")


Answers = dict[str, tuple[bool, str]]  # of each rule: whether it is kept, and what was found


def judged(told: Mapping[str, Any], board: Board) -> Answers:
    """Each rule that was shown."""
    return _calls(told) | _ticks(told) | _samples(told, board)


def _between_us(from_us: int, to_us: int) -> int:
    """A port's time wraps."""
    return (to_us - from_us) & WRAP_US


def _calls(told: Mapping[str, Any]) -> Answers:
    put_us = _between_us(*told["put"])
    return {
        "test_every_call_is_there_and_is_never_replaced": (
            not told["missing"] and not told["replaced"],
            f"missing {told['missing']}, replaced {told['replaced']}",
        ),
        "test_off_needs_no_begin_and_may_be_repeated": (True, "three times"),
        "test_a_read_with_nothing_waiting_returns_0": (
            told["read"] == [0, True],
            f"read {told['read'][0]}",
        ),
        "test_a_write_and_a_put_do_not_outlast_a_tick": (
            put_us <= TICK_US,
            f"a put took {put_us} us",
        ),
    }


def _ticks(told: Mapping[str, Any]) -> Answers:
    ticks_us = _between_us(*told["ticks"])
    again_us = [_between_us(told["again"][0], one) for one in told["again"]]
    off_us = max(abs(one - at * TICK_US) for at, one in enumerate(again_us))
    late, longest_us, least_us, most_us = told["timing"]
    return {
        "test_a_tick_is_1_ms_modulo_the_wrap": (
            abs(ticks_us - _COUNTED_US) <= JITTER_US,
            f"20 ticks took {ticks_us} us",
        ),
        "test_the_timing_is_that_of_the_ticks_since_begin": (
            late == 0 and longest_us <= LONGEST_US and -1 <= least_us <= most_us < TICK_US,
            f"{late} late, longest {longest_us} us, woken {least_us} to {most_us} us after due",
        ),
        "test_a_resample_does_not_delay_the_next_tick": (
            off_us <= JITTER_US,
            f"a tick began at most {off_us} us off",
        ),
    }


def _samples(told: Mapping[str, Any], board: Board) -> Answers:
    a_q4, b_q4, v_mv, supply_mv, inputs = told["rest"]
    small_q4 = board.full_scale_ua * UA_Q4 // 50
    rests = abs(a_q4) <= small_q4 and abs(b_q4) <= small_q4
    rests = rests and abs(v_mv) <= board.compliance_mv // 50 and not inputs
    return {
        "test_a_sample_fills_every_entry_after_eight_ticks_at_the_latest": (
            told["stale"] == 0,
            f"{told['stale']} entries not filled",
        ),
        "test_a_sample_at_rest_reads_next_to_nothing": (
            rests and 0 < supply_mv <= _SUPPLY_MAX_MV,
            f"A {a_q4 / UA_Q4:.1f}, B {b_q4 / UA_Q4:.1f} {signs.UA}, {v_mv} mV, "
            f"supply {supply_mv} mV",
        ),
    }


def not_shown(shown: Mapping[str, Any]) -> list[str]:
    """The rules that drive the port past the firmware's supervisor."""
    return sorted(
        name for name in dir(PortRules) if name.startswith("test_") and name not in shown
    )
