"""The rules of `ionto/port.py` as a test class that any port can join.

A subclass gives `make()`, a fresh (port, board) on a load of about 5 kOhm. Nothing here looks
behind the contract, so the same class holds a fake, the virtual board and a real one.
"""

import pytest

from ionto.core.units import (
    SAMPLE_A,
    SAMPLE_B,
    SAMPLE_INPUTS,
    SAMPLE_LEN,
    SAMPLE_SUPPLY,
    SAMPLE_V,
    TICK_US,
    WRAP_US,
)
from ionto.port import CheckedPort

STALE = 0x2BADBAD


class PortRules:
    """Join by subclassing with a name that begins with `Test`."""

    settle_ticks = 30  # pump for 10 ms, close, let filter and load follow

    def make(self):
        """Return (port, board)."""
        raise NotImplementedError

    @pytest.fixture
    def begun(self):
        """A begun port under the checker, its board and a buffer; off and ended afterwards."""
        port, board = self.make()
        checked = CheckedPort(port, board)
        checked.begin()
        yield checked, board, [STALE] * SAMPLE_LEN
        checked.off()
        checked.end()

    def run(self, port, buf, ticks, gate=0, drive=0):
        """Whole ticks; the gate closes after 15 ms of pumping."""
        for tick in range(ticks):
            port.wait()
            port.sample(buf)
            closed = gate and tick >= 15
            port.actuate(1 if closed else 0, drive if closed else 0)
            port.feed()
            port.pump()
        return buf

    def test_off_needs_no_begin_and_may_be_repeated(self):
        port, _ = self.make()
        for _ in range(3):
            port.off()

    def test_a_tick_is_1_ms_modulo_the_wrap(self, begun):
        port, _, buf = begun
        self.run(port, buf, 1)
        before_us = port.now_us()
        self.run(port, buf, 20)
        assert (port.now_us() - before_us) & WRAP_US == 20 * TICK_US

    def test_a_sample_fills_every_entry_after_eight_ticks_at_the_latest(self, begun):
        port, _, buf = begun
        self.run(port, buf, 8)
        assert STALE not in buf

    def test_a_sample_at_rest_reads_next_to_nothing(self, begun):
        port, board, buf = begun
        self.run(port, buf, 20)
        small_q4 = board.full_scale_ua * 16 // 50
        assert abs(buf[SAMPLE_A]) <= small_q4
        assert abs(buf[SAMPLE_B]) <= small_q4
        assert abs(buf[SAMPLE_V]) <= board.compliance_mv // 50
        assert buf[SAMPLE_INPUTS] == 0
        assert 0 < buf[SAMPLE_SUPPLY] <= 65_000

    @pytest.mark.parametrize("sign", [1, -1])
    def test_a_drive_makes_its_part_of_full_scale_and_b_follows_the_polarity(self, begun, sign):
        port, board, buf = begun
        port.set_polarity(sign)
        self.run(port, buf, self.settle_ticks, 1, board.drive_counts // 10)
        expected_q4 = board.full_scale_ua * 16 // 10
        assert buf[SAMPLE_A] == pytest.approx(expected_q4, rel=0.1)
        assert buf[SAMPLE_B] == pytest.approx(sign * expected_q4, rel=0.1)
        assert buf[SAMPLE_V] > 0

    def test_a_resample_reads_the_current_again_and_nothing_else(self, begun):
        port, board, buf = begun
        self.run(port, buf, self.settle_ticks, 1, board.drive_counts // 10)
        port.wait()
        port.sample(buf)
        again = list(buf)
        again[SAMPLE_A] = STALE
        port.resample(again)
        assert again[SAMPLE_A] == pytest.approx(buf[SAMPLE_A], rel=0.05)
        assert again[SAMPLE_B:] == buf[SAMPLE_B:]

    def test_a_gate_that_opens_stops_the_current(self, begun):
        port, board, buf = begun
        self.run(port, buf, self.settle_ticks, 1, board.drive_counts // 10)
        self.run(port, buf, 20)
        assert abs(buf[SAMPLE_A]) <= board.full_scale_ua * 16 // 50

    def test_after_off_nothing_actuates_until_the_next_begin(self, begun):
        port, board, buf = begun
        self.run(port, buf, self.settle_ticks, 1, board.drive_counts // 10)
        port.off()
        self.run(port, buf, 40, 1, board.drive_counts // 10)
        assert abs(buf[SAMPLE_A]) <= board.full_scale_ua * 16 // 50
        port.off()
        port.end()
        port.begin()
        self.run(port, buf, self.settle_ticks, 1, board.drive_counts // 10)
        assert buf[SAMPLE_A] > board.full_scale_ua * 16 // 20

    def test_a_starved_dead_man_stops_the_current(self, begun):
        port, board, buf = begun
        self.run(port, buf, self.settle_ticks, 1, board.drive_counts // 10)
        for _ in range(20):
            port.wait()
            port.sample(buf)
            port.actuate(1, board.drive_counts // 10)
            port.feed()
        assert abs(buf[SAMPLE_A]) <= board.full_scale_ua * 16 // 50

    def test_the_probe_lifts_the_voltage_by_its_divider(self, begun):
        port, board, buf = begun
        port.probe(1)
        self.run(port, buf, 250)
        loaded_mv = board.probe_mv * 5 // 105
        assert 0 < buf[SAMPLE_V] < board.probe_mv // 4
        assert buf[SAMPLE_V] == pytest.approx(loaded_mv, rel=0.3)
        port.probe(0)
        self.run(port, buf, 250)
        assert abs(buf[SAMPLE_V]) < loaded_mv / 4

    def test_a_read_with_nothing_waiting_returns_0(self, begun):
        port, _, buf = begun
        byte = bytearray(b"?")
        self.run(port, buf, 1)
        assert port.read(byte) == 0
        assert byte == b"?"
