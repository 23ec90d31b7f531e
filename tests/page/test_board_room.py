"""The room "a board" in Chromium, over a board of tests in real time, beside the command."""

import pytest
from tests.host.cli import GIVEN, call, sentence
from tests.host.link_bench import NAME, Plug
from tests.host.link_board import Board
from tests.host.link_firmware import Firmware
from tests.host.link_memory import Memory
from tests.host.link_slots import deployed
from tests.host.protocol_files import short

from iontobench.protocols.compiler import compile_protocol
from iontobench.protocols.loader import parse, profile
from iontobench.resources import load_board

from .live_board import SCRIPT, LiveBoard

READY_S = 120
END_S = 30
DEPLOY_S = 120
PROTOCOL = short(1.0, 0.1, 2.0)
LONG_PROTOCOL = short(1.0, 0.2, 2.0)  # 10 s at its level
ENDLESS_PROTOCOL = short(1.0, 10.0, 2.0)  # 10 min: no test waits for its end
_BLOCKED = "const until = performance.now() + 4000; while (performance.now() < until);"


@pytest.fixture(scope="module")
def live():
    """The board's side, for all tests of this module."""
    with LiveBoard(Board(Firmware())) as made:
        yield made


@pytest.fixture(scope="module")
def tab(browser, page_server, live):
    """One tab in the room "a board", with the port chosen."""
    made = browser.open(page_server.address, SCRIPT, live.bindings(), [SCRIPT])
    live.tab = made
    made.wait("document.getElementById('loading').hidden", READY_S)
    made.click("#tab-board")
    made.wait("document.getElementById('board-protocol').options.length", READY_S)
    made.click("#board-choose")
    made.wait("document.getElementById('board-port').value === 'usb://2e8a:0005'")
    yield made
    made.close()


@pytest.fixture
def room(tab, live):
    """The room with a new board behind it, and nothing running."""
    made = Room(tab, live)
    made.plug(Firmware())
    yield made
    made.wait_idle()
    assert tab.errors + live.errors == []


class Room:
    """What a person does in the room."""

    def __init__(self, tab, live):
        self.tab, self.live = tab, live
        self.firmware = None

    def plug(self, firmware, **given):
        self.firmware = firmware
        self.live.plug(Board(firmware, **given))

    def start(self, protocol=PROTOCOL):
        self.tab.value("document.getElementById('board-ended').hidden = true")
        self.tab.fill("#board-text", protocol)
        self.tab.click("#board-start")

    def until_events(self, text):
        """Until an event has come with that text in it."""
        events = "document.getElementById('board-events').innerText"
        self.tab.wait(f"{events}.includes({text!r})", END_S)

    def outcome(self):
        """The sentence of the end, once it is there."""
        self.tab.wait("!document.getElementById('board-ended').hidden", END_S)
        return self.tab.text("#board-outcome")

    def verdict(self):
        return self.tab.text("#board-verdict")

    def refused(self):
        """The line of a refusal, once it is there."""
        self.tab.wait("!document.getElementById('board-refused').hidden", END_S)
        return self.tab.text("#board-refused")

    def told(self, seconds=END_S):
        """The line with which an act has ended."""
        self.wait_idle(seconds)
        return self.tab.text("#board-told")

    def wait_idle(self, seconds=END_S):
        self.tab.wait("!document.getElementById('board-doctor').disabled", seconds)


@pytest.fixture
def command(monkeypatch, tmp_path):
    """The command line at a board of its own that is the same, in virtual time."""
    plug = Plug()
    monkeypatch.setitem(GIVEN, "ports", plug.ports)
    monkeypatch.setattr("mpremote.transport_serial.time", plug)

    def run(protocol=PROTOCOL, before=lambda plug: None, firmware=None):
        plug.board = Board(firmware or Firmware())
        before(plug)
        path = tmp_path / "short.toml"
        path.write_text(protocol)
        where = ("--on", NAME, "--plain", "--json", "--data", tmp_path / "data")
        return call("run", path, *where)

    run.plug = plug
    return run


def test_a_session_on_the_board_ends_with_the_sentence_of_the_command(room, command):
    room.start()
    assert room.outcome() == sentence(command()) == "complete: the whole program was delivered"
    assert room.verdict().startswith("intact")
    assert "dose\n0.1" in room.tab.text("#board-closing")
    room.wait_idle()
    assert room.firmware.last()["outcome"] == "complete"


def test_a_set_point_and_a_stop_reach_the_board_and_end_as_the_command_says(room, command):
    room.start(ENDLESS_PROTOCOL)
    room.until_events("holding")
    room.tab.fill("#board-set", "0.5")
    room.tab.click("#board-set-go")
    room.until_events("command: set 0.500 mA")
    room.tab.click("#board-stop")
    assert room.outcome() == "stopped by the operator"
    assert room.verdict().startswith("intact")
    assert b"set 500*" in room.live.heard()
    assert not room.tab.value("document.getElementById('board-set').offsetParent")  # nothing runs


@pytest.mark.long  # the short twin, without a browser, is in test_board_messages
def test_a_pulled_cable_ends_with_the_sentence_of_the_command_and_the_board_ramps_down(
    room, command
):
    room.start(ENDLESS_PROTOCOL)
    room.until_events("holding")
    room.live.cut()
    outcome = room.outcome()

    def cut(plug):
        plug.cut_s = 5.0

    assert outcome == sentence(command(ENDLESS_PROTOCOL, cut))
    assert room.verdict().startswith("intact")
    assert "the link was lost: the link to the board broke" in room.tab.text("#board-events")
    room.tab.wait("document.getElementById('board-after').innerText.includes('to come back')")
    room.live.plug(room.live.board)
    room.tab.wait("document.getElementById('board-after').innerText.includes('is back')", END_S)
    room.wait_idle()
    assert "its last session: stopped" in room.tab.text("#board-after")
    assert room.tab.value("document.getElementById('board-refused').hidden")
    assert room.firmware.port.gate == 0


def test_a_board_in_a_session_is_left_alone_with_the_sentence_of_the_command(room, command):
    begin_elsewhere(room)
    heard = len(room.live.heard())
    room.start()
    line = room.refused()
    room.tab.click("#board-doctor")
    room.wait_idle()
    assert room.refused().partition(" (")[0] == line.partition(" (")[0]  # what it does goes on
    assert b"\x03" not in room.live.heard()[heard:]
    assert line.startswith("usb://2e8a:0005: a session is running on this board")
    assert line.endswith("it is left alone, wait for its end")
    said = command(before=lambda plug: begin(plug.board))
    assert line.partition(": ")[2].partition(" (")[0] in said.err


def begin_elsewhere(room):
    """A session that another program has begun, and left without beats."""
    with room.live.lock:
        begin(room.live.board)


def begin(board):
    """The same on any board of tests."""
    parsed = parse("p", ENDLESS_PROTOCOL.encode(), "___")
    compiled = compile_protocol(parsed, profile("us"), load_board("pico_pwm").BOARD)
    bench = board.globals["bench"]
    bench.load(compiled.data, compiled.crc)
    bench.run()


@pytest.mark.long  # the short twin is in test_board_messages
def test_a_page_that_stands_still_for_four_seconds_does_not_cost_the_session(room):
    room.start(LONG_PROTOCOL)
    room.until_events("holding")
    room.tab.value(_BLOCKED)
    assert room.outcome() == "complete: the whole program was delivered"
    assert b"\x03" not in room.live.heard().partition(b"bench.run(True)")[2].partition(b"beat")[0]
    assert "host was lost" not in room.tab.text("#board-events")


def test_the_doctor_of_the_page_finds_what_the_command_finds(room, command):
    room.plug(Firmware(), memory=Memory(deployed("a")))
    room.tab.click("#board-doctor")
    told = room.told()
    command.plug.board = Board(Firmware(), Memory(deployed("a")))
    said = call("doctor", NAME, "--json")
    assert told in said.err
    found = [one["answer"] for one in said.object["findings"] if one["what"] != "port"]
    shown = room.tab.text("#board-findings")
    assert all(answer in shown for answer in found)


@pytest.mark.long
def test_a_deploy_from_the_page_writes_what_the_command_writes(room, command):
    room.plug(Firmware(), memory=Memory(deployed("a")))
    board = room.live.board
    board.on_reset = lambda: board.globals.update(bench=Firmware())
    room.tab.fill("#board-kind", "pico_pwm")
    room.tab.click("#board-deploy")
    told = room.told(DEPLOY_S)
    assert "firmware" in told, room.tab.text("#board-refused")
    again = command.plug.board = Board(Firmware(), board.memory)
    again.on_reset = lambda: again.globals.update(bench=Firmware())
    said = call("deploy", NAME, "--json")
    assert (said.code, said.object["files"]) == (0, 0), said.err


def test_watching_shows_the_session_of_another_program_and_can_be_left(room):
    begin_elsewhere(room)
    room.tab.click("#board-watch")
    lines = "document.getElementById('board-lines').childElementCount"
    room.tab.wait(f"{lines} > 1", END_S)
    room.tab.click("#board-leave")
    assert room.told() == "left"
    assert b"\x03" not in room.live.heard()
