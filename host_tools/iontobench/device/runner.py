"""Runs one session on a bench and says how it went: the firmware's words and the plant's truth.

The virtual rung: the firmware's own `Bench` on a `VirtualPort`, in virtual time, in this thread.
The seed decides everything but the realtime factor, which is the only figure here that comes
from the host's clock. Charge in uC, currents in uA, times in us.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ionto.bench import Bench
from ionto.core.limits import Board
from iontobench.protocols.compiler import CompiledProtocol
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.fault import Fault, Injected
from iontobench.sim.faults import text_of
from iontobench.sim.port import VirtualPort
from iontobench.sim.processor import PowerCut
from iontobench.sim.skin import LoadParams, load_skin

from .events import LiveFault, Snapshot, snapshot_of
from .link import HostLink, Listener
from .upsets import upsets

LOST = "lost"  # an outcome of the host's: the link broke, and the session went on without it


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to run, on what.

    `skin` is the name of a load, `adc` is "ideal" or "rp2040", `faults` are
    `KIND@SECONDS[:VALUE]`; `calibration` is what `calibrate` fitted, None for nominal.
    """

    protocol: CompiledProtocol
    board: Board
    skin: str
    adc: str = "ideal"
    seed: int = 1
    faults: tuple[str, ...] = ()
    calibration: Any = None
    rung: str = "virtual"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a session ended.

    `dose_uc` and `peak_ua` are what the firmware integrated and saw; everything `true_` is read
    from the plant, and None on a real board, which has none to read.
    `gate_off_us` counts from the onset of the first injected fault, None without one; `snapshot`
    is the last second before a fault, None without one; `injected` says what became of each fault.
    """

    outcome: str
    fault: str | None
    dose_uc: int
    true_charge_uc: float | None
    true_peak_ua: float | None
    overshoot_ua: float | None
    duration_us: int
    gate_off_us: int | None
    realtime_factor: float
    last: dict[str, Any]
    peak_ua: float | None = None
    snapshot: Snapshot | None = None
    injected: tuple[Injected, ...] = ()


class Console:
    """The virtual board's serial port: bytes to and from a `HostLink`, in the board's time."""

    def __init__(self, link: HostLink):
        self._link = link
        self._waiting = bytearray()
        self._t_us = 0

    def poll(self, t_us: int) -> None:
        """Every 20 ms of virtual time."""
        self._t_us = t_us
        self._waiting += self._link.poll(t_us)

    def read(self) -> int:
        """The next byte, or -1."""
        return self._waiting.pop(0) if self._waiting else -1

    def write(self, data: bytes) -> None:
        """What the board wrote."""
        self._link.received(data, self._t_us)


def simulated_bench(job: Job) -> SimulatedBench:
    """The plant of a job at its time 0."""
    return SimulatedBench(job.board, load_of(job), job.adc, job.seed, job.faults)


def tells(listeners: Sequence[Listener]) -> Callable[[Fault], None]:
    """What a plant is to call for each fault that is injected: every listener gets an item."""

    def tell(fault: Fault) -> None:
        item = LiveFault(fault.onset_us // 1000, text_of(fault))
        for listener in listeners:
            listener.on_item(item)

    return tell


def run_virtual(
    job: Job,
    listeners: Sequence[Listener],
    plant: SimulatedBench | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Result:
    """Run `job` on the virtual bench, in this thread, until it has ended.

    KeyboardInterrupt, wherever it strikes, ends the session off, with outcome "stopped".

    Args:
        job: what to run.
        listeners: each sees every item, the faults that are injected on the way too.
        plant: the job's plant, for a caller that injects faults; `simulated_bench(job)` if None.
        clock: the host's, s; it decides the realtime factor alone.
    """
    plant = simulated_bench(job) if plant is None else plant
    link = HostLink(listeners)
    port = VirtualPort(job.board, plant, Console(link), job.calibration)
    bench = Bench(port, job.board)
    plant.upset = upsets(bench)
    plant.watch(tells(listeners))
    bench.load(job.protocol.data, job.protocol.crc)
    flat: Sequence[int] = ()
    started = clock()
    try:
        last = bench.run(supervised=True)
        if last["fault"]:
            flat = bench.snapshot()
    except PowerCut as cut:  # nothing of the board is left to say so itself
        last = {**(bench.last() or {}), "outcome": "fault", "fault": str(cut)}
    elapsed_s = clock() - started
    return result(job, plant, last, elapsed_s, flat)


def load_of(job: Job) -> LoadParams:
    """The job's load, under the protocol's electrodes."""
    electrodes = job.protocol.protocol.electrodes
    return load_skin(job.skin, electrodes.active.area_cm2, electrodes.return_.area_cm2)


def result(
    job: Job,
    plant: SimulatedBench,
    last: dict[str, Any],
    elapsed_s: float,
    flat: Sequence[int] = (),
) -> Result:
    """Firmware's words and plant's truth together; the same for every simulated rung.

    Raises:
        PlantError: the simulation has left its range: there is no result.
    """
    plant.check()
    truth = plant.truth
    onset_us = truth.fault_onset_us
    gate_off_us = None
    if onset_us is not None and truth.gate_off_us is not None:
        gate_off_us = truth.gate_off_us
    return Result(
        outcome=last["outcome"],
        fault=last["fault"],
        dose_uc=last["dose_uc"],
        true_charge_uc=truth.gross_uc,
        true_peak_ua=truth.peak_ua,
        overshoot_ua=max(0.0, truth.peak_ua - job.protocol.bounds.peak_ua),
        duration_us=last["t_ms"] * 1000,
        gate_off_us=gate_off_us,
        realtime_factor=plant.now_us / 1e6 / elapsed_s,
        last=last,
        snapshot=snapshot_of(flat),
        injected=tuple(plant.injected()),
    )
