"""The calls of `import iontobench`: run, check, read, verify, to_pandas, connect.

Names and defaults are those of the command `iontobench`, which goes through the same code.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from iontobench import records
from iontobench.protocols.checking import CheckResult
from iontobench.records import Verdict
from iontobench.records.meta import RECORD_NAME
from iontobench.sessions.start import PROFILE, SEED, VIRTUAL, check_request

from .live_session import LiveSession
from .remote import RemoteBoard
from .results import SessionResult

if TYPE_CHECKING:
    import pandas  # pyright: ignore[reportMissingImports]


def run(
    protocol: str | Path,
    *,
    on: str = VIRTUAL,
    board: str | None = None,
    skin: str | Path | None = None,
    adc: str | None = None,
    profile: str = PROFILE,
    seed: int = SEED,
    faults: str | Sequence[str] = (),
    clear: bool = False,
    data_dir: str | Path | None = None,
    uf2: str | Path | None = None,
) -> SessionResult:
    """Run one session to its end, as fast as it goes, and return how it went.

    Ctrl-C ends it with the output off and its record closed, and is raised then.

    Args:
        protocol: a name, or the path of a TOML file.
        on: `virtual`, `chip`, a serial port, or `auto`.
        board: the hardware's data, by its name or its folder; by default the target's own, or the
            first that can serve.
        skin: the load: a name, `resistor:OHM`, `bath:US_CM`, or the path of a file; by default
            the protocol's own.
        adc: `ideal` or `rp2040`; ideal by default, the chip has its own.
        profile: the limits profile, `us` or `eu`.
        seed: draws noise and tolerances, 0 to 2^31 - 1; the same seed gives the same record.
        faults: `KIND@SECONDS[:VALUE]`, one or more; `iontobench run --fault help` has the kinds.
        clear: leave a fault first that an earlier session has latched in `data_dir` or on the
            board.
        data_dir: the folder that keeps record and latch; None keeps neither.
        uf2: the chip's MicroPython image, where it is not in the cache.

    Returns:
        Arrays of shape (n,), n samples at 10 Hz; see `SessionResult`. A session that a fault ends
        is a result too: `outcome` and `fault` say so.

    Raises:
        FileError: a protocol or a load that is wrong (`ProtocolError`: or that a limit refuses).
        NoDeviceError: no such board, port, or image.
        LatchedError: a latched fault refuses the session.
        EndedEarlyError: the record cannot be written, or the board cannot be calibrated.
        RecordError: the data folder does not take a record.
        UserError: another thing that was asked for cannot be; the class of the three before.
    """
    session = LiveSession(
        protocol,
        on=on,
        board=board,
        skin=skin,
        adc=adc,
        profile=profile,
        seed=seed,
        faults=faults,
        clear=clear,
        data_dir=data_dir,
        uf2=uf2,
    )
    with session:
        return session.finish()


def check(
    protocol: str | Path, *, profile: str = PROFILE, board: str | None = None
) -> CheckResult:
    """Compile a protocol and prove its bounds, without running anything.

    Returns:
        `ok` says whether every limit accepts it, `reason` why not, `rows` each bound beside its
        limit, `as_dict()` all of it as plain data.

    Raises:
        FileError: no such protocol or profile, or a file that makes no program.
        UserError: no such board.
    """
    return check_request(str(protocol), profile, board)[0]


def read(path: str | Path) -> SessionResult:
    """Read and verify a record: its file, or the folder that it is in.

    What was cut or damaged is left out; `verdict` says where.

    Raises:
        RecordError: not a record, or not even its header survived.
    """
    file = _record_file(path)
    return SessionResult.of(records.read(file), file)


def verify(path: str | Path) -> Verdict:
    """Check a record's chain: `status` is `intact`, `incomplete` or `damaged`.

    It shows damage, not forgery.

    Raises:
        RecordError: no such file, or not a record at all.
    """
    return records.verify(_record_file(path))


def to_pandas(result: SessionResult) -> "pandas.DataFrame":
    """The samples of a result as a table: a column for each array, units in their names.

    Raises:
        UserError: pandas is not installed; it comes with the extra `data`.
    """
    return result.to_pandas()


def connect(port: str = "auto", *, board: str | Path | None = None) -> RemoteBoard:
    """The board on a serial port, or on the only one there is; use it with `with`.

    Args:
        port: its name, or `auto`.
        board: which hardware it has to be; of your own its folder (`./mine`), which its sessions
            need.

    Raises:
        NoDeviceError: no board there, one that is busy, another one than `board`, or one without
            the matching firmware.
        UserError: no such `board`.
    """
    return RemoteBoard(port, board=None if board is None else str(board))


def _record_file(path: str | Path) -> Path:
    path = Path(path)
    return path / RECORD_NAME if path.is_dir() else path
