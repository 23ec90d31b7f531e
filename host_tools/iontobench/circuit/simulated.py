"""What the simulated stage has where the page asks for something: from its data, or driven.

By a requirement's id, then by a bound's name, in the bound's unit, each as a span: least and most
over the drawn tolerances. None: it does not model that. Must not run the circuit.
"""

import functools
import math
from collections.abc import Iterable

from iontobench.resources import load_board
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.stage import StageParams, reference_stage

from . import courses
from .bench import FULL_SCALE_UA

Span = tuple[float, float]
Known = dict[tuple[str, str], Span | None]  # (requirement's id, bound's name)

_NONE: Span = (0.0, 0.0)
_YES: Span = (1.0, 1.0)
_BLEED_MS = 5.0
_TICK_MS = 1.0
_LIMIT_UA, _OFF_UA, _QUIET_UA = 5250.0, 62.5, 5.0
_SETTLED_MS = 20

# It has these by its making: an ideal converter, a logic that does as the page says.
_IDEAL: Known = {
    ("S-03", "gain_error_percent"): _NONE,
    ("S-03", "bend_ua"): _NONE,
    ("S-05", "largest_zero_ua"): _NONE,
    ("S-12", "still_ua"): _NONE,
    ("S-16", "proven"): _YES,
    ("S-16", "dead_trips"): _NONE,
    ("S-16", "dead_refused"): _YES,
    ("S-17", "tripped_before"): _YES,
    ("S-17", "tripped_after_gate_high"): _YES,
    ("S-17", "tripped_after_gate_low"): _NONE,
    ("S-19", "of_10kohm_kohm"): (10.0, 10.0),
    ("S-20", "a_error_ua"): _NONE,
    ("S-20", "b_error_ua"): _NONE,
    ("S-20", "a_gain_percent"): _NONE,
    ("S-20", "b_gain_percent"): _NONE,
    ("S-21", "v_error_mv"): _NONE,
    ("S-21", "v_gain_percent"): _NONE,
    ("S-24", "armed"): _YES,
    ("S-26", "rise_percent"): _NONE,
}

_NOT_MODELLED = (
    ("S-02", ("lowest_khz", "highest_khz", "peak_ratio")),
    ("S-04", ("ripple_ua",)),
    ("S-11", ("ready_ms",)),
    ("S-16", ("closing_ua", "trips_us", "peak_ua")),
    ("S-17", ("rearm_nc",)),
    ("S-22", ("code_shift_percent",)),
    ("S-23", ("in_the_swap_nc", "b_before_ua", "b_after_ua")),
    ("S-24", ("peak_ua", "charge_nc")),
    ("S-25", ("rise_percent", "hv_off_us")),
    ("S-27", ("least_hv_v", "most_hv_v", "across_regulator_v")),
    ("S-28", ("empty_ms",)),
)


@functools.cache
def simulated() -> dict[str, dict[str, Span | None]]:
    """Everything that is known of it. Drives it for some seconds, once."""
    found: Known = {(id_, name): None for id_, names in _NOT_MODELLED for name in names}
    found |= _IDEAL | _from_data() | _driven()
    made: dict[str, dict[str, Span | None]] = {}
    for (id_, name), span in found.items():
        made.setdefault(id_, {})[name] = span
    return made


def _from_data() -> Known:
    """Output resistance: the page's least, for the circuit's models have no leakage."""
    board = load_board("pico_pwm").BOARD
    stage = StageParams.of_board(board, seed=1)
    data = reference_stage()
    at_full_mv = [share * stage.nominal_mv for share in (data.least_share, data.most_share)]
    low_v, high_v = (stage.open_mv(mv) / 1000 for mv in at_full_mv)
    tau_ms = stage.bleed_kohm * stage.c_out_nf / 1000
    least_ms, most_ms = data.hold_least_us / 1000, data.hold_most_us / 1000
    left_mv = stage.open_mv(stage.nominal_mv) * math.exp(-_BLEED_MS / tau_ms)
    return {
        ("S-01", "output_mohm"): _one(stage.output_kohm / 1000),
        ("S-06", "at_5ma_v"): (at_full_mv[0] / 1000, at_full_mv[1] / 1000),
        ("S-06", "open_v"): (low_v, high_v),
        ("S-08", "c_out_pf"): _one(stage.c_out_nf * 1000),
        ("S-10", "open_n_after_5ms_mv"): _one(left_mv),
        ("S-11", "shortest_ms"): (least_ms - _TICK_MS, most_ms - _TICK_MS),
        ("S-11", "longest_ms"): (least_ms, most_ms),
        ("S-12", "off_ms"): (least_ms, most_ms),
        ("S-13", "threshold_ua"): _one(stage.limiter_ua),
        ("S-15", "lim_test_ua"): _one(stage.lim_test_ua),
        ("S-19", "short_ua"): _one(stage.probe_mv / stage.probe_kohm),
        ("S-19", "open_v"): _one(stage.probe_mv / 1000),
        ("S-19", "ready_ms"): _one(stage.probe_us / 1000),
        ("S-21", "inside_ohm"): _one(stage.inside_kohm * 1000),
        ("S-25", "opens_at_v"): _one(stage.lockout_mv / 1000),
    }


def _driven() -> Known:
    met = _worse(_met(ohm) for ohm in (1e4, 1e3))
    halved = _halved()
    off_us, quiet_us = _cut()
    trip = _worse(_tripped(ua, factor) for ua, factor in ((5000.0, 1.1), (2000.0, 3.0)))
    return {
        **{("S-07", name): _one(value) for name, value in met.items()},
        **{("S-08", name): _one(value) for name, value in halved.items()},
        ("S-09", "off_us"): _one(off_us),
        ("S-09", "quiet_us"): _one(quiet_us),
        ("S-11", "one_edge_conducts"): _one(float(_one_edge())),
        **{("S-14", name): _one(value) for name, value in trip.items()},
        ("S-18", "packet_nc"): _one(_packet_nc()),
        ("S-26", "off_us"): _one(off_us),  # a reset is the gate's fall: the pull-downs do it
    }


def _one(value: float) -> Span:
    return value, value


def _worse(cases: Iterable[dict[str, float]]) -> dict[str, float]:
    """The largest of each value, as the circuit's measurements take it."""
    found = list(cases)
    return {name: max(one[name] for one in found) for name in found[0]}


def _held(ohm: float, current_ua: float) -> SimulatedBench:
    bench = courses.nominal_bench(courses.Course("", ohm, 0, (), ()))
    bench.fill_pump()
    bench.set_gate(True)
    bench.set_drive(current_ua / FULL_SCALE_UA)
    _on(bench, _SETTLED_MS)
    return bench


def _on(bench: SimulatedBench, for_ms: int) -> None:
    for _ in range(for_ms):
        bench.advance(bench.now_us + 1000)
        bench.pump()


def _watched(bench: SimulatedBench, for_us: int = 1000) -> list[float]:
    """The load's current after each microsecond."""
    found = []
    for _ in range(for_us):
        bench.advance(bench.now_us + 1)
        found.append(bench.load_ua)
    return found


def _last_us(currents: list[float], above_ua: float) -> float:
    return float(max((us for us, ua in enumerate(currents, 1) if abs(ua) > above_ua), default=0))


def _met(ohm: float, current_ua: float = 2000.0) -> dict[str, float]:
    """Re-contact: charge above the current, time to 2 %, whether from above, peak."""
    bench = _held(ohm, current_ua)
    before_ua = bench.load_ua
    bench.lift()
    _on(bench, 4)
    bench.meet()
    currents = _watched(bench)
    return {
        "extra_nc": sum(max(0.0, ua - before_ua) for ua in currents) / 1000,
        "settled_us": _last_us([ua - before_ua for ua in currents], 0.02 * before_ua),
        "from_above": float(max(currents) > before_ua),
        "peak_ma": bench.truth.dump_peak_ua / 1000,
    }


def _halved() -> dict[str, float]:
    """8 kOhm become 4 kOhm at 5 mA."""
    bench = _held(8e3, 5000.0)
    bench.worsen(0.5)
    bench.edge()
    above_us = _last_us(_watched(bench, 100), _LIMIT_UA)
    return {"above_limit_us": above_us, "trips": float(bench.limiter_tripped)}


def _cut() -> tuple[float, float]:
    """The gate falls at 2 mA into 10 kOhm: until when 1 % of full scale, and 5 uA, flow."""
    bench = _held(1e4, 2000.0)
    bench.set_gate(False)
    currents = _watched(bench)
    return _last_us(currents, _OFF_UA), _last_us(currents, _QUIET_UA)


def _tripped(current_ua: float, factor: float) -> dict[str, float]:
    """The current jumps by a factor."""
    bench = _held(1e3, current_ua)
    bench.gain *= factor
    bench.recompute()
    bench.edge()
    currents = _watched(bench, 100)
    return {
        "trip_us": _last_us(currents, _LIMIT_UA),
        "gone_us": _last_us(currents, 60.0),
        "trip_nc": sum(currents) / 1000,
    }


def _packet_nc() -> float:
    """The series switch closes behind a high gate at 30 uA: the charge above it."""
    bench = courses.nominal_bench(courses.Course("", 1e3, 0, (), ()))
    bench.set_gate(True)
    bench.set_drive(30.0 / FULL_SCALE_UA)
    bench.advance(10_000)
    bench.fill_pump()
    return sum(max(0.0, ua - 30.0) for ua in _watched(bench)) / 1000


def _one_edge() -> bool:
    bench = courses.nominal_bench(courses.Course("", 1e3, 0, (), ()))
    bench.advance(1000)
    bench.pump()
    bench.advance(3000)
    return bench.source
