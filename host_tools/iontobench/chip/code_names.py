"""Names the code at an address of the emulated chip: firmware in RAM, MicroPython in flash.

The firmware's native functions are found by the chip's own function objects. MicroPython's image
has no names: a function begins where others call it or a table points to it, and has a name only
if it is in MicroPython's table for native code [MicroPython 1.26, py/nativeglue.h]; otherwise its
name is its address. It ends where the next begins, so what was not found counts to the one before
it. Addresses as on the chip's bus.
"""

import struct
from bisect import bisect_right
from collections.abc import Mapping

from iontobench.chip.machine import Chip

FLASH_START = 0x10000000
RAM_START = 0x20000000
_CODE_END = 0x100A0000  # where the filesystem begins
_OTHER = "other"

# By their place in the table. Only functions that run in a tick matter.
_TABLE = {
    3: "mp_native_from_obj",
    4: "mp_native_to_obj",
    5: "mp_native_swap_globals",
    7: "mp_load_global",
    9: "mp_load_attr",
    10: "mp_load_method",
    14: "mp_store_attr",
    15: "mp_obj_subscr",
    16: "mp_obj_is_true",
    17: "mp_unary_op",
    18: "mp_binary_op",
    19: "mp_obj_new_tuple",
    27: "mp_native_call_function_n_kw",
    28: "mp_call_method_n_kw",
    30: "mp_native_getiter",
    31: "mp_native_iternext",
    32: "nlr_push",
    33: "nlr_pop",
    34: "mp_native_raise",
    44: "mp_arg_check_num_sig",
    45: "mp_setup_code_state",
    46: "mp_small_int_floor_divide",
    47: "mp_small_int_modulo",
}
_TABLE_START = struct.pack("<3I", 0x6, 0xE, 0x1E)  # None, False and True [py/obj.h]
_OBJECTS = 3
_TABLE_LEN = 46  # functions; the next, setjmp, is none on this processor

# Every function of the firmware's modules and classes: its object's address, its module's.
_LIST = """
import sys
def _list(module, path, names):
    for name, one in names.items():
        kind = type(one).__name__
        if kind in ("function", "generator"):
            print(path + name, id(one), id(module))
        elif kind == "type":
            _list(module, path + name + ".", one.__dict__)
for _name, _module in sys.modules.items():
    if _name.startswith("ionto."):
        _list(_module, _name[6:] + ".", _module.__dict__)
"""
# Within a function's object [MicroPython 1.26, py/objfun.h]: where it was defined, and its code.
_MODULE_OF_FUNCTION = 4
_CODE_OF_FUNCTION = 12


class CodeNames:
    """Names by address.

    Args:
        starts: where each function begins, and its name.
    """

    def __init__(self, starts: Mapping[int, str]):
        self._starts = sorted(starts)
        self._names = [starts[start] for start in self._starts]

    def name_at(self, address: int) -> str:
        """The function that the address is in; `other` before the first."""
        place = bisect_right(self._starts, address) - 1
        return self._names[place] if place >= 0 else _OTHER

    def tally(self, counts: bytes, base: int, step: int) -> dict[str, int]:
        """Sum counts by function, the most first.

        Args:
            counts: unsigned integers of 4 bytes.
            base: address of the first.
            step: from one address to the next.
        """
        sums: dict[str, int] = {}
        for place, (count,) in enumerate(struct.iter_unpack("<I", counts)):
            if count:
                name = self.name_at(base + place * step)
                sums[name] = sums.get(name, 0) + count
        return dict(sorted(sums.items(), key=lambda item: -item[1]))


def firmware_functions(chip: Chip) -> CodeNames:
    """The firmware's native functions; asks a chip that is at its prompt and has run them."""
    starts: dict[int, str] = {}
    for line in chip.exec(_LIST).decode().splitlines():
        name, function, module = line.split()
        if chip.mcu.read_uint32(int(function) + _MODULE_OF_FUNCTION) == int(module):
            starts[int(chip.mcu.read_uint32(int(function) + _CODE_OF_FUNCTION))] = name
    return CodeNames(starts)


def runtime_functions(chip: Chip) -> CodeNames:
    """MicroPython's functions in the chip's flash."""
    code = bytes(chip.mcu.flash[: _CODE_END - FLASH_START])
    starts = {start: f"0x{start:08x}" for start in called_functions(code)}
    starts.update(table_functions(code))
    return CodeNames(starts)


def called_functions(code: bytes) -> set[int]:
    """Targets of `bl` and of pointers, where a function begins as most do: it saves `lr`."""
    halves = struct.unpack(f"<{len(code) // 2}H", code)
    targets = {
        place + 2 + _branch(halves[place], halves[place + 1])
        for place in range(len(halves) - 1)
        if halves[place] >> 11 == 0b11110 and halves[place + 1] & 0xD000 == 0xD000
    }
    words = struct.unpack(f"<{len(code) // 4}I", code[: len(code) // 4 * 4])
    targets.update((word - FLASH_START) // 2 for word in words if _is_code(word))
    return {
        FLASH_START + 2 * target
        for target in targets
        if 0 <= target < len(halves) and halves[target] >> 8 == 0xB5
    }


def _branch(first: int, second: int) -> int:
    """The distance of a `bl`, in halfwords [ARMv6-M manual, A6.7.13]."""
    sign = first >> 10 & 1
    high = (~((second >> 13 & 1) ^ sign) & 1) << 22 | (~((second >> 11 & 1) ^ sign) & 1) << 21
    distance = high | (first & 0x3FF) << 11 | second & 0x7FF
    return distance - (1 << 23 if sign else 0)


def table_functions(code: bytes) -> dict[int, str]:
    """Addresses and names by MicroPython's table for native code; none where it is not found."""
    begun = code.find(_TABLE_START)
    end = begun + len(_TABLE_START) + 4 * _TABLE_LEN
    if begun < 0 or end > len(code):
        return {}
    words = struct.unpack(f"<{_TABLE_LEN}I", code[begun + len(_TABLE_START) : end])
    if not all(_is_code(word) for word in words):
        return {}
    return {words[place - _OBJECTS] & ~1: name for place, name in _TABLE.items()}


def _is_code(word: int) -> bool:
    """Whether it points to Thumb code in flash."""
    return word & 1 == 1 and FLASH_START <= word < _CODE_END
