"""The host's side without input or output: sequence numbers, gaps, beats and what is no frame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.host.test_frames import event_frame, sample_frame
from tests.support.listener import Listener

from ionto.core import codes
from ionto.core.telemetry import STATUS
from iontobench.link.events import Event, GapNote, LinkNote, Sample
from iontobench.link.frames import command_line
from iontobench.link.host_session import BEAT_PERIOD_US, HostSession
from iontobench.link.listener import HostLink


def line(seq, t_ms=1000):
    return sample_frame(seq=seq % 65536, t_ms=t_ms) + b"\n"


def seqs(items):
    return [item.seq for item in items if isinstance(item, Sample | Event)]


@given(st.lists(st.integers(1, 70), max_size=30))
def test_frames_are_the_same_however_the_bytes_are_cut(cuts):
    data = b"".join(line(seq) for seq in range(6)) + b"hello\n" + event_frame(seq=6) + b"\r\n"
    whole = HostSession().on_bytes(data, 0)
    session = HostSession()
    found = []
    at = 0
    for cut in [*cuts, len(data)]:
        found += session.on_bytes(data[at : at + cut], 0)
        at += cut
    assert found == whole
    assert seqs(found) == list(range(7))


def test_missing_frames_are_one_gap_in_front_of_what_arrived():
    session = HostSession()
    items = session.on_bytes(line(0) + line(1, 2000) + line(5, 3000), 0)
    assert items[2] == GapNote(t_ms=2000, first_seq=2, count=3)
    assert seqs(items) == [0, 1, 5]


def test_a_frame_seen_before_is_passed_over():
    session = HostSession()
    session.on_bytes(line(0) + line(1), 0)
    assert session.on_bytes(line(0) + line(1), 0) == []
    assert seqs(session.on_bytes(line(2), 0)) == [2]


def test_sequence_numbers_go_on_past_the_16_bits_of_the_wire():
    session = HostSession()
    for seq in range(65530, 65545):
        if seq == 65530:
            session._next_seq = seq
        assert seqs(session.on_bytes(line(seq), 0)) == [seq]
    session._outgoing.clear()
    session.on_time(0)
    assert session.outgoing() == command_line("beat 8")


@pytest.mark.parametrize("text", [b"", b"\r"])
def test_an_empty_line_is_nothing(text):
    assert HostSession().on_bytes(text + b"\n", 0) == []


def test_a_line_that_is_no_frame_is_a_note_that_quotes_it():
    session = HostSession()
    session.on_bytes(line(0, 777), 0)
    (note,) = session.on_bytes(b"Traceback \xff\x00\n", 0)
    assert isinstance(note, LinkNote)
    assert note.t_ms == 777
    assert "Traceback" in note.text
    assert note.text.isprintable()


def test_a_flood_without_a_newline_is_not_kept_for_ever():
    session = HostSession()
    for _ in range(100):
        session.on_bytes(b"x" * 1000, 0)
    assert len(session._pending) <= 4096
    assert seqs(session.on_bytes(b"\n" + line(0), 0)) == [0]


def test_a_status_frame_is_kept_apart_and_takes_no_number():
    session = HostSession()
    assert session.on_bytes(sample_frame(STATUS, seq=0) + b"\n", 0) == []
    assert session.status.set_ua == 2000
    assert seqs(session.on_bytes(line(0), 0)) == [0]


def test_beats_come_at_once_and_then_every_200_ms_with_the_last_number():
    session = HostSession()
    session.on_time(5_000)
    assert session.outgoing() == command_line("beat 65535")
    session.on_bytes(line(0) + line(1), 0)
    session.on_time(5_000 + BEAT_PERIOD_US - 1)
    assert session.outgoing() == b""
    session.on_time(5_000 + BEAT_PERIOD_US)
    assert session.outgoing() == command_line("beat 1")
    assert session.outgoing() == b""


def test_after_the_end_one_last_beat_acknowledges_it_and_no_more_follow():
    session = HostSession()
    session.on_time(0)
    session.outgoing()
    end = event_frame(seq=0, code=codes.EVENT_END, a=codes.OUTCOME_COMPLETE, b=0)
    items = session.on_bytes(end + b"\n", 0)
    assert session.ended == items[0]
    assert session.outgoing() == command_line("beat 0")
    for t_us in range(0, 3_000_000, 100_000):
        session.on_time(t_us)
    assert session.outgoing() == b""


def test_commands_are_sent_once_and_in_their_order():
    session = HostSession()
    session.send("pause")
    session.send("set 1500")
    assert session.outgoing() == command_line("pause") + command_line("set 1500")
    assert session.outgoing() == b""


def test_the_boards_clock_of_24_bits_goes_on_after_a_long_pause():
    session = HostSession()
    wrap = 1 << 24
    times = [0, wrap // 3, wrap // 3 * 2, wrap - 100, 0, wrap - 50, 100, 50_000]
    items = [session.on_bytes(line(seq, t_ms), 0)[0] for seq, t_ms in enumerate(times)]
    expected = [*times[:4], wrap, wrap - 50, wrap + 100, wrap + 50_000]
    assert [item.t_ms for item in items] == expected


def test_a_link_tells_every_listener_and_sends_what_any_of_them_asks():
    listeners = [Listener("pause"), Listener("stop")]
    link = HostLink(listeners)
    sent = link.poll(0)
    assert sent == command_line("pause") + command_line("stop") + command_line("beat 65535")
    link.received(line(0), 0)
    assert listeners[0].items == listeners[1].items
    assert seqs(listeners[0].items) == [0]
