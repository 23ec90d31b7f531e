"""What the simulated stage has where the page asks for something: from its data, or driven.

By names of the bounds, in their units, each as a span: least and most over the drawn tolerances.
Must not run the circuit.
"""

import math
from collections.abc import Iterator

from iontobench.resources import load_board
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.stage import StageParams, reference_stage

from . import courses
from .bench import FULL_SCALE_UA

Span = tuple[float, float]

_BLEED_MS = 5.0
_TICK_MS = 1.0
_LIMIT_UA, _OFF_UA, _QUIET_UA = 5250.0, 62.5, 5.0
_SETTLED_MS = 20


def simulated() -> dict[str, Span]:
    """Everything that is known of it."""
    return _from_data() | {name: (value, value) for name, value in _driven()}


def _from_data() -> dict[str, Span]:
    """Output resistance: the page's least, for the circuit's models have no leakage."""
    board = load_board("pico_pwm").BOARD
    stage = StageParams.of_board(board, seed=1)
    data = reference_stage()
    at_full_mv = [share * stage.nominal_mv for share in (data.least_share, data.most_share)]
    low_v, high_v = (stage.open_mv(mv) / 1000 for mv in at_full_mv)
    tau_ms = stage.bleed_kohm * stage.c_out_nf / 1000
    single = {
        "output_mohm": stage.output_kohm / 1000,
        "c_out_pf": stage.c_out_nf * 1000,
        "open_n_after_5ms_mv": stage.open_mv(stage.nominal_mv) * math.exp(-_BLEED_MS / tau_ms),
        "threshold_ua": stage.limiter_ua,
        "lim_test_ua": stage.lim_test_ua,
        "probe_short_ua": stage.probe_mv / stage.probe_kohm,
        "probe_open_v": stage.probe_mv / 1000,
        "probe_ready_ms": stage.probe_us / 1000,
        "inside_ohm": stage.inside_kohm * 1000,
        "lockout_v": stage.lockout_mv / 1000,
    }
    hold_ms = data.hold_least_us / 1000, data.hold_most_us / 1000
    return {
        **{name: (value, value) for name, value in single.items()},
        "at_5ma_v": (at_full_mv[0] / 1000, at_full_mv[1] / 1000),
        "open_v": (low_v, high_v),
        "shortest_ms": (hold_ms[0] - _TICK_MS, hold_ms[1] - _TICK_MS),
        "longest_ms": hold_ms,
    }


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


def _driven() -> Iterator[tuple[str, float]]:
    met = [_met(ohm) for ohm in (1e3, 1e4)]
    for at, name in enumerate(("extra_nc", "settled_us", "peak_ma")):
        yield name, max(one[at] for one in met)
    yield "from_above", 1.0
    bench = _held(8e3, 5000.0)
    bench.worsen(0.5)
    bench.edge()
    yield "above_limit_us", _last_us(_watched(bench, 100), _LIMIT_UA)
    yield "halving_trips", float(bench.limiter_tripped)
    bench = _held(1e4, 2000.0)
    bench.set_gate(False)
    cut = _watched(bench)
    yield "off_us", _last_us(cut, _OFF_UA)
    yield "quiet_us", _last_us(cut, _QUIET_UA)
    yield from _tripped()
    yield "packet_nc", _packet_nc()
    yield "one_edge_conducts", float(_one_edge())


def _met(ohm: float) -> tuple[float, float, float]:
    """Re-contact at 2 mA: charge above the current, time to 2 %, peak."""
    bench = _held(ohm, 2000.0)
    before_ua = bench.load_ua
    bench.lift()
    _on(bench, 4)
    bench.meet()
    currents = _watched(bench)
    extra_nc = sum(max(0.0, ua - before_ua) for ua in currents) / 1000
    settled_us = _last_us([ua - before_ua for ua in currents], 0.02 * before_ua)
    return extra_nc, settled_us, bench.truth.dump_peak_ua / 1000


def _tripped() -> Iterator[tuple[str, float]]:
    """5 mA times 1.1."""
    bench = _held(1e3, 5000.0)
    bench.gain *= 1.1
    bench.recompute()
    bench.edge()
    currents = _watched(bench, 100)
    yield "trip_us", _last_us(currents, _LIMIT_UA)
    yield "gone_us", _last_us(currents, 60.0)
    yield "trip_nc", sum(currents) / 1000


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
