"""The Makefile: it documents itself, and says in one line what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TARGETS = (
    *("help", "run", "test", "test-all", "check", "native", "compiled", "coverage", "net"),
    *("mutants", "bench", "chip-cache", "faults", "thresholds", "leads", "nuisance"),
    *("circuit", "schematic", "page", "census", "hil", "docs", "clean"),
)

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def bare(tmp_path):
    """A clone with nothing installed, and a PATH with the plain tools and a shell only."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("make", "sh", "awk", "rm", "touch", "echo", "find"):
        found = shutil.which(tool)
        if found:
            (tools / tool).symlink_to(found)
    return tmp_path


def make(folder, *args, **more):
    environment = {"PATH": str(folder / "tools"), "HOME": str(folder), **more}
    return subprocess.run(
        ["make", *args], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_make_alone_lists_every_target_with_a_line(bare):
    said = make(bare)
    assert said.returncode == 0
    listed = [line.split()[:2] for line in said.stdout.splitlines()]
    assert [words[1] for words in listed] == list(TARGETS)
    assert all(len(line.split()) > 3 for line in said.stdout.splitlines())


def test_without_python_it_is_one_clear_line(bare):
    said = make(bare, "run")
    assert said.returncode != 0
    lines = [line for line in said.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1
    assert "needs Python 3.11 or newer" in lines[0]


def test_old_python_is_not_taken(bare):
    script(bare / "tools" / "python3", 'case "$2" in *version_info*) exit 1;; esac')
    assert "needs Python 3.11 or newer" in make(bare, "run").stderr


def test_python_without_venv_is_one_clear_line(bare):
    refuse_venv = f'case "$2" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"'
    script(bare / "tools" / "python3", refuse_venv)
    said = make(bare, "run")
    assert said.returncode != 0
    assert "has no venv module" in said.stderr
    assert not (bare / ".venv").exists()


def test_python_can_be_named(bare):
    script(bare / "named", 'echo "named: $*" >> named.log; exit 1')
    make(bare, "run", f"PYTHON={bare / 'named'}")
    assert "version_info" in (bare / "named.log").read_text()


@pytest.fixture
def installed(bare):
    """A clone with its environment made, whose Python fails to compile the emulator."""
    (bare / ".venv" / "bin").mkdir(parents=True)
    (bare / ".venv" / ".test").touch()
    script(bare / ".venv" / "bin" / "python", 'echo "not compiled: $2" >&2; exit 1')
    return bare


def test_emulator_that_cannot_be_compiled_stops_no_test(installed):
    said = make(installed, ".venv/.native")
    assert said.returncode == 0
    assert said.stderr == "not compiled: iontobench.chip.native_build\n"


def test_emulator_that_could_not_be_compiled_is_tried_again(installed):
    make(installed, ".venv/.native")
    assert "not compiled" in make(installed, ".venv/.native").stderr


def test_emulator_that_was_compiled_is_not_tried_again(installed):
    script(installed / ".venv" / "bin" / "python", "exit 0")
    make(installed, ".venv/.native")
    script(installed / ".venv" / "bin" / "python", "exit 1")
    assert make(installed, "-q", ".venv/.native").returncode == 0


def test_make_native_fails_where_it_cannot_compile(installed):
    assert make(installed, "native").returncode != 0


def test_make_run_compiles_nothing(bare):
    said = make(bare, "-n", "run")
    assert "native" not in said.stdout


@pytest.mark.parametrize("target", ["test", "test-all", "bench"])
def test_what_runs_the_emulator_compiles_it_first(installed, target):
    assert "iontobench.chip.native_build" in make(installed, "-n", target).stdout


def test_all_tests_compile_control_and_simulation_first_and_run_without_it_too(installed):
    assert "iontobench.compiled.build || true" in make(installed, "-n", "test-all").stdout
    assert make(installed, "compiled").returncode != 0


def test_make_hil_names_the_port_and_by_default_the_only_one(installed):
    assert "-m iontobench.hil auto" in make(installed, "-n", "hil").stdout
    said = make(installed, "-n", "hil", "PORT=COM3", "ARGS=--dummy 5000")
    assert "-m iontobench.hil COM3 --dummy 5000" in said.stdout


def test_make_docs_builds_the_site_and_can_show_it(installed):
    (installed / ".venv" / ".docs").touch()
    assert make(installed, "-n", "docs").stdout.strip().endswith("-m tests.site")
    assert "-m tests.site --serve" in make(installed, "-n", "docs", "ARGS=--serve").stdout


def test_constraints_pin_exactly_and_name_no_index():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all(line.count("==") == 1 and " " not in line for line in pins)
    assert not any("://" in line or line.startswith("-") for line in lines)


def test_ci_runs_the_readme_command():
    text = (ROOT / ".ci" / "run").read_text()
    assert "make test" in text
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
