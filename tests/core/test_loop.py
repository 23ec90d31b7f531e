"""The session loop on a checked fake: order, ends, commands, and off on every way out."""

import pytest
from tests.support.fake_port import OPEN
from tests.support.programs import BOARDS, NAMES, SMALL

from ionto.core import codes, command
from ionto.core.const import words
from ionto.core.units import INPUT_STOP

from .loop_bench import HOLDING, RAMPING, LoopBench, quick

RAMPING_TICK = RAMPING + 85


def open_lead(port):
    port.load_ohm = OPEN


def restore(port):
    port.load_ohm = 5000


def set_inputs(bits):
    def act(port):
        port.inputs = bits

    return act


@pytest.mark.parametrize("board", BOARDS, ids=NAMES)
@pytest.mark.parametrize("polarity", [1, -1])
def test_a_session_passes_through_its_states_and_completes(board, polarity):
    bed = LoopBench(board)
    level_ua = min(board.max_ua, 2000)
    program = quick(board, level_ua=level_ua, polarity=polarity, density_ua_cm2=500)
    assert bed.run(program) == codes.OUTCOME_COMPLETE
    assert bed.states == [
        codes.STATE_PROBE,
        codes.STATE_PROOF,
        codes.STATE_RAMP,
        codes.STATE_HOLD,
        codes.STATE_RAMP_DOWN,
        codes.STATE_DONE,
    ]
    dose = bed.parts.dose
    assert abs(dose.gross_uc - bed.port.true_uc) <= max(5, 0.001 * bed.port.true_uc)
    assert (dose.positive_uc() if polarity > 0 else dose.negative_uc()) == dose.gross_uc


def test_without_a_load_the_start_is_refused_and_the_gate_never_closes():
    bed = LoopBench(load_ohm=OPEN)
    assert bed.run() == codes.OUTCOME_REFUSED
    assert bed.port.history == []


def test_an_overcurrent_trips_in_its_own_tick_and_actuates_nothing_after_off():
    bed = LoopBench().at(RAMPING_TICK, lambda port: setattr(port, "gain", 2000))
    bed.at(RAMPING_TICK + 100, lambda port: setattr(port, "gain", 2000))
    assert bed.run() == codes.OUTCOME_FAULTED
    assert bed.parts.session.fault in (
        codes.FAULT_OVERCURRENT,
        codes.FAULT_OVER_ABSOLUTE,
        codes.FAULT_ENVELOPE,
    )
    assert all(gate == 0 for tick, state, gate, _ in bed.gates if state == codes.STATE_FAULT)


def test_an_overcurrent_is_off_before_the_next_tick_begins():
    bed = LoopBench().at(HOLDING, lambda port: setattr(port, "offset_q4", 40000))
    assert bed.run() == codes.OUTCOME_FAULTED
    assert bed.parts.session.fault == codes.FAULT_OVERCURRENT
    assert bed.port.history[-1] == (HOLDING * 1000, 0, 0)


def test_an_open_lead_is_cut_in_five_ticks_and_latches_100_ms_after_its_onset():
    bed = LoopBench().at(HOLDING, open_lead)
    assert bed.run() == codes.OUTCOME_FAULTED
    assert bed.parts.session.fault == codes.FAULT_OPEN
    assert bed.port.history[-1] == ((HOLDING + 4) * 1000, 0, 0)
    assert 95 <= bed.first_tick(codes.STATE_FAULT) - HOLDING <= 102


def test_a_glitch_rests_probes_and_ramps_from_zero():
    bed = LoopBench().at(HOLDING, open_lead).at(HOLDING + 30, restore)
    assert bed.run() == codes.OUTCOME_COMPLETE
    assert bed.states[4:9] == [
        codes.STATE_CONTACT,
        codes.STATE_REST,
        codes.STATE_PROBE,
        codes.STATE_PROOF,
        codes.STATE_RAMP,
    ]
    closed = [
        drive for t_us, gate, drive in bed.port.history if gate and t_us > (HOLDING + 10) * 1000
    ]
    assert closed[0] < SMALL.drive_counts * 50 // SMALL.full_scale_ua


def test_a_third_glitch_is_intermittent():
    bed = LoopBench()
    for start in (HOLDING, HOLDING + 1550, HOLDING + 3150):
        bed.at(start, open_lead).at(start + 20, restore)
    assert bed.run(quick(time_ms=5000)) == codes.OUTCOME_FAULTED
    assert bed.parts.session.fault == codes.FAULT_INTERMITTENT
    assert bed.parts.session.glitches == 3


@pytest.mark.hazard("H-27")
@pytest.mark.parametrize("tick", [100, 300, RAMPING_TICK, HOLDING, HOLDING + 106])
def test_a_stop_ends_the_session_from_every_state_of_a_run(tick):
    bed = LoopBench().say(tick, "stop")
    expected = codes.OUTCOME_STOPPED if tick <= HOLDING else codes.OUTCOME_COMPLETE
    assert bed.run() == expected
    assert bed.states[-1] == codes.STATE_DONE


def test_a_pause_opens_the_gate_and_a_resume_ramps_again_from_zero():
    bed = LoopBench().say(HOLDING, "pause").say(HOLDING + 550, "resume")
    assert bed.run() == codes.OUTCOME_COMPLETE
    assert bed.states[3:9] == [
        codes.STATE_HOLD,
        codes.STATE_PAUSING,
        codes.STATE_PAUSED,
        codes.STATE_REST,
        codes.STATE_PROBE,
        codes.STATE_PROOF,
    ]


def test_a_set_moves_the_level_within_the_peak():
    bed = LoopBench().say(HOLDING - 30, "set 99999", as_tool=False)
    top = []
    bed.at(HOLDING + 50, lambda port: top.append(bed.parts.ramp.set_q4))
    assert bed.run(quick()) == codes.OUTCOME_COMPLETE
    assert top == [2000 * 16]


def test_commands_are_the_sessions_asks():
    pairs = [
        ("STOP", "ASK_STOP"),
        ("PAUSE", "ASK_PAUSE"),
        ("RESUME", "ASK_RESUME"),
    ]
    pairs += [("SET", "ASK_SET"), ("NONE", "ASK_NONE")]
    for word, ask in pairs:
        assert getattr(command, word) == getattr(codes, ask)


@pytest.mark.hazard("H-27")
def test_a_stop_input_held_down_still_lets_the_ramp_down_end():
    bed = LoopBench().at(HOLDING, set_inputs(1))
    assert bed.run() == codes.OUTCOME_STOPPED
    assert bed.port.tick < HOLDING + 200 + 60


def test_a_stop_in_the_tick_that_loses_contact_is_not_lost():
    for tick in range(HOLDING, HOLDING + 10):
        bed = LoopBench().at(HOLDING, open_lead).at(HOLDING + 30, restore)
        # Held for eight ticks: the link hears in every fourth, and later where a state begins.
        bed.at(tick, lambda port: setattr(port, "inputs", INPUT_STOP))
        bed.at(tick + 8, lambda port: setattr(port, "inputs", 0))
        assert bed.run(quick(time_ms=3000)) == codes.OUTCOME_STOPPED, tick


@pytest.mark.hazard("H-22")
def test_a_lost_host_ramps_down_after_three_seconds():
    bed = LoopBench()
    assert bed.run(quick(time_ms=8000), supervised=True) == codes.OUTCOME_STOPPED
    assert 3000 <= bed.first_tick(codes.STATE_RAMP_DOWN) <= 3008


@pytest.mark.hazard("H-22")
@pytest.mark.parametrize("tick", range(2984, 3016))
@pytest.mark.short_cases(
    "2988",
    "2996",
    "2999",
    "3000",
    "3001",
    "3002",
    "3003",
    "3004",
)
def test_a_line_that_ends_as_the_host_is_lost_does_not_take_back_the_stop(tick):
    bed = LoopBench().say(tick, "set 1000")
    assert bed.run(quick(time_ms=4000), supervised=True) == codes.OUTCOME_STOPPED
    assert bed.first_tick(codes.STATE_RAMP_DOWN) <= 3020


@pytest.mark.hazard("H-24")
def test_a_fault_of_a_slow_check_is_not_hidden_by_a_contact_lost_in_its_tick():
    faults = []
    for tick in range(HOLDING, HOLDING + 4):
        bed = LoopBench().at(tick, open_lead)
        supervisor = bed.parts.supervisor

        def check(buf, flow, frozen, supervisor=supervisor):
            return codes.FAULT_CORRUPT if supervisor._low_ticks == 5 else 0

        bed.parts._check_slowly = check
        bed.run()
        faults.append(bed.parts.session.fault)
    assert faults.count(codes.FAULT_CORRUPT) == 1, "one of four ticks is a slow check's"
    assert faults.count(codes.FAULT_OPEN) == 3


def test_beats_keep_a_supervised_session_going_and_its_end_arrives():
    bed = LoopBench(host=True)
    assert bed.run(quick(time_ms=4000), supervised=True) == codes.OUTCOME_COMPLETE
    end = bed.items[-1]
    assert (end.code, end.a, end.b) == (codes.EVENT_END, codes.OUTCOME_COMPLETE, 0)


@pytest.mark.hazard("H-23")
def test_256_bytes_without_a_line_are_a_link_fault_and_ramp_down():
    bed = LoopBench().at(250, lambda port: port.rx.extend(b"x" * 256))
    assert bed.run(quick(time_ms=3000)) == codes.OUTCOME_STOPPED
    began = bed.first_tick(codes.STATE_RAMP_DOWN)
    assert 250 + 128 <= began <= 250 + 2 * 256 + 8, "between a byte in two ticks and two in one"


def test_255_bytes_without_a_line_are_not_yet_a_link_fault():
    bed = LoopBench().at(250, lambda port: port.rx.extend(b"x" * 255))
    assert bed.run(quick(time_ms=1000)) == codes.OUTCOME_COMPLETE


def test_the_probe_is_off_as_soon_as_a_session_has_ended():
    bed = LoopBench().say(100, "stop")
    probing = []
    for tick in range(108, 145):
        bed.at(tick, lambda port: probing.append((bed.parts.session.state, port.probe_on)))
    bed.run()
    assert (codes.STATE_DONE, 1) not in probing
    assert (codes.STATE_DONE, 0) in probing


def test_a_late_tick_after_the_end_was_told_does_not_change_it():
    bed = LoopBench()
    bed.port.host = None

    def late(port):
        ended = bed.parts._ended_us
        port.dt_us = 5000 if 30_000 < ended < 32_000 else 1000

    for tick in range(HOLDING + 250, HOLDING + 450):
        bed.at(tick, late)
    assert bed.run(supervised=True) == codes.OUTCOME_COMPLETE
    assert bed.parts.session.fault == 0


def test_a_gate_that_leaks_after_the_ramp_down_is_a_fault_and_is_told_with_the_end():
    bed = LoopBench(host=True)

    def leak(port):
        port.leak_q4 = 1500 if bed.parts.session.state == codes.STATE_DONE else 0

    for tick in range(HOLDING + 150, HOLDING + 350):
        bed.at(tick, leak)
    assert bed.run(supervised=True) == codes.OUTCOME_FAULTED
    end = bed.items[-1]
    assert (end.code, end.a, end.b) == (codes.EVENT_END, codes.OUTCOME_FAULTED, codes.FAULT_LEAK)


def test_a_glitch_is_told_once_and_a_later_pause_is_none():
    bed = LoopBench(host=True).at(HOLDING, open_lead).at(HOLDING + 30, restore)
    bed.say(HOLDING + 1800, "pause").say(HOLDING + 2200, "resume")
    assert bed.run(quick(time_ms=1000), supervised=True) == codes.OUTCOME_COMPLETE
    told = [item.a for item in bed.items if getattr(item, "code", 0) == codes.EVENT_GLITCH]
    assert told == [1]
    states = bed.states
    assert states.count(codes.STATE_PAUSED) == 1


def test_inputs_of_an_earlier_run_are_forgotten():
    bed = LoopBench()
    bed.parts.buf[:] = words([5, 5, 5, 5, 3])
    bed.parts.start(quick(), 0)
    assert list(bed.parts.buf) == [0] * 5


@pytest.mark.hazard("H-26")
def test_fault_of_a_tick_that_is_later_than_the_end_takes_is_told_before_the_end():
    """The tick that finds it lasts longer than the 20 ms after which an end is reported."""
    bed = LoopBench(host=True).at(HOLDING, lambda port: setattr(port, "dt_us", 60_000))
    bed.at(HOLDING + 1, lambda port: setattr(port, "dt_us", 1000))
    assert bed.run(quick(), supervised=True) == codes.OUTCOME_FAULTED
    told = [item.code for item in bed.items if hasattr(item, "code")]
    assert told.index(codes.EVENT_FAULT) < told.index(codes.EVENT_END)
    assert told[-1] == codes.EVENT_END
