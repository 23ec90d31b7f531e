"""main.py chooses a slot that is whole and says in one line when it could not have the first.

The slots hold a firmware of a few lines, so that a boot is quick; the hashes are real. A boot for
each way of choosing is in the short tier, the other damages in the long one; `test_link_deploy`
has them all on CPython.
"""

import hashlib

import pytest

_BENCH = "class Bench:\n    def __init__(self, port, board):\n        self.slot = board\n"
_NOTHING = b"no slot is whole, output off: run 'iontobench deploy' on the host"


def slot_files(name):
    """The files of a whole slot whose board is its own name."""
    files = {
        "ionto/__init__.py": b"",
        "ionto/bench.py": _BENCH.encode(),
        "ionto/board.py": f"BOARD = {name!r}\ndef make_port():\n    return None\n".encode(),
    }
    lines = [f"{hashlib.sha256(data).hexdigest()} {path}\n" for path, data in files.items()]
    return {"manifest": "".join(lines).encode(), **files}


@pytest.fixture
def boot(make_chip):
    """Boots main.py over two slots; `(lines shown, chip)`. `change` maps a path to new bytes."""
    from iontobench import resources

    def booted(slot, change=None):
        files = {"main.py": resources.main_py().read_bytes()}
        if slot is not None:
            files["slot"] = slot
        for name in "ab":
            files |= {f"{name}/{path}": data for path, data in slot_files(name).items()}
        for path, data in (change or {}).items():
            if data is None:
                del files[path]
            else:
                files[path] = data
        chip = make_chip(files)
        shown = chip.prompt()
        assert b"Traceback" not in shown
        said = shown[: shown.index(b"MicroPython")].split(b"\r\n")
        return [line for line in said if line], chip

    return booted


def _running(chip):
    return chip.exec("print(bench.slot)").strip().decode()


_LONG = pytest.mark.long


@pytest.mark.parametrize(
    ("slot", "runs"),
    [
        (b"b", "b"),
        (None, "a"),
        *(pytest.param(*case, marks=_LONG) for case in ((b"a", "a"), (b"", "a"))),
    ],
)
@pytest.mark.short_cases("b-b")
def test_whole_slot_that_is_named_runs_and_nothing_is_said(boot, slot, runs):
    said, chip = boot(slot)
    assert said == []
    assert _running(chip) == runs


@pytest.mark.parametrize(
    "change",
    [
        {"a/ionto/board.py": b"BOARD = 'changed'\n"},
        pytest.param({"a/ionto/bench.py": None}, marks=_LONG),
        pytest.param({"a/manifest": None}, marks=_LONG),
        pytest.param({"a/manifest": b""}, marks=_LONG),
        pytest.param({"a/manifest": b"cut off in the middl"}, marks=_LONG),
    ],
    ids=["a byte differs", "a file is gone", "no manifest", "empty manifest", "torn manifest"],
)
def test_slot_that_is_not_whole_is_passed_over_for_the_other_in_one_line(boot, change):
    said, chip = boot(b"a", change)
    assert said == [b"slot a is not whole: running slot b"]
    assert _running(chip) == "b"


@pytest.mark.long
def test_fallback_goes_the_other_way_too(boot):
    said, chip = boot(b"b", {"b/manifest": None})
    assert said == [b"slot b is not whole: running slot a"]
    assert _running(chip) == "a"


def test_without_a_whole_slot_one_line_says_what_to_do_and_the_prompt_works(boot):
    said, chip = boot(b"b", {"a/manifest": None, "b/ionto/board.py": b"x"})
    assert said == [_NOTHING]
    assert chip.exec("print(bench, 6 * 7)") == b"None 42\r\n"


@_LONG
def test_blank_board_with_main_py_alone_says_the_same(make_chip):
    from iontobench import resources

    chip = make_chip({"main.py": resources.main_py().read_bytes()})
    assert _NOTHING in chip.prompt()
