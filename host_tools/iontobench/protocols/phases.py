"""What the phases of a file have to agree on, which a type alone cannot say.

A line for each thing that is wrong: how a phase ends, where the output may be off, and what a
pulsed direct current is. It needs a file of the right shape. Must not compute what a session does.
"""

from collections.abc import Iterator
from fractions import Fraction

from iontobench.tomlfile.errors import FileError
from iontobench.tomlfile.lines import path_of
from iontobench.tomlfile.source import Source

from .explain import range_of
from .schema import HoldPhase, OffPhase, ProtocolFile, PulsePhase

# Constant direction, 10 to 90 % of the time [control.md, Waveforms; the pulsed devices of
# domain.md 1a run near 50 %].
DUTY_MIN, DUTY_MAX = Fraction(10, 100), Fraction(90, 100)

Found = Iterator[tuple[str, str, str, str]]  # key, what was found, what is allowed, what to do


def check_phases(source: Source, content: ProtocolFile) -> list[FileError]:
    """Everything that is wrong with them, one by one, then as a whole."""
    found = [*_each(content), *_whole(content)]
    return [source.error(path_of(key), *what) for key, *what in found]


def _each(content: ProtocolFile) -> Found:
    for index, phase in enumerate(content.phases):
        path = f"phases[{index}]"
        if isinstance(phase, HoldPhase):
            yield from _check_hold(path, content.mode, phase)
        elif isinstance(phase, PulsePhase):
            yield from _check_pulses(path, phase)
        elif index == 0 or isinstance(content.phases[index - 1], OffPhase):
            what = "a session does not begin with the output off" if index == 0 else "twice off"
            hint = "begin with a hold" if index == 0 else "make one phase of the two"
            yield f"{path}.kind", what, "hold or pulses here", hint


def _whole(content: ProtocolFile) -> Found:
    first = content.phases[0]
    if not isinstance(first, OffPhase) and first.reverse:
        hint = "choose the first polarity in electrodes.active.polarity"
        yield "phases[0].reverse", "found true, and nothing is before it", "false", hint
    yield from _check_highest(content)
    if content.application == "pulsed-dc":
        yield from _check_pulsed_dc(content)


def exact(value: float) -> Fraction:
    """The decimal that the file said: the shortest one of a float."""
    return Fraction(str(value))


def duty(phase: PulsePhase) -> Fraction:
    """Mean current over the current of the flat part: (on + edge) / period."""
    edge_s = Fraction(phase.edge_ms, 1000)
    on_s, off_s = exact(phase.on_s), exact(phase.off_s)
    return (on_s + edge_s) / (on_s + off_s + 2 * edge_s)


def _check_hold(path: str, mode: str, phase: HoldPhase) -> Found:
    """A hold ends by its dose or by its time, as the mode says, never by both."""
    wanted, other = ("dose_mamin", "hold_s")
    if mode == "constant-time":
        wanted, other = other, wanted
    given = getattr(phase, other)
    if given is not None:
        hint = f"remove it, or choose the other mode; {wanted} ends a phase of this mode"
        yield f"{path}.{other}", f"found {given:g} in mode {mode}", "none", hint
    elif getattr(phase, wanted) is None:
        key = f"{path}.{wanted}"
        yield key, f"missing in mode {mode}", range_of(key), "add it"


def _check_pulses(path: str, phase: PulsePhase) -> Found:
    if phase.count is None and phase.time_s is None:
        key = f"{path}.count"
        yield key, "missing, and time_s too", range_of(key), "add one"
    if phase.count is not None and phase.time_s is not None:
        found = f"found {phase.time_s:g} beside count"
        yield f"{path}.time_s", found, "none", "remove one of the two"


def _check_highest(content: ProtocolFile) -> Found:
    """An operator's highest current is not below what the phases themselves ask for."""
    most_ma = content.max_current_ma
    currents = [one.current_ma for one in content.phases if not isinstance(one, OffPhase)]
    if most_ma is not None and most_ma < max(currents, default=0):
        found = f"found {most_ma:g}, below a phase's own current"
        yield "max_current_ma", found, f"{max(currents):g} mA or more", "raise it, or leave it out"


def _check_pulsed_dc(content: ProtocolFile) -> Found:
    """Pulses of one direction alone, of a duty that is neither a spike nor a hold."""
    for index, phase in enumerate(content.phases):
        path = f"phases[{index}]"
        if isinstance(phase, HoldPhase):
            found = "found hold in a pulsed direct current"
            yield f"{path}.kind", found, "pulses or off", "make it pulses"
        if isinstance(phase, PulsePhase) and phase.reverse:
            found = "found true in a pulsed direct current"
            yield f"{path}.reverse", found, "false", "it keeps its direction"
        if isinstance(phase, PulsePhase) and not DUTY_MIN <= duty(phase) <= DUTY_MAX:
            allowed = f"{float(DUTY_MIN):.0%} to {float(DUTY_MAX):.0%}, (on + edge) / period"
            found = f"a duty of {float(duty(phase)):.1%}"
            yield f"{path}.on_s", found, allowed, "change on_s or off_s"
