"""The rules of the port contract as a test class that any port can join.

A subclass gives `make()`, a new (port, board) on a load of about `rule_load_ohm`. Every call goes
through a `CheckedPort`. Nothing here looks behind the contract, so the same rules hold a fake, a
simulated board and a real one, calibrated first. Must not import pytest: the host tools do not
need it.
"""

from array import array
from contextlib import contextmanager

from ionto.core.units import (
    INPUT_LIMITER,
    SAMPLE_A,
    SAMPLE_B,
    SAMPLE_INPUTS,
    SAMPLE_LEN,
    SAMPLE_SUPPLY,
    SAMPLE_V,
    TICK_US,
    TIMING_LATE,
    TIMING_LEAST,
    TIMING_LONGEST,
    TIMING_MOST,
    UA_Q4,
    WRAP_US,
)

from .checked_port import CALLS, CheckedPort, ContractError

_STALE = 0x2BADBAD
_ANY_LOAD_OHM = 5000
_MEAN_TICKS = 16  # as in the proof
_PUMP_TICKS = 15
_UNWIND_TICKS = 10  # gate low, before ENABLE toggles again and before REARM
_NO_PROOF_UA = 5  # less than this is no current in a proof
_SUPPLY_MAX_MV = 65_000


def _hold(kept, text):
    if not kept:
        raise ContractError(text)


def _near(what, value, expected, tolerance):
    _hold(
        abs(value - expected) <= abs(tolerance),
        f"{what}: {value}, allowed {expected:g} +- {abs(tolerance):g}",
    )


def rule_load_ohm(board):
    """The resistor of the rules: 5 kOhm, or the middle of those that the board works with."""
    return sum(board.loads_ohm) // 2 if board.loads_ohm else _ANY_LOAD_OHM


def _loaded_mv(board):
    """What PROBE leaves over the load."""
    load_ohm = rule_load_ohm(board)
    return board.probe_mv * load_ohm // (board.probe_ohm + load_ohm)


class PortRules:
    """Join by subclassing with a name that begins with `Test`.

    Attributes a subclass may set:
        settle_ticks: 15 ms of pumping, then what filter and load need to settle.
        jitter_us: how far a tick's begin may be off the grid of 1 ms; 0 in virtual time.
    """

    settle_ticks = 30
    jitter_us = 0

    def make(self):
        """Return (port, board): a new port, on about `rule_load_ohm(board)`."""
        raise NotImplementedError("make() has to return a new port and its board")

    @contextmanager
    def begun(self):
        """A begun port under the checker, its board and a buffer; off and ended afterwards."""
        port, board = self.make()
        checked = CheckedPort(port, board)
        checked.begin()
        try:
            yield checked, board, array("i", [_STALE] * SAMPLE_LEN)
        finally:
            checked.off()
            checked.end()

    def run(self, port, buf, ticks, gate=0, drive=0):
        """Whole ticks; the gate closes after 15 ms of pumping."""
        for tick in range(ticks):
            port.wait()
            port.sample(buf)
            closed = gate and tick >= _PUMP_TICKS
            port.actuate(1 if closed else 0, drive if closed else 0)
            port.feed()
            port.pump()

    def unwind(self, port, buf):
        """Ticks without ENABLE, until the gate has been low for 10 ms."""
        for _ in range(_UNWIND_TICKS):
            port.wait()
            port.sample(buf)
            port.feed()

    def drive_a_tenth(self, port, board, buf):
        """Let a tenth of full scale flow and settle."""
        self.run(port, buf, self.settle_ticks, 1, board.drive_counts // 10)

    def no_current(self, board, buf, when):
        """Sense A shows at most 2 % of full scale."""
        _near(f"sense A {when}, _q4", buf[SAMPLE_A], 0, board.full_scale_ua * UA_Q4 // 50)

    def rest_mv(self, port, buf, ticks):
        """The mean load voltage of the last 16 of `ticks` with the gate low, mV."""
        self.run(port, buf, ticks - _MEAN_TICKS)
        total_mv = 0
        for _ in range(_MEAN_TICKS):
            self.run(port, buf, 1)
            total_mv += buf[SAMPLE_V]
        return total_mv / _MEAN_TICKS

    def prove_ua(self, port, board, buf, gate, current_ua):
        """Ask `prove` for `current_ua` (to scale) for 32 ticks; the mean of the last 16, uA."""
        total_q4 = 0
        drive = board.drive_counts * current_ua * board.proof_scale // board.full_scale_ua
        for tick in range(2 * _MEAN_TICKS):
            port.wait()
            port.sample(buf)
            port.prove(gate, drive)
            port.feed()
            port.pump()
            if tick >= _MEAN_TICKS:
                total_q4 += buf[SAMPLE_A]
        return total_q4 / (_MEAN_TICKS * UA_Q4 * board.proof_scale)

    def test_every_call_is_there_and_is_never_replaced(self):
        port, _ = self.make()
        missing = [name for name in CALLS if not callable(getattr(port, name, None))]
        _hold(not missing, f"the port has no {', '.join(missing)}")
        kept = {name: getattr(port, name) for name in CALLS}
        port.begin()
        port.off()
        port.end()
        replaced = [name for name in CALLS if getattr(port, name) != kept[name]]
        _hold(not replaced, f"replaced since the port was made: {', '.join(replaced)}")

    def test_off_needs_no_begin_and_may_be_repeated(self):
        port, _ = self.make()
        for _ in range(3):
            try:
                port.off()
            except Exception as error:
                raise ContractError(f"off() raised {error!r}, it must not raise") from error

    def test_a_tick_is_1_ms_modulo_the_wrap(self):
        with self.begun() as (port, _, buf):
            self.run(port, buf, 1)
            before_us = port.now_us()
            self.run(port, buf, 20)
            lasted_us = (port.now_us() - before_us) & WRAP_US
            _near("20 ticks, us", lasted_us, 20 * TICK_US, self.jitter_us)

    def test_the_timing_is_that_of_the_ticks_since_begin(self):
        with self.begun() as (port, _, buf):
            self.run(port, buf, 20)
            _hold(port.timing(TIMING_LATE) == 0, "timing(): a late tick, where none was")
            longest_us = port.timing(TIMING_LONGEST)
            _near("timing(): longest interval, us", longest_us, TICK_US, self.jitter_us)
            least_us, most_us = port.timing(TIMING_LEAST), port.timing(TIMING_MOST)
            ordered = -1 <= least_us <= most_us < TICK_US
            _hold(ordered, f"timing(): woken {least_us} to {most_us} us after a tick is due")

    def test_a_resample_does_not_delay_the_next_tick(self):
        with self.begun() as (port, _, buf):
            self.run(port, buf, 1)
            before_us = port.now_us()
            for tick in range(1, 9):
                port.wait()
                lasted_us = (port.now_us() - before_us) & WRAP_US
                _near(f"begin of tick {tick}, us", lasted_us, tick * TICK_US, self.jitter_us)
                port.sample(buf)
                port.resample(buf)
                port.feed()

    def test_a_sample_fills_every_entry_after_eight_ticks_at_the_latest(self):
        with self.begun() as (port, _, buf):
            self.run(port, buf, 8)
            stale = [entry for entry, value in enumerate(buf) if value == _STALE]
            _hold(not stale, f"sample() does not fill entries {stale}")

    def test_a_sample_at_rest_reads_next_to_nothing(self):
        with self.begun() as (port, board, buf):
            self.run(port, buf, 20)
            small_q4 = board.full_scale_ua * UA_Q4 // 50
            _near("sense A at rest, _q4", buf[SAMPLE_A], 0, small_q4)
            _near("sense B at rest, _q4", buf[SAMPLE_B], 0, small_q4)
            _near("load voltage at rest, mV", buf[SAMPLE_V], 0, board.compliance_mv // 50)
            _near("inputs at rest", buf[SAMPLE_INPUTS], 0, 0)
            supply_mv = buf[SAMPLE_SUPPLY]
            _hold(
                0 < supply_mv <= _SUPPLY_MAX_MV,
                f"supply: {supply_mv} mV, allowed 1 to {_SUPPLY_MAX_MV}",
            )

    def test_a_drive_makes_its_part_of_full_scale_and_b_follows_the_polarity(self):
        for sign in (1, -1):
            with self.begun() as (port, board, buf):
                if sign < 0 and not board.bridge:
                    return
                port.set_polarity(sign)
                self.drive_a_tenth(port, board, buf)
                expected_q4 = board.full_scale_ua * UA_Q4 // 10
                tolerance_q4 = expected_q4 * 0.1
                _near("sense A at a tenth, _q4", buf[SAMPLE_A], expected_q4, tolerance_q4)
                what = f"sense B at a tenth, polarity {sign:+d}, _q4"
                _near(what, buf[SAMPLE_B], sign * expected_q4, tolerance_q4)
                _hold(buf[SAMPLE_V] > 0, f"load voltage: {buf[SAMPLE_V]} mV, allowed above 0")

    def test_a_resample_reads_the_current_again_and_nothing_else(self):
        with self.begun() as (port, board, buf):
            self.drive_a_tenth(port, board, buf)
            port.wait()
            port.sample(buf)
            again = buf[:]
            again[SAMPLE_A] = _STALE
            port.resample(again)
            first_q4 = buf[SAMPLE_A]
            _near("sense A read again, _q4", again[SAMPLE_A], first_q4, first_q4 * 0.05)
            same = again[SAMPLE_B:] == buf[SAMPLE_B:]
            _hold(same, "resample() changes more than sense A")

    def test_a_gate_that_opens_stops_the_current(self):
        with self.begun() as (port, board, buf):
            self.drive_a_tenth(port, board, buf)
            self.run(port, buf, 20)
            self.no_current(board, buf, "20 ms after the gate opened")

    def test_after_off_nothing_actuates_until_the_next_begin(self):
        with self.begun() as (port, board, buf):
            self.drive_a_tenth(port, board, buf)
            port.off()
            self.run(port, buf, 40, 1, board.drive_counts // 10)
            self.no_current(board, buf, "after off()")
            proven_ua = self.prove_ua(port, board, buf, 1, 60)
            _near("sense A proven after off(), µA", proven_ua, 0, _NO_PROOF_UA)
            port.off()
            port.end()
            port.begin()
            self.drive_a_tenth(port, board, buf)
            least_q4 = board.full_scale_ua * UA_Q4 // 20
            found_q4 = buf[SAMPLE_A]
            text = f"sense A after the next begin(): {found_q4} _q4, allowed above {least_q4}"
            _hold(found_q4 > least_q4, text)

    def test_off_switches_the_probe_off(self):
        with self.begun() as (port, board, buf):
            port.probe(1)
            self.run(port, buf, 250)
            port.off()
            found_mv = self.rest_mv(port, buf, 250)
            _near("load voltage after off(), mV", found_mv, 0, _loaded_mv(board) / 4)

    def test_a_starved_dead_man_stops_the_current(self):
        with self.begun() as (port, board, buf):
            self.drive_a_tenth(port, board, buf)
            for _ in range(20):
                port.wait()
                port.sample(buf)
                port.actuate(1, board.drive_counts // 10)
                port.feed()
            self.no_current(board, buf, "20 ms after the last pump()")

    def test_the_probe_lifts_the_voltage_by_its_divider(self):
        with self.begun() as (port, board, buf):
            loaded_mv = _loaded_mv(board)
            port.probe(1)
            found_mv = self.rest_mv(port, buf, 250)
            _near("load voltage, probe on, mV", found_mv, loaded_mv, loaded_mv * 0.3)
            port.probe(0)
            found_mv = self.rest_mv(port, buf, 250)
            _near("load voltage, probe off, mV", found_mv, 0, loaded_mv / 4)

    def test_a_proof_drives_a_small_current_and_none_with_the_gate_low(self):
        with self.begun() as (port, board, buf):
            self.run(port, buf, _PUMP_TICKS)
            _near("sense A, 30 µA proven, µA", self.prove_ua(port, board, buf, 1, 30), 30, 15)
            low_ua = self.prove_ua(port, board, buf, 0, 30)
            _near("sense A, the gate low and the drive on, µA", low_ua, 0, _NO_PROOF_UA)

    def test_the_limiter_trips_at_its_test_threshold_and_can_be_rearmed(self):
        with self.begun() as (port, board, buf):
            if not board.lim_test:
                return
            self.run(port, buf, _PUMP_TICKS)
            found_ua = self.prove_ua(port, board, buf, 1, 45)
            _near("sense A, 45 µA before lim_test(1), µA", found_ua, 45, 15)
            port.lim_test(1)
            found_ua = self.prove_ua(port, board, buf, 1, 45)
            _near("sense A, 45 µA with lim_test(1), µA", found_ua, 0, _NO_PROOF_UA)
            tripped = buf[SAMPLE_INPUTS] & INPUT_LIMITER
            _hold(tripped, "INPUT_LIMITER is not set after 45 µA with lim_test(1)")
            self.prove_ua(port, board, buf, 0, 0)
            port.lim_test(0)
            port.rearm()
            self.run(port, buf, 20)
            tripped = buf[SAMPLE_INPUTS] & INPUT_LIMITER
            _hold(not tripped, "INPUT_LIMITER is still set 20 ms after rearm()")
            found_ua = self.prove_ua(port, board, buf, 1, 45)
            _near("sense A, 45 µA after rearm(), µA", found_ua, 45, 15)

    def test_off_restores_the_limiters_threshold(self):
        with self.begun() as (port, board, buf):
            if not board.lim_test:
                return
            self.run(port, buf, _PUMP_TICKS)
            self.prove_ua(port, board, buf, 1, 20)
            port.lim_test(1)
            port.off()
            port.end()
            port.begin()
            self.unwind(port, buf)
            port.rearm()
            self.run(port, buf, _PUMP_TICKS)
            found_ua = self.prove_ua(port, board, buf, 1, 45)
            _near("sense A, 45 µA after off() and begin(), µA", found_ua, 45, 15)

    def test_a_read_with_nothing_waiting_returns_0(self):
        with self.begun() as (port, _, buf):
            byte = bytearray(b"?")
            self.run(port, buf, 1)
            count = port.read(byte)
            _hold(count == 0, f"read() returned {count} with nothing waiting, allowed 0")
            _hold(byte == b"?", "read() with nothing waiting changes its buffer")

    def test_a_write_and_a_put_do_not_outlast_a_tick(self):
        with self.begun() as (port, _, buf):
            self.run(port, buf, 1)
            for call, args in (
                (port.write, (bytearray(b"0123456789\n"), 11)),
                (port.put, (bytearray(b"\n"),)),
            ):
                before_us = port.now_us()
                call(*args)
                lasted_us = (port.now_us() - before_us) & WRAP_US
                text = f"{call.__name__}() took {lasted_us} us, allowed {TICK_US}"
                _hold(lasted_us <= TICK_US, text)
