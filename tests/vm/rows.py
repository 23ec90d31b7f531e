"""Hypothesis strategies for the rows of each driver; the drivers say what their columns mean."""

from hypothesis import strategies as st

from ionto.core import codes

from .cases import (
    currents_q4,
    dts_us,
    episodes,
    loads_mv,
    near,
    often,
    set_points_q4,
    slews_ua_s,
    stretches,
)

_ramp = st.tuples(
    often(0, st.sampled_from([1, 2])), set_points_q4, slews_ua_s, dts_us, currents_q4
)
regulator_params = st.tuples(
    st.sampled_from([100_000, 600_000, 10_000]), st.sampled_from([65535, 4095, 1023])
).map(list)
_regulator = st.tuples(often(0, st.just(1)), set_points_q4, currents_q4, often(0, st.just(1)))
_dose = st.tuples(often(0, st.sampled_from([1, -1])), currents_q4, dts_us)
_probe = st.tuples(often(0, st.just(1)), loads_mv)

ramp_rows = stretches(_ramp, 20, 200)
regulator_rows = stretches(_regulator, 20, 100)
dose_rows = stretches(_dose, 20, 200)
probe_rows = stretches(_probe, 9, 40)
window_rows = st.lists(
    st.tuples(near(0, 60_001, 500, 1000, 5000), often(1, st.just(0))).map(list), max_size=20
)

_steady = st.tuples(
    often(62, st.integers(1, 62)),
    often(16_000, near(0, 480_000, 1600)),
    often(0, near(-20_000, 30_000, 80, 160, 400, 800)),
    often(5000, loads_mv),
    often(1, st.just(0)),
    st.sampled_from([0] * 15 + [1]),
)
steady_rows = stretches(_steady, 12, 20)

words = near(-0x3FFFFFFF, 0x3FFFFFFF, 0, 0xFFFF)
_telemetry_quiet = st.tuples(st.just(0), often(1000, near(0, 3000)), words, words)
_telemetry_event = st.tuples(
    st.sampled_from([1, 1, 2, 3, 3, 4, 5]), often(1000, near(0, 3000)), words, words
)
telemetry_rows = episodes(_telemetry_quiet, _telemetry_event, 20, 300)

_session_quiet = st.tuples(
    st.just(0),
    st.just(0),
    st.sampled_from([1000, 1000, 20_000, 1]),
    often(2500, loads_mv),
    currents_q4,
    st.just(0),
    often(1, st.just(0)),
)


def _session_event(fault, ask):
    value_ua, jump = near(0, 99_999), st.sampled_from([0, 1])
    return st.tuples(fault, ask, dts_us, loads_mv, currents_q4, value_ua, jump)


_none = st.just(0)
_session_events = st.one_of(
    _session_event(_none, st.just(codes.ASK_PAUSE)),
    _session_event(_none, st.just(codes.ASK_RESUME)),
    _session_event(_none, st.just(codes.ASK_SET)),
    _session_event(st.just(codes.VERDICT_CUT), _none),
    _session_event(
        st.sampled_from([0, codes.FAULT_OPEN, codes.FAULT_ENVELOPE]),
        st.sampled_from([codes.ASK_NONE, codes.ASK_STOP, codes.ASK_RESUME]),
    ),
)
session_rows = episodes(_session_quiet, _session_events, 14, 300).map(
    lambda rows: [[0, 0, 1000, 2500, 0, 0, 1]] * 400 + rows  # probe and proof come first
)
_supervisor_quiet = st.tuples(
    st.just(0),
    st.just(0),
    st.just(0),
    often(1000, st.sampled_from([0, 80, 300, 1060, 1120])),
    often(0, near(-800, 8000)),
    often(0, near(-60_000, 60_000)),
    often(20_000, loads_mv),
    st.just(0),
    often(1, st.just(0)),
    st.just(0),
    often(1000, st.sampled_from([999, 2000])),
    near(0, 65535),
    often(12_000, st.sampled_from([4299, 4300])),
)
_supervisor_event = st.tuples(
    st.sampled_from([0, 1, 1, 1, 2, 3, 4, 5, 6, 7]),
    set_points_q4,
    often(10_000, slews_ua_s),
    often(1000, near(-50, 1200, 0, 100, 250)),
    often(0, currents_q4),
    often(0, currents_q4),
    loads_mv,
    often(0, st.sampled_from([1, 2, 3])),
    often(1, st.just(0)),
    often(0, near(0, 100_000_000)),
    often(1000, near(0, 20_000, 2000, 3000)),
    near(0, 65535),
    near(0, 65_000, 4300),
)
supervisor_rows = episodes(_supervisor_quiet, _supervisor_event, 12, 300)
