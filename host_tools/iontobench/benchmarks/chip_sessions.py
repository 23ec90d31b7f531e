"""Sessions on the emulated chip, with its ticks metered; each kind is run once.

Emulated time is exact, but the emulator has no model of the flash cache: a real chip is slower.
Importing this needs the extra `chip`; running it needs the image too. Times in us, bytes as such.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from iontobench import resources
from iontobench.chip.image import find_image
from iontobench.chip.machine import Chip
from iontobench.chip.meter import PhaseMeter, TickMeter, due_address
from iontobench.chip.pico import BOARD
from iontobench.device.calibration_bench import calibrate_seeded
from iontobench.link.events import Item
from iontobench.link.listener import HostLink
from iontobench.protocols import compile_protocol, load, profile
from iontobench.sessions.chip import ChipBench
from iontobench.sessions.job import Job
from iontobench.sim.senses import own_adc

_RAMP_S = 2
_MINUTE_S = 56
_FAULT_HOLD_S = 4
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
class MeteredSession:
    """What a metered session left behind; lengths, gaps and places in us.

    `samples_us` are the chip's times of the ticks, `gaps_us` those from tick to tick.
    """

    lengths_us: list[int] = field(default_factory=list)
    samples_us: list[int] = field(default_factory=list)
    gaps_us: list[int] = field(default_factory=list)
    after_us: list[int] = field(default_factory=list)
    duration_us: int = 0
    outcome: str = ""

    def quantile_us(self, fraction: float) -> int:
        """The length that this fraction of all ticks does not exceed."""
        ordered = sorted(self.lengths_us)
        return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]


def _job(hold_s: int, folder: Path, faults: tuple[str, ...] = (), board_name: str = BOARD) -> Job:
    path = folder / f"bench-{hold_s}.toml"
    path.write_text(_PROTOCOL.format(hold_s=hold_s, ramp_s=_RAMP_S), encoding="utf-8")
    board = resources.board_of(board_name)
    return Job(
        protocol=compile_protocol(load(str(path)), profile("us"), board),
        board=board,
        skin="forearm",
        adc=own_adc(board),
        calibration=_calibration(board_name),
        faults=faults,
        rung="chip",
    )


@cache
def _calibration(board_name: str) -> list[tuple[int, int, int]]:
    board = resources.board_of(board_name)
    return calibrate_seeded(board, own_adc(board), 1)


@cache
def minute(folder: Path) -> MeteredSession:
    """One minute of a session with telemetry and beats: it serves all figures of the tick."""
    return metered(_MINUTE_S, folder)


def metered(
    hold_s: int,
    folder: Path,
    before: Callable[[Chip], None] | None = None,
    after: Callable[[Chip], None] | None = None,
    board_name: str = BOARD,
) -> MeteredSession:
    """A session with telemetry and beats, two ramps of 2 s around a hold.

    Args:
        hold_s: the hold.
        folder: for the protocol.
        before: called with the chip at its prompt, before the session.
        after: called with the chip at its prompt, after the session.
        board_name: the board.
    """
    bench = ChipBench(_job(hold_s, folder, board_name=board_name))
    bench.load()
    link = HostLink([_Quiet()])
    phase = PhaseMeter(bench.chip, due_address(bench.chip))
    meter = TickMeter(bench.chip)
    if before is not None:
        before(bench.chip)
    bench.start()
    while link.session.ended is None:
        bench.step(link)
    meter.stop()
    phase.stop()
    bench.leave()
    duration_us, outcome = bench.bench.now_us, bench.last()["outcome"]
    if after is not None:
        after(bench.chip)
    return MeteredSession(
        lengths_us=meter.lengths_us,
        samples_us=meter.samples_us,
        gaps_us=meter.intervals_us,
        after_us=phase.after_us,
        duration_us=duration_us,
        outcome=outcome,
    )


def gate_off_us(folder: Path, fault: str) -> int:
    """How long after the onset of `fault` (KIND@SECONDS[:VALUE]) the gate is off.

    Raises:
        RuntimeError: the gate stayed closed.
    """
    bench = ChipBench(_job(_FAULT_HOLD_S, folder, (fault,)))
    bench.load()
    link = HostLink([_Quiet()])
    bench.start()
    while link.session.ended is None:
        bench.step(link)
    bench.leave()
    off_us = bench.bench.truth.gate_off_us
    if off_us is None:
        raise RuntimeError(f"{fault}: the gate stayed closed")
    return off_us


@cache
def float_pid() -> list[int]:
    """Ticks of the float PID: median, 99 %, 99.9 % and longest in us, then bytes a tick."""
    chip = Chip(find_image(), {"float_pid.py": _FLOAT_PID.read_bytes()})
    chip.prompt()
    said = chip.exec(f"import float_pid\nfloat_pid.run({_FLOAT_TICKS})", limit_us=60_000_000)
    return [int(word) for word in said.split()]
