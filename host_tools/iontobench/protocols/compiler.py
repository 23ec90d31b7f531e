"""Compiles a protocol to the words that the firmware runs.

Units are in the names of the words (`ionto.core.program`). The compiler plans, writes the words,
and hands them to `bounds` and `verdict`; last, the firmware's own parser has to accept them.
Must not start or store anything.
"""

import hashlib

import msgspec

from ionto.core import program
from ionto.core.limits import Board

from .bounds import START_UC, Bounds, Trips, bounds, trips
from .errors import RefusedError
from .families import FAMILIES
from .located import located
from .plan import Plan, make_plan
from .probe import probe_min_q4
from .profiles import Profile
from .rows import Row
from .schema import Protocol
from .settled import least_ohm, lift_percent
from .verdict import judge

# Above the planned charge, so that the wall catches a runaway and never a good session.
_MARGIN_PERCENT = 1  # what regulation may be off by [design.md, figures]
_MARGIN_S = 1  # seconds at the level: 20 times the lag of the trim at the end of a ramp
# A hold that ends by time is not ended by its charge, so what delays it adds to the plan:
_EXTRA_RAMPS = 3  # ramps up and down again, after a pause or a glitch


class CompiledProtocol(msgspec.Struct, frozen=True, kw_only=True):
    """A protocol that passed every wall, ready for a board.

    `words` is the program, `data` and `crc` its wire form and checksum, `toml_sha256` the hash of
    the file it came from. The plan holds when nothing limits the session.
    """

    name: str
    protocol: Protocol
    profile: Profile
    board_name: str
    words: list[int]
    data: bytes
    crc: int
    bounds: Bounds
    trips: Trips
    rows: list[Row]
    plan: Plan
    toml_sha256: str

    @property
    def planned_uc(self) -> int:
        """Gross charge as planned."""
        return self.plan.planned_uc

    @property
    def nominal_s(self) -> int:
        """Energised time as planned."""
        return self.plan.nominal_s


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Words that nobody has judged yet, and what came of judging them."""

    plan: Plan
    words: list[int]
    rows: list[Row]


@located
def compile_protocol(protocol: Protocol, profile: Profile, board: Board) -> CompiledProtocol:
    """Compile for one profile and one board.

    Raises:
        ProtocolError: numbers that make no program.
        RefusedError: a program that passes a wall.
    """
    made = draft(protocol, profile, board)
    for row in made.rows:
        if not row.ok:
            allowed = f"{row.relation} {row.limit_text} ({row.source})"
            found = f"{row.quantity} {row.bound_text}"
            raise RefusedError(protocol.file, row.key, found, allowed, row.advice)
    try:
        program.Program(made.words, board)
    except program.ProgramError as error:
        raise RefusedError(protocol.file, "", f"the firmware refuses it: {error}") from None
    data = program.pack(made.words)
    return CompiledProtocol(
        name=protocol.name,
        protocol=protocol,
        profile=profile,
        board_name=board.name,
        words=made.words,
        data=data,
        crc=program.crc16(data),
        bounds=bounds(made.words),
        trips=trips(made.words, board),
        rows=made.rows,
        plan=made.plan,
        toml_sha256=hashlib.sha256(protocol.toml.encode()).hexdigest(),
    )


@located
def draft(protocol: Protocol, profile: Profile, board: Board) -> Draft:
    """The words and the verdict on them, whatever it is.

    Raises:
        ProtocolError, RefusedError: there are no words to judge.
    """
    plan = make_plan(protocol)
    words = plan.shape.words(
        charge_uc=_charge_wall_uc(protocol, plan),
        time_s=plan.max_time_s,
        density_ua_cm2=profile.density_ua_cm2[protocol.application],
        probe_min_q4=probe_min_q4(protocol, board),
        least_ohm=least_ohm(protocol, plan.shape.peak_ua),
        lift_percent=lift_percent(protocol),
    )
    return Draft(plan=plan, words=words, rows=judge(protocol, profile, board, plan, words))


def _charge_wall_uc(protocol: Protocol, plan: Plan) -> int:
    """Planned charge and margin; never above the family's wall if the plan is below it.

    A hold that ends by its charge stays within its plan, so its wall may lie above the family's:
    it is there for a session that no longer obeys its program. Times and pulses are not ended by
    their charge: what delays them, and what an operator adds, is on top of the plan.
    """
    segments, peak_ua, down_slew_ua_s = (
        plan.segments,
        plan.shape.peak_ua,
        plan.shape.down_slew_ua_s,
    )
    tight_uc = plan.planned_uc + plan.planned_uc * _MARGIN_PERCENT // 100 + peak_ua * _MARGIN_S
    tight_uc += (1 + plan.restarts + _EXTRA_RAMPS) * START_UC
    if all(segment.kind in (program.HOLD_CHARGE, program.OFF) for segment in segments):
        # A pause at the very end of an earlier phase adds its ramp down to that phase.
        pauses = len(segments) - 1
        return tight_uc + pauses * peak_ua * peak_ua // (2 * down_slew_ua_s)
    slews = [down_slew_ua_s, *(one.slew_ua_s for one in segments if one.slew_ua_s)]
    extra_uc = _EXTRA_RAMPS * peak_ua * peak_ua // min(slews)
    lowest_ua = min(segment.level_ua for segment in segments if segment.level_ua)
    raised_uc = tight_uc * peak_ua // lowest_ua if protocol.max_current_ma else tight_uc
    loose_uc = raised_uc + extra_uc
    family_uc = int(FAMILIES[protocol.family].dose_mamin * 60000)
    return max(tight_uc, min(loose_uc, family_uc))
