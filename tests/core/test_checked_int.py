"""Every step of the core at its worst inputs, with an integer that raises beyond 31 bits.

Worst: a 30 mA board whose senses read their full scale of 37.5 mA (600 000 in 1/16 uA), 75 V on
the sense of a 60 V stage, ticks of 20 ms, sessions of four hours.
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.programs import segment, words

from ionto import tick as tick_module
from ionto.core import codes, dose, limits, program, regulator
from ionto.core.command import Command
from ionto.core.dose import Dose
from ionto.core.impedance import Probe
from ionto.core.program import Program
from ionto.core.ramp import Ramp
from ionto.core.regulator import Regulator
from ionto.core.supervisor import BY_RAMP, Supervisor
from ionto.core.telemetry import STEP_DUE, Telemetry

from .checked_int import SMALL_MAX, SMALL_MIN, BeyondSmallInt, CheckedInt, check_attributes
from .led_session import LedSession
from .loop_bench import LoopBench

C = CheckedInt
FULL_Q4 = 600_000
HOURS_MS = 14_400_000
CURRENTS = [C(value) for value in (-FULL_Q4, -1, 0, 1, 15_999, 480_000, FULL_Q4)]
VOLTAGES = [C(value) for value in (-5_000, 0, 199, 57_000, 60_000, 75_000)]
TIMES = [C(value) for value in (1, 1000, 2001, 3001, 19_999, 20_000)]
WORST = [segment(program.HOLD_CHARGE, 30_000, 10_000, 90_000_000, 0)]


def large_board():
    return limits.Board("large", 30_000, 60_000, 240, proof_scale=6)


def worst_program(board, segments=None):
    header = {"peak_ua": 30_000, "slew_ua_s": 10_000, "charge_uc": 100_000_000}
    made = words(segments or WORST, **header, down_slew_ua_s=253, time_s=14_400)
    return Program([C(word) for word in made], board)


@pytest.mark.parametrize("value", [SMALL_MAX + 1, SMALL_MIN - 1, 2**40])
def test_the_checked_int_raises_where_a_small_int_ends(value):
    with pytest.raises(BeyondSmallInt):
        CheckedInt(value)
    assert CheckedInt(SMALL_MAX) == SMALL_MAX
    assert CheckedInt(SMALL_MIN) == SMALL_MIN


@pytest.mark.parametrize(
    "act",
    [
        lambda big: big + 1,
        lambda big: 1 + big,
        lambda big: big * 2,
        lambda big: -big - 2,
        lambda big: big << 1,
        lambda big: (big * 2) >> 4,
        lambda big: ~big - 1,
    ],
)
def test_an_intermediate_beyond_31_bits_is_caught_though_the_result_would_fit(act):
    with pytest.raises(BeyondSmallInt):
        act(CheckedInt(SMALL_MAX))


def test_checked_ints_are_contagious_and_refuse_true_division():
    assert isinstance(CheckedInt(7) // 2 % 2 & 1 | 4, CheckedInt)
    assert isinstance(2 - CheckedInt(7), CheckedInt)
    with pytest.raises(TypeError):
        CheckedInt(1) / 2


def test_the_ramp_at_the_fastest_slew_and_the_longest_tick():
    for start, target, dt_us in itertools.product(
        CURRENTS[2:], CURRENTS[2:], [*TIMES, C(900_000)]
    ):
        ramp = Ramp()
        ramp.set_q4 = start
        ramp._remainder_pa = C(62_499)
        ramp.step(target, C(10_000), dt_us)
        for measured in CURRENTS:
            ramp.retract(measured)


@pytest.mark.parametrize("counts", [4095, 65_535])
@pytest.mark.parametrize("full_ua", [625, 6_250, 37_500])
def test_the_regulator_with_any_error(full_ua, counts):
    made = Regulator(full_ua * 16, counts)
    made.table = [C(word) for word in made.table]
    most_q4 = C(full_ua * 16)
    for frozen, _ in itertools.product((0, 1), range(30)):
        for set_q4, measured in itertools.product((C(0), most_q4), (*CURRENTS, most_q4, -most_q4)):
            drive = made.step(set_q4, measured, frozen)
            assert 0 <= drive <= counts


def test_the_dose_of_the_largest_charge():
    made = Dose()
    for before, current, dt_us in itertools.product(CURRENTS, CURRENTS, [*TIMES, C(900_000)]):
        made.gross_uc = C(limits.CHARGE_MAX_UC)
        made.table = [C(15_999_999), before]
        made.step(current, dt_us)


@pytest.mark.parametrize("probe_mv", [5_000])
def test_the_probe_at_any_voltage(probe_mv):
    probe = Probe(C(probe_mv), C(100_000))
    for load_mv in VOLTAGES:
        probe.now_q4(load_mv)
        for _ in range(16):
            probe.step(load_mv)


@pytest.mark.parametrize("gate", [0, 1])
@pytest.mark.parametrize("target_q4", [0, 480_000])
def test_the_supervisor_after_four_hours_with_any_sample(gate, target_q4):
    board = large_board()
    supervisor = Supervisor(board)
    armed = worst_program(board)
    for current, second, load_mv in itertools.product(CURRENTS, CURRENTS, VOLTAGES):
        supervisor.arm(armed)
        checks = supervisor.slow_checks
        checks.clock_ms = checks.energised_ms = C(HOURS_MS)
        check_attributes(supervisor)
        supervisor.follow(C(target_q4), C(10_000), current, BY_RAMP)
        for dt_us in (C(1000), C(20_000), *[C(2999)] * 7):
            buf = [current, second, load_mv, C(12_000), C(0)]
            verdict = supervisor.check(buf, gate, C(limits.CHARGE_MAX_UC), dt_us)
            while verdict == codes.VERDICT_RECHECK:
                verdict = supervisor.recheck(current)
            checks.step(buf, gate, supervisor.freeze)
        supervisor.clamp_drive(C(65_535), gate)


@pytest.mark.parametrize("dt_us", [1000, 20_000])
def test_the_session_of_the_largest_current_slowest_ramp_and_four_hours(dt_us):
    board = large_board()
    led = LedSession(
        worst_program(board, [*WORST, segment(level_ua=30_000, slew_ua_s=10_000)]), board
    )
    check_attributes(led.session)
    for moment in (0, HOURS_MS - 400, HOURS_MS):
        led.session.t_ms = C(moment)
        for _ in range(1200):
            led.tick(dt_us=C(dt_us))
        led.session._energised_ms = C(moment)
        led.dose.gross_uc = C(99_000_000)
        led.ramp.set_q4 = min(led.ramp.set_q4, C(480_000))
    assert led.session.state >= codes.STATE_RAMP_DOWN
    led.tick(fault=C(codes.FAULT_LEAK))


def test_telemetry_of_the_largest_numbers_and_the_last_sequence_numbers():
    telemetry = Telemetry()
    check_attributes(telemetry)
    for start in (0, 65_530):
        telemetry.head = telemetry.tail = telemetry.acked = telemetry._sent = C(start)
        for tick in range(3000):
            if tick % 40 == 0:
                telemetry.event(C(HOURS_MS), C(codes.EVENT_DOSE), C(SMALL_MAX), C(SMALL_MIN))
            if telemetry.step(C(20_000)) & STEP_DUE:
                worst = [HOURS_MS, 10, 15, FULL_Q4, -FULL_Q4, 75_000, 100_000_000, 2 * FULL_Q4]
                telemetry.values[2:] = [C(value) for value in worst]
            if tick % 97 == 0:
                telemetry.ack(C(tick * 23 % 70_000))


@given(st.binary(max_size=40))
def test_commands_of_any_bytes(data):
    command = Command()
    check_attributes(command)
    for byte in b"set " + data + b"\nset 999999999999\n" + data:
        command.step(C(byte))


class Checking:
    """A port whose every number is a CheckedInt."""

    def __init__(self, port):
        self._port = port

    def __getattr__(self, name):
        return getattr(self._port, name)

    def now_us(self):
        return C(self._port.now_us())

    def sample(self, buf):
        self._port.sample(buf)
        buf[:] = [C(value) for value in buf]

    def resample(self, buf):
        self._port.resample(buf)
        buf[:] = [C(value) for value in buf]

    def actuate(self, gate, drive):
        self._port.actuate(int(gate), int(drive))

    def prove(self, gate, drive):
        self._port.prove(int(gate), int(drive))


@pytest.mark.parametrize(
    ("load_ohm", "time_s", "outcome"),
    [
        (1_500, 60, codes.OUTCOME_COMPLETE),
        (20_000, 2, codes.OUTCOME_SHORT),
        (0, 60, codes.OUTCOME_FAULTED),
    ],
    ids=["done", "limited", "shorted"],
)
@pytest.mark.short_cases("done")
def test_a_whole_session_at_30_ma_in_checked_ints(monkeypatch, load_ohm, time_s, outcome):
    for module in (tick_module, dose, regulator):  # an array would make plain integers of them
        monkeypatch.setattr(module, "words", lambda values: [C(value) for value in values])
    board = large_board()
    bed = LoopBench(board, load_ohm, wrap=Checking)
    bed.port.board = large_board()  # the fake itself may compute with any integers
    for part in (
        bed.parts.supervisor,
        bed.parts.session,
        bed.parts.link.telemetry,
        bed.parts.regulator,
    ):
        check_attributes(part)
    one = segment(program.HOLD_TIME, 30_000, 10_000, 0, 400)
    header = {"peak_ua": 30_000, "slew_ua_s": 10_000, "charge_uc": 1_000_000}
    made = words([one], **header, time_s=time_s)
    assert bed.run(Program([C(word) for word in made], board), supervised=False) == outcome
    assert isinstance(bed.parts.dose.gross_uc, CheckedInt)
    if outcome == codes.OUTCOME_FAULTED:
        assert bed.parts.session.fault == codes.FAULT_LOW_IMPEDANCE
