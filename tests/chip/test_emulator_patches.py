"""Each patch of the emulator: what happens without it, and what happens with it.

Where a test of the unmended emulator fails after an upgrade, its patch is needless: remove it.
"""

import pytest

_IN_ENDPOINT_1_CONTROL = 0x50100088
_AVAILABLE_5_BYTES = 1 << 10 | 5
_BUFF_STATUS = 0x58
_PWM = 0x40050000
_SLICE_1 = 0x14
_PIN_2_FUNCTION = 0x40014014
_CLK_PERI_CTRL = 0x40008048
_SPI0_CR0 = 0x4003C000
_SPI0_CPSR = 0x4003C010


def _count_empty_answers(mcu):
    """Counts the zero-length packets that the host sends."""
    empty = []
    done = mcu.usb_ctrl.endpoint_read_done

    def counted(endpoint, buffer, delay=None):
        if endpoint and not buffer:
            empty.append(endpoint)
        done(endpoint, buffer, delay)

    mcu.usb_ctrl.endpoint_read_done = counted
    return empty


def test_unmended_host_floods_the_chip_with_empty_packets(chip):
    from rp2040py.usb.cdc import USBCDC

    empty = _count_empty_answers(chip.mcu)
    USBCDC(chip.mcu.usb_ctrl)
    chip.hard_reset()
    chip.run_until_us(chip.now_us + 50_000)
    assert len(empty) > 500


def test_patient_host_sends_nothing_while_it_has_nothing(chip):
    empty = _count_empty_answers(chip.mcu)
    chip.hard_reset()
    chip.prompt()
    chip.exec("pass")
    chip.run_until_us(chip.now_us + 50_000)
    assert empty == []


@pytest.fixture
def bare_mcu(emulator):
    """The emulator's chip without firmware and without patches."""
    from rp2040py.rp2040 import RP2040

    return RP2040()


def test_unmended_controller_says_sent_though_no_host_reads(bare_mcu):
    bare_mcu.write_uint32(_IN_ENDPOINT_1_CONTROL, _AVAILABLE_5_BYTES)
    assert bare_mcu.usb_ctrl.read_uint32(_BUFF_STATUS) != 0


def test_unread_port_holds_the_packet_until_the_host_reads_again(bare_mcu):
    from iontobench.chip.patches import PatientCDC, UnreadPort

    cdc = PatientCDC(bare_mcu)
    cdc._in_endpoint = 1
    unread = UnreadPort(bare_mcu, cdc)
    unread.reading = False
    bare_mcu.write_uint32(_IN_ENDPOINT_1_CONTROL, _AVAILABLE_5_BYTES)
    assert bare_mcu.usb_ctrl.read_uint32(_BUFF_STATUS) == 0
    unread.reading = True
    assert bare_mcu.usb_ctrl.read_uint32(_BUFF_STATUS) != 0


def test_packet_held_at_a_reset_is_gone(bare_mcu):
    from iontobench.chip.patches import PatientCDC, UnreadPort

    cdc = PatientCDC(bare_mcu)
    cdc._in_endpoint = 1
    unread = UnreadPort(bare_mcu, cdc)
    unread.reading = False
    bare_mcu.write_uint32(_IN_ENDPOINT_1_CONTROL, _AVAILABLE_5_BYTES)
    unread.forget()
    unread.reading = True
    assert bare_mcu.usb_ctrl.read_uint32(_BUFF_STATUS) == 0


def _write_divider_of_a_stopped_slice(mcu):
    from rp2040py.peripherals.pwm import CHN_CSR, CHN_DIV

    channel = mcu.pwm.channels[1]
    channel.write_register(CHN_CSR, 0)
    channel.write_register(CHN_DIV, 2 << 4)
    return channel.timer.enable


def test_unmended_slice_starts_when_its_divider_is_written(bare_mcu):
    assert _write_divider_of_a_stopped_slice(bare_mcu)


def test_stopped_slice_stays_stopped_when_its_divider_is_written(bare_mcu):
    from rp2040py.peripherals.pwm import CHN_CSR, CHN_DIV, CSR_EN

    from iontobench.chip.patches import keep_stopped_slices_stopped

    keep_stopped_slices_stopped(bare_mcu)
    assert not _write_divider_of_a_stopped_slice(bare_mcu)
    channel = bare_mcu.pwm.channels[1]
    channel.write_register(CHN_CSR, CSR_EN)
    channel.write_register(CHN_DIV, 3 << 4)
    assert channel.timer.enable


def test_watched_duty_is_told_of_every_write_that_may_change_it(bare_mcu):
    from rp2040py.peripherals.pwm import CHN_CSR, CSR_EN

    from iontobench.chip.patches import watch_duty

    changes = []
    watch_duty(bare_mcu, bare_mcu.pwm.channels[1], lambda: changes.append(None))
    bare_mcu.write_uint32(_PWM + _SLICE_1 + CHN_CSR, CSR_EN)
    assert changes
    changes.clear()
    bare_mcu.write_uint32(_PIN_2_FUNCTION, 4)
    assert len(changes) == 1


def test_watched_duty_is_told_of_the_wrap_that_latches_a_new_one(chip):
    from iontobench.chip.patches import watch_duty

    chip.exec("import machine\np = machine.PWM(machine.Pin(2), freq=1000, duty_u16=9000)")
    changes = []
    watch_duty(chip.mcu, chip.mcu.pwm.channels[1], lambda: changes.append(chip.now_us))
    chip.run_until_us(chip.now_us + 3000)
    assert changes == []
    chip.exec("p.duty_u16(20000)")
    chip.run_until_us(chip.now_us + 3000)
    assert len(changes) >= 2  # the write, and the wrap at which it counts


def test_inputs_are_prepared_whenever_the_chip_reads_them(chip):
    from iontobench.chip.patches import before_inputs

    chip.exec("import machine\npin = machine.Pin(9, machine.Pin.IN)")
    prepared = []

    def prepare():
        prepared.append(None)
        chip.mcu.gpio[9].set_input_value(len(prepared) > 1)

    before_inputs(chip.mcu, prepare)
    assert chip.exec("print(pin(), pin(), pin())") == b"0 1 1\r\n"
    assert len(prepared) == 3


def test_alarm_is_told_as_it_fires_until_that_is_ended(chip):
    from iontobench.chip.patches import after_alarm

    chip.exec("import machine\nt = machine.Timer(-1, freq=1000, callback=lambda t: None)")
    alarms = []
    end = after_alarm(chip.mcu, alarms.append)
    chip.run_until_us(chip.now_us + 5000)
    assert set(alarms) == {3}
    assert len(alarms) >= 4
    end()
    alarms.clear()
    chip.run_until_us(chip.now_us + 5000)
    assert alarms == []


def test_unmended_spi_reckons_with_125_mhz_and_the_mended_one_with_the_usb_clock(bare_mcu):
    from iontobench.chip.patches import spi_word_ns

    spi = bare_mcu.spi[0]
    bare_mcu.write_uint32(_SPI0_CR0, 0x18F)  # a divider of 2 beside the prescaler's
    bare_mcu.write_uint32(_SPI0_CPSR, 2)
    bare_mcu.write_uint32(_CLK_PERI_CTRL, 0x840)  # as MicroPython leaves it
    assert spi.clock_frequency == pytest.approx(31.25e6)
    assert spi_word_ns(bare_mcu, 0) == pytest.approx(16 / 12e-3)
    bare_mcu.write_uint32(_CLK_PERI_CTRL, 0x800)
    assert spi_word_ns(bare_mcu, 0) == pytest.approx(16 / 31.25e-3)
