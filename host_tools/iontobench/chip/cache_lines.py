"""Our lines in the emulator's sources: they ask the cache's model and serve its waits.

Each stands at an anchor, a short piece of the pinned version's source that must be there exactly
once. Another version, or a changed anchor, is refused in one line. With the model switched off
the emulator does what it did without these lines. It must not hold any of the emulator's own
code beyond the anchors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

VERSION = "0.3.6"  # whose anchors these are

_NATIVE = "src/rp2040py/native/"
_FETCHED = "opcode = self.rp2040.read_uint16(opcode_pc)"
_FETCHED_WIDE = "opcode2 = self.rp2040.read_uint16(opcode_pc + 2)"
_READ_16 = "            offset = addr - FLASH_START\n"
_READ_32 = "            return read_uint32_le(self._flash, offset)\n"
_READ_8 = "            return self._flash[addr - FLASH_START]\n"
_ASK = """\
            if self.flash_cache.is_on:
                self.flash_cache.read(addr)
"""
_FETCH = """\
    cdef unsigned int fetch_uint16(self, unsigned int address) except? 0:
        if self.flash_cache.is_on:
            self.flash_cache.fetch(address, self.core.ipsr)
        if address >> 24 == 0x10:
            return read_uint16_le(self._flash, address & 0xFFFFFF)
        return self.read_uint16(address)

"""
_STALL = """\
        if self.rp2040.flash_cache.stall_clk:
            delta_cycles += <int> self.rp2040.flash_cache.take_stall()
"""
_IMPORTS = "from rp2040py.native._simulation_clock cimport SimulationClock\n"
_IMPORT = "from rp2040py.native._flash_cache cimport FlashCache\n"


class AnchorError(RuntimeError):
    """The emulator's sources are not those that our lines are made for."""


@dataclass(frozen=True)
class Change:
    """One place in one file: `anchor` becomes `text`."""

    file: str
    anchor: str
    text: str


def _before(file: str, anchor: str, lines: str) -> Change:
    return Change(_NATIVE + file, anchor, lines + anchor)


def _after(file: str, anchor: str, lines: str) -> Change:
    return Change(_NATIVE + file, anchor, anchor + lines)


CHANGES = (
    _after(
        "_rp2040.pxd",
        "cdef class RP2040:\n",
        "    cdef public FlashCache flash_cache\n"
        "    cdef unsigned int fetch_uint16(self, unsigned int address) except? 0\n",
    ),
    _after("_rp2040.pxd", _IMPORTS, _IMPORT),
    _before(
        "_rp2040.pyx",
        "        self.core = CortexM0Core(self)\n",
        "        self.flash_cache = FlashCache()\n",
    ),
    _before("_rp2040.pyx", "    cpdef unsigned int read_uint32(self", _FETCH),
    _before("_rp2040.pyx", _READ_32, _ASK),
    _before("_rp2040.pyx", _READ_16, _ASK),
    _before("_rp2040.pyx", _READ_8, _ASK),
    Change(
        _NATIVE + "_cortex_m0_core.pyx", _FETCHED, _FETCHED.replace("read_uint16", "fetch_uint16")
    ),
    Change(
        _NATIVE + "_cortex_m0_core.pyx",
        _FETCHED_WIDE,
        _FETCHED_WIDE.replace("read_uint16", "fetch_uint16"),
    ),
    _before("_cortex_m0_core.pyx", "        self.cycles += delta_cycles\n", _STALL),
    _after(
        "_simulator.pyx",
        "    cdef SimulationClock clock = simulator.clock\n",
        "    cdef double CYCLE_NANOS = rp2040.flash_cache.cycle_ns\n",
    ),
    # Our own setup compiles the model too.
    Change(
        "setup.py",
        'sorted(Path("src/rp2040py/native").glob("*.pyx"))',
        '(*sorted(Path("src/rp2040py/native").glob("*.pyx")), '
        'Path("src/rp2040py/native/_flash_cache.py"))',
    ),
)


def insert(sources: Path, version: str, changes: Sequence[Change] = CHANGES) -> None:
    """Change the emulator's unpacked sources; nothing is written where an anchor is missing.

    Raises:
        AnchorError: another version, or an anchor that is not there exactly once.
    """
    if version != VERSION:
        raise AnchorError(
            f"the cache's model is made for the emulator {VERSION}, this is {version}: "
            f"look at each anchor in {Path(__file__).name}, then change VERSION"
        )
    texts: dict[str, str] = {}
    for change in changes:
        text = texts.get(change.file) or _read(sources / change.file)
        found = text.count(change.anchor)
        if found != 1:
            first = change.anchor.strip().splitlines()[0]
            raise AnchorError(
                f"the emulator's {change.file} has the anchor {first!r} {found} times, not once: "
                f"its sources are not those of {VERSION}"
            )
        texts[change.file] = text.replace(change.anchor, change.text)
    for name, text in texts.items():
        (sources / name).write_text(text, encoding="utf-8")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AnchorError(f"the emulator's sources have no {path.name}") from None
