"""Compiles a protocol to the words that the firmware runs.

Units are in the names of the words (`ionto.core.program`). The compiler lowers the protocol to a
timeline, writes the limits into its header, and hands the words to `bounds` and `verdict`; last,
the firmware's own parser has to accept them. Must not start or store anything.
"""

import msgspec

from ionto.core import program
from ionto.core.limits import Board

from .bounds import START_UC, Bounds, bounds, trips
from .limits import FAMILIES, LimitRow, Profile
from .lowering import lower
from .schema import Protocol
from .schema_errors import RefusedError, located
from .site_load import least_ohm, lift_percent, probe_min_q4
from .timeline import Timeline
from .verdict import judge

# Above the planned charge, so that the wall catches a runaway and never a good session.
_MARGIN_PERCENT = 1  # what regulation may be off by [docs/control.md, Required figures]
_MARGIN_S = 1  # seconds at the level: 20 times the lag of the trim at the end of a ramp
# A hold that ends by time is not ended by its charge, so what delays it adds to the plan:
_EXTRA_RAMPS = 3  # ramps up and down again, after a pause or a glitch


class CompiledProtocol(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol's program, with what is proven of it and every limit beside that.

    `compile_protocol` gives out only one that passes every limit. `words` is the program, `data`
    and `crc` its wire form and checksum, `toml_sha256` the hash of the file it came from. The
    timeline holds when nothing limits the session.
    """

    protocol: Protocol
    profile: Profile
    board_name: str
    timeline: Timeline
    bounds: Bounds
    trips: Bounds
    rows: list[LimitRow]

    @property
    def name(self) -> str:
        """The protocol's name."""
        return self.protocol.name

    @property
    def words(self) -> list[int]:
        """Header and segments."""
        return self.timeline.words

    @property
    def data(self) -> bytes:
        """The wire form."""
        return program.pack(self.words)

    @property
    def crc(self) -> int:
        """The checksum of the wire form."""
        return program.crc16(self.data)

    @property
    def toml_sha256(self) -> str:
        """The hash of the protocol's file."""
        return self.protocol.toml_sha256


def compile_protocol(protocol: Protocol, profile: Profile, board: Board) -> CompiledProtocol:
    """Compile for one profile and one board.

    Raises:
        ProtocolError: numbers that make no program.
        RefusedError: a program that passes a wall.
    """
    compiled = compile_and_judge(protocol, profile, board)
    require_accepted(protocol, compiled, board)
    return compiled


@located
def compile_and_judge(protocol: Protocol, profile: Profile, board: Board) -> CompiledProtocol:
    """The program and the verdict on it, whatever that is.

    Raises:
        ProtocolError, RefusedError: there is no program to judge.
    """
    timeline = lower(protocol)
    timeline = timeline.with_header(
        {
            program.H_CHARGE_UC: _charge_wall_uc(protocol, timeline),
            program.H_DENSITY_UA_CM2: profile.density_ua_cm2[protocol.application],
            program.H_PROBE_MIN_Q4: probe_min_q4(protocol, board),
            program.H_LEAST_OHM: least_ohm(protocol, timeline.peak_ua),
            program.H_LIFT_PERCENT: lift_percent(protocol),
        }
    )
    bound, cut = bounds(timeline.words), trips(timeline.words, board)
    return CompiledProtocol(
        protocol=protocol,
        profile=profile,
        board_name=board.name,
        timeline=timeline,
        bounds=bound,
        trips=cut,
        rows=judge(protocol, profile, board, timeline, bound, cut),
    )


@located
def require_accepted(protocol: Protocol, compiled: CompiledProtocol, board: Board) -> None:
    """Return if every limit and the firmware's own parser accept what `protocol` was compiled to.

    Raises:
        RefusedError: the first limit that it passes.
    """
    for row in compiled.rows:
        if not row.ok:
            allowed = f"{row.relation} {row.limit_text} ({row.source})"
            found = f"{row.quantity} {row.bound_text}"
            raise RefusedError(protocol.file, row.key, found, allowed, row.advice)
    try:
        program.Program(compiled.words, board)
    except program.ProgramError as error:
        raise RefusedError(protocol.file, "", f"the firmware refuses it: {error}") from None


def _charge_wall_uc(protocol: Protocol, timeline: Timeline) -> int:
    """Planned charge and margin; never above the family's wall if the plan is below it.

    A hold that ends by its charge stays within its plan, so its wall may lie above the family's:
    it is there for a session that no longer obeys its program. Times and pulses are not ended by
    their charge: what delays them, and what an operator adds, is on top of the plan.
    """
    segments, planned_uc = timeline.segments, timeline.planned_uc
    peak_ua, down_slew_ua_s = timeline.peak_ua, timeline.down_slew_ua_s
    tight_uc = planned_uc + planned_uc * _MARGIN_PERCENT // 100 + peak_ua * _MARGIN_S
    tight_uc += (1 + timeline.restarts + _EXTRA_RAMPS) * START_UC
    if all(segment.kind in (program.HOLD_CHARGE, program.OFF) for segment in segments):
        # A pause at the very end of an earlier phase adds its ramp down to that phase.
        pauses = len(segments) - 1
        return tight_uc + pauses * peak_ua * peak_ua // (2 * down_slew_ua_s)
    slews = [down_slew_ua_s, *(one.slew_ua_s for one in segments if one.slew_ua_s)]
    extra_uc = _EXTRA_RAMPS * peak_ua * peak_ua // min(slews)
    lowest_ua = min(timeline.levels_ua)
    raised_uc = tight_uc * peak_ua // lowest_ua if protocol.max_current_ma else tight_uc
    loose_uc = raised_uc + extra_uc
    family_uc = int(FAMILIES[protocol.family].dose_mamin * 60000)
    return max(tight_uc, min(loose_uc, family_uc))
