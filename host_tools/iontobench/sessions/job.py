"""One session as data: what to run and on what, what can run it, and how it went.

Charge in uC, currents in uA, times in us. The same for every rung of the ladder of fidelity: the
virtual bench, the emulated chip, a board at a serial port. Must not run anything.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from ionto.core.limits import Board
from iontobench.device.calibration import CalibrationError, Row
from iontobench.device.calibration_bench import calibrate_seeded
from iontobench.errors import EndedEarlyError
from iontobench.link.events import FaultSnapshot, LiveFault, snapshot_of
from iontobench.link.listener import Listener
from iontobench.protocols.compiler import CompiledProtocol
from iontobench.records.format import PlanRun
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.fault import Fault, Injected
from iontobench.sim.faults import text_of
from iontobench.sim.loads import load_named
from iontobench.sim.skin import LoadParams

from .latched_fault import FaultLatch

LOST = "lost"  # an outcome of the host's: the link broke, and the session went on without it
IDEAL_ADC = "ideal"
OWN_ADC = "the board's own"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to run, on what.

    `protocol` is compiled; the file's content is `protocol.protocol` of it. `skin` is the
    name of a load, `adc` a converter of `sim.senses`, `seed` draws the tolerances and the noise,
    `faults` are `KIND@SECONDS[:VALUE]`; `calibration` is what `calibration_for` fitted, None for
    nominal; `rung` is its name in the record; `plan` is the plan that it belongs to. `board_at`
    is the board's folder where it is none of this project's.
    """

    protocol: CompiledProtocol
    board: Board
    skin: str
    adc: str = IDEAL_ADC
    seed: int = 1
    faults: tuple[str, ...] = ()
    calibration: Any = None
    rung: str = "virtual"
    plan: PlanRun | None = None
    board_at: str | None = None


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
    snapshot: FaultSnapshot | None = None
    injected: tuple[Injected, ...] = ()


def calibration_for(
    board: Board,
    adc: str,
    seed: int,
    fit: Callable[[Board, str, int], list[Row]] = calibrate_seeded,
) -> list[Row] | None:
    """The calibration of a converter that needs one, from known loads; None for the ideal one.

    Args:
        board: its limits.
        adc: the converter.
        seed: draws the board.
        fit: drives the board through its known loads.

    Raises:
        EndedEarlyError: the board cannot be calibrated.
    """
    if adc == IDEAL_ADC:
        return None
    try:
        return fit(board, adc, seed)
    except CalibrationError as error:
        line = f"{board.name} cannot be calibrated on its known loads: {error}"
        raise EndedEarlyError(line) from error


def _nothing() -> None:
    """No port is held."""


class Target(NamedTuple):
    """What runs jobs: `run`, its default board, its converter (None: the person's choice; else
    the board's own).

    `name` is the rung's in a record, `header` what it adds to one. A real board has its own load
    and faults, keeps its own latch, and can be lost. `after` adds lines after the session: of a
    lost board what it did meanwhile, of a chip the emulator's build. `chooses_board`: another
    simulated board serves as well as `board`.
    `is_simulated`: nothing but a simulation is on the leads, be it behind a port. `calibrate`
    gives a simulated board's calibration. `run_plant` is `run` on a stage and load that the
    caller keeps, to inject faults; None where there is none. A target may hold a port: call its
    `close` at the end.
    """

    run: Callable[[Job, Sequence[Listener]], Result]
    board: str
    adc: str | None
    is_real: bool = False
    chooses_board: bool = False
    is_simulated: bool = True
    name: str = ""
    header: dict[str, Any] | None = None
    latch: FaultLatch | None = None
    close: Callable[[], None] = _nothing
    after: Callable[[Callable[[str], None]], None] | None = None
    calibrate: Callable[[Board, str, int], list[Row] | None] = calibration_for
    run_plant: Callable[[Job, Sequence[Listener], SimulatedBench], Result] | None = None


def load_of(job: Job) -> LoadParams:
    """The job's load, under the protocol's electrodes."""
    electrodes = job.protocol.protocol.electrodes
    return load_named(job.skin, electrodes.active.area_cm2, electrodes.return_.area_cm2)


def plant_of(job: Job) -> SimulatedBench:
    """The simulated stage and load of a job, as its seed draws them, with its faults."""
    return SimulatedBench(job.board, load_of(job), job.adc, job.seed, job.faults)


def tells(listeners: Sequence[Listener]) -> Callable[[Fault], None]:
    """What a plant is to call for each fault that is injected: every listener gets an item."""

    def tell(fault: Fault) -> None:
        item = LiveFault(fault.onset_us // 1000, text_of(fault))
        for listener in listeners:
            listener.on_item(item)

    return tell


def result(
    job: Job,
    plant: SimulatedBench,
    last: dict[str, Any],
    elapsed_s: float,
    flat: Sequence[int] = (),
) -> Result:
    """Firmware's words and plant's truth together; the same for every simulated target.

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
