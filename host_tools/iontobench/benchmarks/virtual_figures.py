"""Figures of virtual sessions: dose, peak, speed, how fast an open lead turns off, and records.

A record is cut, changed by a byte and written a second time; cuts and changed bytes are spread
evenly over it.
"""

import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

from ionto.core import codes
from iontobench import signs
from iontobench.compiled import select
from iontobench.link.events import Sample
from iontobench.records import RecordError, RecordStore, RecordWriter, Verdict, verify
from iontobench.records.export import export_record

from .figures import PROTOCOL, FigureSessions, figure

_RUN = f"iontobench run {PROTOCOL}"
_OPEN_AT_S = ("8", "21.3", "300", "1150")
_SHORT = ("--fault", "open@8")  # a record of some hundred lines
_SHOWN = "iontobench run dexamethasone-40 --fault open@8"
_POSITIONS = 400
_IMPORTS = 5
_RUNS = 3
_CPU_TIME = "python -m iontobench.benchmarks.cpu_time"
_RESISTOR = "resistor:5000"
_IMPORT = "import time; t = time.perf_counter(); import iontobench; print(time.perf_counter() - t)"
_MANY = 1_000_000  # samples: more than a day at ten a second
_EXPORT = "iontobench records export NAME --csv"


@figure("peak current through the load", "mA", "<= 2.03", "virtual", _RUN)
def peak(sessions: FigureSessions) -> float:
    return sessions.session()["peak_ma"]


@figure("dose by the firmware", signs.MAMIN, "39.9 .. 40.1", "virtual", _RUN)
def dose(sessions: FigureSessions) -> float:
    return sessions.session()["dose_mamin"]


@figure("dose error, ideal ADC", "%", "<= 0.1", "virtual", _RUN)
def dose_error_ideal(sessions: FigureSessions) -> float:
    return _dose_error_percent(sessions.session())


@figure("dose error, RP2040 ADC", "%", "<= 1.0", "virtual", f"{_RUN} --adc rp2040")
def dose_error_rp2040(sessions: FigureSessions) -> float:
    return _dose_error_percent(sessions.session("--adc", "rp2040"))


@figure("speed of a session", "x real time", ">= 130", "virtual", _RUN)
def speed(sessions: FigureSessions) -> float:
    return sessions.session()["realtime_factor"]


@cache
def _cpu_time_ms(*arguments: str) -> float:
    """CPU time of a second of a session: the least of some runs, for the reason below."""
    why = select.problem() if select.FLAG in arguments else None
    if why is not None:
        raise RuntimeError(why)
    command = [sys.executable, "-m", "iontobench.benchmarks.cpu_time", *arguments]
    told = [
        subprocess.run(command, capture_output=True, check=True, text=True).stdout
        for _ in range(_RUNS)
    ]
    return min(map(float, told))


@figure("a second of a session without a record: CPU time", "ms", "<= 7.7", "virtual", _CPU_TIME)
def cpu_time(sessions: FigureSessions) -> float:
    return _cpu_time_ms()


@figure("the same on a resistor: CPU time", "ms", "<= 5", "virtual", f"{_CPU_TIME} {_RESISTOR}")
def cpu_time_resistor(sessions: FigureSessions) -> float:
    return _cpu_time_ms(_RESISTOR)


@figure("the first, compiled: CPU time", "ms", "<= 0.5", "virtual", f"{_CPU_TIME} {select.FLAG}")
def cpu_time_compiled(sessions: FigureSessions) -> float:
    return _cpu_time_ms(select.FLAG)


@figure("compiled: times as fast", "x", ">= 12", "virtual", f"{_CPU_TIME} [{select.FLAG}]")
def compiled_gain(sessions: FigureSessions) -> float:
    return _cpu_time_ms() / _cpu_time_ms(select.FLAG)


@figure("whole command, report included", "s", "<= 60", "virtual", f"{_RUN} --speed max")
def whole_command(sessions: FigureSessions) -> float:
    command = [sys.executable, "-m", "iontobench", "run", PROTOCOL, "--speed", "max"]
    started_s = time.monotonic()
    subprocess.run(
        [*command, "--clear", "--data", str(sessions.folder)], capture_output=True, check=True
    )
    return time.monotonic() - started_s


@figure("import iontobench", "s", "<= 0.3", "virtual", 'python -c "import iontobench"')
def import_time(sessions: FigureSessions) -> float:
    """The least of some processes: what a busy machine adds is not the import's."""
    told = [
        subprocess.run(
            [sys.executable, "-c", _IMPORT], capture_output=True, check=True, text=True
        ).stdout
        for _ in range(_IMPORTS)
    ]
    return min(map(float, told))


def _open_figure(at_s: str) -> None:
    option = f"open@{at_s}"

    shown = f"{_RUN} --fault {option}"

    @figure(f"lead opens at {at_s} s: gate off after", "ms", "<= 20", "virtual", shown)
    def gate_off(sessions: FigureSessions) -> float:
        return sessions.session("--fault", option)["gate_off_ms"]


for _at_s in _OPEN_AT_S:
    _open_figure(_at_s)


def _dose_error_percent(session: dict[str, Any]) -> float:
    told, true = session["dose_mamin"], session["dose_true_mamin"]
    return abs(told - true) / true * 100


@figure("same seed, second run: differing bytes", "bytes", "<= 0", "virtual", _SHOWN)
def same_seed(sessions: FigureSessions) -> float:
    first = Path(sessions.session(*_SHORT)["record"]).read_bytes()
    second = Path(sessions.again(*_SHORT)["record"]).read_bytes()
    differing = sum(one != other for one, other in zip(first, second, strict=False))
    return differing + abs(len(first) - len(second))


@figure(f"{_POSITIONS} cuts: not verified up to the cut", "cuts", "<= 0", "virtual", _SHOWN)
def cuts(sessions: FigureSessions) -> float:
    whole = Path(sessions.session(*_SHORT)["record"]).read_bytes()
    ends = [at for at, byte in enumerate(whole, 1) if byte == ord("\n")]
    wrong = 0
    for at in _positions(len(whole)):
        lines = sum(end <= at for end in ends)
        verdict = _verdict(sessions, whole[:at])
        wrong += lines != (verdict.lines if verdict else 0)
        wrong += verdict is not None and verdict.status != "incomplete"
    return wrong


@figure(f"{_POSITIONS} changed bytes: not found", "bytes", "<= 0", "virtual", _SHOWN)
def changes(sessions: FigureSessions) -> float:
    whole = Path(sessions.session(*_SHORT)["record"]).read_bytes()
    missed = 0
    for at in _positions(len(whole)):
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        verdict = _verdict(sessions, changed)
        missed += verdict is not None and verdict.status == "intact"
    return missed


@figure("a million samples as CSV: CPU time", "s", "<= 10", "virtual", _EXPORT)
def export_many(sessions: FigureSessions) -> float:
    store = RecordStore(sessions.folder / "many")
    with RecordWriter(store.new_path("many", None), {}) as writer:
        for at in range(_MANY):
            current_ua, load_mv = 1999 + at % 33 / 16, 10_000 + at % 777
            row = (at, 100 * at, codes.STATE_HOLD, 2, 2000.0, current_ua, 0.5, load_mv, 200 * at)
            writer.item(Sample(*row))
        writer.close({"outcome": "complete"})
    started_s = time.process_time()
    export_record(store, "many", "csv", False, sessions.folder / "many.csv")
    return time.process_time() - started_s


def _positions(size: int) -> list[int]:
    return [1 + number * (size - 2) // (_POSITIONS - 1) for number in range(_POSITIONS)]


def _verdict(sessions: FigureSessions, data: bytes) -> Verdict | None:
    """The verdict, or None where not even a record is recognised."""
    path = sessions.folder / "tried.jsonl"
    path.write_bytes(data)
    try:
        return verify(path)
    except RecordError:
        return None
