"""A session without the command line: ports, clock, bench and seeds are handed in."""

import datetime
import math

import pytest
from tests.host.fake_runner import FakeRunner
from tests.host.protocol_files import short, written
from tests.support.listener import Listener

from iontobench import resources
from iontobench.device.port import HostPorts
from iontobench.protocols.compiler import compile_protocol
from iontobench.protocols.loader import load, profile
from iontobench.records import read
from iontobench.sessions.job import Job, load_of, plant_of
from iontobench.sessions.latched_fault import HostLatch
from iontobench.sessions.recording import run_session
from iontobench.sessions.virtual import run_virtual
from iontobench.sim.bench import SimulatedBench

BOARD = resources.board_of("virtual")


@pytest.fixture
def job(tmp_path):
    """A short session on a resistor."""
    protocol = load(written(tmp_path, short(0.5, 0.015, 1.0), "short.toml"))
    compiled = compile_protocol(protocol, profile("us"), BOARD)
    return Job(protocol=compiled, board=BOARD, skin="resistor:5000")


def test_the_bench_of_a_virtual_session_can_be_handed_in_with_a_noise_of_its_own(job):
    def weak(job):
        return made.setdefault(
            "bench", SimulatedBench(job.board, load_of(job), "ideal", 7, (), 0.5)
        )

    made = {}
    result = run_virtual(job, [Listener()], plant_for=weak)
    assert result.outcome == "complete"
    assert result.true_charge_uc == made["bench"].truth.gross_uc
    assert (made["bench"].seed, job.seed) == (7, 1)


def test_the_real_time_factor_of_a_virtual_session_is_by_the_clock_that_is_handed_in(job):
    times_s = iter([100.0, 102.0])
    bench = plant_of(job)
    result = run_virtual(job, [], lambda _: bench, clock=lambda: next(times_s))
    assert result.realtime_factor == pytest.approx(bench.now_us / 2e6)


def test_the_time_in_a_real_boards_record_is_by_the_wall_clock_that_is_handed_in(job, tmp_path):
    moment = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    latch = HostLatch(tmp_path, "virtual")
    _, record = run_session(
        FakeRunner(), job, tmp_path, Listener(), latch, {"python": "1.26.1"}, now=lambda: moment
    )
    assert read(record).header["started_at"] == "2026-01-02T03:04:05+00:00"


class Plain:
    """A port without a clock of its own."""

    def open(self):
        """Nothing to open."""


def test_a_port_without_a_clock_gets_the_one_that_is_handed_in():
    asked = []
    ports = HostPorts(lambda name, **_: asked.append(name) or Plain(), clock=lambda: math.pi)
    assert ports.open("/dev/any").monotonic() == math.pi
    assert asked == ["/dev/any"]
