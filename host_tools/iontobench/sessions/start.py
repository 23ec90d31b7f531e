"""What a session needs before it begins: a request, checked against its target, made into a job.

The command line and the Python API both come through here, so that one request gives one job and
one record. Everything that can be wrong is found before anything starts. Nothing here runs.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from ionto.core.limits import Board
from iontobench import errors, resources
from iontobench.errors import UserError
from iontobench.protocols import RefusedError
from iontobench.protocols.checking import CheckResult, check_loaded
from iontobench.protocols.compiler import CompiledProtocol, compile_protocol
from iontobench.protocols.loader import load, profile
from iontobench.protocols.schema import Protocol
from iontobench.records.format import PlanRun
from iontobench.sim import faults as bench_faults
from iontobench.sim.loads import load_named
from iontobench.sim.senses import own_adc
from iontobench.sim.skin import LoadParams
from iontobench.tomlfile.errors import FileError

from .job import IDEAL_ADC, OWN_ADC, Job, Target
from .latched_fault import FaultLatch, HostLatch
from .targets import Choice, choose_board, target_for

VIRTUAL = "virtual"
PROFILE = "us"
SEED = 1
SEED_MAX = 2**31 - 1
ADCS = ("ideal", "rp2040", "ads8688")


class RunRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks for, in the words and with the defaults of `iontobench run`."""

    protocol: str
    rung: str = VIRTUAL
    board: str | None = None
    skin: str | None = None
    adc: str | None = None
    profile: str = PROFILE
    seed: int = SEED
    faults: tuple[str, ...] = ()


class ReadySession(NamedTuple):
    """A request that its target can run; `plan` is what its record says of the run's plan."""

    request: RunRequest
    target: Target
    latch: FaultLatch
    compiled: CompiledProtocol
    board: Choice
    adc: str
    plan: PlanRun | None = None

    def job(self) -> Job:
        """What is run; a board whose converter needs it is calibrated now.

        Raises:
            EndedEarlyError: the board cannot be calibrated.
        """
        request, board = self.request, self.board.board
        return Job(
            protocol=self.compiled,
            board=board,
            skin=request.skin or self.compiled.protocol.skin,
            adc=self.adc,
            seed=request.seed,
            calibration=self.target.calibrate(board, self.adc, request.seed),
            faults=request.faults,
            rung=self.target.name or request.rung,
            plan=self.plan,
            board_at=request.board if resources.is_board_folder(request.board or "") else None,
            budget=self.target.budget(board, self.adc, request.board or board.name),
        )


def prepare(
    request: RunRequest, target: Target, data_dir: Path, protocol: Protocol | None = None
) -> ReadySession:
    """Check a request for `target`; `data_dir` keeps the latch of a simulated board.

    Args:
        protocol: one that has been read; None: the one that the request names.

    Raises:
        UserError: something that the target does not take, or no such load or fault.
        FileError: a protocol or a load that is wrong or refused.
    """
    if target.is_real:
        _check_real(request, target)
    if not 0 <= request.seed <= SEED_MAX:
        raise UserError(f"seed {request.seed}: it is 0 to {SEED_MAX}")
    if request.adc not in (None, *ADCS):
        raise UserError(f"adc {request.adc!r}: it is {', '.join(ADCS[:-1])} or {ADCS[-1]}")
    check_faults(request.faults, request.rung)
    if request.skin is not None:
        skin_of(request.skin)
    protocol = protocol or load(request.protocol)
    board = choose_board(target, request.board, protocol)
    adc = _converter(request, target, board.board)
    compiled = compile_protocol(protocol, profile(request.profile), board.board)
    latch = target.latch or HostLatch(data_dir, board.board.name)
    return ReadySession(request, target, latch, compiled, board, adc)


def check_request(
    protocol: str, profile_name: str = PROFILE, board: str | None = None
) -> tuple[CheckResult, str | None]:
    """The verdict on a protocol for the board that `run` would take, and the note on that board.

    Raises:
        ResourceError: no such board.
        ProtocolError: no such protocol or profile, or a file that makes no program.
    """
    if board is not None:
        resources.board_of(board)
    return check_read(load(protocol), profile_name, board)


def check_read(
    protocol: Protocol, profile_name: str = PROFILE, board: str | None = None
) -> tuple[CheckResult, str | None]:
    """As `check_request`, of a protocol that has been read."""
    chosen = _board_for(protocol, board)
    return check_loaded(protocol, profile_name, chosen.board), chosen.note


def check_faults(specs: Iterable[str], rung: str = VIRTUAL) -> None:
    """Raise UserError for the first one that cannot be injected on that rung."""
    for spec in specs:
        try:
            needs = bench_faults.KINDS[bench_faults.parse(spec).kind].needs
        except ValueError as error:
            raise UserError(f"--fault: {error}") from error
        if needs and rung != VIRTUAL:
            line = f"--fault {spec}: it is the virtual board's own; use --on virtual"
            raise UserError(line)


def skin_of(name: str) -> LoadParams:
    """The load called `name`, one with water as `bath:200` (uS/cm), or in a file `mine.toml`; or
    a plain one as `resistor:OHM` and `rc:OHM:NF`.

    Raises:
        FileError: a skin file that is wrong, with everything that is.
        UserError: no such load.
    """
    try:
        return load_named(name)
    except FileError:
        raise
    except ValueError as error:
        raise UserError(str(error)) from error


def _board_for(protocol: Protocol, asked: str | None) -> Choice:
    """The board that a run on the virtual bench would take."""
    bench = target_for(VIRTUAL)
    try:
        return choose_board(bench, asked, protocol)
    except RefusedError:  # no board can: the check itself says why
        return Choice(resources.board_of(bench.board))


def _check_real(request: RunRequest, target: Target) -> None:
    """What a real board does not take.

    Raises:
        UserError: an option of simulated benches.
        NoDeviceError: another board than the one asked for.
    """
    simulated = {"--skin": request.skin, "--adc": request.adc, "--fault": request.faults}
    asked = [name for name, value in simulated.items() if value]
    if asked:
        line = f"{asked[0]} is for simulated benches: a real board has its own; leave it out"
        raise UserError(line)
    asked = request.board
    if asked is not None and resources.is_board_folder(asked):
        asked = resources.board_of(asked).name
    if asked not in (None, target.board):
        line = f"--on {request.rung} is a {target.board}, not a {asked}; leave --board out"
        raise errors.NoDeviceError(line)
    if asked is None and target.board not in resources.board_names():
        raise UserError(
            f"--on {request.rung} is a {target.board}, a board this program does not know; "
            "give its folder: --board PATH"
        )


def _converter(request: RunRequest, target: Target, board: Board) -> str:
    if target.is_real:
        return OWN_ADC
    if target.adc is None:
        return request.adc or IDEAL_ADC
    own = own_adc(board)
    if request.adc not in (None, own):
        raise UserError(f"--adc {request.adc}: --on {request.rung} has only {own}")
    return own
