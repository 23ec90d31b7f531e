"""What is wrong with a protocol, each thing as one line for the person who wrote it.

The errors, the words for what a key accepts (ranges and units have one home, `schema`), the line
of the key that an error names, and what the phases of a file have to agree on, which a type alone
cannot say: how a phase ends, where the output may be off, and what a pulsed direct current is.
Must not compute what a session does.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from msgspec import inspect

from iontobench.tomlfile import ranges
from iontobench.tomlfile.errors import FileError, in_file
from iontobench.tomlfile.lines import path_of
from iontobench.tomlfile.source import Source

from .schema import KINDS, HoldPhase, OffPhase, Protocol, ProtocolFile, PulsePhase

# Constant direction, 10 to 90 % of the time [docs/control.md, Waveforms]; pulsed
# devices run near 50 % [docs/protocol-file.md, Devices].
DUTY_MIN, DUTY_MAX = Fraction(10, 100), Fraction(90, 100)

_SCHEMA = inspect.type_info(ProtocolFile)
_KIND = inspect.LiteralType(KINDS)  # the key that tells the kinds of phases apart

Found = Iterator[tuple[str, str, str, str]]  # key, what was found, what is allowed, what to do
More = ParamSpec("More")
Got = TypeVar("Got")


class ProtocolError(FileError):
    """A protocol that cannot be used."""


class RefusedError(ProtocolError):
    """A well-formed protocol that a wall forbids: the profile's, the family's or the board's."""

    is_about_file = False


class UnknownNameError(ProtocolError):
    """A name that was given beside all files is not one that can be: `file` says of what."""

    is_about_file = False


def located(
    act: Callable[Concatenate[Protocol, More], Got],
) -> Callable[Concatenate[Protocol, More], Got]:
    """`act`, whose first argument is the protocol, with lines in its errors, in their order."""

    @wraps(act)
    def call(protocol: Protocol, *args: More.args, **kwargs: More.kwargs) -> Got:
        try:
            return act(protocol, *args, **kwargs)
        except ProtocolError as error:
            source = Source(protocol.file, protocol.toml)
            for one in error.all:
                source.locate(one)
            if len(error.all) == 1:
                raise
            found = sorted(error.all, key=in_file)
            raise found[0].with_others(found) from None

    return call


def range_of(key: str) -> str:
    """What the key at a path such as `phases[0].dose_mamin` accepts, in words."""
    kinds: list[inspect.Type] = [_SCHEMA]
    for step in path_of(key):
        members = [one for kind in kinds for one in ranges.members(kind)]
        kinds = [_inside(one, step) for one in members if _has(one, step)]
    return ranges.allowed(kinds[0])


def _has(bare: Any, step: str | int) -> bool:
    return isinstance(bare, inspect.ListType) or any(f.encode_name == step for f in bare.fields)


def _inside(bare: Any, step: str | int) -> inspect.Type:
    if isinstance(bare, inspect.ListType):
        return bare.item_type
    if step == bare.tag_field:
        return _KIND
    return next(field.type for field in bare.fields if field.encode_name == step)


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
    yield from _check_substance(content)
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


def _check_substance(content: ProtocolFile) -> Found:
    """A range of transport numbers begins at its lower end."""
    one = content.substance
    if one is not None and one.transport_number_max < one.transport_number_min:
        found = f"found {one.transport_number_max:g}, below transport_number_min"
        allowed = f"{one.transport_number_min:g} to 1"
        yield "substance.transport_number_max", found, allowed, "raise it, or swap the two"


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
