"""Each patch of the emulator: what happens without it, and what happens with it.

Where a test of the unmended emulator fails after an upgrade, its patch is needless: remove it.
"""

import pytest

_IN_ENDPOINT_1_CONTROL = 0x50100088
_AVAILABLE_5_BYTES = 1 << 10 | 5
_BUFF_STATUS = 0x58


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
