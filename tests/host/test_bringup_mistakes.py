"""A bring-up names what is wrong with a board: one row a mistake, at most three names each.

On simulated benches with the converter of the board. The ten that a builder makes most are in the
short tier on both real boards' data; the others in the long one.
"""

import pytest
from tests.support.miswired import MISTAKES

from iontobench import resources
from iontobench.bringup.mistakes import MISTAKES as NAMES
from iontobench.bringup.seen import COMPLETE, SessionSeen
from iontobench.bringup.steps import FAIL, PASS, SKIPPED, STEPS, Bringup
from iontobench.sim.bench import SimulatedBench

LOAD_OHM = 5000.0
COMMON = (
    *("senses swapped", "no pull-down on PROBE", "limiter missing", "bridge reversed"),
    *("shunt A ten times", "lead open", "dead-man's wire missing", "gate wire missing"),
    *("sense B not connected", "reference missing", "5 V missing", "dead-man's pump bridged"),
)


def walked(bench):
    """Each step up to the first that fails: (name, what was seen)."""
    up = Bringup(bench, LOAD_OHM, None, lambda: "calibrated", lambda: "complete")
    found = []
    for step in STEPS:
        found.append((step.name, step.act(up)))
        if found[-1][1].verdict == FAIL:
            break
    return found


def named(board, mistake):
    """The step that failed, and the names."""
    name, seen = walked(MISTAKES[mistake].bench(resources.board_of(board), LOAD_OHM))[-1]
    return name, seen.mistakes, seen.verdict


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.short_cases(*COMMON)
@pytest.mark.hazard("H-09", "H-10", "H-13")
def test_a_mistake_is_named_at_its_step_among_three_at_most(mistake):
    step, names, verdict = named("pico_pwm", mistake)
    assert (verdict, step) == (FAIL, MISTAKES[mistake].step)
    assert MISTAKES[mistake].named in names
    assert len(names) <= 3
    assert set(names) <= NAMES.keys()


@pytest.mark.parametrize("board", ["pico_dac", "virtual_30ma"])
@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.long
def test_a_mistake_is_named_on_other_ranges_and_converters(board, mistake):
    _, names, verdict = named(board, mistake)
    assert verdict == FAIL
    assert MISTAKES[mistake].named in names
    assert len(names) <= 3


@pytest.mark.parametrize("board", ["pico_pwm", "pico_dac", "virtual_30ma", "virtual_500ua"])
@pytest.mark.short_cases("pico_pwm", "pico_dac")
def test_a_healthy_board_passes_every_step(board):
    bench = MISTAKES["lead open"]._replace(faults=()).bench(resources.board_of(board))
    verdicts = {name: seen.verdict for name, seen in walked(bench)}
    assert verdicts.pop("high voltage") == SKIPPED
    assert set(verdicts.values()) == {PASS}
    assert len(verdicts) == len(STEPS) - 1


@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.long
def test_ten_more_healthy_boards_pass_every_step(seed):
    from iontobench.bringup.benches import VirtualBringUpBench

    bench = VirtualBringUpBench(resources.board_of("pico_pwm"), LOAD_OHM, seed)
    assert FAIL not in {seen.verdict for _, seen in walked(bench)}


def test_enable_stands_still_high_and_low_in_the_dead_mans_step():
    levels = set()

    class Watched(SimulatedBench):
        def advance(self, to_us):
            if self.gate and self.source and self.now_us > self.dead_us - 2000:
                levels.add(self.enable)  # no edge for most of the hold
            super().advance(to_us)

    bench = MISTAKES["lead open"]._replace(faults=(), plant_for=Watched)
    walked(bench.bench(resources.board_of("pico_pwm")))
    assert levels == {True, False}


def test_every_name_has_a_sentence_and_every_row_of_the_tests_a_name():
    assert {row.named for row in MISTAKES.values()} <= NAMES.keys()
    assert all(len(told) > 20 for told in NAMES.values())


def test_a_session_without_rows_still_gets_names():
    from iontobench.bringup import naming

    board = resources.board_of("pico_pwm")
    seen = SessionSeen(outcome="fault", fault="proof: nothing flows", proof=0)
    assert naming.of_session(seen, LOAD_OHM, board) == ["high voltage", "chain", "converter"]
    assert naming.of_session(SessionSeen(outcome=COMPLETE, fault=None, proof=31), 1, board) == []
