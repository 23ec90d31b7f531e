"""`repl` at an emulated port, which mpremote cannot open: bytes both ways, and how it is left."""

import io
import os
import subprocess
import sys
import types

import pytest

from iontobench.cli.terminal import Typed, talk

from .cli import call
from .link_board import Board
from .link_firmware import Firmware

NAME = "emulated://pico.flash?load=resistor:5000"


class Prompt(Board):
    """A board at whose prompt somebody types expressions."""

    def _execute_typed(self):
        typed = bytes(self._typed).decode()
        self._typed.clear()
        told = repr(eval(typed, self.globals)) if typed else ""
        self.out += b"\r\n" + (told + "\r\n").encode() * bool(told) + b">>> "


class Person:
    """Types what was given, a piece at a time, and sees what is shown."""

    def __init__(self, *pieces):
        self._pieces = list(pieces)
        self.seen = b""
        self.waited = 0

    def typed(self, wait_s):
        self.waited += wait_s > 0
        return self._pieces.pop(0) if self._pieces else None

    def show(self, data):
        self.seen += data


@pytest.fixture
def board(plug):
    plug.board = Prompt(Firmware())
    return plug.board


def test_an_expression_is_run_on_the_board_and_its_answer_shown(plug, board):
    person = Person(b"6 * 7", b"\r")
    with plug.ports.opened(NAME) as port:
        talk(port, person)
    assert person.seen == b"6 * 7\r\n42\r\n>>> "


@pytest.mark.parametrize("key", [b"\x18", b"\x1d"])
def test_ctrl_x_and_ctrl_bracket_leave_and_send_nothing_more(plug, board, key):
    person = Person(b"6", key + b"7\r", b"8\r")
    with plug.ports.opened(NAME) as port:
        talk(port, person)
    assert bytes(board.heard) == b"6"


def test_ctrl_c_goes_to_the_board(plug, board):
    with plug.ports.opened(NAME) as port:
        talk(port, Person(b"\x03"))
    assert board.interrupts() == 1


def test_at_a_prompt_nothing_runs_until_something_is_typed(plug, board):
    """An emulated chip costs a processor; at a prompt it would do nothing."""
    person = Person(b"1\r", *[b""] * 50, b"\x18")
    with plug.ports.opened(NAME) as port:
        talk(port, person)
    assert board.now_s < 1.0
    assert person.waited >= 40


def test_a_running_session_goes_on_and_is_shown_while_nobody_types(plug):
    firmware = Firmware()
    plug.board = Prompt(firmware)
    person = Person(b"\r", *[b""] * 300, b"\x18")
    plug.board._running = lambda byte: None
    plug.board.mode = "running"
    plug.board.session = types.SimpleNamespace(advance=told_every_tick)
    with plug.ports.opened(NAME) as port:
        talk(port, person)
    assert plug.board.now_s > 2.5
    assert person.seen.count(b"~tick\n") > 100


def told_every_tick(board):
    board.out += b"~tick\n"


def piped(monkeypatch, text):
    stream = types.SimpleNamespace(isatty=lambda: False, buffer=io.BytesIO(text))
    monkeypatch.setattr("sys.stdin", stream)


def test_piped_lines_are_typed_with_enter_and_the_end_of_the_input_leaves(board, monkeypatch):
    piped(monkeypatch, b"6 * 7\nbench.info()['fault']\n")
    said = call("repl", NAME)
    assert said.code == 0, said.err
    assert "Ctrl-X or Ctrl-]" in said.out
    assert "Traceback" not in said.err
    assert "42\r\n>>> " in said.out
    assert "'none'\r\n>>> " in said.out
    assert board.interrupts() == 0


def test_a_port_that_vanishes_is_exit_4_and_one_line(plug, monkeypatch):
    plug.board = Prompt(Firmware())
    plug.cut_s = 0.5
    piped(monkeypatch, b"\n")
    said = call("repl", NAME)
    assert said.code == 4
    assert "the link to the board broke" in said.err
    assert "Traceback" not in said.err


def test_every_line_of_a_file_ends_with_enter():
    assert Typed(io.BytesIO(b"a\nb\r\nc")).typed(0) == b"a\rb\rc"
    assert Typed(io.BytesIO(b"")).typed(0) is None


@pytest.mark.skipif(os.name == "nt", reason="a pseudo terminal is POSIX")
def test_a_terminal_is_raw_while_it_lasts_and_given_back():
    """In a process of its own: the keys are the process's standard input."""
    import pty
    import termios

    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    code = (
        "from iontobench.cli.terminal import screen\n"
        "with screen() as here:\n"
        "    here.show(b'ready')\n"
        "    print(repr(here.typed(30.0)), flush=True)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=slave,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout.read(5) == b"ready"
    assert not termios.tcgetattr(slave)[3] & (termios.ICANON | termios.ECHO | termios.ISIG)
    os.write(master, b"\x03")
    assert child.stdout.read().strip() == b"b'\\x03'"
    assert child.wait(30) == 0
    assert termios.tcgetattr(slave)[:4] == before[:4]
    os.close(master)
    os.close(slave)
