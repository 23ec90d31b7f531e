"""Frames a digit a tick, four unacknowledged at most, gaps that show, and room for the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core import faults
from ionto.core.telemetry import CREDIT, EVENT_WIDTHS, FRAME_MAX, RING, SAMPLE_WIDTHS, Telemetry
from iontobench.device.events import Event, Gap, Sample
from iontobench.device.frames import decode
from iontobench.device.session import HostSession

VALUES = [0, 0, 1234, 2, 3, 32000, 31990, 5000, 777, -12]


class Line:
    """A telemetry and what it wrote: `frames` are (tick, bytes)."""

    def __init__(self, values=VALUES):
        self.telemetry = Telemetry()
        self.values = values
        self.frames = []
        self.tick = 0

    def run(self, ticks, dt_us=1000):
        """Let ticks pass; return the frames of these ticks, decoded as (type, item)."""
        first = len(self.frames)
        telemetry = self.telemetry
        for _ in range(ticks):
            self.tick += 1
            if telemetry.step(dt_us):
                self.frames.append((self.tick, bytes(telemetry.frame[: telemetry.length])))
            if telemetry.due:
                telemetry.due = 0
                telemetry.values[2:] = self.values[2:]
        return [decode(frame[:-1]) for _, frame in self.frames[first:]]


def test_a_frame_fits_48_bytes_and_ends_its_line():
    assert 1 + sum(SAMPLE_WIDTHS) + 4 + 1 <= FRAME_MAX
    assert 1 + sum(EVENT_WIDTHS) + 4 + 1 <= FRAME_MAX
    line = Line()
    line.telemetry.event(5, faults.EV_FAULT, -1, 2)
    line.run(300)
    assert len(line.frames) == 3
    for _, frame in line.frames:
        assert len(frame) <= FRAME_MAX
        assert frame.endswith(b"\n")
        assert frame.count(b"\n") == 1


@given(
    st.tuples(
        st.integers(0, 2**24 - 1),
        st.integers(0, 10),
        st.integers(0, 15),
        st.integers(0, 600_000),
        st.integers(-600_000, 600_000),
        st.integers(-5_000, 75_000),
        st.integers(-1_000_000, 100_000_000),
        st.integers(-1_200_000, 1_200_000),
    )
)
def test_a_sample_comes_back_as_it_was(values):
    (kind, item) = Line([0, 0, *values]).run(200)[0]
    assert kind == 1
    t_ms, state, flags, set_q4, current_q4, load_mv, dose_uc, apart_q4 = values
    assert item == Sample(
        seq=0,
        t_ms=t_ms,
        state=state,
        flags=flags,
        set_ua=set_q4 / 16,
        current_ua=current_q4 / 16,
        difference_ua=apart_q4 / 16,
        load_mv=load_mv,
        dose_uc=dose_uc,
    )


@given(
    st.integers(0, 2**24 - 1),
    st.sampled_from(sorted(faults.EVENT_NAMES)),
    st.integers(-(2**30), 2**30 - 1),
    st.integers(-(2**30), 2**30 - 1),
)
def test_an_event_comes_back_as_it_was(t_ms, code, a, b):
    line = Line()
    line.telemetry.event(t_ms, code, a, b)
    assert line.run(60) == [(2, Event(seq=0, t_ms=t_ms, code=code, a=a, b=b))]


def test_samples_come_at_10_hz_and_each_digit_takes_a_tick():
    line = Line()
    line.run(399)
    assert [tick // 100 for tick, _ in line.frames] == [1, 2, 3]
    assert line.frames[0][0] == 100 + sum(SAMPLE_WIDTHS) + 4


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
            line.telemetry.event(0, faults.EV_STATE, number, 0)
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


def test_a_host_that_vanishes_gets_four_frames_and_one_status_a_second():
    line = Line()
    for second in range(60):
        line.telemetry.event(0, faults.EV_STATE, second, 0)
        line.run(1000)
    kinds = [frame[1:2] for _, frame in line.frames]
    assert len(kinds) - kinds.count(b"3") == CREDIT
    assert 57 <= kinds.count(b"3") <= 60
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
    gaps = [item for item in items if isinstance(item, Gap)]
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


def test_a_query_is_answered_though_there_is_no_credit_but_once_a_second():
    line = Line()
    line.run(1500)
    before = len(line.frames)
    for _ in range(30):
        line.telemetry.query()
        line.run(100)
    statuses = [frame for _, frame in line.frames[before:] if frame[1:2] == b"3"]
    assert 2 <= len(statuses) <= 4


def test_the_end_is_told_whatever_was_said_before():
    line = Line()
    for number in range(100):
        line.telemetry.repeatable(0, faults.EV_COMMAND, 1, number)
    final = [
        faults.EV_FAULT,
        faults.EV_STATE,
        faults.EV_LAST_CURRENT,
        faults.EV_DOSE,
        faults.EV_END,
    ]
    for code in final:
        line.telemetry.event(0, code, 0, 0)
    line.telemetry.close()
    codes = []
    for _ in range(100):
        for kind, item in line.run(20):
            line.telemetry.ack(item.seq)
            codes += [item.code] if kind == 2 else []
    assert codes[-5:] == final
    assert line.telemetry.dropped == 100 - codes.count(faults.EV_COMMAND)
    assert line.telemetry.is_idle()


def test_the_seventeenth_waiting_event_is_dropped_and_counted():
    line = Line()
    for number in range(18):
        line.telemetry.event(0, faults.EV_STATE, number, 0)
    assert line.telemetry.dropped == 2


@pytest.mark.parametrize("acknowledging", [True, False])
def test_four_hours_of_telemetry_stay_within_31_bits(acknowledging):
    line = Line()
    telemetry = line.telemetry
    for _ in range(14_400 // 100):
        for _ in range(25):
            line.run(200, dt_us=20_000)
            line.frames.clear()
            if acknowledging:
                telemetry.ack((telemetry.tail - 1) % 65536)
        kept = [value for value in vars(telemetry).values() if isinstance(value, int)]
        assert all(abs(value) < 2**30 for value in kept)
