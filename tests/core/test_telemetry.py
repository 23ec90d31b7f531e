"""Frames a digit a tick, four unacknowledged at most, gaps that show, and room for the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core import codes
from ionto.core.fields import EVENT_WIDTHS, SAMPLE_WIDTHS
from ionto.core.telemetry import CREDIT, FRAME_MAX, RING
from iontobench.link.events import Event, Sample

from .frame_line import Line

_FOUR_HOURS = 144  # times a hundred seconds


def test_a_frame_fits_49_bytes_and_ends_its_line():
    assert (FRAME_MAX, RING, CREDIT) == (49, 32, 4)
    assert 1 + sum(SAMPLE_WIDTHS) + 4 + 1 <= FRAME_MAX
    assert 1 + sum(EVENT_WIDTHS) + 4 + 1 <= FRAME_MAX
    line = Line()
    line.telemetry.event(5, codes.EVENT_FAULT, -1, 2)
    line.run(300)
    assert len(line.frames) == 3
    for _, frame in line.frames:
        assert len(frame) <= FRAME_MAX
        assert frame.endswith(b"\n")
        assert frame.count(b"\n") == 1


@given(
    st.tuples(
        st.integers(0, 2**24 - 1),
        st.integers(0, 255),
        st.integers(0, 15),
        st.integers(0, 600_000),
        st.integers(-600_000, 600_000),
        st.integers(-1_200_000, 1_200_000),
        st.integers(-5_000, 75_000),
        st.integers(-1_000_000, 100_000_000),
    )
)
def test_a_sample_comes_back_as_it_was(values):
    (kind, item) = Line([0, 0, *values]).run(200)[0]
    assert kind == 1
    t_ms, state, flags, set_q4, current_q4, difference_q4, load_mv, dose_uc = values
    assert item == Sample(
        seq=0,
        t_ms=t_ms,
        state=state,
        flags=flags,
        set_ua=set_q4 / 16,
        current_ua=current_q4 / 16,
        difference_ua=difference_q4 / 16,
        load_mv=load_mv,
        dose_uc=dose_uc,
    )


@given(
    st.integers(0, 2**24 - 1),
    st.sampled_from(sorted(codes.EVENT_NAMES)),
    st.integers(-(2**30), 2**30 - 1),
    st.integers(-(2**30), 2**30 - 1),
)
def test_an_event_comes_back_as_it_was(t_ms, code, a, b):
    line = Line()
    line.telemetry.event(t_ms, code, a, b)
    assert line.run(60) == [(2, Event(seq=0, t_ms=t_ms, code=code, a=a, b=b))]


def test_samples_come_at_10_hz_and_each_is_spread_over_several_acts():
    line = Line()
    line.run(399)
    assert [tick // 100 for tick, _ in line.frames] == [1, 2, 3]
    assert 5 <= line.frames[0][0] - 100 <= 20


def test_the_end_is_told_whatever_was_said_before():
    line = Line()
    for number in range(100):
        line.telemetry.repeatable(0, codes.EVENT_COMMAND, 1, number)
    final = [
        codes.EVENT_FAULT,
        codes.EVENT_STATE,
        codes.EVENT_LAST_CURRENT,
        codes.EVENT_DOSE,
        codes.EVENT_END,
    ]
    for code in final:
        line.telemetry.event(0, code, 0, 0)
    line.telemetry.close()
    told = []
    for _ in range(100):
        for kind, item in line.run(20):
            line.telemetry.ack(item.seq)
            told += [item.code] if kind == 2 else []
    assert told[-5:] == final
    assert line.telemetry.dropped == 100 - told.count(codes.EVENT_COMMAND)
    assert line.telemetry.is_idle()


def test_the_seventeenth_waiting_event_is_dropped_and_counted():
    line = Line()
    for number in range(18):
        line.telemetry.event(0, codes.EVENT_STATE, number, 0)
    assert line.telemetry.dropped == 2


def _hundred_seconds(line, acknowledging):
    """A host that acknowledges every four seconds or never; the integers that are kept."""
    telemetry = line.telemetry
    for _ in range(25):
        line.run(200, dt_us=20_000)
        line.frames.clear()
        if acknowledging:
            telemetry.ack((telemetry.tail - 1) % 65536)
    return {name: value for name, value in vars(telemetry).items() if isinstance(value, int)}


@pytest.mark.parametrize("acknowledging", [True, False])
def test_what_telemetry_counts_grows_too_slowly_to_leave_31_bits_in_four_hours(acknowledging):
    line = Line()
    telemetry = line.telemetry
    telemetry.head = telemetry.tail = telemetry.acked = telemetry._sent = 64_500  # soon 0 again
    early = _hundred_seconds(line, acknowledging)
    late = _hundred_seconds(line, acknowledging)
    for name, value in late.items():
        growth = abs(value - early[name])
        assert abs(value) + growth * _FOUR_HOURS < 2**30, name
    assert telemetry.head < 64_500  # it has begun anew


@pytest.mark.long
@pytest.mark.parametrize("acknowledging", [True, False])
def test_four_hours_of_telemetry_stay_within_31_bits(acknowledging):
    line = Line()
    for _ in range(_FOUR_HOURS):
        kept = _hundred_seconds(line, acknowledging)
        assert all(abs(value) < 2**30 for value in kept.values())
