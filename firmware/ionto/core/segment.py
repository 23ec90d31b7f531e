"""The present segment of a session: its words, and how much of it has been delivered.

Charge in uC, times in ms, currents in `_q4`. It counts and answers; the session decides.
"""

from .const import const
from .program import (
    HOLD_CHARGE,
    HOLD_TIME,
    OFF,
    PULSES,
    S_CHARGE_UC,
    S_COUNT,
    S_EDGE_MS,
    S_KIND,
    S_LEVEL_UA,
    S_OFF_MS,
    S_ON_MS,
    S_POLARITY,
    S_SLEW_UA_S,
    S_TIME_MS,
)

NEVER_MS = const(0x3FFFFFFF)  # above any clock of a session
NEVER_UC = const(0x3FFFFFFF)


class Segment:
    """One segment at a time of one program.

    Args:
        pulses: the `pulses.Pulses` that a PULSES segment starts.

    Attributes: `index`, `kind`, `polarity`, `level_q4`, `slew_ua_s` (0: at once), `ends_at_zero`,
    `full_uc` (gross charge at which it is delivered), `is_ahead` (1 while the ramp to 0 still
    belongs to the segment before), `held_ms` (time of its hold or wait up to the last stop).
    """

    def __init__(self, pulses):
        self.pulses = pulses
        self._program = None
        self.index = 0
        self.kind = 0
        self.polarity = 1
        self.level_q4 = 0
        self.slew_ua_s = 0
        self.ends_at_zero = 0
        self.full_uc = 0
        self.is_ahead = 0
        self.held_ms = 0
        self._time_ms = 0
        self._left = 0  # pulses

    def take(self, program, index, gross_uc):
        """Go to segment `index` of `program`, after a gross charge of `gross_uc`."""
        self._program = program
        self.index = index
        self.kind = program.word(index, S_KIND)
        self.polarity = program.word(index, S_POLARITY)
        self.level_q4 = program.word(index, S_LEVEL_UA) << 4
        self.slew_ua_s = program.word(index, S_SLEW_UA_S)
        self.ends_at_zero = program.is_to_zero(index)
        self._time_ms = program.word(index, S_TIME_MS)
        self.held_ms = 0
        self._left = program.word(index, S_COUNT)
        self.begin_at(gross_uc)

    def begin_at(self, gross_uc):
        """Count this segment's charge from here."""
        self.is_ahead = 0
        self.full_uc = gross_uc + self._program.word(self.index, S_CHARGE_UC)

    def adjust(self, level_ua):
        """A new level, within 1 uA and the program's peak."""
        self.level_q4 = min(max(level_ua, 1), self._program.peak_ua) << 4

    def is_last(self):
        """Whether it is the last segment."""
        return self.index + 1 >= self._program.segments

    def down_uc(self, from_q4):
        """Charge of a ramp down from `from_q4`: I^2 / (2 slew). Bound: 30 000^2 = 9e8."""
        from_ua = from_q4 >> 4
        return from_ua * from_ua // (2 * self._program.down_slew_ua_s)

    def reserve_uc(self, from_q4):
        """Charge of the ramp down if the segment ends at 0, else 0."""
        return self.down_uc(from_q4) if self.ends_at_zero else 0

    def end_uc(self, from_q4):
        """Gross charge from which the session checks for the end: early rather than late."""
        if self.kind != HOLD_CHARGE:
            return NEVER_UC
        return self.full_uc - self.reserve_uc(from_q4)

    def ramp_ms(self, from_q4):
        """How long the ramp from `from_q4` to the level takes as programmed, rounded up.

        Bound: 480 000 * 1000 + 160 000 = 4.8e8.
        """
        away_q4 = self.level_q4 - from_q4
        if away_q4 < 0:
            away_q4 = -away_q4
        a_second_q4 = self.slew_ua_s * 16
        if a_second_q4 == 0:
            return 0
        return (away_q4 * 1000 + a_second_q4 - 1) // a_second_q4

    def until_ms(self, from_ms):
        """When a hold or a wait whose clock runs from `from_ms` ends by time; else NEVER_MS."""
        if self.kind == HOLD_TIME or self.kind == OFF:
            return from_ms + self._time_ms - self.held_ms
        return NEVER_MS

    def start_pulses(self):
        """Start the train: its first pulse, or the one after the last that had begun."""
        program = self._program
        index = self.index
        self.pulses.start(
            program.word(index, S_ON_MS),
            program.word(index, S_OFF_MS),
            program.word(index, S_EDGE_MS),
            self._left,
        )

    def leave_pulses(self):
        """Store the number of pulses left; one that has begun counts as delivered."""
        self.pulses.interrupt()
        self._left = self.pulses.left

    def is_pulses(self):
        """Whether it is a train of pulses."""
        return self.kind == PULSES

    def is_off(self):
        """Whether it keeps the gate low for a time."""
        return self.kind == OFF

    def is_charge(self):
        """Whether it ends by its charge."""
        return self.kind == HOLD_CHARGE
