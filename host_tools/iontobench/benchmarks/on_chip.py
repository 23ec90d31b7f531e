"""Figures of the emulated chip: the tick, its rhythm, what it allocates, and how fast it is off.

One minute of a session with telemetry and beats serves all figures of the tick. Emulated time is
exact, but the emulator has no model of the flash cache: a real chip is slower. Without the
extra `chip` or the image these figures have no value, and the reason is printed.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from iontobench import signs, tree
from iontobench.chip.image import find_image
from iontobench.chip.machine import Chip
from iontobench.chip.meter import PhaseMeter, TickMeter, due_address
from iontobench.chip.runner import ADC, BOARD, ChipBench
from iontobench.device.events import Item
from iontobench.device.known_loads import calibrate_seeded
from iontobench.device.link import HostLink
from iontobench.device.runner import Job
from iontobench.protocols import compile_protocol, load, profile

from .registry import REPORTED, figure
from .workshop import Workshop

_RUNG = "emulated chip"
_SHOWN = "make bench"
_RAMP_S = 2
_MINUTE_S = 56
_FAULT_AT_S = 3.5
_FLOAT_TICKS = 2000
_FLOAT_PID = Path(__file__).with_name("float_pid.py")

_PROTOCOL = """
name = "bench-{hold_s}"
title = "A hold of {hold_s} s for measuring"
source = "none: for measuring this bench"
family = "tap-water"
application = "iontophoresis"
mode = "constant-time"
skin = "forearm"
ramp_down_s = {ramp_s}
[electrodes.active]
polarity = "cathode"
area_cm2 = 10.0
material = "ag-agcl"
[electrodes.return]
area_cm2 = 20.0
material = "ag-agcl"
[[phases]]
current_ma = 2.0
hold_s = {hold_s}
ramp_up_s = {ramp_s}
"""


class _Quiet:
    """A listener that looks away."""

    def on_item(self, item: Item) -> None:
        """Nothing."""

    def on_tick(self, t_us: int) -> list[str]:
        """Nothing."""
        return []


@dataclass
class Minute:
    """What one metered session left behind; lengths, gaps and places in us."""

    lengths_us: list[int] = field(default_factory=list)
    gaps_us: list[int] = field(default_factory=list)
    after_us: list[int] = field(default_factory=list)
    duration_us: int = 0
    outcome: str = ""

    def quantile_us(self, fraction: float) -> int:
        """The length that this fraction of all ticks does not exceed."""
        ordered = sorted(self.lengths_us)
        return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]


def _job(hold_s: int, folder: Path, faults: tuple[str, ...] = ()) -> Job:
    path = folder / f"bench-{hold_s}.toml"
    path.write_text(_PROTOCOL.format(hold_s=hold_s, ramp_s=_RAMP_S), encoding="utf-8")
    board = tree.load_board(BOARD).BOARD
    return Job(
        protocol=compile_protocol(load(str(path)), profile("us"), board),
        board=board,
        skin="forearm",
        adc=ADC,
        calibration=_calibration(),
        faults=faults,
        rung="chip",
    )


@cache
def _calibration() -> list[tuple[int, int, int]]:
    return calibrate_seeded(tree.load_board(BOARD).BOARD, ADC, 1)


@cache
def _minute(folder: Path) -> Minute:
    bench = ChipBench(_job(_MINUTE_S, folder))
    bench.load()
    link = HostLink([_Quiet()])
    phase = PhaseMeter(bench.chip, due_address(bench.chip))
    meter = TickMeter(bench.chip)
    bench.start()
    while link.session.ended is None:
        bench.step(link)
    meter.stop()
    phase.stop()
    bench.leave()
    return Minute(
        lengths_us=meter.lengths_us,
        gaps_us=meter.intervals_us,
        after_us=phase.after_us,
        duration_us=bench.bench.now_us,
        outcome=bench.last()["outcome"],
    )


def _tick_figure(name: str, fraction: float, required: str) -> None:
    @figure(f"tick, {name}", signs.US, required, _RUNG, _SHOWN)
    def length(shop: Workshop) -> float:
        return _minute(shop.folder).quantile_us(fraction)


for _name, _fraction, _required in (
    ("median", 0.5, REPORTED),
    ("99 %", 0.99, REPORTED),
    ("99.9 %", 0.999, "<= 500"),
    ("longest", 1.0, REPORTED),
):
    _tick_figure(_name, _fraction, _required)


@figure("longest interval between ticks in 60 s", signs.US, "<= 2000", _RUNG, _SHOWN)
def longest_interval(shop: Workshop) -> float:
    return max(_minute(shop.folder).gaps_us)


@figure("timer's interrupt after its tick is due, least", signs.US, ">= 100", _RUNG, _SHOWN)
def least_after_due(shop: Workshop) -> float:
    return min(_minute(shop.folder).after_us)


@figure("timer's interrupt after its tick is due, most", signs.US, "<= 300", _RUNG, _SHOWN)
def most_after_due(shop: Workshop) -> float:
    return max(_minute(shop.folder).after_us)


@figure("share of the CPU", "%", REPORTED, _RUNG, _SHOWN)
def cpu_share(shop: Workshop) -> float:
    minute = _minute(shop.folder)
    return 100 * sum(minute.lengths_us) / minute.duration_us


def _off_figure(name: str, fault: str, required: str) -> None:
    shown = f"iontobench run PROTOCOL --on chip --fault {fault}"

    @figure(f"{name}: gate off after", "ms", required, _RUNG, shown)
    def gate_off(shop: Workshop) -> float:
        bench = ChipBench(_job(4, shop.folder, (fault,)))
        bench.load()
        link = HostLink([_Quiet()])
        bench.start()
        while link.session.ended is None:
            bench.step(link)
        bench.leave()
        gate_off_us = bench.bench.truth.gate_off_us
        if gate_off_us is None:
            raise RuntimeError(f"{fault}: the gate stayed closed")
        return gate_off_us / 1000


_off_figure("open lead", f"open@{_FAULT_AT_S}", "<= 20")
_off_figure("over-current beyond the peak", f"overcurrent@{_FAULT_AT_S}:1.5", "<= 2")
_off_figure("over-current in the ramp", "overcurrent@1.2:1.5", "<= 7")


def _float_figure(name: str, column: int, unit: str) -> None:
    @figure(f"float PID, commonly written: {name}", unit, REPORTED, _RUNG, _SHOWN)
    def value(shop: Workshop) -> float:
        return _float_pid()[column]


@cache
def _float_pid() -> list[int]:
    chip = Chip(find_image(), {"float_pid.py": _FLOAT_PID.read_bytes()})
    chip.prompt()
    said = chip.exec(f"import float_pid\nfloat_pid.run({_FLOAT_TICKS})", limit_us=60_000_000)
    return [int(word) for word in said.split()]


for _column, _name in enumerate(("tick, median", "tick, 99 %", "tick, 99.9 %", "tick, longest")):
    _float_figure(_name, _column, signs.US)
_float_figure("allocated a tick", 4, "bytes")
