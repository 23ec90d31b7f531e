"""What `doctor` asks of a board at a serial port, one finding after the other.

A finding has an answer in words and, where the answer is no, a remedy. The first one that leaves
nothing more to ask ends the list. Nothing is written and no session is disturbed.
"""

from collections.abc import Iterator

from ionto.core.telemetry import LINK_VERSION
from iontobench import resources, signs
from iontobench.findings import Finding
from iontobench.micropython import MICROPYTHON

from .calibration_file import SenseUncertainty
from .connection import BoardInfo, BusyError, Connection, connect
from .deploy import slots
from .files import BoardFiles
from .port import HOST_PORTS, BoardError, HostPorts, PortError

ALL_WELL = "all is well"
MPY_VERSION = 6  # of the compiled files that a deploy writes


def examine(name: str, ports: HostPorts = HOST_PORTS, own: str | None = None) -> Iterator[Finding]:
    """The board at port `name` or `auto`.

    Args:
        name: the port.
        ports: the serial ports.
        own: the name of a board that is none of this project's.

    Raises:
        BusyError: it is in a session, or another program runs on it.
    """
    try:
        found = ports.resolve(name)
    except PortError as error:
        yield _no("port", str(error))
        return
    yield Finding("port", found)
    try:
        with connect(found, ports) as connection:
            yield Finding("access", "opened, and at its prompt")
            about = connection.about()
            yield from _firmware(found, about, own)
            yield from _slots(found, connection)
            yield from _latch(about)
            yield from _calibration(found, about)
    except BusyError:
        raise
    except (PortError, BoardError) as error:
        yield _no("access", str(error).removeprefix(f"{found}: "))


def _firmware(name: str, about: BoardInfo, own: str | None) -> Iterator[Finding]:
    version = f"{about.python} {about.version} on {about.machine}"
    if about.python != "micropython" or about.mpy != MPY_VERSION:
        remedy = f"put MicroPython {MICROPYTHON} on it (iontobench flash), then deploy"
        yield Finding("micropython", version, remedy)
        return
    yield Finding("micropython", version)
    if about.info is None:
        yield Finding("firmware", "none", f"iontobench deploy {name}")
        return
    slot = f" from slot {about.slot}" if about.slot else ""
    yield Finding("firmware", f"{about.info.get('firmware')}{slot}")
    if about.board in (*resources.board_names(), own):
        yield Finding("board", str(about.board))
    else:
        remedy = (
            f"say which hardware it is: iontobench deploy {name} --board NAME, or for a board of "
            "your own give its folder: --board PATH"
        )
        yield Finding("board", f"{about.board}, which this program does not know", remedy)
    spoken = about.info.get("link_version")
    matches = spoken == LINK_VERSION
    answer = f"version {spoken}" + ("" if matches else f", this program speaks {LINK_VERSION}")
    yield Finding("link", answer, None if matches else f"iontobench deploy {name}")


def _slots(name: str, connection: Connection) -> Iterator[Finding]:
    found = slots(BoardFiles(connection))
    whole = " and ".join(found.whole) or "none"
    is_well = found.running == found.chosen
    remedy = None if is_well else f"iontobench deploy {name}"
    yield Finding("slots", f"whole: {whole}; chosen: {found.chosen}", remedy)


def _latch(about: BoardInfo) -> Iterator[Finding]:
    if about.info is None:
        return
    fault = about.info.get("fault", "none")
    if fault == "none":
        yield Finding("fault", "none latched")
    else:
        remedy = "look into it, then bench.clear() at its prompt, or run --clear"
        yield Finding("fault", f"latched: {fault}", remedy)


def _calibration(name: str, about: BoardInfo) -> Iterator[Finding]:
    scales = about.scales
    if scales is None:
        return
    if scales.trouble is None:
        yield Finding("calibration", scales.dated + _sure(scales.sure))
    else:
        remedy = f"iontobench calibrate {name} --load OHM:PERCENT, twice"
        yield Finding("calibration", scales.trouble, remedy)


def _sure(sure: SenseUncertainty | None) -> str:
    """How sure it is, behind its date; nothing of a file that does not say so."""
    if sure is None:
        return ""
    zero = f"zero {signs.PM} {2 * sure.u_offset_ua:.1f} {signs.UA}"
    return f", gain {signs.PM} {200 * sure.u_gain:.2f} %, {zero} (k = 2)"


def _no(what: str, sentence: str) -> Finding:
    """A sentence of the form `what is wrong; what to do`."""
    answer, _, remedy = sentence.partition("; ")
    return Finding(what, answer, remedy or "see the README on boards")
