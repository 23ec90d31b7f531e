"""CRC-16/CCITT-FALSE, by the nibble."""

import binascii

from hypothesis import given
from hypothesis import strategies as st

from ionto.core.crc import CRC_START, CRC_TABLE, crc16, crc_nibble


def test_the_check_value_is_that_of_ccitt_false():
    assert crc16(b"123456789") == 0x29B1
    assert crc16(b"") == CRC_START == 0xFFFF
    assert len(CRC_TABLE) == 16


@given(st.binary(max_size=100))
def test_the_nibbles_of_a_byte_give_the_crc_of_the_byte(data):
    crc = CRC_START
    for digit in data.hex():
        crc = crc_nibble(crc, int(digit, 16))
    assert crc == crc16(data) == binascii.crc_hqx(data, 0xFFFF)


@given(st.binary(min_size=1, max_size=48), st.integers(0, 10**6), st.integers(1, 0xFFFF))
def test_every_burst_of_up_to_16_bits_is_found(data, at, burst):
    number = int.from_bytes(data, "big")
    bits = 8 * len(data)
    changed = number ^ (burst << at % bits) & ((1 << bits) - 1)
    if changed != number:
        assert crc16(changed.to_bytes(len(data), "big")) != crc16(data)
