"""The room "a board" in words: what it answers over a board of tests, beside the command."""

import pytest
from tests.host.cli import GIVEN, call, sentence
from tests.host.link_bench import NAME, Plug
from tests.host.link_board import Board
from tests.host.link_firmware import Firmware
from tests.host.link_memory import Memory
from tests.host.link_slots import OLD, boots, deployed, slot_files
from tests.host.protocol_files import short

from iontobench import text
from iontobench.page import slots
from iontobench.page.board import BoardRoom
from iontobench.records import verify

PROTOCOL = short(1.0, 0.1, 2.0)


class Script:
    """A browser without a page: keeps what is posted, and sends messages at the board's times."""

    def __init__(self, plug):
        self.plug = plug
        self.posted = []
        self.room = None
        self.due = []  # (s of the board's time, message)

    def post(self, message):
        self.posted.append(message)

    def wait(self, seconds):
        now_s = self.plug.monotonic()
        due = [message for at_s, message in self.due if at_s <= now_s]
        self.due = [row for row in self.due if row[0] > now_s]
        for message in due:
            self.room.receive(message)

    def load_vm(self):
        raise AssertionError("a board needs no VM")

    def of(self, kind):
        return [message for message in self.posted if message["type"] == kind]

    def only(self, kind):
        assert [one["type"] for one in self.posted].count(kind) == 1, self.posted[-2:]
        [message] = self.of(kind)
        return message


@pytest.fixture
def plug(monkeypatch):
    """The only serial port of this computer, and of the page."""
    made = Plug()
    monkeypatch.setitem(GIVEN, "ports", made.ports)
    monkeypatch.setattr("mpremote.transport_serial.time", made)
    return made


@pytest.fixture
def page(plug):
    """The room over that port; `page.say(type, ...)` is a message of the page."""
    script = Script(plug)

    def sleep_of(stay):
        def sleep(seconds):
            plug.sleep(seconds)
            script.wait(seconds)
            stay()

        return sleep

    def ports_for(stay):
        return plug.ports_with(sleep=sleep_of(stay))

    script.room = BoardRoom(script, ports_for, lambda name: slots.unpacked(name, packed()))
    script.say = lambda kind, **more: script.room.receive(
        {"type": kind, "id": "1", "port": NAME, **more}
    )
    script.run = lambda **more: script.say(
        "run", **({"protocol": PROTOCOL, "name": "", "profile": "us"} | more)
    )
    return script


_PACKED = []


def packed():
    """What the page's builder packs, once."""
    if not _PACKED:
        _PACKED.append(slots.packed())
    return _PACKED[0]


def the_command(tmp_path, *more):
    """What `iontobench run` says of the same protocol at the same port."""
    path = tmp_path / "short.toml"
    path.write_text(PROTOCOL)
    where = ("--on", NAME, "--plain", "--json", "--data", tmp_path / "data")
    return call("run", path, *where, *more)


def plugged(plug, **changes):
    firmware = Firmware(**changes)
    plug.board = Board(firmware)
    plug.cut_s = None
    return firmware


def test_a_session_runs_and_ends_as_the_command_says(plug, page, tmp_path):
    plugged(plug)
    page.run()
    ended = page.only("ended")
    plugged(plug)
    said = the_command(tmp_path)
    assert (ended["ok"], ended["outcome"]) == (True, sentence(said))
    rows = {head: told for head, told in ended["rows"] if head}
    assert f"  dose       {rows['dose']}" in said.err
    path = tmp_path / "record.jsonl"
    path.write_bytes(ended["record"])
    assert verify(path).sentence() == ended["sentence"]
    assert ended["sentence"].startswith("intact")
    assert not page.of("refused") + page.of("failed")
    assert plug.board.mode == "friendly"


def test_progress_has_the_words_of_the_session_and_its_samples(plug, page):
    plugged(plug)
    page.run()
    told = page.of("progress")
    assert sum(len(one["columns"]["t_s"]) for one in told) > 50
    assert any("proven" in one["proof"] for one in told)
    assert told[-1]["state"]["name"] == "done"
    assert page.only("started")["rows"][1] == ["port", NAME]
    assert "speed" not in {row["key"] for row in told[-1]["readouts"]}  # a board has a clock


def test_the_boards_beats_need_no_message_of_the_page(plug, page):
    """The short twin of a page that stands still: from its start on it says nothing here."""
    plugged(plug)
    page.run()
    told = page.of("progress")
    whole_s = max(max(one["columns"]["t_s"], default=0.0) for one in told)
    assert whole_s > 4.0
    assert plug.board.heard.count(b"\nbeat ") >= 4 * whole_s  # one is due every 200 ms


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ({"type": "key", "key": "s"}, b"stop*"),
        ({"type": "stop", "now": False}, b"stop*"),
        ({"type": "key", "key": "p"}, b"pause*"),
        ({"type": "set", "current_ma": "0.5"}, b"set 500*"),
    ],
)
def test_what_is_pressed_reaches_the_board_as_the_commands_of_the_link(plug, page, message, asked):
    plugged(plug)
    page.due = [(5.0, message), (9.0, {"type": "stop", "now": False})]
    page.run()
    assert asked in plug.board.heard
    assert page.only("ended")["outcome"]


def test_a_stop_ends_by_its_ramp_as_the_key_of_the_command_does(plug, page):
    plugged(plug)
    page.due = [(5.0, {"type": "stop", "now": False})]
    page.run()
    assert page.only("ended")["outcome"] == text.OUTCOMES["stopped"]
    assert b"stop*" in plug.board.heard.partition(b"bench.run(True)")[2].partition(b"\x03")[0]


def test_off_at_once_sends_ctrl_c_and_closes_the_record(plug, page):
    firmware = plugged(plug)
    page.due = [(5.0, {"type": "stop", "now": True})]
    page.run()
    assert b"stop*" not in plug.board.heard
    ended = page.only("ended")
    assert ended["outcome"].endswith("off at once, by the operator")
    assert ended["sentence"].startswith("intact")
    assert firmware.port.gate == 0


def test_a_pulled_cable_ends_with_the_sentence_of_the_command_and_keeps_the_record(
    plug, page, tmp_path
):
    plugged(plug)
    plug.cut_s = 5.0
    page.due = [(7.0, {"type": "leave"})]
    page.run()
    ended = page.only("ended")
    plugged(plug)
    plug.cut_s = 5.0
    said = the_command(tmp_path)
    assert ended["outcome"] == sentence(said)
    lost = [one["text"] for row in page.of("progress") for one in row["events"]]
    assert any("the link was lost: the link to the board broke" in line for line in lost)
    assert ended["sentence"].startswith("intact")
    assert page.of("after")[0]["line"].startswith(f"waiting 20 s for {NAME} to come back")
    assert page.of("after")[0]["line"] in said.err


def test_a_busy_board_is_left_alone_with_the_sentence_of_the_command(plug, page, tmp_path):
    firmware = plugged(plug)
    start_elsewhere(plug, firmware)
    heard = len(plug.board.heard)
    for act in ("doctor", "deploy", "run"):
        page.say(act, protocol=PROTOCOL, name="", profile="us", board="")
    lines = [one["line"] for one in page.of("refused")]
    assert len(lines) == 3
    assert all("a session is running on this board" in line for line in lines)
    assert b"\x03" not in plug.board.heard[heard:]
    assert plug.board.mode == "running"
    said = the_command(tmp_path)
    start = f"{NAME}: a session is running on this board"
    assert start in said.err
    assert all(line.startswith(start) for line in lines)


def start_elsewhere(plug, firmware):
    """Another program's session: started at the prompt, with nobody who beats."""
    from iontobench.device.connection import connect
    from iontobench.protocols.compiler import compile_protocol
    from iontobench.protocols.loader import parse, profile
    from iontobench.resources import load_board

    board = load_board("pico_pwm").BOARD
    compiled = compile_protocol(parse("p", PROTOCOL.encode(), "___"), profile("us"), board)
    connection = connect(NAME, plug.ports)
    connection.repl.do(f"bench.load({compiled.data!r}, {compiled.crc})")
    connection.repl.begin("bench.run()")
    plug.board.advance(plug.board.now_s + 1.0)
    plug.board.out.clear()


def test_watching_disturbs_nothing_and_can_be_left(plug, page):
    firmware = plugged(plug)
    start_elsewhere(plug, firmware)
    heard = len(plug.board.heard)
    page.due = []
    looks = []
    post = page.post

    def leave_after_three(message):
        post(message)
        if message["type"] == "line":
            looks.append(message)
        if len(looks) == 3:
            page.room.receive({"type": "leave"})

    page.post = leave_after_three
    page.say("watch")
    assert page.only("done")["line"] == "left"
    assert b"\x03" not in plug.board.heard[heard:]
    assert len(looks) == 3


def test_watching_a_board_that_does_nothing_says_what_the_command_says(plug, page):
    plugged(plug)
    page.say("watch")
    said = call("monitor", NAME)
    assert said.code == 1
    assert page.only("done")["line"] in said.out


def test_the_doctor_finds_what_the_command_finds(plug, page):
    plug.board = Board(Firmware(), Memory(deployed("a")))
    page.say("doctor")
    found = [
        {"what": one["what"], "answer": one["answer"], "remedy": one["remedy"] or None}
        for one in page.of("finding")
    ]
    said = call("doctor", NAME, "--json")
    assert found == said.object["findings"]
    assert page.only("done")["line"] in said.err


def test_the_firmware_that_the_page_carries_is_put_on_a_board_that_boots_it(plug, page):
    board = plug.board = Board(memory=Memory(deployed("a")))
    board.on_reset = lambda: board.globals.update(bench=Firmware())
    page.say("deploy", board="pico_pwm")
    done = page.only("done")
    assert done["ok"], page.posted[-1]
    assert boots(board.memory) == "b"
    assert slot_files(board.memory, "b") != OLD
    assert board.resets == 1
    said = call("deploy", NAME, "--json")
    assert (said.code, said.object["files"]) == (0, 0), said.err  # the command has nothing to add


def test_a_latched_fault_refuses_with_the_sentence_of_the_command_until_it_is_left(
    plug, page, tmp_path
):
    plugged(plug)
    latch(plug)
    page.run()
    refused = page.only("refused")
    assert refused["latched"]
    assert refused["line"].startswith("refused: pico_pwm is latched by a fault")
    said = the_command(tmp_path)
    assert refused["line"] in said.err
    page.posted.clear()
    page.run(clear=True)
    assert page.only("ended")["ok"]
    assert page.of("line")[0]["line"].startswith("cleared: ")


def latch(plug):
    """A fault from an earlier session, on the board."""
    board = plug.board
    bench = board.globals["bench"]
    fault = ["open"]
    info, clear = bench.info, bench.clear
    bench.info = lambda: info() | {"fault": fault[0]}

    def left():
        fault[0] = "none"
        clear()

    bench.clear = left


def test_a_second_act_is_refused_while_the_first_has_the_port(plug, page):
    plugged(plug)
    page.due = [(5.0, {"type": "doctor", "id": "2", "port": NAME})]
    page.run()
    refused = page.only("refused")
    assert refused["id"] == "2"
    assert refused["line"] == "this page is running a session; wait for its end"
    assert page.only("ended")["ok"]


def test_a_protocol_that_is_none_is_refused_before_anything_is_sent(plug, page):
    plugged(plug)
    page.run(protocol="[electrodes\n")
    assert page.only("refused")
    assert b"bench.load" not in plug.board.heard
    assert plug.board.mode == "friendly"


def test_the_catalogue_has_nothing_of_a_simulated_bench(page):
    page.room.begin()
    ready = page.only("ready")
    assert {row["name"] for row in ready["boards"]} == {"pico_pwm", "pico_dac", "pico_demo"}
    assert not {"skins", "faults", "speeds", "converters", "quick", "engines"} & set(ready)
    assert {"p", "r", "s", "+", "-", "m"} == {row["key"] for row in ready["keys"]} - {" "}


def test_ports_are_told_by_name_and_what_looks_like_a_board_says_so(plug, page):
    from iontobench.page.web_port import Attached

    plug.usb = [Attached(NAME, 0x2E8A, 0x0005, 0), Attached("serial://port", None, None, 1)]
    page.say("ports")
    rows = page.only("ports")["ports"]
    assert [row["value"] for row in rows] == [NAME, "serial://port"]
    assert rows[0]["label"] == f"{NAME}, MicroPython"
