"""What the phases of a file have to agree on, which a type alone cannot say.

One line for the first thing that is wrong: how a phase ends, where the output may be off, and
what a pulsed direct current is. Must not compute what a session does.
"""

from fractions import Fraction

from .errors import ProtocolError
from .explain import range_of
from .schema import HoldPhase, OffPhase, ProtocolFile, PulsePhase

# Constant direction, 10 to 90 % of the time [control.md, Waveforms; the pulsed devices of
# domain.md 1a run near 50 %].
DUTY_MIN, DUTY_MAX = Fraction(10, 100), Fraction(90, 100)


def check_phases(file: str, content: ProtocolFile) -> None:
    """Check them one by one, then as a whole.

    Raises:
        ProtocolError: the first phase that cannot be.
    """
    for index, phase in enumerate(content.phases):
        path = f"phases[{index}]"
        if isinstance(phase, HoldPhase):
            _check_hold(file, path, content.mode, phase)
        elif isinstance(phase, PulsePhase):
            _check_pulses(file, path, phase)
        elif index == 0 or isinstance(content.phases[index - 1], OffPhase):
            found = "a session does not begin with the output off" if index == 0 else "twice off"
            hint = "begin with a hold" if index == 0 else "make one phase of the two"
            raise ProtocolError(file, f"{path}.kind", found, "hold or pulses here", hint)
    first = content.phases[0]
    if not isinstance(first, OffPhase) and first.reverse:
        found = "found true, and nothing is before it"
        hint = "choose the first polarity in electrodes.active.polarity"
        raise ProtocolError(file, "phases[0].reverse", found, "false", hint)
    _check_highest(file, content)
    if content.application == "pulsed-dc":
        _check_pulsed_dc(file, content)


def exact(value: float) -> Fraction:
    """The decimal that the file said: the shortest one of a float."""
    return Fraction(str(value))


def duty(phase: PulsePhase) -> Fraction:
    """Mean current over the current of the flat part: (on + edge) / period."""
    edge_s = Fraction(phase.edge_ms, 1000)
    on_s, off_s = exact(phase.on_s), exact(phase.off_s)
    return (on_s + edge_s) / (on_s + off_s + 2 * edge_s)


def _check_hold(file: str, path: str, mode: str, phase: HoldPhase) -> None:
    """A hold ends by its dose or by its time, as the mode says, never by both."""
    wanted, other = ("dose_mamin", "hold_s")
    if mode == "constant-time":
        wanted, other = other, wanted
    if getattr(phase, other) is not None:
        found = f"found {getattr(phase, other):g} in mode {mode}"
        hint = f"remove it, or choose the other mode; {wanted} ends a phase of this mode"
        raise ProtocolError(file, f"{path}.{other}", found, "none", hint)
    if getattr(phase, wanted) is None:
        key = f"{path}.{wanted}"
        raise ProtocolError(file, key, f"missing in mode {mode}", range_of(key), "add it")


def _check_pulses(file: str, path: str, phase: PulsePhase) -> None:
    if phase.count is None and phase.time_s is None:
        found = "missing, and time_s too"
        raise ProtocolError(file, f"{path}.count", found, range_of(f"{path}.count"), "add one")
    if phase.count is not None and phase.time_s is not None:
        found = f"found {phase.time_s:g} beside count"
        raise ProtocolError(file, f"{path}.time_s", found, "none", "remove one of the two")


def _check_highest(file: str, content: ProtocolFile) -> None:
    """An operator's highest current is not below what the phases themselves ask for."""
    most_ma = content.max_current_ma
    currents = [one.current_ma for one in content.phases if not isinstance(one, OffPhase)]
    if most_ma is not None and most_ma < max(currents):
        raise ProtocolError(
            file,
            "max_current_ma",
            f"found {most_ma:g}, below a phase's own current",
            f"{max(currents):g} mA or more",
            "raise it, or leave it out",
        )


def _check_pulsed_dc(file: str, content: ProtocolFile) -> None:
    """Pulses of one direction alone, of a duty that is neither a spike nor a hold."""
    for index, phase in enumerate(content.phases):
        path = f"phases[{index}]"
        if isinstance(phase, HoldPhase):
            found = "found hold in a pulsed direct current"
            raise ProtocolError(file, f"{path}.kind", found, "pulses or off", "make it pulses")
        if isinstance(phase, PulsePhase) and phase.reverse:
            found = "found true in a pulsed direct current"
            raise ProtocolError(file, f"{path}.reverse", found, "false", "it keeps its direction")
        if isinstance(phase, PulsePhase) and not DUTY_MIN <= duty(phase) <= DUTY_MAX:
            raise ProtocolError(
                file,
                f"{path}.on_s",
                f"a duty of {float(duty(phase)):.1%}",
                f"{float(DUTY_MIN):.0%} to {float(DUTY_MAX):.0%}, (on + edge) / period",
                "change on_s or off_s",
            )
