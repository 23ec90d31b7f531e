"""Two firmwares, old and new, on a filesystem of memory, and deploys that are cut at any act."""

import ast
import types

from iontobench import resources
from iontobench.device.build import manifest
from iontobench.device.deploy import deploy
from iontobench.device.files import BoardFiles

from .link_board import Board
from .link_memory import Memory

ROOT = ("boot.py", "main.py")


def main_py(mark):
    """The real one: what counts is that two of them differ."""
    return resources.main_py().read_bytes() + b"# " + mark + b"\n"


def firmware(mark, gone=()):
    """A firmware of some files, one of them in more than one piece, with its manifest."""
    files = {
        "ionto/board.mpy": b"board " + mark,
        "ionto/core/telemetry.mpy": (mark + b"0123456789abcdef") * 120,
        "ionto/same.mpy": b"the same in both",
        **({} if gone else {"ionto/old/left.mpy": b"only in the old one"}),
    }
    return files | {"manifest": manifest(files, main_py(mark))}


OLD, NEW = firmware(b"old"), firmware(b"new", gone=["ionto/old/left.mpy"])
SAME_MAIN = OLD | {
    "manifest": manifest(
        {name: data for name, data in OLD.items() if name != "manifest"}, main_py(b"new")
    )
}
OLD_ROOT = {"boot.py": b"# old boot.py", "main.py": main_py(b"old")}
NEW_ROOT = {"boot.py": b"# new boot.py", "main.py": main_py(b"new")}


def deployed(slot="a", files=OLD, root=OLD_ROOT):
    """The files of a board that was deployed before."""
    made = {f"/{slot}/{name}": data for name, data in files.items()}
    return made | {f"/{name}": data for name, data in root.items()} | {"/slot": slot.encode()}


def boots(memory):
    """The slot that the `main.py` among these files chooses, or None."""
    source = ast.parse(memory.files.get("/main.py", b"def _choose(): return None"))
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


def cut_deploy(files, count, root=NEW_ROOT):
    """The memory after a deploy of NEW over `files`, and whether its `count`-th act was cut."""
    memory = Memory(files)
    cut_at(count, memory)
    try:
        deploy(MemoryFiles(memory), NEW, root)
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


def runs(memory):
    """What boots: the firmware and the `main.py` that starts it, or None."""
    slot = boots(memory)
    return None if slot is None else (slot_files(memory, slot), memory.files["/main.py"])
