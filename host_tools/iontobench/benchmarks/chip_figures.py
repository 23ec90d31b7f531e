"""Figures of the emulated chip: the tick, its rhythm, what it allocates, and how fast it is off.

One minute of a session with telemetry and beats serves all figures of the tick. Without the extra
`chip` or the image these figures have no value, and the reason is printed.
"""

from types import ModuleType

from iontobench import signs

from .figures import REPORTED, FigureSessions, figure

_RUNG = "emulated chip"
_SHOWN = "make bench"
_FAULT_AT_S = 3.5


def _chip() -> ModuleType:
    """The sessions on the chip, imported only where they are run: they need the extra.

    Raises:
        RuntimeError: it is not installed.
    """
    try:
        from . import chip_sessions
    except ImportError as error:
        raise RuntimeError(f"no emulated chip ({error}): pip install 'iontobench[chip]'") from None
    return chip_sessions


def _tick_figure(name: str, fraction: float, required: str) -> None:
    @figure(f"tick, {name}", signs.US, required, _RUNG, _SHOWN)
    def length(sessions: FigureSessions) -> float:
        return _chip().minute(sessions.folder).quantile_us(fraction)


for _name, _fraction, _required in (
    ("median", 0.5, REPORTED),
    ("99 %", 0.99, REPORTED),
    ("99.9 %", 0.999, "<= 500"),
    ("longest", 1.0, REPORTED),
):
    _tick_figure(_name, _fraction, _required)


@figure("longest interval between ticks in 60 s", signs.US, "<= 2000", _RUNG, _SHOWN)
def longest_interval(sessions: FigureSessions) -> float:
    return max(_chip().minute(sessions.folder).gaps_us)


@figure("timer's interrupt after its tick is due, least", signs.US, ">= 100", _RUNG, _SHOWN)
def least_after_due(sessions: FigureSessions) -> float:
    return min(_chip().minute(sessions.folder).after_us)


@figure("timer's interrupt after its tick is due, most", signs.US, "<= 300", _RUNG, _SHOWN)
def most_after_due(sessions: FigureSessions) -> float:
    return max(_chip().minute(sessions.folder).after_us)


@figure("share of the CPU", "%", REPORTED, _RUNG, _SHOWN)
def cpu_share(sessions: FigureSessions) -> float:
    minute = _chip().minute(sessions.folder)
    return 100 * sum(minute.lengths_us) / minute.duration_us


def _off_figure(name: str, fault: str, required: str) -> None:
    shown = f"iontobench run PROTOCOL --on chip --fault {fault}"

    @figure(f"{name}: gate off after", "ms", required, _RUNG, shown)
    def gate_off(sessions: FigureSessions) -> float:
        return _chip().gate_off_us(sessions.folder, fault) / 1000


_off_figure("open lead", f"open@{_FAULT_AT_S}", "<= 20")
_off_figure("over-current beyond the peak", f"overcurrent@{_FAULT_AT_S}:1.5", "<= 2")
_off_figure("over-current in the ramp", "overcurrent@1.2:1.5", "<= 7")


def _float_figure(name: str, column: int, unit: str) -> None:
    @figure(f"float PID, commonly written: {name}", unit, REPORTED, _RUNG, _SHOWN)
    def value(sessions: FigureSessions) -> float:
        return _chip().float_pid()[column]


for _column, _name in enumerate(("tick, median", "tick, 99 %", "tick, 99.9 %", "tick, longest")):
    _float_figure(_name, _column, signs.US)
_float_figure("allocated a tick", 4, "bytes")
