"""A deploy that is cut at any write leaves a board that boots: old or new, never a mix."""

import ast
import hashlib
import types

import pytest
import serial

from iontobench import tree
from iontobench.device.board_files import BoardFiles
from iontobench.device.connection import connect
from iontobench.device.deploy import DeployError, deploy, slots
from iontobench.device.serial_port import PortError

from .cli import call
from .link_bench import NAME
from .link_board import Board
from .link_firmware import Firmware
from .link_memory import Memory

ROOT = ("boot.py", "main.py")


def firmware(mark, gone=()):
    """A firmware of some files, one of them in more than one piece, with its manifest."""
    files = {
        "ionto/board.mpy": b"board " + mark,
        "ionto/core/telemetry.mpy": (mark + b"0123456789abcdef") * 120,
        "ionto/same.mpy": b"the same in both",
        **({} if gone else {"ionto/old/left.mpy": b"only in the old one"}),
    }
    lines = [
        f"{hashlib.sha256(data).hexdigest()} {name}\n" for name, data in sorted(files.items())
    ]
    return files | {"manifest": "".join(lines).encode()}


OLD, NEW = firmware(b"old"), firmware(b"new", gone=["ionto/old/left.mpy"])
OLD_ROOT = {name: b"# old " + name.encode() for name in ROOT}
NEW_ROOT = {name: b"# new " + name.encode() for name in ROOT}


def deployed(slot="a", files=OLD, root=OLD_ROOT):
    """The files of a board that was deployed before."""
    made = {f"/{slot}/{name}": data for name, data in files.items()}
    return made | {f"/{name}": data for name, data in root.items()} | {"/slot": slot.encode()}


def boots(memory):
    """The slot that the firmware's own `main.py` chooses on these files, or None."""
    source = ast.parse(tree.main_py().read_text())
    defined = (ast.FunctionDef, ast.Import, ast.ImportFrom, ast.Assign)
    kept = [node for node in source.body if isinstance(node, defined)]
    source.body = [node for node in kept if "_start()" not in ast.unparse(node)]
    machine = types.SimpleNamespace(mem32={})
    names = {"open": memory.open, "print": lambda *_: None}
    import builtins

    def load(name, *more):
        return machine if name == "machine" else __import__(name, *more)

    names["__builtins__"] = vars(builtins) | {"__import__": load}
    exec(compile(source, "main.py", "exec"), names)
    return names["_choose"]()


def slot_files(memory, slot):
    start = f"/{slot}/"
    return {
        path.removeprefix(start): data
        for path, data in memory.files.items()
        if path.startswith(start)
    }


class Pulled(BaseException):
    """The cable is pulled, and the power with it."""


def cut_at(count, memory):
    """Pull the cable at the `count`-th act; without so many acts the deploy ends."""
    left = [count]

    def before(act):
        left[0] -= 1
        if left[0] < 0:
            raise Pulled(act)

    memory.before = before


def cut_deploy(files, count):
    """The memory after a deploy of NEW over `files`, and whether its `count`-th act was cut."""
    memory = Memory(files)
    cut_at(count, memory)
    try:
        deploy(MemoryFiles(memory), NEW, NEW_ROOT)
    except Pulled:
        memory.before = lambda act: None
        return memory, True
    return memory, False


class MemoryFiles(BoardFiles):
    """The board's own code over a memory, without the cable."""

    def __init__(self, memory):
        self.board = Board(memory=memory)
        self._do = self._run

    def _run(self, code):
        board = self.board
        board.mode = "raw"
        board.out.clear()
        board._execute(code if isinstance(code, bytes) else code.encode())
        printed, error, _ = bytes(board.out).split(b"\x04")
        if error:
            raise AssertionError(error.decode())
        return printed


STARTS = {
    "blank": {},
    "old in a": deployed("a"),
    "old in b": deployed("b"),
    "old in a, half a firmware in b": deployed("a") | {"/b/ionto/board.mpy": b"half"},
    "old in a, an older one in b": deployed("a")
    | {f"/b/{name}": data for name, data in firmware(b"older").items()},
}


@pytest.mark.parametrize("start", STARTS)
def test_a_deploy_cut_at_any_act_boots_old_or_new_and_never_a_mix(start):
    count = 0
    was_cut = True
    seen = set()
    while was_cut:
        memory, was_cut = cut_deploy(STARTS[start], count)
        count += 1
        slot = boots(memory)
        runs = None if slot is None else slot_files(memory, slot)
        assert runs in ([None, NEW] if start == "blank" else [OLD, NEW]), f"cut at act {count}"
        seen.add(runs == NEW)
        for name in ROOT:
            found = memory.files.get(f"/{name}")
            allowed = [NEW_ROOT[name], STARTS[start].get(f"/{name}")]
            assert found in allowed, f"{name}, cut at act {count}"
        again = deploy(MemoryFiles(memory), NEW, NEW_ROOT)
        assert slot_files(memory, boots(memory)) == NEW
        assert memory.files["/slot"] == again.slot.encode()
    assert seen == {False, True}
    assert count > 15


def test_the_new_firmware_is_switched_on_by_the_last_write_of_all():
    memory = Memory(deployed("a"))
    acts = []
    memory.before = acts.append
    deploy(MemoryFiles(memory), NEW, NEW_ROOT)
    assert acts[-1] == ("rename", "/slot")
    assert all(path.startswith("/b/") or not path.startswith("/a/") for _, path in acts)


def test_the_slot_in_use_is_never_touched():
    memory = Memory(deployed("b"))
    touched = []
    memory.before = lambda act: touched.append(act[1])
    assert deploy(MemoryFiles(memory), NEW, NEW_ROOT).slot == "a"
    assert not any(path.startswith("/b/") for path in touched)


def test_a_board_that_has_it_already_is_not_written_to():
    memory = Memory(deployed("a", NEW, NEW_ROOT))
    touched = []
    memory.before = touched.append
    done = deploy(MemoryFiles(memory), NEW, NEW_ROOT)
    assert (done.slot, done.files, touched) == ("a", 0, [])


def test_only_files_that_differ_are_written():
    memory = Memory(deployed("a") | {f"/b/{name}": data for name, data in OLD.items()})
    written = []
    memory.before = lambda act: written.append(act[1]) if act[0] == "open" else None
    deploy(MemoryFiles(memory), NEW, NEW_ROOT)
    assert "/b/ionto/same.mpy" not in written
    assert "/b/ionto/board.mpy" in written


@pytest.mark.parametrize("name", ROOT)
def test_a_file_beside_the_slots_that_reads_back_wrong_does_not_replace_the_old(name):
    memory = Memory(deployed("a"))

    class Rotten(MemoryFiles):
        def append(self, piece):
            super().append(piece.replace(NEW_ROOT[name], b"rotten"))

    with pytest.raises(DeployError, match=f"/{name} does not read back"):
        deploy(Rotten(memory), NEW, NEW_ROOT)
    assert memory.files[f"/{name}"] == OLD_ROOT[name]


def test_a_file_that_reads_back_wrong_is_not_switched_on():
    memory = Memory(deployed("a"))

    class Rotten(MemoryFiles):
        def append(self, piece):
            super().append(piece.replace(b"new0123", b"new0l23"))

    with pytest.raises(DeployError, match="slot b does not read back"):
        deploy(Rotten(memory), NEW, NEW_ROOT)
    assert slot_files(memory, boots(memory)) == OLD


@pytest.mark.parametrize("start", STARTS)
def test_the_host_judges_slots_as_the_board_does(start):
    for count in range(0, 40, 3):
        memory, _ = cut_deploy(STARTS[start], count)
        assert slots(MemoryFiles(memory)).running == boots(memory)


def test_a_deploy_over_the_cable_writes_the_same_and_restarts_the_board(plug):
    board = plug.board = Board(memory=Memory())
    board.on_reset = lambda: board.globals.update(bench=Firmware())
    said = call("deploy", NAME, "--json")
    assert said.code == 0, said.err
    assert boots(board.memory) == said.object["slot"] == "a"
    assert board.resets == 1
    assert said.object["firmware"]
    assert said.object["files"] == len(board.memory.files)
    again = call("deploy", NAME, "--json")
    assert (again.code, again.object["files"], board.resets) == (0, 0, 1)


def test_a_cable_pulled_at_any_write_of_a_deploy_is_exit_4_and_says_to_deploy_again(plug):
    for count in (0, 1, 5, 40, 150, 400):
        plug.board = Board(Firmware(), Memory(deployed("a")))
        plug.cut_at = count
        said = call("deploy", NAME)
        assert said.code == 4
        assert "Traceback" not in said.err
        assert slot_files(plug.board.memory, boots(plug.board.memory)) == OLD


def test_a_board_of_another_kind_is_not_overwritten(plug):
    plug.board = Board(Firmware(), Memory(deployed("a")))
    before = dict(plug.board.memory.files)
    said = call("deploy", NAME, "--board", "virtual")
    assert said.code == 4
    assert "this board is a pico_pwm, not a virtual" in said.err
    assert plug.board.memory.files == before


def test_a_full_board_is_one_line_and_boots_as_before(plug):
    plug.board = Board(Firmware(), Memory(deployed("a")))

    def full(act):
        if act[0] == "write":
            raise OSError(28, "ENOSPC")

    plug.board.memory.before = full
    said = call("deploy", NAME)
    assert said.code == 4
    assert "ENOSPC" in said.err
    plug.board.memory.before = lambda act: None
    assert slot_files(plug.board.memory, boots(plug.board.memory)) == OLD


def test_a_port_that_fails_while_it_is_used_is_a_lost_link(plug):
    plug.board = Board(Firmware())
    with connect(NAME) as connection:
        plug.opened[-1].cut_at = 0
        with pytest.raises(PortError, match="the link to the board broke"):
            connection.about()
    assert isinstance(serial.SerialException(), OSError)
