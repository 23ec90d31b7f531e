"""What a shell completes, asked as click's scripts ask, and once through bash itself."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class
from tests.host.cli import call
from tests.host.synthetic_sessions import header

from iontobench import resources
from iontobench.cli import completion
from iontobench.cli.console import Out
from iontobench.cli.main import COMMANDS, cli
from iontobench.protocols import list_protocols
from iontobench.records import RecordStore, RecordWriter
from iontobench.sim.skin import skin_names

BOARD = "/dev/ttyACM7"


class OnePort:
    """The ports of a computer with one board, which nobody opens here."""

    def boards(self):
        return [BOARD]


def items(*words, shell="bash"):
    """What is offered for the last of the words."""
    *before, begun = words
    kind = get_completion_class(shell)
    asked = kind(cli, {"obj": Out(ports=OnePort())}, completion.PROGRAM, completion.VARIABLE)
    return asked.get_completions(list(before), begun)


def offered(*words):
    return [item.value for item in items(*words)]


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A folder with two records, and nothing in the folder where one types."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    for seed in (1, 2):
        path = RecordStore(tmp_path / "data").new_path("demo", seed)
        with RecordWriter(path, header(seed=seed)) as writer:
            writer.close({"outcome": "complete"})
    return tmp_path / "data"


def test_commands_are_offered_with_their_lines_of_help():
    told = {item.value: item.help for item in items("", shell="zsh")}
    assert told == {name: line for name, (_, line) in COMMANDS.items()}
    assert offered("rec") == ["records"]
    assert offered("records", "e") == ["export"]


def test_commands_are_offered_without_importing_any():
    script = (
        "import contextlib, sys, iontobench.cli.main as main\n"
        "with contextlib.suppress(SystemExit): main.invoke([])\n"
        "sys.exit(bool({'numpy', 'serial', 'mpremote'} & set(sys.modules)))"
    )
    told = {"COMP_WORDS": "iontobench ", "COMP_CWORD": "1", completion.VARIABLE: "bash_complete"}
    said = subprocess.run(
        [sys.executable, "-c", script],
        **{"env": os.environ | told, "capture_output": True, "text": True, "check": False},
    )
    assert said.returncode == 0, said.stderr
    assert [line.split(",")[1] for line in said.stdout.split()] == list(COMMANDS)


@pytest.mark.parametrize(
    "words", [("run",), ("check",), ("protocols", "show"), ("records", "list", "--protocol")]
)
def test_protocols_are_named(words):
    assert sorted(offered(*words, "")) == list_protocols()
    assert offered(*words, "dex") == [one for one in list_protocols() if one.startswith("dex")]


@pytest.mark.parametrize("words", [("run", "--skin"), ("skins", "show"), ("skins", "new")])
def test_loads_are_named(words):
    assert sorted(offered(*words, "")) == skin_names()


@pytest.mark.parametrize(
    "words", [("run", "--board"), ("check", "--board"), ("boards", "show"), ("deploy", "--board")]
)
def test_boards_are_named(words):
    assert sorted(offered(*words, "")) == resources.board_names()
    assert [item.type for item in items(*words, "./")] == ["dir"]


@pytest.mark.parametrize("command", ["deploy", "doctor", "monitor", "repl"])
def test_ports_are_named(command):
    assert offered(command, "") == ["auto", BOARD]
    assert offered(command, "/dev") == [BOARD]


def test_what_runs_a_session_is_named_with_its_ports():
    assert offered("run", "demo", "--on", "") == ["virtual", "chip", "auto", BOARD]


@pytest.mark.parametrize("act", ["show", "verify", "report", "export", "compare"])
def test_records_are_named_of_the_folder_that_is_typed(data, act):
    told = offered("records", act, "--data", str(data), "")
    assert told[0] == "last"
    assert sorted(told[1:]) == ["demo-s1-001", "demo-s2-001"]
    assert offered("records", act, "--data", str(data), "demo-s2") == ["demo-s2-001"]


def test_records_are_named_of_the_folder_of_the_environment(data, monkeypatch):
    assert [item.type for item in items("records", "show", "")] == ["file"]
    monkeypatch.setenv("IONTOBENCH_DATA", str(data))
    assert "demo-s1-001" in offered("records", "show", "")
    assert "demo-s2-001" in offered("records", "compare", "demo-s1-001", "demo-s2")


@pytest.mark.parametrize(
    "words", [("run", "./mi"), ("skins", "check", ""), ("run", "demo", "--skin", "mine")]
)
def test_a_word_that_begins_no_name_may_be_a_file(words):
    assert [(item.type, item.value) for item in items(*words)] == [("file", words[-1])]


def test_choices_and_options_are_named():
    assert offered("run", "--profile", "e") == ["eu"]
    assert "--outcome" in offered("records", "list", "--")
    assert offered("records", "list", "--outcome", "comp") == ["complete"]


def test_a_data_folder_that_cannot_be_read_completes_nothing(tmp_path):
    (tmp_path / "records").write_text("no folder")
    assert [one.type for one in items("records", "show", "--data", str(tmp_path), "")] == ["file"]


def test_ports_that_cannot_be_listed_complete_nothing():
    class Broken:
        def boards(self):
            raise OSError("no udev")

    kind = get_completion_class("bash")
    asked = kind(cli, {"obj": Out(ports=Broken())}, completion.PROGRAM, completion.VARIABLE)
    assert asked.get_completions(["doctor"], "") == []


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_the_script_of_a_shell_is_printed(shell):
    said = call("completion", shell, "--json")
    assert said.code == 0
    assert completion.VARIABLE in said.object["script"]
    assert f"{shell}_complete" in said.object["script"]
    assert said.object["script"].strip() in call("completion", shell).out


def test_a_shell_that_reads_its_script_at_each_start_shows_no_banner():
    assert call("completion", "zsh").err == ""
    assert "never people" in call("boards", "list").err


def test_an_unknown_shell_is_exit_2_with_the_ones_there_are():
    said = call("completion", "tcsh")
    assert said.code == 2
    assert all(shell in said.err for shell in completion.SHELLS)


@pytest.mark.long
def test_bash_completes_with_the_script(tmp_path, data):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash")
    program = tmp_path / "iontobench"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m iontobench.cli.main "$@"\n')
    program.chmod(0o755)
    script = call("completion", "bash").out
    name = script.partition("()")[0].strip()
    asked = (
        f"COMP_WORDS=(iontobench records show demo-s); COMP_CWORD=3\n{name} {program}\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    said = subprocess.run(
        [bash, "--norc", "-c", f"{script}\n{asked}"],
        **{"env": os.environ | {"IONTOBENCH_DATA": str(data)}, "cwd": Path(tmp_path)},
        **{"capture_output": True, "text": True, "check": False},
    )
    assert sorted(said.stdout.split()) == ["demo-s1-001", "demo-s2-001"], said.stderr
