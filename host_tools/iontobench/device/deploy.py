"""Puts a firmware onto a board so that a cable pulled at any moment leaves one that boots.

The firmware goes into the slot that is not in use; each file is compared by its hash, before and
after. Then come, each by rename, `boot.py`, `main.py` and `/slot`. A slot's manifest names the
`main.py` that belongs to it, and `main.py` prefers a slot that names itself: where it changes, its
rename is the switch from the old firmware to the new one, else that of `/slot` is, and no
`main.py` runs a slot of another while it has one of its own. `boot.py` depends on no slot: any of
them drives every output low. It never touches the slot in use.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping

import msgspec

from .files import Files, write

SLOTS = ("a", "b")
_ROOT = ("boot.py", "main.py")  # in this order: the pins first
_MANIFEST = "manifest"
_MAIN = "/main.py"


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
    there = files.hashes("/")
    ranks = {slot: _rank(files, slot, there) for slot in (chosen, _other(chosen))}
    running = max(ranks, key=lambda slot: ranks[slot])  # of equals the first
    return Slots(
        running=running if ranks[running] else None,
        whole=tuple(slot for slot in SLOTS if ranks[slot]),
        chosen=chosen,
    )


def deploy(
    files: Files,
    firmware: Mapping[str, bytes],
    root: Mapping[str, bytes],
    say: Callable[[str], None] = lambda line: None,
    drop: Collection[str] = (),
) -> Deployed:
    """Write `firmware` (paths within a slot) and `root` (`boot.py`, `main.py`); say what was done.

    What `drop` names (absolute paths) goes first of all: a new firmware must never run with it.

    Raises:
        DeployError: a file does not read back as it was written.
        PortError: the link broke; the board boots all the same.
    """
    for path in sorted(files.hashes("/").keys() & set(drop)):
        files.remove(path)
        say(f"removed {path}")
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


def _rank(files: Files, slot: str, there: Mapping[str, str]) -> int:
    """0: not whole; 1: whole; 2: whole, and it came with the `main.py` that is there."""
    if f"/{slot}/{_MANIFEST}" not in there:
        return 0
    lines = files.read(f"/{slot}/{_MANIFEST}").decode("utf-8", "replace").splitlines()
    pairs = [line.split() for line in lines]
    if any(len(pair) != 2 for pair in pairs):
        return 0
    wanted = {path: digest for digest, path in pairs}
    its_own = wanted.pop(_MAIN, None)
    found = {path: there.get(f"/{slot}/{path}") for path in wanted}
    if not wanted or found != wanted:
        return 0
    return 2 if its_own is not None and its_own == there.get(_MAIN) else 1


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
