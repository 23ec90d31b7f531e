"""UF2 files: for which chip one is, and whether it is whole.

A file is blocks of 512 bytes. Each has three magic numbers, its number of so many, and the family
of the chip it is for [UF2 specification]. Pure: bytes in, a sentence out.
"""

import struct

RP2040 = 0xE48BFF56  # family [UF2 specification]
_FAMILIES = {
    RP2040: "RP2040",
    0xE48BFF59: "RP2350",
    0xE48BFF5A: "RP2350 (RISC-V)",
    0xE48BFF57: "RP2 (absolute)",
    0xE48BFF58: "RP2 (data)",
}
_BLOCK = 512
_HEAD = struct.Struct("<8I")  # magic, magic, flags, address, bytes, number, count, family
_MAGICS = (0x0A324655, 0x9E5D5157)
_END = 0x0AB16F30
_HAS_FAMILY = 0x2000


def trouble(data: bytes) -> str | None:
    """Why an RP2040 cannot take this file, in words; None: it is a whole UF2 file for one."""
    if len(data) < _BLOCK or _HEAD.unpack_from(data)[:2] != _MAGICS:
        return "this is no UF2 file"
    if len(data) % _BLOCK:
        return f"the file is cut: {len(data)} bytes are no whole blocks of {_BLOCK}"
    found = len(data) // _BLOCK
    for at in range(found):
        wrong = _block_trouble(data, at, found)
        if wrong is not None:
            return wrong
    return None


def _block_trouble(data: bytes, at: int, found: int) -> str | None:
    start = at * _BLOCK
    *magics, flags, _, _, number, count, family = _HEAD.unpack_from(data, start)
    (end,) = struct.unpack_from("<I", data, start + _BLOCK - 4)
    if tuple(magics) != _MAGICS or end != _END:
        return f"block {at} of the file is damaged"
    if not flags & _HAS_FAMILY or family != RP2040:
        chip = _FAMILIES.get(family, f"another chip, family 0x{family:08x}")
        return f"the file is for {chip}; an RP2040 takes family 0x{RP2040:08x}"
    if (number, count) != (at, found):
        return f"the file is cut or mixed: block {at} says {number} of {count}, there are {found}"
    return None
