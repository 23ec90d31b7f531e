"""Whatever comes in on the link: no crash, no command that nobody gave, no set point moved.

The firmware's own loop on the strict fake port; a megabyte goes through its parser alone, because
a loop that reads a byte a tick has ramped down long before.
"""

import itertools
import random

import pytest
from tests.core.loop_bench import LoopBench, quick

from ionto.core import codes, command
from ionto.core.command import GARBAGE_MAX, Command
from iontobench.link.events import Event, Sample
from iontobench.link.frames import command_line
from iontobench.link.host_session import HostSession

MEGABYTE = 1_000_000
_COMMAND = codes.EVENT_COMMAND


def wrong_crc(text):
    """A tool's command with one bit of its checksum turned."""
    line = bytearray(command_line(text))
    line[-2] ^= 1
    return bytes(line)


FLOODS = {
    "noise": random.Random(1).randbytes(4000),
    "nuls": bytes(4000),
    "a line without an end": b"set 100" + b"0" * 4000,
    "wrong checksums": wrong_crc("set 1500") * 300,
    "cut lines": b"".join(
        command_line("set 1500")[:cut] + b"\n" for cut in (1, 2, 3, 4, *range(9, 13))
    )
    * 40,
    "checksums of other lines": b"set 1500*" + command_line("set 1501")[-5:] * 200,
    "numbers that fit nothing": b"set 99999999999999999999\nset -5\nset 0x10\nset 1 5\n" * 60,
    "frames of the board's own": b"~1000a00025b3207d00007cdc04de600002460000d6adb0\n" * 80,
    "words that begin right": b"stopp\nstop stop\n stop\nSTOP\nsto\npausee\nresum\nsets 1500\n"
    * 60,
}


def at_level(bed, after_ms, data):
    """Put `data` into the board's input `after_ms` after the first hold has begun."""
    before = bed.port.on_tick
    left_ms = [after_ms]

    def tick(port):
        before(port)
        if bed.parts.session.state == codes.STATE_HOLD or left_ms[0] < after_ms:
            left_ms[0] -= 1
            if left_ms[0] == -1:
                port.rx.extend(data)

    bed.port.on_tick = tick


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_ramps_down_and_is_obeyed_in_nothing(name):
    bed = LoopBench(host=True)
    at_level(bed, 200, FLOODS[name])
    assert bed.run(quick(time_ms=60_000), supervised=True) == codes.OUTCOME_STOPPED
    events = [item for item in bed.items if isinstance(item, Event)]
    assert _COMMAND not in [item.code for item in events]
    set_points = {item.set_ua for item in bed.items if isinstance(item, Sample)}
    assert max(set_points) <= 2000
    # The event itself has no credit: the beats are behind the flood. What it does is seen.
    # Two bytes in four ticks, and each end of a line takes turns of its own: four ticks a byte.
    held_ms = bed.first_tick(codes.STATE_RAMP_DOWN) - bed.first_tick(codes.STATE_HOLD)
    assert 200 < held_ms < 200 + 4 * GARBAGE_MAX


@pytest.mark.parametrize("name", ["noise", "nuls", "wrong checksums", "words that begin right"])
@pytest.mark.short_cases("noise", "nuls")
def test_a_megabyte_through_the_parser_is_no_command_and_fails_nowhere(name):
    piece = FLOODS[name]
    parser = Command()
    heard = set()
    for _ in range(MEGABYTE // len(piece)):
        for byte in piece:
            heard.add(parser.step(byte))
    assert heard <= {command.NONE, command.GARBAGE}
    heard = [parser.step(byte) for byte in b"\n" + command_line("set 1500")]
    assert heard[-1] == command.SET
    assert parser.value == 1500


@pytest.mark.parametrize("name", FLOODS)
def test_the_host_survives_the_same_and_keeps_no_more_than_a_line(name):
    host = HostSession()
    items = []
    for t_us in range(20):
        items += host.on_bytes(FLOODS[name], t_us)
    assert not any(isinstance(item, Event) for item in items)
    assert host.ended is None
    assert len(host._pending) <= 4096


@pytest.mark.parametrize("cut", [5, 6, 7, 8])
def test_a_line_of_a_tool_that_lost_its_checksum_moves_no_set_point(cut):
    bed = LoopBench(host=True)
    at_level(bed, 300, command_line("set 1500")[:cut] + b"\n")
    assert bed.run(quick(time_ms=1000), supervised=True) == codes.OUTCOME_COMPLETE
    told = [item.code for item in bed.items if isinstance(item, Event)]
    assert _COMMAND not in told


def test_a_pause_that_lost_its_checksum_is_obeyed_and_only_a_whole_resume_ends_it():
    bed = LoopBench(host=True)
    at_level(bed, 200, b"pause\n")
    at_level(bed, 1200, b"resume\n")
    at_level(bed, 2200, command_line("resume"))
    assert bed.run(quick(time_ms=1000), supervised=True) == codes.OUTCOME_COMPLETE
    asked = [item.a for item in bed.items if isinstance(item, Event) and item.code == _COMMAND]
    assert asked == [command.PAUSE, command.RESUME]
    held = [tick for tick, state, _, _ in bed.gates if state == codes.STATE_HOLD]
    gaps_ms = [later - earlier for earlier, later in itertools.pairwise(held)]
    assert max(gaps_ms) > 2000


def test_beats_without_checksums_keep_no_session_alive():
    bed = LoopBench()
    for tick in range(100, 8000, 200):
        bed.say(tick, "beat 0", as_tool=False)
    assert bed.run(quick(time_ms=60_000), supervised=True) == codes.OUTCOME_STOPPED
    assert bed.parts.session.t_ms < 4500  # its frames have waited for a second


def test_a_person_needs_no_checksum_in_an_unattended_session():
    bed = LoopBench()
    at_level(bed, 200, b"set 1500\n")
    at_level(bed, 1200, b"pause\n")
    at_level(bed, 2200, b"resume\n")
    assert bed.run(quick(time_ms=3000)) == codes.OUTCOME_COMPLETE
    assert codes.STATE_PAUSED in bed.states
    first = bed.first_tick(codes.STATE_HOLD)
    at_2_ma, at_1_5_ma = (bed.gates[first + after_ms][3] for after_ms in (100, 1100))
    assert at_1_5_ma == pytest.approx(at_2_ma * 3 / 4, rel=0.02)
