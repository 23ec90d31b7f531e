"""The emulator with a flash cache: where our lines go, what is refused, and how code is named.

Nothing is compiled here: `tests/chip/test_emulator_cache.py` uses the compiled one.
"""

import importlib.util
import io
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from iontobench.chip import cache_lines, native_build
from iontobench.chip.cache_build import cached_build, provide_cached
from iontobench.chip.cache_lines import CHANGES, VERSION, AnchorError, Change, insert
from iontobench.chip.native_build import NativeError, build_key

_SUFFIX = EXTENSION_SUFFIXES[0]


@pytest.fixture
def sources(tmp_path):
    """Sources of the emulator that hold the anchors and nothing else."""
    texts = {}
    for change in CHANGES:
        if change.anchor not in texts.get(change.file, ""):
            texts[change.file] = texts.get(change.file, "") + change.anchor + "\n"
    for name, text in texts.items():
        path = tmp_path / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "sources"


def texts(folder):
    return {path: path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_our_lines_are_inserted_at_every_anchor(sources):
    insert(sources, VERSION)
    for change in CHANGES:
        assert change.text.strip() in (sources / change.file).read_text()


def test_another_version_of_the_emulator_is_refused_and_left_alone(sources):
    before = texts(sources)
    with pytest.raises(AnchorError, match=r"made for the emulator 0\.3\.6, this is 0\.3\.7"):
        insert(sources, "0.3.7")
    assert texts(sources) == before


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.anchor.split()[0])
@pytest.mark.parametrize("times", [0, 2])
def test_anchor_that_is_not_there_once_is_named_and_nothing_is_written(sources, change, times):
    path = sources / change.file
    path.write_text(path.read_text().replace(change.anchor, change.anchor * times))
    before = texts(sources)
    with pytest.raises(AnchorError) as refused:
        insert(sources, VERSION)
    assert f"{path.name} has the anchor " in str(refused.value)
    assert f" {times} times, not once: its sources are not those of 0.3.6" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert texts(sources) == before


def test_file_that_is_missing_is_named(sources):
    (sources / CHANGES[0].file).unlink()
    with pytest.raises(AnchorError, match=f"have no {Path(CHANGES[0].file).name}"):
        insert(sources, VERSION)


def test_anchors_are_in_the_sources_of_the_pinned_version(tmp_path):
    found = importlib.util.find_spec("rp2040py")
    if found is None:
        pytest.skip("no rp2040py: install the extra `chip`")
    shutil.copytree(Path(found.origin).parent / "native", tmp_path / "src/rp2040py/native")
    shutil.copy(native_build._SETUP, tmp_path / "setup.py")
    insert(tmp_path, VERSION)


def test_our_lines_hold_no_more_of_the_emulators_code_than_short_anchors():
    assert all(len(change.anchor.splitlines()) == 1 for change in CHANGES)
    assert len(CHANGES) <= 12


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone that pins the version that the anchors are of."""
    monkeypatch.setattr(native_build, "missing_tool", lambda: None)
    clone = tmp_path / "clone"
    clone.mkdir()
    (clone / "constraints.txt").write_text(f"Cython==3.3.1\nrp2040py=={VERSION}\n")
    return clone


class ScriptedPip:
    """Downloads `sources` of the emulator; the wheel has the model, compiled or not."""

    def __init__(self, sources, is_compiled=True, version=VERSION):
        self.ran = []
        self.built = {}
        self._sources, self._is_compiled, self._version = sources, is_compiled, version

    def __call__(self, arguments, folder):
        self.ran.append(arguments[0])
        {"download": self._download, "wheel": self._wheel}[arguments[0]](arguments, folder)

    def _download(self, arguments, folder):
        name = f"rp2040py-{self._version}"
        with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as packed:
            for path, text in texts(self._sources).items():
                info = tarfile.TarInfo(f"{name}/{path.relative_to(self._sources).as_posix()}")
                info.size = len(text.encode())
                packed.addfile(info, io.BytesIO(text.encode()))

    def _wheel(self, arguments, folder):
        taken = Path(arguments[-1])
        self.built = {
            path.relative_to(taken).as_posix(): text for path, text in texts(taken).items()
        }
        made = Path(arguments[arguments.index("--wheel-dir") + 1])
        made.mkdir()
        modules = ["_a"] + (["_flash_cache"] if self._is_compiled else [])
        with zipfile.ZipFile(made / f"rp2040py-{self._version}-any.whl", "w") as packed:
            packed.writestr("rp2040py/native/_a.pyx", "")
            for module in modules:
                packed.writestr(f"rp2040py/native/{module}{_SUFFIX}", "")


def test_emulator_with_the_model_is_built_once_into_a_folder_of_its_own(clone, sources):
    assert cached_build(clone) is None
    pip = ScriptedPip(sources)
    path = provide_cached(clone, pip)
    assert pip.ran == ["download", "wheel"]  # and nothing is installed
    assert "fetch_uint16" in pip.built["src/rp2040py/native/_cortex_m0_core.pyx"]
    assert "_flash_cache.py" in pip.built["setup.py"]
    assert {"src/rp2040py/native/_flash_cache.py", "src/rp2040py/native/_flash_cache.pxd"} <= set(
        pip.built
    )
    assert path.is_relative_to(clone / "build" / "chip-cache")
    assert (path / f"rp2040py/native/_flash_cache{_SUFFIX}").is_file()
    again = ScriptedPip(sources)
    assert provide_cached(clone, again) == cached_build(clone) == path
    assert again.ran == []


def test_model_that_is_not_compiled_is_refused(clone, sources):
    with pytest.raises(NativeError, match="the model was not compiled"):
        provide_cached(clone, ScriptedPip(sources, is_compiled=False))
    assert cached_build(clone) is None


def test_pinned_version_without_anchors_is_one_clear_line(clone, sources):
    (clone / "constraints.txt").write_text("Cython==3.3.1\nrp2040py==0.3.7\n")
    with pytest.raises(NativeError, match=r"made for the emulator 0\.3\.6, this is 0\.3\.7") as no:
        provide_cached(clone, ScriptedPip(sources, version="0.3.7"))
    assert "\n" not in str(no.value)


def test_changed_model_is_another_build(tmp_path):
    own = tmp_path / "model.py"
    own.write_text("one")
    before = build_key("1", "2", [own])
    own.write_text("two")
    assert len({before, build_key("1", "2", [own]), build_key("1", "2")}) == 3


def test_command_lists_its_options_without_a_build():
    run = [sys.executable, "-m", "iontobench.benchmarks.chip_cache", "--help"]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert all(option in said for option in ("--all", "--case", "--seconds", "--output"))


def test_a_change_may_stand_for_itself(tmp_path):
    (tmp_path / "file").write_text("a b c")
    insert(tmp_path, VERSION, [Change("file", "b", "x"), Change("file", "c", "y")])
    assert (tmp_path / "file").read_text() == "a x y"


def test_code_is_named_by_the_function_that_it_is_in():
    pytest.importorskip("rp2040py", reason="the extra `chip`")
    from iontobench.chip.code_names import CodeNames

    names = CodeNames({0x100: "first", 0x120: "second"})
    asked = (0xFE, 0x100, 0x11E, 0x120, 0x2000)
    assert [names.name_at(one) for one in asked] == ["other", "first", "first", "second", "second"]
    counts = struct.pack("<5I", 1, 0, 2, 40, 5)
    tally = names.tally(counts, 0xF0, 0x10)
    assert tally == {"second": 45, "first": 2, "other": 1}
    assert list(tally) == ["second", "first", "other"]


def test_function_of_the_runtime_begins_where_it_is_called_or_pointed_to():
    pytest.importorskip("rp2040py", reason="the extra `chip`")
    from iontobench.chip.code_names import called_functions

    push_lr, no_op = 0xB500, 0xBF00
    halves = [no_op, no_op, 0xF000, 0xF802, no_op, no_op, push_lr, 0xF7FF, 0xFFFD, 0xF000, 0xF800]
    code = struct.pack(f"<{len(halves)}H", *halves)
    assert called_functions(code) == {0x1000000C}
    pointers = struct.pack("<2HI", no_op, push_lr, 0x10000003)
    assert called_functions(pointers) == {0x10000002}


def test_table_for_native_code_names_the_functions_that_it_points_to():
    pytest.importorskip("rp2040py", reason="the extra `chip`")
    from iontobench.chip.code_names import table_functions

    functions = [0x10001001 + 0x10 * place for place in range(46)]
    table = struct.pack("<49I", 0x6, 0xE, 0x1E, *functions)
    named = table_functions(bytes(12) + table)
    assert named[0x10001000 + 0x10 * 15] == "mp_binary_op"
    assert named[0x10001000 + 0x10 * 42] == "mp_setup_code_state"
    broken = struct.pack("<49I", 0x6, 0xE, 0x1E, *functions[:-1], 0)
    assert table_functions(broken) == {}
    assert table_functions(b"") == {}


def test_late_intervals_count_between_the_first_and_the_last_second_only():
    pytest.importorskip("rp2040py", reason="the extra `chip`")
    from iontobench.benchmarks.cache_sessions import late_intervals

    samples_us = list(range(0, 5_000_000, 1000))
    assert late_intervals(samples_us) == 0
    for missing, late in ((500_000, 0), (2_000_000, 1), (4_500_000, 0)):
        assert late_intervals([one for one in samples_us if one != missing]) == late


def test_table_of_cases_has_the_corners_and_one_in_the_middle():
    pytest.importorskip("rp2040py", reason="the extra `chip`")
    from iontobench.chip.cache_cases import CASES, CENTRAL, FAST_CASES

    names = [case.name for case in CASES]
    assert len({*names, *(case.name for case in FAST_CASES)}) == len(names) + len(FAST_CASES)
    central = CASES[names.index(CENTRAL)]
    assert central.told == "4-byte fill, 50 clk a miss, least recently used goes first"
    assert CASES[0].told == "no model of the flash cache"


def test_version_of_the_anchors_is_the_pinned_one():
    root = Path(cache_lines.__file__).resolve().parents[3]
    assert f"rp2040py=={VERSION}" in (root / "constraints.txt").read_text().splitlines()
