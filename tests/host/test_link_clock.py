"""A board whose clock is wrong is told to stop; a slow, a late or a paused host is no such thing.

Samples come every 100 ms of the board's clock. Lateness is the host's and the cable's: never
negative. Times in us of the host unless a name says otherwise.
"""

import json
import random

import pytest

from ionto.core import command
from iontobench.link.events import LinkNote
from iontobench.link.frames import command_line
from iontobench.link.host_session import HostSession
from iontobench.link.listener import POLL_PERIOD_US

from .cli import call
from .link_bench import NAME
from .link_board import Board
from .link_firmware import Firmware
from .link_run import PROTOCOL
from .test_frames import sample_frame

STOP = command_line("stop")
PERIOD_US = 100_000


def arrivals(seconds, rate=1.0, onset_s=0.0, late_us=lambda t_us: 0):
    """(time of arrival, frame) of a board that runs `rate` times too fast from `onset_s` on."""
    made = []
    for seq in range(seconds * 10):
        t_us = (seq + 1) * PERIOD_US
        gained_us = max(0.0, t_us - onset_s * 1e6) * (rate - 1.0)
        made.append(
            (t_us + late_us(t_us), sample_frame(seq=seq, t_ms=int(t_us + gained_us) // 1000))
        )
    return made


def heard(frames, away=(0, 0)):
    """When the host told the board to stop, in s, or None; and what it said of it.

    The host looks every 20 ms, but not at all within the `away` times.
    """
    session = HostSession()
    stopped_s = None
    notes = []
    waiting = list(frames)
    for now_us in range(0, max(t_us for t_us, _ in waiting) + POLL_PERIOD_US, POLL_PERIOD_US):
        if away[0] <= now_us < away[1]:
            continue
        while waiting and waiting[0][0] <= now_us:  # a cable keeps the order
            frame = waiting.pop(0)[1]
            items = session.on_bytes(frame + b"\n", now_us)
            notes += [item.text for item in items if isinstance(item, LinkNote)]
        session.on_time(now_us)
        if STOP in session.outgoing() and stopped_s is None:
            stopped_s = now_us / 1e6
    return stopped_s, notes


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rate", [1.0, 1.0005, 0.9995])
@pytest.mark.short_cases("1.0-0", "1.0005-1", "0.9995-2", "1.0005-3")
def test_a_poor_crystal_and_a_cable_that_jitters_are_no_wrong_clock(rate, seed):
    rng = random.Random(seed)
    assert heard(arrivals(120, rate, late_us=lambda t_us: rng.randrange(45_000))) == (None, [])


@pytest.mark.parametrize("rate", [1.004, 0.996])
def test_less_than_half_a_percent_is_no_wrong_clock(rate):
    assert heard(arrivals(120, rate)) == (None, [])


@pytest.mark.parametrize("steady_us", [0, 30_000])
def test_a_lateness_that_comes_or_goes_for_good_is_no_wrong_clock(steady_us):
    frames = arrivals(120, late_us=lambda t_us: steady_us if t_us < 40e6 else 30_000 - steady_us)
    assert heard(frames) == (None, [])


@pytest.mark.parametrize("rate", [1.01, 0.99, 1.2, 0.8])
def test_a_clock_that_is_wrong_from_the_start_stops_the_session(rate):
    stopped_s, [note] = heard(arrivals(60, rate))
    assert 10 <= stopped_s <= 10.5
    told, how = note.removeprefix("the board's clock is ").split(" % ")
    assert float(told) == pytest.approx(abs(rate - 1) * 100, rel=0.15)
    assert how.startswith("fast" if rate > 1 else "slow")


@pytest.mark.parametrize("rate", [1.0075, 0.9925])
def test_three_quarters_of_a_percent_is_found_within_13_s(rate):
    stopped_s, _ = heard(arrivals(60, rate))
    assert stopped_s <= 13


@pytest.mark.parametrize("rate", [1.01, 0.99])
def test_jitter_hides_no_clock_that_is_wrong_by_a_percent(rate):
    rng = random.Random(7)
    stopped_s, _ = heard(arrivals(60, rate, late_us=lambda t_us: rng.randrange(50_000)))
    assert 10 <= stopped_s <= 12


@pytest.mark.parametrize(("rate", "within_s"), [(1.01, 6), (0.99, 7.5)])
def test_a_clock_that_goes_wrong_by_a_percent_later_stops_it_soon(rate, within_s):
    stopped_s, _ = heard(arrivals(90, rate, onset_s=40))
    assert 45 <= stopped_s <= 40 + within_s


@pytest.mark.parametrize("at_s", [2, 11, 30.3, 55])
@pytest.mark.parametrize("pause_s", [0.5, 2.0, 2.9])
@pytest.mark.short_cases("2.9-55", "2.0-2", "0.5-11", "2.9-30.3")
def test_a_host_that_stands_still_is_no_wrong_clock(pause_s, at_s):
    """What has waited is read with 20 frames a second: 4 a beat, 5 beats a second."""
    from_us, until_us = at_s * 1e6, (at_s + pause_s) * 1e6

    def late_us(t_us):
        if t_us < from_us:
            return 0
        # The n-th frame since the pause began is read at until + n / 20 s, or when it is made.
        return max(0, round(until_us + (t_us - from_us) / 2 - t_us))

    assert heard(arrivals(90, late_us=late_us), (from_us, until_us)) == (None, [])


def test_the_stop_is_sent_once():
    session = HostSession()
    sent = b""
    for t_us, frame in arrivals(60, 1.05):
        session.on_bytes(frame + b"\n", t_us)
        sent += session.outgoing()
    assert sent.count(STOP) == 1
    assert session.clock_is_wrong


def test_a_fast_clock_on_the_virtual_bench_ends_the_session_and_is_on_record(tmp_path):
    where = ("--plain", "--json", "--data", tmp_path, "--speed", "max")
    said = call("run", "dexamethasone-40", "--fault", "clock-rate@30:1", *where)
    assert (said.code, said.object["outcome"]) == (3, "stopped")
    assert said.object["duration_s"] < 90
    assert "clock is" in said.err
    with open(said.object["record"]) as stream:
        lines = [json.loads(line) for line in stream]
    [note] = [line["note"] for line in lines if "note" in line]
    assert "fast against the host's: told to stop" in note[1]
    [stop] = [line["event"] for line in lines if line.get("name") == "command"]
    assert stop[3] == command.STOP
    assert 34_000 <= stop[1] <= 41_000


@pytest.fixture
def timed_board(plug, tmp_path):
    """Runs 18 s on a board of the given class; the scripted port's clock is the host's."""
    protocol = tmp_path / "short.toml"
    protocol.write_text(PROTOCOL.replace("dose_mamin = 0.1", "dose_mamin = 0.3"))

    def run(board_class):
        plug.board = board_class(Firmware())
        where = ("--plain", "--json", "--data", tmp_path / "data", "--speed", "max")
        said = call("run", protocol, "--on", NAME, *where)
        assert "outcome" in said.object, said.err
        return said

    return run


class Fast(Board):
    """Its oscillator is 2 % fast: it lives 2 % more than there is time."""

    def advance(self, to_s):
        self.now_s = max(self.now_s, to_s)
        if self.mode == "running":
            began_s, true_s = self.session._began_s, self.now_s
            self.now_s = began_s + (true_s - began_s) * 1.02
            self.session.advance(self)
            self.now_s = true_s


@pytest.mark.long
def test_a_board_on_a_port_with_a_fast_clock_is_told_to_stop(timed_board):
    said = timed_board(Fast)
    assert (said.code, said.object["outcome"]) == (3, "stopped"), said.err
    assert "2.0 % fast against the host's: told to stop" in said.err


@pytest.mark.long
def test_a_board_on_a_port_with_a_true_clock_completes(timed_board):
    said = timed_board(Board)
    assert (said.code, said.object["outcome"]) == (0, "complete"), said.err
    assert "clock" not in said.err
