"""Injected faults of the processor, its clock, its memory and its link, in whole sessions."""

import pytest
from tests.closed_loop.plants import BOARD
from tests.support.programs import segment, words

from ionto.bench import Bench
from ionto.core import program
from iontobench.campaign.fault_bench import FaultBench
from iontobench.link.listener import LinkConsole
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.faults import KINDS
from iontobench.sim.port import VirtualPort

LEVEL_UA = 2000
PROGRAM = words([segment(program.HOLD_TIME, LEVEL_UA, 4000, 0, 4000)], slew_ua_s=4000)


def session(*specs, **options):
    """A session of 5 s on 5 kOhm with faults, and what was seen."""
    return FaultBench(BOARD, "resistor:5000", faults=specs, **options).run(PROGRAM)


def test_a_hang_ends_by_the_dead_man_and_then_the_watchdog():
    seen = session("hang@2")
    assert seen.reset == "watchdog reset"
    assert seen.last is None
    above_us = max(one.t_us for one in seen.plant.moments if one.load_ua > 5)
    assert above_us <= 2_000_000 + 10_000
    assert 99_000 <= seen.ended_us - 2_000_000 <= 101_000
    assert not seen.plant.gate


@pytest.mark.parametrize(("stall_ms", "resets"), [(98, False), (101, True)])
def test_a_stall_longer_than_the_watchdog_is_a_reset(stall_ms, resets):
    seen = session(f"stall@2:{stall_ms}")
    assert bool(seen.reset) is resets
    if not resets:
        assert seen.last["fault"] == "late"


def test_a_brown_out_takes_stage_and_processor_at_once():
    seen = session("brown-out@2.0002")
    assert seen.reset == "brown-out"
    assert seen.ended_us <= 2_001_000
    assert max(one.load_ua for one in seen.plant.moments) < 5


@pytest.mark.parametrize(("percent", "factor"), [(1, 0.99), (-2, 1.02)])
@pytest.mark.short_cases("1-0.99")
def test_a_fast_clock_shortens_the_session_by_its_share(percent, factor):
    true_us = session().plant.gates[-1][0]
    wrong_us = session(f"clock-rate@0:{percent}").plant.gates[-1][0]
    assert wrong_us / true_us == pytest.approx(factor, abs=0.001)


@pytest.mark.parametrize("jump_ms", [50, -50])
def test_a_jump_of_the_clock_is_a_late_tick(jump_ms):
    assert session(f"clock-jump@2:{jump_ms}").last["fault"] == "late"


@pytest.mark.parametrize("spec", ["host-gone@1", "cut-lines@1:3"])
def test_a_host_that_is_not_heard_for_3_s_ends_the_session_in_order(spec):
    seen = session(spec)
    assert (seen.last["outcome"], seen.last["fault"]) == ("stopped", None)


def test_rubbish_ends_the_session_and_a_deaf_host_does_not():
    assert session("garbage@1:40").last["outcome"] == "stopped"
    deaf = session("host-deaf@1")
    assert deaf.last["outcome"] == "complete"
    assert not any(item.t_ms > 1500 for item in deaf.host.events)
    assert session("flood@1:5").last["outcome"] in ("complete", "stopped")


def test_a_flipped_bit_changes_the_loaded_program_and_the_limit():
    rig = FaultBench(BOARD, "resistor:5000", faults=["flip@2:14", "limit-flip@2.1"])
    before_q4 = rig.bench._loop.tick.supervisor._over_q4
    rig.run(PROGRAM)
    assert rig.bench._program.words != PROGRAM
    assert [n for n, word in enumerate(PROGRAM) if rig.bench._program.words[n] != word] == [14]
    assert rig.bench._loop.tick.supervisor._over_q4 != before_q4


def test_a_plant_whose_processor_is_out_of_reach_says_so():
    plant = SimulatedBench(BOARD, "resistor:5000", faults=["flip@0.001"])
    with pytest.raises(RuntimeError, match="within reach"):
        plant.advance(2000)


@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.long)])
def test_until_the_onset_a_session_with_any_fault_is_the_healthy_one(step):
    def trace(*specs):
        plant = SimulatedBench(BOARD, "forearm", "rp2040", 3, specs)
        port = VirtualPort(BOARD, plant, LinkConsole(_NoHost()))
        bench = Bench(port, BOARD)
        data = program.pack(PROGRAM)
        bench.load(data, program.crc16(data))
        bench.run()
        return plant.truth.gross_uc, plant.truth.peak_ua, plant.now_us

    healthy = trace()
    for kind in list(KINDS)[::step]:
        assert trace(f"{kind}@100") == healthy, kind


class _NoHost:
    """A host that says and hears nothing."""

    def poll(self, t_us):
        return b""

    def received(self, data, t_us):
        pass
