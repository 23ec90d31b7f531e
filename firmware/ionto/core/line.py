"""Parses a complete line: a word, a number if the word takes one, and a CRC-16 if there is one.

The device build compiles `parse` to machine integers, where a line takes 30 us and not 400. So
`parse` uses 32-bit integers, bytes and `while` only. `ptr8`: a bytes-like object.
"""

from .const import const, ptr8
from .crc import CRC_START

LINE_MAX = const(64)  # four times the longest valid line
WORD_MASK = const(7)
CHECKED = const(8)  # the line had its CRC
NUMBER_SHIFT = const(4)  # below it stand the word and CHECKED

_NUMBER_MAX = const(100000)
_SPACE = const(32)
_STAR = const(42)
_DIGIT = const(48)  # "0" .. "9"
_LETTER = const(87)  # "a" .. "f", less 10
_CRC_BYTES = const(5)  # the star and four digits


def parse(line: ptr8, length: int, words: ptr8, count: int, with_number: int) -> int:
    """Parse `length` bytes, without their newline.

    Args:
        words: `count` (up to 7) words, a 0 after each. None is the beginning of another.
        with_number: bit 1 << n is 1 if a space and a number follow word n (from 1).

    Returns:
        The word's number, CHECKED where its CRC was there and right, and the number after it
        shifted by NUMBER_SHIFT; 0 for anything else, a length above LINE_MAX included.
    """
    if length > LINE_MAX:
        return 0
    word = 0
    letter = 0
    at = 0
    while word < count:
        word += 1
        at = 0
        while at < length and words[letter] != 0 and line[at] == words[letter]:
            at += 1
            letter += 1
        if words[letter] == 0:
            break
        while words[letter] != 0:
            letter += 1
        letter += 1
        at = -1
    if at <= 0:
        return 0
    number = 0
    if with_number & (1 << word):
        if at + 1 >= length or line[at] != _SPACE:
            return 0
        at += 1
        first = at
        while at < length and line[at] >= _DIGIT and line[at] < _DIGIT + 10:
            number = number * 10 + line[at] - _DIGIT
            at += 1
            if number >= _NUMBER_MAX:
                return 0
        if at == first:
            return 0
    found = word | number << NUMBER_SHIFT
    if at == length:
        return found
    if length != at + _CRC_BYTES or line[at] != _STAR:
        return 0
    crc = int(CRC_START)
    index = 0
    while index < at:
        # A byte at a time: the table's entry for a byte, worked out (see `frame.seal`).
        high = (crc >> 8) ^ line[index]
        high ^= high >> 4
        crc = ((crc << 8) ^ (high << 12) ^ (high << 5) ^ high) & 0xFFFF
        index += 1
    shift = 16
    while shift > 0:
        shift -= 4
        at += 1
        nibble = (crc >> shift) & 15
        if line[at] != nibble + (_DIGIT if nibble < 10 else _LETTER):
            return 0
    return found | CHECKED
