"""One phase of a protocol in the firmware's integers, and its words of a program.

Units are in the names, as in `ionto.core.program`. Must not know what it was made from.
"""

import msgspec

from ionto.core import program


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One phase in the firmware's integers; what its kind does not use is 0."""

    kind: int
    polarity: int
    level_ua: int = 0
    slew_ua_s: int = 0
    charge_uc: int = 0
    time_ms: int = 0
    on_ms: int = 0
    off_ms: int = 0
    edge_ms: int = 0
    count: int = 0

    def words(self) -> list[int]:
        """Its words of a program."""
        made = [0] * program.SEGMENT_LEN
        made[program.S_KIND] = self.kind
        made[program.S_LEVEL_UA] = self.level_ua
        made[program.S_SLEW_UA_S] = self.slew_ua_s
        made[program.S_CHARGE_UC] = self.charge_uc
        made[program.S_TIME_MS] = self.time_ms
        made[program.S_POLARITY] = self.polarity
        made[program.S_ON_MS] = self.on_ms
        made[program.S_OFF_MS] = self.off_ms
        made[program.S_EDGE_MS] = self.edge_ms
        made[program.S_COUNT] = self.count
        return made
