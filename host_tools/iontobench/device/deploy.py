"""Puts a firmware onto a board so that a cable pulled at any moment leaves one that boots.

The firmware goes into the slot that is not in use; each file is compared by its hash, before and
after. Then `boot.py` and `main.py` are replaced by rename, and last `/slot`, one byte, which is
the switch: until then the old firmware runs, from then on the new one, and `main.py` passes over
a slot whose hashes do not match. It never touches the slot in use.
"""

import hashlib
from collections.abc import Callable, Mapping

import msgspec

from .board_files import Files, write

SLOTS = ("a", "b")
_ROOT = ("boot.py", "main.py")  # in this order: the pins first
_MANIFEST = "manifest"


class DeployError(RuntimeError):
    """What was written is not what is there; the text is one line with what to do."""


class Deployed(msgspec.Struct, frozen=True):
    """What a deploy did: the slot that runs from now on, how many files and bytes it wrote."""

    slot: str
    files: int
    size: int


class Slots(msgspec.Struct, frozen=True):
    """The slots as `main.py` will see them: the one it runs, and which are whole."""

    running: str | None
    whole: tuple[str, ...]
    chosen: str


def slots(files: Files) -> Slots:
    """Judge the slots as the firmware's `main.py` does."""
    chosen = "b" if files.read("/slot")[:1] == b"b" else "a"
    order = (chosen, "a" if chosen == "b" else "b")
    whole = tuple(slot for slot in SLOTS if _is_whole(files, slot))
    running = next((slot for slot in order if slot in whole), None)
    return Slots(running=running, whole=whole, chosen=chosen)


def deploy(
    files: Files,
    firmware: Mapping[str, bytes],
    root: Mapping[str, bytes],
    say: Callable[[str], None] = lambda line: None,
) -> Deployed:
    """Write `firmware` (paths within a slot) and `root` (`boot.py`, `main.py`); say what was done.

    Raises:
        DeployError: a file does not read back as it was written.
        PortError: the link broke; the board boots all the same.
    """
    found = slots(files)
    wanted = {name: _sha256(data) for name, data in firmware.items()}
    writer = _Writer(files, say)
    if found.running is not None and _hashes(files, found.running) == wanted:
        target = found.running
    else:
        target = _other(found.running or "b")
        _fill(writer, target, firmware, wanted)
    for name in _ROOT:
        if files.read(f"/{name}") != root[name]:
            writer.replace(f"/{name}", root[name])
    if files.read("/slot") != target.encode():
        writer.replace("/slot", target.encode())
    return Deployed(slot=target, files=writer.files, size=writer.size)


def _fill(
    writer: "_Writer", target: str, firmware: Mapping[str, bytes], wanted: Mapping[str, str]
) -> None:
    """Make one slot exactly `firmware`, its manifest last."""
    files = writer.target
    there = _hashes(files, target)
    if _MANIFEST in there:
        files.remove(f"/{target}/{_MANIFEST}")  # not whole from here on, whatever happens
    for name in sorted(there.keys() - wanted.keys()):
        files.remove(f"/{target}/{name}")
    for folder in _folders(target, firmware):
        files.make_folder(folder)
    for name in sorted(wanted, key=lambda name: (name == _MANIFEST, name)):
        if name == _MANIFEST or there.get(name) != wanted[name]:
            writer.put(f"/{target}/{name}", firmware[name])
    if _hashes(files, target) != wanted:
        raise DeployError(f"slot {target} does not read back as written; deploy again")


class _Writer:
    """Writes and counts."""

    def __init__(self, files: Files, say: Callable[[str], None]):
        self.target = files
        self.files = 0
        self.size = 0
        self._say = say

    def put(self, path: str, data: bytes) -> None:
        write(self.target, path, data)
        self.files += 1
        self.size += len(data)
        self._say(f"wrote {path}, {len(data)} bytes")

    def replace(self, path: str, data: bytes) -> None:
        """By rename, after reading it back: the old one or the new one, never a piece."""
        fresh = path + ".new"
        self.put(fresh, data)
        if self.target.read(fresh) != data:
            raise DeployError(f"{path} does not read back as written; deploy again")
        self.target.rename(fresh, path)


def _is_whole(files: Files, slot: str) -> bool:
    there = _hashes(files, slot)
    if _MANIFEST not in there:
        return False
    lines = files.read(f"/{slot}/{_MANIFEST}").decode("utf-8", "replace").splitlines()
    pairs = [line.split() for line in lines]
    return bool(pairs) and all(len(pair) == 2 and there.get(pair[1]) == pair[0] for pair in pairs)


def _hashes(files: Files, slot: str) -> dict[str, str]:
    start = f"/{slot}/"
    found = files.hashes(f"/{slot}")
    return {path.removeprefix(start): digest for path, digest in found.items()}


def _folders(slot: str, firmware: Mapping[str, bytes]) -> list[str]:
    found = {f"/{slot}"}
    for name in firmware:
        parts = name.split("/")[:-1]
        found |= {"/".join([f"/{slot}", *parts[: at + 1]]) for at in range(len(parts))}
    return sorted(found)


def _other(slot: str) -> str:
    return "b" if slot == "a" else "a"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
