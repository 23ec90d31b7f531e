"""A link that breaks in a session: what is on record, what is said, and what the board tells."""

import pytest

from iontobench.records import RecordStore, verify

from .link_board import Board
from .link_firmware import Firmware
from .link_run import lines_of, plugged, runner


@pytest.fixture
def run(plug, tmp_path):
    """Runs the short protocol at the plugged board."""
    return runner(tmp_path)


def test_a_pulled_cable_ends_the_record_with_what_arrived_and_says_so(plug, run, tmp_path):
    plugged(plug)
    plug.cut_s = 5.0
    said = run()
    assert said.code == 4
    assert said.object["outcome"] == "lost"
    assert "the link was lost" in said.err
    lines = lines_of(said)
    assert lines[-1]["close"]["summary"]["outcome"] == "lost"
    assert 0 < lines[-1]["close"]["summary"]["dose_uc"] < 6000
    assert any("the link was lost" in line.get("note", [0, ""])[1] for line in lines)
    [entry] = RecordStore(tmp_path / "data").list()
    assert verify(entry.record).sentence().startswith("intact")


def test_a_board_that_comes_back_tells_what_it_did_meanwhile(plug, run):
    plugged(plug)
    plug.cut_s = 3.0

    def back(seconds):
        plug.sleep(seconds)
        plug.cut_s = None

    said = run(ports=plug.ports_with(sleep=back))
    assert said.code == 4
    assert "its session goes on" in said.err
    assert "its last session: stopped" in said.err
    assert plug.board.session.port.gate == 0


@pytest.mark.long
def test_a_board_that_was_reset_meanwhile_says_that_it_remembers_nothing(plug, run):
    plugged(plug)
    plug.cut_s = 5.0

    def back(seconds):
        plug.cut_s = None
        plug.board = Board(Firmware())

    said = run(ports=plug.ports_with(sleep=back))
    assert "it remembers no session, output off" in said.err


def silent_from(plug, tick, until_s=None):
    """A board whose bytes are all lost from `tick` on, its prompt's too, until `until_s`."""
    firmware = plugged(plug)
    board = plug.board

    def lossy(act):
        def acted(given):
            act(given)
            if firmware.port.tick >= tick and (until_s is None or board.now_s < until_s):
                board.out.clear()

        return acted

    board.advance, board.receive = lossy(board.advance), lossy(board.receive)


def test_a_board_that_falls_silent_is_sent_ctrl_c_and_given_up(plug, run):
    silent_from(plug, 3000)
    said = run()
    assert (said.code, said.object["outcome"]) == (4, "lost")
    assert "said nothing for 3 s" in said.err
    asked = plug.board.heard.partition(b"bench.run(True)")[2]
    assert b"\x03" in asked.partition(b"?")[0]  # before it asks anew what runs there


def test_a_session_whose_last_words_were_lost_is_asked_for_and_ends_as_it_ended(plug, run):
    silent_from(plug, 7000, until_s=10)
    said = run()
    assert (said.code, said.object["outcome"]) == (0, "complete"), said.err
    assert said.object["dose_mamin"] == pytest.approx(0.1, rel=0.02)
    assert "asked how it ended, it says: complete" in said.err
    notes = [line["note"][1] for line in lines_of(said) if "note" in line]
    assert notes[-2:] == [
        "the board has said nothing for 3 s",
        "asked how it ended, it says: complete",
    ]
    assert plug.board.mode == "friendly"


def test_a_session_that_only_its_telemetry_has_left_is_off_and_tells_its_end(plug, run):
    firmware = plugged(plug)
    write = firmware.port.write

    def mute(buf, count):
        if firmware.port.tick < 3000:
            write(buf, count)

    firmware.port.write = firmware._bench._loop.tick.link._write = mute
    said = run()
    assert (said.code, said.object["outcome"]) == (3, "stopped")
    assert "said nothing for 3 s" in said.err
    assert firmware.port.gate == 0


def test_a_board_that_was_reset_meanwhile_remembers_nothing_and_is_lost(plug, run):
    silent_from(plug, 3000, until_s=7)
    board = plug.board
    board.on_reset = lambda: board.globals.update(bench=Firmware())
    advance = board.advance

    def reset(to_s):
        advance(to_s)
        if board.mode == "running" and board.now_s > 5:
            board.session._is_over = True
            board.reset()

    board.advance = reset
    said = run()
    assert (said.code, said.object["outcome"]) == (4, "lost")
    assert "it remembers no session, output off" in said.err
