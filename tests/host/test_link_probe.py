"""What runs behind a port is found without disturbing it; Ctrl-C only to a prompt or silence."""

import itertools

import pytest
from tests.support.programs import segment, words

from ionto.core import program
from iontobench.device.board_probe import BoardProbe, Found
from iontobench.device.connection import BusyError, Repl, connect
from iontobench.device.port import PortError, look

from .link_bench import NAME
from .link_board import Board
from .link_firmware import Firmware
from .test_frames import frame, sample_frame


def held_for(hold_s):
    """A program that holds 1 mA."""
    held = segment(program.HOLD_TIME, 1000, 1000, 0, 1000 * hold_s)
    return words([held], peak_ua=1000, charge_uc=1_000_000, time_s=100)


MADE = held_for(60)
DATA = program.pack(MADE)


def running(supervised=False):
    """A board in the middle of a session that somebody else has started."""
    firmware = Firmware()
    board = Board(firmware)
    firmware.load(DATA, program.crc16(DATA))
    firmware.run(supervised)
    firmware.live_to_hold()
    board.out.clear()  # what came before is read by nobody
    return board


def found(plug, board):
    plug.board = board
    return look(plug.ports.open(NAME))


@pytest.mark.parametrize("supervised", [False, True])
def test_a_running_session_is_found_and_left_alone(plug, supervised):
    probe = found(plug, running(supervised))
    assert probe.found is Found.SESSION
    assert probe.sample.current_ua == pytest.approx(1000, abs=50)
    assert plug.board.interrupts() == 0
    assert plug.board.mode == "running"


def test_a_session_of_an_older_link_version_is_left_alone_though_its_frames_are_not_known(plug):
    values, widths = (3, 7, 1000, 4, 2, 32000, 32000, 10000, 0, 0), (1, 4, 6, 1, 1, 5, 6, 5, 7, 6)
    told = frame(values, widths) + b"\n"

    class OldSession(Board):
        def _chatting(self, byte):
            super()._chatting(byte)
            self.out += told

    probe = found(plug, OldSession(mode="chatting"))
    assert probe.found is Found.OTHER
    assert not probe.may_interrupt


@pytest.mark.long
def test_asking_again_and_again_ends_no_session(plug):
    board = running()
    for _ in range(20):
        assert found(plug, board).found is Found.SESSION
    assert board.mode == "running"
    assert board.session.port.gate == 1


def test_a_friendly_prompt_is_found_by_its_echo_in_one_question(plug):
    probe = found(plug, Board())
    assert probe.found is Found.PROMPT
    assert plug.board.heard.count(b"?") == 1


def test_a_line_left_at_the_prompt_is_never_run(plug):
    board = Board()
    board.receive(b"bench.run()")
    board.out.clear()
    assert found(plug, board).found is Found.PROMPT  # the fake raises where a typed line runs


def test_a_statement_left_half_typed_is_cancelled_and_never_run(plug):
    board = plug.board = Board()
    board.block = b"while True:\n    bench.run()\n"
    board.out += b"...     "
    with connect(NAME, plug.ports) as connection:  # the fake raises where Enter runs it
        assert connection.value("1 + 1") == 2
    assert board.block == b""


@pytest.mark.parametrize("supervised", [False, True])
def test_a_running_session_is_known_within_a_second(plug, supervised):
    board = running(supervised)
    for _ in range(1 if supervised else 12):  # nobody beats: a supervised one soon ramps down
        from_s = board.now_s
        assert found(plug, board).found is Found.SESSION
        assert board.now_s - from_s <= 1.0


def test_questions_are_0_3_s_apart_and_only_the_last_waits_longer(plug):
    board = Board(mode="mute")
    asked_s = []
    receive = board.receive
    board.receive = lambda data: (asked_s.append(board.now_s), receive(data))
    assert found(plug, board).found is Found.SILENCE
    gaps_s = [later - earlier for earlier, later in itertools.pairwise([*asked_s, board.now_s])]
    assert gaps_s == pytest.approx([0.3, 0.3, 3.0], abs=0.05)


def test_frames_that_go_on_and_on_are_a_session():
    probe = BoardProbe()
    now_s = asked_s = 0.0
    for seq in range(100):
        now_s += 0.06  # never the silence that ends an answer
        if probe.on_time(now_s):
            asked_s = asked_s or now_s
        if asked_s:
            probe.on_bytes(sample_frame(seq=seq) + b"\n", now_s)
        if probe.found:
            break
    assert probe.found is Found.SESSION
    assert now_s - asked_s <= 0.7


def test_a_raw_repl_left_behind_is_interrupted_only_after_three_silences(plug):
    board = Board(mode="raw")
    board.receive(b"print('half a prog")
    probe = found(plug, board)
    assert probe.found is Found.SILENCE
    assert board.heard.count(b"?") == 3
    assert board.interrupts() == 0
    with connect(NAME, plug.ports) as connection:
        assert connection.value("1 + 1") == 2


def test_a_raw_paste_left_behind_is_left_by_ctrl_c(plug):
    board = Board(mode="paste")
    plug.board = board
    with connect(NAME, plug.ports) as connection:
        assert connection.value("6 * 7") == 42


def test_another_program_that_prints_is_never_interrupted(plug):
    plug.board = Board(mode="chatting")  # it raises on Ctrl-C
    with pytest.raises(BusyError, match="another program is running"):
        connect(NAME, plug.ports)


def test_old_frames_before_a_prompt_are_no_session(plug):
    board = running()
    board.session.hear(board, 3)
    board.advance(board.now_s + 0.1)
    board.receive(b"\x02")
    stale = bytes(board.out)
    assert b"~" in stale or board.mode == "friendly"
    board.out[:0] = b"~3" + b"0" * 40 + b"\n"
    assert found(plug, board).found is Found.PROMPT


def test_a_repl_is_never_made_on_a_session(plug):
    probe = found(plug, running())
    with pytest.raises(PortError, match="not to be interrupted"):
        Repl(plug.opened[-1], probe)


def test_a_mute_device_is_one_line_that_says_what_to_do(plug):
    plug.board = Board(mode="mute")
    with pytest.raises(PortError, match="no MicroPython answers there"):
        connect(NAME, plug.ports)
    assert not plug.opened[-1].is_open


def test_connecting_never_soft_resets(plug):
    plug.board = Board()  # the fake raises on Ctrl-D with nothing to run
    with connect(NAME, plug.ports) as connection:
        assert connection.about().python == "micropython"
    assert plug.board.mode == "friendly"
    assert plug.board.resets == 0


def test_a_board_that_is_still_booting_is_not_interrupted(plug):
    board = plug.board = Board(mode="mute")
    advance = board.advance

    def boot(to_s):
        advance(to_s)
        if board.mode == "mute" and board.now_s > 2.5:
            board.mode = "friendly"
            board.out += b"MicroPython\r\n>>> "
            board.receive(b"\x0b\x15\n?\n")  # what it had been asked meanwhile

    board.advance = boot
    assert look(plug.ports.open(NAME)).found is Found.PROMPT
    assert board.interrupts() == 0
