"""Four frames unacknowledged at most, gaps that show, and hosts that vanish and come back."""

from hypothesis import given
from hypothesis import strategies as st

from ionto.core import codes
from ionto.core.telemetry import CREDIT, RING
from iontobench.link.events import GapNote, Sample
from iontobench.link.host_session import HostSession

from .frame_line import Line

ACTS = st.lists(
    st.tuples(st.integers(1, 700), st.booleans(), st.integers(0, 6), st.integers(0, 2**16 + 9)),
    max_size=30,
)


@given(ACTS)
def test_never_more_than_four_frames_are_unacknowledged(acts):
    line = Line()
    known = -1  # the last sequence number that the host could honestly acknowledge
    acked = -1
    sent = []
    for ticks, honest, events, wild in acts:
        for number in range(events):
            line.telemetry.event(0, codes.EVENT_STATE, number, 0)
        for kind, item in line.run(ticks):
            if kind != 3:
                known = item.seq
                sent.append(known)
        sent = [seq for seq in sent if seq > acked]
        assert len(sent) <= CREDIT
        if honest:
            acked = known
            line.telemetry.ack(known % 65536)
        elif wild > known:
            before = line.telemetry.acked
            line.telemetry.ack(wild)  # 65535 is what a host says that has seen nothing
            assert line.telemetry.acked == before


def test_a_host_that_vanishes_gets_four_frames_and_nothing_more():
    line = Line()
    for second in range(60):
        line.telemetry.event(0, codes.EVENT_STATE, second, 0)
        line.run(1000)
    kinds = [frame[1:2] for _, frame in line.frames]
    assert len(kinds) - kinds.count(b"3") == CREDIT
    assert kinds.count(b"3") == 0
    assert line.telemetry.dropped > 0


def test_a_host_that_comes_back_sees_the_gap_and_everything_after_it():
    line = Line()
    host = HostSession()
    line.run(20_000)
    items = []

    def carry(ticks):
        first = len(line.frames)
        line.run(ticks)
        for _, frame in line.frames[first:]:
            items.extend(host.on_bytes(frame, 0))

    for _, frame in line.frames:
        items.extend(host.on_bytes(frame, 0))
    for _ in range(60):
        line.telemetry.ack((host._next_seq - 1) % 65536)
        carry(200)
    gaps = [item for item in items if isinstance(item, GapNote)]
    assert len(gaps) == 1
    assert gaps[0].count == line.telemetry.dropped > 100
    seqs = [item.seq for item in items if isinstance(item, Sample)]
    assert seqs == [*range(CREDIT), *range(CREDIT + gaps[0].count, seqs[-1] + 1)]
    line.telemetry.ack((host._next_seq - 1) % 65536)
    assert line.telemetry.head - (host._next_seq) <= 3


def test_the_ring_keeps_the_newest_32():
    line = Line()
    line.run(20_000)
    telemetry = line.telemetry
    assert (telemetry.head - telemetry.tail) <= RING
    assert telemetry.dropped == telemetry.tail - CREDIT


def test_a_query_is_answered_though_there_is_no_credit_but_five_times_a_second():
    line = Line()
    line.run(1500)
    before = len(line.frames)
    for _ in range(100):
        line.telemetry.query()
        line.run(30)
    statuses = [tick for tick, frame in line.frames[before:] if frame[1:2] == b"3"]
    assert statuses[0] <= 1500 + 60
    assert 10 <= len(statuses) <= 16
