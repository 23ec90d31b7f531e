"""The models of DAC8562 and ADS8688, bit by bit against the data sheets.

DAC: SLAS719D, Tables 8 and 11 (frame, commands), 12 and 13 (address, reference, gain, LDAC).
Converter: SBAS686, 8.4.1.2 (a frame) and Table 6 (commands); SBASBC4, Table 8-1 (commands) and its
program registers. Which of it was read and which is by memory: [docs/platform.md, SPI converters].
"""

import pytest

from iontobench.chip.spi_parts import AUTO, IDLE, MANUAL, POWERED_DOWN, STANDBY, Ads8688, Dac8562

CODES = 1 << 16


class Wired:
    """A DAC and what it told."""

    def __init__(self):
        self.told = []
        self.dac = Dac8562(self.told.append)

    def frame(self, bits, clocks=32):
        """One frame of 24 bits, the rest of its clocks zero."""
        self.dac.select(True)
        shifted = bits << 8
        for at in range(32, 32 - clocks, -16):
            self.dac.clock(shifted >> (at - 16) & 0xFFFF)
        self.dac.select(False)
        return self.dac.volts


@pytest.fixture
def dac():
    return Wired()


@pytest.fixture
def ready(dac):
    """As the firmware begins: reset, LDAC ignored, reference on, gain 1."""
    for bits in (0x280001, 0x300003, 0x380001, 0x020003):
        dac.frame(bits)
    return dac


def test_a_dac_powers_up_at_zero_without_its_reference(dac):
    assert dac.dac.volts == 0
    assert dac.frame(0x18FFFF) == 0


def test_a_write_with_update_sets_the_output_of_its_code(ready):
    for code in (0, 1, 0x1234, 0x8000, 0xFFFF):
        assert ready.frame(0x180000 | code) == pytest.approx(2.5 * code / CODES)


def test_the_reference_doubles_the_gain_until_it_is_set_back(dac):
    dac.frame(0x380001)
    assert dac.frame(0x188000) == pytest.approx(2.5)
    assert dac.frame(0x020003) == pytest.approx(1.25)
    assert dac.frame(0x020002) == pytest.approx(2.5)  # DAC-A 2, DAC-B 1
    assert dac.frame(0x380000) == 0


def test_a_write_without_update_waits_for_one(ready):
    assert ready.frame(0x008000) == 0
    assert ready.frame(0x080000) == pytest.approx(1.25)  # update DAC-A
    ready.frame(0x004000)
    assert ready.frame(0x110000) == pytest.approx(0.625)  # write B, update all


def test_output_b_is_another_one_and_address_7_is_both(ready):
    ready.frame(0x188000)
    assert ready.frame(0x190000) == pytest.approx(1.25)
    assert ready.frame(0x1F4000) == pytest.approx(0.625)


def test_the_first_two_bits_have_no_meaning(ready):
    assert ready.frame(0xD88000) == pytest.approx(1.25)


def test_a_frame_of_less_than_24_clocks_has_no_effect(ready):
    ready.frame(0x188000)
    assert ready.frame(0x18FFFF, clocks=16) == pytest.approx(1.25)


def test_clocks_after_the_24th_and_without_sync_have_no_effect(ready):
    ready.dac.select(True)
    for word in (0x1880, 0x00FF, 0x18FF, 0xFFFF):
        ready.dac.clock(word)
    ready.dac.select(False)
    for word in (0x18FF, 0xFF00):
        ready.dac.clock(word)
    assert ready.dac.volts == pytest.approx(1.25)


def test_clr_makes_zero_and_a_later_frame_writes_again(ready):
    ready.frame(0x188000)
    ready.dac.clear()
    assert ready.dac.volts == 0
    assert ready.frame(0x188000) == pytest.approx(1.25)


def test_power_down_is_zero_and_a_reset_is_as_at_power_up(ready):
    ready.frame(0x188000)
    assert ready.frame(0x200011) == 0
    assert ready.frame(0x200003) == pytest.approx(1.25)
    assert ready.frame(0x280001) == 0
    assert ready.frame(0x18FFFF) == 0  # no reference


def test_the_dac_tells_each_change_of_its_output_once(ready):
    for code in (0x8000, 0x8000, 0x4000):
        ready.frame(0x180000 | code)
    assert ready.told == pytest.approx([1.25, 0.625])


def test_faults_of_the_dac_dead_deaf_and_without_reference(ready):
    ready.frame(0x188000)
    ready.dac.is_deaf = True
    assert ready.frame(0x180000) == pytest.approx(1.25)
    ready.dac.clear()
    assert ready.dac.volts == pytest.approx(1.25)
    ready.dac.is_deaf = False
    ready.dac.reference_v = 0.0
    assert ready.dac.volts == 0
    ready.dac.reference_v = 2.5
    ready.dac.is_dead = True
    assert ready.dac.volts == 0


class Bus:
    """A converter, its inputs in volts, and a clock that goes on by each frame."""

    def __init__(self):
        self.volts = dict.fromkeys(range(8), 0.0)
        self.asked = []
        self.adc = Ads8688(self._read)
        self.now_ns = 0.0

    def _read(self, channel):
        self.asked.append(channel)
        return self.volts[channel]

    def frame(self, word, gap_ns=1500.0):
        """32 clocks: the first 16 that came back, and the last 16."""
        self.now_ns += gap_ns
        self.adc.select(True, self.now_ns)
        heard = self.adc.clock(word), self.adc.clock(0)
        self.now_ns += 2667.0
        self.adc.select(False, self.now_ns)
        return heard


@pytest.fixture
def bus():
    return Bus()


def write(address, data):
    return address << 9 | 0x100 | data


def test_a_converter_powers_up_idle_with_wide_ranges_and_converts_nothing(bus):
    assert bus.adc.mode == IDLE
    assert [bus.frame(address << 9)[1] >> 8 for address in range(5, 13)] == [0] * 8
    assert bus.frame(0x0000) == (0, 0)
    assert bus.asked == []


def test_a_range_is_written_and_read_back_in_bits_15_to_8(bus):
    assert bus.frame(write(5, 6)) == (0, 0x0600)
    assert bus.frame(5 << 9) == (0, 0x0600)
    assert bus.adc.range_of(0) == 6
    assert bus.frame(6 << 9) == (0, 0)


def test_the_channel_of_the_next_frame_is_in_this_one(bus):
    for channel in range(4):
        bus.frame(write(5 + channel, 6))
        bus.volts[channel] = 1.0 + channel
    bus.frame(0xC000)
    codes = [bus.frame(word)[1] for word in (0xC400, 0xC800, 0xCC00, 0xC000)]
    assert codes == [round((1.0 + channel) / 5.12 * CODES) for channel in range(4)]
    assert bus.asked == [0, 1, 2, 3]


def test_no_op_goes_on_with_the_same_channel(bus):
    bus.frame(0xC400)
    bus.frame(0x0000)
    bus.frame(0x0000)
    assert bus.asked == [1, 1]


@pytest.mark.parametrize(
    ("code", "low_v", "high_v"),
    [(0, -10.24, 10.24), (1, -5.12, 5.12), (2, -2.56, 2.56), (5, 0, 10.24), (6, 0, 5.12)],
)
def test_each_range_has_its_ends(bus, code, low_v, high_v):
    bus.frame(write(5, code))
    bus.frame(0xC000)
    for volts, told in ((low_v, 0), ((low_v + high_v) / 2, CODES // 2), (high_v + 1, CODES - 1)):
        bus.volts[0] = volts
        assert bus.frame(0xC000)[1] == told


def test_the_input_is_taken_when_the_select_line_falls(bus):
    bus.frame(write(5, 6))
    bus.frame(0xC000)
    bus.volts[0] = 2.56
    bus.adc.select(True, bus.now_ns + 2000)
    bus.volts[0] = 0.0
    assert [bus.adc.clock(0xC000), bus.adc.clock(0)] == [0, CODES // 2]


def test_automatic_mode_goes_through_the_enabled_channels(bus):
    bus.frame(write(1, 0b0101))
    bus.frame(0xA000)
    assert bus.adc.mode == AUTO
    for _ in range(4):
        bus.frame(0x0000)
    assert bus.asked == [0, 2, 0, 2]


def test_standby_power_down_and_reset(bus):
    bus.frame(write(5, 6))
    for word, mode, kept in ((0x8200, STANDBY, 6), (0xC000, MANUAL, 6), (0x8500, IDLE, 0)):
        bus.frame(word)
        assert (bus.adc.mode, bus.adc.range_of(0)) == (mode, kept)
    bus.frame(write(5, 6))
    bus.frame(0x8300)
    assert (bus.adc.mode, bus.adc.range_of(0)) == (POWERED_DOWN, 0)


def test_a_frame_of_a_single_word_executes_its_command(bus):
    bus.adc.select(True, 10.0)
    bus.adc.clock(0xC800)
    bus.adc.select(False, 20.0)
    bus.frame(0)
    assert bus.asked == [2]


def test_without_its_select_line_it_says_and_does_nothing(bus):
    assert [bus.adc.clock(0xC000), bus.adc.clock(0)] == [0, 0]
    assert bus.adc.mode == IDLE


def test_wrong_reference_missing_reference_and_swapped_channels(bus):
    for channel in range(4):
        bus.frame(write(5 + channel, 6))
    bus.volts[0], bus.volts[1] = 1.0, 2.0
    bus.frame(0xC000)
    bus.adc.reference_v = 4.096 * 1.05
    assert bus.frame(0xC000)[1] == round(1.0 / 1.05 / 5.12 * CODES)
    bus.adc.reference_v = 0.0
    assert bus.frame(0xC000)[1] == CODES - 1
    bus.adc.reference_v = 4.096
    bus.adc.is_swapped = True
    assert bus.frame(0xC000)[1] == round(2.0 / 5.12 * CODES)


def test_the_time_that_a_channel_had_to_settle_is_kept(bus):
    bus.frame(0xC000)
    bus.frame(0xC400, gap_ns=1500.0)
    bus.frame(0xC000, gap_ns=1160.0)
    assert bus.adc.settled_ns == pytest.approx(1160.0)
